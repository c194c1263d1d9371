"""Compare two tables of fields, and searches over the one in the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..compiler.compile import check
from ..compiler.query import Query, asked_values
from ..compiler.report import Report
from ..diagnostics.arguments import iterable
from ..language.conditions import AllOf, Condition, Kind, Test
from ..language.fields import Field
from ..language.schema import Schema, load_schema
from ..syntax.json_reader import Shape
from .comparison import Aspect, ComparedQuery, TableDifference
from .comparison_text import markdown_of, text_of

JSON = Any


@dataclass(frozen=True)
class TableComparison:
    """The differences of two tables, and the searches over them."""

    first: Schema
    second: Schema
    differences: tuple[TableDifference, ...]
    queries: tuple[ComparedQuery, ...] = ()

    @property
    def breaks(self) -> bool:
        """Whether a search that is right in the first table has an error in the second."""
        return any(query.outcome == "breaks" for query in self.queries)

    def to_json(self) -> dict[str, JSON]:
        """Return the documented JSON object of this comparison."""
        return {
            "first": self.first.name,
            "second": self.second.name,
            "differences": [difference.to_json() for difference in self.differences],
            "queries": [query.to_json() for query in self.queries],
        }

    def to_markdown(self) -> str:
        """Return the comparison as Markdown."""
        return markdown_of(self.first, self.second, self.differences, self.queries)

    def __str__(self) -> str:
        return text_of(self.first, self.second, self.differences, self.queries)


def compare_tables(
    first: Schema | str, second: Schema | str, *, queries: Iterable[JSON] = (), shape: Shape | None = None
) -> TableComparison:
    """Compare two tables of fields. See :mod:`orderquery.api`.

    Raises:
        SchemaError: no such table.

    """
    one, other = (table if isinstance(table, Schema) else load_schema(table) for table in (first, second))
    iterable("queries", queries, "searches")
    compared = [_compared(query, number, one, other, shape) for number, query in enumerate(queries, 1)]
    return TableComparison(one, other, tuple(_differences(one, other)), tuple(compared))


# -- the tables -------------------------------------------------------------------------------------------------


def _differences(one: Schema, other: Schema) -> Iterator[TableDifference]:
    matched: set[Field] = set()
    for row in one.fields:
        found = counterpart(row, other)
        if found is None:
            yield TableDifference("field", row.name, _shown_operators(row), ())
        else:
            matched.add(found)
            yield from _of_rows(row, found)
    for row in other.fields:
        if row not in matched:
            yield TableDifference("field", row.name, (), _shown_operators(row))
    yield from _of_searches(one, other)


def counterpart(row: Field, schema: Schema) -> Field | None:
    """Return the field of a table that has one of the names of another field."""
    return next((found for name in (row.name, *row.aliases) if (found := schema.find(name)) is not None), None)


def _operators(row: Field) -> tuple[str, ...]:
    return (*row.operators, *row.unread_operators)


def _shown_operators(row: Field) -> tuple[str, ...]:
    return _operators(row) or ("only sorted by",)


def _of_rows(row: Field, other: Field) -> Iterator[TableDifference]:
    def differs(aspect: Aspect, one: Iterable[str], two: Iterable[str]) -> Iterator[TableDifference]:
        first, second = tuple(one), tuple(two)
        if first != second:
            yield TableDifference(aspect, row.name, first, second)

    names, others = {row.name, *row.aliases}, {other.name, *other.aliases}
    yield from differs("name", sorted(names - others), sorted(others - names))
    yield from differs("type", [_type(row)], [_type(other)])
    yield from differs("operators", *_only(_operators(row), _operators(other)))
    yield from differs("sortable", [_sortable(row)], [_sortable(other)])
    yield from differs("values", *_only(row.values, other.values))
    yield from differs("default", [_shown(row.default)], [_shown(other.default)])
    yield from differs("source", [_sources(row)], [_sources(other)])


def _only(one: tuple[str, ...], two: tuple[str, ...]) -> tuple[list[str], list[str]]:
    return [name for name in one if name not in two], [name for name in two if name not in one]


def _type(row: Field) -> str:
    return f"{row.type.name}, many" if row.many else row.type.name


def _sortable(row: Field) -> str:
    return ("yes" if row.documented_sort else "undocumented") if row.sortable else "no"


def _shown(value: Any) -> str:
    return "none" if value is None else str(value).lower()


def _sources(row: Field) -> str:
    places = []
    for source in row.sources:
        paths = " ".join(".".join(path) for path in source.paths)
        places.append(paths if source.record == "order" else f"{source.record}: {paths}")
    return ", else ".join(places)


def _of_searches(one: Schema, other: Schema) -> Iterator[TableDifference]:
    pairs: tuple[tuple[Aspect, list[str], list[str]], ...] = (
        ("hidden", hidden_rules(one), hidden_rules(other)),
        ("default sort", [_default_sort(one)], [_default_sort(other)]),
        ("limits", _limits(one), _limits(other)),
    )
    for aspect, first, second in pairs:
        if first != second:
            only_first, only_second = _only(tuple(first), tuple(second))
            yield TableDifference(aspect, "", tuple(only_first), tuple(only_second))


def hidden_rules(schema: Schema) -> list[str]:
    """Return the values that searches of a table hide, each as a text."""
    rules = [f"{row.name} {value}" for row, values in filter(None, [schema.hidden]) for value in values]
    asked = filter(None, [schema.hidden_unless_asked])
    return rules + [f"{row.name} {value} unless asked for" for row, values in asked for value in values]


def _default_sort(schema: Schema) -> str:
    return ", ".join(f"{row.name}{' desc' if descending else ''}" for row, descending in schema.sort) or "none"


def _limits(schema: Schema) -> list[str]:
    return [
        f"{schema.limit} orders by default",
        f"{schema.max_limit} orders at most",
        f"{schema.max_sorts} sort entries",
    ]


# -- the searches -----------------------------------------------------------------------------------------------


def _compared(query: JSON, number: int, one: Schema, other: Schema, shape: Shape | None) -> ComparedQuery:
    name, source = query if isinstance(query, tuple) and len(query) == 2 else (f"query {number}", query)
    before = check(source, shape, schema=one)
    if not before.ok or before.plan is None:
        return ComparedQuery(name, "wrong", before.errors, (), before.source)
    after = _in_other(source, before, other, shape)
    known = {(problem.code, problem.place) for problem in before.diagnostics}
    found = tuple(d for d in after.diagnostics if d.severity == "error" or (d.code, d.place) not in known)
    if not after.ok or after.plan is None:
        return ComparedQuery(name, "breaks", found, (), after.source)
    changes = tuple(_changes(before.plan, after.plan))
    return ComparedQuery(name, "changes" if changes or found else "same", found, changes, after.source)


def _in_other(source: JSON, before: Report[Query], other: Schema, shape: Shape | None) -> Report[Query]:
    """Check a search in the other table; one of the older Stores API as a bare search."""
    assert before.plan is not None
    is_old = before.plan.schema.wire_form == "stores" and other.wire_form != "stores"
    if is_old and before.request is not None:
        return check(before.plan.to_json(), "search", schema=other)
    return check(source, shape, schema=other)


def _changes(before: Query, after: Query) -> Iterator[str]:
    """Yield what changes in the answer of a search that is right in both tables."""
    for verb, hides, shows in (("hides", after, before), ("returns", before, after)):
        values = [f"{name} {value}" for name, value in _only_hidden(hides, shows)]
        if values:
            yield f"{after.schema.name} {verb} orders with {', '.join(values)}"
    if [_key(key) for key in before.sort] != [_key(key) for key in after.sort]:
        yield f"sorted by {_sort_text(after)} instead of {_sort_text(before)}"
    if before.limit != after.limit:
        yield f"pages of {after.limit} orders instead of {before.limit}"
    for row in before.fields:
        found = counterpart(row, after.schema)
        if found is not None and (row.sources, row.default) != (found.sources, found.default):
            yield f"{row.name} reads {_sources(found)} instead of {_sources(row)}"


def _key(key: Any) -> tuple[Any, ...]:
    return key.field.sources, key.descending


def _sort_text(query: Query) -> str:
    # The last one is the table's key, which breaks ties.
    keys = query.sort[:-1] or query.sort
    return ", ".join(f"{key.field.name}{' desc' if key.descending else ''}" for key in keys)


def _only_hidden(hides: Query, shows: Query) -> Iterator[tuple[str, str]]:
    """Yield the values whose orders one search hides and the other may return."""
    hidden = _hidden(shows)
    for name, value in _hidden(hides):
        row = shows.schema.find(name)
        if (name, value) not in hidden and row is not None and may_match(shows.condition, row, value):
            yield name, value


def _hidden(query: Query) -> list[tuple[str, str]]:
    """Return the fields and values whose orders a search hides."""
    schema, asked = query.schema, asked_values(query.tree.filter, query.schema)
    always, others = schema.hidden, schema.hidden_unless_asked
    found = [] if always is None else [(always[0].name, value) for value in always[1]]
    return found + ([] if others is None else [(others[0].name, value) for value in others[1] if value not in asked])


def may_match(condition: Condition, field: Field, value: Any) -> bool:
    """Return whether an order with a value in a field may match, whatever else it has."""
    if isinstance(condition, Test):
        if condition.field is not field:
            return True
        if condition.kind is Kind.PRESENT:
            holds = True
        elif condition.kind is Kind.EQUALS:
            holds = condition.operand == value
        elif condition.kind is Kind.ONE_OF:
            holds = value in condition.operand
        else:
            return True
        return holds is not condition.negated
    parts = (may_match(part, field, value) for part in condition.parts)
    return all(parts) if isinstance(condition, AllOf) else any(parts)
