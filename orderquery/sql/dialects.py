"""The SQL dialects, one row each: how a statement is shaped for the engine and how arrays are asked there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from ..diagnostics import UsageError

ArrayTest = Callable[[exp.Expr, Sequence[exp.Expr]], exp.Expr]


def _call(name: str) -> ArrayTest:
    return lambda column, items: exp.Anonymous(this=name, expressions=[column, exp.Array(expressions=list(items))])


def _operator(kind: type[exp.Binary]) -> ArrayTest:
    return lambda column, items: kind(this=column, expression=exp.Array(expressions=list(items)))


@dataclass(frozen=True, slots=True)
class Dialect:
    """One dialect, paired with the driver whose parameter style its text has.

    ``union_seek``: a cursor's branches are a UNION ALL, each with its own ORDER BY and LIMIT, for engines that serve
    it from an ordered index; else one OR. ``overlaps`` and ``contains`` test a column of arrays; without them the
    elements of arrays lie in a table of their own. ``executed`` says whether a store of this package runs it.
    """

    name: str
    driver: str
    union_seek: bool
    native_booleans: bool
    executed: bool
    overlaps: ArrayTest | None = None
    contains: ArrayTest | None = None


DIALECTS: dict[str, Dialect] = {
    row.name: row
    for row in (
        Dialect("sqlite", "sqlite3", union_seek=True, native_booleans=False, executed=True),
        Dialect(
            "postgres", "psycopg", union_seek=True, native_booleans=True, executed=False,
            overlaps=_operator(exp.ArrayOverlaps), contains=_operator(exp.ArrayContainsAll),
        ),
        Dialect(
            "duckdb", "duckdb", union_seek=False, native_booleans=True, executed=False,
            overlaps=_call("LIST_HAS_ANY"), contains=_call("LIST_HAS_ALL"),
        ),
    )
}  # fmt: skip


def dialect_named(name: str) -> Dialect:
    """The row of this name. Raises ``UsageError`` that lists the names."""
    row = DIALECTS.get(name)
    if row is None:
        raise UsageError(f"no dialect {name!r}: it is one of {', '.join(DIALECTS)}")
    return row
