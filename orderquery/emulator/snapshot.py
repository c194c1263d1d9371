"""Everything that one site holds, as one readable JSON text, and back.

Orders keep their bytes. A snapshot holds no URL and no key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ..diagnostics.arguments import require
from ..documents.ingest import Record
from ..documents.json_lines import read_bytes
from ..stores.service_state import Entry
from .clock import ClockState
from .errors import WHOLE_BODY, Refused, validation_error

if TYPE_CHECKING:
    from ..language.schema import Schema
    from ..stores.base import Store
    from ..stores.service_state import StoreTransaction

JSON = Any
VERSION = 1
_ABSENT = msgspec.Raw()


class SavedOrder(msgspec.Struct, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """An order and its transactions, as they were stored; either may be absent."""

    order: msgspec.Raw = _ABSENT
    transactions: msgspec.Raw = _ABSENT
    event_time: int | None = None


class SavedEntry(msgspec.Struct, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """One entry of the service's state, such as an event."""

    kind: str
    key: str
    position: int = 0
    document: msgspec.Raw = _ABSENT


class SavedClock(msgspec.Struct, rename="camel", omit_defaults=True, forbid_unknown_fields=True):
    """A clock, in microseconds; see :class:`ClockState`."""

    frozen_at: int | None = None
    offset: int = 0


class Snapshot(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The state of one site.

    It has its clock, the orders of each table, and the service's state.
    """

    snapshot: int
    clock: SavedClock
    tables: dict[str, list[SavedOrder]]
    entries: list[SavedEntry]

    def to_bytes(self) -> bytes:
        """Return the snapshot as JSON, one order or entry per line.

        Documents keep their bytes.
        """
        encode = msgspec.json.encode
        tables = [encode(name) + b": " + _lines(orders) for name, orders in self.tables.items()]
        parts = (
            b'"snapshot": ' + encode(self.snapshot),
            b'"clock": ' + encode(self.clock),
            b'"tables": {' + b", ".join(tables) + b"}",
            b'"entries": ' + _lines(self.entries),
        )
        return b"{" + b",\n".join(parts) + b"}\n"


def _lines(items: Iterable[SavedOrder] | Iterable[SavedEntry]) -> bytes:
    return b"[\n" + b",\n".join(map(msgspec.json.encode, items)) + b"\n]"


def read_snapshot(body: bytes) -> Snapshot:
    """Return the snapshot in a JSON text.

    Raises:
        Refused: 400 if it is none, or of another version.

    """
    require("snapshot", body, (bytes, str), "what save returned")
    try:
        found = msgspec.json.decode(body, type=Snapshot)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise unusable_snapshot(f"not a snapshot: {problem}") from None
    if found.snapshot != VERSION:
        raise unusable_snapshot(f"snapshot of version {found.snapshot}; this server reads version {VERSION}")
    return found


def make_tables(store: Store, tables: Iterable[Schema]) -> None:
    """Make missing tables: those made in a transaction are not seen outside it."""
    for table in tables:
        store.at_table(table)


def take_alone(store: Store, tables: Sequence[Schema], clock: ClockState) -> Snapshot:
    """Return the snapshot of the store's site while other writers wait.

    An order and its events are in two parts of it.
    """
    make_tables(store, tables)
    with store.transaction():
        return take(store, tables, clock)


def take(store: Store, tables: Iterable[Schema], clock: ClockState) -> Snapshot:
    """Return the snapshot of the store's site.

    All parts are of one moment, unless something else writes at the same time.
    """
    return Snapshot(
        snapshot=VERSION,
        clock=SavedClock(clock.frozen_at, clock.offset),
        tables={table.name: [*_saved_orders(store.at_table(table))] for table in tables},
        entries=[
            SavedEntry(entry.kind, entry.key, entry.position, _raw(entry.document))
            for entry in store.list_all_entries()
        ],
    )


def _raw(document: bytes | None) -> msgspec.Raw:
    # The absent one must be this very object to be left out.
    return msgspec.Raw(document) if document else _ABSENT


def _saved_orders(store: Store) -> Iterator[SavedOrder]:
    for order, transactions in store.iterate_records(store.site):
        yield SavedOrder(
            _raw(None if order is None else order.document),
            _raw(None if transactions is None else transactions.document),
            None if transactions is None else transactions.event_time,
        )


def put_back(transaction: StoreTransaction, store: Store, tables: Iterable[Schema], snapshot: Snapshot) -> ClockState:
    """Make the site what it was, in one transaction; return the clock.

    Only what differs is written.

    Raises:
        Refused: 400 if the snapshot has another table or an unusable document.

    """
    known = {table.name: table for table in tables}
    for name in snapshot.tables:
        if name not in known:
            raise unusable_snapshot(f'snapshot of the table "{name}"; this store has {", ".join(known)}')
    for name, table in known.items():
        _put_back_orders(transaction.at_table(table), store.at_table(table), snapshot.tables.get(name, []))
    kept = {(entry.kind, entry.key): _entry(entry) for entry in snapshot.entries}
    for found in store.list_all_entries():
        wanted = kept.get((found.kind, found.key))
        if wanted is None:
            transaction.drop(found.kind, [found.key])
        elif wanted == found:
            del kept[found.kind, found.key]
    transaction.put(kept.values())
    return ClockState(snapshot.clock.frozen_at, snapshot.clock.offset)


def _entry(saved: SavedEntry) -> Entry:
    return Entry(saved.kind, saved.key, saved.position, bytes(saved.document))


class _Stored(NamedTuple):
    order: bytes | None
    transactions: bytes | None
    event_time: int | None


def _put_back_orders(transaction: StoreTransaction, store: Store, saved: list[SavedOrder]) -> None:
    stored: dict[str, _Stored] = {}
    for order, others in store.iterate_records(store.site):
        key = (order or others).id  # type: ignore[union-attr]  # one of the two is there
        stored[key] = _Stored(
            None if order is None else order.document,
            None if others is None else others.document,
            None if others is None else others.event_time,
        )
    wanted, records = set(), []
    for found in saved:
        read = [*_records(store.schema, found)]
        key = read[0].id if read else ""
        if not read or any(record.id != key for record in read):
            raise unusable_snapshot("an entry of tables needs an order, transactions of the same order, or both")
        wanted.add(key)
        documents = {record.kind: record.document for record in read}
        was = _Stored(documents.get("order"), documents.get("transactions"), found.event_time)
        now = stored.get(key)
        if now == was:
            continue
        if now is not None and ((now.order and not was.order) or (now.transactions and not was.transactions)):
            transaction.delete([key])
        records += read
    transaction.delete(key for key in stored if key not in wanted)
    transaction.write(records)


def _records(schema: Schema, saved: SavedOrder) -> Iterator[Record]:
    for kind, raw in (("order", saved.order), ("transactions", saved.transactions)):
        if not bytes(raw):
            continue
        found = [*read_bytes(schema, bytes(raw))]
        if len(found) != 1 or not isinstance(found[0], Record) or found[0].kind != kind:
            raise unusable_snapshot(f'"{kind}" of a snapshot is not one usable document')
        yield replace(found[0], event_time=saved.event_time) if kind == "transactions" else found[0]


def unusable_snapshot(message: str) -> Refused:
    """Return the error of a snapshot that cannot be used."""
    description = f"{message}; send what POST /_orderquery/save answered"
    return validation_error([{"field": WHOLE_BODY, "description": description, "violatedRule": "FORMAT"}])
