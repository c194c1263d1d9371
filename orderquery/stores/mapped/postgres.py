"""Your own tables in a PostgreSQL database, in read-only transactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...sql.statement import Statement
from ..postgres.connections import PostgresConnection, PostgresConnections
from ..postgres.explain import execution_plan, find_mapped_costs
from ..postgres.url import NAMESPACE, parse_target
from .store import MappedStore


class MappedPostgresStore(MappedStore):
    """Orders in your own PostgreSQL database. Safe to use from several threads."""

    dialect = "postgres"
    _connections: PostgresConnections

    def _connect(self, location: str, create: bool) -> None:
        self._connections = _ReadOnlyPostgresConnections(parse_target(location))

    def _run(self, text: str, parameters: Mapping[str, Any]) -> list[Sequence[Any]]:
        with self._connections.reading() as database:
            return list(database.execute(text, parameters).fetchall())

    def _execution_plan(self, built: Statement) -> list[str]:
        with self._connections.reading() as database:
            return execution_plan(database, built)

    def _find_costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return find_mapped_costs(lines)


class _ReadOnlyPostgresConnections(PostgresConnections):
    """Read-only connections to PostgreSQL.

    The search path is the namespace of the URL, or else the default of every client.
    """

    def _configure(self, database: PostgresConnection) -> None:
        settings = {"default_transaction_read_only": "on", "TimeZone": "UTC", "jit": "off"}
        set_all = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
        database.execute(f"SELECT {set_all}")
        if self.target.namespace != NAMESPACE:
            database.execute("SELECT set_config('search_path', quote_ident(%s), false)", (self.target.namespace,))
