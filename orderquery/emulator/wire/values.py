"""The types of values in requests: GUIDs, amounts, dates and other formats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ...diagnostics.quoting import quoted
from ...language.datetimes import INSTANT_PATTERN, read_instant

JSON = Any

MAX_AMOUNT = 10**15
"""The largest amount of money; from the published typings."""

_MAX_INTEGER_DIGITS = 18
_DECIMAL = r"-?[0-9]{1,30}(\.[0-9]{1,30})?"


@dataclass(frozen=True)
class TextFormat:
    """A format of texts, with its name in the service's errors.

    ``allows_empty`` accepts the empty text, too.
    """

    name: str
    pattern: str
    help: str
    allows_empty: bool = False

    def check(self, text: str) -> str:
        """Return a text in this format. Raises ``PydanticCustomError``."""
        if re.fullmatch(self.pattern, text) or (self.allows_empty and not text):
            return text
        raise wrong_format(self.name, f"{quoted(text)} is not {self.help}")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, JSON]:
        pattern = f"({self.pattern})?" if self.allows_empty else self.pattern
        return {"type": "string", "pattern": f"^{pattern}$"}


def wrong_format(name: str, problem: str) -> PydanticCustomError:
    """Return the error of a text that is not in a format of this name."""
    return PydanticCustomError("format", "{problem}", {"problem": problem, "format": name})


_GUID = TextFormat(
    "GUID", r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "a GUID; use one like 02b9675a-c6f0-4392-837f-3bde1d4b5e7c",
)  # fmt: skip
Guid = Annotated[str, _GUID]
GuidOrEmpty = Annotated[str, TextFormat("GUID", _GUID.pattern, _GUID.help, allows_empty=True)]
Email = Annotated[
    str, TextFormat("EMAIL", r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+", "an e-mail address; use one like jane@example.com")
]
Phone = Annotated[str, TextFormat("PHONE", r"[+]?[0-9 ().\-/#*x]{1,50}", "a phone number; use digits, or leave it out")]
Country = Annotated[str, TextFormat("COUNTRY", r"[A-Z]{2}", "a country; use two capital letters like US")]
Currency = Annotated[str, TextFormat("CURRENCY", r"[A-Z]{3}", "a currency; use three capital letters like USD")]


class _DateFormat(TextFormat):
    def check(self, text: str) -> str:
        """Return a date-time. Raises ``PydanticCustomError``."""
        if read_instant(text) is None:
            raise wrong_format(self.name, f"{quoted(text)} is not {self.help}")
        return text


DateTime = Annotated[
    str, _DateFormat("DATE_TIME", INSTANT_PATTERN, "a date-time; use one like 2026-01-01T00:00:00.000Z")
]


@dataclass(frozen=True)
class DecimalText:
    """Decimals as texts, between bounds and with a number of decimal places."""

    at_least: int | None = None
    above: int | None = None
    at_most: int | None = MAX_AMOUNT
    scale: int | None = None

    def check(self, text: str) -> str:
        """Return a decimal within the bounds. Raises ``PydanticCustomError``."""
        if re.fullmatch(_DECIMAL, text) is None:
            raise wrong_format("DECIMAL_VALUE", f'{quoted(text)} is not a decimal; use one like "19.90"')
        amount = Decimal(text)
        if self.at_least is not None and amount < self.at_least:
            raise _beyond(
                "decimal_gte",
                f"{quoted(text)} is less than {self.at_least}; use {self.at_least} or more",
                self.at_least,
            )
        if self.above is not None and amount <= self.above:
            raise _beyond(
                "decimal_gt", f"{quoted(text)} is not more than {self.above}; use a number above it", self.above
            )
        if self.at_most is not None and amount > self.at_most:
            raise _beyond(
                "decimal_lte", f"{quoted(text)} is more than {self.at_most}; use at most {self.at_most}", self.at_most
            )
        if self.scale is not None and len(text.partition(".")[2]) > self.scale:
            problem = f"{quoted(text)} has more than {self.scale} decimal places; round it to {self.scale}"
            raise _beyond("decimal_max_scale", problem, self.scale)
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, JSON]:
        return {"type": "string", "pattern": f"^{_DECIMAL}$"}


def _beyond(rule: str, problem: str, threshold: int) -> PydanticCustomError:
    return PydanticCustomError(rule, "{problem}", {"problem": problem, "threshold": threshold})


Amount = Annotated[str, DecimalText(at_least=0)]
AnyAmount = Annotated[str, DecimalText(at_least=-MAX_AMOUNT)]
Rate = Annotated[str, DecimalText(at_least=0, at_most=None, scale=6)]
ConversionRate = Annotated[str, DecimalText(above=0)]
Share = Annotated[str, DecimalText(above=0, at_most=1, scale=4)]
DecimalCount = Annotated[str, DecimalText(above=0, scale=4)]


def _to_integer(value: JSON) -> JSON:
    """Return an integer for every way in which JSON can write one: 1, 1.0 and "1"."""
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < _MAX_INTEGER_DIGITS:
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


Whole = Annotated[int, BeforeValidator(_to_integer)]


def _to_float(value: JSON) -> JSON:
    """Return a number of JSON as a float, for a check alone."""
    return float(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


Number = Annotated[float, BeforeValidator(_to_float)]
