"""The seven leaf tests as SQL expressions, each in a form that is also right under its negation.

A positive leaf may be unknown where the value is NULL: nothing negates it, and WHERE drops unknown. A negated leaf is
written as its own total expression, so no row is lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlglot import exp

from ..language.conditions import Kind, Test, tests_of
from ..language.fields import Field
from ..language.operators import OPERATORS, Operator, Takes
from ..language.types import Stored, encode_text
from .dialects import ELEMENT, Dialect
from .layouts import Layout

ELEMENTS = "order_value"
"""The table of array elements where arrays are no columns: ``field``, ``value``, ``rid``."""

LONG_LIST = 20
"""Values: longer lists are one JSON parameter where the engine limits how many parameters a statement has."""

MANY_CONTAINED = 20
"""Values: from here on they are counted instead of looked up one by one."""

_SIGNS: dict[str, type[exp.Binary]] = {"<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_ARRAYS = {"text": exp.DataType.Type.TEXT, "integer": exp.DataType.Type.BIGINT, "boolean": exp.DataType.Type.BOOLEAN}
_SHORTENED = "\x01\x03"
"""Begins the digest of a shortened text: a pair that no escape is."""
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_DIGEST = len(_SHORTENED) + 64
"""Characters."""
_LAST_CHARACTER = 0x10FFFF
_BEFORE_SURROGATES, _AFTER_SURROGATES = 0xD7FF, 0xE000


def prefix_column(field: Field) -> str:
    """The column of folded texts that ``$startsWith`` searches."""
    return f"{field.column}_folded"


def list_text(values: Sequence[Stored]) -> str:
    """A list of stored values as the one text that list equality compares."""
    return _written(list(values))


def after_prefix(prefix: str) -> str | None:
    """The least text greater than every text that begins with ``prefix``, or ``None`` where there is none."""
    for end in range(len(prefix), 0, -1):
        point = ord(prefix[end - 1])
        if point != _LAST_CHARACTER:
            following = _AFTER_SURROGATES if point == _BEFORE_SURROGATES else point + 1
            return prefix[: end - 1] + chr(following)
    return None


def shortened(text: str, most: int) -> str:
    """A text as it is, or, of more than so many characters, one of fewer that stands for this text alone."""
    if len(text) <= most:
        return text
    # Half an escape before the mark would make it something else.
    return text[: most - _DIGEST].rstrip("\x01") + _SHORTENED + hashlib.sha256(text.encode()).hexdigest()


@cache
def only_equal(field: Field) -> bool:
    """Whether a field's texts are of any length, and asked only whether they are equal to others."""
    key = field.required and field.default is None
    if key or field.sortable or not field.type.textual:
        return False
    return not any(_compares(OPERATORS[name], field) for name in field.operators)


def _compares(operator: Operator, field: Field) -> bool:
    value = field.type.read("x")
    samples = {Takes.VALUE: value, Takes.VALUES: (value, value), Takes.FLAG: True, Takes.TEXT: "x"}
    try:
        condition = operator.meaning(field, samples[operator.takes])
    except Exception:  # an operator of somebody else, that takes no such operand
        return True
    return any(test.kind is Kind.COMPARES for test in tests_of(condition))


def column_value(field: Field, value: Any, dialect: Dialect, layout: Layout) -> Any:
    """A value as the columns of a layout hold it."""
    return _storing(field, dialect, layout)(value)


def _storing(field: Field, dialect: Dialect, layout: Layout) -> Callable[[Any], Any]:
    form, encode, width = layout.form(field, dialect), field.type.encode, layout.index_width
    if form is not None:
        return form.bind
    if field.type.column == "boolean" and dialect.native_booleans:
        return lambda value: bool(encode(value))
    if width is not None and only_equal(field):
        return lambda value: shortened(str(encode(value)), width)
    return encode


