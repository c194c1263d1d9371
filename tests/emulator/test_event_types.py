"""The list of event types is that of the events that operations announce."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from test_control import ORDER, PAYMENT

import orderquery as oq
from orderquery.emulator.event_types import EVENT_TYPES, why_unknown

JSON = Any
PLAN, MEMBER = "b1111111-1111-4111-8111-111111111111", "c2222222-2222-4222-8222-222222222222"
PRICE = {"value": "20.00", "currency": "USD"}


def test_every_type_is_announced_and_no_other() -> None:
    with oq.open_store(":memory:") as store:
        shop = oq.Emulator(store, clock=oq.Clock(frozen=True), details_updated=True)
        order = shop.create_order(ORDER).order["id"]
        shop.add_payments(order, [PAYMENT])
        shop.cancel_order(order)
        monthly = {"subscription": {"cycleDuration": {"count": 1, "unit": "MONTH"}, "cycleCount": 2}, "price": PRICE}
        shop.load_plans([{"id": PLAN, "name": "Gold", "pricing": monthly}])
        first, second = (shop.create_offline_order(PLAN, MEMBER).order["id"] for _ in range(2))
        shop.mark_as_paid(first)
        shop.pause_order(first)
        shop.resume_order(first)
        shop.postpone_end_date(first, "2100-01-01T00:00:00Z")
        shop.cancel_plan_order(first, "IMMEDIATELY")
        shop.cancel_plan_order(second, "NEXT_PAYMENT_DATE")
        shop.advance(timedelta(days=100))
        announced = {event.type for event in shop.iterate_events()}
    assert announced == set(EVENT_TYPES)


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("order_payed", "order_payment_status_updated"),
        ("OrderPaid", "order_payment_status_updated"),
        ("wixStores_onOrderPaid", "order_payment_status_updated"),
        ("wixStores_onNewOrder", "order_created"),
        ("wixEcom_onOrderCreated", "order_created"),
        ("onOrderTransactionsUpdated", "order_transactions_updated"),
        ("order.canceled", "order_canceled"),
        ("orders/cancelled", "order_canceled"),
        ("order_creatd", "order_created"),
    ],
)
def test_an_unknown_type_has_the_one_that_was_meant(wanted: str, meant: str) -> None:
    short = [
        "order_created",
        "order_canceled",
        "order_payment_status_updated",
        "order_transactions_updated",
        "order_paused",
    ]
    assert why_unknown(wanted, short).endswith(f'did you mean "{meant}"?')
    (full,) = [name for name in EVENT_TYPES if name.startswith("wix.ecom") and name.endswith(f".{meant}")]
    assert why_unknown(wanted) == f'"{wanted}" is not a type of event; did you mean "{full}"?'
