"""Printing of searches and documents as JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from .ast import EVERYTHING, Comparison, Filter, Not, Or, Search

JSON = Any


def print_json(search: Search) -> dict[str, JSON]:
    """The bare search as plain JSON values, with REST names; parts at their defaults are left out."""
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
    """A filter as plain JSON values: one object where every key is free, ``$and`` where it is not."""
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


def encode_json(document: JSON) -> bytes:
    """Encode a decoded document as compact UTF-8 JSON. Raises ``ValueError`` or ``TypeError`` if it is not JSON."""
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

    # Only this encoder writes decimals as they are; it takes more than JSON, which has been refused above.
    return msgspec.json.Encoder(decimal_format="number").encode(document)
