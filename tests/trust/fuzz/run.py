"""Fuzz one target, or give it inputs one by one.

    python run.py TARGET --seconds N [--found DIR]    fuzz it, coverage-guided
    python run.py TARGET --keep DIR                   make the kept corpus anew, with what was found in DIR
    python run.py TARGET --each FILE ...              what each input takes, as a line of JSON: function calls and MiB

An input that raises, or that takes more than ``MOST_CALLS`` or ``MEBIBYTES``, ends a run with status 77 and is left in
DIR. Counting calls is slow, so only an input that takes ``SUSPECT_SECONDS`` is counted, in a run of it alone.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import seeds

sys.path.insert(0, str(Path(__file__).parents[2]))
from call_counter import CallCounter

MOST_CALLS, MEBIBYTES = 30_000_000, 200
SUSPECT_SECONDS = 1.0
MOST_BYTES_KEPT = 56_000
_PAGE = resource.getpagesize()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--found", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--each", type=Path, nargs="*")
    asked = parser.parse_args()
    if asked.each is not None:
        from targets import TARGETS

        for file in asked.each:
            print(json.dumps(measured(TARGETS[asked.target], file.read_bytes())), flush=True)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = asked.found or Path(folder) / "found"
        return keep(asked.target, asked.keep) if asked.keep else fuzz(asked.target, asked.seconds, found)


# -- one by one -------------------------------------------------------------------------------------------------


def resident() -> int:
    """MiB that this process has in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE >> 20


def measured(target, data: bytes) -> dict[str, object]:
    """What an input takes, in a process of its own that has everything imported."""
    target(b"{}")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        before, counter, raised = resident(), CallCounter(), ""
        try:
            with counter.counting():
                target(data)
        except BaseException as problem:
            raised = f"{type(problem).__name__}: {problem}"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        said = {"calls": counter.calls, "mebibytes": max(0, peak - before), "raised": raised[:2_000]}
        os.write(writing, json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = json.loads(pipe.read() or b'{"calls": 0, "mebibytes": 0, "raised": "the process died"}')
    os.waitpid(child, 0)
    return said


# -- fuzzing ----------------------------------------------------------------------------------------------------


def fuzz(name: str, seconds: int, found: Path) -> int:
    import atheris

    with atheris.instrument_imports(include=["orderquery"], enable_loader_override=False):
        from targets import TARGETS

        import orderquery.documents.events  # noqa: F401

    target = TARGETS[name]

    def once(data: bytes) -> None:
        before, began = resident(), time.process_time()
        highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        target(data)
        took, reached = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if took > SUSPECT_SECONDS or (reached > highest and (reached >> 10) - before > MEBIBYTES):
            alone(name, data, found)

    (found / "corpus").mkdir(parents=True, exist_ok=True)
    words = found / "words"
    words.write_text(seeds.dictionary())
    for number, seed in enumerate(seeds.seeds(name)):
        (found / "corpus" / f"seed-{number}").write_bytes(seed)
    options = [
        f"-dict={words}", f"-artifact_prefix={found}/", f"-max_len={seeds.LARGEST}", "-len_control=20", "-timeout=60",
        "-rss_limit_mb=0", "-print_final_stats=1", "-report_slow_units=1000000", f"-max_total_time={seconds}",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(found / "corpus")], once)
    # It ends the process itself.
    atheris.Fuzz()
    return 0


def alone(name: str, data: bytes, found: Path) -> None:
    """Judge an input that was slow or large under instrumentation as it is without."""
    file = found / "suspect"
    file.write_bytes(data)
    command = [sys.executable, __file__, name, "--each", str(file)]
    said = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=600).stdout)
    assert said["calls"] <= MOST_CALLS and said["mebibytes"] <= MEBIBYTES, said  # noqa: PT018 - one judgement


# -- the kept corpus --------------------------------------------------------------------------------------------


def keep(name: str, reached: Path) -> int:
    """Write the kept corpus anew: the smallest of what was found that take a step nothing smaller takes."""
    from targets import TARGETS

    given = {*seeds.given(name)}
    new = {*seeds.kept(name), *(file.read_bytes() for file in reached.iterdir())} - given
    taken = set[tuple[object, int, int]]()
    for data in given:
        taken |= steps(TARGETS[name], data)
    lines, size = [], 0
    for data in sorted(new, key=lambda data: (len(data), data)):
        line = seeds.encoded(data)
        found = steps(TARGETS[name], data) if size + len(line) < MOST_BYTES_KEPT else taken
        if not found <= taken:
            taken |= found
            size += len(line) + 1
            lines.append(line)
    (seeds.HERE / "corpus" / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), "ascii")
    print(f"{name}: {len(lines):,} of {len(new):,} inputs kept, {size:,} bytes")
    return 0


def steps(target, data: bytes) -> set[tuple[object, int, int]]:
    """The steps from line to line that an input takes in the package."""
    taken = set[tuple[object, int, int]]()

    def entered(frame, event, argument):
        code, at = frame.f_code, 0
        if f"{os.sep}orderquery{os.sep}" not in code.co_filename:
            return None

        def line(frame, event, argument):
            nonlocal at
            taken.add((code, at, frame.f_lineno))
            at = frame.f_lineno
            return line

        return line

    sys.settrace(entered)
    try:
        target(data)
    finally:
        sys.settrace(None)
    return taken


if __name__ == "__main__":
    sys.exit(main())
