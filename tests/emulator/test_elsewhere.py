"""What went wrong in other emulators, as tests by number; those of one part are in the tests of that part.

A1, A2, A7, A8, A10 and A18 are in ``test_control.py``, A3 to A6, A16 and A17 in ``test_events_*.py``, A15 is in
``tests/test_testing.py``.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from every_operation import PAYMENT, START
from test_control import ORDER, Shop
from writable_stores import WRITABLE, location_of

import orderquery as oq
from orderquery.emulator.clock import Clock

JSON = Any


def emulator_over(store: oq.Store, **options: JSON) -> oq.Emulator:
    return oq.Emulator(store, **{"clock": Clock(START, frozen=True), **options})


def slugs_since(shop: oq.Emulator, after: int) -> list[str]:
    """Return the kinds of the events after a sequence."""
    found = [json.loads(event.document) for event in shop.iterate_events(after)]
    return [f"{event['entityFqdn'].rpartition('.')[2]} {event['slug']}" for event in found]


# -- A9: state is saved, not calls ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WRITABLE)
def test_a9_what_is_saved_is_state_that_any_store_takes(kind: str, tmp_path: Path) -> None:
    with oq.open_store(":memory:") as store:
        shop = emulator_over(store, seed="a")
        order_id = shop.create_order(ORDER).order["id"]
        shop.add_payments(order_id, [PAYMENT])
        # A hundred calls that leave nothing behind.
        for turn in range(100):
            shop.update_order(order_id, {"archived": bool(turn % 2)})
        saved = shop.save()
    assert json.loads(saved).keys() == {"snapshot", "clock", "tables", "entries"}
    with oq.open_store(location_of(kind, tmp_path)) as store:
        # Neither another seed nor another time changes what is restored.
        other = emulator_over(store, seed="b", clock=Clock(START * 2, frozen=True))
        other.restore(saved)
        assert other.save() == saved
        assert [order["id"] for order in other.search_orders({"filter": {"paymentMethods": "Cash"}}).orders] == [
            order_id
        ]


# -- A11: a failed payment concerns the order it was of ---------------------------------------------------------------


def test_a11_a_failed_payment_of_an_order_changes_that_order_alone() -> None:
    with oq.open_store(":memory:") as store:
        shop = emulator_over(store)
        one, other = (shop.create_order(ORDER).order for _ in range(2))
        added = shop.add_payments(one["id"], [PAYMENT])
        before = shop.get_order(one["id"]).order
        at = len(list(shop.iterate_events()))
        shop.update_payment_status(one["id"], added.payments_ids[0], "DECLINED")
        after = shop.get_order(one["id"]).order
        assert (before["paymentStatus"], after["paymentStatus"]) == ("PARTIALLY_PAID", "DECLINED")
        assert shop.get_order(other["id"]).order == other
        assert {json.loads(event.document)["entityId"] for event in shop.iterate_events(at)} == {one["id"]}
        assert store.count({}) == 2
        # A payment that is not there is refused, not made.
        for order_id, payment_id in ((other["id"], added.payments_ids[0]), (one["id"], other["id"]), ("x", "x")):
            with pytest.raises(oq.OrderQueryError):
                shop.update_payment_status(order_id, payment_id, "DECLINED")
        assert store.get_transactions(other["id"]) is None


# -- A12: the events of each transition -------------------------------------------------------------------------------

PAYS_ALL = {**PAYMENT, "amount": {"amount": "100.00"}}
UPDATED, PAID = "order updated", "order payment_status_updated"
PAYMENTS = "order_transactions updated"
TRANSITIONS: dict[str, tuple[JSON, list[tuple[str, list[JSON], list[str]]]]] = {
    "an approved order": (ORDER, [
        ("add_payments", [[PAYMENT]], [PAYMENTS, PAID, UPDATED]),
        ("add_payments", [[{**PAYMENT, "amount": {"amount": "2.00"}}]], [PAYMENTS, UPDATED]),
        ("update_order", [{"archived": True}], [UPDATED]),
        ("cancel_order", [], ["order canceled", UPDATED]),
        ("cancel_order", [], []),
    ]),
    "an order that is approved by its payment": ({**ORDER, "status": "INITIALIZED"}, [
        ("add_payments", [[PAYS_ALL]], [PAYMENTS, PAID, "order approved", UPDATED]),
    ]),
    "a declined payment does not look paid": ({**ORDER, "status": "INITIALIZED"}, [
        ("add_payments", [[{**PAYS_ALL, "regularPaymentDetails": {"status": "DECLINED"}}]], [PAYMENTS, PAID, UPDATED]),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a12_each_transition_has_its_events_in_their_order(name: str) -> None:
    order, steps = TRANSITIONS[name]
    with oq.open_store(":memory:") as store:
        shop = emulator_over(store)
        order_id = shop.create_order(order).order["id"]
        created = ["order created", *(["order approved"] if order["status"] == "APPROVED" else [])]
        assert slugs_since(shop, 0) == created
        for method, arguments, expected in steps:
            before = len(list(shop.iterate_events()))
            getattr(shop, method)(order_id, *arguments)
            assert slugs_since(shop, before) == expected, method


# -- A13: nothing of a client is replaced -----------------------------------------------------------------------------


def functions_of(client: Any) -> dict[str, Any]:
    return {name: part for name, part in vars(client).items() if callable(part)}


def test_a13_the_plugin_replaces_nothing_of_a_client() -> None:
    # Not at the top: pytest warns of a plugin that was imported before it is registered.
    from orderquery.testing import EmulatedService, EmulatedSite

    clients = (http.client.HTTPConnection, urllib.request, socket.socket, socket, ssl.SSLContext)
    before = [functions_of(client) for client in clients]
    service = EmulatedService()
    try:
        site = EmulatedSite(service, "a")
        site.emulator.create_order(ORDER)
        with urllib.request.urlopen(f"{site.url}/healthz") as answer:
            assert answer.status == 200
        assert [functions_of(client) for client in clients] == before
    finally:
        service.close()
    assert [functions_of(client) for client in clients] == before


# -- A14: a limit is of one operation at one site -----------------------------------------------------------------------


def test_a14_too_many_requests_for_one_path_of_one_site_concern_no_other() -> None:
    shop = Shop()
    one, two = {"wix-site-id": "one"}, {"wix-site-id": "two"}
    shop.control("faults", {"path": "/ecom/v1/orders/search", "status": 429, "count": 5, "retryAfter": 1}, **one)
    shop.post("/ecom/v1/orders/search", status=429, **one)
    for _ in range(6):
        shop.post("/ecom/v1/orders/search", **two)
        shop.create(**one)
        assert shop.client.get("/pricing-plans/v2/orders", headers=one).status_code == 200
    shop.post("/ecom/v1/orders/search", status=429, **one)
    assert shop.client.get("/_orderquery/faults", headers=one).json()["faults"][0]["count"] == 3
