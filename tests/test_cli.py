"""The command line: what it prints, where, and with which exit status."""

import gzip
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from orderquery.cli import program
from orderquery.samples import sample_lines
from orderquery.version import __version__

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = 2_000
PAID = "paymentStatus = PAID order by createdDate desc"
TERMINAL_CONTROL = re.compile(r"\x1b\[")


def run(*args, stdin=None):
    """Run a command line in this process."""
    return CliRunner().invoke(program, [str(arg) for arg in args], input=stdin, catch_exceptions=False)


def start(*args, **options):
    """Run a command line as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    command = [sys.executable, "-m", "orderquery", *map(str, args)]
    return subprocess.run(command, capture_output=True, env=environment, timeout=60, **options)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A folder with orders.jsonl and the store shop.db that holds them."""
    folder = tmp_path_factory.mktemp("shop")
    with open(folder / "orders.jsonl", "wb") as file:
        file.writelines(line + b"\n" for line in sample_lines(SAMPLES))
    loaded = run("load", folder / "shop.db", folder / "orders.jsonl")
    assert loaded.exit_code == 0, loaded.output
    assert re.fullmatch(r"2,000 orders and 1,\d\d\d transactions records loaded\n", loaded.stdout)
    assert loaded.stderr == ""
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- help -------------------------------------------------------------------------------------------------------

COMMANDS = [
    "check", "convert", "sql", "match", "load", "search", "get", "delete", "upgrade", "fields", "explain", "sample",
    "demo",
]  # fmt: skip


def test_all_commands_are_listed_in_sections():
    shown = run("--help").stdout
    assert list(program.commands) == COMMANDS
    for section in ("A search:", "Files of orders:", "A store of orders:", "Reference and samples:"):
        assert section in shown
    for name in COMMANDS:
        assert re.search(rf"^  {name} +\w", shown, re.MULTILINE)
    # No description is cut short.
    assert "..." not in shown[shown.index("A search:") :]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert re.search(rf"^Examples?:\n(.*\n)*.*orderquery {name}\b", result.stdout, re.MULTILINE)
    assert result.stdout == run(name, "-h").stdout
    for option in program.commands[name].params:
        if isinstance(option, click.Option):
            assert option.help, option.name
    help_ = program.commands[name].help
    assert help_ is not None
    assert help_.split("\n\n")[0].endswith(".")


def test_version():
    assert run("--version").stdout == f"orderquery {__version__}\n"


HEAVY = ("lark", "sqlglot", "pydantic", "sqlite3", "rich", "cryptography", "msgspec")


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_imports_click_alone_and_answers_at_once(option):
    result = start(option)
    assert result.returncode == 0
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "orderquery", option],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60,
    ).stderr  # fmt: skip
    modules = {line.rsplit("|", 1)[-1].strip() for line in loaded.splitlines()}
    assert "click" in modules
    assert not [name for name in modules if name.split(".")[0] in HEAVY]
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        start(option)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.5


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
    (["explain", "ignored-key"], "The live service answers as if"),
    (["sample", "0"], ""),
]
PROBLEMS = [
    (["check", "paymentstatus = PAID"], "did you mean paymentStatus?|write paymentStatus"),
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
    (["serch"], "Did you mean search"),
    (["check"], "Missing argument"),
    (["check", "missing.json"], "there is no file missing.json"),
    (["check", "some/where"], "there is no file some/where"),
    (["check", "."], "is a folder"),
    (["check", "everything", "--table", "nope"], "no table 'nope'"),
    (["convert", "everything"], "--to"),
    (["sql", "everything", "--dialect", "mysql"], "it is one of sqlite"),
    (["match", "everything", "missing.jsonl"], "no such file"),
    (["match", "everything", "."], "it is a folder"),
    (["match", "-", "-"], "standard input can be used once"),
    (["match", "-"], "standard input can be used once"),
    (["match", "everything", "-", "-"], "standard input can be used once"),
    (["match", "everything", "--transactions", "-"], "standard input can be used once"),
    (["match", 'everything after "abc"', os.devnull], "does not follow cursors"),
    (["load", "shop.db"], "Missing argument"),
    (["load", "shop.db", "missing.jsonl"], "no such file"),
    (["load", "no/where/shop.db", os.devnull], "there is no folder"),
    (["load", "mongodb://x", os.devnull], "no store for mongodb"),
    (["search", "missing.db", "everything"], "there is no store missing.db"),
    (["search", ":memory:"], "give a QUERY"),
    (["search", ":memory:", "everything", "--limit", "0"], "--limit"),
    (["search", ":memory:", "everything", "--limit", "101"], "at most 100"),
    (["get", "missing.db", "1"], "there is no store"),
    (["delete", "missing.db", "1"], "there is no store"),
    (["upgrade", "missing.db"], "there is no store"),
    (["upgrade", "text.txt"], "not a database"),
    (["explain", "ignored-kye"], "did you mean ignored-key?"),
    (["explain", "zzz"], "lists them all"),
    (["sample", "many"], "N"),
    (["sample", "-1"], "-1"),
]


