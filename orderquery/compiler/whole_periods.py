"""What to write for a year or a month in place of a date-time."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, NamedTuple

from ..language.fields import Field
from ..syntax.json_printer import write_help

JSON = Any

_PERIOD = re.compile(r"((?:19|20)[0-9]{2})(?:-(0[1-9]|1[0-2]))?", re.ASCII)
_IN_TEXT = {
    "$eq": "{field} >= {first} and {field} < {next}",
    "$ne": "not ({field} >= {first} and {field} < {next})",
    "$gte": "{field} >= {first}",
    "$gt": "{field} >= {next}",
    "$lt": "{field} < {first}",
    "$lte": "{field} < {next}",
}
_MAX_YEAR, _MAX_PERIOD_CHARS = 10_000, 8
_SAME = {"$in": "$eq", "$nin": "$ne"}
"""Of one value."""


class _Period(NamedTuple):
    first: str
    next: str
    written: str


def help_for_period(value: JSON, row: Field, operator: str, *, in_text: bool) -> str:
    """Return the help for a year or a month such as 2024-03, else ``""``."""
    if isinstance(value, tuple | list):
        value = value[0] if len(value) == 1 else None
    period = _period_of(value) if row.type.name == "instant" else None
    operator = _SAME.get(operator, operator)
    if period is None or operator not in _IN_TEXT:
        return ""
    if not {"$gte", "$lt"} <= set(row.operators):
        is_start = "$startsWith" in row.operators and operator in ("$eq", "$ne")
        return _with_prefix(row.name, operator, period.written, in_text=in_text) if is_start else ""
    if in_text:
        return "write: " + _IN_TEXT[operator].format(field=row.name, first=period.first, next=period.next)
    first, following = f"{period.first}T00:00:00.000Z", f"{period.next}T00:00:00.000Z"
    if operator in ("$gte", "$lt"):
        return write_help(first)
    if operator in ("$gt", "$lte"):
        return write_help({"$gte" if operator == "$gt" else "$lt": following})
    whole: JSON = {"$and": [{row.name: {"$gte": first}}, {row.name: {"$lt": following}}]}
    return write_help({"$not": whole} if operator == "$ne" else whole)


def _with_prefix(field: str, operator: str, prefix: str, *, in_text: bool) -> str:
    if in_text:
        return f'write: {"not " if operator == "$ne" else ""}{field} starts with "{prefix}"'
    condition: JSON = {field: {"$startsWith": prefix}}
    return write_help({"$not": condition} if operator == "$ne" else condition)


def _period_of(value: JSON) -> _Period | None:
    if isinstance(value, int):
        value = str(value) if 0 < value < _MAX_YEAR else ""
    found = _PERIOD.fullmatch(value) if isinstance(value, str) and len(value) < _MAX_PERIOD_CHARS else None
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or 0)
    first = date(year, month or 1, 1)
    following = date(year + 1, 1, 1) if month in (0, 12) else date(year, month + 1, 1)
    return _Period(first.isoformat(), following.isoformat(), found[0])
