"""The first large load of an empty store, which creates the indexes at its end.

This takes half the time of updating the indexes during the load. The store records that its indexes are missing, and
when it was last written to. The next process that opens the store notices a load that died, and creates them. Nothing
but speed depends on the indexes: the store can be read and written without them.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from ...language.schema import Schema
from ..document_tables import StoreTables, tables_of
from . import tables

MIN_CHANGES = 500
"""Changes in the first batch below which dropping the indexes does not pay."""

ABANDONED_AFTER_S = 10.0
"""How long after its last write a load counts as dead."""

_SORT_CACHE_KIB = 16_384
_NOTE = "indexes_dropped"
_MAX_TRANSACTION_S = 1.0
_PAUSE_S = 0.12
"""Longer than the tenth of a second after which the engine lets a waiting writer try again."""


def begin(database: sqlite3.Connection, schema: Schema, changes: int) -> None:
    """Drop the indexes of an empty store before a large batch.

    While they are missing, record the time of the last write. Called in the transaction of every batch.
    """
    names = tables_of(schema)
    if database.execute(f"SELECT 1 FROM {names.orders} LIMIT 1").fetchone() is not None:
        if _last_write(database, names) is not None:
            _record_write(database, names)
    elif changes >= MIN_CHANGES:
        for name in tables.indexes(schema):
            database.execute(f'DROP INDEX IF EXISTS "{name}"')
        _record_write(database, names)


def finish(writing: Callable[[], AbstractContextManager[sqlite3.Connection]], schema: Schema) -> None:
    """Create missing indexes; after every second of work, others may write."""
    names, remaining = tables_of(schema), list(tables.indexes(schema).values())
    while remaining:
        with writing() as database:
            if _last_write(database, names) is None:
                return
            began = time.monotonic()
            with _small_cache(database):
                while remaining and time.monotonic() - began < _MAX_TRANSACTION_S:
                    database.execute(remaining.pop(0))
            if remaining:
                _record_write(database, names)
            else:
                # The statistics of the old indexes were dropped with them.
                facts = (names.about(_NOTE), names.about("analyzed_rows"))
                database.execute("DELETE FROM about WHERE name IN (?, ?)", facts)
        if remaining:
            time.sleep(_PAUSE_S)


@contextmanager
def _small_cache(database: sqlite3.Connection) -> Iterator[None]:
    """Limit the cache while the engine sorts an index.

    The sort itself needs as much memory again.
    """
    (before,) = database.execute("PRAGMA cache_size").fetchone()
    database.execute(f"PRAGMA cache_size = -{_SORT_CACHE_KIB}")
    try:
        yield
    finally:
        database.execute(f"PRAGMA cache_size = {before}")


def finish_abandoned(database: sqlite3.Connection, schema: Schema) -> None:
    """Create the indexes that an abandoned load left out.

    Does not create them while another process writes, or if no space is left.
    """
    names = tables_of(schema)
    last_write = _last_write(database, names)
    if last_write is None or abs(time.time() - last_write) < ABANDONED_AFTER_S:
        return
    (timeout,) = database.execute("PRAGMA busy_timeout").fetchone()
    database.execute("PRAGMA busy_timeout = 0")
    try:
        database.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return
    finally:
        database.execute(f"PRAGMA busy_timeout = {timeout}")
    try:
        if _last_write(database, names) is not None:
            for text in tables.indexes(schema).values():
                database.execute(text)
            database.execute("DELETE FROM about WHERE name = ?", (names.about(_NOTE),))
            database.execute("ANALYZE")
        database.execute("COMMIT")
    except BaseException as problem:
        if database.in_transaction:
            database.execute("ROLLBACK")
        # Without space for indexes the store can still be read.
        if not isinstance(problem, sqlite3.OperationalError):
            raise


def _last_write(database: sqlite3.Connection, names: StoreTables) -> float | None:
    """Return the recorded time, ``None`` if no index is missing."""
    found = database.execute("SELECT value FROM about WHERE name = ?", (names.about(_NOTE),)).fetchone()
    if found is None:
        return None
    return float(found[0]) if isinstance(found[0], int | float) else 0.0


def _record_write(database: sqlite3.Connection, names: StoreTables) -> None:
    database.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (names.about(_NOTE), time.time()))
