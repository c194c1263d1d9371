"""The service of order transactions: payments and their status."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from ..documents.rest_names import in_rest_names
from ..syntax.json_decoder import decode_decimal, decode_json
from ..syntax.json_printer import encode_json
from . import order_events
from .bulk import answer_bulk
from .documents import Document, read_document, write_documents
from .errors import validation_error
from .orders import approval_strategy, order_not_found, require_order
from .payment_rules import (
    MAX_PAYMENTS,
    complete_payment,
    duplicate_payment,
    payments_of,
    refuse_status,
    set_status,
    settle_order,
)
from .request import ReadRequest
from .service_errors import order_error
from .site import Site, SiteChange
from .wire.base import BulkResponse
from .wire.transaction_requests import AddPaymentsResponse, ManyOrderTransactionsResponse, OrderTransactionsResponse

JSON = Any


class TransactionService:
    """The payments of the orders of one site."""

    def __init__(self, site: Site, *, details_updated: bool = False) -> None:
        self._site = site
        self._slugs = ("updated", "details_updated") if details_updated else ("updated",)

    # -- reads -------------------------------------------------------------------------------------------------

    def read_document(self, order_id: str) -> bytes:
        """Return the bytes of an order's transactions in REST names.

        Raises:
            Refused: 404 if there is no such order.

        """
        document = self._find_document(order_id)
        if document is None:
            raise order_not_found(order_id)
        return document

    def read_documents(self, order_ids: Iterable[str]) -> list[bytes]:
        """Return the transactions of orders; unknown ids are left out."""
        found = map(self._find_document, dict.fromkeys(order_ids))
        return [document for document in found if document is not None]

    def _find_document(self, order_id: str) -> bytes | None:
        store = self._site.store
        document = store.get_transactions(order_id)
        if document is not None:
            return in_rest_names(store.schema, document)
        return None if store.get_document(order_id) is None else encode_json(no_transactions(order_id))

    def list_for_order(self, request: ReadRequest) -> OrderTransactionsResponse:
        """Answer List Transactions For Single Order."""
        document = self.read_document(request.body["orderId"])
        return OrderTransactionsResponse(order_transactions=decode_json(document, decode_decimal))

    def list_for_orders(self, request: ReadRequest) -> ManyOrderTransactionsResponse:
        """Answer List Transactions For Multiple Orders."""
        documents = self.read_documents(request.body["orderIds"])
        return ManyOrderTransactionsResponse(
            order_transactions=[decode_json(document, decode_decimal) for document in documents]
        )

    # -- writes ------------------------------------------------------------------------------------------------

    def add_payments(self, request: ReadRequest) -> AddPaymentsResponse:
        """Answer Add Payments."""
        order_id, sent = request.body["orderId"], request.body["payments"]
        with self._site.write() as change:
            order = require_order(change, order_id)
            transactions = read_document(change, "transactions", order_id) or no_transactions(order_id)
            stored = _listed_payments(transactions)
            if len(stored) + len(sent) > MAX_PAYMENTS:
                raise _too_many(len(stored), len(sent))
            duplicate = duplicate_payment(payments_of(transactions), sent)
            if duplicate is not None:
                raise duplicate
            date = change.updated_after(order.get("updatedDate"))
            added = [
                complete_payment(payment, date=date, payment_id=change.new_id(), currency=order.get("currency"))
                for payment in sent
            ]
            transactions = {"refunds": [], **transactions, "payments": [*stored, *added]}
            transactions = {key: transactions[key] for key in sorted(transactions, key=_position_of_key)}
            ids = [str(payment["id"]) for payment in added]
            self._write(change, order_id, order, transactions, date, ids)
        return AddPaymentsResponse(order_transactions=cast(Any, transactions), payments_ids=ids)

    def update_status(self, request: ReadRequest) -> OrderTransactionsResponse:
        """Answer Update Payment Status."""
        body = request.body
        with self._site.write() as change:
            transactions, _ = self._set_status(change, body["orderId"], body["paymentId"], body.get("status"))
        return OrderTransactionsResponse(order_transactions=cast(Any, transactions))

    def bulk_update_statuses(self, request: ReadRequest) -> BulkResponse:
        """Answer Bulk Update Payment Statuses."""
        body = request.body
        with self._site.write() as change:
            return answer_bulk(
                body["paymentAndOrderIds"],
                lambda pair: str(pair["paymentId"]),
                lambda _, pair: self._set_status(change, pair["orderId"], pair["paymentId"], body.get("status"))[1],
                return_entities=bool(body.get("returnFullEntity")),
            )

    def _set_status(
        self, change: SiteChange, order_id: str, payment_id: str, status: JSON
    ) -> tuple[Document, Document]:
        """Set the status of a payment; return the transactions and the payment."""
        transactions = read_document(change, "transactions", order_id)
        if transactions is None:
            raise order_error("ORDER_TRANSACTIONS_NOT_FOUND", orderId=order_id)
        listed = _listed_payments(transactions)
        index = next((at for at, payment in enumerate(listed) if _has_id(payment, payment_id)), None)
        if index is None:
            raise order_error("PAYMENT_NOT_FOUND", paymentId=payment_id, orderId=order_id)
        refuse_status(listed[index], status)
        order = read_document(change, "order", order_id)
        newest = [listed[index].get("updatedDate"), (order or {}).get("updatedDate")]
        date = max(change.updated_after(stored_date) for stored_date in newest)
        payment = set_status(listed[index], status, date)
        transactions = {**transactions, "payments": [*listed[:index], payment, *listed[index + 1 :]]}
        self._write(change, order_id, order, transactions, date, [payment_id])
        return transactions, payment

    def _write(
        self,
        change: SiteChange,
        order_id: str,
        order: Document | None,
        transactions: Document,
        date: str,
        payment_ids: list[str],
    ) -> None:
        """Store and announce the transactions, and what they do to their order."""
        settled = None
        if order is not None:
            strategy = approval_strategy(change, order_id)
            settled = settle_order(order, transactions, date=date, new_id=change.new_id, strategy=strategy)
        write_documents(change, order_id, order=settled, transactions=transactions)
        for slug in self._slugs:
            change.emit(order_events.transactions_updated(order_id, transactions, payment_ids, slug=slug))
        if order is None or settled is None:
            return
        if settled["paymentStatus"] != order.get("paymentStatus"):
            change.emit(order_events.payment_status_updated(settled, order.get("paymentStatus")))
        if settled.get("status") != order.get("status"):
            change.emit(order_events.approved(settled))
        change.emit(order_events.updated(settled))


def no_transactions(order_id: str) -> dict[str, JSON]:
    """Return the transactions of an order without any."""
    return {"orderId": order_id, "payments": [], "refunds": []}


def _listed_payments(transactions: Document) -> list[JSON]:
    """Return the stored payments; a load can have stored anything."""
    stored = transactions.get("payments")
    return stored if isinstance(stored, list) else []


_KEYS = ("orderId", "payments", "refunds")


def _position_of_key(key: str) -> int:
    return _KEYS.index(key) if key in _KEYS else len(_KEYS)


def _has_id(payment: JSON, payment_id: str) -> bool:
    return isinstance(payment, dict) and payment.get("id") == payment_id


def _too_many(stored: int, sent: int) -> Exception:
    description = f"{stored} stored and {sent} sent; an order has at most {MAX_PAYMENTS} payments"
    violation = {
        "field": "payments",
        "description": description,
        "violatedRule": "MAX_SIZE",
        "data": {"threshold": MAX_PAYMENTS},
    }
    return validation_error([violation])