@pytest.mark.parametrize(("args", "said"), FINE)
def test_fine(here, args, said):
    result = run(*args)
    assert result.exit_code == 0, result.output
    assert said in result.stdout


@pytest.mark.parametrize(("args", "said"), PROBLEMS)
def test_problems(here, args, said):
    result = run(*args)
    assert result.exit_code == 1, result.output
    assert re.search(said, result.stdout if args[0] == "check" else result.stderr)
    if args[0] != "check":
        assert result.stdout == ""


@pytest.mark.parametrize(("args", "said"), WRONG_USAGE)
def test_wrong_usage(here, args, said):
    Path("text.txt").write_text("no store " * 1_000)
    result = run(*args, stdin="everything")
    assert result.exit_code == 2, result.output
    assert said in result.stderr
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
    assert run("check", "-", stdin="").exit_code == 0


def test_query_files_that_cannot_be_used(here):
    Path("latin.txt").write_bytes(b"shippingInfo.title = M\xe4rz")
    assert "not UTF-8 at byte 22" in run("check", "latin.txt").stdout
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
        "pointer": "/search/filter/paymentStatus/$startsWith",
        "line": 1,
        "column": 42,
        "message": "paymentStatus does not have $startsWith",
        "help": found["diagnostics"][0]["help"],
    }
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
    from orderquery.catalogue import CODES

    listed = run("explain").stdout
    for name, code in CODES.items():
        assert name in listed
        shown = run("explain", name).stdout
        assert shown.startswith(f"{code.severity}[{name}]: {code.title}")
        assert code.wrong in shown
        assert code.right in shown


# -- match ------------------------------------------------------------------------------------------------------


def test_match_shows_documents_as_read(here):
    document = b'{"id":"1",\r\n "number": "5" , "x":"\xc3\xa9\\u00e9 \\n"}\n'
    Path("a.json").write_bytes(document)
    assert run("match", "number = 5", "a.json").stdout_bytes == document.replace(b"\r\n", b"")


def test_match_reads_what_load_reads(shop, here):
    raw = (shop / "orders.jsonl").read_bytes()
    Path("o.gz").write_bytes(gzip.compress(raw))
    Path("response.json").write_text(json.dumps({"orders": [{"id": "x", "archived": True}], "metadata": {}}))
    want = run("match", "archived = true", shop / "orders.jsonl").stdout
    assert run("match", "archived = true", "o.gz").stdout == want
    assert run("match", "archived = true", stdin=raw).stdout == want
    assert start("match", "archived = true", input=gzip.compress(raw)).stdout.decode() == want
    both = run("match", "archived = true", "o.gz", "response.json").stdout
    assert both == want + '{"id": "x", "archived": true}\n'


def test_match_without_a_match():
    result = run("match", "archived = true", os.devnull)
    assert (result.exit_code, result.stdout) == (0, "")
    assert run("match", "archived = true", os.devnull, "--count").stdout == "0\n"


