"""Defaults of arguments and options: the environment and orderquery.toml (D126)."""

import os
import shutil
from pathlib import Path

import pytest
from command_line import run, start

import orderquery as oq
from orderquery.sync.sites import read_sites


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("templates")
    (folder / "o.json").write_text('{"id": "o", "number": "5"}')
    for name in ("argument", "environment", "file"):
        with oq.open_store(folder / f"{name}.db") as store:
            for site in ("", "berlin"):
                store.at_site(site).load([{"id": name, "number": "5"}])
    return folder


@pytest.fixture
def stores(here, templates):
    """Three stores, each with one order at two sites whose id is the name of its store, and a file of one order."""
    shutil.copytree(templates, here, dirs_exist_ok=True)
    return here


def settings(text, folder="."):
    Path(folder).mkdir(parents=True, exist_ok=True)
    Path(folder, "orderquery.toml").write_text(text)


def ids(*words):
    result = run("search", *words, "--format", "ids")
    assert result.exit_code == 0, result.output
    return result.stdout.split()


def test_the_command_line_then_the_environment_then_the_file(stores, monkeypatch):
    settings('store = "file.db"')
    assert ids("everything") == ["file"]
    monkeypatch.setenv("ORDERQUERY_STORE", "environment.db")
    assert ids("everything") == ["environment"]
    assert ids("argument.db", "everything") == ["argument"]
    monkeypatch.setenv("ORDERQUERY_STORE", "")
    assert ids("everything") == ["file"]


def test_the_site_likewise(stores, monkeypatch):
    settings('store = "file.db"\nsite = "paris"')
    assert ids("everything") == []
    monkeypatch.setenv("ORDERQUERY_SITE", "berlin")
    assert ids("everything") == ["file"]
    assert ids("everything", "--site", "rome") == []
    # An empty option is the site without a name.
    assert ids("everything", "--site", "") == ["file"]
    # A file of orders has no sites.
    assert run("why", "everything", "o.json", "--format", "json").exit_code == 0


def test_the_nearest_file_above_counts_and_paths_are_from_its_folder(stores, monkeypatch):
    settings('store = "file.db"')
    Path("a/b/c").mkdir(parents=True)
    monkeypatch.chdir("a/b/c")
    assert ids("everything") == ["file"]
    settings('store = "../../argument.db"', folder="..")
    assert ids("everything") == ["argument"]
    settings('store = "sqlite:///../../environment.db"', folder="..")
    assert ids("everything") == ["environment"]


def test_format_columns_limit_and_table(stores):
    settings('store = "file.db"\nformat = "csv"\ncolumns = ["number", "id"]\nlimit = 1\ntable = "ecom-orders"')
    assert run("search", "everything").stdout == "number,id\n5,file\n"
    assert run("search", "everything", "--format", "json").stdout.startswith('{"orders"')
    assert run("search", "everything", "--columns", "id").stdout == "id\nfile\n"
    assert run("search", "everything", "--output", "o.jsonl").stdout == "1 order in o.jsonl\n"
    Path("two.json").write_text('{"id": "second"}')
    run("load", "two.json")
    assert len(run("search", "everything", "--format", "ids").stdout.split()) == 1
    # A limit of the search counts more than the file's.
    assert len(run("search", "everything limit 2", "--format", "ids").stdout.split()) == 2
    assert len(run("search", "everything", "--limit", "2", "--format", "ids").stdout.split()) == 2


WITHOUT_STORE = [
    (["search", "everything"], ["search", "file.db", "everything"]),
    (["search", "query.txt", "--count"], ["search", "file.db", "query.txt", "--count"]),
    (["search", "--cursor", "x"], ["search", "file.db", "--cursor", "x"]),
    (["inspect", "number = 5"], ["inspect", "file.db", "number = 5"]),
    (["get", "file"], ["get", "file.db", "file"]),
    (["get", "--number", "5"], ["get", "file.db", "--number", "5"]),
    (["info", "--format", "json"], ["info", "file.db", "--format", "json"]),
    (["load", "o.json"], ["load", "file.db", "o.json"]),
    (["load", "o.json", "query.json"], ["load", "file.db", "o.json", "query.json"]),
]


@pytest.mark.parametrize(("short", "full"), WITHOUT_STORE, ids=lambda words: " ".join(words))
def test_store_may_be_left_out(stores, short, full):
    Path("query.txt").write_text("number = 5")
    Path("query.json").write_text("{}")
    settings(f'store = "{stores}/file.db"')
    left_out, written = run(*short), run(*full)
    assert left_out.exit_code == written.exit_code
    assert left_out.stdout.replace(f"{stores}/", "") == written.stdout.replace(f"{stores}/", "")
    assert left_out.stderr == written.stderr


