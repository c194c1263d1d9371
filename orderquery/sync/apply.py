"""Write what a window brought, with the new mark, in one transaction (D115)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ..documents.ingest import Record
from ..documents.versions import is_older_order
from ..language.datetimes import read_instant
from ..stores.base import Store
from ..stores.service_state import Entry, StoreTransaction
from .answers import UPDATED
from .watermark import TOMBSTONES, Mark, write_mark


@dataclass
class Batch:
    """The orders and transactions records of a window, the last of each id."""

    orders: dict[str, Record] = field(default_factory=dict)
    transactions: dict[str, Record] = field(default_factory=dict)
    kept_only: set[str] = field(default_factory=set)
    """Orders that do not match the search of the sync: they are written only where one is stored."""

    def add(self, orders: Iterable[Record], transactions: Iterable[Record]) -> None:
        """Add records, in place of earlier ones."""
        self.orders.update((record.id, record) for record in orders)
        self.transactions.update((record.id, record) for record in transactions)

    def __len__(self) -> int:
        return len(self.orders)


@dataclass
class Written:
    """What a batch changed: counts of records, and how late orders became visible."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    left_out: int = 0
    transactions: int = 0
    children: int = 0
    """Transactions records that changed without their order."""
    restored: int = 0
    deleted: int = 0
    lag: int = 0
    """The farthest before the mark, in microseconds, of the orders that were not stored."""


class _DryRun(Exception):
    """Ends a transaction without a trace."""


def write_batch(
    store: Store,
    batch: Batch,
    before: Mark,
    after: Mark,
    *,
    gone: Sequence[str] = (),
    measures: bool = False,
    dry_run: bool = False,
) -> tuple[Written, Mark]:
    """Store a batch and the mark, all or nothing; return the counts and the mark.

    An older version never replaces a newer one. Equal documents are not written again. ``gone`` are orders to delete.
    With ``measures``, an order before the mark that is not stored is late, and widens the overlap. With ``dry_run``
    nothing is stored.

    Raises:
        SyncError: another run has stored a mark meanwhile.
        StoreError: the store fails.

    """
    written, mark = Written(), after
    try:
        with store.transaction() as transaction:
            written = _write(transaction, batch, before if measures else None)
            written.deleted = transaction.delete(gone) if gone else 0
            transaction.put(Entry(TOMBSTONES, key, after.read_at or 0) for key in gone)
            mark = write_mark(transaction, before, replace(after, lag=max(after.lag, written.lag)))
            if dry_run:
                raise _DryRun
    except _DryRun:
        # What is not stored has no generation either.
        mark = replace(mark, generation=before.generation)
    return written, mark


def _write(transaction: StoreTransaction, batch: Batch, before: Mark | None) -> Written:
    written = Written()
    ids = list(dict.fromkeys((*batch.orders, *batch.transactions)))
    states = transaction.read_states(ids)
    stored = transaction.read_many("order", ids)
    others = transaction.read_many("transactions", ids)
    records = list[Record]()
    for key, record in batch.orders.items():
        instant = read_instant(record.decoded.get(UPDATED))
        state = states.get(key)
        if key not in stored and key in batch.kept_only:
            written.left_out += 1
        elif state is not None and state.order and is_older_order(instant, state.revision):
            written.older += 1
        elif stored.get(key) == record.document:
            written.unchanged += 1
        else:
            written.changed += key in stored
            written.new += key not in stored
            written.lag = max(written.lag, _lag(before, instant))
            records.append(record)
    left_out, changed = batch.kept_only - stored.keys(), {record.id for record in records}
    for key, record in batch.transactions.items():
        if key in left_out or others.get(key) == record.document:
            continue
        kept = states[key].event_time if key in states else None
        updated = read_instant(batch.orders[key].decoded.get(UPDATED)) if key in batch.orders else None
        # The order was read before: its transactions are at least as new, so an older event must not replace them.
        newer = updated is not None and (kept is None or updated > kept)
        records.append(replace(record, event_time=updated if newer else None))
        written.transactions += 1
        written.children += key not in changed
    transaction.write(records)
    written.restored = _forget_tombstones(transaction, batch)
    return written


def _lag(before: Mark | None, instant: int | None) -> int:
    """Return how far before the mark an order is that the last run did not see.

    Orders up to the mark were visible then, so this one became visible later than they did.
    """
    if before is None or before.through is None or instant is None:
        return 0
    return max(before.through - instant, 0)


def _forget_tombstones(transaction: StoreTransaction, batch: Batch) -> int:
    """Forget the deletion of orders that are back; return their number."""
    buried = {entry.key for entry in transaction.entries(TOMBSTONES)} & batch.orders.keys()
    if buried:
        transaction.drop(TOMBSTONES, buried)
    return len(buried)
