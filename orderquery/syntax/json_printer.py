"""Printing of searches, documents and pieces of a help as JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from .ast import EVERYTHING, Comparison, Filter, Not, Or, Search

JSON = Any
_MAX_HELP_CHARS = 700


def print_json(search: Search) -> dict[str, JSON]:
    """Return the bare search as plain JSON values, with REST names.

    Default parts are left out.
    """
    printed: dict[str, JSON] = {}
    if search.filter != EVERYTHING:
        printed["filter"] = print_filter(search.filter)
    if search.sort:
        printed["sort"] = [
            {"fieldName": key.field, "order": "DESC" if key.descending else "ASC"} for key in search.sort
        ]
    paging: dict[str, JSON] = {}
    if search.paging.limit is not None:
        paging["limit"] = search.paging.limit
    if search.paging.cursor is not None:
        paging["cursor"] = search.paging.cursor
    if paging:
        printed["cursorPaging"] = paging
    return printed


def print_filter(tree: Filter) -> dict[str, JSON]:
    """Return a filter as plain JSON values.

    It is one object where no key repeats, else ``$and``.
    """
    if isinstance(tree, Comparison):
        operand = _plain(tree.operand)
        implicit = tree.operator == "$eq" and not isinstance(operand, list)
        return {tree.field: operand if implicit else {tree.operator: operand}}
    if isinstance(tree, Not):
        return {"$not": print_filter(tree.child)}
    if isinstance(tree, Or):
        return {"$or": [print_filter(child) for child in tree.children]}
    parts = [print_filter(child) for child in tree.children]
    keys = [key for part in parts for key in part]
    if len(set(keys)) == len(keys) and "$and" not in keys:
        return {key: value for part in parts for key, value in part.items()}
    return {"$and": parts}


def _plain(operand: JSON) -> JSON:
    if isinstance(operand, tuple):
        return [_plain(item) for item in operand]
    if not isinstance(operand, Decimal):
        return operand
    if operand == operand.to_integral_value() and abs(operand) < 2**53:
        return int(operand)
    nearest = float(operand)
    return nearest if Decimal(repr(nearest)) == operand else str(operand)


def write_help(value: JSON, lead: str = "write") -> str:
    """Return a help that shows a piece of JSON, where that is short enough to read."""
    try:
        shown = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        shown = ""
    if shown and len(shown) <= _MAX_HELP_CHARS:
        return f"{lead}: {shown}"
    return "see the corrected request" if lead == "write" else lead


def encode_json(document: JSON) -> bytes:
    """Encode a decoded document as compact UTF-8 JSON.

    Raises:
        ValueError: the document holds NaN or an infinity.
        TypeError: the document holds a value that is not JSON.

    """
    decimals: list[Decimal] = []

    def number(value: JSON) -> int:
        if not isinstance(value, Decimal) or not value.is_finite():
            raise TypeError(f"a Python {type(value).__name__} is not JSON")
        decimals.append(value)
        return 0

    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=number)
    if not decimals:
        return text.encode("utf-8")
    import msgspec

    # Only this encoder writes decimals exactly. It accepts more than JSON; json.dumps has refused that above.
    return msgspec.json.Encoder(decimal_format="number").encode(document)
