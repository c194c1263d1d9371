"""Events of an emulator: what a write announces.

They are kept in the store, in the transaction of the write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..diagnostics.arguments import optional, require
from ..language.datetimes import write_instant
from ..language.limits import MAX_ID_CHARS
from ..language.types import has_lone_surrogate
from ..stores.service_state import Entry
from ..syntax.json_decoder import decode_json
from ..syntax.json_printer import encode_json
from .envelope import event_type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..stores.base import Store
    from ..stores.service_state import StoreTransaction

JSON = Any

EVENT = "event"
"""The kind of an event's entry: its key is the id of the event, its position the sequence number at its site."""
RECEIVED = "received"
"""The kind of the entry of an event that was loaded: its key is the id of the event."""

_EVENT_TIME = "event-time"
_SAME_MOMENT_US = 1_000_000
_READ_EVENTS = 20


class EventDraft(NamedTuple):
    """What happened to an entity; the event log adds id, time and sequence.

    ``payload`` is ``{"createdEvent": {...}}``, ``{"updatedEvent": {...}}`` or ``{"actionEvent": {...}}``.
    """

    entity_fqdn: str
    slug: str
    entity_id: str
    payload: dict[str, JSON]


class LoggedEvent(NamedTuple):
    """An event of a site.

    ``sequence`` counts from 1. ``document`` is the event as it is delivered.
    """

    sequence: int
    id: str
    document: bytes

    @property
    def type(self) -> str:
        """The type of the event, by which the SDK finds its handler."""
        decoded = decode_json(self.document)
        return event_type_of(str(decoded.get("entityFqdn", "")), str(decoded.get("slug", "")))


class EventWriter(Protocol):
    """One write at a site, as far as the event log uses it."""

    @property
    def transaction(self) -> StoreTransaction:
        """The transaction of the write."""

    @property
    def now(self) -> int:
        """The instant of the write, in microseconds since 1970-01-01 UTC."""

    def new_id(self) -> str:
        """Return a new GUID."""


class EventLog:
    """The events of the sites of a store.

    ``enqueue`` is called with every event in the transaction of its write, its draft and the instant of the write, to
    add what has to be delivered.
    """

    def __init__(self, enqueue: Callable[[StoreTransaction, LoggedEvent, EventDraft, int], None]) -> None:
        self._enqueue = enqueue

    def append(self, change: EventWriter, draft: EventDraft) -> None:
        """Add an event, in the transaction of ``change``."""
        transaction = change.transaction
        event_id = change.new_id()
        document = encode_json(
            {
                "id": event_id,
                "entityFqdn": draft.entity_fqdn,
                "slug": draft.slug,
                "entityId": draft.entity_id,
                **draft.payload,
                "eventTime": event_time(_next_time(transaction, change.now)),
                "triggeredByAnonymizeRequest": False,
            }
        )
        event = LoggedEvent(transaction.next_number(EVENT), event_id, document)
        transaction.put([Entry(EVENT, event_id, event.sequence, document)])
        self._enqueue(transaction, event, draft, change.now)


def require_range(after: int, limit: int | None) -> None:
    """Raise ``UsageError`` for a part of a log that is not given by numbers."""
    require("after", after, int, "the number of an event")
    optional("limit", limit, int, "a number of events")


def iterate_events(store: Store, after: int = 0, limit: int | None = None) -> Iterator[LoggedEvent]:
    """Yield the events of a site after a sequence number, oldest first."""
    left = limit
    while left is None or left > 0:
        # A few at a time, because an event contains a whole order.
        count = _READ_EVENTS if left is None else min(left, _READ_EVENTS)
        found = store.list_entries(EVENT, after=(after + 1, ""), limit=count)
        for entry in found:
            # A restored snapshot can hold anything.
            if entry.document.startswith(b"{"):
                yield LoggedEvent(entry.position, entry.key, entry.document)
        if len(found) < count:
            return
        after = found[-1].position
        left = None if left is None else left - count


def event_id_of(body: bytes) -> str:
    """Return the id of the event in a body, or an empty text if it is no single event."""
    # Most loads are not events, and can be large: only a body with this key is decoded.
    if b'"entityFqdn"' not in body or body.lstrip()[:1] != b"{":
        return ""
    try:
        decoded = decode_json(body)
    except (ValueError, RecursionError):
        return ""
    event_id = decoded.get("id") if isinstance(decoded, dict) and "entityFqdn" in decoded else None
    if not isinstance(event_id, str) or len(event_id) > MAX_ID_CHARS or has_lone_surrogate(event_id):
        return ""
    return event_id


def is_known_event(store: Store, event_id: str) -> bool:
    """Return whether an event was emitted at this site, or loaded before."""
    return any(store.read_entry(kind, event_id) is not None for kind in (RECEIVED, EVENT))


def event_time(instant: int) -> str:
    """Return the time of an event: microseconds and Z."""
    text = write_instant(instant)
    return text if instant % 1_000 else text.replace("Z", "000Z")


def _next_time(transaction: StoreTransaction, now: int) -> int:
    """Return now, or the next microsecond if the last event has this time."""
    # Loading compares the times of events: two at one instant of a frozen clock would be a tie.
    last = transaction.entry("counter", _EVENT_TIME)
    time = now
    if last is not None and now <= last.position < now + _SAME_MOMENT_US:
        time = last.position + 1
    transaction.put([Entry("counter", _EVENT_TIME, time)])
    return time
