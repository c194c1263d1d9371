"""The application errors of orders and transactions: code, status and text."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..diagnostics.quoting import described
from .errors import Refused, application_error

JSON = Any


class ServiceErrorCode(NamedTuple):
    """One application error: its HTTP status, and its text with the facts it names."""

    status: int
    text: str


ORDER_ERRORS = {
    "ORDER_NOT_FOUND": ServiceErrorCode(404, "order {id} not found at this site"),
    "PURCHASED_DATE_CANNOT_BE_IN_FUTURE": ServiceErrorCode(
        428, "purchasedDate {purchasedDate} is in the future; leave it out, or use a date that has passed"
    ),
    "ORDER_IS_PENDING": ServiceErrorCode(428, "the order is PENDING: its payment is not decided yet"),
    "ORDER_IS_REJECTED": ServiceErrorCode(428, "the order is REJECTED"),
    "ORDER_HAS_AUTHORIZED_TRANSACTION": ServiceErrorCode(
        428, "the order has an authorized payment; set its status to VOIDED or APPROVED first"
    ),
    "ORDER_TRANSACTIONS_NOT_FOUND": ServiceErrorCode(404, "order {orderId} has no transactions at this site"),
    "PAYMENT_NOT_FOUND": ServiceErrorCode(404, "payment {paymentId} not found in order {orderId}"),
    "STATUS_NOT_ALLOWED": ServiceErrorCode(428, "status {status} is not allowed here: {reason}"),
    "DUPLICATE_PAYMENT": ServiceErrorCode(
        400, "providerTransactionId {providerTransactionId} exists already in this order; send each payment once"
    ),
    "DOCUMENT_NOT_WRITABLE": ServiceErrorCode(
        428, "the stored {document} has a number that cannot be written as JSON; load the {document} again without it"
    ),
}
"""The codes of the documents and of the SDK, and where those have none, this project's own (D53)."""


REASON = "reason"
"""The fact that is a part of the text, not of the data."""


def order_error(code: str, **facts: JSON) -> Refused:
    """Return the error with this code; ``facts`` are its data."""
    row = ORDER_ERRORS[code]
    shown = {name: str(fact) if name == REASON else described(fact) for name, fact in facts.items()}
    data = {name: fact for name, fact in facts.items() if name != REASON}
    return application_error(row.status, code, row.text.format_map(shown), data)
