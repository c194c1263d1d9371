"""Two-valued logic: what a filter finds and what its negation finds are all orders, and none twice, on every engine."""

from __future__ import annotations

from random import Random

import pytest
from backends import Backend
from strategies import Maker, batch

import orderquery as oq

FILTERS = 120
ORDERS = 60


def test_a_filter_and_its_negation_part_all_orders(backend: Backend) -> None:
    random = Random("partition")
    maker = Maker(random, oq.load_schema())
    orders, transactions = batch(maker, ORDERS)
    backend.load(orders)
    backend.load({"orderTransactions": record} for record in transactions)
    everything = sorted(backend.search({}).ids)
    found = 0
    for _ in range(FILTERS):
        condition = maker.search().get("filter") or {}
        inside = backend.search({"filter": condition}).ids
        outside = backend.search({"filter": {"$not": condition}}).ids
        assert sorted((*inside, *outside)) == everything, condition
        found += bool(inside) and bool(outside)
    if found < FILTERS // 4:
        pytest.fail(f"only {found} of {FILTERS} filters part the orders: the test shows too little")
