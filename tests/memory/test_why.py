"""What plan.why returns: it agrees with plan.matches, and its deciding conditions are enough and no more.

``ORDERQUERY_PAIRS`` says how many pairs of a search and an order are tried (300; ``make prove`` tries 10,000, and so does
``ORDERQUERY_TRUST=full``), ``ORDERQUERY_SEED`` which.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from itertools import islice, product
from random import Random
from typing import Any

import oracle
import pytest
from random_conditions import ODD, Conditions, documents
from strategies import Maker, batch

import orderquery as oq
from orderquery.memory.why import Reason, Verdict

JSON = Any
FULL = os.environ.get("ORDERQUERY_TRUST") == "full"
PAIRS = int(os.environ.get("ORDERQUERY_PAIRS", "10000" if FULL else "300"))
SEED = os.environ.get("ORDERQUERY_SEED", "20261128")
IN_BATCH = 50
MAX_FLIPPED = 8
"""So many conditions that do not decide are flipped in every way; more, in some ways."""
MAX_FLIPS = 256


def evaluated(part: Reason, results: list[bool | None]) -> bool | None:
    """The result of a tree, with the next of these results for each condition; ``None`` is open."""
    if part.kind == "condition":
        return results.pop(0)
    found = [evaluated(child, results) for child in part.children]
    if part.kind == "not":
        return None if found[0] is None else not found[0]
    decisive = part.kind == "or"
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def answer(verdict: Verdict, results: list[bool | None]) -> bool | None:
    """The answer of a search: the condition that hides orders, and the filter."""
    parts = (verdict.tree,) if verdict.visible is None else (verdict.visible, verdict.tree)
    return evaluated(Reason("and", False, children=parts), list(results))


def check_laws(verdict: Verdict) -> None:
    conditions = list(verdict.conditions())
    results = [condition.result for condition in conditions]
    deciding = [index for index, condition in enumerate(conditions) if condition.decides]
    others = [index for index in range(len(conditions)) if index not in deciding]
    assert answer(verdict, [*results]) is verdict.matches
    fixed = [result if index in deciding else None for index, result in enumerate(results)]
    assert answer(verdict, fixed) is verdict.matches, "the deciding conditions are not enough"
    flips = product((False, True), repeat=len(others)) if len(others) <= MAX_FLIPPED else random_flips(len(others))
    for flip in islice(flips, MAX_FLIPS):
        changed: list[bool | None] = [*results]
        for index, flipped in zip(others, flip, strict=True):
            changed[index] = results[index] is not flipped
        assert answer(verdict, changed) is verdict.matches, "another condition changes the answer"
    for index in deciding:
        without = [*fixed]
        without[index] = None
        assert answer(verdict, without) is None, "the answer needs one deciding condition less"
        # Some results of the others change the answer once the condition is false.
        assert answer(verdict, [*without[:index], not results[index], *without[index + 1 :]]) is not verdict.matches


def random_flips(count: int) -> Any:
    random = Random(count)
    while True:
        yield [random.randrange(2) == 1 for _ in range(count)]


@pytest.mark.parametrize("number", range(-(-PAIRS // IN_BATCH)))
def test_why_agrees_with_matches(number: int) -> None:
    random = Random(f"{SEED}/{number}")
    maker = Maker(random, oq.load_schema())
    orders, transactions = batch(maker, 12)
    records: dict[str, JSON] = {record["orderId"]: record for record in transactions}
    for _ in range(min(IN_BATCH, PAIRS - number * IN_BATCH)):
        order, search = random.choice(orders), maker.search()
        record = records.get(order.get("id", order.get("_id")))
        plan = oq.compile(search)
        verdict = plan.why(order, record)
        assert verdict.matches is plan.matches(order, record)
        assert verdict.hidden is (oracle.get(order, "status") == "INITIALIZED")
        check_laws(verdict)
        for condition in verdict.conditions():
            value = oracle.value_of(condition.field, order, record)
            assert condition.missing is (value in (None, []))
            expected = oracle.comparison(condition.field, condition.operator, condition.operand, value)
            assert condition.result is expected, condition
        assert json.loads(json.dumps(verdict.to_json())) == verdict.to_json()
        assert len(str(verdict).splitlines()) <= 1 + len(json.dumps(verdict.to_json()).split('"kind"'))


@pytest.mark.parametrize("number", range(max(PAIRS // 100, 1)))
def test_odd_documents_and_conditions_that_were_not_written(number: int) -> None:
    random = Random(f"{SEED}/odd/{number}")
    schema = oq.load_schema()
    conditions = Conditions(random, schema)
    orders, records = documents(Maker(random, schema), ODD)
    plan = oq.compile("everything")
    for order in orders:
        made = replace(plan, condition=conditions.condition(3))
        record = random.choice([None, *records])
        verdict = made.why(order, record)
        assert verdict.matches is made.matches(order, record)
        assert verdict.visible is None
        check_laws(verdict)
        assert str(verdict)


# -- as text ----------------------------------------------------------------------------------------------------

ORDER: JSON = {
    "id": "7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d", "number": "10126", "status": "APPROVED", "paymentStatus": "NOT_PAID",
    "createdDate": "2024-03-07T10:24:03.380Z", "priceSummary": {"total": {"amount": "63.240"}},
    "lineItems": [{"productName": {"original": name}} for name in ("Shoe", "Shirt")], "checkoutId": "",
    "buyerInfo": {"email": 5}, "channelInfo": {"externalOrderId": "\u202eevil\n" + "x" * 500},
}  # fmt: skip
TREES = (
    (
        "paymentStatus = PAID and number > 10000",
        """order 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d: does not match
          ✗ and
        *   ✗ paymentStatus = PAID  is NOT_PAID
            ✓ number > 10000  is 10126""",
    ),
    (
        {"filter": {"paymentStatus": {"$ne": "PAID"}, "$not": {"number": {"$lt": "10000"}}}},
        """order 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d: matches
          ✓ and
        *   ✓ paymentStatus $ne "PAID"  is NOT_PAID
            ✓ not
        *     ✗ number $lt "10000"  is 10126""",
    ),
    (
        {"filter": {"lineItems.productName.original": {"$hasAll": ["Shoe", "Shirt"]}, "archived": False}},
        """order 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d: matches
          ✓ and
        *   ✓ lineItems.productName.original $hasAll ["Shoe", "Shirt"]  is (Shoe, Shirt)
        *   ✓ archived: false  is false""",
    ),
    (
        "createdDate >= 2024-03-07 or priceSummary.total.amount < 5",
        """order 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d: matches
          ✓ or
        *   ✓ createdDate >= 2024-03-07T00:00:00.000Z  is 2024-03-07T10:24:03.380Z
            ✗ priceSummary.total.amount < 5  is 63.240""",
    ),
    (
        "paymentMethods is present",
        """order 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d: does not match
        * ✗ paymentMethods is present  is missing (no transactions record)""",
    ),
    (
        "updatedDate < 2025-01-01 or buyerInfo.email = a",
        """order 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d: does not match
          ✗ or
        *   ✗ updatedDate < 2025-01-01T00:00:00.000Z  is missing
        *   ✗ buyerInfo.email = "a"  is missing (buyerInfo.email: 5 is not a string, so it counts as missing)""",
    ),
    (
        'checkoutId = "" and not (id in ())',
        """order 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d: matches
          ✓ and
        *   ✓ checkoutId = ""  is ""
            ✓ not
        *     ✗ id in ()  is 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d""",
    ),
    ("everything", "order 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d: matches\n          ✓ everything"),
    ("nothing", "order 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d: does not match\n          ✗ nothing"),
)


@pytest.mark.parametrize(("search", "expected"), TREES)
def test_a_tree(search: JSON, expected: str) -> None:
    first, *others = expected.split("\n")
    assert str(oq.compile(search).why(ORDER)) == "\n".join([first, *(line[8:] for line in others)])


def test_a_hidden_order() -> None:
    verdict = oq.compile("number = 10126").why({**ORDER, "status": "INITIALIZED"})
    assert (verdict.matches, verdict.hidden) == (False, True)
    assert str(verdict).splitlines() == [
        "order 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d: hidden from every search",
        "* ✗ status != INITIALIZED  is INITIALIZED",
        "  ✓ number = 10126  is 10126",
    ]


def test_long_and_unprintable_values_are_shortened() -> None:
    search = {"filter": {"channelInfo.externalOrderId": "\u202e" + "y" * 4000}}
    text = str(oq.compile(search).why(ORDER))
    assert "\u202e" not in text
    assert "evil" in text
    assert max(map(len, text.splitlines())) < 300
    many = {**ORDER, "lineItems": [{"productName": {"original": f"name {number}"}} for number in range(1_000)]}
    assert "name 9, and 990 more)" in str(oq.compile("lineItems.productName.original = x").why(many))


def test_why_as_json() -> None:
    verdict = oq.compile({"filter": {"paymentStatus": {"$in": ["PAID"]}, "buyerInfo.email": "a"}}).why(ORDER)
    paid, email = verdict.to_json()["tree"]["children"]
    assert paid == {
        "kind": "condition", "result": False, "decides": True, "text": 'paymentStatus $in ["PAID"]',
        "field": "paymentStatus", "operator": "$in", "operand": ["PAID"], "value": "NOT_PAID", "missing": False,
    }  # fmt: skip
    assert (email["value"], email["missing"]) == (None, True)
    assert email["note"] == "buyerInfo.email: 5 is not a string, so it counts as missing"
    assert verdict.to_json()["visible"]["text"] == 'status $ne "INITIALIZED"'


@pytest.mark.parametrize("wrong", [None, 5, "text", []])
def test_what_is_no_order_is_refused(wrong: JSON) -> None:
    with pytest.raises(oq.DocumentError, match="an order must be a dict"):
        oq.compile("everything").why(wrong)
    with pytest.raises(oq.DocumentError, match="a transactions record must be a dict"):
        oq.compile("paymentMethods is missing").why({}, wrong or 5)


def test_other_tables_hide_nothing() -> None:
    plan = oq.compile("status = ACTIVE", schema="pricing-plans")
    verdict = plan.why({"id": "a", "status": "DRAFT"})
    assert (verdict.matches, verdict.hidden, verdict.visible) == (False, False, None)
