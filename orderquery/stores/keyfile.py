"""The key that a file store makes for its own cursors, in a file beside it that only its owner can read."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from ..cursor import CursorKeys, new_key
from ..diagnostics import StoreError


def keys_beside(store: Path) -> CursorKeys:
    """The keys of ``STORE.key``, one a line; the file is made if it is not there.

    Raises:
        StoreError: the file cannot be read or made, or others may read it.

    """
    path = store.with_name(store.name + ".key")
    try:
        if not path.exists():
            _make(path)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise StoreError(f"{path} may be read by others: chmod 600 it, or remove it and lose the cursors given out")
        keys = path.read_text("ascii").split()
    except (OSError, UnicodeDecodeError) as problem:
        raise StoreError(f"cannot use the cursor key {path}: {problem}") from None
    if not keys:
        raise StoreError(f"{path} holds no key: remove it, and the next use of the store makes one")
    return CursorKeys(keys)


def _make(path: Path) -> None:
    """Write a key under another name and link it, so that of two makers one wins and nobody reads half a key."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(new_key() + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
