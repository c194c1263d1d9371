"""Printing of searches, documents and pieces of a help as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from .ast import EVERYTHING, Comparison, Filter, Not, Or, Search, Unreadable
from .holes import Hole, contains_hole, is_spread

JSON = Any
_MAX_HELP_CHARS = 700
_MAX_INTEGER_DIGITS = 18
"""Of a decimal that is printed as an integer."""


def print_json(search: Search, name_of: Callable[[str], str] = str) -> dict[str, JSON]:
    """Return the bare search as plain JSON values, with REST names.

    Default parts are left out. ``name_of`` gives the name under which a field is printed.
    """
    printed: dict[str, JSON] = {}
    if search.filter != EVERYTHING:
        printed["filter"] = print_filter(search.filter, name_of)
    if search.sort:
        printed["sort"] = [
            {"fieldName": name_of(key.field), "order": "DESC" if key.descending else "ASC"} for key in search.sort
        ]
    paging: dict[str, JSON] = {}
    if search.paging.limit is not None:
        paging["limit"] = search.paging.limit
    if search.paging.cursor is not None:
        paging["cursor"] = search.paging.cursor
    if paging:
        printed["cursorPaging"] = paging
    return printed


def print_filter(tree: Filter, name_of: Callable[[str], str] = str) -> dict[str, JSON]:
    """Return a filter as plain JSON values.

    It is one object where no key repeats, else ``$and``. ``name_of`` gives the name under which a field is printed.
    """
    if isinstance(tree, Comparison):
        operand = plain_operand(tree.operand)
        implicit = tree.operator == "$eq" and not isinstance(operand, list | dict)
        if isinstance(operand, Hole):
            # It may hold a whole condition.
            implicit = tree.implicit
        return {name_of(tree.field): operand if implicit else {tree.operator: operand}}
    if isinstance(tree, Not):
        negated = _part(tree.child, name_of)
        if is_spread(negated):
            return {"$not": {"$and": [negated]}}
        return {"$not": [negated] if isinstance(negated, list | tuple) else negated}
    if isinstance(tree, Or):
        return {"$or": [_part(child, name_of) for child in tree.children]}
    if isinstance(tree, Unreadable):
        return dict(tree.written) if isinstance(tree.written, dict) else {"$and": [tree.written]}
    parts = [_part(child, name_of) for child in tree.children]
    keys = [key for part in parts for key in (part if isinstance(part, dict) else ("$and",))]
    return joined(parts) if len(set(keys)) == len(keys) and "$and" not in keys else {"$and": parts}


def _part(tree: Filter, name_of: Callable[[str], str]) -> JSON:
    """Return a filter of a connective; one that is not an object, as it was written."""
    return tree.written if isinstance(tree, Unreadable) else print_filter(tree, name_of)


def joined(parts: Iterable[dict[str, JSON]]) -> dict[str, JSON]:
    """Return one filter for all of these; keys that repeat go under ``$and``."""
    entries = [entry for part in parts for entry in part.items()]
    names = [key for key, _ in entries]
    is_repeated = len(set(names)) < len(names)
    found: dict[str, JSON] = {}
    listed: list[JSON] = []
    for key, value in entries:
        if key == "$and" and isinstance(value, list | tuple):
            listed.extend(value)
        elif names.count(key) > 1 or (key == "$and" and is_repeated):
            listed.append({key: value})
        else:
            found[key] = value
            continue
        found.setdefault("$and", listed)
    return found


def plain_operand(operand: JSON) -> JSON:
    """Return an operand of the AST as a plain JSON value."""
    if isinstance(operand, tuple):
        return [plain_operand(item) for item in operand]
    if not isinstance(operand, Decimal):
        return operand
    if not operand.is_finite():
        return str(operand)
    # The exponent is tested first: arithmetic raises for one of nine digits.
    if operand.adjusted() < _MAX_INTEGER_DIGITS and operand == operand.to_integral_value() and abs(operand) < 2**53:
        return int(operand)
    nearest = float(operand)
    return nearest if Decimal(repr(nearest)) == operand else str(operand)


def plain_json(value: JSON) -> JSON:
    """Return a value as plain JSON, with text for what JSON does not have.

    Raises:
        RecursionError: it nests too deeply, or contains itself.
        ValueError: it holds an integer of more digits than Python prints.

    """
    if isinstance(value, dict):
        return {_plain_key(key): plain_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(part) for part in value]
    if isinstance(value, float | Decimal):
        return plain_number(value)
    if isinstance(value, int):
        # Python refuses to print an integer of thousands of digits.
        str(value)
    return value if value is None or isinstance(value, str | int) else str(value)


def _plain_key(key: JSON) -> str:
    return f"[{key.written}]" if isinstance(key, Hole) and not is_spread(key) else str(key)


def plain_number(value: float | Decimal) -> int | float | str:
    """Return a JSON number if that is exact, else the text."""
    decimal = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not decimal.is_finite():
        return str(value)
    if decimal.adjusted() < _MAX_INTEGER_DIGITS and decimal == decimal.to_integral_value():
        return int(decimal)
    nearest = float(decimal)
    return nearest if Decimal(repr(nearest)) == decimal else str(decimal)


def write_help(value: JSON, lead: str = "write") -> str:
    """Return a help that shows a piece of JSON, where that is short enough to read."""
    try:
        shown = shown_json(value)
    except (ValueError, TypeError, RecursionError):
        shown = ""
    if shown and len(shown) <= _MAX_HELP_CHARS:
        return f"{lead}: {shown}"
    return "see the corrected request" if lead == "write" else lead


def shown_json(value: JSON, indent: int | None = None) -> str:
    """Return a value as JSON text for people; its holes look as in their source.

    Raises:
        RecursionError: it nests too deeply, or contains itself.
        ValueError: it holds an integer of more digits than Python prints.

    """
    if not contains_hole(value):
        return json.dumps(plain_json(value), ensure_ascii=False, indent=indent)
    return _shown(value, indent, 0)


def _shown(value: JSON, indent: int | None, level: int) -> str:
    if isinstance(value, Hole):
        return str(value)
    if not value or not isinstance(value, dict | list | tuple):
        return json.dumps(plain_json(value), ensure_ascii=False)
    if isinstance(value, dict):
        entries = [(key, part, _shown(part, indent, level + 1)) for key, part in value.items()]
        parts = [text if part is key else f"{_shown_key(key)}: {text}" for key, part, text in entries]
        opening, closing = "{", "}"
    else:
        parts = [_shown(part, indent, level + 1) for part in value]
        opening, closing = "[", "]"
    if indent is None:
        return opening + ", ".join(parts) + closing
    line, last = "\n" + " " * indent * (level + 1), "\n" + " " * indent * level
    return opening + line + ("," + line).join(parts) + last + closing


def _shown_key(key: JSON) -> str:
    return _plain_key(key) if isinstance(key, Hole) else json.dumps(str(key), ensure_ascii=False)


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
