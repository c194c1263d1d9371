"""What the documents quote of a run: results.json, two pictures, and the marked blocks of two files.

Nothing in a block is written by hand; a test makes the blocks anew from results.json and compares.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import report
from .harness import Figure, Growth, Table

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


def blocks(run: JSON) -> dict[str, str]:
    """The text of each marked block."""
    figures = targets_of(run)
    met = sum(figure.met is True for figure in figures)
    said = f"{report.said_of_run(run)} {met} of {len(figures)} targets met."
    tables = "\n\n".join(report.markdown(answer) for answer in answers_of(run))
    return {"main": said, "tables": f"{said}\n\n{tables}"}


def publish(run: JSON) -> None:
    """Write all that is quoted."""
    from .pictures import growth_picture, main_picture

    report.write_json(RESULTS, run)
    main_picture(MAIN, targets_of(run))
    growth_picture(GROWTH, [answer for answer in answers_of(run) if isinstance(answer, Growth)])
    for block, text in blocks(run).items():
        document = DOCUMENTS[block]
        document.write_text(report.replaced(document.read_text(encoding="utf-8"), block, text), encoding="utf-8")
