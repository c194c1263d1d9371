"""Duels: one job done by this package and by a named opponent, in interleaved rounds of one run.

A duel first asserts that both sides answer alike, so neither can win by doing less. Then they take turns, who begins
changing from round to round; a ratio is the median of the rounds' own ratios, and its spread is theirs.
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
"""What a ratio says: ``speed`` is theirs / ours (more is better), ``time`` and ``memory`` ours / theirs (less is)."""


class Differs(Exception):
    """The two sides of a duel do not answer alike."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a ratio shall be; ``most`` is a bound of our own figure besides, in the figure's unit."""

    measure: Measure
    bound: float
    most: float | None = None

    @property
    def more_is_better(self) -> bool:
        """Whether the ratio shall be at least the bound, not at most."""
        return self.measure == "speed"

    def met(self, ratio: float, ours: float) -> bool:
        """Whether a figure is good enough."""
        good = ratio >= self.bound if self.more_is_better else ratio <= self.bound
        return good and (self.most is None or ours <= self.most)


def speed(bound: float) -> Target:
    """At least so many times as fast as the opponent."""
    return Target("speed", bound)


def within(bound: float, most: float | None = None) -> Target:
    """At most so many times the opponent's time, and at most so many seconds."""
    return Target("time", bound, most)


@dataclass(frozen=True, slots=True)
class Duel:
    """One job, and two functions that do it.

    ``agree`` compares what they return. ``before`` runs untimed before every timed call of either side, and makes each
    round a single call.
    """

    job: str
    opponent: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    target: Target | None = None
    agree: Callable[[Any, Any], bool] = operator.eq
    before: Callable[[], Any] | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """What came out: medians of both sides (seconds, or MiB), and the ratio with the least and the greatest round."""

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

    @property
    def margin(self) -> float:
        """How many times better than its target the ratio is; below 1 it is missed. Only with a target."""
        assert self.target is not None
        return self.ratio / self.target.bound if self.target.more_is_better else self.target.bound / self.ratio

    @property
    def met(self) -> bool | None:
        """Whether the target was reached; ``None`` without one."""
        return None if self.target is None else self.target.met(self.ratio, self.ours)


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to one question. ``note`` says what was timed, and of a missed target what was tried."""

    title: str
    note: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """How a cost grows: seconds of each series at each size."""

    title: str
    note: str
    axis: str
    sizes: tuple[int, ...]
    series: dict[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Size:
    """How much a run does. A question reads its own sizes off these."""

    quick: bool
    orders: int
    """In memory, cold, and in JSON lines."""
    stored: int
    """In the store whose pages are timed."""
    rounds: int
    round_seconds: float
    """How long each side of a round takes at least, where a call is shorter."""


FULL = Size(quick=False, orders=100_000, stored=1_000_000, rounds=7, round_seconds=0.1)
QUICK = Size(quick=True, orders=5_000, stored=20_000, rounds=5, round_seconds=0.02)
_CALIBRATED = 0.002


def seconds_of(function: Callable[[], Any], calls: int = 1) -> float:
    """Seconds of a call, of so many in a row, with the collector held off."""
    gc.collect()
    gc.disable()
    try:
        began = time.perf_counter()
        for _ in range(calls):
            function()
        return (time.perf_counter() - began) / calls
    finally:
        gc.enable()


def _calls(function: Callable[[], Any], least: float) -> int:
    calls = 1
    while (took := seconds_of(function, calls) * calls) < _CALIBRATED:
        calls *= 4
    return max(1, math.ceil(least * calls / took))


def fight(duel: Duel, size: Size) -> Figure:
    """The figure of a duel. Raises ``Differs`` if the sides do not answer alike."""
    if duel.before is not None:
        duel.before()
    mine = duel.ours()
    if duel.before is not None:
        duel.before()
    if not duel.agree(mine, duel.theirs()):
        raise Differs(f"{duel.job}: {duel.opponent} answers something else")
    del mine
    sides = (duel.ours, duel.theirs)
    calls = [1 if duel.before is not None else _calls(side, size.round_seconds) for side in sides]
    rounds: list[tuple[float, float]] = []
    for index in range(size.rounds):
        took = [0.0, 0.0]
        for side in (0, 1) if index % 2 == 0 else (1, 0):
            if duel.before is not None:
                duel.before()
            took[side] = seconds_of(sides[side], calls[side])
        rounds.append((took[0], took[1]))
    return figure(duel.job, duel.opponent, rounds, duel.target)


def figure(
    job: str,
    opponent: str,
    rounds: list[tuple[float, float]],
    target: Target | None = None,
    unit: Literal["s", "MiB"] = "s",
) -> Figure:
    """The figure of rounds that were measured elsewhere: pairs of ours and theirs."""
    upwards = target is not None and target.more_is_better
    ratios = [theirs / ours if upwards else ours / theirs for ours, theirs in rounds]
    ours, theirs = (statistics.median(side) for side in zip(*rounds, strict=True))
    ratio = statistics.median(ratios)
    return Figure(job, opponent, ours, theirs, ratio, min(ratios), max(ratios), len(rounds), target, unit)


def together(job: str, figures: Iterable[Figure], target: Target | None) -> Figure:
    """The geometric means of several figures of one opponent and one measure."""
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
    )
