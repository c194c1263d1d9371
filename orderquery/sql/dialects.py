"""The SQL dialects, one row each: how a statement is shaped for the engine and how arrays are asked there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

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
    it from an ordered index; else one OR. ``keys_first``: documents are joined to the chosen keys. ``overlaps`` and
    ``contains`` test a column of arrays; without them the elements of arrays lie in a table of their own.
    ``executed`` says whether a store of this package runs it.
    """

    name: str
    driver: str
    style: Literal[":p1", "%(p1)s", "$p1"]
    union_seek: bool
    keys_first: bool
    native_booleans: bool
    executed: bool
    overlaps: ArrayTest | None = None
    contains: ArrayTest | None = None


DIALECTS: dict[str, Dialect] = {
    row.name: row
    for row in (
        Dialect("sqlite", "sqlite3", ":p1", True, True, False, True),
        Dialect(
            "postgres", "psycopg", "%(p1)s", True, True, True, False,
            _operator(exp.ArrayOverlaps), _operator(exp.ArrayContainsAll),
        ),
        Dialect(
            "duckdb", "duckdb", "$p1", False, True, True, False,
            _call("LIST_HAS_ANY"), _call("LIST_HAS_ALL"),
        ),
    )
}  # fmt: skip


def dialect_named(name: str) -> Dialect:
    """The row of this name. Raises ``UsageError`` that lists the names."""
    row = DIALECTS.get(name)
    if row is None:
        raise UsageError(f"no dialect {name!r}: it is one of {', '.join(DIALECTS)}")
    return row
