"""Your own tables in a SQLite file, opened read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ...diagnostics.errors import StoreError
from ...sql.statement import Statement
from ..locations import MEMORY
from ..sqlite.connections import SqliteConnection, SqliteConnections, connect_read_only
from ..sqlite.explain import execution_plan, find_mapped_costs
from .store import MappedStore


class MappedSqliteStore(MappedStore):
    """Orders in your own SQLite file. Safe to use from several threads."""

    dialect = "sqlite"
    _connections: SqliteConnections

    def _connect(self, location: str, create: bool) -> None:
        if location == MEMORY:
            raise StoreError(f"{MEMORY} has no tables to search; pass the path of a SQLite file")
        self._connections = _ReadOnlySqliteConnections(location, partial(connect_read_only, location))

    def _run(self, text: str, parameters: Mapping[str, Any]) -> list[Sequence[Any]]:
        with self._connections.reading() as database:
            return database.execute(text, parameters).fetchall()

    def _execution_plan(self, built: Statement) -> list[str]:
        with self._connections.reading() as database:
            return execution_plan(database, built)

    def _find_costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return find_mapped_costs(lines)


class _ReadOnlySqliteConnections(SqliteConnections):
    """Connections that cannot write."""

    def _open_reader(self) -> SqliteConnection:
        return connect_read_only(self._file.path)
