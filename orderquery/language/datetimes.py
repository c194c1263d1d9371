"""Instants: date-times of the wire as microseconds since 1970-01-01 UTC, and back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from . import patterns

JSON = Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
FIRST_INSTANT = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
LAST_INSTANT = (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC) - _EPOCH) // _MICROSECOND
"""Microseconds since 1970: the years 0001 to 9999."""
_DATE = re.compile(patterns.DATE)
_INSTANT = re.compile(patterns.DATE_TIME)
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z", re.ASCII)
_RELATIVE = re.compile(r"([+-])(\d{1,6})([wdhm])", re.ASCII)
_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def read_instant(value: JSON) -> int | None:
    """Microseconds since 1970-01-01 UTC of a date-time string, the fraction truncated; else ``None``."""
    return READ[value] if isinstance(value, str) else None


class _Read(dict[str, int | None]):
    """Instants by their text: those in the service's own notation are kept, so many and no more."""

    _MOST = 8192

    def __missing__(self, text: str) -> int | None:
        if _USUAL.fullmatch(text) is None:
            return _any_instant(text)
        try:
            micros = (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
        except ValueError:
            return None
        if len(self) >= self._MOST:
            self.clear()
        self[text] = micros
        return micros


READ = _Read()
"""The instant of a text, ``None`` if it is none: ``READ[text]``. Those it holds are instants."""


def _any_instant(text: str) -> int | None:
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    _, fraction, offset, hours = found.groups()
    try:
        moment = datetime.fromisoformat(f"{text[:10]}T{text[11:19]}+00:00")
    except ValueError:
        return None
    micros = (moment - _EPOCH) // _MICROSECOND + int((fraction or "")[1:7].ljust(6, "0"))
    if hours is not None:
        away = (int(hours) * 60 + int(offset[4:])) * 60_000_000
        micros += -away if offset[0] == "+" else away
        if not FIRST_INSTANT <= micros <= LAST_INSTANT:
            return None
    return micros


_DAY = 86_400_000_000


def days_around(micros: int) -> tuple[str, str]:
    """Two texts about an instant: a date-time below the first is before it, one above the second is after it.

    Whatever its notation: an offset from UTC is less than a day.
    """
    first, last = micros - _DAY, micros + _DAY
    return (
        write_instant(first)[:10] if first >= FIRST_INSTANT else "",
        write_instant(last)[:10] + "~" if last <= LAST_INSTANT else "~",
    )


def has_offset(text: str) -> bool:
    """Whether a date-time string says its offset from UTC."""
    found = _INSTANT.fullmatch(text)
    return found is not None and found[3] is not None


def write_instant(micros: int) -> str:
    """The canonical date-time of an instant: milliseconds, or microseconds where it has them, and ``Z``."""
    moment = _EPOCH + micros * _MICROSECOND
    precision = "microseconds" if micros % 1000 else "milliseconds"
    return moment.replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def text_of_instant(micros: int) -> str:
    """The text that ``$startsWith`` compares: milliseconds always (D5)."""
    return write_instant(micros - micros % 1000)


def instant_meant(value: JSON) -> str | None:
    """The date-time that a value of another form seems to mean: a date, another ISO notation, milliseconds."""
    if isinstance(value, str):
        bare = value.strip()
        if _DATE.fullmatch(bare) and read_instant(bare + "T00:00:00Z") is not None:
            return bare + "T00:00:00.000Z"
        return _lenient_instant(bare)
    if isinstance(value, datetime):
        return _lenient_instant(value.isoformat())
    if isinstance(value, int) and not isinstance(value, bool) and 10**11 < value < 10**13:
        return write_instant(value * 1000)
    return None


def _lenient_instant(text: str) -> str | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return write_instant((moment - _EPOCH) // _MICROSECOND)
    except OverflowError:
        return None


def bare_date(word: str) -> bool:
    """Whether a word of the text form names a day rather than an instant."""
    return _DATE.fullmatch(word) is not None or word.lower() == "today"


def word_instant(word: str, now: datetime) -> JSON:
    """The date-time that a word of the text form means, counted from ``now`` if it is relative; else the word."""
    now = now.astimezone(UTC)
    if _DATE.fullmatch(word):
        return word + "T00:00:00.000Z"
    lower = word.lower()
    if lower in ("now", "today"):
        moment = now if lower == "now" else now.replace(hour=0, minute=0, second=0, microsecond=0)
        return write_instant((moment - _EPOCH) // _MICROSECOND)
    found = _RELATIVE.fullmatch(lower)
    if found is None:
        return word
    away = int(found[2]) * _UNITS[found[3]]
    try:
        moment = now - away if found[1] == "-" else now + away
        return write_instant((moment.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND)
    except OverflowError:
        return word


def could_begin_instant(prefix: str) -> bool:
    """Whether some instant's text begins with ``prefix``, case aside."""
    template = "0000-00-00t00:00:00.000z"
    folded = prefix.casefold()
    return len(folded) <= len(template) and all(
        (seen.isascii() and seen.isdigit()) if wanted == "0" else seen == wanted
        for seen, wanted in zip(folded, template, strict=False)
    )
