"""Dates and date-times in the notations of other tools."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from .datetimes import instant_from
from .spoken_times import spoken_time

_MAX_CHARS = 80
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})", re.ASCII)
_SECONDS = re.compile(r"[0-9]{9,10}|[0-9]{12,13}", re.ASCII)
_OF_JAVASCRIPT = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2} [0-9]{2} [0-9]{4} [0-9:]{8}) (?:GMT|UTC)([+-][0-9]{4})(?: \([^()]*\))?", re.ASCII
)
_OF_MAIL = re.compile(r"[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} (?:GMT|UTC|[+-][0-9]{4})", re.ASCII)
_MIN_MILLIS_CHARS, _MAX_MILLIS = 12, 10**13


def foreign_dates(value: object) -> tuple[str, ...]:
    """Return the days or instants that a value may mean, the likely one first.

    A day is ``2024-01-31``. An instant has its time. Empty if there is none.
    """
    if isinstance(value, int):
        value = str(value) if 0 < value < _MAX_MILLIS else ""
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > _MAX_CHARS:
        return ()
    first = _YEAR_FIRST.fullmatch(text)
    if first is not None:
        return _days((int(first[1]), int(first[2]), int(first[3])))
    last = _YEAR_LAST.fullmatch(text)
    if last is not None:
        year, one, other = int(last[4]), int(last[1]), int(last[3])
        # A dot is written between day and month, a slash in either order.
        orders = [(year, other, one)] if last[2] == "." or one == other else [(year, one, other), (year, other, one)]
        return _days(*orders)
    if _SECONDS.fullmatch(text):
        made = instant_from(int(text) if len(text) >= _MIN_MILLIS_CHARS else int(text) * 1000)
        return () if made is None else (made,)
    return _instants(text) or _named(text)


def is_relative_time(value: object) -> bool:
    """Return whether a value is a time that counts from now, such as ``-7d``."""
    text = value.strip() if isinstance(value, str) else ""
    if text.lower() in ("now", "today", "yesterday"):
        return True
    found = spoken_time(text) if len(text) <= _MAX_CHARS else None
    return found is not None and found.word[:1] in "+-"


def _days(*orders: tuple[int, int, int]) -> tuple[str, ...]:
    found = []
    for year, month, day in orders:
        try:
            found.append(date(year, month, day).isoformat())
        except ValueError:
            continue
    return tuple(found)


def _instants(text: str) -> tuple[str, ...]:
    script = _OF_JAVASCRIPT.fullmatch(text)
    try:
        if script is not None:
            made = datetime.strptime(f"{script[1]} {script[2]}", "%b %d %Y %H:%M:%S %z")
        elif _OF_MAIL.fullmatch(text):
            # Imported here: it takes a twentieth of the time of a check in a process of its own.
            from email.utils import parsedate_to_datetime

            made = parsedate_to_datetime(text)
            made = made.replace(tzinfo=UTC) if made.tzinfo is None else made
        else:
            return ()
        return (f"{made.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z",)
    except (ValueError, OverflowError):
        return ()


def _named(text: str) -> tuple[str, ...]:
    found = spoken_time(text)
    is_day = found is not None and _YEAR_FIRST.fullmatch(found.word) is not None
    return (found.word,) if found is not None and is_day else ()
