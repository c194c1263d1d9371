"""Pricing plans orders over HTTP: every case of ``plans/lives.json``, and what a store adds to the rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
from plan_lives import LIVES, MEMBER, PLANS, compare_events, compare_order, instant
from serving import Answer, Asker

import orderquery as oq
from orderquery.emulator.clock import Clock
from orderquery.emulator.emulator import Emulator
from orderquery.emulator.events import EventDraft, EventLog
from orderquery.language.datetimes import write_instant

JSON = Any
ORDERS = "/pricing-plans/v2/orders"
MEMBER_ORDERS = "/pricing-plans/v2/member/orders"
CHECKOUT = "/pricing-plans/v2/checkout/orders"
MEMBER_HEADER = "x-orderquery-member"
CALLS = {
    "cancelOrder": ("POST", ORDERS, "/cancel"),
    "requestCancellation": ("POST", MEMBER_ORDERS, "/cancel"),
    "markAsPaid": ("POST", ORDERS, "/mark-as-paid"),
    "pauseOrder": ("POST", ORDERS, "/pause"),
    "resumeOrder": ("POST", ORDERS, "/resume"),
    "postponeEndDate": ("PATCH", ORDERS, ""),
}
"""Method, path before and after the id of each call, by its name in the SDK."""


class HeardEvents(EventLog):
    """The events of an emulator, each with its instant."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator.deliveries.enqueue)
        self.heard: list[tuple[int, EventDraft]] = []

    def append(self, change: Any, draft: EventDraft) -> None:
        super().append(change, draft)
        copied = json.loads(json.dumps(draft.payload, default=str))
        self.heard.append((change.now, draft._replace(payload=copied)))


class Shop:
    """A server with a frozen clock, over an empty store with the plans of the cases."""

    def __init__(self, now: str = "2026-01-01T00:00:00.000Z", **options: Any) -> None:
        self.clock = Clock(instant(now), frozen=True)
        self.store = options.pop("store", None) or oq.open_store(":memory:")
        self.emulator = Emulator(self.store, clock=self.clock, seed="plans", **options)
        self.events = self.emulator.events = HeardEvents(self.emulator)
        self.emulator._open()
        self.emulator.load_plans(PLANS.values())
        self.asker = Asker(self.store, emulator=self.emulator)

    def send(self, method: str, path: str, body: JSON = None, member: str | None = MEMBER, **headers: str) -> Answer:
        sent = {**({MEMBER_HEADER: member} if member else {}), **headers}
        raw = None if body is None else json.dumps(body).encode()
        return self.asker.ask(method, path, raw, [(name.encode(), value.encode()) for name, value in sent.items()])

    def create(self, plan: str, member: str = MEMBER, **options: JSON) -> JSON:
        answer = self.send("POST", f"{CHECKOUT}/offline", {"planId": PLANS[plan]["id"], "memberId": member, **options})
        assert answer.status == 200, answer.content
        return answer.json["order"]

    def get(self, order_id: str) -> JSON:
        answer = self.send("GET", f"{ORDERS}/{order_id}")
        assert answer.status == 200, answer.content
        return answer.json["order"]

    def take_events(self, now: str) -> list[str]:
        """Return the events since the last call, as the cases write them."""
        written = []
        for at, draft in self.events.heard:
            assert draft.entity_fqdn == "wix.pricing_plans.v2.order"
            number = draft.payload.get("actionEvent", {}).get("body", {}).get("cycleNumber")
            slug = draft.slug if number is None else f"{draft.slug}:{number}"
            written.append(slug if at == instant(now) else f"{slug}@{write_instant(at)}")
        self.events.heard.clear()
        return written


@pytest.mark.parametrize("case", LIVES, ids=[case["name"] for case in LIVES])
def test_life(case: JSON) -> None:
    shop = Shop(case["clock"])
    order = shop.create(case["plan"], **case.get("create", {}))
    assert shop.get(order["id"]) == order
    for step in case["steps"]:
        shop.clock.set(instant(step["at"]))
        if "call" in step:
            method, before, after = CALLS[step["call"]]
            answer = shop.send(method, f"{before}/{order['id']}{after}", {"id": order["id"], **step.get("body", {})})
            if "error" in step:
                assert answer.status == 428
                error = answer.json["details"]["applicationError"]
                assert error["code"] == step["error"]["code"]
                assert error.get("data") == step["error"].get("data")
            else:
                assert (answer.status, answer.content) == (200, b"{}")
        found = shop.get(order["id"])
        compare_order(found, step.get("order", {}))
        compare_events(shop.take_events(step["at"]), step)
        listed = shop.send("GET", f"{ORDERS}?orderStatuses={found['status']}").json
        assert listed["orders"] == [found]
