"""Draw our bar beside each opponent's, in real units, one axis for each group."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .comparison import current
from .harness import Figure, Table, together
from .report import number
from .svg import Drawing

Measure = Literal["rate", "time"]
Unit = Literal["orders", "requests", "ms", "µs"]


@dataclass(frozen=True, slots=True)
class Job:
    """One job: the rows of all tables whose titles start with ``table``.

    Without ``job`` an opponent's bar is the geometric mean of its rows.
    """

    label: str
    table: str
    job: str | None = None
    opponent: str = ""
    """The start of the opponents' names."""


@dataclass(frozen=True, slots=True)
class Group:
    """Jobs on one axis. ``unit`` is what a rate counts, or the unit of a time."""

    title: str
    measure: Measure
    unit: Unit
    jobs: tuple[Job, ...]


_FILTER, _PAGE, _DEEP_PAGE = "plan.filter, hot", "A page of the SQLite store:", "A deep page"
_CHECKING, _PROCESS, _ENDPOINT = "From JSON", "Whole processes", "The endpoint"
GROUPS = (
    Group(
        "Filtering decoded orders in memory",
        "rate",
        "orders",
        (
            Job("plan.filter, mean of 7 searches", _FILTER, "geometric mean"),
            Job("plan.matches, mean of 7, cold", "plan.matches, cold"),
        ),
    ),
    Group(
        "Filtering files of JSON lines, start-up included",
        "rate",
        "orders",
        (
            Job("orderquery match", "orderquery match over JSON lines", "geometric mean"),
            Job("orderquery match --jobs 1", "orderquery match in one process", "geometric mean"),
        ),
    ),
    Group("Loading into a new SQLite store", "rate", "orders", (Job("store.load_records", "Loading"),)),
    Group(
        "Serving pages of 100 by HTTP, one worker",
        "rate",
        "requests",
        (
            Job("first page", _ENDPOINT, "a page of 100: the first"),
            Job("second page, by cursor", _ENDPOINT, "a page of 100: the second, by its cursor"),
        ),
    ),
    Group(
        "Reading a page of 100 from an SQLite store of 1,000,000 orders",
        "time",
        "ms",
        (
            Job("first page, mean of 10 searches", f"{_PAGE} the first", "geometric mean"),
            Job("deep page, mean of 10 searches", f"{_PAGE} 990,000", "geometric mean", "hand-written"),
            Job("deep page of all orders", _DEEP_PAGE, "every order, newest first"),
        ),
    ),
    Group(
        "Checking a search, eight conditions",
        "time",
        "µs",
        (
            Job("dict to checked plan", _CHECKING, "dict to checked plan, condition and tree built"),
            Job("a mistake, with place and fix", _CHECKING, "a mistake, with place, help and fix"),
            Job("HTTP body, decoded and checked", _CHECKING, "an HTTP request body, decoded and checked"),
        ),
    ),
    Group("Parsing a text filter, eight comparisons", "time", "µs", (Job("text form to AST", "The text form"),)),
    Group(
        "Starting the command line",
        "time",
        "ms",
        (
            Job("orderquery --help", _PROCESS, "orderquery --help"),
            Job("orderquery check", _PROCESS, "orderquery check, a request without mistakes"),
            Job("orderquery check, one mistake", _PROCESS, "orderquery check, a request with one mistake"),
        ),
    ),
)


