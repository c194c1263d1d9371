"""The life of pricing plans orders, by the pure rules: every case of ``plans/lives.json``."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from plan_lives import LIVES, MEMBER, PLANS, compare_events, compare_order, instant, write_event

from orderquery.emulator.errors import Refused
from orderquery.emulator.plan_prices import read_plan
from orderquery.emulator.plan_rules import (
    ZERO_ID,
    PlanEvent,
    cancel,
    due,
    mark_as_paid,
    new_order,
    pause,
    postpone_end_date,
    preview,
    resume,
    settle,
)
from orderquery.language.datetimes import LAST_INSTANT, text_of_instant

JSON = Any


class Life:
    """One order without a store: what the service does, in the fewest words."""

    def __init__(self, case: JSON) -> None:
        ids = count(1)
        options = {name: value for name, value in case.get("create", {}).items() if name != "startDate"}
        start = case.get("create", {}).get("startDate")
        self.now = case["clock"]
        self.order, events = new_order(
            read_plan(PLANS[case["plan"]]),
            lambda: f"{next(ids):08}-0000-4000-8000-000000000000",
            member_id=MEMBER,
            now=instant(self.now),
            start=None if start is None else instant(start),
            **options,
        )
        self.events = [(event, self.now) for event in events]

    def run(self, step: JSON) -> None:
        self.now = step["at"]
        while (at := due(self.order)) is not None and at <= instant(self.now):
            self._update(settle(self.order, at), at)
        if "call" in step:
            self._update(self._call(step["call"], step.get("body", {}), instant(self.now)), instant(self.now))

    def _call(self, name: str, body: JSON, now: int) -> list[PlanEvent]:
        if name in ("cancelOrder", "requestCancellation"):
            return cancel(self.order, body["effectiveAt"], now, by_member=name == "requestCancellation")
        if name == "postponeEndDate":
            return postpone_end_date(self.order, instant(body["endDate"]))
        return {"markAsPaid": mark_as_paid, "pauseOrder": pause, "resumeOrder": resume}[name](self.order, now)

    def _update(self, events: list[PlanEvent], at: int) -> None:
        self.order["updatedDate"] = text_of_instant(max(at, instant(self.order["updatedDate"]) + 1000))
        self.events += [(event, text_of_instant(at)) for event in events]


@pytest.mark.parametrize("case", LIVES, ids=[case["name"] for case in LIVES])
def test_life(case: JSON) -> None:
    life = Life(case)
    for step in case["steps"]:
        if "error" in step:
            before = json.dumps(life.order)
            with pytest.raises(Refused) as refused:
                life.run(step)
            error = refused.value.details["applicationError"]
            assert refused.value.status == 428
            assert error["code"] == step["error"]["code"]
            assert error.get("data") == step["error"].get("data")
            assert json.dumps(life.order) == before
        else:
            life.run(step)
        compare_order(life.order, step.get("order", {}))
        compare_events([write_event(event, at, life.now) for event, at in life.events], step)
        life.events.clear()


def test_a_new_order_has_the_keys_in_the_order_of_the_service() -> None:
    order = Life({"plan": "trial", "clock": "2026-01-01T00:00:00.000Z"}).order
    assert list(order) == [
        *["id", "planId", "subscriptionId", "wixPayOrderId", "buyer", "pricing", "type", "status", "autoRenewCanceled"],
        *["lastPaymentStatus", "startDate", "pausePeriods", "freeTrialDays", "currentCycle"],
        *["planName", "planDescription", "planPrice", "createdDate", "updatedDate"],
    ]
    assert order["buyer"] == {"memberId": MEMBER, "contactId": MEMBER}


def test_a_canceled_order_has_its_keys_beside_their_neighbours() -> None:
    life = Life({"plan": "monthly", "clock": "2026-01-01T00:00:00.000Z"})
    life.run({"at": "2026-01-02T00:00:00.000Z", "call": "cancelOrder", "body": {"effectiveAt": "NEXT_PAYMENT_DATE"}})
    keys = list(life.order)
    assert keys[keys.index("autoRenewCanceled") + 1] == "cancellation"
    assert keys[keys.index("startDate") + 1] == "endDate"


def test_a_preview_has_zeros_for_ids_and_a_null_tax() -> None:
    order = Life({"plan": "monthly", "clock": "2026-01-01T00:00:00.000Z"}).order
    shown = preview(order, read_plan(PLANS["monthly"]))
    assert shown["id"] == shown["subscriptionId"] == ZERO_ID
    assert "wixPayOrderId" not in shown
    assert shown["pricing"]["prices"][0]["price"]["tax"] is None
    assert "tax" not in order["pricing"]["prices"][0]["price"]
    for document in (shown, order):
        for key in ("id", "subscriptionId", "pricing", "wixPayOrderId"):
            document.pop(key, None)
    assert shown == order


@pytest.mark.parametrize(
    ("order", "events"),
    [
        ({"type": "OFFLINE", "status": "DRAFT", "startDate": "2020-01-01T00:00:00Z"}, ["marked_as_paid", "started"]),
        ({"type": "OFFLINE", "status": "DRAFT", "startDate": "2030-01-01T00:00:00Z"}, ["marked_as_paid"]),
        ({"type": "OFFLINE", "status": "PAUSED", "startDate": "2020-01-01T00:00:00Z"}, ["marked_as_paid"]),
        ({"type": "OFFLINE"}, ["marked_as_paid"]),
        ({"type": "ONLINE", "lastPaymentStatus": "UNPAID"}, "ORDER_IS_NOT_OFFLINE"),
        ({}, "ORDER_IS_NOT_OFFLINE"),
    ],
)
def test_a_loaded_order_is_marked_as_paid(order: JSON, events: JSON) -> None:
    now = instant("2026-01-01T00:00:00.000Z")
    if isinstance(events, str):
        with pytest.raises(Refused, match="only an OFFLINE order"):
            mark_as_paid(order, now)
        return
    assert [event.slug for event in mark_as_paid(order, now)] == [*events, "updated"]
    assert order["lastPaymentStatus"] == "PAID"
    assert order.get("status") in ("PENDING" if "2030" in order.get("startDate", "") else "ACTIVE", "PAUSED", None)


@pytest.mark.parametrize("rule", [cancel, pause, resume, mark_as_paid, settle, due])
@pytest.mark.parametrize(
    "part",
    [
        {},
        {"status": "ACTIVE", "pausePeriods": 1, "currentCycle": 1, "endDate": 5, "pricing": []},
        {"status": "PAUSED", "pausePeriods": [1, {}], "pricing": {"subscription": 1}, "startDate": "x"},
        {"status": "PENDING", "startDate": "2020-01-01T00:00:00Z", "pricing": {"subscription": {"cycleDuration": {}}}},
        {"status": "ACTIVE", "currentCycle": {"index": "a", "endedDate": "b"}, "pricing": {"prices": [1]}},
        {"status": 1, "type": "OFFLINE", "lastPaymentStatus": []},
    ],
)
def test_a_loaded_order_of_any_shape_is_changed_or_refused(rule: Any, part: JSON) -> None:
    order = {"updatedDate": "2019-01-01T00:00:00Z", **json.loads(json.dumps(part))}
    now = instant("2026-01-01T00:00:00.000Z")
    try:
        if rule is cancel:
            cancel(order, "IMMEDIATELY", now)
            order.update(part)
            cancel(order, "NEXT_PAYMENT_DATE", now, by_member=True)
        elif rule is due:
            due(order)
        else:
            rule(order, now)
    except Refused as refused:
        assert refused.status == 428


dates = st.sampled_from(
    ["2026-01-31T00:00:00.000Z", "2026-03-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "x"]
)
odd = st.none() | st.integers(-1, 3) | st.booleans() | st.text(max_size=2) | st.just([]) | st.just({})
durations = st.fixed_dictionaries({"count": st.integers(0, 3) | odd, "unit": st.sampled_from(["DAY", "MONTH", "x"])})
models = st.fixed_dictionaries({"cycleDuration": durations | odd, "cycleCount": st.integers(0, 3) | odd})
documents = st.fixed_dictionaries(
    {"status": st.sampled_from(["PENDING", "ACTIVE", "PAUSED", "DRAFT"]), "type": st.sampled_from(["OFFLINE", "x"])},
    optional={
        "updatedDate": dates,
        "startDate": dates | odd,
        "endDate": dates | odd,
        "earliestEndDate": dates | odd,
        "autoRenewCanceled": odd,
        "cancellation": odd,
        "freeTrialDays": odd,
        "lastPaymentStatus": odd,
        "currentCycle": odd | st.fixed_dictionaries({"index": odd, "startedDate": dates, "endedDate": dates | odd}),
        "pricing": odd | st.fixed_dictionaries({"subscription": models | odd}),
        "pausePeriods": odd
        | st.lists(
            odd | st.fixed_dictionaries({"status": st.just("ACTIVE"), "pauseDate": dates, "resumeDate": dates | odd})
        ),
    },
)


@given(documents, st.integers(0, 5))
@example(
    {"status": "PENDING", "startDate": "2026-01-31T00:00:00.000Z", "pricing": {"subscription": {}}, "currentCycle": 5},
    5,
)
def test_time_passes_for_any_document(order: JSON, choice: int) -> None:
    """A load can put any document in place of an order: time goes on for the others."""
    now = instant("2026-06-01T00:00:00.000Z")
    rules = [mark_as_paid, pause, resume, lambda order, at: cancel(order, "NEXT_PAYMENT_DATE", at, by_member=True)]
    if choice < len(rules):
        try:
            rules[choice](order, now)
        except Refused as refused:
            assert refused.status == 428
    for _ in range(20):
        at = due(order)
        if at is None or at > LAST_INSTANT:
            break
        assert settle(order, at)
        order["updatedDate"] = text_of_instant(at)
        following = due(order)
        assert following is None or following > at - 1000
