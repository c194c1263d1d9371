"""The requests and answers of order transactions."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ...language.limits import MAX_IDS_PER_REQUEST, MAX_REQUEST_ID_CHARS
from .base import TransactionsDocument, WireModel, WireRequest, WireResponse
from .payment import NewPayment, PaymentStatus

MAX_ADDED_PAYMENTS = 50
MAX_BULK_PAYMENTS = 300


class AddPaymentsRequest(WireRequest):
    """The body of Add Payments, and the order id of its path."""

    keeps_nulls: ClassVar[bool] = True
    order_id: str
    payments: list[NewPayment] = Field(min_length=1, max_length=MAX_ADDED_PAYMENTS)


class UpdatePaymentStatusRequest(WireRequest):
    """The body of Update Payment Status, and the ids of its path."""

    order_id: str
    payment_id: str
    status: PaymentStatus | None = None


class PaymentAndOrderId(WireModel):
    """A payment of a bulk update, by the ids of its order and itself."""

    order_id: str = Field(min_length=1, max_length=MAX_REQUEST_ID_CHARS)
    payment_id: str = Field(min_length=1, max_length=MAX_REQUEST_ID_CHARS)


class BulkUpdatePaymentStatusesRequest(WireRequest):
    """The body of Bulk Update Payment Statuses."""

    payment_and_order_ids: list[PaymentAndOrderId] = Field(min_length=1, max_length=MAX_BULK_PAYMENTS)
    status: PaymentStatus | None = None
    return_full_entity: bool | None = None


class ListTransactionsForSingleOrderRequest(WireRequest):
    """The order id in the path of List Transactions For Single Order."""

    order_id: str


class ListTransactionsForMultipleOrdersRequest(WireRequest):
    """The body of List Transactions For Multiple Orders."""

    keeps_nulls: ClassVar[bool] = True
    order_ids: list[Annotated[str, Field(min_length=1, max_length=MAX_REQUEST_ID_CHARS)]] = Field(
        min_length=1, max_length=MAX_IDS_PER_REQUEST
    )


class AddPaymentsResponse(WireResponse):
    """The transactions of an order, and the ids of the added payments in their order."""

    order_transactions: TransactionsDocument
    payments_ids: list[str]


class OrderTransactionsResponse(WireResponse):
    """The transactions of an order."""

    order_transactions: TransactionsDocument


class ManyOrderTransactionsResponse(WireResponse):
    """The transactions of several orders."""

    order_transactions: list[TransactionsDocument]
