"""How a column holds the values of a field, other than in stored form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from ..language.conditions import Kind
from ..language.types import Value

Wrap = Callable[[exp.Expr], exp.Expr]


def same(value: Any) -> Any:
    """Return the argument unchanged."""
    return value


def _always(value: Value) -> bool:
    return True


@dataclass(frozen=True, slots=True, eq=False)
class ColumnFormat:
    """How a column holds values; a condition binds such values and so uses an index.

    Attributes:
        description: What the column holds, for messages and the reference.
        bind: Turns a value into what the driver takes.
        read: Turns what the driver returns into a value.
        can_hold: True if a column of this format can hold the value.
        floor: The greatest value the column can hold that is not greater, or ``None`` if there is none.
        column_sql: The searched expression, as SQL text in which ``{}`` is the mapped expression.
        wrap_parameter: Wraps a parameter.
        wrap_ordered: Wraps the column in comparisons and sorts, where its own order is not the language's.
        wrap_compared: Wraps a parameter in comparisons, where that differs from ``wrap_parameter``.
        wrap_result: Wraps a column that is selected.
        element_type: The SQL element type of a parameter that is an array.
        limitations: Names of the rows of ``LIMITATIONS`` that apply to every use.

    """

    description: str
    bind: Callable[[Value], Any] = same
    read: Callable[[Any], Value] = same
    can_hold: Callable[[Value], bool] = _always
    floor: Callable[[Value], Value | None] = same
    column_sql: str = "{}"
    wrap_parameter: Wrap = same
    wrap_ordered: Wrap = same
    wrap_compared: Wrap | None = None
    wrap_result: Wrap = same
    element_type: str = "TEXT"
    limitations: tuple[str, ...] = ()

    def apply(self, expression: str) -> str:
        """Return the searched SQL text over a mapped expression."""
        return self.column_sql.replace("{}", expression)

    def parameter_wrap(self, kind: Kind) -> Wrap:
        """Return the wrapping of a parameter in a leaf test of this kind."""
        return self.wrap_compared if kind is Kind.COMPARES and self.wrap_compared is not None else self.wrap_parameter


def sql_wrap(template: str, dialect: str) -> Wrap:
    """Return a wrapping by SQL text, in which ``{}`` is the wrapped expression."""
    return lambda inner: exp.Var(this=template.replace("{}", inner.sql(dialect=dialect)))
