"""What to write for the operators of MongoDB and of other languages; help only.

A row of ``_HELPS`` or ``_OUTSIDE`` is an operator, and what makes its help for a field. The help names a condition only
if the field has it and its value fits; otherwise it says what no operator does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

from ..diagnostics.quoting import quoted
from ..language.datetimes import bare_date
from ..language.fields import Field
from ..language.near import plain_name
from ..language.operators import OPERATORS
from ..language.types import UnfitOperand
from .ast import Comparison, Filter, both
from .filter_helps import flattened, is_nested
from .holes import Hole, is_spread
from .json_printer import print_filter, write_help

JSON = Any
Knows = Callable[[str], bool]

_POSITIVE = ("$eq", "$in", "$hasSome", "$gt", "$gte", "$lt", "$lte", "$startsWith")
"""Operators that mean the same for some element as for the whole field."""
_SPECIAL = re.compile(r"[.*+?^$|()\[\]{}\\]")
_ESCAPED = re.compile(r"\\([^A-Za-z0-9])")
_DOT_OF_A_NAME = re.compile(r"(?<=\w)\.(?=\w)")
_MAX_CHARS = 200
_MAX_LEVELS = 2
_LAST_DAY = "9999-12-31"
_NUMBERS = ("numberlong", "numberint", "numberdouble", "numberdecimal")
_WRAPPERS_OF_VALUES = ("date", "oid", "uuid", *_NUMBERS)
_LOWER, _UPPER = ("from", "min", "start", "gte", "gt", "after", "since"), ("to", "max", "end", "lte", "lt", "until")


class Use(NamedTuple):
    """A foreign operator under a field, and what is known of the field."""

    field: str
    operand: JSON
    row: Field | None
    """``None`` if the name is not a field, such as ``lineItems``."""
    beside: dict[str, JSON]
    """All operators of the field, by their names."""
    knows: Knows


def foreign_help(key: str, use: Use) -> str:
    """Return the help for an operator of another language under a field, or ``""``."""
    make = _HELPS.get(plain_name(key))
    return "" if make is None else make(use)


def help_beside_fields(key: str, value: JSON, row_of: Callable[[str], Field | None]) -> str:
    """Return the help for an operator in the place of a field."""
    if key in OPERATORS:
        return f'put it under a field: {{"field": {{"{key}": ...}}}}'
    row = row_of(key.lstrip("$."))
    if row is not None:
        return f"did you mean {quoted(row.name)}?"
    make = _OUTSIDE.get(plain_name(key))
    help_ = "" if make is None else make(key, value, row_of)
    return help_ or f"write a field with an operator\noperators: {', '.join(OPERATORS)}"


def plain_value(operand: JSON, levels: int = _MAX_LEVELS) -> JSON:
    """Return the value in an object of MongoDB's Extended JSON, else ``None``."""
    if not isinstance(operand, dict) or len(operand) != 1 or not levels:
        return None
    ((key, value),) = operand.items()
    if key in ("value", "amount"):
        return value
    name = plain_name(key) if isinstance(key, str) and key[:1] == "$" else ""
    if name not in _WRAPPERS_OF_VALUES:
        return None
    if name in _NUMBERS and isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return plain_value(value, levels - 1) if isinstance(value, dict) else value


def value_of_field(value: JSON, row: Field) -> JSON:
    """Return a value if it fits a field, else the value it may mean, or ``None``.

    A value that is not known fits.
    """
    if isinstance(value, Hole) and not is_spread(value):
        return value
    if value is None or isinstance(value, list | tuple | dict | Hole):
        return None
    try:
        row.type.operand(value)
    except UnfitOperand as problem:
        return problem.instead
    return value


def ways_to_search(row: Field | None, what: str) -> str:
    """Return the sentence for what no operator does, and the nearest operator."""
    if row is None or "$startsWith" in row.operators:
        return f"{what}; $startsWith finds the start of a text"
    return f"{what}; {'$gte and $lt select a range' if '$gte' in row.operators else 'write whole values'}"


