"""The amounts that a histogram of orders adds up, and their currency.

Engines add integers exactly, and fast. So a store keeps each amount as an integer beside its exact text, where it is
one in ten-thousandths of the currency. The few other amounts are added up in Python.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any, NamedTuple

from .fields import Field, ValueSource
from .types import TYPES, ValueType, read_amount

JSON = Any

SCALE = 4
"""Decimals of an amount that is stored as an integer."""
MAX_SCALED_DIGITS = 18
"""Of such an integer: every one of 18 digits fits into 64 bits."""
_UNIT = Decimal(1).scaleb(-SCALE)
_EXACTLY = Context(prec=MAX_SCALED_DIGITS, traps=[Inexact, InvalidOperation])


def read_scaled(value: JSON) -> int | None:
    """Return an amount in ten-thousandths; ``None`` if it is no integer of 18 digits."""
    amount = read_amount(value)
    if amount is None:
        return None
    try:
        return int(_EXACTLY.scaleb(_EXACTLY.quantize(amount, _UNIT), SCALE))
    except (Inexact, InvalidOperation):
        return None


def _operand(value: JSON) -> int:
    # No field of a table has this type, so no search has such an operand.
    raise NotImplementedError("a scaled amount is only stored")


def _same(value: Any) -> Any:
    return value


SCALED = ValueType(
    "scaled amount", TYPES["amount"].says, "integer", read_scaled, _operand, str, _same, _same, lambda word, now: word
)
"""The type of the stored integers. No table names it, and no search compares them."""


class Sums(NamedTuple):
    """What a histogram adds up: a field of amounts, by the currency of the order."""

    amount: Field
    currency: Field
    scaled: Field
    """The amount as an integer, where it is one."""


def sums_of(amount: Field, currency: Field | tuple[str, ...], column_of: Callable[[str], str]) -> Sums:
    """Return what a histogram adds up.

    ``currency`` is a field of the table, or a path in the order.
    """
    if not isinstance(currency, Field):
        path = currency
        # Sortable, so that a text of any length counts as missing on every engine alike.
        currency = Field(
            ".".join(path), TYPES["text"], (), (ValueSource((path,)),), sortable=True, column=column_of(".".join(path))
        )
    scaled = Field(f"{amount.name} in ten-thousandths", SCALED, (), amount.sources, column=f"{amount.column}_scaled")
    return Sums(amount, currency, scaled)
