"""The embedded store: one SQLite file, or memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from ...compiler.cursor_keys import CursorKeys, process_keys
from ...compiler.page import Page
from ...compiler.pagination import Position
from ...compiler.query import Query
from ...diagnostics.errors import StoreTimeout
from ...documents.rest_names import is_sdk_shaped
from ...language.conditions import Kind, Test
from ...language.schema import Schema
from ...language.types import has_lone_surrogate
from ...sql.leaf_tests import ELEMENTS
from ...sql.statement import Statement, Wanted, statement
from ..base import Kept, NotAtOnce, Row, Store, Values
from ..explain import costs_in
from ..keyfile import keys_beside
from ..merge import Change, Held
from ..statement_cache import PageStatements
from . import bulk_load as bulk
from . import tables as layout
from .connections import Connections
from .database import MEMORY, prepare

JSON = Any

_RARE = 5_000
"""Elements: an array test that fewer pass is looked up by its value, others are tested row by row."""
_ANALYZE_AFTER = 1_000
_LOOKS_AT_ONCE = 20
"""Looks at a search that is to be done at once: a page from an index takes three to five."""
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
        self._pages = PageStatements()
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
        self._pages.forget()
        with self._connections.writing() as database:
            bulk.begin(database, self.schema, len(changes))
            if any(_in_sdk_names(self.schema, change) for change, _ in changes):
                database.execute("INSERT OR REPLACE INTO about VALUES ('sdk_names', 1)")
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
            searched = [(change, values) for change, values in changes if values is not None]
            ids = [change.id for change, _ in searched]
            rids = self._of_ids(database, "SELECT id, rid FROM order_document WHERE site = ? AND id", ids)
            known = [rids[change.id] for change, _ in searched if change.held.order]
            rows = [(rids[change.id], self.site, values) for change, values in searched]
            layout.put_rows(database, self.schema, rows, known)

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
        bulk.finish(self._connections.writing, self.schema)
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

    def _at_once(self, seconds: float | None) -> AbstractContextManager[Any]:
        return self._connections.reading(seconds)

    def search_at_once(self, search: JSON) -> Page:
        """The same where it is a matter of a few milliseconds: a page, from an index. Raises ``NotAtOnce``."""
        if self.path == MEMORY:
            raise NotAtOnce
        try:
            with self._connections.reading(looks=_LOOKS_AT_ONCE):
                return self.search(search)
        except StoreTimeout:
            raise NotAtOnce from None

    def _statement(self, plan: Query, position: Position | None = None, count: int | None = None) -> Statement:
        return self._built(plan, position, count, "count" if count is None else "page", None)

    def _built(
        self, plan: Query, position: Position | None, count: int | None, wanted: Wanted, branch: int | None
    ) -> Statement:
        return statement(
            plan,
            self.dialect,
            site=self.site,
            position=position,
            branch=branch,
            limit=count,
            wanted=wanted,
            rare=self._rare,
        )

    def _fetch(self, plan: Query, position: Position | None, count: int) -> list[Row]:
        """The rows of a page, branch after branch: seldom does it take more than two.

        In one statement the engine would have to merge them.
        """
        statements = self._pages.prepared(plan, self.site, position, "page", self._built)
        if position is None:
            with self._connections.reading() as database:
                return database.execute(*statements[0].bound(plan, position, count)).fetchall()
        rows: list[Row] = []
        with self._connections.snapshot() as database:
            for prepared in statements:
                rows += database.execute(*prepared.bound(plan, position, count - len(rows))).fetchall()
                if len(rows) == count:
                    break
        return rows

    def _stands(self, plan: Query, position: Position, met: Position | None) -> bool:
        statements = self._pages.prepared(plan, self.site, position, "any", self._built)
        with self._connections.snapshot() as database:
            if met is not None:
                itself = replace(met, inclusive=True)
                nearest = self._pages.prepared(plan, self.site, itself, "page", self._built)[0]
                if database.execute(*nearest.bound(plan, itself, 1)).fetchall():
                    return True
            return any(database.execute(*prepared.bound(plan, position, 1)).fetchall() for prepared in statements)

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

    def holds_sdk_names(self) -> bool:
        """Whether any document may be of the JavaScript SDK's shape."""
        with self._connections.reading() as database:
            found = database.execute("SELECT value FROM about WHERE name = 'sdk_names'").fetchone()
        # A store of an older version does not say.
        return found is None or bool(found[0])

    def close(self) -> None:
        """Close the store. Closing twice is fine."""
        self._connections.close()


def _in_sdk_names(schema: Schema, change: Change) -> bool:
    records = (change.order, change.transactions)
    return any(record is not None and is_sdk_shaped(schema, record.decoded) for record in records)


def explained(database: sqlite3.Connection, built: Statement) -> list[str]:
    """How SQLite says it will run a statement, a step a line."""
    steps = database.execute(f"EXPLAIN QUERY PLAN {built.text}", built.parameters).fetchall()
    depths = {0: -1}
    for number, parent, _, _ in steps:
        depths[number] = depths[parent] + 1
    return ["  " * depths[number] + step for number, _, _, step in steps]


def _could_be_key(order_id: JSON) -> bool:
    return isinstance(order_id, str) and not has_lone_surrogate(order_id)
