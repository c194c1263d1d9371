"""Processes that write to one store through an emulator, and what the store must hold afterwards."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from command_line import HANG_S, ROOT

import orderquery as oq
from orderquery.emulator.errors import Refused
from orderquery.emulator.events import iterate_events
from orderquery.emulator.order_rules import FIRST_NUMBER
from orderquery.emulator.orders import ORDER_NUMBER
from orderquery.language.datetimes import read_instant
from orderquery.syntax.json_decoder import decode_json

JSON = Any
METHODS = ("Cash", "PayPal", "Klarna")
LINE = {
    "productName": {"original": "Mug"}, "quantity": 1, "price": {"amount": "3.00"}, "itemType": {"preset": "PHYSICAL"},
}  # fmt: skip
ORDER = {
    "status": "APPROVED", "currency": "USD", "channelInfo": {"type": "WEB"},
    "priceSummary": {"total": {"amount": "3.00"}}, "lineItems": [LINE],
}  # fmt: skip
_SHARED_BY = 5
"""The writers change the newest orders, so that several change one order."""

_WRITE = """
import sys
sys.path[:0] = [{tests!r}, {root!r}]
import json
from emulator_writers import iterate_writes
for write in iterate_writes(sys.argv[1], sys.argv[2], int(sys.argv[3])):
    print(json.dumps(write), flush=True)
"""


class Write(NamedTuple):
    """One write of an emulator: the order, its number, and the slugs of its events in their order."""

    order_id: str
    number: str
    slugs: tuple[str, ...]


# -- within a writer --------------------------------------------------------------------------------------------


def iterate_writes(location: str, seed: str, count: int) -> Iterator[JSON]:
    """Make writes, and yield what each did; the first only opens the store, and waits for a line of input."""
    dice = Random(seed)
    with oq.open_store(location) as store:
        shop = oq.Emulator(store)
        yield _create(shop, dice)
        sys.stdin.readline()
        for _ in range(count):
            yield _write(shop, dice)


def _create(shop: oq.Emulator, dice: Random) -> Write:
    # One in four is hidden from searches until it is paid.
    status = "INITIALIZED" if dice.random() < 0.25 else "APPROVED"
    order = shop.create_order({**ORDER, "status": status}).order
    return Write(order["id"], order["number"], ("created", "approved") if status == "APPROVED" else ("created",))


def _write(shop: oq.Emulator, dice: Random) -> Write:
    newest = [order["id"] for order in shop.search_orders({"cursorPaging": {"limit": _SHARED_BY}}).orders]
    kind = dice.choice(["create", "pay", "pay", "cancel", "update"]) if newest else "create"
    if kind == "create":
        return _create(shop, dice)
    order_id = dice.choice(newest)
    if kind == "cancel":
        try:
            order = shop.cancel_order(order_id)
        except Refused:
            return _create(shop, dice)
        canceled = not order.warnings
        return Write(order_id, order.order["number"], ("canceled", "updated") if canceled else ())
    if kind == "update":
        order = shop.update_order(order_id, {"archived": dice.random() < 0.5}).order
        return Write(order_id, order["number"], ("updated",))
    payment = {
        "amount": {"amount": "1.00"},
        "regularPaymentDetails": {"paymentMethod": dice.choice(METHODS), "status": "APPROVED"},
    }
    shop.add_payments(order_id, [payment])
    # The events of a payment depend on those before it, which another process may have added: "?" is judged later.
    return Write(order_id, "", ("transactions", "?"))


# -- writers, from outside --------------------------------------------------------------------------------------


class EmulatorWriter:
    """A process that writes through an emulator; after the first write it waits for ``begin``."""

    def __init__(self, location: object, seed: str, count: int = 10**9) -> None:
        text = _WRITE.format(tests=str(Path(__file__).parent), root=str(ROOT))
        self._process = subprocess.Popen(
            [sys.executable, "-c", text, str(location), seed, str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self._process.communicate(timeout=HANG_S)[1]
        self._first = line

    def begin(self) -> None:
        """Let the process write."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill(self) -> list[Write]:
        """Kill the process; return the acknowledged writes."""
        self._process.kill()
        return self.end(-9)

    def end(self, status: int = 0) -> list[Write]:
        """Wait for the end of the process; return the acknowledged writes."""
        written, errors = self._process.communicate(timeout=HANG_S)
        assert self._process.returncode == status, errors
        # A line that was cut off by the kill was not acknowledged.
        lines = [line for line in (self._first + written).splitlines(keepends=True) if line.endswith("\n")]
        return [Write(order_id, number, tuple(slugs)) for order_id, number, slugs in map(json.loads, lines)]


def kill_at_random(location: object, dice: Random, longest_s: float) -> list[Write]:
    """Run a writer, kill it at a random moment, and return the acknowledged writes."""
    writer = EmulatorWriter(location, str(dice.random()))
    writer.begin()
    time.sleep(dice.uniform(0, longest_s))
    return writer.kill()


# -- what a store must hold -------------------------------------------------------------------------------------


def check_emulated(store: oq.Store, acknowledged: Iterable[Write], *, lost: int = 0) -> int:
    """Check that orders, payments, searches, counter and events agree; return the number of writes.

    ``lost`` is how many writes may be there that were not acknowledged.
    """
    orders, payments = _documents(store)
    events = [decode_json(event.document, Decimal) for event in _numbered_events(store)]
    writes = _writes_of(events)
    _check_against(writes, acknowledged, lost)
    # Every order was announced once, and no order is announced that is not there.
    assert Counter(write.order_id for write in writes if write.slugs[0] == "created") == Counter(orders.keys())
    assert {event["entityId"] for event in events} == orders.keys()
    _check_last_events(events, orders, payments)
    numbers = sorted(int(order["number"]) for order in orders.values())
    counter = store.read_entry("counter", ORDER_NUMBER)
    assert numbers == list(range(FIRST_NUMBER, FIRST_NUMBER + len(numbers)))
    assert (counter.position if counter else FIRST_NUMBER - 1) == FIRST_NUMBER + len(numbers) - 1
    _check_searches(store, orders, payments)
    return len(writes)


