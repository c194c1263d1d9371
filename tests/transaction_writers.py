"""Processes that write transactions until they are killed, and what a store must hold afterwards."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from command_line import HANG_S
from forking import forking

import orderquery as oq
from orderquery.documents.ingest import Record, from_object

JSON = Any
PLANS = oq.load_schema("pricing-plans")
FIRST_NUMBER = 10_001


def records(schema: oq.Schema, *documents: JSON) -> list[Record]:
    """Return the records of documents that can be stored."""
    found = [found for document in documents for found in from_object(schema, document)]
    assert all(isinstance(record, Record) for record in found), found
    return [record for record in found if isinstance(record, Record)]


def paid(order_id: str, *methods: str) -> JSON:
    payments = [{"regularPaymentDetails": {"paymentMethod": method}} for method in methods]
    return {"orderTransactions": {"orderId": order_id, "payments": payments, "refunds": []}}


def write_one(store: oq.Store) -> int:
    """Write an order, its payment, a plan, an event and a delivery, and change the order before; return its number."""
    from orderquery.stores.service_state import Entry

    with store.transaction() as transaction:
        number = transaction.next_number("number", FIRST_NUMBER)
        order = {"id": f"order-{number}", "number": str(number), "status": "APPROVED", "archived": False}
        transaction.write(records(store.schema, order, paid(order["id"], f"method {number}")))
        plan = {"id": order["id"], "planId": f"plan {number}", "status": "ACTIVE"}
        transaction.at_table(PLANS).write(records(PLANS, plan))
        transaction.put([Entry("event", f"event-{number}", number, order["id"].encode())])
        transaction.put([Entry("delivery", f"{number:012}", 0)])
        before = transaction.read("order", f"order-{number - 1}")
        if before is not None:
            transaction.write(records(store.schema, {**json.loads(before), "archived": True}))
            transaction.drop("delivery", [f"{number - 1:012}"])
    return number


class TransactionWriter:
    """A process that opens a store, and then calls ``write_one``, and sends each number after its commit.

    After the first call it waits for ``begin``.
    """

    def __init__(self, location: object, count: int = 10**9) -> None:
        context = forking()
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_write, args=(theirs, str(location), count))
        self._process.start()
        theirs.close()
        assert self._connection.poll(HANG_S)
        self._numbers = [int(self._connection.recv_bytes())]

    def begin(self) -> None:
        """Let the process write."""
        self._connection.send_bytes(b"begin")

    def kill(self) -> list[int]:
        """Kill the process; return the acknowledged numbers."""
        self._process.kill()
        return self.end(-9)

    def end(self, status: int = 0) -> list[int]:
        """Wait for the end of the process; return the acknowledged numbers."""
        # A number that was cut off by the kill was not acknowledged.
        with self._connection, suppress(EOFError, OSError):
            while self._connection.poll(HANG_S):
                self._numbers.append(int(self._connection.recv_bytes()))
        self._process.join(HANG_S)
        assert self._process.exitcode == status
        return self._numbers


def _write(connection: Connection, location: str, count: int) -> None:
    with oq.open_store(location) as store:
        # The first transaction creates what all others find.
        connection.send_bytes(b"%d" % write_one(store))
        connection.recv_bytes()
        for _ in range(count):
            connection.send_bytes(b"%d" % write_one(store))


def kill_at_random(location: object, dice: Random, longest_s: float) -> list[int]:
    """Run a writer, kill it at a random moment, and return the acknowledged numbers."""
    writer = TransactionWriter(location)
    writer.begin()
    time.sleep(dice.uniform(0, longest_s))
    return writer.kill()


def check_consistent(store: oq.Store, acknowledged: list[int]) -> int:
    """Check that every transaction is in the store whole or not at all; return the last number."""
    counter = store.read_entry("counter", "number")
    last = counter.position if counter is not None else FIRST_NUMBER - 1
    numbers = list(range(FIRST_NUMBER, last + 1))
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) <= set(numbers)
    stored = {int(order["number"]): order for order in store.iterate("everything order by number")}
    assert list(stored) == numbers
    assert [order["archived"] for order in stored.values()] == [number != last for number in numbers]
    assert store.count("archived = true") == max(len(numbers) - 1, 0)
    plans = store.at_table(PLANS)
    assert plans.count("status = ACTIVE") == len(numbers)
    assert [(entry.key, entry.position) for entry in store.list_entries("event")] == [
        (f"event-{number}", number) for number in numbers
    ]
    assert [entry.key for entry in store.list_entries("delivery")] == [f"{last:012}"] * bool(numbers)
    for number in numbers[-3:]:
        assert store.search(f'paymentMethods has any ("method {number}")').ids == (f"order-{number}",)
        assert plans.search(f'planId = "plan {number}"').ids == (f"order-{number}",)
    return last