class Binding:
    """How the values of leaves become parameters of a dialect's statements over a layout."""

    def __init__(self, dialect: Dialect, layout: Layout) -> None:
        self._dialect, self._layout = dialect, layout
        self._stored: dict[Field, Callable[[Any], Any]] = {}

    def bind(self, leaf: Test) -> tuple[list[Any], bool]:
        """The parameters of a leaf, in the order :func:`expression` names them, and whether they are unusual.

        Unusual is one JSON text for a list, and a prefix beyond an index: such leaves are written otherwise.
        """
        kind, operand, field = leaf.kind, leaf.operand, leaf.field
        if kind is Kind.PRESENT:
            return [], False
        dialect, layout = self._dialect, self._layout
        stored = self._stored.get(field)
        if stored is None:
            stored = self._stored[field] = _storing(field, dialect, layout)
        if kind is Kind.COMPARES:
            return [stored(operand[1])], False
        if kind is Kind.EQUALS:
            return [[stored(operand)] if dialect.binds_arrays and field.many else stored(operand)], False
        if kind is Kind.PREFIX:
            low = encode_text(operand) if layout.form(field, dialect) is None else operand
            high = after_prefix(low) if dialect.begins is None else None
            return [low] if high is None else [low, high], beyond_index(leaf, layout)
        values = [stored(value) for value in operand]
        if kind is Kind.LISTED and dialect.overlaps is None:
            return [list_text(values)], False
        if dialect.binds_arrays:
            return [values], as_json(leaf, dialect)
        if as_json(leaf, dialect):
            return [list_text(values), len(values)] if kind is Kind.CONTAINS else [list_text(values)], True
        return values, False


def as_json(leaf: Test, dialect: Dialect) -> bool:
    """Whether the values of a leaf are one parameter, a JSON text."""
    if dialect.overlaps is not None or leaf.kind not in (Kind.ONE_OF, Kind.CONTAINS):
        return False
    return len(leaf.operand) > (LONG_LIST if leaf.kind is Kind.ONE_OF else MANY_CONTAINED)


def beyond_index(leaf: Test, layout: Layout) -> bool:
    """Whether a prefix is longer than what the layout's indexes hold of a text."""
    width = layout.index_width
    return width is not None and leaf.kind is Kind.PREFIX and len(encode_text(leaf.operand)) > width


def ordered(field: Field, column: exp.Expr, dialect: Dialect, layout: Layout) -> exp.Expr:
    """A column as it is compared and sorted."""
    form = layout.form(field, dialect)
    return column if form is None else form.ordered(column)


def shown(field: Field, column: exp.Expr, dialect: Dialect, layout: Layout) -> exp.Expr:
    """A column as it is answered."""
    form = layout.form(field, dialect)
    return column if form is None else form.shown(column)


def _array(field: Field, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout) -> exp.Expr:
    if not dialect.binds_arrays:
        return exp.Array(expressions=list(parameters))
    form = layout.form(field, dialect)
    element = (
        exp.DataType(this=_ARRAYS[field.type.column]) if form is None else exp.DataType.build(form.array, dialect.name)
    )
    return exp.Cast(
        this=parameters[0], to=exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[element], nested=True)
    )


def _in(leaf: Test, value: exp.Expr, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout) -> exp.Expr:
    if dialect.binds_arrays:
        return value.eq(exp.Anonymous(this="ANY", expressions=[_array(leaf.field, parameters, dialect, layout)]))
    if not as_json(leaf, dialect):
        return exp.In(this=value, expressions=list(parameters))
    listed = exp.Anonymous(this="json_each", expressions=[parameters[0]])
    return exp.In(this=value, query=exp.select("value").from_(listed).subquery())


def expression(leaf: Test, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout, rare: bool) -> exp.Expr:
    """The SQL of a leaf over the rows ``o``. ``rare``: few rows pass it, so they should be looked up by it."""
    if leaf.kind is Kind.PRESENT:
        if rare and dialect.sought_presence and not leaf.negated and layout.form(leaf.field, dialect) is None:
            return exp.GTE(this=_column(leaf.field), expression=_least(leaf.field))
        missing = _missing(leaf.field, dialect, layout)
        return missing if leaf.negated else missing.not_()
    form = layout.form(leaf.field, dialect)
    if form is not None and not _is_list(leaf, dialect):
        parameters = [form.around(leaf.kind)(parameter) for parameter in parameters]
    if leaf.field.many:
        found = _many(leaf, parameters, dialect, layout, rare and not leaf.negated)
        return _without(found, leaf, dialect, layout) if leaf.negated else found
    return _single(leaf, parameters, dialect, layout)


