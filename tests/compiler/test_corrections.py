"""Corrections: every certain fix is made, nothing else is, and no condition is lost.

``ORDERQUERY_CORRECTIONS`` says how many wrong requests are corrected (300; ``make prove`` corrects 10,000),
``ORDERQUERY_SEED`` which.
"""

from __future__ import annotations

import copy
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from mistakes import Mistaker, seeded
from project import TESTS
from strategies import batch

import orderquery as oq
from orderquery.compiler.query import same_condition
from orderquery.syntax.ast import Comparison, Filter, Not, Unreadable
from orderquery.syntax.json_reader import Reader

JSON = Any
CASES = json.loads((TESTS / "compiler" / "corrections.json").read_text("utf-8"))["cases"]
COUNT = int(os.environ.get("ORDERQUERY_CORRECTIONS", "300"))
SEED = os.environ.get("ORDERQUERY_SEED", "20261128")
PARTS, ORDERS = 10, 25
_WITHOUT_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")
SCHEMA = oq.load_schema()


def request_of(case: JSON) -> JSON:
    return case.get("request") or {"search": {key: case[key] for key in ("filter", "sort") if key in case}}


def wanted_of(case: JSON) -> JSON:
    if case["corrected"] is None or "request" in case:
        return case["corrected"]
    return {"search": {"filter" if "filter" in case else "sort": case["corrected"]}}


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(request_of(case))[:70])
def test_the_correction_means_what_was_written(case: JSON) -> None:
    report = oq.check(request_of(case), "request")
    wanted = wanted_of(case)
    assert (report.corrected is None) == (wanted is None)
    if "codes" in case:
        assert [diagnostic.code for diagnostic in report.diagnostics] == case["codes"]
    if wanted is not None:
        corrected, meant = (oq.compile(request, shape="request") for request in (report.corrected, wanted))
        assert same_condition(corrected.condition, meant.condition)
        assert corrected.sort == meant.sort
        assert oq.check(report.corrected, "request").ok


def answer(plan: oq.Plan, orders: list[JSON], transactions: list[JSON]) -> list[str]:
    records = {record["orderId"]: record for record in transactions}
    keys = [order.get("id", order.get("_id")) for order in plan.filter(orders, transactions)]
    by_key = {order.get("id", order.get("_id")): order for order in orders}
    return sorted(dict.fromkeys(keys), key=lambda key: plan.sort_key(by_key[key], records.get(key)))


def _value(operator: str, operand: JSON) -> str:
    if operator == "$exists":
        operand = "present" if operand else None
    if operator == "$ne" and operand is None:
        operand = "present"
    if isinstance(operand, str) and _WITHOUT_OFFSET.fullmatch(operand):
        operand += "Z"
    is_number = isinstance(operand, int | float | Decimal) and not isinstance(operand, bool)
    return str(Decimal(str(operand)).normalize()) if is_number else repr(operand)


def values(tree: Filter) -> Iterator[tuple[str, str]]:
    """Yield every value that a filter compares, with its field."""
    if isinstance(tree, Unreadable):
        yield "", json.dumps(tree.written, default=str)
    elif isinstance(tree, Comparison):
        row = SCHEMA.find(tree.field)
        listed = tree.operand if isinstance(tree.operand, tuple) and tree.operand else (tree.operand,)
        for item in listed:
            yield tree.field if row is None else row.name, _value(tree.operator, item)
    else:
        for child in (tree.child,) if isinstance(tree, Not) else tree.children:
            yield from values(child)


def compared(request: JSON) -> Counter[str]:
    """Count the different values that a request compares each field with."""
    return Counter(field for field, _ in set(values(Reader(request, "request", SCHEMA).search.filter)))


def fault(mistaker: Mistaker, meant: JSON, request: JSON) -> str | None:
    """Return what is wrong with the correction of a request, if anything."""
    report = oq.check(request, "request")
    if report.corrected is None:
        return f"no correction; left: {[d.code for d in report.remaining]}"
    again = oq.check(report.corrected, "request")
    if not again.ok or again.corrected is not None or again.partly_corrected is not None:
        return f"the correction is not final: {[d.code for d in again.diagnostics]}"
    if compared(report.corrected) != compared({"search": meant}):
        return "a condition disappeared"
    plan, corrected = oq.compile(meant, shape="search"), again.plan
    assert corrected is not None
    if (plan.sort, plan.limit, plan.cursor) != (corrected.sort, corrected.limit, corrected.cursor):
        return "another order, limit or cursor"
    if same_condition(plan.condition, corrected.condition):
        return None
    orders, transactions = batch(mistaker.maker, ORDERS)
    return None if answer(plan, orders, transactions) == answer(corrected, orders, transactions) else "another meaning"


