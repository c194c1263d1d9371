"""A condition asked of a document as the language says it: every value read, then every leaf test put to it.

This is the meaning that generated predicates (:mod:`.generated`) have for the documents they are made for, and the
answer they give for every other.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ..documents.fields import reader
from ..language.conditions import AllOf, Condition, Kind, Test
from ..language.schema import Schema
from ..language.types import Value, fold

JSON = Any
Predicate = Callable[[JSON, JSON], bool]
"""From an order and its transactions record (or ``None``) to whether a condition holds."""

_Ask = Callable[[Value, Any, Callable[[Value], str]], bool]

_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def _stands(value: Value, operand: tuple[str, Value]) -> bool:
    sign, other = operand
    return bool(_SIGNS[sign](value, other))


# Each leaf, of one value (``None`` for missing) and of a list of values; ``text`` is what a prefix is looked for in.
_SINGLE: dict[Kind, _Ask] = {
    Kind.PRESENT: lambda value, operand, text: value is not None,
    Kind.EQUALS: lambda value, operand, text: value == operand,
    Kind.COMPARES: lambda value, operand, text: value is not None and _stands(value, operand),
    Kind.ONE_OF: lambda value, operand, text: value in operand,
    Kind.PREFIX: lambda value, operand, text: value is not None and fold(text(value)).startswith(operand),
}
_MANY: dict[Kind, _Ask] = {
    Kind.PRESENT: lambda values, operand, text: bool(values),
    Kind.EQUALS: lambda values, operand, text: operand in values,
    Kind.COMPARES: lambda values, operand, text: any(_stands(value, operand) for value in values),
    Kind.ONE_OF: lambda values, operand, text: not operand.isdisjoint(values),
    Kind.PREFIX: lambda values, operand, text: any(fold(text(value)).startswith(operand) for value in values),
    Kind.CONTAINS: lambda values, operand, text: operand.issubset(values),
    Kind.LISTED: lambda values, operand, text: values == list(operand),
}


def evaluator(schema: Schema, condition: Condition) -> Predicate:
    """The function of an order and its transactions record that says whether the condition holds."""
    if isinstance(condition, Test):
        return _leaf(schema, condition)
    parts = [evaluator(schema, part) for part in condition.parts]
    if isinstance(condition, AllOf):
        return lambda order, record: all(part(order, record) for part in parts)
    return lambda order, record: any(part(order, record) for part in parts)


def _leaf(schema: Schema, leaf: Test) -> Predicate:
    read, text, expected = reader(schema, leaf.field), leaf.field.type.text, not leaf.negated
    ask = (_MANY if leaf.field.many else _SINGLE)[leaf.kind]
    among = leaf.kind in (Kind.ONE_OF, Kind.CONTAINS)
    operand = frozenset(leaf.operand) if among else leaf.operand
    return lambda order, record: ask(read(order, record), operand, text) is expected
