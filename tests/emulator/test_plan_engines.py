"""Pricing plans on every store that can be written: lists against a plain model, and whole lives."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import engines
import pytest
from plan_lives import LIVES
from test_plan_service import ORDERS, Shop
from test_plan_service import test_life as run_life

import orderquery as oq
from orderquery.memory.search import search as search_in_memory

JSON = Any
STATUSES = ["DRAFT", "PENDING", "ACTIVE", "PAUSED", "ENDED", "CANCELED"]
PAYMENTS = ["PAID", "UNPAID", "NOT_APPLICABLE"]
PLAN_IDS = [f"b{number}111111-1111-4111-8111-111111111111" for number in range(3)]
BUYERS = [f"c{number}111111-1111-4111-8111-111111111111" for number in range(4)]


@pytest.fixture(params=["sqlite", "duckdb", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[oq.Store]:
    location = {"sqlite": tmp_path / "shop.db", "duckdb": tmp_path / "shop.duckdb"}.get(request.param)
    with oq.open_store(str(location) if location else engines.fresh_url()) as opened:
        yield opened


def random_orders(count: int) -> list[JSON]:
    numbers = random.Random(13)
    found = []
    for index in range(count):
        order: JSON = {
            "id": f"a{index:07}-1111-4111-8111-111111111111",
            "planId": numbers.choice(PLAN_IDS),
            "buyer": {"memberId": numbers.choice(BUYERS)},
            "status": numbers.choice(STATUSES),
            "lastPaymentStatus": numbers.choice(PAYMENTS),
            "createdDate": f"2026-01-{numbers.randint(1, 9):02}T00:00:00.000Z",
            "updatedDate": "2026-02-01T00:00:00.000Z",
        }
        if numbers.random() < 0.6:
            order["autoRenewCanceled"] = numbers.random() < 0.5
        if numbers.random() < 0.6:
            order["endDate"] = f"2026-0{numbers.randint(2, 5)}-01T00:00:00.000Z"
        found.append(order)
    return found


def listed(orders: list[JSON], parameters: dict[str, JSON]) -> list[str]:
    """Return what a list answers, without paging: a plain model of section 5.2."""
    passes = {
        "buyerIds": lambda order, values: order["buyer"]["memberId"] in values,
        "planIds": lambda order, values: order["planId"] in values,
        "orderStatuses": lambda order, values: order["status"] in values,
        "paymentStatuses": lambda order, values: order["lastPaymentStatus"] in values,
        "autoRenewCanceled": lambda order, value: order.get("autoRenewCanceled") is (value == "true"),
    }
    chosen = [
        order for order in orders
        if all(test(order, parameters[name]) for name, test in passes.items() if name in parameters)
    ]  # fmt: skip
    name = parameters.get("sorting.fieldName", "createdDate" if "sorting.order" in parameters else None)
    descending = name is None or parameters.get("sorting.order") == "DESC"
    chosen.sort(key=lambda order: (order.get(name or "createdDate", ""), order["id"]), reverse=descending)
    return [order["id"] for order in chosen]


def random_parameters(numbers: random.Random) -> dict[str, JSON]:
    possible: dict[str, JSON] = {
        "buyerIds": numbers.sample(BUYERS, 2),
        "planIds": numbers.sample(PLAN_IDS, 2),
        "orderStatuses": numbers.sample(STATUSES, 3),
        "paymentStatuses": numbers.sample(PAYMENTS, 2),
        "autoRenewCanceled": numbers.choice(["true", "false"]),
        "sorting.fieldName": numbers.choice(["createdDate", "endDate"]),
        "sorting.order": numbers.choice(["ASC", "DESC"]),
    }
    return {name: value for name, value in possible.items() if numbers.random() < 0.35}


def test_lists_are_those_of_a_plain_model(store: oq.Store) -> None:
    shop, orders, numbers = Shop(store=store), random_orders(120), random.Random(7)
    assert shop.asker.load(orders).json["planOrders"] == len(orders)
    for _ in range(40):
        parameters = random_parameters(numbers)
        expected, found, limit = listed(orders, parameters), list[str](), numbers.randint(1, 50)
        while True:
            query = urlencode({**parameters, "limit": limit, "offset": len(found)}, doseq=True)
            answer = shop.send("GET", f"{ORDERS}?{query}")
            page = answer.json["pagingMetadata"]
            assert page == {
                "count": len(answer.ids), "offset": len(found), "total": len(expected), "tooManyToCount": False,
            }  # fmt: skip
            if not answer.ids:
                break
            found += answer.ids
        assert found == expected, parameters


@pytest.mark.parametrize("name", ["limited-subscription-paused-and-resumed", "canceled-while-paused"])
def test_life_in_store(store: oq.Store, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oq, "open_store", lambda location: store)
    run_life(next(case for case in LIVES if case["name"] == name))


@pytest.mark.parametrize("offset", [0, 1, 7, 119, 120, 1_000])
def test_an_offset_skips_the_same_orders_everywhere(store: oq.Store, offset: int) -> None:
    orders, schema = random_orders(120), oq.load_schema("pricing-plans")
    plans = store.at_table(schema)
    plans.load(orders)
    query = oq.compile({"filter": {"status": {"$in": STATUSES[:4]}}}, schema=schema)
    whole = [order_id for order_id, _ in plans.iterate_documents(query)]
    skipping = replace(query, offset=offset)
    assert list(plans.search(skipping).ids) == whole[offset : offset + 50]
    assert list(search_in_memory(skipping, orders).ids) == whole[offset : offset + 50]
    assert [order_id for order_id, _ in plans.iterate_documents(skipping)] == whole[offset:]
    assert plans.count(skipping) == len(whole)
    # A cursor is a position: the pages after one with an offset go on behind it.
    following = plans.search(skipping).next
    if following is not None:
        after = plans.search({"cursorPaging": {"cursor": following}})
        assert list(after.ids) == whole[offset + 50 : offset + 100]
