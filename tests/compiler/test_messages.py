"""Messages and helps of the checker and the reader of JSON, as data."""

from __future__ import annotations

from typing import Any

import pytest

import orderquery as oq

MESSAGES: list[tuple[Any, str, str]] = [
    ({"filter": {"paymentstatus": "PAID"}}, 'unknown field "paymentstatus"', 'did you mean "paymentStatus"?'),
    ({"filter": {"paymentStatus": {"eq": "PAID"}}}, 'unknown operator "eq"', 'did you mean "$eq"?'),
    ({"filter": {"buyerInfo": {"email": "a@b.c"}}}, 'unknown operator "email"', 'write: {"buyerInfo.email": "a@b.c"}'),
    (
        {"filter": {"status": {"$or": ["APPROVED", "PENDING"]}}},
        '"$or" is not allowed under a field',
        'write: {"$or": [{"status": ...}]}',
    ),
    ({"filter": {"status": {"$or": []}}}, '"$or" is not allowed under a field', "write $or beside fields"),
    ({"filter": {"$gt": 1}}, '"$gt" is not allowed beside fields', 'put it under a field: {"field": {"$gt": ...}}'),
    (
        "createdDate > 2024-02-30",
        'createdDate takes a date-time such as "2024-01-31T09:30:00.000Z", not "2024-02-30"',
        'write a date-time such as "2024-01-31T09:30:00.000Z"',
    ),
    ({"filter": {"paymentStatus": "PAYED"}}, '"PAYED" is not a value of paymentStatus', 'did you mean "PAID"?'),
    (
        {"filter": {"paymentStatus": {"$in": ["PAID", "PAYED"]}}},
        '"PAYED" is not a value of paymentStatus',
        'remove "PAYED": the list contains "PAID"',
    ),
    # A word in front makes another value of it, so that the list would lose one.
    (
        {"filter": {"paymentStatus": {"$in": ["PAID", "UNPAID"]}}},
        '"UNPAID" is not a value of paymentStatus',
        'did you mean "NOT_PAID"?',
    ),
    (
        {"filter": {"fulfillmentStatus": {"$in": ["FULFILLED", "UNFULFILLED"]}}},
        '"UNFULFILLED" is not a value of fulfillmentStatus',
        'did you mean "NOT_FULFILLED"?',
    ),
    (
        {"filter": {"status": "UNAPPROVED"}},
        '"UNAPPROVED" is not a value of status',
        "values of status: INITIALIZED, APPROVED, CANCELED, PENDING, REJECTED",
    ),
    (
        {"filter": {"number": {"$gte": "1", "$lt": "9"}}},
        "two operators on number: Wix may refuse this",
        'use $and: {"$and": [{"number": {"$gte": "1"}}, {"number": {"$lt": "9"}}]}',
    ),
    (
        {"filter": {"createdDate": {"$gte": "2024-01-01"}}},
        'createdDate takes a date-time such as "2024-01-31T09:30:00.000Z", not "2024-01-01"',
        'write: "2024-01-01T00:00:00.000Z"',
    ),
    ({"filter": {"paymentStatus": {"$in": "PAID"}}}, '$in takes a list of values, not "PAID"', 'write: ["PAID"]'),
    (
        {"filter": {"priceSummary.total.amount": {"$in": ["5", "10"]}}},
        '"$in" is not supported for priceSummary.total.amount',
        'write: {"$or": [{"priceSummary.total.amount": "5"}, {"priceSummary.total.amount": "10"}]}',
    ),
    (
        "priceSummary.total.amount in (5, 10)",
        '"in" is not supported for priceSummary.total.amount',
        "write: priceSummary.total.amount = 5 or priceSummary.total.amount = 10",
    ),
    ({"paging": {"limit": 5}}, 'unknown key "paging" in search', 'rename "paging" to "cursorPaging"'),
    ({"limit": 5}, 'unknown key "limit" in search', 'write: {"cursorPaging": {"limit": 5}}'),
    ({"offset": 5}, 'unknown key "offset" in search', 'remove "offset" and follow metadata.cursors.next'),
    ({"status": "APPROVED"}, 'unknown key "status" in search', 'move "status" into "filter"'),
    (
        {"sort": {"fieldName": "number"}},
        "sort must be a list of objects, not an object",
        'write: [{"fieldName": "number", "order": "ASC"}]',
    ),
    ({"sort": [{"field": "number"}]}, 'missing key "fieldName" in a sort entry', 'rename "field" to "fieldName"'),
    ({"cursorPaging": {"limit": 1000}}, "limit must be 1 to 100, not 1000", "write 100 and follow the cursors"),
    ({"cursorPaging": {"limit": -5}}, "limit must be 1 to 100, not -5", "write a number from 1 to 100"),
    ({"filter": {"a\nb": 1}}, 'unknown field "a\\u000ab"', 'for the fields run "orderquery fields"'),
]  # fmt: skip


@pytest.mark.parametrize(("source", "message", "help_"), MESSAGES, ids=[row[1] for row in MESSAGES])
def test_message_and_first_line_of_help(source: Any, message: str, help_: str) -> None:
    (diagnostic,) = oq.check(source, "search").diagnostics
    assert (diagnostic.message, diagnostic.help.split("\n")[0]) == (message, help_)


@pytest.mark.parametrize(
    ("value", "order"),
    [(-1, "DESC"), (1, "ASC"), ("-1", "DESC"), ("desc", "DESC"), ("Ascending", "ASC"), ("down", None), (True, None)],
)
def test_direction_becomes_order(value: Any, order: str | None) -> None:
    report = oq.check({"sort": [{"fieldName": "number", "direction": value}]}, "search")
    assert [diagnostic.code for diagnostic in report.diagnostics] == ["ignored-key"]
    wanted = None if order is None else {"sort": [{"fieldName": "number", "order": order}]}
    assert (report.corrected, report.partly_corrected) == (wanted, None)


def test_query_names_fields_as_the_table_does() -> None:
    alias = next(field for field in oq.load_schema().fields if field.aliases)
    query = oq.compile({"filter": {"$not": {alias.aliases[0]: {"$ne": None}}, "status": "APPROVED"}})
    assert {alias.name} < set(str(query.to_json()["filter"]).replace("'", " ").split())
