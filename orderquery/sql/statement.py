"""Render a query as a SQL statement for a dialect over a layout.

Building and rendering takes milliseconds, so the text of each query shape is cached; operands are its parameters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any, Literal, NamedTuple

from sqlglot import exp

from ..compiler.pagination import Position, direction, seek
from ..compiler.query import Query, SortField
from ..diagnostics.arguments import optional
from ..language.conditions import FALSE, TRUE, AllOf, Condition, Kind, Test, tests_of
from ..language.datetimes import DAY_US, HOUR_US
from ..language.fields import Field
from .dialects import Dialect, dialect_named
from .histogram import Grouping, grouped
from .layouts import Layout, store_layout
from .leaf_tests import Binding, equal, expression, ordered, selected, table

Wanted = Literal["page", "count", "any", "days", "hours"]
IsRare = Callable[[Test], bool]

_WIDTHS: dict[Wanted, int] = {"days": DAY_US, "hours": HOUR_US}

_MAX_FLAT_PARTS = 8
"""A connective with more parts is rendered as a balanced tree."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with named parameters as the driver takes them, and their values.

    ``notes`` lists how results may differ from the language because of a mapped layout; for a store it is empty.
    """

    text: str
    parameters: dict[str, Any]
    dialect: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.text}\n{json.dumps(self.parameters, ensure_ascii=False)}"


def statement(
    query: Query,
    dialect: str = "sqlite",
    *,
    site: str = "",
    position: Position | None = None,
    branch: int | None = None,
    limit: int | None = None,
    wanted: Wanted = "page",
    rare: IsRare | None = None,
    layout: Layout | None = None,
) -> Statement:
    """Return the statement of a query.

    It is for a page, a count, an existence test, or the days or hours of a histogram. The rows of a page are the sort
    values and the document. A histogram is of the first sort field; its rows are those of
    :func:`~orderquery.sql.histogram.grouped`.

    Args:
        query: The checked query.
        dialect: The name of a row in ``DIALECTS``.
        site: The site whose orders are searched.
        position: Return only rows beyond it.
        branch: The index of the one branch of :func:`~orderquery.compiler.pagination.seek` to use, instead of all.
        limit: The number of rows, if not the query's page size.
        wanted: A page, the count, whether there is any row, or the counts by day or by hour.
        rare: Returns True for a leaf on a field of many values that few orders pass.
        layout: The tables to search; without it, those of this package's store for the dialect.

    Raises:
        UsageError: unknown dialect, or the layout is for another dialect.
        QueryError: ``not-in-layout``, once for each place that reads a field the layout does not map.

    """
    optional("layout", layout, Layout, "a layout: oq.load_layout(...)")
    row = dialect_named(dialect)
    where = layout or store_layout(row.layout, query.schema.tables)
    row = where.adapt(row)
    where.check(query, row)
    condition = where.fit(query.condition, row)
    branches: tuple[Condition, ...] | None = None
    if position is not None and wanted != "count":
        fitted = (where.fit(beyond, row) for beyond in seek(query, position))
        branches = tuple(fit for fit in fitted if fit != FALSE)
        branches = branches if branch is None else (branches[branch],)
    keys = direction(query, position is not None and position.backward)
    leaves = tests_of(condition)
    seeks = [test for branch in branches or () for test in tests_of(branch)]
    bind = _binding(row.name, where).bind
    named: dict[str, Any] = {}
    counts: list[tuple[int, bool]] = []
    for leaf in (*leaves, *seeks):
        values, special = bind(leaf)
        counts.append((len(values), special))
        for value in values:
            named[f"p{len(named) + 1}"] = value
    if where.sites:
        named["site"] = site
    if wanted in ("page", "any"):
        named["limit"] = query.limit if limit is None else limit
    skips = bool(query.offset) and position is None and wanted == "page"
    if skips:
        named["offset"] = query.offset
    hints = tuple([leaf.field.many and not leaf.negated and rare is not None and rare(leaf) for leaf in leaves])
    width = _WIDTHS.get(wanted)
    grouping = None if width is None else Grouping(query.sort[0].field, width, query.schema.sums)
    shape = _Shape(row, where, wanted, condition, branches, keys, hints, tuple(counts), skips, grouping)
    return Statement(_rendered(shape), named, row.name, where.notes(query, row))


@lru_cache(maxsize=64)
def _binding(dialect: str, layout: Layout) -> Binding:
    return Binding(layout.adapt(dialect_named(dialect)), layout)


class _Shape:
    """Everything a statement's text depends on: all of a query but its operands."""

    def __init__(
        self,
        dialect: Dialect,
        layout: Layout,
        wanted: Wanted,
        condition: Condition,
        branches: tuple[Condition, ...] | None,
        keys: tuple[SortField, ...],
        hints: tuple[bool, ...],
        counts: tuple[tuple[int, bool], ...],
        skips: bool,
        grouping: Grouping | None,
    ) -> None:
        self.dialect, self.layout, self.wanted = dialect, layout, wanted
        self.condition, self.branches = condition, branches
        self.keys, self.hints, self.counts, self.skips, self.grouping = keys, hints, counts, skips, grouping
        shapes = None if branches is None else tuple(map(_shape, branches))
        self._key = (dialect.name, layout, wanted, _shape(condition), shapes, keys, hints, counts, skips, grouping)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shape) and self._key == other._key