# -- under a field ----------------------------------------------------------------------------------------------


def _write(tree: Filter) -> str:
    return write_help(print_filter(tree))


def _written(use: Use, operator: str, operand: JSON) -> str:
    """Return the help with one condition, empty if the field has it not."""
    row = use.row
    if row is None or operator not in row.operators:
        return ""
    values = operand if isinstance(operand, tuple) else (operand,)
    if any(isinstance(value, list | tuple | dict) for value in values):
        return ""
    if row.values and not set(values) <= set(row.values):
        return ""
    fits = all(value_of_field(value, row) == value for value in values) or operator == "$startsWith"
    return _write(Comparison(row.name, operator, operand)) if fits else ""


def _of_regex(use: Use) -> str:
    sentence = ways_to_search(use.row, "regular expressions are not supported")
    pattern = use.operand
    if not isinstance(pattern, str) or use.row is None or len(pattern) > _MAX_CHARS:
        return sentence
    beside = use.beside.items()
    options = next((value for key, value in beside if isinstance(key, str) and plain_name(key) == "options"), "")
    ignores_case = (isinstance(options, str) and "i" in options) or pattern.startswith("(?i)")
    pattern = pattern.removeprefix("(?i)")
    at_start, at_end = pattern.startswith("^"), pattern.endswith("$") and not pattern.endswith("\\$")
    body = pattern.removeprefix("^")[: -1 if at_end else None]
    pieces = body.removeprefix("(?:").removeprefix("(").removesuffix(")").split("|")
    if len(pieces) > 1 and not ignores_case and set(pieces) <= set(use.row.values):
        return _written(use, "$in", tuple(pieces)) or sentence
    if at_start and not at_end and body.endswith((".*", ".+")):
        body = body[:-2]
    literal = _literal(body)
    if literal is None:
        return sentence
    if at_start and at_end:
        return ("" if ignores_case else _written(use, "$eq", literal)) or sentence
    if at_start:
        return _written(use, "$startsWith", literal) or sentence
    return (_written(use, "$eq", literal) if use.row.values and not ignores_case else "") or sentence


def _literal(pattern: str) -> str | None:
    """Return the one text that a regular expression matches, else ``None``."""
    bare = _ESCAPED.sub("", pattern)
    if not pattern or _SPECIAL.search(_DOT_OF_A_NAME.sub("", bare)) is not None:
        return None
    return _ESCAPED.sub(r"\1", pattern)


def _of_like(use: Use) -> str:
    sentence = ways_to_search(use.row, "patterns are not supported")
    pattern = use.operand
    if not isinstance(pattern, str) or len(pattern) > _MAX_CHARS:
        return sentence
    start = pattern.rstrip("%*")
    if not start or any(sign in start for sign in "%*_?\\["):
        return sentence
    return _written(use, "$eq" if start == pattern else "$startsWith", start) or sentence


def _of_end(use: Use) -> str:
    return ways_to_search(use.row, "no operator finds the end of a text")


def _of_part(use: Use) -> str:
    if use.row is not None and use.row.many:
        return ""
    return ways_to_search(use.row, "no operator finds a part of a text")


def _of_elements(use: Use) -> str:
    """Return the help for ``$elemMatch``: the conditions on the elements."""
    inner = use.operand
    if isinstance(inner, list | tuple) and len(inner) == 1:
        inner = inner[0]
    if use.row is not None and not isinstance(inner, dict | Hole):
        return _written(use, "$hasSome", (inner,)) or _written(use, "$eq", inner)
    if not isinstance(inner, dict) or not inner or not all(isinstance(key, str) for key in inner):
        return ""
    if use.row is not None:
        is_one = len(inner) == 1 and next(iter(inner)) in _POSITIVE
        return write_help({use.row.name: inner}) if is_one and set(inner) <= set(use.row.operators) else ""
    strange = [key for key, part in inner.items() if not is_nested(f"{use.field}.{key}", part, use.knows)]
    if strange:
        return f"no field is named {quoted(f'{use.field}.{strange[0]}')}; a condition names one dotted field"
    flat = dict(flattened(use.field, inner, use.knows))
    if not all(_is_positive(part) for part in flat.values()):
        return "no operator tests one element with several conditions"
    several = "\nthe conditions may be met by different elements" if len(flat) > 1 else ""
    return write_help(flat) + several


