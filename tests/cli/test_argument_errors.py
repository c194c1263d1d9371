"""Arguments that are in the wrong order or not in quotes, and wrong values of options."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from orderquery.cli.program import program


def run(*words: str):
    return CliRunner().invoke(program, list(words), prog_name="orderquery")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ORDERQUERY_STORE", raising=False)
    Path("orders.jsonl").write_text('{"id": "1", "number": "10001", "status": "APPROVED"}\n')
    assert run("load", "shop.db", "orders.jsonl").exit_code == 0
    return tmp_path


def written_command(message: str) -> list[str]:
    """Return the words behind the program of the command line that a message shows."""
    found = re.search(r"write: orderquery (.*?)(?:, or set \w+)?$", message.strip())
    assert found is not None, message
    return shlex.split(found[1])


@pytest.mark.parametrize(
    ("words", "message", "output"),
    [
        (["search", "shop.db", "status", "=", "APPROVED"], "put a search in the text form in quotes", "10001"),
        (["inspect", "shop.db", "status", "=", "APPROVED"], "put a search in the text form in quotes", "select"),
        (["match", "status", "=", "APPROVED", "orders.jsonl"], "put a search in the text form in quotes", "10001"),
        (["why", "status", "=", "APPROVED", "orders.jsonl"], "put a search in the text form in quotes", "APPROVED"),
        (["why", "shop.db", "status = APPROVED", "--number", "10001"], '"shop.db" is an SQLite database, not', "APPROVED"),
        (["why", "shop.db", "status = APPROVED", "1"], '"shop.db" is an SQLite database, not a query', "APPROVED"),
        (["search", "status = APPROVED", "shop.db"], '"shop.db" is an SQLite database, not a query', "10001"),
        (["search", "--limit", "5", "everything", "shop.db"], '"shop.db" is an SQLite database, not', "10001"),
        (["inspect", "everything", "shop.db"], '"shop.db" is an SQLite database, not a query', "select"),
        (["load", "orders.jsonl", "new.db"], '"orders.jsonl" is a file of orders, not a store', "1 order"),
        (["load", "orders.jsonl", "shop.db"], '"orders.jsonl" is a file of orders, not a store', "1 order"),
    ],
)  # fmt: skip
def test_the_command_that_a_message_shows_does_what_was_meant(
    shop: Path, words: list[str], message: str, output: str
) -> None:
    wrong = run(*words)
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert message in wrong.stderr
    mended = run(*written_command(wrong.stderr))
    assert output.casefold() in mended.output.casefold(), mended.output


@pytest.mark.parametrize("query", ["status = APPROVED", "everything"])
def test_a_search_alone_needs_a_store(shop: Path, query: str) -> None:
    words = written_command(run("search", query).stderr)
    assert words == ["search", "STORE", query]
    assert "10001" in run("search", "shop.db", *words[2:]).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sql", "status", "=", "APPROVED", "--dialect", "sqlite"], "put a search in the text form in quotes"),
        (["convert", "status", "=", "APPROVED", "--to", "json"], "put a search in the text form in quotes"),
        (["hover", "status", "=", "APPROVED"], "write: orderquery hover 'status = APPROVED'"),
        (["sample", "1", "2"], "Got unexpected extra argument (2)"),
        (["search", "status = APPROVED", "new.db"], '"new.db" is a store, not a query; write: orderquery search new.db '),
        (["check", "shop.db"], '"shop.db" is an SQLite database, not a query\n'),
        (["match", "shop.db", "orders.jsonl"], '"shop.db" is an SQLite database, not a query\n'),
        (["search", "shop.db", "everything", "--limit", "abc"], '--limit takes a whole number, 1 or more, not "abc"'),
        (["search", "shop.db", "everything", "--limit", "-1"], '--limit takes a whole number, 1 or more, not "-1"'),
        (["search", "shop.db", "everything", "--format", "cvs"], 'unknown value "cvs" of --format; did you mean "csv"?'),
        (["search", "shop.db", "everything", "--format", "zzz"], 'unknown value "zzz" of --format; values: table, json'),
        (["serve", "shop.db", "--port", "99999"], '--port takes a whole number from 0 to 65535, not "99999"'),
        (["sync", "shop.db", "--max-seconds", "0"], '--max-seconds takes a number above 0, not "0"'),
        (["sample", "many"], 'N takes a whole number, 0 or more, not "many"'),
        (["sample", "1", "--seed", "x"], '--seed takes a whole number, not "x"'),
    ],
)  # fmt: skip
def test_a_message_says_what_is_wrong(shop: Path, words: list[str], message: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.stderr
