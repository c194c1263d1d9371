"""Helps that show what to write instead of several operators at one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..diagnostics.diagnostic import Fix
from ..language.elsewhere import connective_reading
from ..language.operators import OPERATORS
from ..language.unfilled_values import unfilled_value
from .holes import has_hole_key
from .json_printer import write_help
from .problems import OBJECT_AS_TEXT, REMOVE_LIST, is_listed_object

JSON = Any

_MAX_NAME_PARTS = 8
"""More than any field of a table has."""
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


def object_for_list(connective: str, value: JSON) -> tuple[str, Fix | None]:
    """Return the help for a connective whose value is no list, and how sure it is.

    Under ``$or`` and ``$nor`` an object of several conditions may be one filter of the list, or all of it (D164).
    """
    if not isinstance(value, dict):
        return write_help([{"field": "value"}]), None
    if connective == "$and" or _is_one_condition(value):
        return write_help([value]), "intended"
    if not value:
        return f"add a filter to {connective}", None
    any_of, all_of = ("none of them", "not all of them") if connective == "$nor" else ("any of them", "all of them")
    apart = [{key: part} for key, part in _conditions(value)]
    # Two operators on one field are conditions of their own.
    together = value if len(apart) == len(value) else {"$and": apart}
    return _two_readings(apart, any_of, [together], all_of)


def empty_connective(name: str) -> tuple[str, str, Fix | None]:
    """Return message, help and fix for a connective with an empty list."""
    if name == "$and":
        return "an empty $and matches every order", "remove $and, or add a filter to it", "same-answer"
    return f"an empty {name} matches no order", f"add a filter to {name}; without {name} more orders match", None


def list_under_not(value: Sequence[JSON]) -> tuple[str, Fix | None]:
    """Return the help for a list under ``$not`` that does not have one filter."""
    if not value:
        return "write one filter, or a list with one filter", None
    any_of, all_of = ({"$not": {connective: list(value)}} for connective in ("$or", "$and"))
    return _two_readings(any_of, "none of them", all_of, "not all of them")


def list_for_filter(value: JSON, read_all: Callable[[Sequence[JSON]], list[JSON] | None]) -> tuple[str, Fix | None]:
    """Return the help for a filter that is no object.

    ``read_all`` returns the filters of a list in which they are written as in another tool.
    """
    if isinstance(value, str) and unfilled_value(value, has_parameters=False) is not None:
        return OBJECT_AS_TEXT, None
    filters = list(value) if isinstance(value, list | tuple) else []
    if not filters or not all(isinstance(part, dict) and part for part in filters):
        return write_help({"field": "value"}), None
    foreign = read_all(filters)
    if foreign is not None and len(foreign) == 1:
        return write_help(foreign[0]), "guess"
    filters = foreign or filters
    if is_listed_object(filters):
        return REMOVE_LIST, "guess"
    return _two_readings({"$and": filters}, "all of them", {"$or": filters}, "any of them")


def _two_readings(one: JSON, one_means: str, other: JSON, other_means: str) -> tuple[str, Fix | None]:
    first, second = write_help(one, ""), write_help(other, "").removeprefix(": ")
    if not first or not second:
        return "write a list of filters", None
    return f"write{first} for {one_means}, or {second} for {other_means}", "guess"


def _is_one_condition(value: dict[str, JSON]) -> bool:
    if len(value) != 1 or has_hole_key(value):
        return False
    ((key, inner),) = value.items()
    is_connective = isinstance(key, str) and connective_reading(key) is not None
    return is_connective or not isinstance(inner, dict) or _is_one_condition(inner)


def _conditions(value: dict[str, JSON]) -> Iterator[tuple[str, JSON]]:
    """Yield each condition of an object with its field."""
    for key, part in value.items():
        is_connective = isinstance(key, str) and connective_reading(key) is not None
        if isinstance(part, dict) and part and not is_connective:
            yield from ((key, {inner: operand}) for inner, operand in part.items())
        else:
            yield key, part


def flattened(name: str, value: JSON, knows: Callable[[str], bool]) -> Iterator[tuple[str, JSON]]:
    """Yield each field of nested objects with its dotted name, and its value."""
    if knows(name) or not isinstance(value, dict):
        yield name, value
    else:
        for key, part in value.items():
            yield from flattened(f"{name}.{key}", part, knows)


def is_nested(name: str, value: JSON, knows: Callable[[str], bool], levels: int = _MAX_NAME_PARTS) -> bool:
    """Return whether every path into nested objects is the name of a field."""
    if knows(name):
        return True
    inner = isinstance(value, dict) and value and levels
    return bool(inner) and all(
        isinstance(key, str) and key[:1] != "$" and is_nested(f"{name}.{key}", part, knows, levels - 1)
        for key, part in value.items()
    )
