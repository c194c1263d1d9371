"""The cursor @last, kept for the user (D129)."""

import json
import re
import sqlite3
from pathlib import Path

import pytest
from command_line import PAID, run

from orderquery.samples.generator import sample_lines

OTHER = "archived = false order by number"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A folder with orders.jsonl and the store shop.db that holds them, smaller than those of other tests."""
    folder = tmp_path_factory.mktemp("small-shop")
    (folder / "orders.jsonl").write_bytes(b"".join(line + b"\n" for line in sample_lines(150)))
    assert run("load", folder / "shop.db", folder / "orders.jsonl").exit_code == 0
    return folder


@pytest.fixture
def state(here, monkeypatch):
    """The state folder of the user, which does not exist yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(here / "state"))
    return here / "state"


def ids(store, *words):
    result = run("search", store, *words, "--format", "ids")
    assert result.exit_code == 0, result.output
    return result.stdout.split()


def test_last_is_the_next_page_of_the_last_search(shop, state):
    """D129."""
    store = shop / "shop.db"
    every = ids(store, PAID, "--all")
    first = run("search", store, PAID, "--limit", "30").stdout
    command = re.search(r"^next page: orderquery search (.*)$", first, re.MULTILINE)
    assert command is not None
    assert command[1] == f"{store} --cursor @last"
    assert len(command[1]) < len(str(store)) + 20
    assert ids(store, "--cursor", "@last") == every[30:60]
    assert ids(store, "--cursor", "@last", "--limit", "5") == every[60:65]
    assert ids(store, "--cursor", "@last", "--all") == every[65:]
    # A search of all pages keeps no cursor.
    assert ids(store, "--cursor", "@last", "--limit", "5") == every[65:70]


def test_each_search_has_its_own(shop, state):
    store = shop / "shop.db"
    paid, other = ids(store, PAID, "--all"), ids(store, OTHER, "--all")
    ids(store, PAID, "--limit", "3")
    ids(store, OTHER, "--limit", "3")
    assert ids(store, PAID, "--cursor", "@last", "--limit", "4") == paid[3:7]
    assert ids(store, OTHER, "--cursor", "@last", "--limit", "4") == other[3:7]
    assert ids(store, "--cursor", "@last", "--limit", "2") == other[7:9]
    assert ids(store, PAID, "--cursor", "@last", "--limit", "2") == paid[7:9]
    unknown = run("search", store, "everything", "--cursor", "@last")
    assert (unknown.exit_code, "no cursor is kept for this search of " in unknown.stderr) == (2, True)


def test_after_the_last_page_there_is_none(here, state):
    Path("o.json").write_text('[{"id": "1"}, {"id": "2"}]')
    run("load", "s.db", "o.json")
    missing = run("search", "s.db", "--cursor", "@last")
    assert (
        missing.exit_code,
        "no cursor is kept for s.db; run the search without --cursor first" in missing.stderr,
    ) == (2, True)
    assert "next page" in run("search", "s.db", "everything", "--limit", "1").stdout
    assert "next page" not in run("search", "s.db", "--cursor", "@last").stdout
    done = run("search", "s.db", "--cursor", "@last")
    assert (done.exit_code, "the last page was printed" in done.stderr) == (2, True)


def test_sites_and_names_of_a_store_are_apart_or_the_same(here, state):
    Path("o.json").write_text('[{"id": "1"}, {"id": "2"}]')
    run("load", "s.db", "o.json", "--site", "berlin")
    assert (
        "--site berlin --cursor @last" in run("search", "s.db", "everything", "--limit", "1", "--site", "berlin").stdout
    )
    assert run("search", "s.db", "--cursor", "@last").exit_code == 2
    assert ids(here / "s.db", "--cursor", "@last", "--site", "berlin")


def test_only_the_user_can_read_it(shop, state):
    run("search", shop / "shop.db", PAID, "--limit", "3")
    (file,) = (state / "orderquery" / "cursors").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    ((kept),) = json.loads(file.read_text())["cursors"]
    assert kept.keys() == {"search", "cursor"}
    assert PAID not in file.read_text()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"cursors": [1, {"search": 2}, {"search": "x", "cursor": 3}]}', "\0" * 99, "[" * 99_999]
)
def test_a_damaged_file_is_as_none(shop, state, content):
    run("search", shop / "shop.db", PAID, "--limit", "3")
    (file,) = (state / "orderquery" / "cursors").iterdir()
    file.write_text(content)
    assert "no cursor is kept" in run("search", shop / "shop.db", "--cursor", "@last").stderr
    assert "--cursor @last" in run("search", shop / "shop.db", PAID, "--limit", "3").stdout


def test_without_a_state_folder_the_whole_cursor_is_printed(shop, here, monkeypatch):
    Path("file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(here / "file"))
    shown = run("search", shop / "shop.db", PAID, "--limit", "3").stdout
    found = re.search(r"--cursor (\S{100,})", shown)
    assert found is not None
    assert len(ids(shop / "shop.db", "--cursor", found[1])) == 3


def test_few_are_kept(shop, state):
    store = shop / "shop.db"
    for number in range(25):
        run("search", store, f"number >= {number} limit 1", "--format", "ids")
    (file,) = (state / "orderquery" / "cursors").iterdir()
    assert len(json.loads(file.read_text())["cursors"]) == 20
    assert run("search", store, "number >= 1 limit 1", "--cursor", "@last").exit_code == 2


def test_your_own_tables_keep_one_only_with_keys(here, state, monkeypatch):
    from orderquery.compiler.cursor_keys import KEYS_VARIABLE

    with sqlite3.connect("own.db") as database:
        database.execute("CREATE TABLE shop_orders (order_id TEXT, document TEXT)")
        database.executemany("INSERT INTO shop_orders VALUES (?, ?)", [(f"{n}", f'{{"id": "{n}"}}') for n in range(5)])
    database.close()
    Path("own.toml").write_text('dialect = "sqlite"\ntable = "shop_orders"\nkey = "order_id"\njson = "document"\n')
    words = ["own.db", "everything", "--limit", "2", "--layout", "own.toml"]
    assert "set ORDERQUERY_CURSOR_KEYS" in run("search", *words).stdout
    assert not (state / "orderquery").exists()
    monkeypatch.setenv(KEYS_VARIABLE, "0123456789abcdef")
    assert "--layout own.toml --cursor @last" in run("search", *words).stdout
    assert ids("own.db", "--layout", "own.toml", "--cursor", "@last") == ["2", "1"]
