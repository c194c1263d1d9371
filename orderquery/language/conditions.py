"""Conditions: the meaning of a filter, as seven leaf tests under two connectives.

Operators are defined in these terms, and backends know nothing else. A condition is true or false for every order.
:func:`negate` pushes the negation down to the leaves, so a backend never negates a connective and can choose the
total form of a negated leaf.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .fields import Field


class Kind(Enum):
    """The leaf tests.

    On a field of many values each is true if it is true of some element, unless noted.
    """

    PRESENT = "present"
    """The field has a value. No operand."""
    EQUALS = "equals"
    """The value equals the operand."""
    COMPARES = "compares"
    """The value is less or greater than the operand: ``(sign, value)`` with one of the signs ``< <= > >=``."""
    ONE_OF = "one of"
    """The value is one of the operand's values. The operand is not empty and has no null."""
    PREFIX = "prefix"
    """The folded text of the value starts with the operand, which is folded."""
    CONTAINS = "contains"
    """Many only: every one of the operand's values is an element."""
    LISTED = "listed"
    """Many only: the list equals the operand, in order and number. The operand is not empty."""

    __hash__ = object.__hash__  # an Enum's own hashes the name each time: 5 times slower


# The classes are not frozen: a frozen dataclass takes twice as long to make, and a check makes dozens. Nothing changes
# a condition.


@dataclass(slots=True, unsafe_hash=True)
class Test:
    """One leaf: a field, a kind of test and its operand."""

    kind: Kind
    field: Field
    operand: Any = None
    negated: bool = False

    __test__ = False  # tells pytest that this is not a test case


@dataclass(slots=True, unsafe_hash=True)
class AllOf:
    """True if every part is true; without parts, always."""

    parts: tuple[Condition, ...]


@dataclass(slots=True, unsafe_hash=True)
class AnyOf:
    """True if some part is true; without parts, never."""

    parts: tuple[Condition, ...]


Condition = Test | AllOf | AnyOf
TRUE = AllOf(())
FALSE = AnyOf(())


def all_of(parts: Iterable[Condition]) -> Condition:
    """Return the conjunction: without constants inside, and a single part as it is."""
    flat: list[Condition] = []
    for part in parts:
        if isinstance(part, Test):
            flat.append(part)
        elif isinstance(part, AllOf):
            flat.extend(part.parts)
        elif part.parts:
            flat.append(part)
        else:
            return FALSE
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def any_of(parts: Iterable[Condition]) -> Condition:
    """Return the disjunction: without constants inside, and a single part as it is."""
    flat: list[Condition] = []
    for part in parts:
        if isinstance(part, Test):
            flat.append(part)
        elif isinstance(part, AnyOf):
            flat.extend(part.parts)
        elif part.parts:
            flat.append(part)
        else:
            return TRUE
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def negate(condition: Condition) -> Condition:
    """Return the opposite, with the negation at the leaves."""
    if isinstance(condition, Test):
        return Test(condition.kind, condition.field, condition.operand, not condition.negated)
    if isinstance(condition, AllOf):
        return any_of(map(negate, condition.parts))
    return all_of(map(negate, condition.parts))


def present(field: Field) -> Condition:
    """Return the condition that the field has a value."""
    return TRUE if field.required else Test(Kind.PRESENT, field)


def missing(field: Field) -> Condition:
    """Return the condition that the field has no value."""
    return negate(present(field))


def equals(field: Field, value: Any) -> Condition:
    """Return the condition that the value, or some element, equals ``value``."""
    return Test(Kind.EQUALS, field, value)


def compares(field: Field, sign: str, value: Any) -> Condition:
    """Return the condition that the value, or some element, compares so."""
    return Test(Kind.COMPARES, field, (sign, value))


def one_of(field: Field, values: Iterable[Any]) -> Condition:
    """Return the condition that the value, or some element, is one of ``values``."""
    distinct = tuple(dict.fromkeys(values))
    if not distinct:
        return FALSE
    return Test(Kind.EQUALS, field, distinct[0]) if len(distinct) == 1 else Test(Kind.ONE_OF, field, distinct)


def prefix(field: Field, folded: str) -> Condition:
    """Return the condition that the folded text of the value starts with ``folded``."""
    return Test(Kind.PREFIX, field, folded) if folded else present(field)


def contains(field: Field, values: Iterable[Any]) -> Condition:
    """Return the condition that every one of ``values`` is an element."""
    distinct = tuple(dict.fromkeys(values))
    if not distinct:
        return TRUE
    return Test(Kind.EQUALS, field, distinct[0]) if len(distinct) == 1 else Test(Kind.CONTAINS, field, distinct)


def listed(field: Field, values: Iterable[Any]) -> Condition:
    """Return the condition that the list equals ``values``."""
    items = tuple(values)
    return Test(Kind.LISTED, field, items) if items else missing(field)


def tests_of(condition: Condition) -> list[Test]:
    """Return every leaf, from left to right."""
    if isinstance(condition, Test):
        return [condition]
    found: list[Test] = []
    for part in condition.parts:
        if isinstance(part, Test):
            found.append(part)
        else:
            found.extend(tests_of(part))
    return found


def accepted_values(condition: Condition) -> Iterator[Any]:
    """Yield the operands of equalities and lists that are not negated."""
    for test in tests_of(condition):
        if not test.negated and test.kind is Kind.EQUALS:
            yield test.operand
        elif not test.negated and test.kind is Kind.ONE_OF:
            yield from test.operand