def test_export_and_serve_take_the_default_too(stores):
    settings('store = "file.db"')
    assert run("export", "folder").stdout.startswith("2 orders")
    assert (
        "is not an address of this machine" in run("serve", "--read-only", "--port", "0", "--host", "256.0.0.1").stderr
    )


@pytest.mark.parametrize("words", [["delete", "file"], ["upgrade"]])
def test_what_cannot_be_undone_needs_its_store(stores, words):
    """D126."""
    settings('store = "file.db"')
    result = run(*words)
    assert (result.exit_code, "Missing argument" in result.stderr) == (2, True)
    assert ids("everything") == ["file"]


def test_without_a_default_a_missing_store_is_told(here):
    for words in (["info"], ["get"], ["search"]):
        result = run(*words)
        assert (result.exit_code, "Missing argument 'STORE': pass it, set ORDERQUERY_STORE" in result.stderr) == (
            2,
            True,
        )
    for query in ("everything", "status = APPROVED", "request.json", '{"filter": {}}'):
        assert "missing STORE; write: orderquery search STORE " in run("search", query).stderr
    assert 'missing QUERY; pass "everything"' in run("search", "shop").stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('sotre = "x"', 'unknown key "sotre"; did you mean "store"?'),
        ("zzz = 1", 'unknown key "zzz"; keys: store, site, table, format, columns, limit'),
        ('site = ""', "site must be a text"),
        ("site = 1", "site must be a text"),
        ('format = "parquet"', "format must be one of table, json, jsonl, ids, csv"),
        ("columns = []", 'columns must be a list of names, such as ["number", "createdDate"]'),
        ("limit = 0", "limit must be a number of orders"),
        ("limit = true", "limit must be a number of orders"),
        ("[store]", "store must be a text"),
        ("store = ", "is not TOML"),
        ("\xff", "is not TOML"),
    ],
)
def test_wrong_files(here, text, expected):
    """D126."""
    Path("orderquery.toml").write_bytes(text.encode("latin-1"))
    result = run("search", "everything")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "orderquery.toml" in result.stderr
    assert expected in result.stderr
    assert "Traceback" not in result.output
    # Help and commands without settings need no file.
    assert run("search", "--help").exit_code == 0
    assert run("explain", "ignored-key").exit_code == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'store = "postgresql://evil.example/x"',
            "store must be a file; for a server set ORDERQUERY_STORE, or pass STORE",
        ),
        ('store = "https://evil.example"', "store must be a file"),
        ('base-url = "https://evil.example"', 'cannot set "base-url"; pass --base-url on the command line'),
        ('base_url = "https://evil.example"', 'cannot set "base_url"; pass --base-url'),
        ('api_key = "k"', 'cannot set "api_key"; set WIX_API_KEY'),
        ('api-key-file = "k"', 'cannot set "api-key-file"'),
        ('pager = "rm -rf /"', 'cannot set "pager"; set PAGER'),
        ('cursor_keys = "k"', "set ORDERQUERY_CURSOR_KEYS"),
    ],
)
def test_a_file_cannot_say_where_orders_go_or_what_runs(here, text, expected):
    """D126."""
    settings(text)
    Path("o.json").write_text('{"id": "1"}')
    result = run("load", "o.json")
    assert (result.exit_code, expected in result.stderr) == (2, True), result.stderr


def test_the_sites_of_sync_are_left_to_it(stores):
    settings('store = "file.db"\n[[sites]]\nsite = "berlin"\nsite-id = "x"')
    assert ids("everything") == ["file"]
    assert [site.name for site in read_sites("orderquery.toml")] == ["berlin"]
    # STORE is the default, and the file is of the sites alone.
    told = run("sync", "--sites", "orderquery.toml", "--base-url", "http://127.0.0.1:1", "--since", "-1d")
    assert (told.exit_code, "--sites has site, query and since of each site" in told.stderr) == (2, True)


def test_a_current_folder_that_is_gone(here):
    Path("gone").mkdir()
    script = "import os; os.chdir('gone'); os.rmdir('../gone'); from orderquery.cli.main import main; main(['fields', 'archived'])"
    import subprocess
    import sys

    from command_line import HANG_S, ROOT

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=HANG_S, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )  # fmt: skip
    assert done.stdout.startswith("archived\n"), done.stderr
    assert start("--version").returncode == 0
