"""The README's code and commands do what it shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import orderquery as oq

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_python_runs() -> None:
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), {})


def test_the_commands_print_what_is_shown(tmp_path: Path) -> None:
    for name, text in re.findall(r"<!-- file: (\S+) -->\n```json\n(.*?)```", README, re.DOTALL):
        (tmp_path / name).write_text(text)
    program = tmp_path / "bin" / "orderquery"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m orderquery "$@"\n')
    program.chmod(0o755)
    root = str(Path(__file__).parent.parent)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": root, "COLUMNS": "200"}
    for block in blocks("console"):
        for command, shown in re.findall(r"^\$ (.*?)\n(.*?)(?=^\$ |\Z)", block, re.MULTILINE | re.DOTALL):
            done = subprocess.run(
                command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
            )
            printed = done.stdout + done.stderr
            expected = shown.partition("...\n")[0]
            assert printed.startswith(expected), f"$ {command}\n{printed}"
            assert done.returncode in (0, 1)


def test_both_forms_are_the_same_search() -> None:
    (text,) = blocks("text")
    form = next(block for block in blocks("json") if block.startswith('{"filter"'))
    assert oq.compile(text).to_json() == json.loads(form)


def test_every_command_is_listed() -> None:
    from orderquery.cli import program

    for name in program.commands:
        assert re.search(rf"`[^`]*\b{name}\b[^`]*`", README), name


def test_every_dialect_is_listed_as_it_is() -> None:
    from orderquery.sql import DIALECTS

    for row in DIALECTS.values():
        (line,) = re.findall(rf"^\| `{row.name}` .*$", README, re.MULTILINE)
        assert row.driver in line
        assert ("| yes |" in line) == row.executed
        assert row.executed or "rendered only" in line
