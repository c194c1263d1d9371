"""Forms: how a column of somebody else's table holds the values of a field.

A form lets a condition reach the column itself, so that the indexes its owners made serve: operands are bound as the
column holds them, and a comparison with a value that no column of the form can hold becomes one with the nearest that
it can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

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
from ...language.datetimes import FIRST_INSTANT, LAST_INSTANT, could_begin_instant, text_of_instant
from ...language.fields import Field
from ...language.types import Value, fold

Wrap = Callable[[exp.Expr], exp.Expr]


def same(value: Any) -> Any:
    """What is given, unchanged."""
    return value


def _always(value: Value) -> bool:
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """How a column holds values.

    ``says`` describes such a column. ``column`` is what is searched, as SQL text in which ``{}`` stands for the
    mapped expression. ``bind`` makes of a value what the driver takes, ``parameter`` is put round the parameter.
    ``holds`` says whether a column can hold a value at all; ``floor`` gives the greatest it can hold that is not
    greater, ``None`` where all are greater. Where order is not the column's own, ``ordered`` and ``compared`` are put
    round column and parameter in comparisons, and ``ordered`` in sorts. ``shown`` is put round a column that is
    answered, and ``read`` makes the value of what the driver gives for it. ``array`` is the type of the elements of a
    parameter that is an array. ``differs`` names the differences (:mod:`.differences`) that every use of it has.
    """

    says: str
    bind: Callable[[Value], Any] = same
    read: Callable[[Any], Value] = same
    holds: Callable[[Value], bool] = _always
    floor: Callable[[Value], Value | None] = same
    column: str = "{}"
    parameter: Wrap = same
    ordered: Wrap = same
    compared: Wrap | None = None
    shown: Wrap = same
    array: str = "TEXT"
    differs: tuple[str, ...] = ()

    def over(self, expression: str) -> str:
        """What is searched, over an expression."""
        return self.column.replace("{}", expression)

    def around(self, kind: Kind) -> Wrap:
        """What is put round a parameter in a test of this kind."""
        return self.compared if kind is Kind.COMPARES and self.compared is not None else self.parameter


def written(template: str, dialect: str) -> Wrap:
    """A wrapping by a text of SQL, in which ``{}`` stands for what is wrapped."""
    return lambda inner: exp.Var(this=template.replace("{}", inner.sql(dialect=dialect)))


def fitted(condition: Condition, of: Callable[[Field], tuple[Form, bool]]) -> Condition:
    """The same condition in values that the columns can hold; ``of`` gives the form, and whether none is missing."""
    if not isinstance(condition, Test):
        join = all_of if isinstance(condition, AllOf) else any_of
        return join([fitted(part, of) for part in condition.parts])
    if not condition.negated:
        return _fitted(condition, *of(condition.field))
    positive = negate(condition)
    assert isinstance(positive, Test)
    return negate(_fitted(positive, *of(condition.field)))


def _fitted(test: Test, form: Form, required: bool) -> Condition:
    field, operand = test.field, test.operand
    if test.kind is Kind.PRESENT:
        return TRUE if required else test
    if test.kind is Kind.EQUALS:
        return test if form.holds(operand) else FALSE
    if test.kind is Kind.ONE_OF:
        return one_of(field, filter(form.holds, operand))
    if test.kind in (Kind.CONTAINS, Kind.LISTED):
        return test if all(map(form.holds, operand)) else FALSE
    if test.kind is Kind.COMPARES:
        sign, value = operand
        return _compared(field, sign, value, form)
    assert test.kind is Kind.PREFIX, test.kind
    return _begun(test, form)


def _compared(field: Field, sign: str, value: Value, form: Form) -> Condition:
    floor = form.floor(value)
    if floor == value:
        return compares(field, sign, value)
    below = sign in ("<", "<=")
    if floor is None:
        return FALSE if below else present(field)
    return compares(field, "<=" if below else ">", floor)


def _begun(test: Test, form: Form) -> Condition:
    """A prefix of a boolean is a choice of values, one of an instant a range of them."""
    field, prefix = test.field, test.operand
    kind = field.type.name
    if kind == "boolean":
        begun = [value for value in (False, True) if field.type.text(value).startswith(prefix)]
        return any_of([one_of(field, [value for value in begun if form.holds(value)])])
    if kind != "instant":
        return test if form.holds(prefix) else FALSE
    if not could_begin_instant(prefix):
        return FALSE
    low, high = first_instant(prefix), first_instant(prefix + chr(0x10FFFF))
    if low is None or low == high:
        return FALSE
    parts = [_compared(field, ">=", low, form)]
    if high is not None:
        parts.append(_compared(field, "<", high, form))
    return all_of(parts)


_LAST_MILLISECOND = LAST_INSTANT // 1000


def first_instant(text: str) -> int | None:
    """The first instant whose folded text is not less than this one, ``None`` where there is none."""
    low, high = FIRST_INSTANT // 1000, _LAST_MILLISECOND + 1
    while low < high:
        middle = (low + high) // 2
        if fold(text_of_instant(middle * 1000)) < text:
            low = middle + 1
        else:
            high = middle
    return None if low > _LAST_MILLISECOND else low * 1000
