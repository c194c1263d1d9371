"""An order, as Update Order takes it: the 13 paths that can be updated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from .base import REPEATS_PATH, WireModel
from .order import AttributionSource, BuyerInfo, Logistics, NewOrder, ShippingInfo, WeightUnit
from .parts import AddressWithContact, ExtendedFields, Text
from .values import Email


class UpdatedBuyer(WireModel):
    """What can be updated of a buyer."""

    whole: ClassVar[type[WireModel]] = BuyerInfo
    email: Email | None = None


class UpdatedLogistics(WireModel):
    """What can be updated of a delivery."""

    whole: ClassVar[type[WireModel]] = Logistics
    shipping_destination: AddressWithContact | None = None


class UpdatedShipping(WireModel):
    """What can be updated of the shipping information."""

    whole: ClassVar[type[WireModel]] = ShippingInfo
    logistics: UpdatedLogistics | None = None


class UpdatedOrder(WireModel):
    """What can be updated of an order; a null removes a value."""

    whole: ClassVar[type[WireModel]] = NewOrder
    changed_by: ClassVar[Mapping[str, str]] = {
        "status": "to cancel an order, send POST /ecom/v1/orders/{id}/cancel",
        "paymentStatus": "to pay an order, send POST /ecom/v1/payments/orders/{orderId}/add-payment",
    }
    """How to change keys that other operations change."""
    id: Any = Field(None, json_schema_extra=REPEATS_PATH)
    buyer_info: UpdatedBuyer | None = None
    buyer_language: Text | None = None
    weight_unit: WeightUnit | None = None
    attribution_source: AttributionSource | None = None
    archived: bool | None = None
    seen_by_a_human: bool | None = Field(None, alias="seenByAHuman")
    billing_info: AddressWithContact | None = None
    recipient_info: AddressWithContact | None = None
    shipping_info: UpdatedShipping | None = None
    extended_fields: ExtendedFields | None = None
