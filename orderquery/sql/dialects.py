"""The SQL dialects, one row each: statement shape, array tests, parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import described

ArrayTest = Callable[[exp.Expr, exp.Expr], exp.Expr]
Arithmetic = Callable[[exp.Expr, exp.Expr], exp.Expr]
LayoutName = Literal["store", "indexed", "columnar"]
"""A layout of this package's stores: a key of :data:`~orderquery.sql.layouts.LAYOUTS`."""

ELEMENT = "element"
"""The name of an array element in a test of one element."""


def _call(name: str) -> ArrayTest:
    return lambda column, items: exp.Anonymous(this=name, expressions=[column, items])


def _operator(kind: type[exp.Binary]) -> ArrayTest:
    return lambda column, items: kind(this=column, expression=items)


def _spark_contains_all(column: exp.Expr, items: exp.Expr) -> exp.Expr:
    if len(items.expressions) == 1:
        return exp.Anonymous(this="ARRAY_CONTAINS", expressions=[column, *items.expressions])
    # One test of all items: Spark needs many seconds to plan a thousand single tests.
    rest = exp.Anonymous(this="ARRAY_EXCEPT", expressions=[items, column])
    return exp.Anonymous(this="SIZE", expressions=[rest]).eq(0)


def _every_item(test: ArrayTest) -> ArrayTest:
    """Return a test of all items, made from a test of one item."""
    return lambda column, items: exp.and_(*(test(column.copy(), item) for item in items.expressions), copy=False)


def _any_unnested(column: exp.Expr, test: exp.Expr) -> exp.Expr:
    elements = exp.Unnest(expressions=[column], alias=exp.TableAlias(columns=[exp.to_identifier(ELEMENT)]))
    return exp.Exists(this=exp.select("1").from_(elements).where(test))


def _any_filtered(column: exp.Expr, test: exp.Expr) -> exp.Expr:
    found = exp.Anonymous(this="FILTER", expressions=[column, _lambda(test)])
    return exp.GT(this=exp.Anonymous(this="ARRAY_SIZE", expressions=[found]), expression=exp.Literal.number(0))


def _equal_as_text(function: str) -> ArrayTest:
    def text(array: exp.Expr) -> exp.Expr:
        return exp.Anonymous(this=function, expressions=[array])

    return lambda column, items: text(column).eq(text(items))


def _variant(item: exp.Expr) -> exp.Expr:
    return exp.Cast(this=item, to=exp.DataType(this=exp.DataType.Type.VARIANT))


def _lambda(test: exp.Expr) -> exp.Expr:
    return exp.Lambda(this=test, expressions=[exp.to_identifier(ELEMENT)])


def _integer_division(column: exp.Expr, unit: exp.Expr) -> exp.Expr:
    return exp.Div(this=column, expression=unit, typed=True)


