"""The command line: pipes, terminals, locales, signals and broken files."""

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import HANG_S, ROOT, TERMINAL_CONTROL, run, shell, start

# -- streams ----------------------------------------------------------------------------------------------------


def test_no_colour_in_a_pipe():
    for args in (["check", "fooo = 1"], ["fields"], ["explain"], ["--help"]):
        assert not TERMINAL_CONTROL.search(start(*args).stdout.decode())


@pytest.mark.parametrize(
    ("before", "after", "environment", "coloured"),
    [
        ([], [], {}, True),
        (["--no-color"], [], {}, False),
        ([], ["--no-color"], {}, False),
        ([], [], {"NO_COLOR": "1"}, False),
    ],
)
def test_colour_on_a_terminal(before, after, environment, coloured):
    import pty

    ours, theirs = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    subprocess.run(
        [sys.executable, "-m", "orderquery", *before, "check", "fooo = 1", *after], stdout=theirs, timeout=HANG_S,
        env={**kept, "TERM": "xterm", "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "unknown-field" in shown
    assert bool(TERMINAL_CONTROL.search(shown)) is coloured


@pytest.mark.parametrize("environment", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}])
def test_utf8_whatever_the_locale(here, environment):
    Path("q.txt").write_text('shippingInfo.title = "日本" and fooo = 1', "utf-8")
    result = start("check", "q.txt", env=environment)
    assert (result.returncode, result.stderr) == (1, b"")
    assert "日本" in result.stdout.decode("utf-8")
    argument = start("check", 'shippingInfo.title = "日本"', "--format", "json", env=environment)
    assert json.loads(argument.stdout) == {"ok": True, "diagnostics": []}
    errors = start("match", 'shippingInfo.title = "日本" and fooo = 1', os.devnull, env=environment)
    assert "日本" in errors.stderr.decode("utf-8")


def test_lone_surrogates_are_escaped(here):
    Path("q.json").write_text('{"search": {"filter": {"\\ud800": 1}}}')
    for format_ in ("text", "json"):
        result = run("check", "q.json", "--format", format_)
        assert result.exit_code == 1
        assert "\\ud800" in result.stdout


def test_arguments_that_are_not_utf8(here):
    Path("o.json").write_text('{"id":"1"}')
    run("load", "s.db", "o.json")
    for args in (["get", "s.db", b"\xff"], ["search", "s.db", "everything", "--site", b"\xff"], [b"\xff"]):
        command = [sys.executable, "-m", "orderquery", *args]
        result = subprocess.run(
            command, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=HANG_S
        )
        assert result.returncode in (1, 2)
        assert b"Traceback" not in result.stderr


@pytest.mark.parametrize(
    "script",
    [
        "oq sample 100000 | head -1",
        "oq match everything orders.jsonl | head -1",
        "oq search shop.db everything --all --format jsonl | head -1",
        "oq search shop.db everything --all | head -1",
    ],
)
def test_a_reader_that_goes_away(shop, script):
    result = shell(script + "; echo ${PIPESTATUS[*]}", shop)
    assert result.stderr == ""
    assert result.stdout.splitlines()[-1] == "141 0"


def test_output_that_cannot_be_written(shop):
    for script in ("oq sample 10 > /dev/full", "oq check everything > /dev/full", "oq check everything >&-"):
        result = shell(script, shop)
        assert result.returncode == 2
        assert result.stderr.startswith("orderquery: ")
        assert "Traceback" not in result.stderr
    assert shell("oq match everything <&-", shop).returncode == 2


def test_interrupt(shop):
    command = [sys.executable, "-m", "orderquery", "match", "everything"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        # Under a shell's background job the signal is ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    # A document comes out when the first buffer is full: by then the command is at work. No more than pipes hold.
    lines = (shop / "orders.jsonl").read_bytes()
    process.stdin.write(lines[: lines.index(b"\n", 40_000) + 1])
    process.stdin.flush()
    process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=HANG_S)
    assert process.returncode == 130
    assert errors.decode().split() == ["interrupted"]


def test_broken_files(shop, here):
    packed = gzip.compress((shop / "orders.jsonl").read_bytes())
    Path("cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    Path("damaged.jsonl.gz").write_bytes(packed[:2000] + b"\xff" * 200 + packed[2200:])
    Path("empty.jsonl.gz").write_bytes(b"")
    Path("nul.jsonl").write_bytes(b"\0" * 1_000)
    Path("deep.json").write_bytes(b"[" * 200_000)
    for name in ("cut.jsonl.gz", "damaged.jsonl.gz", "nul.jsonl", "deep.json"):
        for args in (["match", "everything", name, "--count"], ["load", "s.db", name]):
            result = run(*args)
            assert result.exit_code == 1, (name, result.output)
            assert name in result.stderr
    assert run("match", "everything", "empty.jsonl.gz").exit_code == 0
    assert int(run("match", "everything", "cut.jsonl.gz", "--count").stdout) > 100
