"""Hostile bodies of the control routes, and hostile snapshots: never a 5xx, at once or in any request after it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from random import Random
from types import FrameType
from typing import Any

import pytest
from call_counter import CallCounter
from every_operation import CONTROLS, JSON_TYPE, FullShop
from hostile_searches import OF_SEARCHES, keys, listed
from scale import scaled, spread
from serving import Answer

from orderquery.emulator.clock import LAST_CLOCK_INSTANT
from orderquery.emulator.limits import MAX_FAULTS
from orderquery.language.datetimes import write_instant

JSON = Any
MOST_CALLS = 5_000_000
MOST_CALLS_OF_THE_LOOP = 2_000
"""Function calls of a request within the event loop; the most counted were 500."""
ROUNDS = scaled(1_000, 15)
READING = [(method, name) for method, name in CONTROLS if method == "POST" and name not in ("reset", "save")]
MANY_KEYS = keys(10_000, lambda number: f'"{number:x}":{{"a":1}}')
FAULT = b'{"path":"/ecom/v1/orders/search","status":500,'
HOSTILE: dict[str, bytes] = {
    "a deep fault": FAULT + b'"count":' + b"[" * 900 + b"]" * 900 + b"}",
    "a huge count": FAULT + b'"count":' + b"9" * 100_000 + b"}",
    "a count with an exponent": FAULT + b'"count":1e999999999}',
    "a count that is not a number": FAULT + b'"count":NaN}',
    "a path of a million letters": b'{"path":"/ecom/v1/' + b"x" * 1_000_000 + b'","status":500}',
    "a path of a million slashes": b'{"path":"' + b"/" * 1_000_000 + b'","status":500}',
    "a path of parameters": b'{"path":"' + b"{a}" * 300_000 + b'","status":500}',
    "a path that is a pattern": b'{"path":"(a+)+$","status":500}',
    "a path with a lone surrogate": b'{"path":"\\ud800","status":500}',
    "a path with a nul": b'{"path":"\\u0000","status":500}',
    "95,000 unknown keys": keys(95_000, lambda number: f'"{number:x}":1'),
    "keys twice": FAULT + b'"count":1,"count":2}',
    "a list": listed(b"{}", 300_000),
    "a delivery fault of wrong types": b'{"fault":{},"count":[],"eventType":5,"entityId":null,"seconds":"x","seed":[]}',
    "a seed of a million letters": b'{"fault":"shuffle","seed":"' + b"x" * 1_000_000 + b'"}',
    "a seed of 100,000 digits": b'{"fault":"shuffle","seed":' + b"9" * 100_000 + b"}",
    "a clock far away": b'{"set":"9999-12-31T23:59:59.999999Z"}',
    "a clock before time": b'{"set":"0001-01-01T00:00:00Z"}',
    "a clock of a million letters": b'{"set":"' + b"2" * 1_000_000 + b'"}',
    "an endless advance": b'{"advance":1e999999999}',
    "an advance of many digits": b'{"advance":' + b"9" * 4_000 + b"}",
    "an advance of many parts": b'{"advance":"' + b"1s" * 400_000 + b'"}',
    "an advance that is not a number": b'{"advance":NaN}',
    "an advance beyond all time": b'{"advance":"9999999d"}',
    "an advance of a lone surrogate": b'{"advance":"\\ud800"}',
}


@cache
def shop() -> FullShop:
    return FullShop()


class LoopCounter:
    """Counts the calls of this thread alone, in which the event loop runs."""

    def __init__(self) -> None:
        self.calls = 0

    def count(self, ask: Any) -> Any:
        sys.setprofile(self._count)
        try:
            return ask()
        finally:
            sys.setprofile(None)

    def _count(self, frame: FrameType, event: str, argument: Any) -> None:
        self.calls += event in ("call", "c_call")


def send(method: str, name: str, body: bytes) -> Answer:
    counter = CallCounter()
    with counter.counting():
        answer = shop().control(method, name, body)
    assert answer.status in (200, 400, 413), answer.content[:500]
    assert len(answer.content) < 4 << 20
    assert counter.calls < MOST_CALLS
    return answer


@pytest.fixture(autouse=True)
def undone() -> Iterator[None]:
    """Undo the controls of each test."""
    yield
    for method, name in (("DELETE", "faults"), ("DELETE", "deliveries/faults"), ("POST", "reset")):
        shop().control(method, name)


@pytest.mark.parametrize(("control", "body"), spread(READING, HOSTILE))
def test_a_hostile_control(control: tuple[str, str], body: str) -> None:
    send(*control, HOSTILE[body])


@pytest.mark.parametrize(("control", "body"), spread(READING, OF_SEARCHES, 8))
def test_a_body_of_hostile_searches(control: tuple[str, str], body: str) -> None:
    send(*control, OF_SEARCHES[body])


@pytest.mark.parametrize(("method", "name"), CONTROLS)
def test_a_control_does_not_read_its_body_in_the_event_loop(method: str, name: str) -> None:
    shop()
    counter = LoopCounter()
    answer = counter.count(lambda: shop().control(method, name, MANY_KEYS))
    assert answer.status in (200, 400)
    assert counter.calls < MOST_CALLS_OF_THE_LOOP


@pytest.mark.parametrize(
    ("name", "fault"), [("faults", FAULT + b'"count":1}'), ("deliveries/faults", b'{"fault":"drop"}')]
)
def test_faults_are_bounded(name: str, fault: bytes) -> None:
    statuses = [shop().control("POST", name, fault).status for _ in range(MAX_FAULTS + 1)]
    assert statuses == [200] * MAX_FAULTS + [400]


# -- the end of time ----------------------------------------------------------------------------------------------


def test_everything_works_at_the_last_instant_of_a_clock() -> None:
    shop = FullShop(LAST_CLOCK_INSTANT)
    for name, answer in shop.ask_everything():
        # Only the advance of the clock is refused.
        assert answer.status in ((400,) if name == "clock" else (200, 404, 428)), (name, answer.content[:300])
    before = shop.control("GET", "clock").json
    assert before["now"] == write_instant(LAST_CLOCK_INSTANT)
    for body in (b'{"advance":1}', b'{"set":"9999-12-31T23:59:59.999Z"}'):
        answer = shop.control("POST", "clock", body)
        assert answer.status == 400
        assert "use an instant from 1970-01-01 to 9999-12-30" in answer.violations[0]["description"]
    assert shop.control("GET", "clock").json == before
    assert shop.control("POST", "clock", b'{"run":true}').status == 200
    assert shop.control("GET", "clock").json["now"] == before["now"]


# -- snapshots ----------------------------------------------------------------------------------------------------

REMOVED = object()
GARBAGE: list[Any] = [
    None, True, 0, -1, 1.5, 2**63 - 1, -(2**63), 2**63, 10**30, "", "x", "\0", "9" * 400, "2026-13-45T99:00:00Z",
    "9999-12-31T23:59:59.999Z", "2025-12-01T00:00:00Z", [], {}, [None], [[]], {"a": {}}, [{}], {"id": 5}, "1e999999999",
    "PAUSED", "ACTIVE", "INITIALIZED", "-5", "é" * 300, {"amount": "1e400"}, {"amount": None}, {"amount": 10**400},
    REMOVED,
]  # fmt: skip
KINDS = ["event", "delivery", "plan", "plan-order", "counter", "order-settings", "received", "unknown"]


@cache
def saved() -> JSON:
    """Return a snapshot after every operation."""
    made = FullShop()
    assert all(answer.status < 500 for _, answer in made.ask_everything())
    return json.loads(made.control("POST", "save").content)


def places(part: JSON, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every value within a part."""
    if path:
        yield path
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        yield from places(value, (*path, key))


