"""Searches with holes: a diagnostic of one holds for every search that it may be.

``ORDERQUERY_HOLES`` says how many searches each property tries (120; 5,000 with ``ORDERQUERY_TRUST=full``),
``ORDERQUERY_SEED`` which.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from holes import Borer, at, filled, holes_of, put, read_holes, whole_path
from hypothesis import given, settings
from hypothesis import strategies as st
from mistakes import seeded
from project import TESTS
from scale import scaled
from strategies import ANY_TEXT, NAMES, ODD_OBJECTS, SCALARS

import orderquery as oq
from orderquery.compiler.hole_check import check_with_holes
from orderquery.compiler.query import same_condition
from orderquery.compiler.report import Report
from orderquery.diagnostics.diagnostic import Diagnostic
from orderquery.diagnostics.place import Path
from orderquery.language.elsewhere import certain_field
from orderquery.syntax.ast import Comparison, Filter, Not, Unreadable, comparisons
from orderquery.syntax.holes import Hole, contains_hole
from orderquery.syntax.json_printer import shown_json
from orderquery.syntax.json_reader import Reader, Shape

JSON = Any
COUNT = int(os.environ.get("ORDERQUERY_HOLES", str(scaled(5_000, 120))))
SEED = os.environ.get("ORDERQUERY_SEED", "20261128")
PARTS = 4
CASES = json.loads((TESTS / "compiler" / "holes.json").read_text("utf-8"))["cases"]
SCHEMA, STORES = oq.load_schema(), oq.load_schema("stores-v2")


def searches(part: int, name: str) -> Iterator[tuple[Random, JSON]]:
    """Yield request bodies, right and wrong."""
    for index in range(part, COUNT, PARTS):
        mistaker = seeded(f"{SEED}/{name}/{index}")
        search = mistaker.search()
        if index % 3 == 1:
            mistaker.uncertain(search)
        request = {"search": search} if index % 4 == 0 else mistaker.wrong(search, mistaker.random.randint(1, 4))[1]
        yield mistaker.random, json.loads(json.dumps(request, default=float))


def place(diagnostic: Diagnostic, path: Path | None = None) -> tuple[str, Path | None, str]:
    return diagnostic.code, diagnostic.place.path if path is None else path, diagnostic.place.at


def places(report: Report[Any], holed: JSON, contents: dict[Hole, JSON]) -> list[tuple[str, Path | None, str]]:
    """Return the places of diagnostics in the filled search."""
    return [place(d, whole_path(holed, d.place.path or (), contents)) for d in report.diagnostics]


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_reported_with_holes_is_reported_of_the_whole(part: int) -> None:
    for random, request in searches(part, "a"):
        borer = Borer(random)
        holed = borer.bored(request, random.randint(1, 4))
        assert filled(holed, borer.contents) == request
        report = check_with_holes(holed, "request", SCHEMA)
        assert report.plan is None
        whole = {place(diagnostic) for diagnostic in oq.check(request, "request").diagnostics}
        more = [found for found in places(report, holed, borer.contents) if found not in whole]
        assert not more, (more, holed, request, borer.contents)


def right_operands(request: JSON, diagnostics: tuple[Diagnostic, ...]) -> list[Path]:
    """Return the paths of the values in conditions about which nothing is reported."""
    wrong = {d.place.path for d in diagnostics if d.place.at == "value"}
    found = []
    for node in comparisons(Reader(request, "request", SCHEMA).search.filter):
        path = node.place.path or ()
        if certain_field(SCHEMA, node.field) is None or path in wrong:
            continue
        items = [(*path, i) for i in range(len(node.operand))] if isinstance(node.operand, tuple) else [path]
        found += [item for item in items if item not in wrong and is_leaf(request, item)]
    return found


def is_leaf(request: JSON, path: Path) -> bool:
    try:
        return not isinstance(at(request, path), dict | list)
    except (KeyError, TypeError, IndexError):
        return False


@pytest.mark.parametrize("part", range(PARTS))
def test_a_hole_for_a_right_value_hides_nothing(part: int) -> None:
    for random, request in searches(part, "b"):
        whole = oq.check(request, "request").diagnostics
        leaves = right_operands(request, whole)
        if not leaves:
            continue
        borer, holed = Borer(random), request
        for leaf in random.sample(leaves, min(len(leaves), random.randint(1, 3))):
            holed = put(holed, leaf, borer.value(at(holed, leaf)))
        report = check_with_holes(holed, "request", SCHEMA)
        assert sorted(map(place, report.diagnostics)) == sorted(map(place, whole)), (holed, request)


def corrected(report: Report[Any]) -> JSON:
    found = report.corrected if report.corrected is not None else report.partly_corrected
    return report.request if found is None else found


def unordered(tree: Filter) -> str:
    """Show a filter: the conditions of a connective in one order, each once."""
    if isinstance(tree, Comparison):
        return f"{tree.field} {tree.operator} {shown(tree.operand)}"
    if isinstance(tree, Unreadable):
        return shown(tree.written)
    if isinstance(tree, Not):
        return f"Not({unordered(tree.child)})"
    return f"{type(tree).__name__}({sorted({unordered(child) for child in tree.children})})"


def shown(value: JSON) -> str:
    """Show a value, 100 and 100.0 alike: equal numbers have the same hash."""
    if isinstance(value, dict):
        return f"{{{sorted(f'{key!r}: {shown(part)}' for key, part in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return f"number {hash(value)}" if is_number else repr(value)


def means_the_same(one: JSON, other: JSON) -> bool:
    if one == other:
        return True
    (first, second) = (oq.check(request, "request").plan for request in (one, other))
    if first is None or second is None:
        # A search without a plan has no condition. A correction may write a filter beside $and or in it.
        (a, b) = (Reader(request, "request", SCHEMA).search for request in (one, other))
        parts = (a.sort, a.paging) == (b.sort, b.paging)
        return first is second and parts and unordered(a.filter) == unordered(b.filter)
    same = (first.sort, first.limit, first.cursor) == (second.sort, second.limit, second.cursor)
    return same and same_condition(first.condition, second.condition)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_correction_with_holes_means_that_of_the_whole(part: int) -> None:
    for random, request in searches(part, "c"):
        borer = Borer(random)
        holed = borer.bored(request, random.randint(1, 3))
        report = check_with_holes(holed, "request", SCHEMA)
        made = corrected(report)
        # What is left after the fixes outside the holes is fixed in the whole search.
        one, other = (corrected(oq.check(each, "request")) for each in (filled(made, borer.contents), request))
        assert means_the_same(one, other), (holed, made, request, borer.contents)
        without_effect = [at(holed, d.place.path[:-1]) for d in report.diagnostics if d.code == "duplicate-sort"]
        kept = {*holes_of(made), *holes_of(without_effect)}
        assert set(holes_of(holed)) <= kept, (holed, made)
        assert check_with_holes(made, "request", SCHEMA).diagnostics == report.remaining or made is holed


REFUSED = {"createdDate": {"$gt": "2026-01-31"}}
NOT = {"$not": {"buyerInfo.contactId": "a"}}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"$and": [NOT], "$or": [], **NOT}, {"$and": [NOT, NOT], "$or": []}, True),
        ({"$and": [NOT], "number": "1"}, {"$and": [{"number": "1"}, NOT]}, True),
        ({"$or": [NOT, {"number": "1"}]}, {"$or": [{"number": "1"}, NOT]}, True),
        ({"$and": [NOT, {"number": "1"}]}, {"$or": [NOT, {"number": "1"}]}, False),
        ({"number": "1"}, {"number": {"$ne": "1"}}, False),
        (NOT, {"buyerInfo.contactId": "a"}, False),
        ({"number": {"$like": "1"}, **NOT}, {**NOT, "number": {"$like": "1"}}, True),
        ({"priceSummary.total.amount": 100.0}, {"$and": [{"priceSummary.total.amount": 100}]}, True),
        ({"priceSummary.total.amount": "1"}, {"priceSummary.total.amount": 1}, False),
    ],
)
def test_searches_without_a_plan_are_compared_in_any_order(one: JSON, other: JSON, is_same: bool) -> None:
    first, second = ({"search": {"filter": {**each, **REFUSED}}} for each in (one, other))
    assert oq.check(first).plan is None
    assert means_the_same(first, second) is is_same


HOLES = st.builds(Hole, ANY_TEXT, st.sampled_from(["value", "spread"]))
KEYS = st.one_of(NAMES, NAMES, NAMES, ANY_TEXT, HOLES)


def objects(inner: st.SearchStrategy[JSON]) -> st.SearchStrategy[JSON]:
    pairs = st.lists(st.tuples(KEYS, inner), max_size=4)
    return pairs.map(lambda found: {k: k if isinstance(k, Hole) and k.kind == "spread" else v for k, v in found})


ANY = st.recursive(
    SCALARS | HOLES | ODD_OBJECTS, lambda inner: st.lists(inner, max_size=4) | objects(inner), max_leaves=20
)
SEARCHES = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("filter", "sort", "cursorPaging", "where", "paging", "limit", "query"), ANY)
)


@given(
    ANY | SEARCHES | st.fixed_dictionaries({"search": SEARCHES}),
    st.sampled_from(["request", "search", "sdk", "stores"]),
)
@settings(max_examples=scaled(5_000, 60))
def test_nothing_raises(document: JSON, shape: Shape) -> None:
    schema = STORES if shape == "stores" else SCHEMA
    report = check_with_holes(document, shape, schema)
    json.dumps(report.to_json())
    assert str(report)
    if not contains_hole(document):
        return
    assert report.plan is None
    assert (corrected(report) is document) != any(diagnostic.certain for diagnostic in report.diagnostics)
    for diagnostic in report.diagnostics:
        if diagnostic.certain:
            report.correct(diagnostic)
    report.correct("same-answer")
    plain = oq.check(document, shape, schema=schema)
    assert plain.plan is None or plain.diagnostics, "a hole that a caller passes is a value that no search can have"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(case: JSON) -> None:
    known: dict[str, Hole] = {}
    document = read_holes(case["search"], known)
    shape = case.get("shape", "search")
    report = check_with_holes(document, shape, STORES if shape == "stores" else SCHEMA)
    assert [f"{d.code} {d.pointer}" for d in report.diagnostics] == case["codes"]
    for help_ in case.get("helps", ()):
        assert any(help_ in d.help.split("\n") for d in report.diagnostics), [d.help for d in report.diagnostics]
    found = None if corrected(report) is document else shown_json(corrected(report))
    wanted = case.get("corrected")
    assert found == (None if wanted is None else shown_json(read_holes(wanted, known)))
    assert report.plan is None
    assert {id(hole) for hole in holes_of(corrected(report))} <= {id(hole) for hole in known.values()}


@pytest.mark.parametrize("name", ["foo", "shippingInfo.deliveryOption", "paymentstatus"])
@pytest.mark.parametrize("connective", ["$not", "$and", "$or"])
def test_an_unknown_field_over_a_hole_under_a_connective_is_reported(name: str, connective: str) -> None:
    report = check_with_holes({"search": {"filter": {name: {connective: Hole("given")}}}}, "request", SCHEMA)
    assert [found.code for found in report.diagnostics] == ["unknown-field", "unknown-operator"]
    assert not any(found.certain for found in report.diagnostics)
    # The hole may hold the rest of the name.
    nested = check_with_holes({"search": {"filter": {"buyerInfo": {connective: Hole("given")}}}}, "request", SCHEMA)
    assert [found.code for found in nested.diagnostics] == ["unknown-operator"]
