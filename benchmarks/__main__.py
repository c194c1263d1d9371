"""Asks the questions, each in a process of its own, prints their tables and writes the results.

``python -m benchmarks`` is a full run, ``--quick`` one of under two minutes; ``--only NAME`` asks some questions alone.
``--publish`` writes the results, the pictures and the blocks that README.md and benchmarks/README.md quote.
"""

from __future__ import annotations

import datetime
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from . import report
from .harness import FULL, QUICK
from .published import publish
from .questions import QUESTIONS
from .stored import FOLDER_VARIABLE

_PEERS = ("mongomock", "mongoquery", "pydantic", "odata-query", "pygeofilter", "orjson", "sqlakeyset", "uvicorn")


def _ask(name: str, quick: bool, stores: str) -> list[Any]:
    """The answers to one question, from a process that measures nothing else."""
    with tempfile.TemporaryDirectory(prefix="orderquery-bench-") as folder:
        answers = Path(folder) / "answers.json"
        command = [sys.executable, "-m", "benchmarks", "--question", name, "--answers", str(answers)]
        environment = {FOLDER_VARIABLE: stores, **os.environ}
        subprocess.run([*command, "--quick"] if quick else command, check=True, env=environment)
        found: list[Any] = json.loads(answers.read_text(encoding="utf-8"))
        return found


def _answer(name: str, quick: bool, path: Path) -> None:
    question = importlib.import_module(f".questions.{name}", __package__)
    answers = list(question.measure(QUICK if quick else FULL))
    report.write_json(path, report.to_json(answers))


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in _PEERS},
    }


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="Smaller sizes: under two minutes.")
@click.option("--only", multiple=True, type=click.Choice(QUESTIONS), help="Ask this question alone; may be repeated.")
@click.option("--json", "written", type=click.Path(path_type=Path), help="Write the results here.")
@click.option("--publish", "published", is_flag=True, help="Write what the documents quote.")
@click.option("--question", hidden=True, type=click.Choice(QUESTIONS))
@click.option("--answers", hidden=True, type=click.Path(path_type=Path))
def main(
    quick: bool, only: tuple[str, ...], written: Path | None, published: bool, question: str | None, answers: Path
) -> None:
    """Run."""
    if question is not None:
        _answer(question, quick, answers)
        return
    console, began = Console(width=None if sys.stdout.isatty() else 180), time.monotonic()
    run: dict[str, Any] = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "quick": quick,
        "machine": _machine(),
        "took": {},
        "answers": {},
    }
    with tempfile.TemporaryDirectory(prefix="orderquery-stores-") as stores:
        for name in QUESTIONS:
            if only and name not in only:
                continue
            asked = time.monotonic()
            run["answers"][name] = _ask(name, quick, stores)
            run["took"][name] = round(time.monotonic() - asked, 1)
            report.show(console, report.from_json(run["answers"][name]))
    run["seconds"] = round(time.monotonic() - began)
    figures = [
        figure
        for values in run["answers"].values()
        for answer in report.from_json(values)
        for figure in getattr(answer, "figures", ())
    ]
    missed = [figure for figure in figures if figure.met is False]
    console.print(
        f"{sum(figure.met is True for figure in figures)} targets met, {len(missed)} missed, {run['seconds']} s"
    )
    console.print("seconds of each question: " + ", ".join(f"{name} {took}" for name, took in run["took"].items()))
    for figure in missed:
        console.print("missed: " + " | ".join(report.cells(figure)))
    path = written or Path(tempfile.gettempdir()) / "orderquery-benchmarks.json"
    report.write_json(path, run)
    console.print(f"results: {path}")
    if published:
        publish(run)


if __name__ == "__main__":
    main()
