"""Own tables in a SQLite file, opened for reading alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...compiler.cursor_keys import CursorKeys
from ...diagnostics.errors import StoreError
from ...sql.statement import Statement
from ..explain import costs_in
from ..sqlite.connections import Connections
from ..sqlite.database import MEMORY, OLDEST_SQLITE, PATIENCE, prepare_reader
from ..sqlite.store import explained
from .store import OwnStore

if TYPE_CHECKING:
    from ...sql.mapped.layout import OwnTables


class OwnSqlite(OwnStore):
    """Orders in a SQLite file of one's own. Safe to use from several threads."""

    dialect = "sqlite"

    def __init__(self, path: str, layout: OwnTables, *, site: str = "", keys: CursorKeys | None = None) -> None:
        super().__init__(layout, site=site, keys=keys)
        if path == MEMORY:
            raise StoreError(f"{MEMORY} holds no tables of anybody's")
        self._connections = _Readers(path, create=False)

    def _answers(self, text: str, parameters: Mapping[str, Any]) -> list[Sequence[Any]]:
        with self._connections.reading() as database:
            return database.execute(text, parameters).fetchall()

    def _snapshot(self, seconds: float | None) -> AbstractContextManager[Any]:
        return self._connections.snapshot(seconds)

    def _explained(self, built: Statement) -> list[str]:
        with self._connections.reading() as database:
            return explained(database, built)

    def _costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        # What follows looks up the documents of a page, and puts them in its order.
        found = lines[: lines.index("SCAN k")] if "SCAN k" in lines else lines
        return costs_in(found, r"^SCAN o\b(?! USING)", "^USE TEMP B-TREE FOR ORDER BY", r"^SCAN o USING .*INDEX")

    def close(self) -> None:
        """Close the file. Closing twice is fine."""
        self._connections.close()


class _Readers(Connections):
    """Connections that cannot write."""

    def _connect(self, create: bool) -> sqlite3.Connection:
        path = Path(self.path)
        if not path.is_file():
            raise StoreError(f"there is no file {self.path}")
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise StoreError(f"own tables need SQLite {'.'.join(map(str, OLDEST_SQLITE))} or newer")
        database = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=PATIENCE, isolation_level=None,
            check_same_thread=False,
        )  # fmt: skip
        try:
            prepare_reader(database)
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as problem:
            database.close()
            raise StoreError(f"{self.path}: {problem}") from None
        return database
