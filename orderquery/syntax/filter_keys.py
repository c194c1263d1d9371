"""What an unknown key of a filter may mean: a wrapper, a connective, a part."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..diagnostics.quoting import quoted
from ..language.elsewhere import COMPARISON_SIGNS, connective_reading, operator_reading
from ..language.fields import Field
from ..language.near import plain_name
from ..language.operators import OPERATORS, Takes
from .foreign_operators import value_of_field
from .holes import Hole, without_spreads
from .json_printer import write_help
from .part_names import SEARCH_KEYS, holds_parts, integer_of, is_limit_word, part_elsewhere

JSON = Any
Belongs = Callable[[str, JSON], bool]
_WRAPPERS = ("filter", "filters", "where", "query", "search")
_CONNECTIVES = {
    **dict.fromkeys(("all", "allof", "must", "&&"), "$and"),
    **dict.fromkeys(("any", "anyof", "oneof", "should", "||"), "$or"),
}
"""Names of connectives in other interfaces."""
_NEGATIVE = ("none", "noneof", "mustnot")
_MAX_LEVELS = 4
_SIGNED_NAME = re.compile(r"([\w.]+)\s*(>=|<=|!==?|<>|===?|=|>|<)\s*", re.ASCII)
_OPERATOR_IN_NAME = re.compile(r"(.+?)(?:\.\$?|__?)([A-Za-z]+)")
_CONDITION_KEYS = (
    ("field", "fieldname", "key", "name", "column", "property", "path", "attribute", "propertyname"),
    ("operator", "op", "comparison", "condition", "operation", "comparator", "cmp", "compare", "matchtype"),
    ("value", "values", "operand", "val"),
)


def name_and_operator(key: str) -> tuple[str, str] | None:
    """Split a name such as ``createdDate.$gte`` or ``createdDate_gte``."""
    found = _OPERATOR_IN_NAME.fullmatch(key)
    return None if found is None or operator_reading("$" + found[2]) is None else (found[1], "$" + found[2])


def wraps_filter(key: str, value: JSON, belongs: Belongs, levels: int = _MAX_LEVELS) -> bool:
    """Return whether a key certainly wraps a filter, by the keys in it.

    ``belongs`` tells whether a key with its value certainly is a condition.
    """
    if plain_name(key) not in _WRAPPERS or not isinstance(value, dict) or not levels:
        return False
    if not value:
        return True
    if any(inner in OPERATORS or _is_other_part(inner) for inner in value if isinstance(inner, str)):
        return False
    return any(
        isinstance(inner, str)
        and (
            belongs(inner, part)
            or connective_reading(inner) is not None
            or wraps_filter(inner, part, belongs, levels - 1)
        )
        for inner, part in value.items()
    )


def help_for_key(key: str, value: JSON, knows: Callable[[str], bool], *, is_wrapper: bool) -> str:
    """Return the help for a key that is probably no field, or ``""``."""
    if is_wrapper:
        return write_help(value) if value else f"remove {quoted(key)}"
    if knows(key):
        return ""
    signed = _SIGNED_NAME.fullmatch(key)
    if signed is not None and knows(signed[1]) and not isinstance(value, dict):
        return write_help({signed[1]: {COMPARISON_SIGNS[signed[2]]: value}})
    word = plain_name(key)
    parts = without_spreads(value) if isinstance(value, list | tuple) else []
    filters = bool(parts) and all(isinstance(part, dict) and part for part in parts)
    if filters and word in _CONNECTIVES:
        return f"did you mean {quoted(_CONNECTIVES[word])}?"
    if filters and word in _NEGATIVE:
        return write_help({"$not": {"$or": list(value)}})
    if (_is_other_part(key) and isinstance(value, list | tuple | dict)) or (word in _WRAPPERS and holds_parts(value)):
        return f"move {quoted(key)} out of the filter, beside it"
    if (is_limit_word(key) and integer_of(value) is not None) or (is_limit_word(key) and isinstance(value, int)):
        return f"move {quoted(key)} out of the filter, beside it"
    return ""


def _parts_of_condition(value: dict[str, JSON]) -> dict[int, JSON]:
    """Return field, operator and value by their index; empty if other keys are there."""
    if not len(value) <= len(_CONDITION_KEYS) or not all(isinstance(key, str) for key in value):
        return {}
    parts: dict[int, JSON] = {}
    for key, part in value.items():
        kind = next((index for index, words in enumerate(_CONDITION_KEYS) if plain_name(key) in words), None)
        if kind is None or kind in parts:
            return {}
        parts[kind] = part
    return parts


Guess = Callable[[str, JSON], str]
"""Returns the help for an operator of a field, which may be an unknown one."""


def operator_in_parts(value: dict[str, JSON], row: Field | None, guess: Guess) -> str:
    """Return the help for operator and value as keys under a field, or ``""``."""
    parts = _parts_of_condition(value)
    if row is None or 0 in parts or 2 not in parts or not isinstance(parts.get(1, ""), str):
        return ""
    operators = row.list_operators(row.operators)
    return _condition_of(row, parts.get(1), parts[2], guess) or f"write the operator as a key\n{operators}"


def _condition_of(row: Field, written: str | None, operand: JSON, guess: Guess) -> str:
    name = "$in" if isinstance(operand, list | tuple) else "$eq"
    if written is not None:
        name = COMPARISON_SIGNS.get(written.strip(), written.strip())
        reading = operator_reading(name)
        if reading is not None and not (reading.inverted or reading.negated):
            name = reading.operator
    return _condition(row, name, operand) or ("" if name in OPERATORS else guess(name, operand))


def _condition(row: Field, operator: str, operand: JSON) -> str:
    """Return the help that writes a condition, empty if the field has it not."""
    if operator not in row.operators:
        return ""
    takes = OPERATORS[operator].takes
    if takes is Takes.VALUES and not isinstance(operand, list | tuple):
        operand = [operand]
    if takes is not Takes.VALUES and isinstance(operand, list | tuple | dict):
        return ""
    if row.type.name == "instant" and operator in ("$gte", "$lt"):
        operand = value_of_field(operand, row) or operand
    return write_help({row.name: {operator: operand}})


def condition_in_parts(
    value: dict[str, JSON], row_of: Callable[[str], Field | None], guess: Callable[[Field], Guess]
) -> str:
    """Return the help for an object such as ``{"field", "operator", "value"}``."""
    parts = _parts_of_condition(value)
    if len(parts) < 2:
        return ""
    field, operator = parts.get(0), parts.get(1)
    if not isinstance(field, str | Hole) or not isinstance(operator, str | Hole | None) or 2 not in parts:
        return ""
    if any(row_of(key) is not None for key in value):
        return ""
    row = row_of(field) if isinstance(field, str) else None
    if row is None or isinstance(operator, Hole):
        return "write the field as a key of the filter"
    return _condition_of(row, operator, parts[2], guess(row)) or "write the field as a key of the filter"


def _is_other_part(key: str) -> bool:
    """Return whether a key is a part of a search beside the filter."""
    return key in SEARCH_KEYS[1:] or part_elsewhere(key) in SEARCH_KEYS[1:]
