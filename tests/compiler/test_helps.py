"""Every help that names something to write: applied, it removes its diagnostic and adds none."""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import Any

import pytest
from applied_help import applied
from mistakes import Mistaker, seeded
from test_corrections import CASES, COUNT, PARTS, SEED, mistaken, request_of

import orderquery as oq
from orderquery.diagnostics.codes import CODES

JSON = Any
SCHEMA = oq.load_schema()
EXAMPLES = [
    (code.shape, json.loads(code.wrong))
    for code in CODES.values()
    if code.wrong and code.shape != "text" and code.name not in ("json-syntax", "duplicate-key")
]
TWO_DATES = {"$gt": "2024-01-01T00:00:00Z", "$lt": "2024-01-02T00:00:00Z"}
#: Requests for the helps that the examples, the cases and the random mistakes do not show.
MORE: list[JSON] = [
    {"filter": {"status": {}}},
    *({"sort": [entry]} for entry in ({"number": "up"}, {"number": {"as": "up"}}, "number up", ["number", "up"])),
    {"sort": {"fieldName": ["number"], "order": "DESC"}},
    {"sort": [{"fieldName": "number", "type": "desc"}]},
    {"sort": "number", "order": "desc"},
    {"match": {"status": "APPROVED"}},
    {"aggs": {"status": {"terms": {"field": "status"}}}},
    {"bool": {"must": [{"term": {"status": "APPROVED"}}]}},
    {"request": {"filter": {"status": "APPROVED"}}},
    {"anything": {"filter": {"status": "APPROVED"}}},
    *({"filter": {"status": value}} for value in ("APPROVED,CANCELED", {"$ne": "APPROVED or PENDING"})),
    {"filter": {"status": {"$in": ["APPROVED|CANCELED"]}}},
    *({"filter": {key: [{"status": "APPROVED"}]}} for key in ("all", "any", "none", "must", "should", "||")),
    {"filter": {"status": "APPROVED", "sort": [{"fieldName": "number"}], "limit": 5}},
    {"filter": {"where": {"status": "APPROVED", "paid": True}}},
    {"filter": {"field": "status", "operator": "=", "value": "APPROVED"}},
    {"filter": {"$or": [{"key": "number", "op": "gte", "value": 5}, {"field": "status", "op": ">", "value": "A"}]}},
    {"filter": {"createdDate": {"from": "2024-01-01T00:00:00Z", "to": "2024-02-01T00:00:00Z"}}},
    {"filter": {"priceSummary.total.amount": {"min": 5, "max": 7}}},
    {"filter": {"status": {"$not": {}}}},
    {"filter": {"status": {"$not": []}}},
    {"filter": {"paymentMethods": {"$not": ["a", "b"]}}},
    {"filter": {"number": {"$not": ["1", "2"]}}},
    {"filter": {"status": {"$or": ["APPROVED", "PENDING"]}}},
    {"filter": {"status": {"$nor": ["APPROVED", {"$eq": "PENDING"}]}}},
    *(
        {"filter": {name: {connective: value}}}
        for name in ("createdDate", "createddate")
        for connective, value in [
            ("$not", TWO_DATES),
            ("$not", [TWO_DATES]),
            ("$not", [TWO_DATES, "2024-01-03T00:00:00Z"]),
            ("$and", [TWO_DATES, {"$ne": "2024-01-03T00:00:00Z"}]),
            ("$or", [TWO_DATES, {"$eq": "2024-01-03T00:00:00Z"}]),
            ("$nor", [TWO_DATES]),
        ]
    ),
    {"filter": {"buyerInfo.Email": {"$ne": "a", "startsWith": "b"}}},
    {"filter": {"$gt": 5}},
    {"filter": {"-status": "APPROVED"}},
    {"filter": {"$or": {"status": "APPROVED", "archived": True}}},
    {"filter": {"$nor": {"status": "APPROVED", "archived": True}}},
    {"filter": {"$or": {"createdDate": TWO_DATES}}},
    {"filter": [{"status": "APPROVED"}]},
    {"filter": [{"status": "APPROVED"}, {"archived": True}]},
    {"filter": {"paymentMethods": {"$hasNone": ["a"]}}},
    {"filter": {"buyerInfo.email": {"$notIn": ["a"]}}},
    {"filter": {"buyerInfo.email": "\u201ca@example.com\u201d"}},
    {"filter": {"number": {"$gt": "#10042\u200b"}}},
    {"filter": {"priceSummary.total.amount": {"$gt": "1,000"}}},
    {"filter": {"priceSummary.total.amount": {"$gt": "1.000,50 \u20ac"}}},
    {"cursorPaging": [{"limit": 5}]},
    {"filter": {"$nor": []}},
    {"filter": {"$and": []}},
    {"filter": {"$not": [{"status": "APPROVED"}, {"number": "1"}]}},
    {"filter": {"$or": {"status": "APPROVED"}}},
    {"filter": {"$or": "status"}},
    {"filter": ["status"]},
    {"filter": {"status": {"$isEmpty": True}}},
    {"filter": {"shippingInfo.title": {"$isEmpty": True}}},
    {"filter": {"buyerInfo.email": {"$isEmpty": False}}},
    {"filter": {"buyerInfo.email_notExists": True}},
    {"filter": {"buyerInfo.email_notStartsWith": "a"}},
    {"filter": {"createddate_gte": "2024-01-01T00:00:00.000Z"}},
    {"filter": {"status": {"$exists": True}}},
    {"filter": {"status": {"$exists": False}}},
    {"filter": {"status": {"$hasSome": ["APPROVED"]}}},
    {"filter": {"number": {"$in": "1,2"}}},
    {"filter": {"id": {"$in": "6f759095-0701-4075-9908-c9c31ff013e1,215238eb-22a5-4c36-9e7b-e7c08025e04e"}}},
    {"filter": {"number": {"$in": "5"}}},
    {"filter": {"status": ["APPROVED", "PENDING"]}},
    {"filter": {"archived": {"$exists": "true"}}},
    {"filter": {"archived": {"$exists": "maybe"}}},
    {"filter": {"archived": "true"}},
    {"filter": {"archived": {"$startsWith": True}}},
    {"filter": {"number": {"$gt": None}}},
    {"filter": {"number": {"$gt": "abc"}}},
    {"filter": {"number": 5.5}},
    {"filter": {"id": "1"}},
    {"filter": {"paymentMethods": ["a", None]}},
    {"filter": {"paymentMethods": {"$hasSome": ["a", None]}}},
    {"filter": {"paymentStatus": {"$in": ["PAID", "PAYED"]}}},
    {"filter": {"paymentStatus": {"$in": []}}},
    {"filter": {"priceSummary.total.amount": {"$gt": "$1,000"}}},
    {"filter": {"status": {"$in": ["APPROVED", "INITIALIZED"]}}},
    {"filter": {"createdDate": "2024-01-31"}},
    {"filter": {"createdDate": {"$ne": "2024-01-31"}}},
    {"filter": {"createdDate": {"$gt": "2024-01-31"}}},
    {"filter": {"createdDate": {"$nin": ["2024-01-31"]}}},
    {"filter": {"createdDate": {"$lte": "9999-12-31"}}},
    {"filter": {"createdDate": {"$gte": 1704067200000}}},
    {"filter": {"createdDate": {"$gte": "soon"}}},
    {"filter": {"number>": "5"}},
    {"filter": {"buyerInfo.id": "6f759095-0701-4075-9908-c9c31ff013e1"}},
    {"sort": [{"fieldName": "number", "direction": "down"}]},
    {"sort": [{"fieldName": "number", "order": "down"}]},
    {"sort": [{"fieldName": "-number", "direction": "asc"}]},
    {"sort": [{"fieldName": "number", "nulls": "last"}]},
    {"sort": [{"fieldName": 5}]},
    {"sort": [{"order": "DESC"}]},
    {"sort": [{"Number": "desc"}]},
    {"sort": {"Number": "desc"}},
    {"sort": [["Number", "desc"]]},
    {"sort": "Number desc"},
    {"sort": [{"fieldName": "total"}]},
    {"sort": [{"fieldName": "purchasedDate"}]},
    {"sort": [{"fieldName": "created_at"}]},
    *({"filter": {name: "x"}} for name in ("customer", "product_id", "sku", "shipped", "product_name")),
    {"search": "[object Object]"},
    {"filter": "[object Object]"},
    {"filter": {"buyerInfo.email": "undefined", "createdDate": {"$gte": "Invalid Date"}}},
    {"cursorPaging": {"cursor": "null"}},
    {"sort": [5]},
    {"sort": 5},
    {"cursorPaging": 5},
    {"cursorPaging": {"limit": "10"}},
    {"cursorPaging": {"limit": "ten"}},
    {"cursorPaging": {"limit": 0}},
    {"cursorPaging": {"pageSize": 5}},
    {"cursorPaging": {"limit": 5, "offset": 5}},
    {"paging": {"limit": 5}, "cursorPaging": {"limit": 6}},
    {"limit": 5, "page": 2},
    {"status": "APPROVED", "filters": {"number": "1"}},
    {"query": {"filter": {"status": "APPROVED"}}},
]