def replaced(part: JSON, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        part = part[key]
    if value is REMOVED:
        del part[path[-1]]
    else:
        part[path[-1]] = value


def damaged(dice: Random) -> JSON:
    """Return the snapshot with a few values replaced."""
    snapshot = deepcopy(saved())
    for _ in range(dice.choice([1, 1, 2, 3])):
        parts = snapshot["tables"][dice.choice(list(snapshot["tables"]))]
        if dice.random() < 0.6:
            kind = dice.choice(sorted({entry["kind"] for entry in snapshot["entries"]}))
            parts = [entry for entry in snapshot["entries"] if entry["kind"] == kind]
        part = dice.choice(parts)
        replaced(part, dice.choice([path for path in places(part) if path != ("kind",)]), dice.choice(GARBAGE))
    if dice.random() < 0.1:
        snapshot["clock"] = {"frozenAt": dice.choice([0, 2**62, -1, 5])}
    if dice.random() < 0.2:
        entry = {
            "kind": dice.choice(KINDS),
            "key": dice.choice(["x", "", "0" * 20]),
            "position": dice.choice([0, -5, 2**63 - 1]),
        }
        snapshot["entries"].append(entry)
    return snapshot


def test_after_a_damaged_snapshot_no_answer_is_a_5xx() -> None:
    dice, restored = Random("damaged snapshots"), 0
    for _ in range(ROUNDS):
        snapshot = damaged(dice)
        answer = shop().control("POST", "restore", json.dumps(snapshot).encode())
        assert answer.status in (200, 400), answer.content[:500]
        if answer.status == 200:
            restored += 1
            for name, after in shop().ask_everything():
                assert after.status < 500, (name, after.content[:300], snapshot)
    assert restored > ROUNDS // 4


@pytest.mark.parametrize(
    "document", [b"5", b'"x"', b"[]", b'{"orderApprovalStrategy":{}}', b"[" * 500 + b"]" * 500, b""]
)
def test_damaged_settings_of_an_order_do_not_break_its_payments(document: bytes) -> None:
    snapshot = deepcopy(saved())
    text = json.dumps(snapshot)
    settings = [entry for entry in snapshot["entries"] if entry["kind"] == "order-settings"]
    for entry in settings:
        there = json.dumps(entry)
        without = json.dumps({key: value for key, value in entry.items() if key != "document"})
        shown = without[:-1] + f', "document": {document.decode()}}}' if document else without
        assert there in text
        text = text.replace(there, shown)
    assert shop().control("POST", "restore", text.encode()).status == 200
    for name, answer in shop().ask_everything():
        assert answer.status < 500, (name, answer.content[:300])


@pytest.mark.parametrize("currency", [{}, [], 5, None, {"a": "b"}])
def test_an_order_with_a_wrong_currency_can_be_paid(currency: JSON) -> None:
    order = {
        "id": "a",
        "number": "7",
        "status": "APPROVED",
        "currency": currency,
        "priceSummary": {"total": {"amount": "0"}},
    }
    assert shop().asker.raw("POST", b"/_orderquery/load", [json.dumps(order).encode()], JSON_TYPE).status == 200
    path = b"/ecom/v1/payments/orders/a/add-payment"
    payment = {"amount": {"amount": "0"}, "regularPaymentDetails": {"status": "APPROVED"}}
    answer = shop().asker.raw("POST", path, [json.dumps({"payments": [payment]}).encode()], JSON_TYPE)
    assert answer.status == 200, answer.content
