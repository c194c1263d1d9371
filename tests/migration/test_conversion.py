"""Old orders as eCommerce orders: what becomes of every value, and the decisions D95 to D98."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project import SAMPLES
from rounds import OLD_ORDERS, at, check_round, kept_in, leaves, same

import orderquery as oq
from orderquery.migration.mapping import Row, stores_to_ecommerce

JSON = Any
MAPPING = stores_to_ecommerce()
PAIR = OLD_ORDERS["10012 of the pair"]
PAID = OLD_ORDERS["10108 of a search"]
RICH = OLD_ORDERS["pickup, digital, custom item, gift card"]

CHANGED_MEANWHILE = {
    ("status",): ("APPROVED", "CANCELED"),
    ("fulfillmentStatus",): ("PARTIALLY_FULFILLED", "NOT_FULFILLED"),
    ("updatedDate",): ("2023-03-07T10:25:22.889Z", "2023-09-10T11:19:33.792Z"),
    ("buyerInfo", "email"): ("janedoe@example.com", "example@email.com"),
}
"""The old document is of March 2023, the new one of September."""


def test_the_order_that_is_known_in_both_forms() -> None:
    new = dict(leaves(json.loads((SAMPLES / "cancel_order.response.json").read_text("utf-8"))["order"]))
    converted = dict(
        leaves({key: part for key, part in oq.convert_order(PAIR).order.items() if key != "extendedFields"})
    )
    different = {path: (value, new.get(path)) for path, value in converted.items() if new.get(path) != value}
    assert different == CHANGED_MEANWHILE
    assert (len(converted), len(converted) - len(different)) == (124, 120)


@pytest.mark.parametrize("name", OLD_ORDERS)
def test_every_value_is_found_again(name: str) -> None:
    converted = check_round(OLD_ORDERS[name])
    assert not [path for path, fate in converted.values.items() if fate.kind == "lost"]


@pytest.mark.parametrize("name", OLD_ORDERS)
def test_a_converted_order_has_no_values_that_do_not_fit_and_is_found(name: str) -> None:
    with oq.open_store(":memory:") as store:
        result = store.load([OLD_ORDERS[name]], convert=True)
        assert (result.orders, result.skipped, result.problems) == (1, 0, [])
        assert result.conversion is not None
        assert result.conversion.orders == 1
        number = OLD_ORDERS[name]["number"]
        found = store.search(f"number = {number}").ids
        is_hidden = OLD_ORDERS[name]["paymentStatus"] == "PENDING"
        assert len(found) == (not is_hidden)


# -- any JSON anywhere --------------------------------------------------------------------------------------------

EXAMPLES = 5_000 if os.environ.get("ORDERQUERY_TRUST") == "full" else 150
SCALARS = (
    None, True, False, 0, 7, -1, 10**30, Decimal("1.50"), Decimal("1E+90"), Decimal("1E-90"), Decimal("1E+400"), "", "7",
    "1.50", "abc", "PAID", "CANCELED", "MEMBER", "Color", "2020-01-01T00:00:00.000Z", 1577836800000,
)  # fmt: skip
KEYS = ("id", "option", "selection", "title", "amount", "namespaces", "stores", "$date", "price", "x", "0", "", "a.b[]")
VALUES = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
PLACES = [
    (name, path[:length])
    for name, old in OLD_ORDERS.items()
    for path in dict.fromkeys(path for path, _ in leaves(old))
    for length in range(1, len(path) + 1)
]


def put(document: JSON, path: tuple[str | int, ...], value: JSON) -> None:
    holder, step = at(document, path[:-1]), path[-1]
    if isinstance(holder, dict if isinstance(step, str) else list):
        holder[step] = value


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(sorted(OLD_ORDERS)), st.lists(st.tuples(st.integers(0, 10_000), VALUES), min_size=1, max_size=4))
def test_any_value_in_any_place_raises_nothing_and_loses_nothing(name: str, changes: list[tuple[int, JSON]]) -> None:
    old = copy.deepcopy(OLD_ORDERS[name])
    places = [path for other, path in PLACES if other == name]
    for number, value in changes:
        path = places[number % len(places)]
        try:
            put(old, path, copy.deepcopy(value))
        except (KeyError, IndexError, TypeError):
            continue
    found = dict(leaves(old))
    converted = oq.convert_order(old)
    assert set(converted.values) == set(found)
    kept = kept_in(old, converted)
    for path, fate in converted.values.items():
        same(fate.value, found[path])
        if fate.kind == "kept":
            same(at(kept, path), found[path])
        if fate.kind == "moved":
            assert fate.target is not None
            at({**converted.order, "transactions": converted.transactions}, fate.target)
    with oq.open_store(":memory:") as store:
        store.load([old], convert=True)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from([*KEYS, "lineItems", "totals", "billingInfo", "refunds"]), VALUES))
def test_unknown_keys_are_kept_and_reported(unknown: dict[str, JSON]) -> None:
    old = {**PAID, "custom": unknown, "lineItems": [{**PAID["lineItems"][0], "custom": unknown}]}
    converted = oq.convert_order(old)
    kept = kept_in(old, converted)
    same(kept["custom"], unknown)
    same(kept["lineItems"][0]["custom"], unknown)
    pointers = [loss.pointer for loss in converted.losses]
    has_content = any(value not in (None, [], {}) for _, value in leaves(unknown))
    assert ("/custom" in pointers) == ("/lineItems/0/custom" in pointers) == has_content or any(
        pointer.startswith("/custom") for pointer in pointers if pointer
    )


# -- rows ---------------------------------------------------------------------------------------------------------

FITTING: dict[str, JSON] = {
    "text": "text", "digits": 7, "integer": 3, "amount": "1.50", "number": "0.5", "boolean": True, "negated": False,
    "instant": "2020-01-01T00:00:00.000Z", "line-id": 1, "object": {"a": 1},
}  # fmt: skip
ROWS = [row for row in MAPPING.rows if row.source and row.op not in ("twin", "extended-fields")]


def document_for(row: Row) -> JSON:
    """Return an old order with a fitting value for a row, and what its conditions want."""
    old: JSON = {"number": 1, "totals": {}}
    if row.target != ("id",):
        old["id"] = "a"
    if row.is_transaction:
        old |= {"paymentStatus": "PAID", "totals": {"total": "5"}}
    values = [(row.source, fitting(row)), *row.when]
    for pattern, value in values:
        holder = old
        for step, following in zip(pattern, [*pattern[1:], None], strict=True):
            if step == "[]":
                continue
            if following is None:
                holder[step] = value
            elif following == "[]":
                items = holder.setdefault(step, [{}])
                holder = items[0]
            else:
                holder = holder.setdefault(step, {})
    if row.op == "condition":
        holder = old.setdefault(row.source[0], {})
        holder["id"] = "b"
    return old


def fitting(row: Row) -> JSON:
    if row.op == "enum":
        return next(iter(MAPPING.enums[row.enum]))
    if row.op == "any":
        return True
    if row.op in ("list", "map"):
        return []
    if row.op == "sum":
        return "0"
    if row.op == "line-total":
        return "5"
    if row.op == "condition":
        return "MEMBER"
    return FITTING[row.restate]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.label} {'.'.join(row.target)}")
def test_a_row_without_a_loss_reports_none(row: Row) -> None:
    old = document_for(row)
    converted = oq.convert_order(old)
    losses = [loss for loss in converted.losses if (loss.pointer or "").split("/")[1:2] == [row.source[0]]]
    assert bool(losses) == bool(row.loss), losses
    if not row.note and row.op != "keep":
        assert not losses
        assert converted.kept.keys() <= {"/totals"} or row.op in ("list", "map")


def test_each_row_has_its_source_and_none_writes_into_another() -> None:
    assert all(row.tag for row in (*MAPPING.rows, *MAPPING.documented, *MAPPING.addresses))
    assert all(value.tag for values in MAPPING.enums.values() for value in values.values())
    assert all(webhook.tag for webhook in MAPPING.webhooks)
    targets = {row.target for row in MAPPING.rows if row.target and row.op not in ("list", "map", "extended-fields")}
    targets |= {target for values in MAPPING.enums.values() for value in values.values() for target, _ in value.targets}
    inside = [
        (first, other) for first in targets for other in targets if first != other and other[: len(first)] == first
    ]
    assert not inside


def test_a_value_without_a_row_in_an_enum_is_kept() -> None:
    converted = oq.convert_order({**PAID, "paymentStatus": "PAYED"})
    assert "paymentStatus" not in converted.order
    assert converted.kept["/paymentStatus"] == "PAYED"
    (loss,) = [loss for loss in converted.losses if loss.pointer == "/paymentStatus"]
    assert (loss.code, loss.severity) == ("kept-value", "warning")
    assert '"PAYED" is not one of its values' in loss.message


# -- decisions ----------------------------------------------------------------------------------------------------


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


def test_an_ecommerce_order_is_unchanged() -> None:
    order = json.loads((SAMPLES / "get_order.response.json").read_text("utf-8"), parse_float=Decimal)
    converted = oq.convert_order(order)
    assert (converted.order, converted.unchanged, converted.losses) == (order["order"], True, ())


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (5, "expected a JSON object, not 5"), ({}, "empty object"), ([], "0 orders"), ([PAID, PAID], "2 orders"),
        ({"a": 1}, 'unknown document with keys "a"'), (float("nan"), "invalid JSON"), ({"orders": []}, "0 orders"),
        ({"orderId": "a", "payments": []}, "0 orders"), ("text", "expected a JSON object"),
    ],
)  # fmt: skip
def test_what_is_not_one_order_is_refused(document: JSON, message: str) -> None:
    with pytest.raises(oq.DocumentError, match=message):
        oq.convert_order(document)


def test_loading_without_convert_names_the_command() -> None:
    with oq.open_store(":memory:") as store:
        result = store.load([PAID])
        assert (result.orders, result.conversion) == (0, None)
        (problem,) = result.problems
        assert (problem.code, problem.help) == ("foreign-document", "convert it: orderquery convert-orders FILE")
