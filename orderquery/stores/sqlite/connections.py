"""The connections to one SQLite file: one that writes, and as many that read beside it as are wanted at once."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from types import TracebackType

from ...diagnostics.errors import StoreError, StoreTimeout
from .database import MEMORY, connect, prepare_reader, take_lock, why

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
            raise StoreError(f"{self.path}: {why(problem)}") from problem

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection that writes, in a transaction that is committed at the end, or undone by an exception."""
        with self._write_lock, self.errors():
            yield from _transaction(self.writer)

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """The connection that writes, outside a transaction."""
        with self._write_lock, self.errors():
            yield self.writer

    def reading(
        self, seconds: float | None = None, *, looks: int | None = None
    ) -> AbstractContextManager[sqlite3.Connection]:
        """A connection to read with: this thread's own where it reads already.

        Raises:
            StoreTimeout: the reads took longer than ``seconds``, or than so many looks at the clock would.

        """
        return _Reading(self, seconds, looks, snapshot=False)

    def snapshot(self, seconds: float | None = None) -> AbstractContextManager[sqlite3.Connection]:
        """A connection whose every read sees the same state. Raises like :meth:`reading`."""
        return _Reading(self, seconds, None, snapshot=True)

    @property
    def held(self) -> sqlite3.Connection | None:
        """The connection that this thread reads with already."""
        found: sqlite3.Connection | None = getattr(self._of_thread, "reader", None)
        return found

    def borrow(self) -> sqlite3.Connection:
        """Give this thread a connection to read with, until :meth:`give_back`."""
        if self.path == MEMORY:
            self._write_lock.acquire()
            database = self.writer
        else:
            database = self._taken()
        self._of_thread.reader = database
        return database

    def give_back(self, database: sqlite3.Connection) -> None:
        """Take back a connection that this thread was given."""
        self._of_thread.reader = None
        if self.path == MEMORY:
            self._write_lock.release()
        else:
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


def _transaction(database: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    if database.in_transaction:
        yield database
        return
    take_lock(database, "BEGIN IMMEDIATE")
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


class _Reading(AbstractContextManager[sqlite3.Connection]):
    """A connection held for some reads. A class, for pages are read many thousand times a second."""

    __slots__ = ("_begun", "_connections", "_database", "_late", "_ours", "_said", "_snapshot")

    def __init__(self, connections: Connections, seconds: float | None, looks: int | None, *, snapshot: bool) -> None:
        self._connections, self._snapshot = connections, snapshot
        self._late: Callable[[], bool] | None = None
        self._said = ""
        if looks is not None:
            self._late, self._said = _after(looks), "not done at once"
        elif seconds is not None:
            end = time.monotonic() + seconds
            self._late, self._said = lambda: time.monotonic() > end, f"not done within {seconds:g} s"

    def __enter__(self) -> sqlite3.Connection:
        held = self._connections.held
        self._ours, self._begun = held is None, False
        self._database = self._connections.borrow() if held is None else held
        try:
            self._begin()
        except BaseException as problem:
            self._leave(problem)
            raise
        return self._database

    def _begin(self) -> None:
        if self._ours and self._late is not None:
            self._database.set_progress_handler(self._late, _STEPS)
        if self._snapshot and not self._database.in_transaction:
            self._database.execute("BEGIN DEFERRED")
            self._begun = True

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        failed = problem
        try:
            if self._begun and problem is None:
                self._database.execute("COMMIT")
            elif self._begun:
                _roll_back(self._database)
        except sqlite3.Error as found:
            failed = found
        self._leave(failed)
        if failed is not None and failed is not problem:
            raise failed

    def _leave(self, problem: BaseException | None) -> None:
        """Give back what is ours; of the engine's errors make those of a store."""
        if not self._ours:
            return
        if self._late is not None:
            with suppress(sqlite3.ProgrammingError):  # of a connection that was closed meanwhile
                self._database.set_progress_handler(None, _STEPS)
        self._connections.give_back(self._database)
        if not isinstance(problem, sqlite3.Error | sqlite3.Warning):
            return
        if self._late is not None and getattr(problem, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            raise StoreTimeout(self._said) from problem
        with self._connections.errors():
            raise problem


def _after(looks: int) -> Callable[[], bool]:
    left = iter(range(looks))
    return lambda: next(left, None) is None


def _close_all(opened: list[sqlite3.Connection]) -> None:
    for database in opened:
        database.close()
