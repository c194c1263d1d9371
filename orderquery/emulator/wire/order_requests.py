"""The requests and answers of orders."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ...language.limits import MAX_REQUEST_ID_CHARS
from .base import JsonObject, OrderDocument, WireModel, WireRequest, WireResponse
from .order import NewOrder
from .order_update import UpdatedOrder
from .values import Guid

MAX_BULK_ORDERS = 100
MAX_MESSAGE_CHARS = 1_000
MAX_OWNER_APPS = 100
MAX_MASK_CHARS = 1_000
"""Neither is documented: limits of orderquery."""

Strategy = Literal["DEFAULT", "PAYMENT_RECEIVED", "PAYMENT_METHOD_SAVED"]


class OwnerApps(WireModel):
    """The apps that may edit a created order."""

    app_ids: Annotated[list[Guid], Field(max_length=MAX_OWNER_APPS)] | None = None


class NotificationSettings(WireModel):
    """Who is notified of a created order; this emulator sends no e-mail."""

    send_notification_to_buyer: bool | None = None
    send_notifications_to_business: bool | None = None


class OrderSettings(WireModel):
    """How a created order is approved and edited."""

    order_approval_strategy: Strategy | None = None
    editable_by_everyone: JsonObject | None = None
    editable_by_owner_apps: OwnerApps | None = None
    notifications: NotificationSettings | None = None


class CreateOrderRequest(WireRequest):
    """The body of Create Order."""

    order: NewOrder
    settings: OrderSettings | None = None


class UpdateOrderRequest(WireRequest):
    """The body of Update Order, and the id of its path."""

    keeps_nulls: ClassVar[bool] = True
    id: str
    order: UpdatedOrder


class MaskedOrder(WireModel):
    """One order of a bulk update.

    ``field_mask`` names the paths to update, joined by commas.
    """

    order: UpdatedOrder
    field_mask: Annotated[str, Field(max_length=MAX_MASK_CHARS)] | None = None


class BulkUpdateOrdersRequest(WireRequest):
    """The body of Bulk Update Orders."""

    keeps_nulls: ClassVar[bool] = True
    bulk_key: ClassVar[str] = "orders"
    orders: list[MaskedOrder] = Field(min_length=1, max_length=MAX_BULK_ORDERS)
    return_entity: bool | None = None


class CancelOrderRequest(WireRequest):
    """The body of Cancel Order, and the id of its path."""

    id: str = Field(min_length=1, max_length=MAX_REQUEST_ID_CHARS)
    send_order_canceled_email: bool | None = None
    custom_message: str | None = Field(None, min_length=1, max_length=MAX_MESSAGE_CHARS)
    restock_all_items: bool | None = None


class GetOrderRequest(WireRequest):
    """The id in the path of Get Order."""

    id: str


class CreateOrderResponse(WireResponse):
    """The created order."""

    order: OrderDocument


class UpdateOrderResponse(WireResponse):
    """The updated order."""

    order: OrderDocument


class CancelOrderResponse(WireResponse):
    """The canceled order."""

    order: OrderDocument


class GetOrderResponse(WireResponse):
    """One order."""

    order: OrderDocument
