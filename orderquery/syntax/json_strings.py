"""JSON inside a string of a request: a filter or a sort sent as text."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

JSON = Any


def json_in_string(value: JSON, openings: str) -> JSON:
    """Return the object or array that a string holds as JSON, else ``None``.

    ``openings`` are the characters that it may start with. A text with a duplicate key is not read: one of the two
    values would be lost.
    """
    if not isinstance(value, str) or value.lstrip()[:1] not in tuple(openings):
        return None
    try:
        return json.loads(value, parse_float=Decimal, parse_constant=_refused, object_pairs_hook=_object)
    except (ValueError, RecursionError, ArithmeticError):
        return None


def filter_in_string(value: JSON) -> JSON:
    """Return the filter that a string holds as JSON, else ``None``."""
    return json_in_string(value, "{")


def _object(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("duplicate key")
    return found


def _refused(constant: str) -> JSON:
    raise ValueError(f"{constant} is not JSON")
