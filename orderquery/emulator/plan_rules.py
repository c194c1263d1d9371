"""The life of a pricing plans order, as pure functions of the order and the time.

An order is a decoded document; a function changes it in place and returns what happened. Instants are in microseconds
since 1970-01-01 UTC. ``updatedDate`` is the caller's to set.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from ..language.datetimes import MILLISECOND_US, floor_ms, read_instant, text_of_instant, write_instant
from .plan_calendar import LAST_DATE, PlanCycle, PlanPause, PlanSchedule
from .plan_errors import plan_error
from .plan_prices import PlanTerms, is_recurring, schedule_of

JSON = Any
PlanOrder = dict[str, JSON]
Effect = Literal["IMMEDIATELY", "NEXT_PAYMENT_DATE"]

ZERO_ID = "00000000-0000-0000-0000-000000000000"
"""The id of a preview."""
OVER = ("CANCELED", "ENDED")
"""The statuses that nothing changes."""
_FAR_FUTURE = 1 << 62


class PlanEvent(NamedTuple):
    """One event about an order; ``cycle_number`` is that of the cycle that started."""

    slug: str
    cycle_number: int | None = None


_UPDATED = PlanEvent("updated")


# -- a new order -------------------------------------------------------------------------------------------------


def new_order(
    terms: PlanTerms,
    new_id: Callable[[], str],
    *,
    member_id: str,
    now: int,
    start: int | None = None,
    paid: bool = False,
    submission_id: str | None = None,
) -> tuple[PlanOrder, list[PlanEvent]]:
    """Return an offline order and its events; ``start`` defaults to now."""
    begin = floor_ms(now) if start is None else start
    schedule = terms.schedule(begin)
    active, end = begin <= now, schedule.end()
    paid = paid and not terms.is_free
    order: PlanOrder = {"id": new_id(), "planId": terms.plan_id, "subscriptionId": new_id()}
    if not terms.is_free:
        order["wixPayOrderId"] = new_id()
    order |= {
        "buyer": {"memberId": member_id, "contactId": member_id},
        "pricing": terms.pricing(),
        "type": "OFFLINE",
        "status": "ACTIVE" if active else "PENDING",
    }
    if terms.is_recurring:
        order["autoRenewCanceled"] = False
    order["lastPaymentStatus"] = "NOT_APPLICABLE" if terms.is_free else "PAID" if paid else "UNPAID"
    order["startDate"] = write_instant(begin)
    if end is not None:
        order["endDate"] = write_instant(end)
    order["pausePeriods"] = []
    if terms.trial_days:
        order["freeTrialDays"] = terms.trial_days
    if end is not None:
        order["earliestEndDate"] = write_instant(end)
    if active:
        order["currentCycle"] = _cycle_document(schedule.cycle_at(now))
    order |= {"planName": terms.name, "planDescription": terms.description, "planPrice": terms.price}
    order["createdDate"] = order["updatedDate"] = text_of_instant(now)
    if form := _form_data(terms.form_id, submission_id):
        order["formData"] = form
    events = [PlanEvent("created"), PlanEvent("purchased"), *(_begun(order) if active else [])]
    return order, [*events, PlanEvent("marked_as_paid")] if paid else events


def preview(order: PlanOrder, terms: PlanTerms) -> PlanOrder:
    """Return a new order as a preview: zeros for ids, and null for an absent tax."""
    shown = {key: value for key, value in order.items() if key != "wixPayOrderId"}
    pricing = {**terms.pricing(), "prices": terms.prices(preview=True)}
    return {**shown, "id": ZERO_ID, "subscriptionId": ZERO_ID, "pricing": pricing}


def _form_data(form_id: str | None, submission_id: str | None) -> dict[str, JSON]:
    parts = {"formId": form_id, "submissionId": submission_id}
    return {key: value for key, value in parts.items() if value is not None}


# -- what is asked for -------------------------------------------------------------------------------------------


def cancel(order: PlanOrder, effective_at: Effect, now: int, *, by_member: bool = False) -> list[PlanEvent]:
    """Cancel an order now, or at its next payment.

    A member who cancels in the free trial keeps the order until the trial ends.

    Raises:
        Refused: 428 if it is over already, or is paid once and is to be canceled later.

    """
    status = order.get("status")
    if status in OVER:
        raise plan_error("ORDER_ALREADY_CANCELED", status=status)
    if by_member and _is_in_trial(order) and is_recurring(order):
        effective_at = "NEXT_PAYMENT_DATE"
    cause = "MEMBER_ACTION" if by_member else "OWNER_ACTION"
    cancellation = {"requestedDate": text_of_instant(now), "cause": cause, "effectiveAt": effective_at}
    if effective_at == "IMMEDIATELY":
        _insert(order, "cancellation", cancellation, after="autoRenewCanceled")
        _close(order, "CANCELED")
        _insert(order, "endDate", text_of_instant(now), after="startDate")
        return [PlanEvent("canceled"), PlanEvent("ended"), _UPDATED]
    if not is_recurring(order) or status == "DRAFT":
        raise plan_error("ORDER_CAN_ONLY_BE_CANCELED_IMMEDIATELY")
    _insert(order, "autoRenewCanceled", True, after="status")
    _insert(order, "cancellation", cancellation, after="autoRenewCanceled")
    end = _end_of_current_cycle(order, now)
    if end is not None and end > now:
        _insert(order, "endDate", write_instant(end), after="startDate")
    return [PlanEvent("auto_renew_canceled"), _UPDATED]


def mark_as_paid(order: PlanOrder, now: int) -> list[PlanEvent]:
    """Mark an offline order as paid, all its cycles included.

    Raises:
        Refused: 428 if it is not an offline order, or is paid or free.

    """
    if order.get("type") != "OFFLINE":
        raise plan_error("ORDER_IS_NOT_OFFLINE", type=order.get("type"))
    if order.get("lastPaymentStatus") in ("PAID", "NOT_APPLICABLE"):
        raise plan_error("ORDER_ALREADY_PAID", lastPaymentStatus=order["lastPaymentStatus"])
    order["lastPaymentStatus"] = "PAID"
    events = [PlanEvent("marked_as_paid")]
    status, start = order.get("status"), read_instant(order.get("startDate"))
    if status in ("DRAFT", "PENDING", "ACTIVE") and start is not None:
        if start > now:
            order["status"] = "PENDING"
            order.pop("currentCycle", None)
        elif status != "ACTIVE":
            _begin(order, now)
            events += _begun(order)
    return [*events, _UPDATED]


_WHY_NOT_PAUSED = {"DRAFT": "PENDING", "PENDING": "NOT_STARTED", "PAUSED": "ALREADY_SUSPENDED"}
"""By status, the names of the published typings; other statuses have their own."""


def pause(order: PlanOrder, now: int) -> list[PlanEvent]:
    """Pause an active order.

    Raises:
        Refused: 428 if it is not active, or is in its free trial.

    """
    status = order.get("status")
    if status != "ACTIVE":
        raise plan_error("ORDER_NOT_ACTIVE", status=status, reason=_WHY_NOT_PAUSED.get(str(status), status))
    if _is_in_trial(order):
        raise plan_error("ORDER_NOT_ACTIVE", status=status, reason="TRIAL")
    order["status"] = "PAUSED"
    period = {"status": "ACTIVE", "pauseDate": text_of_instant(now)}
    _insert(order, "pausePeriods", [*_periods(order), period], after="endDate")
    order.pop("currentCycle", None)
    return [PlanEvent("paused"), _UPDATED]


def resume(order: PlanOrder, now: int) -> list[PlanEvent]:
    """Resume a paused order; its end moves by the length of the pause.

    Raises:
        Refused: 428 if it is not paused.

    """
    if order.get("status") != "PAUSED":
        raise plan_error("ORDER_NOT_PAUSED", status=order.get("status"))
    now = floor_ms(now)
    order["status"], length = "ACTIVE", 0
    for period in _periods(order):
        begin = read_instant(period.get("pauseDate"))
        if period.get("status") == "ACTIVE":
            period |= {"status": "ENDED", "resumeDate": text_of_instant(now)}
            length += 0 if begin is None else max(0, now - begin)
    for name in ("endDate", "earliestEndDate"):
        end = read_instant(order.get(name))
        if end is not None:
            order[name] = write_instant(min(end + length, LAST_DATE))
    cycle = _cycle_at(order, now)
    if cycle is not None:
        _insert(order, "currentCycle", _cycle_document(cycle), after="pausePeriods")
    return [PlanEvent("resumed"), _UPDATED]


def postpone_end_date(order: PlanOrder, end_date: int) -> list[PlanEvent]:
    """Move the end of an order; payments stay as they are.

    Raises:
        Refused: 428 if it has no end, is over or paused, or the new end is not later.

    """
    status = order.get("status")
    if status in OVER:
        raise plan_error("ORDER_NOT_ACTIVE", status=status, reason=status)
    if status == "PAUSED":
        raise plan_error("ORDER_IS_PAUSED")
    current = read_instant(order.get("endDate"))
    if current is None:
        raise plan_error("ORDER_HAS_NO_END_DATE")
    if end_date <= current:
        raise plan_error("END_DATE_MUST_BE_LATER", endDate=order["endDate"])
    order["endDate"] = write_instant(end_date)
    return [PlanEvent("end_date_postponed"), _UPDATED]


# -- what comes by time ------------------------------------------------------------------------------------------


def due(order: PlanOrder) -> int | None:
    """Return when time changes an order next, or ``None``.

    What should have come before the last write comes a millisecond after it.
    """
    status, natural = order.get("status"), None
    if status == "PENDING":
        natural = read_instant(order.get("startDate"))
    elif status == "ACTIVE":
        ends = [read_instant(order.get("endDate")), _next_cycle(order)]
        natural = min((end for end in ends if end is not None), default=None)
    updated = read_instant(order.get("updatedDate"))
    if natural is None or updated is None or natural > updated:
        return natural
    return updated + MILLISECOND_US


def settle(order: PlanOrder, now: int) -> list[PlanEvent]:
    """Make the change that time brings at ``now``, which is :func:`due`."""
    if order.get("status") == "PENDING":
        _begin(order, now)
        return [*_begun(order), _UPDATED]
    end = read_instant(order.get("endDate"))
    if end is not None and end <= now:
        if order.get("autoRenewCanceled") is True and isinstance(order.get("cancellation"), dict):
            _close(order, "CANCELED")
            return [PlanEvent("canceled"), PlanEvent("ended"), _UPDATED]
        _close(order, "ENDED")
        return [PlanEvent("ended"), _UPDATED]
    cycle = _cycle_at(order, now)
    if cycle is None:
        order.pop("currentCycle", None)
        return [_UPDATED]
    order["currentCycle"] = _cycle_document(cycle)
    return [*_cycle_started(order), _UPDATED]


def _next_cycle(order: PlanOrder) -> int | None:
    """Return when the next cycle begins, or ``None`` if none follows."""
    current = order.get("currentCycle")
    if not is_recurring(order) or order.get("autoRenewCanceled") is True or not isinstance(current, dict):
        return None
    index, end, schedule = current.get("index"), read_instant(current.get("endedDate")), schedule_of(order, 0)
    if not isinstance(index, int) or end is None or schedule is None:
        return None
    if end == read_instant(current.get("startedDate")):
        return None  # a cycle without length, at the end of the year 9999
    return end if index < (schedule.cycles or _FAR_FUTURE) else None


# -- parts -------------------------------------------------------------------------------------------------------


def _begin(order: PlanOrder, now: int) -> None:
    order["status"] = "ACTIVE"
    cycle = _cycle_at(order, now)
    if cycle is not None:
        _insert(order, "currentCycle", _cycle_document(cycle), after="pausePeriods")


def _begun(order: PlanOrder) -> list[PlanEvent]:
    """Return the events of an order that has begun."""
    return [PlanEvent("started"), *(_cycle_started(order) if is_recurring(order) else [])]


def _cycle_started(order: PlanOrder) -> list[PlanEvent]:
    cycle = order.get("currentCycle")
    number = cycle.get("index") if isinstance(cycle, dict) else None
    return [PlanEvent("cycle_started", number)] if isinstance(number, int) else []


def _close(order: PlanOrder, status: str) -> None:
    order["status"] = status
    order.pop("currentCycle", None)


def _is_in_trial(order: PlanOrder) -> bool:
    cycle = order.get("currentCycle")
    return order.get("status") == "ACTIVE" and isinstance(cycle, dict) and cycle.get("index") == 0


def _end_of_current_cycle(order: PlanOrder, now: int) -> int | None:
    """Return when the cycle ends that runs, is paused, or comes first."""
    cycle = order.get("currentCycle")
    if isinstance(cycle, dict) and (end := read_instant(cycle.get("endedDate"))) is not None:
        return end
    paused_since = [read_instant(period.get("pauseDate")) for period in _periods(order) if _is_open(period)]
    found = _cycle_at(order, next((date for date in paused_since if date is not None), now))
    return None if found is None else found.end


def _cycle_at(order: PlanOrder, instant: int) -> PlanCycle | None:
    start = read_instant(order.get("startDate"))
    schedule: PlanSchedule | None = None if start is None else schedule_of(order, start)
    return None if schedule is None else schedule.cycle_at(instant, _ended_pauses(order))


def _ended_pauses(order: PlanOrder) -> tuple[PlanPause, ...]:
    pauses = []
    for period in _periods(order):
        begin, end = read_instant(period.get("pauseDate")), read_instant(period.get("resumeDate"))
        if begin is not None and end is not None and end > begin:
            pauses.append(PlanPause(begin, end))
    return tuple(sorted(pauses))


def _periods(order: PlanOrder) -> list[dict[str, JSON]]:
    periods = order.get("pausePeriods")
    return [period for period in periods if isinstance(period, dict)] if isinstance(periods, list) else []


def _is_open(period: dict[str, JSON]) -> bool:
    return period.get("status") == "ACTIVE"


def _cycle_document(cycle: PlanCycle) -> dict[str, JSON]:
    document: dict[str, JSON] = {"index": cycle.number, "startedDate": write_instant(cycle.begin)}
    return document if cycle.end is None else {**document, "endedDate": write_instant(cycle.end)}


def _insert(order: PlanOrder, key: str, value: JSON, *, after: str) -> None:
    """Set a key; a new one comes behind the key ``after``, where the service shows it."""
    if key in order or after not in order:
        order[key] = value
        return
    items = list(order.items())
    order.clear()
    for name, part in items:
        order[name] = part
        if name == after:
            order[key] = value
