"""What to write for an operator in a value, such as ``">=5"``."""

from __future__ import annotations

import re
from typing import Any

from ..language.elsewhere import COMPARISON_SIGNS
from ..language.fields import Field
from ..language.operators import Operator
from ..language.schema import Schema
from ..language.types import UnfitOperand
from ..syntax.ast import Comparison

JSON = Any

_SIGNED = re.compile(r"\s*(>=|<=|!=|<>|==?|>|<|!|\u2265|\u2264)\s*(\S.*)", re.DOTALL)
_OPERATORS = {**COMPARISON_SIGNS, "!": "$ne"}
_MAX_CHARS = 200


def condition_in_value(item: JSON, row: Field, operator: Operator) -> Comparison | None:
    """Return the condition that a value with a sign in front means, or ``None``."""
    if not isinstance(item, str) or operator.name != "$eq" or len(item) > _MAX_CHARS:
        return None
    found = _SIGNED.fullmatch(item)
    name = None if found is None else _OPERATORS[found[1]]
    if found is None or name not in row.operators:
        return None
    value: JSON = found[2].strip()
    if found[1] == "!" and f"NOT_{value}" in row.values:
        return None
    try:
        row.type.operand(value)
    except UnfitOperand as problem:
        value = problem.instead if name in ("$gte", "$lt") else None
    is_value = value is not None and (not row.values or value in row.values)
    return Comparison(row.name, str(name), value) if is_value else None


def help_for_signed(item: JSON, row: Field, operator: Operator, schema: Schema, *, in_text: bool) -> str:
    """Return the help for a value with a sign in front, else ``""``."""
    from .suggestions import write_condition

    condition = condition_in_value(item, row, operator)
    return "" if condition is None else write_condition(condition, schema, in_text=in_text)
