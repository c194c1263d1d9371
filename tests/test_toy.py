"""An operator and a table of another kind, added at run time: one row each, in every form and backend."""

from __future__ import annotations

from pathlib import Path

import pytest

import orderquery as oq
from orderquery.language.conditions import all_of, compares, negate, prefix
from orderquery.language.operators import OPERATORS, Operator, Spelling, Takes
from orderquery.language.schema import parse_schema
from orderquery.language.types import fold

TICKETS = """
name = "tickets"
version = 3
key = "ref"
revision = "changed"
sdk_names = { ref = "_ref" }
hidden = { field = "state", values = ["SPAM"] }
[search]
sort = [{ field = "opened", order = "DESC" }]
limit = 5
max_limit = 20
max_sorts = 2
[[fields]]
name = "ref"
type = "guid"
operators = ["$eq", "$in"]
sortable = true
[[fields]]
name = "state"
type = "enum"
values = ["OPEN", "DONE", "SPAM"]
operators = ["$eq", "$ne"]
sortable = true
[[fields]]
name = "opened"
type = "instant"
operators = ["$gte", "$between"]
sortable = true
[[fields]]
name = "changed"
type = "instant"
operators = ["$gte"]
[[fields]]
name = "cost.net"
type = "amount"
operators = ["$between", "$eq"]
sortable = true
[[fields]]
name = "votes.weight"
type = "amount"
many = true
operators = ["$gt", "$between", "$hasAll"]
[[fields]]
name = "order"
type = "text"
operators = ["$eq", "$startsWith"]
"""

BETWEEN = Operator(
    "$between", (Spelling("spans"),), Takes.VALUES, "present and from the first value to the last",
    lambda field, bounds: all_of([compares(field, ">=", bounds[0]), compares(field, "<=", bounds[-1])]),
)  # fmt: skip

RECORDS = [
    {"ref": "a", "state": "OPEN", "opened": "2024-01-01T00:00:00Z", "cost": {"net": "5"}, "votes": [{"weight": 1}]},
    {"ref": "b", "state": "DONE", "opened": "2024-01-02T00:00:00Z", "cost": {"net": "10.0"}, "order": "Ä1"},
    {"_ref": "c", "state": "SPAM", "opened": "2024-01-03T00:00:00Z", "cost": {"net": 7}},
    {"ref": "d", "opened": "2024-01-04T00:00:00Z", "votes": [{"weight": "2.5"}, {"weight": 9}], "order": "ä2"},
    {"ref": "e", "cost": {"net": "-3"}, "votes": [{"weight": 20}]},
]


@pytest.fixture
def tickets(monkeypatch: pytest.MonkeyPatch) -> oq.Schema:
    monkeypatch.setitem(OPERATORS, BETWEEN.name, BETWEEN)
    return parse_schema(TICKETS)


CASES = [
    ({}, "everything", ["d", "b", "a", "e"]),
    ({"cost.net": {"$between": ["5.00", 10]}}, "cost.net spans (5, 10)", ["b", "a"]),
    ({"$not": {"cost.net": {"$between": ["5.00", 10]}}}, "not cost.net spans (5, 10)", ["d", "e"]),
    ({"opened": {"$gte": "2024-01-02T00:00:00Z"}}, "opened >= 2024-01-02", ["d", "b"]),
    ({"votes.weight": {"$gt": 2}}, "votes.weight > 2", ["d", "e"]),
    ({"$not": {"votes.weight": {"$gt": 2}}}, "not votes.weight > 2", ["b", "a"]),
    ({"votes.weight": {"$between": [2, 3]}}, "votes.weight spans (2, 3)", ["d"]),
    ({"votes.weight": {"$hasAll": [9, "2.50"]}}, "votes.weight has all (9, 2.5)", ["d"]),
    ({"order": {"$startsWith": "ä"}}, '`order` starts with "Ä"', ["d", "b"]),
    ({"state": {"$ne": "DONE"}}, "state != DONE", ["d", "a", "e"]),
]


@pytest.mark.parametrize(("condition", "text", "found"), CASES)
def test_every_form_and_backend_supports_them(
    tickets: oq.Schema, condition: dict[str, object], text: str, found: list[str]
) -> None:
    plan = oq.compile({"filter": condition}, schema=tickets)
    spoken = oq.compile(text, schema=tickets)
    assert oq.compile(plan.to_text(), schema=tickets).tree == plan.tree
    assert oq.compile(plan.to_json(), schema=tickets).tree == plan.tree
    # PostgreSQL runs these cases in test_postgres.py, Spark and ClickHouse in test_engines_corpus.py.
    for location in (":memory:", "duckdb:///:memory:"):
        with oq.open_store(location, schema=tickets) as store:
            store.load(RECORDS)
            for searched in (plan, spoken):
                assert list(searched.search(RECORDS).ids) == found
                assert list(store.search(searched).ids) == found
    for dialect in ("sqlite", "postgres", "duckdb"):
        assert plan.sql(dialect).text.startswith("SELECT")


