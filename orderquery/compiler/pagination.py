"""Where a page continues: a position in a plan's total order, and the conditions that seek it.

A position is the sort values of one order. The orders beyond it are the disjoint union of a few branches, each a
condition like any other, so no engine has paging code of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..compiler.query import Query
from ..language.conditions import FALSE, Condition, all_of, compares, equals, missing, present
from ..language.fields import Field
from .query import SortField


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a plan's order: ``values`` as the types read them, ``None`` for missing, one for each sort key.

    ``backward``: the page wanted stands before it. ``inclusive``: an order at the position itself belongs to it.
    """

    values: tuple[Any, ...]
    backward: bool = False
    inclusive: bool = False

    def flipped(self) -> Position:
        """The same place looking the other way, so that the two together are every order."""
        return replace(self, backward=not self.backward, inclusive=not self.inclusive)


def direction(plan: Query, backward: bool) -> tuple[SortField, ...]:
    """The sort keys as the rows are to be read."""
    return tuple(SortField(key.field, not key.descending) for key in plan.sort) if backward else plan.sort


def seek(plan: Query, position: Position) -> tuple[Condition, ...]:
    """The orders beyond the position: disjoint branches, nearest first, none of them empty by construction.

    One branch for each prefix of the sort keys, equal so far and then strictly beyond; one more where the values
    beyond are the missing ones. Every order of a branch stands before every order of the next.
    """
    depths: list[list[Condition]] = []
    equal: list[Condition] = []
    for key, value in zip(direction(plan, position.backward), position.values, strict=True):
        depths.append([all_of([*equal, beyond]) for beyond in _beyond(key, value)])
        equal.append(_at(key.field, value))
    if position.inclusive:
        depths.append([all_of(equal)])
    return tuple(branch for branches in reversed(depths) for branch in branches if branch != FALSE)


def _beyond(key: SortField, value: Any) -> list[Condition]:
    if value is None:
        return [] if key.descending else [present(key.field)]
    if key.descending:
        return [compares(key.field, "<", value), missing(key.field)]
    return [compares(key.field, ">", value)]


def _at(field: Field, value: Any) -> Condition:
    return missing(field) if value is None else equals(field, value)
