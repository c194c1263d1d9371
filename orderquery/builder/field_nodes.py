"""Fields as attributes, with a method for each operator of the language.

The names of the methods are the spellings of the text form: ``starts with`` is ``starts_with``, ``in`` is ``is_in``.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NoReturn

from ..compiler import unknown_names
from ..compiler.checker import check_search
from ..compiler.report import QueryError
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from ..language.datetimes import bare_date
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.operators import ANY, OPERATORS, Operator, Takes
from ..language.schema import Schema
from ..syntax.ast import Comparison, Search, SortKey
from ..syntax.problems import Problems
from ..syntax.python_values import operand_of
from ..syntax.whole_days import whole_day_condition
from .expressions import FilterExpression, SortExpression, refuse_truth

SIGNS = {"=": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}
"""The methods of Python for the signs of the text form."""
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""A date without time does not depend on it."""


class UnknownField(UsageError, AttributeError):
    """A field that the table does not have. The message suggests one."""


def method_of(words: str) -> str:
    """Return the name of the method for a spelling of an operator."""
    name = SIGNS.get(words) or "_".join(words.split())
    return f"is_{name}" if keyword.iskeyword(name) or name.startswith("not_") else name


def methods() -> dict[str, tuple[Operator, Any]]:
    """Return the operator of each method, and the operand that it implies, or ``ANY``."""
    return _methods(tuple(OPERATORS.values()))


@lru_cache(maxsize=8)
def _methods(rows: tuple[Operator, ...]) -> dict[str, tuple[Operator, Any]]:
    return {method_of(spelling.words): (row, spelling.operand) for row in rows for spelling in row.spellings}


def shown_method(name: str) -> str:
    """Return a method as a help shows it."""
    sign = next((sign for sign, method in SIGNS.items() if method == name), None)
    if sign is not None:
        return "==" if sign == "=" else sign
    return f".{name}()"


