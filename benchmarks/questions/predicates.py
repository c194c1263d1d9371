"""Filters over decoded orders: against a function written by hand for each search, and against other matchers."""

from __future__ import annotations

from collections.abc import Iterator

import orderquery as oq

from .. import workload
from ..harness import Duel, Growth, Size, Table, fight, speed

_HOT = 1_000


def measure(size: Size) -> Iterator[Table | Growth]:
    """The tables of this question."""
    orders = list(workload.orders(_HOT))
    figures = []
    for query in workload.QUERIES:
        plan = oq.compile(query.search)

        def ours(matches=plan.matches) -> int:
            return sum([matches(order) for order in orders])

        def theirs(by_hand=query.by_hand) -> int:
            return sum([by_hand(order) for order in orders])

        figures.append(fight(Duel(query.name, "hand-written function", ours, theirs, speed(0.9)), size))
    yield Table("plan.matches, hot", f"{_HOT:,} orders in cache, one call an order", tuple(figures))
