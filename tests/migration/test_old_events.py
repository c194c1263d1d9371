"""The old webhook events: recognised in what is loaded, and explained (D99)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from command_line import run
from rounds import OLD_ORDERS

import orderquery as oq
from orderquery.migration.webhooks import all_events, event_names

JSON = Any
ORDER = OLD_ORDERS["10096 of Order Refunded"]
CREATED = {
    "orderId": "fedb19f5-bd4c-4bfc-b2d1-212538319611",
    "number": "10096",
    "dateCreated": "2020-03-18T16:47:59.222Z",
    "buyerInfo": {"id": "b", "identityType": "CONTACT", "email": "johndoe@example.com"},
    "currency": "USD",
    "totals": {"total": "15"},
    "paymentStatus": "PAID",
    "fulfillmentStatus": "NOT_FULFILLED",
}
FULFILLMENT = {
    "orderId": "fedb19f5-bd4c-4bfc-b2d1-212538319611",
    "fulfillmentId": "f",
    "dateCreated": "2020-03-18T16:55:59.178Z",
    "buyerInfo": {"id": "b"},
    "fulfillmentStatus": "FULFILLED",
    "trackingInfo": {"trackingNumber": "1"},
}


def envelope(name: str, body: JSON) -> JSON:
    """Return the claims of an old webhook's token, each level as JSON text."""
    return {"data": json.dumps({"data": json.dumps(body, default=str), "instanceId": "i", "eventType": name}), "iat": 1}


BODIES: dict[str, tuple[JSON, dict[str, int]]] = {
    "created": (CREATED, {"Order Created": 1}),
    "created, in its envelope": (envelope("com.wix.ecommerce.orders.api.v2.OrderEvent", CREATED), {"Order Created": 1}),
    "paid": ({"order": ORDER}, {}),
    "paid, in its envelope": (
        envelope("com.wix.ecommerce.orders.api.v2.OrderPaid", {"order": ORDER}),
        {"Order Paid": 1},
    ),
    "canceled, in its envelope": (
        envelope("com.wix.ecommerce.orders.api.v2.OrderCanceled", {"order": ORDER}),
        {"Order Canceled": 1},
    ),
    "refunded": ({"refundId": "r", "order": ORDER}, {"Order Refunded": 1}),
    "refunded, in its envelope": (
        envelope("com.wix.ecommerce.orders.api.v2.OrderRefunded", {"refundId": "r", "order": ORDER}),
        {"Order Refunded": 1},
    ),
    "an unknown one of the package": (envelope("com.wix.ecommerce.orders.api.v2.OrderSeen", {"order": ORDER}), {}),
    "a response": ({"orders": [ORDER], "metadata": {"items": 1, "offset": 0}, "totalResults": 1}, {}),
}


@pytest.mark.parametrize("name", BODIES)
def test_old_bodies_are_converted_and_named_d99(name: str) -> None:
    body, events = BODIES[name]
    with oq.open_store(":memory:") as store:
        result = store.load([body], convert=True)
        assert (result.orders, result.skipped) == (1, 0)
        assert result.conversion is not None
        assert dict(result.conversion.events) == events
        assert store.search({}).ids == ("fedb19f5-bd4c-4bfc-b2d1-212538319611",)


def test_what_a_body_has_besides_its_order_is_a_loss_d99() -> None:
    converted = oq.convert_order({"refundId": "r", "order": ORDER})
    assert converted.fates["/refundId"] == "lost"
    assert converted.fates["/order/id"] == "moved"
    assert "/order/lineItems/0/customTextFields" in converted.kept
    loss = converted.losses[-1]
    assert (loss.code, loss.pointer, loss.message) == (
        "conversion-loss", "/refundId", '"refundId" is not a part of the order',
    )  # fmt: skip


def test_the_body_of_order_created_has_no_line_items_d99() -> None:
    converted = oq.convert_order(CREATED)
    assert converted.order["id"] == CREATED["orderId"]
    assert "lineItems" not in converted.order
    assert converted.transactions is not None
    assert not converted.losses


def test_a_fulfillment_event_has_no_order_d99() -> None:
    with pytest.raises(oq.DocumentError, match="an event of a fulfillment of the Stores API contains no order"):
        oq.convert_order(FULFILLMENT)
    with oq.open_store(":memory:") as store:
        (problem,) = store.load([FULFILLMENT], convert=True).problems
        assert problem.code == "unknown-document"


# -- explain event ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted({name for row in all_events() for name in event_names(row)}))
def test_every_name_is_explained(name: str) -> None:
    for spelling in (name, name.upper()):
        result = run("explain", "event", *spelling.split(" "))
        assert result.exit_code == 0, result.stderr
        rows = [row for row in all_events() if name in event_names(row)]
        for row in rows:
            assert row.title in result.stdout
            assert row.topic in result.stdout
            assert row.new in result.stdout


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wixStores-order-payed", 'did you mean "wixStores-order-paid"?'),
        ("wix.ecom.v1.order_cancelled", 'did you mean "wix.ecom.v1.order_canceled"?'),
        ("zzz", 'run "orderquery explain event" for the list'),
    ],
)
def test_an_unknown_event_gets_a_suggestion(name: str, message: str) -> None:
    result = run("explain", "event", name)
    assert (result.exit_code, result.stderr) == (2, f'orderquery: unknown event "{name}"; {message}\n')


def test_a_new_event_without_an_old_one() -> None:
    result = run("explain", "event", "wix.ecom.v1.order_created")
    assert result.stdout == "wix.ecom.v1.order_created: replaces no event of the Stores API\n"
    assert "the Stores API had no such event" in run("explain", "event", "order_updated").stdout


def test_all_events_are_listed() -> None:
    lines = run("explain", "event").stdout.splitlines()
    assert len(lines) == len(all_events())


def test_codes_are_explained_as_before() -> None:
    assert run("explain", "kept-value").stdout.startswith("warning[kept-value]:")
    assert run("explain", "wixStores-order-paid").stderr == (
        'orderquery: unknown code "wixStores-order-paid"; for the event write: orderquery explain event '
        '"wixStores-order-paid"\n'
    )