class FieldNode:
    """A field of a table, or the beginning of the names of several."""

    __slots__ = ("_name", "_schema")

    def __init__(self, schema: Schema, name: str) -> None:
        self._schema = schema
        self._name = name

    # -- the fields inside -------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        inner = f"{self._name}.{name}" if self._name else name
        if inner in self._schema.by_name or any(key.startswith(f"{inner}.") for key in self._schema.by_name):
            return FieldNode(self._schema, inner)
        row = self._row
        if row is not None and name in methods():
            return self._method(row, name)
        if row is not None and name in ("asc", "desc"):
            return lambda: self._sorted(row, descending=name == "desc")
        if row is not None and name == "between":
            return self._between
        raise self._unknown(inner, row)

    def __getitem__(self, name: str) -> FieldNode:
        """Return a field by its dotted name, or by another name of it."""
        inner = f"{self._name}.{name}" if self._name else name
        row = self._schema.find(inner) if isinstance(name, str) else None
        if row is None:
            raise self._unknown(str(inner), None)
        return FieldNode(self._schema, row.name)

    def __dir__(self) -> Iterator[str]:
        start = f"{self._name}." if self._name else ""
        names = (row.name for row in self._schema.fields if row.name.startswith(start))
        yield from dict.fromkeys(name[len(start) :].partition(".")[0] for name in names)
        row = self._row
        if row is not None:
            yield from (name for name, (operator, _) in methods().items() if operator.name in row.operators)
            yield from ("asc", "desc") if row.sortable else ()

    def __repr__(self) -> str:
        return f"<{'field' if self._row is not None else 'fields'} {self._name or self._schema.name}>"

    @property
    def _row(self) -> Field | None:
        return self._schema.find(self._name) if self._name else None

    def _unknown(self, name: str, row: Field | None) -> UnknownField:
        certain = certain_field(self._schema, name)
        help_ = f"did you mean {quoted(certain)}?" if certain else ""
        if row is not None:
            shown = ", ".join(self._supported(row))
            return UnknownField(f"{row.name} has no {quoted(name.rpartition('.')[2])}; it has: {shown}")
        help_ = help_ or unknown_names.unknown_field(self._schema, name, Problems())[0]
        return UnknownField("; ".join((f"unknown field {quoted(name)}", *help_.split("\n"))))

    def _supported(self, row: Field) -> list[str]:
        found = [shown_method(name) for name, (operator, _) in methods().items() if operator.name in row.operators]
        return [*found, *([".asc()", ".desc()"] if row.sortable else [])]

    # -- conditions --------------------------------------------------------------------------------------------

    def _method(self, row: Field, name: str) -> Callable[..., FilterExpression]:
        operator, implied = methods()[name]
        if implied is not ANY:
            return lambda: self._condition(row, operator, implied, name)
        return lambda operand: self._condition(row, operator, operand, name)

    def _compared(self, method: str, operand: Any) -> FilterExpression:
        row = self._row
        if row is None:
            inside = [f"oq.f.{key.name}" for key in self._schema.fields if key.name.startswith(f"{self._name}.")]
            what = f"{quoted(self._name)} is not a field" if self._name else "a condition needs a field"
            raise UsageError(f"{what}; write one of: {', '.join(inside) or 'oq.f.FIELD'}")
        return self._condition(row, methods()[method][0], operand, method)

    def _condition(self, row: Field, operator: Operator, operand: Any, method: str) -> FilterExpression:
        if isinstance(operand, FieldNode | FilterExpression):
            raise UsageError(f"{row.name} is compared with a value, not with a field or a filter; pass a value")
        if operator.name not in row.operators:
            shown = ", ".join(self._supported(row))
            raise UsageError(f"{quoted(shown_method(method))} is not supported for {row.name}; it has: {shown}")
        value = self._read(row, operator, operand_of(operand))
        tree = Comparison(row.name, operator.name, value)
        found = check_search(Search(tree), self._schema).diagnostics
        if any(diagnostic.refused for diagnostic in found):
            raise QueryError(found)
        return FilterExpression(self._schema, tree)

    def _read(self, row: Field, operator: Operator, value: Any) -> Any:
        """Return an operand, a bound of whole days as midnight UTC."""
        if row.type.name != "instant" or operator.takes is Takes.TEXT:
            return value
        if isinstance(value, tuple):
            return tuple([self._read(row, operator, item) for item in value])
        if not isinstance(value, str) or not value[:1].isdigit() or not bare_date(value):
            return value
        instant = row.type.word(value, _ANY_TIME)
        advice = whole_day_condition(row.name, row, operator.name, value, instant)
        if advice is not None:
            raise UsageError(
                f"{quoted(value)} means midnight UTC, not the whole day; pass a datetime, or both bounds of the day, "
                f"as in the text form: {advice}"
            )
        return instant

    def _between(self, low: Any, high: Any) -> FilterExpression:
        """Return the filter that the value is in a range, both ends included."""
        return self._compared("__ge__", low) & self._compared("__le__", high)

    def _sorted(self, row: Field, *, descending: bool) -> SortExpression:
        if not row.sortable:
            raise UsageError(f"{quoted(row.name)} is not sortable; {unknown_names.sortable_fields(self._schema)}")
        return SortExpression(SortKey(row.name, descending))

    def __eq__(self, other: object) -> FilterExpression:  # type: ignore[override]
        return self._compared("__eq__", other)

    def __ne__(self, other: object) -> FilterExpression:  # type: ignore[override]
        return self._compared("__ne__", other)

    def __lt__(self, other: object) -> FilterExpression:
        return self._compared("__lt__", other)

    def __le__(self, other: object) -> FilterExpression:
        return self._compared("__le__", other)

    def __gt__(self, other: object) -> FilterExpression:
        return self._compared("__gt__", other)

    def __ge__(self, other: object) -> FilterExpression:
        return self._compared("__ge__", other)

    __hash__ = object.__hash__

    # -- what Python would read otherwise ----------------------------------------------------------------------

    def __bool__(self) -> bool:
        refuse_truth()

    def __contains__(self, value: object) -> bool:
        row = self._row
        method = "has_any" if row is not None and row.many else "is_in"
        raise UsageError(f'"in" asks for a truth value; write: oq.f.{self._name}.{method}([VALUE, ...])')

    def __iter__(self) -> Iterator[Any]:
        raise UsageError(f"a field is not a list; write: oq.f.{self._name or 'FIELD'}.is_in([VALUE, ...])")

    def _unparenthesised(self, other: object) -> NoReturn:
        raise UsageError(
            f"{self._name} is not a condition; & and | bind tighter than comparisons, so put each one in parentheses: "
            f"(oq.f.{self._name} == VALUE) & (...)"
        )

    __and__ = __rand__ = __or__ = __ror__ = _unparenthesised

    def __neg__(self) -> NoReturn:
        raise UsageError(f"a field has no sign; to sort from the highest value write: oq.f.{self._name}.desc()")

    def __invert__(self) -> NoReturn:
        raise UsageError(f"{self._name} is not a condition; write: oq.f.{self._name} == False")
