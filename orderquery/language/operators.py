"""Every operator, once: its name, its spellings, what it takes, and what it means.

Parsers, printers, the checker and the documentation read these rows; a backend never sees an operator, only the
condition its ``meaning`` builds from the terms of :mod:`orderquery.predicate`. Adding an operator is adding a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from .conditions import Condition, any_of, compares, contains, equals, listed, missing, negate, one_of, prefix, present
from .types import fold

if TYPE_CHECKING:
    from .fields import Field

ANY = object()
"""A spelling that is followed by its operand."""


class Takes(Enum):
    """The shape of an operand, as a help text names it."""

    VALUE = "one value"
    VALUES = "a list of values"
    FLAG = "true or false"
    TEXT = "a string"


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the text form writes an operator: words or a symbol, and the operand where the words already say it."""

    words: str
    operand: Any = ANY


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    ``meaning(field, operand)`` gets the operand as values of the field's type (a tuple of them for a list, ``None``
    for null) and returns a condition. ``nulls``: null may be the operand or stand in its list. ``lists``: on a field
    of many values a list may stand for one value. ``on`` names the value types it can mean something on, ``many`` and
    ``single`` the kinds of field.
    """

    name: str
    spellings: tuple[Spelling, ...]
    takes: Takes
    says: str
    meaning: Callable[[Field, Any], Condition]
    nulls: bool = False
    lists: bool = False
    on: frozenset[str] = frozenset({"guid", "text", "enum", "boolean", "instant", "amount", "sequence"})
    single: bool = True
    many: bool = True
    when_empty: str = ""

    @property
    def spelled(self) -> str:
        """The text form's spellings, as a help lists them."""
        return ", ".join(spelling.words for spelling in self.spellings) or self.name


def _equal(field: Field, operand: Any) -> Condition:
    if operand is None:
        return missing(field)
    # A list only reaches this on a field of many values; the values of a sequence are pairs, not lists.
    return listed(field, operand) if isinstance(operand, list) else equals(field, operand)


def _among(field: Field, operand: tuple[Any, ...]) -> Condition:
    among = one_of(field, (value for value in operand if value is not None))
    return any_of([missing(field), among]) if None in operand else among


def _ordered(sign: str) -> Callable[[Field, Any], Condition]:
    return lambda field, operand: compares(field, sign, operand)


def _not(meaning: Callable[[Field, Any], Condition]) -> Callable[[Field, Any], Condition]:
    return lambda field, operand: negate(meaning(field, operand))


_WITH_TEXT = frozenset({"guid", "text", "enum", "boolean", "instant"})

# fmt: off
OPERATORS: dict[str, Operator] = {
    row.name: row
    for row in (
        Operator(
            "$eq", (Spelling("="), Spelling("is missing", None)), Takes.VALUE,
            "the value equals the operand; null means missing", _equal, nulls=True, lists=True,
            when_empty="matches orders without any value",
        ),
        Operator(
            "$ne", (Spelling("!="), Spelling("is present", None)), Takes.VALUE,
            "not $eq, so a missing value matches", _not(_equal), nulls=True, lists=True,
            when_empty="matches orders with some value",
        ),
        Operator("$gt", (Spelling(">"),), Takes.VALUE, "present and greater", _ordered(">")),
        Operator("$gte", (Spelling(">="),), Takes.VALUE, "present and greater or equal", _ordered(">=")),
        Operator("$lt", (Spelling("<"),), Takes.VALUE, "present and less", _ordered("<")),
        Operator("$lte", (Spelling("<="),), Takes.VALUE, "present and less or equal", _ordered("<=")),
        Operator(
            "$in", (Spelling("in"),), Takes.VALUES, "some operand is $eq", _among, nulls=True,
            when_empty="matches nothing",
        ),
        Operator(
            "$nin", (Spelling("not in"),), Takes.VALUES, "not $in, so a missing value matches", _not(_among),
            nulls=True, when_empty="matches everything",
        ),
        Operator(
            "$startsWith", (Spelling("starts with"),), Takes.TEXT,
            "present, and its text begins with the operand, upper and lower case alike",
            lambda field, operand: prefix(field, fold(operand)), on=_WITH_TEXT,
        ),
        Operator(
            "$exists", (Spelling("exists", True), Spelling("does not exist", False)), Takes.FLAG,
            "present (true) or missing (false); an empty string is present",
            lambda field, operand: present(field) if operand else missing(field),
        ),
        Operator(
            "$hasSome", (Spelling("has any"),), Takes.VALUES, "some element is in the list",
            lambda field, operand: one_of(field, operand), single=False, when_empty="matches nothing",
        ),
        Operator(
            "$hasAll", (Spelling("has all"),), Takes.VALUES, "every operand is an element",
            lambda field, operand: contains(field, operand), single=False, when_empty="matches everything",
        ),
    )
}
# fmt: on

CONNECTIVES = ("$and", "$or", "$not")
"""The names that combine filters. They belong to the language, not to any field."""
