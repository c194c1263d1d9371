"""The AST of a search: JSON and text parse to it, both printers print from it.

The tree is normalised: an ``And`` contains no ``And``, an ``Or`` no ``Or``, and neither has exactly one child.
Operands are JSON values with lists as tuples. Places do not count in equality.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..diagnostics.place import NOWHERE, Place
from .holes import is_spread

Operand = Any


# The classes are not frozen: a frozen dataclass takes twice as long to make, and a check makes dozens. Nothing changes
# a tree.


@dataclass(slots=True, unsafe_hash=True)
class Comparison:
    """``field operator operand``, with the names as in the source."""

    field: str
    operator: str
    operand: Operand
    place: Place = dataclasses.field(default=NOWHERE, compare=False)
    name_place: Place | None = dataclasses.field(default=None, compare=False)
    """The place of the field name, if it is not the key around ``place``."""
    operator_place: Place | None = dataclasses.field(default=None, compare=False)
    """The place of the operator in the text form; in JSON it is the key of ``place``."""
    implicit: bool = dataclasses.field(default=False, compare=False)
    """Whether the source is ``{field: value}``, without an operator."""

    @property
    def field_place(self) -> Place:
        """Return the place of the field name."""
        if self.name_place is not None:
            return self.name_place
        path = self.place.path
        if path is None:
            return self.place
        return Place(path if self.implicit else path[:-1], at="key")


@dataclass(slots=True, unsafe_hash=True)
class And:
    """Match where every child matches; without children, everywhere."""

    children: tuple[Filter, ...]


@dataclass(slots=True, unsafe_hash=True)
class Or:
    """Match where some child matches; without children, nowhere."""

    children: tuple[Filter, ...]


@dataclass(slots=True, unsafe_hash=True)
class Not:
    """Match where the child does not."""

    child: Filter


@dataclass(slots=True, unsafe_hash=True)
class Unreadable:
    """A part of a filter without a certain meaning, as written.

    It is reported, or it is a hole, or its keys are. ``of_field`` is a condition with the field that it has.
    """

    written: Any
    of_field: Comparison | None = None


Filter = Comparison | And | Or | Not | Unreadable
EVERYTHING = And(())
NOTHING = Or(())


def both(children: Iterable[Filter]) -> Filter:
    """Return the normalised ``And`` of the children."""
    flat: list[Filter] = []
    for child in children:
        flat.extend(child.children if isinstance(child, And) else (child,))
    return (
        flat[0]
        if len(flat) == 1 and (flat[0].__class__ is not Unreadable or not _are_several(flat[0]))
        else And(tuple(flat))
    )


def either(children: Iterable[Filter]) -> Filter:
    """Return the normalised ``Or`` of the children."""
    flat: list[Filter] = []
    for child in children:
        flat.extend(child.children if isinstance(child, Or) else (child,))
    return (
        flat[0]
        if len(flat) == 1 and (flat[0].__class__ is not Unreadable or not _are_several(flat[0]))
        else Or(tuple(flat))
    )


def _are_several(child: Filter) -> bool:
    """Return whether a child stands for any number of filters."""
    return isinstance(child, Unreadable) and is_spread(child.written)


def comparisons(tree: Filter) -> Iterator[Comparison]:
    """Yield the comparisons of a filter."""
    if isinstance(tree, Comparison):
        yield tree
    elif isinstance(tree, Not):
        yield from comparisons(tree.child)
    elif not isinstance(tree, Unreadable):
        for child in tree.children:
            yield from comparisons(child)


def changed_comparisons(tree: Filter, change: Callable[[Comparison], Filter]) -> Filter:
    """Return a filter with each of its comparisons changed."""
    if isinstance(tree, Comparison):
        return change(tree)
    if isinstance(tree, Not):
        return Not(changed_comparisons(tree.child, change))
    if isinstance(tree, And | Or):
        join = both if isinstance(tree, And) else either
        return join([changed_comparisons(child, change) for child in tree.children])
    return tree


@dataclass(slots=True, unsafe_hash=True)
class SortKey:
    """A field to sort by; ascending unless ``descending``.

    ``has_order`` is whether a text names the direction.
    """

    field: str
    descending: bool = False
    place: Place = dataclasses.field(default=NOWHERE, compare=False)
    has_order: bool = dataclasses.field(default=False, compare=False)


@dataclass(slots=True, unsafe_hash=True)
class Paging:
    """Page size and cursor; ``None`` where the search gives none."""

    limit: int | None = None
    cursor: str | None = dataclasses.field(default=None, repr=False)
    place: Place = dataclasses.field(default=NOWHERE, compare=False)
    cursor_place: Place = dataclasses.field(default=NOWHERE, compare=False)


NO_PAGING = Paging()


@dataclass(slots=True, unsafe_hash=True)
class Search:
    """A whole search. Without a filter or sort the defaults of the table apply."""

    filter: Filter = EVERYTHING
    sort: tuple[SortKey, ...] = ()
    paging: Paging = NO_PAGING
    filter_place: Place = dataclasses.field(default=NOWHERE, compare=False)
    sort_place: Place = dataclasses.field(default=NOWHERE, compare=False)
