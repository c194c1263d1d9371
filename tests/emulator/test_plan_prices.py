"""The terms of plans: every case of ``plans/terms.json``."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project import TESTS

from orderquery.emulator.plan_prices import InvalidPlan, PlanTerms, read_plan, schedule_of, terms_of_order
from orderquery.syntax.json_decoder import decode_exactly

JSON = Any
FILE = decode_exactly((TESTS / "emulator" / "plans" / "terms.json").read_text("utf-8"))
PLANS, ORDERS = FILE["plans"], FILE["orders"]


def compare(terms: PlanTerms, case: JSON) -> None:
    for name, value in (case.get("terms") or {}).items():
        assert getattr(terms, name) == value, name
    if "prices" in case:
        assert terms.prices() == case["prices"]
        assert terms.pricing() == {**terms.model, "prices": case["prices"]}


@pytest.mark.parametrize("case", PLANS, ids=[case["name"] for case in PLANS])
def test_plan(case: JSON) -> None:
    if "problem" in case:
        with pytest.raises(InvalidPlan) as problem:
            read_plan(case["plan"])
        assert case["problem"] in str(problem.value)
    else:
        compare(read_plan(case["plan"]), case)


@pytest.mark.parametrize("case", ORDERS, ids=[case["name"] for case in ORDERS])
def test_order_in_place_of_its_plan(case: JSON) -> None:
    terms = terms_of_order(case["order"])
    if case.get("terms", {}) is None:
        assert terms is None
    else:
        assert terms is not None
        compare(terms, case)
        written = {"pricing": terms.pricing(), "planPrice": terms.price, "freeTrialDays": terms.trial_days}
        assert terms_of_order({**case["order"], **written}) == terms


KEYS = (
    *("id", "pricing", "price", "value", "currency", "subscription", "cycleDuration", "count", "unit", "prices"),
    *("pricingVariants", "billingTerms", "billingCycle", "tax", "rate", "freeTrialDays", "priceDetails"),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=5) | st.sampled_from(["1", "MONTH"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(anything)
def test_any_document_is_a_plan_or_an_invalid_one(document: JSON) -> None:
    try:
        read_plan(document)
    except InvalidPlan as problem:
        assert str(problem)
    if isinstance(document, dict):
        terms_of_order(document)
        schedule_of(document, 0)
