"""The service of orders: create, update, cancel, get."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..documents.rest_names import in_rest_names
from ..stores.service_state import Entry
from ..syntax.json_decoder import decode_decimal, decode_json
from . import order_events
from .bulk import answer_bulk, refuse_faults
from .documents import Document, read_document, read_object, write_documents
from .errors import Refused
from .order_rules import (
    FIRST_NUMBER,
    cancel,
    complete_order,
    order_faults,
    refuse_future_purchase,
    refuse_locked,
)
from .order_update import apply_changes, fill_balance, read_changes, update_faults
from .payment_rules import refuse_authorized
from .request import ReadRequest
from .service_errors import order_error
from .site import Site, SiteChange
from .violations import Violation, required
from .wire.base import BulkResponse
from .wire.order_requests import CancelOrderResponse, CreateOrderResponse, GetOrderResponse, UpdateOrderResponse

JSON = Any

SETTINGS = "order-settings"
"""The kind of the entry that keeps the settings of a created order."""

ORDER_NUMBER = "order-number"
MAX_COUNTED_NUMBER = 10**18
"""A larger number of a loaded order is not counted on from: a counter has 64 bits."""


class OrderService:
    """The orders of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    # -- reads -------------------------------------------------------------------------------------------------

    def read_document(self, order_id: str) -> bytes:
        """Return the bytes of an order in REST names.

        Raises:
            Refused: 404 if there is none.

        """
        document = self._site.store.get_document(order_id)
        if document is None:
            raise order_not_found(order_id)
        return in_rest_names(self._site.store.schema, document)

    def get(self, request: ReadRequest) -> GetOrderResponse:
        """Answer Get Order."""
        return GetOrderResponse(order=decode_json(self.read_document(request.body["id"]), decode_decimal))

    # -- create ------------------------------------------------------------------------------------------------

    def check_create(self, body: Document) -> list[Violation]:
        """Return what the model of Create Order cannot express."""
        return order_faults(body.get("order"))

    def create(self, request: ReadRequest) -> CreateOrderResponse:
        """Answer Create Order."""
        sent, settings = request.body["order"], request.body.get("settings") or {}
        with self._site.write() as change:
            refuse_future_purchase(sent, change.now)
            order = complete_order(
                sent,
                number=next_order_number(change),
                date=change.date,
                new_id=change.new_id,
                strategy=settings.get("orderApprovalStrategy"),
            )
            write_documents(change, order["id"], order=order)
            if settings:
                kept = json.dumps(settings, separators=(",", ":")).encode()
                change.transaction.put([Entry(SETTINGS, order["id"], 0, kept)])
            change.emit(order_events.created(order))
            if order["status"] == "APPROVED":
                change.emit(order_events.approved(order))
        return CreateOrderResponse(order=cast(Any, order))

    # -- update ------------------------------------------------------------------------------------------------

    def check_update(self, body: Document) -> list[Violation]:
        """Return what the model of Update Order cannot express."""
        sent = body.get("order")
        return update_faults(sent, None, ("order",)) if isinstance(sent, dict) else []

    def update(self, request: ReadRequest) -> UpdateOrderResponse:
        """Answer Update Order."""
        with self._site.write() as change:
            order = self._update(change, request.body["id"], request.body["order"])
        return UpdateOrderResponse(order=cast(Any, order))

    def _update(self, change: SiteChange, order_id: str, sent: Document, mask: JSON = None) -> Document:
        order = require_order(change, order_id)
        refuse_locked(order)
        date = change.updated_after(order.get("updatedDate"))
        updated = fill_balance(
            apply_changes(order, read_changes(sent, mask), date), read_document(change, "transactions", order_id)
        )
        write_documents(change, order_id, order=updated)
        change.emit(order_events.updated(updated))
        return updated

    def check_bulk_update(self, body: Document) -> list[Violation]:
        """Return the items without an order id: nothing can name them in the answer."""
        items = body.get("orders")
        description = "missing; add the id of the order"
        return [
            required(("orders", index, "order", "id"), description)
            for index, item in enumerate(items if isinstance(items, list) else ())
            if isinstance(item, dict) and isinstance(item.get("order"), dict) and not _has_id(item["order"])
        ]

    def bulk_update(self, request: ReadRequest) -> BulkResponse:
        """Answer Bulk Update Orders."""

        def update(index: int, item: Document) -> Document:
            sent, mask = item["order"], item.get("fieldMask")
            faults: Sequence[Violation] = request.faults.get(index) or update_faults(
                sent, mask, ("orders", index, "order")
            )
            refuse_faults(faults)
            return self._update(change, sent["id"], sent, mask)

        with self._site.write() as change:
            return answer_bulk(
                request.body["orders"],
                lambda item: str(item["order"]["id"]),
                update,
                return_entities=bool(request.body.get("returnEntity")),
            )

    # -- cancel ------------------------------------------------------------------------------------------------

    def cancel(self, request: ReadRequest) -> CancelOrderResponse:
        """Answer Cancel Order; a canceled order stays as it is."""
        body = request.body
        with self._site.write() as change:
            order = require_order(change, body["id"])
            refuse_locked(order)
            if order.get("status") == "CANCELED":
                change.warnings.append(_already_canceled())
            else:
                refuse_authorized(read_document(change, "transactions", body["id"]))
                order = cancel(
                    order,
                    date=change.updated_after(order.get("updatedDate")),
                    activity_id=change.new_id(),
                    restock=bool(body.get("restockAllItems")),
                )
                write_documents(change, body["id"], order=order)
                change.emit(order_events.canceled(order, body))
                change.emit(order_events.updated(order))
        response = CancelOrderResponse(order=cast(Any, order))
        response.warn(change.warnings)
        return response


def next_order_number(change: SiteChange) -> int:
    """Return the number of a new order: counted on from the largest of the site."""
    largest = change.transaction.largest("number")
    after = min(largest, MAX_COUNTED_NUMBER) + 1 if isinstance(largest, int) else FIRST_NUMBER
    return change.transaction.next_number(ORDER_NUMBER, max(FIRST_NUMBER, after))


def require_order(change: SiteChange, order_id: str) -> Document:
    """Return a stored order.

    Raises:
        Refused: 404 if there is none.

    """
    order = read_document(change, "order", order_id)
    if order is None:
        raise order_not_found(order_id)
    return order


def approval_strategy(change: SiteChange, order_id: str) -> str | None:
    """Return the approval strategy of an order that was created with one."""
    strategy = read_object(change.transaction.entry(SETTINGS, order_id)).get("orderApprovalStrategy")
    return strategy if isinstance(strategy, str) else None


def order_not_found(order_id: str) -> Refused:
    """Return the error of an order that does not exist."""
    return order_error("ORDER_NOT_FOUND", id=order_id)


def _has_id(order: Document) -> bool:
    return isinstance(order.get("id"), str) and bool(order["id"])


def _already_canceled() -> Diagnostic:
    return Diagnostic("already-canceled", "the order is CANCELED already", "remove this call", Place(()))
