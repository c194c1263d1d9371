"""check and compile: the forms they take, the places of their diagnostics, and the corrected request."""

from __future__ import annotations

import json
from typing import Any

import pytest

import orderquery as oq

SEARCH = {"filter": {"paymentStatus": "PAID"}, "sort": [{"fieldName": "number", "order": "DESC"}]}


@pytest.mark.parametrize(
    "source",
    [
        SEARCH,
        {"search": SEARCH},
        json.dumps(SEARCH),
        json.dumps({"search": SEARCH}).encode(),
        "\ufeff" + json.dumps(SEARCH),
        "// pasted\n{filter: {'paymentStatus': 'PAID',}, sort: [{fieldName: 'number', order: 'DESC'}],}",
        "paymentStatus = PAID order by number desc",
        b"PAYMENTSTATUS = PAID".replace(b"PAYMENTSTATUS", b"paymentStatus") + b" order by number desc",
    ],
)
def test_every_form_is_the_same_plan(source: Any) -> None:
    plan = oq.compile(source)
    assert plan.to_json() == SEARCH
    assert plan.to_text() == "paymentStatus = PAID order by number desc"
    assert not plan.diagnostics


def test_a_plan_compiles_to_itself() -> None:
    plan = oq.compile(SEARCH)
    assert oq.compile(plan) is plan


def test_the_caller_chooses_the_shape() -> None:
    sdk = {"filter": {"_createdDate": {"$gte": "2024-01-01T00:00:00Z"}}}
    assert oq.check(sdk, "sdk").ok
    assert [d.code for d in oq.check(sdk, "search").diagnostics] == ["unknown-field"]
    assert "createdDate" in oq.check(sdk, "search").diagnostics[0].help
    misplaced = oq.check(sdk, "request").diagnostics
    assert [(d.code, d.effect) for d in misplaced] == [("ignored-key", "ignores"), ("unknown-field", "ignores")]
    with pytest.raises(oq.UsageError, match="request, search, sdk"):
        oq.check(sdk, "velo")  # type: ignore[arg-type]


def test_a_report_has_a_plan_unless_something_is_refused() -> None:
    ignored = oq.check({"filter": {"status": "APPROVED"}})
    assert not ignored.ok
    assert ignored.plan is not None
    assert ignored.plan.to_json() == {}
    refused = oq.check({"search": {"filter": {"nope": 1}}})
    assert refused.plan is None
    with pytest.raises(oq.QueryError) as error:
        oq.compile({"search": {}, "filter": {}})
    assert [d.code for d in error.value.diagnostics] == ["ignored-key"]


def test_a_correction_never_drops_a_condition() -> None:
    request = {"filter": {"status": "APPROVED"}, "search": {"filter": {"paymentStatus": "PAID"}}}
    assert oq.check(request).corrected == {"search": {"filter": {"paymentStatus": "PAID", "status": "APPROVED"}}}
    same = {"filter": {"paymentStatus": "PENDING"}, "search": {"filter": {"paymentStatus": "PAID"}}}
    assert oq.check(same).corrected == {
        "search": {"filter": {"$and": [{"paymentStatus": "PAID"}, {"paymentStatus": "PENDING"}]}}
    }
    wrapped = {"query": {"filter": {"status": "APPROVED"}}, "search": {"filter": {"paymentStatus": "PAID"}}}
    assert oq.check(wrapped).corrected == oq.check(request).corrected


def test_a_list_for_search_is_corrected_without_raising() -> None:
    report = oq.check({"search": [], "filter": {"status": "APPROVED"}})
    assert [d.code for d in report.diagnostics] == ["wrong-shape", "ignored-key"]
    assert report.corrected == {"search": {"filter": {"status": "APPROVED"}}}
    assert oq.check({"search": [{"filter": {}}], "filter": {"status": "APPROVED"}}).corrected is None


def test_json_text_has_lines_and_columns() -> None:
    text = '{"search": {\n  "filter": {"paymentStatus": {"$startsWith": "P"}}\n}}'
    (diagnostic,) = oq.check(text).diagnostics
    assert (diagnostic.pointer, diagnostic.line, diagnostic.column) == (
        "/search/filter/paymentStatus/$startsWith", 2, 32,
    )  # fmt: skip


def test_text_names_operators_as_text_does() -> None:
    (diagnostic,) = oq.check("paymentStatus starts with P").diagnostics
    assert (diagnostic.line, diagnostic.column) == (1, 15)
    assert diagnostic.message == '"starts with" is not supported for paymentStatus'
    assert diagnostic.help == "operators of paymentStatus: =, is missing, !=, is present, in, not in"


def test_iterate_keeps_the_order_from_any_cursor() -> None:
    with oq.open_store(":memory:") as store:
        store.load({"id": f"{n:02d}", "number": n} for n in range(10))
        search = {"sort": [{"fieldName": "number"}], "cursorPaging": {"limit": 4}}
        first = store.search(search)
        second = store.search({"cursorPaging": {"cursor": first.next}})
        after = [order["number"] for order in store.iterate({"cursorPaging": {"cursor": first.next}})]
        before = [order["number"] for order in store.iterate({"cursorPaging": {"cursor": second.prev}})]
        assert (before, after) == ([0, 1, 2, 3], [4, 5, 6, 7, 8, 9])


def test_importing_is_cheap() -> None:
    import subprocess
    import sys

    program = "import orderquery, sys; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {"lark", "sqlglot", "pydantic", "sqlite3", "rich", "click", "cryptography", "msgspec"}
    assert not heavy & set(done.stdout.split())