def test_the_checker_supports_them(tickets: oq.Schema) -> None:
    report = oq.check({"search": {"filter": {"cost.net": {"$betwen": [1, 2]}}}}, schema=tickets)
    (diagnostic,) = report.diagnostics
    assert diagnostic.help.startswith('did you mean "$between"?')
    assert oq.check({"search": {"filter": {"cost.net": {"$between": 1}}}}, schema=tickets).diagnostics[0].code == (
        "operand-shape"
    )
    assert [d.code for d in oq.check({"search": {"cursorPaging": {"limit": 21}}}, schema=tickets).diagnostics] == [
        "limit-out-of-range"
    ]
    assert oq.check({"filter": {"_ref": "a"}}, "sdk", schema=tickets).ok


def test_the_opposite_of_an_operator_is_written_with_it(tickets: oq.Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator that becomes part of the language keeps its certain correction on the fields that lack it."""
    spelling = (Spelling("does not start with"),)
    row = Operator("$notStartsWith", spelling, Takes.TEXT, "", lambda *given: negate(prefix(given[0], fold(given[1]))))
    monkeypatch.setitem(OPERATORS, row.name, row)
    report = oq.check({"search": {"filter": {"order": {"$notStartsWith": "ä"}}}}, schema=tickets)
    assert report.corrected == {"search": {"filter": {"$not": {"order": {"$startsWith": "ä"}}}}}
    report = oq.check("buyerInfo.email does not start with ä or number = 1")
    assert report.corrected == '(not buyerInfo.email starts with "ä") or number = 1'
    report = oq.check({"search": {"filter": {"state": {"$notStartsWith": "D"}}}}, schema=tickets)
    assert report.corrected is None


def test_cursors_walk_every_sort_both_ways(tickets: oq.Schema) -> None:
    with oq.open_store(":memory:", schema=tickets) as store:
        store.load(RECORDS)
        for field in ("ref", "state", "opened", "cost.net"):
            for order in ("ASC", "DESC"):
                search = {"sort": [{"fieldName": field, "order": order}], "cursorPaging": {"limit": 1}}
                pages = [store.search(search)]
                while pages[-1].next:
                    pages.append(store.search({"cursorPaging": {"cursor": pages[-1].next}}))
                whole = oq.compile({**search, "cursorPaging": {"limit": 20}}, schema=tickets).search(RECORDS).ids
                assert [page.ids[0] for page in pages] == list(whole)
                back = pages[-1]
                for page in pages[-2::-1]:
                    back = store.search({"cursorPaging": {"cursor": back.prev}})
                    assert back.ids == page.ids
                assert back.prev is None


def test_a_table_is_loaded_by_file(tickets: oq.Schema, tmp_path: Path) -> None:
    path = tmp_path / "tickets.toml"
    path.write_text(TICKETS, "utf-8")
    assert oq.load_schema(path).fingerprint == tickets.fingerprint
    assert oq.check({"search": {"filter": {"state": "OPEN"}}}, schema=str(path)).ok


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ('type = "guid"', "type must be one of"),
        ('operators = ["$eq", "$in"]', 'unknown operator "$like"'),
        ('name = "cost.net"', "duplicate field"),
        ('key = "ref"', 'unknown field "nope"'),
    ],
)
def test_error_of_an_invalid_table_names_the_row(tickets: oq.Schema, broken: str, message: str) -> None:
    instead = {
        'type = "guid"': 'type = "uuid"',
        'operators = ["$eq", "$in"]': 'operators = ["$like"]',
        'name = "cost.net"': 'name = "state"',
        'key = "ref"': 'key = "nope"',
    }[broken]
    with pytest.raises(oq.SchemaError, match=r"tickets\.toml: ") as error:
        parse_schema(TICKETS.replace(broken, instead), "tickets.toml")
    assert message in str(error.value)


@pytest.mark.parametrize("text", ["", "name = 5", "]", 'name = "x"', 'name = "x"\n[[fields]]\nname = "a"'])
def test_any_other_file_is_a_schema_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "table.toml"
    path.write_text(text)
    with pytest.raises(oq.SchemaError):
        oq.load_schema(path)
    with pytest.raises(oq.SchemaError, match="ecom-orders"):
        oq.load_schema("no-such-table")
