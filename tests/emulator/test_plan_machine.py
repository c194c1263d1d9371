"""Random lives of pricing plans orders: the emulator against the plain model of ``plan_model.py``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule
from plan_lives import MEMBER, PLANS
from plan_model import PlainOrder, Refusal
from scale import scaled
from test_plan_service import Shop

from orderquery.emulator.errors import Refused

JSON = Any
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2028, 1, 31, 10, tzinfo=UTC)


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


hours = st.integers(0, 24 * 90).map(lambda count: timedelta(hours=count)) | st.integers(0, 3_000).map(
    lambda count: timedelta(milliseconds=count)
)


class PlanLives(RuleBasedStateMachine):
    """Orders that are created, paid, paused, resumed, postponed and canceled while time passes."""

    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.shop = Shop(text(START))
        self.model: dict[str, PlainOrder] = {}

    @rule(target=orders, plan=st.sampled_from(sorted(PLANS)), ahead=st.integers(-40, 40), paid=st.booleans())
    def create(self, plan: str, ahead: int, paid: bool) -> Any:
        if len(self.model) >= 4:
            return multiple()
        self.pass_time()
        start = self.now + timedelta(days=max(ahead, -40))
        response = self.shop.emulator.create_offline_order(PLANS[plan]["id"], MEMBER, start_date=text(start), paid=paid)
        order_id: str = response.order["id"]
        self.model[order_id] = PlainOrder(PLANS[plan]["pricing"], start, self.now, paid)
        return order_id

    @rule(length=hours)
    def wait(self, length: timedelta) -> None:
        self.now += length
        self.shop.clock.set(micros(self.now))

    @rule(order_id=orders, effect=st.sampled_from(["IMMEDIATELY", "NEXT_PAYMENT_DATE"]), by_member=st.booleans())
    def cancel(self, order_id: str, effect: Any, by_member: bool) -> None:
        emulator = self.shop.emulator

        def call() -> None:
            if by_member:
                emulator.request_cancellation(MEMBER, order_id, effect)
            else:
                emulator.cancel_plan_order(order_id, effect)

        self.both(order_id, call, lambda order: order.cancel(self.now, effect, by_member))

    @rule(order_id=orders)
    def pay(self, order_id: str) -> None:
        self.both(order_id, lambda: self.shop.emulator.mark_as_paid(order_id), lambda order: order.pay(self.now))

    @rule(order_id=orders)
    def pause(self, order_id: str) -> None:
        self.both(order_id, lambda: self.shop.emulator.pause_order(order_id), lambda order: order.pause(self.now))

    @rule(order_id=orders)
    def resume(self, order_id: str) -> None:
        self.both(order_id, lambda: self.shop.emulator.resume_order(order_id), lambda order: order.resume(self.now))

    @rule(order_id=orders, days=st.integers(-5, 60))
    def postpone(self, order_id: str, days: int) -> None:
        order = self.model[order_id]
        order.pass_to(self.now)
        end = (order.end or self.now) + timedelta(days=days)
        self.both(
            order_id,
            lambda: self.shop.emulator.postpone_end_date(order_id, text(end)),
            lambda order: order.postpone(self.now, end),
        )

    def both(self, order_id: str, call: Callable[[], object], change: Callable[[PlainOrder], None]) -> None:
        """Make a call and the change of the model; both succeed, or are refused with the same code."""
        self.pass_time()
        refused = expected = None
        try:
            call()
        except Refused as refusal:
            refused = refusal.details["applicationError"]["code"]
        order = self.model[order_id]
        try:
            change(order)
        except Refusal as refusal:
            expected = str(refusal)
        else:
            order.say("updated", self.now)
            order.touch(self.now)
        assert refused == expected

    def pass_time(self) -> None:
        for order in self.model.values():
            order.pass_to(self.now)

    @invariant()
    def orders_are_those_of_the_model(self) -> None:
        self.pass_time()
        found = {order["id"]: order for order in self.shop.emulator.management_list_orders().orders}
        assert set(found) == set(self.model)
        for order_id, order in self.model.items():
            shown = found[order_id]
            assert (shown["status"], shown["lastPaymentStatus"]) == (order.status, order.payment)
            assert shown.get("endDate") == (None if order.end is None else text(order.end))
            assert shown.get("autoRenewCanceled") == (not order.renews if order.recurs else None)
            assert shown.get("cancellation", {}).get("cause", "") == order.canceled_by
            assert shown.get("currentCycle", {}).get("index") == order.index
            if order.index is not None and order.cycle is not None:
                assert shown["currentCycle"]["startedDate"] == text(order.begin_of(order.index))
                assert shown["currentCycle"]["endedDate"] == text(order.begin_of(order.index + 1))
            assert [period.get("resumeDate") for period in shown["pausePeriods"]] == [
                None if end is None else text(end) for _, end in order.pauses
            ]
            assert order.changed is not None
            assert shown["updatedDate"] == text(order.changed)

    @invariant()
    def events_are_those_of_the_model(self) -> None:
        said: dict[str, list[tuple[str, datetime]]] = {order_id: [] for order_id in self.model}
        for at, draft in self.shop.events.heard:
            number = draft.payload.get("actionEvent", {}).get("body", {}).get("cycleNumber")
            slug = draft.slug if number is None else f"{draft.slug}:{number}"
            said[draft.entity_id].append((slug, EPOCH + timedelta(microseconds=at)))
        for order_id, order in self.model.items():
            assert said[order_id] == order.events
        times = [at for at, _ in self.shop.events.heard]
        assert times == sorted(times)


PlanLives.TestCase.settings = settings(max_examples=scaled(30, 12), stateful_step_count=30, deadline=None)
TestPlanLives = PlanLives.TestCase