def _is_list(leaf: Test, dialect: Dialect) -> bool:
    """Whether a parameter of a leaf is a list of values."""
    listed = leaf.field.many or leaf.kind is Kind.ONE_OF
    return as_json(leaf, dialect) or (dialect.binds_arrays and listed and leaf.kind not in (Kind.COMPARES, Kind.PREFIX))


def _least(field: Field) -> exp.Expr:
    """A value that no stored one of the field is below."""
    if field.type.column == "text":
        return exp.Literal.string("")
    return exp.Neg(this=exp.Literal.number(2**63 - 1))


def _single(leaf: Test, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout) -> exp.Expr:
    if leaf.kind is Kind.PREFIX:
        column = _column(leaf.field)
        folded = layout.folded(leaf.field, column, dialect)
        if folded is None:
            folded = column = exp.column(prefix_column(leaf.field), "o", quoted=True)
        begun = folded.copy()
        if layout.index_width is not None and not beyond_index(leaf, layout):
            begun = exp.Left(this=begun, expression=exp.Literal.number(layout.index_width))
        inside = _begins(leaf.field, begun, parameters, dialect, layout)
        return _or_absent(exp.not_(inside), column, leaf.field) if leaf.negated else inside
    column = _column(leaf.field)
    if leaf.kind is Kind.EQUALS:
        return exp.NullSafeNEQ(this=column, expression=parameters[0]) if leaf.negated else column.eq(parameters[0])
    if leaf.kind is Kind.COMPARES:
        sign, compared = leaf.operand[0], ordered(leaf.field, column, dialect, layout)
        if not leaf.negated:
            return _SIGNS[sign](this=compared, expression=parameters[0])
        return _or_absent(_SIGNS[_OPPOSITE[sign]](this=compared, expression=parameters[0]), column, leaf.field)
    assert leaf.kind is Kind.ONE_OF, leaf.kind
    among = _in(leaf, column, parameters, dialect, layout)
    return _or_absent(exp.not_(among), column, leaf.field) if leaf.negated else among


def _or_absent(test: exp.Expr, column: exp.Expr, field: Field) -> exp.Expr:
    return test if field.required else exp.or_(test, _absent(column.copy()))


def _begins(
    field: Field, folded: exp.Expr, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout
) -> exp.Expr:
    if dialect.begins is not None:
        return dialect.begins(folded, parameters[0])
    return _within(ordered(field, folded, dialect, layout), parameters)


def _within(column: exp.Expr, bounds: Sequence[exp.Expr]) -> exp.Expr:
    low = exp.GTE(this=column, expression=bounds[0])
    return low if len(bounds) == 1 else exp.and_(low, exp.LT(this=column.copy(), expression=bounds[1]))


