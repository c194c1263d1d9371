"""The mark of a store: up to which instant its orders are complete.

It is an entry of the store's site, written in the same transaction as the orders (D115).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from ..diagnostics.errors import SyncError
from ..language.datetimes import DAY_US, read_instant, write_instant
from ..stores.base import Store
from ..stores.service_state import Entry, StoreTransaction
from ..syntax.json_decoder import decode_json
from ..syntax.json_printer import encode_json

JSON = Any

KIND, KEY = "sync", "mark"
TOMBSTONES = "sync-deleted"
_VERSION = 1

MIN_OVERLAP_US = 600_000_000
"""Ten minutes. How late orders become visible at the service is not documented; what is measured widens it."""
MAX_OVERLAP_US = 7 * DAY_US
_OVERLAP_LAGS = 2


@dataclass(frozen=True)
class Mark:
    """How far a store is synced. Instants and durations are in microseconds.

    ``through`` is the mark: every order that was visible at ``read_at`` and was last updated before ``through`` is
    stored. ``lag`` is the longest time after which an order was seen to appear. ``backfilled`` is the end of the part
    that was read with the search ``query`` alone. ``verified`` is the end of the verified windows by creation, and
    ``verifying`` the end they are to reach. While a verification is stopped, ``compared`` is where it goes on, and
    ``missing`` are the stored orders before that which the service did not return.
    """

    source: str = ""
    generation: int = 0
    through: int | None = None
    read_at: int | None = None
    lag: int = 0
    since: int | None = None
    query: str = ""
    backfilled: int | None = None
    verified: int | None = None
    verifying: int | None = None
    compared: int | None = None
    missing: tuple[str, ...] = ()

    @property
    def overlap(self) -> int:
        """How far before the mark the next run begins to read."""
        return min(max(MIN_OVERLAP_US, self.lag * _OVERLAP_LAGS), MAX_OVERLAP_US)

    def without_verification(self) -> Mark:
        """Return this mark with a verification that begins again."""
        return replace(self, verified=None, verifying=None, compared=None, missing=())

    def begin(self, service_now: int | None) -> int | None:
        """Return where the next run begins to read.

        ``None`` is the beginning of all orders. The overlap widens what is read; the mark itself never goes back. If
        the service's clock went back, orders written since then have dates before the mark.
        """
        known = [instant for instant in (self.through, self.read_at, service_now) if instant is not None]
        return None if self.through is None else min(known) - self.overlap


_INSTANTS = ("through", "read_at", "since", "backfilled", "verified", "verifying", "compared")


def read_mark(store: Store | StoreTransaction) -> Mark:
    """Return the mark of a store's site; a new one if it has none.

    Raises:
        SyncError: a newer version of this package wrote it.

    """
    entry = store.entry(KIND, KEY) if isinstance(store, StoreTransaction) else store.read_entry(KIND, KEY)
    if entry is None:
        return Mark()
    document = decode_json(entry.document)
    if document.get("version") != _VERSION:
        raise SyncError("a newer orderquery synced this store; use that version")
    values: dict[str, Any] = {
        row.name: read_instant(document[row.name]) if row.name in _INSTANTS else document[row.name]
        for row in fields(Mark)
        if row.name in document
    }
    return replace(Mark(**values), missing=tuple(values.get("missing", ())))


def write_mark(transaction: StoreTransaction, before: Mark, after: Mark) -> Mark:
    """Store the mark in place of the one that this run read; return it.

    Raises:
        SyncError: another run has stored a mark meanwhile.

    """
    if read_mark(transaction).generation != before.generation:
        raise SyncError("another sync wrote to this store at the same time; run one sync after the other")
    stored = replace(after, generation=before.generation + 1)
    document: dict[str, JSON] = {"version": _VERSION}
    for row in fields(Mark):
        value = getattr(stored, row.name)
        document[row.name] = write_instant(value) if row.name in _INSTANTS and value is not None else value
    transaction.put([Entry(KIND, KEY, document=encode_json(document))])
    return stored
