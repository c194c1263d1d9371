"""Run whole processes of the command line, against a Python that does nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ..harness import Figure, Growth, Size, Table, figure, within

_REQUEST = {
    "search": {
        "filter": {"paymentStatus": "PAID", "createdDate": {"$gte": "2024-07-01T00:00:00.000Z"}},
        "sort": [{"fieldName": "createdDate", "order": "DESC"}],
        "cursorPaging": {"limit": 50},
    }
}
_WARMED = 2
_PASS = [sys.executable, "-c", "pass"]


def _seconds(command: list[str], environment: dict[str, str], status: int) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    seconds = time.perf_counter() - began
    assert done.returncode == status, (command, done.stderr)
    assert bool(done.stdout) == (command is not _PASS), command
    return seconds


def _figure(job: str, command: list[str], environment: dict[str, str], bound: float | None, size: Size) -> Figure:
    status = 1 if bound is None else 0
    rounds: list[tuple[float, float]] = []
    for index in range(_WARMED + (11 if size.quick else 41)):
        seconds = [0.0, 0.0]
        for side in (0, 1) if index % 2 == 0 else (1, 0):
            seconds[side] = _seconds(_PASS, environment, 0) if side else _seconds(command, environment, status)
        rounds.append((seconds[0], seconds[1]))
    return figure(job, "python -c pass", rounds[_WARMED:], None if bound is None else within(bound))


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    program = str(Path(sys.executable).with_name("orderquery"))
    with tempfile.TemporaryDirectory(prefix="orderquery-bench-") as folder:
        right, wrong = Path(folder) / "request.json", Path(folder) / "wrong.json"
        right.write_text(json.dumps(_REQUEST, indent=2), encoding="utf-8")
        wrong.write_text(json.dumps(_REQUEST).replace("paymentStatus", "paymentstatus"), encoding="utf-8")
        # An installed package has bytecode files; write them here for a checkout, for both sides.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "bytecode")
        figures = (
            _figure("orderquery --help", [program, "--help"], environment, 3.0, size),
            _figure(
                "orderquery check, a request without mistakes", [program, "check", str(right)], environment, 9.0, size
            ),
            _figure(
                "orderquery check, a request with one mistake",
                [program, "check", str(wrong)],
                environment,
                None,
                size,
            ),
        )
    yield Table("Whole processes", "From the start of the process to its end, with its output read.", figures)
