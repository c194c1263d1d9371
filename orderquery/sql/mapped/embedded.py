"""Conditions and sort keys as SQL over expressions of another statement.

The leaf tests are those of every statement; only the columns are markers, which the caller replaces by its own SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from sqlglot import exp

from ...compiler.query import SortField
from ...language.conditions import AllOf, Condition, Test, tests_of
from ...language.fields import Field
from ...language.schema import Schema
from ..column_format import ColumnFormat
from ..dialects import Dialect, dialect_named
from ..leaf_tests import Binding, expression, ordered, prefix_column, selected
from ..statement import joined
from .engine_registry import MAPPING_ENGINES
from .field_mapping import FieldMapping
from .layout import MappedLayout

ENGINES = tuple(MAPPING_ENGINES)
"""The dialects with own tables."""
_ELEMENTS = "e"
"""The name of a table of elements inside a leaf test. The caller may have a table of that name."""
_OWN_NAME = "oq_e"
_INNER = re.compile(rf"(?<=AS ){_ELEMENTS}\b|\b{_ELEMENTS}(?=\.(?:value|type)\b)")
_COLUMN = re.compile(r'"o"\."([^"]+)"')
"""A column of a leaf test. A wrapping makes text of it, so only the whole text has all of them."""
_MARKER = re.compile(r"__oq([cfp])([0-9]+)__")


class MarkedColumn(NamedTuple):
    """A field whose SQL the caller has, and its column format.

    ``folded``: there is folded text for ``$startsWith``, too.
    """

    field: str
    form: str = ""
    folded: bool = False
    required: bool = False


class EmbeddedSql(NamedTuple):
    """SQL with markers for columns and parameters, and the parameters' values."""

    text: str
    values: tuple[Any, ...] = ()

    def replaced(self, of_column: Callable[[int, bool], str], of_value: Callable[[Any], str]) -> str:
        """Return the SQL with the caller's own in place of the markers."""

        def own(found: re.Match[str]) -> str:
            kind, index = found[1], int(found[2])
            return of_value(self.values[index]) if kind == "p" else of_column(index, kind == "f")

        return _MARKER.sub(own, self.text)


class EmbeddedFields:
    """The fields of a table over expressions of a caller, in one dialect."""

    def __init__(self, schema: Schema, columns: tuple[MarkedColumn, ...], dialect: str) -> None:
        self.layout = embedded_layout(schema, columns)
        self._dialect: Dialect = self.layout.adapt(dialect_named(dialect))
        self._engine = self.layout.engine(self._dialect)
        self._binding = Binding(self._dialect, self.layout)

    def condition(self, condition: Condition) -> EmbeddedSql:
        """Return the SQL of a condition.

        A missing value may make it NULL, which WHERE takes for false.
        """
        fitted = self.layout.fit(condition, self._dialect)
        values = [self._binding.bind(leaf)[0] for leaf in tests_of(fitted)]
        names = iter(_numbered(values))
        tree = self._expression(fitted, names)
        return EmbeddedSql(self._text(tree), tuple(value for of_leaf in values for value in of_leaf))

    def _expression(self, condition: Condition, names: Any) -> exp.Expr:
        if isinstance(condition, Test):
            parameters = [exp.Var(this=name) for name in next(names)]
            return expression(condition, parameters, self._dialect, self.layout, False)
        parts = [self._expression(part, names) for part in condition.parts]
        if not parts:
            # Not every engine has a constant of truth.
            number = exp.Literal.number(1)
            return number.eq(number.copy() if isinstance(condition, AllOf) else exp.Literal.number(0))
        return joined(isinstance(condition, AllOf), parts)

    def order(self, key: SortField) -> EmbeddedSql:
        """Return the SQL of a sort key, with its direction."""
        column = exp.column(key.field.column, "o", quoted=True)
        first = self.layout.nulls_first(key.field, key.descending, self._dialect)
        by = ordered(key.field, column, self._dialect, self.layout)
        return EmbeddedSql(self._text(exp.Ordered(this=by, desc=key.descending, nulls_first=first)))

    def value(self, field: Field) -> EmbeddedSql:
        """Return the SQL of a sort value, as :meth:`format_of` reads it."""
        column = exp.column(field.column, "o", quoted=True)
        return EmbeddedSql(self._text(selected(field, column, self._dialect, self.layout)))

    def format_of(self, field: Field) -> ColumnFormat:
        """Return how the column of a field holds values."""
        return self.layout.column_format(field, self._dialect)

    def _text(self, tree: exp.Expr) -> str:
        text = _INNER.sub(_OWN_NAME, tree.sql(dialect=self._dialect.name))
        return _COLUMN.sub(lambda found: self._columns[found[1]], text)

    @cached_property
    def _columns(self) -> dict[str, str]:
        """The SQL of the columns, by the names that a leaf test has for them."""
        found = {}
        for field in self.layout.schema.fields:
            column = self.layout.column(field, self._engine)
            if column is not None:
                found[field.column] = _INNER.sub(_OWN_NAME, column.sql)
                found[prefix_column(field)] = _INNER.sub(_OWN_NAME, column.folded)
        return found


def _numbered(values: Iterable[Sequence[Any]]) -> Iterable[list[str]]:
    number = 0
    for of_leaf in values:
        yield [f"__oqp{number + index}__" for index in range(len(of_leaf))]
        number += len(of_leaf)


@lru_cache(maxsize=256)
def embedded_layout(schema: Schema, columns: tuple[MarkedColumn, ...]) -> MappedLayout:
    """Return the layout of marked columns."""
    mappings = {
        column.field: FieldMapping(
            f"__oqc{index}__", column.form, f"__oqf{index}__" if column.folded else "", column.required
        )
        for index, column in enumerate(columns)
    }
    key = mappings.pop(schema.key.name, None)
    return MappedLayout("the mapped models", schema=schema, source="", key=key, mapped=tuple(mappings.items()))


@lru_cache(maxsize=256)
def embedded_fields(schema: Schema, columns: tuple[MarkedColumn, ...], dialect: str) -> EmbeddedFields:
    """Return the fields of a table over marked columns, in one dialect."""
    return EmbeddedFields(schema, columns, dialect)
