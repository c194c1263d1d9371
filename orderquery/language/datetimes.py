"""Instants: date-times as microseconds since 1970-01-01 UTC, and back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

JSON = Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FIRST_INSTANT = (datetime(1, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
LAST_INSTANT = (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC) - EPOCH) // MICROSECOND
"""Microseconds since 1970: the years 0001 to 9999."""
MILLISECOND_US, HOUR_US, DAY_US = 1_000, 3_600_000_000, 86_400_000_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT_PATTERN = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?"
)
"""A date-time, in the part of regular expressions that every engine and JSON Schema share."""
_INSTANT = re.compile(INSTANT_PATTERN)
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z", re.ASCII)
_RELATIVE = re.compile(r"([+-])(\d{1,6})([wdhm])", re.ASCII)
_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def read_instant(value: JSON) -> int | None:
    """Return the microseconds since 1970 UTC of a date-time, or ``None``.

    A longer fraction is truncated.
    """
    return READ[value] if isinstance(value, str) else None


class _InstantCache(dict[str, int | None]):
    """A bounded cache of instants, by texts in the notation of Wix."""

    _MAX_ENTRIES = 8192

    def __missing__(self, text: str) -> int | None:
        if _USUAL.fullmatch(text) is None:
            return _any_instant(text)
        try:
            micros = (datetime.fromisoformat(text) - EPOCH) // MICROSECOND
        except ValueError:
            return None
        if len(self) >= self._MAX_ENTRIES:
            self.clear()
        self[text] = micros
        return micros


READ = _InstantCache()
"""``READ[text]`` is the instant of a text, or ``None``. Every text it contains is an instant."""


def _any_instant(text: str) -> int | None:
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    fraction, offset = found[2] or ".", found[3] or "Z"
    try:
        moment = datetime.fromisoformat(f"{text[:10]}T{text[11:19]}+00:00")
    except ValueError:
        return None
    micros = (moment - EPOCH) // MICROSECOND + int(fraction[1:7].ljust(6, "0"))
    if offset not in "Zz":
        ahead = (int(offset[1:3]) * 60 + int(offset[4:6])) * 60_000_000
        micros += -ahead if offset[0] == "+" else ahead
        if not FIRST_INSTANT <= micros <= LAST_INSTANT:
            return None
    return micros


def days_around(micros: int) -> tuple[str, str]:
    """Return two texts between which every date-time of an instant is.

    Every date-time below the first is earlier than the instant, every one above the second is later.

    This is true of any notation, because an offset from UTC is less than a day.
    """
    first, last = micros - DAY_US, micros + DAY_US
    return (
        write_instant(first)[:10] if first >= FIRST_INSTANT else "",
        write_instant(last)[:10] + "~" if last <= LAST_INSTANT else "~",
    )


def has_offset(text: str) -> bool:
    """Return whether a date-time string has an offset from UTC."""
    found = _INSTANT.fullmatch(text)
    return found is not None and found[3] is not None


def write_instant(micros: int) -> str:
    """Return the canonical date-time, in milliseconds or microseconds, with ``Z``."""
    moment = EPOCH + micros * MICROSECOND
    precision = "microseconds" if micros % MILLISECOND_US else "milliseconds"
    return moment.replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def floor_ms(micros: int) -> int:
    """Return an instant in whole milliseconds."""
    return micros - micros % MILLISECOND_US


def text_of_instant(micros: int) -> str:
    """Return the text that ``$startsWith`` compares: always with milliseconds (D5)."""
    return write_instant(floor_ms(micros))


def instant_from(value: JSON) -> str | None:
    """Convert a date, another ISO notation or milliseconds to a date-time.

    Returns ``None`` for anything else.
    """
    if isinstance(value, str):
        bare = value.strip()
        if _DATE.fullmatch(bare) and read_instant(bare + "T00:00:00Z") is not None:
            return bare + "T00:00:00.000Z"
        return _lenient_instant(bare)
    if isinstance(value, int) and not isinstance(value, bool) and 10**11 < value < 10**13:
        return write_instant(value * MILLISECOND_US)
    return None


def _lenient_instant(text: str) -> str | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return write_instant((moment - EPOCH) // MICROSECOND)
    except OverflowError:
        return None


RELATIVE_WORDS = {
    "today": "midnight UTC of this day",
    "yesterday": "midnight UTC of the day before",
    "now": "this moment",
    "-24h": "24 hours ago",
    "-7d": "7 days ago",
    "-30d": "30 days ago",
    "-12w": "12 weeks ago",
}
"""Words of the text form to choose from; any number is allowed before ``w``, ``d``, ``h`` and ``m``."""


def bare_date(word: str) -> bool:
    """Return whether a word of the text form is a day rather than an instant."""
    return _DATE.fullmatch(word) is not None or word.lower() in ("today", "yesterday")


def word_instant(word: str, now: datetime) -> JSON:
    """Return the date-time of a word of the text form, or the word itself.

    Relative words count from ``now``.
    """
    now = now.astimezone(UTC)
    if _DATE.fullmatch(word):
        return f"{word}T00:00:00.000Z" if _is_day(word) else word
    lower = word.lower()
    if lower in ("now", "today", "yesterday"):
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        moment = {"now": now, "today": midnight, "yesterday": midnight - _UNITS["d"]}[lower]
        return write_instant((moment - EPOCH) // MICROSECOND)
    found = _RELATIVE.fullmatch(lower)
    if found is None or word[-1] == "M":
        # Minutes are a small m; many other notations have M for months (D166).
        return word
    distance = int(found[2]) * _UNITS[found[3]]
    try:
        moment = now - distance if found[1] == "-" else now + distance
        return write_instant((moment.replace(tzinfo=UTC) - EPOCH) // MICROSECOND)
    except OverflowError:
        return word


def _is_day(word: str) -> bool:
    try:
        date.fromisoformat(word)
    except ValueError:
        return False
    return True


def could_begin_instant(prefix: str) -> bool:
    """Return whether the text of some instant starts with ``prefix``, ignoring case."""
    template = "0000-00-00t00:00:00.000z"
    folded = prefix.casefold()
    return len(folded) <= len(template) and all(
        (seen.isascii() and seen.isdigit()) if wanted == "0" else seen == wanted
        for seen, wanted in zip(folded, template, strict=False)
    )
