"""Hostile bodies of writes: never a 5xx, always an error in the service's JSON, within a bounded number of calls."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from call_counter import SHARE, CallCounter
from hostile_searches import OF_SEARCHES, deep, keys, listed
from scale import spread
from serving import Asker
from test_emulator_cases import NEW_ORDER

import orderquery as oq
from orderquery.emulator.operation import Operation
from orderquery.emulator.operations import BY_NAME, OPERATIONS

JSON = Any
MOST_CALLS = 5_000_000
"""Function calls in a request; the most counted were 410,000."""
WRITES = [operation for operation in OPERATIONS if operation.writes]
OF_ORDERS = [operation for operation in WRITES if operation.area in ("orders", "transactions")]
LINE = json.dumps(NEW_ORDER["lineItems"][0]).encode()


def order_with(part: bytes) -> bytes:
    return b'{"order":' + json.dumps(NEW_ORDER).encode()[:-1] + b"," + part + b"}}"


HOSTILE = {
    "95,000 unknown keys": b'{"order":' + keys(95_000 // SHARE, lambda number: f'"{number:x}":1') + b"}",
    "100,000 lines": b'{"order":{"lineItems":' + listed(LINE, 6_000) + b"}}",
    "500,000 wrong lines": b'{"order":{"lineItems":' + listed(b"1", 500_000 // SHARE) + b"}}",
    "300 lines of wrong modifiers": b'{"order":{"lineItems":'
    + listed(b'{"modifierGroups":' + listed(b'{"modifiers":' + listed(b"1", 10) + b"}", 10) + b"}", 300 // SHARE)
    + b"}}",
    "300 lines of unknown keys": b'{"order":{"lineItems":'
    + listed(keys(250, lambda number: f'"{number:x}":1'), 300 // SHARE)
    + b"}}",
    "500,000 wrong custom fields": order_with(b'"customFields":' + listed(b"1", 500_000 // SHARE)),
    "100,000 wrong line ids of a fee": order_with(
        b'"additionalFees":[{"lineItemIds":' + listed(b'""', 100_000) + b"}]"
    ),
    "a million letters for a key": b'{"order":{"' + b"x" * 1_000_000 + b'":1}}',
    "a million letters for a phone": order_with(
        b'"billingInfo":{"contactDetails":{"phone":"' + b"1" * 1_000_000 + b'"}}'
    ),
    "a million letters for an e-mail": order_with(b'"buyerInfo":{"email":"' + b"a.@" * 300_000 + b'"}'),
    "a million digits for an amount": order_with(b'"payNow":{"total":{"amount":"' + b"9" * 1_000_000 + b'"}}'),
    "a million digits for a quantity": b'{"order":{"lineItems":[{"quantity":' + b"9" * 900_000 + b"}]}}",
    "a quantity with an exponent": b'{"order":{"lineItems":[{"quantity":1e999999999}]}}',
    "a deep namespace": order_with(b'"extendedFields":{"namespaces":{"a":' + deep(b'{"a":', b"1", b"}", 180) + b"}}"),
    "a deeper namespace": order_with(b'"extendedFields":{"namespaces":{"a":' + deep(b'{"a":', b"1", b"}", 900) + b"}}"),
    "100,000 masks": b'{"orders":[{"order":{"id":"a"},"fieldMask":"' + b"x," * 100_000 + b'"}]}',
    "300 bulk items of one key": b'{"orders":' + listed(b'{"order":{"id":"a","archived":1}}', 300) + b"}",
    "500,000 payments": b'{"payments":' + listed(b"1", 500_000 // SHARE) + b"}",
    "50 payments of unknown keys": b'{"payments":' + listed(keys(1_000, lambda number: f'"{number:x}":1'), 50) + b"}",
    "300 wrong pairs": b'{"paymentAndOrderIds":' + listed(b'{"orderId":1,"paymentId":[]}', 300) + b',"status":{}}',
}


@cache
def endpoint() -> Asker:
    asker = Asker()
    asker.store.load(oq.sample(20))
    return asker


def path_of(operation: Operation) -> str:
    path = operation.path
    for name in operation.path_keys:
        path = path.replace(f"{{{name}}}", "a")
    return path


@pytest.mark.parametrize(("name", "body"), spread([operation.name for operation in OF_ORDERS], HOSTILE))
def test_a_hostile_write(name: str, body: str) -> None:
    answer_within_limits(BY_NAME[name], HOSTILE[body])


@pytest.mark.parametrize(
    ("name", "body"), spread(["create_order", "bulk_update_orders", "cancel_order"], OF_SEARCHES, 6)
)
def test_a_body_of_hostile_searches(name: str, body: str) -> None:
    answer_within_limits(BY_NAME[name], OF_SEARCHES[body])


def answer_within_limits(operation: Operation, body: bytes) -> None:
    asker, counter = endpoint(), CallCounter()
    with counter.counting():
        answer = asker.ask(operation.method, path_of(operation), body)
    assert answer.status in (200, 400, 403, 404, 413, 428), answer.content[:500]
    assert len(answer.content) < 1 << 20
    assert counter.calls < MOST_CALLS


IDS = ["%00", "%ff", "a%0d%0ab", "%ed%a0%80", "x" * 2_000, "%F0%9F%98%80", "..%2f..", "'", "%22"]


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.name)
@pytest.mark.parametrize("order_id", IDS)
def test_a_hostile_id(operation: Operation, order_id: str) -> None:
    path = operation.path
    for name in operation.path_keys:
        path = path.replace(f"{{{name}}}", order_id)
    answer = endpoint().raw(operation.method, path.encode(), [b'{"status":"APPROVED","order":{}}'])
    assert answer.status in (200, 400, 403, 404, 428)
