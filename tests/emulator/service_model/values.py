"""Values of documents: dates, amounts, ids that only the answer tells, and refusals."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

JSON = Any
Document = dict[str, JSON]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = 1_000
GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Refusal(Exception):
    """A refused call: its status, and its code or its violations as field and rule."""

    def __init__(self, status: int, *reasons: JSON) -> None:
        self.status, self.reasons = status, tuple(sorted(reasons))
        super().__init__(f"{status} {self.reasons}")


class NewId:
    """An id that the service makes."""


def adopt(expected: JSON, found: JSON) -> None:
    """Put the ids of an answer where the model has a new one."""
    if isinstance(expected, dict) and isinstance(found, dict):
        steps = [(key, found.get(key)) for key in expected]
    elif isinstance(expected, list) and isinstance(found, list):
        steps = list(enumerate(found[: len(expected)]))
    else:
        return
    for step, part in steps:
        if isinstance(expected[step], NewId) and isinstance(part, str) and GUID.fullmatch(part):
            expected[step] = part
        else:
            adopt(expected[step], part)


def differences(found: JSON, expected: JSON, path: str = "") -> list[str]:
    """Return where two documents differ, and how."""
    if isinstance(found, dict) and isinstance(expected, dict):
        keys = [*dict.fromkeys([*found, *expected])]
        steps = [(f"{path}.{key}", found.get(key, "absent"), expected.get(key, "absent")) for key in keys]
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        steps = [(f"{path}[{at}]", *pair) for at, pair in enumerate(zip(found, expected, strict=True))]
    else:
        return [] if found == expected else [f"{path}: {found!r}, and not {expected!r}"]
    return [text for step in steps for text in differences(step[1], step[2], step[0])]


# -- dates ------------------------------------------------------------------------------------------------------


def moment(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(text: str) -> int:
    return micros(datetime.fromisoformat(text))


def date(at: int) -> str:
    """Return a date of documents: milliseconds and Z."""
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event_time(at: int) -> str:
    return moment(at).isoformat(timespec="microseconds").replace("+00:00", "Z")


def later(now: int, stored: str) -> str:
    """Return the date of a write: now, or a millisecond after the stored date."""
    return date(max(now, instant(stored) + MILLISECOND))


# -- amounts ----------------------------------------------------------------------------------------------------

SYMBOLS = {"USD": "$", "CAD": "C$", "EUR": "€", "JPY": "¥"}


def amount_of(price: JSON) -> Decimal | None:
    return Decimal(price["amount"]) if isinstance(price, dict) and "amount" in price else None


def shown(amount: str, currency: JSON) -> str | None:
    if currency not in SYMBOLS:
        return None
    rounded = Decimal(amount).quantize(Decimal("1" if currency == "JPY" else "0.01"), ROUND_HALF_UP)
    return f"{'-' if rounded < 0 else ''}{SYMBOLS[currency]}{abs(rounded):,}"


def with_shown(price: Document, currency: JSON) -> Document:
    """Return a price with its formatted amount, unless it has one or the currency has no known symbol."""
    text = shown(price["amount"], currency)
    return price if text is None or "formattedAmount" in price else {**price, "formattedAmount": text}


def price(amount: Decimal, currency: JSON) -> Document:
    text = str(amount) if amount else "0" if currency == "JPY" else "0.00"
    return with_shown({"amount": text}, currency)


# -- documents --------------------------------------------------------------------------------------------------


def without_nulls(value: JSON) -> JSON:
    if isinstance(value, dict):
        return {key: without_nulls(part) for key, part in value.items() if part is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else deepcopy(value)
