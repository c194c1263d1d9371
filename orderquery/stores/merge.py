"""What a batch of records leaves of what a store holds: which are older, and what is to be written. No engine in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..documents.ingest import Record
from ..language.types import Value

JSON = Any
Outcome = Literal["stored", "older"]


@dataclass(frozen=True, slots=True)
class Held:
    """What a store holds of one id: whether an order and a transactions record, and how new they are.

    ``revision`` is the value of the table's revision field, ``event_time`` the time of the event that brought the
    transactions, in microseconds; each may be ``None`` where nothing is known.
    """

    order: bool = False
    revision: Any = None
    transactions: bool = False
    event_time: int | None = None


@dataclass(slots=True)
class Change:
    """What is to be written of one id: its newest order, its newest transactions, or both."""

    id: str
    held: Held
    order: Record | None = None
    transactions: Record | None = None
    event_time: int | None = None

    @property
    def lacks_order(self) -> bool:
        """Whether the order that the transactions belong to lies in the store alone."""
        return self.order is None and self.held.order

    @property
    def lacks_transactions(self) -> bool:
        """Whether the transactions that the order has lie in the store alone."""
        return self.transactions is None and self.held.transactions


def merge(
    records: Iterable[Record], held: Mapping[str, Held], revision: Callable[[Record], Value] | None
) -> tuple[list[Outcome], list[Change]]:
    """Of each record what becomes of it, in order; and what the batch changes, once for each id.

    ``revision`` reads how new an order is.

    An order replaces another unless its revision is older or missing where the other has one; without a revision field
    the later one counts. Transactions replace others unless both came with events and theirs is older (D22).
    """
    changes: dict[str, Change] = {}
    revisions = {key: known.revision for key, known in held.items() if known.order}
    times = {key: known.event_time for key, known in held.items() if known.transactions}
    outcomes: list[Outcome] = []
    for record in records:
        if record.kind == "order":
            new = None if revision is None else revision(record)
            old = revisions.get(record.id)
            if old is not None and (new is None or new < old):
                outcomes.append("older")
                continue
            revisions[record.id] = new
            _change(changes, held, record.id).order = record
        else:
            newest = times.get(record.id)
            if record.event_time is not None and newest is not None and record.event_time < newest:
                outcomes.append("older")
                continue
            times[record.id] = newest if record.event_time is None else record.event_time
            change = _change(changes, held, record.id)
            change.transactions, change.event_time = record, times[record.id]
        outcomes.append("stored")
    return outcomes, list(changes.values())


_NOTHING = Held()


def _change(changes: dict[str, Change], held: Mapping[str, Held], key: str) -> Change:
    found = changes.get(key)
    if found is None:
        found = changes[key] = Change(key, held.get(key, _NOTHING))
    return found
