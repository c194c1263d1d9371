"""Plain searches, and shapes that come often: the same answer as the reader and the checker give, whatever comes."""

from __future__ import annotations

import copy
import gc
import sys
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import ANYTHING, Maker, makers

import orderquery as oq
from orderquery import forms, plain, plain_shapes

JSON = Any
SETTINGS = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
ODD = (
    None, True, False, 0, 1, -1, 2**53, 10**400, 1.5, float("nan"), "", "PAID", "paid", "\ud800", "\0", "é" * 64, "x" * 65,
    "x" * 5000, "2024-01-01T00:00:00Z", "2024-01-01T00:00:00", "2024-01-01", "INITIALIZED", "5.00", "1e5", "6f759095",
    [], [None], ["PAID"], ["PAID", None], ["PAID", "PAID"], ["x"] * 9, ["x" * 65], [["PAID"]], ["\ud800"], [1], {}, {"$eq": 1},
    {"": "PAID"}, {"$in": ["PAID"]}, {"$gte": 1, "$lt": 2}, ("PAID",), b"x", {1}, object(),
)  # fmt: skip
FILTER = {
    "paymentStatus": "PAID",
    "createdDate": {"$gte": "2024-07-01T00:00:00.000Z"},
    "$or": [{"priceSummary.total.amount": {"$gte": "250.00"}, "channelInfo.type": "WEB"}, {"buyerInfo.memberId": None}],
    "$not": {"lineItems.productName.original": {"$hasSome": ["Gift note", "Shoe"]}},
}


@pytest.fixture
def shapes(schema: oq.Schema) -> plain_shapes.Shapes:
    """The shapes over the table, none of them seen, each of them often at its first coming."""
    known = plain.known_of(schema)
    known.shapes = plain_shapes.Shapes(often=1)
    return known.shapes


@pytest.fixture(scope="module")
def schema() -> oq.Schema:
    return oq.load_schema()


def outcome(document: JSON, shape: str = "search") -> str:
    """All that a check says, and all of the plan: places and fixes, too."""
    report = oq.check(document, shape)  # type: ignore[arg-type]
    return repr((report.diagnostics, [diagnostic.fix for diagnostic in report.diagnostics], report.plan))


