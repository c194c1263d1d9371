"""Helps that show what to write instead of several operators at one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..language.operators import OPERATORS
from .holes import has_hole_key
from .json_printer import write_help

JSON = Any

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def conditions_apart(field: str, connective: str, items: Sequence[JSON]) -> str:
    """Return a help that writes each operator as a condition, or ``""``."""
    if not any(isinstance(item, dict) and len(item) > 1 for item in items):
        return ""
    parts: list[JSON] = []
    for item in items:
        is_one = not isinstance(item, dict) or len(item) < 2 or has_hole_key(item)
        several = [{field: item}] if is_one else [{field: {key: part}} for key, part in item.items()]
        parts.extend(several if is_one or connective == "$and" else [{"$and": several}])
    if connective in ("$and", "$or"):
        return write_help({connective: parts})
    return write_help({"$not": parts[0] if len(parts) == 1 else {"$or": parts}})


def several_operators(name: str, shown: str, count: int, value: dict[str, JSON]) -> tuple[str, str]:
    """Return the message and the help for operators that share an object.

    ``shown`` is the name of the field to write.
    """
    number = _COUNTS[count] if count < len(_COUNTS) else str(count)
    if has_hole_key(value):
        number = f"at least {number}"
    written = [key for key in value if key in OPERATORS]
    help_ = "use $and"
    if len(written) == len(value):
        help_ = write_help({"$and": [{shown: {key: value[key]}} for key in written]}, "use $and")
    return f"{number} operators on {name}: Wix may refuse this", help_
