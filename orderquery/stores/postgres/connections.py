"""Connections to PostgreSQL: reader pool, one writer, snapshots, time limits."""

from __future__ import annotations

import hashlib
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ...diagnostics.errors import StoreError
from ..store_errors import is_closed, timed_out
from .driver import conninfo, errors, pq, psycopg, psycopg_pool
from .url import Target

PostgresConnection = psycopg.Connection[tuple[Any, ...]]

_MAX_READERS = 16
_POOL_TIMEOUT_S = 30.0
"""How long to wait for a connection while all are in use."""

_PROBE_AFTER_S = 1.0
"""How long to wait for the pool before connecting directly, for the error that the pool does not report."""

_CONNECT_TIMEOUT_S = 10
"""Used where the URL has no connect_timeout."""


class PostgresConnections:
    """Connections to a server, for the tables of one namespace.

    Safe to use from several threads. Writers of one namespace wait for each other, in all processes; readers never
    wait.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self._conninfo = _conninfo(target)
        self._lock_number = _lock_number(target.namespace)
        self._write_lock = threading.RLock()
        self._pool_lock = threading.Lock()
        self._writers: list[PostgresConnection] = []
        self._pool = psycopg_pool.ConnectionPool(
            self._conninfo,
            kwargs={"autocommit": True, "prepare_threshold": None},
            min_size=0,
            max_size=_MAX_READERS,
            configure=self._configure,
            open=False,
            name="orderquery",
            timeout=_POOL_TIMEOUT_S,
        )
        self._closed = False
        self._of_thread = threading.local()
        # Closes connections with the last reference to this object, instead of a warning from the driver.
        weakref.finalize(self, _close_all, self._pool, self._writers)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Convert the driver's errors to ``StoreError``."""
        try:
            yield
        except psycopg.Error as problem:
            raise StoreError(f"{self.target.shown}: {self._describe(problem)}") from problem

    def _describe(self, problem: psycopg.Error) -> str:
        message = problem.diag.message_primary or str(problem).strip() or type(problem).__name__
        return self.target.without_secrets(message)

    @contextmanager
    def writing(self) -> Iterator[PostgresConnection]:
        """Yield the writer in a transaction.

        The transaction commits at the end; an exception rolls it back. The transaction excludes every other writer of
        the namespace.
        """
        with self._write_lock, self.errors():
            database = self._writer()
            if database.info.transaction_status != pq.TransactionStatus.IDLE:
                yield database
                return
            database = self._begin_writing(database)
            try:
                yield database
                if database.info.transaction_status == pq.TransactionStatus.INERROR:
                    # The server would answer a commit with a rollback, and report no error.
                    raise StoreError(f"{self.target.shown}: a statement of the transaction failed before")
                database.execute("COMMIT")
            except BaseException:
                _roll_back(database)
                raise

    @contextmanager
    def exclusive(self) -> Iterator[PostgresConnection]:
        """Yield the writer outside a transaction."""
        with self._write_lock, self.errors():
            yield self._writer()

    @contextmanager
    def reading(self) -> Iterator[PostgresConnection]:
        """Yield a reader.

        If this thread already uses a reader, it is that one, within its remaining time.

        Raises:
            StoreTimeout: no time is left.

        """
        current: _Snapshot | None = getattr(self._of_thread, "snapshot", None)
        if current is not None:
            current.limit_next()
            yield current.database
            return
        with self._borrow("") as database, self.errors():
            yield database

    @contextmanager
    def snapshot(self, seconds: float | None = None) -> Iterator[PostgresConnection]:
        """Yield a reader whose every read sees the same state.

        Raises:
            StoreTimeout: the reads took longer than ``seconds``.

        """
        current: _Snapshot | None = getattr(self._of_thread, "snapshot", None)
        if current is not None:
            yield current.database
            return
        snapshot = _Snapshot(seconds)
        with self._borrow(snapshot.begin, seconds) as database:
            snapshot.database = database
            self._of_thread.snapshot = snapshot
            try:
                with self.errors(), _convert_timeout(seconds):
                    yield database
                    database.execute("COMMIT")
            except BaseException:
                _roll_back(database)
                raise
            finally:
                self._of_thread.snapshot = None

    @contextmanager
    def _borrow(self, first: str, seconds: float | None = None) -> Iterator[PostgresConnection]:
        """Yield a connection of the pool on which ``first`` was executed."""
        self._open_pool()
        timeout = _POOL_TIMEOUT_S if seconds is None else min(seconds, _POOL_TIMEOUT_S)
        try:
            with self.errors():
                database = self._get_working(first, timeout)
        except StoreError as problem:
            if not isinstance(problem.__cause__, psycopg_pool.PoolTimeout):
                raise
            if seconds is not None and seconds < _POOL_TIMEOUT_S:
                raise timed_out(seconds) from None
            message = f"all {_MAX_READERS} connections were busy for {_POOL_TIMEOUT_S:g} s; try again later"
            raise StoreError(f"{self.target.shown}: {message}") from None
        try:
            yield database
        finally:
            self._pool.putconn(database)

    def _get_working(self, first: str, timeout: float) -> PostgresConnection:
        """Return a connection that works.

        Drops connections that the server closed while they were idle.
        """
        tries = _MAX_READERS + 1
        while True:
            database = self._get(timeout)
            try:
                database.execute(first)
                return database
            except BaseException as problem:
                self._pool.putconn(database)
                tries -= 1
                if not (isinstance(problem, psycopg.OperationalError) and database.closed and tries):
                    raise

    def _get(self, timeout: float) -> PostgresConnection:
        try:
            return self._pool.getconn(timeout=max(min(timeout, _PROBE_AFTER_S), 0.001))
        except psycopg_pool.PoolTimeout:
            # The pool keeps trying without an error; a direct connection raises the server's.
            self._connect().close()
            if timeout <= _PROBE_AFTER_S:
                raise
        return self._pool.getconn(timeout=timeout - _PROBE_AFTER_S)

    def _open_pool(self) -> None:
        with self._pool_lock:
            self._check_open()
            if self._pool.closed:
                self._pool.open()

    def _check_open(self) -> None:
        if self._closed:
            raise is_closed(self.target.shown)

    def _connect(self) -> PostgresConnection:
        with self.errors():
            database = psycopg.connect(self._conninfo, autocommit=True, prepare_threshold=None)
            try:
                self._configure(database)
            except BaseException:
                database.close()
                raise
        return database

    def _configure(self, database: PostgresConnection) -> None:
        # Compiling a plan takes longer than any page. The default cost of random reads, meant for hard disks, would
        # keep the planner from looking up a page's documents by their row numbers.
        settings = {"jit": "off", "random_page_cost": "1.1"}
        set_all = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
        search_path = "set_config('search_path', quote_ident(%s), false)"
        database.execute(f"SELECT {search_path}, {set_all}", (self.target.namespace,))

    def _writer(self) -> PostgresConnection:
        self._check_open()
        if self._writers and self._writers[0].closed:
            self._writers.clear()
        if not self._writers:
            self._writers.append(self._connect())
        return self._writers[0]

    def _begin_writing(self, database: PostgresConnection) -> PostgresConnection:
        """Begin a transaction; reconnect if the server has closed the connection."""
        # At another level the transaction would not see what the writers it waited for have written.
        begin = f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({self._lock_number})"
        try:
            database.execute(begin)
        except psycopg.OperationalError:
            if not database.broken:
                _roll_back(database)
                raise
            database = self._writer()
            database.execute(begin)
        return database

    def close(self) -> None:
        """Close every connection. Closing twice is allowed.

        A reader in use closes when its read has ended.
        """
        with self._pool_lock:
            self._closed = True
        self._pool.close()
        with self._write_lock:
            while self._writers:
                self._writers.pop().close()


