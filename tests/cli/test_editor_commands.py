"""The commands for editors: ``format``, ``complete`` and ``hover``."""

from __future__ import annotations

import json
import os
import stat

import pytest
from command_line import run

LONG = '{"search":{"filter":{"paymentStatus":"PAID"},"sort":[{"fieldName":"number"}]}}'
LAID_OUT = '{\n  "search": {\n    "filter": {"paymentStatus": "PAID"},\n    "sort": [{"fieldName": "number"}]\n  }\n}\n'


def test_format_prints(here):
    assert run("format", "status=APPROVED   AND number>5").stdout == "status = APPROVED and number > 5\n"
    assert run("format", LONG).stdout == LAID_OUT
    assert run("format", "{filter: {'a': 1}}", "--as", "sdk").stdout == "{filter: {a: 1}}\n"
    (here / "q.json").write_text(LONG)
    assert run("format", "q.json").stdout == LAID_OUT
    assert (here / "q.json").read_text() == LONG
    assert run("format", stdin=LONG).stdout == LAID_OUT


def test_format_writes_and_checks_files(here):
    (here / "q.json").write_text(LONG)
    (here / "r.txt").write_text("a = 1\n")
    os.chmod(here / "q.json", 0o640)
    checked = run("format", "q.json", "r.txt", "--check")
    assert (checked.exit_code, checked.stdout, checked.stderr) == (1, "", "would format q.json\n")
    diff = run("format", "q.json", "--diff")
    assert diff.exit_code == 1
    assert diff.stdout.startswith("--- q.json\n+++ q.json (formatted)\n")
    written = run("format", "q.json", "r.txt", "--write")
    assert (written.exit_code, written.stderr) == (0, "formatted q.json\n")
    assert (here / "q.json").read_text() == LAID_OUT
    assert stat.S_IMODE((here / "q.json").stat().st_mode) == 0o640
    assert run("format", "q.json", "r.txt", "--check").exit_code == 0
    assert run("format", "q.json", "--write").stderr == ""


def test_format_leaves_what_does_not_parse(here):
    (here / "bad.txt").write_text("status = (\n")
    (here / "q.json").write_text(LONG)
    result = run("format", "bad.txt", "q.json", "--write")
    assert result.exit_code == 1
    assert "error[text-syntax]" in result.stderr
    assert "bad.txt:2:1" in result.stderr
    assert (here / "bad.txt").read_text() == "status = (\n"
    assert (here / "q.json").read_text() == LAID_OUT


def test_format_prints_several_files_under_their_names(here):
    (here / "a.txt").write_text("a=1\n")
    (here / "b.txt").write_text("b=1\n")
    assert run("format", "*.txt").stdout == "==> a.txt <==\na = 1\n==> b.txt <==\nb = 1\n"


def test_format_is_used_rightly(here):
    assert "--write needs a file" in run("format", "a = 1", "--write").stderr
    assert "pass one of --write, --check and --diff" in run("format", "a = 1", "--check", "--diff").stderr
    assert run("format", "a = 1", "--as", "yaml").exit_code == 2
    result = run("format", b"status = \xff".decode("utf-8", "surrogateescape"))
    assert (result.exit_code, "UTF-8" in result.stderr) == (1, True)
    (here / "q.json").write_text(LONG)
    os.symlink(here / "q.json", here / "link.json")
    refused = run("format", "link.json", "--write")
    assert (refused.exit_code, "symbolic link" in refused.stderr) == (2, True)


def test_complete_prints_what_may_be_written():
    found = json.loads(run("complete", "paymentStatus = NOT", "--position", "19").stdout)
    assert found == [
        {
            "kind": "value", "label": "NOT_PAID", "text": "NOT_PAID", "start": 16, "end": 19,
            "doc": "value of paymentStatus",
        }
    ]  # fmt: skip
    at_end = json.loads(run("complete", '{"search": {"fil').stdout)
    assert [completion["text"] for completion in at_end] == ['"filter": ']
    assert json.loads(run("complete", "", "--table", "pricing-plans").stdout)


def test_hover_prints_what_is_known():
    found = json.loads(run("hover", "paymentStatus = PAID", "--position", "3").stdout)
    assert (found["kind"], found["name"], found["type"]) == ("field", "paymentStatus", "enum")
    assert "PAID" in found["values"]
    assert found["source"].startswith("https://dev.wix.com/")
    assert json.loads(run("hover", "foo = 1").stdout)["codes"] == ["unknown-field"]
    assert run("hover", "number > 5", "--position", "9").stdout == "null\n"


@pytest.mark.parametrize("command", ["complete", "hover"])
def test_positions_outside_the_text_are_no_errors(command):
    assert run(command, "number > 5", "--position", "9999").exit_code == 0
    assert run(command, "number > 5", "--position", "-1").exit_code == 2
