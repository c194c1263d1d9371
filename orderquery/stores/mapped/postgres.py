"""Own tables in a PostgreSQL database, in transactions that only read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from ...compiler.cursor_keys import CursorKeys
from ...sql.statement import Statement
from ..explain import READS_ALL
from ..postgres.connections import Connections, Database
from ..postgres.url import NAMESPACE, target_of
from .store import OwnStore

if TYPE_CHECKING:
    from ...sql.mapped.layout import OwnTables


class OwnPostgres(OwnStore):
    """Orders in a PostgreSQL database of one's own. Safe to use from several threads."""

    dialect = "postgres"

    def __init__(self, url: str, layout: OwnTables, *, site: str = "", keys: CursorKeys | None = None) -> None:
        super().__init__(layout, site=site, keys=keys)
        self._connections = _Readers(target_of(url))

    def _answers(self, text: str, parameters: Mapping[str, Any]) -> list[Sequence[Any]]:
        with self._connections.reading() as database:
            return list(database.execute(text, parameters).fetchall())

    def _snapshot(self, seconds: float | None) -> AbstractContextManager[Any]:
        return self._connections.snapshot(seconds)

    def _explained(self, built: Statement) -> list[str]:
        with self._connections.reading() as database:
            return [line for (line,) in database.execute(f"EXPLAIN {built.text}", built.parameters)]

    def _costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return ((READS_ALL, line.strip()) for line in lines if "Seq Scan on" in line)

    def close(self) -> None:
        """Close every connection. Closing twice is fine."""
        self._connections.close()


class _Readers(Connections):
    """Connections that cannot write, and find tables as any other client does, or in the namespace of the URL."""

    def _configure(self, database: Database) -> None:
        settings = {"default_transaction_read_only": "on", "TimeZone": "UTC", "jit": "off"}
        set_all = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
        database.execute(f"SELECT {set_all}")
        if self.target.namespace != NAMESPACE:
            database.execute("SELECT set_config('search_path', quote_ident(%s), false)", (self.target.namespace,))
