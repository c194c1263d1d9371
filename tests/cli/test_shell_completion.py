"""Completion: the words of a line, the candidates, and a real bash."""

import os
import subprocess
import sys

import pytest
from command_line import HANG_S, ROOT, run
from terminal import Terminal, environment, install

from orderquery.cli import completing
from orderquery.cli.shell_words import TypedWords, escape, split_line

# -- words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words", "incomplete", "quote"),
    [
        ("", [], "", ""),
        ("oq", [], "oq", ""),
        ("oq ", ["oq"], "", ""),
        ("oq search s.db 'a = ", ["oq", "search", "s.db"], "a = ", "'"),
        ('oq sql "a = \\"x\\" and \\z', ["oq", "sql"], 'a = "x" and \\z', '"'),
        ("oq a\\ b c", ["oq", "a b"], "c", ""),
        ("oq 'a'\"b\" ''", ["oq", "ab"], "", ""),
        ("X=1 Y='2 3' oq s", ["oq"], "s", ""),
        ("cd x && oq a | oq b", ["oq"], "b", ""),
        ("(oq a", ["oq"], "a", ""),
        ("oq 'a | b", ["oq"], "a | b", "'"),
        ("oq \\", ["oq"], "\\", ""),
        ("oq 日本", ["oq"], "日本", ""),
    ],
)
def test_words_of_a_line(line, words, incomplete, quote):
    assert split_line(line) == TypedWords(words, incomplete, quote)


@pytest.mark.parametrize(
    ("text", "quote", "written"),
    [
        ("a = 'b'", "'", None),
        ("a = b", "'", "a = b"),
        ('a = "$b`"', '"', 'a = \\"\\$b\\`\\"'),
        ("a (b)", "", "a\\ \\(b\\)"),
    ],
)
def test_a_candidate_is_written_as_the_quote_wants_it(text, quote, written):
    assert escape(text, quote) == written
    if written is not None:
        assert split_line(f"oq {quote}{written}").incomplete == text


# -- candidates -------------------------------------------------------------------------------------------------


def candidates(line, shell="bash", monkeypatch=None):
    """Return how the word goes on, and the candidates."""
    done = subprocess.run(
        [sys.executable, "-m", "orderquery", line], capture_output=True, timeout=HANG_S, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "_ORDERQUERY_COMPLETING": shell},
    )  # fmt: skip
    state, *found = done.stdout.decode().split("\n")[:-1]
    return state, found


def found_in(line, shell, capsysbinary):
    assert completing.print_completions(shell, line) == 0
    state, *found = capsysbinary.readouterr().out.decode().split("\n")[:-1]
    return state, found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("oq ser", ["serve"]),
        ("oq search --form", ["--format"]),
        ("oq search --format=c", ["csv"]),
        ("oq search --format ", ["table", "json", "jsonl", "ids", "csv", "parquet", "arrow", "histogram"]),
        ("oq search s.db --cursor ", ["@last"]),
        ("oq sql x --dialect po", ["postgres"]),
        ("oq explain limit-out", ["limit-out-of-range"]),
        ("oq explain ev", ["event"]),
        ("oq explain event wixStores-order-paid", ["wixStores-order-paid"]),
        ("oq fields archi", ["archived"]),
        ("oq search s.db --columns number,archi", ["number,archived"]),
        ("oq search s.db --columns archived,archi", []),
        ("oq completion ", ["bash", "zsh", "fish"]),
        ("oq load o", []),
        ("oq nothing x", []),
        ("oq search s.db --no-such ", []),
    ],
)
def test_candidates(here, line, expected, capsysbinary):
    state, found = found_in(line, "bash", capsysbinary)
    assert state == "done"
    assert found == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("paymentSt", ["paymentStatus =", "paymentStatus is missing", "paymentStatus !="]),
        ("paymentStatus = PAI", ["paymentStatus = PAID and", "paymentStatus = PAID or"]),
        ("paymentStatus = P", ["PAID", "PENDING"]),
        ("not archived = t", ["not archived = true and"]),
        ("status in (APPROVED, CANC", ["status in (APPROVED, CANCELED"]),
        ("everything order by creat", ["everything order by createdDate desc"]),
    ],
)
def test_queries_in_quotes(here, typed, expected, capsysbinary):
    for quote in "'\"":
        state, found = found_in(f"oq search s.db {quote}{typed}", "bash", capsysbinary)
        assert state == "open"
        for candidate in expected:
            assert any(word.startswith(candidate) or word == candidate for word in found), (typed, found)