def mistaken(index: int, most: int = 4) -> tuple[Mistaker, JSON, JSON, list[str]]:
    """Return a search with at least one mistake: not every one fits into every search."""
    for attempt in count():
        mistaker = seeded(f"{SEED}/{index}" + f"/{attempt}" * bool(attempt))
        meant, request, made = mistaker.wrong(mistaker.search(), mistaker.random.randint(1, most))
        if made:
            return mistaker, meant, request, made
    raise AssertionError


@pytest.mark.parametrize("part", range(PARTS))
def test_certain_mistakes_are_corrected_whole(part: int) -> None:
    kinds: Counter[str] = Counter()
    faults = []
    corrected = 0
    for index in range(part, COUNT, PARTS):
        mistaker, meant, request, made = mistaken(index)
        kinds.update(made)
        corrected += 1
        found = fault(mistaker, meant, request)
        if found:
            faults.append((found, made, meant, request))
    print(f"seed {SEED}: {corrected} wrong requests, {corrected - len(faults)} corrected; mistakes: {dict(kinds)}")
    assert not faults, json.dumps(faults[:3], default=str)


CERTAIN = Mistaker.names_of("field_", "operator_", "connective_")
PLACES: dict[str, Callable[[JSON], JSON]] = {
    "alone": lambda filter_: filter_,
    "in $and": lambda filter_: {"$and": [{"status": "APPROVED"}, filter_]},
    "in $or": lambda filter_: {"$or": [filter_, {"$and": []}]},
    "under $not": lambda filter_: {"$not": filter_},
    "under $not in a list": lambda filter_: {"$not": [filter_]},
    "under two $not": lambda filter_: {"$not": {"$not": filter_}},
    "deep": lambda filter_: {"$or": [{"$not": {"$and": [{"$or": [filter_]}, {"number": "1"}]}}]},
    "beside connectives": lambda filter_: {
        "$and": [filter_, {"$or": [filter_, {"archived": False}], "$not": {"number": "1"}}]
    },
}
AROUND = [None, *Mistaker.names_of("part_")]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", CERTAIN)
def test_every_certain_mistake_in_every_place(name: str, place: str) -> None:
    # In the short form each place has every fifth part around it, another for each mistake.
    step = 1 if COUNT > 300 else 5
    offset = CERTAIN.index(name) + list(PLACES).index(place)
    for index, around in list(enumerate(AROUND))[offset % step :: step]:
        for attempt in count():
            mistaker = seeded(f"{SEED}/{name}/{place}/{index}/{attempt}")
            search = mistaker.search()
            wrong = copy.deepcopy(search)
            if attempt < 1000 and not getattr(mistaker, name)(wrong):
                continue
            meant, request = ({**part, "filter": PLACES[place](part["filter"])} for part in (search, wrong))
            request = {"search": request}
            if around is not None:
                changed = getattr(mistaker, around)(copy.deepcopy(request))
                request = request if changed is None else changed
            assert attempt < 1000, f"{name} is never made"
            found = fault(mistaker, meant, request)
            assert not found, (found, json.dumps([meant, request], default=str))
            break


def innermost(value: JSON) -> JSON:
    return innermost(next(iter(value.values()))) if isinstance(value, dict) else value


@pytest.mark.parametrize("part", range(PARTS))
def test_a_guess_is_left_and_loses_nothing(part: int) -> None:
    for index in range(part, COUNT // 2, PARTS):
        mistaker = seeded(f"{SEED}/guess/{index}")
        search = mistaker.search()
        name = mistaker.uncertain(search)
        if name is None:
            continue
        operand = innermost(search["filter"][name])
        meant, request, _ = mistaker.wrong(search, mistaker.random.randint(0, 3))
        report = oq.check(request, "request")
        assert report.corrected is None, (request, report.corrected)
        left = [diagnostic for diagnostic in report.remaining if diagnostic.severity == "error"]
        assert left
        assert not any(diagnostic.certain for diagnostic in report.remaining), request
        if report.partly_corrected is None:
            assert report.remaining == report.diagnostics
            continue
        assert json.dumps(operand) in json.dumps(report.partly_corrected, default=str), request
        again = oq.check(report.partly_corrected, "request")
        assert again.diagnostics == report.remaining
        assert again.partly_corrected is None
        assert compared(report.partly_corrected) == compared({"search": meant}), request
