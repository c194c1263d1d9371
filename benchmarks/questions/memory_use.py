"""Measure the peak memory of a match and a load, against a tenth of the input."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import orjson

from .. import workload
from ..harness import Differs, Figure, Growth, Size, Table, Target, figure
from .loading import load_memory

_TARGET = Target("memory", 1.2)
_TIMES = 10
_FED_AT_ONCE = 1_000
_QUICK = 2_000
_ROUNDS = 5
_NOTE = (
    "Peak resident memory of the whole process; the opponent is the same command over a tenth of the input. A match "
    "that reads transactions keeps the parts that its search reads, and grows with the number of records."
)


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    yield Table("Peak memory", _NOTE, (_match_memory(size), *load_memory(size)))


def _match_memory(size: Size) -> Figure:
    """Measure ``match`` reading a pipe."""
    small = _QUICK if size.quick else size.orders
    lines = b"".join(orjson.dumps(order) + b"\n" for order in workload.orders(_FED_AT_ONCE))
    rounds = []
    for _ in range(_ROUNDS):
        (matched_small, theirs), (matched, ours) = (_peak(lines, count) for count in (small, small * _TIMES))
        if matched != matched_small * _TIMES:
            raise Differs(f"{matched} of {small * _TIMES} orders match, {matched_small} of {small}")
        rounds.append((ours, theirs))
    job = f"match of {small * _TIMES:,} orders"
    return figure(job, f"match of {small:,}", rounds, _TARGET, "MiB")


def _peak(lines: bytes, count: int) -> tuple[int, float]:
    """Return the number of matching orders and the peak resident memory in MiB."""
    command = [sys.executable, "-m", "orderquery", "match", workload.QUERIES[0].text, "--count"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin as stdin:
        for _ in range(count // _FED_AT_ONCE):
            stdin.write(lines)
    with process.stdout as stdout:
        matched = int(stdout.read())
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return matched, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