def _documents(store: oq.Store) -> tuple[dict[str, JSON], dict[str, JSON]]:
    orders, payments = {}, {}
    for order, transactions in store.iterate_records(store.site):
        if order is not None:
            orders[order.id] = decode_json(order.document, Decimal)
        if transactions is not None:
            payments[transactions.id] = decode_json(transactions.document, Decimal)
    return orders, payments


def _numbered_events(store: oq.Store) -> list[Any]:
    events = list(iterate_events(store))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert len({event.id for event in events}) == len(events)
    return events


def _order_in(event: JSON) -> JSON:
    """Return the order in an event, ``None`` in one of payments."""
    if "createdEvent" in event:
        return event["createdEvent"]["entity"]
    if "updatedEvent" in event:
        return event["updatedEvent"]["currentEntity"]
    return event["actionEvent"]["body"].get("order")


def _writes_of(events: list[JSON]) -> list[Write]:
    """Return the writes that made these events, which stand together; fail on events that no write makes."""
    found, at = [], 0
    while at < len(events):
        kinds = [_kind_of(event) for event in itertools.islice(events, at, at + 5)]
        kinds = [kind for kind, event in zip(kinds, events[at:], strict=False) if _same_entity(event, events[at])]
        slugs = _first_write(kinds)
        orders = [order for event in events[at : at + len(slugs)] if (order := _order_in(event)) is not None]
        assert orders
        assert all(order == orders[0] for order in orders), "the events of one write have one state of the order"
        found.append(Write(events[at]["entityId"], orders[0]["number"], slugs))
        at += len(slugs)
    return found


def _kind_of(event: JSON) -> str:
    return "transactions" if event["entityFqdn"].endswith("order_transactions") else event["slug"]


def _same_entity(one: JSON, other: JSON) -> bool:
    return one["entityId"] == other["entityId"]


def _first_write(kinds: list[str]) -> tuple[str, ...]:
    """Return the events of the first write in these."""
    if kinds[0] == "created":
        return tuple(kinds[: 2 if kinds[1:2] == ["approved"] else 1])
    if kinds[0] == "updated":
        return ("updated",)
    assert kinds[0] in ("transactions", "canceled"), kinds
    end = kinds.index("updated")
    between = kinds[1:end]
    allowed = [], ["payment_status_updated"], ["approved"], ["payment_status_updated", "approved"]
    assert between in (allowed if kinds[0] == "transactions" else allowed[:1]), kinds
    return tuple(kinds[: end + 1])


def _check_against(writes: list[Write], acknowledged: Iterable[Write], lost: int) -> None:
    """Check that every acknowledged write has its events, and that few others have."""
    there = Counter((write.order_id, _plain(write.slugs)) for write in writes)
    told = Counter((write.order_id, _plain(write.slugs)) for write in acknowledged if write.slugs)
    assert not told - there, "the events of acknowledged writes are missing"
    assert (there - told).total() <= lost, "there are more events than writes"
    numbers = {write.order_id: write.number for write in writes}
    assert all(numbers[write.order_id] == write.number for write in acknowledged if write.number)


def _plain(slugs: tuple[str, ...]) -> tuple[str, ...]:
    return ("transactions",) if slugs[0] == "transactions" else slugs


def _check_last_events(events: list[JSON], orders: dict[str, JSON], payments: dict[str, JSON]) -> None:
    """Check that the last event of each order and of its payments is what is stored, and that dates grow."""
    last_orders: dict[str, JSON] = {}
    last_payments: dict[str, JSON] = {}
    times = [read_instant(event["eventTime"]) for event in events]
    # Clocks of two processes are one: the machine's.
    assert all(before < after for before, after in itertools.pairwise(times))
    for event in events:
        order, entity_id = _order_in(event), event["entityId"]
        if order is None:
            last_payments[entity_id] = event["actionEvent"]["body"]["orderTransactions"]
            continue
        before = last_orders.get(entity_id)
        if before is not None and before != order:
            assert read_instant(before["updatedDate"]) < read_instant(order["updatedDate"])
        last_orders[entity_id] = order
    assert last_orders == orders
    assert last_payments == payments


def _check_searches(store: oq.Store, orders: dict[str, JSON], payments: dict[str, JSON]) -> None:
    """Check that searches find what the documents say."""
    shown = {order_id: order for order_id, order in orders.items() if order["status"] != "INITIALIZED"}
    paid: dict[str, list[str]] = {}
    for order_id, transactions in payments.items():
        paid[order_id] = [payment["regularPaymentDetails"]["paymentMethod"] for payment in transactions["payments"]]
    for status in ("NOT_PAID", "PARTIALLY_PAID", "PAID"):
        expected = {order_id for order_id, order in shown.items() if order["paymentStatus"] == status}
        assert {order_id for order_id, _ in store.iterate_documents(f"paymentStatus = {status}")} == expected
    for method in METHODS:
        expected = {order_id for order_id in shown if method in paid.get(order_id, ())}
        found = store.iterate_documents(f'paymentMethods has any ("{method}")')
        assert {order_id for order_id, _ in found} == expected
