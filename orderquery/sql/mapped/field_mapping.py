"""A field's SQL: as a layout gives it, and as a column of one engine's statement."""

from __future__ import annotations

from dataclasses import dataclass

from ..column_format import ColumnFormat


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """The SQL expression that is mapped to a field.

    Attributes:
        sql: The expression, over one row.
        form: The name of its column format; without one, the engine's first for the field's type.
        folded: An expression of the text in lower case, for ``$startsWith``.
        required: True if the expression is never NULL.

    """

    sql: str
    form: str = ""
    folded: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """The column of a field in one engine's statement, and the limitations it has."""

    sql: str
    column_format: ColumnFormat
    folded: str = ""
    required: bool = False
    limitations: frozenset[str] = frozenset()
