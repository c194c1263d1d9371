"""Deliveries of events to webhook URLs, by a worker for each URL or on demand."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

from ..diagnostics.arguments import require
from ..diagnostics.errors import OrderQueryError
from ..diagnostics.quoting import quoted
from ..language.datetimes import LAST_INSTANT
from ..stores.base import Store
from ..stores.service_state import StoreTransaction
from . import outbox
from .clock import Clock, machine_time
from .delivery_faults import DeliveryFault, DeliveryFaults
from .envelope import envelope_claims, instance_of, tampered
from .errors import application_error
from .events import EventDraft, LoggedEvent
from .limits import STORE_RETRY_S, WEBHOOK_RESCAN_S
from .outbox import Attempt, Claim, Delivery
from .signing_key import LazySigningKey, new_signing_key, process_signing_key
from .webhook_client import DeliveryFailed, WebhookUrl, post_webhook, read_webhook_url

_SECOND_US = 1_000_000
_POLL_S = 0.05
_SUCCESS = range(200, 300)
_REDIRECT = range(300, 400)
_OK = 200

_JOIN_S = 5.0
_LOG = logging.getLogger("orderquery.emulator")

JSON = Any
Post = Callable[[WebhookUrl, bytes], int]
Step = Literal["sent", "again", "idle"]
"""What a worker did: an attempt, nothing but with more to look at, or nothing."""


class Receiver(NamedTuple):
    """A webhook URL of this process.

    ``id`` is its name in the store. ``busy`` is locked during an attempt. ``sites`` may have deliveries.
    """

    id: str
    url: WebhookUrl
    busy: threading.Lock
    sites: dict[str, None]


class Deliveries:
    """Delivers the events of a store's sites to the webhook URLs of this process.

    Each URL gets the events of one order in their order, at least once. A failed delivery is tried again on the
    schedule of Wix, by the emulator's clock. URLs come only from the caller, never from the store.

    Args:
        store: the store, at any site.
        clock_of: returns the clock of a site, which tells when its deliveries are due.
        urls: where to deliver.
        key: signs the envelopes.
        instances: instance ids by site.
        post: sends a body to a URL and returns the status of the answer.
        background: whether to deliver in threads; otherwise only :meth:`drain` does.

    Raises:
        UsageError: a URL cannot be used.

    """

    def __init__(
        self,
        store: Store,
        clock_of: Callable[[str], Clock],
        urls: Iterable[str] = (),
        *,
        key: LazySigningKey = process_signing_key,
        instances: Mapping[str, str] | None = None,
        post: Post = post_webhook,
        background: bool = True,
    ) -> None:
        parsed = [read_webhook_url(url) for url in dict.fromkeys(urls)]
        self.receivers = [Receiver(outbox.receiver_of(url.text), url, threading.Lock(), {}) for url in parsed]
        self.key, self.faults = key, DeliveryFaults()
        self._store, self._clock_of, self._instances, self._post = store, clock_of, dict(instances or {}), post
        self._owner = secrets.token_hex(8)
        self._wrong_key = LazySigningKey(new_signing_key)
        self._background = background
        self._changed = threading.Condition()
        self._changes = 0
        self._threads: list[threading.Thread] = []
        self._stop = threading.Event()

    def __repr__(self) -> str:
        return f"<Deliveries: {len(self.receivers)} URLs>"

    def __bool__(self) -> bool:
        return bool(self.receivers)

    # -- what is to be delivered -------------------------------------------------------------------------------

    def enqueue(self, transaction: StoreTransaction, event: LoggedEvent, draft: EventDraft, now: int) -> None:
        """Add an event to the outbox, in the transaction of its write."""
        if self.receivers:
            ordered = self.faults.shuffle_of(transaction.site) is None
            ids = [receiver.id for receiver in self.receivers]
            outbox.enqueue(transaction, event, draft, now, ids, ordered=ordered)

    def wake(self, site: str | None = None) -> None:
        """Deliver soon: a site has new events, or the clock was set."""
        if not self.receivers:
            return
        with self._changed:
            if site is not None:
                for receiver in self.receivers:
                    receiver.sites[site] = None
            self._changes += 1
            self._changed.notify_all()
        if site is not None and self._background:
            self.start()

    def forget_faults(self, site: str) -> None:
        """Deliver a site's events without faults from now on."""
        self.faults.clear(site)
        self.wake(site)

    def resend(self, site: str, delivery_key: str) -> Delivery:
        """Make a delivery due now; return its state.

        Raises:
            Refused: 404 if it does not exist, 428 if it is to a URL of another process.

        """
        require("delivery_id", delivery_key, str, "the id of a delivery")
        data = {"id": delivery_key}
        with self._at(site).transaction() as transaction:
            delivery = outbox.resend(transaction, delivery_key, self._clock_of(site).now())
            if delivery is None:
                message = f"delivery {quoted(delivery_key)} not found at this site; GET /_orderquery/deliveries"
                raise application_error(404, "DELIVERY_NOT_FOUND", message, data)
            if self.url_of(delivery.receiver) is None:
                message = f"delivery {quoted(delivery_key)} is to a URL of another server; add it as --webhook-url"
                raise application_error(428, "WEBHOOK_URL_UNKNOWN", message, data)
        self.wake(site)
        return delivery

    def next_due(self, site: str) -> int | None:
        """Return when the next delivery of a site is due, in microseconds.

        What a shuffle still gathers is not due. ``None`` means that nothing waits.
        """
        due = [self._next_due(receiver, site) for receiver in self.receivers]
        return min((instant for instant in due if instant is not None), default=None)

    def _next_due(self, receiver: Receiver, site: str) -> int | None:
        store, shuffle = self._at(site), self.faults.shuffle_of(site)
        if shuffle is None:
            return outbox.next_due(store, receiver.id)
        due = outbox.list_due(store, receiver.id, LAST_INSTANT, shuffle.count)
        gathered = shuffle.choose(receiver.id, [entry.key for entry in due]) is not None
        return due[0].position if gathered and due else None

    @property
    def urls(self) -> list[str]:
        """The webhook URLs of this process."""
        return [receiver.url.text for receiver in self.receivers]

    def url_of(self, receiver: str) -> str | None:
        """Return the URL of a receiver, if it is one of this process."""
        return next((known.url.text for known in self.receivers if known.id == receiver), None)

    # -- delivering --------------------------------------------------------------------------------------------

    def drain(self, site: str | None = None) -> int:
        """Deliver what is due, by time and sequence; return how many attempts that took.

        Returns when nothing is due any more, which includes what other threads and processes deliver.
        """
        attempts = 0
        for name in self._all_sites() if site is None else [site]:
            for receiver in self.receivers:
                while (done := self._deliver_next(receiver, name)) != "idle" or self._is_leased_elsewhere(
                    receiver, name
                ):
                    attempts += done == "sent"
                    if done == "idle":
                        time.sleep(_POLL_S)
        return attempts

    def start(self) -> None:
        """Start the workers, unless they run; they look for what an earlier process left."""
        with self._changed:
            if self._threads or not self.receivers or not self._store.can_write:
                return
            self._stop = threading.Event()
            self._threads = [
                threading.Thread(
                    target=self._work, args=(receiver, self._stop), name="orderquery-webhooks", daemon=True
                )
                for receiver in self.receivers
            ]
            for thread in self._threads:
                thread.start()

    def close(self) -> None:
        """Stop the workers; a delivery in progress is finished first."""
        with self._changed:
            threads, self._threads = self._threads, []
            self._stop.set()
            self._changed.notify_all()
        for thread in threads:
            thread.join(_JOIN_S)

    def _work(self, receiver: Receiver, stop: threading.Event) -> None:
        rescanned: float | None = None
        while not stop.is_set():
            seen = self._changes
            try:
                if rescanned is None or time.monotonic() - rescanned > WEBHOOK_RESCAN_S:
                    sites, rescanned = self._all_sites(), time.monotonic()
                    with self._changed:
                        receiver.sites.update(dict.fromkeys(sites))
                # One delivery of each site in turn, so that a busy site does not hold up the others.
                steps = [self._deliver_next(receiver, site) for site in list(receiver.sites)]
                if all(step == "idle" for step in steps):
                    self._sleep(stop, seen, self._idle_s(receiver))
            except OrderQueryError as problem:
                _LOG.error("cannot deliver events: %s", problem)
                rescanned = None
                self._sleep(stop, None, STORE_RETRY_S)
            except Exception:
                _LOG.exception("delivering events failed")
                rescanned = None
                self._sleep(stop, None, STORE_RETRY_S)

    def _sleep(self, stop: threading.Event, seen: int | None, seconds: float) -> None:
        with self._changed:
            if not stop.is_set() and seen in (None, self._changes):
                self._changed.wait(seconds)

    def _idle_s(self, receiver: Receiver) -> float:
        """Return for how many seconds nothing is due.

        Sites without deliveries are forgotten.
        """
        seconds = WEBHOOK_RESCAN_S
        for site in list(receiver.sites):
            # Removed before it is read: an event after this read wakes the worker with its site.
            with self._changed:
                receiver.sites.pop(site, None)
            due = outbox.next_due(self._at(site), receiver.id)
            if due is None:
                continue
            with self._changed:
                receiver.sites[site] = None
            clock = self._clock_of(site)
            left = (due - clock.now()) / _SECOND_US
            if left <= 0 or not clock.is_frozen:
                seconds = min(seconds, max(left, _POLL_S))
        return seconds

    def _deliver_next(self, receiver: Receiver, site: str) -> Step:
        """Make one attempt, unless none is due or another process makes it."""
        with receiver.busy:
            store, now = self._at(site), self._clock_of(site).now()
            shuffle = self.faults.shuffle_of(site)
            due = outbox.list_due(store, receiver.id, now, shuffle.count if shuffle else 1)
            if not due:
                return "idle"
            wanted = shuffle.choose(receiver.id, [entry.key for entry in due]) if shuffle else None
            if shuffle and wanted is None:
                return "idle"
            with store.transaction() as transaction:
                claimed = outbox.claim(
                    transaction, receiver.id, now, owner=self._owner, machine_now=machine_time(), wanted=wanted
                )
            if shuffle and wanted is not None:
                shuffle.sent(receiver.id, wanted)
                if shuffle.is_over(known.id for known in self.receivers):
                    self.faults.end(site, shuffle)
            if claimed is None:
                # Something unusable was removed, or another process was faster.
                return "idle" if wanted is None and self._is_leased_elsewhere(receiver, site) else "again"
            attempt = self._attempt(receiver.url, site, claimed)
            with store.transaction() as transaction:
                outbox.settle(transaction, claimed, attempt, self._clock_of(site).now())
            return "sent"

    def _attempt(self, url: WebhookUrl, site: str, claimed: Claim) -> Attempt:
        delivery = claimed.delivery
        fault = self.faults.take(site, delivery.event_type, delivery.entity_id)
        facts: dict[str, JSON] = {"fault": fault.fault} if fault else {}
        if fault and fault.fault == "drop":
            return Attempt("dropped", facts)
        if fault and fault.fault == "delay":
            return Attempt("late", facts, fault.seconds * _SECOND_US)
        body = self._envelope(site, claimed, fault)
        try:
            status = self._post(url, body)
            if fault and fault.fault == "duplicate":
                facts["firstStatus"] = status
                status = self._post(url, body)
        except DeliveryFailed as problem:
            return Attempt("failed", {**facts, "error": str(problem)})
        facts["status"] = status
        if status in _REDIRECT:
            facts["error"] = "redirects are not followed"
        elif status in _SUCCESS and status != _OK:
            facts["note"] = "Wix expects status 200"
        return Attempt("delivered" if status in _SUCCESS else "failed", facts)

    def _envelope(self, site: str, claimed: Claim, fault: DeliveryFault | None) -> bytes:
        claims = envelope_claims(claimed.event, claimed.delivery.event_type, instance_of(site, self._instances))
        key = self._wrong_key if fault and fault.fault == "wrong-key" else self.key
        token = key.get().sign(claims)
        return (tampered(token) if fault and fault.fault == "tamper" else token).encode()

    def _is_leased_elsewhere(self, receiver: Receiver, site: str) -> bool:
        due = outbox.list_due(self._at(site), receiver.id, self._clock_of(site).now(), 1)
        return any(outbox.is_leased(entry, self._owner, machine_time()) for entry in due)

    # -- sites -------------------------------------------------------------------------------------------------

    def _at(self, site: str) -> Store:
        return self._store if site == self._store.site else self._store.at_site(site)

    def _all_sites(self) -> list[str]:
        if not self._store.can_write:
            return []
        return [self._store.site] if self._store.site else self._store.sites()
