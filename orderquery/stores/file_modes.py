"""The modes of the files and folders of stores and exports, whatever the umask."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from ..diagnostics.errors import StoreError


class FileModes(NamedTuple):
    """The modes of new files and folders."""

    file: int
    folder: int


OWNER_MODES = FileModes(0o600, 0o700)
"""The owner alone can read and write."""
GROUP_MODES = FileModes(0o640, 0o750)
"""The group can read, too."""
_STORE_GROUP_MODE = 0o660


def create_file(path: str | Path, mode: int) -> IO[bytes]:
    """Create a file with a mode, and open it for writing.

    Raises ``OSError`` if it exists.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    stream = os.fdopen(descriptor, "wb")
    if mode & 0o077:
        # A file for the group has bits that the umask takes away.
        os.chmod(path, mode)
    return stream


def create_store_file(path: str | Path, mode: int = OWNER_MODES.file) -> None:
    """Create an empty file for an engine, unless it exists.

    Errors are left to the engine, which explains them.
    """
    with suppress(OSError):
        create_file(os.path.realpath(path), mode).close()


def share_with_group(path: Path) -> None:
    """Let the group of a store's file read and write it, with its logs.

    New logs of the engines get the mode of the file.

    Raises:
        StoreError: the mode cannot be changed.

    """
    try:
        for name in ("", "-wal", "-shm", ".wal"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + name).chmod(_STORE_GROUP_MODE)
    except OSError as problem:
        raise StoreError(f"cannot share {path} with its group: {problem.strerror}") from None
