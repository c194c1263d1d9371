"""The seven leaf tests as SQL expressions, each in a form that is also right under its negation.

A positive leaf may be unknown where the value is NULL: nothing negates it, and WHERE drops unknown. A negated leaf is
written as its own total expression, so no row is lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

from ..predicate import Kind, Test
from ..schema import Field
from ..values import Stored, encode_text
from .dialects import Dialect

ELEMENTS = "order_value"
"""The table of array elements where arrays are no columns: ``field``, ``value``, ``rid``."""

LONG_LIST = 20
"""Values: longer lists are one JSON parameter where the engine limits how many parameters a statement has."""

MANY_CONTAINED = 20
"""Values: from here on they are counted instead of looked up one by one."""

_SIGNS: dict[str, type[exp.Binary]] = {"<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_LAST_CHARACTER = 0x10FFFF
_BEFORE_SURROGATES, _AFTER_SURROGATES = 0xD7FF, 0xE000


def prefix_column(field: Field) -> str:
    """The column of folded texts that ``$startsWith`` searches."""
    return f"{field.column}_folded"


def list_text(values: Sequence[Stored]) -> str:
    """A list of stored values as the one text that list equality compares."""
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))


def after_prefix(prefix: str) -> str | None:
    """The least text greater than every text that begins with ``prefix``, or ``None`` where there is none."""
    for end in range(len(prefix), 0, -1):
        point = ord(prefix[end - 1])
        if point != _LAST_CHARACTER:
            following = _AFTER_SURROGATES if point == _BEFORE_SURROGATES else point + 1
            return prefix[: end - 1] + chr(following)
    return None


def bound_values(leaf: Test, dialect: Dialect) -> list[Any]:
    """The parameters of a leaf, in the order :func:`expression` names them."""

    def stored(value: Any) -> Any:
        encoded = leaf.field.type.encode(value)
        native = leaf.field.type.column == "boolean" and dialect.native_booleans
        return bool(encoded) if native else encoded

    if leaf.kind is Kind.PRESENT:
        return []
    if leaf.kind is Kind.COMPARES:
        return [stored(leaf.operand[1])]
    if leaf.kind is Kind.PREFIX:
        low = encode_text(leaf.operand)
        high = after_prefix(low)
        return [low] if high is None else [low, high]
    if leaf.kind is Kind.EQUALS:
        return [stored(leaf.operand)]
    if leaf.kind is Kind.LISTED and dialect.overlaps is None:
        return [list_text([leaf.field.type.encode(value) for value in leaf.operand])]
    values = [stored(value) for value in leaf.operand]
    if as_json(leaf, dialect):
        return [list_text(values), len(values)] if leaf.kind is Kind.CONTAINS else [list_text(values)]
    return values


def as_json(leaf: Test, dialect: Dialect) -> bool:
    """Whether the values of a leaf are one parameter, a JSON text."""
    if dialect.overlaps is not None or leaf.kind not in (Kind.ONE_OF, Kind.CONTAINS):
        return False
    return len(leaf.operand) > (LONG_LIST if leaf.kind is Kind.ONE_OF else MANY_CONTAINED)


def _in(leaf: Test, value: exp.Expr, parameters: Sequence[exp.Expr], dialect: Dialect) -> exp.Expr:
    if not as_json(leaf, dialect):
        return exp.In(this=value, expressions=list(parameters))
    listed = exp.Anonymous(this="json_each", expressions=[parameters[0]])
    return exp.In(this=value, query=exp.select("value").from_(listed).subquery())


def expression(leaf: Test, parameters: Sequence[exp.Expr], dialect: Dialect, rare: bool) -> exp.Expr:
    """The SQL of a leaf over the rows ``o``. ``rare``: few rows pass it, so they should be looked up by it."""
    if leaf.kind is Kind.PRESENT:
        return _absent(_column(leaf.field)) if leaf.negated else _absent(_column(leaf.field)).not_()
    if leaf.field.many:
        found = _many(leaf, parameters, dialect, rare and not leaf.negated)
        return _without(found, leaf, dialect) if leaf.negated else found
    return _single(leaf, parameters, dialect)


def _single(leaf: Test, parameters: Sequence[exp.Expr], dialect: Dialect) -> exp.Expr:
    if leaf.kind is Kind.PREFIX:
        column = exp.column(prefix_column(leaf.field), "o", quoted=True)
        inside = _within(column, parameters)
        return _or_absent(exp.not_(inside), column, leaf.field) if leaf.negated else inside
    column = _column(leaf.field)
    if leaf.kind is Kind.EQUALS:
        return exp.NullSafeNEQ(this=column, expression=parameters[0]) if leaf.negated else column.eq(parameters[0])
    if leaf.kind is Kind.COMPARES:
        sign = leaf.operand[0]
        if not leaf.negated:
            return _SIGNS[sign](this=column, expression=parameters[0])
        return _or_absent(_SIGNS[_OPPOSITE[sign]](this=column, expression=parameters[0]), column, leaf.field)
    assert leaf.kind is Kind.ONE_OF, leaf.kind
    among = _in(leaf, column, parameters, dialect)
    return _or_absent(exp.not_(among), column, leaf.field) if leaf.negated else among


def _or_absent(test: exp.Expr, column: exp.Expr, field: Field) -> exp.Expr:
    return test if field.required else exp.or_(test, _absent(column.copy()))


def _within(column: exp.Expr, bounds: Sequence[exp.Expr]) -> exp.Expr:
    low = exp.GTE(this=column, expression=bounds[0])
    return low if len(bounds) == 1 else exp.and_(low, exp.LT(this=column.copy(), expression=bounds[1]))


def _many(leaf: Test, parameters: Sequence[exp.Expr], dialect: Dialect, rare: bool) -> exp.Expr:
    column = _column(leaf.field)
    if leaf.kind is Kind.LISTED:
        return column.eq(parameters[0] if dialect.overlaps is None else exp.Array(expressions=list(parameters)))
    if leaf.kind is Kind.COMPARES:
        return _some(leaf.field.column, _comparing(leaf.operand[0], parameters[0]), dialect, rare)
    if leaf.kind is Kind.PREFIX:
        return _some(prefix_column(leaf.field), lambda value: _within(value, parameters), dialect, rare)
    if dialect.overlaps is not None and dialect.contains is not None:
        test = dialect.overlaps if leaf.kind is Kind.ONE_OF else dialect.contains
        return test(column, parameters)
    if leaf.kind is Kind.CONTAINS and as_json(leaf, dialect):
        ours = exp.column("rid", "e").eq(exp.column("rid", "o"))
        count = _elements(leaf.field.column, lambda value: _in(leaf, value, parameters, dialect)).where(ours)
        return exp.paren(count.select(exp.Count(this=exp.Star()), append=False)).eq(parameters[1])
    if leaf.kind is Kind.CONTAINS:
        return exp.and_(*(_some(leaf.field.column, _equal(item), dialect, rare) for item in parameters))
    if leaf.kind is Kind.EQUALS:
        return _some(leaf.field.column, _equal(parameters[0]), dialect, rare)
    return _some(leaf.field.column, lambda value: _in(leaf, value, parameters, dialect), dialect, rare)


def _equal(item: exp.Expr) -> Callable[[exp.Expr], exp.Expr]:
    return lambda value: value.eq(item)


def _comparing(sign: str, item: exp.Expr) -> Callable[[exp.Expr], exp.Expr]:
    return lambda value: _SIGNS[sign](this=value, expression=item)


def _some(column: str, test: Callable[[exp.Expr], exp.Expr], dialect: Dialect, rare: bool) -> exp.Expr:
    """Some element passes the test."""
    if dialect.overlaps is not None:
        elements = exp.Unnest(
            expressions=[exp.column(column, "o", quoted=True)],
            alias=exp.TableAlias(this=exp.to_identifier("e"), columns=[exp.to_identifier("value")]),
        )
        return exp.Exists(this=exp.select("1").from_(elements).where(test(exp.column("value", "e"))))
    chosen = _elements(column, test)
    if rare:
        return exp.In(this=exp.column("rid", "o"), query=chosen.subquery())
    return exp.Exists(this=chosen.where(exp.column("rid", "e").eq(exp.column("rid", "o"))))


def _elements(column: str, test: Callable[[exp.Expr], exp.Expr]) -> exp.Select:
    rows = exp.to_table(ELEMENTS).as_("e")
    ours = exp.column("field", "e").eq(exp.Literal.string(column))
    return exp.select(exp.column("rid", "e")).from_(rows).where(ours, test(exp.column("value", "e")))


def _without(found: exp.Expr, leaf: Test, dialect: Dialect) -> exp.Expr:
    """The total negation of a test on a field of many values: an order without any has none that passes."""
    on_column = leaf.kind is Kind.LISTED or (
        dialect.overlaps is not None and leaf.kind in (Kind.EQUALS, Kind.ONE_OF, Kind.CONTAINS)
    )
    return exp.or_(exp.not_(found), _absent(_column(leaf.field))) if on_column else exp.not_(found)


def _column(field: Field) -> exp.Column:
    return exp.column(field.column, "o", quoted=True)


def _absent(column: exp.Expr) -> exp.Expr:
    return exp.Is(this=column, expression=exp.Null())
