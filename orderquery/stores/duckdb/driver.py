"""The DuckDB driver, an optional dependency, and how files are opened with it."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from ...diagnostics.errors import MissingExtra, StoreError
from ..disk_errors import with_fix
from ..file_modes import create_store_file
from ..locations import MEMORY
from ..store_errors import check_folder_of, not_found

try:
    import duckdb as duckdb
except ImportError as problem:
    raise MissingExtra("duckdb", problem) from None

_Config = dict[str, str | bool | int | float | list[str]]

_READ_ONLY_CONFIG: _Config = {
    # Never fetch an extension from the network.
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
}
_STORE_CONFIG: _Config = {
    **_READ_ONLY_CONFIG,
    # Run nothing but what is built in, and read no file except the store's own.
    "autoload_known_extensions": False,
    "allow_persistent_secrets": False,
    "enable_external_access": False,
    "lock_configuration": True,
    # A checkpoint rewrites the last row group with its documents: at the default of 16 MB a load would mostly do that.
    "checkpoint_threshold": "256MB",
}
_MEMORY_CONFIG: _Config = {**_STORE_CONFIG, "temp_directory": ""}
"""A store in memory never writes to the working directory."""

_MIN_FILE_BYTES = 3 * 4096
"""The three headers that a database begins with."""

_LOCK_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<process>\d+)")


def full_path(path: str) -> str:
    """Return the full path of a file.

    DuckDB does not treat a relative name such as ``md:x`` as a file.
    """
    return path if path == MEMORY else os.path.realpath(path)


def first_line(problem: BaseException) -> str:
    """Return the message of an engine's error, without the statement that follows it."""
    return str(problem).partition("\n")[0]


def open_store_file(path: str, create: bool) -> duckdb.DuckDBPyConnection:
    """Open the file of a store, or memory.

    Raises:
        StoreError: the file does not exist and is not to be created, or cannot be opened.

    """
    if path == MEMORY:
        return _open(path, _MEMORY_CONFIG)
    file = Path(path)
    new = not file.exists()
    if new and not create:
        raise not_found(path)
    check_folder_of(file)
    if "\\" in full_path(path) and os.sep == "/":
        raise StoreError(f"DuckDB cannot open {path}: it reads a backslash as a slash; use another path")
    if "?" in full_path(path):
        raise StoreError(f"DuckDB cannot open {path}: it keeps the log of a path with ? elsewhere; use another path")
    return _open(path, _STORE_CONFIG, new=new)


def open_read_only(path: str) -> duckdb.DuckDBPyConnection:
    """Open a file that is not a store, read-only; or memory, to query files.

    Raises:
        StoreError: the file does not exist, or cannot be opened.

    """
    if path != MEMORY and not Path(path).is_file():
        raise StoreError(f"file not found: {path}")
    return _open(path, _READ_ONLY_CONFIG, read_only=path != MEMORY)


def _open(path: str, config: _Config, *, read_only: bool = False, new: bool = False) -> duckdb.DuckDBPyConnection:
    # The engine takes no empty file. Stores are opened one after the other: see share_database.
    mask = os.umask(0o077) if new else None
    try:
        return duckdb.connect(full_path(path), read_only=read_only, config=config)
    except duckdb.Error as problem:
        message = _describe(path, problem)
        if new and _is_incomplete(path) and not _is_locked(problem):
            with suppress(OSError):
                os.unlink(path)
        raise StoreError(message) from None
    finally:
        if mask is not None:
            os.umask(mask)


def create_log(path: str) -> None:
    """Create the log of a store with the mode of its file, where the engine would not."""
    with suppress(OSError):
        create_store_file(_log_of(path), stat.S_IMODE(os.stat(full_path(path)).st_mode))


def remove_empty_log(path: str) -> None:
    """Remove a log in which nothing was written."""
    with suppress(OSError):
        if os.stat(_log_of(path)).st_size == 0:
            os.unlink(_log_of(path))


def _log_of(path: str) -> str:
    return f"{full_path(path)}.wal"


def _is_locked(problem: duckdb.Error) -> bool:
    """Return whether another process has the file open, and may be creating it."""
    return "set lock on file" in str(problem)


def _is_incomplete(path: str) -> bool:
    """Return whether a file is shorter than its headers.

    Such a file has no content and cannot be opened.
    """
    try:
        return os.path.isfile(path) and 0 < os.path.getsize(path) < _MIN_FILE_BYTES
    except OSError:
        return False


def _describe(path: str, problem: duckdb.Error) -> str:
    message = first_line(problem)
    if _is_locked(problem):
        holder = _LOCK_HOLDER.search(message)
        by = f" ({Path(holder['program']).name}, process {holder['process']})" if holder else ""
        return f"{path} is open in another process{by}; close it there: only one process can open a DuckDB file"
    if "different configuration" in message:
        return f"{path} is open in this process, but not by orderquery; close it there first"
    if "not a valid DuckDB" in message or isinstance(problem, duckdb.PermissionException):
        return f"{path} is not a DuckDB database; use another path"
    if _is_incomplete(path) and "not read" in message:
        return f"{path} is incomplete after a crash and has no orders; delete it, and load again"
    return f"{path}: {with_fix(message)}"
