"""The SQL dialects, one row each: how a statement is shaped for the engine and how arrays are asked there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from ..diagnostics.errors import UsageError
from .layouts import COLUMNAR, INDEXED, STORE, Layout

ArrayTest = Callable[[exp.Expr, exp.Expr], exp.Expr]
ELEMENT = "element"
"""What a test of one element of an array calls it."""


def _call(name: str) -> ArrayTest:
    return lambda column, items: exp.Anonymous(this=name, expressions=[column, items])


def _operator(kind: type[exp.Binary]) -> ArrayTest:
    return lambda column, items: kind(this=column, expression=items)


def _none_left(column: exp.Expr, items: exp.Expr) -> exp.Expr:
    if len(items.expressions) == 1:
        return exp.Anonymous(this="ARRAY_CONTAINS", expressions=[column, *items.expressions])
    # One test of all items: to plan a thousand tests of one takes the engine many seconds.
    left = exp.Anonymous(this="ARRAY_EXCEPT", expressions=[items, column])
    return exp.Anonymous(this="SIZE", expressions=[left]).eq(0)


def _each(test: ArrayTest) -> ArrayTest:
    """Every one of the items passes a test of one."""
    return lambda column, items: exp.and_(*(test(column.copy(), item) for item in items.expressions), copy=False)


def _unnested(column: exp.Expr, test: exp.Expr) -> exp.Expr:
    elements = exp.Unnest(expressions=[column], alias=exp.TableAlias(columns=[exp.to_identifier(ELEMENT)]))
    return exp.Exists(this=exp.select("1").from_(elements).where(test))


def _filtered(column: exp.Expr, test: exp.Expr) -> exp.Expr:
    found = exp.Anonymous(this="FILTER", expressions=[column, _lambda(test)])
    return exp.GT(this=exp.Anonymous(this="ARRAY_SIZE", expressions=[found]), expression=exp.Literal.number(0))


def _as_text(function: str) -> ArrayTest:
    def text(array: exp.Expr) -> exp.Expr:
        return exp.Anonymous(this=function, expressions=[array])

    return lambda column, items: text(column).eq(text(items))


def _variant(item: exp.Expr) -> exp.Expr:
    return exp.Cast(this=item, to=exp.DataType(this=exp.DataType.Type.VARIANT))


def _lambda(test: exp.Expr) -> exp.Expr:
    return exp.Lambda(this=test, expressions=[exp.to_identifier(ELEMENT)])


@dataclass(frozen=True, slots=True)
class Dialect:
    """One dialect, paired with the driver whose parameter style its text has.

    ``union_seek``: a cursor's branches are a UNION ALL, each with its own ORDER BY and LIMIT, for engines that serve
    it from an ordered index; else one OR. ``overlaps`` and ``contains`` test a column of arrays; without them the
    elements of arrays lie in a table of their own. ``binds_arrays``: a list of operands is one parameter, an array.
    ``some`` tests the elements of a column of arrays one by one, given the test of ``ELEMENT``; without it they are
    unnested. ``empty`` tells an array without elements where arrays are never NULL. ``kinds`` are the types that
    parameters are written with, by kind of column, where the engine wants that. ``deepest`` is how many levels of
    brackets the engine is sure to bear: what lies deeper is a subquery of its own, by ``rid``; ``None`` bears any.
    ``materializes``: a named query that stands twice is computed in full, unless it is told not to be. ``begins`` tests
    whether a text begins with another; without it a range of texts is asked for. ``listed`` tests whether a column of
    arrays is an array, where ``=`` does not. ``style`` is how a parameter is written, where sqlglot does not know it.
    ``sought_presence``: the engine finds values in an index, but not what is not NULL; a cursor then seeks them as
    those not below the least. ``layout`` is where orders lie unless a statement is asked for
    another. ``executed`` says whether a store of this package runs it.
    """

    name: str
    driver: str
    union_seek: bool
    native_booleans: bool
    executed: bool
    layout: Layout = STORE
    overlaps: ArrayTest | None = None
    contains: ArrayTest | None = None
    binds_arrays: bool = False
    some: ArrayTest | None = None
    empty: Callable[[exp.Expr], exp.Expr] | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    deepest: int | None = 10
    sought_presence: bool = False
    materializes: bool = False
    begins: Callable[[exp.Expr, exp.Expr], exp.Expr] | None = None
    listed: ArrayTest | None = None
    style: str = ""

    def parameter(self, name: str, kind: str) -> exp.Expr:
        """A parameter of this name, for a value of a kind of column (``count`` for a number of rows)."""
        if self.style:
            return exp.Var(this=self.style.format(name))
        return exp.Placeholder(this=name, kind=self.kinds.get(kind))


DIALECTS: dict[str, Dialect] = {
    row.name: row
    for row in (
        Dialect(
            "sqlite", "sqlite3", union_seek=True, native_booleans=False, executed=True, materializes=True,
            sought_presence=True,
        ),
        Dialect(
            "postgres", "psycopg", union_seek=True, native_booleans=True, executed=True, layout=INDEXED,
            overlaps=_operator(exp.ArrayOverlaps), contains=_operator(exp.ArrayContainsAll), binds_arrays=True,
            materializes=True,
        ),
        Dialect(
            "duckdb", "duckdb", union_seek=False, native_booleans=True, executed=True,
            overlaps=_call("LIST_HAS_ANY"), contains=_call("LIST_HAS_ALL"), materializes=True,
        ),
        Dialect(
            "spark", "pyspark", union_seek=False, native_booleans=True, executed=True, layout=COLUMNAR, deepest=None,
            overlaps=_call("ARRAYS_OVERLAP"), contains=_none_left,
            some=lambda column, test: exp.Anonymous(this="EXISTS", expressions=[column, _lambda(test)]),
        ),
        Dialect(
            "clickhouse", "chdb", union_seek=False, native_booleans=True, executed=True, layout=COLUMNAR, deepest=None,
            overlaps=_call("hasAny"), contains=_call("hasAll"),
            some=lambda column, test: exp.Anonymous(this="arrayExists", expressions=[_lambda(test), column]),
            empty=lambda column: exp.Anonymous(this="empty", expressions=[column]),
            kinds={"text": "String", "integer": "Int64", "boolean": "Bool", "count": "UInt64"},
        ),
        Dialect(
            "trino", "sqlalchemy, trino", union_seek=False, native_booleans=True, executed=False, layout=COLUMNAR,
            deepest=None, overlaps=_call("ARRAYS_OVERLAP"),
            some=lambda column, test: exp.Anonymous(this="ANY_MATCH", expressions=[column, _lambda(test)]),
            contains=_each(lambda column, item: exp.Anonymous(this="CONTAINS", expressions=[column, item])),
        ),
        Dialect(
            "bigquery", "google-cloud-bigquery", union_seek=False, native_booleans=True, executed=False,
            layout=COLUMNAR, deepest=None, some=_unnested, listed=_as_text("TO_JSON_STRING"),
            overlaps=lambda column, items: _unnested(
                column, exp.In(this=exp.column(ELEMENT), expressions=items.expressions)
            ),
            contains=_each(lambda column, item: _unnested(column, exp.column(ELEMENT).eq(item))),
            empty=lambda column: exp.func("COALESCE", exp.func("ARRAY_LENGTH", column), "0").eq(0),
        ),
        Dialect(
            "snowflake", "snowflake-connector-python", union_seek=False, native_booleans=True, executed=False,
            layout=COLUMNAR, deepest=None, some=_filtered, style="%({})s", overlaps=_call("ARRAYS_OVERLAP"),
            contains=_each(
                lambda column, item: exp.Anonymous(this="ARRAY_CONTAINS", expressions=[_variant(item), column])
            ),
        ),
    )
}  # fmt: skip


def dialect_named(name: str) -> Dialect:
    """The row of this name. Raises ``UsageError`` that lists the names."""
    row = DIALECTS.get(name)
    if row is None:
        raise UsageError(f"no dialect {name!r}: it is one of {', '.join(DIALECTS)}")
    return row
