"""How SQLite serves the pages of a store of thousands of orders: from indexes, in order, however deep they are."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from project import ROOT
from scale import scaled
from test_postgres_pages import SORTABLE, orders

import orderquery as oq
from orderquery.compiler.pagination import Position
from orderquery.sql.statement import Statement
from orderquery.stores.base import NotAtOnce
from orderquery.stores.explain import READS_ALL, SORTS_ALL

ORDERS = scaled(20_000, 8_000)
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
    reads = []
    for wanted in ("page",) if position is None else ("page", "any"):
        for prepared in store._pages.get(plan, store.site, position, wanted, store._build):
            lines = store._execution_plan(Statement(*prepared.bind(plan, position, 101), "sqlite"))
            reads += _reads(store, lines)
    if position is not None:
        # What inspect shows merges the same branches.
        _reads(store, store._execution_plan(store._statement(plan, position, 101)))
    return reads


def _reads(store: Any, lines: list[str]) -> list[str]:
    costs = [cost for cost, _ in store._find_costs(lines)]
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
    from orderquery.documents.fields import reader

    schema = oq.load_schema()
    found = schema.find(field)
    assert found is not None
    return reader(schema, found)(order, {})


def test_a_page_in_the_depth_of_a_filter(store: Any) -> None:
    for read in steps(store, {"filter": {"paymentStatus": "PAID"}}, Position((DAY, "8"))):
        assert re.search(r"\(site=\? AND (payment_status=\? AND )?created_date", read), read


def test_a_rare_element_is_looked_up(store: Any) -> None:
    plan = oq.compile({"filter": {"lineItems.productName.original": {"$hasSome": ["Kite"]}}})
    lines = store._execution_plan(store._statement(plan, None, 101))
    assert lines == [
        line
        for prepared in store._pages.get(plan, store.site, None, "page", store._build)
        for line in store._execution_plan(Statement(*prepared.bind(plan, None, 101), "sqlite"))
    ]
    assert any("SEARCH e USING PRIMARY KEY (field=? AND value=?)" in line for line in lines), lines
    assert not any(re.match(r"\s*SCAN o\b", line) for line in lines), lines


def test_only_what_an_index_finds_is_answered_at_once(store: Any) -> None:
    def at_once(search: Any) -> Any:
        with store.at_once():
            return store.search(search)

    assert at_once({}).ids == store.search({}).ids
    deep = {"cursorPaging": {"cursor": store.search({}).next}}
    assert at_once(deep).documents == store.search(deep).documents
    reads_all = {"filter": {"shippingInfo.title": "no such title"}}
    with pytest.raises(NotAtOnce):
        at_once(reads_all)
    assert store.search(reads_all).ids == ()
    with oq.open_store(":memory:") as waits_for_writers:
        assert not waits_for_writers.reads_at_once
        with pytest.raises(NotAtOnce), waits_for_writers.at_once():
            waits_for_writers.search({})


def test_a_store_knows_whether_a_document_has_names_of_the_sdk(tmp_path: Path) -> None:
    path = tmp_path / "names.db"
    with oq.open_store(path) as store:
        store.load([{"id": "1", "note": {"_id": "of no order"}}, {"orderId": "1", "payments": [{"id": "p"}]}])
        assert not store.holds_sdk_names()
        with oq.open_store(path) as other:
            other.at_site("another").load({"orderId": "1", "payments": [{"_id": "p"}]})
        assert store.holds_sdk_names()
    oq.upgrade_store(path)
    with oq.open_store(path) as store:
        assert store.holds_sdk_names()


def test_facts_about_the_store_are_read_once_until_a_load(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    load = "import sys, orderquery as oq\nwith oq.open_store(sys.argv[1], site=sys.argv[2]) as store: store.load({})"
    with oq.open_store(path) as store:
        store.load([{"id": "1"}])
        statements: list[str] = []
        with store._connections.reading() as reader:  # type: ignore[attr-defined]
            reader.set_trace_callback(statements.append)
        assert [store.holds_named_site() for _ in range(3)] == [False] * 3
        assert not store.holds_sdk_names()
        assert len([text for text in statements if "order_document" in text]) == 1
        # A load by another process, then one by this process, then a deletion.
        for site, document in (("", {"id": "2"}), ("a", {"_id": "3"})):
            text = load.format(document)
            subprocess.run([sys.executable, "-c", text, path, site], check=True, timeout=300, cwd=ROOT)
            assert (store.holds_named_site(), store.holds_sdk_names()) == (site == "a", site == "a")
        named = store.at_site("a")
        named.delete(["3"])
        assert not store.holds_named_site()
        named.load([{"id": "3"}])
        assert store.holds_named_site()
        with store._snapshot(None):  # type: ignore[attr-defined]
            assert store.holds_named_site()
            named.delete(["3"])
            assert store.holds_named_site()
        assert not store.holds_named_site()
