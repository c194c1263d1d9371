"""Times in words, such as ``7 days ago``, as the text form writes them."""

from __future__ import annotations

import re
from typing import NamedTuple

from .datetimes import bare_date, instant_from, read_instant
from .written_times import length_of, written_time

_MAX_CHARS = 60
_WORD = re.compile(r"[a-z_]+|[0-9]+|\S")
_NOISE = frozenset(("the", "of", "about", "interval", "over", "for", "(", ")", "'", '"', "old"))
_COUNTS = {
    **dict.fromkeys(("a", "an", "one"), 1),
    **{word: count for count, word in enumerate(("two", "three", "four", "five", "six", "seven"), 2)},
}
_ANCHORS = frozenset(("now", "today", "current_date", "current_timestamp", "sysdate"))
_PERIODS = {"last": "-", "past": "-", "previous": "-", "within": "-", "during": "-", "next": "+", "coming": "+"}
_ENDS = {
    ("ago",): "-",
    ("back",): "-",
    ("earlier",): "-",
    ("from", "now"): "+",
    ("from", "today"): "+",
    ("later",): "+",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[ .-](?P<month>[a-z]{3,9})[ .,-]+(?P<year>[0-9]{4})")
_MONTH = re.compile(r"(?P<month>[a-z]{3,9})[ .]+(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,? +(?P<year>[0-9]{4})")


class SpokenTime(NamedTuple):
    """A time as the text form writes it.

    ``is_period``: the words mean the time from then until now, such as ``last week``.
    """

    word: str
    is_period: bool = False


def spoken_time(text: str) -> SpokenTime | None:
    """Return the time that a few words mean, or ``None``."""
    plain = " ".join(text.lower().split())
    if not plain or len(plain) > _MAX_CHARS:
        return None
    short = written_time(text.strip())
    if short is not None and not plain.startswith(("last", "past", "in")):
        return SpokenTime(short.word)
    if bare_date(plain) or read_instant(plain) is not None:
        return SpokenTime(text.strip())
    relative = _relative_time(plain)
    if relative is not None:
        return relative if written_time(relative.word) is not None else None
    found = _named_day(plain) or instant_from(plain)
    return None if found is None else SpokenTime(found)


def _relative_time(plain: str) -> SpokenTime | None:
    words = [word for word in _WORD.findall(plain) if word not in _NOISE]
    sign, is_period = "", False
    if words[:1] == ["in"]:
        sign, words = "+", words[1:]
    if len(words) > 1 and words[0] in _ANCHORS and words[1] in ("+", "-"):
        words = words[1:]
    if words[:1] in (["+"], ["-"]):
        sign, words = words[0], words[1:]
    while words and words[0] in _PERIODS:
        sign, is_period, words = _PERIODS[words[0]], _PERIODS[words[0]] == "-", words[1:]
    count = 1 if is_period or sign == "+" else 0
    if words and (words[0].isdecimal() or words[0] in _COUNTS):
        count, words = _COUNTS.get(words[0]) or int(words[0][:7]), words[1:]
    length = length_of(words[0]) if count and words else None
    if length is None:
        return None
    times, unit = length
    end = tuple(words[1:])
    if end and end not in _ENDS:
        return None
    return SpokenTime(f"{_ENDS[end] if end else sign or '-'}{count * times}{unit}", is_period)


def _named_day(plain: str) -> str | None:
    found = _DAY.fullmatch(plain) or _MONTH.fullmatch(plain)
    if found is None or found["month"][:3] not in _MONTHS:
        return None
    day = f"{found['year']}-{_MONTHS.index(found['month'][:3]) + 1:02d}-{int(found['day']):02d}"
    return None if instant_from(day) is None else day
