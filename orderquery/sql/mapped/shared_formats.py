"""Column formats that several engines share: texts, dates and numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from ...language.datetimes import read_instant, text_of_instant
from ...language.types import TYPES, Value, encode_sequence, is_guid, read_sequence
from ..column_format import ColumnFormat, Wrap, same

MAX_INTEGER = (1 << 63) - 1
DECIMAL_DIGITS, DECIMAL_PLACES = 38, 18
"""Of engines whose decimals have 38 digits: 20 before the point and 18 after it."""

_MAX_SCALED_DECIMAL = 10**DECIMAL_DIGITS - 1


def _without_nul(text: str) -> bool:
    return "\0" not in text


def _before_nul(text: str) -> str:
    """Return the greatest text without NUL that is not greater."""
    return text.partition("\0")[0]


def text_format(*, nul: bool = True, wrap_ordered: Wrap = same) -> ColumnFormat:
    """Return the format of texts; without ``nul`` they cannot hold NUL."""
    made = ColumnFormat("text", read=str, wrap_ordered=wrap_ordered)
    return made if nul else replace(made, can_hold=_without_nul, floor=_before_nul)


def uuid_format(wrap_parameter: Wrap, as_text: Wrap) -> ColumnFormat:
    """Return the format of a UUID column: equal as UUID, ordered as text."""
    return ColumnFormat(
        "UUID", wrap_parameter=wrap_parameter, wrap_ordered=as_text, wrap_compared=same, wrap_result=as_text, read=str,
        element_type="UUID", can_hold=_is_canonical_guid, floor=_before_nul,
    )  # fmt: skip


def hex_uuid_format() -> ColumnFormat:
    """Return the format of UUIDs as SQLAlchemy writes them to SQLite."""
    return ColumnFormat(
        "text, a UUID of 32 digits without hyphens", bind=lambda text: text.replace("-", ""),
        read=lambda text: str(UUID(text)), can_hold=_is_canonical_guid,
    )  # fmt: skip


def _is_canonical_guid(text: str) -> bool:
    return is_guid(text) and text == text.lower()


# -- instants -----------------------------------------------------------------------------------------------------


def _instant_format(
    description: str, bind: Callable[[int], Any], read: Callable[[Any], Value], step_us: int
) -> ColumnFormat:
    return ColumnFormat(
        description, bind=bind, read=read, can_hold=lambda micros: micros % step_us == 0,
        floor=lambda micros: micros - micros % step_us,
    )  # fmt: skip


def iso_format(wrap_ordered: Wrap = same) -> ColumnFormat:
    """Return the format of date-times as Wix writes them, whose text order is theirs."""
    made = _instant_format(
        "text, always written `2024-01-31T09:30:00.000Z`", text_of_instant, read_instant, step_us=1_000
    )
    return replace(made, wrap_ordered=wrap_ordered, limitations=("other date notation",))


def plain_format(wrap_ordered: Wrap = same) -> ColumnFormat:
    """Return the format of date-times as CURRENT_TIMESTAMP of SQLite writes them."""

    def bind(micros: int) -> str:
        return text_of_instant(micros)[:19].replace("T", " ")

    def read(text: str) -> Value:
        return read_instant(text.replace(" ", "T"))

    made = _instant_format("text, always written `2024-01-31 09:30:00`, in UTC", bind, read, step_us=1_000_000)
    return replace(made, wrap_ordered=wrap_ordered, limitations=("other date notation",))


def datetime_format() -> ColumnFormat:
    """Return the format of date-times as SQLAlchemy writes them to SQLite."""

    def bind(micros: int) -> str:
        return f"{text_of_instant(micros)[:19].replace('T', ' ')}.{micros % 1_000_000:06d}"

    def read(text: str) -> Value:
        return read_instant(text.replace(" ", "T"))

    made = _instant_format("text, always written `2024-01-31 09:30:00.000000`, in UTC", bind, read, step_us=1)
    return replace(made, limitations=("other date notation",))


def epoch_formats() -> dict[str, ColumnFormat]:
    """Return the formats of instants as whole numbers, by unit."""

    def made(unit: str, step_us: int) -> ColumnFormat:
        description = f"integer, {unit} since 1970-01-01 UTC"
        found = _instant_format(
            description, lambda micros: micros // step_us, lambda count: int(count) * step_us, step_us
        )
        return replace(found, element_type="BIGINT")

    units = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}
    return {unit: made(unit, step_us) for unit, step_us in units.items()}


# -- amounts ------------------------------------------------------------------------------------------------------


def _scale(amount: Decimal, places: int) -> int:
    """Return the amount in units of the last of so many places, rounded down."""
    sign, digits, exponent = amount.as_tuple()
    number = int("".join(map(str, digits))) * (-1 if sign else 1)
    shift = int(exponent) + places
    return int(number * 10**shift if shift >= 0 else number // 10**-shift)


def _unscale(number: int, places: int) -> Decimal:
    digits = tuple(map(int, str(abs(number))))
    return Decimal((int(number < 0), digits, -places))


def _decimal_floor(places: int, max_scaled: int) -> Callable[[Decimal], Decimal | None]:
    """Return the floor among decimals of so many places, up to ``max_scaled`` units."""

    def floor(amount: Decimal) -> Decimal | None:
        scaled = _scale(amount, places)
        return None if scaled < -max_scaled else _unscale(min(scaled, max_scaled), places)

    return floor


def hundredths_format() -> ColumnFormat:
    """Return the format of amounts as whole numbers of hundredths."""
    floor = _decimal_floor(2, MAX_INTEGER)
    return ColumnFormat(
        "integer, hundredths", bind=lambda amount: _scale(amount, 2), floor=floor, element_type="BIGINT",
        read=lambda count: _unscale(int(count), 2), can_hold=lambda amount: floor(amount) == amount,
    )  # fmt: skip


def decimal_format(wrap_parameter: Wrap, *, limited: bool) -> ColumnFormat:
    """Return the format of the engine's decimals; ``limited`` to 38 digits."""
    made = ColumnFormat(
        "number", bind=lambda amount: format(amount, "f"), read=_read_decimal, wrap_parameter=wrap_parameter,
        element_type="NUMERIC",
    )  # fmt: skip
    if not limited:
        return made
    floor = _decimal_floor(DECIMAL_PLACES, _MAX_SCALED_DECIMAL)
    return replace(made, floor=floor, can_hold=lambda amount: floor(amount) == amount, limitations=("38 digits",))


