"""The statements of histograms: orders counted and added up by hour or day.

Longer units are added up from days, in :mod:`orderquery.stores.histogram`.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from ..language.datetimes import FIRST_INSTANT
from ..language.fields import Field
from ..language.sums import Sums
from .dialects import Dialect
from .layouts import Layout
from .leaf_tests import selected

HIGH_UNIT = 2**31
"""A scaled amount is added up in two parts, its quotient and its remainder by this: neither sum can exceed 64 bits."""


class Grouping(NamedTuple):
    """How to group the orders of a search.

    ``field`` is a field of instants, ``width`` the length of a group in microseconds. Without ``sums``, orders are only
    counted.
    """

    field: Field
    width: int
    sums: Sums | None


def grouped(rows: exp.Select, grouping: Grouping, dialect: Dialect, layout: Layout) -> exp.Select:
    """Return the statement that groups these rows.

    A row of a store is the start of a group, in microseconds, its count, and with sums the currency, an amount and two
    sums. The amount is ``NULL`` where the sums have the amounts of the row. Of a layout of the user's own, a row is a
    value and its count.
    """
    column = exp.column(grouping.field.column, "o", quoted=True)
    if layout.column_format(grouping.field, dialect) is not None:
        # A layout may hold instants as texts of any notation, so their values are read one by one.
        inner = rows.select(selected(grouping.field, column, dialect, layout).as_("bucket"), copy=False)
        return _counted(inner, ["bucket"])
    start = _start(column, grouping.width, dialect).as_("bucket")
    if grouping.sums is None:
        return _counted(rows.select(start, copy=False), ["bucket"])
    amount, currency, scaled = (exp.column(field.column, "o", quoted=True) for field in grouping.sums)
    odd = exp.Case(ifs=[exp.If(this=exp.Is(this=scaled.copy(), expression=exp.Null()), true=amount)])
    inner = rows.select(start, currency.as_("currency"), odd.as_("amount"), scaled.as_("scaled"), copy=False)
    unit, value = exp.Literal.number(HIGH_UNIT), exp.column("scaled", "g")
    high = exp.Sum(this=dialect.quotient(value, unit))
    low = exp.Sum(this=dialect.remainder(value.copy(), unit.copy()))
    return _counted(inner, ["bucket", "currency", "amount"]).select(high, low, copy=False)


def _counted(inner: exp.Select, names: list[str]) -> exp.Select:
    count = exp.Count(this=exp.Star())
    first, *others = (exp.column(name, "g") for name in names)
    query = exp.select(first, count, *others).from_(inner.subquery("g", copy=False), copy=False)
    return query.group_by(*(exp.column(name, "g") for name in names), copy=False)


def _start(column: exp.Expr, width: int, dialect: Dialect) -> exp.Expr:
    # Counted from the year 1, no instant is negative: engines differ in the remainder of negative numbers.
    since = exp.paren(exp.Add(this=column, expression=exp.Literal.number(-FIRST_INSTANT)), copy=False)
    return exp.Sub(this=column.copy(), expression=dialect.remainder(since, exp.Literal.number(width)))
