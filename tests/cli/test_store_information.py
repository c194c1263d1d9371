"""The commands info, get --number, fields NAME and sample --until."""

import json
import re
import shlex
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from command_line import run

import orderquery as oq
from orderquery.cli.field_card import card_lines, examples
from orderquery.language.grammar_files import grammar_text
from orderquery.samples.generator import sample


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """A store of three sites; number 7 is at two of them, and 8 is hidden."""
    folder = tmp_path_factory.mktemp("sites")
    rows = {
        "": [("1", "7", "APPROVED", "2026-01-01"), ("2", "8", "INITIALIZED", "2026-01-02"), ("3", "9", "ODD", "2026-03-04")],
        "berlin": [("4", "7", "PENDING", "2025-01-01"), ("5", "10", "PENDING", "2025-01-01")],
        "rome": [("6", "10", "CANCELED", None)],
        "a b": [("7", "11", "CANCELED", None)],
    }  # fmt: skip
    with oq.open_store(folder / "s.db") as store:
        for site, orders in rows.items():
            documents = [
                {"id": id_, "number": number, "status": status, "createdDate": day and f"{day}T10:20:30Z"}
                for id_, number, status, day in orders
            ]
            store.at_site(site).load(documents)
        store.load([{"orderTransactions": {"orderId": "1", "payments": [], "refunds": []}}])
    return folder / "s.db"


# -- info -------------------------------------------------------------------------------------------------------


def test_info_as_json(sites):
    found = json.loads(run("info", sites, "--format", "json").stdout)
    assert (found["store"], found["engine"], found["needsUpgrade"]) == (str(sites), "SQLite", False)
    assert found["table"] == {"name": "ecom-orders", "version": 1}
    assert found["bytes"] >= sites.stat().st_size
    assert found["transactions"] == 1
    created = {"first": "2026-01-01T10:20:30.000Z", "last": "2026-03-04T10:20:30.000Z"}
    assert found["sites"] == [
        {
            "site": "", "orders": 3, "hidden": 1, "byStatus": {"INITIALIZED": 1, "APPROVED": 1, "other": 1}, "createdDate": created,
        },
        {"site": "a b", "orders": 1, "hidden": 0, "byStatus": {"CANCELED": 1}},
        {
            "site": "berlin", "orders": 2, "hidden": 0, "byStatus": {"PENDING": 2},
            "createdDate": {"first": "2025-01-01T10:20:30.000Z", "last": "2025-01-01T10:20:30.000Z"},
        },
        {"site": "rome", "orders": 1, "hidden": 0, "byStatus": {"CANCELED": 1}},
    ]  # fmt: skip


def test_info_as_text(sites):
    lines = run("info", sites).stdout.splitlines()
    assert lines[0] == f"store         {sites}"
    assert "orders        3, 1 of them hidden from searches" in lines
    assert "createdDate   2026-01-01 10:20 to 2026-03-04 10:20, in UTC" in lines
    only = run("info", sites, "--site", "rome").stdout
    assert "site          rome\norders        1\n  CANCELED    1\n" in only
    assert "berlin" not in only


@pytest.mark.parametrize("engine", ["duckdb"])
def test_info_of_another_engine(here, engine):
    Path("o.json").write_text('{"id": "1", "status": "APPROVED", "createdDate": "2026-01-01T00:00:00Z"}')
    run("load", f"s.{engine}", "o.json")
    found = json.loads(run("info", f"s.{engine}", "--format", "json").stdout)
    assert found["sites"][0]["byStatus"] == {"APPROVED": 1}
    assert found["engine"] == "DuckDB"
    assert found["bytes"] > 0


def test_info_of_an_empty_store_and_of_none(here):
    with oq.open_store("s.db"):
        pass
    assert run("info", "s.db").stdout.endswith("\nno orders\n")
    assert run("info", "none.db").exit_code == 2
    assert not Path("none.db").exists()


def test_info_says_that_an_upgrade_is_needed(here):
    Path("o.json").write_text('{"id": "1"}')
    run("load", "s.db", "o.json")
    database = sqlite3.connect("s.db")
    with database:
        database.execute("UPDATE about SET value = 'older' WHERE name = 'fingerprint'")
    database.close()
    result = run("info", "s.db")
    assert result.exit_code == 1
    assert "upgrade       run: orderquery upgrade s.db\n" in result.stdout
    found = run("info", "s.db", "--format", "json")
    assert (found.exit_code, json.loads(found.stdout)["needsUpgrade"]) == (1, True)
    assert run("upgrade", "s.db").exit_code == 0
    assert run("info", "s.db").exit_code == 0


