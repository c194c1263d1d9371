"""The messages for values that cannot be used: the problem, then what to write."""

from __future__ import annotations

from typing import Any

import pytest
from serving import Asker

from orderquery.emulator.errors import Refused
from orderquery.emulator.request import read_request
from orderquery.emulator.wire.control_requests import DeliveryFaultRequest, FaultRequest
from orderquery.emulator.wire.order_requests import CancelOrderRequest, CreateOrderRequest
from orderquery.emulator.wire.plan_requests import ListPlanOrdersRequest
from orderquery.emulator.wire.transaction_requests import AddPaymentsRequest

JSON = Any
PAYMENT = {"giftcardPaymentDetails": {"appId": "11111111-1111-4111-8111-111111111111"}}
LINE = {"productName": {"original": "Mug"}, "quantity": 1, "price": {"amount": "1"}, "itemType": {}}
ORDER = {"channelInfo": {"type": "WEB"}, "priceSummary": {}, "lineItems": [LINE]}
CASES: list[tuple[Any, JSON, str, str]] = [
    (DeliveryFaultRequest, {"fault": "dropp"}, 'fault: "dropp" is not a value of this key; did you mean "drop"?', "INVALID_ENUM_VALUE"),
    (DeliveryFaultRequest, {"fault": 1}, 'fault: 1 is not a value of this key; use "drop", "duplicate", ', "INVALID_ENUM_VALUE"),
    (DeliveryFaultRequest, {"fault": "drop", "count": 0}, "count: 0 is less than 1; use 1 or more", "MIN"),
    (FaultRequest, {"path": "/", "status": 700}, "status: 700 is more than 599; use at most 599", "MAX"),
    (FaultRequest, {}, "path: missing; add this key", "REQUIRED_FIELD"),
    (FaultRequest, {"path": []}, "path: a list of 0 is not a string; use a string", "VALIDATION"),
    (
        ListPlanOrdersRequest,
        {"orderStatuses": ["ACTIVE, PENDING"]},
        'orderStatuses[0]: "ACTIVE, PENDING" is not a value of this key; send each value on its own: "ACTIVE", "PENDING"',
        "INVALID_ENUM_VALUE",
    ),
    (ListPlanOrdersRequest, {"orderStatuses": ["ACTIV"]}, 'orderStatuses[0]: "ACTIV" is not a value of this key; did you mean "ACTIVE"?', "INVALID_ENUM_VALUE"),
    (
        ListPlanOrdersRequest,
        {"orderStatuses": ["ACTIVE,GONE"]},
        'orderStatuses[0]: "ACTIVE,GONE" is not a value of this key; use "UNDEFINED", "DRAFT"',
        "INVALID_ENUM_VALUE",
    ),
    (CreateOrderRequest, {"order": ORDER}, 'order.lineItems[0].itemType: empty; use {"preset": "PHYSICAL"}, another preset, or custom', "REQUIRED_ONE_OF_FIELD"),
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


DUPLICATES: list[tuple[str, str, bytes, bool]] = [
    ("POST", "/ecom/v1/orders", b'{"order": {}, "order": {}}', False),
    ("PATCH", "/ecom/v1/orders/a", b'{"order": {"archived": true, "archived": false}}', False),
    ("POST", "/ecom/v1/payments/list-by-ids", b'{"orderIds": ["a"], "orderIds": ["b"]}', False),
    ("POST", "/ecom/v1/orders/search", b'{"search": {"cursorPaging": {}, "cursorPaging": {}}}', False),
    ("POST", "/ecom/v1/orders/search", b'{"search": {"sort": [], "sort": []}}', False),
    ("POST", "/ecom/v1/orders/search", b'{"search": {"filter": {"status": "APPROVED", "status": "CANCELED"}}}', True),
    ("POST", "/ecom/v1/orders/search", b'{"search": {"filter": {}, "filter": {"status": "CANCELED"}}}', True),
]


@pytest.mark.parametrize(("method", "path", "body", "has_conditions"), DUPLICATES)
def test_only_conditions_are_joined_by_and(method: str, path: str, body: bytes, has_conditions: bool) -> None:
    answer = Asker().raw(method, path.encode(), [body])
    assert (answer.status, "remove one of the two" in answer.json["message"]) == (400, True)
    assert ("$and" in answer.json["message"]) is has_conditions
