"""What the documents quote of a run: results.json, two pictures, and the marked blocks of two files.

Nothing in a block is written by hand; a test makes the blocks anew from results.json and compares.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import report
from .harness import Figure, Growth, Table, Target
from .questions import QUESTIONS

JSON = Any
FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"
MAIN, GROWTH = FOLDER / "main.svg", FOLDER / "growth.svg"
DOCUMENTS = {"main": FOLDER.parent / "README.md", "tables": FOLDER / "README.md"}


def answers_of(run: JSON) -> list[Table | Growth]:
    """Every table and growth of a run, in its order."""
    return [answer for values in run["answers"].values() for answer in report.from_json(values)]


def targets_of(run: JSON) -> list[Figure]:
    """Every figure that has a target."""
    tables = [answer for answer in answers_of(run) if isinstance(answer, Table)]
    return [figure for table in tables for figure in table.figures if figure.target is not None]


def worst_of(run: JSON) -> list[tuple[str, Figure]]:
    """The main table: of every table and opponent the figure that is nearest to missing its target, or misses most."""
    found: dict[tuple[str, str, Target], Figure] = {}
    for answer in answers_of(run):
        for figure in answer.figures if isinstance(answer, Table) else ():
            if figure.target is not None:
                key = (answer.title, figure.opponent, figure.target)
                if key not in found or figure.margin < found[key].margin:
                    found[key] = figure
    return [(title, figure) for (title, _, _), figure in found.items()]


def blocks(run: JSON) -> dict[str, str]:
    """The text of each marked block."""
    figures = targets_of(run)
    met = sum(figure.met is True for figure in figures)
    said = f"{report.said_of_run(run)} {met} of {len(figures)} targets met."
    tables = "\n\n".join(report.markdown(answer) for answer in answers_of(run))
    return {"main": f"{said}\n\n{report.main_table(worst_of(run))}", "tables": f"{said}\n\n{tables}"}


def joined(run: JSON, before: JSON) -> JSON:
    """A run of some questions, with the answers of an earlier one to the others. Each table is of one run."""
    answers = {name: run["answers"].get(name, before["answers"].get(name)) for name in QUESTIONS}
    return {**run, "took": {**before["took"], **run["took"]}, "answers": {k: v for k, v in answers.items() if v}}


def publish(run: JSON) -> None:
    """Write all that is quoted."""
    from .pictures import growth_picture, main_picture

    if RESULTS.exists() and set(run["answers"]) != set(QUESTIONS):
        run = joined(run, json.loads(RESULTS.read_text(encoding="utf-8")))

    report.write_json(RESULTS, run)
    main_picture(MAIN, worst_of(run))
    growth_picture(GROWTH, [answer for answer in answers_of(run) if isinstance(answer, Growth)])
    for block, text in blocks(run).items():
        document = DOCUMENTS[block]
        document.write_text(report.replaced(document.read_text(encoding="utf-8"), block, text), encoding="utf-8")
