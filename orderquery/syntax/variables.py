"""Explain variables in a pasted literal: each must be replaced by its value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..diagnostics.quoting import quoted
from ..language.elsewhere import certain_field
from ..language.fields import UNSPECIFIED, Field
from ..language.operators import OPERATORS, Takes
from ..language.schema import Schema
from .holes import Hole
from .script_dates import date_advice
from .source_text import SCAN_CODE, ReadError, Span, StuckError, span_of
from .stand_ins import StandIn, end_of_expression

if TYPE_CHECKING:
    from lark import Token

JSON = Any

_EXPRESSION = re.compile(
    r"\$\{[^{}\r\n]*\}|(?:await\s+)?(?:[^\W\d]|\$)[\w$]*(?:\s*\??\.\s*[\w$]+|\([^(){}\r\n]*\)|\[[^\[\]\r\n]*\]|!(?!=))*"
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
        in_object = stuck.opened[-1].type == "LBRACE" and "NUMBER" not in stuck.expected
        end = end_of_expression(text, start)
        written = text[start:end].removeprefix("...").strip()
        stand_in = None if end is None else StandIn(Hole(written, "spread"), (start, end), in_object)
        return _error(spread[1], f"replace {spread[0]} by what is in it", (start, spread.end()), stand_in)
    if "NUMBER" not in stuck.expected:
        return None
    if text[start : start + 1] == "`":
        return _template(text, stuck)
    found = _EXPRESSION.match(text, start) if stuck.kind == "NAME" else None
    if found is None or text[start : stuck.span[1]] in _CONSTANTS or text[found.end() :].lstrip()[:1] == ":":
        return None
    row = _field(_keys(text, stuck.opened, start), schema)
    if row is not None and found[0].upper() in row.values:
        return None
    stand_in = hole_in_place(text, stuck)
    example = _example_at(text, stuck, schema)
    shown = "" if example is None else f", such as {json.dumps(example)}"
    help_ = date_advice(text, start) or f"replace {_short(found[0])} by its value{shown}"
    return _error(found[0], help_, (start, found.end()), stand_in)


def hole_in_place(text: str, stuck: StuckError) -> StandIn | None:
    """Return a hole in place of a value that is not JSON, if its end is clear."""
    start = stuck.span[0]
    end = end_of_expression(text, start) if stuck.opened else None
    return StandIn(Hole(text[start:end].rstrip()), (start, end)) if end is not None and end > start else None


def _example_at(text: str, stuck: StuckError, schema: Schema) -> JSON:
    keys = _keys(text, stuck.opened, stuck.span[0])
    return _example(keys, _field(keys, schema), stuck.opened[-1].type == "LSQB", schema)


def _template(text: str, stuck: StuckError) -> ReadError | None:
    """Make the error for the first variable in a template, if there is one."""
    start = stuck.span[0]
    end = text.find("`", start + 1)
    end = len(text) if end < 0 else end + 1
    opening = text.find("${", start, end)
    closing = text.find("}", opening, end) if opening >= 0 else -1
    if closing < 0:
        return None
    name = text[opening + 2 : closing].strip()
    stand_in = hole_in_place(text, stuck)
    return _error(name, "replace the template by its text in quotes", (start, end), stand_in)


def _shorthand(text: str, stuck: StuckError, name: Token, schema: Schema) -> ReadError:
    """Make the error for ``{filter}``, which is short for ``{filter: filter}``."""
    span = span_of(name)
    keys = [*_keys(text, stuck.opened, span[0]), str(name.value)]
    example = _example(keys, _field(keys, schema), False, schema)
    value = "VALUE" if example is None else json.dumps(example)
    stand_in = StandIn(Hole(str(name.value)), span, is_entry=True, key=str(name.value))
    return _error(name.value, f"write: {json.dumps(name.value)}: {value}", span, stand_in)


def _error(name: str, help_: str, span: Span, stand_in: StandIn | None) -> ReadError:
    message = f"expected a value, found the variable {quoted(name)}"
    found = ReadError("json-syntax", message, f"{help_}\n{SCAN_CODE}", span, stand_in)
    found.in_code = True
    return found


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
    value = example_of_field(row, schema)
    return [value] if operator is not None and operator.takes is Takes.VALUES and not is_item else value


def example_of_field(row: Field, schema: Schema) -> JSON:
    """Return a value of a field, as an example."""
    hidden = schema.hidden[1] if schema.hidden is not None and schema.hidden[0] is row else ()
    usual = [value for value in row.values if value not in hidden and value != UNSPECIFIED]
    return usual[0] if usual else _OF_TYPE.get(row.type.name, "text")