def test_info_hides_passwords():
    result = run("info", "postgresql://u:secret@127.0.0.1:1/none?connect_timeout=1")
    assert result.exit_code == 2
    assert "secret" not in result.output


# -- get by number ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "ids", "message"),
    [
        (["--number", "7"], ["1"], ""),
        (["--number", "#7", "--number", "8"], ["1", "2"], ""),
        (["3", "--number", "7"], ["3", "1"], ""),
        (["--number", "7", "--site", "berlin"], ["4"], ""),
        (
            ["--number", "10"],
            [],
            'order not found: number 10; it is at the sites "berlin", "rome": pass one of them as --site\n',
        ),
        (["--number", "10", "--site", "rome"], ["6"], ""),
        (
            ["--number", "8", "--site", "rome"],
            [],
            "order not found: number 8; it is at the site without a name: leave --site out\n",
        ),
        (["4"], [], 'order not found: 4; it is at the site "berlin": pass --site berlin\n'),
        (["7"], [], "order not found: 7; it is at the site \"a b\": pass --site 'a b'\n"),
        (["--number", "99"], [], "order not found: number 99\n"),
        (["--number", "x'; DROP"], [], "order not found: number x'; DROP\n"),
    ],
)
def test_get_by_number(sites, words, ids, message):
    result = run("get", sites, *words)
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ids
    assert result.stderr == message
    assert result.exit_code == (1 if message else 0)


@pytest.fixture
def elsewhere(here):
    """A store whose only order is at a site with a space in its name."""
    with oq.open_store("s.db", site="a b") as store:
        store.load([{"id": "1", "number": "7", "status": "APPROVED"}])
    return here


@pytest.mark.parametrize(
    "words",
    [
        ["search", "s.db", "everything"],
        ["search", "s.db", "everything", "--all", "--format", "csv", "--columns", "number"],
        ["search", "s.db", "everything", "--format", "json"],
        ["search", "s.db", "everything", "--count"],
        ["search", "s.db", "everything", "--format", "histogram", "--by", "updatedDate"],
        ["search", "s.db", "everything", "--site", "ab"],
        ["get", "s.db", "1"],
        ["get", "s.db", "--number", "7"],
        ["why", "everything", "s.db", "1"],
        ["why", "everything", "s.db", "--number", "7"],
        ["delete", "s.db", "1"],
        ["info", "s.db", "--site", "ab"],
        ["export", "s.db", "folder", "--site", "ab"],
    ],
)
def test_orders_at_another_site_are_named(elsewhere, words):
    missing = run(*words)
    (option,) = re.findall(r"the site \"a b\": pass (--site .*)$", missing.stderr.strip())
    if "--site" in words:
        words = words[: words.index("--site")]
    if words[0] == "export":
        words.append("--replace")
    found = run(*words, *shlex.split(option))
    assert (found.exit_code, found.stderr) == (0, "")
    assert found.stdout != missing.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["search", "s.db", "number = 8", "--site", "a b"], ""),
        (["get", "s.db", "--number", "8"], "order not found: number 8\n"),
        (["why", "everything", "s.db", "--number", "8", "--site", "a b"],
         "order not found: number 8; list the orders with: orderquery search s.db everything --site 'a b'\n"),
        (["why", "everything", "s.db", "x", "--site", "a b"],
         "order not found: x; list the ids with: orderquery search s.db everything --site 'a b' --format ids\n"),
    ],
)  # fmt: skip
def test_what_no_site_has(elsewhere, words, message):
    assert run(*words).stderr == message


def test_the_site_without_a_name_where_a_setting_names_another(sites, monkeypatch):
    monkeypatch.setenv("ORDERQUERY_SITE", "rome")
    missing = run("get", sites, "--number", "8")
    assert missing.stderr == "order not found: number 8; it is at the site without a name: pass --site ''\n"
    assert run("get", sites, "--number", "8", "--site", "").exit_code == 0


def test_many_sites_are_not_all_named(here):
    with oq.open_store("s.db") as store:
        for number in range(12):
            store.at_site(f"s{number:02}").load([{"id": "1"}])
    assert run("search", "s.db", "everything").stderr == (
        "note: the site without a name has no orders; the store has the sites "
        + ", ".join(f'"s{number:02}"' for number in range(10))
        + ", and 2 more: pass one of them as --site\n"
    )


