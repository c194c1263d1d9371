"""The first large load of an empty store, which makes the indexes at its end: that takes half the time of keeping them.

The store says of itself that its indexes are not there yet, and when it was last written to. So a load that died is
noticed by whoever opens the store next, who makes them. Nothing but speed ever depends on them: meanwhile the store is
read, written and loaded into as always.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from ...language.schema import Schema
from . import tables as layout

SMALLEST = 500
"""Changes in the first batch: what begins smaller is not worth the while."""

ABANDONED = 10.0
"""Seconds without a write, after which nobody is expected to make the indexes any more."""

_SORTING = 16_384
"""KiB."""

_NOTE = "indexes_dropped"
_LONG = 1.0
_PAUSE = 0.12
"""Seconds: the engine lets a waiting writer look every tenth of one."""


def begin(database: sqlite3.Connection, schema: Schema, changes: int) -> None:
    """Drop the indexes of an empty store before so many changes; take note of the time where they are dropped.

    Called in the transaction of every batch.
    """
    if database.execute("SELECT 1 FROM orders LIMIT 1").fetchone() is not None:
        if _noted(database) is not None:
            _note(database)
    elif changes >= SMALLEST:
        for name in layout.indexes(schema):
            database.execute(f'DROP INDEX IF EXISTS "{name}"')
        _note(database)


def finish(writing: Callable[[], AbstractContextManager[sqlite3.Connection]], schema: Schema) -> None:
    """Make the indexes where they are not there; after every second of it others may write."""
    left = list(layout.indexes(schema).values())
    while left:
        with writing() as database:
            if _noted(database) is None:
                return
            began = time.monotonic()
            with _little_memory(database):
                while left and time.monotonic() - began < _LONG:
                    database.execute(left.pop(0))
            if left:
                _note(database)
            else:
                # What is known of the old indexes went with them.
                database.execute("DELETE FROM about WHERE name IN (?, 'analyzed_rows')", (_NOTE,))
        if left:
            time.sleep(_PAUSE)


@contextmanager
def _little_memory(database: sqlite3.Connection) -> Iterator[None]:
    """Where the engine sorts within a little memory: as much as its cache, which would come on top of that."""
    (before,) = database.execute("PRAGMA cache_size").fetchone()
    database.execute(f"PRAGMA cache_size = -{_SORTING}")
    try:
        yield
    finally:
        database.execute(f"PRAGMA cache_size = {before}")


def finish_abandoned(database: sqlite3.Connection, schema: Schema) -> None:
    """Make the indexes that a load which died has not made, unless somebody writes or there is no room for them."""
    noted = _noted(database)
    if noted is None or abs(time.time() - noted) < ABANDONED:
        return
    (patience,) = database.execute("PRAGMA busy_timeout").fetchone()
    database.execute("PRAGMA busy_timeout = 0")
    try:
        database.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return
    finally:
        database.execute(f"PRAGMA busy_timeout = {patience}")
    try:
        if _noted(database) is not None:
            for text in layout.indexes(schema).values():
                database.execute(text)
            database.execute("DELETE FROM about WHERE name = ?", (_NOTE,))
            database.execute("ANALYZE")
        database.execute("COMMIT")
    except BaseException as problem:
        if database.in_transaction:
            database.execute("ROLLBACK")
        # Where there is no room for them, the store can be read all the same.
        if not isinstance(problem, sqlite3.OperationalError):
            raise


def _noted(database: sqlite3.Connection) -> float | None:
    found = database.execute("SELECT value FROM about WHERE name = ?", (_NOTE,)).fetchone()
    return None if found is None else float(found[0])


def _note(database: sqlite3.Connection) -> None:
    database.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (_NOTE, time.time()))
