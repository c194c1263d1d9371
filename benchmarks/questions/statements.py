"""Render plans as SQL: a cached shape against rebuilding the statement."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from random import Random

import orderquery as oq
from orderquery.sql import statement as sql

from .. import workload
from ..harness import Duel, Growth, Size, Table, fight, within
from .checking import search

_DIALECTS = ("sqlite", "postgres", "duckdb")
_VARIANTS = 200


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    random = Random(workload.SEED)
    plans = [oq.compile(search(random)) for _ in range(_VARIANTS)]
    figures = []
    for dialect in _DIALECTS:
        mine, others = cycle(plans).__next__, cycle(plans).__next__

        def ours(mine=mine, dialect=dialect) -> oq.Statement:
            return mine().sql(dialect)

        def rebuilt(others=others, dialect=dialect) -> oq.Statement:
            sql.forget()
            return others().sql(dialect)

        figures.append(
            fight(Duel(dialect, "the same, rebuilt each time", ours, rebuilt, within(0.1, most=30e-6)), size)
        )
    note = f"The page of a search with eight conditions, {_VARIANTS} sets of operands in turn; the plans exist already."
    yield Table("From a plan to SQL", note, tuple(figures))
