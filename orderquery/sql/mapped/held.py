"""The forms that several engines have: texts, dates, numbers as columns hold them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from ...language.datetimes import read_instant, text_of_instant
from ...language.types import TYPES, Value, encode_sequence, read_sequence
from .column_format import Form, Wrap, same

LARGEST_INTEGER = (1 << 63) - 1
DIGITS, DECIMALS = 38, 18
"""Of the decimals of engines that have 38 digits: 20 before the point and 18 after it."""

_LARGEST_DECIMAL = 10**DIGITS - 1


def _without_nul(text: str) -> bool:
    return "\0" not in text


def _before_nul(text: str) -> str:
    """The greatest text without NUL that is not greater."""
    return text.partition("\0")[0]


def texts(*, nul: bool = True, ordered: Wrap = same, column: str = "{}") -> Form:
    """Texts as they are; without ``nul``, of an engine whose texts hold none."""
    form = Form("a text", read=str, ordered=ordered, column=column)
    return form if nul else replace(form, holds=_without_nul, floor=_before_nul)


def guids(parameter: Wrap, as_text: Wrap) -> Form:
    """A column of a type for them: equal as itself, in order as text, so that any text can be compared with it."""
    return Form(
        "a UUID", parameter=parameter, ordered=as_text, compared=same, shown=as_text, read=str, array="UUID",
        holds=_is_canonical, floor=_before_nul,
    )  # fmt: skip


def _is_canonical(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


# -- instants -----------------------------------------------------------------------------------------------------


def _stepped(says: str, bind: Callable[[int], Any], read: Callable[[Any], Value], step: int) -> Form:
    return Form(
        says, bind=bind, read=read, holds=lambda micros: micros % step == 0, floor=lambda micros: micros - micros % step
    )


def iso_instants(ordered: Wrap = same) -> Form:
    """As the service writes them: the order of the texts is theirs."""
    form = _stepped("a text, always written `2024-01-31T09:30:00.000Z`", text_of_instant, read_instant, 1_000)
    return replace(form, ordered=ordered, differs=("written otherwise",))


def plain_instants(ordered: Wrap = same) -> Form:
    """As CURRENT_TIMESTAMP writes them where there is no type for them."""

    def write(micros: int) -> str:
        return text_of_instant(micros)[:19].replace("T", " ")

    def read(text: str) -> Value:
        return read_instant(text.replace(" ", "T"))

    form = _stepped("a text, always written `2024-01-31 09:30:00`, in UTC", write, read, 1_000_000)
    return replace(form, ordered=ordered, differs=("written otherwise",))


def counted_instants() -> dict[str, Form]:
    """As whole numbers of some unit."""

    def form(unit: str, step: int) -> Form:
        says = f"a whole number of {unit} since 1970-01-01 UTC"
        made = _stepped(says, lambda micros: micros // step, lambda count: int(count) * step, step)
        return replace(made, array="BIGINT")

    units = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}
    return {unit: form(unit, step) for unit, step in units.items()}


# -- amounts ------------------------------------------------------------------------------------------------------


def _scaled(amount: Decimal, places: int) -> int:
    """The greatest whole number of that decimal place that is not greater, exactly."""
    sign, digits, exponent = amount.as_tuple()
    number = int("".join(map(str, digits))) * (-1 if sign else 1)
    shift = int(exponent) + places
    return int(number * 10**shift if shift >= 0 else number // 10**-shift)


def _unscaled(number: int, places: int) -> Decimal:
    digits = tuple(map(int, str(abs(number))))
    return Decimal((int(number < 0), digits, -places))


def _limited(places: int, largest: int) -> Callable[[Decimal], Decimal | None]:
    """The floor among the decimals of so many places, up to so many of the last place either way."""

    def floor(amount: Decimal) -> Decimal | None:
        scaled = _scaled(amount, places)
        return None if scaled < -largest else _unscaled(min(scaled, largest), places)

    return floor


def hundredths() -> Form:
    """As whole numbers of hundredths."""
    floor = _limited(2, LARGEST_INTEGER)
    return Form(
        "a whole number of hundredths", bind=lambda amount: _scaled(amount, 2), floor=floor, array="BIGINT",
        read=lambda count: _unscaled(int(count), 2), holds=lambda amount: floor(amount) == amount,
    )  # fmt: skip


def decimals(says: str, parameter: Wrap, *, limited: bool, shown: Wrap = same, array: str = "NUMERIC") -> Form:
    """As decimals of the engine; ``limited`` to 38 digits."""
    form = Form(
        says, bind=lambda amount: format(amount, "f"), read=_read_decimal, parameter=parameter, shown=shown, array=array
    )
    if not limited:
        return form
    floor = _limited(DECIMALS, _LARGEST_DECIMAL)
    return replace(form, floor=floor, holds=lambda amount: floor(amount) == amount, differs=("38 digits",))


def _read_decimal(number: Any) -> Value:
    return Decimal(str(number)) or Decimal(0)


def amount_keys(ordered: Wrap = same) -> Form:
    """As texts in the order of the amounts."""
    kind = TYPES["amount"]
    return Form("", bind=kind.encode, read=kind.decode, ordered=ordered)


# -- sequences ----------------------------------------------------------------------------------------------------


def whole_numbers() -> Form:
    """All of them numbers."""

    def floor(pair: tuple[int, str]) -> Value:
        return (min(pair[0], LARGEST_INTEGER), "")

    return Form(
        "a whole number", bind=lambda pair: pair[0], read=lambda number: (int(number), ""), floor=floor,
        holds=lambda pair: floor(pair) == pair, array="BIGINT", differs=("negative numbers",),
    )  # fmt: skip


def sequence_keys(*, nul: bool = True, ordered: Wrap = same) -> Form:
    """As texts in the order of the sequence: those of :func:`~orderquery.values.encode_sequence`, without escapes."""

    def bind(pair: tuple[int, str]) -> str:
        return "1" + pair[1] if _is_other(pair) else encode_sequence(pair)

    def read(text: str) -> Value:
        return (int(text[3:]), "") if text[0] == "0" else read_sequence(text[1:])

    form = Form("", bind=bind, read=read, ordered=ordered)
    if nul:
        return form
    return replace(form, holds=lambda pair: _without_nul(pair[1]), floor=lambda pair: (pair[0], _before_nul(pair[1])))


def _is_other(pair: tuple[int, str]) -> bool:
    return pair[0] == _PAST_NUMBERS


_PAST_NUMBERS = (read_sequence("") or (0, ""))[0]
