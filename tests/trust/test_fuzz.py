"""Fuzzing, and the worst inputs of 64 KiB: only our own errors, within bounded calls and memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT
from scale import scaled

FUZZ = Path(__file__).parent / "fuzz"
sys.path.insert(0, str(FUZZ))

from run import MEBIBYTES, MOST_CALLS  # noqa: E402
from seeds import decoded, encoded, kept  # noqa: E402
from worst import LARGEST, WORST  # noqa: E402

FUZZED_SECONDS = scaled(600, 30)


def run(*words: object, timeout: float) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(FUZZ / "run.py"), *map(str, words)]
    return subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, errors="replace", timeout=timeout
    )  # fmt: skip


@pytest.mark.parametrize("target", WORST)
def test_fuzz(target: str, tmp_path: Path, counted: Any) -> None:
    done = run(target, "--seconds", FUZZED_SECONDS, "--found", tmp_path, timeout=FUZZED_SECONDS + 600)
    left = [
        encoded(file.read_bytes()) for pattern in ("crash-*", "timeout-*", "oom-*") for file in tmp_path.glob(pattern)
    ]
    assert done.returncode == 0, f"{left}\n{done.stdout[-3_000:]}\n{done.stderr[-3_000:]}"
    assert not left
    executed = int(re.findall(r"stat::number_of_executed_units: (\d+)", done.stderr)[-1])
    # A run that came no further than what it began with has tried nothing.
    assert executed > 2 * len(kept(target))
    assert int(re.findall(r"stat::new_units_added: +(\d+)", done.stderr)[-1]) > 0
    counted(f"inputs fuzzed: {target}", executed, executed, f"{FUZZED_SECONDS} s")


@pytest.mark.parametrize("target", WORST)
def test_the_worst_of_64_kib(target: str, tmp_path: Path, counted: Any) -> None:
    files = []
    for number, data in enumerate(WORST[target].values()):
        assert len(data) <= LARGEST
        files.append(tmp_path / str(number))
        files[-1].write_bytes(data)
    done = run(target, "--each", *files, timeout=1_200)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == len(files), done.stderr
    fallen = {
        name: found
        for name, found in zip(WORST[target], said, strict=True)
        if found["raised"] or found["calls"] > MOST_CALLS or found["mebibytes"] > MEBIBYTES
    }
    assert not fallen, fallen
    calls, largest = max(found["calls"] for found in said), max(found["mebibytes"] for found in said)
    counted(f"worst inputs of 64 KiB: {target}", len(said), len(said), f"{calls:,} calls, {largest} MiB at most")


@pytest.mark.parametrize("target", WORST)
def test_what_was_found_before(target: str) -> None:
    """Every input of the kept corpus, among them whatever once fell, without atheris."""
    from targets import TARGETS

    inputs = kept(target)
    assert inputs
    for data in inputs:
        assert decoded(encoded(data)) == data
        TARGETS[target](data)
