"""Own tables in a DuckDB file, opened for reading alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...compiler.cursor_keys import CursorKeys
from ...diagnostics.errors import MissingExtra, StoreError
from ...sql.statement import Statement
from ..duckdb.connections import MEMORY, Connection, first_line
from ..explain import READS_ALL
from .store import OwnStore

try:
    import duckdb
except ImportError as problem:
    raise MissingExtra("duckdb", problem) from None

if TYPE_CHECKING:
    from ...sql.mapped.layout import OwnTables


class OwnDuckdb(OwnStore):
    """Orders in a DuckDB file of one's own, or in files that it reads. Safe to use from several threads.

    With ``:memory:`` what the layout reads are files: ``from = "read_parquet('orders/*.parquet') AS o"``.
    """

    dialect = "duckdb"

    def __init__(self, path: str, layout: OwnTables, *, site: str = "", keys: CursorKeys | None = None) -> None:
        super().__init__(layout, site=site, keys=keys)
        self._connections = _Readers(path)

    def _answers(self, text: str, parameters: Mapping[str, Any]) -> list[Sequence[Any]]:
        with self._connections.reading() as reader:
            return list(reader.rows(text, parameters))

    def _snapshot(self, seconds: float | None) -> AbstractContextManager[Any]:
        return self._connections.snapshot(seconds)

    def _explained(self, built: Statement) -> list[str]:
        with self._connections.reading() as reader:
            ((_, plan),) = reader.rows(f"EXPLAIN (FORMAT JSON) {built.text}", built.parameters)
        return [line for step in json.loads(plan) for line in _lines(step, 0)]

    def _costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return ((READS_ALL, line.strip()) for line in lines if line.strip().startswith(("SEQ_SCAN", "READ_")))

    def close(self) -> None:
        """Close the file. Closing twice is fine."""
        self._connections.close()


def _lines(step: dict[str, Any], depth: int) -> Iterator[str]:
    yield "  " * depth + str(step.get("name", ""))
    for below in step.get("children", ()):
        yield from _lines(below, depth + 1)


class _Readers:
    """Connections that cannot write: one for each thread that reads at the time."""

    def __init__(self, path: str) -> None:
        self.path = path
        in_file = path != MEMORY
        if in_file and not Path(path).is_file():
            raise StoreError(f"there is no file {path}")
        # An extension that is not there must not be fetched from the network.
        config: dict[str, Any] = {
            "python_enable_replacements": False,
            "allow_community_extensions": False,
            "autoinstall_known_extensions": False,
        }
        with self._errors():
            self._first = duckdb.connect(
                str(Path(path).resolve()) if in_file else path, read_only=in_file, config=config
            )
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._closed = False
        self._of_thread = threading.local()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as problem:
            raise StoreError(f"{self.path}: {first_line(problem)}") from problem

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with: this thread's own where it reads already."""
        held: Connection | None = getattr(self._of_thread, "reader", None)
        if held is not None:
            yield held
            return
        with self._errors():
            reader = self._of_thread.reader = self._taken()
            try:
                yield reader
            except BaseException:
                reader.inner.close()
                raise
            else:
                with self._lock:
                    self._idle.append(reader)
            finally:
                self._of_thread.reader = None

    def _taken(self) -> Connection:
        with self._lock:
            if self._closed:
                raise StoreError(f"{self.path}: the store is closed")
            return self._idle.pop() if self._idle else Connection(self._first.cursor())

    @contextmanager
    def snapshot(self, seconds: float | None = None) -> Iterator[Connection]:
        """A connection whose every read sees the same state, for so many seconds."""
        with self.reading() as reader:
            if reader.in_transaction:
                yield reader
                return
            with reader.transaction(), reader.deadline(seconds):
                yield reader

    def close(self) -> None:
        """Close every connection that nobody reads with."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.inner.close()
        self._first.close()
