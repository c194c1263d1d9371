"""Scan a code base for searches, against ruff over the same Python files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from .. import workload
from ..harness import Figure, Growth, Size, Table, figure, within

FILES = 10_000
_FILES_PER_FOLDER = 100
_CALLS_EVERY = 100
"""One file of so many sends a search; far more than in most code bases."""
_MANY_CALLS_EVERY = 5
_WORDS = ("order", "total", "buyer", "page", "price", "item", "status", "row", "limit", "name", "site", "token")
_SEARCH = """
def search_{name}(headers, since):
    body = {{"search": {{"filter": {{"paymentstatus": "PAID", "createdDate": {{"$gte": since}}}}}}}}
    return requests.post("https://www.wixapis.com/ecom/v1/orders/search", headers=headers, json=body).json()
"""


def source(random: Random, *, sends: bool) -> str:
    """Return a Python file of about 100 lines, with or without a search with one mistake."""
    parts = ["import json\nimport requests\n"]
    for _ in range(random.randint(4, 14)):
        name, first, second = ("_".join(random.choices(_WORDS, k=3)) for _ in range(3))
        number = random.randint(2, 900)
        parts.append(
            f"\ndef {name}({first}, {second}=None):\n"
            f'    """Return the {first} of each {second}."""\n'
            f"    found = []\n"
            f"    for index, value in enumerate({first}):\n"
            f'        if {second} is not None and value.get("{second}") == {number}:\n'
            f'            found.append({{"index": index, "{name}": json.dumps(value)}})\n'
            f'    return sorted(found, key=lambda entry: entry["index"])[:{number}]\n'
        )
    if sends:
        parts.insert(random.randrange(1, len(parts)), _SEARCH.format(name="_".join(random.choices(_WORDS, k=2))))
    return "\n".join(parts)


def write_files(folder: Path, count: int, calls_every: int) -> tuple[int, int]:
    """Write files into a folder; return how many lines there are, and how many files send a search."""
    random = Random(workload.SEED)
    lines = calls = 0
    for number in range(count):
        sends = number % calls_every == 0
        path = folder / f"package_{number // _FILES_PER_FOLDER:03}" / f"module_{number:05}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = source(random, sends=sends)
        path.write_text(text, encoding="utf-8")
        lines += text.count("\n")
        calls += sends
    return lines, calls


def _seconds(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, bytes]:
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode in (0, 1), (command, done.stderr)
    return time.perf_counter() - began, done.stdout


def _figure(job: str, folder: Path, count: int, calls: int, bound: float | None, size: Size) -> Figure:
    program = str(Path(sys.executable).with_name("orderquery"))
    ours = [program, "scan", "--format", "json"]
    theirs = [
        str(Path(sys.executable).with_name("ruff")),
        "check",
        "--no-cache",
        "--isolated",
        "--exit-zero",
        "--quiet",
    ]
    # An installed package has bytecode files; write them here for a checkout.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(folder.parent / "bytecode")
    _, report = _seconds(ours, folder, environment)
    counts = json.loads(report)["counts"]
    assert (counts["files"], counts["calls"], counts["errors"]) == (count, calls, calls), counts
    rounds: list[tuple[float, float]] = []
    for index in range(3 if size.quick else 11):
        seconds = [0.0, 0.0]
        for side in (0, 1) if index % 2 == 0 else (1, 0):
            seconds[side] = _seconds(theirs if side else ours, folder, environment)[0]
        rounds.append((seconds[0], seconds[1]))
    return figure(job, "ruff check --no-cache", rounds, None if bound is None else within(bound), items=count)


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    count = FILES // 10 if size.quick else FILES
    figures = []
    with tempfile.TemporaryDirectory(prefix="orderquery-bench-") as folder:
        for name, every, bound in (("1 file in 100", _CALLS_EVERY, 3.0), ("1 file in 5", _MANY_CALLS_EVERY, None)):
            root = Path(folder) / name.replace(" ", "_")
            lines, calls = write_files(root, count, every)
            job = f"{count:,} files, {lines:,} lines; {name} sends a search"
            figures.append(_figure(job, root, count, calls, bound, size))
    note = (
        "Whole processes over the same Python files. ruff checks each file by its default rules and caches nothing; "
        "the scan reads each file, and parses those that have a word of a search."
    )
    yield Table("A code base", note, tuple(figures))
