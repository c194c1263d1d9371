"""Explain variables in a pasted literal: each must be replaced by its value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..diagnostics.quoting import quoted
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.operators import OPERATORS, Takes
from ..language.schema import Schema
from .source_text import ReadError, StuckError, span_of

if TYPE_CHECKING:
    from lark import Token

JSON = Any

_EXPRESSION = re.compile(
    r"(?:await\s+)?(?:[^\W\d]|\$)[\w$]*(?:\s*\??\.\s*[\w$]+|\([^(){}\r\n]*\)|\[[^\[\]\r\n]*\]|!(?!=))*"
)
_SPREAD = re.compile(r"\.\.\.\s*([\w$.]+)")
_KEY_BEFORE = re.compile(r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|((?:[^\W\d]|\$)[\w$]*))\s*:\s*$""")
_MAX_KEY_CHARS = 200
_CONSTANTS = frozenset(("undefined", "NaN", "Infinity", "None", "True", "False", "new"))

_FILTER = {"paymentStatus": "PAID"}
_EXAMPLES: dict[str, JSON] = {
    "search": {"filter": _FILTER},
    "filter": _FILTER,
    "where": _FILTER,
    "sort": [{"fieldName": "createdDate", "order": "DESC"}],
    "cursorPaging": {"limit": 50},
    "paging": {"limit": 50},
    "limit": 50,
    "cursor": "CURSOR",
    "fieldName": "createdDate",
    "order": "DESC",
    "$and": [_FILTER],
    "$or": [_FILTER],
    "$not": _FILTER,
}
_OF_TYPE: dict[str, JSON] = {
    "guid": "6f759095-0701-4075-9908-c9c31ff013e1",
    "text": "text",
    "boolean": True,
    "instant": "2024-01-31T09:30:00.000Z",
    "amount": "63.24",
    "sequence": "10042",
}


def variable_error(text: str, stuck: StuckError, schema: Schema) -> ReadError | None:
    """Make the error for a variable or an expression, if that is what does not fit."""
    start = stuck.span[0]
    if "_COLON" in stuck.expected and text[start : start + 1] in (",", "}"):
        name = stuck.previous
        return None if name is None or name.type != "NAME" else _shorthand(text, stuck, name, schema)
    if not stuck.opened:
        return None
    spread = _SPREAD.match(text, start)
    if spread is not None:
        return _error(spread[1], f"replace {spread[0]} by what is in it", (start, spread.end()))
    if "NUMBER" not in stuck.expected:
        return None
    if text[start : start + 1] == "`":
        return _template(text, start)
    found = _EXPRESSION.match(text, start) if stuck.kind == "NAME" else None
    if found is None or text[start : stuck.span[1]] in _CONSTANTS or text[found.end() :].lstrip()[:1] == ":":
        return None
    keys = _keys(text, stuck.opened, start)
    row = _field(keys, schema)
    if row is not None and found[0].upper() in row.values:
        return None
    is_item = stuck.opened[-1].type == "LSQB"
    example = _example(keys, row, is_item, schema)
    shown = "" if example is None else f", such as {json.dumps(example)}"
    return _error(found[0], f"replace {_short(found[0])} by its value{shown}", (start, found.end()))


def _template(text: str, start: int) -> ReadError | None:
    """Make the error for the first variable in a template, if there is one."""
    end = text.find("`", start + 1)
    end = len(text) if end < 0 else end + 1
    opening = text.find("${", start, end)
    closing = text.find("}", opening, end) if opening >= 0 else -1
    if closing < 0:
        return None
    name = text[opening + 2 : closing].strip()
    return _error(name, "replace the template by its text in quotes", (start, end))


def _shorthand(text: str, stuck: StuckError, name: Token, schema: Schema) -> ReadError:
    """Make the error for ``{filter}``, which is short for ``{filter: filter}``."""
    span = span_of(name)
    keys = [*_keys(text, stuck.opened, span[0]), str(name.value)]
    example = _example(keys, _field(keys, schema), False, schema)
    value = "VALUE" if example is None else json.dumps(example)
    return _error(name.value, f"write: {json.dumps(name.value)}: {value}", span)


def _error(name: str, help_: str, span: tuple[int, int]) -> ReadError:
    return ReadError("json-syntax", f"expected a value, found the variable {quoted(name)}", help_, span)


def _short(text: str) -> str:
    return quoted(text)[1:-1]


def _keys(text: str, opened: list[Token], start: int) -> list[str]:
    """Return the keys around a place, the outermost first."""
    places = [span_of(bracket)[0] for bracket in opened]
    if opened and opened[-1].type == "LBRACE":
        places.append(start)
    keys = []
    for place in places:
        found = _KEY_BEFORE.search(text, max(0, place - _MAX_KEY_CHARS), place)
        if found is not None:
            keys.append(next(name for name in found.groups() if name is not None))
    return keys


def _field(keys: list[str], schema: Schema) -> Field | None:
    """Return the field that a value at some keys belongs to."""
    for name in _names(keys):
        certain = certain_field(schema, schema.from_sdk(name))
        if certain is not None:
            return schema.find(certain)
    return None


def _names(keys: list[str]) -> Iterator[str]:
    """Yield the names that keys may spell, the longest first."""
    parts = list(keys)
    while parts and parts[-1].startswith("$"):
        parts.pop()
    yield from (".".join(parts[at:]) for at in range(len(parts)))


def _example(keys: list[str], row: Field | None, is_item: bool, schema: Schema) -> JSON:
    last = keys[-1] if keys else ""
    operator = OPERATORS.get(last)
    if operator is not None and operator.takes is Takes.FLAG:
        return True
    if row is None:
        return None if is_item else _EXAMPLES.get(last)
    value = _of_field(row, schema)
    return [value] if operator is not None and operator.takes is Takes.VALUES and not is_item else value


def _of_field(row: Field, schema: Schema) -> JSON:
    hidden = schema.hidden[1] if schema.hidden is not None and schema.hidden[0] is row else ()
    usual = [value for value in row.values if value not in hidden and value != "UNSPECIFIED"]
    return usual[0] if usual else _OF_TYPE.get(row.type.name, "text")
