"""What an unknown key of a filter may mean: a wrapper, a connective, a part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..diagnostics.quoting import quoted
from ..language.elsewhere import connective_reading, operator_reading
from ..language.fields import Field
from ..language.near import plain_name
from ..language.operators import OPERATORS
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
_SIGNS = {
    **dict.fromkeys(("=", "==", "===", "is", "equals"), "$eq"),
    **dict.fromkeys(("!=", "!==", "<>", "neq", "not_equals", "notequals"), "$ne"),
    ">": "$gt",
    ">=": "$gte",
    "<": "$lt",
    "<=": "$lte",
}
_MAX_LEVELS = 4
_CONDITION_KEYS = (
    ("field", "fieldname", "key", "name", "column", "property", "path", "attribute"),
    ("operator", "op", "comparison", "condition", "operation"),
    ("value", "values", "operand"),
)


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


def condition_in_parts(value: dict[str, JSON], row_of: Callable[[str], Field | None]) -> str:
    """Return the help for an object such as ``{"field", "operator", "value"}``."""
    if not 2 <= len(value) <= len(_CONDITION_KEYS) or not all(isinstance(key, str) for key in value):
        return ""
    parts: dict[int, JSON] = {}
    for key, part in value.items():
        kind = next((index for index, words in enumerate(_CONDITION_KEYS) if plain_name(key) in words), None)
        if kind is None or kind in parts:
            return ""
        parts[kind] = part
    field, operator, operand = parts.get(0), parts.get(1, "="), parts.get(2)
    if not isinstance(field, str | Hole) or not isinstance(operator, str | Hole) or 2 not in parts:
        return ""
    if any(row_of(key) is not None for key in value):
        return ""
    row = row_of(field) if isinstance(field, str) else None
    if row is None or isinstance(operator, Hole):
        return "write the field as a key of the filter"
    name = _SIGNS.get(operator.strip().lower())
    reading = None if name else operator_reading(operator)
    if reading is not None and not (reading.inverted or reading.negated):
        name = reading.operator
    return write_help({field: {name: operand}}) if name in row.operators else "write the field as a key of the filter"


def _is_other_part(key: str) -> bool:
    """Return whether a key is a part of a search beside the filter."""
    return key in SEARCH_KEYS[1:] or part_elsewhere(key) in SEARCH_KEYS[1:]
