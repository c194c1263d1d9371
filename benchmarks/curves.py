"""Draw the growth of costs: time against size, on logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .harness import Growth
from .report import amount
from .svg import HUES, Drawing

_WIDTH, _PLOT_HEIGHT, _PAD = 900, 250, 24
_TOP, _TITLE, _AXIS, _LEGEND_LINE, _FOOT = 62, 34, 44, 18, 20
_TICK_LABELS, _GAP = 56, 40


@dataclass(frozen=True, slots=True)
class LogAxis:
    """A logarithmic axis between two values, at two positions."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the position of a value."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)


def growth_picture(path: Path, growths: Sequence[Growth]) -> None:
    """Draw the growths side by side."""
    lines = max(len(growth.series) for growth in growths)
    bottom = _TOP + _TITLE + _PLOT_HEIGHT
    drawing = Drawing(_WIDTH, bottom + _AXIS + lines * _LEGEND_LINE + _FOOT, "How costs grow")
    drawing.text(_PAD, 34, "How costs grow", "head")
    drawing.text(_WIDTH - _PAD, 34, "time, lower is better; both axes logarithmic", "quiet", "end")
    width = (_WIDTH - 2 * _PAD - _GAP * (len(growths) - 1)) / len(growths)
    for index, growth in enumerate(growths):
        _plot(drawing, growth, _PAD + index * (width + _GAP), width, bottom)
    drawing.write(path)


def _plot(drawing: Drawing, growth: Growth, left: float, width: float, bottom: float) -> None:
    drawing.text(left, _TOP + 12, growth.title, "title")
    values = [value for series in growth.series.values() for value in series]
    x = LogAxis(min(growth.sizes), max(growth.sizes), left + _TICK_LABELS, left + width - 24)
    y = LogAxis(min(values) / 1.2, max(values) * 1.2, bottom, _TOP + _TITLE)
    for value in _ticks(y):
        drawing.line(x.start, y.at(value), x.end, y.at(value), "grid")
        drawing.text(x.start - 8, y.at(value) + 4, amount(value, "s"), "small quiet", "end")
    drawing.line(x.start, bottom, x.end, bottom, "axis")
    for size in growth.sizes:
        drawing.line(x.at(size), bottom, x.at(size), bottom + 4, "axis")
        drawing.text(x.at(size), bottom + 18, f"{size:,}", "small quiet", "middle")
    drawing.text((x.start + x.end) / 2, bottom + 35, growth.axis, "small quiet", "middle")
    for index, (name, seconds) in enumerate(growth.series.items()):
        classes = f"curve {_style(growth, index)}"
        drawing.curve([(x.at(size), y.at(value)) for size, value in zip(growth.sizes, seconds, strict=True)], classes)
        line = bottom + _AXIS + 12 + index * _LEGEND_LINE
        drawing.line(x.start, line - 4, x.start + 28, line - 4, classes)
        drawing.text(x.start + 36, line, name, "small")


def _ticks(axis: LogAxis) -> list[float]:
    """Return the powers of ten on an axis, with 2 and 5 times each if there are few."""
    powers = range(math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high)) + 1)
    factors = (1,) if len(powers) > 4 else (1, 2, 5)
    ticks = [factor * 10.0**power for power in powers for factor in factors]
    return [tick for tick in ticks if axis.low <= tick <= axis.high]


def _style(growth: Growth, index: int) -> str:
    """Return a series' classes: a colour for the name before the colon, and dashes."""
    names = [name.partition(":")[0] for name in growth.series]
    kinds = list(dict.fromkeys(names))
    seen = names[:index].count(names[index])
    return f"hue{kinds.index(names[index]) % HUES}" + (" dashed" if seen == 1 else " dotted" if seen else "")
