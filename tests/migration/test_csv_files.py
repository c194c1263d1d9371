"""CSV files of old orders: the dashboard's export, and rows of Stores/Orders."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from hypothesis import given, settings
from hypothesis import strategies as st
from rounds import OLD_ORDERS

import orderquery as oq
from orderquery.migration.conversion import convert
from orderquery.migration.csv_files import csv_kind
from orderquery.migration.mapping import export_to_ecommerce

JSON = Any
OLDER = [
    "Order #", "Date", "Time", "Billing Customer", "Billing Country", "Billing State", "Billing City",
    "Billing Street Name&Number", "Billing Zip Code", "Shipping Customer", "Shipping Country", "Shipping State",
    "Shipping City", "Shipping Street Name&Number", "Shipping Zip Code", "Buyer's Phone #", "Buyer's Email",
    "Delivery Method", "Item's Name", "Item's Variant", "SKU", "Qty", "Item's Price", "Item's Weight",
    "Item's Custom Text", "Coupon", "Shipping", "Tax", "Total", "Payment Method", "Payment", "Fulfillment",
]  # fmt: skip
NEWER = [
    *OLDER[:4], "Billing Company Name", *OLDER[4:9], "Delivery Customer", "Delivery Company Name", "Delivery Country",
    "Delivery State", "Delivery City", "Delivery Street Name&Number", "Delivery Zip Code", "Buyer's Phone #",
    "Shipping Label", *OLDER[16:26], "Notes to Seller", *OLDER[26:29], "Currency", *OLDER[29:], "Refund",
    "Total after refund",
]  # fmt: skip
CELLS = {
    "Order #": "10043", "Date": "Nov 24, 2018", "Time": "11:30:56 PM", "Billing Customer": "Jane Doe",
    "Billing Country": "USA", "Billing Zip Code": '"10011"', "Buyer's Phone #": '"0555555555"',
    "Buyer's Email": "janedoe@example.com", "Delivery Method": "Post", "Item's Name": "Shoe", "SKU": "36421", "Qty": "2",
    "Item's Price": "59.40", "Item's Weight": "1.0", "Shipping": "0.0", "Tax": "0.0", "Total": "124.80",
    "Payment Method": "Stripe", "Payment": "paid", "Fulfillment": "notFulfilled",
}  # fmt: skip


def csv_of(columns: list[str], *rows: dict[str, str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def converted(text: str | bytes, name: str = "o.csv") -> tuple[list[JSON], str]:
    """Convert a file; return the records and the messages."""
    Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
    result = run("convert-orders", name)
    return [json.loads(line) for line in result.stdout.splitlines()], result.stderr


@pytest.mark.parametrize("columns", [OLDER, NEWER], ids=["older", "newer"])
def test_every_column_of_the_export_is_read(columns: list[str], here: Path) -> None:
    known = {row.source[-1] for row in export_to_ecommerce().rows if row.source}
    assert known >= set(columns)
    (order, transactions), messages = converted(csv_of(columns, CELLS, {**CELLS, "Item's Name": "Watch", "SKU": ""}))
    assert (order["id"], order["number"]) == ("00000000-0000-0000-0000-000000010043", "10043")
    assert order["createdDate"] == "2018-11-24T23:30:56.000Z"
    assert [item["productName"]["original"] for item in order["lineItems"]] == ["Shoe", "Watch"]
    assert order["billingInfo"]["address"]["postalCode"] == "10011"
    assert (order["paymentStatus"], order["fulfillmentStatus"]) == ("PAID", "NOT_FULFILLED")
    assert transactions["payments"][0]["amount"] == {"amount": "124.80"}
    assert "extendedFields" not in order
    assert messages.splitlines() == [
        "o.csv:2:/Order #: conversion-loss: the export has no ids: the id is the number of the order",
        "o.csv:2:/Date: conversion-loss: the export has no time zone: date and time are read as UTC",
        "1 order converted, 1 transactions record",
    ]


def test_orders_are_grouped_and_what_differs_is_kept(here: Path) -> None:
    rows = [CELLS, {**CELLS, "Total": "1"}, {**CELLS, "Order #": "10044", "Payment": "odd"}, {"Item's Name": "More"}]
    (first, _, second), messages = converted(csv_of([*NEWER, "Mine"], *rows))
    assert first["extendedFields"]["namespaces"]["stores"] == {"items": [None, {"Total": "1"}]}
    assert len(second["lineItems"]) == 2
    assert second["extendedFields"]["namespaces"]["stores"]["Payment"] == "odd"
    assert 'o.csv:4:/Payment: kept-value: "Payment" kept in' in messages


def test_rows_of_the_collection_are_read(here: Path) -> None:
    row = OLD_ORDERS["a Velo row"]
    cells = {
        key: json.dumps(part, default=float) if isinstance(part, dict | list | bool) else part
        for key, part in row.items()
    }
    (order, transactions), _ = converted(csv_of(list(cells), cells))
    assert order == json.loads(json.dumps(oq.convert_order(row).order, default=float))
    assert transactions["orderId"] == row["_id"]


def test_gzip_standard_input_and_load(here: Path) -> None:
    text = csv_of(NEWER, CELLS)
    plain, _ = converted(text)
    assert converted(gzip.compress(text.encode()), "o.csv.gz")[0] == plain
    result = run("load", "s.db", "o.csv", "--convert")
    assert result.exit_code == 0
    assert run("search", "s.db", "number = 10043", "--format", "ids").stdout == f"{plain[0]['id']}\n"
    assert "a CSV file, not JSON" in run("load", "s.db", "o.csv").stderr


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (csv_of(OLDER), "export"), (csv_of(["_id", "lineItems"]), "rows"), ("a,b\n1,2\n", None), ("", None), ("\n", None),
        ('{"id": "a"}\n', None), ("[1]\n", None), ("\ufeff" + csv_of(NEWER), "export"), ("\0\1\2", None),
    ],
)  # fmt: skip
def test_kinds(text: str, kind: str | None, here: Path) -> None:
    Path("o.csv").write_text(text, "utf-8")
    assert csv_kind("o.csv") == kind


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (csv_of(NEWER, CELLS).encode() + b"10045,\xff\xfe\n", "not UTF-8"),
        (csv_of(NEWER, CELLS).encode() + b'10045,"' + b"x" * 200_000, "field larger than field limit"),
    ],
)
def test_a_broken_file_is_a_problem_and_what_is_before_it_is_converted(
    content: bytes, message: str, here: Path
) -> None:
    Path("o.csv").write_bytes(content)
    result = run("convert-orders", "o.csv")
    assert result.exit_code == 1
    assert message in result.stderr


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from([*NEWER, "x"]), st.text(max_size=8) | st.sampled_from([*CELLS.values()])))
def test_any_cells_are_converted_and_none_is_lost(row: dict[str, str]) -> None:
    found = convert(export_to_ecommerce(), {"items": [{"Qty": "1"}], **row})
    assert {path[0] for path in found.values} == {"items", *row}
    assert all(fate.kind in ("moved", "kept") for fate in found.values.values())
