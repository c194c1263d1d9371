"""Conditions with the value first and the field last, such as ``5 < number``."""

from __future__ import annotations

import json
import re

from ..language.elsewhere import COMPARISON_SIGNS, certain_field
from ..language.operators import OPERATORS
from ..language.schema import Schema
from .foreign_text import Accepts

_MIRRORED = {"$eq": "$eq", "$ne": "$ne", "$lt": "$gt", "$lte": "$gte", "$gt": "$lt", "$gte": "$lte"}
"""The operator of the same meaning with the sides exchanged."""
_AFTER_STRING = re.compile(
    r"""(?P<value>"[^"\\\r\n]{0,200}"|'[^'\\\r\n]{0,200}')\s{0,9}(?P<sign>==|!=|<>|<=|>=|=|<|>)\s{0,9}(?P<field>[A-Za-z_][\w.]{0,200})"""
)
_NAME = re.compile(r"[A-Za-z_][\w.]*")
_MAX_CHARS = 200
_OF_ANY_TEXT = ("text", "sequence")
"""Types whose values may look like names of fields."""


def swapped_condition(schema: Schema, value: str, operator: str, field: str, accepts: Accepts) -> str:
    """Return the condition ``value operator field`` with its sides exchanged.

    Empty if that is none, or if the value may be the name of a field, too. ``accepts`` tells whether a text is a
    condition with values that fit.
    """
    mirrored, certain = _MIRRORED.get(operator), None
    if mirrored is not None and max(len(value), len(field)) <= _MAX_CHARS:
        certain = certain_field(schema, field)
    row = None if certain is None else schema.find(certain)
    if row is None or mirrored not in row.operators or (row.type.name in _OF_ANY_TEXT and _NAME.fullmatch(value)):
        return ""
    if row.values and value.strip("\"'") not in row.values:
        return ""
    spelled = OPERATORS[mirrored].spellings[0].words
    written = [f"{row.name} {spelled} {shown}" for shown in (value, json.dumps(value, ensure_ascii=False))]
    return next((condition for condition in written if accepts(condition)), "")


def condition_after_string(text: str, at: int, schema: Schema, accepts: Accepts) -> str:
    """Return the condition with a string first at an offset, with its sides exchanged."""
    found = _AFTER_STRING.match(text, at)
    if found is None:
        return ""
    return swapped_condition(schema, found["value"], COMPARISON_SIGNS[found["sign"]], found["field"], accepts)
