"""A search as expressions of SQLAlchemy.

Their SQL is made when the dialect is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Dialect, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import NullType

from ..compiler.compile import compile_search
from ..compiler.pagination import Position, direction, seek
from ..compiler.query import Query, SortField
from ..compiler.requested import SearchSource
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from ..language.conditions import Condition, all_of, any_of, negate
from ..language.fields import Field
from ..language.schema import Schema
from ..sql.dialects import dialect_named
from ..sql.mapped.embedded import ENGINES, EmbeddedFields, EmbeddedSql, MarkedColumn, embedded_fields, embedded_layout
from .columns import BoundField, Columns, bound_fields, column_text, marked_column

_DIALECTS = {"sqlite": "sqlite", "postgresql": "postgres", "duckdb": "duckdb"}
"""Our dialects by the names of SQLAlchemy's."""
_PRINTED = "default"
"""The dialect of SQLAlchemy for ``print(statement)``."""


class Models:
    """The fields that a caller maps, and the elements that are made of them."""

    def __init__(self, schema: Schema, columns: Columns) -> None:
        self.schema = schema
        self.bound = bound_fields(schema, columns)
        self._layout = embedded_layout(schema, tuple(MarkedColumn(bound.field.name) for bound in self.bound))

    def check(self, query: Query, *, sorts: bool) -> None:
        """Raise ``QueryError`` for the fields of a query that are not mapped.

        Fields that only sort it count if it ``sorts``.
        """
        if not sorts:
            query = replace(query, sort=(), tree=replace(query.tree, sort=()))
        # Which fields are mapped does not depend on the dialect.
        self._layout.check(query, dialect_named(ENGINES[0]))

    def embedded(self, dialect: Dialect) -> EmbeddedFields:
        """Return the fields in a dialect of SQLAlchemy."""
        name = dialect_of(dialect.name)
        return embedded_fields(self.schema, tuple(marked_column(bound, dialect) for bound in self.bound), name)


def dialect_of(name: str) -> str:
    """Return our name of a dialect. Raises ``UsageError`` where there is none."""
    if name == _PRINTED:
        return "postgres"
    if name not in _DIALECTS:
        raise UsageError(f"models in {quoted(name)} are not supported; dialects: {', '.join(_DIALECTS)}")
    return _DIALECTS[name]


class _ModelElement(ColumnElement[Any]):
    """An expression whose SQL is made of the columns of models."""

    # SQLAlchemy documents no interface for an element over columns that compiles by dialect. These are the names its
    # own elements override: _traverse_internals, _from_objects, and _negate below; the same in 2.0 and 2.1.
    # The values of a condition depend on the dialect, so they are part of the text's making, not of a cache key.
    inherit_cache = False
    _traverse_internals = [("columns", InternalTraversal.dp_clauseelement_tuple)]  # noqa: RUF012 - SQLAlchemy reads it

    def __init__(self, models: Models, fields: Iterable[Field]) -> None:
        wanted = set(fields)
        self.models = models
        self.used = tuple(index for index, bound in enumerate(models.bound) if bound.field in wanted)
        used = [models.bound[index] for index in self.used]
        self.columns = (
            *(bound.expression for bound in used), *(bound.folded for bound in used if bound.folded is not None),
        )  # fmt: skip

    @property
    def _from_objects(self) -> list[Any]:
        return list(chain.from_iterable(column._from_objects for column in self.columns))

    def self_group(self, against: Any = None) -> Any:
        """Return the element itself: its SQL is in brackets."""
        return self

    def embed(self, fields: EmbeddedFields) -> EmbeddedSql:
        """Return the SQL of the element."""
        # Both kinds of elements override this; there is no element of this class alone.
        raise NotImplementedError

    def bound_columns(self) -> dict[tuple[int, bool], tuple[BoundField, ColumnElement[Any]]]:
        """Return the columns by their markers: index, and whether it is folded."""
        folded = [index for index in self.used if self.models.bound[index].folded is not None]
        keys = [*((index, False) for index in self.used), *((index, True) for index in folded)]
        return {key: (self.models.bound[key[0]], column) for key, column in zip(keys, self.columns, strict=True)}


