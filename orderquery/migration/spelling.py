"""Spell conditions with the operators that a field has."""

from __future__ import annotations

from typing import Any

from ..language.fields import Field
from ..language.schema import Schema
from ..syntax.ast import And, Comparison, Filter, Not, Or, both, either

JSON = Any


def spell(row: Field, operator: str, operand: JSON) -> Filter | None:
    """Return a condition with the operators of a field.

    ``None`` if they cannot tell it.
    """
    if operator in row.operators:
        return Comparison(row.name, operator, operand)
    if operator in _OPPOSITES:
        opposite = spell(row, _OPPOSITES[operator], operand)
        return None if opposite is None else Not(opposite)
    if operator == "$eq":
        return _equal(row, operand)
    if operator in ("$in", "$hasSome"):
        return _among(row, operand)
    if operator == "$hasAll":
        parts = [spell(row, "$eq", value) for value in operand]
        return both([part for part in parts if part is not None]) if None not in parts else None
    if operator == "$exists" and {"$eq", "$ne"} <= set(row.operators):
        return Comparison(row.name, "$ne" if operand else "$eq", None)
    return None


_OPPOSITES = {"$ne": "$eq", "$nin": "$in"}


def _equal(row: Field, operand: JSON) -> Filter | None:
    if operand is None:
        return Comparison(row.name, "$exists", False) if "$exists" in row.operators else None
    if isinstance(operand, tuple):
        return None
    many = next((name for name in ("$in", "$hasSome") if name in row.operators), None)
    return None if many is None else Comparison(row.name, many, (operand,))


def _among(row: Field, operand: tuple[JSON, ...]) -> Filter | None:
    """Return the condition that the value is one of a list."""
    values = tuple(value for value in operand if value is not None)
    other = next((name for name in ("$in", "$hasSome") if name in row.operators), None)
    if other == "$in" or (other is not None and len(values) == len(operand)):
        return Comparison(row.name, other, operand)
    parts = [spell(row, "$eq", value) for value in dict.fromkeys(operand)]
    return None if None in parts else either([part for part in parts if part is not None])


def opposite(tree: Filter, schema: Schema) -> Filter:
    """Return the negation of a condition, with negative operators where there are."""
    if isinstance(tree, Not):
        return tree.child
    if isinstance(tree, Comparison):
        row, negative = schema.find(tree.field), _NEGATIVES.get(tree.operator)
        has_it = row is not None and negative in row.operators
        return Comparison(tree.field, negative, tree.operand) if has_it and negative is not None else Not(tree)
    if isinstance(tree, And | Or) and tree.children:
        parts = [opposite(child, schema) for child in tree.children]
        return either(parts) if isinstance(tree, And) else both(parts)
    return Not(tree)


_NEGATIVES = {"$eq": "$ne", "$ne": "$eq", "$in": "$nin"}
