"""Sessions at a terminal of 80 and of 40 columns, recorded and compared; the pager and colours.

``ORDERQUERY_GOLDENS=write`` writes the sessions again; read the difference before you commit it.
"""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from command_line import HANG_S, run
from terminal import environment, install, shown

from orderquery.compiler.render import cell_width
from orderquery.samples.generator import sample_lines

SESSIONS = Path(__file__).parent / "sessions"
LONG_QUERY = (
    " or ".join(f'buyerInfo.email = "buyer{number}@example.com"' for number in range(40)) + " or paymentstatus = PAID"
)

COMMANDS = [
    "orderquery info shop.db",
    "orderquery search shop.db 'paymentStatus = PAID order by createdDate desc' --limit 4",
    "orderquery search shop.db --cursor @last",
    "orderquery search shop.db 'number = 10011' --columns number,buyerInfo.email,lineItems.quantity,paymentMethods",
    "orderquery search shop.db everything --limit 2 --columns number,nope.nothing",
    "orderquery match 'archived = true' orders.jsonl --columns number,priceSummary.total.amount,status",
    "orderquery fields archived",
    "orderquery fields deliveryTimeSlot",
]
WIDE = [
    "orderquery get shop.db --number 99999",
    "orderquery sql 'paymentStatus = PAID' --dialect sqlite",
    "orderquery check 'paymentStatus = PAYED'",
    "orderquery search shop.db everything --limt 3",
]
"""Commands whose output is for copying: the terminal may wrap it."""
FOR_COPYING = re.compile(r"^\$ |next page: |https://")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a small store, orders and a long query, and the program on the path."""
    folder = tmp_path_factory.mktemp("session")
    install(folder / "bin")
    (folder / "orders.jsonl").write_bytes(b"".join(line + b"\n" for line in sample_lines(12)))
    assert run("load", folder / "shop.db", folder / "orders.jsonl").exit_code == 0
    (folder / "long.txt").write_text(LONG_QUERY)
    return folder


def terminal(home, **changes):
    return environment(home / "bin", XDG_STATE_HOME=str(home / "state"), **changes)


@pytest.mark.parametrize("columns", [80, 40])
def test_a_session_looks_as_recorded(home, columns):
    recorded = SESSIONS / f"{columns}.txt"
    parts = []
    for command in COMMANDS if columns == 40 else COMMANDS + WIDE:
        text = shown(shlex.split(command), home, terminal(home), columns=columns, lines=200)
        parts.append(f"$ {command}\n{_same_everywhere(text)}\n")
    session = "\n".join(parts)
    if os.environ.get("ORDERQUERY_GOLDENS") == "write":
        recorded.write_text(session)
    assert session == recorded.read_text()
    fitting = session.partition(f"$ {WIDE[0]}")[0].splitlines()
    assert [line for line in fitting if cell_width(line) > columns and not FOR_COPYING.search(line)] == []


def _same_everywhere(text):
    """Return what a command wrote without versions and sizes, which differ between machines."""
    text = re.sub(r"^(engine +SQLite ).*", r"\1...", text, flags=re.MULTILINE)
    return re.sub(r"^(size|version)( +).*", r"\1\2...", text, flags=re.MULTILINE)


def test_carets_are_below_the_mistake_of_a_long_line(home):
    for columns in (40, 80, 200):
        text = shown(["orderquery", "check", "long.txt"], home, terminal(home), columns=columns)
        ((line, carets),) = re.findall(r"^ 1 \| (.*)\n   \| ( *\^+)$", text, re.MULTILINE)
        at = carets.index("^")
        assert line[at : at + carets.count("^")] == "paymentstatus"
        assert len(line) + 5 <= columns


@pytest.mark.parametrize(
    ("query", "marked"),
    [("日本 = PAID", "日本"), ("x" * 300 + " = 1", "xxx"), ('shippingInfo.title = "\t\t" and foo = 1', "foo")],
)
def test_carets_count_cells(home, query, marked):
    text = shown(["orderquery", "check", query], home, terminal(home), columns=50)
    ((line, carets),) = re.findall(r"^ 1 \| (.*)\n   \| ( *\^+)$", text, re.MULTILINE)
    before = carets.index("^")
    at = next(end for end in range(len(line) + 1) if cell_width(line[:end]) == before)
    assert line[at:].startswith(marked)
    assert cell_width(line) + 5 <= 50


# -- the pager --------------------------------------------------------------------------------------------------

EVERYTHING = ["orderquery", "search", "shop.db", "everything", "--format", "ids"]


def test_only_long_output_on_a_terminal_goes_to_the_pager(home):
    marking = terminal(home, PAGER="sed s/^/paged:/")
    long = shown(EVERYTHING, home, marking, lines=10).splitlines()
    assert len(long) == 12
    assert all(line.startswith("paged:") for line in long)
    assert "paged" not in shown(EVERYTHING, home, marking, lines=40)
    assert "paged" not in shown([*EVERYTHING, "--no-pager"], home, marking, lines=10)
    assert "paged" not in shown(EVERYTHING, home, {**marking, "TERM": "dumb"}, lines=10)
    piped = subprocess.run(EVERYTHING, cwd=home, env=marking, capture_output=True, text=True, timeout=HANG_S)
    assert len(piped.stdout.splitlines()) == 12
    assert "paged" not in piped.stdout


@pytest.mark.parametrize("pager", ["cat", "", "no-such-program --flag", "'unclosed"])
def test_without_a_usable_pager_everything_is_printed(home, pager):
    assert len(shown(EVERYTHING, home, terminal(home, PAGER=pager), lines=10).splitlines()) == 12


def test_a_pager_that_is_quit_early_is_no_error(home):
    # More than a pipe holds, so that the program is still writing.
    many = " ".join(["orders.jsonl"] * 200)
    text = shown(
        ["sh", "-c", f"orderquery match everything {many}; echo status $?"],
        home,
        terminal(home, PAGER="head -n 1"),
        lines=10,
    )
    assert len(text.splitlines()) == 2
    assert text.splitlines()[1] == "status 0"


def test_a_real_pager_shows_the_colours_and_quits(home):
    from terminal import Terminal

    command = ["orderquery", "search", "shop.db", "everything"]
    paged = Terminal(command, home, terminal(home, PAGER="less", NO_COLOR=""), lines=10)
    assert "\x1b[1mnumber" in paged.read_until("\x1b[1mnumber")
    paged.read_until(":")
    paged.type("q")
    paged.read_all()
    assert paged.status == 0


# -- colours ----------------------------------------------------------------------------------------------------

BOLD = "\x1b[1m"


@pytest.mark.parametrize(
    ("changes", "options", "coloured"),
    [
        ({"NO_COLOR": ""}, [], False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, [], True),
        ({"NO_COLOR": "", "FORCE_COLOR": "0"}, [], False),
        ({"NO_COLOR": "", "FORCE_COLOR": ""}, [], False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, [], False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, ["--no-color"], False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, ["--format", "table", "--output", "table.txt"], False),
    ],
)
def test_force_color_and_no_color_in_a_pipe(home, monkeypatch, changes, options, coloured):
    monkeypatch.chdir(home)
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    found = run("search", "shop.db", "everything", "--limit", "1", *options)
    text = Path("table.txt").read_text() if "--output" in options else found.stdout
    assert (BOLD in text) is coloured


def test_the_terminal_of_errors_decides_their_colours(home):
    wrong = ["orderquery", "search", "shop.db", "paymentstatus = PAID"]
    assert "\x1b[1;31merror" in shown(wrong, home, terminal(home, NO_COLOR=""))
    assert "\x1b" not in shown(wrong, home, terminal(home))


def test_a_table_in_a_file_is_as_wide_as_it_is(home, monkeypatch):
    monkeypatch.chdir(home)
    monkeypatch.setenv("COLUMNS", "40")
    assert run("search", "shop.db", "everything", "--output", "wide.txt", "--format", "table").exit_code == 0
    assert "fulfillmentStatus" in Path("wide.txt").read_text()
    assert "fulfillmentStatus" not in run("search", "shop.db", "everything").stdout
    assert json.loads(run("search", "shop.db", "everything", "--format", "json").stdout)["metadata"]["count"] == 12
