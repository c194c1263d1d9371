"""The pictures of a run: the main table as bars against their targets, and how costs grow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

from .harness import Figure, Growth
from .report import number

mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "orderquery", "font.family": "sans-serif", "font.size": 9})
_GOOD, _BAD, _INK = "#2a7f62", "#c0392b", "#333333"


def main_picture(path: Path, worst: Sequence[tuple[str, Figure]]) -> None:
    """A bar for every question's worst figure: to the right of the line its target is met."""
    figures = [figure for _, figure in worst]
    drawing, axes = plt.subplots(figsize=(9, 0.34 * len(figures) + 1))
    margins = [figure.margin for figure in figures]
    colours = [_GOOD if figure.met else _BAD for figure in figures]
    places = range(len(figures))
    axes.barh(places, [margin - 1 for margin in margins], left=1, color=colours, height=0.62)
    axes.axvline(1, color=_INK, linewidth=1)
    axes.set_xscale("log")
    low, high = min(0.5, *margins), max(2.0, *margins)
    axes.set_xlim(low / 1.3, high * 4)
    for place, figure, margin in zip(places, figures, margins, strict=True):
        assert figure.target is not None
        sign = "≥" if figure.target.more_is_better else "≤"
        what = f"{number(figure.ratio)} times  (target {sign} {figure.target.bound:.3g})"
        axes.text(max(margin, 1) * 1.06, place, what, va="center", color=_INK, fontsize=8)
    axes.set_yticks(places, [f"{title}  |  {figure.opponent}" for title, figure in worst])
    axes.invert_yaxis()
    axes.set_xlabel("times better than the target (log scale; the line is the target)")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    drawing.savefig(path, format="svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(drawing)


def growth_picture(path: Path, growths: Sequence[Growth]) -> None:
    """One plot for every growth, side by side."""
    drawing, all_axes = plt.subplots(1, len(growths), figsize=(5 * len(growths), 3.6), squeeze=False)
    for axes, growth in zip(all_axes[0], growths, strict=True):
        for name, values in growth.series.items():
            axes.plot(growth.sizes, [value * 1e6 for value in values], marker="o", markersize=3, label=name)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel(growth.axis)
        axes.set_ylabel("µs")
        axes.set_title(growth.title, fontsize=9)
        axes.legend(fontsize=7, frameon=False)
        axes.grid(alpha=0.2)
    drawing.tight_layout()
    drawing.savefig(path, format="svg", metadata={"Date": None})
    plt.close(drawing)
