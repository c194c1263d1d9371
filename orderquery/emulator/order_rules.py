"""The rules of orders: what a new order gets, and what cancels one.

Documents are decoded JSON objects with exact numbers. Nothing here reads a store or a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..language.datetimes import read_instant
from .money import add_shown_amounts, read_amount
from .service_errors import order_error
from .violations import Violation, required
from .wire.order import NewOrder

JSON = Any
Document = dict[str, JSON]

FIRST_NUMBER = 10_001
STORES_APP_ID = "215238eb-22a5-4c36-9e7b-e7c08025e04e"
"""The app of Wix Stores, whose items have an inventory."""

MAX_ACTIVITIES = 1_000

_KEYS = (
    "id", "number", "createdDate", "updatedDate", "lineItems", "buyerInfo", "paymentStatus", "fulfillmentStatus",
    "buyerLanguage", "weightUnit", "currency", "currencyConversionDetails", "taxIncludedInPrices", "priceSummary",
    "billingInfo", "shippingInfo", "buyerNote", "status", "archived", "taxSummary", "taxInfo", "appliedDiscounts",
    "activities", "attributionSource", "createdBy", "channelInfo", "seenByAHuman", "checkoutId", "customFields",
    "cartId", "payNow", "balanceSummary", "additionalFees", "purchasedDate", "extendedFields", "purchaseFlowId",
    "recipientInfo",
)  # fmt: skip
"""The order of keys in the documents' own answers."""


def order_faults(order: JSON) -> list[Violation]:
    """Return what the model of an order cannot express: a digital line needs its file."""
    lines = order.get("lineItems") if isinstance(order, dict) else None
    return [
        required(("order", "lineItems", index, "digitalFile"), "missing; a DIGITAL line item needs its file")
        for index, line in enumerate(lines if isinstance(lines, list) else ())
        if isinstance(line, dict) and _preset(line) == "DIGITAL" and line.get("digitalFile") is None
    ]


def refuse_future_purchase(order: Document, now: int) -> None:
    """Refuse a purchase after ``now``, in microseconds.

    Raises:
        Refused: 428.

    """
    purchased = read_instant(order.get("purchasedDate"))
    if purchased is not None and purchased > now:
        raise order_error("PURCHASED_DATE_CANNOT_BE_IN_FUTURE", purchasedDate=order["purchasedDate"])


def complete_order(
    sent: Document, *, number: int, date: str, new_id: Callable[[], str], strategy: str | None = None
) -> Document:
    """Return the order that is stored for the one that was sent.

    ``strategy`` is the approval strategy of its settings.
    """
    order_id = new_id()
    added = {
        "id": order_id,
        "number": str(number),
        "createdDate": date,
        "updatedDate": date,
        "lineItems": [_complete_line(line, new_id) for line in sent["lineItems"]],
        "paymentStatus": sent.get("paymentStatus", "PAID" if _is_free(sent) else "NOT_PAID"),
        "fulfillmentStatus": fulfillment_status(sent),
        "status": sent.get("status") or initial_status(sent, strategy),
        "archived": sent.get("archived", False),
        "seenByAHuman": sent.get("seenByAHuman", False),
        "activities": [{"id": new_id(), "createdDate": date, "type": "ORDER_PLACED"}],
        "attributionSource": sent.get("attributionSource", "UNSPECIFIED"),
        "createdBy": sent.get("createdBy", {}),
        "customFields": sent.get("customFields", []),
        "balanceSummary": sent.get("balanceSummary") or _balance_of(sent),
        "additionalFees": sent.get("additionalFees", []),
    }
    merged = {**sent, **added}
    order = {key: merged[key] for key in (*_KEYS, *merged) if key in merged}
    add_shown_amounts(NewOrder, order, order.get("currency"))
    return order


def _complete_line(line: Document, new_id: Callable[[], str]) -> Document:
    named = {"id": line.get("id") or new_id(), **{key: part for key, part in line.items() if key != "id"}}
    return {**named, "locations": line.get("locations", [])}


def order_total(order: Document) -> Decimal | None:
    """Return the total of an order, ``None`` if it has none."""
    prices = order.get("priceSummary")
    return read_amount(prices.get("total")) if isinstance(prices, dict) else None


def _is_free(order: Document) -> bool:
    return order_total(order) == 0


def _balance_of(order: Document) -> Document:
    prices = order["priceSummary"]
    return {"balance": dict(prices["total"])} if order_total(order) is not None else {}


def initial_status(order: Document, strategy: str | None) -> str:
    """Return the status of a new order that was sent without one."""
    if _is_free(order) or order.get("paymentStatus") == "PAID":
        return "APPROVED"
    is_offline = all(str(line.get("paymentOption", "")).endswith("_OFFLINE") for line in order["lineItems"])
    return "APPROVED" if strategy in (None, "DEFAULT") and is_offline else "INITIALIZED"


def fulfillment_status(order: Document) -> str:
    """Return the fulfillment status of a new order.

    What needs no delivery is fulfilled.
    """
    is_shipped = order.get("shippingInfo") is not None
    done = [
        _preset(line) in ("DIGITAL", "SERVICE") or (not is_shipped and _preset(line) != "GIFT_CARD")
        for line in order["lineItems"]
    ]
    if all(done):
        return "FULFILLED"
    return "PARTIALLY_FULFILLED" if any(done) else "NOT_FULFILLED"


def _preset(line: Document) -> JSON:
    item_type = line.get("itemType")
    return item_type.get("preset") if isinstance(item_type, dict) else None


def refuse_locked(order: Document) -> None:
    """Refuse a change of an order that is PENDING or REJECTED.

    Raises:
        Refused: 428.

    """
    status = order.get("status")
    if status in ("PENDING", "REJECTED"):
        raise order_error(f"ORDER_IS_{status}")


def cancel(order: Document, *, date: str, activity_id: str, restock: bool) -> Document:
    """Return a canceled order; ``restock`` returns what Wix Stores sold."""
    canceled = {**order, "status": "CANCELED", "updatedDate": date}
    lines = order.get("lineItems")
    if restock and isinstance(lines, list):
        canceled["lineItems"] = [_restock(line) for line in lines]
    return with_activity(canceled, "ORDER_CANCELED", date, activity_id)


def _restock(line: JSON) -> JSON:
    if not isinstance(line, dict) or "quantity" not in line:
        return line
    reference = line.get("catalogReference")
    if not isinstance(reference, dict) or reference.get("appId") != STORES_APP_ID:
        return line
    return {**line, "restockQuantity": line["quantity"]}


def with_activity(order: Document, kind: str, date: str, activity_id: str) -> Document:
    """Return an order with one more activity; the oldest go where there are too many."""
    activities = order.get("activities")
    kept = activities if isinstance(activities, list) else []
    added = [*kept, {"id": activity_id, "createdDate": date, "type": kind}]
    return {**order, "activities": added[-MAX_ACTIVITIES:]}
