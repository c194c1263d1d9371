"""The events of orders and of their transactions, as the documents describe them."""

from __future__ import annotations

from typing import Any

from .events import EventDraft

JSON = Any
Document = dict[str, JSON]

ORDER = "wix.ecom.v1.order"
TRANSACTIONS = "wix.ecom.v1.order_transactions"


def created(order: Document) -> EventDraft:
    """Return the event of a created order."""
    return EventDraft(ORDER, "created", order["id"], {"createdEvent": {"entity": order}})


def updated(order: Document) -> EventDraft:
    """Return the event of an updated order."""
    return EventDraft(ORDER, "updated", order["id"], {"updatedEvent": {"currentEntity": order}})


def approved(order: Document) -> EventDraft:
    """Return the event of an approved order."""
    return _action("approved", order, {})


def canceled(order: Document, request: Document) -> EventDraft:
    """Return the event of a canceled order, with what the request asked for."""
    asked: Document = {key: bool(request.get(key)) for key in ("restockAllItems", "sendOrderCanceledEmail")}
    if request.get("customMessage") is not None:
        asked["customMessage"] = request["customMessage"]
    return _action("canceled", order, asked)


def payment_status_updated(order: Document, before: JSON) -> EventDraft:
    """Return the event of an order with another payment status."""
    return _action("payment_status_updated", order, {"previousPaymentStatus": before})


def _action(slug: str, order: Document, facts: Document) -> EventDraft:
    return EventDraft(ORDER, slug, order["id"], {"actionEvent": {"body": {"order": order, **facts}}})


def transactions_updated(
    order_id: str, transactions: Document, payment_ids: list[str], *, slug: str = "updated"
) -> EventDraft:
    """Return the event of changed payments."""
    body = {"orderTransactions": transactions, "paymentIds": payment_ids, "refundIds": []}
    return EventDraft(TRANSACTIONS, slug, order_id, {"actionEvent": {"body": body}})
