"""The outbox: what has to be delivered to whom and when, as entries in the store.

Each receiver gets the events of one order in their order: only the first delivery of an order waits in the queue, and
the next follows when it is done. The store holds no URL: a receiver has a digest of its URL as its name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from ..language.datetimes import LAST_INSTANT, write_instant
from ..stores.service_state import Entry
from .envelope import event_type_of
from .events import EVENT, EventDraft, LoggedEvent
from .limits import MAX_LOGGED_ATTEMPTS, WEBHOOK_LEASE_S, WEBHOOK_RETRY_DELAYS_S

if TYPE_CHECKING:
    from ..stores.base import Store
    from ..stores.service_state import StoreTransaction

JSON = Any

DELIVERY = "delivery"
"""The kind of a delivery's entry: its key is the id of the delivery, its position the sequence of the event."""

_SECOND_US = 1_000_000
_DIGEST_CHARS = 16
_FIRST_CANDIDATES = 20
_QUEUE_KEY = re.compile("[0-9]{12}")


def receiver_of(url: str) -> str:
    """Return the name of a URL in the store."""
    return hashlib.sha256(url.encode()).hexdigest()[:_DIGEST_CHARS]


def queue_of(receiver: str) -> str:
    """Return the kind of the entries that wait for a receiver.

    Their position is when they are due.
    """
    return f"queue:{receiver}"


def _lane_of(receiver: str) -> str:
    """Return the kind of the entries that hold the last delivery of each order."""
    return f"lane:{receiver}"


DeliveryState = Literal["waiting", "delivered", "failed", "dropped"]
EventNumber = Annotated[int, msgspec.Meta(ge=0, le=10**12 - 1)]


