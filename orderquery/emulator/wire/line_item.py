"""A line item of an order."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from .base import JsonObject, WireModel
from .parts import (
    ExtendedFields,
    LineTaxInfo,
    Price,
    RequiredPrice,
    TaxableAddress,
    TaxDetails,
    Text,
    Text150,
    Text500,
    Text1000,
    TranslatedText,
)
from .values import DateTime, DecimalCount, Guid, GuidOrEmpty, Number, Whole

MAX_QUANTITY = 100_000
Quantity = Annotated[Whole, Field(ge=1, le=MAX_QUANTITY)]
QuantityOrZero = Annotated[Whole, Field(ge=0, le=MAX_QUANTITY)]
ShortId = Annotated[str, Field(min_length=1, max_length=36)]
Frequency = Literal["UNDEFINED", "DAY", "WEEK", "MONTH", "YEAR"]
Interval = Annotated[Whole, Field(ge=1, le=3_650)]


class ProductName(WireModel):
    """The name of a product."""

    original: str = Field(min_length=1, max_length=200)
    translated: Annotated[str, Field(min_length=1, max_length=400)] | None = None


class CatalogReference(WireModel):
    """The item of a catalog that was sold; ``options`` are the catalog's own."""

    app_id: Guid
    catalog_item_id: ShortId
    options: JsonObject | None = None


class LineColor(WireModel):
    """A color as the value of a description line."""

    original: Text500 | None = None
    translated: Text500 | None = None
    code: Text | None = None


class LineDescription(WireModel):
    """A name and its value, such as a size or a color."""

    name: TranslatedText | None = None
    plain_text: TranslatedText | None = None
    color_info: LineColor | None = None


class LineImage(WireModel):
    """An image, as REST writes it."""

    id: Text | None = None
    url: Text | None = None
    height: Whole | None = None
    width: Whole | None = None
    alt_text: Text | None = None
    filename: Text | None = None


class PhysicalProperties(WireModel):
    """Weight and stock number of a product."""

    weight: Number | None = None
    sku: Annotated[str, Field(max_length=40)] | None = None
    shippable: bool | None = None


Preset = Literal["UNRECOGNISED", "PHYSICAL", "DIGITAL", "GIFT_CARD", "SERVICE"]


class ItemType(WireModel):
    """What is sold: a preset or a custom type."""

    preset: Preset | None = None
    custom: Text | None = None

    @model_validator(mode="after")
    def _require_one(self) -> ItemType:
        if self.preset is None and self.custom is None:
            # Pydantic would show a template's doubled braces as they are.
            example = '{"preset": "PHYSICAL"}'
            raise PydanticCustomError("one_of", "empty; use {example}, another preset, or custom", {"example": example})
        if self.preset is not None and self.custom is not None:
            raise PydanticCustomError("one_of_alignment", "preset and custom are both given; use one of them")
        return self


class DigitalFile(WireModel):
    """The file of a digital product."""

    file_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    link: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    expiration_date: DateTime | None = None


class FreeTrial(WireModel):
    """The free trial of a subscription."""

    frequency: Frequency | None = None
    interval: Interval | None = None


class SubscriptionTerms(WireModel):
    """How a subscription renews."""

    frequency: Frequency | None = None
    interval: Interval | None = None
    auto_renewal: bool | None = None
    billing_cycles: Annotated[Whole, Field(ge=1)] | None = None
    enable_customer_cancellation: bool | None = None
    free_trial_period: FreeTrial | None = None


class LineSubscription(WireModel):
    """The subscription of a line."""

    id: Guid | None = None
    cycle_number: Whole | None = None
    subscription_option_title: Text150 | None = None
    subscription_option_description: Text500 | None = None
    subscription_settings: SubscriptionTerms | None = None
    charges_description: Text1000 | None = None


class PriceText(WireModel):
    """A text that is shown in place of a price."""

    original: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    translated: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class LineLocation(WireModel):
    """How many of a line come from a location."""

    id: Guid | None = None
    app_id: Guid | None = None
    quantity: Quantity | None = None
    name: Text500 | None = None


class DecimalQuantity(WireModel):
    """A quantity in a unit of measurement."""

    measurement_unit: Text | None = None
    other_unit: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    value: DecimalCount | None = None
    description: TranslatedText | None = None


class LineModifier(WireModel):
    """A modifier of a line, such as a topping."""

    id: ShortId | None = None
    quantity: Quantity | None = None
    label: TranslatedText | None = None
    details: TranslatedText | None = None
    price: Price | None = None


class ModifierGroup(WireModel):
    """A group of modifiers."""

    id: ShortId | None = None
    name: TranslatedText | None = None
    modifiers: Annotated[list[LineModifier], Field(min_length=1, max_length=10)] | None = None


PaymentOption = Literal[
    "FULL_PAYMENT_ONLINE", "FULL_PAYMENT_OFFLINE", "MEMBERSHIP", "DEPOSIT_ONLINE", "MEMBERSHIP_OFFLINE",
    "MEMBERSHIP_ONLINE_WITH_OFFLINE_REMAINDER",
]  # fmt: skip


class LineItem(WireModel):
    """A line item of an order."""

    id: GuidOrEmpty | None = None
    product_name: ProductName
    catalog_reference: CatalogReference | None = None
    quantity: Quantity
    total_discount: Price | None = None
    description_lines: Annotated[list[LineDescription], Field(max_length=20)] | None = None
    image: LineImage | None = None
    physical_properties: PhysicalProperties | None = None
    item_type: ItemType
    fulfiller_id: Guid | None = None
    refund_quantity: QuantityOrZero | None = None
    restock_quantity: QuantityOrZero | None = None
    price: RequiredPrice
    price_before_discounts: Price | None = None
    total_price_before_tax: Price | None = None
    total_price_after_tax: Price | None = None
    payment_option: PaymentOption | None = None
    tax_details: TaxDetails | None = None
    tax_info: LineTaxInfo | None = None
    digital_file: DigitalFile | None = None
    subscription_info: LineSubscription | None = None
    price_description: PriceText | None = None
    deposit_amount: Price | None = None
    locations: Annotated[list[LineLocation], Field(max_length=5)] | None = None
    line_item_price: Price | None = None
    taxable_address: TaxableAddress | None = None
    price_undetermined: bool | None = None
    fixed_quantity: bool | None = None
    decimal_quantity: DecimalQuantity | None = None
    extended_fields: ExtendedFields | None = None
    modifier_groups: Annotated[list[ModifierGroup], Field(max_length=10)] | None = None
    root_catalog_item_id: ShortId | None = None
