"""Laws of the language, with Hypothesis."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import ANY_JSON, ANY_TEXT, ANYTHING, Maker, batch, makers

import orderquery as oq
from orderquery.compiler.query import max_packed_bytes
from orderquery.compiler.report import render_report

JSON = Any
SLOW = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
QUICK = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


def ids(plan: Any, orders: list[JSON], transactions: list[JSON]) -> list[str]:
    """Return all ids of a search in memory, in order."""
    found: list[str] = []
    page = oq.compile(plan).search(orders, transactions)
    while True:
        found += page.ids
        if page.next is None:
            return found
        page = oq.compile({"cursorPaging": {"cursor": page.next}}).search(orders, transactions)


@SLOW
@given(makers(), st.sampled_from(["memory", "sqlite"]))
def test_a_filter_and_its_negation_split_the_orders(maker: Maker, where: str) -> None:
    orders, transactions = batch(maker, 12)
    condition = maker.filter(3)
    asked = [{"filter": f} for f in ({}, condition, {"$not": condition}, {"$not": {"$not": condition}})]
    if where == "sqlite":
        with oq.open_store(":memory:") as store:
            store.load([*orders, *({"orderTransactions": record} for record in transactions)])
            every, some, others, again = ([key for key, _ in store.iterate_documents(search)] for search in asked)
    else:
        every, some, others, again = (ids(search, orders, transactions) for search in asked)
    assert sorted(some + others) == sorted(every)
    assert not set(some) & set(others)
    assert again == some


@SLOW
@given(makers())
def test_de_morgan(maker: Maker) -> None:
    orders, transactions = batch(maker, 12)
    one, other = maker.filter(2), maker.filter(2)
    for outer, inner in (("$and", "$or"), ("$or", "$and")):
        whole = {"$not": {outer: [one, other]}}
        parts = {inner: [{"$not": one}, {"$not": other}]}
        assert ids({"filter": whole}, orders, transactions) == ids({"filter": parts}, orders, transactions)


@QUICK
@given(makers())
def test_both_forms_parse_back_to_the_same_search(maker: Maker) -> None:
    plan = oq.compile(maker.search())
    assert oq.compile(plan.to_json()).tree == plan.tree
    assert oq.compile(json.dumps(plan.to_json())).tree == plan.tree
    in_text = oq.compile(plan.to_text())
    assert in_text.tree == plan.tree
    assert in_text.to_text() == plan.to_text()
    assert (in_text.condition, in_text.sort, in_text.limit) == (plan.condition, plan.sort, plan.limit)


@SLOW
@given(makers(), st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_pages_hold_every_order_once_both_ways(maker: Maker, limits: list[int]) -> None:
    orders, transactions = batch(maker, 15)
    search = {key: value for key, value in maker.search().items() if key != "cursorPaging"}
    whole = ids(search, orders, transactions)
    with oq.open_store(":memory:") as store:
        store.load([*orders, *({"orderTransactions": record} for record in transactions)])
        page = store.search({**search, "cursorPaging": {"limit": limits[0]}})
        forward, turn = list(page.ids), 0
        assert page.prev is None
        while page.next is not None:
            turn += 1
            limit = limits[turn % len(limits)]
            page = store.search({"cursorPaging": {"cursor": page.next, "limit": limit}})
            assert 1 <= len(page.ids) <= limit
            assert page.prev is not None
            forward += page.ids
        backward = list(page.ids)
        while page.prev is not None:
            turn += 1
            page = store.search({"cursorPaging": {"cursor": page.prev, "limit": limits[turn % len(limits)]}})
            assert page.next is not None
            backward = [*page.ids, *backward]
    assert forward == backward == whole


@SLOW
@given(makers(), st.integers(1, 4), st.data())
def test_changes_between_pages_neither_skip_nor_repeat_survivors(maker: Maker, limit: int, data: st.DataObject) -> None:
    orders, _ = batch(maker, 16)
    kept, added = orders[::2], orders[1::2]
    search = {"sort": maker.sort(), "cursorPaging": {"limit": limit}}
    with oq.open_store(":memory:") as store:
        store.load(orders[: len(orders) // 2 * 2])
        survivors = {key for key, _ in store.iterate_documents({"filter": {}})}
        page = store.search(search)
        seen = list(page.ids)
        while page.next is not None:
            victim = data.draw(st.sampled_from([order.get("id") or order.get("_id") for order in added]))
            if victim in survivors and victim not in [order.get("id") or order.get("_id") for order in kept]:
                store.delete([victim])
                survivors.discard(victim)
            number = data.draw(st.integers(0, 30))
            store.load([{"id": f"new-{number}", "number": number % 10}])
            page = store.search({"cursorPaging": {"cursor": page.next}})
            seen += page.ids
    assert len(seen) == len(set(seen))
    assert survivors <= set(seen)


@SLOW
@given(makers(), st.randoms(use_true_random=False))
def test_the_order_of_loading_does_not_matter(maker: Maker, random: Any) -> None:
    orders, transactions = batch(maker, 8)
    for number, order in enumerate(orders):
        order.pop("_updatedDate", None)
        order["updatedDate"] = f"2024-01-01T00:00:{number:02d}Z"
        for name in ("id", "_id"):
            if name in order:
                order[name] = order[name][:1] or "x"
    unique = {record["orderId"]: record for record in transactions}
    documents = [*orders, *({"orderTransactions": record} for record in unique.values())]
    shuffled = random.sample(documents, len(documents))
    with oq.open_store(":memory:") as one, oq.open_store(":memory:") as other:
        one.load(documents)
        other.load(shuffled)
        for search in ({}, "paymentMethods is present", maker.search()):
            assert list(one.iterate_documents(search)) == list(other.iterate_documents(search))


@QUICK
@given(ANYTHING, st.sampled_from(["request", "search", "sdk"]))
def test_any_json_is_checked_and_never_raises(document: JSON, shape: Any) -> None:
    report = oq.check(document, shape)
    json.dumps(report.to_json())
    render_report(report)
    assert (report.plan is not None) == (not any(diagnostic.refused for diagnostic in report.diagnostics))
    if report.plan is not None:
        report.plan.search([{"id": "a"}])
        with oq.open_store(":memory:") as store:
            store.load([{"id": "a"}])
            if report.plan.cursor is None:
                assert store.search(report.plan).ids == report.plan.search([{"id": "a"}]).ids


@QUICK
@given(ANY_JSON)
def test_text_and_objects_are_checked_alike(document: JSON) -> None:
    try:
        text = json.dumps(document, allow_nan=False)
    except (ValueError, TypeError):
        return
    if text.startswith("{"):
        decoded = json.loads(text)
        in_text, plain = oq.check(text, form="json"), oq.check(decoded)
        assert [(d.code, d.pointer) for d in in_text.diagnostics] == [(d.code, d.pointer) for d in plain.diagnostics]
        assert all(diagnostic.line is not None for diagnostic in in_text.diagnostics)


@QUICK
@given(st.one_of(ANY_TEXT, st.binary(max_size=40), st.text(max_size=60)))
def test_any_text_is_checked_and_never_raises(source: Any) -> None:
    report = oq.check(source)
    render_report(report)
    try:
        oq.compile(source)
    except oq.QueryError as error:
        assert error.diagnostics
    else:
        assert report.plan is not None


@QUICK
@given(ANYTHING)
def test_any_document_is_kept_or_a_problem(document: JSON) -> None:
    with oq.open_store(":memory:") as store:
        result = store.load([document])
        assert result.orders + result.transactions + result.skipped + result.older >= (
            document != [] and document != ()
        )
        for key, stored in store.iterate_documents("everything"):
            assert json.loads(stored)
            assert store.get_document(key) == stored
    try:
        oq.compile("everything").matches(document, document)
    except oq.DocumentError:
        assert not isinstance(document, dict)


@pytest.mark.parametrize("page", [{}, {"cursorPaging": {"cursor": "x"}}])
def test_a_search_that_is_refused_leaves_a_store_usable(page: JSON) -> None:
    with oq.open_store(":memory:") as store:
        store.load([{"id": "a"}])
        for bad in ({"filter": {"nope": 1}}, "nope = 1", {"cursorPaging": {"cursor": "x"}}, 5, None, [], "("):
            try:
                store.search(bad)
            except oq.QueryError:
                pass
        assert store.search(page if not page else {}).ids == ("a",)


@QUICK
@given(makers())
def test_packing_never_passes_its_bound(maker: Maker) -> None:
    query = oq.compile(maker.search())
    assert len(query.packed) <= max_packed_bytes(query)
