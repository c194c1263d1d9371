"""Publish a run: results.json, two pictures and the marked blocks of README.md.

The blocks are generated, never edited; a test generates them again from results.json and compares.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import report
from .curves import growth_picture
from .harness import Figure, Growth, Table, Target
from .pictures import main_picture
from .questions import QUESTIONS

JSON = Any
FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
MAIN, GROWTH = FOLDER / "main.svg", FOLDER / "growth.svg"
DOCUMENT = FOLDER / "README.md"


def answers_of(run: JSON) -> list[Table | Growth]:
    """Return every table and growth of a run, in order."""
    return [answer for values in run["answers"].values() for answer in report.from_json(values)]


def targets_of(run: JSON) -> list[Figure]:
    """Return every figure with a target."""
    tables = [answer for answer in answers_of(run) if isinstance(answer, Table)]
    return [figure for table in tables for figure in table.figures if figure.target is not None]


def worst_of(run: JSON) -> list[tuple[str, Figure]]:
    """Return the figure with the worst margin for each table, opponent and target."""
    found: dict[tuple[str, str, Target], Figure] = {}
    for answer in answers_of(run):
        for figure in answer.figures if isinstance(answer, Table) else ():
            if figure.target is not None:
                key = (answer.title, figure.opponent, figure.target)
                if key not in found or figure.margin < found[key].margin:
                    found[key] = figure
    return [(title, figure) for (title, _, _), figure in found.items()]


def blocks(run: JSON) -> dict[str, str]:
    """Return the text of each marked block."""
    figures = targets_of(run)
    met = sum(figure.met is True for figure in figures)
    line = f"{report.describe_run(run)} {met} of {len(figures)} targets met."
    tables = "\n\n".join(report.markdown(answer) for answer in answers_of(run))
    return {"main": f"{line}\n\n{report.main_table(worst_of(run))}", "tables": f"{line}\n\n{tables}"}


def merge_runs(run: JSON, before: JSON) -> JSON:
    """Fill a run of some questions with an earlier run's answers to the others."""
    answers = {name: run["answers"].get(name, before["answers"].get(name)) for name in QUESTIONS}
    return {**run, "took": {**before["took"], **run["took"]}, "answers": {k: v for k, v in answers.items() if v}}


def draw(run: JSON) -> None:
    """Draw the pictures of a run."""
    answers = answers_of(run)
    main_picture(MAIN, [answer for answer in answers if isinstance(answer, Table)], report.caption(run))
    growth_picture(GROWTH, [answer for answer in answers if isinstance(answer, Growth)])


def publish(run: JSON) -> None:
    """Write the results, the pictures and the blocks of the README."""
    if RESULTS.exists() and set(run["answers"]) != set(QUESTIONS):
        run = merge_runs(run, json.loads(RESULTS.read_text(encoding="utf-8")))
    report.write_json(RESULTS, run)
    draw(run)
    document = DOCUMENT.read_text(encoding="utf-8")
    for block, text in blocks(run).items():
        document = report.replace_block(document, block, text)
    DOCUMENT.write_text(document, encoding="utf-8")
