"""Parts that several documents share: prices, addresses, taxes, translated texts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .base import READ_ONLY, JsonObject, WireModel
from .values import Amount, AnyAmount, Country, Guid, Number, Phone, Rate

Text = Annotated[str, Field()]
Text50 = Annotated[str, Field(max_length=50)]
Text100 = Annotated[str, Field(max_length=100)]
Text150 = Annotated[str, Field(max_length=150)]
Text200 = Annotated[str, Field(max_length=200)]
Text500 = Annotated[str, Field(max_length=500)]
Text1000 = Annotated[str, Field(max_length=1_000)]


def computed() -> Any:
    """Return a field that the service sets and ignores in a request."""
    return Field(None, json_schema_extra=READ_ONLY)


class Price(WireModel):
    """An amount of money; ``formatted_amount`` is added where it is absent."""

    amount: Amount | None = None
    formatted_amount: Text | None = None


class RequiredPrice(Price):
    """An amount of money that must be given."""

    amount: Amount


class SignedPrice(WireModel):
    """An amount of money that may be negative."""

    amount: AnyAmount | None = None
    formatted_amount: Text | None = None


class StreetAddress(WireModel):
    """A street and a number in it."""

    number: Text | None = None
    name: Text | None = None


class Geocode(WireModel):
    """Coordinates of an address."""

    latitude: Number | None = None
    longitude: Number | None = None


class PostalAddress(WireModel):
    """A postal address."""

    country: Country | None = None
    subdivision: Text50 | None = None
    city: Text50 | None = None
    postal_code: Text50 | None = None
    street_address: StreetAddress | None = None
    address_line: Text150 | None = None
    address_line2: Text100 | None = None
    geocode: Geocode | None = None
    country_fullname: Text | None = None
    subdivision_fullname: Text | None = None


class VatId(WireModel):
    """A tax number of a buyer in Brazil."""

    id: Text | None = None
    type: Literal["UNSPECIFIED", "CPF", "CNPJ"] | None = None


class ContactDetails(WireModel):
    """Name, phone and company of a person."""

    first_name: Text100 | None = None
    last_name: Text100 | None = None
    phone: Phone | None = None
    company: Text1000 | None = None
    vat_id: VatId | None = None


class AddressWithContact(WireModel):
    """An address and the person there."""

    address: PostalAddress | None = None
    contact_details: ContactDetails | None = None


class TranslatedText(WireModel):
    """A text, and its translation for the buyer."""

    original: Annotated[str, Field(max_length=600)] | None = None
    translated: Annotated[str, Field(max_length=600)] | None = None


class TaxDetails(WireModel):
    """The tax of a line or fee, in the older form."""

    taxable_amount: Price | None = None
    tax_rate: Rate | None = None
    total_tax: Price | None = None


Jurisdiction = Literal["UNDEFINED", "COUNTRY", "STATE", "COUNTY", "CITY", "SPECIAL"]


class LineTaxBreakdown(WireModel):
    """One tax of a line or fee."""

    jurisdiction: Text200 | None = None
    rate: Rate | None = None
    tax_amount: Price | None = None
    tax_type: Text200 | None = None
    tax_name: Text200 | None = None
    jurisdiction_type: Jurisdiction | None = None
    non_taxable_amount: Price | None = None
    taxable_amount: Price | None = None


class LineTaxInfo(WireModel):
    """The tax of a line or fee."""

    tax_amount: Price | None = None
    taxable_amount: Price | None = None
    tax_rate: Rate | None = None
    tax_group_id: Guid | None = None
    tax_included_in_price: bool | None = None
    tax_breakdown: Annotated[list[LineTaxBreakdown], Field(max_length=7)] | None = None


class TaxableAddress(WireModel):
    """Which address a tax is for."""

    address_type: Literal["BUSINESS", "BILLING", "SHIPPING"] | None = None


class ExtendedFields(WireModel):
    """Values of apps, by the namespace of the app."""

    namespaces: JsonObject | None = None
