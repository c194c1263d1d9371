"""The DuckDB databases that this process has open: each once, with a connection that writes and more that read.

DuckDB lets one process at a time hold a file, and one database in it, so the stores of a process that are of one file
share what is here.
"""

from __future__ import annotations

import ctypes
import os
import re
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ...diagnostics.errors import MissingExtra, StoreError, StoreTimeout
from ..disk_errors import with_the_fix

try:
    import duckdb as duckdb  # also for the other stores on this engine
except ImportError as problem:
    raise MissingExtra("duckdb", problem) from None

MEMORY = ":memory:"

_Config = dict[str, str | bool | int | float | list[str]]

_CONFIG: _Config = {
    # Nothing is fetched, installed or run, and no file is read but the store's own.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "enable_external_access": False,
    "python_enable_replacements": False,
    "lock_configuration": True,
    # A checkpoint writes the last row group anew, documents and all: after the usual 16 MB a load spends its time so.
    "checkpoint_threshold": "256MB",
}
_IN_MEMORY: _Config = {**_CONFIG, "temp_directory": ""}
"""Orders that are to lie in memory do not spill into the working directory."""

_MOST_IDLE = 16
_AGAIN = 0.05
"""Seconds between two attempts to interrupt: what begins just as it is interrupted goes on."""

_SMALLEST = 3 * 4096
"""Bytes of the three headers that a database begins with."""

_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<process>\d+)")


class Connection:
    """A connection of the engine, used by one thread at a time."""

    def __init__(self, inner: duckdb.DuckDBPyConnection) -> None:
        self.inner = inner
        self.in_transaction = False
        self._late = False

    def rows(self, text: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement; its rows, if it has any."""
        if self._late:
            raise duckdb.InterruptException("interrupted before it began")
        return self.inner.execute(text, parameters or {}).fetchall()

    def insert(self, table: str, rows: Any) -> None:
        """Add the rows of an Arrow table to the columns of the same names."""
        self.inner.register("loaded", rows)
        try:
            self.rows(f"INSERT INTO {table} BY NAME SELECT * FROM loaded")
        finally:
            # After a failure the transaction is one that only a rollback can end.
            with suppress(duckdb.Error):
                self.inner.unregister("loaded")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction that is committed at the end, or undone by an exception."""
        self.in_transaction = True
        try:
            self.rows("BEGIN TRANSACTION")
            yield
            self.rows("COMMIT")
        except BaseException:
            # Some failures, among them that of a commit, have ended the transaction already.
            with suppress(duckdb.Error):
                self.rows("ROLLBACK")
            raise
        finally:
            self.in_transaction = False

    @contextmanager
    def deadline(self, seconds: float | None) -> Iterator[None]:
        """Where statements are stopped when so many seconds are over. Raises ``StoreTimeout``."""
        if seconds is None:
            yield
            return
        done = threading.Event()

        def watch() -> None:
            over = done.wait(seconds)
            while not over:
                self._late = True
                self.inner.interrupt()
                over = done.wait(_AGAIN)

        watcher = threading.Thread(target=watch, name="orderquery deadline", daemon=True)
        watcher.start()
        try:
            yield
        except duckdb.InterruptException as problem:
            raise StoreTimeout(f"not done within {seconds:g} s") from problem
        finally:
            done.set()
            watcher.join()
            self._late = False


class Database:
    """An open database, and its connections. It is closed when nobody uses it any more."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.write_lock = threading.RLock()
        self._process = os.getpid()
        self._users = 0
        self._idle: list[Connection] = []
        self._first = _connect(path)
        self.writer = Connection(self._first.cursor())
        _databases.add(self)

    def check_process(self) -> None:
        """Refuse a process that was forked from the one that opened it: the engine's threads did not come along."""
        if self._process != os.getpid():
            raise StoreError(f"{self.path} belongs to the process that this one was forked from")

    def enter(self) -> bool:
        """One user more; false if it is closed already."""
        with _lock:
            self._users += self._users > 0
            return self._users > 0

    def leave(self) -> None:
        """One user less; the last one closes the database."""
        if self._process != os.getpid():
            return
        with _lock:
            self._users -= 1
            if self._users:
                return
            if _registry.get(_name(self.path)) is self:
                del _registry[_name(self.path)]
        for connection in (*self._idle, self.writer):
            connection.inner.close()
        self._first.close()

    def take(self) -> Connection:
        """A connection to read with."""
        with _lock:
            return self._idle.pop() if self._idle else Connection(self._first.cursor())

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next reader."""
        with _lock:
            if len(self._idle) < _MOST_IDLE:
                self._idle.append(connection)
                return
        connection.inner.close()

    def keep(self) -> None:
        """Never let go of the engine's objects: to end them would take threads that this process does not have."""
        for inner in (self._first, self.writer.inner, *(idle.inner for idle in self._idle)):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(inner))

    @classmethod
    def opened(cls, path: str, create: bool) -> Database:
        """The open database of a file, or a new one in memory; the caller is one of its users.

        Raises:
            StoreError: the file is not there and not to be made, or cannot be opened.

        """
        with _opening:
            found = _registry.get(_name(path))
            if found is not None:
                found.check_process()
                if found.enter():
                    return found
            file = Path(path)
            if path != MEMORY and not create and not file.exists():
                raise StoreError(f"there is no store {path}: orderquery load {path} FILE makes one")
            if path != MEMORY and not file.parent.is_dir():
                raise StoreError(f"cannot make {path}: there is no folder {file.parent}")
            database = cls(path)
            database._users = 1
            if path != MEMORY:
                _registry[_name(path)] = database
            return database


