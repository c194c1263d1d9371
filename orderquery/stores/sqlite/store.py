"""The store in one SQLite file, or in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from ...compiler.cursor_keys import CursorKeys
from ...compiler.pagination import Position
from ...compiler.query import Query
from ...diagnostics.errors import StoreError, StoreTimeout
from ...documents.rest_names import is_sdk_shaped
from ...language.conditions import Kind, Test
from ...language.schema import Schema
from ...sql.statement import Statement, Wanted, statement
from ..base import NotAtOnce, Row, Store
from ..document_tables import StoredRecord
from ..keyfile import keys_of_file
from ..locations import MEMORY
from ..merge import Change, RecordKind, StoredState
from ..projection import FieldValues, stored_states
from ..statement_cache import PageStatements
from ..stored_documents import Report
from . import bulk_load, erasure, tables
from .connections import SqliteConnections, connect
from .database import prepare
from .explain import execution_plan, find_store_costs
from .facts import StoreFacts, read_cached_facts, read_facts
from .parameters import bound

JSON = Any

_RARE_ELEMENTS = 5_000
"""An array test that fewer elements pass is looked up by its value; others are tested row by row."""
_ANALYZE_AFTER_ROWS = 1_000
_MAX_CHECKS_AT_ONCE = 20
"""Progress checks before a search at once is given up: a page from an index takes three to five."""
_MAX_USABLE_IDS = 10_000
"""Ids of usable documents that a reader remembers of all sites, about 1 MB."""
_MAX_BYTES_AT_ONCE = 2 << 20
"""Bytes of documents that are read at once: checking them takes some milliseconds."""
_EVENT_TIME = {"order": "NULL", "transactions": "event_time"}


class SqliteStore(Store):
    """The orders of one site in a SQLite file.

    Safe to use from several threads, which can read during a write. A deletion writes the file anew, which takes as
    long as copying it, and empties the write-ahead log. While another connection still reads an older state, the log is
    emptied by the next deletion, or when the store is opened again.
    """

    dialect = "sqlite"
    _connections: SqliteConnections

    def _connect(self, location: str, create: bool) -> None:
        self.path = str(location)
        self._connections = SqliteConnections(self.path, partial(connect, self.path, create))
        self._pages = PageStatements()

    def _prepare(self, create: bool) -> None:
        prepare(self._connections, self.schema, create)

    def _make_keys(self) -> CursorKeys:
        return keys_of_file(self.path)

    # -- writing -----------------------------------------------------------------------------------------------

    def _writing(self) -> AbstractContextManager[Any]:
        return self._connections.writing()

    def _execute(self, text: str, rows: Sequence[Mapping[str, Any]]) -> None:
        with self._connections.writing() as database:
            for row in rows:
                database.execute(text, row)

    def _read_states(self, order_ids: list[str]) -> dict[str, StoredState]:
        field = self.schema.revision
        revision = "NULL" if field is None else f'o."{field.column}"'
        names = self._tables
        with self._connections.writing() as database:
            revisions = self._of_ids(
                database,
                f"SELECT d.id, {revision} FROM {names.documents} AS d JOIN {names.orders} AS o ON o.rid = d.rid "
                "WHERE d.site = ? AND d.id",
                order_ids,
            )
            times = self._of_ids(
                database,
                f"SELECT order_id, event_time FROM {names.transactions} WHERE site = ? AND order_id",
                order_ids,
            )
        return stored_states(self.schema, revisions, times)

    def _read_documents(self, kind: RecordKind, order_ids: list[str]) -> dict[str, bytes]:
        table, key = self._tables.of(kind)
        with self._connections.writing() as database:
            text = f"SELECT {key}, document FROM {table} WHERE site = ? AND {key}"
            return self._of_ids(database, text, order_ids)

    def _of_ids(self, database: sqlite3.Connection, text: str, order_ids: list[str]) -> dict[str, Any]:
        """Run a query for these ids; ``text`` ends with the name of the column of the ids."""
        marks = ", ".join("?" * len(order_ids))
        return dict(database.execute(f"{text} IN ({marks})", (self.site, *order_ids)))

    def _write_changes(self, changes: list[tuple[Change, FieldValues | None]]) -> None:
        self._pages.clear()
        names = self._tables
        with self._connections.writing() as database:
            bulk_load.begin(database, self.schema, len(changes))
            if any(_has_sdk_names(self.schema, change) for change, _ in changes):
                database.execute("INSERT OR REPLACE INTO about VALUES (?, 1)", (names.about("sdk_names"),))
            orders = [(self.site, change.id, change.order.document) for change, _ in changes if change.order]
            database.executemany(
                f"INSERT INTO {names.documents} (site, id, document) VALUES (?, ?, ?) "
                "ON CONFLICT (site, id) DO UPDATE SET document = excluded.document",
                orders,
            )
            database.executemany(
                f"INSERT OR REPLACE INTO {names.transactions} (site, order_id, event_time, document) "
                "VALUES (?, ?, ?, ?)",
                [
                    (self.site, change.id, change.event_time, change.transactions.document)
                    for change, _ in changes
                    if change.transactions
                ],
            )
            searched = [(change, values) for change, values in changes if values is not None]
            ids = [change.id for change, _ in searched]
            rids = self._of_ids(database, f"SELECT id, rid FROM {names.documents} WHERE site = ? AND id", ids)
            known = [rids[change.id] for change, _ in searched if change.stored.order]
            rows = [(rids[change.id], self.site, values) for change, values in searched]
            tables.write_rows(database, self.schema, rows, known)

    def _delete_records(self, order_ids: list[str]) -> int:
        names = self._tables
        deleted = others = 0
        with self._connections.writing() as database:
            for order_id in order_ids:
                of_id = (self.site, order_id)
                others += database.execute(
                    f"DELETE FROM {names.transactions} WHERE site = ? AND order_id = ?", of_id
                ).rowcount
                rids = database.execute(
                    f"DELETE FROM {names.documents} WHERE site = ? AND id = ? RETURNING rid", of_id
                ).fetchall()
                for (rid,) in rids:
                    database.execute(f"DELETE FROM {names.elements} WHERE rid = ?", (rid,))
                    database.execute(f"DELETE FROM {names.orders} WHERE rid = ?", (rid,))
                deleted += len(rids)
            if deleted or others:
                erasure.note_deletion(database)
        return deleted

    def _finish_deletion(self) -> None:
        """Write the file anew and empty the write-ahead log."""
        try:
            with self._connections.exclusive() as database:
                erasure.erase_deleted(database)
        except StoreError as problem:
            raise StoreError(f"the orders are deleted, but their bytes are still in the file: {problem}") from problem

    def settle(self) -> None:
        """Refresh the planner's statistics after many changes.

        Without them, a page can take a second.
        """
        bulk_load.finish(self._connections.writing, self.schema)
        with self._connections.writing() as database:
            (rows,) = database.execute(f"SELECT count(*) FROM {self._tables.orders}").fetchone()
            fact = self._tables.about("analyzed_rows")
            found = database.execute("SELECT value FROM about WHERE name = ?", (fact,)).fetchone()
            known = found[0] if found and isinstance(found[0], int) else 0
            if abs(rows - known) >= max(_ANALYZE_AFTER_ROWS, known // 5):
                database.execute("ANALYZE")
                database.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (fact, rows))

    # -- reading -----------------------------------------------------------------------------------------------

    def _read_records(
        self, kind: RecordKind, site: str | None, after: tuple[str, str], count: int
    ) -> list[StoredRecord]:
        table, key = self._tables.of(kind)
        one_site = "" if site is None else "site = :site AND "
        text = (
            f"SELECT site, {key}, :kind, document, {_EVENT_TIME[kind]} FROM {table} "
            f"WHERE {one_site}(site, {key}) > (:after, :id) ORDER BY site, {key} LIMIT :count"
        )
        parameters = {"kind": kind, "site": site, "after": after[0], "id": after[1], "count": count}
        with self._connections.reading() as database:
            return [StoredRecord(*row) for row in database.execute(text, parameters)]

    def _single_read(self, seconds: float | None) -> AbstractContextManager[Any]:
        return self._connections.reading(seconds)

    @property
    def reads_at_once(self) -> bool:
        """Whether :meth:`at_once` is of use, as for a file."""
        return self.path != MEMORY

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let the reads of a block take a few milliseconds, and wait for no lock.

        Raises ``NotAtOnce`` for those that would not.
        """
        if not self.reads_at_once:
            raise NotAtOnce
        try:
            with self._connections.reading(checks=_MAX_CHECKS_AT_ONCE):
                yield
        except StoreTimeout:
            raise NotAtOnce from None

    def _statement(
        self, query: Query, position: Position | None = None, count: int | None = None, wanted: Wanted | None = None
    ) -> Statement:
        return self._build(query, position, count, wanted or ("count" if count is None else "page"), None)

    def _build(
        self, query: Query, position: Position | None, count: int | None, wanted: Wanted, branch: int | None
    ) -> Statement:
        return statement(
            query,
            self.dialect,
            site=self.site,
            position=position,
            branch=branch,
            limit=count,
            wanted=wanted,
            rare=self._is_rare,
        )

    def _fetch(self, query: Query, position: Position | None, count: int) -> list[Row]:
        """Return the rows of a page, branch after branch; more than two are rarely needed.

        In one statement the engine would have to merge the branches.
        """
        statements = self._pages.get(query, self.site, position, "page", self._build)
        if position is None:
            with self._connections.reading() as database:
                return database.execute(*bound(*statements[0].bind(query, position, count))).fetchall()
        rows: list[Row] = []
        with self._connections.snapshot() as database:
            for prepared in statements:
                rows += database.execute(*bound(*prepared.bind(query, position, count - len(rows)))).fetchall()
                if len(rows) == count:
                    break
        return rows

    def _usable_rows(self, rows: list[Row], ids: tuple[str, ...], report: Report) -> tuple[list[Row], tuple[str, ...]]:
        """Return the usable rows, each checked once after the last commit.

        The reader of the page remembers what it checked: checking it again takes a fifth of the time of a page of 100.
        """
        if self.path == MEMORY or not rows:
            return super()._usable_rows(rows, ids, report)
        with self._connections.reading() as database:
            if database.reads_at_once and sum([len(row[-1]) for row in rows]) > _MAX_BYTES_AT_ONCE:
                raise NotAtOnce
            of_sites = read_cached_facts(database, self._tables).usable
        known = of_sites.get(self.site)
        if known is not None and known.issuperset(ids):
            return rows, ids
        usable, usable_ids = super()._usable_rows(rows, ids, report)
        if sum(map(len, of_sites.values())) > _MAX_USABLE_IDS:
            of_sites.clear()
        of_sites.setdefault(self.site, set()).update(usable_ids)
        return usable, usable_ids

    def _exists_beyond(self, query: Query, position: Position) -> bool:
        statements = self._pages.get(query, self.site, position, "any", self._build)
        with self._connections.snapshot() as database:
            return any(
                database.execute(*bound(*prepared.bind(query, position, 1))).fetchall() for prepared in statements
            )

    def _query(self, text: str, parameters: Mapping[str, Any], *, writing: bool = False) -> list[Any]:
        with self._connections.writing() if writing else self._connections.reading() as database:
            return database.execute(*bound(text, parameters)).fetchall()

    def _execution_plan(self, built: Statement) -> list[str]:
        with self._connections.reading() as database:
            return execution_plan(database, built)

    def _find_costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return find_store_costs(lines)

    def _is_rare(self, leaf: Test) -> bool:
        """Return whether few elements pass an array test.

        Neither of SQLite's two plans for such a test is always fast.
        """
        if leaf.kind not in (Kind.EQUALS, Kind.ONE_OF, Kind.CONTAINS):
            return False
        values = leaf.operand if leaf.kind in (Kind.ONE_OF, Kind.CONTAINS) else (leaf.operand,)
        if len(values) > 20:
            return False
        encode = leaf.field.type.encode
        counts = [self._count_elements(leaf.field.column, encode(value)) for value in values]
        return (min(counts) if leaf.kind is Kind.CONTAINS else sum(counts)) < _RARE_ELEMENTS

    def _count_elements(self, column: str, value: Any) -> int:
        """Count the elements of an array column with a value, up to the limit for rare."""
        elements = self._tables.elements
        text = f"SELECT count(*) FROM (SELECT 1 FROM {elements} WHERE field = ? AND value = ? LIMIT {_RARE_ELEMENTS})"
        with self._connections.reading() as database:
            (count,) = database.execute(text, (column, value)).fetchone()
        return int(count)

    def _get(self, kind: RecordKind, order_id: str) -> bytes | None:
        table, key = self._tables.of(kind)
        with self._connections.reading() as database:
            wanted = "document"
            if database.reads_at_once:
                wanted = f"CASE WHEN length(document) <= {_MAX_BYTES_AT_ONCE} THEN document END"
            text = f"SELECT {wanted} FROM {table} WHERE site = ? AND {key} = ?"
            found = database.execute(text, (self.site, order_id)).fetchone()
        if found is not None and found[0] is None:
            raise NotAtOnce
        return None if found is None else bytes(found[0])

    def holds_named_site(self) -> bool:
        """Return whether any record of the store, at any site, has a site name."""
        return self._read_facts().named_site

    def holds_sdk_names(self) -> bool:
        """Return whether any document may have the JavaScript SDK's names."""
        return self._read_facts().sdk_names

    def _read_facts(self) -> StoreFacts:
        with self._connections.reading() as database:
            if self.path == MEMORY:
                return read_facts(database, self._tables)
            return read_cached_facts(database, self._tables).facts


def _has_sdk_names(schema: Schema, change: Change) -> bool:
    records = (change.order, change.transactions)
    return any(record is not None and is_sdk_shaped(schema, record.decoded) for record in records)
