"""The rules of the service machine about pricing plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import service_requests as requests
from hypothesis import strategies as st
from service_comparison import DAY, JSON, PLANS, Comparison, counted_rule
from service_model.values import date, instant


class PlanRules(Comparison):
    """Orders of plans that are created, listed, paid, paused, resumed, postponed and canceled."""

    @counted_rule(plan_order=requests.new_plan_orders)
    def create_offline_order(self, plan_order: JSON) -> None:
        self.create_plan_order(**plan_order)

    def create_plan_order(
        self, plan: str, member: str, ahead: int | None, paid: bool, coupon: str | None, submission: str | None
    ) -> None:
        plan_id, start = self.plan_and_start(plan, ahead)
        answers = self.both(
            lambda: self.shop.create_offline_order(
                plan_id, member, start_date=start, paid=paid, coupon_code=coupon, submission_id=submission
            ),
            lambda: self.model.create_plan_order(
                plan_id, member, start, paid=paid, coupon=coupon, submission=submission
            ),
        )
        if answers is not None:
            found, record = answers
            self.same(found.order, record.shown)
            self.model.add_plan_order(record)
            self.compare_events()

    @counted_rule(plan_order=requests.new_plan_orders)
    def preview_order(self, plan_order: JSON) -> None:
        plan_id, start = self.plan_and_start(plan_order["plan"], plan_order["ahead"])
        member, coupon = plan_order["member"], plan_order["coupon"]
        answers = self.both(
            lambda: self.shop.get_offline_order_preview(plan_id, member, start_date=start, coupon_code=coupon),
            lambda: self.model.preview(plan_id, member, start, coupon),
        )
        if answers is not None:
            self.same(answers[0].to_json(), answers[1])
            self.same(
                self.shop.get_price_preview(plan_id).to_json(), {"prices": answers[1]["order"]["pricing"]["prices"]}
            )

    def plan_and_start(self, plan: str, ahead: int | None) -> tuple[str, str | None]:
        start = None if ahead is None else date(self.model.now + ahead * DAY)
        return (PLANS[plan]["id"] if plan in PLANS else plan), start

    def wait(self, length: int) -> None:
        self.model.now += length
        self.clock.advance(length)

    def change_plan_order(self, order_id: str, call: Callable[[], Any], change: Any, member: str | None = None) -> None:
        answers = self.both(call, lambda: self.model.change_plan_order(order_id, change, member))
        if answers is not None:
            assert answers[0].to_json() == {}
            self.compare_events()

    @counted_rule(which=requests.few, wait=requests.waits, effect=requests.effects)
    def cancel_plan_order(self, which: int, wait: int, effect: Any) -> None:
        self.wait(wait)
        order_id, now = self.plan_order_id(which, "ACTIVE", "PAUSED"), self.model.now
        self.change_plan_order(
            order_id,
            lambda: self.shop.cancel_plan_order(order_id, effect),
            lambda record: record.cancel(now, effect, by_member=False),
        )

    @counted_rule(
        which=requests.few,
        wait=requests.waits,
        effect=requests.effects,
        other=st.sampled_from([None, None, None, "", requests.MEMBERS[0]]),
    )
    def request_cancellation(self, which: int, wait: int, effect: Any, other: str | None) -> None:
        self.wait(wait)
        order_id, now = self.plan_order_id(which, "ACTIVE", "PENDING"), self.model.now
        member = self.member_of(order_id) if other is None else other
        self.change_plan_order(
            order_id,
            lambda: self.shop.request_cancellation(member, order_id, effect),
            lambda record: record.cancel(now, effect, by_member=True),
            member,
        )

    def member_of(self, order_id: str) -> str:
        record = self.model.plan_orders.get(order_id)
        return requests.MEMBERS[1] if record is None else record.member_id

    @counted_rule(which=requests.few, wait=requests.waits)
    def mark_as_paid(self, which: int, wait: int) -> None:
        self.wait(wait)
        order_id, now = self.plan_order_id(which, "ACTIVE", "PENDING", "PAUSED"), self.model.now
        self.change_plan_order(
            order_id,
            lambda: self.shop.mark_as_paid(order_id),
            lambda record: record.change(now, lambda life, at: life.pay(at)),
        )

    @counted_rule(which=requests.few, wait=requests.waits)
    def pause_order(self, which: int, wait: int) -> None:
        self.wait(wait)
        order_id, now = self.plan_order_id(which, "ACTIVE"), self.model.now
        self.change_plan_order(
            order_id,
            lambda: self.shop.pause_order(order_id),
            lambda record: record.change(now, lambda life, at: life.pause(at)),
        )

    @counted_rule(which=requests.few, wait=requests.waits)
    def resume_order(self, which: int, wait: int) -> None:
        self.wait(wait)
        order_id, now = self.plan_order_id(which, "PAUSED"), self.model.now
        self.change_plan_order(order_id, lambda: self.shop.resume_order(order_id), lambda record: record.resume(now))

    @counted_rule(which=requests.few, wait=requests.waits, days=st.integers(-5, 60))
    def postpone_end_date(self, which: int, wait: int, days: int) -> None:
        self.wait(wait)
        order_id, now = self.plan_order_id(which, "ACTIVE", "PENDING"), self.model.now
        record = self.model.plan_orders.get(order_id)
        end = record.life.end if record is not None else None
        until = date((instant(end.isoformat()) if end is not None else now) + days * DAY)
        self.change_plan_order(
            order_id,
            lambda: self.shop.postpone_end_date(order_id, until),
            lambda record: record.postpone(now, until),
        )

    @counted_rule(wanted=requests.plan_lists, sorting=requests.plan_sortings)
    def list_plan_orders(self, wanted: JSON, sorting: JSON) -> None:
        wanted = self.with_plan_ids(wanted)
        answers = self.both(
            lambda: self.shop.management_list_orders(sorting=sorting, field_set="FULL", **wanted),
            lambda: self.model.list_plan_orders(sorting=sorting, **wanted),
        )
        self.accept(answers, lambda found: found.to_json())

    @counted_rule(wanted=requests.plan_lists, sorting=requests.plan_sortings, member=st.sampled_from(requests.MEMBERS))
    def list_member_orders(self, wanted: JSON, sorting: JSON, member: str) -> None:
        wanted = {key: part for key, part in self.with_plan_ids(wanted).items() if key != "buyer_ids"}
        answers = self.both(
            lambda: self.shop.member_list_orders(member, sorting=sorting, field_set="FULL", **wanted),
            lambda: self.model.list_plan_orders(sorting=sorting, buyer_ids=[member], **wanted),
        )
        self.accept(answers, lambda found: found.to_json())

    def with_plan_ids(self, wanted: JSON) -> JSON:
        return {**wanted, "plan_ids": [PLANS[name]["id"] for name in wanted.get("plan_ids", ())]}

    @counted_rule(which=requests.few, member=st.sampled_from([None, None, "", "own", requests.MEMBERS[0]]))
    def get_plan_order(self, which: int, member: str | None) -> None:
        order_id = self.plan_order_id(which)
        caller = self.member_of(order_id) if member == "own" else member
        answers = self.both(
            lambda: (
                self.shop.management_get_order(order_id, field_set="FULL")
                if caller is None
                else self.shop.member_get_order(caller, order_id, field_set="FULL")
            ),
            lambda: self.model.get_plan_order(order_id, caller),
        )
        if answers is not None:
            self.same(answers[0].order, answers[1])