def _shape(condition: Condition) -> tuple[Any, ...]:
    if isinstance(condition, Test):
        sign = condition.operand[0] if condition.kind is Kind.COMPARES else ""
        return (condition.kind, condition.field, sign, condition.negated)
    return (isinstance(condition, AllOf), *map(_shape, condition.parts))


@lru_cache(maxsize=1024)
def _rendered(shape: _Shape) -> str:
    return _Builder(shape).select().sql(dialect=shape.dialect.name, copy=False)


def forget() -> None:
    """Clear the cached texts, so that statements are built again."""
    _rendered.cache_clear()
    _rendered_filter.cache_clear()


class _Filter:
    """Everything the text of the condition depends on, for every page of a query."""

    def __init__(self, shape: _Shape) -> None:
        self.shape = shape
        counts = shape.counts[: len(shape.hints)]
        self._key = (shape.dialect.name, shape.layout, _shape(shape.condition), shape.hints, counts)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Filter) and self._key == other._key


class _FilterText(NamedTuple):
    text: str
    is_connective: bool
    parts: tuple[str, ...]


@lru_cache(maxsize=128)
def _rendered_filter(filter_: _Filter) -> _FilterText:
    shape = filter_.shape
    builder = _Builder(shape)
    whole = builder.build(shape.condition, iter(shape.hints))
    text, *parts = [made.sql(dialect=shape.dialect.name, copy=False) for made in (whole, *builder.parts)]
    return _FilterText(text, isinstance(whole, exp.Connector), tuple(parts))


