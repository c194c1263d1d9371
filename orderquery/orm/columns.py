"""The columns of models that are mapped to fields, and their formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Dialect, select, types
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import coercions, roles
from sqlalchemy.sql.functions import FunctionElement

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import described, quoted
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.schema import Schema
from ..sql.mapped.embedded import MarkedColumn


@dataclass(frozen=True)
class FieldColumn:
    """A column of a field, and what the column alone does not say.

    The column may be any SQL expression.

    ``form`` is the name of its column format, as in a layout file, such as ``hundredths`` for an amount in an integer
    column; ``folded`` is an expression of the text in lower case, for ``$startsWith``; ``required`` says that it is
    never NULL, so that a plain index serves a sort.
    """

    expression: Any
    form: str = ""
    folded: Any = None
    required: bool = False


Columns = Mapping[str, Any]
"""Columns, other expressions of SQLAlchemy, or :class:`FieldColumn`, by the names of their fields."""


@dataclass(frozen=True)
class BoundField:
    """A field and its SQL expressions."""

    field: Field
    expression: ColumnElement[Any]
    form: str
    folded: ColumnElement[Any] | None
    required: bool


def bound_fields(schema: Schema, columns: Columns) -> tuple[BoundField, ...]:
    """Return the fields that a caller maps.

    Raises:
        UsageError: an unknown field, a field given twice, or something that is not SQL.

    """
    if not isinstance(columns, Mapping):
        raise UsageError(f'columns takes a dict, not {described(columns)}; write: {{"status": Order.status}}')
    found: dict[Field, BoundField] = {}
    for name, given in columns.items():
        field = schema.find(name) if isinstance(name, str) else None
        if field is None:
            near = certain_field(schema, name) if isinstance(name, str) else None
            help_ = f"; did you mean {quoted(near)}?" if near else ""
            raise UsageError(f"unknown field {quoted(str(name))}{help_}")
        if field in found:
            raise UsageError(f"{quoted(name)} is mapped twice; remove one of the columns")
        column = given if isinstance(given, FieldColumn) else FieldColumn(given)
        folded = None if column.folded is None else _expression(name, column.folded)
        found[field] = BoundField(field, _expression(name, column.expression), column.form, folded, column.required)
    return tuple(found.values())


def _expression(name: str, given: Any) -> ColumnElement[Any]:
    try:
        made: ColumnElement[Any] = coercions.expect(roles.ExpressionElementRole, given)
    except Exception:
        raise UsageError(
            f"{quoted(name)} is mapped to {described(given)}, not to a column; write: {{{quoted(name)}: Order.COLUMN}}"
        ) from None
    return made


class CollectedValues(FunctionElement[Any]):
    """The values of several rows, as one list."""

    inherit_cache = True
    name = "collected_values"


@compiles(CollectedValues, "sqlite")
def _collect_in_sqlite(element: CollectedValues, compiler: Any, **options: Any) -> str:
    return f"JSON_GROUP_ARRAY({compiler.process(element.clauses, **options)})"


@compiles(CollectedValues)
def _collect(element: CollectedValues, compiler: Any, **options: Any) -> str:
    values = compiler.process(element.clauses, **options)
    return f"ARRAY_AGG(CAST({values} AS TEXT)) FILTER (WHERE NOT {values} IS NULL)"


def values_of(related: Any, column: Any) -> ColumnElement[Any]:
    """Return the values that a field of many values has in the rows of another table.

    ``related`` is a relationship of the model, or the condition that joins the rows: ``values_of(Order.items,
    Item.name)``.
    """
    return select(CollectedValues(column)).where(related).scalar_subquery()


# -- how a dialect holds values ------------------------------------------------------------------------------------

_TEXTS = (types.String, types.Text, types.Enum)


def plain_type(kind: types.TypeEngine[Any], dialect: Dialect) -> types.TypeEngine[Any]:
    """Return the type that a dialect uses: below decorators, of variants its own."""
    while isinstance(kind, types.TypeDecorator):
        kind = kind.load_dialect_impl(dialect)
    return kind.dialect_impl(dialect)


def marked_column(bound: BoundField, dialect: Dialect) -> MarkedColumn:
    """Return how the column of a field holds its values in a dialect.

    Raises:
        UsageError: the type of the column does not say it.

    """
    form = bound.form or _form_of(bound.field, plain_type(bound.expression.type, dialect), dialect)
    return MarkedColumn(bound.field.name, form, bound.folded is not None, bound.required)


def _form_of(field: Field, kind: types.TypeEngine[Any], dialect: Dialect) -> str:
    """Return the name of a column format; empty for the first of the dialect."""
    if isinstance(kind, types.ARRAY):
        kind = plain_type(kind.item_type, dialect)
    if isinstance(kind, types.NullType | types.JSON):
        return ""
    name = field.type.name
    if name == "guid" and isinstance(kind, types.Uuid):
        return "uuid"
    if name in ("guid", "text", "enum") and isinstance(kind, _TEXTS):
        return "text"
    if name == "boolean" and isinstance(kind, types.Boolean):
        return "boolean"
    if name == "instant" and isinstance(kind, types.DateTime):
        return _instant_form(kind, dialect.name)
    if name in ("instant", "amount", "sequence") and isinstance(kind, _TEXTS):
        return "text"
    if name == "amount" and isinstance(kind, types.Numeric | types.Integer | types.Float):
        return "number"
    if name == "sequence" and isinstance(kind, types.Integer):
        return "number"
    raise UsageError(
        f"a column of type {type(kind).__name__} does not say how it holds {field.name} ({name}); "
        f'write: oq.sqlalchemy.FieldColumn(COLUMN, form="...")'
    )


def _instant_form(kind: types.DateTime, dialect: str) -> str:
    if dialect == "sqlite":
        return "datetime"
    return "timestamp" if kind.timezone else "timestamp without zone"


def column_text(bound: BoundField, text: str, dialect: Dialect) -> str:
    """Return the SQL of a column as the leaf tests compare it.

    ``text`` is the SQL of its expression.
    """
    kind = plain_type(bound.expression.type, dialect)
    text = f"({text})"
    if dialect.name != "postgresql":
        return text
    if bound.field.many and isinstance(kind, types.JSON):
        listed = f"CASE JSONB_TYPEOF(CAST({text} AS JSONB)) WHEN 'array' THEN CAST({text} AS JSONB) END"
        return f"ARRAY(SELECT oq_x FROM JSONB_ARRAY_ELEMENTS_TEXT({listed}) AS oq_j(oq_x) WHERE NOT oq_x IS NULL)"
    if isinstance(kind, types.ARRAY) and isinstance(plain_type(kind.item_type, dialect), _TEXTS):
        return f"CAST({text} AS TEXT[])"
    return f"CAST({text} AS TEXT)" if isinstance(kind, types.Enum) else text
