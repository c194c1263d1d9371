"""The DuckDB databases that are open in this process.

Each database is open once, with one connection that writes and several that read. DuckDB lets one process at a time
open a file, with one database, so all stores of a process with the same file share the database here.
"""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from ...diagnostics.errors import StoreError
from ..locations import MEMORY
from ..opened_file import OpenedFile
from ..store_errors import timed_out
from .driver import duckdb, full_path, open_store_file, remove_empty_log

_MAX_IDLE = 16
_MAX_PARSED = 64
_MAX_PARSED_CHARS = 20_000
_INTERRUPT_AGAIN_S = 0.05
"""How long between two interrupts: a statement that begins just as it is interrupted continues."""


class DuckdbConnection:
    """A connection to the engine, used by one thread at a time."""

    def __init__(self, inner: duckdb.DuckDBPyConnection) -> None:
        self.inner = inner
        self.in_transaction = False
        self._late = False
        self._parsed: dict[str, duckdb.Statement] = {}

    def rows(self, text: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement; return its rows, if it has any."""
        if self._late:
            raise duckdb.InterruptException("interrupted before the statement began")
        return self.inner.execute(self._parse(text) if parameters else text, parameters or {}).fetchall()

    def _parse(self, text: str) -> str | duckdb.Statement:
        """Return the parsed statement, from a cache.

        The pages of a search have the same text.
        """
        found = self._parsed.get(text)
        if found is not None:
            return found
        statements = self.inner.extract_statements(text) if len(text) <= _MAX_PARSED_CHARS else []
        if len(statements) != 1:
            return text
        if len(self._parsed) == _MAX_PARSED:
            self._parsed.clear()
        self._parsed[text] = statements[0]
        return statements[0]

    def insert(self, table: str, rows: Any) -> None:
        """Insert the rows of an Arrow table into the columns of the same names."""
        self.inner.register("loaded", rows)
        try:
            self.rows(f"INSERT INTO {table} BY NAME SELECT * FROM loaded")
        finally:
            # After a failure only a rollback can end the transaction.
            with suppress(duckdb.Error):
                self.inner.unregister("loaded")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a transaction that commits at the end, or is undone by an exception."""
        self.in_transaction = True
        try:
            self.rows("BEGIN TRANSACTION")
            yield
            self.rows("COMMIT")
        except BaseException:
            # Some failures, such as a failed commit, have ended the transaction already.
            with suppress(duckdb.Error):
                self.rows("ROLLBACK")
            raise
        finally:
            self.in_transaction = False

    @contextmanager
    def deadline(self, seconds: float | None) -> Iterator[None]:
        """Interrupt statements after ``seconds``. Raises ``StoreTimeout``."""
        if seconds is None:
            yield
            return
        done = threading.Event()

        def watch() -> None:
            over = done.wait(seconds)
            while not over:
                self._late = True
                self.inner.interrupt()
                over = done.wait(_INTERRUPT_AGAIN_S)

        watcher = threading.Thread(target=watch, name="orderquery deadline", daemon=True)
        watcher.start()
        try:
            yield
        except duckdb.InterruptException as problem:
            raise timed_out(seconds) from problem
        finally:
            done.set()
            watcher.join()
            self._late = False


class SharedDatabase:
    """An open database and its connections. The last user that leaves closes it."""

    def __init__(self, path: str, first: duckdb.DuckDBPyConnection) -> None:
        self.path, self.file = path, OpenedFile(path)
        self.write_lock = threading.RLock()
        self.commits = 0
        """The number of write transactions so far."""
        self._process = os.getpid()
        self._users = 1
        self._idle: list[DuckdbConnection] = []
        self._first = first
        self.writer = DuckdbConnection(self._first.cursor())
        _databases.add(self)

    def check_process(self) -> None:
        """Raise ``StoreError`` in a fork of the process that opened the database.

        A forked process does not have the engine's threads.
        """
        if self._process != os.getpid():
            raise StoreError(
                f"{self.path} was opened before this process was forked; use it in the parent process only"
            )

    def enter(self) -> bool:
        """Add a user; return false if the database is closed already."""
        with _lock:
            self._users += self._users > 0
            return self._users > 0

    def leave(self) -> None:
        """Remove a user; the last one closes the database."""
        if self._process != os.getpid():
            return
        with _lock:
            self._users -= 1
            if self._users:
                return
            if _registry.get(full_path(self.path)) is self:
                del _registry[full_path(self.path)]
        for connection in (*self._idle, self.writer):
            connection.inner.close()
        self._first.close()
        if self.path != MEMORY:
            remove_empty_log(self.path)

    def borrow(self) -> DuckdbConnection:
        """Return a connection to read with."""
        with _lock:
            return self._idle.pop() if self._idle else DuckdbConnection(self._first.cursor())

    def give_back(self, connection: DuckdbConnection) -> None:
        """Keep a connection for the next reader."""
        with _lock:
            if len(self._idle) < _MAX_IDLE:
                self._idle.append(connection)
                return
        connection.inner.close()

    def leak(self) -> None:
        """Prevent the destruction of the engine's objects in a forked process.

        Destroying them needs threads that a forked process does not have.
        """
        for inner in (self._first, self.writer.inner, *(idle.inner for idle in self._idle)):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(inner))


def share_database(path: str, create: bool) -> SharedDatabase:
    """Return the open database of a file, or a new one in memory.

    The caller becomes one of its users.

    Raises:
        StoreError: the file does not exist and is not to be created, or cannot be opened.

    """
    with _opening:
        found = _registry.get(full_path(path))
        if found is not None:
            found.check_process()
            found.file.check()
            if found.enter():
                return found
        database = SharedDatabase(path, open_store_file(path, create))
        if path != MEMORY:
            _registry[full_path(path)] = database
        return database


_registry: dict[str, SharedDatabase] = {}
"""The open databases by the full paths of their files."""
_databases: weakref.WeakSet[SharedDatabase] = weakref.WeakSet()
_opening = threading.RLock()
_lock = threading.RLock()


def _after_fork() -> None:
    global _opening, _lock
    _opening, _lock = threading.RLock(), threading.RLock()
    for database in list(_databases):
        database.leak()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