def _read_decimal(number: Any) -> Value:
    return Decimal(str(number)) or Decimal(0)


def amount_key_format() -> ColumnFormat:
    """Return the format of amounts as texts in the order of the amounts."""
    kind = TYPES["amount"]
    return ColumnFormat("", bind=kind.encode, read=kind.decode)


# -- sequences ----------------------------------------------------------------------------------------------------


def integer_format() -> ColumnFormat:
    """Return the format of sequence values that are all whole numbers."""

    def floor(pair: tuple[int, str]) -> Value:
        return (min(pair[0], MAX_INTEGER), "")

    return ColumnFormat(
        "integer", bind=lambda pair: pair[0], read=lambda number: (int(number), ""), floor=floor,
        can_hold=lambda pair: floor(pair) == pair, element_type="BIGINT", limitations=("negative numbers",),
    )  # fmt: skip


def sequence_key_format(*, nul: bool = True, wrap_ordered: Wrap = same) -> ColumnFormat:
    """Return the format of sequence values as texts in their order.

    They are those of :func:`~orderquery.language.types.encode_sequence`, without escapes.
    """

    def bind(pair: tuple[int, str]) -> str:
        return "1" + pair[1] if pair[0] == _NOT_A_NUMBER else encode_sequence(pair)

    def read(text: str) -> Value:
        return (int(text[3:]), "") if text[0] == "0" else read_sequence(text[1:])

    made = ColumnFormat("", bind=bind, read=read, wrap_ordered=wrap_ordered)
    if nul:
        return made
    return replace(
        made, can_hold=lambda pair: _without_nul(pair[1]), floor=lambda pair: (pair[0], _before_nul(pair[1]))
    )


_NOT_A_NUMBER = (read_sequence("") or (0, ""))[0]
"""The first item of a sequence value that is not a number: greater than that of every number."""


# -- computed expressions -----------------------------------------------------------------------------------------


def computed_formats(as_decimal: Wrap) -> dict[str, ColumnFormat]:
    """Return the formats of computed expressions by value type.

    ``as_decimal`` casts a parameter to a decimal.
    """
    text = text_format()
    return {
        "guid": text,
        "text": text,
        "enum": text,
        "boolean": ColumnFormat("boolean", read=bool, element_type="BOOLEAN"),
        "instant": epoch_formats()["microseconds"],
        "amount": decimal_format(as_decimal, limited=True),
        "sequence": sequence_key_format(),
    }
