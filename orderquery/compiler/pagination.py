"""Positions: where a page continues, and the conditions that seek it.

A position is the sort values of one order. The orders beyond it are the disjoint union of a few branches, each a plain
condition, so no engine needs paging code of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..language.conditions import FALSE, Condition, all_of, compares, equals, missing, present
from ..language.fields import Field
from .query import Query, SortField


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the total order of a query.

    ``values`` has one value for each sort key, as the types read it, ``None`` for missing.

    ``backward``: the page is before the position. ``inclusive``: an order at the position itself is on the page.
    """

    values: tuple[Any, ...]
    backward: bool = False
    inclusive: bool = False

    def flipped(self) -> Position:
        """Return the same place in the other direction.

        The two together cover every order.
        """
        return replace(self, backward=not self.backward, inclusive=not self.inclusive)


def direction(query: Query, backward: bool) -> tuple[SortField, ...]:
    """Return the sort keys in reading order."""
    return tuple(SortField(key.field, not key.descending) for key in query.sort) if backward else query.sort


def seek(query: Query, position: Position) -> tuple[Condition, ...]:
    """Return the conditions of the orders beyond the position, nearest first.

    One branch for each prefix of the sort keys, equal so far and then strictly beyond; one more where the values
    beyond are the missing ones. Every order of a branch comes before every order of the next.
    """
    depths: list[list[Condition]] = []
    equal: list[Condition] = []
    keys = direction(query, position.backward)
    for number, (key, value) in enumerate(zip(keys, position.values, strict=True), 1):
        inclusive = position.inclusive and number == len(keys)
        depths.append([all_of([*equal, beyond]) for beyond in _beyond(key, value, inclusive=inclusive)])
        equal.append(_at(key.field, value))
    return tuple(branch for branches in reversed(depths) for branch in branches if branch != FALSE)


def _beyond(key: SortField, value: Any, *, inclusive: bool) -> list[Condition]:
    """Return the conditions of the values beyond one; ``inclusive``: and at it."""
    if value is None:
        itself = [missing(key.field)] if inclusive else []
        return itself if key.descending else [*itself, present(key.field)]
    sign = "<" if key.descending else ">"
    found = [compares(key.field, f"{sign}=" if inclusive else sign, value)]
    return [*found, missing(key.field)] if key.descending else found


def _at(field: Field, value: Any) -> Condition:
    return missing(field) if value is None else equals(field, value)
