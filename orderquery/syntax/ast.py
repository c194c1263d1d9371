"""The tree of a search as it was written: what both forms parse to and print from.

The tree is normal: an ``And`` holds no ``And``, an ``Or`` no ``Or``, and neither holds exactly one child. Operands are
JSON values with lists as tuples. Places ride along and do not count in equality.
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
    """``field operator operand``; names as they were written."""

    field: str
    operator: str
    operand: Operand
    place: Place = dataclasses.field(default=NOWHERE, compare=False)
    field_place: Place | None = dataclasses.field(default=None, compare=False)
    """Where the field name stands, if not at ``place``."""
    operator_place: Place | None = dataclasses.field(default=None, compare=False)
    """Where the operator stands, if not as the key of ``place``."""
    implicit: bool = dataclasses.field(default=False, compare=False)
    """Whether the wire form was ``{field: value}`` without an operator."""


@dataclass(frozen=True, slots=True)
class And:
    """All children hold; without children, everything."""

    children: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some child holds; without children, nothing."""

    children: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The child does not hold."""

    child: Filter


Filter = Comparison | And | Or | Not
EVERYTHING = And(())
NOTHING = Or(())


def both(children: Iterable[Filter]) -> Filter:
    """The normal ``And`` of the children."""
    flat: list[Filter] = []
    for child in children:
        flat.extend(child.children if isinstance(child, And) else (child,))
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def either(children: Iterable[Filter]) -> Filter:
    """The normal ``Or`` of the children."""
    flat: list[Filter] = []
    for child in children:
        flat.extend(child.children if isinstance(child, Or) else (child,))
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


@dataclass(frozen=True, slots=True)
class SortKey:
    """A field to sort by; ascending unless ``descending``."""

    field: str
    descending: bool = False
    place: Place = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Paging:
    """How many orders a page holds, and the cursor it continues from; ``None`` where the search does not say."""

    limit: int | None = None
    cursor: str | None = dataclasses.field(default=None, repr=False)
    place: Place = dataclasses.field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Search:
    """A whole search. An empty filter or sort is the same as none: the table's defaults hold."""

    filter: Filter = EVERYTHING
    sort: tuple[SortKey, ...] = ()
    paging: Paging = Paging()
    filter_place: Place = dataclasses.field(default=NOWHERE, compare=False)
    sort_place: Place = dataclasses.field(default=NOWHERE, compare=False)
