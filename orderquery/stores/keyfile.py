"""The secrets of a file store, in files next to it that only the owner can read."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from ..compiler.cursor_keys import CursorKeys, new_key, process_keys
from ..diagnostics.errors import StoreError, UsageError
from ..language.small_files import read_small_file
from .disk_errors import describe
from .locations import MEMORY


def keys_of_file(location: str | Path) -> CursorKeys:
    """Return the keys of a file store, or of this process for a store in memory.

    Raises:
        StoreError: the key file cannot be read or created, or other users can read it.

    """
    return process_keys() if location == MEMORY else keys_beside(Path(location))


def keys_beside(store: Path) -> CursorKeys:
    """Return the keys in ``STORE.key``, one per line; create the file if missing.

    Raises:
        StoreError: the file cannot be read or created, or other users can read it.

    """
    path = store.with_name(store.name + ".key")
    text = read_or_create_secret(path, lambda: new_key() + "\n", "cursor key", "cursors in use become invalid")
    keys = text.split()
    if not keys:
        raise StoreError(f"no key in {path}; delete the file, and the store creates a new one")
    try:
        return CursorKeys(keys)
    except UsageError as problem:
        raise StoreError(f"cannot use the cursor key {path}: {problem}") from None


def read_or_create_secret(path: Path, new_secret: Callable[[], str], what: str, loss: str) -> str:
    """Return the text of a secret file; create the file if missing.

    ``what`` names the secret, and ``loss`` what happens if the file is deleted, both for the messages.

    Raises:
        StoreError: the file cannot be read or created, or other users can read it.

    """
    try:
        if not path.exists():
            _create(path, new_secret())
        if os.name == "posix" and path.stat().st_mode & 0o077:
            fix = f"run: chmod 600 {path} (or delete it: then {loss})"
            raise StoreError(f"other users can read the {what} {path}; {fix}")
        return read_small_file(path).decode("ascii")
    except (OSError, UnicodeDecodeError) as problem:
        raise StoreError(f"cannot use the {what} {path}: {_describe(problem)}") from None


def _describe(problem: OSError | UnicodeDecodeError) -> str:
    # A decoding error quotes what it could not decode: a part of the key.
    return "not ASCII text" if isinstance(problem, UnicodeDecodeError) else describe(problem)


def _create(path: Path, secret: str) -> None:
    """Write a secret to a draft file and link it to the path.

    If two processes do this, one succeeds, and neither reads half a key.
    """
    # Not the process id: an earlier process with the same id may have been killed here and left its draft.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secret)
            # The store is on disk already: without its key no cursor would survive a power failure.
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
