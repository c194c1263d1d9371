"""The page around a position, the same on every backend: rows, and tokens exactly where orders stand beyond."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..compiler.query import Query
from .cursor import encode
from .cursor_keys import CursorKeys
from .pagination import Position

Row = TypeVar("Row")
Fetch = Callable[[Position | None, int], list[Row]]
"""The rows of at most so many orders beyond a position (from the beginning without one), nearest first."""
Values = Callable[[Row], tuple[Any, ...]]
"""The sort values of a row, which are read of few."""
Stands = Callable[[Position, Position | None], bool]
"""Whether any order stands beyond a position; if the order of the second still stands there, it does."""


def page_of(
    plan: Query,
    position: Position | None,
    limit: int,
    fetch: Fetch[Row],
    values: Values[Row],
    stands: Stands,
    site: str,
    keys: CursorKeys,
) -> tuple[list[Row], str | None, str | None]:
    """The rows of a page in the plan's order, and the tokens of the pages after and before it."""
    found = fetch(position, limit + 1)
    more, rows = len(found) > limit, found[:limit]
    backward = position is not None and position.backward
    ahead = Position(values(rows[-1]), backward) if more else None
    behind = None
    if position is not None:
        behind = Position(values(rows[0]), not backward) if rows else position.flipped()
        # The page before ended with the order of an exclusive position: mostly that is looked up and found.
        behind = behind if stands(behind, None if position.inclusive else position) else None
    if backward:
        rows = rows[::-1]
    tokens = [None if place is None else encode(plan, place, limit, site, keys) for place in (ahead, behind)]
    following, preceding = reversed(tokens) if backward else tokens
    return rows, following, preceding
