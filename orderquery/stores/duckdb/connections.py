"""The connections of one DuckDB store: writing, reading and snapshots."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from ...diagnostics.errors import StoreError
from ..disk_errors import with_fix
from ..locations import MEMORY
from ..store_errors import is_closed
from .driver import create_log, duckdb, first_line
from .shared_database import DuckdbConnection, SharedDatabase


class DuckdbConnections:
    """The connections of one store, for all its sites.

    Safe to use from several threads. Writers wait for each other; readers never wait. ``database`` counts the new
    object as one of its users.
    """

    def __init__(self, database: SharedDatabase) -> None:
        self.path = database.path
        self._database = database
        self._of_thread = threading.local()
        # Leaves the database with the last reference to this object.
        self._leave = weakref.finalize(self, database.leave)

    @property
    def commits(self) -> int:
        """Return the number of write transactions of the database so far.

        It includes those of all stores that share the database.
        """
        return self._database.commits

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Convert the engine's errors to ``StoreError``."""
        try:
            yield
        except duckdb.FatalException as problem:
            # The engine answers nothing else until it is opened again.
            message = f"{with_fix(first_line(problem))}; close the store and open it again"
            raise StoreError(f"{self.path}: {message}") from problem
        except duckdb.Error as problem:
            raise StoreError(f"{self.path}: {with_fix(first_line(problem))}") from problem

    @contextmanager
    def _use(self) -> Iterator[SharedDatabase]:
        """Yield the database, and keep it open meanwhile."""
        database = self._database
        database.check_process()
        if not self._leave.alive or not database.enter():
            raise is_closed(self.path)
        try:
            database.file.check()
            yield database
        finally:
            database.leave()

    @contextmanager
    def exclusive(self) -> Iterator[DuckdbConnection]:
        """Yield the writer outside a transaction, unless this thread is in one."""
        with self._use() as database, database.write_lock, self.errors():
            yield database.writer

    @contextmanager
    def writing(self) -> Iterator[DuckdbConnection]:
        """Yield the writer in a transaction.

        The transaction commits at the end; an exception rolls it back.
        """
        with self.exclusive() as writer:
            if writer.in_transaction:
                yield writer
                return
            if self.path != MEMORY:
                create_log(self.path)
            try:
                with writer.transaction():
                    yield writer
            finally:
                self._database.commits += 1

    @contextmanager
    def reading(self) -> Iterator[DuckdbConnection]:
        """Yield a reader: the one this thread uses already, if any."""
        current: DuckdbConnection | None = getattr(self._of_thread, "reader", None)
        if current is not None:
            yield current
            return
        with self._use() as database, self.errors():
            reader = database.borrow()
            self._of_thread.reader = reader
            try:
                yield reader
            except BaseException:
                # Its state is unknown: no other reader may get it.
                reader.inner.close()
                raise
            else:
                database.give_back(reader)
            finally:
                self._of_thread.reader = None

    @contextmanager
    def snapshot(self, seconds: float | None = None) -> Iterator[DuckdbConnection]:
        """Yield a reader whose every read sees the same state.

        Raises:
            StoreTimeout: the reads took longer than ``seconds``.

        """
        with self.reading() as reader:
            if reader.in_transaction:
                yield reader
                return
            # The end of a transaction must not be interrupted, so the deadline is inside it.
            with reader.transaction(), reader.deadline(seconds):
                yield reader

    def close(self) -> None:
        """Close the store. Closing twice is allowed.

        The database closes after its last user and reader.
        """
        self._leave()
