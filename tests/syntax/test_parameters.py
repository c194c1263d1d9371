"""Parameters of the text form (D119, D120): a value means what the quoted value means in its place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import orderquery as oq

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
GUID = "6f759095-0701-4075-9908-c9c31ff013e1"
SAME = [
    ("buyerInfo.email = :email", {"email": "a@b.c"}, 'buyerInfo.email = "a@b.c"'),
    ("buyerInfo.email = :email", {"email": 'a" or archived = true'}, 'buyerInfo.email = "a\\" or archived = true"'),
    ("buyerInfo.email = :email", {"email": ":email"}, 'buyerInfo.email = ":email"'),
    ("buyerInfo.email = :email", {"email": None}, "buyerInfo.email is missing"),
    ("buyerInfo.email starts with :start", {"start": "2024-01-01"}, 'buyerInfo.email starts with "2024-01-01"'),
    ("createdDate >= :since", {"since": datetime(2024, 1, 1, tzinfo=UTC)}, "createdDate >= 2024-01-01T00:00:00.000Z"),
    ("createdDate >= :since", {"since": date(2024, 1, 1)}, "createdDate >= 2024-01-01"),
    ("createdDate <= :until", {"until": date(2024, 1, 1)}, "createdDate <= 2024-01-01"),
    ("createdDate between :a and :b", {"a": date(2024, 1, 1), "b": "2024-02-01"}, "createdDate between 2024-01-01 and 2024-02-01"),
    ("archived = :yes", {"yes": True}, "archived = true"),
    ("number = :number", {"number": 10126}, "number = 10126"),
    ("priceSummary.total.amount > :least", {"least": 5.5}, "priceSummary.total.amount > 5.5"),
    ("priceSummary.total.amount > :least", {"least": Decimal("5.50")}, "priceSummary.total.amount > 5.50"),
    ("id in :ids", {"ids": [UUID(GUID), None]}, f"id in ({GUID}, null)"),
    ("id in :ids", {"ids": (GUID,)}, f"id in ({GUID})"),
    ("id in (:one, :other)", {"one": GUID, "other": None}, f"id in ({GUID}, null)"),
    ("paymentMethods has any :names", {"names": {"b", "a"}}, "paymentMethods has any (a, b)"),
    ("paymentMethods = :names", {"names": ["a", "b"]}, "paymentMethods = (a, b)"),
    ("paymentStatus = :p order by number limit :n", {"p": "PAID", "n": 7}, "paymentStatus = PAID order by number limit 7"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "params", "same"), SAME)
def test_a_parameter_is_its_value(text: str, params: dict[str, Any], same: str) -> None:
    plan, expected = oq.compile(text, params=params, now=NOW), oq.compile(same, now=NOW)
    assert (plan.condition, plan.sort, plan.limit) == (expected.condition, expected.sort, expected.limit)
    assert [warning.code for warning in plan.diagnostics] == [warning.code for warning in expected.diagnostics]
    # A printed search has the values.
    assert oq.compile(plan.to_text()).condition == expected.condition
    assert oq.compile(plan.to_json()).condition == expected.condition
    assert plan.to_json() == expected.to_json()


@settings(max_examples=40)
@given(st.text(max_size=40))
def test_no_text_of_a_parameter_is_read_as_a_part_of_the_search(value: str) -> None:
    report = oq.check("shippingInfo.title = :title", params={"title": value})
    if report.plan is not None:
        assert report.plan.to_json() == {"filter": {"shippingInfo.title": value}}
        assert oq.compile(report.plan.to_text()).condition == report.plan.condition
    else:
        assert [found.code for found in report.diagnostics] == ["operand-type"]


WRONG = [
    ("number = :nubmer", {"number": 5}, [("missing-parameter", 10, "did you mean \":number\"?")]),
    ("number = :n and id = :id", {}, [
        ("missing-parameter", 10, 'pass it: params={"n": VALUE}'), ("missing-parameter", 22, 'pass it: params={"id": VALUE}')]),
    ("number = :n and nubmer = :n", {}, [
        ("missing-parameter", 10, 'pass it: params={"n": VALUE}'), ("unknown-field", 17, 'did you mean "number"?'),
        ("missing-parameter", 26, 'pass it: params={"n": VALUE}')]),
    ("number = 5", {"n": 1}, [("unused-parameter", 1, 'remove it from params, or write ":n" in the text')]),
    ("limit :n", {}, [("missing-parameter", 7, 'pass it: params={"n": VALUE}')]),
    ("limit :n", {"n": "5"}, [("text-syntax", 7, "write: limit 5")]),
    ("limit :n", {"n": True}, [("text-syntax", 7, "write: limit 100")]),
    ("after :cursor", {"cursor": 5}, [("text-syntax", 7, 'use the cursor of the previous page: after "CURSOR"')]),
    ("number = :n", {"n": [1]}, [("operand-shape", 10, "write: number = 1")]),
    ("archived = :yes", {"yes": "yes"}, [("operand-type", 12, "write: archived = true")]),
    ("createdDate > :since", {"since": "soon"}, [("operand-type", 15, None)]),
    ("number = :n", {"n": object()}, [("operand-type", 10, None)]),
    ("number = :n", {"n": float("nan")}, [("operand-type", 10, None)]),
    ("id in :ids", {"ids": "a"}, [("operand-shape", 7, None), ("not-a-guid", 7, None)]),
    ("id in (:ids)", {"ids": ["a"]}, [("operand-shape", 7, None)]),
    ("id in :ids", {"ids": [["a"]]}, [("operand-shape", 7, None)]),
    ("shippingInfo.title = :t", {"t": "x" * 4_097}, [("too-large", 22, None)]),
    ("id in :ids", {"ids": [GUID] * 1_001}, [("too-large", 7, None)]),
    (":n = 5", {"n": 5}, [("text-syntax", 1, None)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "params", "expected"), WRONG)
def test_mistakes_have_a_place_and_a_help(text: str, params: Any, expected: list[tuple[str, int, str | None]]) -> None:
    report = oq.check(text, params=params)
    assert report.plan is None
    assert [(found.code, found.column) for found in report.diagnostics] == [wanted[:2] for wanted in expected]
    for found, (_, _, help_) in zip(report.diagnostics, expected, strict=True):
        assert found.help
        assert help_ is None or found.help.split("\n")[0] == help_
    with pytest.raises(oq.QueryError):
        oq.compile(text, params=params)


def test_json_has_no_parameters() -> None:
    for source in ({"filter": {"number": 5}}, '{"filter": {"number": 5}}'):
        with pytest.raises(oq.QueryError, match='unused parameter "n": JSON has no parameters') as refused:
            oq.compile(source, params={"n": 5})
        assert [found.pointer for found in refused.value.diagnostics] == [""]


@pytest.mark.parametrize("params", [[("n", 5)], "n", {5: 5}, {":n": 5}, {"a b": 5}])
def test_what_cannot_be_parameters(params: Any) -> None:
    with pytest.raises(oq.UsageError):
        oq.compile("number = :n", params=params)
    with pytest.raises(oq.UsageError, match="a plan has its values already"):
        oq.compile(oq.compile("everything"), params={"n": 5})


def test_a_correction_keeps_the_parameter() -> None:
    report = oq.check("paymentstatus = :p and number > :n", params={"p": "PAID", "n": 5})
    assert report.corrected == "paymentStatus = :p and number > :n"
    report = oq.check("paymentstatus = :p", params={"p": "PAID", "q": 1})
    assert report.partly_corrected == "paymentStatus = :p"
    assert [found.code for found in report.remaining] == ["unused-parameter"]
    assert oq.check("paymentstatus = :p").corrected is None


def test_a_store_takes_them() -> None:
    with oq.open_store(":memory:") as store:
        store.load([{"id": "a", "number": "5"}, {"id": "b", "number": "6"}])
        assert store.search("number = :n", params={"n": 5}).ids == ("a",)
        assert store.count("number >= :n", params={"n": 5}) == 2
        assert [order["id"] for order in store.iterate("number >= :n order by number", params={"n": 5})] == ["a", "b"]
