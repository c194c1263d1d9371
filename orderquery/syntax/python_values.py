"""Python values in a search that is passed as a dict, as the JSON that they mean."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from ..language.datetimes import FIRST_INSTANT, LAST_INSTANT, write_instant
from .ast import Operand
from .holes import refused_holes

JSON = Any
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def json_values(document: Any) -> JSON:
    """Return a search with JSON in place of Python values.

    It is the same object if it has none.

    A date-time becomes a text in UTC, or without offset if it is naive; a date and a UUID become their texts, a set
    becomes a sorted list, a tuple a list, and a decimal without fraction and exponent an integer. Other decimals and
    anything else stay.
    """
    try:
        return _json_value(document)
    except RecursionError:
        return document


def _json_value(value: Any) -> JSON:
    if isinstance(value, dict):
        found = {key: _json_value(part) for key, part in value.items()}
        return value if all(found[key] is part for key, part in value.items()) else found
    if isinstance(value, list):
        items = [_json_value(item) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if isinstance(value, tuple):
        return [_json_value(item) for item in value]
    if isinstance(value, set | frozenset):
        return _sorted([_json_value(item) for item in value])
    if isinstance(value, datetime):
        return _date_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal) and value.is_finite() and value.as_tuple().exponent == 0:
        return int(value)
    return value


def _date_time(value: datetime) -> JSON:
    try:
        if value.utcoffset() is None:
            return value.isoformat()
        micros = (value - _EPOCH) // _MICROSECOND
    except Exception:
        # A time zone is code of the caller.
        return value
    return write_instant(micros) if FIRST_INSTANT <= micros <= LAST_INSTANT else value.isoformat()


def _sorted(items: Iterable[Any]) -> list[Any]:
    """Return the items of a set in an order that does not change from run to run."""
    try:
        return sorted(items, key=lambda item: (type(item).__name__, item))
    except Exception:
        # Values that cannot be compared; they may be of the caller's classes.
        return list(items)


def operand_of(value: Any) -> Operand:
    """Return a Python value as an operand: lists are tuples, floats decimals."""
    found = json_values(refused_holes(value))
    if isinstance(found, list):
        return tuple([operand_of(item) for item in found])
    return Decimal(repr(found)) if isinstance(found, float) else found
