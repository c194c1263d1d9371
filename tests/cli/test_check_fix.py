"""``check --fix``, ``--diff`` and ``--write``: certain fixes, and not a byte besides."""

import os
import stat

import pytest
from command_line import run

WRONG = """{
  "search": {
    // newest first
    "filter": {
      'paymentstatus': "PAID", /* kept */ "createdDate": {$gte: "2024-01-01"},
    },
    "paging": {"limit": 50}
  }
}
"""
RIGHT = (
    WRONG.replace("'paymentstatus'", '"paymentStatus"')
    .replace('"2024-01-01"', '"2024-01-01T00:00:00.000Z"')
    .replace('"paging"', '"cursorPaging"')
)
SPELLINGS = {
    "as it is": lambda text: text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "BOM": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "tabs": lambda text: text.replace("  ", "\t").encode(),
    "no line end": lambda text: text.rstrip().encode(),
    "astral characters before the place": lambda text: text.replace("newest", "\U0001f600 newest").encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_write_changes_the_changed_nodes_alone(spelling, here):
    path = here / "request.json"
    path.write_bytes(SPELLINGS[spelling](WRONG))
    path.chmod(0o640)
    result = run("check", "request.json", "--write")
    assert (result.exit_code, result.stderr) == (0, "fixed request.json\n")
    assert path.read_bytes() == SPELLINGS[spelling](RIGHT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(here) == ["request.json"]
    again = run("check", "request.json", "--write")
    assert (again.exit_code, again.output) == (0, "")
    assert path.read_bytes() == SPELLINGS[spelling](RIGHT)


def test_fix_prints_and_diff_shows_and_neither_writes(here):
    path = here / "request.json"
    path.write_text(WRONG)
    assert run("check", "request.json", "--fix").stdout == RIGHT
    shown = run("check", "request.json", "--diff").stdout.splitlines()
    changed = [line[1:] for line in shown if line.startswith("+") and not line.startswith("+++")]
    assert changed == [line for line in RIGHT.splitlines() if line not in WRONG.splitlines()]
    assert path.read_text() == WRONG


def test_comments_inside_a_replaced_node_move_in_front_of_it(here):
    (here / "r.json").write_text('{"search": {"filter": {"number": {"$gte": "1", /* up */ "$lt": "9"}}}}')
    fixed = run("check", "r.json", "--fix").stdout
    assert "/* up */" in fixed
    (here / "r.json").write_text(fixed)
    assert run("check", "r.json", "--strict").exit_code == 0


def test_what_cannot_be_fixed_is_left_and_said(here):
    (here / "r.json").write_text('{"search": {"filter": {"paymentstatus": "PAID", "startDate": "2026-01-01"}}}')
    result = run("check", "r.json", "--write")
    assert result.exit_code == 1
    assert "startDate" in result.stderr
    assert (
        here / "r.json"
    ).read_text() == '{"search": {"filter": {"paymentStatus": "PAID", "startDate": "2026-01-01"}}}'


@pytest.mark.parametrize("text", ['{"search": {"filter": {"status": }}}', "{'a'", '{"search": {"filter": "status"}}'])
def test_what_does_not_parse_or_has_no_certain_fix_is_not_touched(text, here):
    (here / "r.json").write_text(text)
    assert run("check", "r.json", "--write").exit_code == 1
    assert (here / "r.json").read_text() == text


def test_a_text_is_answered_as_a_text():
    result = run("check", "paymentstatus = PAID order by number", "--fix")
    assert (result.exit_code, result.stdout) == (0, "paymentStatus = PAID order by number\n")


def test_write_needs_a_file_of_its_own(here):
    (here / "r.json").write_text(WRONG)
    (here / "link.json").symlink_to("r.json")
    assert "symbolic link" in run("check", "link.json", "--write").stderr
    assert "needs a file" in run("check", "everything", "--write").stderr
    assert (here / "r.json").read_text() == WRONG
