"""The service of order transactions: payments and their status."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..documents.rest_names import in_rest_names
from ..syntax.json_decoder import decode_decimal, decode_json
from ..syntax.json_printer import encode_json
from .orders import order_not_found
from .request import ReadRequest
from .site import Site
from .wire.transaction_requests import ManyOrderTransactionsResponse, OrderTransactionsResponse

JSON = Any


class TransactionService:
    """The payments of the orders of one site."""

    def __init__(self, site: Site, *, details_updated: bool = False) -> None:
        self._site, self._details_updated = site, details_updated

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
        """Return the transactions of orders, in the order of their ids; unknown ids are left out."""
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


def no_transactions(order_id: str) -> dict[str, JSON]:
    """Return the transactions of an order without any."""
    return {"orderId": order_id, "payments": [], "refunds": []}
