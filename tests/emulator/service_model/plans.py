"""Documents and events of pricing plans orders, around the lives of ``plan_model.py`` (section 5)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime

from plan_model import PlainOrder
from plan_model import Refusal as PlainRefusal

from .values import JSON, Document, NewId, Refusal, date, instant, micros, moment


class PlanRecord:
    """An order of a plan: its life, and the document and events that show it."""

    def __init__(self, plan: JSON, member_id: str, start: int, now: int, *, paid: bool, submission: JSON) -> None:
        self.life = PlainOrder(plan["pricing"], moment(start), floored(now), paid)
        self.plan, self.member_id, self.submission = plan, member_id, submission
        self.id: JSON = NewId()
        self.subscription_id, self.wix_pay_id = NewId(), NewId()
        self.created, self.earliest = floored(now), self.life.end
        self.cancellation: JSON = None
        self._told = 0
        self.shown = self.document()

    @property
    def due(self) -> int | None:
        at = self.life.due()
        return None if at is None else micros(at)

    def take_events(self) -> list[str]:
        """Return the slugs since the last call."""
        told, self._told = self._told, len(self.life.events)
        return [slug for slug, _ in self.life.events[told:]]

    def settle(self) -> list[str]:
        """Make the change of the next due date."""
        at = self.life.due()
        assert at is not None
        self.life.pass_one(at)
        self.shown = self.document()
        return self.take_events()

    def change(self, now: int, change: Callable[[PlainOrder, datetime], None]) -> list[str]:
        """Make a change that was asked for, or refuse it."""
        at = floored(now)
        try:
            change(self.life, at)
        except PlainRefusal as refusal:
            raise Refusal(428, str(refusal)) from None
        self.life.say("updated", at)
        self.life.touch(at)
        self.shown = self.document()
        return self.take_events()

    def cancel(self, now: int, effect: str, *, by_member: bool) -> list[str]:
        def cancel(life: PlainOrder, at: datetime) -> None:
            is_in_trial = life.status == "ACTIVE" and life.index == 0
            life.cancel(at, effect, by_member)
            seen = "NEXT_PAYMENT_DATE" if by_member and is_in_trial else effect
            cause = "MEMBER_ACTION" if by_member else "OWNER_ACTION"
            self.cancellation = {"requestedDate": text(at), "cause": cause, "effectiveAt": seen}

        return self.change(now, cancel)

    def resume(self, now: int) -> list[str]:
        def resume(life: PlainOrder, at: datetime) -> None:
            life.resume(at)
            begin, end = life.pauses[-1]
            if self.earliest is not None and end is not None:
                self.earliest += end - begin

        return self.change(now, resume)

    def postpone(self, now: int, until: str) -> list[str]:
        return self.change(now, lambda life, at: life.postpone(at, moment(instant(until))))

    # -- the document ------------------------------------------------------------------------------------------

    def document(self) -> Document:
        life, pricing = self.life, self.plan["pricing"]
        value = {key: part for key, part in pricing.items() if key not in ("price", "freeTrialDays")}
        found = {
            "id": self.id,
            "planId": self.plan["id"],
            "subscriptionId": self.subscription_id,
            "wixPayOrderId": None if life.is_free else self.wix_pay_id,
            "buyer": {"memberId": self.member_id, "contactId": self.member_id},
            "pricing": {**value, "prices": [self.price()]},
            "type": "OFFLINE",
            "status": life.status,
            "autoRenewCanceled": not life.renews if life.recurs else None,
            "cancellation": self.cancellation,
            "lastPaymentStatus": life.payment,
            "startDate": text(life.start),
            "endDate": text(life.end),
            "pausePeriods": [self.pause(*pause) for pause in life.pauses],
            "freeTrialDays": life.trial or None,
            "earliestEndDate": text(self.earliest),
            "currentCycle": self.cycle(),
            "planName": self.plan["name"],
            "planDescription": self.plan["description"],
            "planPrice": pricing["price"]["value"],
            "createdDate": text(self.created),
            "updatedDate": text(life.changed),
            "formData": self.submission and {"submissionId": self.submission},
        }
        return {key: part for key, part in found.items() if part is not None}

    def price(self) -> Document:
        amount, cycles = self.plan["pricing"]["price"], self.life.cycles
        return {
            "duration": {"cycleFrom": 1, **({} if cycles is None else {"numberOfCycles": cycles})},
            "price": {
                "subtotal": amount["value"], "discount": "0", "total": amount["value"], "currency": amount["currency"],
            },
        }  # fmt: skip

    def pause(self, begin: datetime, end: datetime | None) -> Document:
        if end is None:
            return {"status": "ACTIVE", "pauseDate": text(begin)}
        return {"status": "ENDED", "pauseDate": text(begin), "resumeDate": text(end)}

    def cycle(self) -> JSON:
        life = self.life
        if life.index is None:
            return None
        if life.cycle is None:
            return {"index": 1, "startedDate": text(life.start)}
        begin, end = life.begin_of(life.index), life.begin_of(life.index + 1)
        return {"index": life.index, "startedDate": text(begin), "endedDate": text(end)}


def listed(orders: list[Document], *, limit: int | None, offset: int | None, sorting: JSON, **wanted: JSON) -> JSON:
    """Return what a list answers (section 5.2)."""
    paths: dict[str, Callable[[Document], JSON]] = {
        "buyer_ids": lambda order: order["buyer"]["memberId"],
        "plan_ids": lambda order: order["planId"],
        "order_statuses": lambda order: order["status"],
        "payment_statuses": lambda order: order["lastPaymentStatus"],
    }
    renewal = wanted.pop("auto_renew_canceled", None)
    chosen = [
        order
        for order in orders
        if all(not values or paths[name](order) in values for name, values in wanted.items())
        and (renewal is None or order.get("autoRenewCanceled") is renewal)
    ]
    name = (sorting or {}).get("fieldName", "createdDate").removeprefix("_")
    descending = sorting is None or sorting.get("order") == "DESC"
    chosen.sort(key=lambda order: (order.get(name, ""), order["id"]), reverse=descending)
    skipped = offset or 0
    page = chosen[skipped : skipped + (limit or 50)]
    paging = {"count": len(page), "offset": skipped, "total": len(chosen), "tooManyToCount": False}
    return {"orders": deepcopy(page), "pagingMetadata": paging}


def floored(now: int) -> datetime:
    """Return the moment of a write as documents show it, in milliseconds."""
    return moment(now - now % 1_000)


def text(at: datetime | None) -> str | None:
    return None if at is None else date(micros(at))
