"""The merge of a batch into a store: which records are older, what to write.

The merge does not depend on the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..documents.ingest import Record
from ..documents.versions import are_older_transactions, is_older_order, newest_event_time
from ..language.types import Value

RecordKind = Literal["order", "transactions"]
Outcome = Literal["stored", "older"]


@dataclass(frozen=True, slots=True)
class StoredState:
    """The records that a store has for one id, and how new they are.

    ``revision`` is the value of the table's revision field, ``event_time`` the time of the event that brought the
    transactions, in microseconds; each is ``None`` where it is unknown.
    """

    order: bool = False
    revision: Any = None
    transactions: bool = False
    event_time: int | None = None


@dataclass(slots=True)
class Change:
    """What to write for one id: its newest order, its newest transactions, or both."""

    id: str
    stored: StoredState
    order: Record | None = None
    transactions: Record | None = None
    event_time: int | None = None

    @property
    def needs_stored_order(self) -> bool:
        """True if the order of the new transactions is in the store only."""
        return self.order is None and self.stored.order

    @property
    def needs_stored_transactions(self) -> bool:
        """True if the transactions of the new order are in the store only."""
        return self.transactions is None and self.stored.transactions


def merge(
    records: Iterable[Record], stored: Mapping[str, StoredState], read_revision: Callable[[Record], Value]
) -> tuple[list[Outcome], list[Change]]:
    """Return the outcome of each record, in order, and one change per id.

    Which of two versions is newer is decided in :mod:`orderquery.documents.versions` (D22). ``read_revision`` returns
    ``None`` for every order of a table without a revision field: then the later arrival wins.
    """
    changes: dict[str, Change] = {}
    revisions = {key: state.revision for key, state in stored.items() if state.order}
    times = {key: state.event_time for key, state in stored.items() if state.transactions}
    outcomes: list[Outcome] = []
    for record in records:
        if record.kind == "order":
            revision = read_revision(record)
            if is_older_order(revision, revisions.get(record.id)):
                outcomes.append("older")
                continue
            revisions[record.id] = revision
            _change(changes, stored, record.id).order = record
        else:
            newest = times.get(record.id)
            if are_older_transactions(record.event_time, newest):
                outcomes.append("older")
                continue
            times[record.id] = newest_event_time(record.event_time, newest)
            change = _change(changes, stored, record.id)
            change.transactions, change.event_time = record, times[record.id]
        outcomes.append("stored")
    return outcomes, list(changes.values())


_NOTHING = StoredState()


def _change(changes: dict[str, Change], stored: Mapping[str, StoredState], key: str) -> Change:
    found = changes.get(key)
    if found is None:
        found = changes[key] = Change(key, stored.get(key, _NOTHING))
    return found
