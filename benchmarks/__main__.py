"""Run the benchmarks, print their tables and write the results.

Each question runs in its own process. ``--only NAME`` runs some questions only, ``--quick`` takes under two minutes.
``--publish`` writes results.json, the pictures and the marked blocks of benchmarks/README.md.
``--compare BEFORE AFTER`` runs nothing: it compares two files of results.
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

from . import comparison, report
from .harness import FULL, QUICK
from .published import publish
from .questions import QUESTIONS
from .stored import FOLDER_VARIABLE

_PEERS = ("mongomock", "mongoquery", "pydantic", "odata-query", "pygeofilter", "orjson", "sqlakeyset", "uvicorn")
_RESULTS = click.Path(exists=True, dir_okay=False, path_type=Path)


def _run_question(name: str, quick: bool, stores: str) -> list[Any]:
    """Run one question in its own process and return its answers."""
    with tempfile.TemporaryDirectory(prefix="orderquery-bench-") as folder:
        answers = Path(folder) / "answers.json"
        command = [sys.executable, "-m", "benchmarks", "--question", name, "--answers", str(answers)]
        environment = {FOLDER_VARIABLE: stores, **os.environ}
        subprocess.run([*command, "--quick"] if quick else command, check=True, env=environment)
        values: list[Any] = json.loads(answers.read_text(encoding="utf-8"))
        return values


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
@click.option("--quick", is_flag=True, help="Use smaller sizes; takes under two minutes.")
@click.option("--only", multiple=True, type=click.Choice(QUESTIONS), help="Run this question only; may be repeated.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the results to this file.")
@click.option("--publish", "publishes", is_flag=True, help="Update results.json, the pictures and the documents.")
@click.option("--compare", "runs", nargs=2, type=_RESULTS, metavar="BEFORE AFTER", help="Compare two files of results.")
@click.option("--markdown", is_flag=True, help="With --compare: print Markdown.")
@click.option("--question", hidden=True, type=click.Choice(QUESTIONS))
@click.option("--answers", hidden=True, type=click.Path(path_type=Path))
def main(
    quick: bool,
    only: tuple[str, ...],
    json_path: Path | None,
    publishes: bool,
    runs: tuple[Path, Path] | None,
    markdown: bool,
    question: str | None,
    answers: Path,
) -> None:
    """Run the questions or compare two runs."""
    if question is not None:
        _answer(question, quick, answers)
    elif runs is not None:
        _compare(*runs, markdown=markdown)
    else:
        _measure(quick, only, json_path, publishes)


def _compare(before: Path, after: Path, *, markdown: bool) -> None:
    rows = comparison.compare(comparison.read_run(before), comparison.read_run(after))
    if markdown:
        click.echo(comparison.markdown(rows))
    else:
        comparison.show(Console(width=None if sys.stdout.isatty() else 200), rows)


def _measure(quick: bool, only: tuple[str, ...], json_path: Path | None, publishes: bool) -> None:
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
            question_began = time.monotonic()
            run["answers"][name] = _run_question(name, quick, stores)
            run["took"][name] = round(time.monotonic() - question_began, 1)
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
    console.print(
        "seconds of each question: " + ", ".join(f"{name} {seconds}" for name, seconds in run["took"].items())
    )
    for figure in missed:
        console.print("missed: " + " | ".join(report.cells(figure)))
    path = json_path or Path(tempfile.gettempdir()) / "orderquery-benchmarks.json"
    report.write_json(path, run)
    console.print(f"results: {path}")
    if publishes:
        publish(run)


if __name__ == "__main__":
    main()
