"""The embedded store: one SQLite file, or memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

from ..cursor import CursorKeys, process_keys
from ..keyset import Position
from ..plan import Plan
from ..predicate import Kind, Test
from ..schema import Schema
from ..sql import Statement, Wanted, statement
from ..sql.leaves import ELEMENTS
from ..values import has_lone_surrogate
from . import layout
from .base import Kept, Store, Values
from .connections import Connections
from .explaining import costs_in
from .keyfile import keys_beside
from .merging import Change, Held
from .sqlite_file import MEMORY, prepare

JSON = Any

_RARE = 5_000
"""Elements: an array test that fewer pass is looked up by its value, others are tested row by row."""
_ANALYZE_AFTER = 1_000
_ORDER = "FROM order_document WHERE site = ? AND id = ?"
_TRANSACTIONS = "FROM transactions WHERE site = ? AND order_id = ?"
_KEPT = {"order": ("order_document", "id", "NULL"), "transactions": ("transactions", "order_id", "event_time")}


class SqliteStore(Store):
    """Orders of one site in a SQLite file. Safe to use from several threads, which read beside one that writes."""

    dialect = "sqlite"

    def __init__(
        self,
        path: str | Path,
        schema: Schema,
        *,
        site: str = "",
        keys: CursorKeys | None = None,
        create: bool = True,
    ) -> None:
        self.schema, self.site = schema, site
        self.path = str(path)
        self._connections = Connections(self.path, create)
        try:
            with self._connections.alone() as database:
                prepare(database, schema, self.path, create)
        except BaseException:
            self._connections.close()
            raise
        in_file = self.path != MEMORY
        self.keys = keys or (keys_beside(Path(self.path)) if in_file else process_keys())

    # -- writing -----------------------------------------------------------------------------------------------

    def _writing(self) -> AbstractContextManager[Any]:
        return self._connections.writing()

    def _held(self, order_ids: list[str]) -> dict[str, Held]:
        field = self.schema.revision
        revision = "NULL" if field is None else f'o."{field.column}"'
        with self._connections.writing() as database:
            orders = self._of_ids(
                database,
                f"SELECT d.id, {revision} FROM order_document AS d JOIN orders AS o ON o.rid = d.rid "
                "WHERE d.site = ? AND d.id",
                order_ids,
            )
            times = self._of_ids(
                database, "SELECT order_id, event_time FROM transactions WHERE site = ? AND order_id", order_ids
            )
        held = {}
        for key in orders.keys() | times.keys():
            stored = orders.get(key)
            value = None if stored is None or field is None else field.type.decode(stored)
            held[key] = Held(key in orders, value, key in times, times.get(key))
        return held

    def _documents(self, kind: Literal["order", "transactions"], order_ids: list[str]) -> dict[str, bytes]:
        table, key = ("order_document", "id") if kind == "order" else ("transactions", "order_id")
        with self._connections.writing() as database:
            text = f"SELECT {key}, document FROM {table} WHERE site = ? AND {key}"
            return self._of_ids(database, text, order_ids)

    def _of_ids(self, database: sqlite3.Connection, text: str, order_ids: list[str]) -> dict[str, Any]:
        marks = ", ".join("?" * len(order_ids))
        return dict(database.execute(f"{text} IN ({marks})", (self.site, *order_ids)))

    def _put(self, changes: list[tuple[Change, Values | None]]) -> None:
        with self._connections.writing() as database:
            orders = [(self.site, change.id, change.order.document) for change, _ in changes if change.order]
            database.executemany(
                "INSERT INTO order_document (site, id, document) VALUES (?, ?, ?) "
                "ON CONFLICT (site, id) DO UPDATE SET document = excluded.document",
                orders,
            )
            database.executemany(
                "INSERT OR REPLACE INTO transactions (site, order_id, event_time, document) VALUES (?, ?, ?, ?)",
                [
                    (self.site, change.id, change.event_time, change.transactions.document)
                    for change, _ in changes
                    if change.transactions
                ],
            )
            searched = [(change.id, values) for change, values in changes if values is not None]
            rids = self._of_ids(
                database, "SELECT id, rid FROM order_document WHERE site = ? AND id", [key for key, _ in searched]
            )
            layout.put_rows(database, self.schema, [(rids[key], self.site, values) for key, values in searched])

    def delete(self, order_ids: Iterable[str]) -> int:
        """Remove orders and their transactions for good; how many orders there were.

        The space is overwritten and the write-ahead log emptied, so that the bytes are gone from the files too; while
        another connection still reads an older state, they are when the log is next copied back.
        """
        ids = [order_ids] if isinstance(order_ids, str) else list(order_ids)
        ids = [order_id for order_id in ids if _could_be_key(order_id)]
        removed = 0
        with self._connections.writing() as database:
            for order_id in ids:
                database.execute("DELETE FROM transactions WHERE site = ? AND order_id = ?", (self.site, order_id))
                gone = database.execute(
                    "DELETE FROM order_document WHERE site = ? AND id = ? RETURNING rid", (self.site, order_id)
                ).fetchall()
                for (rid,) in gone:
                    database.execute(f"DELETE FROM {ELEMENTS} WHERE rid = ?", (rid,))
                    database.execute("DELETE FROM orders WHERE rid = ?", (rid,))
                removed += len(gone)
        with self._connections.alone() as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return removed

    def settle(self) -> None:
        """Refresh the planner's statistics after many changes: without them a page can take a second."""
        with self._connections.writing() as database:
            (rows,) = database.execute("SELECT count(*) FROM orders").fetchone()
            found = database.execute("SELECT value FROM about WHERE name = 'analyzed_rows'").fetchone()
            known = found[0] if found else 0
            if abs(rows - known) >= max(_ANALYZE_AFTER, known // 5):
                database.execute("ANALYZE")
                database.execute("INSERT OR REPLACE INTO about VALUES ('analyzed_rows', ?)", (rows,))

    # -- reading -----------------------------------------------------------------------------------------------

    def _kept(
        self, kind: Literal["order", "transactions"], site: str | None, beyond: tuple[str, str], count: int
    ) -> list[Kept]:
        table, key, time = _KEPT[kind]
        one = "" if site is None else "site = :site AND "
        text = (
            f"SELECT site, {key}, :kind, document, {time} FROM {table} "
            f"WHERE {one}(site, {key}) > (:beyond, :id) ORDER BY site, {key} LIMIT :count"
        )
        asked = {"kind": kind, "site": site, "beyond": beyond[0], "id": beyond[1], "count": count}
        with self._connections.reading() as database:
            return [Kept(*row) for row in database.execute(text, asked)]

    def _snapshot(self, seconds: float | None) -> AbstractContextManager[Any]:
        return self._connections.snapshot(seconds)

    def _statement(self, plan: Plan, position: Position | None = None, count: int | None = None) -> Statement:
        wanted: Wanted = "count" if count is None else "page"
        return statement(
            plan, self.dialect, site=self.site, position=position, limit=count, wanted=wanted, rare=self._rare
        )

    def _rows(self, built: Statement) -> list[Any]:
        with self._connections.reading() as database:
            return database.execute(built.text, built.parameters).fetchall()

    def _explained(self, built: Statement) -> list[str]:
        with self._connections.reading() as database:
            return explained(database, built)

    def _costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return costs_in(
            lines, r"^SCAN o\b", "^USE TEMP B-TREE FOR ORDER BY", r"^SEARCH o USING .*INDEX \w+ \(site=\?\)$"
        )

    def _rare(self, leaf: Test) -> bool:
        """Neither of SQLite's two plans for an array test is safe alone; how many elements it meets decides."""
        if leaf.kind not in (Kind.EQUALS, Kind.ONE_OF, Kind.CONTAINS):
            return False
        values = leaf.operand if leaf.kind in (Kind.ONE_OF, Kind.CONTAINS) else (leaf.operand,)
        if len(values) > 20:
            return False
        encode = leaf.field.type.encode
        met = [self._met(leaf.field.column, encode(value)) for value in values]
        return min(met) < _RARE if leaf.kind is Kind.CONTAINS else sum(met) < _RARE

    def _met(self, column: str, value: Any) -> int:
        text = f"SELECT count(*) FROM (SELECT 1 FROM {ELEMENTS} WHERE field = ? AND value = ? LIMIT {_RARE})"
        with self._connections.reading() as database:
            (count,) = database.execute(text, (column, value)).fetchone()
        return int(count)

    def get_document(self, order_id: str) -> bytes | None:
        """The stored bytes of an order (hidden ones too), or ``None``."""
        return self._one(f"SELECT document {_ORDER}", order_id)

    def get_transactions(self, order_id: str) -> bytes | None:
        """The stored bytes of an order's transactions record, or ``None``."""
        return self._one(f"SELECT document {_TRANSACTIONS}", order_id)

    def _one(self, text: str, order_id: str) -> bytes | None:
        if not _could_be_key(order_id):
            return None
        with self._connections.reading() as database:
            found = database.execute(text, (self.site, order_id)).fetchone()
        return None if found is None else bytes(found[0])

    def holds_named_site(self) -> bool:
        """Whether anything in the store, at whatever site, belongs to a site with a name."""
        tables = ("order_document", "transactions")
        text = " UNION ALL ".join(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE site > '')" for table in tables)
        with self._connections.reading() as database:
            return any(found for (found,) in database.execute(text))

    def close(self) -> None:
        """Close the store. Closing twice is fine."""
        self._connections.close()


def explained(database: sqlite3.Connection, built: Statement) -> list[str]:
    """How SQLite says it will run a statement, a step a line."""
    steps = database.execute(f"EXPLAIN QUERY PLAN {built.text}", built.parameters).fetchall()
    depths = {0: -1}
    for number, parent, _, _ in steps:
        depths[number] = depths[parent] + 1
    return ["  " * depths[number] + step for number, _, _, step in steps]


def _could_be_key(order_id: JSON) -> bool:
    return isinstance(order_id, str) and not has_lone_surrogate(order_id)
