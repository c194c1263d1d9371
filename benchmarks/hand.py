"""Match orders with seven functions, each written carefully for one search.

Each accepts any decoded order, also with missing parts, and hides unfinished orders as every search does.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

JSON = Any

_OPEN = frozenset({"NOT_FULFILLED", "PARTIALLY_FULFILLED"})
_NAMES = frozenset({"Brazilian Arabica", "Gift note"})
_FROM, _TO = "2024-07-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z"
_250, _500 = Decimal(250), Decimal(500)


def q1(order: JSON) -> bool:
    """Match paid orders."""
    return order.get("status") != "INITIALIZED" and order.get("paymentStatus") == "PAID"


def q2(order: JSON) -> bool:
    """Match open orders of half a year."""
    if order.get("status") == "INITIALIZED" or order.get("fulfillmentStatus") not in _OPEN:
        return False
    created = order.get("createdDate")
    # Texts with milliseconds and Z sort by time.
    return created is not None and _FROM <= created < _TO


def _total(order: JSON) -> Decimal | None:
    summary = order.get("priceSummary")
    if summary is None:
        return None
    total = summary.get("total")
    if total is None:
        return None
    amount = total.get("amount")
    return None if amount is None else Decimal(amount)


def q3(order: JSON) -> bool:
    """Match paid orders that are open, or expensive with one of two more properties."""
    if order.get("status") == "INITIALIZED" or order.get("paymentStatus") != "PAID":
        return False
    if order.get("fulfillmentStatus") == "NOT_FULFILLED":
        return True
    total = _total(order)
    if total is None or total < _500:
        return False
    channel = order.get("channelInfo")
    if channel is not None and channel.get("type") == "WEB":
        return True
    shipping = order.get("shippingInfo")
    return shipping is None or shipping.get("title") is None


def q4(order: JSON) -> bool:
    """Match orders of one of two products."""
    if order.get("status") == "INITIALIZED":
        return False
    for item in order.get("lineItems") or ():
        name = item.get("productName")
        if name is not None and name.get("original") in _NAMES:
            return True
    return False


def q5(order: JSON) -> bool:
    """Match unfulfilled orders without a member."""
    if order.get("status") == "INITIALIZED" or order.get("fulfillmentStatus") == "FULFILLED":
        return False
    buyer = order.get("buyerInfo")
    return buyer is None or buyer.get("memberId") is None


def q6(order: JSON) -> bool:
    """Match e-mails with a prefix, ignoring case."""
    if order.get("status") == "INITIALIZED":
        return False
    buyer = order.get("buyerInfo")
    if buyer is None:
        return False
    email = buyer.get("email")
    return email is not None and email.casefold().startswith("ma")


def q7(order: JSON) -> bool:
    """Match totals in a range."""
    if order.get("status") == "INITIALIZED":
        return False
    total = _total(order)
    return total is not None and _250 <= total < _500
