"""The decisions D95 to D98 on converted orders, and what single old values become."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from rounds import OLD_ORDERS, at

import orderquery as oq
from orderquery.migration.mapping import stores_to_ecommerce

JSON = Any
MAPPING = stores_to_ecommerce()
PAIR = OLD_ORDERS["10012 of the pair"]
PAID = OLD_ORDERS["10108 of a search"]
RICH = OLD_ORDERS["pickup, digital, custom item, gift card"]

# -- D95: kept values ----------------------------------------------------------------------------------------------


def test_kept_values_have_their_old_paths_d95() -> None:
    old = {**PAID, "lineItems": [PAID["lineItems"][0], {**PAID["lineItems"][1], "more": [1, {"a": None}]}]}
    kept = oq.convert_order(old).order["extendedFields"]["namespaces"]["stores"]
    assert kept["lineItems"][1]["more"] == [1, {"a": None}]
    assert kept["fulfillments"] == PAID["fulfillments"]


def test_a_taken_namespace_gets_a_number_d95() -> None:
    old = {**PAID, "extendedFields": {"namespaces": {"stores": {"mine": 1}, "stores2": {}}}}
    namespaces = oq.convert_order(old).order["extendedFields"]["namespaces"]
    assert namespaces["stores"] == {"mine": 1}
    assert namespaces["stores2"] == {}
    assert namespaces["stores3"]["numericId"] == "10108"


@pytest.mark.parametrize("extended", [5, [], {"namespaces": 5}, "text"])
def test_extended_fields_of_another_shape_are_kept_d95(extended: JSON) -> None:
    order = oq.convert_order({**PAID, "extendedFields": extended}).order
    assert order["extendedFields"]["namespaces"]["stores"]["extendedFields"] == extended


def payments(**changes: JSON) -> list[JSON] | None:
    transactions = oq.convert_order({**PAID, **changes}).transactions
    return None if transactions is None else transactions["payments"]


# -- D96: payments -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "payment"),
    [
        ("PAID", "APPROVED"), ("PARTIALLY_REFUNDED", "PARTIALLY_REFUNDED"), ("FULLY_REFUNDED", "REFUNDED"),
    ],
)  # fmt: skip
def test_the_payment_of_a_paid_order_d96(status: str, payment: str) -> None:
    (found,) = payments(paymentStatus=status) or []
    assert found == {
        "id": "00000000-0000-0000-0000-000000000001",
        "createdDate": "2021-05-25T13:55:55.130Z",
        "amount": {"amount": "215.66"},
        "regularPaymentDetails": {
            "paymentMethod": "offline",
            "gatewayTransactionId": "5c08a09b-867b-49bf-afeb-db59548419e0",
            "status": payment,
        },
    }


def test_a_partial_payment_has_no_amount_and_that_is_reported_d96() -> None:
    converted = oq.convert_order(PAIR)
    assert converted.transactions is not None
    (found,) = converted.transactions["payments"]
    assert "amount" not in found
    assert found["regularPaymentDetails"]["paymentMethod"] == "In Person"
    (loss,) = [loss for loss in converted.losses if loss.code == "conversion-loss"]
    assert (loss.pointer, loss.message) == ("/paymentStatus", MAPPING.payments.loss)


@pytest.mark.parametrize("status", ["NOT_PAID", "UNSPECIFIED_PAYMENT_STATUS", "PENDING", "PAYED", None])
def test_an_unpaid_order_has_no_payment_and_keeps_the_details_d96(status: str | None) -> None:
    converted = oq.convert_order({**PAID, "paymentStatus": status})
    assert not (converted.transactions or {}).get("payments")
    assert converted.kept["/billingInfo/paymentMethod"] == "offline"


def test_a_gift_card_is_a_payment_of_its_own_d96() -> None:
    transactions = oq.convert_order(RICH).transactions
    assert transactions is not None
    regular, card = transactions["payments"]
    assert (regular["amount"]["amount"], card["amount"]["amount"]) == ("39.50", "25.50")
    assert card["giftcardPaymentDetails"]["giftCardId"] == "gc-1"
    assert regular["refundDisabled"] is True
    (refund,) = transactions["refunds"]
    assert refund["transactions"] == [
        {
            "amount": {"amount": "20"}, "externalRefund": True, "providerRefundId": "re_1", "paymentId": regular["id"],
        }
    ]  # fmt: skip
    assert refund["details"] == {"reason": "returned"}


@pytest.mark.parametrize("card", ["0", "0.00", 0])
def test_no_gift_card_is_no_payment_d96(card: JSON) -> None:
    totals = {**PAID["totals"], "giftCard": card}
    assert len(payments(totals=totals) or []) == 1
    assert oq.convert_order({**PAID, "totals": totals}).fates["/totals/giftCard"] == "computed"


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        ({"totals": {"total": "25.50", "giftCard": "25.50"}, "billingInfo": {}}, None),
        ({"totals": {"total": "10", "giftCard": "25.50"}}, None),
        ({"totals": {"total": "abc"}}, None),
        ({"totals": {}}, None),
        ({"totals": {"total": 12}}, "12"),
        ({"totals": {"total": Decimal("0.10"), "giftCard": Decimal("0.03")}}, "0.07"),
        ({"totals": {"total": "1" + "0" * 99, "giftCard": "0.01"}}, "9" * 99 + ".99"),
    ],
)
def test_amounts_are_exact_or_left_out_d96(changes: JSON, amount: str | None) -> None:
    found = [payment for payment in payments(**changes) or [] if "regularPaymentDetails" in payment]
    assert [payment.get("amount") for payment in found] == (
        [] if "billingInfo" in changes else [amount and {"amount": amount}]
    )


# -- D97: totals after tax -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "discount", "tax", "included", "total"),
    [
        ("10.00", "10.0", "0.0", False, "0.00"), ("70.0", "3.5", "2.66", False, "69.16"), ("70", None, None, None, "70"),
        ("70", "1", "5", True, "69"), (35, Decimal("0.10"), 1, False, "35.90"), ("70", "x", "1", False, None),
    ],
)  # fmt: skip
def test_totals_after_tax_d97(price: JSON, discount: JSON, tax: JSON, included: bool | None, total: str | None) -> None:
    price_data = {"price": price, "totalPrice": price, "taxIncludedInPrice": included}
    item = {"index": 1, "priceData": price_data, "discount": discount, "tax": tax}
    shipping = {"shipmentDetails": {"priceData": price_data, "discount": discount, "tax": tax}}
    converted = oq.convert_order({**PAID, "lineItems": [item], "shippingInfo": shipping})
    (line,) = converted.order["lineItems"]
    for part in (line, converted.order["shippingInfo"]["cost"]):
        assert part.get("totalPriceAfterTax") == (None if total is None else {"amount": total})
    assert converted.fates["/lineItems/0/priceData/totalPrice"] == ("kept" if total is None else "computed")


# -- D98: two old values for one new field -------------------------------------------------------------------------


def test_the_billing_address_wins_d98() -> None:
    old = {**PAID, "buyerInfo": {**PAID["buyerInfo"], "firstName": "Jean"}}
    converted = oq.convert_order(old)
    assert converted.order["billingInfo"]["contactDetails"]["firstName"] == "Jane"
    assert converted.kept["/buyerInfo/firstName"] == "Jean"
    assert [loss.pointer for loss in converted.losses if "firstName" in loss.message] == ["/buyerInfo/firstName"]


def test_price_data_wins_d98() -> None:
    item = {**PAID["lineItems"][0], "price": "36", "totalPrice": "72"}
    converted = oq.convert_order({**PAID, "lineItems": [item]})
    assert converted.order["lineItems"][0]["price"] == {"amount": "35.0"}
    assert {pointer: converted.kept[pointer] for pointer in ("/lineItems/0/price", "/lineItems/0/totalPrice")} == {
        "/lineItems/0/price": "36", "/lineItems/0/totalPrice": "72",
    }  # fmt: skip


def test_pending_wins_over_canceled_d98() -> None:
    converted = oq.convert_order(OLD_ORDERS["pending and canceled"])
    assert converted.order["status"] == "INITIALIZED"
    assert converted.kept["/fulfillmentStatus"] == "CANCELED"
    assert oq.convert_order(OLD_ORDERS["canceled"]).order["status"] == "CANCELED"


# -- details ------------------------------------------------------------------------------------------------------


def parts() -> Iterator[tuple[JSON, str, JSON]]:
    rich, row = oq.convert_order(RICH).order, oq.convert_order(OLD_ORDERS["a Velo row"]).order
    yield rich, "buyerInfo.memberId", "9a1c2ad7-0b2e-4f0f-8a43-0c1f9a4ab102"
    yield rich, "taxIncludedInPrices", True
    yield rich, "createdBy", {"appId": "85e29287-a5bf-4c25-b303-a2ddc9d975e2"}
    yield rich, "billingInfo.address.streetAddress", {"number": "235", "name": "West 23rd Street"}
    yield rich, "billingInfo.contactDetails.vatId", {"id": "123", "type": "CPF"}
    yield rich, "shippingInfo.logistics.pickupDetails.address.postalCode", "10173"
    yield rich, "shippingInfo.logistics.instructions", "Ring the bell"
    yield rich, "shippingInfo.logistics.shippingDestination.contactDetails.firstName", "John"
    yield rich, "customFields.0", {"title": "Notes", "value": "Leave at the door", "translatedTitle": "Notas"}
    yield rich, "lineItems.0.itemType", {"preset": "DIGITAL"}
    yield rich, "lineItems.1.itemType", {"custom": "CUSTOM_AMOUNT_ITEM"}
    yield rich, "lineItems.1.descriptionLines.1", {"plainText": {"original": "In capitals"}}
    yield rich, "lineItems.1.image.url", "https://example.com/a.png"
    yield rich, "activities.0.merchantComment", {"message": "Call first"}
    yield rich, "activities.1.type", "INVOICE_SENT"
    yield rich, "subscriptionInfo.cycleNumber", 3
    yield row, "id", "4b070345-5813-49b6-b0ad-2125e5ca5b51"
    yield row, "number", "10321"
    yield row, "status", "CANCELED"
    yield row, "priceSummary.total.amount", "76.0"
    yield row, "lineItems.0.physicalProperties.weight", Decimal("5.2")
    yield row, "lineItems.0.totalPriceAfterTax.amount", "76.0"
    yield row, "billingInfo.contactDetails.company", "Acme"
    yield row, "shippingInfo.logistics.shippingDestination.contactDetails.phone", "0555555555"


def test_parts_of_converted_orders() -> None:
    for order, path, expected in parts():
        found = at(order, tuple(int(step) if step.isdigit() else step for step in path.split(".")))
        assert found == expected, path
    assert "catalogReference" in oq.convert_order(RICH).order["lineItems"][0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"$date": "2020-01-01T00:00:00.000Z"}, "2020-01-01T00:00:00.000Z"),
        (1577836800000, "2020-01-01T00:00:00.000Z"), ("2020-01-01", None), ("yesterday", None), (5, None), (None, None),
    ],
)  # fmt: skip
def test_dates(old: JSON, new: str | None) -> None:
    converted = oq.convert_order({**PAID, "dateCreated": old})
    assert converted.order.get("createdDate") == new
    assert any(loss.pointer == "/dateCreated" for loss in converted.losses) == (new is None and old is not None)
    assert ("/dateCreated" in converted.kept) == (new is None)
