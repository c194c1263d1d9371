"""Conditions for a whole day, where a bare date means its midnight."""

from __future__ import annotations

from datetime import date, timedelta

from ..language.datetimes import bare_date
from ..language.fields import Field
from ..language.types import JSON

_WHOLE_DAY = {
    "$eq": "{field} >= {word} and {field} < {next}",
    "$ne": "not ({field} >= {word} and {field} < {next})",
    "$lte": "{field} < {next}",
    "$gt": "{field} >= {next}",
}
_WHOLE_DAY_BY_PREFIX = {"$eq": '{field} starts with "{day}"', "$ne": 'not {field} starts with "{day}"'}


def whole_day_condition(field: str, row: Field, operator: str, word: str, value: JSON) -> str | None:
    """Return the condition for a whole day, where a bare date means its midnight.

    ``value`` is the instant that ``word`` means. ``None`` where the operator is right for a whole day, or where the day
    or the next one does not exist.
    """
    by_prefix = "$startsWith" in row.operators and not {"$gte", "$lt"} <= {*row.operators}
    template = (_WHOLE_DAY_BY_PREFIX if by_prefix else _WHOLE_DAY).get(operator)
    if template is None or not bare_date(word):
        return None
    try:
        day = date.fromisoformat(str(value)[:10])
        after = day + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    # Both days are relative, or both are dates.
    is_yesterday = word.lower() == "yesterday"
    first, following = (word, "today") if is_yesterday else (day if word.lower() == "today" else word, after)
    return template.format(field=field, word=first, day=day, next=following)
