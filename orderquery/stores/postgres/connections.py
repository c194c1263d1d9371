"""Connections to PostgreSQL: a pool to read with, one that writes, snapshots, and time limits."""

from __future__ import annotations

import hashlib
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ...diagnostics.errors import StoreError, StoreTimeout
from .driver import conninfo, errors, pq, psycopg, psycopg_pool
from .url import Target

Database = psycopg.Connection[tuple[Any, ...]]

_MOST_READERS = 16
_PATIENCE = 30.0
"""Seconds to wait for a connection while all are in use."""

_PROBE_AFTER = 1.0
"""Seconds without a connection after which the server is asked why."""

_CONNECT_WITHIN = 10
"""Seconds, where the URL says nothing else."""


class Connections:
    """Connections to a server, for the tables of one namespace.

    Safe to use from several threads. Writers of one namespace wait for one another, wherever they run; readers wait
    for nobody.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self._conninfo = _conninfo(target)
        self._lock_number = _lock_number(target.namespace)
        self._write_lock = threading.RLock()
        self._pool_lock = threading.Lock()
        self._writers: list[Database] = []
        self._pool = psycopg_pool.ConnectionPool(
            self._conninfo,
            kwargs={"autocommit": True, "prepare_threshold": None},
            min_size=0,
            max_size=_MOST_READERS,
            configure=self._configure,
            open=False,
            name="orderquery",
            timeout=_PATIENCE,
        )
        self._closed = False
        self._of_thread = threading.local()
        # What is left open is closed with the last reference to it, instead of a warning from the driver.
        weakref.finalize(self, _close_all, self._pool, self._writers)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Where the driver's errors become ``StoreError``."""
        try:
            yield
        except psycopg.Error as problem:
            raise StoreError(f"{self.target.shown}: {self._said(problem)}") from problem

    def _said(self, problem: psycopg.Error) -> str:
        said = problem.diag.message_primary or str(problem).strip() or type(problem).__name__
        return self.target.without_secrets(said)

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """The connection that writes, in a transaction that is committed at the end, or undone by an exception.

        No other writer of the namespace is in such a transaction meanwhile.
        """
        with self._write_lock, self.errors():
            database = self._writer()
            if database.info.transaction_status != pq.TransactionStatus.IDLE:
                yield database
                return
            database = self._begun(database)
            try:
                yield database
            except BaseException:
                _roll_back(database)
                raise
            database.execute("COMMIT")

    @contextmanager
    def alone(self) -> Iterator[Database]:
        """The connection that writes, outside a transaction."""
        with self._write_lock, self.errors():
            yield self._writer()

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A connection to read with: this thread's own where it reads already, within the time that has left.

        Raises:
            StoreTimeout: no time is left.

        """
        held: _Snapshot | None = getattr(self._of_thread, "snapshot", None)
        if held is not None:
            held.limit()
            yield held.database
            return
        with self._borrowed("") as database, self.errors():
            yield database

    @contextmanager
    def snapshot(self, seconds: float | None = None) -> Iterator[Database]:
        """A connection whose every read sees the same state.

        Raises:
            StoreTimeout: the reads took longer than ``seconds``.

        """
        held: _Snapshot | None = getattr(self._of_thread, "snapshot", None)
        if held is not None:
            yield held.database
            return
        began = _Snapshot(seconds)
        with self._borrowed(began.begin, seconds) as database:
            began.database = database
            self._of_thread.snapshot = began
            try:
                with self.errors(), _in_time(seconds):
                    yield database
                    database.execute("COMMIT")
            except BaseException:
                _roll_back(database)
                raise
            finally:
                self._of_thread.snapshot = None

    @contextmanager
    def _borrowed(self, first: str, seconds: float | None = None) -> Iterator[Database]:
        """A connection of the pool on which this was executed."""
        self._ready()
        patience = _PATIENCE if seconds is None else min(seconds, _PATIENCE)
        try:
            with self.errors():
                database = self._tried(first, patience)
        except StoreError as problem:
            if not isinstance(problem.__cause__, psycopg_pool.PoolTimeout):
                raise
            if seconds is not None and seconds < _PATIENCE:
                raise StoreTimeout(f"not done within {seconds:g} s") from None
            said = f"all {_MOST_READERS} connections were busy for {_PATIENCE:g} s"
            raise StoreError(f"{self.target.shown}: {said}") from None
        try:
            yield database
        finally:
            self._pool.putconn(database)

    def _tried(self, first: str, patience: float) -> Database:
        """A connection that works: what the server closed while it lay in the pool is left out."""
        tries = _MOST_READERS + 1
        while True:
            database = self._taken(patience)
            try:
                database.execute(first)
                return database
            except BaseException as problem:
                self._pool.putconn(database)
                tries -= 1
                if not (isinstance(problem, psycopg.OperationalError) and database.closed and tries):
                    raise

    def _taken(self, patience: float) -> Database:
        try:
            return self._pool.getconn(timeout=max(min(patience, _PROBE_AFTER), 0.001))
        except psycopg_pool.PoolTimeout:
            # The pool goes on trying, but does not say why it must: the server does.
            self._connect().close()
            if patience <= _PROBE_AFTER:
                raise
        return self._pool.getconn(timeout=patience - _PROBE_AFTER)

    def _ready(self) -> None:
        with self._pool_lock:
            self._not_closed()
            if self._pool.closed:
                self._pool.open()

    def _not_closed(self) -> None:
        if self._closed:
            raise StoreError(f"{self.target.shown}: the store is closed")

    def _connect(self) -> Database:
        with self.errors():
            database = psycopg.connect(self._conninfo, autocommit=True, prepare_threshold=None)
            try:
                self._configure(database)
            except BaseException:
                database.close()
                raise
        return database

    def _configure(self, database: Database) -> None:
        # Every name in a statement is one of ours. Compiling a plan takes longer than any page; and the documents of a
        # page are looked up by their numbers, which a planner that thinks of turning disks would rather not.
        settings = {"jit": "off", "random_page_cost": "1.1"}
        set_all = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
        search_path = "set_config('search_path', quote_ident(%s), false)"
        database.execute(f"SELECT {search_path}, {set_all}", (self.target.namespace,))

    def _writer(self) -> Database:
        self._not_closed()
        if self._writers and self._writers[0].closed:
            self._writers.clear()
        if not self._writers:
            self._writers.append(self._connect())
        return self._writers[0]

    def _begun(self, database: Database) -> Database:
        """The connection in a transaction; another one where the server has closed it in the meantime."""
        begin = f"BEGIN; SELECT pg_advisory_xact_lock({self._lock_number})"
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
        """Close every connection; one that reads, as soon as it has read. Closing twice is fine."""
        with self._pool_lock:
            self._closed = True
        self._pool.close()
        with self._write_lock:
            while self._writers:
                self._writers.pop().close()


class _Snapshot:
    """What a thread reads from, and until when."""

    database: Database

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds
        self._used = False

    @property
    def begin(self) -> str:
        """What begins it, and limits its first statement."""
        limit = "" if self._seconds is None else f"; {_limit(self._seconds)}"
        return f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY{limit}"

    def limit(self) -> None:
        """Give the next statement the time that is left."""
        if self._end is None:
            return
        left = self._end - time.monotonic()
        if left <= 0:
            raise StoreTimeout(f"not done within {self._seconds:g} s")
        if self._used:
            self.database.execute(_limit(left))
        self._used = True


def _limit(seconds: float) -> str:
    return f"SET LOCAL statement_timeout = {max(int(seconds * 1000), 1)}"


@contextmanager
def _in_time(seconds: float | None) -> Iterator[None]:
    try:
        yield
    except errors.QueryCanceled as problem:
        if seconds is None:
            raise
        raise StoreTimeout(f"not done within {seconds:g} s") from problem


def _roll_back(database: Database) -> None:
    # A connection that was lost has nothing to undo; the error that is on its way says more.
    if not database.closed and database.info.transaction_status != pq.TransactionStatus.IDLE:
        with suppress(psycopg.Error):
            database.execute("ROLLBACK")


def _conninfo(target: Target) -> str:
    try:
        given = conninfo.conninfo_to_dict(target.url)
        added = {"connect_timeout": _CONNECT_WITHIN} if "connect_timeout" not in given else {}
        ours = {"client_encoding": "utf8", "fallback_application_name": "orderquery"}
        return conninfo.make_conninfo(target.url, **ours, **added)
    except (psycopg.Error, ValueError) as problem:
        said = target.without_secrets(str(problem)).strip()
        raise StoreError(f"{target.shown} is no URL that PostgreSQL takes: {said}") from None


def _lock_number(namespace: str) -> int:
    digest = hashlib.sha256(f"orderquery {namespace}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def _close_all(pool: psycopg_pool.ConnectionPool[Any], writers: list[Database]) -> None:
    pool.close()
    for database in writers:
        database.close()
