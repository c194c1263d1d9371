"""The seven leaf tests as SQL expressions.

A positive leaf may be unknown (NULL) where the value is missing: it is never negated, and WHERE drops unknown. A
negated leaf is a total expression of its own, so that no row is lost.
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

MAX_LIST_PARAMETERS = 20
"""A longer list of values is one JSON parameter, because the engine limits the parameters of a statement."""

MAX_CONTAINS_LOOKUPS = 20
"""More values of a ``contains`` test are counted in one query instead of looked up one by one."""

_SIGNS: dict[str, type[exp.Binary]] = {"<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_ELEMENT_TYPES = {
    "text": exp.DataType.Type.TEXT,
    "integer": exp.DataType.Type.BIGINT,
    "boolean": exp.DataType.Type.BOOLEAN,
}
_DIGEST_MARK = "\x01\x03"
"""Begins the digest of a shortened text; no escape is this pair."""
_DIGEST_CHARS = len(_DIGEST_MARK) + 64
_print_list = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_LAST_CHARACTER = 0x10FFFF
_BEFORE_SURROGATES, _AFTER_SURROGATES = 0xD7FF, 0xE000


def prefix_column(field: Field) -> str:
    """Return the name of the column of folded texts that ``$startsWith`` searches."""
    return f"{field.column}_folded"


def list_text(values: Sequence[Stored]) -> str:
    """Return a list of stored values as the text that list equality compares."""
    return _print_list(list(values))


def after_prefix(prefix: str) -> str | None:
    """Return the lowest text above every text with this prefix, or ``None``."""
    for end in range(len(prefix), 0, -1):
        point = ord(prefix[end - 1])
        if point != _LAST_CHARACTER:
            following = _AFTER_SURROGATES if point == _BEFORE_SURROGATES else point + 1
            return prefix[: end - 1] + chr(following)
    return None


def shortened(text: str, max_chars: int) -> str:
    """Return the text, or if it is longer, a prefix and digest that identify it."""
    if len(text) <= max_chars:
        return text
    # Half an escape before the mark would read as another escape.
    return text[: max_chars - _DIGEST_CHARS].rstrip("\x01") + _DIGEST_MARK + hashlib.sha256(text.encode()).hexdigest()


@cache
def only_equal(field: Field) -> bool:
    """Return True if a field's texts are unlimited and only tested for equality."""
    key = field.required and field.default is None
    if key or field.sortable or not field.type.textual:
        return False
    return not any(_compares(OPERATORS[name], field) for name in field.operators)


def _compares(operator: Operator, field: Field) -> bool:
    value = field.type.read("x")
    samples = {Takes.VALUE: value, Takes.VALUES: (value, value), Takes.FLAG: True, Takes.TEXT: "x"}
    try:
        condition = operator.meaning(field, samples[operator.takes])
    except Exception:  # an operator added at run time may refuse the sample operand
        return True
    return any(test.kind is Kind.COMPARES for test in tests_of(condition))


def column_value(field: Field, value: Any, dialect: Dialect, layout: Layout) -> Any:
    """Return a value as the columns of a layout hold it."""
    return _value_encoder(field, dialect, layout)(value)


def _value_encoder(field: Field, dialect: Dialect, layout: Layout) -> Callable[[Any], Any]:
    column_format, encode, width = layout.column_format(field, dialect), field.type.encode, layout.index_width
    if column_format is not None:
        return column_format.bind
    if field.type.column == "boolean" and dialect.native_booleans:
        return lambda value: bool(encode(value))
    if width is not None and only_equal(field):
        return lambda value: shortened(str(encode(value)), width)
    return encode


