"""Searches over mapped tables find what memory and the oracle find: members, order, counts, every page."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import oracle
import pytest
from mapped_shops import ENGINES, Database, TameMaker, column_layout, column_shop, json_layout, json_shop
from scale import scaled
from strategies import batch
from test_differential import compare, reduced

import orderquery as oq

JSON = Any
SEARCHES = int(os.environ.get("ORDERQUERY_SEARCHES", scaled(2_000, 1_000))) // 10
SEED = os.environ.get("ORDERQUERY_SEED", "20261122")
BATCHES, ORDERS, WALKED = 5, 40, 10
SHOPS = {"json": (json_layout, json_shop), "columns": (column_layout, column_shop)}


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(request.param, tmp_path)
    yield made
    made.drop()


class Searched:
    """A store as the differential run knows backends."""

    def __init__(self, store: oq.Store) -> None:
        self.store = store

    def search(self, search: JSON) -> oq.Page:
        return self.store.search(search)


@pytest.mark.parametrize("number", range(BATCHES))
@pytest.mark.parametrize("shop", SHOPS)
@pytest.mark.parametrize("database", ENGINES, indirect=True)
def test_they_agree(database: Database, shop: str, number: int, record_property: Callable[[str, object], None]) -> None:
    layout_of, fill = SHOPS[shop]
    layout = layout_of(database.dialect)
    random = Random(f"{SEED}/{shop}/{number}")
    maker = TameMaker(random, layout, database.dialect)
    orders, transactions = batch(maker, ORDERS)
    fill(database, orders, transactions)
    count = len(range(number, SEARCHES, BATCHES))
    documents, different = oracle.searched(orders), []
    with database.store(layout) as store:
        backends: Any = {shop: Searched(store)}
        for index in range(count):
            search = maker.search()
            limit = random.choice((1, 2, 3, 7, 20)) if index % WALKED == 0 else 0
            if compare(backends, documents, transactions, search, limit):

                def differs(smaller: JSON, at: int = limit) -> str | None:
                    oq.compile(smaller)  # a search with errors does not count as a difference
                    return compare(backends, documents, transactions, smaller, at)

                different.append(reduced(search, differs))
    record_property("differential", {"searches": count, "differences": len(different)})
    of = {"orders": ORDERS, "backends": ["memory", f"mapped {shop} in {database.dialect}"], "seed": SEED}
    record_property("differential-of", of)
    shown = "\n".join(f"{json.dumps(search, default=str)}\n    {why}" for search, why in different[:5])
    assert not different, f"{len(different)} differences, among them\n{shown}"
