"""A payment, as Add Payments takes it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from .base import JsonObject, WireModel
from .parts import Price, RequiredPrice, Text, Text100, Text150, Text200, computed
from .values import DateTime, Guid

PaymentStatus = Literal[
    "UNDEFINED", "APPROVED", "PENDING", "PENDING_MERCHANT", "CANCELED", "DECLINED", "REFUNDED", "PARTIALLY_REFUNDED",
    "AUTHORIZED", "VOIDED",
]  # fmt: skip

DETAILS = ("regularPaymentDetails", "giftcardPaymentDetails", "membershipPaymentDetails")
"""The kinds of payments; each payment has the details of exactly one."""


class RegularPaymentDetails(WireModel):
    """A payment by card, transfer, cash or another method."""

    payment_order_id: Text100 | None = None
    gateway_transaction_id: Text100 | None = None
    provider_transaction_id: Text100 | None = None
    payment_method: Text150 | None = None
    payment_method_name: JsonObject | None = None
    offline_payment: bool | None = None
    status: PaymentStatus | None = None
    saved_payment_method: bool | None = None
    authorization_details: JsonObject | None = None
    chargebacks: Annotated[list[JsonObject], Field(max_length=6)] | None = None
    credit_card_details: JsonObject | None = None
    platform_fee: Price | None = None


class GiftCardPaymentDetails(WireModel):
    """A payment with a gift card."""

    gift_card_payment_id: Text100 | None = None
    gift_card_id: Text100 | None = None
    app_id: Guid | None = None
    voided: bool | None = None
    obfuscated_code: Text | None = None


class MembershipName(WireModel):
    """The name of a membership."""

    original: Text
    translated: Text | None = None


class MembershipPaymentDetails(WireModel):
    """A payment with a membership."""

    membership_id: Text200 | None = None
    status: Text | None = None
    external_transaction_id: Text | None = None
    future_membership: JsonObject | None = None
    line_item_id: Text
    name: MembershipName
    provider_app_id: Text
    voided: bool | None = None


class NewPayment(WireModel):
    """A payment, as Add Payments takes it."""

    id: Any = computed()
    updated_date: Any = computed()
    amount: RequiredPrice
    regular_payment_details: RegularPaymentDetails | None = None
    giftcard_payment_details: GiftCardPaymentDetails | None = None
    membership_payment_details: MembershipPaymentDetails | None = None
    status: PaymentStatus | None = None
    created_date: DateTime | None = None
    refund_disabled: bool | None = None
    support_receipt_generation: bool | None = None
    cash_rounding: JsonObject | None = None
    charge_correlation_id: Text | None = None

    @model_validator(mode="after")
    def _require_one(self) -> NewPayment:
        given = [
            name
            for name, details in zip(
                DETAILS,
                (self.regular_payment_details, self.giftcard_payment_details, self.membership_payment_details),
                strict=True,
            )
            if details is not None
        ]
        if not given:
            raise PydanticCustomError("one_of", "no details; use one of {names}", {"names": ", ".join(DETAILS)})
        if len(given) > 1:
            raise PydanticCustomError("one_of_alignment", "{names}; use one of them", {"names": " and ".join(given)})
        return self
