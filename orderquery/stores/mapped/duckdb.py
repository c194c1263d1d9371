"""Your own tables in a DuckDB file, opened read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...sql.statement import Statement
from ..duckdb.connections import DuckdbConnections
from ..duckdb.driver import open_read_only
from ..duckdb.explain import execution_plan, find_mapped_costs
from ..duckdb.shared_database import SharedDatabase
from .store import MappedStore


class MappedDuckdbStore(MappedStore):
    """Orders in your own DuckDB file, or in files that DuckDB reads.

    Safe to use from several threads. With ``:memory:`` the layout reads files: ``from =
    "read_parquet('orders/*.parquet') AS o"``.
    """

    dialect = "duckdb"
    _connections: DuckdbConnections
    _existence = "any"

    def _connect(self, location: str, create: bool) -> None:
        # Not one of the shared databases: a store's configuration would refuse to read files.
        self._connections = DuckdbConnections(SharedDatabase(location, open_read_only(location)))

    def _run(self, text: str, parameters: Mapping[str, Any]) -> list[Sequence[Any]]:
        with self._connections.reading() as reader:
            return list(reader.rows(text, parameters))

    def _execution_plan(self, built: Statement) -> list[str]:
        with self._connections.reading() as reader:
            return execution_plan(reader, built)

    def _find_costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return find_mapped_costs(lines)
