"""Durations that a request names: seconds, or text such as 36h."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

JSON = Any
_SECOND_US = 1_000_000
_UNITS_S = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PART = re.compile(r"([0-9]{1,9})([wdhms])")
_DURATION = re.compile(r"(?:[0-9]{1,9}[wdhms])+")
_MAX_S = 400_000_000_000


def read_duration(value: JSON) -> int | None:
    """Return the microseconds of a duration, or ``None``.

    A duration is a number of seconds, or a text such as ``1d12h`` in w, d, h, m and s.
    """
    if type(value) in (int, float, Decimal) and 0 <= value <= _MAX_S:
        return int(Decimal(str(value)) * _SECOND_US)
    if isinstance(value, str) and len(value) <= 100 and _DURATION.fullmatch(value):
        seconds = sum(int(count) * _UNITS_S[unit] for count, unit in _PART.findall(value))
        return seconds * _SECOND_US if seconds <= _MAX_S else None
    return None
