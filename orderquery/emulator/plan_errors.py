"""The errors of pricing plans orders: their codes, statuses and texts."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..diagnostics.quoting import described
from .errors import Refused, application_error

JSON = Any


class PlanErrorCode(NamedTuple):
    """One application error: its HTTP status, and the text with its facts."""

    status: int
    text: str


PLAN_ERRORS: dict[str, PlanErrorCode] = {
    "ORDER_NOT_FOUND": PlanErrorCode(404, "pricing plans order {id} not found at this site"),
    "PLAN_NOT_FOUND": PlanErrorCode(
        404, "plan {planId} not found; load it: POST /_orderquery/load?kind=plans, or an order of it"
    ),
    "ERROR_COUPON_DOES_NOT_EXIST": PlanErrorCode(400, "coupon {couponCode} does not exist; leave couponCode out"),
    "ORDER_ALREADY_CANCELED": PlanErrorCode(428, "the order is {status} already"),
    "ORDER_CAN_ONLY_BE_CANCELED_IMMEDIATELY": PlanErrorCode(
        428, 'only a subscription can be canceled at the next payment; send {{"effectiveAt": "IMMEDIATELY"}}'
    ),
    "ORDER_ALREADY_PAID": PlanErrorCode(428, "lastPaymentStatus is {lastPaymentStatus} already"),
    "ORDER_IS_NOT_OFFLINE": PlanErrorCode(428, "only an OFFLINE order can be marked as paid; its type is {type}"),
    "ORDER_NOT_ACTIVE": PlanErrorCode(428, "the order is not active: {reason}"),
    "ORDER_NOT_PAUSED": PlanErrorCode(428, "only a PAUSED order can be resumed; its status is {status}"),
    "ORDER_IS_PAUSED": PlanErrorCode(428, "the order is paused; resume it first"),
    "ORDER_HAS_NO_END_DATE": PlanErrorCode(428, "the order has no endDate: it is valid until canceled"),
    "END_DATE_MUST_BE_LATER": PlanErrorCode(428, "endDate must be later than {endDate}"),
    "MEMBER_UNKNOWN": PlanErrorCode(
        403, "this call needs a member; send the header x-orderquery-member with the member's id"
    ),
}
"""Codes of the documents and of the SDK, and where those have none, this project's own (D66)."""


def plan_error(code: str, **facts: JSON) -> Refused:
    """Return the error with this code; ``facts`` are its data."""
    row = PLAN_ERRORS[code]
    shown = {name: described(fact) for name, fact in facts.items()}
    return application_error(row.status, code, row.text.format_map(shown), facts)
