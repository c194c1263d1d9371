"""The page around a position, the same on every backend: rows, and tokens exactly where orders stand beyond."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .cursor import CursorKeys, encode
from .keyset import Position
from .plan import Plan

Row = tuple[Any, ...]
Fetch = Callable[[Position | None, int], list[Row]]
"""The sort values of at most so many orders beyond a position (from the beginning without one), nearest first."""


def page_of(
    plan: Plan, position: Position | None, limit: int, fetch: Fetch, site: str, keys: CursorKeys
) -> tuple[list[Row], str | None, str | None]:
    """The rows of a page in the plan's order, and the tokens of the pages after and before it."""
    found = fetch(position, limit + 1)
    more, rows = len(found) > limit, found[:limit]
    backward = position is not None and position.backward
    ahead = Position(rows[-1], backward) if more else None
    behind = _behind(position, rows, backward, fetch)
    if backward:
        rows = rows[::-1]
    tokens = [None if place is None else encode(plan, place, limit, site, keys) for place in (ahead, behind)]
    following, preceding = reversed(tokens) if backward else tokens
    return rows, following, preceding


def _behind(position: Position | None, rows: list[Row], backward: bool, fetch: Fetch) -> Position | None:
    """The place to look back from, if some order stands there."""
    if position is None:
        return None
    back = Position(rows[0], not backward) if rows else position.flipped()
    return back if fetch(back, 1) else None