class Delivery(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The state of one delivery.

    ``due`` is when the next attempt is due, in microseconds of the emulator's clock. ``lane`` is the order whose
    deliveries it waits for, or an empty text; ``next`` the sequence of the next delivery of the lane, or 0. A delivery
    has ``failed`` after its last retry, and was ``dropped`` by a fault. ``tries`` counts retries.
    """

    sequence: EventNumber
    receiver: str
    event_id: str
    event_type: str
    entity_id: str
    due: Annotated[int, msgspec.Meta(ge=0, le=LAST_INSTANT)]
    lane: str = ""
    state: DeliveryState = "waiting"
    tries: Annotated[int, msgspec.Meta(ge=0)] = 0
    next: EventNumber = 0
    attempts: tuple[dict[str, JSON], ...] = ()

    @property
    def id(self) -> str:
        """The id of the delivery."""
        return delivery_id(self.sequence, self.receiver)

    def to_entry(self) -> Entry:
        """Return the entry that holds this state."""
        return Entry(DELIVERY, self.id, self.sequence, msgspec.json.encode(self))


class Lease(msgspec.Struct, frozen=True):
    """Who makes an attempt, and until when, in microseconds of the machine's clock."""

    owner: str
    until: int


def delivery_id(sequence: int, receiver: str) -> str:
    """Return the id of the delivery of an event to a receiver."""
    return f"{_queue_key(sequence)}-{receiver}"


def _queue_key(sequence: int) -> str:
    return f"{sequence:012}"


Stored = TypeVar("Stored")


def _decode(document: bytes, kind: type[Stored]) -> Stored | None:
    """Return what a document holds, or ``None``.

    A restored snapshot can hold anything.
    """
    try:
        return msgspec.json.decode(document, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class Claim(NamedTuple):
    """A delivery that this process has to itself for a while, and its event."""

    delivery: Delivery
    event: bytes


class Attempt(NamedTuple):
    """What came of an attempt.

    ``delay_us`` is how much later a late one is due.
    """

    outcome: Literal["delivered", "failed", "dropped", "late"]
    facts: dict[str, JSON]
    delay_us: int = 0


def enqueue(
    transaction: StoreTransaction,
    event: LoggedEvent,
    draft: EventDraft,
    now: int,
    receivers: Iterable[str],
    *,
    ordered: bool = True,
) -> None:
    """Add the deliveries of an event; without ``ordered``, they wait for no other."""
    kind = event_type_of(draft.entity_fqdn, draft.slug)
    for receiver in receivers:
        lane = draft.entity_id if ordered else ""
        delivery = Delivery(event.sequence, receiver, event.id, kind, draft.entity_id, now, lane)
        before = _join_lane(transaction, delivery) if ordered else None
        if before is None:
            transaction.put([Entry(queue_of(receiver), _queue_key(event.sequence), now)])
        else:
            transaction.put([replace(before, next=event.sequence).to_entry()])
        transaction.put([delivery.to_entry()])


def _join_lane(transaction: StoreTransaction, delivery: Delivery) -> Delivery | None:
    """Add a delivery to its lane; return the one before it, if that is not done."""
    lane = _lane_of(delivery.receiver)
    last = transaction.entry(lane, delivery.lane)
    transaction.put([Entry(lane, delivery.lane, delivery.sequence)])
    return None if last is None else _read(transaction, last.position, delivery.receiver)


def _read(transaction: StoreTransaction, sequence: int, receiver: str) -> Delivery | None:
    entry = transaction.entry(DELIVERY, delivery_id(sequence, receiver))
    return None if entry is None else _decode(entry.document, Delivery)


def next_due(store: Store, receiver: str) -> int | None:
    """Return when the next delivery to a receiver is due, or ``None``."""
    first = store.list_entries(queue_of(receiver), limit=1)
    return first[0].position if first else None


def list_due(store: Store, receiver: str, now: int, limit: int) -> list[Entry]:
    """Return the first deliveries that are due, by time and sequence."""
    return store.list_entries(queue_of(receiver), until=now, limit=limit)


def claim(
    transaction: StoreTransaction,
    receiver: str,
    now: int,
    *,
    owner: str,
    machine_now: int,
    wanted: str | None = None,
) -> Claim | None:
    """Lease the first delivery that is due, or the one with the queue key ``wanted``.

    Returns ``None`` if none is due, or other processes have leased them. A lease ends by the machine's time.
    """
    queue = queue_of(receiver)
    if wanted is None:
        candidates: Sequence[Entry] = transaction.entries(queue, until=now, limit=_FIRST_CANDIDATES)
    else:
        entry = transaction.entry(queue, wanted)
        candidates = [entry] if entry is not None else []
    for entry in candidates:
        if is_leased(entry, owner, machine_now):
            continue
        delivery = _read(transaction, int(entry.key), receiver) if _QUEUE_KEY.fullmatch(entry.key) else None
        if delivery is None:
            transaction.drop(queue, [entry.key])
            continue
        event = transaction.entry(EVENT, delivery.event_id)
        if event is None or not event.document.startswith(b"{"):
            _finish(transaction, replace(delivery, state="failed"))
            continue
        lease = Lease(owner, machine_now + int(WEBHOOK_LEASE_S * _SECOND_US))
        transaction.put([entry._replace(document=msgspec.json.encode(lease))])
        return Claim(delivery, event.document)
    return None


def is_leased(entry: Entry, owner: str, machine_now: int) -> bool:
    """Return whether another process has leased an entry of a queue."""
    lease = _decode(entry.document, Lease) if entry.document else None
    # A lease far ahead is from a machine whose clock was wrong, or from a restored state.
    return lease is not None and lease.owner != owner and 0 < lease.until - machine_now <= WEBHOOK_LEASE_S * _SECOND_US


def settle(transaction: StoreTransaction, claimed: Claim, attempt: Attempt, now: int) -> Delivery | None:
    """Record an attempt, and let the retry or the next of the order follow.

    Returns the new state, or ``None`` if the delivery is no longer in the queue.
    """
    receiver, sequence = claimed.delivery.receiver, claimed.delivery.sequence
    queue = queue_of(receiver)
    entry = transaction.entry(queue, _queue_key(sequence))
    delivery = _read(transaction, sequence, receiver)
    if entry is None or delivery is None:
        return None
    facts = {"time": write_instant(now), **attempt.facts}
    delivery = replace(delivery, attempts=(*delivery.attempts, facts)[-MAX_LOGGED_ATTEMPTS:])
    if attempt.outcome == "late":
        delivery = replace(delivery, due=min(now + attempt.delay_us, LAST_INSTANT))
    elif attempt.outcome == "failed" and delivery.tries < len(WEBHOOK_RETRY_DELAYS_S):
        delay = WEBHOOK_RETRY_DELAYS_S[delivery.tries] * _SECOND_US
        delivery = replace(delivery, tries=delivery.tries + 1, due=min(now + delay, LAST_INSTANT))
    else:
        delivery = replace(delivery, state=attempt.outcome)
    if delivery.state == "waiting":
        transaction.put([entry._replace(position=delivery.due, document=b"")])
        transaction.put([delivery.to_entry()])
    else:
        _finish(transaction, delivery)
    return delivery


def _finish(transaction: StoreTransaction, done: Delivery) -> None:
    """Take a delivery out of the queue, and let the next of its order in."""
    transaction.put([replace(done, lane="", next=0).to_entry()])
    transaction.drop(queue_of(done.receiver), [_queue_key(done.sequence)])
    following = _read(transaction, done.next, done.receiver) if done.next else None
    if following is not None:
        transaction.put([Entry(queue_of(done.receiver), _queue_key(following.sequence), following.due)])
    elif done.lane:
        transaction.drop(_lane_of(done.receiver), [done.lane])


def resend(transaction: StoreTransaction, delivery_key: str, now: int) -> Delivery | None:
    """Make a delivery due now; return its state, or ``None`` if it does not exist.

    One that waits for an earlier event of its order goes on waiting.
    """
    entry = transaction.entry(DELIVERY, delivery_key)
    if entry is None:
        return None
    delivery = _decode(entry.document, Delivery)
    if delivery is None:
        return None
    queue, key = queue_of(delivery.receiver), _queue_key(delivery.sequence)
    queued = transaction.entry(queue, key)
    if delivery.state == "waiting" and queued is None:
        return delivery
    delivery = replace(delivery, state="waiting", tries=0, due=now)
    transaction.put([delivery.to_entry(), queued._replace(position=now) if queued else Entry(queue, key, now)])
    return delivery


def list_deliveries(store: Store, after: int = 0, limit: int | None = None) -> list[Delivery]:
    """Return the deliveries of a site after the sequence of an event, oldest first.

    The last event is listed with all its deliveries, even beyond the limit.
    """
    found = store.list_entries(DELIVERY, after=(after + 1, ""), limit=limit)
    if limit is not None and len(found) == limit and found:
        last = found[-1]
        found = [*found, *store.list_entries(DELIVERY, after=(last.position, last.key), until=last.position)]
    return [delivery for entry in found if (delivery := _decode(entry.document, Delivery)) is not None]
