"""Compare two runs row by row: ratio before, ratio after, change in percent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable

from .harness import Figure, Table
from .questions import QUESTIONS
from .report import from_json, markdown_row, number, shown_target

JSON = Any
MARKED_CHANGE = 0.10
"""A row that changes by more than this share is marked."""

RENAMED = {
    "A deep page of every order, and other ways to it": "A deep page, and other ways to read it",
    "The same as a client asks: a dict, checked each time": "A page of the SQLite store: a dict, checked each time",
    "memory": "Peak memory",
    "SQL by hand on the same file": "hand-written SQL on the same file",
    "a bare ASGI application with the same bytes": "bare ASGI application, same bytes",
    "a loader by hand: orjson, executemany, indexes last": "hand-written loader: orjson, executemany, indexes last",
    "the same, built anew": "the same, rebuilt each time",
    "a request as HTTP carries it, decoded and checked": "an HTTP request body, decoded and checked",
    "not paid, or dear and not shipped": "not paid, or expensive and not shipped",
    "orderquery check, with a mistake shown in its line": "orderquery check, a request with one mistake",
    "text to syntax tree, places too": "text to AST with source positions",
    "the ten deep pages together": "geometric mean",
    "the ten first pages together": "geometric mean",
    "together": "geometric mean",
    "two ways of payment, all": "two payment methods, all",
}
"""Names in older results, and what the questions call the same rows today."""

HEADINGS = ("question", "job", "opponent", "before", "after", "change", "target", "met", "")
Key = tuple[str, str, str, str]


def current(name: str) -> str:
    """Return today's name of a table, job or opponent."""
    return RENAMED.get(name, name)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of two runs; a side is ``None`` where its run has no such row."""

    question: str
    title: str
    job: str
    opponent: str
    before: Figure | None
    after: Figure | None

    @property
    def change(self) -> float | None:
        """Return the change as a share of the ratio before; ``None`` without two sides."""
        if self.before is None or self.after is None:
            return None
        return self.after.ratio / _ratio_like(self.before, self.after) - 1

    @property
    def gain(self) -> float:
        """Return the improvement as a share: negative is worse, 0 without two sides."""
        if self.change is None or self.after is None:
            return 0.0
        return self.change if _more_is_better(self.after) else -self.change

    @property
    def mark(self) -> str:
        """Return a word for a one-sided row or for a change beyond the limit."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "gone"
        # A little slack, so that a change of exactly the limit is not marked for a rounding error.
        if abs(self.gain) <= MARKED_CHANGE + 1e-9:
            return ""
        word = "better" if self.gain > 0 else "WORSE"
        return f"{word}, spreads overlap" if _overlap(self.before, self.after) else word


def _more_is_better(figure: Figure) -> bool:
    return figure.target is not None and figure.target.more_is_better


def _same_direction(one: Figure, other: Figure) -> bool:
    return _more_is_better(one) == _more_is_better(other)


def _ratio_like(figure: Figure, other: Figure) -> float:
    """Return the ratio in the other figure's direction; their targets may differ."""
    return figure.ratio if _same_direction(figure, other) else 1 / figure.ratio


def _overlap(before: Figure, after: Figure) -> bool:
    low, high = before.low, before.high
    if not _same_direction(before, after):
        low, high = 1 / high, 1 / low
    return low <= after.high and after.low <= high


def _figures(run: JSON) -> dict[Key, Figure]:
    """Return the figures of a run by their keys; the first of equal keys counts."""
    found: dict[Key, Figure] = {}
    for question, values in run["answers"].items():
        for answer in from_json(values):
            for figure in answer.figures if isinstance(answer, Table) else ():
                key = (question, current(answer.title), current(figure.job), current(figure.opponent))
                found.setdefault(key, figure)
    return found


def _in_order(before: dict[Key, Figure], after: dict[Key, Figure]) -> list[Key]:
    """Return all keys by question, with the rows that are gone at the end of each."""
    questions = [*QUESTIONS, *(question for question, *_ in (*after, *before) if question not in QUESTIONS)]
    keys = [*after, *(key for key in before if key not in after)]
    return sorted(keys, key=lambda key: questions.index(key[0]))


def compare(before: JSON, after: JSON) -> list[Row]:
    """Return the rows of both runs. Growth tables have no ratio and are left out."""
    old, new = _figures(before), _figures(after)
    return [Row(*key, old.get(key), new.get(key)) for key in _in_order(old, new)]


def cells(row: Row) -> tuple[str, ...]:
    """Return the cells of a row, under ``HEADINGS``."""
    sides = [side for side in (row.before, row.after) if side is not None]
    last = sides[-1]
    met = [{True: "yes", False: "NO", None: "-"}[side.met] for side in sides]
    return (
        row.title,
        row.job,
        row.opponent,
        "" if row.before is None else _ratio_text(_ratio_like(row.before, last)),
        "" if row.after is None else _ratio_text(row.after.ratio),
        "" if row.change is None else f"{100 * row.change:+.0f} %",
        shown_target(last.target, last.unit),
        met[0] if len(set(met)) == 1 else " → ".join(met),
        row.mark,
    )


def _ratio_text(ratio: float) -> str:
    return number(ratio) if ratio >= 0.1 else f"{ratio:.2g}"


def summary(rows: list[Row]) -> str:
    """Return one line with the counts."""
    both = [row for row in rows if row.change is not None]
    limit = f"{100 * MARKED_CHANGE:.0f} %"
    worse = sum(row.mark.startswith("WORSE") for row in both)
    better = sum(row.mark.startswith("better") for row in both)
    return (
        f"{len(both)} rows compared: {worse} more than {limit} worse, {better} more than {limit} better, "
        f"{len(both) - worse - better} in between; {sum(row.mark == 'new' for row in rows)} rows only after, "
        f"{sum(row.mark == 'gone' for row in rows)} only before."
    )


def show(console: Console, rows: list[Row]) -> None:
    """Print the comparison as a table, a section for each title."""
    table = RichTable(caption=summary(rows), caption_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="right" if heading in {"before", "after", "change"} else "left")
    title = None
    for row in rows:
        style = "bold red" if row.mark.startswith("WORSE") else "dim" if row.mark in {"new", "gone"} else None
        first, *rest = cells(row)
        if first != title:
            table.add_section()
        table.add_row(first if first != title else "", *rest, style=style)
        title = first
    console.print(table)


def markdown(rows: list[Row]) -> str:
    """Return the comparison in Markdown."""
    lines = [markdown_row(HEADINGS), "|" + "---|" * len(HEADINGS)]
    for row in rows:
        *values, mark = cells(row)
        lines.append(markdown_row((*values, f"**{mark}**" if mark.startswith("WORSE") else mark)))
    return "\n".join([*lines, "", summary(rows)])


def read_run(path: Path) -> JSON:
    """Read the results of a run."""
    return json.loads(path.read_text(encoding="utf-8"))
