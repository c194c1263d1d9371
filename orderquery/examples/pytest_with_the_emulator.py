"""Tests against an emulated service, of which each test has one.

Run them with: pytest pytest_with_the_emulator.py
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orderquery as oq

TOTAL: dict[str, Any] = {"total": {"amount": "9"}}
MUG: dict[str, Any] = {
    "productName": {"original": "Mug"},
    "quantity": 1,
    "price": {"amount": "9"},
    "itemType": {"preset": "SERVICE"},
}
NEW: dict[str, Any] = {"channelInfo": {"type": "WEB"}, "priceSummary": TOTAL, "lineItems": [MUG], "status": "APPROVED"}


def test_a_paid_order_is_found(
    orderquery_server: Any, orderquery_store: oq.Store, expect_event: Callable[..., Any]
) -> None:
    """Create an order, pay it, find it."""
    wix = orderquery_server.emulator
    order = wix.create_order(NEW).order
    payment = {"amount": TOTAL["total"], "regularPaymentDetails": {"paymentMethod": "Klarna", "status": "APPROVED"}}
    wix.add_payments(order["id"], [payment])
    paid = (oq.f.paymentMethods == "Klarna") & (oq.f.paymentStatus == "PAID")
    assert orderquery_store.search(paid).ids == (order["id"],)
    assert expect_event("order_payment_status_updated", order["id"])
