"""The command line: help, exit statuses, queries, and the commands about a search."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from command_line import HANG_S, PAID, ROOT, run, start

from orderquery.cli import help as overview
from orderquery.cli.program import program
from orderquery.version import __version__

# -- help -------------------------------------------------------------------------------------------------------

COMMANDS = [
    "check", "scan", "convert", "translate", "format", "sql", "match", "why", "convert-orders", "load", "sync", "search", "inspect", "info", "get",
    "delete", "upgrade", "export", "serve", "fields", "tables", "compare-tables", "explain", "complete", "hover", "sample", "demo", "completion",
]  # fmt: skip


def command_named(name):
    command = program.get_command(click.Context(program), name)
    assert command is not None
    return command


def test_all_commands_are_listed_in_sections():
    shown = run("--help").stdout
    assert list(overview.COMMAND_NAMES) == program.list_commands(click.Context(program)) == COMMANDS
    for section in ("Searches:", "Files of orders:", "Stores of orders:", "Reference and samples:"):
        assert section in shown
    for name in COMMANDS:
        assert re.search(rf"^  {name} +\w", shown, re.MULTILINE)
    # No description is cut short.
    assert "..." not in shown[shown.index("Searches:") :]


def test_the_help_shows_the_first_sentence_of_each_command():
    for _, listed in overview.COMMANDS:
        for name, sentence in listed:
            command = command_named(name)
            assert command.help.split("\n\n")[0].replace("\n", " ") == sentence
            assert command.callback.__module__ == f"orderquery.cli.{name.replace('-', '_')}"
    assert start("--help").stdout.decode() == overview.format_help("python -m orderquery", 78) + "\n"
    assert run("--help").stdout == overview.format_help("orderquery", 78) + "\n"
    for option in program.params:
        assert option.help in run("--help").stdout.replace("\n              ", " ")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert re.search(rf"^Examples?:\n(.*\n)*.*orderquery {name}\b", result.stdout, re.MULTILINE)
    assert result.stdout == run(name, "-h").stdout
    for option in command_named(name).params:
        if isinstance(option, click.Option):
            assert option.help, option.name
    help_ = command_named(name).help
    assert help_ is not None
    assert help_.split("\n\n")[0].endswith(".")


def test_every_command_with_a_query_explains_it():
    for name in COMMANDS:
        has_query = any(param.name == "query" for param in command_named(name).params)
        assert (overview.QUERY_HELP in " ".join(run(name, "--help").stdout.split())) is has_query


def test_version():
    assert run("--version").stdout == f"orderquery {__version__}\n"


HEAVY = ("lark", "sqlglot", "pydantic", "sqlite3", "rich", "cryptography", "msgspec")


def imported_by(*words):
    """The modules that ``python WORDS`` imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *words],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=HANG_S,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}


