"""The command line: files and stores of orders, samples and the demo."""

import gzip
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from command_line import HANG_S, PAID, ROOT, run, start

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
        ["o.jsonl:2:2", "unusable-document"],
        ["o.jsonl:3", "unknown-document"],
        ["o.jsonl:4:/order", "no-usable-id"],
        ["o.jsonl:6:1", "unusable-document"],
    ]
    verbose = run("match", "everything", "o.jsonl", "--count", "--verbose")
    assert verbose.stderr.startswith('o.jsonl:1: unfit-value: createdDate: "soon" is not a date-time')
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
        ["sh", "-c", script, sys.executable], cwd=shop, env=environment, capture_output=True, text=True, timeout=HANG_S
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert int(result.stdout) > 1_000


def test_load_reports_and_goes_on(here):
    bad = b"".join(b"{bad %d\n" % number for number in range(25))
    Path("o.jsonl").write_bytes(b'{"id":"1","createdDate":"soon"}\n' + bad + b'{"id":"2"}\n')
    result = run("load", "s.db", "o.jsonl")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0] == 'o.jsonl:1: unfit-value: createdDate: "soon" is not a date-time, so it counts as missing'
    assert lines[1].startswith("o.jsonl:2:2: unusable-document: ")
    assert len(lines) == 21
    assert lines[20] == "... and 6 more"
    assert result.stdout == "2 orders and 0 transactions records loaded, 25 skipped, 1 invalid value\n"
    Path("unfit.json").write_text('{"id":"3","createdDate":"soon"}')
    assert run("load", "s.db", "unfit.json").exit_code == 0
    assert run("load", "s.db", "-", stdin=b'{"id":"4"}').stdout == "1 order and 0 transactions records loaded\n"
    assert run("search", "s.db", "everything", "--count").stdout == "4\n"


def test_load_is_safe_to_repeat_and_keeps_the_newer(here):
    new, old = ({"id": "1", "number": n, "updatedDate": f"2024-01-0{n}T00:00:00Z"} for n in "21")
    Path("new.json").write_text(json.dumps(new))
    Path("old.json").write_text(json.dumps(old))
    assert run("load", "s.db", "new.json", "new.json").exit_code == 0
    assert "1 older than the stored version" in run("load", "s.db", "old.json").stdout
    assert json.loads(run("get", "s.db", "1").stdout) == new


def test_sites_do_not_see_each_other(here):
    Path("a.json").write_text('{"id": "1", "number": "1"}')
    run("load", "s.db", "a.json", "--site", "berlin")
    assert run("search", "s.db", "everything", "--count").stdout == "0\n"
    assert run("search", "s.db", "everything", "--format", "ids", "--site", "berlin").stdout == "1\n"
    assert run("get", "s.db", "1").exit_code == 1
    assert run("delete", "s.db", "1").exit_code == 1
    assert run("delete", "s.db", "1", "--site", "berlin").stdout == "1 order deleted\n"


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
    assert result.stderr == "order not found: nope\n"
    result = run("delete", "s.db", "1", "nope", "1")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "1 order deleted\n", "order not found: nope\n")
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
    result = run("demo")
    assert result.exit_code == 0
    for expected in (
        "2,000 orders",
        "search shop.db",
        "distinct orders",
        "--cursor",
        "corrected request:",
        "ignored-key",
    ):
        assert expected in result.stdout
    assert "no orders" not in result.stdout
    assert "\n0 orders" not in result.stdout
    assert len(result.stdout.splitlines()) < 120
    assert list(here.iterdir()) == []


def test_serve_says_how_to_serve_a_store_that_has_no_tables_yet(here, monkeypatch):
    served = []
    monkeypatch.setattr(
        "orderquery.cli.serve.run_server", lambda store, *_, **__: served.append(store.count("everything"))
    )
    Path("shop.db").touch()
    refused = run("serve", "shop.db")
    assert refused.exit_code == 2
    assert refused.stderr.endswith("orderquery load shop.db FILE; or add --create to serve it empty\n")
    assert served == []
    assert run("serve", "shop.db", "--create").exit_code == 0
    assert served == [0]
