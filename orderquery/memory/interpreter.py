"""Evaluating a condition as the language defines it, without code generation.

Generated predicates (:mod:`.codegen`) return the same result, and call this module for documents of an unusual shape.
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
"""From an order and its transactions record (or ``None``) to whether a condition is true."""

_LeafTest = Callable[[Value, Any, Callable[[Value], str]], bool]

_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def _compare(value: Value, operand: tuple[str, Value]) -> bool:
    sign, other = operand
    return bool(_SIGNS[sign](value, other))


# The leaf tests of one value (``None`` if missing) and of a list of values; ``text`` converts a value for prefix tests.
_SINGLE: dict[Kind, _LeafTest] = {
    Kind.PRESENT: lambda value, operand, text: value is not None,
    Kind.EQUALS: lambda value, operand, text: value == operand,
    Kind.COMPARES: lambda value, operand, text: value is not None and _compare(value, operand),
    Kind.ONE_OF: lambda value, operand, text: value in operand,
    Kind.PREFIX: lambda value, operand, text: value is not None and fold(text(value)).startswith(operand),
}
_MANY: dict[Kind, _LeafTest] = {
    Kind.PRESENT: lambda values, operand, text: bool(values),
    Kind.EQUALS: lambda values, operand, text: operand in values,
    Kind.COMPARES: lambda values, operand, text: any(_compare(value, operand) for value in values),
    Kind.ONE_OF: lambda values, operand, text: not operand.isdisjoint(values),
    Kind.PREFIX: lambda values, operand, text: any(fold(text(value)).startswith(operand) for value in values),
    Kind.CONTAINS: lambda values, operand, text: operand.issubset(values),
    Kind.LISTED: lambda values, operand, text: values == list(operand),
}


def evaluator(schema: Schema, condition: Condition) -> Predicate:
    """Return the predicate of an order and its transactions record."""
    if isinstance(condition, Test):
        return _leaf(schema, condition)
    parts = [evaluator(schema, part) for part in condition.parts]
    if isinstance(condition, AllOf):
        return lambda order, record: all(part(order, record) for part in parts)
    return lambda order, record: any(part(order, record) for part in parts)


def _leaf(schema: Schema, leaf: Test) -> Predicate:
    read, text, expected = reader(schema, leaf.field), leaf.field.type.text, not leaf.negated
    test = (_MANY if leaf.field.many else _SINGLE)[leaf.kind]
    is_set_test = leaf.kind in (Kind.ONE_OF, Kind.CONTAINS)
    operand = frozenset(leaf.operand) if is_set_test else leaf.operand
    return lambda order, record: test(read(order, record), operand, text) is expected