@compiles(_ModelElement)
def _compile(element: _ModelElement, compiler: Any, **options: Any) -> str:
    dialect = dialect_of(compiler.dialect.name)
    columns = element.bound_columns()
    made = element.embed(element.models.embedded(compiler.dialect))
    # Whether the driver takes % for a parameter. The attribute is not documented; it is the same in 2.0 and 2.1.
    if dialect == "postgres" and not compiler.preparer._double_percents:
        made = made._replace(text=made.text.replace("%%", "%"))

    def of_column(index: int, folded: bool) -> str:
        bound, column = columns[index, folded]
        return column_text(bound, compiler.process(column, **options), compiler.dialect)

    def of_value(value: Any) -> str:
        return str(compiler.process(bindparam(None, value, type_=NullType(), unique=True), **options))

    return made.replaced(of_column, of_value)


class SearchCondition(_ModelElement):
    """The condition of a search."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, models: Models, condition: Condition, fields: Iterable[Field]) -> None:
        super().__init__(models, fields)
        self.condition = condition

    def embed(self, fields: EmbeddedFields) -> EmbeddedSql:
        """Return the SQL of the condition."""
        made = fields.condition(self.condition)
        return made._replace(text=f"({made.text})")

    def _negate(self) -> SearchCondition:
        return SearchCondition(self.models, negate(self.condition), [self.models.bound[i].field for i in self.used])


class SortElement(_ModelElement):
    """A sort key with its direction, or the value of one that a cursor is made of."""

    inherit_cache = False

    def __init__(self, models: Models, key: SortField, embed: Callable[[EmbeddedFields], EmbeddedSql]) -> None:
        super().__init__(models, (key.field,))
        self.made = embed

    def embed(self, fields: EmbeddedFields) -> EmbeddedSql:
        """Return the SQL of the key."""
        return self.made(fields)


def compiled(search: SearchSource, schema: Schema | str | None, params: Any = None) -> Query:
    """Return the query of a search or plan."""
    if isinstance(search, Query):
        return search
    return compile_search(search, schema=schema, params=params)


def where(
    search: SearchSource, columns: Columns, *, schema: Schema | str | None = None, params: Any = None
) -> ColumnElement[bool]:
    """Return the condition of a search, for ``select(Model).where(...)``.

    ``search`` is a plan or a search in any form. ``columns`` maps the names of fields to columns or other expressions
    of SQLAlchemy. Every search reads the status, which hides some orders: map a constant if the model has none. SQLite,
    PostgreSQL and DuckDB are supported. ``NOT`` of the condition matches every other order.

    Raises:
        QueryError: the search has errors, or ``not-in-layout``, for each place with a field that is not mapped.
        UsageError: ``columns`` cannot be used. When the statement is compiled: an unsupported dialect, or a column
            whose type does not say how it holds the values.

    """
    query = compiled(search, schema, params)
    models = Models(query.schema, columns)
    models.check(query, sorts=False)
    return SearchCondition(models, query.condition, query.fields)


def order_by(
    search: SearchSource, columns: Columns, *, schema: Schema | str | None = None, params: Any = None
) -> list[ColumnElement[Any]]:
    """Return the total order of a search, for ``select(Model).order_by(*...)``.

    The arguments are those of :func:`where`.
    """
    query = compiled(search, schema, params)
    models = Models(query.schema, columns)
    models.check(query, sorts=True)
    return sort_elements(models, query, backward=False)


def sort_elements(models: Models, query: Query, *, backward: bool) -> list[ColumnElement[Any]]:
    """Return the sort keys of a query in reading order."""
    return [SortElement(models, key, _order_of(key)) for key in direction(query, backward)]


def value_elements(models: Models, query: Query) -> list[ColumnElement[Any]]:
    """Return the sort values of a query, for its positions."""
    return [SortElement(models, key, _value_of(key)) for key in query.sort]


def beyond(models: Models, query: Query, position: Position | None) -> ColumnElement[bool]:
    """Return the condition of the orders beyond a position, or of all."""
    if position is None:
        return SearchCondition(models, query.condition, query.fields)
    return SearchCondition(models, all_of([query.condition, any_of(seek(query, position))]), query.fields)


def _order_of(key: SortField) -> Callable[[EmbeddedFields], EmbeddedSql]:
    return lambda fields: fields.order(key)


def _value_of(key: SortField) -> Callable[[EmbeddedFields], EmbeddedSql]:
    return lambda fields: fields.value(key.field)
