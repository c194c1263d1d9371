"""Histograms of every engine: what they count and add up is what the oracle does, in memory.

``ORDERQUERY_HISTOGRAMS`` says how many random ones (36; ``ORDERQUERY_TRUST=full`` makes 1,000), ``ORDERQUERY_SEED`` which.
"""

from __future__ import annotations

import dataclasses
import os
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from backends import BACKENDS, KEYS
from histogram_shops import EVER, SPANS, with_money
from strategies import Maker, batch
from writable_stores import LASTING

import orderquery as oq
from orderquery.stores.histogram import MAX_AUTO_BUCKETS, MAX_BUCKETS, UNITS, Histogram

JSON = Any
FULL = os.environ.get("ORDERQUERY_TRUST") == "full"
HISTOGRAMS = int(os.environ.get("ORDERQUERY_HISTOGRAMS", "1000" if FULL else "36"))
SEED = os.environ.get("ORDERQUERY_SEED", "20261128")
IN_BATCH = 6
DATES = ("createdDate", "createdDate", "updatedDate", "deliveryTimeSlotFromDate", "deliveryTimeSlotToDate")


@pytest.mark.parametrize("number", range(-(-HISTOGRAMS // IN_BATCH)))
def test_every_engine_counts_what_memory_does(number: int) -> None:
    random = Random(f"{SEED}/histogram/{number}")
    maker = Maker(random, oq.load_schema())
    orders, transactions = batch(maker, 60)
    span = ([*SPANS, EVER])[number % (len(SPANS) + 1)]
    orders = with_money(random, orders, span)
    backends = {name: make() for name, make in BACKENDS.items()}
    try:
        for backend in backends.values():
            backend.load(orders)
            backend.load({"orderTransactions": record} for record in transactions)
        # Ten thousand years are slow to compare.
        for _ in range(2 if span == EVER else min(IN_BATCH, HISTOGRAMS - number * IN_BATCH)):
            search, by = ({}, "createdDate") if random.randrange(3) == 0 else (maker.search(), random.choice(DATES))
            units = UNITS if span in ("a day", "two months") and by == "createdDate" else UNITS[-1:]
            unit = random.choice(("auto", *units))
            expected = backends["memory"].histogram(search, by, unit)
            for name, backend in backends.items():
                assert name == "memory" or backend.histogram(search, by, unit) == expected, (name, search, by, unit)
            if expected["unit"] != "year" and unit == "auto":
                assert len(expected["buckets"]) <= MAX_AUTO_BUCKETS
            store = backends["sqlite"].store  # type: ignore[attr-defined]
            assert expected["count"] == store.count(search)
    finally:
        for backend in backends.values():
            backend.close()


def order(key: str, date: str | None = None, amount: JSON = None, currency: JSON = "EUR", **more: JSON) -> JSON:
    made = {"id": key, "createdDate": date, "currency": currency, **more}
    return {**made, "priceSummary": {"total": {"amount": amount}}} if amount is not None else made


def shown(histogram: Histogram) -> list[tuple[str, int, dict[str | None, Decimal]]]:
    return [
        (f"{bucket.start:%Y-%m-%d %H}", bucket.count, {found.currency: found.total for found in bucket.sums})
        for bucket in histogram.buckets
    ]


def test_only_one_site_counts(writable: oq.Store) -> None:
    writable.load([order("a", "2024-01-01T00:00:00Z", "1")])
    writable.at_site("other").load([order("a", "2024-01-01T00:00:00Z", "2"), order("b", "2024-01-02T00:00:00Z", "3")])
    assert shown(writable.histogram({}, unit="day")) == [("2024-01-01 00", 1, {"EUR": Decimal(1)})]
    other = writable.at_site("other").histogram({}, unit="day")
    assert shown(other) == [("2024-01-01 00", 1, {"EUR": Decimal(2)}), ("2024-01-02 00", 1, {"EUR": Decimal(3)})]
    assert writable.at_site("none").histogram({}).count == 0


def test_a_histogram_follows_every_write(writable: oq.Store) -> None:
    writable.load([order("a", "2024-01-01T00:00:00Z", "1"), order("b", "2024-01-01T00:00:00Z", "2.5", "USD")])
    writable.load([order("a", "2024-01-01T00:00:00Z", "7.00001"), {"orderTransactions": {"orderId": "a"}}])
    (bucket,) = writable.histogram({}, unit="year").buckets
    assert [(found.currency, found.total) for found in bucket.sums] == [
        ("EUR", Decimal("7.00001")),
        ("USD", Decimal("2.5")),
    ]
    writable.delete(["a"])
    assert writable.histogram({}, unit="year").count == 1
    with writable.transaction() as transaction:
        transaction.delete(["b"])
    assert writable.histogram({}, unit="year").buckets == ()


def test_the_sum_of_many_large_amounts_is_exact(writable: oq.Store) -> None:
    largest = "99999999999999.9999"
    writable.load([order(str(number), "2024-01-01T00:00:00Z", largest) for number in range(200)])
    writable.load([order(f"-{number}", "2024-01-01T00:00:00Z", f"-{largest}", "USD") for number in range(200)])
    (bucket,) = writable.histogram({}, unit="month").buckets
    assert [found.total for found in bucket.sums] == [Decimal("19999999999999999.98"), Decimal("-19999999999999999.98")]


def test_a_position_a_limit_and_a_sort_have_no_effect(writable: oq.Store) -> None:
    writable.load([order(str(number), f"2024-01-0{number}T00:00:00Z", "1") for number in range(1, 6)])
    whole = writable.histogram({}, unit="day")
    cursor = writable.search({"cursorPaging": {"limit": 2}, "sort": [{"fieldName": "number"}]}).next
    assert cursor is not None
    assert writable.histogram({"cursorPaging": {"cursor": cursor}}, unit="day") == whole
    assert writable.histogram("order by number limit 1", unit="day") == whole
    assert writable.histogram(oq.compile({}), unit="day") == whole


def test_deep_searches_and_rare_elements(writable: oq.Store) -> None:
    names = {"lineItems": [{"productName": {"original": "Shoe"}}]}
    writable.load([order("a", "2024-01-01T00:00:00Z", "1", **names), order("b", "2024-01-01T00:00:00Z", "2")])
    filter_: JSON = {"lineItems.productName.original": {"$hasSome": ["Shoe"]}}
    for level in range(30):
        filter_ = {"$or": [filter_, {"number": "5"}]} if level % 2 else {"$and": [filter_, {"archived": False}]}
    assert shown(writable.histogram({"filter": filter_}, unit="day")) == [("2024-01-01 00", 1, {"EUR": Decimal(1)})]


def test_what_is_no_date_or_unit_is_an_error(writable: oq.Store) -> None:
    known = "createdDate, updatedDate, deliveryTimeSlotFromDate, deliveryTimeSlotToDate"
    for by in ("number", "lineItems.productName.original", "createddate", "", None, 5):
        with pytest.raises(oq.UsageError, match=f"a histogram is by a field of dates, not by .*; use one of: {known}"):
            writable.histogram({}, by)  # type: ignore[arg-type]
    with pytest.raises(oq.UsageError, match='unknown unit "decade"; units: auto, hour, day, week, month, year'):
        writable.histogram({}, unit="decade")
    with pytest.raises(oq.QueryError):
        writable.histogram({"filter": {"nothing": 1}})
    aliased = writable.histogram({}, by="shippingInfo.logistics.deliveryTimeSlot.from")
    assert aliased.by == "deliveryTimeSlotFromDate"


def test_too_many_buckets_are_an_error(writable: oq.Store) -> None:
    writable.load([order("a", "0001-01-01T00:00:00Z"), order("b", "9999-12-31T23:59:59.999999Z")])
    with pytest.raises(oq.UsageError, match=r'unit "day" makes 3,652,059 buckets, .* use "year"'):
        writable.histogram({}, unit="day")
    whole = writable.histogram({})
    assert (whole.unit, len(whole.buckets)) == ("year", 9_999)
    assert whole.buckets[-1].end is None
    writable.delete(["a"])
    writable.load([order("a", "9998-01-01T00:00:00Z")])
    with pytest.raises(oq.UsageError, match=f'unit "hour" makes 17,520 buckets, .* {MAX_BUCKETS:,} .* use "day"'):
        writable.histogram({}, unit="hour")


def test_a_table_of_fields_without_sums_is_counted(writable: oq.Store) -> None:
    plans = writable.at_table(oq.load_schema("pricing-plans"))
    plans.load([{"id": "a", "createdDate": "2024-01-01T00:00:00Z"}, {"id": "b"}])
    found = plans.histogram({}, unit="year")
    assert (found.summed, found.count, found.missing.count) == (None, 2, 1)
    assert found.to_json()["buckets"] == [
        {"start": "2024-01-01T00:00:00.000Z", "end": "2025-01-01T00:00:00.000Z", "count": 1, "sums": []}
    ]
    with pytest.raises(oq.UsageError, match="createdDate"):
        plans.histogram({}, by="deliveryTimeSlotFromDate")


@pytest.mark.parametrize("kind", LASTING)
def test_a_store_of_before_asks_for_an_upgrade(location: str) -> None:
    before = dataclasses.replace(oq.load_schema(), sums=None)
    with oq.open_store(location, keys=KEYS, schema=before) as store:
        store.load([order("a", "2024-01-01T00:00:00Z", "63.24"), order("b", None, "1e90", None)])
        assert store.histogram({}).summed is None
    with pytest.raises(oq.StoreError, match="orderquery upgrade"):
        oq.open_store(location, keys=KEYS)
    assert oq.upgrade_store(location) == 2
    with oq.open_store(location, keys=KEYS) as store:
        found = store.histogram({}, unit="day")
        assert shown(found) == [("2024-01-01 00", 1, {"EUR": Decimal("63.24")})]
        assert [(row.currency, row.total) for row in found.missing.sums] == [(None, Decimal("1e90"))]


def test_sums_of_a_table_are_checked(tmp_path: Path) -> None:
    from orderquery.language.grammar_files import grammar_text

    given = 'field = "priceSummary.total.amount"\ncurrency = "currency"\n'
    for wrong, message in (
        ('field = "number"\ncurrency = "currency"\n', '"number" must be a field of this table with one amount'),
        ('field = "priceSummary.total.amount"\n', "sums needs field and currency"),
        ('field = "priceSummary.total.amount"\ncurrency = "lineItems.productName.original"\n', "must be a text field"),
        ('field = "priceSummary.total.amount"\ncurrency = "site"\n', 'column name "site" is not unique'),
    ):
        path = tmp_path / "table.toml"
        path.write_text(grammar_text("ecom-orders.toml").replace(given, wrong), "utf-8")
        with pytest.raises(oq.SchemaError, match=message):
            oq.load_schema(path)


def test_a_currency_may_be_a_field_of_the_table(tmp_path: Path) -> None:
    from orderquery.language.grammar_files import grammar_text

    path = tmp_path / "table.toml"
    path.write_text(
        grammar_text("ecom-orders.toml").replace('currency = "currency"', 'currency = "checkoutId"'), "utf-8"
    )
    with oq.open_store(":memory:", schema=path) as store:
        store.load([order("a", "2024-01-01T00:00:00Z", "5", checkoutId="x")])
        assert shown(store.histogram({}, unit="day")) == [("2024-01-01 00", 1, {"x": Decimal(5)})]
