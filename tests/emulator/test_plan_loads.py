"""Loading of plans, and of pricing plans orders among eCommerce orders."""

from __future__ import annotations

import json
from typing import Any

import pytest
from plan_lives import MEMBER, PLANS
from test_plan_service import ORDERS, Shop

import orderquery as oq

JSON = Any
PLAN_ORDER = {
    "id": "a1111111-1111-4111-8111-111111111111",
    "planId": PLANS["monthly"]["id"],
    "buyer": {"memberId": MEMBER},
    "status": "ACTIVE",
    "createdDate": "2026-01-01T00:00:00.000Z",
    "updatedDate": "2026-01-01T00:00:00.000Z",
}
ECOM_ORDER = {"id": PLAN_ORDER["id"], "number": "1", "status": "APPROVED", "lineItems": [], "priceSummary": {}}


def event(order: JSON, slug: str = "created", entity: str = "wix.pricing_plans.v2.order") -> JSON:
    return {
        "id": "e1", "entityFqdn": entity, "slug": slug, "entityId": order["id"],
        "eventTime": "2026-01-01T00:00:00.000000Z", "createdEvent": {"entity": order},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("document", "counts"),
    [
        (PLAN_ORDER, (0, 1)),
        ({"order": PLAN_ORDER}, (0, 1)),
        ({"orders": [PLAN_ORDER, ECOM_ORDER]}, (1, 1)),
        ([PLAN_ORDER, ECOM_ORDER], (1, 1)),
        (event(PLAN_ORDER), (0, 1)),
        (event(ECOM_ORDER, entity="wix.ecom.v1.order"), (1, 0)),
        # The entity of an event decides, whatever its order has.
        (event({"id": "a", "status": "ACTIVE"}), (0, 1)),
        ({"id": "a", "status": "ACTIVE"}, (1, 0)),
    ],
)
def test_orders_of_two_tables_in_one_load(document: JSON, counts: tuple[int, int]) -> None:
    for schema, expected in (("ecom-orders", counts), ("pricing-plans", None)):
        with oq.open_store(":memory:", schema=schema) as store:
            result = store.load(document)
            assert not result.skipped, result.problems
            if expected is not None:
                assert (result.orders, result.plan_orders) == expected
            else:
                assert result.orders + result.plan_orders == sum(counts)


def test_ids_of_two_tables_never_meet() -> None:
    shop = Shop()
    assert shop.asker.load([PLAN_ORDER, ECOM_ORDER]).json["planOrders"] == 1
    assert shop.get(PLAN_ORDER["id"]) == PLAN_ORDER
    assert shop.asker.get(f"/ecom/v1/orders/{PLAN_ORDER['id']}").json == {"order": ECOM_ORDER}
    assert shop.asker.search({"search": {}}).ids == [PLAN_ORDER["id"]]


@pytest.mark.parametrize("entity", ["wix.pricing_plans.v2.plan", "wix.stores.v2.order", "order"])
def test_an_event_of_another_entity_is_not_loaded(entity: str) -> None:
    with oq.open_store(":memory:") as store:
        result = store.load(event(PLAN_ORDER, entity=entity))
        assert [problem.code for problem in result.problems] == ["unknown-document"]


def test_a_file_that_is_matched_has_the_orders_of_one_table() -> None:
    from orderquery.documents.ingest import from_bytes
    from orderquery.language.schema import load_schema

    (problem,) = from_bytes(load_schema(), json.dumps(PLAN_ORDER).encode())
    assert isinstance(problem, oq.Diagnostic)
    assert (problem.code, problem.message) == ("foreign-document", "an order of Pricing Plans, not an eCommerce order")
    (problem,) = from_bytes(load_schema("pricing-plans"), json.dumps(ECOM_ORDER).encode())
    assert isinstance(problem, oq.Diagnostic)
    assert problem.message == "an eCommerce order, not an order of Pricing Plans"


@pytest.mark.parametrize(
    ("body", "plans", "skipped"),
    [
        (PLANS["monthly"], 1, 0),
        (list(PLANS.values()), len(PLANS), 0),
        ({"plan": PLANS["pass"]}, 1, 0),
        ({"plans": [PLANS["pass"], {"id": "x"}]}, 1, 1),
        ([PLANS["pass"], 5, None, []], 1, 3),
        (json.dumps(PLANS["pass"]) + "\n" + json.dumps(PLANS["free"]) + "\n{", 2, 1),
        ([], 0, 0),
        ({"id": "x" * 300, "pricing": PLANS["pass"]["pricing"]}, 0, 1),
    ],
)
def test_plans_are_loaded(body: JSON, plans: int, skipped: int) -> None:
    answer = Shop().asker.load(body, "?kind=plans")
    assert answer.status == 200
    found = answer.json
    assert (found["plans"], found["skipped"], len(found["problems"])) == (plans, skipped, skipped)