class Binding:
    """Turns the values of leaves into parameters, for a dialect and a layout."""

    def __init__(self, dialect: Dialect, layout: Layout) -> None:
        self._dialect, self._layout = dialect, layout
        self._encoders: dict[Field, Callable[[Any], Any]] = {}

    def bind(self, leaf: Test) -> tuple[list[Any], bool]:
        """Return a leaf's parameters in order, and True if they change the SQL.

        They do if a list is one JSON text, or a prefix is longer than an index entry.
        """
        kind, operand, field = leaf.kind, leaf.operand, leaf.field
        if kind is Kind.PRESENT:
            return [], False
        dialect, layout = self._dialect, self._layout
        encode = self._encoders.get(field)
        if encode is None:
            encode = self._encoders[field] = _value_encoder(field, dialect, layout)
        if kind is Kind.COMPARES:
            return [encode(operand[1])], False
        if kind is Kind.EQUALS:
            return [[encode(operand)] if dialect.binds_arrays and field.many else encode(operand)], False
        if kind is Kind.PREFIX:
            low = encode_text(operand) if layout.column_format(field, dialect) is None else operand
            high = after_prefix(low) if dialect.starts_with is None else None
            return [low] if high is None else [low, high], beyond_index(leaf, layout)
        values = [encode(value) for value in operand]
        if kind is Kind.LISTED and dialect.overlaps is None:
            return [list_text(values)], False
        if dialect.binds_arrays:
            return [values], as_json(leaf, dialect)
        if as_json(leaf, dialect):
            return [list_text(values), len(values)] if kind is Kind.CONTAINS else [list_text(values)], True
        return values, False


def as_json(leaf: Test, dialect: Dialect) -> bool:
    """Return True if the values of a leaf are one parameter, a JSON text."""
    if dialect.overlaps is not None or leaf.kind not in (Kind.ONE_OF, Kind.CONTAINS):
        return False
    return len(leaf.operand) > (MAX_LIST_PARAMETERS if leaf.kind is Kind.ONE_OF else MAX_CONTAINS_LOOKUPS)


def beyond_index(leaf: Test, layout: Layout) -> bool:
    """Return True if a prefix is longer than an index entry of the layout."""
    width = layout.index_width
    return width is not None and leaf.kind is Kind.PREFIX and len(encode_text(leaf.operand)) > width


def table(name: str, alias: str) -> exp.Expr:
    """Return a table under a short name."""
    return _parsed_table(name, alias).copy()


@cache
def _parsed_table(name: str, alias: str) -> exp.Expr:
    return exp.to_table(name).as_(alias)


