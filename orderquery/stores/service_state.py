"""Transactions over orders and what a service keeps beside them.

A service keeps counters, events, deliveries and plans as entries (:mod:`.entries`), written together with the orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from threading import get_ident
from typing import Any

from ..diagnostics.arguments import items
from ..diagnostics.errors import StoreError, UsageError
from ..documents.ingest import Record
from ..documents.versions import newest_event_time
from ..language.schema import Schema
from ..language.types import encode_text, has_lone_surrogate
from .document_tables import tables_of
from .entries import (
    INSERT,
    OF_KEY,
    OF_KIND,
    STATE_TABLES,
    UPSERT,
    checked,
    has_state,
    holds_anything,
    list_all_entries,
    list_entries,
    list_sites,
    of_kind,
    read_entry,
)
from .entries import Entry as Entry  # part of this module's interface
from .merge import Change, RecordKind, StoredState
from .operations import BATCH_ROWS, StoreOperations

COUNTER = "counter"
"""The kind of the entries of :meth:`StoreTransaction.next_number`."""

_SETTLE_AFTER_CHANGES = 500
"""Changes in one transaction, or in several, after which statistics and indexes are brought up to date."""
_ABOVE_NUMBERS = "1"
"""Begins the stored form of a value of a sequence that is not a number; that of a number is less."""


class StoreTransaction:
    """An all-or-nothing write at one site, while other writers wait.

    Reads see what the transaction has written. It ends with the ``with`` block of :meth:`Store.transaction`.
    """

    def __init__(self, store: StoreOperations, counts: TransactionCounts) -> None:
        self._store, self._counts = store, counts
        self.schema: Schema = store.schema
        self.site: str = store.site

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._store!r}>"

    def at_table(self, schema: Schema) -> StoreTransaction:
        """Return the same transaction for the records of another table of fields.

        The entries are those of all tables.
        """
        return StoreTransaction(self._opened().at_table(schema), self._counts)

    def _opened(self) -> StoreOperations:
        if self._counts.ended:
            raise UsageError("the transaction has ended; use it within its with block")
        return self._store

    @contextmanager
    def _changing(self) -> Iterator[StoreOperations]:
        """Yield the store for a change, whose failure is that of the transaction."""
        store = self._opened()
        try:
            yield store
        except BaseException:
            self._counts.failed = True
            raise

    # -- orders and transactions records -----------------------------------------------------------------------

    def read(self, kind: RecordKind, order_id: str) -> bytes | None:
        """Return the document of an order, hidden or not, or of its transactions record."""
        store = self._opened()
        if not is_storable_id(order_id):
            return None
        return store._read_documents(kind, [order_id]).get(order_id)

    def read_many(self, kind: RecordKind, order_ids: Iterable[str]) -> dict[str, bytes]:
        """Return the documents of orders, or of their transactions records, by id."""
        store, listed, found = self._opened(), storable_ids(order_ids), dict[str, bytes]()
        for start in range(0, len(listed), BATCH_ROWS):
            found |= store._read_documents(kind, listed[start : start + BATCH_ROWS])
        return found

    def read_states(self, order_ids: Iterable[str]) -> dict[str, StoredState]:
        """Return how new the stored records of orders are.

        Ids without records may be left out.
        """
        store, listed, found = self._opened(), storable_ids(order_ids), dict[str, StoredState]()
        for start in range(0, len(listed), BATCH_ROWS):
            found |= store._read_states(listed[start : start + BATCH_ROWS])
        return found

    def write(self, records: Iterable[Record]) -> None:
        """Store records with their searched values.

        They replace any others, newer ones too.
        """
        listed = list(records)
        with self._changing() as store:
            for start in range(0, len(listed), BATCH_ROWS):
                batch = listed[start : start + BATCH_ROWS]
                changes = _replacements(batch, store._read_states(list(dict.fromkeys(record.id for record in batch))))
                store._project_and_write(changes)
                self._counts.written += len(changes)

    def delete(self, order_ids: Iterable[str]) -> int:
        """Delete orders and their transactions records; return the number of orders."""
        listed, deleted = storable_ids(order_ids), 0
        with self._changing() as store:
            for start in range(0, len(listed), BATCH_ROWS):
                deleted += store._delete_records(listed[start : start + BATCH_ROWS])
            self._counts.deleted += len(listed)
        return deleted

    def largest(self, field_name: str) -> int | None:
        """Return the largest number among the values of a field, hidden orders included.

        Raises:
            UsageError: the field is unknown, or its values are not numbers of orders.

        """
        store = self._opened()
        field = self.schema.find(field_name)
        if field is None or field.many or field.type.name != "sequence":
            raise UsageError(f'"{field_name}" is not a field whose values are numbers; use a field of type sequence')
        text = STATE_TABLES[store.dialect].text(
            f'SELECT "{field.column}" FROM {tables_of(self.schema).orders} WHERE site = :site '
            f"""AND "{field.column}" < '{_ABOVE_NUMBERS}' ORDER BY "{field.column}" DESC NULLS LAST LIMIT 1"""
        )
        found = store._query(text, {"site": store._stored_site}, writing=True)
        return int(field.type.decode(found[0][0])[0]) if found else None

    # -- entries -----------------------------------------------------------------------------------------------

    def entry(self, kind: str, key: str) -> Entry | None:
        """Return an entry, or ``None``."""
        return read_entry(self._opened(), kind, key, writing=True)

    def entries(
        self, kind: str, *, after: tuple[int, str] | None = None, until: int | None = None, limit: int | None = None
    ) -> list[Entry]:
        """Return the entries of a kind by position and key.

        ``after`` is the position and key of the entry before the first, ``until`` the last position.
        """
        return list_entries(self._opened(), kind, after=after, until=until, limit=limit, writing=True)

    def put(self, entries: Iterable[Entry]) -> None:
        """Store entries, in place of others with the same kind and key.

        Raises:
            UsageError: the kind, key or position of an entry cannot be stored.

        """
        store = self._opened()
        last = {(entry.kind, entry.key): checked(entry) for entry in entries}
        rows = [
            {
                **of_kind(store, entry.kind),
                "key": encode_text(entry.key),
                "position": entry.position,
                "document": entry.document,
            }
            for entry in last.values()
        ]
        if not rows:
            return
        table = STATE_TABLES[store.dialect]
        with self._changing():
            if not table.upserts:
                self._delete_keys(last)
            store._execute(table.text(UPSERT if table.upserts else INSERT), rows)

    def drop(self, kind: str, keys: Iterable[str] | None = None) -> None:
        """Delete the entries of a kind with these keys, or all of the kind."""
        with self._changing() as store:
            if keys is not None:
                self._delete_keys((kind, key) for key in ([keys] if isinstance(keys, str) else keys))
            elif not has_lone_surrogate(kind):
                store._execute(STATE_TABLES[store.dialect].text(f"DELETE {OF_KIND}"), [of_kind(store, kind)])

    def _delete_keys(self, keys: Iterable[tuple[str, str]]) -> None:
        store = self._store
        rows = [
            {**of_kind(store, kind), "key": encode_text(key)}
            for kind, key in keys
            if not has_lone_surrogate(kind) and not has_lone_surrogate(key)
        ]
        if rows:
            store._execute(STATE_TABLES[store.dialect].text(f"DELETE {OF_KEY}"), rows)

    def next_number(self, name: str, at_least: int = 1) -> int:
        """Return the next number of a counter of the site, and keep it."""
        last = self.entry(COUNTER, name)
        number = at_least if last is None else max(last.position + 1, at_least)
        self.put([Entry(COUNTER, name, number)])
        return number


class TransactionCounts:
    """What a transaction has done so far, at all its tables."""

    def __init__(self) -> None:
        self.written = self.deleted = 0
        self.failed = self.ended = False


@dataclass
class StoreMemory:
    """What is known about a store.

    All objects of the store share it, whatever their site and table of fields.
    """

    prepared: set[Schema] = field(default_factory=set)
    """The tables of fields whose tables are known to exist."""
    uncommitted: set[Schema] = field(default_factory=set)
    """Those whose tables the open transaction has created, which its thread alone sees."""
    has_state: bool = False
    """Whether the table of entries is known to exist."""
    unsettled: int = 0
    """The number of changes by transactions since the last settling."""
    thread: int | None = None
    """The thread that has a transaction open."""

    def is_prepared(self, schema: Schema) -> bool:
        """Return whether the tables of a table of fields exist for this thread."""
        return schema in self.prepared or (self.thread == get_ident() and schema in self.uncommitted)

    def add_prepared(self, schema: Schema) -> None:
        """Note that the tables of a table of fields were created."""
        (self.uncommitted if self.thread == get_ident() else self.prepared).add(schema)


class StateOwner(StoreOperations):
    """A store that has transactions."""

    _memory: StoreMemory

    def transaction(self) -> AbstractContextManager[StoreTransaction]:
        """Open an all-or-nothing write at the store's site, while other writers wait.

        It commits at the end of the ``with`` block; an exception undoes it.

        Raises:
            StoreError: the store is read-only, or the engine fails. Nothing is stored then, even if the exception of a
                change was caught.
            UsageError: this thread has a transaction open already.

        """
        return self._open_transaction()

    @contextmanager
    def _open_transaction(self) -> Iterator[StoreTransaction]:
        memory, counts = self._memory, TransactionCounts()
        if memory.thread == get_ident():
            raise UsageError("this thread has a transaction of the store open already; use that one")
        self._create_state()
        created: set[Schema] = set()
        try:
            with self._writing():
                memory.thread = get_ident()
                try:
                    yield StoreTransaction(self, counts)
                    if counts.failed:
                        raise StoreError("a change of this transaction failed, so nothing of it is stored")
                finally:
                    created, memory.uncommitted, memory.thread = memory.uncommitted, set(), None
        finally:
            counts.ended = True
        memory.prepared |= created
        # What follows is committed already: its failure is not that of the transaction.
        with suppress(StoreError):
            if counts.deleted:
                self._finish_deletion()
            memory.unsettled += counts.written + counts.deleted
            if memory.unsettled >= _SETTLE_AFTER_CHANGES:
                memory.unsettled = 0
                self.settle()

    def _create_state(self) -> None:
        if not self._has_state():
            with self._writing():
                for text in STATE_TABLES[self.dialect].create:
                    self._execute(text, [{}])

    def _has_state(self) -> bool:
        """Return whether the store has the table of entries."""
        self._memory.has_state = self._memory.has_state or has_state(self)
        return self._memory.has_state

    def read_entry(self, kind: str, key: str) -> Entry | None:
        """Return a committed entry, or ``None``."""
        return read_entry(self, kind, key) if self._has_state() else None

    def list_entries(
        self, kind: str, *, after: tuple[int, str] | None = None, until: int | None = None, limit: int | None = None
    ) -> list[Entry]:
        """Return the committed entries of a kind by position and key.

        ``after`` is the position and key of the entry before the first, ``until`` the last position.
        """
        return list_entries(self, kind, after=after, until=until, limit=limit) if self._has_state() else []

    def list_all_entries(self) -> list[Entry]:
        """Return the committed entries of every kind, by kind and key."""
        return list_all_entries(self) if self._has_state() else []

    def holds_anything(self) -> bool:
        """Return whether the store's site has a record or an entry."""
        return holds_anything(self)

    def sites(self) -> list[str]:
        """Return every site with a record or an entry, sorted."""
        with self._snapshot(None):
            return sorted(list_sites(self))


def _replacements(records: list[Record], stored: Mapping[str, StoredState]) -> list[Change]:
    """Return one change per id, with the last record of each kind."""
    changes: dict[str, Change] = {}
    for record in records:
        state = stored.get(record.id, StoredState())
        change = changes.setdefault(record.id, Change(record.id, state, event_time=state.event_time))
        if record.kind == "order":
            change.order = record
        else:
            change.transactions = record
            change.event_time = newest_event_time(record.event_time, change.event_time)
    return list(changes.values())


def is_storable_id(order_id: Any) -> bool:
    """Return whether a store could contain an order with this id."""
    return isinstance(order_id, str) and not has_lone_surrogate(order_id)


def storable_ids(order_ids: Iterable[str]) -> list[str]:
    """Return the ids, of one or several, that a store could contain."""
    given = [order_ids] if isinstance(order_ids, str) else items("order_ids", order_ids, "ids")
    return [order_id for order_id in given if is_storable_id(order_id)]