def example(name: str) -> JSON:
    """Return a value of a field, for a help that shows where one goes."""
    row = SCHEMA.find(name)
    assert row is not None
    return (
        row.values[-1] if row.values else {"boolean": True, "instant": "2024-01-01T00:00:00Z"}.get(row.type.name, "5")
    )


def said(request: JSON, shape: str = "request") -> Counter[tuple[str, str]]:
    return Counter((d.code, d.message) for d in oq.check(request, shape).diagnostics)


def faults(request: JSON, shape: str = "request") -> list[tuple[str, str, JSON, JSON]]:
    """Return the helps of a request that do not remove their diagnostic, or add another."""
    found = []
    before = said(request, shape)
    codes = Counter(code for code, _ in before.elements())
    for diagnostic in oq.check(copy.deepcopy(request), shape).diagnostics:
        for changed in applied(request, diagnostic, example):
            after = said(changed, shape)
            if diagnostic.help == "use $and":
                # Each operator gets a condition of its own, so an unknown name is written once more for each.
                after -= Counter({key: max(0, after[key] - 1) for key in before if key[0] == "unknown-field"})
            mine = (diagnostic.code, diagnostic.message)
            # The message of another diagnostic may quote what was changed.
            is_added = Counter(code for code, _ in after.elements()) - codes
            if is_added or after[mine] >= before[mine]:
                found.append((diagnostic.message, diagnostic.help, changed, sorted(after - before)))
    return found


@pytest.mark.parametrize(("shape", "request_"), EXAMPLES, ids=lambda value: str(value)[:60])
def test_the_help_of_an_example_of_a_code(shape: str, request_: JSON) -> None:
    assert not faults(request_, shape)


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(request_of(case))[:60])
def test_the_help_of_a_case(case: JSON) -> None:
    assert not faults(request_of(case))


@pytest.mark.parametrize("search", MORE, ids=lambda search: json.dumps(search)[:60])
def test_the_help_of_a_request(search: JSON) -> None:
    assert not faults({"search": search})


def one_mistake(index: int) -> tuple[Mistaker, JSON]:
    """Return a request with one mistake, every other time one whose correction is a guess."""
    if index % 2 == 0:
        mistaker, _, request, _ = mistaken(index, most=1)
        return mistaker, request
    mistaker = seeded(f"{SEED}/help/{index}")
    search = mistaker.search()
    mistaker.uncertain(search)
    return mistaker, {"search": search}


@pytest.mark.parametrize("part", range(PARTS))
def test_the_help_of_a_random_mistake(part: int) -> None:
    for index in range(part, COUNT, PARTS):
        _, request = one_mistake(index)
        found = faults(request)
        assert not found, json.dumps(found[:1], default=str)
