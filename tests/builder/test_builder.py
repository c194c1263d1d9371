"""Searches built in Python (D121): the plan of the same text, and errors where Python would lose a part."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

import orderquery as oq
from orderquery.builder.field_nodes import methods
from orderquery.language.operators import ANY, OPERATORS
from orderquery.language.types import TYPES

f: Any = oq.f
GUID = "6f759095-0701-4075-9908-c9c31ff013e1"
SAME = [
    (lambda: f.paymentStatus == "PAID", "paymentStatus = PAID"),
    (lambda: f.paymentStatus != "PAID", "paymentStatus != PAID"),
    (lambda: f.buyerInfo.email == None, "buyerInfo.email is missing"),  # noqa: E711
    (lambda: f.buyerInfo.email.is_missing(), "buyerInfo.email is missing"),
    (lambda: f.buyerInfo.email.is_present(), "buyerInfo.email is present"),
    (lambda: f.buyerInfo.email.exists(), "buyerInfo.email exists"),
    (lambda: f.buyerInfo.email.does_not_exist(), "buyerInfo.email does not exist"),
    (lambda: f.buyerInfo.email.starts_with("a%"), 'buyerInfo.email starts with "a%"'),
    (lambda: f.id.is_in([UUID(GUID), None]), f"id in ({GUID}, null)"),
    (lambda: f.id.is_not_in((GUID,)), f"id not in ({GUID})"),
    (lambda: f.paymentMethods.has_any(["a", "b"]), "paymentMethods has any (a, b)"),
    (lambda: f.paymentMethods.has_all({"b", "a"}), "paymentMethods has all (a, b)"),
    (lambda: f.paymentMethods == ["a", "b"], "paymentMethods = (a, b)"),
    (lambda: f.priceSummary.total.amount >= 5.5, "priceSummary.total.amount >= 5.5"),
    (lambda: Decimal("5.50") < f.priceSummary.total.amount, "priceSummary.total.amount > 5.50"),
    (lambda: f.number.between(5, 7), "number between 5 and 7"),
    (lambda: f.archived == False, "archived = false"),  # noqa: E712
    (lambda: f.createdDate >= date(2024, 1, 1), "createdDate >= 2024-01-01"),
    (lambda: f.createdDate < "2024-01-01", "createdDate < 2024-01-01"),
    (lambda: f.createdDate == datetime(2024, 1, 1, tzinfo=UTC), "createdDate = 2024-01-01T00:00:00.000Z"),
    (lambda: f["lineItems.subscriptionInfo.id"].is_in([GUID]), f"subscriptionInfo.id in ({GUID})"),
    (lambda: f.buyerInfo["email"] == "a", "buyerInfo.email = a"),
    (lambda: (f.archived == True) & ~(f.number > 5), "archived = true and not number > 5"),  # noqa: E712
    (
        lambda: (f.archived == True) & (f.number > 5) | (f.number < 3),  # noqa: E712
        "archived = true and number > 5 or number < 3",
    ),
    (lambda: ~((f.number > 5) | (f.number < 3)), "not (number > 5 or number < 3)"),
    (lambda: oq.search(), "everything"),
    (lambda: oq.search(f.number > 5, f.number < 9), "number > 5 and number < 9"),
    (
        lambda: oq.search(f.number > 5).order_by(f.createdDate.desc(), f.number, f.status.asc()).limit(7),
        "number > 5 order by createdDate desc, number, status limit 7",
    ),
    (lambda: oq.search().after("abc").limit(3), 'limit 3 after "abc"'),
]


@pytest.mark.parametrize(("build", "text"), SAME, ids=[text for _, text in SAME])
def test_it_has_the_plan_of_the_text(build: Callable[[], Any], text: str) -> None:
    built, expected = build(), oq.compile(text)
    plan = oq.compile(built)
    assert (plan.condition, plan.sort, plan.limit) == (expected.condition, expected.sort, expected.limit)
    assert plan.cursor == expected.cursor
    assert oq.compile(built.to_text()).condition == expected.condition
    assert built.to_json() == plan.to_json()
    assert str(built) == built.to_text()
    assert "\n" not in repr(built)
    assert oq.check(built).shape == "search"


OFFENCES = [
    (lambda: (f.number > 5) and (f.number < 7), "a filter has no truth value; write & for and"),
    (lambda: (f.number > 5) or (f.number < 7), "a filter has no truth value"),
    (lambda: not (f.number > 5), "a filter has no truth value"),
    (lambda: 5 < f.number < 7, "a filter has no truth value"),
    (lambda: f.number == 5 & f.number == 7, "number is not a condition; & and | bind tighter"),
    (lambda: -f.number, "a field has no sign; to sort from the highest value write: oq.f.number.desc()"),
    (lambda: f.number & (f.number == 7), "number is not a condition"),
    (lambda: ~f.archived, r"archived is not a condition; write: oq.f.archived == False"),
    (lambda: bool(f.archived), "a filter has no truth value"),
    (lambda: "PAID" in f.paymentStatus, r'"in" asks for a truth value; write: oq.f.paymentStatus.is_in'),
    (lambda: "a" in f.paymentMethods, r"oq.f.paymentMethods.has_any"),
    (lambda: list(f.paymentStatus), "a field is not a list"),
    (lambda: (f.number > 5) & 5, "& joins two filters, and 5 is not a filter; put each condition in parentheses"),
    (lambda: (f.number > 5) | f.archived, r"\| joins two filters"),
    (lambda: f.number == f.id, "number is compared with a value, not with a field"),
    (lambda: f.paymentstatus, 'unknown field "paymentstatus"; did you mean "paymentStatus"?'),
    (lambda: f.buyerInfo.emial, 'unknown field "buyerInfo.emial"; did you mean "buyerInfo.email"?'),
    (lambda: f.dateCreated, 'did you mean "createdDate"?'),
    (lambda: f.purchasedDate, "exists, but cannot be searched"),
    (lambda: f["nothing like it"], "unknown field"),
    (lambda: f[5], "unknown field"),
    (lambda: f.number.lower(), r'number has no "lower"; it has: ==, .is_missing\(\), !='),
    (lambda: f.buyerInfo == "a", '"buyerInfo" is not a field; write one of: oq.f.buyerInfo.email'),
    (lambda: f == "a", "a condition needs a field"),
    (lambda: f.archived > True, r'">" is not supported for archived; it has: =='),
    (lambda: f.number.is_in([1]), r'".is_in\(\)" is not supported for number'),
    (lambda: f.paymentMethods.desc(), '"paymentMethods" is not sortable; sortable: number'),
    (lambda: f.createdDate <= date(2024, 1, 1), r"means midnight UTC, not the whole day; .*createdDate < 2024-01-02"),
    (lambda: f.createdDate == "2024-01-01", "means midnight UTC"),
    (lambda: oq.search().limit("5"), "limit takes a whole number"),  # type: ignore[arg-type]
    (lambda: oq.search().after(""), "after takes a cursor"),
    (lambda: oq.search().order_by("number"), r"cannot sort by \"number\""),
    (lambda: oq.search(5), "a search takes filters, and 5 is not a filter"),  # type: ignore[arg-type]
    (lambda: (f.number == 5) & (oq.fields_of("pricing-plans").status == "ACTIVE"), "filters of two tables"),
]


@pytest.mark.parametrize(("build", "message"), OFFENCES, ids=[message for _, message in OFFENCES])
def test_what_python_would_read_otherwise_says_what_to_write(build: Callable[[], Any], message: str) -> None:
    with pytest.raises(oq.UsageError, match=message):
        build()


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda: f.archived == 3, "operand-type"),
        (lambda: f.createdDate >= "soon", "operand-type"),
        (lambda: f.paymentStatus.is_in("PAID"), "operand-shape"),
        (lambda: f.number == object(), "operand-type"),
        (lambda: f.buyerInfo.email.starts_with(5), "operand-type"),
    ],
)
def test_a_wrong_value_is_refused_where_it_is_written(build: Callable[[], Any], code: str) -> None:
    with pytest.raises(oq.QueryError) as refused:
        build()
    assert [found.code for found in refused.value.diagnostics] == [code]


def test_warnings_are_those_of_the_text() -> None:
    for built, text in ((f.paymentStatus == "PAYED", "paymentStatus = PAYED"), (f.id.is_in([]), "id in ()")):
        plan, expected = oq.compile(built), oq.compile(text)
        assert [found.code for found in plan.diagnostics] == [found.code for found in expected.diagnostics]


def test_a_store_takes_them() -> None:
    with oq.open_store(":memory:") as store:
        store.load([{"id": "a", "number": "5"}, {"id": "b", "number": "6"}])
        assert store.search(f.number > 5).ids == ("b",)
        assert store.count((f.number > 5) | (f.number == 5)) == 2
        assert store.search(oq.search().order_by(f.number.desc()).limit(1)).next_page().ids == ("a",)  # type: ignore[union-attr]


def test_every_operator_of_every_field_can_be_written() -> None:
    """Each row of the operators has a method, and each field those of its row."""
    examples = {
        "guid": GUID, "text": "a", "enum": "PAID", "boolean": True, "instant": "2024-01-01T00:00:00Z", "amount": "5", "sequence": 5,
    }  # fmt: skip
    assert set(examples) == set(TYPES)
    for row in oq.load_schema().fields:
        node, value = f[row.name], examples[row.type.name]
        for method, (operator, implied) in methods().items():
            if operator.name not in row.operators:
                continue
            call = getattr(node, method)
            takes = operator.takes.name
            operand = [value] if takes == "VALUES" else "a" if takes == "TEXT" else True if takes == "FLAG" else value
            built = call() if implied is not ANY else call(operand)
            assert built.tree.filter.operator == operator.name
        assert set(dir(node)) >= {
            method for method, (operator, _) in methods().items() if operator.name in row.operators
        }
    assert {operator.name for operator, _ in methods().values()} == set(OPERATORS)


def test_another_table_and_names_that_are_completed() -> None:
    plans = oq.fields_of("pricing-plans")
    built = plans.status == "ACTIVE"
    assert oq.compile(built).schema.name == "pricing-plans"
    assert {"buyerInfo", "paymentStatus", "id"} <= set(dir(f))
    assert dir(f.buyerInfo) == ["contactId", "email", "memberId"]
    assert repr(f.buyerInfo) == "<fields buyerInfo>"
    assert not hasattr(f, "paymentstatus")
    assert not hasattr(f, "_ipython_display_")
    assert copy.copy(f.number) is not None