_WIDTH, _PAD = 900, 24
_BARS_LEFT, _BARS_RIGHT = 304, 706
_BAR, _PITCH, _JOB_GAP = 13, 17, 8
_TOP, _TITLE, _AXIS, _GROUP_GAP, _FOOT = 62, 26, 18, 22, 30
_OUTLIER = 10
"""A time of more than this many times our longest is cut off, so that the other bars stay visible."""
_EQUAL = 1.02
_TICKS = 5
_TIMES = "\N{MULTIPLICATION SIGN}"
_SHORT_NAMES = {
    "hand-written loader: orjson, executemany, indexes last": "hand-written loader with orjson",
    "json.loads alone": "json.loads (decodes only)",
    "python -c pass": "python -c pass (does nothing)",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label and its value; an opponent's has its figure."""

    label: str
    value: float
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis from 0, in units of ``scale`` orders per second or seconds."""

    label: str
    scale: float
    length: float
    step: float

    def x(self, value: float) -> float:
        """Return the position of a value in base units."""
        return _BARS_LEFT + min(value / self.scale / self.length, 1) * (_BARS_RIGHT - _BARS_LEFT)

    def cuts(self, value: float) -> bool:
        """True if the value is beyond the axis."""
        return value / self.scale > self.length


def main_picture(path: Path, tables: Sequence[Table], run: str) -> None:
    """Draw every group that the run measured."""
    groups = [(group, jobs) for group in GROUPS if (jobs := _jobs_of(group, tables))]
    drawing = Drawing(_WIDTH, _TOP + sum(_height(jobs) for _, jobs in groups) + _FOOT, "orderquery and its opponents")
    drawing.text(_PAD, 34, "orderquery beside each opponent", "head")
    for x, name, classes in ((_BARS_LEFT + 90, "orderquery", "ours"), (_BARS_LEFT + 190, "opponent", "theirs")):
        drawing.bar(x, 23, _BAR, _BAR, classes)
        drawing.text(x + 19, 34, name)
    drawing.text(_WIDTH - _PAD, 34, "orderquery is", "quiet", "end")
    top = float(_TOP)
    for group, jobs in groups:
        _draw_group(drawing, group, jobs, top)
        top += _height(jobs)
    note = "Bars show medians; a factor is the median over interleaved rounds."
    drawing.text(_PAD, top + 8, f"{run} {note}", "small quiet")
    drawing.write(path)


def _height(jobs: list[list[Bar]]) -> float:
    return _TITLE + sum(len(bars) * _PITCH + _JOB_GAP for bars in jobs) + _AXIS + _GROUP_GAP


# -- from tables to bars --------------------------------------------------------------------------------------------


def _jobs_of(group: Group, tables: Sequence[Table]) -> list[list[Bar]]:
    """Return the bars of each job that was measured, ours first."""
    return [bars for job in group.jobs if (bars := _bars(group, job, tables))]


def _bars(group: Group, job: Job, tables: Sequence[Table]) -> list[Bar]:
    figures = list(_figures(job, tables))
    if not figures:
        return []
    ours = statistics.median(_value(group, figure, figure.ours) for figure in figures)
    names = [current(figure.opponent) for figure in figures]
    theirs = [
        Bar(_SHORT_NAMES.get(name, name), _value(group, figure, figure.theirs), figure)
        for name, figure in zip(names, figures, strict=True)
    ]
    return [Bar(job.label, ours), *theirs]


def _figures(job: Job, tables: Sequence[Table]) -> Iterator[Figure]:
    """Yield one figure for each opponent of a job."""
    found: dict[str, list[Figure]] = {}
    for table in tables:
        if current(table.title).startswith(job.table):
            for figure in table.figures:
                opponent = current(figure.opponent)
                if opponent.startswith(job.opponent) and job.job in (None, current(figure.job)):
                    found.setdefault(opponent, []).append(figure)
    for figures in found.values():
        yield figures[0] if job.job else together("", figures, figures[0].target)


def _value(group: Group, figure: Figure, seconds: float) -> float:
    return figure.items / seconds if group.measure == "rate" else seconds


# -- from bars to shapes --------------------------------------------------------------------------------------------


def _axis_of(group: Group, jobs: list[list[Bar]]) -> Axis:
    longest = max(bar.value for bars in jobs for bar in bars)
    if group.measure == "time":
        limit = _OUTLIER * max(bars[0].value for bars in jobs)
        longest = max(bar.value for bars in jobs for bar in bars if bar.value <= limit)
        name, scale = {"ms": ("milliseconds", 1e-3), "µs": ("microseconds", 1e-6)}[group.unit]
        label = f"{name}, shorter is better"
    else:
        name, scale = next(
            (name, scale) for name, scale in (("million ", 1e6), ("thousand ", 1e3), ("", 1.0)) if longest >= scale
        )
        label = f"{name}{group.unit} per second, longer is better"
    return Axis(label, scale, longest / scale, _step(longest / scale / _TICKS))


def _step(least: float) -> float:
    """Return the next round step: 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def _draw_group(drawing: Drawing, group: Group, jobs: list[list[Bar]], top: float) -> None:
    axis = _axis_of(group, jobs)
    drawing.text(_PAD, top + 12, group.title, "title")
    bottom = top + _height(jobs) - _AXIS - _GROUP_GAP
    _draw_axis(drawing, axis, top + _TITLE - 4, bottom)
    y = top + _TITLE
    for bars in jobs:
        for bar in bars:
            _draw_bar(drawing, axis, bar, y)
            y += _PITCH
        y += _JOB_GAP


def _draw_axis(drawing: Drawing, axis: Axis, top: float, bottom: float) -> None:
    for index in range(math.floor(axis.length / axis.step + 1e-9) + 1):
        x = axis.x(index * axis.step * axis.scale)
        drawing.line(x, top, x, bottom, "grid" if index else "axis")
        drawing.text(x, bottom + 14, f"{index * axis.step:,.6g}", "small quiet", "middle")
    drawing.text(_BARS_LEFT - 14, bottom + 14, axis.label, "small quiet", "end")


def _draw_bar(drawing: Drawing, axis: Axis, bar: Bar, y: float) -> None:
    end, base = axis.x(bar.value), y + _BAR - 2.5
    drawing.text(_BARS_LEFT - 8, base, bar.label, "quiet" if bar.figure else "", "end")
    drawing.bar(_BARS_LEFT, y, end - _BARS_LEFT, _BAR, "theirs" if bar.figure else "ours")
    if axis.cuts(bar.value):
        for x in (end - 24, end - 18):
            drawing.line(x, y + _BAR + 1, x + 6, y - 1, "tear")
    drawing.text(end + 6, base, _three_digits(bar.value / axis.scale), "small" if bar.figure is None else "small quiet")
    if bar.figure is not None:
        verdict, classes = _verdict(bar.figure.advantage)
        drawing.text(_WIDTH - _PAD, base, verdict, classes, "end")


def _verdict(advantage: float) -> tuple[str, str]:
    """Return who wins and by how much, and the class of its colour."""
    factor = max(advantage, 1 / advantage)
    if factor < _EQUAL:
        return "as fast", "quiet"
    times = f"{factor:.2f}" if factor < 2 else f"{factor:.1f}" if factor < 10 else number(factor)
    return (f"{times}{_TIMES} faster", "good") if advantage > 1 else (f"{times}{_TIMES} slower", "bad")


def _three_digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"
