"""Results as tables for people, as JSON, and as the blocks that the documents quote."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Shown

from .harness import Figure, Growth, Table, Target

JSON = Any
HEADINGS = ("job", "ours", "opponent", "theirs", "ratio", "spread", "target", "met")
_MARK = "<!-- benchmarks: {} -->"
_END = "<!-- end of benchmarks -->"


def amount(value: float, unit: str) -> str:
    """A time or a size, as people read it."""
    if unit == "MiB":
        return f"{value:,.1f} MiB"
    for scale, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if value >= scale:
            return f"{value / scale:.3g} {name}" if value < 999.5 * scale else f"{value / scale:,.0f} {name}"
    return f"{value * 1e9:.3g} ns"


def number(value: float) -> str:
    """A ratio with as many digits as it is worth."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 10 else f"{value:.2f}"


def shown_target(target: Target | None, unit: str) -> str:
    """What was to be reached."""
    if target is None:
        return ""
    sign = "≥" if target.more_is_better else "≤"
    least = f"{sign} {target.bound:.3g} {target.measure}"
    return least if target.most is None else f"{least}, ≤ {amount(target.most, unit)}"


def cells(figure: Figure) -> tuple[str, ...]:
    """The cells of a figure's row, under ``HEADINGS``."""
    return (
        figure.job,
        amount(figure.ours, figure.unit),
        figure.opponent,
        amount(figure.theirs, figure.unit),
        number(figure.ratio),
        f"{number(figure.low)} to {number(figure.high)}",
        shown_target(figure.target, figure.unit),
        {True: "yes", False: "NO", None: ""}[figure.met],
    )


def growth_rows(growth: Growth) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headings and rows of a growth: a row for every size."""
    headings = (growth.axis, *growth.series)
    rows = [
        (f"{size:,}", *(amount(values[index], "s") for values in growth.series.values()))
        for index, size in enumerate(growth.sizes)
    ]
    return headings, rows


def show(console: Console, answers: Iterable[Table | Growth]) -> None:
    """Print the tables."""
    for answer in answers:
        headings, rows = (
            growth_rows(answer) if isinstance(answer, Growth) else (HEADINGS, [*map(cells, answer.figures)])
        )
        shown = Shown(title=answer.title, caption=answer.note, title_justify="left", caption_justify="left")
        for index, heading in enumerate(headings):
            shown.add_column(heading, justify="left" if index in (0, 2) or heading == "target" else "right")
        for row in rows:
            shown.add_row(*row)
        console.print(shown)
        console.print()


def to_json(answers: Sequence[Table | Growth]) -> list[JSON]:
    """Plain JSON values of tables and growths."""
    return [{"kind": type(answer).__name__.lower(), **dataclasses.asdict(answer)} for answer in answers]


def from_json(values: list[JSON]) -> list[Table | Growth]:
    """The tables and growths of what ``to_json`` made."""
    answers: list[Table | Growth] = []
    for value in values:
        fields = {key: item for key, item in value.items() if key != "kind"}
        if value["kind"] == "growth":
            series = {name: tuple(points) for name, points in fields.pop("series").items()}
            answers.append(Growth(**{**fields, "sizes": tuple(fields["sizes"])}, series=series))
        else:
            figures = tuple(
                Figure(**{**figure, "target": Target(**figure["target"]) if figure["target"] else None})
                for figure in fields.pop("figures")
            )
            answers.append(Table(**fields, figures=figures))
    return answers


def markdown(answer: Table | Growth) -> str:
    """A table in Markdown."""
    if isinstance(answer, Growth):
        headings, rows = growth_rows(answer)
    else:
        headings, rows = HEADINGS, [*map(cells, answer.figures)]
    lines = [f"### {answer.title}", "", answer.note, ""]
    lines += [_row(headings), "|" + "---|" * len(headings), *map(_row, rows)]
    return "\n".join(lines)


def main_table(worst: Sequence[tuple[str, Figure]]) -> str:
    """The main table in Markdown: a row for every question and opponent, with its worst figure."""
    lines = [_row(("question", "opponent", "worst ratio", "target", "met")), "|---|---|---|---|---|"]
    for title, figure in worst:
        _, _, opponent, _, ratio, _, target, met = cells(figure)
        lines.append(_row((title, opponent, f"{ratio} ({figure.job})", target, met)))
    return "\n".join(lines)


def _row(values: Iterable[str]) -> str:
    return "| " + " | ".join(value.replace("|", "\\|") for value in values) + " |"


def said_of_run(run: JSON) -> str:
    """One line about the run that results come from."""
    machine = run["machine"]
    size = "make bench-quick" if run["quick"] else "make bench"
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    where = f"Python {machine['python']}, {machine['system']}, {machine['cores']} cores"
    return f"`{size}` on {run['date']}: {where}; {versions}."


def replaced(document: str, block: str, text: str) -> str:
    """The document with what stands in a marked block replaced. Raises ``ValueError`` if it has no such block."""
    mark = re.escape(_MARK.format(block))
    pattern = re.compile(f"({mark}\n).*?({re.escape(_END)})", re.DOTALL)
    if not pattern.search(document):
        raise ValueError(f"there is no block {block}")
    return pattern.sub(lambda found: f"{found[1]}{text}\n{found[2]}", document)


def write_json(path: Path, value: JSON) -> None:
    """Write JSON as people read it."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
