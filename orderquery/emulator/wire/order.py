"""An order, as Create Order takes it.

Its limits are those of the documents and of the published typings.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .base import JsonObject, WireModel
from .line_item import LineItem
from .parts import (
    AddressWithContact,
    ExtendedFields,
    Jurisdiction,
    LineTaxInfo,
    PostalAddress,
    Price,
    SignedPrice,
    TaxableAddress,
    TaxDetails,
    Text,
    Text100,
    Text200,
    Text500,
    Text1000,
    computed,
)
from .values import ConversionRate, Currency, DateTime, Email, Guid, Rate, Share

MAX_LINE_ITEMS = 300
MAX_DISCOUNTS = 320
MAX_FEES = 100
MAX_CUSTOM_FIELDS = 1_000
"""Not documented: a limit of orderquery."""

Code = Annotated[str, Field(min_length=1, max_length=100)]

OrderStatus = Literal["INITIALIZED", "APPROVED", "CANCELED", "PENDING", "REJECTED"]
OrderPaymentStatus = Literal[
    "UNSPECIFIED", "NOT_PAID", "PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED", "PENDING", "PARTIALLY_PAID",
    "PENDING_MERCHANT", "CANCELED", "DECLINED",
]  # fmt: skip
WeightUnit = Literal["UNSPECIFIED_WEIGHT_UNIT", "KG", "LB"]
AttributionSource = Literal["UNSPECIFIED", "FACEBOOK_ADS"]
ChannelType = Literal[
    "UNSPECIFIED", "WEB", "POS", "EBAY", "AMAZON", "OTHER_PLATFORM", "WIX_APP_STORE", "WIX_INVOICES",
    "BACKOFFICE_MERCHANT", "WISH", "CLASS_PASS", "GLOBAL_E", "FACEBOOK", "ETSY", "TIKTOK", "FAIRE_COM",
    "PAYPAL_AGENTIC_CHECKOUT", "STRIPE_AGENTIC_CHECKOUT",
]  # fmt: skip


class BuyerInfo(WireModel):
    """Who bought: a member or a visitor, and the contact."""

    visitor_id: Guid | None = None
    member_id: Guid | None = None
    contact_id: Guid | None = None
    email: Email | None = None


class CurrencyConversion(WireModel):
    """How an order was converted from another currency."""

    original_currency: Currency
    conversion_rate: ConversionRate


class PriceSummary(WireModel):
    """The totals of an order, as the caller computed them."""

    subtotal: Price | None = None
    shipping: Price | None = None
    tax: Price | None = None
    discount: Price | None = None
    total: Price | None = None
    total_additional_fees: Price | None = None


class PickupPlace(WireModel):
    """Where the buyer collects an order."""

    address: PostalAddress | None = None
    pickup_method: Literal["UNKNOWN_METHOD", "STORE_PICKUP", "PICKUP_POINT"] | None = None
    business_location: bool | None = None


class TimeSlot(WireModel):
    """When an order is delivered."""

    from_: DateTime | None = Field(None, alias="from")
    to: DateTime | None = None


class Logistics(WireModel):
    """How an order is delivered."""

    shipping_destination: AddressWithContact | None = None
    pickup_details: PickupPlace | None = None
    delivery_time: Text500 | None = None
    instructions: Text1000 | None = None
    deliver_by_date: DateTime | None = None
    delivery_time_slot: TimeSlot | None = None


class ShippingCost(WireModel):
    """What the delivery costs."""

    price: Price | None = None
    total_price_before_tax: Price | None = None
    total_price_after_tax: Price | None = None
    tax_details: TaxDetails | None = None
    tax_info: LineTaxInfo | None = None
    discount: Price | None = None


class ShippingRegion(WireModel):
    """The region of a delivery."""

    name: Text100 | None = None


class ShippingInfo(WireModel):
    """The delivery of an order."""

    carrier_id: Code | None = None
    code: Code | None = None
    title: Annotated[str, Field(max_length=250)] | None = None
    logistics: Logistics | None = None
    cost: ShippingCost | None = None
    region: ShippingRegion | None = None


class TaxSummary(WireModel):
    """The tax of an order, in the older form."""

    total_tax: Price | None = None
    manual_tax_rate: Rate | None = None


class OrderTaxBreakdown(WireModel):
    """One tax of an order."""

    tax_name: Text200 | None = None
    tax_type: Text200 | None = None
    jurisdiction: Text200 | None = None
    jurisdiction_type: Jurisdiction | None = None
    rate: Rate | None = None
    aggregated_tax_amount: Price | None = None


class OrderTaxInfo(WireModel):
    """The taxes of an order."""

    total_tax: Price | None = None
    tax_breakdown: Annotated[list[OrderTaxBreakdown], Field(max_length=50)] | None = None
    tax_exempt: bool | None = None
    manual_tax_rate: Rate | None = None


class Coupon(WireModel):
    """A coupon that was used."""

    id: Text | None = None
    code: Text | None = None
    name: Text | None = None
    amount: Price | None = None


class MerchantDiscount(WireModel):
    """A discount that the merchant gave."""

    amount: Price | None = None
    discount_reason: Literal["UNSPECIFIED", "EXCHANGED_ITEMS", "BILLING_ADJUSTMENT"] | None = None
    description: Text200 | None = None


class RuleName(WireModel):
    """The name of a discount rule."""

    original: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    translated: Text500 | None = None


class DiscountRule(WireModel):
    """A discount of a rule."""

    id: Guid | None = None
    name: RuleName | None = None
    amount: Price | None = None


class LineDiscount(WireModel):
    """The discount of one line."""

    id: Guid | None = None
    total_discount: Price | None = None


class AppliedDiscount(WireModel):
    """A discount of an order: of a coupon, the merchant or a rule."""

    id: Guid | None = None
    discount_type: Literal["GLOBAL", "SPECIFIC_ITEMS", "SHIPPING"] | None = None
    line_item_ids: Annotated[list[Guid], Field(max_length=MAX_LINE_ITEMS)] | None = None
    line_item_discounts: Annotated[list[LineDiscount], Field(max_length=MAX_LINE_ITEMS)] | None = None
    coupon: Coupon | None = None
    merchant_discount: MerchantDiscount | None = None
    discount_rule: DiscountRule | None = None


class CreatedBy(WireModel):
    """Who created an order."""

    user_id: Guid | None = None
    member_id: Guid | None = None
    visitor_id: Guid | None = None
    app_id: Guid | None = None


class ChannelInfo(WireModel):
    """Where an order comes from."""

    type: ChannelType
    external_order_id: Text100 | None = None
    external_order_url: Annotated[str, Field(max_length=300)] | None = None


class CustomField(WireModel):
    """An answer of the buyer at the checkout."""

    value: Any = None
    title: str = Field(min_length=1, max_length=500)
    translated_title: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class BalanceSummary(WireModel):
    """What is paid, refunded and open."""

    balance: SignedPrice | None = None
    paid: Price | None = None
    refunded: Price | None = None
    authorized: Price | None = None
    pending_refund: Price | None = None
    pending: Price | None = None
    chargeback: Price | None = None
    chargeback_reversal: Price | None = None
    platform_fees: Price | None = None
    total_minus_platform_fees: Price | None = None
    cash_rounding_adjustment: SignedPrice | None = None


class AdditionalFee(WireModel):
    """A fee beside the line items."""

    id: Guid | None = None
    code: Code | None = None
    name: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    price: Price | None = None
    tax_details: TaxDetails | None = None
    tax_info: LineTaxInfo | None = None
    provider_app_id: Guid | None = None
    price_before_tax: Price | None = None
    price_after_tax: Price | None = None
    line_item_ids: Annotated[list[Guid], Field(max_length=MAX_LINE_ITEMS)] | None = None
    source: Literal["SERVICE_PLUGIN", "ITEM", "MANUAL", "SHIPPING", "PLATFORM"] | None = None
    taxable_address: TaxableAddress | None = None


class TagList(WireModel):
    """Ids of tags."""

    tag_ids: Annotated[list[Text], Field(max_length=100)] | None = None


class OrderTags(WireModel):
    """The tags of an order."""

    private_tags: TagList | None = None
    tags: TagList | None = None


class BusinessLocation(WireModel):
    """The merchant's location of an order."""

    id: Guid | None = None
    name: Text500 | None = None


