"""What an attacker would try: operands, keys and numbers no JSON has, requests that take long, statements too big."""

from __future__ import annotations

import enum
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from call_counter import SHARE, CallCounter
from scale import scaled

import orderquery as oq
from orderquery.compiler.report import render_report, report_json

JSON = Any
HUGE = 10**5000
NAN = float("nan")


def codes(source: JSON, shape: Any = "search", **options: Any) -> list[str]:
    """What a check says; and whatever it says can be printed."""
    report = oq.check(source, shape, **options)
    report_json(report).encode()
    render_report(report).encode()
    _ = report.corrected
    return [diagnostic.code for diagnostic in report.diagnostics]


def titles(count: int) -> list[str]:
    return [f"{i:x}" for i in range(count)]


EDGES: dict[str, tuple[Callable[[int], str], int, str]] = {
    "nesting of not": (lambda n: "not " * n + "archived = true", 64, "too-deep"),
    "nesting in brackets": (
        lambda n: "(status = PENDING and (archived = true or " * (n // 2) + "number = 1" + "))" * (n // 2), 64, "too-deep",
    ),
    "nodes": (lambda n: " or ".join(["number = 1"] * (n - 1)), 2_000, "too-large"),
    "elements": (lambda n: f"paymentMethods has any ({', '.join(titles(n))})", 1_000, "too-large"),
    "string": (lambda n: f"shippingInfo.title = '{'t' * n}'", 4_096, "too-large"),
    "word": (lambda n: f"shippingInfo.title = {'t' * n}", 4_096, "too-large"),
    "cursor": (lambda n: f"after '{'c' * n}'", 16_000, "too-long"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDGES)
def test_a_limit_of_the_text_form_holds_exactly(name: str) -> None:
    make, most, code = EDGES[name]
    assert codes(make(most), form="text") == []
    assert codes(make(most + (2 if "brackets" in name else 1)), form="text") == [code]


@pytest.mark.parametrize("depth", [300, 10_000, 100_000])
def test_nothing_recurses(depth: int) -> None:
    listed: JSON = []
    objects: JSON = {}
    for _ in range(depth):
        listed, objects = [listed], {"a": objects}
    for operand in (listed, objects):
        assert codes({"filter": {"status": {"$in": [operand]}}}) == ["operand-shape"]
        assert codes({"filter": {"status": {"$eq": operand}}}) == ["operand-shape"]
        assert "wrong-shape" in codes({"cursorPaging": {"limit": operand}})
        assert codes({"filter": {"$and": [operand]}})
        assert set(codes({"query": operand})) == {"ignored-key"}
        assert codes({"sort": [operand]})
        assert codes(operand, "request")
    assert codes({"filter": {"buyerInfo": objects}}) == ["unknown-operator"]
    order = {"id": "a", "lineItems": listed, "buyerInfo": objects}
    plan = oq.compile({"filter": {"lineItems.productName.original": {"$ne": "a"}}})
    assert plan.matches(order)
    assert [problem.code for problem in plan.search([order]).problems] == ["unusable-document"]
    with oq.open_store(":memory:") as store:
        assert [problem.code for problem in store.load([order, {"id": "b"}]).problems] == ["unusable-document"]
        assert store.search({}).ids == ("b",)


def test_what_leads_back_to_itself() -> None:
    listed: list[JSON] = []
    listed.append(listed)
    object_: dict[str, JSON] = {"status": "APPROVED"}
    object_.update({"$and": [object_], "search": object_, "query": object_, "paging": object_, "filter": object_})
    assert "too-deep" in codes({"filter": object_})
    for shape in ("request", "search", "sdk"):
        assert codes(object_, shape)
        assert codes({"search": object_}, shape)
    for operand in (listed, object_):
        for operator in ("$eq", "$in", "$hasAll", "$exists", "$startsWith", "$foo", "foo", "$not"):
            assert codes({"filter": {"paymentMethods": {operator: operand}}})
        assert codes({"sort": operand})
        assert codes({"filter": {"$or": operand}})
    order = {"id": "a", "lineItems": object_}
    assert oq.compile({}).search([order, {"id": "b"}]).ids == ("b",)
    with oq.open_store(":memory:") as store:
        assert store.load([order, {"id": "b"}]).orders == 1


class Word(str):
    """A string of a caller's own class."""


class Status(str, enum.Enum):
    APPROVED = "APPROVED"


ODD = (
    HUGE, -HUGE, NAN, float("inf"), -float("inf"), 1e308, Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), Decimal("1e999999"),
    datetime(2024, 1, 1, tzinfo=UTC), b"bytes", bytearray(b"x"), {1, 2}, frozenset(), object(), range(3), 1j, int, "\ud800", "\udfff",
    "a\ud83d", Word("APPROVED"), Status.APPROVED, (), ((),), None, True, {}, {"a": 1}, [None], "", "\0",
)  # fmt: skip


@pytest.mark.parametrize("row", oq.load_schema().fields, ids=lambda row: row.name)
def test_no_operand_raises(row: oq.Field) -> None:
    for operator in (None, *row.operators, "$regex", "nested", "$not"):
        for value in ODD:
            for operand in (value, [value], [[value]]):
                codes({"filter": {row.name: operand if operator is None else {operator: operand}}})


@pytest.mark.parametrize("number", range(len(ODD)))
def test_nothing_anywhere_raises(number: int) -> None:
    value = ODD[number]
    keys = ("filter", "sort", "cursorPaging", "paging", "query", "limit", "anything", "search")
    searches: list[JSON] = [{key: value} for key in keys]
    searches += [{"cursorPaging": {key: value}} for key in ("limit", "cursor", "offset", "size")]
    searches += [
        {"sort": [value]},
        {"sort": [{"fieldName": value}]},
        {"sort": [{"fieldName": "number", "order": value}]},
    ]
    searches += [{"sort": [{"direction": value, "field": value}]}, {"filter": {"nothing": value, "$eq": value}}]
    searches += [
        {"filter": {key: part}} for key in ("$and", "$or", "$not") for part in (value, [value], [{"id": value}])
    ]
    for search in [*searches, value]:
        for shape in ("request", "search", "sdk"):
            codes(search, shape)
            codes({"search": search}, shape)


KEYS = (5, None, True, HUGE, NAN, b"x", (1,), "\ud800", "x" * 5000, Word("filter"), frozenset())


@pytest.mark.parametrize("number", range(len(KEYS)))
def test_no_key_raises(number: int) -> None:
    key: Any = KEYS[number]
    for search in (
        {key: 1}, {"filter": {key: 1}}, {"filter": {"status": {key: 1}}}, {"filter": {"status": {"a": {key: 1}}}},
        {"filter": {"status": {"$eq": {key: 1}}}}, {"filter": {"number": {"$gt": "1", "$lt": "2", key: 1}}},
        {"sort": [{key: "number"}]}, {"cursorPaging": {key: 1}}, {"query": {key: {}}}, {"paging": {key: 1}},
    ):  # fmt: skip
        for shape in ("request", "search", "sdk"):
            codes(search, shape)
            codes({"search": search}, shape)


def test_strings_of_a_callers_own_class() -> None:
    orders = [{"id": Word("a"), "status": Status.APPROVED}]
    search = {
        "filter": {"status": {"$in": [Word("APPROVED"), Status.APPROVED]}},
        "sort": [{"fieldName": Word("number")}],
    }
    assert codes(search) == []
    assert oq.compile(search).search(orders).ids == ("a",)
    with oq.open_store(":memory:") as store:
        store.load(orders)
        assert store.search(search).ids == ("a",)


@pytest.mark.parametrize("number", [
    "9" * 5000, "-" + "9" * 5000, "1e400", "1e999999999", "1e999999999999999999999999", "1e-99999999999999999999",
    "0." + "0" * 5000 + "1",
])  # fmt: skip
def test_no_number_raises(number: str) -> None:
    for place in ('{"filter": {"%s": %s}}', '{"filter": {"%s": {"$in": [%s]}}}'):
        for row in oq.load_schema().fields:
            codes(place % (row.name, number), form="json")
            codes(f"{row.name} = {number}", form="text")
            codes(f"{row.name} in (`{number}`)", form="text")
    for text in (
        '{"cursorPaging": {"limit": %s}}',
        '{"sort": [{"fieldName": "number", "order": %s}]}',
        '{"a": %s}',
        "%s",
        "[%s]",
    ):
        assert codes(text % number, form="json")


@pytest.mark.parametrize("text", [
    '{"search":{"sort":[%s]}}' % ",".join(["0"] * (60_000 // SHARE)),
    '{"search":{"sort":[%s]}}' % ",".join(['{"fieldName":"createdDat"}'] * (20_000 // SHARE)),
    "{%s}" % ",".join(f'"k{i}":0' for i in range(40_000 // SHARE)),
    '{"search":{%s}}' % ",".join(f'"k{i}":0' for i in range(40_000 // SHARE)),
    '{"search":{%s}}' % ",".join(f'"k{i}":0,"k{i}":1' for i in range(15_000 // SHARE)),
    '{"search":{"filter":{%s}}}' % ",".join(f'"k{i}":0' for i in range(40_000 // SHARE)),
    '{"search":{"filter":{"createdDate":{%s}}}}' % ",".join(f'"$k{i}":0' for i in range(40_000 // SHARE)),
    '{"search":{"filter":{"createdDate":{"$nin":[%s]}}}}' % ",".join(['"2024-01-01"'] * 1_000),
    "createdDate not in (%s)" % ",".join(["x"] * 1_000),
    " or ".join(["x = 1"] * 1_999),
    "x" * 1_000_000,
    "x = " * 200_000,
    "'" * 1_000_000,
], ids=lambda text: text[:40])  # fmt: skip
def test_no_text_takes_many_calls(text: str) -> None:
    counter = CallCounter()
    with counter.counting():
        assert oq.check(text).diagnostics
    # At most 17.1 per letter of a long text were counted, and 890,000 for a short one.
    assert counter.calls < 3_000_000 + 50 * len(text)


# -- what engines cannot bear -----------------------------------------------------------------------------------

ORDERS = [
    {
        "id": f"{i}", "number": str(i % 7), "status": "APPROVED", "buyerInfo": {"email": f"t{i % 5}"}, "archived": i % 3 == 0,
        "lineItems": [{"productName": {"original": f"t{i % 3}"}}, {"productName": {"original": f"u{i % 2}"}}],
    }
    for i in range(20)
]  # fmt: skip


def alternating(depth: int, width: int, leaf: Callable[[int], JSON], *, first: bool, negated: bool = False) -> JSON:
    tree = leaf(0)
    for level in range(depth):
        beside = [leaf(level + i + 1) for i in range(width)]
        tree = {"$and" if level % 2 else "$or": [tree, *beside] if first else [*beside, tree]}
        tree = {"$not": tree} if negated else tree
    return tree


def both(filter_: JSON, **more: JSON) -> int:
    """How many orders match: the same in memory and on SQLite, by pages, counted, and rendered for every dialect."""
    plan = oq.compile({"filter": filter_, "cursorPaging": {"limit": 12}, **more})
    keys = oq.CursorKeys(["a key for the limits"])

    def walk(search: Callable[[JSON], oq.Page]) -> list[str]:
        pages = [search(plan)]
        while pages[-1].next:
            pages.append(search({"cursorPaging": {"cursor": pages[-1].next}}))
        return [key for page in pages for key in page.ids]

    with oq.open_store(":memory:", keys=keys) as store:
        store.load(ORDERS)
        found = walk(store.search)
        assert found == walk(lambda search: oq.compile(search).search(ORDERS, keys=keys))
        assert store.count(plan) == len(found)
    for dialect in ("postgres", "duckdb"):
        assert plan.sql(dialect).text
    return len(found)


LEAVES: dict[str, Callable[[int], JSON]] = {
    "not equal": lambda i: {"number": {"$ne": str(i)}},
    "equal": lambda i: {"number": str(i)},
    "an element": lambda i: {"lineItems.productName.original": f"t{i % 9}"},
    "present": lambda i: {"buyerInfo.email": {"$exists": True}},
}


@pytest.mark.parametrize("leaf", LEAVES)
@pytest.mark.parametrize("first", [True, False])
def test_deep_alternations_run_everywhere(leaf: str, first: bool) -> None:
    both(alternating(64, 1, LEAVES[leaf], first=first))
    both(alternating(64, scaled(9, 3), LEAVES[leaf], first=first))
    both(alternating(32, 1, LEAVES[leaf], first=first, negated=True))
    both(alternating(9, scaled(60, 30), LEAVES[leaf], first=first))


def test_a_deep_filter_and_four_sorts() -> None:
    entries = [{"fieldName": name, "order": "DESC"} for name in ("number", "buyerInfo.email", "status", "createdDate")]
    both(alternating(64, 4, LEAVES["not equal"], first=True), sort=entries)
    both(alternating(64, 4, LEAVES["present"], first=True), sort=entries[::-1])


@pytest.mark.parametrize("negated", [False, True])
def test_long_lists_run_everywhere(negated: bool) -> None:
    """Long and short lists one after the other: a statement is kept for its shape, and these shapes differ."""
    listed, name = titles(1_000), "lineItems.productName.original"
    wanted = {
        0: [
            {"buyerInfo.email": {"$in": [f"x{i}" for i in range(999)]}},
            {name: {"$in": listed}},
            {name: {"$hasAll": listed}},
            {name: listed},
            {"buyerInfo.email": {"$in": ["t9"]}},
            {name: {"$hasAll": ["t1", *listed[:20]]}},
        ],
        7: [
            {name: {"$hasSome": [*listed[1:], "t1"]}},
            {name: {"$in": [*listed[:21], "t1"]}},
            {name: {"$hasAll": ["t1"]}},
        ],
        4: [
            {"buyerInfo.email": {"$in": [*listed[2:], "t1"]}},
            {name: {"$hasAll": ["t1", "u1"] * 500}},
            {name: {"$hasAll": ["u1", "t1"]}},
            {name: ["t1", "u1"]},
        ],
        17: [{"number": {"$ne": "1"}, "createdDate": {"$nin": [f"2024-01-01T00:00:00.{i:03}Z" for i in range(1_000)]}}],
    }
    for _ in range(2):
        for count, filters in wanted.items():
            for filter_ in filters:
                found = both({"$not": filter_}) if negated else both(filter_)
                assert found == (20 - count if negated else count), str(filter_)[:100]


def test_many_long_lists_run_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even on a SQLite that takes the 32,766 parameters of its default build."""
    connect = sqlite3.connect

    def limited(*args: Any, **options: Any) -> sqlite3.Connection:
        database = connect(*args, **options)
        database.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
        return database

    monkeypatch.setattr(sqlite3, "connect", limited)
    assert both({"$or": [{"buyerInfo.email": {"$in": titles(200)}}] * 100}) == 0
    assert both({"$or": [{"shippingInfo.title": {"$nin": titles(20)}}] * 900}) == 20
    assert both({"$or": [{"lineItems.productName.original": {"$hasSome": [f"t{i}" for i in range(200)]}}] * 40}) == 20
    assert both({"$or": [{"lineItems.productName.original": {"$hasAll": [f"t{i}" for i in range(200)]}}] * 40}) == 0
