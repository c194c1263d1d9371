"""The locks of a SQLite file: waiting for them, and the errors about them."""

from __future__ import annotations

import sqlite3
import time

from ..disk_errors import MAKE_ROOM

LOCK_TIMEOUT_S = 30.0
"""How long to wait for another process that writes."""

_LOCK_POLL_S = 0.001

_NO_SPACE_CODES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE)
"""The engine's errors where no space is left: on a disk, in a quota, and for the index of the write-ahead log."""


def describe(problem: Exception) -> str:
    """Return the message of an engine's error, with the fix where it is known."""
    code = getattr(problem, "sqlite_errorcode", 0)
    if code in _NO_SPACE_CODES:
        return f"{problem}: {MAKE_ROOM}"
    # The lowest byte of an extended code is the plain code.
    if code & 0xFF == sqlite3.SQLITE_BUSY:
        return f"another process has held the write lock for {LOCK_TIMEOUT_S:g} s; try again when it has finished"
    return str(problem)


def run_with_lock(database: sqlite3.Connection, text: str) -> None:
    """Run a statement that waits for other processes which write.

    The engine looks for the lock every tenth of a second. Beside a process that writes without a pause it might never
    find it free, and it does not wait at all for the lock of a new log.
    """
    end = time.monotonic() + LOCK_TIMEOUT_S
    database.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                database.execute(text)
                return
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            time.sleep(_LOCK_POLL_S)
    finally:
        wait_for_locks(database, LOCK_TIMEOUT_S)


def wait_for_locks(database: sqlite3.Connection, seconds: float) -> None:
    """Let the engine wait for the locks of other connections so long."""
    database.execute(f"PRAGMA busy_timeout = {seconds * 1_000:.0f}")
