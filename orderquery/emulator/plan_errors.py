"""The errors of pricing plans orders: their codes, statuses and texts."""

from __future__ import annotations

from typing import Any

from ..diagnostics.quoting import described
from .errors import Refused, application_error
from .service_errors import ServiceErrorCode

JSON = Any


PLAN_ERRORS: dict[str, ServiceErrorCode] = {
    "ORDER_NOT_FOUND": ServiceErrorCode(404, "pricing plans order {id} not found at this site"),
    "PLAN_NOT_FOUND": ServiceErrorCode(
        404, "plan {planId} not found; load it: POST /_orderquery/load?kind=plans, or an order of it"
    ),
    "ERROR_COUPON_DOES_NOT_EXIST": ServiceErrorCode(400, "coupon {couponCode} does not exist; leave couponCode out"),
    "ORDER_ALREADY_CANCELED": ServiceErrorCode(428, "the order is {status} already"),
    "ORDER_CAN_ONLY_BE_CANCELED_IMMEDIATELY": ServiceErrorCode(
        428, 'only a subscription can be canceled at the next payment; send {{"effectiveAt": "IMMEDIATELY"}}'
    ),
    "ORDER_ALREADY_PAID": ServiceErrorCode(428, "lastPaymentStatus is {lastPaymentStatus} already"),
    "ORDER_IS_NOT_OFFLINE": ServiceErrorCode(428, "only an OFFLINE order can be marked as paid; its type is {type}"),
    "ORDER_NOT_ACTIVE": ServiceErrorCode(428, "the order is not active: {reason}"),
    "ORDER_NOT_PAUSED": ServiceErrorCode(428, "only a PAUSED order can be resumed; its status is {status}"),
    "ORDER_IS_PAUSED": ServiceErrorCode(428, "the order is paused; resume it first"),
    "ORDER_HAS_NO_END_DATE": ServiceErrorCode(428, "the order has no endDate: it is valid until canceled"),
    "END_DATE_MUST_BE_LATER": ServiceErrorCode(428, "endDate must be later than {endDate}"),
    "MEMBER_UNKNOWN": ServiceErrorCode(
        403, "this call needs a member; send the header x-orderquery-member with the member's id"
    ),
}
"""Codes of the documents and of the SDK, and where those have none, this project's own (D66)."""


def plan_error(code: str, **facts: JSON) -> Refused:
    """Return the error with this code; ``facts`` are its data."""
    row = PLAN_ERRORS[code]
    shown = {name: described(fact) for name, fact in facts.items()}
    return application_error(row.status, code, row.text.format_map(shown), facts)