def _of_relation(use: Use) -> str:
    """Return the help for a condition on the parts of a property, as in Prisma."""
    return _of_elements(use) if use.row is None else ""


def _is_positive(condition: JSON) -> bool:
    if isinstance(condition, dict):
        return len(condition) == 1 and next(iter(condition)) in _POSITIVE
    return condition is not None and not isinstance(condition, list | tuple)


def _of_size(use: Use) -> str:
    row, size = use.row, use.operand
    if row is None or not row.many or "$eq" not in row.operators:
        return "no operator counts values"
    is_none = size == 0 and not isinstance(size, bool)
    is_some = size in ({"$gt": 0}, {"$gte": 1}, {"$ne": 0})
    if is_none or is_some:
        return _write(Comparison(row.name, "$eq" if is_none else "$ne", None))
    return "no operator counts values"


def _of_type(use: Use) -> str:
    row = use.row
    if row is None:
        return "no operator tests the type of a value"
    is_null = use.operand in ("null", "undefined", 10, 6)
    if "$exists" in row.operators:
        return _write(Comparison(row.name, "$exists", not is_null))
    return _write(Comparison(row.name, "$eq" if is_null else "$ne", None))


def _of_value(use: Use) -> str:
    """Return the help for a value of Extended JSON under a field."""
    if use.row is None or "$eq" not in use.row.operators or len(use.beside) != 1:
        return ""
    value = value_of_field(plain_value(use.beside), use.row)
    return "" if value is None else _write(Comparison(use.row.name, "$eq", value))


def _of_range(use: Use) -> str:
    sentence = "use $gte and $lte, each in a condition of its own in $and"
    row, bounds = use.row, use.operand
    if isinstance(bounds, dict):
        names = [plain_name(key) if isinstance(key, str) else "" for key in bounds]
        if len(names) != 2 or names[0] not in _LOWER or names[1] not in _UPPER:
            return sentence
        bounds = list(bounds.values())
    if row is not None and not {"$gte", "$lte"} <= set(row.operators):
        return ways_to_search(row, "ranges are not supported")
    is_pair = row is not None and isinstance(bounds, list | tuple) and len(bounds) == 2
    whole = range_of(row, *bounds) if row is not None and is_pair else None
    return sentence if whole is None else _write(whole)


def range_of(row: Field, low: JSON, high: JSON) -> Filter | None:
    """Return the conditions from a value to another, whole days included, or ``None``."""
    lower, upper, operator = value_of_field(low, row), value_of_field(high, row), "$lte"
    if row.type.name == "instant" and isinstance(high, str) and high[:1].isdigit() and bare_date(high):
        if high == _LAST_DAY or upper is None:
            return None
        upper, operator = f"{date.fromisoformat(high) + timedelta(days=1)}T00:00:00.000Z", "$lt"
    elif upper != high:
        return None
    is_day = row.type.name == "instant" and lower is not None
    if not {"$gte", operator} <= set(row.operators) or (lower != low and not is_day):
        return None
    return both([Comparison(row.name, "$gte", lower), Comparison(row.name, operator, upper)])


def _says(sentence: str) -> Callable[[Use], str]:
    return lambda use: sentence


