"""Every limit of the language at its boundary and far beyond, and what engines themselves cannot bear."""

from __future__ import annotations

import enum
import json
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

import orderquery as oq
from orderquery.render import render_report, report_json

JSON = Any
HUGE = 10**5000
NAN = float("nan")


def codes(source: JSON, shape: str = "search", **options: Any) -> list[str]:
    """What a check says; and whatever it says can be printed."""
    report = oq.check(source, shape, **options)
    json.dumps(report.to_json()).encode()
    report_json(report).encode()
    render_report(report).encode()
    _ = report.corrected
    return [diagnostic.code for diagnostic in report.diagnostics]


def said_of(search: JSON) -> list[list[str]]:
    """What is said of a bare search, decoded and as text."""
    return [codes(search), codes(json.dumps(search), form="json"), codes(json.dumps({"search": search}), "request")]


def nested(depth: int, *, connective: str = "$not") -> JSON:
    tree: JSON = {"status": "APPROVED"}
    for _ in range(depth):
        tree = {connective: tree if connective == "$not" else [tree, {"archived": True}]}
    return tree


def titles(count: int, length: int = 1) -> list[str]:
    return [f"{i:x}".rjust(length, "t") for i in range(count)]


FITS_AND_NOT: dict[str, tuple[Callable[[int], JSON], int, str]] = {
    "nesting of $not": (lambda n: {"filter": nested(n)}, 64, "too-deep"),
    "nesting of $and": (lambda n: {"filter": nested(n, connective="$and")}, 64, "too-deep"),
    "nesting of $or": (lambda n: {"filter": nested(n, connective="$or")}, 64, "too-deep"),
    "nodes": (lambda n: {"filter": {"$or": [{"number": "1"}] * (n - 1)}}, 2_000, "too-large"),
    "nodes with operators": (lambda n: {"filter": {"$or": [{"number": {"$eq": "1"}}] * (n // 2), "id": None}}, 1_998, "too-large"),
    "elements of $in": (lambda n: {"filter": {"shippingInfo.title": {"$in": titles(n)}}}, 1_000, "too-large"),
    "elements of $hasAll": (lambda n: {"filter": {"paymentMethods": {"$hasAll": titles(n)}}}, 1_000, "too-large"),
    "elements of a list": (lambda n: {"filter": {"paymentMethods": titles(n)}}, 1_000, "too-large"),
    "string": (lambda n: {"filter": {"shippingInfo.title": "t" * n}}, 4_096, "too-large"),
    "string in a list": (lambda n: {"filter": {"shippingInfo.title": {"$in": ["t" * n]}}}, 4_096, "too-large"),
    "prefix": (lambda n: {"filter": {"buyerInfo.email": {"$startsWith": "t" * n}}}, 4_096, "too-large"),
    "limit": (lambda n: {"cursorPaging": {"limit": n}}, 100, "limit-out-of-range"),
    "limit from below": (lambda n: {"cursorPaging": {"limit": 2 - n}}, 1, "limit-out-of-range"),
    "cursor": (lambda n: {"cursorPaging": {"cursor": "c" * n}}, 16_000, "too-long"),
}  # fmt: skip


@pytest.mark.parametrize("name", FITS_AND_NOT)
def test_a_limit_holds_exactly(name: str) -> None:
    make, most, code = FITS_AND_NOT[name]
    step = 2 if "operators" in name else 1
    assert said_of(make(most)) == [[], [], []]
    assert said_of(make(most + step)) == [[code]] * 3
    with pytest.raises(oq.QueryError):
        oq.compile(make(most + step))


def test_sort_entries_and_field_names() -> None:
    entries = [{"fieldName": name} for name in ("number", "status", "paymentStatus", "createdDate", "updatedDate")]
    assert said_of({"sort": entries[:4]}) == [[], [], []]
    assert said_of({"sort": entries}) == [["too-many-sorts"]] * 3
    assert said_of({"sort": [{"fieldName": "x" * 512}]}) == [["unknown-field"]] * 3
    assert said_of({"sort": [{"fieldName": "x" * 513}]}) == [["too-long"]] * 3


TEXT_LIMITS: dict[str, tuple[Callable[[int], str], int, str]] = {
    "nesting of not": (lambda n: "not " * n + "archived = true", 64, "too-deep"),
    "nesting in brackets": (
        lambda n: "(status = PENDING and (archived = true or " * (n // 2) + "number = 1" + "))" * (n // 2), 64, "too-deep",
    ),
    "nodes": (lambda n: " or ".join(["number = 1"] * (n - 1)), 2_000, "too-large"),
    "elements": (lambda n: f"paymentMethods has any ({', '.join(titles(n))})", 1_000, "too-large"),
    "string": (lambda n: f"shippingInfo.title = '{'t' * n}'", 4_096, "too-large"),
    "word": (lambda n: f"shippingInfo.title = {'t' * n}", 4_096, "too-large"),
    "limit": (lambda n: f"limit {n}", 100, "limit-out-of-range"),
    "cursor": (lambda n: f"after '{'c' * n}'", 16_000, "too-long"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXT_LIMITS)
def test_a_limit_of_the_text_form_holds_exactly(name: str) -> None:
    make, most, code = TEXT_LIMITS[name]
    step = 2 if "brackets" in name else 1
    assert codes(make(most), form="text") == []
    assert codes(make(most + step), form="text") == [code]


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("character", [" ", "\u2003", "😀"])
def test_a_text_holds_a_mebibyte(form: str, character: str) -> None:
    beginning = '{"search": {}} //' if form == "json" else 'shippingInfo.title = "'
    room = (1 << 20) - len(beginning)
    count = room // len(character.encode())
    most = beginning + character * count + " " * (room - count * len(character.encode()))
    assert "too-large" not in codes(most, "request", form=form) or form == "text"
    for source in (most + " ", (most + " ").encode()):
        assert codes(source, "request", form=form) == ["too-large"]


@pytest.mark.parametrize("depth", [300, 10_000, 100_000])
def test_nothing_recurses(depth: int) -> None:
    listed: JSON = []
    objects: JSON = {}
    for _ in range(depth):
        listed, objects = [listed], {"a": objects}
    assert codes({"filter": nested(depth)}) == ["too-deep"]
    for operand in (listed, objects):
        assert codes({"filter": {"status": {"$in": [operand]}}}) == ["operand-shape"]
        assert codes({"filter": {"status": {"$eq": operand}}}) == ["operand-shape"]
        assert "wrong-shape" in codes({"cursorPaging": {"limit": operand}})
        assert codes({"filter": {"$and": [operand]}})
        assert codes({"query": operand}) == ["ignored-key"]
        assert codes({"sort": [operand]})
        assert codes(operand, "request")
    assert codes({"filter": {"buyerInfo": objects}}) == ["unknown-operator"]
    for text in ('{"$not":' * depth + "{}" + "}" * depth, "[" * depth, '{"a":' * depth, "{" * depth):
        assert codes('{"filter": ' + text + "}", form="json")[0] in ("too-deep", "json-syntax")
    for text in ("not " * depth + "a = 1", "(" * depth + "a = 1" + ")" * depth, "(" * depth, "a in (" * depth):
        assert codes(text, form="text")[0] in ("too-deep", "text-syntax")
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


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_nothing_anywhere_raises(value: JSON) -> None:
    parts: dict[str, JSON] = {
        "filter": value, "sort": value, "cursorPaging": value, "paging": value, "query": value, "limit": value,
        "anything": value, "search": value,
    }  # fmt: skip
    searches: list[JSON] = [{key: part} for key, part in parts.items()]
    searches += [{"cursorPaging": {key: value}} for key in ("limit", "cursor", "offset", "size")]
    searches += [{"sort": [value]}, {"sort": [{"fieldName": value}]}, {"sort": [{"fieldName": "number", "order": value}]}]
    searches += [{"sort": [{"direction": value, "field": value}]}, {"filter": {"nothing": value, "$eq": value}}]
    searches += [{"filter": {key: part}} for key in ("$and", "$or", "$not") for part in (value, [value], [{"id": value}])]
    for search in [*searches, value]:
        for shape in ("request", "search", "sdk"):
            codes(search, shape)
            codes({"search": search}, shape)


@pytest.mark.parametrize("key", [5, None, True, HUGE, NAN, b"x", (1,), "\ud800", "x" * 5000, Word("filter"), frozenset()],
                         ids=lambda key: type(key).__name__)  # fmt: skip
def test_no_key_raises(key: Any) -> None:
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
    search = {"filter": {"status": {"$in": [Word("APPROVED"), Status.APPROVED]}}, "sort": [{"fieldName": Word("number")}]}
    assert codes(search) == []
    assert oq.compile(search).search(orders).ids == ("a",)
    with oq.open_store(":memory:") as store:
        store.load(orders)
        assert store.search(search).ids == ("a",)


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "1e400", "1e999999999", "1e999999999999999999999999", "1e-99999999999999999999",
                                    "0." + "0" * 5000 + "1"])  # fmt: skip
def test_no_number_raises(number: str) -> None:
    for place in ('{"filter": {"%s": %s}}', '{"filter": {"%s": {"$in": [%s]}}}'):
        for row in oq.load_schema().fields:
            codes(place % (row.name, number), form="json")
            codes(f"{row.name} = {number}", form="text")
            codes(f"{row.name} in (`{number}`)", form="text")
    for text in ('{"cursorPaging": {"limit": %s}}', '{"sort": [{"fieldName": "number", "order": %s}]}', '{"a": %s}', "%s", "[%s]"):
        assert codes(text % number, form="json")


@pytest.mark.parametrize(
    "text",
    [
        '{"search":{"sort":[%s]}}' % ",".join(["0"] * 60_000),
        '{"search":{"sort":[%s]}}' % ",".join(['{"fieldName":"createdDat"}'] * 20_000),
        "{%s}" % ",".join(f'"k{i}":0' for i in range(40_000)),
        '{"search":{%s}}' % ",".join(f'"k{i}":0' for i in range(40_000)),
        '{"search":{%s}}' % ",".join(f'"k{i}":0,"k{i}":1' for i in range(15_000)),
        '{"search":{"filter":{%s}}}' % ",".join(f'"k{i}":0' for i in range(40_000)),
        '{"search":{"filter":{"createdDate":{%s}}}}' % ",".join(f'"$k{i}":0' for i in range(40_000)),
        '{"search":{"filter":{"createdDate":{"$nin":[%s]}}}}' % ",".join(['"2024-01-01"'] * 1_000),
        "createdDate not in (%s)" % ",".join(["x"] * 1_000),
        " or ".join(["x = 1"] * 1_999),
        "x" * 1_000_000,
        "x = " * 200_000,
        "'" * 1_000_000,
    ],
    ids=lambda text: text[:40],
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    assert oq.check(text).diagnostics
    assert time.process_time() - began < 8


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
    plan = oq.compile({"filter": filter_, "cursorPaging": {"limit": 8}, **more})
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
    both(alternating(64, 14, LEAVES[leaf], first=first))
    both(alternating(32, 1, LEAVES[leaf], first=first, negated=True))
    both(alternating(9, 100, LEAVES[leaf], first=first))


def test_a_deep_filter_and_four_sorts() -> None:
    entries = [{"fieldName": name, "order": "DESC"} for name in ("number", "buyerInfo.email", "status", "createdDate")]
    assert both(alternating(64, 4, LEAVES["not equal"], first=True), sort=entries) == 20


@pytest.mark.parametrize("leaf", ["equal", "an element"])
def test_a_wide_filter_runs_everywhere(leaf: str) -> None:
    assert both({"$or": [LEAVES[leaf](i) for i in range(1_999)]}) == 20


@pytest.mark.parametrize("negated", [False, True])
def test_long_lists_run_everywhere(negated: bool) -> None:
    listed, total = titles(1_000), 20

    def holds(filter_: JSON) -> int:
        return both({"$not": filter_} if negated else filter_)

    for field in ("buyerInfo.email", "lineItems.productName.original"):
        assert holds({field: {"$in": [*listed[3:], "t1"]}}) == (total - holds_of(field) if negated else holds_of(field))
        assert holds({field: {"$in": [f"x{i}" for i in range(1_000)]}}) == (total if negated else 0)
    assert holds({"lineItems.productName.original": {"$hasSome": [*listed, "t1"][1:]}}) == (13 if negated else 7)
    assert holds({"lineItems.productName.original": {"$hasAll": listed}}) == (total if negated else 0)
    assert holds({"lineItems.productName.original": {"$hasAll": ["t1", "u1"] * 500}}) == (total - 3 if negated else 3)
    assert holds({"lineItems.productName.original": listed}) == (total if negated else 0)
    assert holds({"number": {"$ne": "1"}, "createdDate": {"$nin": [f"2024-01-01T00:00:00.{i:03}Z" for i in range(1_000)]}}) == (
        3 if negated else 17
    )


def holds_of(field: str) -> int:
    return sum("t1" in ([order["buyerInfo"]["email"]] if "email" in field else [line["productName"]["original"] for line in order["lineItems"]])
               for order in ORDERS)  # fmt: skip


def test_many_long_lists_run_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even on a SQLite that takes the 32,766 parameters of its default build."""
    from orderquery.stores import sqlite

    connect = sqlite.sqlite3.connect

    def limited(*args: Any, **options: Any) -> sqlite3.Connection:
        database = connect(*args, **options)
        database.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
        return database

    monkeypatch.setattr(sqlite.sqlite3, "connect", limited)
    assert both({"$or": [{"buyerInfo.email": {"$in": titles(200)}}] * 300}) == 20 - 20
    assert both({"$or": [{"buyerInfo.email": {"$nin": titles(20)}}] * 900}) == 20
    assert both({"$or": [{"lineItems.productName.original": {"$hasSome": [f"t{i}" for i in range(200)]}}] * 200}) == 20
    assert both({"$or": [{"lineItems.productName.original": {"$hasAll": [f"t{i}" for i in range(200)]}}] * 200}) == 0
