"""The connections to one SQLite file: one that writes, and several that read.

As many connections read at the same time as needed.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from ...diagnostics.errors import StoreError, StoreTimeout
from ..document_tables import StoreTables
from ..file_modes import create_store_file
from ..locations import MEMORY
from ..opened_file import OpenedFile
from ..store_errors import check_folder_of, is_closed, not_found, timed_out
from .content import guard_connection
from .facts import CachedFacts
from .locks import LOCK_TIMEOUT_S, describe, run_with_lock, wait_for_locks

OLDEST_SQLITE = (3, 38, 0)
_MAX_IDLE = 16
_READER_CACHE_KIB = 16_384
"""Cached pages of each connection that reads."""
_PROGRESS_STEPS = 2_000
"""Steps of the engine's virtual machine, some tenths of a millisecond, between two checks of a limit."""


class SqliteConnection(sqlite3.Connection):
    """A connection that remembers the facts it last read (see :mod:`.facts`).

    While it ``reads_at_once``, it waits for no lock.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.facts: dict[StoreTables, CachedFacts] = {}
        self.reads_at_once = False


def check_sqlite_version() -> None:
    """Raise ``StoreError`` where Python's SQLite is too old."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(
            f"stores in SQLite need SQLite {oldest} or newer, this Python has {sqlite3.sqlite_version}; "
            "use a newer Python, or a DuckDB or PostgreSQL store"
        )


def connect(path: str, create: bool) -> SqliteConnection:
    """Connect to a file, or to memory.

    Raises:
        StoreError: the file does not exist and is not to be created, or cannot be opened.

    """
    check_sqlite_version()
    if path != MEMORY:
        file = Path(path)
        if not create and not file.exists():
            raise not_found(path)
        check_folder_of(file)
        if create:
            # The engine creates its logs with the mode of the file.
            create_store_file(file)
    return _connect(path, path)


def connect_read_only(path: str) -> SqliteConnection:
    """Connect to an existing file that is not a store, and never write to it.

    Raises:
        StoreError: the file does not exist, or cannot be opened.

    """
    check_sqlite_version()
    if not Path(path).is_file():
        raise StoreError(f"file not found: {path}")
    database = _connect(path, f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)
    try:
        prepare_reader(database)
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as problem:
        database.close()
        raise StoreError(f"{path}: {problem}") from None
    return database


def _connect(path: str, target: str, *, uri: bool = False) -> SqliteConnection:
    try:
        database = sqlite3.connect(
            target,
            uri=uri,
            timeout=LOCK_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
            factory=SqliteConnection,
        )
        guard_connection(database)
        return database
    except (sqlite3.Error, ValueError) as problem:
        raise StoreError(f"{path!r}: {problem}") from None


def prepare_reader(database: SqliteConnection) -> None:
    """Set up a connection that only reads."""
    database.execute("PRAGMA query_only = ON")
    database.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB}")


class SqliteConnections:
    """Connections to a file, or the only connection to a database in memory.

    Safe to use from several threads. Writers wait for each other; readers never wait.
    """

    def __init__(self, path: str, open_connection: Callable[[], SqliteConnection]) -> None:
        self.path = path
        self._opened = [open_connection()]
        self._file = OpenedFile(path)
        self.writer = self._opened[0]
        self._write_lock = threading.RLock()
        self._pool_lock = threading.Lock()
        self._idle: list[SqliteConnection] = []
        self._closed = False
        self._of_thread = threading.local()
        # Closes connections with the last reference to this object, instead of a warning from the engine.
        weakref.finalize(self, _close_all, self._opened)

    def _open_reader(self) -> SqliteConnection:
        database = connect(self._file.path, create=False)
        try:
            with self.errors():
                prepare_reader(database)
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Convert the engine's errors to ``StoreError``."""
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning) as problem:
            raise StoreError(f"{self.path}: {describe(problem)}") from problem

    @contextmanager
    def writing(self) -> Iterator[SqliteConnection]:
        """Yield the writer in a transaction.

        The transaction commits at the end; an exception rolls it back.
        """
        with self._write_lock, self.errors():
            if not self.writer.in_transaction:
                self._file.check()
            yield from _transaction(self.writer)

    @contextmanager
    def exclusive(self) -> Iterator[SqliteConnection]:
        """Yield the writer outside a transaction."""
        with self._write_lock, self.errors():
            self._file.check()
            yield self.writer

    def reading(
        self, seconds: float | None = None, *, checks: int | None = None
    ) -> AbstractContextManager[SqliteConnection]:
        """Return a context with a reader: the one this thread uses already, if any.

        Raises:
            StoreTimeout: the reads took longer than ``seconds``, or than ``checks`` times 2,000 steps of the engine.
                With ``checks`` also where they would wait for a lock.

        """
        return _Reading(self, seconds, checks, snapshot=False)

    def snapshot(self, seconds: float | None = None) -> AbstractContextManager[SqliteConnection]:
        """Return a context with a reader that always sees the same state.

        Raises the same errors as :meth:`reading`.
        """
        return _Reading(self, seconds, None, snapshot=True)

    @property
    def reader_of_thread(self) -> SqliteConnection | None:
        """The reader that this thread uses already."""
        found: SqliteConnection | None = getattr(self._of_thread, "reader", None)
        return found

    def borrow(self) -> SqliteConnection:
        """Reserve a reader for this thread, until :meth:`give_back`."""
        if self.path == MEMORY:
            self._write_lock.acquire()
            database = self.writer
        else:
            self._file.check()
            database = self._pop_idle()
        self._of_thread.reader = database
        return database

    def give_back(self, database: SqliteConnection) -> None:
        """Release the reader of this thread."""
        self._of_thread.reader = None
        if self.path == MEMORY:
            self._write_lock.release()
        else:
            self._push_idle(database)

    def _pop_idle(self) -> SqliteConnection:
        with self._pool_lock:
            if self._closed:
                raise is_closed(self.path)
            if self._idle:
                return self._idle.pop()
        database = self._open_reader()
        with self._pool_lock:
            self._opened.append(database)
        return database

    def _push_idle(self, database: SqliteConnection) -> None:
        with self._pool_lock:
            if not self._closed and len(self._idle) < _MAX_IDLE:
                self._idle.append(database)
                return
            self._opened.remove(database)
        database.close()

    def close(self) -> None:
        """Close every connection. Closing twice is allowed.

        A reader in use closes when its read has ended.
        """
        with self._pool_lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for database in idle:
                self._opened.remove(database)
        with self._write_lock, self.errors():
            for database in (*idle, self.writer):
                database.close()


