"""Queries of the older Stores API: recognised, checked in place, and corrected in their own form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from hypothesis import given
from hypothesis import strategies as st

import orderquery as oq

JSON = Any
FILTER = {"paymentStatus": {"$hasSome": ["PAID", "NOT_PAID"]}, "dateCreated": {"$gte": "2023-01-01T00:00:00.000Z"}}
MILLISECONDS = {**FILTER, "dateCreated": {"$gte": 1672531200000}}
SORT = [{"number": "desc"}]
TEXT, SORT_TEXT = json.dumps(FILTER), json.dumps(SORT)


@pytest.mark.parametrize(
    "query",
    [
        {"filter": TEXT, "sort": SORT_TEXT},
        {"filter": FILTER, "sort": SORT},
        {"filter": TEXT, "sort": SORT[0]},
        {"filter": FILTER, "sort": json.dumps(SORT[0])},
        {"filter": MILLISECONDS, "sort": {"number": "DESC"}},
        {"filter": json.dumps({**FILTER, "dateCreated": {"$gte": 1672531200000.0}}), "sort": [{"number": -1}]},
        {"filter": TEXT, "sort": [{"fieldName": "number", "order": "DESC"}]},
        {"filter": {"$and": [{"paymentStatus": {"$in": ["PAID", "NOT_PAID"]}}, {"dateCreated": FILTER["dateCreated"]}]},
         "sort": SORT, "paging": {}},
        {"filter": TEXT, "sort": "", "paging": None},
    ],
)  # fmt: skip
def test_every_form_is_the_same_query(query: JSON) -> None:
    wanted = oq.compile("paymentStatus in (PAID, NOT_PAID) and dateCreated >= 2023-01-01", schema="stores-v2")
    for source in ({"query": query}, query, json.dumps({"query": query}), json.dumps(query).encode()):
        report = oq.check(source, "stores")
        assert not report.diagnostics, source
        assert report.plan is not None
        assert (report.plan.condition, report.plan.sort) == (wanted.condition, wanted.sort)
        assert oq.compile(source, schema="stores-v2").condition == wanted.condition


def test_the_offset_and_the_limit_are_part_of_the_query() -> None:
    plan = oq.compile({"query": {"paging": {"limit": 20, "offset": 40}}}, schema="stores-v2")
    assert (plan.limit, plan.offset) == (20, 40)


@pytest.mark.parametrize(
    ("source", "marked"),
    [
        (r'{"query": {"filter": "{\"paymentStatus\": \"PAYED\"}"}}', r"\"PAYED\""),
        (r'{"query": {"filter": "{\"number\":\n {\"$hasSome\": [1, [2]]}}"}}', "[2]"),
        ('{"query": {"filter": "{\\"paymentStatus\\": {\\"$hasSome\\": \\"PAID\\"}}"}}', r"\"PAID\""),
        (r'{"query": {"filter": "{\"lineItems.name\": {\"$startsWith\": \"\u00c4\"}}"}}', r"\"$startsWith\""),
        (r'{"query": {"sort": "[{\"number\": \"desc\"}, {\"archived\": \"up\"}]"}}', r"\"archived\""),
        ("{query: {filter: '{\"number\": true}'}}", "true"),
        (r"{query: {filter: '{\x22number\x22: true}', sort: '[]'}}", "true"),
        (r'{"query": {"filter": "{\"number\": 1, \"number\": 2}"}}', r"\"number\""),
        (r'{"query": {"filter": "{\"number\": 1,}"}}', ","),
        (r'{"query": {"filter": "{\"number\": }"}}', "}"),
        ("curl https://a.example/stores/v2/orders/query -d '{\"query\": {\"filter\": \"{\\\"number\\\": true}\"}}'", "true"),
    ],
)  # fmt: skip
def test_a_mistake_inside_of_a_text_is_at_its_place(source: str, marked: str) -> None:
    report = oq.check(source, "stores")
    assert marked in [source[slice(*diagnostic.span)] for diagnostic in report.diagnostics if diagnostic.span]
    assert all(diagnostic.line == 1 for diagnostic in report.diagnostics)


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ({"filter": '{"paymentstatus": "PAID"}'}, {"filter": '{"paymentStatus":"PAID"}'}),
        ({"filter": {"paymentStatus": {"hasSome": ["PAID"]}}}, {"filter": {"paymentStatus": {"$hasSome": ["PAID"]}}}),
        ({"filter": {"paymentStatus": {"$hasSome": "PAID"}}}, {"filter": {"paymentStatus": {"$hasSome": ["PAID"]}}}),
        ({"filter": {"archived": "false"}, "sort": SORT_TEXT}, {"filter": {"archived": False}, "sort": SORT_TEXT}),
        ({"sort": '{"datecreated": "desc"}'}, {"sort": '[{"dateCreated":"desc"}]'}),
        ({"sort": {"datecreated": "desc"}}, {"sort": {"dateCreated": "desc"}}),
        ({"paging": {"limit": "50", "offset": 5}}, {"paging": {"limit": 50, "offset": 5}}),
        (
            {"filter": {"$or": [{"_id": "6f759095-0701-4075-9908-c9c31ff013e1"}, {"number": 5}]}},
            {"filter": {"$or": [{"id": "6f759095-0701-4075-9908-c9c31ff013e1"}, {"number": 5}]}},
        ),
        ({"filter": {"dateCreated": {"$gte": "2023-01-01"}}}, {"filter": {"dateCreated": {"$gte": "2023-01-01T00:00:00.000Z"}}}),
    ],
)  # fmt: skip
def test_a_correction_keeps_the_form(query: JSON, corrected: JSON) -> None:
    for wrapped in (False, True):
        document, wanted = ({"query": query}, {"query": corrected}) if wrapped else (query, corrected)
        report = oq.check(document, "stores")
        assert report.diagnostics
        assert report.corrected == wanted
        assert oq.check(wanted, "stores").ok
        assert not report.remaining


@pytest.mark.parametrize(
    "query",
    [
        {"filter": {"billingInfo.address.fullName": {"$contains": "Ann"}, "paymentstatus": "PAID"}},
        {"filter": "{paymentstatus: 'PAID'}"},
        {"sort": ["number"], "filter": {"paymentstatus": "PAID"}},
        {"filter": '{"paymentstatus": "PAID", "paymentstatus": "PAID"}'},
        {"filter": {"paymentstatus": "PAID"}, "paging": [5]},
    ],
)
def test_a_part_that_is_not_read_is_never_lost(query: JSON) -> None:
    report = oq.check({"query": query}, "stores")
    assert report.errors
    assert report.plan is None
    assert report.corrected is None
    assert report.partly_corrected is None


def test_the_fixed_file_keeps_everything_else(tmp_path: Path) -> None:
    path = tmp_path / "old.js"
    path.write_text(
        "const body = JSON.stringify({\n  query: { // newest first\n"
        '    filter: \'{"paymentstatus": "PAID"}\', sort: \'[{"number": "desc"}]\',\n  },\n});\n'
    )
    found = run("check", path, "--diff")
    assert found.exit_code == 0, found.stderr
    changed = [line for line in found.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert changed == [
        '-    filter: \'{"paymentstatus": "PAID"}\', sort: \'[{"number": "desc"}]\',',
        '+    filter: "{\\"paymentStatus\\":\\"PAID\\"}", sort: \'[{"number": "desc"}]\',',
    ]


@pytest.mark.parametrize(
    "source",
    [
        "JSON.stringify({query: {filter: JSON.stringify({paymentStatus: 'PAID'}), sort: JSON.stringify([{number: 'asc'}])}})",
        "body = {'query': {'filter': json.dumps({'paymentStatus': 'PAID', 'archived': False}), 'paging': {'limit': 5}}}",
        'const query = {query: {filter: \'{"paymentStatus": "PAID"}\'}};',
    ],
)
def test_pasted_code(source: str) -> None:
    report = oq.check(source)
    assert [diagnostic.code for diagnostic in report.diagnostics] == ["stores-query"]
    assert report.plan is not None
    assert "paymentStatus" in report.plan.to_text()


@pytest.mark.parametrize(
    "query",
    [
        {"search": {"filter": "{}"}, "query": {"filter": '{"dateCreated": "x"}'}},
        {"query": {"filter": {"status": "APPROVED"}, "sort": [{"fieldName": "createdDate"}], "paging": {"limit": 10}}},
        {"query": {}},
        {"query": "paymentStatus"},
        {"filter": '{"paymentStatus": "PAID"}'},
    ],
)
def test_a_request_of_ecommerce_stays_one(query: JSON) -> None:
    assert "stores-query" not in [diagnostic.code for diagnostic in oq.check(query).diagnostics]


def test_only_a_check_without_table_and_shape_looks_for_an_old_query() -> None:
    old = {"query": {"filter": TEXT}}
    assert oq.check(old).plan is not None
    for report in (oq.check(old, "request"), oq.check(old, schema="ecom-orders")):
        assert "ignored-key" in [diagnostic.code for diagnostic in report.diagnostics]
    with pytest.raises(oq.QueryError, match='unknown key "query"'):
        oq.compile(old)


def test_the_shape_belongs_to_its_table() -> None:
    with pytest.raises(oq.UsageError, match='the shape "stores" belongs to the table stores-v2, not to pricing-plans'):
        oq.check({}, "stores", schema="pricing-plans")
    assert oq.check({"search": {"filter": {"numericId": {"$gt": 1}}}}, schema="stores-v2").ok
    assert oq.check({"filter": {"number": 1}, "cursorPaging": {"limit": 5}}, schema="stores-v2").ok


def test_a_python_object_that_contains_itself() -> None:
    loop: JSON = {"dateCreated": {"$gt": 1}}
    loop["$and"] = [loop, loop]
    loop["$or"] = [loop, loop]
    assert not oq.check({"query": {"filter": loop}}).ok
    assert oq.translate({"query": {"filter": loop}}).request is None


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
    | st.sampled_from([TEXT, SORT_TEXT, "desc", "{", '{"number": 1}', 1672531200000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["query", "filter", "sort", "paging", "limit", "offset", "number", "dateCreated", "$or", "$not",
                         "$hasSome", "$contains", "billingInfo.address.fullName", "lineItems.name", "fieldName", "x"]),
        inner, max_size=3,
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON_VALUES)
def test_no_request_raises_and_a_correction_is_final(document: JSON) -> None:
    for source in (document, {"query": document}):
        report = oq.check(source, "stores")
        oq.check(source)
        assert report.to_json()
        if report.corrected is not None:
            again = oq.check(report.corrected, "stores")
            assert again.ok
            assert again.corrected is None
        found = oq.translate(source)
        assert (found.request is None) or oq.check(found.request).ok