_registry: dict[str, Database] = {}
"""The open databases by the full names of their files."""
_databases: weakref.WeakSet[Database] = weakref.WeakSet()
_opening = threading.RLock()
_lock = threading.RLock()


def _after_fork() -> None:
    global _opening, _lock
    _opening, _lock = threading.RLock(), threading.RLock()
    for database in list(_databases):
        database.keep()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _name(path: str) -> str:
    return path if path == MEMORY else os.path.realpath(path)


def _connect(path: str) -> duckdb.DuckDBPyConnection:
    new = path != MEMORY and not os.path.exists(path)
    if "\\" in _name(path) and os.sep == "/":
        raise StoreError(f"no DuckDB store can be at {path}: DuckDB takes a backslash for a slash, so for another file")
    if "?" in _name(path):
        raise StoreError(f"no DuckDB store can be at {path}: DuckDB keeps the log of a name with ? in another place")
    try:
        # In full, for to the engine a name such as md:x means something else.
        return duckdb.connect(_name(path), config=_IN_MEMORY if path == MEMORY else _CONFIG)
    except duckdb.Error as problem:
        if new and _is_half_made(path) and not _is_held(problem):
            with suppress(OSError):
                os.unlink(path)
        raise StoreError(_refusal(path, problem)) from None


def _is_held(problem: duckdb.Error) -> bool:
    """Whether another process has the file open, and may be making it."""
    return "set lock on file" in str(problem)


def _is_half_made(path: str) -> bool:
    """Whether a file ends before what a database begins with does: it holds nothing, and cannot be opened."""
    try:
        return os.path.isfile(path) and 0 < os.path.getsize(path) < _SMALLEST
    except OSError:
        return False


def _refusal(path: str, problem: duckdb.Error) -> str:
    said = first_line(problem)
    if _is_held(problem):
        holder = _HOLDER.search(said)
        by = f" ({Path(holder['program']).name}, process {holder['process']})" if holder else ""
        return f"{path} is open in another process{by}: DuckDB lets one process at a time hold a file"
    if "different configuration" in said:
        return f"{path} is open in this process already, but not by orderquery: close it there first"
    if "not a valid DuckDB" in said or isinstance(problem, duckdb.PermissionException):
        return f"{path} is not a DuckDB database"
    if _is_half_made(path) and "not read" in said:
        return f"{path} was left half made by a crash, and holds nothing: remove it, and load again"
    return f"{path}: {with_the_fix(said)}"


def first_line(problem: BaseException) -> str:
    """What an error of the engine says, without the statement that it shows below."""
    return str(problem).partition("\n")[0]


class Connections:
    """What one store, at whatever sites, reads and writes with. Safe to use from several threads.

    Writers wait for one another; readers wait for nobody.
    """

    def __init__(self, path: str, create: bool) -> None:
        self.path = path
        self._database = Database.opened(path, create)
        self._of_thread = threading.local()
        # What is left open is closed with the last reference to it.
        self._leave = weakref.finalize(self, self._database.leave)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Where the engine's errors become ``StoreError``."""
        try:
            yield
        except duckdb.FatalException as problem:
            # Until it is opened anew the engine answers nothing but that it failed.
            said = f"{with_the_fix(first_line(problem))}; close the store and open it again"
            raise StoreError(f"{self.path}: {said}") from problem
        except duckdb.Error as problem:
            raise StoreError(f"{self.path}: {with_the_fix(first_line(problem))}") from problem

    @contextmanager
    def _used(self) -> Iterator[Database]:
        """The database, which stays open meanwhile."""
        database = self._database
        database.check_process()
        if not self._leave.alive or not database.enter():
            raise StoreError(f"{self.path}: the store is closed")
        try:
            yield database
        finally:
            database.leave()

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """The connection that writes, outside a transaction unless this thread has one."""
        with self._used() as database, database.write_lock, self.errors():
            yield database.writer

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The connection that writes, in a transaction that is committed at the end, or undone by an exception."""
        with self.alone() as writer:
            if writer.in_transaction:
                yield writer
                return
            with writer.transaction():
                yield writer

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with: this thread's own where it reads already."""
        held: Connection | None = getattr(self._of_thread, "reader", None)
        if held is not None:
            yield held
            return
        with self._used() as database, self.errors():
            reader = database.take()
            self._of_thread.reader = reader
            try:
                yield reader
            except BaseException:
                # Whatever state it is in, nobody else gets it.
                reader.inner.close()
                raise
            else:
                database.give_back(reader)
            finally:
                self._of_thread.reader = None

    @contextmanager
    def snapshot(self, seconds: float | None = None) -> Iterator[Connection]:
        """A connection whose every read sees the same state.

        Raises:
            StoreTimeout: the reads took longer than ``seconds``.

        """
        with self.reading() as reader:
            if reader.in_transaction:
                yield reader
                return
            # The end of a transaction is not to be interrupted, so the deadline lies within.
            with reader.transaction(), reader.deadline(seconds):
                yield reader

    def close(self) -> None:
        """Close the store; the database too if no other store uses it and nobody reads. Closing twice is fine."""
        self._leave()
