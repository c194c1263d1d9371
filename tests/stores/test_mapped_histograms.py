"""Histograms of tables of the user's own: counts only, whatever form the dates have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import histogram_oracle
import pytest
from mapped_shops import (
    ENGINES,
    Database,
    TameMaker,
    column_layout,
    column_shop,
    json_layout,
    json_shop,
    order,
)

import orderquery as oq

JSON = Any
SEARCHES = 3


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(request.param, tmp_path)
    yield made
    made.drop()


def without_sums(histogram: JSON) -> JSON:
    missing = {**histogram["missing"], "sums": []}
    return {
        "unit": histogram["unit"], "count": histogram["count"], "missing": missing,
        "buckets": [{**bucket, "sums": []} for bucket in histogram["buckets"]],
    }  # fmt: skip


@pytest.mark.parametrize("shape", ["json", "columns"])
def test_counts_are_those_of_memory(database: Database, shape: str) -> None:
    layout = json_layout(database.dialect) if shape == "json" else column_layout(database.dialect)
    maker = TameMaker(Random(f"mapped histograms/{shape}"), layout, database.dialect)
    orders = maker.orders(40)
    (json_shop if shape == "json" else column_shop)(database, orders, [])
    with database.store(layout) as store:
        searches: list[tuple[JSON, str]] = [({}, "createdDate"), ({}, "updatedDate")]
        for search, by in [*searches, *((maker.search(), "createdDate") for _ in range(SEARCHES))]:
            try:
                found = store.histogram(search, by, "year")
            except oq.QueryError as error:
                assert {problem.code for problem in error.diagnostics} == {"not-in-layout"}
                continue
            assert found.summed is None
            expected = histogram_oracle.histogram(orders, [], search, by, "year")
            assert without_sums(found.to_json()) == without_sums(expected), (search, by)


def test_dates_of_a_layout_have_days_and_hours(database: Database) -> None:
    dates = ("2024-02-28T23:59:59.999Z", "2024-02-29T00:00:00.000Z", "2024-03-01T01:30:00.000+02:00")
    json_shop(database, [order(str(at), createdDate=date) for at, date in enumerate(dates)], [])
    with database.store(json_layout(database.dialect)) as store:
        days = store.histogram({}, unit="day").buckets
        assert [(f"{bucket.start:%m-%d}", bucket.count, bucket.sums) for bucket in days] == [
            ("02-28", 1, ()),
            ("02-29", 2, ()),
        ]
        assert store.histogram({}).unit == "hour"


def test_a_date_that_is_not_in_the_layout_is_an_error(database: Database, tmp_path: Path) -> None:
    json_shop(database, [order("a")], [])
    path = tmp_path / "layout.toml"
    path.write_text(
        f'dialect = "{database.dialect}"\ntable = "shop_orders"\nkey = "order_id"\ndocument = "o.document"\n'
        '[fields]\nstatus = "o.order_id"\n'
    )
    with (
        database.store(oq.load_layout(path)) as store,
        pytest.raises(oq.QueryError, match="field createdDate is not in layout"),
    ):
        store.histogram({})
