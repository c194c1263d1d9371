"""The store in PostgreSQL: tables in a schema of their own, shared by as many processes as connect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal

from ...compiler.cursor_keys import CursorKeys
from ...compiler.pagination import Position
from ...compiler.query import Query
from ...diagnostics.errors import StoreError
from ...language.schema import Schema
from ...language.types import TYPES, encode_text, has_lone_surrogate
from ...sql.statement import Statement, Wanted, statement
from ..base import Kept, Store, Values
from ..merge import Change, Held
from . import layout
from .connections import Connections, Database
from .driver import errors
from .explain import costs
from .tables import analyze, own_keys, prepare, upgrade
from .url import target_of

__all__ = ["PostgresStore", "upgrade"]

JSON = Any

_decoded = TYPES["text"].decode
_KEPT = {
    "order": ("order_document", "id", "NULL::bigint"),
    "transactions": ("transactions", "order_id", "event_time"),
}
_LONGEST_SITE = 100
"""Bytes: the name of a site stands in every entry of every index."""
_ANALYZE_AFTER = 50
"""Orders: after fewer changes the statistics still tell what they told."""


class PostgresStore(Store):
    """Orders of one site in a PostgreSQL database.

    ``url`` is any that libpq takes; its parameter ``namespace`` names the schema (``orderquery`` without it) that holds
    the tables, so that several stores can share a database. Safe to use from several threads and processes, which
    read beside one that writes.
    """

    dialect = "postgres"

    def __init__(
        self,
        url: str,
        schema: Schema,
        *,
        site: str = "",
        keys: CursorKeys | None = None,
        create: bool = True,
    ) -> None:
        self.schema, self.site = schema, site
        self._connections = Connections(target_of(url))
        self._changed = _Changes()
        try:
            prepare(self._connections, schema, create)
            self.keys = keys or own_keys(self._connections)
        except BaseException:
            self._connections.close()
            raise

    def __repr__(self) -> str:
        return f"PostgresStore({self._connections.target.shown!r}, site={self.site!r})"

    @property
    def _stored_site(self) -> str:
        return encode_text(self.site)

    # -- writing -----------------------------------------------------------------------------------------------

    def _writing(self) -> AbstractContextManager[Any]:
        return self._connections.writing()

    def _held(self, order_ids: list[str]) -> dict[str, Held]:
        field = self.schema.revision
        revision = "NULL" if field is None else f'"{field.column}"'
        with self._connections.writing() as database:
            orders = self._of_ids(database, f'SELECT "{self._key}", {revision} FROM orders', self._key, order_ids)
            times = self._of_ids(database, "SELECT order_id, event_time FROM transactions", "order_id", order_ids)
        held = {}
        for key in orders.keys() | times.keys():
            stored = orders.get(key)
            value = None if stored is None or field is None else field.type.decode(stored)
            held[key] = Held(key in orders, value, key in times, times.get(key))
        return held

    @property
    def _key(self) -> str:
        return self.schema.key.column

    def _documents(self, kind: Literal["order", "transactions"], order_ids: list[str]) -> dict[str, bytes]:
        table, key = ("order_document", "id") if kind == "order" else ("transactions", "order_id")
        with self._connections.writing() as database:
            found = self._of_ids(database, f"SELECT {key}, document FROM {table}", key, order_ids)
        return {order_id: document.encode() for order_id, document in found.items()}

    def _of_ids(self, database: Database, text: str, key: str, order_ids: Iterable[str]) -> dict[str, Any]:
        """What a query gives for each of these ids, by the id."""
        stored = {encode_text(order_id): order_id for order_id in order_ids}
        found = database.execute(f'{text} WHERE site = %s AND "{key}" = ANY(%s)', (self._stored_site, [*stored]))
        return {stored[order_id]: value for order_id, value in found}

    def _put(self, changes: list[tuple[Change, Values | None]]) -> None:
        site, schema = self._stored_site, self.schema
        if len(site.encode()) > _LONGEST_SITE:
            raise StoreError(
                f"the name of a site has at most {_LONGEST_SITE} bytes in PostgreSQL: {self.site[:20]!r}..."
            )
        with self._connections.writing() as database:
            there = (change.id for change, _ in changes if change.held.order)
            rids = self._of_ids(database, f'SELECT "{self._key}", rid FROM orders', self._key, there)
            # Rows are put anew where they are changed: appending is several times faster than updating one by one.
            database.execute(
                "DELETE FROM order_document WHERE rid = ANY(%s)",
                ([rids[change.id] for change, _ in changes if change.order and change.id in rids],),
            )
            database.execute(
                "DELETE FROM orders WHERE rid = ANY(%s)",
                ([rids[change.id] for change, values in changes if values is not None and change.id in rids],),
            )
            new = [change.id for change, _ in changes if change.order and change.id not in rids]
            rids.update(zip(new, _new_rids(database, len(new)), strict=True))
            layout.put_rows(
                database,
                "order_document",
                layout.DOCUMENT_COLUMNS,
                (
                    (rids[change.id], site, encode_text(change.id), change.order.document.decode())
                    for change, _ in changes
                    if change.order
                ),
            )
            self._put_transactions(database, [change for change, _ in changes])
            rows = [layout.row_of(schema, rids[c.id], site, values) for c, values in changes if values is not None]
            try:
                layout.put_rows(database, "orders", layout.columns(schema), rows)
            except errors.ProgramLimitExceeded as problem:
                raise StoreError(_too_long(problem)) from problem
            self._changed.count += len(changes)

    def _put_transactions(self, database: Database, changes: Sequence[Change]) -> None:
        changes = [change for change in changes if change.transactions]
        replaced = [encode_text(change.id) for change in changes if change.held.transactions]
        database.execute(
            "DELETE FROM transactions WHERE site = %s AND order_id = ANY(%s)", (self._stored_site, replaced)
        )
        rows = (
            (self._stored_site, encode_text(change.id), change.event_time, change.transactions.document.decode())
            for change in changes
            if change.transactions
        )
        layout.put_rows(database, "transactions", layout.TRANSACTIONS_COLUMNS, rows)

    def delete(self, order_ids: Iterable[str]) -> int:
        """Remove orders and their transactions for good; how many orders there were.

        The rows are gone when it returns. Their bytes stay in the server's files until VACUUM and later rows overwrite
        them (autovacuum does in time), and in its write-ahead log, replicas and backups as long as those are kept.
        """
        given = [order_ids] if isinstance(order_ids, str) else list(order_ids)
        ids = [encode_text(order_id) for order_id in given if _could_be_key(order_id)]
        of_ids = (self._stored_site, ids)
        with self._connections.writing() as database:
            database.execute("DELETE FROM transactions WHERE site = %s AND order_id = ANY(%s)", of_ids)
            database.execute(f'DELETE FROM orders WHERE site = %s AND "{self._key}" = ANY(%s)', of_ids)
            removed = database.execute("DELETE FROM order_document WHERE site = %s AND id = ANY(%s)", of_ids).rowcount
            self._changed.count += removed
        return removed

    def settle(self) -> None:
        """Refresh the planner's statistics after many changes: autovacuum does so too, but minutes later."""
        if self._changed.count < _ANALYZE_AFTER:
            return
        with self._connections.alone() as database:
            text = "SELECT reltuples FROM pg_class WHERE oid = 'orders'::regclass"
            ((known,),) = database.execute(text).fetchall()
            if self._changed.count >= known // 5:
                analyze(database)
                self._changed.count = 0

    # -- reading -----------------------------------------------------------------------------------------------

    def _snapshot(self, seconds: float | None) -> AbstractContextManager[Any]:
        return self._connections.snapshot(seconds)

    def _kept(
        self, kind: Literal["order", "transactions"], site: str | None, beyond: tuple[str, str], count: int
    ) -> list[Kept]:
        table, key, time = _KEPT[kind]
        one = "" if site is None else "site = %(site)s AND "
        text = (
            f"SELECT site, {key}, document, {time} FROM {table} "
            f"WHERE {one}(site, {key}) > (%(beyond)s, %(id)s) ORDER BY site, {key} LIMIT %(count)s"
        )
        asked = {"site": encode_text(site or ""), "beyond": encode_text(beyond[0]), "id": encode_text(beyond[1])}
        with self._connections.reading() as database:
            rows = database.execute(text, {**asked, "count": count}).fetchall()
        return [Kept(_decoded(of), _decoded(key), kind, document.encode(), at) for of, key, document, at in rows]

    def _statement(self, plan: Query, position: Position | None = None, count: int | None = None) -> Statement:
        wanted: Wanted = "count" if count is None else "page"
        return statement(plan, self.dialect, site=self._stored_site, position=position, limit=count, wanted=wanted)

    def _rows(self, built: Statement) -> list[Sequence[Any]]:
        with self._connections.reading() as database:
            return list(database.execute(built.text, built.parameters).fetchall())

    def _explained(self, built: Statement) -> list[str]:
        with self._connections.reading() as database:
            return [line for (line,) in database.execute(f"EXPLAIN {built.text}", built.parameters)]

    def _costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return costs(lines)

    def get_document(self, order_id: str) -> bytes | None:
        """The stored bytes of an order (hidden ones too), or ``None``."""
        return self._one("SELECT document FROM order_document WHERE site = %s AND id = %s", order_id)

    def get_transactions(self, order_id: str) -> bytes | None:
        """The stored bytes of an order's transactions record, or ``None``."""
        return self._one("SELECT document FROM transactions WHERE site = %s AND order_id = %s", order_id)

    def _one(self, text: str, order_id: str) -> bytes | None:
        if not _could_be_key(order_id):
            return None
        with self._connections.reading() as database:
            found = database.execute(text, (self._stored_site, encode_text(order_id))).fetchone()
        return None if found is None else found[0].encode()

    def holds_named_site(self) -> bool:
        """Whether anything in the store, at whatever site, belongs to a site with a name."""
        text = (
            "SELECT EXISTS (SELECT 1 FROM order_document WHERE site > '') "
            "OR EXISTS (SELECT 1 FROM transactions WHERE site > '')"
        )
        with self._connections.reading() as database:
            return database.execute(text).fetchone() == (True,)

    def close(self) -> None:
        """Close the store. Closing twice is fine."""
        self._connections.close()


class _Changes:
    """How many orders were changed since the statistics were made, at all sites of a store."""

    count = 0


def _new_rids(database: Database, count: int) -> list[int]:
    text = "SELECT nextval(pg_get_serial_sequence('order_document', 'rid')) FROM generate_series(1, %s)"
    return [rid for (rid,) in database.execute(text, (count,))]


def _could_be_key(order_id: JSON) -> bool:
    return isinstance(order_id, str) and not has_lone_surrogate(order_id)


def _too_long(problem: errors.ProgramLimitExceeded) -> str:
    return (
        "an order's id and one of its sort values are too long together for PostgreSQL, whose index entries have 2,704 "
        f"bytes ({problem.diag.message_primary}); ids of at most 500 bytes always fit"
    )
