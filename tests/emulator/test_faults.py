"""Failures that a test asks for: the next answers of a path are errors, or late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from test_control import Shop, description

JSON = Any


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.store.close()


def test_the_next_answers_of_a_path_fail_and_then_it_works(shop: Shop) -> None:
    path = "/ecom/v1/orders/search"
    planned = shop.control("faults", {"path": path, "status": 429, "count": 2, "retryAfter": 3})
    assert planned == {"faults": [{"path": path, "status": 429, "count": 2, "retryAfter": 3}]}
    answers = [shop.client.post(path, json={}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "3"
    assert answers[0].json()["details"]["applicationError"]["code"] == "RATE_LIMITED"
    assert shop.client.get("/_orderquery/faults").json() == {"faults": []}


def test_a_fault_of_a_pattern_of_paths_and_a_late_answer(shop: Shop) -> None:
    shop.control("faults", {"path": "/ecom/v1/orders/{id}", "method": "GET", "status": 500})
    shop.control("faults", {"path": "/ecom/v1/orders/{id}", "delay": 0.01})
    order_id = shop.store.search({}).ids[0]
    answers = [shop.client.get(f"/ecom/v1/orders/{order_id}").status_code for _ in range(3)]
    assert answers == [500, 200, 200]
    shop.control("faults", {"path": "/ecom/v1/orders/{id}", "status": 500})
    assert shop.client.delete("/_orderquery/faults").json() == {"faults": []}


def test_a_fault_of_a_pattern_is_not_of_a_path_that_has_no_parameter(shop: Shop) -> None:
    """A search is no order with the id "search"."""
    order_id = shop.store.search({}).ids[0]
    shop.control("faults", {"path": "/ecom/v1/orders/{orderId}", "status": 500})
    assert shop.client.post("/ecom/v1/orders/search", json={}).status_code == 200
    assert shop.client.get(f"/ecom/v1/orders/{order_id}").status_code == 500
    shop.control("faults", {"path": f"/ecom/v1/orders/{order_id}", "method": "PATCH", "status": 503})
    assert shop.client.get(f"/ecom/v1/orders/{order_id}").status_code == 200
    assert shop.client.patch(f"/ecom/v1/orders/{order_id}", json={"order": {}}).status_code == 503


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            {"path": "/ecom/v1/orders/serch", "status": 429},
            'path: "/ecom/v1/orders/serch" is not a path of the service; did you mean "/ecom/v1/orders/search"?',
        ),
        (
            {"path": "/_orderquery/load", "status": 500},
            'path: "/_orderquery/load" is not a path of the service; use one such as "/ecom/v1/orders"',
        ),
        (
            {"path": "/ecom/v1/orders/search", "method": "GET", "status": 500},
            'method: "GET" is not a method of this path; use "POST", or leave it out',
        ),
        (
            {"path": "/ecom/v1/orders/a", "method": "POST", "status": 500},
            'method: "POST" is not a method of this path; use "GET" or "PATCH", or leave it out',
        ),
        ({"path": "/ecom/v1/orders/search"}, "status: missing; send the status of the error, or a delay"),
        ({"path": "/ecom/v1/orders/search", "status": 200}, "status: "),
        ({"path": "/ecom/v1/orders/search", "status": 500, "count": 0}, "count: "),
        ({"path": "/ecom/v1/orders/search", "delay": 1e9}, "delay: "),
        ({"path": "/ecom/v1/orders/search", "status": 500, "retry": 1}, 'retry: unknown key "retry"'),
    ],
)
def test_a10_an_unknown_key_or_path_is_an_error_with_a_suggestion(shop: Shop, body: JSON, problem: str) -> None:
    assert description(shop.control("faults", body, 400)).startswith(problem)