def _many(leaf: Test, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout, rare: bool) -> exp.Expr:
    field, column = leaf.field, _column(leaf.field)
    if leaf.kind is Kind.LISTED and dialect.listed is not None:
        return dialect.listed(column, _array(field, parameters, dialect, layout))
    if leaf.kind is Kind.LISTED:
        return column.eq(parameters[0] if dialect.overlaps is None else _array(field, parameters, dialect, layout))

    def some(test: Callable[[exp.Expr], exp.Expr], name: str = field.column) -> exp.Expr:
        return _some(name, test, dialect, layout, rare)

    if leaf.kind is Kind.COMPARES:
        sign = _SIGNS[leaf.operand[0]]
        return some(lambda value: sign(this=ordered(field, value, dialect, layout), expression=parameters[0]))
    if leaf.kind is Kind.PREFIX:
        name = prefix_column(field) if layout.folded(field, column, dialect) is None else field.column
        return some(
            lambda value: _begins(field, layout.folded(field, value, dialect) or value, parameters, dialect, layout),
            name,
        )
    if dialect.overlaps is not None and dialect.contains is not None:
        test = dialect.overlaps if leaf.kind is Kind.ONE_OF else dialect.contains
        return test(column, _array(field, parameters, dialect, layout))
    if leaf.kind is Kind.CONTAINS and as_json(leaf, dialect):
        met = _elements(field.column, lambda value: _in(leaf, value, parameters, dialect, layout), layout)
        # In a table of elements they are different already.
        each = exp.Distinct(expressions=[exp.column("value", "e")]) if layout.json_arrays else exp.Star()
        return exp.paren(met.select(exp.Count(this=each), append=False)).eq(parameters[1])
    if leaf.kind is Kind.CONTAINS:
        return exp.and_(*(some(_equal(item)) for item in parameters))
    if leaf.kind is Kind.EQUALS:
        return some(_equal(parameters[0]))
    return some(lambda value: _in(leaf, value, parameters, dialect, layout))


def _equal(item: exp.Expr) -> Callable[[exp.Expr], exp.Expr]:
    return lambda value: value.eq(item)


def _some(column: str, test: Callable[[exp.Expr], exp.Expr], dialect: Dialect, layout: Layout, rare: bool) -> exp.Expr:
    """Some element passes the test."""
    if dialect.some is not None:
        return dialect.some(exp.column(column, "o", quoted=True), test(exp.column(ELEMENT)))
    if dialect.overlaps is not None:
        elements = exp.Unnest(
            expressions=[exp.column(column, "o", quoted=True)],
            alias=exp.TableAlias(this=exp.to_identifier("e"), columns=[exp.to_identifier("value")]),
        )
        return exp.Exists(this=exp.select("1").from_(elements).where(test(exp.column("value", "e"))))
    if rare:
        return exp.In(this=exp.column("rid", "o"), query=_elements(column, test, layout, ours=False).subquery())
    return exp.Exists(this=_elements(column, test, layout))


def _elements(column: str, test: Callable[[exp.Expr], exp.Expr], layout: Layout, *, ours: bool = True) -> exp.Select:
    """The elements that pass the test: of the order at hand, or of all."""
    passed = test(exp.column("value", "e"))
    if layout.json_arrays:
        each = exp.Anonymous(this="json_each", expressions=[exp.column(column, "o", quoted=True)])
        listed = exp.Table(this=each, alias=exp.TableAlias(this=exp.to_identifier("e")))
        return exp.select("1").from_(listed).where(passed)
    rows = exp.to_table(ELEMENTS).as_("e")
    named = exp.column("field", "e").eq(exp.Literal.string(column))
    chosen = exp.select(exp.column("rid", "e")).from_(rows).where(named, passed)
    return chosen.where(exp.column("rid", "e").eq(exp.column("rid", "o"))) if ours else chosen


def _without(found: exp.Expr, leaf: Test, dialect: Dialect, layout: Layout) -> exp.Expr:
    """The total negation of a test on a field of many values: an order without any has none that passes."""
    on_column = leaf.kind is Kind.LISTED or dialect.some is not None
    on_column |= dialect.overlaps is not None and leaf.kind in (Kind.EQUALS, Kind.ONE_OF, Kind.CONTAINS)
    if not on_column or dialect.empty is not None:
        return exp.not_(found)
    return exp.or_(exp.not_(found), _missing(leaf.field, dialect, layout))


def _missing(field: Field, dialect: Dialect, layout: Layout) -> exp.Expr:
    if field.many and dialect.empty is not None:
        return dialect.empty(_column(field))
    return layout.missing(field, _column(field), dialect) or _absent(_column(field))


def _column(field: Field) -> exp.Column:
    return exp.column(field.column, "o", quoted=True)


def _absent(column: exp.Expr) -> exp.Expr:
    return exp.Is(this=column, expression=exp.Null())
