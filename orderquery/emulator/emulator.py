"""The emulator without HTTP: a method for every operation of the service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from ..diagnostics.arguments import items, optional, require
from ..diagnostics.errors import UsageError
from ..language.schema import load_schema
from ..stores.base import Store
from .clock import Clock, SiteClocks, microseconds_at, microseconds_of
from .deliveries import Deliveries
from .due_work import DueWork, run_until
from .envelope import envelope_claims, instance_of, site_of_instance
from .events import EventLog, LoggedEvent, iterate_events, require_range
from .operation import Operation
from .operations import BY_NAME
from .order_methods import OrderMethods
from .orders import OrderService
from .outbox import Delivery, list_deliveries
from .plan_loads import load_plans, plans_in
from .plan_methods import PricingPlanMethods
from .pricing_plans import PLANS_SCHEMA, PricingPlanService
from .request import read_request
from .signing_key import LazySigningKey, given_signing_key, process_signing_key
from .site import Site
from .snapshot import Snapshot, make_tables, put_back, read_snapshot, take, take_alone, unusable_snapshot
from .transactions import TransactionService
from .wire.base import WireResponse

if TYPE_CHECKING:
    from ..language.schema import Schema
    from ..stores.load_result import LoadResult

JSON = Any


class Emulator(OrderMethods, PricingPlanMethods):
    """The service over a store, for one site.

    Documents go in and come out as decoded JSON; a number with a fraction is a ``Decimal`` in answers. Every method
    raises ``Refused`` where the service answers with an error, only :meth:`search_orders` a ``QueryError``.

    Args:
        store: the store, opened for the site.
        clock: the clock of every date; without one, the machine's.
        seed: makes ids the same in every run with the same seed.
        events: announce writes.
        details_updated: announce payments as ``details_updated``, too, as the service will.
        instances: the app's instance id by site; a site without one gets an id made from its name.
        webhook_urls: where to deliver the events, in the background.
        signing_key: signs the envelopes of events, a private RSA key (PEM); without one, a key of this process.
        strict: refuse what the service ignores, such as an unknown key.
        read_only: refuse every write.

    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock | None = None,
        seed: str | None = None,
        events: bool = True,
        details_updated: bool = False,
        instances: Mapping[str, str] | None = None,
        webhook_urls: Iterable[str] = (),
        signing_key: LazySigningKey | str | bytes = process_signing_key,
        strict: bool = False,
        read_only: bool = False,
    ) -> None:
        require("store", store, Store, 'an open store: oq.open_store("shop.db")')
        optional("clock", clock, Clock, "a clock: oq.Clock(...)")
        optional("seed", seed, str, "a text")
        optional("instances", instances, Mapping, "a dict of instance ids by site")
        webhook_urls = items("webhook_urls", webhook_urls, "URLs", str)
        self.store, self.clock, self.seed = store, clock or Clock(), seed
        self.strict, self.details_updated = strict, details_updated
        self._instances = dict(instances or {})
        self._clocks = SiteClocks(self.clock, store.site)
        key = signing_key if isinstance(signing_key, LazySigningKey) else given_signing_key(signing_key)
        self.deliveries = Deliveries(store, self._clocks.of, webhook_urls, key=key, instances=self._instances)
        self.events = EventLog(self.deliveries.enqueue) if events else None
        self._reason = _why_read_only(store, read_only)
        self._open()

    def _open(self) -> None:
        """Make the services of the store's site."""
        site = self.store.site
        self.site = Site(
            self.store,
            self.clock,
            self.events,
            self.seed,
            instance_of(site, self._instances),
            self._reason,
            listeners=[partial(self.deliveries.wake, site)],
        )
        self.orders = OrderService(self.site)
        self.transactions = TransactionService(self.site, details_updated=self.details_updated)
        self.plans = PricingPlanService(self.site)

    def __repr__(self) -> str:
        return f"<Emulator: {self.store!r}>"

    def at_site(self, name: str) -> Self:
        """Return the emulator of another site of the same store."""
        if name == self.store.site:
            return self
        other = copy(self)
        other.store = self.store.at_site(name)
        other.clock = self._clocks.of(name)
        other._open()
        return other

    def site_of_instance(self, instance_id: str, named: str = "") -> str | None:
        """Return the site of an app's instance, or ``None``.

        It is the site given for it, or one whose name the id is made from: the site ``named``, or one of the store. As
        long as no instances are given, any other id belongs to the site that is served.
        """
        require("named", named, str, "the name of a site")
        given = site_of_instance(instance_id, self._instances)
        if given is not None:
            return given
        names = (named, *self.store.sites()) if self.store.can_write else (named,)
        made = next((name for name in names if name and instance_id == instance_of(name)), None)
        if made is not None:
            return made
        if instance_id == instance_of("") or (not self._instances and named in ("", self.store.site)):
            return self.store.site
        return None

    @property
    def tables(self) -> tuple[Schema, ...]:
        """The tables of fields whose orders a site has."""
        return (self.store.schema, load_schema(PLANS_SCHEMA))

    @property
    def due_work(self) -> tuple[DueWork, ...]:
        """What time brings at this site: first the changes of plans, then deliveries."""
        return (
            DueWork(self.plans.next_due, self.plans.run_due),
            DueWork(lambda: self.deliveries.next_due(self.store.site), self.drain),
        )

    def call(self, operation: Operation, request: JSON) -> WireResponse:
        """Run an operation of the table on the keys of its body and its path."""
        assert operation.request is not None
        if operation.writes:
            self.site.require_writable()
        service_name, method = operation.service.split(".")
        service = getattr(self, service_name)
        read = read_request(
            operation.request, request, strict=self.strict, check=getattr(service, f"check_{method}", None)
        )
        response: WireResponse = getattr(service, method)(read)
        response.warn(read.warnings)
        return response

    def _call(self, name: str, **request: JSON) -> Any:
        return self.call(BY_NAME[name], {key: value for key, value in request.items() if value is not None})

    # -- time and state ----------------------------------------------------------------------------------------

    def advance(self, duration: int | timedelta) -> int:
        """Move the clock forward, and do in order what falls due on the way.

        ``duration`` is a ``timedelta``, or microseconds. Returns the number of steps.

        Raises:
            Refused: 400 if more falls due than one call does.
            UsageError: the duration is negative, or ends after the year 9999.

        """
        microseconds = microseconds_of(duration)
        if microseconds < 0:
            return self.clock.advance(microseconds)
        return self.advance_to(self.clock.now() + microseconds)

    def advance_to(self, instant: int | datetime) -> int:
        """Move the clock to an instant, as :meth:`advance`."""
        try:
            return run_until(microseconds_at(instant), self.clock, self.due_work)
        finally:
            self.deliveries.wake(self.store.site)

    def save(self) -> bytes:
        """Return everything that the site holds, as JSON for :meth:`restore`."""
        return self.take_snapshot().to_bytes()

    def restore(self, snapshot: bytes) -> None:
        """Make the site what it was when the snapshot was saved.

        Raises:
            Refused: 400 if the snapshot cannot be used, 403 if the store is only read.

        """
        self.put_back(read_snapshot(snapshot))

    def take_snapshot(self) -> Snapshot:
        """Return everything that the site holds, as it was at one moment."""
        taking = take if self.site.read_only else take_alone
        return taking(self.store, self.tables, self.clock.state)

    def put_back(self, snapshot: Snapshot) -> None:
        """Make the site what it was, as :meth:`restore`."""
        require("snapshot", snapshot, Snapshot, "what take_snapshot returned")
        self.site.require_writable()
        make_tables(self.store, self.tables)
        try:
            with self.store.transaction() as transaction:
                self.clock.restore(put_back(transaction, self.store, self.tables, snapshot))
        except UsageError as problem:
            raise unusable_snapshot(str(problem)) from None
        self.deliveries.wake(self.store.site)

    def load_plans(self, plans: Iterable[JSON]) -> LoadResult:
        """Load Plan objects, of which pricing plans orders are made.

        Loading one again replaces it.
        """
        return load_plans(self.site, plans_in(items("plans", plans, "plans")))

    # -- events ------------------------------------------------------------------------------------------------

    def iterate_events(self, after: int = 0, limit: int | None = None) -> Iterator[LoggedEvent]:
        """Yield the events of the site after a sequence number, oldest first."""
        require_range(after, limit)
        return iterate_events(self.store, after, limit)

    def envelope(self, event: LoggedEvent) -> str:
        """Return the signed envelope of an event, as a webhook receives it."""
        require("event", event, LoggedEvent, "an event of iterate_events")
        return self.deliveries.key.get().sign(envelope_claims(event.document, event.type, self.site.instance_id))

    def list_deliveries(self, after: int = 0, limit: int | None = None) -> list[Delivery]:
        """Return the deliveries of the site's events after a sequence, oldest first."""
        require_range(after, limit)
        return list_deliveries(self.store, after, limit)

    def resend(self, delivery_id: str) -> Delivery:
        """Make a delivery due now, and return its state.

        Raises:
            Refused: 404 if it does not exist, 428 if it is to a URL of another process.

        """
        self.site.require_writable()
        return self.deliveries.resend(self.store.site, delivery_id)

    def drain(self) -> int:
        """Deliver the site's events that are due now; return the number of attempts."""
        return self.deliveries.drain(self.store.site)

    def prepare(self) -> None:
        """Begin to deliver in the background, and to make the key if it is needed."""
        if self.events is not None and not self.site.read_only:
            # Without a receiver, most servers never sign: the first request that needs the key makes it.
            if self.deliveries.urls:
                self.deliveries.key.prepare()
            self.deliveries.start()

    def close(self) -> None:
        """Stop delivering in the background."""
        self.deliveries.close()


def _why_read_only(store: Store, read_only: bool) -> str:
    return "this server is read-only; start it without --read-only to write" if read_only else store.why_read_only
