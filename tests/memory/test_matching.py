"""What plan.matches and plan.filter promise."""

from __future__ import annotations

import gc
import json
from collections import UserDict, defaultdict
from itertools import count, islice
from types import MappingProxyType
from typing import Any

import pytest

import orderquery as oq

JSON = Any


@pytest.mark.parametrize("query", ["everything", "paymentStatus = PAID", "paymentMethods is missing", "id in ()"])
@pytest.mark.parametrize(
    "wrong", [None, 5, "text", [], (), b"{}", MappingProxyType({"id": "a"}), UserDict(id="a"), object()]
)
def test_what_is_no_order_is_refused(query: str, wrong: JSON) -> None:
    plan = oq.compile(query)
    for call in (lambda: plan.matches(wrong), lambda: plan.matches(wrong, {}), lambda: list(plan.filter([wrong]))):
        with pytest.raises(oq.DocumentError, match="an order must be a dict") as error:
            call()
        assert error.value.__cause__ is None
        assert error.value.__context__ is None or error.value.__suppress_context__


@pytest.mark.parametrize("query", ["paymentStatus = PAID", "paymentMethods is missing"])
def test_what_is_no_transactions_record_is_refused(query: str) -> None:
    for wrong in (5, "text", [], ()):
        with pytest.raises(oq.DocumentError, match="a transactions record must be a dict"):
            oq.compile(query).matches({"paymentStatus": "PAID"}, wrong)


def test_a_filter_is_lazy_and_yields_what_came_before_a_mistake() -> None:
    plan = oq.compile("number >= 2")
    endless = ({"number": str(number)} for number in count())
    assert [order["number"] for order in islice(plan.filter(endless), 3)] == ["2", "3", "4"]
    assert next(endless) == {"number": "5"}
    found = plan.filter(iter([{"number": "7"}, {"number": "1"}, [], {"number": "8"}]))
    assert next(found) == {"number": "7"}
    with pytest.raises(oq.DocumentError):
        next(found)


def test_what_is_thrown_into_a_filter_is_not_swallowed() -> None:
    found = oq.compile("everything").filter([{"id": "a"}, {"id": "b"}])
    next(found)
    with pytest.raises(ValueError, match="thrown"):
        found.throw(ValueError("thrown"))  # type: ignore[attr-defined]


def test_matching_changes_no_document() -> None:
    order: JSON = defaultdict(lambda: defaultdict(dict))
    plan = oq.compile("buyerInfo.email starts with a and createdDate > 2024-01-01 or priceSummary.total.amount > 5")
    assert plan.matches(order) is False
    assert list(plan.filter([order])) == []
    assert order == {}


def test_the_memory_of_dates_is_bounded() -> None:
    from orderquery.language.datetimes import READ

    plan = oq.compile("createdDate > 2024-01-01")
    for number in range(20_000):
        assert plan.matches(
            {"createdDate": f"2024-03-0{number % 9 + 1}T00:{number // 60 % 60:02}:{number % 60:02}.{number % 1000:03}Z"}
        )
        assert not plan.matches({"createdDate": f"9 odd {number}"})
    gc.collect()
    assert len(READ) <= 8192
    assert all(len(text) == 24 for text in READ)


def test_matches_says_what_it_is() -> None:
    plan = oq.compile("status = APPROVED")
    assert plan.matches is plan.matches
    assert plan.matches.__doc__ is not None
    assert plan.matches.__doc__.startswith("Return whether an order")
    assert plan.matches(order={"status": "APPROVED"}, transactions=None)
    assert json.loads(json.dumps([plan.matches({"status": "APPROVED"})])) == [True]
