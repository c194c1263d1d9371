"""What became of the values of many converted orders, by their paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .converted import FATES, ConvertedOrder, FateKind
from .mapping import stores_to_ecommerce
from .nested import path_text

JSON = Any

_MAX_PATHS = 10_000
OTHER_PATHS = "(other paths)"
"""Counts every path after the first 10,000."""


@dataclass(slots=True)
class ConversionReport:
    """Counts of converted orders, and of what became of each path of theirs.

    ``paths`` has the fates of the values at each path, over all orders. ``events`` counts old webhook events that were
    recognised, by title. ``losses`` counts the diagnostics of all orders.
    """

    orders: int = 0
    transactions: int = 0
    losses: int = 0
    events: Counter[str] = field(default_factory=Counter)
    paths: dict[str, Counter[FateKind]] = field(default_factory=dict)

    def add(self, converted: ConvertedOrder) -> None:
        """Count one order and its values."""
        self.orders += 1
        self.transactions += converted.transactions is not None
        self.losses += len(converted.losses)
        for path, fate in converted.values.items():
            self.count(path_text(path), fate.kind)

    def count(self, path: str, kind: FateKind) -> None:
        """Count one value at a path."""
        counts = self.paths.get(path)
        if counts is None:
            path = path if len(self.paths) < _MAX_PATHS else OTHER_PATHS
            counts = self.paths.setdefault(path, Counter())
        counts[kind] += 1

    def event_lines(self) -> Iterator[str]:
        """Yield each recognised webhook event, its count and what replaces it."""
        for row in stores_to_ecommerce().webhooks:
            if count := self.events[row.title]:
                yield f"{count:,} {row.title} (now {row.new})" if row.new else f"{count:,} {row.title}"

    @property
    def totals(self) -> dict[FateKind, int]:
        """The number of values of each fate."""
        return {kind: sum(counts[kind] for counts in self.paths.values()) for kind in FATES}

    def to_json(self) -> dict[str, JSON]:
        """Return the documented JSON object of this report."""
        return {
            "orders": self.orders,
            "transactions": self.transactions,
            "losses": self.losses,
            "events": dict(sorted(self.events.items())),
            "values": dict(self.totals),
            "paths": {path: {kind: counts[kind] for kind in FATES} for path, counts in sorted(self.paths.items())},
        }

    def lines(self) -> Iterator[str]:
        """Yield the counts as a table: a line for each path."""
        width = max(map(len, self.paths), default=4)
        yield f"{'path':<{width}}  " + "  ".join(f"{kind:>8}" for kind in FATES)
        for path, counts in sorted(self.paths.items()):
            yield f"{path:<{width}}  " + "  ".join(f"{counts[kind]:>8,}" for kind in FATES)
        yield f"{'all':<{width}}  " + "  ".join(f"{count:>8,}" for count in self.totals.values())
