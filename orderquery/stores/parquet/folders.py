"""Folders of exports: drafts, their exchange, and recovery after a crash.

An export is written to a hidden draft beside its folder, ``.NAME.draft-…``, and exchanged with an earlier one in a
single step where the system can do that. Elsewhere the earlier one is moved to ``.NAME.old-…`` first; if the process is
killed between the two steps, the next export or reader moves it back. The process that uses a hidden folder holds a
lock on it, so what a killed process left differs from what another one is writing.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from ...diagnostics.errors import StoreError
from ..disk_errors import describe
from ..store_errors import check_folder_of
from .tables import ABOUT_FILE, ORDERS, PART_NAME, TRANSACTIONS, list_content, read_files

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM)
_TOKEN_BYTES = 4


def check_target(target: Path, *, replace: bool) -> None:
    """Check that an export can be written to a folder.

    Raises:
        StoreError: the folder is in use, has files that no export made, or its parent does not exist.

    """
    check_folder_of(target)
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise StoreError(f"{target} is not a folder; export to another path")
    if not target.exists() or not any(target.iterdir()):
        return
    if not replace:
        raise StoreError(f"{target} is not empty; use --replace to replace an earlier export")
    _check_replaceable(target, target)


def _check_replaceable(folder: Path, target: Path) -> None:
    """Check that a folder holds an export and nothing else.

    Raises:
        StoreError: it has other files, or its layout file lists none.

    """
    listed = {name for name, _, _ in read_files(folder)}
    allowed = {ABOUT_FILE, ORDERS, TRANSACTIONS, *listed}
    for name in list_content(folder):
        if name not in allowed:
            raise StoreError(
                f'{target} has "{name}", which is not in its {ABOUT_FILE}; move it elsewhere, or export to another path'
            )


@contextmanager
def new_folder(target: Path, *, replace: bool, mode: int) -> Iterator[Path]:
    """Yield a new folder that becomes the target, or is deleted after an exception."""
    recover(target)
    check_target(target, replace=replace)
    draft = _beside(target, "draft")
    try:
        draft.mkdir(mode=mode)
        # A folder for the group has bits that the umask takes away.
        draft.chmod(mode)
        with _locked(draft):
            yield draft
            check_target(target, replace=replace)
            _move(draft, target)
    except OSError as problem:
        raise StoreError(f"cannot write {target}: {describe(problem)}") from problem
    finally:
        remove_made(draft)


def _move(draft: Path, target: Path) -> None:
    if not target.exists() or not any(target.iterdir()):
        draft.rename(target)
    elif exchange(draft, target):
        try:
            # Another program may have written to the folder meanwhile.
            _check_replaceable(draft, target)
        except StoreError:
            exchange(draft, target)
            raise
    else:
        _move_in_steps(draft, target)
    _sync_folder(target.parent)


def _move_in_steps(draft: Path, target: Path) -> None:
    old = _beside(target, "old")
    with _locked(target):
        target.rename(old)
        try:
            _check_replaceable(old, target)
            draft.rename(target)
        except (OSError, StoreError):
            old.rename(target)
            raise
        remove_made(old)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in a single step; return False where the system cannot."""
    rename = _renameat2()
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code))


@cache
def _renameat2() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is not None:
        function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    return function


def recover(target: Path) -> None:
    """Move an earlier export back, and remove what killed processes left.

    What other processes are using, and files that no export made, stay.
    """
    for old in _hidden(target, "old"):
        with suppress(OSError), _locked(old):
            if not target.exists() and (old / ABOUT_FILE).is_file():
                old.rename(target)
            else:
                remove_made(old)
    for draft in _hidden(target, "draft"):
        with suppress(OSError), _locked(draft, wait=False):
            remove_made(draft)


def _hidden(target: Path, what: str) -> list[Path]:
    name = re.compile(rf"\.{re.escape(target.name)}\.{what}-[0-9a-f]{{{2 * _TOKEN_BYTES}}}")
    with suppress(OSError), os.scandir(target.parent) as entries:
        return [Path(entry.path) for entry in entries if name.fullmatch(entry.name)]
    return []


@contextmanager
def _locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock of a folder. Raises ``OSError`` if another process holds it."""
    with ExitStack() as closing:
        if fcntl is not None:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            closing.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def remove_made(folder: Path) -> None:
    """Remove the files of an export, by their names, and folders that are empty then."""
    with suppress(OSError):
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return
        for name in list_content(folder):
            table, _, part = name.partition("/")
            if name == ABOUT_FILE or (table in (ORDERS, TRANSACTIONS) and PART_NAME.fullmatch(part)):
                with suppress(OSError):
                    (folder / name).unlink()
        for each in (folder / ORDERS, folder / TRANSACTIONS, folder):
            with suppress(OSError):
                each.rmdir()


def _beside(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{what}-{secrets.token_hex(_TOKEN_BYTES)}")


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
