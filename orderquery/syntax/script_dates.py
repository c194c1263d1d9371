"""Date-times that code makes, and the string to write instead."""

from __future__ import annotations

import re

from ..diagnostics.quoting import quoted
from ..language.datetimes import instant_from

_DATE = re.compile(
    r"""(?:new\s+)?(?P<maker>Date|ISODate)\s*\(\s*(?:(?P<quote>["'`])(?P<text>[^"'`\n]*)(?P=quote)|(?P<millis>[0-9]{1,15}))?\s*"""
    r"""(?P<rest>[^\s)])?"""
)
_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?")
_ISO = re.compile(_LOCAL.pattern + r"(?:Z|[+-][0-9]{2}:?[0-9]{2})")
_EXAMPLE = "2024-01-31T09:30:00.000Z"


def date_advice(text: str, at: int) -> str | None:
    """Return what to write for a date that code makes, such as ``new Date("2024")``.

    ``None`` if there is none at the place.

    JavaScript reads a day as UTC, and a time without offset in the time zone of the computer.
    """
    found = _DATE.match(text, at)
    if found is None:
        return None
    written, millis, made = found["text"], found["millis"], None
    if found["rest"] is None and millis is not None:
        made = instant_from(int(millis))
    elif found["rest"] is None and written:
        if found["maker"] == "Date" and _LOCAL.fullmatch(written):
            local = _instant(written)
            if local is not None:
                return f"write the date-time as a string with its UTC offset: {quoted(local)} for UTC"
        made = _instant(written)
    if made is None:
        return f"write the date-time as a string, such as {quoted(_EXAMPLE)}"
    return f"write the date-time as a string: {quoted(made)}"


def _instant(written: str) -> str | None:
    if _DAY.fullmatch(written):
        return instant_from(f"{written}-01-01"[:10])
    return instant_from(written) if _LOCAL.fullmatch(written) or _ISO.fullmatch(written) else None
