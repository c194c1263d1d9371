"""``orderquery match`` over JSON lines, against a script that decodes each and asks a function written by hand."""

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

from orderquery.cli.match_files import processors

from .. import workload
from ..harness import Differs, Figure, Growth, Size, Table, Target, figure, speed, together

_TARGET = speed(2.0)
_OPPONENT = "orjson loop, hand-written function"
_LEAST = 50_000
"""Orders: of fewer, both sides spend their time on starting up. A small run repeats the orders that it has."""
_ROUNDS = 5
_QUICK = ("q1", "q4")
_ONE_JOB, _ONE_JOB_QUICK = ("q1", "q3", "q4"), ("q4",)
_NOTE = (
    "whole processes, start-up included, over one file of {count:,} orders ({size:,.0f} MB) in the system's cache, "
    "output thrown away. A big file is judged in as many processes as there are processors, here {cores}, the "
    "opponent's loop in one; what they share, start-up and the reading of the search, is no faster for it. The search "
    "is given as JSON: as text it takes longer, for the parser has to be loaded. Tried: "
    "ranges of other sizes, and lines sent back through pipes instead of shared memory"
)
_NOTE_ONE = (
    "the same with --jobs 1, which is what pipes and compressed files get; the ratio is our time by theirs. What a "
    "search does not read is not built, but it is checked, so that the same lines are reported as unusable: that it is "
    "UTF-8, how deep it nests, and that decimals hold its numbers: that takes as long as the decoding. Tried: other "
    "sizes of blocks, structs instead of dictionaries, checks by line instead of by block, counts and regular "
    "expressions instead of samples of the bytes"
)


def measure(size: Size) -> Iterator[Table | Growth]:
    """The tables of this question: the command as it is used, and one process of it."""
    times = max(1, _LEAST // size.orders)
    with tempfile.TemporaryDirectory(prefix="orderquery-bench-") as folder:
        path = Path(folder) / "orders.jsonl"
        lines = [orjson.dumps(order) + b"\n" for order in workload.orders(size.orders)]
        with path.open("wb") as file:
            for _ in range(times):
                file.writelines(lines)
        del lines
        # An installed package comes with its bytecode; a checkout gets it here, on both sides alike.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "bytecode")
        rounds, megabytes = min(size.rounds, _ROUNDS), path.stat().st_size / 1e6
        asked = workload.QUERIES if not size.quick else [row for row in workload.QUERIES if row.name in _QUICK]
        figures = [_duel(query, path, environment, rounds, _TARGET) for query in asked]
        note = _NOTE.format(count=size.orders * times, size=megabytes, cores=processors())
        whole = together("together", figures, _TARGET)
        yield Table("orderquery match over JSON lines", note, (*figures, whole))
        names = _ONE_JOB_QUICK if size.quick else _ONE_JOB
        alone = [query for query in workload.QUERIES if query.name in names]
        figures = [_duel(query, path, environment, rounds, None, "--jobs", "1") for query in alone]
    yield Table("orderquery match in one process", _NOTE_ONE, (*figures, together("together", figures, None)))


def _duel(
    query: workload.Query, path: Path, environment: dict[str, str], rounds: int, target: Target | None, *options: str
) -> Figure:
    ours = [sys.executable, "-m", "orderquery", "match", json.dumps(query.search), str(path), *options]
    theirs = [sys.executable, "-m", "benchmarks.hand_match", query.name, str(path)]
    if _printed(ours, environment) != _printed(theirs, environment):
        raise Differs(f"{query.name}: {_OPPONENT} prints something else")
    took = []
    for index in range(rounds):
        pair = {}
        for side, command in ((0, ours), (1, theirs)) if index % 2 == 0 else ((1, theirs), (0, ours)):
            began = time.perf_counter()
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
            pair[side] = time.perf_counter() - began
        took.append((pair[0], pair[1]))
    return figure(query.name, _OPPONENT, took, target)


def _printed(command: list[str], environment: dict[str, str]) -> str:
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        digest = hashlib.file_digest(process.stdout, "sha256").hexdigest()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return digest
