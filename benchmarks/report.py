"""Render results as tables, as JSON and as Markdown blocks for the documents."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable

from .harness import Figure, Growth, Table, Target

JSON = Any
HEADINGS = ("job", "ours", "opponent", "theirs", "ratio", "spread", "target", "met")
_MARK = "<!-- benchmarks: {} -->"
_END = "<!-- end of benchmarks -->"


def amount(value: float, unit: str) -> str:
    """Return a time or a size with three digits and a unit."""
    if unit == "MiB":
        return f"{value:,.1f} MiB"
    for scale, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if value >= scale:
            return f"{value / scale:.3g} {name}" if value < 999.5 * scale else f"{value / scale:,.0f} {name}"
    return f"{value * 1e9:.3g} ns"


def number(value: float) -> str:
    """Return a ratio with three significant digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 10 else f"{value:.2f}"


def shown_target(target: Target | None, unit: str) -> str:
    """Return the bounds of a target, or nothing without one."""
    if target is None:
        return ""
    sign = "≥" if target.more_is_better else "≤"
    bound = f"{sign} {target.bound:.3g} {target.measure}"
    return bound if target.most is None else f"{bound}, ≤ {amount(target.most, unit)}"


def cells(figure: Figure) -> tuple[str, ...]:
    """Return the cells of a figure's row, under ``HEADINGS``."""
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
    """Return the headings and rows of a growth: one row for each size."""
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
        table = RichTable(title=answer.title, caption=answer.note, title_justify="left", caption_justify="left")
        for index, heading in enumerate(headings):
            table.add_column(heading, justify="left" if index in (0, 2) or heading == "target" else "right")
        for row in rows:
            table.add_row(*row)
        console.print(table)
        console.print()


def to_json(answers: Sequence[Table | Growth]) -> list[JSON]:
    """Return tables and growths as plain JSON values."""
    return [{"kind": type(answer).__name__.lower(), **dataclasses.asdict(answer)} for answer in answers]


def from_json(values: list[JSON]) -> list[Table | Growth]:
    """Return the tables and growths written by ``to_json``."""
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
    """Return a table in Markdown."""
    if isinstance(answer, Growth):
        headings, rows = growth_rows(answer)
    else:
        headings, rows = HEADINGS, [*map(cells, answer.figures)]
    lines = [f"### {answer.title}", "", answer.note, ""]
    lines += [markdown_row(headings), "|" + "---|" * len(headings), *map(markdown_row, rows)]
    return "\n".join(lines)


def main_table(worst: Sequence[tuple[str, Figure]]) -> str:
    """Return the main table in Markdown: the worst figure of each table and opponent."""
    lines = [markdown_row(("question", "opponent", "worst ratio", "target", "met")), "|---|---|---|---|---|"]
    for title, figure in worst:
        _, _, opponent, _, ratio, _, target, met = cells(figure)
        lines.append(markdown_row((title, opponent, f"{ratio} ({figure.job})", target, met)))
    return "\n".join(lines)


def markdown_row(values: Iterable[str]) -> str:
    """Return one row of a Markdown table."""
    return "| " + " | ".join(value.replace("|", "\\|") for value in values) + " |"


def describe_run(run: JSON) -> str:
    """Return one line about a run: command, date, machine and versions."""
    versions = ", ".join(f"{name} {version}" for name, version in run["machine"]["versions"].items())
    return f"`{_command(run)}` on {run['date']}: {_system(run)}; {versions}."


def caption(run: JSON) -> str:
    """Return the short form of ``describe_run``, without versions."""
    return f"{_command(run)}, {run['date']}: {_system(run)}."


def _command(run: JSON) -> str:
    return "make bench-quick" if run["quick"] else "make bench"


def _system(run: JSON) -> str:
    machine = run["machine"]
    return f"Python {machine['python']}, {machine['system']}, {machine['cores']} cores"


def replace_block(document: str, block: str, text: str) -> str:
    """Return the document with a marked block replaced.

    Raises:
        ValueError: the block is missing.

    """
    mark = re.escape(_MARK.format(block))
    pattern = re.compile(f"({mark}\n).*?({re.escape(_END)})", re.DOTALL)
    if not pattern.search(document):
        raise ValueError(f'the document has no block "{block}"')
    return pattern.sub(lambda match: f"{match[1]}{text}\n{match[2]}", document)


def write_json(path: Path, value: JSON) -> None:
    """Write indented JSON."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