def test_match_reports_what_it_cannot_use(here):
    Path("o.jsonl").write_bytes(
        b'{"id":"1","createdDate":"soon"}\n{broken\n{"foo":1}\n{"order":{"number":"3"}}\n{"id":"2"}\n\xff\n'
    )
    result = run("match", "everything", "o.jsonl", "--count")
    assert (result.exit_code, result.stdout) == (1, "2\n")
    assert [line.split(": ")[:2] for line in result.stderr.splitlines()] == [
        ["o.jsonl:2", "unusable-document"],
        ["o.jsonl:3", "unknown-document"],
        ["o.jsonl:4:/order", "no-usable-id"],
        ["o.jsonl:6", "unusable-document"],
    ]
    verbose = run("match", "everything", "o.jsonl", "--count", "--verbose")
    assert verbose.stderr.startswith("o.jsonl:1: unfit-value: createdDate is 'soon'")
    Path("o.jsonl").write_bytes(b'{"id":"1","createdDate":"soon"}\n')
    assert run("match", "everything", "o.jsonl", "--verbose").exit_code == 0


def test_match_reads_transactions(shop, here):
    orders = shop / "orders.jsonl"
    query = "paymentMethods has any (PayPal, Stripe)"
    want = run("search", shop / "shop.db", query, "--all", "--format", "ids").stdout.split()
    assert len(want) > 50
    raw = orders.read_bytes().splitlines(keepends=True)
    Path("t.jsonl").write_bytes(b"".join(line for line in raw if line.startswith(b'{"orderTransactions"')))
    Path("only.jsonl").write_bytes(b"".join(line for line in raw if line.startswith(b'{"id"')))
    found = run("match", query, orders).stdout
    assert sorted(json.loads(line)["id"] for line in found.splitlines()) == sorted(want)
    assert run("match", query, "only.jsonl", "--count").stdout == "0\n"
    assert run("match", query, "only.jsonl", "--transactions", "t.jsonl").stdout == found
    assert run("match", query, "t.jsonl", "only.jsonl").stdout == found
    assert run("match", query, stdin=orders.read_bytes()).stdout == found
    assert run("match", query, "-", "t.jsonl", stdin=Path("only.jsonl").read_bytes()).stdout == found
    assert run("match", "-", "only.jsonl", "--transactions", "t.jsonl", stdin=query).stdout == found


def test_the_newest_transactions_count(here):
    def event(method, time_):
        payments = [{"regularPaymentDetails": {"paymentMethod": method}}]
        body = {"orderTransactions": {"orderId": "1", "payments": payments}}
        head = {"entityFqdn": "wix.ecom.v1.order_transactions", "slug": "updated", "entityId": "1", "eventTime": time_}
        return json.dumps({**head, "actionEvent": {"body": body}}) + "\n"

    order = '{"id": "1"}\n'
    Path("e.jsonl").write_text(order + event("B", "2024-01-02T00:00:00Z") + event("A", "2024-01-01T00:00:00Z"))
    assert run("match", "paymentMethods has any (B)", "e.jsonl", "--count").stdout == "1\n"
    assert run("match", "paymentMethods has any (A)", "e.jsonl", "--count").stdout == "0\n"


# -- stores -----------------------------------------------------------------------------------------------------


def test_load_search_and_match_agree(shop):
    ids = run("search", shop / "shop.db", PAID, "--all", "--format", "ids").stdout.split()
    count = int(run("match", PAID, shop / "orders.jsonl", "--count").stdout)
    assert len(ids) == len(set(ids)) == count > 1_000
    assert int(run("search", shop / "shop.db", PAID, "--count").stdout) == count


