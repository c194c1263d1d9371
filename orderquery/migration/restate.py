"""Old values in their new notation: the words that ``as`` has in a mapping.

Every function returns ``None`` for a value that does not fit. Numbers are exact: never floats.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

from ..language.datetimes import instant_from, read_instant
from ..language.types import read_amount, read_sequence, read_text

JSON = Any
Restate = Callable[[JSON], JSON]

_EXACT = Context(prec=400)
"""Enough for the sum of any two amounts, which have at most 100 digits and an exponent of at most 100."""
_MAX_LINE = 10**12


def _digits(value: JSON) -> str | None:
    whole = _integer(value)
    return None if whole is None or whole < 0 else value if isinstance(value, str) else str(whole)


def _integer(value: JSON) -> int | None:
    """Return an integer: of a number without a fraction, or of a text of digits."""
    if isinstance(value, str):
        pair = read_sequence(value)
        return pair[0] if pair is not None and not pair[1] and value else None
    amount = read_amount(value)
    return int(amount) if amount is not None and amount == amount.to_integral_value() else None


def _amount(value: JSON) -> str | None:
    amount = read_amount(value)
    return None if amount is None else value if isinstance(value, str) else write_amount(Decimal(str(value)))


def _number(value: JSON) -> int | Decimal | None:
    if read_amount(value) is None:
        return None
    exact = Decimal(value) if isinstance(value, str) else value
    return int(exact) if isinstance(exact, Decimal) and exact.as_tuple().exponent == 0 else exact


def _boolean(value: JSON) -> bool | None:
    return value if isinstance(value, bool) else None


def _negated(value: JSON) -> bool | None:
    return not value if isinstance(value, bool) else None


def _instant(value: JSON) -> str | None:
    """Return a date-time as text.

    It may be ``{"$date": …}``, as exports of collections have it, or milliseconds.
    """
    if isinstance(value, dict) and value.keys() == {"$date"}:
        value = value["$date"]
    if isinstance(value, str):
        return value if read_instant(value) is not None else None
    return instant_from(value)


def _line_id(value: JSON) -> str | None:
    whole = _integer(value)
    return f"00000000-0000-0000-0000-{whole:012d}" if whole is not None and 0 <= whole < _MAX_LINE else None


def _object(value: JSON) -> JSON:
    return value if isinstance(value, dict) else None


def _unquoted(value: JSON) -> str | None:
    """Return a text without the quotes that keep spreadsheets from reading a number."""
    if not isinstance(value, str):
        return None
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


_DATE_NOTATIONS = ("%b %d, %Y %I:%M:%S %p", "%b %d, %Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %I:%M:%S %p")


def read_date_and_time(date: JSON, time: JSON) -> str | None:
    """Return the date-time of a date and a time, in UTC.

    They are written as in ``Nov 24, 2018`` and ``11:30:56 AM``.
    """
    if not isinstance(date, str) or not isinstance(time, str):
        return None
    for notation in _DATE_NOTATIONS:
        try:
            moment = datetime.strptime(f"{date.strip()} {time.strip()}", notation)
        except ValueError:
            continue
        return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z" if moment.year >= 1000 else None
    return None


RESTATE: dict[str, tuple[Restate, str]] = {
    "text": (read_text, "a string"),
    "digits": (_digits, "a whole number"),
    "integer": (_integer, "a whole number"),
    "amount": (_amount, "a decimal number or string"),
    "number": (_number, "a decimal number or string"),
    "boolean": (_boolean, "true or false"),
    "negated": (_negated, "true or false"),
    "instant": (_instant, "a date-time"),
    "line-id": (_line_id, "a whole number of at most 12 digits"),
    "object": (_object, "an object"),
    "unquoted": (_unquoted, "a string"),
}
"""The notations by name, each with what an old value has to be."""


def exact_amount(value: JSON) -> Decimal | None:
    """Return an amount with its digits, zeros at the end included, or ``None``."""
    return None if read_amount(value) is None else Decimal(str(value))


def write_amount(amount: Decimal) -> str:
    """Return an amount as a decimal string without an exponent."""
    return f"{amount:f}"


def add(first: Decimal, second: Decimal) -> Decimal:
    """Return a sum with all its digits."""
    return _EXACT.add(first, second)


def subtract(first: Decimal, second: Decimal) -> Decimal:
    """Return a difference with all its digits."""
    return _EXACT.subtract(first, second)


def multiply(first: Decimal, second: Decimal) -> Decimal:
    """Return a product with all its digits."""
    return _EXACT.multiply(first, second)


def same_number(first: JSON, second: JSON) -> bool:
    """Return whether two values are the same number, in whatever notation."""
    amount = read_amount(first)
    return amount is not None and amount == read_amount(second)