def test_other_shells_get_whole_words(here, capsysbinary):
    for shell in ("zsh", "fish"):
        _, found = found_in("oq search s.db 'paymentStatus = P", shell, capsysbinary)
        assert all(word.startswith("paymentStatus = P") for word in found)
        assert found_in("oq search --format=c", shell, capsysbinary)[1] == ["--format=csv"]


def test_a_query_may_be_the_first_argument_where_store_has_a_default(here, monkeypatch, capsysbinary):
    assert found_in("oq search 'archiv", "bash", capsysbinary) == ("done", [])
    monkeypatch.setenv("ORDERQUERY_STORE", "s.db")
    assert found_in("oq search 'archiv", "bash", capsysbinary)[1][0] == "archived ="


def test_hostile_lines_end_quietly(here, capsysbinary):
    for line in (
        "oq search s.db '" + "(" * 5_000,
        "oq search s.db 'a\x00b",
        "oq " + "x" * 100_000,
        'oq search s.db \'{"filter": ',
    ):
        assert found_in(line, "bash", capsysbinary)[0] in ("open", "done")


def test_the_program_completes_without_a_terminal(here):
    assert candidates("orderquery sam") == ("done", ["sample"])


def test_scripts_name_the_program():
    for shell in ("bash", "zsh", "fish"):
        script = run("completion", shell).stdout
        assert "orderquery" in script
        assert "%(" not in script
    assert run("completion", "tcsh").exit_code == 2


# -- bash -------------------------------------------------------------------------------------------------------

PROMPT = "ready> "


@pytest.fixture
def bash(here):
    (here / "orders.jsonl").write_text("")
    (here / "shop.db").write_text("")
    (here / "rc").write_text(
        f"PS1='{PROMPT}'; bind 'set enable-bracketed-paste off'; bind 'set bell-style none'\n"
        + run("completion", "bash").stdout
    )
    env = environment(install(here / "bin"), PYTHONPATH=str(ROOT))
    terminal = Terminal(["bash", "--noprofile", "--rcfile", "rc", "-i"], here, env, columns=200)
    terminal.read_until(PROMPT)
    yield terminal
    terminal.type("\x15exit\n")
    terminal.end()


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo terminal")
def test_a_real_bash_completes(bash):
    # What is typed, and what the line is after the tab.
    for keys, line in (
        ("orderquery completi\t", "orderquery completion "),
        ("orderquery search --form\t", "orderquery search --format "),
        ("orderquery search --format=cs\t", "orderquery search --format=csv "),
        ("orderquery load shop.db ord\t", "orderquery load shop.db orders.jsonl "),
        ("orderquery search shop.db 'paymentSt\t", "orderquery search shop.db 'paymentStatus "),
        ("orderquery search shop.db 'paymentStatus = PAI\t", "orderquery search shop.db 'paymentStatus = PAID "),
        ('orderquery search shop.db "archived = t\t', 'orderquery search shop.db "archived = true '),
        (
            "orderquery search shop.db 'status = APPROVED and fulfillmentStatus = NOT\t",
            "orderquery search shop.db 'status = APPROVED and fulfillmentStatus = NOT_FULFILLED ",
        ),
    ):
        begin = len(bash.text)
        bash.type(keys)
        shown = bash.read_until(line, begin)
        assert shown.replace("\r", "").rstrip(" ") == line.rstrip(" "), shown
        # Ctrl-U empties the line.
        begin = len(bash.text)
        bash.type("\x15\n")
        bash.read_until(PROMPT, begin)


def test_a_real_bash_lists_values_and_keeps_the_line(bash):
    begin = len(bash.text)
    bash.type("orderquery search shop.db 'paymentStatus = P\t\t")
    assert "PARTIALLY_PAID" in bash.read_until("PENDING_MERCHANT", begin)
    bash.type("xyz")
    bash.read_until("'paymentStatus = Pxyz", begin)
