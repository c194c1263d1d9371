"""The pytest plugin: an emulated service for your tests, without set-up.

Installed with orderquery, it adds the fixtures ``orderquery_server``, ``orderquery_store``, ``orderquery_orders`` and
``expect_event``. One server runs per session; every test has a site of its own, so nothing needs a reset and tests can
run in parallel (pytest-xdist).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .emulator.emulator import Emulator
    from .stores.base import Store

JSON = Any
_SAMPLE_ORDERS = 100


class EmulatedService:
    """The server of one test session; it starts when a test first asks for its URL."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def close(self) -> None:
        """Stop the server and close its store."""
        self._stack.close()

    @cached_property
    def emulator(self) -> Emulator:
        """The emulator, at the site without a name, which tests leave empty."""
        from .emulator.emulator import Emulator
        from .stores.engines import open_store

        store = self._stack.enter_context(open_store(":memory:"))
        return Emulator(store, events=True)

    @cached_property
    def app(self) -> Any:
        """The ASGI application, for clients that need no port."""
        from .emulator.app import create_app

        return create_app(self.emulator.store, emulator=self.emulator, control=True)

    @cached_property
    def url(self) -> str:
        """The URL of the running server, without a slash at the end."""
        from .emulator.server import listen, run_in_thread, url_of

        listener = self._stack.enter_context(listen("127.0.0.1", 0))
        self._stack.enter_context(run_in_thread(self.app, listener))
        return url_of(listener)


class EmulatedSite:
    """The site of one test.

    ``emulator`` answers without HTTP (:class:`orderquery.Emulator`), ``app`` over ASGI, ``url`` at a port; send
    ``headers`` with every request.
    """

    def __init__(self, service: EmulatedService, name: str) -> None:
        self._service, self.name = service, name

    def __repr__(self) -> str:
        return f"<EmulatedSite: {self.name}>"

    @cached_property
    def emulator(self) -> Emulator:
        """The emulator of this site."""
        return self._service.emulator.at_site(self.name)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that select this site."""
        return {"wix-site-id": self.name}

    @property
    def app(self) -> Any:
        """The ASGI application."""
        return self._service.app

    @property
    def url(self) -> str:
        """The URL of the server, without a slash at the end."""
        return self._service.url


@pytest.fixture(scope="session")
def orderquery_service() -> Iterator[EmulatedService]:
    """Return the server that all tests of a session share."""
    service = EmulatedService()
    yield service
    service.close()


_SITES = count(1)


@pytest.fixture
def orderquery_server(orderquery_service: EmulatedService) -> EmulatedSite:
    """Return an emulated service, empty, at a site of this test alone."""
    return EmulatedSite(orderquery_service, f"test-{next(_SITES)}")


@pytest.fixture
def orderquery_store(orderquery_server: EmulatedSite) -> Store:
    """Return the store behind ``orderquery_server``."""
    return orderquery_server.emulator.store


@pytest.fixture
def orderquery_orders(orderquery_store: Store) -> list[JSON]:
    """Load 100 sample orders with their payments, and return the orders.

    Loading announces no events.
    """
    from .samples.generator import sample

    documents = [*sample(_SAMPLE_ORDERS)]
    orderquery_store.load(documents)
    return [document for document in documents if "id" in document]


@pytest.fixture
def expect_event(orderquery_server: EmulatedSite) -> Callable[..., JSON]:
    """Return a function that finds the next event of a type, or fails.

    ``expect_event("order_canceled", order_id)`` returns the event; each event is taken once.
    """
    from .emulator.event_types import EVENT_TYPES, is_event_type, short_name, why_unknown
    from .syntax.json_decoder import decode_json

    emulator = orderquery_server.emulator
    found_ids: set[str] = set()

    def expect(event_type: str, entity_id: str | None = None) -> JSON:
        unknown = why_unknown(event_type, (*map(short_name, EVENT_TYPES), *EVENT_TYPES))
        if unknown:
            pytest.fail(unknown, pytrace=False)
        seen = []
        for logged in emulator.iterate_events():
            event = decode_json(logged.document)
            seen.append(f"{logged.type} {event['entityId']}")
            new = event["id"] not in found_ids
            if new and is_event_type(logged.type, event_type) and entity_id in (None, event["entityId"]):
                found_ids.add(event["id"])
                return event
        wanted = f"{event_type} {entity_id or ''}".strip()
        return pytest.fail(f"no event {wanted}; events of this test: {', '.join(seen) or 'none'}", pytrace=False)

    return expect
