"""Regular expressions of values as text.

They are not anchored, and use only syntax that Python, JSON Schema, PostgreSQL and RE2 share. Limits that a pattern
cannot express (the days of a month, the digits of an amount) are checked by ``datetimes`` and ``types``.
"""

from __future__ import annotations

DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME = r"[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
OFFSET = "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
DATE_TIME = f"{DATE}{TIME}{OFFSET}?"

AMOUNT = r"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?0*([0-9]{1,2}|100))?"
"""The exponent is at most 100 either way."""

NUMBER = "[0-9]{1,100}"
"""The digits of a sequence value that is a number."""

GUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
