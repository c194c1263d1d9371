"""Relative times as people write them, and what the text form has instead."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from .datetimes import word_instant

UNITS = "relative dates: now, today, yesterday, -30m (minutes), -12h (hours), -7d (days), -2w (weeks)"
_WRITTEN = re.compile(
    r"(?:(?P<base>now|today|yesterday)(?:\(\))?|last|past|in)?\s*(?P<sign>[+-]?)\s*(?P<count>[0-9]{1,6})\s*"
    r"(?P<unit>[a-z]+)(?:\s+(?P<back>ago|back))?"
)
_UNIT_WORDS = {
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "w"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
}
_LONGER_UNITS = {
    **dict.fromkeys(("mo", "mos", "mth", "month", "months"), ("months", 30)),
    **dict.fromkeys(("q", "quarter", "quarters"), ("quarters", 91)),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), ("years", 365)),
}
"""Units that the text form does not have, because they differ in length: their name, and about how many days."""
_NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)


class WrittenTime(NamedTuple):
    """What to write for a relative time, and a remark."""

    word: str
    remark: str = ""

    @property
    def help(self) -> str:
        """Return the help, with the units where the written one is not among them."""
        units = f"\n{UNITS}" if self.remark else ""
        return f"write {self.word}{self.remark}{units}"


def length_of(unit: str) -> tuple[int, str] | None:
    """Return a unit in words as a count of a unit of the text form.

    ``week`` is seven days. ``None`` for a word that is no unit.
    """
    longer, short = _LONGER_UNITS.get(unit), _UNIT_WORDS.get(unit)
    if longer is not None:
        return longer[1], "d"
    return (7, "d") if short == "w" else None if short is None else (1, short)


def written_time(text: str) -> WrittenTime | None:
    """Return what to write for a relative time; ``None`` if that is not clear.

    Without a sign it is in the past.
    """
    bare = text.strip()
    found = _WRITTEN.fullmatch(bare.lower())
    if found is None or found["base"] == "yesterday":
        return None
    is_ahead = found["sign"] == "+" or (bare[:2].lower() == "in" and not found["sign"])
    if is_ahead and found["back"]:
        return None
    sign, count = "+" if is_ahead else "-", int(found["count"])
    is_month = bare.endswith(f"{found['count']}M")
    longer = ("months", 30) if is_month else _LONGER_UNITS.get(found["unit"])
    if longer is not None:
        made, remark = f"{sign}{count * longer[1]}d", f": there are no {longer[0]}"
    else:
        unit = _UNIT_WORDS.get(found["unit"])
        made = f"{sign}{count}{unit}"
        remark = " to count from now" if found["base"] == "today" else ""
        if unit is None:
            return None
    # A time that is out of range has no other spelling.
    return None if word_instant(made, _NOON) == made else WrittenTime(made, remark)