def test_must_show_in_a_shell(shop):
    script = """
        set -eu
        oq="$0 -m orderquery"
        a=$($oq search shop.db 'paymentStatus = PAID order by createdDate desc' --all --format ids | sort -u | wc -l)
        b=$($oq match 'paymentStatus = PAID' orders.jsonl --count)
        test "$a" -eq "$b" && echo $a
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        ["sh", "-c", script, sys.executable], cwd=shop, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert int(result.stdout) > 1_000


def test_load_reports_and_goes_on(here):
    bad = b"".join(b"{bad %d\n" % number for number in range(25))
    Path("o.jsonl").write_bytes(b'{"id":"1","createdDate":"soon"}\n' + bad + b'{"id":"2"}\n')
    result = run("load", "s.db", "o.jsonl")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0] == "o.jsonl:1: unfit-value: createdDate is 'soon', not a date-time: it counts as missing"
    assert lines[1].startswith("o.jsonl:2: unusable-document: ")
    assert len(lines) == 21
    assert lines[20] == "... and 6 more"
    assert result.stdout == "2 orders and 0 transactions records loaded, 25 skipped, 1 value that does not fit\n"
    Path("unfit.json").write_text('{"id":"3","createdDate":"soon"}')
    assert run("load", "s.db", "unfit.json").exit_code == 0
    assert run("load", "s.db", "-", stdin=b'{"id":"4"}').stdout == "1 order and 0 transactions records loaded\n"
    assert run("search", "s.db", "everything", "--count").stdout == "4\n"


def test_load_is_safe_to_repeat_and_keeps_the_newer(here):
    new, old = ({"id": "1", "number": n, "updatedDate": f"2024-01-0{n}T00:00:00Z"} for n in "21")
    Path("new.json").write_text(json.dumps(new))
    Path("old.json").write_text(json.dumps(old))
    assert run("load", "s.db", "new.json", "new.json").exit_code == 0
    assert "1 older than what is stored" in run("load", "s.db", "old.json").stdout
    assert json.loads(run("get", "s.db", "1").stdout) == new


def test_sites_do_not_see_each_other(here):
    Path("a.json").write_text('{"id": "1", "number": "1"}')
    run("load", "s.db", "a.json", "--site", "berlin")
    assert run("search", "s.db", "everything", "--count").stdout == "0\n"
    assert run("search", "s.db", "everything", "--format", "ids", "--site", "berlin").stdout == "1\n"
    assert run("get", "s.db", "1").exit_code == 1
    assert run("delete", "s.db", "1").exit_code == 1
    assert run("delete", "s.db", "1", "--site", "berlin").stdout == "1 order removed\n"


def test_search_formats(shop):
    store = shop / "shop.db"
    response = json.loads(run("search", store, PAID, "--limit", "3", "--format", "json").stdout)
    assert set(response["metadata"]) == {"count", "cursors", "hasNext"}
    ids = [order["id"] for order in response["orders"]]
    assert len(ids) == response["metadata"]["count"] == 3
    assert run("search", store, PAID, "--limit", "3", "--format", "ids").stdout.split() == ids
    lines = run("search", store, PAID, "--limit", "3", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ids
    table = run("search", store, PAID, "--limit", "3").stdout.splitlines()
    assert table[0].split() == [
        "number", "createdDate", "status", "paymentStatus", "fulfillmentStatus", "total", "buyer",
    ]  # fmt: skip
    for order, row in zip(response["orders"], table[1:4], strict=True):
        total = order["priceSummary"]["total"]["amount"]
        assert order["number"] in row
        assert f"{total} {order['currency']}" in row
    assert table[5] == "3 orders"
    assert table[6].startswith("next page: orderquery search ")


def test_search_all(shop):
    store = shop / "shop.db"
    every = json.loads(run("search", store, PAID, "--all", "--format", "json").stdout)
    count = int(run("search", store, PAID, "--count").stdout)
    assert every["metadata"] == {"count": count, "cursors": {}, "hasNext": False}
    assert len({order["id"] for order in every["orders"]}) == count
    table = run("search", store, PAID, "--all").stdout.splitlines()
    assert len(table) == count + 3
    assert table[-1] == f"{count:,} orders"
    empty = run("search", store, 'number = "nope"', "--all", "--format", "json").stdout
    assert json.loads(empty) == {"orders": [], "metadata": {"count": 0, "cursors": {}, "hasNext": False}}
    assert run("search", store, 'number = "nope"').stdout.splitlines()[-1] == "no orders"


def test_paging_by_the_printed_command(shop, monkeypatch):
    monkeypatch.chdir(shop)
    query = "channelInfo.type = POS order by buyerInfo.email, number desc limit 40"
    command, seen = ["orderquery", "search", "shop.db", query], []
    while command:
        assert command[0] == "orderquery"
        result = run(*command[1:])
        assert result.exit_code == 0, result.output
        seen += [line.split()[0] for line in result.stdout.splitlines() if re.match(r"\d{5} ", line)]
        found = re.search(r"^next page: (.*)$", result.stdout, re.MULTILINE)
        command = shlex.split(found[1]) if found else None
    every = run("search", "shop.db", query, "--all", "--format", "jsonl").stdout.splitlines()
    assert seen == [json.loads(line)["number"] for line in every]
    assert len(seen) > 80


def test_cursor_with_another_limit_and_with_the_query(shop):
    store = shop / "shop.db"
    first = json.loads(run("search", store, PAID, "--limit", "5", "--format", "json").stdout)
    cursor = first["metadata"]["cursors"]["next"]
    every = run("search", store, PAID, "--all", "--format", "ids").stdout.split()
    assert run("search", store, "--cursor", cursor, "--format", "ids").stdout.split() == every[5:10]
    assert run("search", store, "--cursor", cursor, "--limit", "2", "--format", "ids").stdout.split() == every[5:7]
    assert run("search", store, PAID, "--cursor", cursor, "--format", "ids").stdout.split() == every[5:10]
    assert run("search", store, "--cursor", cursor, "--all", "--format", "ids").stdout.split() == every[5:]
    other = run("search", store, "archived = true", "--cursor", cursor)
    assert (other.exit_code, "cursor-mismatch" in other.stderr) == (1, True)
    for format_ in ("table", "json", "jsonl", "ids"):
        bad = run("search", store, "--cursor", "x" + cursor, "--all", "--format", format_)
        assert (bad.exit_code, bad.stdout, "bad-cursor" in bad.stderr) == (1, "", True)


def test_get_and_delete(here):
    Path("o.json").write_bytes(b'[{"id":"1",\n "number":"\xc3\xa9"}, {"id":"2"}]')
    run("load", "s.db", "o.json")
    result = run("get", "s.db", "1", "nope", "2")
    assert (result.exit_code, result.stdout_bytes) == (1, b'{"id":"1", "number":"\xc3\xa9"}\n{"id":"2"}\n')
    assert result.stderr == "there is no order nope\n"
    result = run("delete", "s.db", "1", "nope", "1")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "1 order removed\n", "there is no order nope\n")
    assert run("delete", "s.db", "2").exit_code == 0
    assert run("search", "s.db", "everything", "--count").stdout == "0\n"


def test_upgrade(shop, here):
    Path("o.json").write_text('{"id":"1"}')
    run("load", "s.db", "o.json")
    assert run("upgrade", "s.db").stdout == "1 order in s.db\n"


def test_documents_cannot_control_the_terminal(here):
    order = {"id": "1\x1b[31m\n", "number": "\x1b]0;x\x07", "currency": "[red]"}
    Path("o.json").write_text(json.dumps({**order, "priceSummary": {"total": {"amount": "5"}}}))
    run("load", "s.db", "o.json")
    for format_ in ("table", "json", "jsonl", "ids"):
        shown = run("search", "s.db", "everything", "--format", format_).stdout
        assert not set(shown) & set("\x1b\x07")
    assert "5 [red]" in run("search", "s.db", "everything").stdout
    assert run("search", "s.db", "everything", "--format", "ids").stdout == "1\\x1b[31m\\n\n"


# -- sample and demo --------------------------------------------------------------------------------------------


def test_sample():
    lines = run("sample", "20").stdout.splitlines()
    assert sum("orderTransactions" not in json.loads(line) for line in lines) == 20
    assert run("sample", "10").stdout.splitlines() == lines[: len(run("sample", "10").stdout.splitlines())]
    assert run("sample", "5", "--seed", "7").stdout != run("sample", "5").stdout


def test_demo(here):
    begun = time.perf_counter()
    result = run("demo")
    assert time.perf_counter() - begun < 10
    assert result.exit_code == 0
    for said in ("2,000 orders", "search shop.db", "each once", "--cursor", "corrected request:", "ignored-key"):
        assert said in result.stdout
    assert "no orders" not in result.stdout
    assert "\n0 orders" not in result.stdout
    assert len(result.stdout.splitlines()) < 120
    assert list(here.iterdir()) == []


# -- streams ----------------------------------------------------------------------------------------------------


def test_no_colour_in_a_pipe():
    for args in (["check", "fooo = 1"], ["fields"], ["explain"], ["--help"]):
        assert not TERMINAL_CONTROL.search(start(*args).stdout.decode())


@pytest.mark.parametrize(
    ("before", "after", "environment", "coloured"),
    [
        ([], [], {}, True),
        (["--no-color"], [], {}, False),
        ([], ["--no-color"], {}, False),
        ([], [], {"NO_COLOR": "1"}, False),
    ],
)
def test_colour_on_a_terminal(before, after, environment, coloured):
    import pty

    ours, theirs = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    subprocess.run(
        [sys.executable, "-m", "orderquery", *before, "check", "fooo = 1", *after], stdout=theirs, timeout=60,
        env={**kept, "TERM": "xterm", "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "unknown-field" in shown
    assert bool(TERMINAL_CONTROL.search(shown)) is coloured


@pytest.mark.parametrize("environment", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}])
def test_utf8_whatever_the_locale(here, environment):
    Path("q.txt").write_text('shippingInfo.title = "日本" and fooo = 1', "utf-8")
    result = start("check", "q.txt", env=environment)
    assert (result.returncode, result.stderr) == (1, b"")
    assert "日本" in result.stdout.decode("utf-8")
    argument = start("check", 'shippingInfo.title = "日本"', "--format", "json", env=environment)
    assert json.loads(argument.stdout) == {"ok": True, "diagnostics": []}
    said = start("match", 'shippingInfo.title = "日本" and fooo = 1', os.devnull, env=environment)
    assert "日本" in said.stderr.decode("utf-8")


def test_lone_surrogates_are_escaped(here):
    Path("q.json").write_text('{"search": {"filter": {"\\ud800": 1}}}')
    for format_ in ("text", "json"):
        result = run("check", "q.json", "--format", format_)
        assert result.exit_code == 1
        assert "\\ud800" in result.stdout


def test_arguments_that_are_not_utf8(here):
    Path("o.json").write_text('{"id":"1"}')
    run("load", "s.db", "o.json")
    for args in (["get", "s.db", b"\xff"], ["search", "s.db", "everything", "--site", b"\xff"], [b"\xff"]):
        command = [sys.executable, "-m", "orderquery", *args]
        result = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60)
        assert result.returncode in (1, 2)
        assert b"Traceback" not in result.stderr


def shell(script, cwd, **options):
    """Run a shell line with ``oq`` as the command."""
    line = f'oq() {{ "{sys.executable}" -m orderquery "$@"; }}; {script}'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-c", line], cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, **options
    )


@pytest.mark.parametrize(
    "script",
    [
        "oq sample 100000 | head -1",
        "oq match everything orders.jsonl | head -1",
        "oq search shop.db everything --all --format jsonl | head -1",
        "oq search shop.db everything --all | head -1",
    ],
)
def test_a_reader_that_goes_away(shop, script):
    result = shell(script + "; echo ${PIPESTATUS[*]}", shop)
    assert result.stderr == ""
    assert result.stdout.splitlines()[-1] == "141 0"


def test_output_that_cannot_be_written(shop):
    for script in ("oq sample 10 > /dev/full", "oq check everything > /dev/full", "oq check everything >&-"):
        result = shell(script, shop)
        assert result.returncode == 2
        assert result.stderr.startswith("orderquery: ")
        assert "Traceback" not in result.stderr
    assert shell("oq match everything <&-", shop).returncode == 2


def test_interrupt(shop):
    command = [sys.executable, "-m", "orderquery", "match", "everything"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        # Under a shell's background job the signal is ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    # A document comes out when the first buffer is full: by then the command is at work. No more than pipes hold.
    lines = (shop / "orders.jsonl").read_bytes()
    process.stdin.write(lines[: lines.index(b"\n", 40_000) + 1])
    process.stdin.flush()
    process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.decode().split() == ["interrupted"]


def test_broken_files(shop, here):
    packed = gzip.compress((shop / "orders.jsonl").read_bytes())
    Path("cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    Path("damaged.jsonl.gz").write_bytes(packed[:2000] + b"\xff" * 200 + packed[2200:])
    Path("empty.jsonl.gz").write_bytes(b"")
    Path("nul.jsonl").write_bytes(b"\0" * 1_000)
    Path("deep.json").write_bytes(b"[" * 200_000)
    for name in ("cut.jsonl.gz", "damaged.jsonl.gz", "nul.jsonl", "deep.json"):
        for args in (["match", "everything", name, "--count"], ["load", "s.db", name]):
            result = run(*args)
            assert result.exit_code == 1, (name, result.output)
            assert name in result.stderr
    assert run("match", "everything", "empty.jsonl.gz").exit_code == 0
    assert int(run("match", "everything", "cut.jsonl.gz", "--count").stdout) > 100
