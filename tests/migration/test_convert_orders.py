"""The command convert-orders, and load --convert, over every kind of file and store."""

from __future__ import annotations

import gzip
import io
import json
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from project import SAMPLES
from rounds import OLD_ORDERS
from scale import scaled
from writable_stores import WRITABLE, location_of

import orderquery as oq
from orderquery.documents.ingest import Record
from orderquery.documents.json_lines import read_file
from orderquery.migration import convert as conversion
from orderquery.migration.convert import StoresConverter
from orderquery.migration.converted import ConvertedOrder

JSON = Any
PAID = OLD_ORDERS["10108 of a search"]
PAIR = OLD_ORDERS["10012 of the pair"]


def dumps(document: JSON, **options: Any) -> str:
    return json.dumps(document, default=float, **options)


LINES = "".join(f"{dumps(old)}\n" for old in OLD_ORDERS.values())
DIFFERENT = len({old.get("id", old.get("_id")) for old in OLD_ORDERS.values()})
KINDS: dict[str, tuple[str, bytes]] = {
    "JSON lines": ("o.jsonl", LINES.encode()),
    "gzip": ("o.jsonl.gz", gzip.compress(LINES.encode())),
    "a list": ("o.json", dumps([*OLD_ORDERS.values()], indent=1).encode()),
    "a response": ("o.json", dumps({"orders": [*OLD_ORDERS.values()], "totalResults": 17}).encode()),
    "texts one after another": ("o.json", "\n".join(dumps(old, indent=2) for old in OLD_ORDERS.values()).encode()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_is_converted_and_loads(kind: str, here: Path) -> None:
    name, content = KINDS[kind]
    Path(name).write_bytes(content)
    result = run("convert-orders", name)
    assert result.exit_code == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert sum("lineItems" in line for line in lines) == len(OLD_ORDERS)
    assert f"{len(OLD_ORDERS)} orders converted" in result.stderr
    Path("new.jsonl").write_text(result.stdout)
    loaded = run("load", "new.db", "new.jsonl")
    assert loaded.exit_code == 0, loaded.output
    directly = run("load", "direct.db", name, "--convert")
    assert directly.exit_code == 0, directly.output
    assert f"{len(OLD_ORDERS)} converted" in directly.stdout
    found = [
        run("search", store, "everything", "--all", "--format", "jsonl").stdout for store in ("new.db", "direct.db")
    ]
    assert found[0] == found[1]
    assert len(found[0].splitlines()) == DIFFERENT


def test_standard_input_and_output() -> None:
    result = run("convert-orders", "-", stdin=dumps(PAID))
    order, transactions = map(json.loads, result.stdout.splitlines())
    assert (order["number"], transactions["orderId"]) == ("10108", PAID["id"])
    assert result.stderr.splitlines()[-1] == "1 order converted, 1 transactions record"


def test_losses_are_reported_once_for_each_path_with_their_place(here: Path) -> None:
    Path("o.jsonl").write_text("\n" + f"{dumps(PAIR)}\n" * 3)
    lines = run("convert-orders", "o.jsonl").stderr.splitlines()
    assert (
        "o.jsonl:2:/paymentStatus: conversion-loss: the amount of a partial payment is not in a Stores order; the payment "
        "has no amount (3 times)"
    ) in lines
    assert len(lines) == 5


def test_what_a_response_has_besides_its_orders_is_reported(here: Path) -> None:
    Path("o.jsonl").write_text(f"{dumps({'orders': [PAID], 'totalResults': 1})}\n" * 2)
    lines = run("convert-orders", "o.jsonl").stderr.splitlines()
    assert 'o.jsonl:1:/totalResults: conversion-loss: "totalResults" is not a part of the order (2 times)' in lines
    assert any(line.startswith("o.jsonl:1:/orders/0/fulfillments: kept-value") for line in lines)


def test_what_is_no_order_is_reported_with_its_line_and_the_rest_is_converted(here: Path) -> None:
    lines = [dumps(PAID), "{", dumps({"a": 1}), "5", dumps({**PAIR, "id": None}), dumps(PAIR)]
    Path("o.jsonl").write_text("\n".join(lines))
    result = run("convert-orders", "o.jsonl")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 4
    places = [line.split(": ")[:2] for line in result.stderr.splitlines()[:4]]
    assert places == [
        ["o.jsonl:2:2", "unusable-document"], ["o.jsonl:3", "unknown-document"], ["o.jsonl:4", "unusable-document"],
        ["o.jsonl:5", "no-usable-id"],
    ]  # fmt: skip
    assert result.stderr.splitlines()[-1] == "3 orders converted, 2 transactions records, 4 skipped"


def test_ecommerce_orders_pass_unchanged(here: Path) -> None:
    new = (SAMPLES / "get_order.response.json").read_text("utf-8")
    transactions = (SAMPLES / "order_transactions.object.json").read_text("utf-8")
    Path("o.json").write_text(f"{new}\n{dumps(PAID)}\n{transactions}")
    result = run("convert-orders", "o.json")
    first, *_, last = result.stdout.splitlines()
    assert json.loads(first) == json.loads(new)["order"]
    assert json.loads(last) == json.loads(transactions)["orderTransactions"]
    assert result.stderr.splitlines()[-1] == "1 order converted, 1 transactions record, 1 already eCommerce"


# -- reports and outputs ------------------------------------------------------------------------------------------


def test_the_report_counts_every_value(here: Path) -> None:
    Path("o.jsonl").write_text(LINES + dumps({"refundId": "r", "order": PAID}))
    result = run("convert-orders", "o.jsonl", "--report", "--json")
    report = json.loads(result.stdout)
    count = sum(len(oq.convert_order(old).values) for old in (*OLD_ORDERS.values(), PAID))
    assert sum(report["values"].values()) == count + 1
    assert report["values"]["lost"] == 1
    assert report["paths"]["refundId"] == {"moved": 0, "computed": 0, "kept": 0, "lost": 1}
    assert report["paths"]["fulfillments[].lineItems[].index"]["kept"] > 0
    assert (report["orders"], report["unchanged"], report["events"]) == (len(OLD_ORDERS) + 1, 0, {"Order Refunded": 1})
    table = run("convert-orders", "o.jsonl", "--report").stdout.splitlines()
    assert table[0].split() == ["path", "moved", "computed", "kept", "lost"]
    assert len(table) == len(report["paths"]) + 2
    assert table[-1].replace(",", "").split() == ["all", *map(str, report["values"].values())]


def test_an_output_is_written_when_it_is_complete(here: Path) -> None:
    Path("o.jsonl").write_text(LINES)
    plain = run("convert-orders", "o.jsonl").stdout
    result = run("convert-orders", "o.jsonl", "--output", "new.jsonl", "--report")
    assert result.exit_code == 0
    assert result.stdout.startswith("path")
    assert Path("new.jsonl").read_text() == plain
    assert [path.name for path in sorted(here.iterdir())] == ["new.jsonl", "o.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("o.jsonl", "--output", "o.jsonl"), '"o.jsonl" is both the output and a FILE'),
        (("o.jsonl", "--output", "."), '"." is a directory'),
        (("o.jsonl", "--output", "no/new.jsonl"), 'cannot write "no/new.jsonl": No such file'),
        (("missing.jsonl",), "file not found: missing.jsonl"),
        (("-", "-"), "standard input is used twice"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], message: str, here: Path) -> None:
    Path("o.jsonl").write_text(LINES)
    result = run("convert-orders", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert Path("o.jsonl").read_text() == LINES


def test_load_refuses_old_orders_without_convert(here: Path) -> None:
    Path("o.jsonl").write_text(dumps(PAID))
    result = run("load", "s.db", "o.jsonl")
    assert result.exit_code == 1
    assert "convert it: orderquery convert-orders FILE" in result.stderr


# -- stores -------------------------------------------------------------------------------------------------------

SEARCHES = (
    "number = 10108", "status = CANCELED", "paymentMethods has any (offline, Visa)", "buyerInfo.memberId = null",
    "billingInfo.contactDetails.fullName = 'Jane Doe' and priceSummary.total.amount > 200", "archived = true",
    "lineItems.productName.original has any (Shoe)", "createdDate < 2021-06-01 order by number", "everything",
)  # fmt: skip


@pytest.mark.parametrize("kind", WRITABLE)
def test_converted_orders_are_found_in_every_store(kind: str, tmp_path: Path) -> None:
    by_id = {old.get("id", old.get("_id")): old for old in OLD_ORDERS.values()}
    converted = [oq.convert_order(old) for old in by_id.values()]
    transactions = [one.transactions for one in converted if one.transactions]
    with oq.open_store(location_of(kind, tmp_path)) as store:
        result = store.load(by_id.values(), convert=True)
        assert (result.orders, result.transactions, result.problems) == (len(by_id), len(transactions), [])
        for search in SEARCHES:
            expected = oq.compile(search).search([one.order for one in converted], transactions).ids
            assert store.search(search).ids == expected, search
            assert expected or "archived" in search


# -- streaming ----------------------------------------------------------------------------------------------------

DOCUMENTS = scaled(20_000, 8_000)
SMALL = {"number": 7, "dateCreated": "2020-01-01T00:00:00.000Z", "totals": {"total": "5"}, "paymentStatus": "PAID"}


class _Counted(ConvertedOrder):
    """A converted order that can be counted while it exists."""

    __slots__ = ("__weakref__",)
    __hash__ = object.__hash__


class _Lines(io.RawIOBase):
    """Old orders, made as they are read."""

    def __init__(self) -> None:
        self.made = 0
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while len(self._rest) < len(buffer) and self.made < DOCUMENTS:
            self.made += 1
            self._rest += json.dumps({"id": str(self.made), **SMALL}).encode() + b"\n"
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def test_documents_are_converted_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    alive: weakref.WeakSet[_Counted] = weakref.WeakSet()
    most = 0
    plain: Callable[..., ConvertedOrder] = conversion.convert

    def counted(mapping: Any, old: JSON) -> ConvertedOrder:
        nonlocal most
        found = plain(mapping, old)
        made = _Counted(found.order, found.transactions, found.losses, found.values)
        alive.add(made)
        most = max(most, len(alive))
        return made

    monkeypatch.setattr(conversion, "convert", counted)
    source = _Lines()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(source)))
    converter = StoresConverter(oq.load_schema(), report_unfit=False)
    ahead = records = 0
    for _, found in read_file(oq.load_schema(), "-", converter=converter):
        assert isinstance(found, Record)
        records += found.kind == "order"
        ahead = max(ahead, source.made - records)
    assert records == DOCUMENTS
    assert most <= 2
    assert ahead < 2_000
    assert len(converter.report.paths) == 5


def test_the_report_is_bounded() -> None:
    converter = StoresConverter(oq.load_schema())
    for number in range(11_000):
        converter.report.count(f"key{number}", "kept")
    assert len(converter.report.paths) == 10_001
    assert converter.report.totals["kept"] == 11_000
