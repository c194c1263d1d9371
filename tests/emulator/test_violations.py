"""The messages for values that cannot be used: the problem, then what to write."""

from __future__ import annotations

from typing import Any

import pytest

from orderquery.emulator.errors import Refused
from orderquery.emulator.request import read_request
from orderquery.emulator.wire.control_requests import DeliveryFaultRequest, FaultRequest
from orderquery.emulator.wire.order_requests import CancelOrderRequest
from orderquery.emulator.wire.transaction_requests import AddPaymentsRequest

JSON = Any
PAYMENT = {"giftcardPaymentDetails": {"appId": "11111111-1111-4111-8111-111111111111"}}
CASES: list[tuple[Any, JSON, str, str]] = [
    (DeliveryFaultRequest, {"fault": "dropp"}, 'fault: "dropp" is not a value of this key; did you mean "drop"?', "INVALID_ENUM_VALUE"),
    (DeliveryFaultRequest, {"fault": 1}, 'fault: 1 is not a value of this key; use "drop", "duplicate", ', "INVALID_ENUM_VALUE"),
    (DeliveryFaultRequest, {"fault": "drop", "count": 0}, "count: 0 is less than 1; use 1 or more", "MIN"),
    (FaultRequest, {"path": "/", "status": 700}, "status: 700 is more than 599; use at most 599", "MAX"),
    (FaultRequest, {}, "path: missing; add this key", "REQUIRED_FIELD"),
    (FaultRequest, {"path": []}, "path: a list of 0 is not a string; use a string", "VALIDATION"),
    (CancelOrderRequest, {"id": "a", "customMessage": ""}, "customMessage: 0 characters; use 1 or more", "MIN_LENGTH"),
    (CancelOrderRequest, {"id": "a" * 101}, "id: 101 characters; use at most 100", "MAX_LENGTH"),
    (AddPaymentsRequest, {"orderId": "a", "payments": []}, "payments: 0 items; use 1 or more", "MIN_SIZE"),
    (
        AddPaymentsRequest,
        {"orderId": "a", "payments": [{**PAYMENT, "amount": {"amount": "-1"}}]},
        'payments[0].amount.amount: "-1" is less than 0; use 0 or more',
        "DECIMAL_GTE",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("model", "body", "message", "rule"), CASES)
def test_a_violation_says_what_to_write(model: Any, body: JSON, message: str, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        read_request(model, body, strict=True)
    (violation,) = refused.value.details["validationError"]["fieldViolations"]
    assert refused.value.message.startswith(message)
    assert violation["violatedRule"] == rule
