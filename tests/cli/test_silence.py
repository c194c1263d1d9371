"""No silence: warnings on standard error, ``--strict``, and files that have the wrong role."""

import json
import os
import sqlite3
from pathlib import Path

import pytest
from command_line import run

COMMANDS = {
    "check": lambda query: ["check", query],
    "convert": lambda query: ["convert", query, "--to", "json"],
    "sql": lambda query: ["sql", query, "--dialect", "sqlite"],
    "match": lambda query: ["match", query, os.devnull],
    "match --count": lambda query: ["match", query, os.devnull, "--count"],
    "search": lambda query: ["search", "s.db", query],
    "search --count": lambda query: ["search", "s.db", query, "--count"],
    "inspect": lambda query: ["inspect", "s.db", query],
}
IMPOSSIBLE = {
    "unknown-enum-value": "paymentStatus = PAYED",
    "hidden-value": "status = INITIALIZED",
    "never-matches": '{"deliveryTimeSlotFromDate": {"$startsWith": "March"}}',
    "not-a-number": 'number > "abc"',
    "not-a-guid": 'id = "10126"',
    "empty-list": '{"paymentStatus": {"$in": []}}',
}


@pytest.fixture
def store(here):
    (here / "o.json").write_text('{"id": "1", "number": "1"}')
    assert run("load", "s.db", "o.json").exit_code == 0
    return here


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("code", IMPOSSIBLE)
def test_a_value_that_no_order_can_have_is_told(command, code, store):
    query = IMPOSSIBLE[code]
    if query.startswith("{"):
        query = json.dumps({"search": {"filter": json.loads(query)}})
    result = run(*COMMANDS[command](query))
    assert result.exit_code == (1 if command == "inspect" and result.exit_code else 0)
    shown = result.stdout if command == "check" else result.stderr
    assert f"warning[{code}]" in shown
    strict = run(*COMMANDS[command](query), "--strict")
    assert strict.exit_code == 1
    assert f"warning[{code}]" in (strict.stdout if command == "check" else strict.stderr)
    if command != "check":
        assert strict.stdout == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_strict_without_a_warning_changes_nothing(command, store):
    arguments = COMMANDS[command]("number = 1")
    plain, strict = run(*arguments), run(*arguments, "--strict")
    assert (strict.exit_code, strict.stdout) == (plain.exit_code, plain.stdout)
    assert strict.exit_code == 0


def test_match_says_what_it_ignores(store):
    for query, ignored in {
        "number = 1 order by number": "order",
        "number = 1 limit 5": "limit",
        "number = 1 order by number limit 5": "order and limit",
    }.items():
        result = run("match", query, "o.json")
        assert result.stderr == f"note: match ignores {ignored}: it prints every matching order as it is read\n"
        assert result.stdout == '{"id": "1", "number": "1"}\n'
    assert run("match", "number = 1", "o.json").stderr == ""


# -- stores and files of orders ---------------------------------------------------------------------------------


def test_load_refuses_a_store_that_is_a_file_of_orders(store):
    files = {
        "o.jsonl": b'{"id": "1"}\n', "o.array": b' \n[{"id": "1"}]', "o.bom": b'\xef\xbb\xbf{"id": "1"}', "o.gz": b"\x1f\x8b\x08\x00",
    }  # fmt: skip
    for name, raw in files.items():
        Path(name).write_bytes(raw)
        result = run("load", name, "o.json")
        message = f'orderquery: "{name}" is a file of orders, not a store; write: orderquery load STORE {name} o.json\n'
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)
        assert Path(name).read_bytes() == raw
        url = run("load", f"sqlite:///{name}", "o.json")
        assert (url.exit_code, url.stderr) == (2, message.replace(f'"{name}"', f'"sqlite:///{name}"'))
        assert Path(name).read_bytes() == raw
    swapped = run("load", "o.json", "s.db", "o.jsonl")
    assert swapped.exit_code == 2
    assert swapped.stderr == (
        'orderquery: "o.json" is a file of orders, not a store, and "s.db" is an SQLite database; '
        "write: orderquery load s.db o.json o.jsonl\n"
    )
    assert Path("o.json").read_text() == '{"id": "1", "number": "1"}'


def test_load_refuses_the_same_file_twice(here):
    for raw in (b"", b"id,number\n1,1\n"):
        Path("x").write_bytes(raw)
        result = run("load", "x", "./x")
        assert (result.exit_code, '"./x" is both STORE and FILE' in result.stderr) == (2, True)
        assert Path("x").read_bytes() == raw


def test_inputs_that_are_a_store_are_refused(store):
    duckdb = pytest.importorskip("duckdb")
    duckdb.connect("d.duckdb").close()
    sqlite3.connect("other.sqlite").execute("create table t (a)").connection.close()
    for name, kind in {
        "s.db": "an SQLite database",
        "other.sqlite": "an SQLite database",
        "d.duckdb": "a DuckDB database",
    }.items():
        result = run("load", "new.db", "o.json", name)
        assert result.exit_code == 2
        assert result.stderr == (
            f'orderquery: "{name}" is {kind}, not a file of orders; write: orderquery load new.db o.json\n'
        )
        matched = run("match", "everything", name)
        assert matched.exit_code == 2
        assert f'"{name}" is {kind}, not a file of orders' in matched.stderr
    assert not Path("new.db").exists()
    assert run("load", "s.db", "s.db").stderr == 'orderquery: "s.db" is an SQLite database, not a file of orders\n'
