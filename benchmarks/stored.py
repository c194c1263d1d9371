"""Create the stores of a run with ``orderquery load`` and record its memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from .workload import SEED

FOLDER_VARIABLE = "ORDERQUERY_BENCHMARK_STORES"
"""The environment variable with the folder where the questions of a run share their stores."""

KEY = "the key of the benchmarks' cursors"

_SAMPLES = f"""
import sys
from orderquery.samples.generator import sample_lines
for line in sample_lines(int(sys.argv[1]), {SEED}):
    sys.stdout.buffer.write(line + b"\\n")
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A store, and the peak memory of its load in MiB."""

    path: str
    peak: float


@cache
def _own_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="orderquery-stores-")


def folder() -> Path:
    """Return the folder of this run's stores."""
    shared = os.environ.get(FOLDER_VARIABLE)
    return Path(shared if shared else _own_folder().name)


def stored(orders: int) -> Stored:
    """Return the store of this many synthetic orders; load it if it is new."""
    path, noted = folder() / f"{orders}.db", folder() / f"{orders}.json"
    if noted.exists():
        return Stored(**json.loads(noted.read_text("utf-8")))
    with subprocess.Popen([sys.executable, "-c", _SAMPLES, str(orders)], stdout=subprocess.PIPE) as samples:
        load = subprocess.Popen(
            [sys.executable, "-m", "orderquery", "load", str(path), "-"],
            stdin=samples.stdout, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        if samples.stdout is not None:
            samples.stdout.close()
        _, status, used = os.wait4(load.pid, 0)
        load.returncode = os.waitstatus_to_exitcode(status)
    if samples.returncode or load.returncode:
        raise RuntimeError(f"loading {orders:,} orders failed")
    # Linux reports KiB, macOS bytes.
    peak = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    made = Stored(str(path), peak)
    noted.write_text(json.dumps(asdict(made)), "utf-8")
    return made


def lines(orders: int) -> Path:
    """Return JSON lines: this many orders, each followed by its transactions."""
    path = folder() / f"{orders}.jsonl"
    if not path.exists():
        with path.open("wb") as file:
            subprocess.run([sys.executable, "-c", _SAMPLES, str(orders)], stdout=file, check=True)
    return path
