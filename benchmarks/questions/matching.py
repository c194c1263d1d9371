"""``orderquery match`` over JSON lines, against a script that decodes each and asks a function written by hand."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from .. import workload
from ..harness import Differs, Figure, Growth, Size, Table, figure, speed, together

_TARGET = speed(2.0)
_OPPONENT = "orjson loop, hand-written function"
_LEAST = 10_000
"""Orders: of fewer, both sides spend their time on starting up."""
_NOTE = (
    "whole processes, start-up included, over one file of {count:,} orders in the system's cache, output thrown away. "
    "What a search does not read is not built, but it is checked, so that the same lines are reported as unusable: "
    "that it is UTF-8, how deep it nests, and that decimals hold its numbers: that takes as long as the decoding. "
    "Tried: other sizes of blocks, structs instead of dictionaries, checks by line instead of by block, counts and "
    "regular expressions instead of samples of the bytes"
)


def measure(size: Size) -> Iterator[Table | Growth]:
    """The table of this question."""
    count = max(size.orders, _LEAST)
    with tempfile.TemporaryDirectory(prefix="orderquery-bench-") as folder:
        path = Path(folder) / "orders.jsonl"
        with path.open("wb") as file:
            file.writelines(orjson.dumps(order) + b"\n" for order in workload.orders(count))
        figures = [_duel(query, str(path), size.rounds) for query in workload.QUERIES]
    whole = together("q1 to q7", figures, _TARGET)
    yield Table("orderquery match over JSON lines", _NOTE.format(count=count), (*figures, whole))


def _duel(query: workload.Query, path: str, rounds: int) -> Figure:
    ours = [sys.executable, "-m", "orderquery", "match", query.text, path]
    theirs = [sys.executable, "-m", "benchmarks.hand_match", query.name, path]
    if _printed(ours) != _printed(theirs):
        raise Differs(f"{query.name}: {_OPPONENT} prints something else")
    took = []
    for index in range(rounds):
        pair = {}
        for side, command in ((0, ours), (1, theirs)) if index % 2 == 0 else ((1, theirs), (0, ours)):
            began = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            pair[side] = time.perf_counter() - began
        took.append((pair[0], pair[1]))
    return figure(query.name, _OPPONENT, took, _TARGET)


def _printed(command: list[str]) -> str:
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        digest = hashlib.file_digest(process.stdout, "sha256").hexdigest()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return digest
