"""The store for analysts: one DuckDB file, or memory. Needs the extra ``duckdb``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from ...compiler.cursor_keys import CursorKeys
from ...language.types import encode_text
from ...sql.statement import Statement
from ..base import Store
from ..document_tables import StoredRecord, StoreTables
from ..keyfile import keys_of_file
from ..merge import Change, RecordKind, StoredState
from ..projection import FieldValues, stored_states
from . import tables
from .connections import DuckdbConnections
from .database import prepare
from .explain import execution_plan, find_store_costs
from .shared_database import DuckdbConnection, share_database

_IS_ONE_OF_IDS = "IN (SELECT unnest($ids::VARCHAR[]))"
"""The engine looks only where these ids can be; it would compare a list of parameters with every row."""
_IS_ONE_OF_RIDS = "rid IN (SELECT unnest($rids::BIGINT[]))"
_EVENT_TIME = {"order": "NULL", "transactions": "event_time"}


class DuckdbStore(Store):
    """Orders of one site in a DuckDB file, which one process at a time can open.

    Safe to use from several threads, which can read during a write. A deletion deletes the rows and empties the log.
    But the engine does not overwrite deleted bytes: they stay in the file, mostly compressed, until it reuses the
    space. To be rid of them, load the remaining orders into a new file and destroy this one.
    """

    dialect = "duckdb"
    _connections: DuckdbConnections
    _existence = "any"

    def _connect(self, location: str, create: bool) -> None:
        self.path = str(location)
        self._connections = DuckdbConnections(share_database(self.path, create))
        self._named_site: dict[StoreTables, tuple[int, bool]] = {}

    def _prepare(self, create: bool) -> None:
        prepare(self._connections, self.schema, create)

    def _make_keys(self) -> CursorKeys:
        return keys_of_file(self.path)

    # -- writing -----------------------------------------------------------------------------------------------

    def _writing(self) -> AbstractContextManager[Any]:
        return self._connections.writing()

    def _execute(self, text: str, rows: Sequence[Mapping[str, Any]]) -> None:
        with self._connections.writing() as writer:
            for row in rows:
                writer.rows(text, row)

    def _read_states(self, order_ids: list[str]) -> dict[str, StoredState]:
        field = self.schema.revision
        key = self.schema.key.column
        revision = "NULL" if field is None else f'"{field.column}"'
        names = self._tables
        with self._connections.writing() as writer:
            revisions = self._of_ids(writer, f'"{key}", {revision} FROM {names.orders}', key, order_ids)
            # An order whose document is not JSON has no searched row.
            documents = self._of_ids(writer, f"id, NULL FROM {names.documents}", "id", order_ids)
            times = self._of_ids(writer, f"order_id, event_time FROM {names.transactions}", "order_id", order_ids)
        return stored_states(self.schema, {**documents, **revisions}, times)

    def _read_documents(self, kind: RecordKind, order_ids: list[str]) -> dict[str, bytes]:
        with self._connections.writing() as writer:
            return self._documents_of(writer, kind, order_ids)

    def _documents_of(self, connection: DuckdbConnection, kind: RecordKind, order_ids: list[str]) -> dict[str, bytes]:
        table, key = self._tables.of(kind)
        found = self._of_ids(connection, f"{key}, document FROM {table}", key, order_ids)
        return {order_id: document.encode() for order_id, document in found.items()}

    def _of_ids(
        self, connection: DuckdbConnection, selected: str, key: str, order_ids: Iterable[str]
    ) -> dict[str, Any]:
        """Run a query for these ids; return its second column by id.

        Its first column is ``key``, the column of the ids.
        """
        ids = {encode_text(order_id): order_id for order_id in order_ids}
        text = f'SELECT {selected} WHERE site = $site AND "{key}" {_IS_ONE_OF_IDS}'
        return {ids[stored]: value for stored, value in connection.rows(text, {"site": self.site, "ids": list(ids)})}

    def _write_changes(self, changes: list[tuple[Change, FieldValues | None]]) -> None:
        names = self._tables
        with self._connections.writing() as writer:
            rids = self._rids(writer, changes)
            orders = [change for change, _ in changes if change.order is not None]
            others = [change for change, _ in changes if change.transactions is not None]
            searched = [(rids[change.id], self.site, values) for change, values in changes if values is not None]
            _delete_rows(writer, names.documents, [rids[change.id] for change in orders if change.stored.order])
            _delete_rows(writer, names.orders, [rids[change.id] for change, _ in changes if change.stored.order])
            self._delete_transactions(writer, [change.id for change in others if change.stored.transactions])
            if orders:
                tables.insert(writer, names.documents, [
                    ("rid", "BIGINT", [rids[change.id] for change in orders]),
                    ("site", "VARCHAR", [self.site] * len(orders)),
                    ("id", "VARCHAR", [encode_text(change.id) for change in orders]),
                    ("document", "VARCHAR", [change.order.document for change in orders if change.order]),
                ])  # fmt: skip
            if searched:
                tables.insert_orders(writer, self.schema, searched)
            if others:
                tables.insert(writer, names.transactions, [
                    ("site", "VARCHAR", [self.site] * len(others)),
                    ("order_id", "VARCHAR", [encode_text(change.id) for change in others]),
                    ("event_time", "BIGINT", [change.event_time for change in others]),
                    ("document", "VARCHAR", [change.transactions.document for change in others if change.transactions]),
                ])  # fmt: skip

    def _rids(self, writer: DuckdbConnection, changes: list[tuple[Change, FieldValues | None]]) -> dict[str, int]:
        """Return the row ids of all orders among the changes: existing ones, and new ones."""
        stored = [change.id for change, _ in changes if change.stored.order]
        rids = self._of_ids(writer, f"id, rid FROM {self._tables.documents}", "id", stored) if stored else {}
        ((last,),) = writer.rows(f"SELECT coalesce(max(rid), 0) FROM {self._tables.documents}")
        for change, values in changes:
            if values is not None and change.id not in rids:
                last += 1
                rids[change.id] = last
        return rids

    def _delete_transactions(self, writer: DuckdbConnection, order_ids: list[str]) -> None:
        if order_ids:
            parameters = {"site": self.site, "ids": list(map(encode_text, order_ids))}
            table = self._tables.transactions
            writer.rows(f"DELETE FROM {table} WHERE site = $site AND order_id {_IS_ONE_OF_IDS}", parameters)

    def _delete_records(self, order_ids: list[str]) -> int:
        names = self._tables
        with self._connections.writing() as writer:
            self._delete_transactions(writer, order_ids)
            rids = list(self._of_ids(writer, f"id, rid FROM {names.documents}", "id", order_ids).values())
            _delete_rows(writer, names.documents, rids)
            _delete_rows(writer, names.orders, rids)
        return len(rids)

    def _finish_deletion(self) -> None:
        """Empty the log."""
        with self._connections.exclusive() as writer:
            writer.rows("CHECKPOINT")

    def settle(self) -> None:
        """Do nothing: the engine maintains its own statistics and log.

        The engine writes its log into the file when the log is long enough.
        """

    # -- reading -----------------------------------------------------------------------------------------------

    def _query(self, text: str, parameters: Mapping[str, Any], *, writing: bool = False) -> list[Any]:
        with self._connections.writing() if writing else self._connections.reading() as connection:
            return connection.rows(text, parameters)

    def _read_records(
        self, kind: RecordKind, site: str | None, after: tuple[str, str], count: int
    ) -> list[StoredRecord]:
        table, key = self._tables.of(kind)
        one_site = "" if site is None else "site = $site AND "
        text = (
            f"SELECT site, {key}, document, {_EVENT_TIME[kind]} FROM {table} "
            f"WHERE {one_site}(site > $after OR (site = $after AND {key} > $id)) ORDER BY site, {key} LIMIT $count"
        )
        parameters = {"after": after[0], "id": encode_text(after[1]), "count": count}
        if site is not None:
            parameters["site"] = site
        with self._connections.reading() as reader:
            rows = reader.rows(text, parameters)
        decode = self.schema.key.type.decode
        return [StoredRecord(of, decode(stored), kind, document.encode(), at) for of, stored, document, at in rows]

    def _execution_plan(self, built: Statement) -> list[str]:
        with self._connections.reading() as reader:
            return execution_plan(reader, built)

    def _find_costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return find_store_costs(lines)

    def _get(self, kind: RecordKind, order_id: str) -> bytes | None:
        with self._connections.reading() as reader:
            return self._documents_of(reader, kind, [order_id]).get(order_id)

    def holds_named_site(self) -> bool:
        """Return whether any record of the store, at any site, has a site name."""
        with self._connections.reading() as reader:
            # Only this process can write to the file. The count is read before the rows: it is never too new for them.
            commits = self._connections.commits
            cached = self._named_site.get(self._tables)
            if cached is not None and cached[0] == commits and not reader.in_transaction:
                return cached[1]
            ((found,),) = reader.rows(self._tables.named_site)
            if not reader.in_transaction:  # a snapshot may be older than the last commit
                self._named_site[self._tables] = commits, bool(found)
            return bool(found)


def _delete_rows(writer: DuckdbConnection, table: str, rids: list[int]) -> None:
    if rids:
        writer.rows(f"DELETE FROM {table} WHERE {_IS_ONE_OF_RIDS}", {"rids": rids})