def in_full(document: JSON, shape: str = "search") -> str:
    """The same without any short cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forms, "read_plain", lambda *_: None)
        return outcome(document, shape)


def with_operand(document: JSON, number: int, operand: JSON) -> JSON:
    """A copy of a search with another operand in one place."""
    changed = copy.deepcopy(document)
    places: list[tuple[Any, Any]] = []

    def walk(part: JSON) -> None:
        for step, value in part.items() if isinstance(part, dict) else enumerate(part):
            if isinstance(value, dict | list) and value:
                walk(value)
            places.append((part, step))

    walk(changed.get("filter", {}))
    if places:
        holder, step = places[number % len(places)]
        holder[step] = operand
    return changed


@SETTINGS
@given(makers(), st.integers(0, 1000), st.sampled_from(range(len(ODD))))
def test_a_short_cut_leads_to_the_same_place(maker: Maker, number: int, odd: int) -> None:
    known = plain.known_of(maker.schema)
    known.shapes = plain_shapes.Shapes(often=2)
    search = maker.search()
    for tried in (search, search, search, with_operand(search, number, ODD[odd]), search):
        assert outcome(tried) == in_full(tried)
        assert outcome({"search": tried}, "request") == in_full({"search": tried}, "request")


@SETTINGS
@given(st.one_of(ANYTHING, st.builds(lambda inner: {"filter": inner}, ANYTHING)))
def test_nothing_makes_it_raise(document: JSON) -> None:
    for shape in ("search", "request"):
        plan = plain.read_plain(document, shape, oq.load_schema())  # type: ignore[arg-type]
        assert plan is None or in_full(document, shape) == repr(((), [], plan))


@pytest.mark.parametrize("number", range(14))
def test_every_odd_operand_in_every_place_of_a_known_shape(shapes: plain_shapes.Shapes, number: int) -> None:
    search = {"filter": FILTER}
    assert outcome(search) == outcome(search) == in_full(search)
    assert shapes.takers
    for operand in ODD:
        changed = with_operand(search, number, operand)
        assert outcome(changed) == in_full(changed), operand


def test_many_searches_are_plain(shapes: plain_shapes.Shapes, schema: oq.Schema) -> None:
    maker = Maker(Random(7), schema)
    searches = [maker.search() for _ in range(400)]
    plans = [plain.read_plain(search, "search", schema) for search in searches for _ in range(2)]
    assert sum(plan is not None for plan in plans) > 60
    assert len(shapes) > 20
    assert plain.read_plain({"filter": FILTER}, "search", schema) is not None


def test_sort_and_limit_are_read_along(shapes: plain_shapes.Shapes, schema: oq.Schema) -> None:
    beside = (
        {"sort": [{"fieldName": "number", "order": "DESC"}, {"fieldName": "createdDate"}], "cursorPaging": {"limit": 5}},
        {"sort": []}, {"sort": [{"fieldName": "createdDate", "order": None}]}, {"cursorPaging": {"limit": 0}}, {"cursorPaging": {}},
        {"sort": None}, {"sort": [{"fieldName": "number"}] * 2}, {"sort": [{"fieldName": "number", "dir": 1}]},
        {"sort": [{"fieldName": "billingInfo.contactDetails.fullName"}]}, {"paging": {"limit": 5}},
        {"cursorPaging": {"limit": True}}, {"cursorPaging": {"limit": 5, "cursor": "x"}}, {"sort": [{"fieldName": []}]},
        {"sort": [{"fieldName": name} for name in ("number", "status", "paymentStatus", "fulfillmentStatus", "id")]},
    )  # fmt: skip
    found = [plain.read_plain({"filter": FILTER, **more}, "search", schema) for more in beside]
    assert [plan is not None for plan in found] == [True, True, True, *[False] * 11]
    for more in beside:
        assert outcome({"filter": FILTER, **more}) == in_full({"filter": FILTER, **more})


def test_a_plan_keeps_nothing_of_the_callers(shapes: plain_shapes.Shapes) -> None:
    for _ in range(3):
        search = {"filter": copy.deepcopy(FILTER), "sort": [{"fieldName": "number"}]}
        plan, wanted = oq.compile(search), in_full(search)
        search["filter"]["$not"]["lineItems.productName.original"]["$hasSome"].append("Hat")
        search["filter"]["paymentStatus"] = "UNPAID"
        search["sort"].append({"fieldName": "id"})
        assert repr(((), [], plan)) == wanted


def test_a_shape_keeps_no_operand(shapes: plain_shapes.Shapes) -> None:
    secret = "".join(["anna@", "example.com"])
    before = sys.getrefcount(secret)
    for _ in range(5):
        plan = oq.compile({"filter": {"buyerInfo.email": secret, "shippingInfo.title": {"$in": [secret]}}})
        assert plan.condition
    del plan
    gc.collect()
    assert len(shapes) == 1
    assert sys.getrefcount(secret) == before


def test_only_so_many_shapes_are_kept(schema: oq.Schema, shapes: plain_shapes.Shapes) -> None:
    rows = [row for row in schema.fields if "$eq" in row.operators and row.type.name in ("text", "enum", "guid")]
    null_search = [{one.name: None, two.name: {"$eq": None}} for one in rows for two in rows if one is not two]
    assert len(null_search) > plain_shapes.MOST_SHAPES // 2
    for filter_ in null_search * 2:
        assert oq.compile({"filter": {"$and": [filter_]}}).filter_sent
        assert oq.compile({"filter": filter_}).filter_sent
        assert len(shapes) <= 2 * plain_shapes.MOST_SHAPES
    rare = plain.known_of(schema).shapes = plain_shapes.Shapes(often=10)
    for filter_ in null_search * 3:
        oq.compile({"filter": filter_})
        assert len(rare) <= plain_shapes.MOST_SHAPES


def test_one_shape_from_many_threads(shapes: plain_shapes.Shapes) -> None:
    shapes.often = 2

    def ask(number: int) -> bool:
        amount = f"{number}.50"
        plan = oq.compile({"filter": {"priceSummary.total.amount": {"$gt": amount}, "archived": number % 2 == 0}})
        return repr(plan.condition).count(f"Decimal('{amount}')") == 1 and repr(number % 2 == 0) in repr(plan.condition)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(2_000)))
