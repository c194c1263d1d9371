"""The store in PostgreSQL, shared by any number of processes.

Its tables have a separate PostgreSQL schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from ...compiler.cursor_keys import CursorKeys
from ...diagnostics.errors import StoreError
from ...language.types import TYPES, encode_text
from ...sql.statement import Statement
from ..base import Store
from ..document_tables import StoredRecord, StoreTables
from ..merge import Change, RecordKind, StoredState
from ..projection import FieldValues, stored_states
from . import tables
from .connections import PostgresConnection, PostgresConnections
from .database import analyze, prepare, read_or_create_keys
from .driver import errors
from .explain import execution_plan, find_store_costs
from .url import parse_target

_decode = TYPES["text"].decode
_EVENT_TIME = {"order": "NULL::bigint", "transactions": "event_time"}
_MAX_SITE_BYTES = 100
"""The name of a site is part of every index entry."""
_ANALYZE_AFTER_ROWS = 50
"""Changed orders below which the statistics are still good enough."""


class PostgresStore(Store):
    """Orders of one site in a PostgreSQL database.

    The location is any URL that libpq accepts. Its parameter ``namespace`` names the schema with the tables (default
    ``orderquery``), so several stores can share a database. Safe to use from several threads and processes, which can
    read during a write. Deleted rows are gone, but their bytes stay in the server's files until VACUUM (autovacuum runs
    it in time) and later rows overwrite them, and in its write-ahead log, replicas and backups while those exist.
    """

    dialect = "postgres"
    _connections: PostgresConnections

    def _connect(self, location: str, create: bool) -> None:
        self._connections = PostgresConnections(parse_target(location))
        self._changes = _ChangeCount()

    def _prepare(self, create: bool) -> None:
        prepare(self._connections, self.schema, create)

    def _make_keys(self) -> CursorKeys:
        return read_or_create_keys(self._connections)

    def __repr__(self) -> str:
        return f"PostgresStore({self._connections.target.shown!r}, site={self.site!r})"

    @property
    def _stored_site(self) -> str:
        return encode_text(self.site)

    def _decode_site(self, stored: str) -> str:
        return str(_decode(stored))

    # -- writing -----------------------------------------------------------------------------------------------

    def _writing(self) -> AbstractContextManager[Any]:
        return self._connections.writing()

    def _execute(self, text: str, rows: Sequence[Mapping[str, Any]]) -> None:
        self._check_site_length()
        with self._connections.writing() as database, database.cursor() as cursor:
            cursor.executemany(text, rows)

    def _read_states(self, order_ids: list[str]) -> dict[str, StoredState]:
        field = self.schema.revision
        revision = "NULL" if field is None else f'"{field.column}"'
        orders, times_of = self._tables.orders, f"SELECT order_id, event_time FROM {self._tables.transactions}"
        with self._connections.writing() as database:
            revisions = self._of_ids(database, f'SELECT "{self._key}", {revision} FROM {orders}', self._key, order_ids)
            # An order whose document is not JSON has no searched row.
            documents = self._of_ids(database, f"SELECT id, NULL FROM {self._tables.documents}", "id", order_ids)
            times = self._of_ids(database, times_of, "order_id", order_ids)
        return stored_states(self.schema, {**documents, **revisions}, times)

    @property
    def _key(self) -> str:
        return self.schema.key.column

    def _read_documents(self, kind: RecordKind, order_ids: list[str]) -> dict[str, bytes]:
        table, key = self._tables.of(kind)
        with self._connections.writing() as database:
            found = self._of_ids(database, f"SELECT {key}, document FROM {table}", key, order_ids)
        return {order_id: document.encode() for order_id, document in found.items()}

    def _of_ids(self, database: PostgresConnection, text: str, key: str, order_ids: Iterable[str]) -> dict[str, Any]:
        """Run a query for these ids; return its second column by id."""
        stored = {encode_text(order_id): order_id for order_id in order_ids}
        found = database.execute(f'{text} WHERE site = %s AND "{key}" = ANY(%s)', (self._stored_site, [*stored]))
        return {stored[order_id]: value for order_id, value in found}

    def _write_changes(self, changes: list[tuple[Change, FieldValues | None]]) -> None:
        site, schema, names = self._stored_site, self.schema, self._tables
        self._check_site_length()
        with self._connections.writing() as database:
            replaced = (change.id for change, _ in changes if change.stored.order)
            rids = self._of_ids(database, f"SELECT id, rid FROM {names.documents}", "id", replaced)
            # Deleting and appending rows is several times faster than updating them one by one.
            database.execute(
                f"DELETE FROM {names.documents} WHERE rid = ANY(%s)",
                ([rids[change.id] for change, _ in changes if change.order and change.id in rids],),
            )
            database.execute(
                f"DELETE FROM {names.orders} WHERE rid = ANY(%s)",
                ([rids[change.id] for change, values in changes if values is not None and change.id in rids],),
            )
            new = [change.id for change, _ in changes if change.order and change.id not in rids]
            rids.update(zip(new, _allocate_rids(database, names, len(new)), strict=True))
            tables.write_rows(
                database,
                names.documents,
                tables.DOCUMENT_COLUMNS,
                (
                    (rids[change.id], site, encode_text(change.id), change.order.document.decode())
                    for change, _ in changes
                    if change.order
                ),
            )
            self._write_transactions(database, [change for change, _ in changes])
            rows = [tables.make_row(schema, rids[c.id], site, values) for c, values in changes if values is not None]
            try:
                tables.write_rows(database, names.orders, tables.columns(schema), rows)
            except errors.ProgramLimitExceeded as problem:
                raise StoreError(_describe_too_long(problem)) from problem
            self._changes.count += len(changes)

    def _write_transactions(self, database: PostgresConnection, changes: Sequence[Change]) -> None:
        changes = [change for change in changes if change.transactions]
        replaced = [encode_text(change.id) for change in changes if change.stored.transactions]
        table = self._tables.transactions
        database.execute(f"DELETE FROM {table} WHERE site = %s AND order_id = ANY(%s)", (self._stored_site, replaced))
        rows = (
            (self._stored_site, encode_text(change.id), change.event_time, change.transactions.document.decode())
            for change in changes
            if change.transactions
        )
        tables.write_rows(database, table, tables.TRANSACTIONS_COLUMNS, rows)

    def _check_site_length(self) -> None:
        if len(self._stored_site.encode()) > _MAX_SITE_BYTES:
            raise StoreError(
                f'site "{self.site[:20]}..." is too long: a site name has at most {_MAX_SITE_BYTES} bytes in PostgreSQL'
            )

    def _delete_records(self, order_ids: list[str]) -> int:
        names = self._tables
        of_ids = (self._stored_site, [encode_text(order_id) for order_id in order_ids])
        with self._connections.writing() as database:
            database.execute(f"DELETE FROM {names.transactions} WHERE site = %s AND order_id = ANY(%s)", of_ids)
            database.execute(f'DELETE FROM {names.orders} WHERE site = %s AND "{self._key}" = ANY(%s)', of_ids)
            deleted = database.execute(f"DELETE FROM {names.documents} WHERE site = %s AND id = ANY(%s)", of_ids)
            self._changes.count += deleted.rowcount
        return deleted.rowcount

    def settle(self) -> None:
        """Refresh the planner's statistics after many changes.

        Autovacuum also does it, but minutes later.
        """
        if self._changes.count < _ANALYZE_AFTER_ROWS:
            return
        with self._connections.exclusive() as database:
            text = f"SELECT reltuples FROM pg_class WHERE oid = '{self._tables.orders}'::regclass"
            ((known,),) = database.execute(text).fetchall()
            if self._changes.count >= known // 5:
                analyze(database, self._tables)
                self._changes.count = 0

    # -- reading -----------------------------------------------------------------------------------------------

    def _read_records(
        self, kind: RecordKind, site: str | None, after: tuple[str, str], count: int
    ) -> list[StoredRecord]:
        table, key = self._tables.of(kind)
        one_site = "" if site is None else "site = %(site)s AND "
        text = (
            f"SELECT site, {key}, document, {_EVENT_TIME[kind]} FROM {table} "
            f"WHERE {one_site}(site, {key}) > (%(after)s, %(id)s) ORDER BY site, {key} LIMIT %(count)s"
        )
        parameters = {"site": encode_text(site or ""), "after": encode_text(after[0]), "id": encode_text(after[1])}
        with self._connections.reading() as database:
            rows = database.execute(text, {**parameters, "count": count}).fetchall()
        return [StoredRecord(_decode(of), _decode(key), kind, document.encode(), at) for of, key, document, at in rows]

    def _query(self, text: str, parameters: Mapping[str, Any], *, writing: bool = False) -> list[Sequence[Any]]:
        with self._connections.writing() if writing else self._connections.reading() as database:
            return list(database.execute(text, parameters).fetchall())

    def _execution_plan(self, built: Statement) -> list[str]:
        with self._connections.reading() as database:
            return execution_plan(database, built)

    def _find_costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return find_store_costs(lines)

    def _get(self, kind: RecordKind, order_id: str) -> bytes | None:
        table, key = self._tables.of(kind)
        with self._connections.reading() as database:
            text = f"SELECT document FROM {table} WHERE site = %s AND {key} = %s"
            found = database.execute(text, (self._stored_site, encode_text(order_id))).fetchone()
        return None if found is None else found[0].encode()

    def holds_named_site(self) -> bool:
        """Return whether any record of the store, at any site, has a site name."""
        # Asked every time: nothing cheaper to read shows a load by another process.
        with self._connections.reading() as database:
            return database.execute(self._tables.named_site).fetchone() == (True,)


class _ChangeCount:
    """The number of orders changed since the last refresh of statistics.

    It counts all sites of a store.
    """

    count = 0


def _allocate_rids(database: PostgresConnection, names: StoreTables, count: int) -> list[int]:
    text = f"SELECT nextval(pg_get_serial_sequence('{names.documents}', 'rid')) FROM generate_series(1, %s)"
    return [rid for (rid,) in database.execute(text, (count,))]


def _describe_too_long(problem: errors.ProgramLimitExceeded) -> str:
    return (
        "an order's id and one of its sort values are too long: together they exceed PostgreSQL's 2,704 bytes per "
        f"index entry ({problem.diag.message_primary}); ids of at most 500 bytes always fit"
    )
