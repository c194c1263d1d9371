"""Every operator, one row each: name, spellings, operand and meaning.

Parsers, printers, the checker and the documentation read these rows. A backend never sees an operator, only the
condition that its ``meaning`` builds (:mod:`orderquery.language.conditions`). To add an operator, add a row.
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
"""The operand of a spelling that the operand follows."""


class Takes(Enum):
    """The shape of an operand, as a help names it."""

    VALUE = "one value"
    VALUES = "a list of values"
    FLAG = "true or false"
    TEXT = "a string"


@dataclass(frozen=True, slots=True)
class Spelling:
    """A spelling in the text form: words or a symbol.

    ``operand`` is the one that the words imply, if they do.
    """

    words: str
    operand: Any = ANY


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    ``meaning(field, operand)`` takes the operand as values of the field's type (a tuple of them for a list, ``None``
    for null) and returns a condition. ``nulls``: null may be the operand or in its list. ``lists``: on a field of many
    values a list may be compared as a whole. ``on`` names the value types it applies to, ``many`` and ``single`` the
    kinds of field.
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
        """Return the spellings of the text form, as a help lists them."""
        return ", ".join(spelling.words for spelling in self.spellings) or self.name


def _equal(field: Field, operand: Any) -> Condition:
    if operand is None:
        return missing(field)
    # The checker passes a list on a field of many values only; the values of a sequence are pairs, not lists.
    return listed(field, operand) if isinstance(operand, list) else equals(field, operand)


def _among(field: Field, operand: tuple[Any, ...]) -> Condition:
    if None not in operand:
        return one_of(field, operand)
    return any_of([missing(field), one_of(field, [value for value in operand if value is not None])])


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
            when_empty="matches no order",
        ),
        Operator(
            "$nin", (Spelling("not in"),), Takes.VALUES, "not $in, so a missing value matches", _not(_among),
            nulls=True, when_empty="matches every order",
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
            lambda field, operand: one_of(field, operand), single=False, when_empty="matches no order",
        ),
        Operator(
            "$hasAll", (Spelling("has all"),), Takes.VALUES, "every operand is an element",
            lambda field, operand: contains(field, operand), single=False, when_empty="matches every order",
        ),
    )
}
# fmt: on

CONNECTIVES = ("$and", "$or", "$not")
"""The names that combine filters. They belong to the language, not to a field."""