def _transaction(database: SqliteConnection) -> Iterator[SqliteConnection]:
    if database.in_transaction:
        yield database
        return
    run_with_lock(database, "BEGIN IMMEDIATE")
    try:
        yield database
        database.execute("COMMIT")
    except BaseException:
        # Also after a failed commit: the next writer must not become part of this transaction.
        _roll_back(database)
        raise


def _roll_back(database: SqliteConnection) -> None:
    # Some failures, such as a full disk, have ended the transaction already.
    if database.in_transaction:
        database.execute("ROLLBACK")


class _Reading(AbstractContextManager[SqliteConnection]):
    """A reader connection, reserved for some reads.

    A class and not a generator, because a generator is slower and pages are read very often.
    """

    __slots__ = (
        "_at_once",
        "_borrowed",
        "_connections",
        "_database",
        "_in_snapshot",
        "_is_late",
        "_snapshot",
        "_timeout",
    )

    def __init__(
        self, connections: SqliteConnections, seconds: float | None, checks: int | None, *, snapshot: bool
    ) -> None:
        self._connections, self._snapshot, self._at_once = connections, snapshot, checks is not None
        self._is_late: Callable[[], bool] | None = None
        self._timeout: StoreTimeout | None = None
        if checks is not None:
            self._is_late, self._timeout = _after(checks), StoreTimeout("search is not answered from an index")
        elif seconds is not None:
            end = time.monotonic() + seconds
            self._is_late, self._timeout = lambda: time.monotonic() > end, timed_out(seconds)

    def __enter__(self) -> SqliteConnection:
        found = self._connections.reader_of_thread
        self._borrowed, self._in_snapshot = found is None, False
        self._database = self._connections.borrow() if found is None else found
        try:
            self._begin()
        except BaseException as problem:
            self._leave(problem)
            raise
        return self._database

    def _begin(self) -> None:
        if self._borrowed and self._is_late is not None:
            self._database.set_progress_handler(self._is_late, _PROGRESS_STEPS)
            if self._at_once:
                self._wait_for_locks(0)
        if self._snapshot and not self._database.in_transaction:
            self._database.execute("BEGIN DEFERRED")
            self._in_snapshot = True

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        failed = problem
        try:
            if self._in_snapshot and problem is None:
                self._database.execute("COMMIT")
            elif self._in_snapshot:
                _roll_back(self._database)
        except sqlite3.Error as found:
            failed = found
        self._leave(failed)
        if failed is not None and failed is not problem:
            raise failed

    def _leave(self, problem: BaseException | None) -> None:
        """Give a borrowed reader back, and convert the engine's errors."""
        if not self._borrowed:
            return
        if self._is_late is not None:
            with suppress(sqlite3.ProgrammingError):  # the connection was closed meanwhile
                self._database.set_progress_handler(None, _PROGRESS_STEPS)
                if self._at_once:
                    self._wait_for_locks(LOCK_TIMEOUT_S)
        self._connections.give_back(self._database)
        if not isinstance(problem, sqlite3.Error | sqlite3.Warning):
            return
        code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        is_late = code == sqlite3.SQLITE_INTERRUPT or (self._at_once and code == sqlite3.SQLITE_BUSY)
        if self._timeout is not None and is_late:
            raise self._timeout from problem
        with self._connections.errors():
            raise problem

    def _wait_for_locks(self, seconds: float) -> None:
        wait_for_locks(self._database, seconds)
        self._database.reads_at_once = not seconds


def _after(checks: int) -> Callable[[], bool]:
    remaining = iter(range(checks))
    return lambda: next(remaining, None) is None


def _close_all(opened: list[SqliteConnection]) -> None:
    for database in opened:
        database.close()
