"""What a filter comes down to: seven leaf tests under two connectives.

Operators are defined in these terms, and these terms are all that a backend knows. A condition is two-valued;
negation is pushed down to the leaves when it is built (``negated``), so a backend never negates a connective and can
choose the total form of a negated leaf.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .fields import Field


class Kind(Enum):
    """The leaf tests. On a field of many values each asks for some element, unless it says otherwise."""

    PRESENT = "present"
    """The field has a value. No operand."""
    EQUALS = "equals"
    """The value is the operand."""
    COMPARES = "compares"
    """The value stands so to the operand: ``(sign, value)`` with sign one of ``< <= > >=``."""
    ONE_OF = "one of"
    """The value is among the operand's values, which are not empty and hold no null."""
    PREFIX = "prefix"
    """The folded text of the value begins with the operand, which is folded."""
    CONTAINS = "contains"
    """Many only: every one of the operand's values is an element."""
    LISTED = "listed"
    """Many only: the list is the operand, in order and number, which is not empty."""

    __hash__ = object.__hash__  # what a member is, at once; an Enum's own hashes its name each time


@dataclass(frozen=True, slots=True)
class Test:
    """One leaf: a field, what is asked of it, and of what."""

    kind: Kind
    field: Field
    operand: Any = None
    negated: bool = False

    __test__ = False  # not a test case, whatever pytest may think of the name


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; without parts, everything."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some part holds; without parts, nothing."""

    parts: tuple[Condition, ...]


Condition = Test | AllOf | AnyOf
TRUE = AllOf(())
FALSE = AnyOf(())


def all_of(parts: Iterable[Condition]) -> Condition:
    """The conjunction, folded: no constant is left inside, and one part stands for itself."""
    flat: list[Condition] = []
    for part in parts:
        if part == FALSE:
            return FALSE
        flat.extend(part.parts if isinstance(part, AllOf) else (part,))
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def any_of(parts: Iterable[Condition]) -> Condition:
    """The disjunction, folded likewise."""
    flat: list[Condition] = []
    for part in parts:
        if part == TRUE:
            return TRUE
        flat.extend(part.parts if isinstance(part, AnyOf) else (part,))
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def negate(condition: Condition) -> Condition:
    """The opposite, with the negation at the leaves."""
    if isinstance(condition, Test):
        return replace(condition, negated=not condition.negated)
    if isinstance(condition, AllOf):
        return any_of(map(negate, condition.parts))
    return all_of(map(negate, condition.parts))


def present(field: Field) -> Condition:
    """The field has a value."""
    return TRUE if field.required else Test(Kind.PRESENT, field)


def missing(field: Field) -> Condition:
    """The field has no value."""
    return negate(present(field))


def equals(field: Field, value: Any) -> Condition:
    """The value, or some element, is this one."""
    return Test(Kind.EQUALS, field, value)


def compares(field: Field, sign: str, value: Any) -> Condition:
    """The value, or some element, stands so to this one."""
    return Test(Kind.COMPARES, field, (sign, value))


def one_of(field: Field, values: Iterable[Any]) -> Condition:
    """The value, or some element, is among these."""
    distinct = tuple(dict.fromkeys(values))
    if not distinct:
        return FALSE
    return equals(field, distinct[0]) if len(distinct) == 1 else Test(Kind.ONE_OF, field, distinct)


def prefix(field: Field, folded: str) -> Condition:
    """The folded text of the value begins so."""
    return Test(Kind.PREFIX, field, folded) if folded else present(field)


def contains(field: Field, values: Iterable[Any]) -> Condition:
    """Every one of these is an element."""
    distinct = tuple(dict.fromkeys(values))
    if not distinct:
        return TRUE
    return equals(field, distinct[0]) if len(distinct) == 1 else Test(Kind.CONTAINS, field, distinct)


def listed(field: Field, values: Iterable[Any]) -> Condition:
    """The list is exactly this one."""
    items = tuple(values)
    return Test(Kind.LISTED, field, items) if items else missing(field)


def tests_of(condition: Condition) -> list[Test]:
    """Every leaf, from left to right."""
    if isinstance(condition, Test):
        return [condition]
    found: list[Test] = []
    for part in condition.parts:
        if isinstance(part, Test):
            found.append(part)
        else:
            found.extend(tests_of(part))
    return found