_NO_SUM = "no operator computes; compare the value itself"
_CASE = "$startsWith ignores case, the other operators do not"
_NO_OPTIONS = "only regular expressions have options, and they are not supported"
_HELPS: dict[str, Callable[[Use], str]] = {
    **dict.fromkeys(("regex", "regexp", "matches", "match", "rlike"), _of_regex),
    **dict.fromkeys(("like", "ilike", "wildcard", "glob"), _of_like),
    **dict.fromkeys(("endswith", "endingwith", "suffix"), _of_end),
    **dict.fromkeys(("contains", "contain", "includes", "include", "text", "search", "substring"), _of_part),
    **dict.fromkeys(("containsignorecase", "icontains", "fulltext", "matchphrase", "fuzzy"), _of_part),
    **dict.fromkeys(("elemmatch", "matchitems"), _of_elements),
    **dict.fromkeys(("some", "is"), _of_relation),
    **dict.fromkeys(("mode", "ignorecase", "caseinsensitive", "casesensitive"), _says(_CASE)),
    **dict.fromkeys(("size", "length", "count"), _of_size),
    "type": _of_type,
    **dict.fromkeys(_WRAPPERS_OF_VALUES, _of_value),
    **dict.fromkeys(("between", "inrange", "range"), _of_range),
    **dict.fromkeys(("options", "flags"), _says(_NO_OPTIONS)),
    **dict.fromkeys(
        ("mod", "bitsallset", "bitsanyset", "bitsallclear", "bitsanyclear"),
        _says(_NO_SUM),
    ),
    **dict.fromkeys(("geowithin", "geointersects", "near", "nearsphere", "within"), _says("no operator tests places")),
    **dict.fromkeys(("set", "inc", "push", "pull", "addtoset"), _says("no operator changes an order")),
    **dict.fromkeys(("slice", "meta"), _says("no operator selects parts of an order")),
    **dict.fromkeys(("where", "expr", "function", "accumulator"), _says("no operator runs code")),
}


# -- beside fields ----------------------------------------------------------------------------------------------

RowOf = Callable[[str], Field | None]


def _of_expression(key: str, value: JSON, row_of: RowOf) -> str:
    """Return the help for ``$expr``: a plain comparison of a field with a value."""
    sentence = "a condition compares one field with one value"
    if not isinstance(value, dict) or len(value) != 1:
        return sentence
    ((operator, sides),) = value.items()
    if operator not in ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in"):
        return sentence
    if not isinstance(sides, list | tuple) or len(sides) != 2 or not isinstance(sides[0], str):
        return sentence
    row = row_of(sides[0].removeprefix("$")) if sides[0][:1] == "$" else None
    values = sides[1] if isinstance(sides[1], list | tuple) else (sides[1],)
    is_open = any(isinstance(side, str) and side[:1] == "$" for side in values)
    if row is None or is_open or operator not in row.operators or (operator == "$in") is not (values is sides[1]):
        return sentence
    if any(value_of_field(item, row) != item for item in values):
        return sentence
    return _write(Comparison(row.name, operator, tuple(values) if operator == "$in" else sides[1]))


def _of_match(key: str, value: JSON, row_of: RowOf) -> str:
    return write_help(value) if isinstance(value, dict) and value else ""


def _of_comment(key: str, value: JSON, row_of: RowOf) -> str:
    return f"remove {quoted(key)}"


def _says_outside(sentence: str) -> Callable[[str, JSON, RowOf], str]:
    return lambda key, value, row_of: sentence


def _moves(part: str) -> Callable[[str, JSON, RowOf], str]:
    return lambda key, value, row_of: f"move {quoted(key)} out of the filter, as {quoted(part)} beside it"


_OUTSIDE: dict[str, Callable[[str, JSON, RowOf], str]] = {
    "expr": _of_expression,
    "match": _of_match,
    "comment": _of_comment,
    **dict.fromkeys(
        ("text", "search", "fulltext"),
        _says_outside("no operator finds words in a whole order; $startsWith finds the start of one field"),
    ),
    **dict.fromkeys(("where", "function"), _says_outside("no operator runs code; write a field with an operator")),
    "jsonschema": _says_outside("no operator tests the form of an order; $exists tests one field"),
    **dict.fromkeys(("sort", "orderby"), _moves("sort")),
    "limit": _moves("cursorPaging"),
    **dict.fromkeys(
        ("group", "project", "lookup", "unwind", "count", "facet", "addfields", "skip"),
        _says_outside("no operator changes the answer: a search returns whole orders"),
    ),
}
