"""The AST of a search: JSON and text parse to it, both printers print from it.

The tree is normalised: an ``And`` has no ``And`` child, an ``Or`` no ``Or`` child, and neither has exactly one child.
Operands are JSON values, lists as tuples. Equality ignores places.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..diagnostics.place import NOWHERE, Place

Operand = Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field operator operand``, with the names as in the source."""

    field: str
    operator: str
    operand: Operand
    place: Place = dataclasses.field(default=NOWHERE, compare=False)
    field_place: Place | None = dataclasses.field(default=None, compare=False)
    """The place of the field name, if not ``place``."""
    operator_place: Place | None = dataclasses.field(default=None, compare=False)
    """The place of the operator, if not the key of ``place``."""
    implicit: bool = dataclasses.field(default=False, compare=False)
    """Whether the source is ``{field: value}``, without an operator."""


@dataclass(frozen=True, slots=True)
class And:
    """All children match; without children, everything does."""

    children: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one child matches; without children, nothing does."""

    children: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The child does not match."""

    child: Filter


Filter = Comparison | And | Or | Not
EVERYTHING = And(())
NOTHING = Or(())


def both(children: Iterable[Filter]) -> Filter:
    """Return the normalised ``And`` of the children."""
    flat: list[Filter] = []
    for child in children:
        flat.extend(child.children if isinstance(child, And) else (child,))
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def either(children: Iterable[Filter]) -> Filter:
    """Return the normalised ``Or`` of the children."""
    flat: list[Filter] = []
    for child in children:
        flat.extend(child.children if isinstance(child, Or) else (child,))
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


@dataclass(frozen=True, slots=True)
class SortKey:
    """A field to sort by."""

    field: str
    descending: bool = False
    place: Place = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Paging:
    """The page size and the cursor to continue from; ``None`` means the default."""

    limit: int | None = None
    cursor: str | None = dataclasses.field(default=None, repr=False)
    place: Place = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Search:
    """A whole search. An empty filter or sort means the default of the table."""

    filter: Filter = EVERYTHING
    sort: tuple[SortKey, ...] = ()
    paging: Paging = Paging()
    filter_place: Place = dataclasses.field(default=NOWHERE, compare=False)
    sort_place: Place = dataclasses.field(default=NOWHERE, compare=False)
