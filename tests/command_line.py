"""Runs command lines for the tests: in this process, in one of their own, or in a shell."""

import os
import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from orderquery.cli.program import program

ROOT = Path(__file__).resolve().parent.parent
HANG_S = 300
"""How long a test waits for a process before it fails: a guard against a hang, not a limit on speed."""
SAMPLES = 2_000
PAID = "paymentStatus = PAID order by createdDate desc"
TERMINAL_CONTROL = re.compile(r"\x1b\[")


def run(*args, stdin=None):
    """Run a command line in this process."""
    return CliRunner().invoke(program, [str(arg) for arg in args], input=stdin, catch_exceptions=False)


def start(*args, **options):
    """Run a command line as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    command = [sys.executable, "-m", "orderquery", *map(str, args)]
    return subprocess.run(command, capture_output=True, env=environment, timeout=HANG_S, **options)


def shell(script, cwd, **options):
    """Run a shell line with ``oq`` as the command."""
    line = f'oq() {{ "{sys.executable}" -m orderquery "$@"; }}; {script}'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-c", line], cwd=cwd, env=environment, capture_output=True, text=True, timeout=HANG_S, **options
    )