def test_the_modules_of_commands_import_nothing_heavy():
    code = """if True:
        import sys
        from orderquery.cli.program import program
        for name in program.list_commands(None):
            program.get_command(None, name)
        print(*sys.modules)
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=HANG_S, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    modules = done.stdout.split()
    assert "orderquery.cli.upgrade" in modules
    assert not [name for name in modules if name.split(".")[0] in HEAVY]


@pytest.mark.parametrize(("option", "most"), [("--help", 60), ("--version", 130)])
def test_help_imports_nothing_and_a_version_click_alone(option, most):
    assert start(option).returncode == 0
    modules = imported_by("-m", "orderquery", option)
    # 32 and 71 on Python 3.11: a second heavy package would double it.
    assert len(modules - imported_by("-c", "pass")) < most
    assert ("click" in modules) is (option == "--version")
    assert not [name for name in modules if name.split(".")[0] in HEAVY]


@pytest.mark.parametrize(
    ("query", "most"), [('{"search": {"filter": {"status": "APPROVED"}}}', 280), ('{"serach": {}}', 340)]
)
def test_a_check_imports_neither_stores_nor_sql(query, most):
    modules = imported_by("-m", "orderquery", "check", query) - imported_by("-c", "pass")
    heavy = [
        name for name in modules if name.startswith(("orderquery.stores.", "orderquery.sql", "orderquery.emulator"))
    ]
    assert heavy == ["orderquery.stores.locations"]
    assert not [name for name in modules if name.split(".")[0] in set(HEAVY) - {"rich", "lark"}]
    assert len(modules) < most


# -- exit statuses, table-driven --------------------------------------------------------------------------------

FINE = [
    (["check", "paymentStatus = PAID"], "query: no problems"),
    (["check", "status = PAID"], "1 warning"),
    (["check", '{"search": {}}'], "query: no problems"),
    (["check", '{"filter": {"status": "APPROVED"}}', "--as", "search"], "no problems"),
    (["check", "{filter: {_createdDate: {$gte: '2024-01-01T00:00:00Z'}}}", "--as", "sdk"], "no problems"),
    (["convert", '{"search": {"filter": {"status": "APPROVED"}}}', "--to", "text"], "status = APPROVED"),
    (["convert", '{"filter": {"status": "APPROVED"}}', "--to", "text"], "status = APPROVED"),
    (["sql", PAID, "--dialect", "postgres"], "SELECT"),
    (["fields"], "paymentStatus"),
    (["fields", "no such field"], ""),
    (["explain"], "ignored-key"),
    (["explain", "ignored-key"], "Wix ignores this part"),
    (["sample", "0"], ""),
]
PROBLEMS = [
    (["check", "paymentstatus = PAID"], 'did you mean "paymentStatus"'),
    (["check", "status = PAID", "--strict"], "1 warning"),
    (["check", '{"filter": {}}'], "ignored-key"),
    (["check", '{"filter": {"_id": "x"}}', "--as", "search"], "unknown-field"),
    (["check", "["], "json-syntax"),
    (["check", "[" * 100_000], "too-deep"),
    (["check", '{"a":' * 5_000], "too-deep"),
    (["convert", "status = ", "--to", "json"], "text-syntax"),
    (["sql", "fooo = 1", "--dialect", "sqlite"], "unknown-field"),
    (["match", "fooo = 1", os.devnull], "unknown-field"),
    (["search", ":memory:", "fooo = 1"], "unknown-field"),
]
WRONG_USAGE = [
    ([], "Usage:"),
    (["serch"], 'unknown command "serch"; did you mean "search"?'),
    (["frobnicate"], "commands: check, scan, convert, translate, format, sql, match"),
    (["convert", "--to", "text"], "Missing argument"),
    (["check", "missing.json"], "orderquery: file not found: missing.json"),
    (["check", "some/where"], "file not found: some/where"),
    (["check", "."], '"." is a directory'),
    (["check", "nothing/*.json"], 'no file matches "nothing/*.json"'),
    (["check", "text.txt", "."], 'pass a pattern such as "./*.json"'),
    (["check", "text.txt", "missing.json"], "file not found: missing.json"),
    (["check", "paymentStatus", "=", "PAID"], "file not found: paymentStatus; put a search in the text form in quotes"),
    (["check", "-", "-", "text.txt"], "standard input is used twice"),
    (["check", "-", "--write"], "--write needs a file"),
    (["check", "everything", "--diff", "--write"], "pass one of them"),
    (["check", "everything", "--table", "nope"], 'unknown table "nope"'),
    (["convert", "everything"], "--to"),
    (["sql", "everything", "--dialect", "mysql"], 'unknown dialect "mysql"; dialects: sqlite'),
    (["match", "everything", "missing.jsonl"], "file not found: missing.jsonl"),
    (["match", "everything", "."], 'cannot read ".": it is a directory'),
    (["match", "-", "-"], "standard input is used twice"),
    (["match", "-"], "standard input is used twice"),
    (["match", "everything", "-", "-"], "standard input is used twice"),
    (["match", "everything", "--transactions", "-"], "standard input is used twice"),
    (["match", 'everything after "abc"', os.devnull], "does not support cursors"),
    (["load", "shop.db"], "Missing argument"),
    (["load", "shop.db", "missing.jsonl"], "file not found: missing.jsonl"),
    (["load", "no/where/shop.db", os.devnull], "folder not found"),
    (["load", "mongodb://x", os.devnull], 'unknown engine "mongodb://"'),
    (["search", "missing.db", "everything"], "store not found: missing.db"),
    (["search", ":memory:"], 'missing QUERY; pass "everything"'),
    (["search", ":memory:", "everything", "--limit", "0"], "--limit"),
    (["search", ":memory:", "everything", "--limit", "101"], "--limit 101 is above 100; use --all"),
    (["get", "missing.db", "1"], "store not found"),
    (["delete", "missing.db", "1"], "store not found"),
    (["upgrade", "missing.db"], "store not found"),
    (["upgrade", "text.txt"], "not a database"),
    (["explain", "ignored-kye"], 'unknown code "ignored-kye"; did you mean "ignored-key"?'),
    (["explain", "zzz"], 'unknown code "zzz"; run "orderquery explain" for the list'),
    (["sample", "many"], "N"),
    (["sample", "-1"], "-1"),
]


@pytest.mark.parametrize(("args", "expected"), FINE)
def test_fine(here, args, expected):
    result = run(*args)
    assert result.exit_code == 0, result.output
    assert expected in result.stdout


@pytest.mark.parametrize(("args", "expected"), PROBLEMS)
def test_problems(here, args, expected):
    result = run(*args)
    assert result.exit_code == 1, result.output
    assert re.search(expected, result.stdout if args[0] == "check" else result.stderr)
    if args[0] != "check":
        assert result.stdout == ""


@pytest.mark.parametrize(("args", "expected"), WRONG_USAGE)
def test_wrong_usage(here, args, expected):
    Path("text.txt").write_text("no store " * 1_000)
    result = run(*args, stdin="everything")
    assert result.exit_code == 2, result.output
    assert expected in result.stderr
    assert "Traceback" not in result.output
    assert [path.name for path in here.iterdir()] == ["text.txt"]


# -- QUERY ------------------------------------------------------------------------------------------------------


def test_query_is_a_file_if_there_is_one(here):
    Path("everything").write_text("fooo = 1")
    shown = run("check", "everything").stdout
    assert "--> everything:1:1" in shown
    Path("a b.json").write_text('{\n "search": {"filter": {"fooo": 1}}}')
    assert "--> a b.json:2:24  /search/filter/fooo" in run("check", "a b.json").stdout


def test_query_from_standard_input():
    result = run("check", "-", stdin=b'\xef\xbb\xbf{"search": {"filter": {"fooo": 1}}}')
    assert "--> standard input:1:" in result.stdout
    assert run("check", "-", stdin="fooo = 1").exit_code == 1
    empty = run("check", "-", stdin="")
    assert "the query is empty" in empty.stdout
    assert empty.exit_code == 1


def test_query_files_that_cannot_be_used(here):
    Path("latin.txt").write_bytes(b"shippingInfo.title = M\xe4rz")
    assert "invalid UTF-8 at byte 22" in run("check", "latin.txt").stdout
    with open("huge.json", "wb") as file:
        file.truncate(1 << 33)
    result = run("check", "huge.json")
    assert (result.exit_code, "too-large" in result.stdout) == (1, True)
    os.mkfifo("pipe")
    writer = subprocess.Popen(["sh", "-c", "echo 'fooo = 1' > pipe"])
    assert "--> pipe:1:1" in run("check", "pipe").stdout
    assert writer.wait() == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(here):
    Path("secret.json").write_text("{}")
    Path("secret.json").chmod(0)
    assert run("check", "secret.json").exit_code == 2


def test_two_uses_of_standard_input(shop):
    orders = (shop / "orders.jsonl").read_bytes()
    assert run("match", "-", shop / "orders.jsonl", "--count", stdin="archived = true").stdout.strip().isdigit()
    assert (
        run("match", "archived = true", "-", "--count", stdin=orders).stdout
        == run("match", "archived = true", shop / "orders.jsonl", "--count").stdout
    )


# -- check, convert, sql ----------------------------------------------------------------------------------------


def test_check_as_json():
    request = '{"search": {"filter": {"paymentStatus": {"$startsWith": "P"}, "archived": true, "status": "X"}}}'
    result = run("check", request, "--format", "json")
    found = json.loads(result.stdout)
    assert found["ok"] is False
    assert [row["code"] for row in found["diagnostics"]] == ["operator-not-allowed", "unknown-enum-value"]
    assert found["diagnostics"][0] == {
        "code": "operator-not-allowed",
        "severity": "error",
        "effect": "refuses",
        "pointer": "/search/filter/paymentStatus/$startsWith",
        "line": 1,
        "column": 42,
        "endLine": 1,
        "endColumn": 55,
        "message": '"$startsWith" is not supported for paymentStatus',
        "help": found["diagnostics"][0]["help"],
        "fix": None,
    }
    assert "corrected" not in found
    assert result.exit_code == 1
    assert run("check", "status = PAID", "--format", "json").exit_code == 0
    assert run("check", "status = PAID", "--format", "json", "--strict").exit_code == 1


def test_corrected_request_passes(here):
    wrong = '{"filter": {"createdDate": {"$gte": "2024-01-01T00:00:00Z"}}}'
    shown = run("check", wrong).stdout
    Path("right.json").write_text(shown[shown.rindex("corrected request:") + 19 :])
    assert run("check", "right.json", "--strict").exit_code == 0


def test_convert_there_and_back():
    text = 'status = APPROVED and shippingInfo.title = "日本" order by number desc limit 7'
    as_json = run("convert", text, "--to", "json")
    assert json.loads(as_json.stdout) == {
        "search": {
            "filter": {"status": "APPROVED", "shippingInfo.title": "日本"},
            "sort": [{"fieldName": "number", "order": "DESC"}],
            "cursorPaging": {"limit": 7},
        }
    }
    assert run("check", "-", stdin=as_json.stdout).exit_code == 0
    back = run("convert", "-", "--to", "text", stdin=as_json.stdout).stdout
    assert run("convert", back, "--to", "json").stdout == as_json.stdout


def test_warnings_go_to_standard_error():
    result = run("convert", "status = PAID", "--to", "text")
    assert result.stdout.startswith("status = ")
    assert re.fullmatch(r"query:1:10: warning\[unknown-enum-value\]: .*\n", result.stderr)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "duckdb"])
def test_sql(dialect):
    text, parameters = run("sql", 'shippingInfo.title = "x\'y"', "--dialect", dialect).stdout.splitlines()
    assert "x'y" not in text
    assert "x'y" in json.loads(parameters).values()


# -- reference --------------------------------------------------------------------------------------------------


def test_fields():
    everything = json.loads(run("fields", "--format", "json").stdout)
    assert len(everything) == 29
    assert {"name", "type", "many", "operators", "sortable", "note"} <= set(everything[0])
    assert [row["name"] for row in json.loads(run("fields", "DATE", "--format", "json").stdout)] == [
        "createdDate", "updatedDate", "deliveryTimeSlotFromDate", "deliveryTimeSlotToDate",
    ]  # fmt: skip
    assert len(json.loads(run("fields", "buyerInfo.*", "--format", "json").stdout)) == 3
    assert "did you mean" in run("fields", "paymentstatu5").stderr
    assert '"tags" exists, but cannot be searched' in run("fields", "tags").stderr
    assert all(row["name"] in run("fields").stdout for row in everything)


def test_fields_of_another_table(here):
    Path("pets.toml").write_text(
        'name = "pets"\n[[fields]]\nname = "id"\ntype = "guid"\noperators = ["$eq"]\n'
        '[[fields]]\nname = "kind"\ntype = "text"\noperators = ["$eq"]\nsortable = true\n'
    )
    assert [row["name"] for row in json.loads(run("fields", "--table", "pets.toml", "--format", "json").stdout)] == [
        "id", "kind",
    ]  # fmt: skip
    assert run("check", "kind = cat", "--table", "pets.toml").exit_code == 0
    Path("pets.jsonl").write_text('{"id": "1", "kind": "cat"}\n{"id": "2", "kind": "dog"}\n')
    assert run("match", "kind = cat", "pets.jsonl", "--table", "pets.toml").stdout == '{"id": "1", "kind": "cat"}\n'
    assert run("load", "pets.db", "pets.jsonl", "--table", "pets.toml").exit_code == 0
    shown = run("search", "pets.db", "kind = dog", "--table", "pets.toml").stdout
    assert shown.splitlines()[:2] == ["id  kind", "2   dog"]


def test_explain_every_code():
    from orderquery.diagnostics.codes import CODES

    listed = run("explain").stdout
    for name, code in CODES.items():
        assert name in listed
        shown = run("explain", name).stdout
        assert shown.startswith(f"{code.severity}[{name}]: {code.title}")
        assert code.wrong in shown
        assert code.right in shown
        assert all(line in shown for line in (*code.wrong_code.split("\n"), *code.right_code.split("\n")))
        assert f"Fix: {code.fix}.".split() == shown[shown.index("Fix: ") :].partition("\n\n")[0].split()