def equal(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Return the test that two expressions are equal, made of them and not of copies."""
    left, right = (exp.Paren(this=side) if isinstance(side, exp.Binary) else side for side in (left, right))
    return exp.EQ(this=left, expression=right)


def ordered(field: Field, column: exp.Expr, dialect: Dialect, layout: Layout) -> exp.Expr:
    """Return a column as it is compared and sorted."""
    column_format = layout.column_format(field, dialect)
    return column if column_format is None else column_format.wrap_ordered(column)


def selected(field: Field, column: exp.Expr, dialect: Dialect, layout: Layout) -> exp.Expr:
    """Return a column as it is selected."""
    column_format = layout.column_format(field, dialect)
    return column if column_format is None else column_format.wrap_result(column)


def _array(field: Field, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout) -> exp.Expr:
    if not dialect.binds_arrays:
        return exp.Array(expressions=list(parameters))
    column_format = layout.column_format(field, dialect)
    if column_format is None:
        element = exp.DataType(this=_ELEMENT_TYPES[field.type.column])
    else:
        element = exp.DataType.build(column_format.element_type, dialect.name)
    return exp.Cast(
        this=parameters[0], to=exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[element], nested=True)
    )


def _in(leaf: Test, value: exp.Expr, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout) -> exp.Expr:
    if dialect.binds_arrays:
        return equal(value, exp.Anonymous(this="ANY", expressions=[_array(leaf.field, parameters, dialect, layout)]))
    if not as_json(leaf, dialect):
        return exp.In(this=value, expressions=list(parameters))
    listed = exp.Anonymous(this="json_each", expressions=[parameters[0]])
    return exp.In(
        this=value, query=exp.select(exp.column("value"), copy=False).from_(listed, copy=False).subquery(copy=False)
    )


def expression(leaf: Test, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout, rare: bool) -> exp.Expr:
    """Return the SQL of a leaf over the rows ``o``.

    ``rare`` means that few rows pass it, so that the engine should look rows up by it.
    """
    if leaf.kind is Kind.PRESENT:
        if rare and dialect.seeks_presence and not leaf.negated and layout.column_format(leaf.field, dialect) is None:
            return exp.GTE(this=_column(leaf.field), expression=_lowest(leaf.field))
        missing = _missing(leaf.field, dialect, layout)
        return missing if leaf.negated else missing.not_(copy=False)
    column_format = layout.column_format(leaf.field, dialect)
    if column_format is not None and not _is_list(leaf, dialect):
        parameters = [column_format.parameter_wrap(leaf.kind)(parameter) for parameter in parameters]
    if leaf.field.many:
        found = _many_valued(leaf, parameters, dialect, layout, rare and not leaf.negated)
        return _negate_many_valued(found, leaf, dialect, layout) if leaf.negated else found
    return _single_valued(leaf, parameters, dialect, layout)


def _is_list(leaf: Test, dialect: Dialect) -> bool:
    """Return True if a parameter of a leaf is a list of values."""
    takes_list = leaf.field.many or leaf.kind is Kind.ONE_OF
    return as_json(leaf, dialect) or (
        dialect.binds_arrays and takes_list and leaf.kind not in (Kind.COMPARES, Kind.PREFIX)
    )


def _lowest(field: Field) -> exp.Expr:
    """Return a value that is not above any stored value of the field."""
    if field.type.column == "text":
        return exp.Literal.string("")
    return exp.Neg(this=exp.Literal.number(2**63 - 1))


def _single_valued(leaf: Test, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout) -> exp.Expr:
    if leaf.kind is Kind.PREFIX:
        column = _column(leaf.field)
        folded = layout.folded_text(leaf.field, column, dialect)
        if folded is None:
            folded = column = exp.column(prefix_column(leaf.field), "o", quoted=True)
        searched = folded.copy()
        if layout.index_width is not None and not beyond_index(leaf, layout):
            searched = exp.Left(this=searched, expression=exp.Literal.number(layout.index_width))
        inside = _starts_with(leaf.field, searched, parameters, dialect, layout)
        return _or_null(exp.not_(inside, copy=False), column, leaf.field) if leaf.negated else inside
    column = _column(leaf.field)
    if leaf.kind is Kind.EQUALS:
        return exp.NullSafeNEQ(this=column, expression=parameters[0]) if leaf.negated else equal(column, parameters[0])
    if leaf.kind is Kind.COMPARES:
        sign, compared = leaf.operand[0], ordered(leaf.field, column, dialect, layout)
        if not leaf.negated:
            return _SIGNS[sign](this=compared, expression=parameters[0])
        return _or_null(_SIGNS[_OPPOSITE[sign]](this=compared, expression=parameters[0]), column, leaf.field)
    assert leaf.kind is Kind.ONE_OF, leaf.kind
    among = _in(leaf, column, parameters, dialect, layout)
    return _or_null(exp.not_(among, copy=False), column, leaf.field) if leaf.negated else among


def _or_null(test: exp.Expr, column: exp.Expr, field: Field) -> exp.Expr:
    return test if field.required else exp.or_(test, _is_null(column.copy()), copy=False)


def _starts_with(
    field: Field, folded: exp.Expr, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout
) -> exp.Expr:
    if dialect.starts_with is not None:
        return dialect.starts_with(folded, parameters[0])
    return _within(ordered(field, folded, dialect, layout), parameters)


def _within(column: exp.Expr, bounds: Sequence[exp.Expr]) -> exp.Expr:
    low = exp.GTE(this=column, expression=bounds[0])
    return low if len(bounds) == 1 else exp.and_(low, exp.LT(this=column.copy(), expression=bounds[1]), copy=False)


def _many_valued(leaf: Test, parameters: Sequence[exp.Expr], dialect: Dialect, layout: Layout, rare: bool) -> exp.Expr:
    field, column = leaf.field, _column(leaf.field)
    if leaf.kind is Kind.LISTED and dialect.equals_array is not None:
        return dialect.equals_array(column, _array(field, parameters, dialect, layout))
    if leaf.kind is Kind.LISTED:
        return equal(column, parameters[0] if dialect.overlaps is None else _array(field, parameters, dialect, layout))

    def some(test: Callable[[exp.Expr], exp.Expr], name: str = field.column) -> exp.Expr:
        return _any_element(name, test, dialect, layout, rare)

    if leaf.kind is Kind.COMPARES:
        sign = _SIGNS[leaf.operand[0]]
        return some(lambda value: sign(this=ordered(field, value, dialect, layout), expression=parameters[0]))
    if leaf.kind is Kind.PREFIX:
        name = prefix_column(field) if layout.folded_text(field, column, dialect) is None else field.column

        def begins(value: exp.Expr) -> exp.Expr:
            folded = layout.folded_text(field, value, dialect) or value
            return _starts_with(field, folded, parameters, dialect, layout)

        return some(begins, name)
    if dialect.overlaps is not None and dialect.contains is not None:
        test = dialect.overlaps if leaf.kind is Kind.ONE_OF else dialect.contains
        return test(column, _array(field, parameters, dialect, layout))
    if leaf.kind is Kind.CONTAINS and as_json(leaf, dialect):
        matching = _elements(field.column, lambda value: _in(leaf, value, parameters, dialect, layout), layout)
        # The rows of the table of elements are distinct already.
        each = exp.Distinct(expressions=[exp.column("value", "e")]) if layout.json_arrays else exp.Star()
        counted = matching.select(exp.Count(this=each), append=False, copy=False)
        return equal(exp.paren(counted, copy=False), parameters[1])
    if leaf.kind is Kind.CONTAINS:
        return exp.and_(*(some(_equal(item)) for item in parameters), copy=False)
    if leaf.kind is Kind.EQUALS:
        return some(_equal(parameters[0]))
    return some(lambda value: _in(leaf, value, parameters, dialect, layout))


def _one_from(rows: exp.Expr) -> exp.Select:
    return exp.select(exp.Literal.number(1), copy=False).from_(rows, copy=False)


def _equal(item: exp.Expr) -> Callable[[exp.Expr], exp.Expr]:
    return lambda value: equal(value, item)


def _any_element(
    column: str, test: Callable[[exp.Expr], exp.Expr], dialect: Dialect, layout: Layout, rare: bool
) -> exp.Expr:
    """Return the test that some element passes."""
    if dialect.any_element is not None:
        return dialect.any_element(exp.column(column, "o", quoted=True), test(exp.column(ELEMENT)))
    if dialect.overlaps is not None:
        elements = exp.Unnest(
            expressions=[exp.column(column, "o", quoted=True)],
            alias=exp.TableAlias(this=exp.to_identifier("e"), columns=[exp.to_identifier("value")]),
        )
        return exp.Exists(this=_one_from(elements).where(test(exp.column("value", "e")), copy=False))
    if rare:
        return exp.In(
            this=exp.column("rid", "o"), query=_elements(column, test, layout, correlated=False).subquery(copy=False)
        )
    return exp.Exists(this=_elements(column, test, layout))


def _elements(
    column: str, test: Callable[[exp.Expr], exp.Expr], layout: Layout, *, correlated: bool = True
) -> exp.Select:
    """Return the elements that pass the test, of the outer row if ``correlated``."""
    passed = test(exp.column("value", "e"))
    if layout.json_arrays:
        each = exp.Anonymous(this="json_each", expressions=[exp.column(column, "o", quoted=True)])
        listed = exp.Table(this=each, alias=exp.TableAlias(this=exp.to_identifier("e")))
        return _one_from(listed).where(passed, copy=False)
    rows = table(layout.elements, "e")
    named = equal(exp.column("field", "e"), exp.Literal.string(column))
    chosen = exp.select(exp.column("rid", "e"), copy=False).from_(rows, copy=False).where(named, passed, copy=False)
    return chosen.where(equal(exp.column("rid", "e"), exp.column("rid", "o")), copy=False) if correlated else chosen


def _negate_many_valued(found: exp.Expr, leaf: Test, dialect: Dialect, layout: Layout) -> exp.Expr:
    """Return the total negation of a test on a field of many values."""
    on_column = leaf.kind is Kind.LISTED or dialect.any_element is not None
    on_column |= dialect.overlaps is not None and leaf.kind in (Kind.EQUALS, Kind.ONE_OF, Kind.CONTAINS)
    if not on_column or dialect.is_empty is not None:
        return exp.not_(found, copy=False)
    return exp.or_(exp.not_(found, copy=False), _missing(leaf.field, dialect, layout), copy=False)


def _missing(field: Field, dialect: Dialect, layout: Layout) -> exp.Expr:
    if field.many and dialect.is_empty is not None:
        return dialect.is_empty(_column(field))
    return layout.is_missing(field, _column(field), dialect) or _is_null(_column(field))


def _column(field: Field) -> exp.Column:
    return exp.column(field.column, "o", quoted=True)


def _is_null(column: exp.Expr) -> exp.Expr:
    return exp.Is(this=column, expression=exp.Null())
