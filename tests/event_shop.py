"""A store with an event log for the tests, whose deliveries are made on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from webhook_receiver import event_of

import orderquery as oq
from orderquery.emulator import outbox
from orderquery.emulator.clock import Clock
from orderquery.emulator.deliveries import Deliveries
from orderquery.emulator.events import EventDraft, EventLog, LoggedEvent, iterate_events
from orderquery.emulator.signing_key import process_signing_key
from orderquery.emulator.webhook_client import DeliveryFailed, WebhookUrl
from orderquery.stores.service_state import StoreTransaction

JSON = Any
START = 1_767_225_600_000_000
SECOND = 1_000_000
URL = "http://a.test/hook"


def list_events(store: oq.Store, after: int = 0, limit: int | None = None) -> list[LoggedEvent]:
    return list(iterate_events(store, after, limit))


class Change:
    """A write, as far as the event log uses it."""

    def __init__(self, transaction: StoreTransaction, now: int) -> None:
        self.transaction, self.now = transaction, now

    def new_id(self) -> str:
        return str(uuid4())


class Shop:
    """A store with an event log, whose deliveries are made on demand by ``post``.

    ``public_key`` verifies the envelopes; ``None`` accepts any.
    """

    public_key: bytes | None = process_signing_key.get().public_pem

    def __init__(
        self,
        *answers: int | str,
        store: oq.Store | None = None,
        urls: Iterable[str] = (URL,),
        background: bool = False,
        post: Callable[[WebhookUrl, bytes], int] | None = None,
    ) -> None:
        self.store = oq.open_store(":memory:") if store is None else store
        self.clock = Clock(START, frozen=True)
        self.sent: list[tuple[str, JSON]] = []
        self.bodies: list[bytes] = []
        self._answers = list(answers)
        self.deliveries = Deliveries(self.store, self.clock_of, urls, post=post or self._post, background=background)
        self.log = EventLog(self.deliveries.enqueue)

    def _post(self, url: WebhookUrl, body: bytes) -> int:
        self.bodies.append(body)
        self.sent.append((url.text, event_of(body, self.public_key)))
        answer = self._answers.pop(0) if self._answers else 200
        if isinstance(answer, str):
            raise DeliveryFailed(answer)
        return answer

    def clock_of(self, _: str) -> Clock:
        return self.clock

    def emit(self, *entity_ids: str, site: str = "") -> None:
        """Emit an event for each id, all in one write."""
        store = self.store.at_site(site) if site else self.store
        with store.transaction() as transaction:
            for entity_id in entity_ids:
                payload = {"createdEvent": {"entity": {"id": entity_id}}}
                self.log.append(
                    Change(transaction, self.clock.now()),
                    EventDraft("wix.ecom.v1.order", "created", entity_id, payload),
                )
        self.deliveries.wake(site)

    def drain(self) -> list[str]:
        """Deliver what is due; return the entities of the events, in the order of delivery."""
        del self.sent[:]
        self.deliveries.drain()
        return [event.get("entityId") for _, event in self.sent]

    def states(self, site: str = "") -> list[str]:
        store = self.store.at_site(site) if site else self.store
        return [delivery.state for delivery in outbox.list_deliveries(store)]

    def sequences(self) -> list[int]:
        ids = {event.id: event.sequence for event in list_events(self.store)}
        return [ids[event["id"]] for _, event in self.sent]
