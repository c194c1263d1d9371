"""The service of orders: create, update, cancel, get."""

from __future__ import annotations

from typing import Any

from ..diagnostics.quoting import quoted
from ..documents.rest_names import in_rest_names
from ..syntax.json_decoder import decode_decimal, decode_json
from .errors import Refused, application_error
from .request import ReadRequest
from .site import Site
from .wire.order_requests import GetOrderResponse

JSON = Any


class OrderService:
    """The orders of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

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


def order_not_found(order_id: str) -> Refused:
    """Return the error of an order that does not exist."""
    message = f"order {quoted(order_id)} not found at this site"
    return application_error(404, "ORDER_NOT_FOUND", message, {"id": order_id})
