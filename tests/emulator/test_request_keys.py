"""Keys of a request: which ones are read under another name, and which are reported."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from orderquery.emulator.operations import BY_NAME
from orderquery.emulator.request import read_request
from orderquery.emulator.wire.base import WireModel
from orderquery.emulator.wire.order import CurrencyConversion, TaxSummary
from orderquery.emulator.wire.order_requests import UpdateOrderRequest
from orderquery.emulator.wire.order_update import UpdatedOrder
from orderquery.emulator.wire.parts import Price

JSON = Any

# The order that was sent, the order that is read, and the places of the ignored keys.
READ = {
    "the id of the path, repeated": ({"id": "a"}, {"id": "a"}, []),
    "the SDK's own id": ({"_id": "a"}, {"id": "a"}, []),
    "an entity's own id beside the one of the path": ({"_id": "b", "id": "a"}, {"id": "a"}, []),
    "a name in snake_case": ({"seen_by_a_human": True}, {"seenByAHuman": True}, []),
    "two spellings": (
        {"weightUnit": "KG", "weight_unit": "LB"}, {"weightUnit": "KG"}, ["/order/weight_unit"],
    ),
    "an unknown key": ({"nmber": "1"}, {}, ["/order/nmber"]),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_the_keys_of_an_update(name: str) -> None:
    sent, expected, ignored = READ[name]
    read = read_request(UpdateOrderRequest, {"id": "a", "order": sent})
    assert read.body == {"id": "a", "order": expected}
    assert [warning.pointer for warning in read.warnings] == ignored
    assert {warning.code for warning in read.warnings} <= {"ignored-key"}


# What was sent, and the message and help of each ignored key.
NOT_UPDATED: dict[str, tuple[JSON, list[tuple[str, str]]]] = {
    "the status": (
        {"status": "CANCELED"},
        [('"status" cannot be updated', "to cancel an order, send POST /ecom/v1/orders/{id}/cancel")],
    ),
    "the status of payment in snake_case": (
        {"payment_status": "PAID"},
        [
            (
                '"payment_status" cannot be updated',
                "to pay an order, send POST /ecom/v1/payments/orders/{orderId}/add-payment",
            )
        ],
    ),
    "what the service sets": ({"number": "1"}, [('"number" cannot be updated', 'remove "number"')]),
    "the SDK's date": ({"_createdDate": "x"}, [('"_createdDate" cannot be updated', 'remove "_createdDate"')]),
    "parts of what can be updated": (
        {"buyerInfo": {"memberId": "a"}, "shippingInfo": {"title": "a", "logistics": {"instructions": "a"}}},
        [(f'"{key}" cannot be updated', f'remove "{key}"') for key in ("memberId", "title", "instructions")],
    ),
    "an unknown key": ({"archivd": True}, [('unknown key "archivd"', 'did you mean "archived"?')]),
}


@pytest.mark.parametrize("name", NOT_UPDATED)
def test_known_keys_that_an_update_does_not_take(name: str) -> None:
    sent, expected = NOT_UPDATED[name]
    read = read_request(UpdateOrderRequest, {"id": "a", "order": sent})
    assert [(warning.message, warning.help) for warning in read.warnings] == expected


def test_the_operations_that_a_help_names_exist() -> None:
    paths = {(operation.method, operation.path) for operation in BY_NAME.values()}
    for help_ in UpdatedOrder.changed_by.values():
        method, path = help_.split("send ")[1].split()
        assert (method, path) in paths


@pytest.mark.parametrize(
    ("model", "key", "wrong", "description", "right"),
    [
        (Price, "amount", "-1", '"-1" is less than 0; use 0 or more', "0"),
        (Price, "amount", "2" + "0" * 15, f'"2{"0" * 15}" is more than 1{"0" * 15}; use at most 1{"0" * 15}', "1" + "0" * 15),
        (TaxSummary, "manualTaxRate", "0.1234567", '"0.1234567" has more than 6 decimal places; round it to 6', "0.123457"),
        (CurrencyConversion, "conversionRate", "0", '"0" is not more than 0; use a number above it', "0.1"),
    ],
)  # fmt: skip
def test_bounds_of_decimals(model: type[WireModel], key: str, wrong: str, description: str, right: str) -> None:
    others = {"originalCurrency": "USD"} if model is CurrencyConversion else {}
    with pytest.raises(ValidationError) as raised:
        model.model_validate({**others, key: wrong})
    assert [fault["msg"] for fault in raised.value.errors()] == [description]
    model.model_validate({**others, key: right})
