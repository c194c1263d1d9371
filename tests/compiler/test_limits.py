"""The limits that protect the process: each at its edge, in every form, and far beyond it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from backends import BACKENDS
from scale import spread

import orderquery as oq
from orderquery.compiler.report import render_report


def codes(source: Any, shape: Any = "search") -> list[str]:
    return [diagnostic.code for diagnostic in oq.check(source, shape).errors]


def nested(depth: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"number": 1}
    for level in range(depth):
        tree = {"$not": tree} if level % 3 == 0 else {"$and" if level % 3 == 1 else "$or": [tree]}
    return {"filter": tree}


@pytest.mark.parametrize(("inside", "outside", "code"), [
    (nested(64), nested(65), "too-deep"),
    ({"filter": {"$or": [{"number": n} for n in range(1_999)]}}, {"filter": {"$or": [{"number": n} for n in range(2_001)]}}, "too-large"),
    ({"filter": {"paymentStatus": {"$in": ["PAID"] * 1_000}}}, {"filter": {"paymentStatus": {"$in": ["PAID"] * 1_001}}}, "too-large"),
    ({"filter": {"shippingInfo.title": "x" * 4_096}}, {"filter": {"shippingInfo.title": "x" * 4_097}}, "too-large"),
    ({"cursorPaging": {"limit": 100}}, {"cursorPaging": {"limit": 101}}, "limit-out-of-range"),
    ({"cursorPaging": {"limit": 1}}, {"cursorPaging": {"limit": 0}}, "limit-out-of-range"),
    ({"cursorPaging": {"cursor": "x" * 16_000}}, {"cursorPaging": {"cursor": "x" * 16_001}}, "too-long"),
])  # fmt: skip
@pytest.mark.parametrize("form", ["dict", "text"])
def test_each_limit_at_its_edge(inside: Any, outside: Any, code: str, form: str) -> None:
    assert codes(inside if form == "dict" else json.dumps(inside)) == []
    assert codes(outside if form == "dict" else json.dumps(outside)) == [code]


@pytest.mark.parametrize("outside", [
    {"search": {"filter": {"status": "APPROVED"}, "where": nested(65)["filter"]}},
    {"search": {"filter": {"status": "APPROVED"}}, "filter": {"paymentStatus": {"$in": ["PAID"] * 1_001}}},
])  # fmt: skip
def test_a_limit_of_ours_holds_in_a_part_that_wix_ignores(outside: Any) -> None:
    # The rest of the search is not read, so the answer would be that of another one.
    report = oq.check(outside)
    assert report.plan is None
    ignored, limit = report.diagnostics
    assert (ignored.effect, limit.effect) == ("ignores", "local")
    assert "orderquery refuses this; it is not a rule of Wix" in str(report)


def test_a_field_name_of_513_characters() -> None:
    assert codes({"sort": [{"fieldName": "x" * 512}]}) == ["unknown-field"]
    assert codes({"sort": [{"fieldName": "x" * 513}]}) == ["too-long"]


def test_the_text_form_has_the_same_limits() -> None:
    assert not oq.check("not " * 64 + "number = 1").errors
    assert [d.code for d in oq.check("not " * 65 + "number = 1").errors] == ["too-deep"]
    assert [d.code for d in oq.check("limit 101").errors] == ["limit-out-of-range"]
    listed = ", ".join(["PAID"] * 1_001)
    assert [d.code for d in oq.check(f"paymentStatus in ({listed})").errors] == ["too-large"]
    assert [d.code for d in oq.check('shippingInfo.title = "' + "x" * 4_097 + '"').errors] == ["too-large"]
    assert [d.code for d in oq.check(" or ".join(["number = 1"] * 2_001)).errors] == ["too-large"]


def test_a_mebibyte_and_one_byte() -> None:
    padding = " " * ((1 << 20) - 2)
    assert codes("{}" + padding) == []
    for source in ("{}" + padding + " ", ("{}" + padding + " ").encode(), "é" * (1 << 19) + "x"):
        assert codes(source) == ["too-large"]


def deep_list(depth: int) -> Any:
    tree: Any = []
    for _ in range(depth):
        tree = [tree]
    return tree


def deep_dict(depth: int, key: str) -> Any:
    tree: Any = {}
    for _ in range(depth):
        tree = {key: tree}
    return tree


class Incomparable:
    """An object that raises when it is compared or printed, as arrays of some libraries do."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise ValueError("ambiguous")

    def __repr__(self) -> str:
        raise ValueError("unprintable")


