"""Time duels: one job, done by this package and by a named opponent.

A duel first checks that both sides return the same, so that neither wins by doing less. The two sides then alternate,
and so does the side that starts a round. A ratio is the median of the rounds' ratios; its spread is their range.
"""

from __future__ import annotations

import gc
import math
import operator
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

Measure = Literal["speed", "time", "memory"]
"""The ratio's direction: ``speed`` is theirs / ours, more is better; ``time`` and ``memory`` ours / theirs, less is."""


class Differs(Exception):
    """The two sides of a duel return different results."""


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on the ratio; ``most`` also bounds our own figure, in the figure's unit."""

    measure: Measure
    bound: float
    most: float | None = None

    @property
    def more_is_better(self) -> bool:
        """True if the bound is a lower bound."""
        return self.measure == "speed"

    def met(self, ratio: float, ours: float) -> bool:
        """True if a ratio and our own figure keep the bounds."""
        good = ratio >= self.bound if self.more_is_better else ratio <= self.bound
        return good and (self.most is None or ours <= self.most)


def speed(bound: float) -> Target:
    """Require at least this multiple of the opponent's speed."""
    return Target("speed", bound)


def within(bound: float, most: float | None = None) -> Target:
    """Allow at most this multiple of the opponent's time, and ``most`` seconds."""
    return Target("time", bound, most)


@dataclass(frozen=True, slots=True)
class Duel:
    """One job and two functions that do it.

    ``agree`` compares their return values. ``before`` runs untimed before every timed call of either side; a round is
    then a single call. ``items`` is the number of orders or requests that one call handles, for rates.
    """

    job: str
    opponent: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    target: Target | None = None
    agree: Callable[[Any, Any], bool] = operator.eq
    before: Callable[[], Any] | None = None
    items: int = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """The result of a duel: both medians in seconds or MiB, and the ratio's range."""

    job: str
    opponent: str
    ours: float
    theirs: float
    ratio: float
    low: float
    high: float
    rounds: int
    target: Target | None = None
    unit: Literal["s", "MiB"] = "s"
    items: int = 1
    """Orders or requests in one timing."""

    @property
    def margin(self) -> float:
        """Return the ratio relative to its target: below 1 is a miss. Needs a target."""
        assert self.target is not None
        return self.ratio / self.target.bound if self.target.more_is_better else self.target.bound / self.ratio

    @property
    def met(self) -> bool | None:
        """True if the target is met; ``None`` without a target."""
        return None if self.target is None else self.target.met(self.ratio, self.ours)

    @property
    def advantage(self) -> float:
        """How many times better than the opponent we are; below 1 the opponent wins."""
        return self.ratio if self.target is not None and self.target.more_is_better else 1 / self.ratio


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to one question.

    ``note`` describes the job, and for a missed target what was tried.
    """

    title: str
    note: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """The growth of a cost: seconds for each series at each size."""

    title: str
    note: str
    axis: str
    sizes: tuple[int, ...]
    series: dict[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a run, from which a question derives its own sizes."""

    quick: bool
    orders: int
    """Orders in memory for the cold jobs, and in JSON lines."""
    stored: int
    """Orders in the store whose pages are timed."""
    rounds: int
    round_seconds: float
    """Shortest time for one side of a round; short calls are repeated."""


FULL = Size(quick=False, orders=100_000, stored=1_000_000, rounds=7, round_seconds=0.1)
QUICK = Size(quick=True, orders=5_000, stored=20_000, rounds=5, round_seconds=0.02)
_CALIBRATION_S = 0.002


def seconds_of(function: Callable[[], Any], calls: int = 1) -> float:
    """Return the mean seconds of a call, with the garbage collector off."""
    gc.collect()
    gc.disable()
    try:
        began = time.perf_counter()
        for _ in range(calls):
            function()
        return (time.perf_counter() - began) / calls
    finally:
        gc.enable()


def _calls(function: Callable[[], Any], round_seconds: float) -> int:
    calls = 1
    while (seconds := seconds_of(function, calls) * calls) < _CALIBRATION_S:
        calls *= 4
    return max(1, math.ceil(round_seconds * calls / seconds))


def fight(duel: Duel, size: Size) -> Figure:
    """Run a duel and return its figure.

    Raises:
        Differs: the two sides return different results.

    """
    if duel.before is not None:
        duel.before()
    ours = duel.ours()
    if duel.before is not None:
        duel.before()
    if not duel.agree(ours, duel.theirs()):
        raise Differs(f"{duel.job}: {duel.opponent} returns a different result")
    del ours
    sides = (duel.ours, duel.theirs)
    calls = [1 if duel.before is not None else _calls(side, size.round_seconds) for side in sides]
    rounds: list[tuple[float, float]] = []
    for index in range(size.rounds):
        seconds = [0.0, 0.0]
        for side in (0, 1) if index % 2 == 0 else (1, 0):
            if duel.before is not None:
                duel.before()
            seconds[side] = seconds_of(sides[side], calls[side])
        rounds.append((seconds[0], seconds[1]))
    return figure(duel.job, duel.opponent, rounds, duel.target, items=duel.items)


def figure(
    job: str,
    opponent: str,
    rounds: list[tuple[float, float]],
    target: Target | None = None,
    unit: Literal["s", "MiB"] = "s",
    items: int = 1,
) -> Figure:
    """Build the figure of measured rounds: pairs of ours and theirs."""
    upwards = target is not None and target.more_is_better
    ratios = [theirs / ours if upwards else ours / theirs for ours, theirs in rounds]
    ours, theirs = (statistics.median(side) for side in zip(*rounds, strict=True))
    ratio = statistics.median(ratios)
    return Figure(job, opponent, ours, theirs, ratio, min(ratios), max(ratios), len(rounds), target, unit, items)


def together(job: str, figures: Iterable[Figure], target: Target | None) -> Figure:
    """Return the geometric means of figures with the same opponent and measure."""
    parts = list(figures)

    def mean(values: Iterable[float]) -> float:
        return statistics.geometric_mean(values)

    return Figure(
        job,
        parts[0].opponent,
        mean(part.ours for part in parts),
        mean(part.theirs for part in parts),
        mean(part.ratio for part in parts),
        mean(part.low for part in parts),
        mean(part.high for part in parts),
        min(part.rounds for part in parts),
        target,
        parts[0].unit,
        parts[0].items,
    )
