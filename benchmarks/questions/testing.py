"""Run the body of a small test with the pytest plugin, against a store, an application and a server of its own."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import orderquery as oq
from orderquery.emulator.server import listen, run_in_thread, url_of
from orderquery.testing import EmulatedService, EmulatedSite

from ..harness import Duel, Growth, Size, Table, fight, within

JSON = Any
Found = tuple[str, int, str]
_MOST_S = 5e-3
_ORDER = {
    "status": "APPROVED",
    "currency": "USD",
    "channelInfo": {"type": "WEB"},
    "priceSummary": {"total": {"amount": "9.00"}},
    "lineItems": [
        {
            "productName": {"original": "Mug"},
            "quantity": 1,
            "price": {"amount": "9.00"},
            "itemType": {"preset": "PHYSICAL"},
        }
    ],
}
_SEARCH = {"filter": {"paymentStatus": "NOT_PAID"}, "cursorPaging": {"limit": 10}}


def _without_http(emulator: oq.Emulator) -> Found:
    """Create an order and find it."""
    created = emulator.create_order(_ORDER).order
    page = emulator.search_orders(_SEARCH)
    return created["number"], len(page.ids), page.orders[0]["paymentStatus"]


def _over_http(url: str, headers: Mapping[str, str]) -> Found:
    """Create an order and find it, over one connection."""
    link = http.client.HTTPConnection(urlsplit(url).netloc)

    def post(path: str, body: JSON) -> JSON:
        link.request("POST", path, json.dumps(body), headers)
        return json.loads(link.getresponse().read())

    created = post("/ecom/v1/orders", {"order": _ORDER})["order"]
    page = post("/ecom/v1/orders/search", {"search": _SEARCH})["orders"]
    link.close()
    return created["number"], len(page), page[0]["paymentStatus"]


def _fresh_emulator() -> Found:
    with oq.open_store(":memory:") as store:
        return _without_http(oq.Emulator(store))


def _fresh_server() -> Found:
    with ExitStack() as stack:
        store = stack.enter_context(oq.open_store(":memory:"))
        listening = stack.enter_context(listen("127.0.0.1", 0))
        stack.enter_context(run_in_thread(oq.create_app(store), listening))
        return _over_http(url_of(listening), {})


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    service, numbers = EmulatedService(), count(1)

    def site() -> EmulatedSite:
        return EmulatedSite(service, f"test-{next(numbers)}")

    def over_http() -> Found:
        own = site()
        return _over_http(own.url, own.headers)

    duels = (
        Duel(
            "without HTTP",
            "a store and an emulator for each test",
            lambda: _without_http(site().emulator),
            _fresh_emulator,
            within(1.0, most=_MOST_S),
        ),
        Duel(
            "over HTTP, by the port",
            "a store and a server for each test",
            over_http,
            _fresh_server,
            within(0.5, most=_MOST_S),
        ),
    )
    note = (
        "A test creates one order and finds it, at a site of its own in the one server of the session; the sites of "
        "earlier tests stay in its store. The opponent opens a new store in memory for each test."
    )
    try:
        yield Table("A test with the pytest plugin", note, tuple(fight(duel, size) for duel in duels))
    finally:
        service.close()
