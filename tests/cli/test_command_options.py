"""Options: the README lists them all, an unknown one gets a suggestion, and SQL in lines is the same SQL."""

import re
import sqlite3

import click
import pytest
from command_line import run
from project import ROOT

import orderquery as oq
from orderquery.cli import help as overview
from orderquery.cli.defaults import SETTINGS
from orderquery.cli.program import program
from orderquery.sql.statement_lines import in_lines

README = (ROOT / "orderquery" / "cli" / "README.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `([a-z-]+)` \| ((?:`--[^|]*`)?) ?\|$", README, re.MULTILINE))


@pytest.mark.parametrize("name", sorted(set(overview.COMMAND_NAMES) & ROWS.keys()))
def test_the_readme_lists_the_options_of_a_command(name):
    command = program.get_command(click.Context(program), name)
    assert command is not None
    options = [param for param in command.params if isinstance(param, click.Option) and param.opts != ["--no-color"]]
    assert ROWS[name].split() == [f"`{'/'.join([*option.opts, *option.secondary_opts])}`" for option in options]


def test_the_readme_lists_the_settings():
    (line,) = re.findall(r"Its keys are (.*?); any other", README)
    assert re.findall(r"`(\w+)`", line) == list(SETTINGS)
    assert all(setting.variable in README for setting in SETTINGS.values() if setting.variable)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["search", "--limt", "3"], 'unknown option "--limt"; did you mean "--limit"?'),
        (["match", "--colums", "id"], 'unknown option "--colums"; did you mean "--columns"?'),
        (["check", "--zzz"], 'unknown option "--zzz"; for the options run "orderquery check --help"'),
        (["--vershion"], 'unknown option "--vershion"; did you mean "--version"?'),
        (["get", "-x"], 'unknown option "-x"; for the options run'),
    ],
)
def test_an_unknown_option_names_the_closest_one(words, expected):
    result = run(*words)
    assert (result.exit_code, expected in result.stderr) == (2, True), result.stderr


@pytest.mark.parametrize("name", overview.COMMAND_NAMES)
def test_no_help_shows_a_bound_that_is_none(name):
    assert "None" not in run(name, "--help").stdout


def test_sql_in_lines_is_the_same_sql(here):
    query = 'shippingInfo.title = "a (b) FROM c" and paymentMethods has any (PayPal) order by number desc'
    text, parameters = run("sql", query, "--dialect", "sqlite").stdout.splitlines()
    *lines, last = run("sql", query, "--dialect", "sqlite", "--lines").stdout.splitlines()
    assert last == parameters
    assert len(lines) > 5
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    with oq.open_store("shop.db"):
        pass
    database = sqlite3.connect("shop.db")
    plans = [database.execute(f"EXPLAIN {sql}", EMPTY).fetchall() for sql in ("\n".join(lines), text)]
    database.close()
    assert plans[0] == plans[1]
    assert run("sql", query, "--dialect", "sqlite", "--one-line").stdout.splitlines()[0] == text


EMPTY = {"p1": "", "p2": "", "p3": "", "site": "", "limit": 1}


def test_quoted_text_in_a_statement_stays_on_its_line():
    text = "SELECT 'a FROM b', \"c WHERE d\" FROM (SELECT 1 FROM x WHERE y) AS k ORDER BY z"
    assert in_lines(text).splitlines() == [
        "SELECT 'a FROM b', \"c WHERE d\"", "FROM (", "  SELECT 1", "  FROM x", "  WHERE y", ") AS k", "ORDER BY z",
    ]  # fmt: skip