class _Builder:
    """Builds the statement of one shape."""

    def __init__(self, shape: _Shape) -> None:
        self._shape = shape
        self._names = self._name_parameters()
        self.parts: list[exp.Expr] = []
        """Conditions that are named queries of the statement."""

    def _name_parameters(self) -> Iterator[list[str]]:
        number = 0
        for count, _ in self._shape.counts:
            yield [f"p{number + i}" for i in range(1, count + 1)]
            number += count

    def select(self) -> exp.Expr:
        shape = self._shape
        base = self._rows(self._filter())
        if shape.wanted == "count":
            return self._with_parts(base.select(exp.Count(this=exp.Star()), copy=False))
        if shape.grouping is not None:
            return self._with_parts(grouped(base, shape.grouping, shape.dialect, shape.layout))
        if shape.wanted == "any":
            found = self._beyond(base).select(exp.Literal.number(1), copy=False)
            if shape.dialect.union_seek:
                # The order leads to the index.
                return self._with_parts(self._limited(found, "o"))
            return self._with_parts(found.limit(shape.dialect.parameter("limit", "count"), copy=False))
        keys = (exp.column(key.field.column, "o", quoted=True) for key in shape.keys)
        if shape.layout.documents is None:
            page = self._page(base.select(*keys, exp.column("document", "o"), copy=False))
            assert isinstance(page, exp.Select)
            if shape.layout.column_format(shape.keys[-1].field, shape.dialect) is not None:
                columns = (*self._selected("k"), exp.column("document", "k"))
                rows = page.subquery("k", copy=False)
                page = exp.select(*columns).from_(rows, copy=False).order_by(*self._order("k"), copy=False)
            return self._with_parts(page)
        base = base.select(exp.column("rid", "o"), *keys, copy=False)
        return self._with_parts(self._with_documents(self._page(base), shape.layout.documents))

    def _filter(self) -> exp.Expr | None:
        shape = self._shape
        if shape.condition == TRUE or not shape.layout.sites:
            return self._where(shape.condition, iter(shape.hints))
        rendered = _rendered_filter(_Filter(shape))
        self.parts = [exp.Var(this=text) for text in rendered.parts]
        for _ in shape.hints:
            next(self._names)
        test = exp.Var(this=rendered.text)
        return exp.Paren(this=test) if rendered.is_connective else test

    def _rows(self, test: exp.Expr | None) -> exp.Select:
        """Return the rows of the site that pass the test."""
        layout = self._shape.layout
        rows = exp.select().from_(table(layout.orders, "o"), copy=False)
        if layout.sites:
            site = equal(exp.column("site", "o"), self._shape.dialect.parameter("site", "text"))
            rows = rows.where(site, copy=False)
        return rows if test is None else rows.where(test, copy=False)

    def _with_parts(self, query: exp.Select) -> exp.Select:
        layout, dialect = self._shape.layout, self._shape.dialect
        for name, definition in layout.named_queries(dialect, self._fields()):
            # A named query that is used twice would be computed in full before it is searched.
            query = query.with_(name, definition, materialized=False if dialect.materializes else None, copy=False)
        for number, part in enumerate(self.parts, 1):
            query = query.with_(f"part{number}", part, copy=False)
        return query

    def _fields(self) -> list[Field]:
        shape = self._shape
        tests = [test for part in (shape.condition, *(shape.branches or ())) for test in tests_of(part)]
        return list(dict.fromkeys([*(test.field for test in tests), *(key.field for key in shape.keys)]))

    def _page(self, base: exp.Select) -> exp.Expr:
        branches = self._shape.branches
        if branches is None:
            page = self._limited(base, "o")
            if not self._shape.skips:
                return page
            return page.offset(self._shape.dialect.parameter("offset", "count"), copy=False)
        if not self._shape.dialect.union_seek or len(branches) < 2:
            return self._limited(self._beyond(base), "o")
        sought = [self._where(branch, repeat(True)) for branch in branches]
        pages = [
            exp.select("*").from_(
                self._limited(base.copy().where(test, copy=False), "o").subquery(f"b{i}", copy=False), copy=False
            )
            for i, test in enumerate(sought, 1)
        ]
        union: exp.Query = pages[0]
        for page in pages[1:]:
            union = exp.union(union, page, distinct=False, copy=False)
        return self._limited(exp.select("*").from_(union.subquery("u", copy=False), copy=False), "u")

    def _beyond(self, base: exp.Select) -> exp.Select:
        """Return the rows beyond the position, in any branch."""
        sought = [self._where(branch, repeat(True)) for branch in self._shape.branches or ()]
        if self._shape.branches is None:
            return base
        tests = [test for test in sought if test is not None]
        return base.where(exp.or_(*tests, copy=False) if tests else exp.false(), copy=False)

    def _limited(self, select: exp.Select, table: str) -> exp.Select:
        count = self._shape.dialect.parameter("limit", "count")
        return select.order_by(*self._order(table), copy=False).limit(count, copy=False)

    def _order(self, table: str) -> list[exp.Expr]:
        layout, dialect = self._shape.layout, self._shape.dialect
        return [
            exp.Ordered(
                this=ordered(key.field, exp.column(key.field.column, table, quoted=True), dialect, layout),
                desc=key.descending,
                nulls_first=layout.nulls_first(key.field, key.descending, dialect),
            )
            for key in self._shape.keys
        ]

    def _with_documents(self, page: exp.Expr, documents: str) -> exp.Select:
        assert isinstance(page, exp.Query)
        return (
            exp.select(*self._selected("k"), exp.column("document", "d"))
            .from_(page.subquery("k", copy=False), copy=False)
            .join(
                exp.to_table(documents).as_("d"), on=equal(exp.column("rid", "d"), exp.column("rid", "k")), copy=False
            )
            .order_by(*self._order("k"), copy=False)
        )

    def _selected(self, table: str) -> list[exp.Expr]:
        layout, dialect = self._shape.layout, self._shape.dialect
        columns = [(key.field, exp.column(key.field.column, table, quoted=True)) for key in self._shape.keys]
        return [selected(field, column, dialect, layout) for field, column in columns]

    def _where(self, condition: Condition, hints: Iterator[bool]) -> exp.Expr | None:
        if condition == TRUE:
            return None
        return self.build(condition, hints)

    def build(self, condition: Condition, hints: Iterator[bool]) -> exp.Expr:
        """Return a condition as SQL.

        Its leaves take the next names of parameters, and its deep groups are added to ``parts``.
        """
        return self._expression(condition, hints, 0)

    def _expression(self, condition: Condition, hints: Iterator[bool], depth: int) -> exp.Expr:
        if isinstance(condition, Test):
            dialect = self._shape.dialect
            kind = "text" if condition.kind is Kind.PREFIX else condition.field.type.column
            parameters: Sequence[exp.Expr] = [dialect.parameter(name, kind) for name in next(self._names)]
            return expression(condition, parameters, dialect, self._shape.layout, next(hints, False))
        depth += 1 + (len(condition.parts) // _MAX_FLAT_PARTS).bit_length()
        max_depth = self._shape.dialect.max_depth
        apart = max_depth is not None and depth > max_depth
        parts = [self._expression(part, hints, 0 if apart else depth) for part in condition.parts]
        if not parts:
            return exp.true() if isinstance(condition, AllOf) else exp.false()
        whole = joined(isinstance(condition, AllOf), parts)
        if not apart:
            return whole
        self.parts.append(self._rows(whole).select(exp.column("rid", "o"), copy=False))
        chosen = exp.select(exp.column("rid")).from_(exp.to_table(f"part{len(self.parts)}"), copy=False)
        return exp.In(this=exp.column("rid", "o"), query=chosen.subquery(copy=False))


def joined(every: bool, parts: list[exp.Expr]) -> exp.Expr:
    """Join parts by AND or OR."""
    return _balanced(exp.And if every else exp.Or, parts)


def _balanced(join: type[exp.Connector], parts: list[exp.Expr]) -> exp.Expr:
    """Join the parts as a balanced tree, because engines limit expression depth."""
    if len(parts) == 1:
        return parts[0]
    if len(parts) <= _MAX_FLAT_PARTS:
        return (exp.and_ if join is exp.And else exp.or_)(*parts, copy=False)
    half = len(parts) // 2
    sides = (exp.paren(_balanced(join, some), copy=False) for some in (parts[:half], parts[half:]))
    return join(this=next(sides), expression=next(sides))
