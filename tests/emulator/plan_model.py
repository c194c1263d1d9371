"""A plain model of pricing plans orders, written from the documents: it shares no code with the package."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

JSON = Any
OVER = ("CANCELED", "ENDED")


class Refusal(Exception):
    """The code of a call that is refused."""


def later(moment: datetime, count: int, unit: str) -> datetime:
    if unit in ("DAY", "WEEK"):
        return moment + timedelta(days=count * (7 if unit == "WEEK" else 1))
    months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "YEAR" else 1)
    year, month = months // 12, months % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


@dataclass
class PlainOrder:
    """One order; times are of UTC."""

    pricing: JSON
    start: datetime
    created: datetime
    paid: bool
    status: str = "PENDING"
    end: datetime | None = None
    renews: bool = True
    canceled_by: str = ""
    index: int | None = None
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    events: list[tuple[str, datetime]] = field(default_factory=list)
    changed: datetime | None = None

    def __post_init__(self) -> None:
        self.payment = "NOT_APPLICABLE" if self.is_free else "PAID" if self.paid else "UNPAID"
        self.end = self.natural_end()
        self.say("created", self.created)
        self.say("purchased", self.created)
        if self.start <= self.created:
            self.begin(self.created)
        if self.payment == "PAID":
            self.say("marked_as_paid", self.created)
        self.changed = self.created

    # -- what the plan says ------------------------------------------------------------------------------------

    @property
    def is_free(self) -> bool:
        return float(self.pricing["price"]["value"]) == 0

    @property
    def recurs(self) -> bool:
        return "subscription" in self.pricing

    @property
    def trial(self) -> int:
        return self.pricing.get("freeTrialDays", 0) if self.recurs else 0

    @property
    def cycle(self) -> JSON:
        if self.recurs:
            return self.pricing["subscription"]["cycleDuration"]
        return self.pricing.get("singlePaymentForDuration")

    @property
    def cycles(self) -> int | None:
        """The number of cycles; ``None`` until canceled."""
        return (self.pricing["subscription"]["cycleCount"] or None) if self.recurs else 1

    def natural_end(self) -> datetime | None:
        if self.cycle is None or self.cycles is None:
            return None
        return later(self.start + timedelta(days=self.trial), self.cycle["count"] * self.cycles, self.cycle["unit"])

    def begin_of(self, index: int) -> datetime:
        """Return when a cycle begins, pauses counted."""
        paying = self.start + timedelta(days=self.trial)
        moment = later(paying, self.cycle["count"] * (index - 1), self.cycle["unit"]) if index else self.start
        for begin, end in self.pauses:
            if end is not None and begin < moment:
                moment += end - begin
        return moment

    def index_at(self, moment: datetime) -> int:
        if self.cycle is None:
            return 1
        index = 0 if self.trial else 1
        while (self.cycles is None or index < self.cycles) and self.begin_of(index + 1) <= moment:
            index += 1
        return index

    # -- what happens ------------------------------------------------------------------------------------------

    def say(self, slug: str, moment: datetime) -> None:
        self.events.append((slug, moment))

    def touch(self, moment: datetime) -> None:
        assert self.changed is not None
        self.changed = max(moment, self.changed + timedelta(milliseconds=1))

    def begin(self, moment: datetime) -> None:
        self.status, self.index = "ACTIVE", self.index_at(moment)
        self.say("started", moment)
        if self.recurs:
            self.say(f"cycle_started:{self.index}", moment)

    def finish(self, status: str, moment: datetime) -> None:
        self.status, self.index = status, None
        if status == "CANCELED":
            self.say("canceled", moment)
        self.say("ended", moment)

    def due(self) -> datetime | None:
        found = []
        if self.status == "PENDING":
            found.append(self.start)
        elif self.status == "ACTIVE":
            if self.end is not None:
                found.append(self.end)
            if self.recurs and self.renews and (self.cycles is None or self.index < self.cycles):
                found.append(self.begin_of(self.index + 1))
        if not found:
            return None
        assert self.changed is not None
        return min(found) if min(found) > self.changed else self.changed + timedelta(milliseconds=1)

    def pass_to(self, moment: datetime) -> None:
        """Let time bring what it brings until a moment."""
        while (at := self.due()) is not None and at <= moment:
            self.pass_one(at)

    def pass_one(self, at: datetime) -> None:
        """Make the change that is due at a moment."""
        if self.status == "PENDING":
            self.begin(at)
        elif self.end is not None and self.end <= at:
            self.finish("CANCELED" if self.canceled_by and not self.renews else "ENDED", at)
        else:
            self.index = self.index_at(at)
            self.say(f"cycle_started:{self.index}", at)
        self.say("updated", at)
        self.touch(at)

    # -- what is asked for -------------------------------------------------------------------------------------

    def cancel(self, now: datetime, effect: str, by_member: bool) -> None:
        if self.status in OVER:
            raise Refusal("ORDER_ALREADY_CANCELED")
        if by_member and self.status == "ACTIVE" and self.index == 0:
            effect = "NEXT_PAYMENT_DATE"
        who = "MEMBER_ACTION" if by_member else "OWNER_ACTION"
        if effect == "IMMEDIATELY":
            self.canceled_by, self.end = who, now
            self.finish("CANCELED", now)
            return
        if not self.recurs:
            raise Refusal("ORDER_CAN_ONLY_BE_CANCELED_IMMEDIATELY")
        if self.status == "PAUSED":
            index = self.index_at(self.pauses[-1][0])
        else:
            index = self.index if self.index is not None else (0 if self.trial else 1)
        end = self.begin_of(index + 1)
        if end > now:
            self.end = end
        self.canceled_by, self.renews = who, False
        self.say("auto_renew_canceled", now)

    def pay(self, now: datetime) -> None:
        if self.payment in ("PAID", "NOT_APPLICABLE"):
            raise Refusal("ORDER_ALREADY_PAID")
        self.payment = "PAID"
        self.say("marked_as_paid", now)

    def pause(self, now: datetime) -> None:
        if self.status != "ACTIVE" or (self.recurs and self.index == 0):
            raise Refusal("ORDER_NOT_ACTIVE")
        self.status, self.index = "PAUSED", None
        self.pauses.append((now, None))
        self.say("paused", now)

    def resume(self, now: datetime) -> None:
        if self.status != "PAUSED":
            raise Refusal("ORDER_NOT_PAUSED")
        begin, _ = self.pauses.pop()
        self.pauses.append((begin, now))
        self.status = "ACTIVE"
        if self.end is not None:
            self.end += now - begin
        self.index = self.index_at(now)
        self.say("resumed", now)

    def postpone(self, now: datetime, end: datetime) -> None:
        if self.status in OVER:
            raise Refusal("ORDER_NOT_ACTIVE")
        if self.status == "PAUSED":
            raise Refusal("ORDER_IS_PAUSED")
        if self.end is None:
            raise Refusal("ORDER_HAS_NO_END_DATE")
        if end <= self.end:
            raise Refusal("END_DATE_MUST_BE_LATER")
        self.end = end
        self.say("end_date_postponed", now)
