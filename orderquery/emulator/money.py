"""Amounts of money: decimals as texts, and how they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from .wire.base import WireModel
from .wire.keys import known_keys
from .wire.parts import Price, SignedPrice

JSON = Any

ZERO = Decimal(0)

_SYMBOLS = {
    "AUD": "A$", "BRL": "R$", "CAD": "C$", "EUR": "€", "GBP": "£", "ILS": "₪", "INR": "₹", "JPY": "¥", "KRW": "₩",
    "MXN": "$", "NZD": "NZ$", "USD": "$",
}  # fmt: skip
"""Of currencies without a symbol here, amounts are not shown."""

_WITHOUT_CENTS = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
_AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_EXACT = Context(prec=100)
"""Enough for the sum of every payment of an order."""


def read_amount(price: JSON) -> Decimal | None:
    """Return the amount of ``{"amount": …}``, or ``None`` if it has none."""
    amount = price.get("amount") if isinstance(price, dict) else None
    if isinstance(amount, str) and _AMOUNT.fullmatch(amount):
        return Decimal(amount)
    return None


def total(prices: Iterable[JSON]) -> Decimal:
    """Return the sum of the amounts."""
    found = ZERO
    for price in prices:
        amount = read_amount(price)
        if amount is not None:
            found = _EXACT.add(found, amount)
    return found


def minus(amount: Decimal, other: Decimal) -> Decimal:
    """Return a difference with all its digits."""
    return _EXACT.subtract(amount, other)


def write_price(amount: Decimal, currency: JSON) -> dict[str, JSON]:
    """Return the price of an amount, shown in its currency if that has a known symbol."""
    text = f"{amount:f}"
    if not amount:
        text = "0" if isinstance(currency, str) and currency in _WITHOUT_CENTS else "0.00"
    shown = show(text, currency)
    return {"amount": text, **({} if shown is None else {"formattedAmount": shown})}


def show(amount: JSON, currency: JSON) -> str | None:
    """Return an amount as it is shown: ``$19.00``; ``None`` without a known symbol."""
    if not isinstance(amount, str) or not isinstance(currency, str) or _AMOUNT.fullmatch(amount) is None:
        return None
    symbol = _SYMBOLS.get(currency)
    if symbol is None:
        return None
    places = Decimal(1) if currency in _WITHOUT_CENTS else Decimal("0.01")
    rounded = Decimal(amount).quantize(places, ROUND_HALF_UP, _EXACT)
    sign = "-" if rounded < 0 else ""
    return f"{sign}{symbol}{abs(rounded):,f}"


def add_shown_amounts(model: type[WireModel], document: JSON, currency: JSON) -> None:
    """Add ``formattedAmount`` to every price of a document that has none."""
    if not isinstance(document, dict):
        return
    if issubclass(model, Price | SignedPrice):
        shown = show(document.get("amount"), currency)
        if shown is not None:
            document.setdefault("formattedAmount", shown)
        return
    for name, key in known_keys(model).items():
        part = document.get(name)
        if key.model is not None and part is not None:
            for item in part if key.is_list and isinstance(part, list) else [part]:
                add_shown_amounts(key.model, item, currency)