@pytest.mark.parametrize("name", ["new store.db", "new store.duckdb", "it's.db"])
def test_the_help_for_a_store_that_does_not_exist(here, name):
    Path("o.json").write_text('{"id": "1"}')
    missing = run("search", name, "everything").stderr.strip()
    (command,) = re.findall(r"create it with: orderquery (.*)$", missing)
    assert run(*[word.replace("FILE", "o.json") for word in shlex.split(command)]).exit_code == 0
    assert run("search", name, "everything", "--count").stdout == "1\n"


def test_get_needs_an_order(sites):
    result = run("get", sites)
    assert (result.exit_code, "Missing argument 'ID...'" in result.stderr) == (2, True)


# -- fields NAME ------------------------------------------------------------------------------------------------

SCHEMA = oq.load_schema()


@pytest.mark.parametrize("row", SCHEMA.fields, ids=lambda row: row.name)
def test_every_example_on_a_card_is_a_search(row):
    for operator in SCHEMA.operators_of(row):
        for text in examples(SCHEMA, row, operator):
            # A prefix of a date or boolean is always a warning.
            assert [
                warning for warning in oq.compile(text).diagnostics if not warning.code.startswith("prefix-of")
            ] == [], text
    for columns in (40, 80, 100):
        wide = [
            line
            for line in card_lines(SCHEMA, row, columns)
            if len(line) > columns and not line.startswith(f"  {row.name} ")
        ]
        # A name or an address is one word.
        assert all(max(map(len, line.split())) > columns - 15 for line in wide)


def test_a_card_has_what_the_table_says():
    shown = run("fields", "paymentStatus").stdout
    for expected in (
        "type       enum",
        "PARTIALLY_REFUNDED",
        "sort       yes",
        "source     https://dev.wix.com",
        "paymentStatus in (NOT_PAID, PAID)",
    ):
        assert expected in shown
    assert "$nin: not $in, so a missing value matches" in shown
    assert "of the order's transactions" in run("fields", "paymentMethods").stdout
    assert "counts as false" in run("fields", "archived").stdout
    assert json.loads(run("fields", "archived", "--format", "json").stdout)[0]["name"] == "archived"
    # A part of a name is still a table.
    assert run("fields", "buyerInfo").stdout.startswith("name ")


# -- sample --until ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 30])
def test_the_last_sample_is_of_the_day(count):
    day = date(2027, 2, 3)
    moved = list(sample(count, 5, until=day))
    plain = list(sample(count, 5))
    orders = [document for document in moved if "id" in document]
    assert orders[-1]["createdDate"].startswith("2027-02-03T")
    assert max(order["updatedDate"] for order in orders) < "2027-02-04"
    assert [document.get("id") for document in moved] == [document.get("id") for document in plain]
    gaps = {
        datetime.fromisoformat(new["createdDate"]) - datetime.fromisoformat(old["createdDate"])
        for new, old in zip(moved, plain, strict=True)
        if "id" in new
    }
    assert len(gaps) == 1


def test_sample_until_today_and_wrong_days():
    last = json.loads(run("sample", "1", "--until", "today").stdout.splitlines()[0])
    assert abs((datetime.fromisoformat(last["createdDate"]) - datetime.now(UTC)).days) <= 1
    for text in ("tomorrow", "2026-13-01", ""):
        result = run("sample", "1", "--until", text)
        assert (result.exit_code, "write: --until today or --until 2026-01-31" in result.stderr) == (2, True)
    assert run("sample", "0", "--until", "today").stdout == ""


@pytest.mark.parametrize("table", ["ecom-orders", "stores-v2", "pricing-plans"])
def test_an_unknown_field_names_the_list_of_its_table(table):
    commands = [
        ["check", "nothingLikeIt = 1", "--table", table],
        ["check", "everything order by nothingLikeIt", "--table", table],
    ]
    if table == "stores-v2":
        commands.append(["translate", "nothingLikeIt = 1"])
    for command in commands:
        result = run(*command)
        (listing,) = re.findall(r'for the fields run "orderquery (.*)"', result.stdout + result.stderr)
        names = {row["name"] for row in json.loads(run(*listing.split(), "--format", "json").stdout)}
        assert names == {row.name for row in oq.load_schema(table).fields}


def test_an_unknown_field_of_a_table_in_a_file(here):
    text = grammar_text("ecom-orders.toml").replace('name = "ecom-orders"', 'name = "mine"', 1)
    Path("mine.toml").write_text(text)
    result = run("check", "nothingLikeIt = 1", "--table", "mine.toml")
    (listed,) = re.findall(r"fields: (.*) and [0-9]+ more", result.stdout)
    assert set(listed.split(", ")) < {row.name for row in oq.load_schema().fields}