class PlatformFee(WireModel):
    """A fee of the platform."""

    name: RuleName | None = None
    amount: Price | None = None
    line_item_id: Guid | None = None
    charge_type: Literal["PASS_ON", "ABSORBED"] | None = None
    percentage_rate: Share | None = None


class PlatformFeeSummary(WireModel):
    """The fees of the platform."""

    total: Price | None = None
    total_pass_on: Price | None = None
    total_absorbed: Price | None = None
    fees: Annotated[list[PlatformFee], Field(max_length=MAX_LINE_ITEMS)] | None = None


class NewOrder(WireModel):
    """An order, as Create Order takes it."""

    id: Any = computed()
    number: Any = computed()
    created_date: Any = computed()
    updated_date: Any = computed()
    activities: Any = computed()
    fulfillment_status: Any = computed()
    site_language: Any = computed()
    imported: Any = computed()
    line_items: list[LineItem] = Field(min_length=1, max_length=MAX_LINE_ITEMS)
    channel_info: ChannelInfo
    price_summary: PriceSummary
    buyer_info: BuyerInfo | None = None
    payment_status: OrderPaymentStatus | None = None
    buyer_language: Text | None = None
    weight_unit: WeightUnit | None = None
    currency: Currency | None = None
    currency_conversion_details: CurrencyConversion | None = None
    tax_included_in_prices: bool | None = None
    billing_info: AddressWithContact | None = None
    recipient_info: AddressWithContact | None = None
    shipping_info: ShippingInfo | None = None
    buyer_note: Text1000 | None = None
    status: OrderStatus | None = None
    archived: bool | None = None
    tax_summary: TaxSummary | None = None
    tax_info: OrderTaxInfo | None = None
    applied_discounts: Annotated[list[AppliedDiscount], Field(max_length=MAX_DISCOUNTS)] | None = None
    attribution_source: AttributionSource | None = None
    created_by: CreatedBy | None = None
    seen_by_a_human: bool | None = Field(None, alias="seenByAHuman")
    checkout_id: Guid | None = None
    cart_id: Text | None = None
    purchase_flow_id: Guid | None = None
    custom_fields: Annotated[list[CustomField], Field(max_length=MAX_CUSTOM_FIELDS)] | None = None
    balance_summary: BalanceSummary | None = None
    additional_fees: Annotated[list[AdditionalFee], Field(max_length=MAX_FEES)] | None = None
    extended_fields: ExtendedFields | None = None
    tags: OrderTags | None = None
    purchased_date: DateTime | None = None
    business_location: BusinessLocation | None = None
    pay_now: PriceSummary | None = None
    pay_after_free_trial: PriceSummary | None = None
    platform_fee_summary: PlatformFeeSummary | None = None
    subscription_info: JsonObject | None = None
