"""The key that a file store makes for its own cursors, in a file beside it that only its owner can read."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from ..compiler.cursor_keys import CursorKeys, new_key
from ..diagnostics.errors import StoreError, UsageError
from .disk_errors import why


def keys_beside(store: Path) -> CursorKeys:
    """The keys of ``STORE.key``, one a line; the file is made if it is not there.

    Raises:
        StoreError: the file cannot be read or made, or others may read it.

    """
    path = store.with_name(store.name + ".key")
    try:
        if not path.exists():
            _make(path)
        with open(path, encoding="ascii") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                advice = "chmod 600 it, or remove it and lose the cursors given out"
                raise StoreError(f"{path} may be read by others: {advice}")
            keys = file.read().split()
    except (OSError, UnicodeDecodeError) as problem:
        raise StoreError(f"cannot use the cursor key {path}: {_said(problem)}") from None
    if not keys:
        raise StoreError(f"{path} holds no key: remove it, and the next use of the store makes one")
    try:
        return CursorKeys(keys)
    except UsageError as problem:
        raise StoreError(f"cannot use the cursor key {path}: {problem}") from None


def _said(problem: OSError | UnicodeDecodeError) -> str:
    # A decoding error quotes what it could not decode: a part of the key.
    return "it is not ASCII text" if isinstance(problem, UnicodeDecodeError) else why(problem)


def _make(path: Path) -> None:
    """Write a key under another name and link it, so that of two makers one wins and nobody reads half a key."""
    # Not the number of this process: another one may have had it, and been killed here.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(new_key() + "\n")
            # The store is on the disk by now; without its key no cursor outlives a failure of the power.
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
