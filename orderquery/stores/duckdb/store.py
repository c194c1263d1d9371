"""The store for analysts: one DuckDB file, or memory. Needs the extra ``duckdb``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

from ...compiler.cursor_keys import CursorKeys, process_keys
from ...language.schema import Schema
from ...language.types import encode_text, has_lone_surrogate
from ...sql.statement import Statement
from ..base import Kept, Store, Values
from ..explain import READS_ALL
from ..keyfile import keys_beside
from ..merge import Change, Held
from . import tables as layout
from .connections import MEMORY, Connection, Connections

JSON = Any

_AMONG = "IN (SELECT unnest($ids::VARCHAR[]))"
"""Beside it the engine looks only where the ids can be; a list of parameters it compares row by row."""
_KEPT = {
    "order": ("order_document", "id", "NULL"),
    "transactions": ("transactions", "order_id", "event_time"),
}
_READS_ORDERS = re.compile(r" *SEQ_SCAN \w+: ([^;]*\.)?orders;")
_OF_RIDS = "WHERE rid IN (SELECT unnest($rids::BIGINT[]))"


class DuckdbStore(Store):
    """Orders of one site in a DuckDB file, which one process at a time can open.

    Safe to use from several threads, which read beside one that writes.
    """

    dialect = "duckdb"

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
            layout.prepare(self._connections, schema, create)
            in_file = self.path != MEMORY
            self.keys = keys or (keys_beside(Path(self.path)) if in_file else process_keys())
        except BaseException:
            self._connections.close()
            raise

    # -- writing -----------------------------------------------------------------------------------------------

    def _writing(self) -> AbstractContextManager[Any]:
        return self._connections.writing()

    def _held(self, order_ids: list[str]) -> dict[str, Held]:
        field = self.schema.revision
        key = self.schema.key.column
        revision = "NULL" if field is None else f'"{field.column}"'
        with self._connections.writing() as writer:
            orders = self._of_ids(writer, f'"{key}", {revision} FROM orders', key, order_ids)
            times = self._of_ids(writer, "order_id, event_time FROM transactions", "order_id", order_ids)
        held = {}
        for key in orders.keys() | times.keys():
            stored = orders.get(key)
            value = None if stored is None or field is None else field.type.decode(stored)
            held[key] = Held(key in orders, value, key in times, times.get(key))
        return held

    def _documents(self, kind: Literal["order", "transactions"], order_ids: list[str]) -> dict[str, bytes]:
        table, key = ("order_document", "id") if kind == "order" else ("transactions", "order_id")
        with self._connections.writing() as writer:
            found = self._of_ids(writer, f"{key}, document FROM {table}", key, order_ids)
        return {order_id: document.encode("utf-8") for order_id, document in found.items()}

    def _of_ids(self, connection: Connection, selected: str, key: str, order_ids: Iterable[str]) -> dict[str, Any]:
        """What is stored of these ids, by id; ``selected`` begins with the column ``key`` that holds them."""
        asked = {encode_text(order_id): order_id for order_id in order_ids}
        found = connection.rows(
            f'SELECT {selected} WHERE site = $site AND "{key}" {_AMONG}', {"site": self.site, "ids": list(asked)}
        )
        return {asked[stored]: value for stored, value in found}

    def _put(self, changes: list[tuple[Change, Values | None]]) -> None:
        with self._connections.writing() as writer:
            rids = self._rids(writer, changes)
            orders = [change for change, _ in changes if change.order is not None]
            others = [change for change, _ in changes if change.transactions is not None]
            searched = [(rids[change.id], self.site, values) for change, values in changes if values is not None]
            _remove(writer, "order_document", [rids[change.id] for change in orders if change.held.order])
            _remove(writer, "orders", [rids[change.id] for change, _ in changes if change.held.order])
            self._remove_transactions(writer, [change.id for change in others if change.held.transactions])
            if orders:
                layout.insert(writer, "order_document", [
                    ("rid", "BIGINT", [rids[change.id] for change in orders]),
                    ("site", "VARCHAR", [self.site] * len(orders)),
                    ("id", "VARCHAR", [encode_text(change.id) for change in orders]),
                    ("document", "VARCHAR", [change.order.document for change in orders if change.order]),
                ])  # fmt: skip
            if searched:
                layout.put_orders(writer, self.schema, searched)
            if others:
                layout.insert(writer, "transactions", [
                    ("site", "VARCHAR", [self.site] * len(others)),
                    ("order_id", "VARCHAR", [encode_text(change.id) for change in others]),
                    ("event_time", "BIGINT", [change.event_time for change in others]),
                    ("document", "VARCHAR", [change.transactions.document for change in others if change.transactions]),
                ])  # fmt: skip

    def _rids(self, writer: Connection, changes: list[tuple[Change, Values | None]]) -> dict[str, int]:
        """The row ids of every order among the changes: those they have, and new ones."""
        held = [change.id for change, _ in changes if change.held.order]
        rids = self._of_ids(writer, "id, rid FROM order_document", "id", held) if held else {}
        ((last,),) = writer.rows("SELECT coalesce(max(rid), 0) FROM order_document")
        for change, values in changes:
            if values is not None and change.id not in rids:
                last += 1
                rids[change.id] = last
        return rids

    def _remove_transactions(self, writer: Connection, order_ids: list[str]) -> None:
        if order_ids:
            asked = {"site": self.site, "ids": list(map(encode_text, order_ids))}
            writer.rows(f"DELETE FROM transactions WHERE site = $site AND order_id {_AMONG}", asked)

    def delete(self, order_ids: Iterable[str]) -> int:
        """Remove orders and their transactions; how many orders there were.

        Nothing finds them again, and the log is emptied. But the engine does not overwrite what it removes: bytes of
        it, mostly compressed, stay in the file until their room is needed. Where they must not, load the remaining
        orders into a new file and destroy this one.
        """
        ids = [order_ids] if isinstance(order_ids, str) else list(order_ids)
        ids = [order_id for order_id in ids if _could_be_key(order_id)]
        with self._connections.writing() as writer:
            self._remove_transactions(writer, ids)
            rids = list(self._of_ids(writer, "id, rid FROM order_document", "id", ids).values())
            _remove(writer, "order_document", rids)
            _remove(writer, "orders", rids)
        with self._connections.alone() as writer:
            writer.rows("CHECKPOINT")
        return len(rids)

    def settle(self) -> None:
        """Nothing: the engine counts as it writes, and copies its log into the file when that has grown."""

    # -- reading -----------------------------------------------------------------------------------------------

    def _snapshot(self, seconds: float | None) -> AbstractContextManager[Any]:
        return self._connections.snapshot(seconds)

    def _rows(self, built: Statement) -> list[Any]:
        with self._connections.reading() as reader:
            return reader.rows(built.text, built.parameters)

    def _kept(
        self, kind: Literal["order", "transactions"], site: str | None, beyond: tuple[str, str], count: int
    ) -> list[Kept]:
        table, key, time = _KEPT[kind]
        one = "" if site is None else "site = $site AND "
        text = (
            f"SELECT site, {key}, document, {time} FROM {table} "
            f"WHERE {one}(site > $beyond OR (site = $beyond AND {key} > $id)) ORDER BY site, {key} LIMIT $count"
        )
        asked = {"beyond": beyond[0], "id": encode_text(beyond[1]), "count": count}
        if site is not None:
            asked["site"] = site
        with self._connections.reading() as reader:
            rows = reader.rows(text, asked)
        decode = self.schema.key.type.decode
        return [Kept(where, decode(stored), kind, document.encode(), at) for where, stored, document, at in rows]

    def _explained(self, built: Statement) -> list[str]:
        with self._connections.reading() as reader:
            ((_, plan),) = reader.rows(f"EXPLAIN (FORMAT JSON) {built.text}", built.parameters)
        return [line for step in json.loads(plan) for line in _plan_lines(step, 0)]

    def _costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        # The best that are sought are kept as the orders are read, so there is no sort of all that are found.
        return ((READS_ALL, line.strip()) for line in lines if _READS_ORDERS.match(line))

    def get_document(self, order_id: str) -> bytes | None:
        """The stored bytes of an order (hidden ones too), or ``None``."""
        return self._one("id, document FROM order_document", "id", order_id)

    def get_transactions(self, order_id: str) -> bytes | None:
        """The stored bytes of an order's transactions record, or ``None``."""
        return self._one("order_id, document FROM transactions", "order_id", order_id)

    def _one(self, selected: str, key: str, order_id: str) -> bytes | None:
        if not _could_be_key(order_id):
            return None
        with self._connections.reading() as reader:
            found = self._of_ids(reader, selected, key, [order_id]).get(order_id)
        return None if found is None else found.encode("utf-8")

    def holds_named_site(self) -> bool:
        """Whether anything in the store, at whatever site, belongs to a site with a name."""
        tables = ("order_document", "transactions")
        text = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE site > '')" for table in tables)
        with self._connections.reading() as reader:
            return bool(reader.rows(f"SELECT {text}")[0][0])

    def close(self) -> None:
        """Close the store. Closing twice is fine."""
        self._connections.close()


def _plan_lines(step: dict[str, Any], depth: int) -> Iterator[str]:
    facts = [
        f"{name}: {', '.join(fact) if isinstance(fact, list) else fact}" for name, fact in step["extra_info"].items()
    ]
    yield "  " * depth + f"{step['name'].strip()} {'; '.join(facts)}".rstrip()
    for below in step["children"]:
        yield from _plan_lines(below, depth + 1)


def _remove(writer: Connection, table: str, rids: list[int]) -> None:
    if rids:
        writer.rows(f"DELETE FROM {table} {_OF_RIDS}", {"rids": rids})


def _could_be_key(order_id: JSON) -> bool:
    return isinstance(order_id, str) and not has_lone_surrogate(order_id)
