"""The connections to one SQLite file: one that writes, and as many that read beside it as are wanted at once."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from ..diagnostics import StoreError, StoreTimeout
from .sqlite_file import MEMORY, connect, prepare_reader

_MOST_IDLE = 16
_STEPS = 2_000
"""Steps of the engine's machine, some tenths of a millisecond, between two looks at the clock."""


class Connections:
    """Connections to a file, or to memory: then one alone, for there is nothing to share between two.

    Safe to use from several threads. Writers wait for one another; readers wait for nobody.
    """

    def __init__(self, path: str, create: bool) -> None:
        self.path = path
        self._opened = [self._connect(create)]
        self.writer = self._opened[0]
        self._write_lock = threading.RLock()
        self._pool_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._of_thread = threading.local()
        # What is left open is closed with the last reference to it, instead of a warning from the engine.
        weakref.finalize(self, _close_all, self._opened)

    def _connect(self, create: bool) -> sqlite3.Connection:
        return connect(self.path, create)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Where the engine's errors become ``StoreError``."""
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning) as problem:
            raise StoreError(f"{self.path}: {problem}") from problem

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection that writes, in a transaction that is committed at the end, or undone by an exception."""
        with self._write_lock, self.errors():
            yield from _transaction(self.writer, "IMMEDIATE")

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """The connection that writes, outside a transaction."""
        with self._write_lock, self.errors():
            yield self.writer

    @contextmanager
    def reading(self, seconds: float | None = None) -> Iterator[sqlite3.Connection]:
        """A connection to read with: this thread's own where it reads already.

        Raises:
            StoreTimeout: the reads took longer than ``seconds``.

        """
        held: sqlite3.Connection | None = getattr(self._of_thread, "reader", None)
        if held is not None:
            yield held
            return
        with self._borrowed() as database, self.errors(), _deadline(database, seconds):
            self._of_thread.reader = database
            try:
                yield database
            finally:
                self._of_thread.reader = None

    @contextmanager
    def snapshot(self, seconds: float | None = None) -> Iterator[sqlite3.Connection]:
        """A connection whose every read sees the same state. Raises like :meth:`reading`."""
        with self.reading(seconds) as database:
            yield from _transaction(database, "DEFERRED")

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        if self.path == MEMORY:
            with self._write_lock:
                yield self.writer
            return
        database = self._taken()
        try:
            yield database
        finally:
            self._given_back(database)

    def _taken(self) -> sqlite3.Connection:
        with self._pool_lock:
            if self._closed:
                raise StoreError(f"{self.path}: the store is closed")
            if self._idle:
                return self._idle.pop()
        database = self._connect(create=False)
        with self.errors():
            prepare_reader(database)
        with self._pool_lock:
            self._opened.append(database)
        return database

    def _given_back(self, database: sqlite3.Connection) -> None:
        with self._pool_lock:
            if not self._closed and len(self._idle) < _MOST_IDLE:
                self._idle.append(database)
                return
            self._opened.remove(database)
        database.close()

    def close(self) -> None:
        """Close every connection; one that reads, as soon as it has read. Closing twice is fine."""
        with self._pool_lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for database in idle:
                self._opened.remove(database)
        with self._write_lock, self.errors():
            for database in (*idle, self.writer):
                database.close()


def _transaction(database: sqlite3.Connection, kind: str) -> Iterator[sqlite3.Connection]:
    if database.in_transaction:
        yield database
        return
    database.execute(f"BEGIN {kind}")
    try:
        yield database
    except BaseException:
        _roll_back(database)
        raise
    database.execute("COMMIT")


def _roll_back(database: sqlite3.Connection) -> None:
    # Some failures, such as a full disk, have ended the transaction already.
    if database.in_transaction:
        database.execute("ROLLBACK")


@contextmanager
def _deadline(database: sqlite3.Connection, seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    end = time.monotonic() + seconds
    database.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as problem:
        if problem.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        raise StoreTimeout(f"not done within {seconds:g} s") from problem
    finally:
        database.set_progress_handler(None, _STEPS)


def _close_all(opened: list[sqlite3.Connection]) -> None:
    for database in opened:
        database.close()