CYCLE: dict[str, Any] = {}
CYCLE["$not"] = CYCLE
STRANGE: list[Callable[[], Any]] = [
    lambda: {"filter": deep_dict(100_000, "$not")}, lambda: {"filter": deep_dict(100_000, "status")},
    lambda: {"filter": deep_list(100_000)}, lambda: {"filter": {"status": {"$in": deep_list(100_000)}}},
    lambda: {"filter": {"status": deep_list(100_000)}}, lambda: {"junk": deep_dict(100_000, "x")},
    lambda: {"search": deep_dict(100_000, "search")}, lambda: {"filter": CYCLE}, lambda: {"query": CYCLE},
    lambda: {"filter": {"number": 10**5000}}, lambda: {"filter": {"number": -(10**5000)}},
    lambda: {"filter": {"priceSummary.total.amount": 10**5000}},
    lambda: {"filter": {"priceSummary.total.amount": float("nan")}},
    lambda: {"filter": {"priceSummary.total.amount": float("inf")}}, lambda: {"cursorPaging": {"limit": 10**5000}},
    lambda: {"filter": {5: 6}}, lambda: {5: 6}, lambda: {None: 1}, lambda: {"sort": [{1: 2}]},
    lambda: {"cursorPaging": {(): 1}}, lambda: {"filter": {"$and": {1: 2}}},
    lambda: {"filter": {"createdDate": datetime.datetime(2024, 1, 1)}}, lambda: {"filter": {"status": b"bytes"}},
    lambda: {"filter": {"status": {"$in": {"a", "b"}}}}, lambda: {"filter": {"status": object()}},
    lambda: {"filter": {"\ud800": "x"}}, lambda: {"filter": {"buyerInfo.email": "\udfff"}},
    lambda: {"filter": {"status": {"\ud800": 1}}}, lambda: {"\ud800": 1}, lambda: {"sort": [{"fieldName": "\ud800"}]},
    lambda: {"sort": [{"fieldName": "number", "order": "\ud800"}]}, lambda: {"cursorPaging": {"cursor": "\ud800"}},
    lambda: {"filter": {"number": {"$in": [Incomparable()]}}}, lambda: {"filter": {"number": {"$in": [Decimal("sNaN")]}}},
    lambda: {"sort": [{"fieldName": "number", "order": Incomparable()}]},
    lambda: {"cursorPaging": {"limit": Incomparable(), "size": 5}}, lambda: {"sort": [], "Sort": deep_list(100_000)},
    lambda: None, list, lambda: "", lambda: 5, lambda: True, lambda: object(), lambda: {"filter": {"": 1}},
    lambda: {"": {}},
]  # fmt: skip


@pytest.mark.parametrize("make", STRANGE, ids=range(len(STRANGE)))
@pytest.mark.parametrize("shape", ["request", "search", "sdk"])
def test_strange_objects_are_checked_and_never_crash(make: Callable[[], Any], shape: Any) -> None:
    source = make()
    document = {"search": source} if shape == "request" else source
    report = oq.check(document, shape)
    json.dumps(report.to_json())
    render_report(report)
    if report.corrected is not None:
        assert oq.check(report.corrected, shape).ok
    try:
        oq.compile(document, shape=shape)
    except oq.QueryError as error:
        str(error)
    else:
        assert report.ok