class _Snapshot:
    """The reader of a thread, and its time limit."""

    database: PostgresConnection

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds
        self._used = False

    @property
    def begin(self) -> str:
        """Return the statements that begin it and limit its first read."""
        limit = "" if self._seconds is None else f"; {_limit(self._seconds)}"
        return f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY{limit}"

    def limit_next(self) -> None:
        """Limit the next statement to the time that is left."""
        if self._end is None or self._seconds is None:
            return
        left = self._end - time.monotonic()
        if left <= 0:
            raise timed_out(self._seconds)
        if self._used:
            self.database.execute(_limit(left))
        self._used = True


def _limit(seconds: float) -> str:
    return f"SET LOCAL statement_timeout = {max(int(seconds * 1000), 1)}"


@contextmanager
def _convert_timeout(seconds: float | None) -> Iterator[None]:
    try:
        yield
    except errors.QueryCanceled as problem:
        if seconds is None:
            raise
        raise timed_out(seconds) from problem


def _roll_back(database: PostgresConnection) -> None:
    # A lost connection has nothing to undo, and the error being raised is the useful one.
    if not database.closed and database.info.transaction_status != pq.TransactionStatus.IDLE:
        with suppress(psycopg.Error):
            database.execute("ROLLBACK")


def _conninfo(target: Target) -> str:
    try:
        given = conninfo.conninfo_to_dict(target.url)
        added = {"connect_timeout": _CONNECT_TIMEOUT_S} if "connect_timeout" not in given else {}
        ours = {"client_encoding": "utf8", "fallback_application_name": "orderquery"}
        return conninfo.make_conninfo(target.url, **ours, **added)
    except (psycopg.Error, ValueError) as problem:
        reason = target.without_secrets(str(problem)).strip()
        raise StoreError(f"{target.shown} is not a PostgreSQL URL: {reason}") from None


def _lock_number(namespace: str) -> int:
    digest = hashlib.sha256(f"orderquery {namespace}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def _close_all(pool: psycopg_pool.ConnectionPool[Any], writers: list[PostgresConnection]) -> None:
    pool.close()
    for database in writers:
        database.close()
