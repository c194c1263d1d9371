"""What an attacker would try with documents, names and arguments."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

import orderquery as oq

JSON = Any
HUGE = 10**5000
NAN = float("nan")


@pytest.mark.parametrize("raw", [b"9" * 5000, b"-" + b"9" * 5000, b"1e400", b"[" * 150 + b"1" + b"]" * 150])
def test_a_document_that_was_loaded_can_always_be_read(raw: bytes) -> None:
    from orderquery.documents.ingest import from_bytes

    text = b'{"id": "a", "updatedDate": "2024-01-01T00:00:00Z", "number": ' + raw + b', "x": ' + raw + b"}"
    with oq.open_store(":memory:") as store:
        for _ in range(2):
            assert store.load_records(from_bytes(store.schema, text)).orders == 1
            assert store.load([{"orderTransactions": {"orderId": "a", "payments": []}}]).transactions == 1
        page = store.search({})
        assert page.documents == [text]
        assert page.orders[0]["id"] == store.get("a")["id"] == next(iter(store.iterate({})))["id"] == "a"


def test_numbers_no_decimal_contains_are_reported_and_their_order_is_loaded() -> None:
    from orderquery.documents.ingest import from_bytes

    with oq.open_store(":memory:") as store:
        found = store.load_records(from_bytes(store.schema, b'{"id": "a", "number": 1e99999999999999999999}'))
        assert [problem.code for problem in found.problems] == ["unfit-value"]
        assert found.orders == 1


@pytest.mark.parametrize("value", [
    b"x", datetime(2024, 1, 1, tzinfo=UTC), {1}, NAN, Decimal("NaN"), [Decimal("1.5"), NAN], [Decimal("1.5"), b"x"], "\ud800", HUGE,
], ids=range(9))  # fmt: skip
def test_what_is_no_json_is_no_document(value: JSON) -> None:
    orders = [
        {"id": "a", "createdDate": "2024-01-01T00:00:00Z", "updatedDate": "2024-01-01T00:00:00Z"},
        {"id": "a", "createdDate": value, "updatedDate": "2025-01-01T00:00:00Z"},
        {"id": "b", "createdDate": value},
    ]
    records = [
        {"orderId": "a", "payments": [{"regularPaymentDetails": {"paymentMethod": "Cash"}}]},
        {"orderId": "a", "payments": [{"regularPaymentDetails": {"paymentMethod": "Card"}}], "refunds": value},
    ]
    with oq.open_store(":memory:") as store:
        store.load([*orders, *({"orderTransactions": record} for record in records)])
        for filter_ in ({}, {"createdDate": "2024-01-01T00:00:00Z"}, {"paymentMethods": "Cash"}):
            for given in (orders, orders[::-1]):
                assert (
                    oq.compile({"filter": filter_}).search(given, records).ids
                    == store.search({"filter": filter_}).ids
                    == ("a",)
                )


def test_keys_and_names_that_are_none() -> None:
    for keys in ([16], [32, 32], [None], [], ["short"], ""):
        with pytest.raises(oq.UsageError):
            oq.CursorKeys(keys)
    for location in ("", "a\0b", "\ud800.db"):
        with pytest.raises(oq.UsageError):
            oq.open_store(location)
    with pytest.raises(oq.UsageError):
        oq.open_store(":memory:", site="\ud800")
    with oq.open_store(":memory:") as store:
        for key in ("\ud800", "", "\0", "x" * 10_000):
            assert store.get(key) is None
            assert store.get_transactions(key) is None
            assert store.delete([key]) == 0


def test_a_store_of_another_table_is_not_rebuilt_as_ours(tmp_path: Any) -> None:
    table = tmp_path / "things.toml"
    table.write_text('name = "things"\nkey = "code"\n[search]\nsort = [{field = "code", order = "ASC"}]\n'
                     '[[fields]]\nname = "code"\ntype = "text"\noperators = ["$eq"]\nsortable = true\n')  # fmt: skip
    with oq.open_store(tmp_path / "things.db", schema=table) as store:
        store.load([{"code": "x", "id": "y"}])
    with pytest.raises(oq.StoreError, match="things"):
        oq.upgrade_store(tmp_path / "things.db")
    assert oq.upgrade_store(tmp_path / "things.db", schema=table) == 1


@pytest.mark.parametrize("names", [["rid"], ["site"], ["a", "aFolded"], ["aFolded", "a"], ["a.b", "a_b"]])
def test_a_column_that_is_taken_is_refused_with_the_table(names: list[str], tmp_path: Any) -> None:
    table = tmp_path / "things.toml"
    rows = "".join(
        f'[[fields]]\nname = "{name}"\ntype = "text"\noperators = ["$startsWith"]\n' for name in ["code", *names]
    )
    table.write_text('name = "things"\nkey = "code"\n' + rows)
    with pytest.raises(oq.SchemaError, match="column"):
        oq.load_schema(table)


def test_the_default_search_may_be_sent_with_its_cursor() -> None:
    orders = [{"id": f"{i}", "status": "APPROVED"} for i in range(4)]
    visible = {"status": {"$ne": "INITIALIZED"}}
    approved = {"status": "APPROVED"}
    for carried, sent in (
        ({}, visible),
        (approved, {"$and": [approved, visible]}),
        (approved, {"$or": [approved, approved]}),
    ):
        cursor = oq.compile({"filter": carried, "cursorPaging": {"limit": 2}}).search(orders).next
        again = oq.compile(
            {
                "filter": sent,
                "sort": [{"fieldName": "createdDate", "order": "DESC"}],
                "cursorPaging": {"cursor": cursor},
            }
        )
        assert again.search(orders).ids == ("1", "0")