@pytest.mark.parametrize("text", [
    "[" * 100_000, '{"a":' * 100_000, '{"search":' * 50_000 + "1" + "}" * 50_000, "(" * 100_000, "not " * 100_000,
    "a = 1 and " * 50_000, '"' * 100_000, "/*" * 50_000, "{a:" + "9" * 100_000 + "}", "\x00" * 1_000, "{" + "\ud800" + "}",
    '{"search":{"filter":{"number":' + "9" * 100_000 + "}}}", "number = " + "9" * 100_000, "= " * 10_000, "`" * 9,
    '{"search":{"filter":{"priceSummary.total.amount": 1e999999999999}}}', "createdDate > -999999w", "limit " + "9" * 5_000,
])  # fmt: skip
def test_strange_texts_are_checked_and_never_crash(text: str) -> None:
    for form in ("any", "json", "text"):
        report = oq.check(text, form=form)
        json.dumps(report.to_json())
        assert report.diagnostics or report.plan is not None
    with pytest.raises(oq.QueryError):
        oq.compile(text.encode("utf-8", "surrogatepass"))


ORDERS = [
    {"id": f"o{n:02d}", "number": n % 7, "status": "APPROVED", "buyerInfo": {"email": f"a{n % 5}"},
     "lineItems": [{"productName": {"original": f"p{n % 3}"}}, {"productName": {"original": f"q{n % 2}"}}]}
    for n in range(20)
]  # fmt: skip


def alternating(depth: int, width: int) -> Any:
    tree: Any = {"number": {"$ne": "0"}}
    for level in range(depth):
        siblings = [{"number": {"$ne": str(n)}} for n in range(width)]
        tree = {"$and" if level % 2 else "$or": [tree, *siblings]}
    return tree


THOUSAND = [f"a{n}" for n in range(1_000)]
HEAVY = {
    "deep": alternating(64, 1),
    "deep and wide": alternating(60, 14),
    "a wide or": {"$or": [{"number": str(n)} for n in range(1_999)]},
    "a wide or of elements": {"$or": [{"lineItems.productName.original": f"p{n % 900}"} for n in range(1_999)]},
    "a thousand in a list": {"buyerInfo.email": {"$in": THOUSAND}},
    "a thousand not in a list": {"lineItems.productName.original": {"$nin": THOUSAND}},
    "a thousand elements": {"lineItems.productName.original": {"$hasAll": THOUSAND}},
    "not a thousand elements": {"$not": {"lineItems.productName.original": {"$hasAll": THOUSAND}}},
    "a list of a thousand": {"lineItems.productName.original": THOUSAND},
    "many lists of two hundred": {"$or": [{"buyerInfo.email": {"$in": THOUSAND[:200]}}] * 300},
}


@pytest.mark.parametrize(("kind", "name"), spread(BACKENDS, HEAVY, 2))
def test_the_heaviest_searches_run_everywhere(kind: str, name: str, request: pytest.FixtureRequest) -> None:
    backend = BACKENDS[kind]()
    request.addfinalizer(backend.close)
    search = {"filter": HEAVY[name], "cursorPaging": {"limit": 12}}
    report = oq.check(search, "search")
    if not report.ok:
        assert [d.code for d in report.errors] == ["query-too-long"]
        pytest.fail(f"{name} should fit a cursor")
    backend.load(ORDERS)
    expected = [order["id"] for order in oq.compile(search).filter(ORDERS)]
    found: list[str] = []
    page = backend.search(search)
    while True:
        found += page.ids
        if page.next is None:
            break
        page = backend.search({"cursorPaging": {"cursor": page.next}})
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("name", HEAVY)
def test_the_heaviest_searches_render_in_every_dialect(name: str) -> None:
    for dialect in ("sqlite", "postgres", "duckdb"):
        assert oq.compile({"filter": HEAVY[name]}).sql(dialect).text.startswith(("SELECT", "WITH"))
