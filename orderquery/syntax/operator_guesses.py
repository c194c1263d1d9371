"""What may be meant by an operator that the language does not have; help only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..diagnostics.quoting import quoted
from ..language.fields import Field
from ..language.operators import OPERATORS
from .holes import Hole
from .json_printer import write_help
from .problems import Problems

JSON = Any

_SENTENCES = {
    "$contains": "no operator finds a part of a text; $hasSome finds whole values of a list field, $startsWith the "
    "start of a text",
    "$regex": "regular expressions are not supported; $startsWith finds the start of a text",
    "$like": "patterns are not supported; $startsWith finds the start of a text",
    "$between": "use $gte and $lte, each in a condition of its own in $and",
}


def operator_guess(key: str, operand: JSON, row: Field | None, problems: Problems) -> str:
    """Return a line of help about what an unknown operator may mean, or ``""``."""
    if key in _SENTENCES:
        return _SENTENCES[key]
    allowed = row.operators if row is not None else tuple(OPERATORS)
    if key == "$isEmpty" and row is not None and not isinstance(operand, Hole):
        return _emptiness(row, allowed, is_empty=operand is not False)
    near = problems.closest(key, OPERATORS, 0.7)
    return f"did you mean {quoted(near)}?" if near in allowed else ""


def _emptiness(row: Field, allowed: Iterable[str], *, is_empty: bool) -> str:
    """Return the two readings of ``$isEmpty``: no value, and for a text the empty one."""
    condition: JSON = {"$exists": not is_empty} if "$exists" in allowed else None if is_empty else {"$ne": None}
    help_ = f"{write_help({row.name: condition})} for {'no' if is_empty else 'any'} value"
    if row.type.name != "text" or row.many:
        return help_
    text = {row.name: "" if is_empty else {"$ne": ""}}
    return f"{help_}, or {write_help(text, '').removeprefix(': ')} for {'an empty' if is_empty else 'another'} text"
