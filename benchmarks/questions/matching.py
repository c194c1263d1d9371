"""Run ``orderquery match``, against a script with orjson and one function."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from orderquery.cli.worker_processes import count_processors

from .. import workload
from ..harness import Differs, Figure, Growth, Size, Table, Target, figure, speed, together

_TARGET = speed(2.0)
_OPPONENT = "orjson loop, hand-written function"
_MIN_ORDERS = 50_000
"""With fewer orders both sides mostly start up. A small run repeats its orders."""
_ROUNDS = 5
_QUICK = ("q1", "q4")
_ONE_JOB, _ONE_JOB_QUICK = ("q1", "q3", "q4"), ("q4",)
_NOTE = (
    "Whole processes with start-up, over one file of {count:,} orders ({size:,.0f} MB) in the file cache; output is "
    "discarded. Ours uses one process for each processor, here {cores}; the opponent's loop runs in one. Start-up and "
    "parsing the search are not parallel. The search is JSON; a text search takes longer because it loads the parser. "
    "Tried: ranges of other sizes; pipes instead of shared memory for the lines found."
)
_NOTE_ONE = (
    "The same with --jobs 1, as for pipes and compressed files; the ratio is our time divided by theirs. Only what the "
    "search reads is decoded. The rest is still checked for UTF-8, depth and range of numbers, so that the same lines "
    "are reported as unusable; the check takes as long as the decoding. Tried: other block sizes, structs instead of "
    "dictionaries, checks for each line instead of each block, counts and regular expressions instead of samples."
)


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the tables of this question: default options, and one process."""
    times = max(1, _MIN_ORDERS // size.orders)
    count = size.orders * times
    with tempfile.TemporaryDirectory(prefix="orderquery-bench-") as folder:
        path = Path(folder) / "orders.jsonl"
        lines = [orjson.dumps(order) + b"\n" for order in workload.orders(size.orders)]
        with path.open("wb") as file:
            for _ in range(times):
                file.writelines(lines)
        del lines
        # An installed package has bytecode files; write them here for a checkout, for both sides.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "bytecode")
        rounds, megabytes = min(size.rounds, _ROUNDS), path.stat().st_size / 1e6
        queries = workload.QUERIES if not size.quick else [row for row in workload.QUERIES if row.name in _QUICK]
        figures = [_duel(query, path, environment, rounds, _TARGET, count) for query in queries]
        note = _NOTE.format(count=count, size=megabytes, cores=count_processors())
        whole = together("geometric mean", figures, _TARGET)
        yield Table("orderquery match over JSON lines", note, (*figures, whole))
        names = _ONE_JOB_QUICK if size.quick else _ONE_JOB
        one_job = [query for query in workload.QUERIES if query.name in names]
        figures = [_duel(query, path, environment, rounds, None, count, "--jobs", "1") for query in one_job]
    yield Table("orderquery match in one process", _NOTE_ONE, (*figures, together("geometric mean", figures, None)))


def _duel(
    query: workload.Query,
    path: Path,
    environment: dict[str, str],
    rounds: int,
    target: Target | None,
    count: int,
    *options: str,
) -> Figure:
    ours = [sys.executable, "-m", "orderquery", "match", json.dumps(query.search), str(path), *options]
    theirs = [sys.executable, "-m", "benchmarks.hand_match", query.name, str(path)]
    if _printed(ours, environment) != _printed(theirs, environment):
        raise Differs(f"{query.name}: {_OPPONENT} prints different lines")
    pairs = []
    for index in range(rounds):
        seconds = {}
        for side, command in ((0, ours), (1, theirs)) if index % 2 == 0 else ((1, theirs), (0, ours)):
            began = time.perf_counter()
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
            seconds[side] = time.perf_counter() - began
        pairs.append((seconds[0], seconds[1]))
    return figure(query.name, _OPPONENT, pairs, target, items=count)


def _printed(command: list[str], environment: dict[str, str]) -> str:
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        digest = hashlib.file_digest(process.stdout, "sha256").hexdigest()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return digest
