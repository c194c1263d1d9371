"""How SQLite serves the pages of a store of 20,000 orders: from indexes, in order, however deep they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from test_postgres_pages import ORDERS, SORTABLE, orders

import orderquery as oq
from orderquery.keyset import Position
from orderquery.stores.explaining import READS_ALL, SORTS_ALL

DAY = 1_718_000_000_000_000
"""An instant in the middle of the orders, in microseconds."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with oq.open_store(tmp_path_factory.mktemp("pages") / "shop.db", site="shop") as opened:
        opened.at_site("another").load(orders(2_000))
        assert opened.load(orders(ORDERS)).orders == ORDERS
        yield opened


def steps(store: Any, search: Any, position: Position | None = None) -> list[str]:
    """The engine's steps for a page; fails where it would read or sort every order."""
    plan = oq.compile(search)
    lines: list[str] = store._explained(store._statement(plan, position, 101))
    costs = [cost for cost, _ in store._costs(lines)]
    assert READS_ALL not in costs, lines
    assert SORTS_ALL not in costs, lines
    reads = [line.strip() for line in lines if re.match(r"\s*(SEARCH|SCAN) o\b", line)]
    assert reads
    assert all(line.startswith("SEARCH o USING") for line in reads), lines
    return reads


def test_the_default_sort(store: Any) -> None:
    assert steps(store, {}) == ["SEARCH o USING INDEX orders_created_date_sorted (site=?)"]


def test_equality_and_the_default_sort(store: Any) -> None:
    for search in (
        {"filter": {"paymentStatus": "PAID"}},
        {"filter": {"buyerInfo.contactId": "contact-7"}},
        {"filter": {"paymentStatus": "PAID", "fulfillmentStatus": "FULFILLED"}},
    ):
        (read,) = steps(store, search)
        assert re.search(r"_equal \(site=\? AND \w+=\?", read), read


def test_a_range_of_dates(store: Any) -> None:
    (read,) = steps(store, {"filter": {"createdDate": {"$gte": "2024-06-01T00:00:00Z"}}})
    assert read == "SEARCH o USING INDEX orders_created_date_sorted (site=? AND created_date>?)"


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize("field", SORTABLE)
def test_every_sort_both_ways_from_anywhere(store: Any, field: str, order: str, backward: bool) -> None:
    search = {"sort": [{"fieldName": field, "order": order}]}
    steps(store, search)
    page = store.search(search)
    key = oq.compile(search).sort_key
    middle = store.search({**search, "cursorPaging": {"cursor": page.next}}).orders[-1]
    values = key(middle)
    assert values is not None
    for value in (None, _value(field, middle)):
        for read in steps(store, search, Position((value, middle["id"]), backward)):
            # Deep in a walk the branches seek: by the value, or by the id within it.
            assert re.search(r"\(site=\? AND ", read), read


def _value(field: str, order: Any) -> Any:
    from orderquery.documents import reader

    schema = oq.load_schema()
    found = schema.find(field)
    assert found is not None
    return reader(schema, found)(order, {})


def test_a_page_in_the_depth_of_a_filter(store: Any) -> None:
    for read in steps(store, {"filter": {"paymentStatus": "PAID"}}, Position((DAY, "8"))):
        assert re.search(r"\(site=\? AND (payment_status=\? AND )?created_date", read), read


def test_a_rare_element_is_looked_up(store: Any) -> None:
    plan = oq.compile({"filter": {"lineItems.productName.original": {"$hasSome": ["Kite"]}}})
    lines = store._explained(store._statement(plan, None, 101))
    assert any("SEARCH e USING PRIMARY KEY (field=? AND value=?)" in line for line in lines), lines
    assert not any(re.match(r"\s*SCAN o\b", line) for line in lines), lines
