"""The conditions of plain searches: fields and operators as filters write them, and how their operands are read.

Plain is what nothing is to be said about: no mistake, no doubt, nothing large or unusual.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .instants import READ
from .operators import OPERATORS, Operator, Takes
from .schema import Field, Schema
from .values import UnfitOperand, is_guid, read_amount

JSON = Any

MOST_LEAVES = 12
"""Conditions of a plain filter."""
DEEPEST = 8
"""Connectives within each other."""
MOST_ELEMENTS = 8
LONGEST = 64
"""Characters of a plain operand, a list's all together. All can be printed, so none takes more than four bytes."""
LONGEST_NAME = 60
MOST_BYTES = MOST_LEAVES * (4 * LONGEST + LONGEST_NAME + 100 + 12 * DEEPEST)
"""Of a plain search as JSON."""


class Unusual(Exception):
    """Not plain."""


NOT_PLAIN = (Unusual, UnfitOperand, LookupError, TypeError, ValueError, AttributeError)
"""What reading raises where something is not plain."""

IMPLICIT = object()
"""Stands for the name of an operator that is not written."""


class Leaf:
    """A field and an operator as a filter writes them, and how its operand is read."""

    __slots__ = ("implicit", "members", "name", "nullable", "operator", "read", "row", "text")

    def __init__(self, name: str, row: Field, operator: Operator, schema: Schema, *, implicit: bool) -> None:
        self.name = name
        self.row = row
        self.operator = operator
        self.implicit = implicit
        self.nullable = operator.nulls and operator.takes is Takes.VALUE
        self.members = _members(row, operator, schema)
        """The values that an operand, or each of its elements, is one of; else ``None``."""
        scalar = _reader(row, operator, schema, self.members)
        self.text = scalar is read_text
        """Whether any text that can be printed will do as the operand, or as each of its elements."""
        self.read = _elements(scalar) if operator.takes is Takes.VALUES else scalar
        """The value of an operand. Raises what ``NOT_PLAIN`` lists."""


Leaves = dict[Any, Leaf]
"""The leaves of one name, by the name of the operator, or ``IMPLICIT``."""

Node = tuple[Any, ...]
"""A filter without its operands: its leaves, and pairs of a connective and the nodes under it, in their order."""


def _members(row: Field, operator: Operator, schema: Schema) -> dict[str, str] | None:
    if operator.takes not in (Takes.VALUE, Takes.VALUES) or row.type.name != "enum" or not row.values:
        return None
    hidden = _hidden(row, schema)
    return {value: value for value in row.values if value not in hidden and len(value.encode()) <= LONGEST // 2}


def _hidden(row: Field, schema: Schema) -> tuple[Any, ...]:
    return schema.hidden[1] if schema.hidden is not None and schema.hidden[0] is row else ()


def _reader(row: Field, operator: Operator, schema: Schema, members: dict[str, str] | None) -> Callable[[JSON], Any]:
    if operator.takes is Takes.FLAG:
        return _flag
    if operator.takes is Takes.TEXT:
        return _never if row.type.name in ("boolean", "instant") else read_text
    return _scalar(row, schema) if members is None else members.__getitem__


def _elements(scalar: Callable[[JSON], Any]) -> Callable[[JSON], Any]:
    def elements(operand: JSON) -> tuple[Any, ...]:
        if operand.__class__ is not list or not 0 < len(operand) <= MOST_ELEMENTS:
            raise Unusual
        together = "".join(operand)
        if len(together) > LONGEST or not together.isprintable():
            raise Unusual
        return tuple(map(scalar, operand))

    return elements


def _scalar(row: Field, schema: Schema) -> Callable[[JSON], Any]:
    kind, read = row.type.name, row.type.operand
    if _hidden(row, schema):
        return _never
    if kind in ("text", "enum"):
        return read_text
    if kind == "instant":
        return read_utc
    if kind == "amount":
        return _amount
    certain = is_guid if kind == "guid" else bool

    def scalar(operand: JSON) -> Any:
        if operand.__class__ is str:
            if len(operand) > LONGEST or not operand.isprintable() or not certain(operand):
                raise Unusual
        elif operand.__class__ not in (bool, int) or not -_EXACT < operand < _EXACT:
            raise Unusual
        return read(operand)

    return scalar


_EXACT = 2**53


def read_utc(operand: JSON) -> int:
    """The instant of a date-time in UTC. Raises ``Unusual``."""
    micros = READ[operand] if operand.__class__ is str and operand[-1:] == "Z" else None
    if micros is None:
        raise Unusual
    return micros


def _amount(operand: JSON) -> Decimal:
    amount = read_amount(operand) if operand.__class__ is str and len(operand) <= LONGEST else None
    if amount is None:
        raise Unusual
    return amount


def read_text(operand: JSON) -> str:
    """A text as it is. Raises ``Unusual``."""
    if operand.__class__ is not str or len(operand) > LONGEST or not operand.isprintable():
        raise Unusual
    return operand


def _flag(operand: JSON) -> bool:
    if operand.__class__ is not bool:
        raise Unusual
    return operand


def _never(operand: JSON) -> Any:
    raise Unusual


class Table(dict[str, Leaves]):
    """The leaves of a table by the names and aliases of its fields, made when they are first looked up."""

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self._schema = schema

    def made(self, name: str) -> Leaves | None:
        """The leaves of a name that was not looked up before; ``None`` if no field is called so."""
        row = self._schema.find(name)
        if row is None or len(name) > LONGEST_NAME:
            return None
        own = self[name] = _own(name, row, self._schema)
        return own


def _own(name: str, row: Field, schema: Schema) -> Leaves:
    own: Leaves = {operator: Leaf(name, row, OPERATORS[operator], schema, implicit=False) for operator in row.operators}
    if "$eq" in own:
        own[IMPLICIT] = Leaf(name, row, OPERATORS["$eq"], schema, implicit=True)
    return own