def _integer_remainder(column: exp.Expr, unit: exp.Expr) -> exp.Expr:
    return exp.Mod(this=column, expression=unit)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One SQL dialect, paired with the driver whose parameter style it uses.

    Attributes:
        name: The sqlglot name.
        driver: The Python driver that takes the text and its parameters.
        union_seek: True if a cursor becomes a UNION ALL of branches, each with its own ORDER BY and LIMIT (for engines
            that serve them from an ordered index); otherwise the branches are joined by OR.
        native_booleans: True if the engine has booleans; otherwise they are 0 and 1.
        executed: True if a store of this package runs the dialect; otherwise it is only rendered.
        layout: The layout of a statement that names none.
        overlaps: Tests that an array column shares an item with a list. Without it, array elements are rows of a
            separate table.
        contains: Tests that an array column contains all items of a list.
        binds_arrays: True if a list of operands is one array parameter.
        any_element: Tests that some element of an array column passes a test of ``ELEMENT``. Without it, the array
            is unnested.
        is_empty: Tests that an array has no elements, where arrays are never NULL.
        equals_array: Tests that an array column equals a list, where ``=`` does not.
        starts_with: Tests that a text begins with another. Without it, the test is a range of texts.
        parameter_types: The type written in a parameter, by kind of column, where the engine requires one.
        parameter_template: How a parameter is written, where sqlglot does not know the driver's style.
        max_depth: Nesting of brackets the engine accepts; a deeper group becomes a subquery by ``rid``. ``None`` is
            no limit.
        seeks_presence: True if an index finds values but not "is not NULL"; a cursor then compares with the lowest
            possible value.
        materializes: True if a named query that is used twice is computed in full unless told otherwise.
        quotient: Divides two integers, towards zero.
        remainder: The remainder of such a division. Some drivers do not take the operator ``%``.

    """

    name: str
    driver: str
    union_seek: bool
    native_booleans: bool
    executed: bool
    layout: LayoutName = "store"
    overlaps: ArrayTest | None = None
    contains: ArrayTest | None = None
    binds_arrays: bool = False
    any_element: ArrayTest | None = None
    is_empty: Callable[[exp.Expr], exp.Expr] | None = None
    equals_array: ArrayTest | None = None
    starts_with: Callable[[exp.Expr, exp.Expr], exp.Expr] | None = None
    parameter_types: Mapping[str, str] = field(default_factory=dict)
    parameter_template: str = ""
    max_depth: int | None = 10
    seeks_presence: bool = False
    materializes: bool = False
    quotient: Arithmetic = _integer_division
    remainder: Arithmetic = _integer_remainder

    def parameter(self, name: str, kind: str) -> exp.Expr:
        """Return a parameter for a kind of column; ``count`` is a number of rows."""
        if self.parameter_template:
            return exp.Var(this=self.parameter_template.format(name))
        return exp.Placeholder(this=name, kind=self.parameter_types.get(kind))


DIALECTS: dict[str, Dialect] = {
    row.name: row
    for row in (
        Dialect(
            "sqlite", "sqlite3", union_seek=True, native_booleans=False, executed=True, materializes=True,
            seeks_presence=True,
        ),
        Dialect(
            "postgres", "psycopg", union_seek=True, native_booleans=True, executed=True, layout="indexed",
            overlaps=_operator(exp.ArrayOverlaps), contains=_operator(exp.ArrayContainsAll), binds_arrays=True,
            materializes=True, remainder=_call("MOD"),
        ),
        Dialect(
            "duckdb", "duckdb", union_seek=False, native_booleans=True, executed=True,
            overlaps=_call("LIST_HAS_ANY"), contains=_call("LIST_HAS_ALL"), materializes=True,
            quotient=_operator(exp.IntDiv),
        ),
        Dialect(
            "spark", "pyspark", union_seek=False, native_booleans=True, executed=True, layout="columnar",
            max_depth=None, overlaps=_call("ARRAYS_OVERLAP"), contains=_spark_contains_all,
            any_element=lambda column, test: exp.Anonymous(this="EXISTS", expressions=[column, _lambda(test)]),
            quotient=_operator(exp.IntDiv),
        ),
        Dialect(
            "clickhouse", "chdb", union_seek=False, native_booleans=True, executed=True, layout="columnar",
            max_depth=None, overlaps=_call("hasAny"), contains=_call("hasAll"),
            any_element=lambda column, test: exp.Anonymous(this="arrayExists", expressions=[_lambda(test), column]),
            is_empty=lambda column: exp.Anonymous(this="empty", expressions=[column]),
            parameter_types={"text": "String", "integer": "Int64", "boolean": "Bool", "count": "UInt64"},
            quotient=_call("intDiv"),
        ),
        Dialect(
            "trino", "sqlalchemy, trino", union_seek=False, native_booleans=True, executed=False, layout="columnar",
            max_depth=None, overlaps=_call("ARRAYS_OVERLAP"),
            any_element=lambda column, test: exp.Anonymous(this="ANY_MATCH", expressions=[column, _lambda(test)]),
            contains=_every_item(lambda column, item: exp.Anonymous(this="CONTAINS", expressions=[column, item])),
        ),
        Dialect(
            "bigquery", "google-cloud-bigquery", union_seek=False, native_booleans=True, executed=False,
            layout="columnar", max_depth=None, any_element=_any_unnested, equals_array=_equal_as_text("TO_JSON_STRING"),
            overlaps=lambda column, items: _any_unnested(
                column, exp.In(this=exp.column(ELEMENT), expressions=items.expressions)
            ),
            contains=_every_item(lambda column, item: _any_unnested(column, exp.column(ELEMENT).eq(item))),
            is_empty=lambda column: exp.func("COALESCE", exp.func("ARRAY_LENGTH", column), "0").eq(0),
            quotient=_operator(exp.IntDiv),
        ),
        Dialect(
            "snowflake", "snowflake-connector-python", union_seek=False, native_booleans=True, executed=False,
            layout="columnar", max_depth=None, any_element=_any_filtered, parameter_template="%({})s",
            quotient=_operator(exp.IntDiv), remainder=_call("MOD"), overlaps=_call("ARRAYS_OVERLAP"),
            contains=_every_item(
                lambda column, item: exp.Anonymous(this="ARRAY_CONTAINS", expressions=[_variant(item), column])
            ),
        ),
    )
}  # fmt: skip


def dialect_named(name: str) -> Dialect:
    """Return the dialect of this name. Raises ``UsageError``, which lists the names."""
    row = DIALECTS.get(name) if isinstance(name, str) else None
    if row is None:
        raise UsageError(f"unknown dialect {described(name)}; dialects: {', '.join(DIALECTS)}")
    return row
