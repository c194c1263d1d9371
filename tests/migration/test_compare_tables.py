"""Two tables side by side, and what becomes of searches over the first in the second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import run

import orderquery as oq
from orderquery.language.grammar_files import grammar_text, table_names
from orderquery.migration.compare import may_match

JSON = Any


def outcomes(*queries: JSON, first: str = "ecom-orders", second: str = "ecom-orders-sdk") -> list[JSON]:
    found = oq.compare_tables(first, second, queries=queries)
    return [(query.outcome, [d.code for d in query.diagnostics], list(query.changes)) for query in found.queries]


def test_a_table_equals_itself() -> None:
    for name in table_names():
        assert oq.compare_tables(name, name).differences == ()


def test_fields_operators_sorting_and_hidden_values() -> None:
    found = {
        (d.aspect, d.field): (d.first, d.second)
        for d in oq.compare_tables("ecom-orders", "ecom-orders-sdk").differences
    }
    assert found["field", "paymentMethods"][1] == ()
    assert found["field", "purchasedDate"][0] == ()
    assert found["operators", "archived"] == (("$startsWith",), ("$nin",))
    assert found["sortable", "shippingInfo.title"] == (("no",), ("yes",))
    assert found["hidden", ""] == ((), ("status PENDING unless asked for", "status REJECTED unless asked for"))
    assert found["name", "deliveryTimeSlotFromDate"][0] == ("deliveryTimeSlotFromDate",)
    assert ("operators", "id") not in found
    assert ("default sort", "") not in found


def test_default_sort_limits_and_values() -> None:
    found = {
        (d.aspect, d.field): (d.first, d.second) for d in oq.compare_tables("stores-v2", "ecom-orders").differences
    }
    assert found["default sort", ""] == (("number desc",), ("createdDate desc",))
    assert found["limits", ""] == (("1 sort entries",), ("4 sort entries",))
    assert found["values", "fulfillmentStatus"] == (("CANCELED",), ())
    assert found["hidden", ""] == (("paymentStatus PENDING",), ("status INITIALIZED",))


@pytest.mark.parametrize(
    ("query", "outcome", "codes", "change"),
    [
        ("status = APPROVED and number > 5", "same", [], ""),
        ("not status in (PENDING, REJECTED)", "same", [], ""),
        ("status in (APPROVED, PENDING, REJECTED)", "same", [], ""),
        ("paymentStatus = PAID", "changes", [], "ecom-orders-sdk hides orders with status PENDING, status REJECTED"),
        ("status = PENDING or archived = true", "changes", [], "ecom-orders-sdk hides orders with status REJECTED"),
        ("not status = APPROVED", "changes", [], "ecom-orders-sdk hides orders with status PENDING, status REJECTED"),
        ("paymentMethods has any (Stripe)", "breaks", ["unknown-field"], ""),
        ("status = APPROVED order by billingInfo.contactDetails.fullName", "breaks", ["unknown-field"], ""),
        ("status = APPROVED and archived in (true)", "same", [], ""),
        ("status = APPROVED and seenByAHuman starts with t", "breaks", ["operator-not-allowed"], ""),
        ("status = APPROVED and lineItems.productName.original = Mug", "breaks", ["operator-not-allowed"], ""),
        ("statuss = APPROVED", "wrong", ["unknown-field"], ""),
        ("status = APPROVED and subscriptionInfo.id = 6f759095-0701-4075-9908-c9c31ff013e1", "breaks", ["unknown-field"], ""),
        (
            {"search": {"filter": {"status": "APPROVED", "lineItems.subscriptionInfo.id": {"$ne": "6f759095-0701-4075-9908-c9c31ff013e1"}}}}, "changes", [],
            "subscriptionInfo.id reads lineItems.subscriptionInfo.id instead of subscriptionInfo.id, else "
            "lineItems.subscriptionInfo.id",
        ),
    ],
)  # fmt: skip
def test_a_search_breaks_or_changes(query: JSON, outcome: str, codes: list[str], change: str) -> None:
    assert outcomes(query) == [(outcome, codes, [change] if change else [])]


def test_the_default_sort_changes_a_search_without_one(tmp_path: Path) -> None:
    text = grammar_text("ecom-orders.toml").replace('field = "createdDate", order', 'field = "updatedDate", order')
    path = tmp_path / "new.toml"
    path.write_text(text.replace("limit = 100", "limit = 50", 1))
    assert outcomes("status = APPROVED", "status = APPROVED order by number limit 5", second=str(path)) == [
        (
            "changes",
            [],
            ["sorted by updatedDate desc instead of createdDate desc", "pages of 50 orders instead of 100"],
        ),
        ("same", [], []),
    ]


def test_an_old_query_in_the_new_table() -> None:
    old = {"query": {"filter": {"paymentStatus": "PAID"}, "sort": {"number": "desc"}}}
    older = {"query": {"filter": {"dateCreated": {"$gt": 5}}}}
    oldest = {"query": {"filter": {"lineItems.name": "Mug"}}}
    found = outcomes(old, older, oldest, first="stores-v2", second="ecom-orders")
    assert [outcome for outcome, _, _ in found] == ["same", "wrong", "breaks"]


def test_a_test_of_the_field_decides_and_any_other_may_be_true() -> None:
    status = oq.load_schema().find("status")
    assert status is not None
    for text, expected in (
        ("status = PENDING", True), ("status != PENDING", False), ("status in (APPROVED, PAID)", False),
        ("status = APPROVED or archived = true", True), ("status = APPROVED and archived = true", False),
        ("not (status = APPROVED and archived = true)", True), ("status is missing", False), ("everything", True),
    ):  # fmt: skip
        assert may_match(oq.compile(text).condition, status, "PENDING") == expected, text


def test_text_json_and_markdown_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"search": {"filter": {"status": "APPROVED"}}}')
    (tmp_path / "b.json").write_text('{"search": {"filter": {"paymentMethods": {"$hasAll": ["a|b"]}}}}')
    arguments = ("compare-tables", "ecom-orders", "ecom-orders-sdk", "--queries", str(tmp_path / "*.json"))
    text, shown, markdown = (run(*arguments, "--format", form) for form in ("text", "json", "markdown"))
    assert text.exit_code == shown.exit_code == markdown.exit_code == 1
    found = json.loads(shown.stdout)
    assert [query["outcome"] for query in found["queries"]] == ["same", "breaks"]
    for difference in found["differences"]:
        assert (difference["field"] or difference["aspect"]) in text.stdout
        assert (difference["field"] or difference["aspect"]) in markdown.stdout
    assert "2 queries: 1 breaks, 1 stays the same" in text.stdout
    assert "2 queries: 1 breaks, 1 stays the same." in markdown.stdout
    rows = [line for line in markdown.stdout.splitlines() if line.startswith("|")]
    assert all(line.replace("\\|", "").count("|") in (3, 4) for line in rows)
    assert str(oq.compare_tables("ecom-orders", "ecom-orders-sdk")) + "\n" == run(*arguments[:3]).stdout
    assert run(*arguments[:3]).exit_code == 0


def test_the_list_of_tables() -> None:
    text, shown = run("tables"), run("tables", "--format", "json")
    rows = {row["name"]: row for row in json.loads(shown.stdout)}
    assert set(rows) == set(table_names()) >= {"ecom-orders", "ecom-orders-sdk", "stores-v2", "pricing-plans"}
    for name, row in rows.items():
        table = oq.load_schema(name)
        assert (row["title"], row["source"], row["fields"]) == (table.title, table.source, len(table.fields))
        assert f"{name}  {table.title}" in text.stdout
    assert rows["ecom-orders-sdk"]["hiddenUnlessAsked"] == {"field": "status", "values": ["PENDING", "REJECTED"]}
    assert rows["stores-v2"]["hidden"] == {"field": "paymentStatus", "values": ["PENDING"]}


def test_an_unknown_table_is_an_error() -> None:
    found = run("compare-tables", "ecom-orders", "ecom")
    assert found.exit_code == 2
    assert 'unknown table "ecom"' in found.stderr