@pytest.mark.parametrize("body", ["{", "[" * 100_000, b"\xff", "nan"])
def test_plans_that_are_not_json(body: JSON) -> None:
    assert Shop().asker.load(body, "?kind=plans").status == 400


def test_an_unknown_kind_of_load() -> None:
    answer = Shop().asker.load(PLAN_ORDER, "?kind=plan")
    assert answer.status == 400
    assert answer.violations[0]["field"] == "kind"
    assert answer.violations[0]["violatedRule"] == "INVALID_ENUM_VALUE"


def test_a_plan_loaded_again_counts_for_new_orders_only() -> None:
    shop = Shop()
    before = shop.create("monthly")
    dearer = json.loads(json.dumps(PLANS["monthly"]))
    dearer["pricing"]["price"]["value"] = "25.00"
    shop.asker.load(dearer, "?kind=plans")
    assert shop.create("monthly")["planPrice"] == "25.00"
    assert shop.get(before["id"]) == before


def test_loaded_orders_keep_their_status() -> None:
    """Time counts for orders that were created here (D62)."""
    shop = Shop("2030-01-01T00:00:00.000Z")
    order = {**PLAN_ORDER, "startDate": "2026-01-01T00:00:00.000Z", "endDate": "2026-02-01T00:00:00.000Z"}
    shop.asker.load(order)
    assert shop.get(order["id"]) == order
    assert shop.send("POST", f"{ORDERS}/{order['id']}/pause", {}).status == 200
    assert shop.send("POST", f"{ORDERS}/{order['id']}/resume", {}).status == 200
    assert shop.get(order["id"])["status"] == "ACTIVE"


def test_a_stored_order_stands_for_its_plan() -> None:
    """The newest order of a plan that was not loaded gives name, description, pricing and tax (D60)."""
    shop = Shop()
    plan_id = "d1111111-1111-4111-8111-111111111111"
    pricing = {
        "subscription": {"cycleDuration": {"count": 1, "unit": "WEEK"}, "cycleCount": 2},
        "prices": [{"duration": {"cycleFrom": 1}, "price": {"subtotal": "7.00", "total": "7.00", "currency": "CHF"}}],
    }
    older = {**PLAN_ORDER, "planId": plan_id, "planName": "Old", "planPrice": "6", "pricing": pricing}
    newer = {
        **older, "id": "a2222222-1111-4111-8111-111111111111", "planName": "New", "planPrice": "7.00",
        "createdDate": "2026-01-02T00:00:00.000Z",
    }  # fmt: skip
    shop.asker.load(
        [newer, older, {**PLAN_ORDER, "id": "a3", "planId": plan_id, "createdDate": "2026-01-03T00:00:00Z"}]
    )
    answer = shop.send("POST", "/pricing-plans/v2/checkout/orders/offline", {"planId": plan_id, "memberId": MEMBER})
    order = answer.json["order"]
    assert (order["planName"], order["planPrice"]) == ("New", "7.00")
    assert order["endDate"] == "2026-01-15T00:00:00.000Z"
    assert order["pricing"]["prices"][0]["price"]["currency"] == "CHF"


def test_events_of_an_emulator_load_back() -> None:
    shop = Shop()
    order = shop.create("monthly", paid=True)
    shop.send("POST", f"{ORDERS}/{order['id']}/pause", {})
    with oq.open_store(":memory:") as store:
        for _, draft in shop.events.heard:
            number = len(store.at_table(oq.load_schema("pricing-plans")).search({}).ids)
            loaded = store.load(
                {
                    "id": str(number), "entityFqdn": draft.entity_fqdn, "slug": draft.slug,
                    "entityId": draft.entity_id, "eventTime": "2026-01-01T00:00:00.000000Z", **draft.payload,
                }
            )  # fmt: skip
            assert not loaded.skipped
        assert store.at_table(oq.load_schema("pricing-plans")).get(order["id"]) == shop.get(order["id"])
