"""Rewrite conditions to operands that mapped columns can hold.

A condition then compares the column itself, so that its index serves.
"""

from __future__ import annotations

from collections.abc import Callable

from ...language.conditions import (
    FALSE,
    TRUE,
    AllOf,
    Condition,
    Kind,
    Test,
    all_of,
    any_of,
    compares,
    negate,
    one_of,
    present,
)
from ...language.datetimes import FIRST_INSTANT, LAST_INSTANT, MILLISECOND_US, could_begin_instant, text_of_instant
from ...language.fields import Field
from ...language.types import Value, fold
from ..column_format import ColumnFormat

FormatOf = Callable[[Field], tuple[ColumnFormat, bool]]
"""Returns a field's column format, and True if its column is never NULL."""

_LAST_MILLISECOND = LAST_INSTANT // MILLISECOND_US


def fit_condition(condition: Condition, format_of: FormatOf) -> Condition:
    """Return an equivalent condition whose operands the columns can hold.

    A comparison with a value that no column of the format can hold becomes one with the nearest value below it.
    """
    if not isinstance(condition, Test):
        join = all_of if isinstance(condition, AllOf) else any_of
        return join([fit_condition(part, format_of) for part in condition.parts])
    if not condition.negated:
        return _fit_test(condition, *format_of(condition.field))
    positive = negate(condition)
    assert isinstance(positive, Test)
    return negate(_fit_test(positive, *format_of(condition.field)))


def _fit_test(test: Test, column_format: ColumnFormat, required: bool) -> Condition:
    field, operand = test.field, test.operand
    if test.kind is Kind.PRESENT:
        return TRUE if required else test
    if test.kind is Kind.EQUALS:
        return test if column_format.can_hold(operand) else FALSE
    if test.kind is Kind.ONE_OF:
        return one_of(field, filter(column_format.can_hold, operand))
    if test.kind in (Kind.CONTAINS, Kind.LISTED):
        return test if all(map(column_format.can_hold, operand)) else FALSE
    if test.kind is Kind.COMPARES:
        sign, value = operand
        return _fit_comparison(field, sign, value, column_format)
    assert test.kind is Kind.PREFIX, test.kind
    return _fit_prefix(test, column_format)


def _fit_comparison(field: Field, sign: str, value: Value, column_format: ColumnFormat) -> Condition:
    floor = column_format.floor(value)
    if floor == value:
        return compares(field, sign, value)
    below = sign in ("<", "<=")
    if floor is None:
        return FALSE if below else present(field)
    return compares(field, "<=" if below else ">", floor)


def _fit_prefix(test: Test, column_format: ColumnFormat) -> Condition:
    """Rewrite a prefix: of a boolean to a choice of values, of an instant to a range."""
    field, prefix = test.field, test.operand
    kind = field.type.name
    if kind == "boolean":
        values = [value for value in (False, True) if field.type.text(value).startswith(prefix)]
        return any_of([one_of(field, [value for value in values if column_format.can_hold(value)])])
    if kind != "instant":
        return test if column_format.can_hold(prefix) else FALSE
    if not could_begin_instant(prefix):
        return FALSE
    low, high = first_instant(prefix), first_instant(prefix + chr(0x10FFFF))
    if low is None or low == high:
        return FALSE
    parts = [_fit_comparison(field, ">=", low, column_format)]
    if high is not None:
        parts.append(_fit_comparison(field, "<", high, column_format))
    return all_of(parts)


def first_instant(text: str) -> int | None:
    """Return the first instant whose folded text is not below ``text``, or ``None``."""
    low, high = FIRST_INSTANT // MILLISECOND_US, _LAST_MILLISECOND + 1
    while low < high:
        middle = (low + high) // 2
        if fold(text_of_instant(middle * MILLISECOND_US)) < text:
            low = middle + 1
        else:
            high = middle
    return None if low > _LAST_MILLISECOND else low * MILLISECOND_US
