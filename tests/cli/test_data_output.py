"""Columns, CSV, Parquet, Arrow, and files of --output (D127, D128)."""

import csv
import io
import json
import os
import re
import shlex
import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow
import pytest
from command_line import run
from pyarrow import ipc, parquet

from orderquery.samples.generator import sample_lines

ORDERS = [
    {"id": "1", "number": "7", "createdDate": "2026-01-02T03:04:05.678Z", "currency": "EUR", "archived": True,
     "priceSummary": {"total": {"amount": "5.10"}}, "lineItems": [{"quantity": 2, "productName": {"original": "a,b"}}, {"quantity": 3}],
     "buyerInfo": {"email": "=cmd|' /C calc'!A0"}, "shippingInfo": {"title": ""}},
    {"id": "2", "number": "8", "createdDate": "soon", "priceSummary": {"total": {"amount": "-1e+2"}}, "lineItems": [{"quantity": 1}],
     "buyerInfo": {"email": "a\n\"b\""}, "shippingInfo": {"title": "+49 30"}},
    {"id": "3", "number": "9", "priceSummary": {"total": {"amount": "1" * 40}}, "shippingInfo": {"title": "\u00e4"}},
]  # fmt: skip
PAYMENTS = {
    "orderTransactions": {
        "orderId": "1",
        "payments": [{"id": "p", "regularPaymentDetails": {"paymentMethod": "PayPal"}}],
        "refunds": [],
    }
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A folder with orders.jsonl and the store shop.db that holds them, smaller than those of other tests."""
    folder = tmp_path_factory.mktemp("small-shop")
    (folder / "orders.jsonl").write_bytes(b"".join(line + b"\n" for line in sample_lines(150)))
    assert run("load", folder / "shop.db", folder / "orders.jsonl").exit_code == 0
    return folder


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    lines = [json.dumps(document) for document in (*ORDERS, PAYMENTS)]
    (folder / "o.jsonl").write_text("\n".join(lines))
    assert run("load", folder / "s.db", folder / "o.jsonl").exit_code in (0, 1)
    return folder


@pytest.fixture
def filled(here, template):
    """A folder with a store of these orders, and the file that it was loaded from."""
    shutil.copytree(template, here, dirs_exist_ok=True)
    return here


def search(*options):
    result = run("search", "s.db", "everything order by number", *options)
    assert result.exit_code == 0, result.output
    return result


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


# -- CSV --------------------------------------------------------------------------------------------------------


def test_csv_has_every_field_of_the_order_and_the_currency(filled):
    names = list(rows_of(search("--format", "csv").stdout)[0])
    fields = json.loads(run("fields", "--format", "json").stdout)
    assert names == [row["name"] for row in fields if row["name"] != "paymentMethods"] + ["currency"]


def test_csv_values(filled):
    columns = "number,createdDate,archived,priceSummary.total.amount,lineItems.productName.original,lineItems.quantity,lineItems,paymentMethods"
    result = search("--format", "csv", "--columns", columns)
    first, second, third = (list(row.values()) for row in rows_of(result.stdout))
    items = json.dumps(ORDERS[0]["lineItems"], separators=(",", ":"))
    assert first == ["7", "2026-01-02T03:04:05.678Z", "true", "5.10", '["a,b"]', "[2,3]", items, '["PayPal"]']
    # A value that does not fit its field is not lost.
    assert second == ["8", "soon", "false", "-100", "", "1", '{"quantity":1}', ""]
    assert third == ["9", "", "false", "1" * 40, "", "", "", ""]
    assert result.stdout.endswith("\n")
    assert "\r" not in result.stdout


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("=1+1", "'=1+1"), ("+49 30", "'+49 30"), ("-2+3", "'-2+3"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"),
        ("\uff1d1", "'\uff1d1"), ("-5", "-5"), ("+5.25", "+5.25"), ("a=1", "a=1"), ("'=1", "'=1"), (" =1", " =1"), ("", ""), ("-", "'-"),
    ],
)  # fmt: skip
def test_a_spreadsheet_runs_no_text_as_a_formula(here, title, written):
    """D127."""
    Path("o.json").write_text(json.dumps({"id": "1", "shippingInfo": {"title": title}}))
    result = run("match", "everything", "o.json", "--format", "csv", "--columns", "shippingInfo.title,id")
    assert [*csv.reader(io.StringIO(result.stdout, newline=""))][1] == [written, "1"]
    assert ("1 text that a spreadsheet would run" in result.stderr) is (title != written)


def test_headings_are_safe_too(filled):
    assert run("search", "s.db", "everything", "--columns", "=1+1", "--format", "csv").exit_code == 2


# -- columns ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("paymentstatus", 'unknown column "paymentstatus"; did you mean "paymentStatus"?'),
        ("number,number", 'column "number" occurs twice'),
        (",", "--columns has no names"),
        ("a b!", '"b!" is not a column'),
        ("a..b", '"a..b" is not a column'),
    ],
)
def test_wrong_columns(filled, columns, expected):
    result = run("search", "s.db", "everything", "--columns", columns)
    assert (result.exit_code, result.stdout) == (2, "")
    assert expected in result.stderr


def test_columns_need_a_format_with_columns(filled):
    for format_ in ("json", "jsonl", "ids", "histogram"):
        result = run("search", "s.db", "everything", "--columns", "id", "--format", format_)
        assert (result.exit_code, "--columns needs --format table, csv, parquet or arrow" in result.stderr) == (2, True)


def test_a_path_that_no_order_has_is_reported(filled):
    result = search("--columns", "id,paymentStatu,buyerInfo.email")
    assert result.stderr == 'note: no order has "paymentStatu"; did you mean "paymentStatus"?\n'
    assert [line.split()[0] for line in result.stdout.splitlines()[:4]] == ["id", "1", "2", "3"]


def test_columns_of_documents_with_the_names_of_the_sdk(here):
    Path("o.json").write_text('{"_id": "1", "_createdDate": "2026-01-01T00:00:00Z", "lineItems": [{"_id": "i"}]}')
    result = run("match", "everything", "o.json", "--format", "csv", "--columns", "id,createdDate,lineItems.id")
    assert result.stdout.splitlines()[1] == "1,2026-01-01T00:00:00.000Z,i"


def test_amounts_are_below_each_other(filled):
    lines = search("--columns", "id,priceSummary.total.amount").stdout.splitlines()
    assert [lines[1].index("."), lines[2].index("00") + 2, lines[3].rindex("1") + 1] == [lines[1].index(".")] * 3


# -- Parquet and Arrow ------------------------------------------------------------------------------------------


def read_table(path):
    if path.endswith("parquet"):
        return parquet.read_table(path)
    with ipc.open_file(path) as file:
        return file.read_all()


@pytest.mark.parametrize("path", ["o.parquet", "o.arrow"])
def test_typed_files(filled, path):
    columns = "number,createdDate,archived,priceSummary.total.amount,lineItems.productName.original,lineItems.quantity,shippingInfo.title,paymentMethods"
    result = search("--columns", columns, "--output", path)
    assert result.stdout == f"3 orders in {path}\n"
    found = read_table(path)
    assert [str(type_) for type_ in found.schema.types] == [
        "string", "timestamp[us, tz=UTC]", "bool", "decimal128(38, 9)", found.schema.types[4].__str__(), "string", "string",
        found.schema.types[7].__str__(),
    ]  # fmt: skip
    assert pyarrow.types.is_list(found.schema.types[4])
    first, second, third = (list(row.values()) for row in found.to_pylist())
    created = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
    assert first == ["7", created, True, Decimal("5.10"), ["a,b"], "[2,3]", "", ["PayPal"]]
    assert second == ["8", None, False, Decimal(-100), None, "1", "+49 30", None]
    assert third == ["9", None, False, None, None, None, "ä", None]
    assert result.stderr.splitlines() == [
        "note: createdDate: 1 value of another type left out; --format csv and jsonl have them",
        "note: priceSummary.total.amount: 1 value of another type left out; --format csv and jsonl have them",
    ]


def test_typed_files_of_every_field_and_of_nothing(shop, here):
    assert run("search", shop / "shop.db", "everything", "--all", "--output", "all.parquet").exit_code == 0
    found = parquet.read_table("all.parquet")
    ids = run("search", shop / "shop.db", "everything", "--all", "--format", "ids").stdout.split()
    assert found.column("id").to_pylist() == ids
    run("match", "number = 1", shop / "orders.jsonl", "--output", "none.arrow")
    assert read_table("none.arrow").num_rows == 0
    assert read_table("none.arrow").schema.names == found.schema.names


def test_arrow_and_csv_in_a_pipe_are_what_a_file_has(filled):
    for format_ in ("arrow", "csv"):
        search("--format", format_, "--output", "file")
        assert search("--format", format_).stdout_bytes == Path("file").read_bytes()


def test_match_and_search_write_the_same(shop, here):
    columns = "number,status,paymentMethods,billingInfo.contactDetails.fullName"
    query, options = "archived = true order by number limit 100", ["--columns", columns, "--format", "csv"]
    stored = run("search", shop / "shop.db", query, "--all", *options).stdout
    matched = run("match", "archived = true", shop / "orders.jsonl", *options)
    assert sorted(matched.stdout.splitlines()) == sorted(stored.splitlines())
    several = run("match", "archived = true", shop / "orders.jsonl", *options, "--jobs", "2")
    assert several.stdout == matched.stdout
    ids = run("match", "archived = true", shop / "orders.jsonl", "--format", "ids").stdout.split()
    assert ids == [
        json.loads(line)["id"] for line in run("match", "archived = true", shop / "orders.jsonl").stdout.splitlines()
    ]


def test_without_arrow_the_extra_is_named(filled, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    result = run("search", "s.db", "everything", "--output", "o.parquet")
    assert (result.exit_code, "pip install 'orderquery[export]'" in result.stderr) == (2, True)
    assert not Path("o.parquet").exists()


# -- --output ---------------------------------------------------------------------------------------------------


def test_the_ending_of_the_file_sets_the_format(filled):
    for name, begin in [
        ("o.csv", b"id,"),
        ("o.CSV", b"id,"),
        ("o.jsonl", b'{"id"'),
        ("o.json", b'{"orders"'),
    ]:
        search("--output", name)
        assert Path(name).read_bytes().startswith(begin)
    search("--output", "other.csv", "--format", "ids")
    assert Path("other.csv").read_text() == "1\n2\n3\n"
    assert search("--output", "-", "--format", "ids").stdout == "1\n2\n3\n"


@pytest.mark.parametrize("name", ["o.xlsx", "o.txt", "o", "o.csv.gz", ".csv", "o.CSV "])
def test_another_ending_needs_a_format(filled, name):
    """D180: a command would write its default format under a name that says another."""
    for command in (["search", "s.db", "everything"], ["match", "everything", "o.jsonl", "--columns", "number"]):
        result = run(*command, "--output", name)
        assert (result.exit_code, result.stdout, Path(name).exists()) == (2, "", False)
        assert f'the ending of "{name}" sets no format; use .csv, .parquet, ' in result.stderr
        assert result.stderr.endswith("or pass --format\n")
        assert run(*command, "--output", name, "--format", "csv").stdout == f"3 orders in {name}\n"
        assert Path(name).read_bytes().startswith((b"id,", b"number"))
        Path(name).unlink()
        assert (
            run(
                *[word for word in command if word not in ("--columns", "number")], "--count", "--output", name
            ).exit_code
            == 0
        )
        assert Path(name).read_text() == "3\n"
        Path(name).unlink()


def test_a_setting_of_the_format_is_not_that_of_a_file(filled):
    """D180."""
    Path("orderquery.toml").write_text('format = "ids"\n')
    assert run("search", "s.db", "everything", "--output", "o").exit_code == 2
    assert search("--output", "o.csv").stdout == "3 orders in o.csv\n"


def test_converted_orders_are_lines_under_every_name(filled):
    """D180."""
    for name in ("a b.csv", "p.parquet"):
        result = run("convert-orders", "o.jsonl", "--output", name)
        assert (result.exit_code, Path(name).exists()) == (2, False)
        (instead,) = re.findall(r"pass (--output .*)$", result.stderr.strip())
        assert run("convert-orders", "o.jsonl", *shlex.split(instead)).exit_code == 0
    assert run("convert-orders", "o.jsonl", "--output", "o.out").exit_code == 0


FOLLOWING = "one page of 2 orders, and more follow; for all of them pass --all\n"


@pytest.mark.parametrize(
    "options",
    [
        ["--format", "csv"],
        ["--format", "csv", "--columns", "number,buyerInfo.email"],
        ["--format", "ids"],
        ["--format", "jsonl"],
        ["--format", "json"],
        ["--output", "o.csv"],
        ["--output", "o.jsonl", "--site", "a b"],
        ["--output", "o.parquet"],
        ["--output", "o.txt", "--format", "table"],
    ],
)
def test_a_page_says_that_more_orders_follow(filled, monkeypatch, options):
    monkeypatch.setenv("XDG_STATE_HOME", str(filled / "state"))
    assert run("load", "s.db", "o.jsonl", "--site", "a b").exit_code in (0, 1)
    result = search("--limit", "2", *options)
    if "--output" in options:
        assert result.stdout == f"2 orders in {options[1]}\n"
    assert FOLLOWING in result.stderr
    (following,) = re.findall(r"^next page: orderquery (.*)$", result.stderr, re.MULTILINE)
    last = run(*shlex.split(following))
    assert (last.exit_code, "more follow" in last.stderr) == (0, False)
    if "--columns" in options:
        assert [list(row) for row in rows_of(last.stdout)] == [["number", "buyerInfo.email"]]
    for whole in (search("--limit", "2", "--all", *options), search("--limit", "3", *options)):
        assert "more follow" not in whole.stderr


def test_an_existing_file_is_replaced_and_keeps_its_mode(filled):
    """D128."""
    Path("old.csv").write_text("old")
    Path("old.csv").chmod(0o640)
    os.symlink("old.csv", "link.csv")
    search("--output", "link.csv")
    assert Path("link.csv").is_symlink()
    assert Path("old.csv").read_text().startswith("id,")
    assert Path("old.csv").stat().st_mode & 0o777 == 0o640
    search("--output", "new.csv")
    mask = os.umask(0)
    os.umask(mask)
    assert Path("new.csv").stat().st_mode & 0o777 == 0o666 & ~mask


def test_after_an_error_the_file_is_as_it_was(filled):
    Path("old.csv").write_text("old")
    for options in (["--cursor", "broken"], ["--columns", "NUMBER"]):
        assert run("search", "s.db", "everything", "--output", "old.csv", *options).exit_code != 0
    Path("bad.jsonl").write_text('{"id": "1"}\n{broken\n')
    assert run("match", "everything", "bad.jsonl", "--output", "old2.jsonl").exit_code == 1
    assert Path("old2.jsonl").read_text() == '{"id": "1"}\n'
    assert Path("old.csv").read_text() == "old"
    assert sorted(path.name for path in Path().iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("s.db", "is an SQLite database, not a file of orders"),
        ("o.jsonl", "is both the output and a FILE that is read"),
        ("query.txt", "is both the output and a FILE that is read"),
        (".", "is a directory"),
        ("no/where.csv", "No such file"),
    ],
)
def test_files_that_are_not_written(filled, output, expected):
    """D128."""
    Path("query.txt").write_text("everything")
    before = Path(output).read_bytes() if Path(output).is_file() else b""
    result = run("match", "query.txt", "o.jsonl", "--output", output)
    assert (result.exit_code, expected in result.stderr) == (2, True), result.stderr
    assert not Path(output).is_file() or Path(output).read_bytes() == before


def test_a_device_is_written_to(filled):
    assert search("--output", "/dev/null", "--format", "csv").stdout == "3 orders in /dev/null\n"
