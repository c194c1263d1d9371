"""The erasure of deleted records from the files of a SQLite store.

The engine overwrites the cells that it frees, but not the copies that its balancing of pages leaves between cells, nor
what older frames of the write-ahead log have. So a deletion ends with a new copy of the file and an empty log. It is
noted in its own transaction: after a crash the next process that opens the store completes it.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress

from .locks import run_with_lock

_NOTE = "erasure_pending"
_SAMPLES = ("sqlite_stat3", "sqlite_stat4")
"""Tables where some builds of the engine keep samples of indexed values."""
_ANALYSED_ROWS = 1_000_000_000
"""With any limit the engine keeps no samples; with one beyond all tables it still reads every row."""


def configure_writer(database: sqlite3.Connection) -> None:
    """Set up a connection so that it overwrites what it deletes and samples no values."""
    database.execute("PRAGMA secure_delete = ON")
    database.execute(f"PRAGMA analysis_limit = {_ANALYSED_ROWS}")


def note_deletion(database: sqlite3.Connection) -> None:
    """Note in a deletion's transaction that its bytes have to be erased."""
    listed = database.execute("SELECT name FROM sqlite_master WHERE name IN (?, ?)", _SAMPLES).fetchall()
    for (name,) in listed:
        database.execute(f"DELETE FROM {name}")
    database.execute("INSERT OR REPLACE INTO about VALUES (?, 1)", (_NOTE,))


def erase_deleted(database: sqlite3.Connection) -> None:
    """Write the file anew and empty the log, if a deletion is noted.

    While another connection reads an older state, the log cannot be emptied: the next erasure does that.
    """
    if database.in_transaction or not _is_pending(database):
        return
    run_with_lock(database, "VACUUM")
    (is_busy, *_) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if not is_busy:
        run_with_lock(database, f"DELETE FROM about WHERE name = '{_NOTE}'")


def finish_interrupted(database: sqlite3.Connection) -> None:
    """Complete an erasure that a crash, a reader or a full disk interrupted.

    Does nothing while another process writes, or if no space is left.
    """
    if not _is_pending(database):
        return
    (timeout,) = database.execute("PRAGMA busy_timeout").fetchone()
    with suppress(sqlite3.OperationalError):
        try:
            database.execute("PRAGMA busy_timeout = 0")
            database.execute("BEGIN IMMEDIATE")
            database.execute("COMMIT")
        finally:
            database.execute(f"PRAGMA busy_timeout = {timeout}")
        erase_deleted(database)


def _is_pending(database: sqlite3.Connection) -> bool:
    return database.execute("SELECT 1 FROM about WHERE name = ?", (_NOTE,)).fetchone() is not None
