"""Transactions over orders and entries, on every engine that can write."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from backends import KEYS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transaction_writers import FIRST_NUMBER, TransactionWriter, check_consistent, kill_at_random, paid, records
from writable_stores import LASTING, SHARED

import orderquery as oq
from orderquery.stores.service_state import Entry, StoreTransaction

JSON = Any
KILLS, KILL_WITHIN_S = 5, 0.3
NEWER, OLDER = "2024-02-01T00:00:00.000Z", "2024-01-01T00:00:00.000Z"


class Interrupted(Exception):
    """What the tests raise within a transaction."""


def write(store: oq.Store, *documents: JSON) -> None:
    with store.transaction() as transaction:
        transaction.write(records(store.schema, *documents))


# -- all or nothing ---------------------------------------------------------------------------------------------


def test_a_committed_transaction_is_found_at_once(writable: oq.Store) -> None:
    with writable.transaction() as transaction:
        transaction.write(
            records(writable.schema, {"id": "a", "paymentStatus": "PAID", "number": "7"}, paid("a", "Cash"))
        )
        transaction.put([Entry("event", "e", 1, b"{}")])
    assert writable.search('paymentStatus = PAID and paymentMethods has any ("Cash")').ids == ("a",)
    assert writable.get("a") == {"id": "a", "paymentStatus": "PAID", "number": "7"}
    assert writable.list_entries("event") == [Entry("event", "e", 1, b"{}")]


def test_an_exception_leaves_nothing(writable: oq.Store) -> None:
    write(writable, {"id": "a", "archived": False}, paid("a", "Cash"))
    with writable.transaction() as transaction:
        transaction.put([Entry("event", "kept", 1, b"1")])
        transaction.next_number("number")

    def change(transaction: StoreTransaction) -> None:
        transaction.write(records(writable.schema, {"id": "a", "archived": True}, {"id": "b"}, paid("a", "PayPal")))
        transaction.put([Entry("event", "kept", 2, b"2"), Entry("event", "new")])
        transaction.drop("counter")
        transaction.delete(["a"])
        raise Interrupted

    with pytest.raises(Interrupted), writable.transaction() as transaction:
        change(transaction)
    assert writable.get("a") == {"id": "a", "archived": False}
    assert writable.get("b") is None
    assert writable.search('paymentMethods has any ("Cash")').ids == ("a",)
    assert writable.count("archived = true") == 0
    assert writable.list_entries("event") == [Entry("event", "kept", 1, b"1")]
    with writable.transaction() as transaction:
        assert transaction.next_number("number") == 2


def test_reads_within_see_what_was_written(writable: oq.Store) -> None:
    with writable.transaction() as transaction:
        assert transaction.read("order", "a") is None
        transaction.write(records(writable.schema, {"id": "a", "number": "5"}))
        assert json.loads(transaction.read("order", "a") or b"") == {"id": "a", "number": "5"}
        assert transaction.largest("number") == 5
        transaction.write(records(writable.schema, paid("a", "Cash")))
        assert json.loads(transaction.read("transactions", "a") or b"") == paid("a", "Cash")["orderTransactions"]
        transaction.put([Entry("plan", "p", 3, b"x")])
        assert transaction.entry("plan", "p") == Entry("plan", "p", 3, b"x")
        transaction.drop("plan", ["p"])
        assert transaction.entry("plan", "p") is None
        assert transaction.delete(["a", "b", "\ud800"]) == 1
        assert transaction.read("order", "a") is None
        assert transaction.read("order", "\ud800") is None
        assert transaction.largest("number") is None


def test_nothing_is_seen_outside_before_the_end(kind: str, writable: oq.Store) -> None:
    if kind == "memory":
        pytest.skip("a writable in memory has one connection")
    with writable.transaction() as transaction:
        transaction.write(records(writable.schema, {"id": "a"}))
        transaction.put([Entry("event", "e")])
        assert writable.get("a") is None
        assert writable.search({}).ids == ()
        assert writable.list_entries("event") == []
    assert writable.search({}).ids == ("a",)


def test_other_writers_wait(writable: oq.Store) -> None:
    seen: list[bytes | None] = []
    entered = threading.Event()

    def wait_and_read() -> None:
        entered.set()
        with writable.transaction() as other:
            seen.append(other.read("order", "a"))

    thread = threading.Thread(target=wait_and_read)
    with writable.transaction() as transaction:
        thread.start()
        assert entered.wait(60)
        transaction.write(records(writable.schema, {"id": "a"}))
        assert seen == []
    thread.join(60)
    assert seen == [b'{"id":"a"}']


def test_a_write_replaces_a_newer_version(writable: oq.Store) -> None:
    writable.load([{"id": "a", "updatedDate": NEWER}])
    write(writable, {"id": "a", "updatedDate": OLDER, "archived": True})
    assert writable.search("archived = true").ids == ("a",)
    assert writable.load([{"id": "a", "updatedDate": OLDER}]).orders == 1
    write(writable, {"id": "a", "archived": True}, {"id": "a", "archived": False}, {"id": "b"})
    assert writable.search("archived = false").ids == ("b", "a")


def test_an_order_and_its_transactions_come_separately(writable: oq.Store) -> None:
    write(writable, paid("a", "Cash"))
    assert writable.search({}).ids == ()
    write(writable, {"id": "a", "archived": True})
    assert writable.search('archived = true and paymentMethods has any ("Cash")').ids == ("a",)
    write(writable, paid("a", "PayPal", "Gift"))
    assert writable.search('archived = true and paymentMethods has all ("PayPal", "Gift")').ids == ("a",)
    assert writable.count('paymentMethods has any ("Cash")') == 0


def test_deleted_records_are_gone(writable: oq.Store) -> None:
    write(writable, {"id": "a"}, paid("a", "Cash"), {"id": "b"})
    with writable.transaction() as transaction:
        assert transaction.delete(["a", "a", "unknown"]) == 1
    assert (writable.get("a"), writable.get_transactions("a"), writable.search({}).ids) == (None, None, ("b",))
    write(writable, {"id": "a"})
    assert writable.count("paymentMethods is present") == 0


def test_a_large_first_transaction_leaves_a_store_as_a_load_does(kind: str, writable: oq.Store, location: str) -> None:
    write(writable, *({"id": str(number), "number": number} for number in range(1_200)))
    assert writable.count("number >= 600") == 600
    with writable.transaction() as transaction:
        assert transaction.largest("number") == 1_199
        assert transaction.delete(map(str, range(1_100))) == 1_100
    assert writable.count({}) == 100
    if kind == "sqlite":
        with sqlite3.connect(location) as database:
            facts = dict(database.execute("SELECT name, value FROM about"))
            assert "indexes_dropped" not in facts
            assert database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'orders_number_sorted'").fetchone()
        database.close()


def test_an_ended_transaction_is_refused(writable: oq.Store) -> None:
    with writable.transaction() as transaction:
        within = transaction.at_table(oq.load_schema("pricing-plans"))
    uses: list[Callable[[StoreTransaction], object]] = [
        lambda ended: ended.read("order", "a"),
        lambda ended: ended.write([]),
        lambda ended: ended.delete(["a"]),
        lambda ended: ended.largest("number"),
        lambda ended: ended.entry("a", "b"),
        lambda ended: ended.entries("a"),
        lambda ended: ended.put([]),
        lambda ended: ended.drop("a"),
        lambda ended: ended.next_number("a"),
        lambda ended: ended.at_table(writable.schema),
    ]
    for ended in (transaction, within):
        for use in uses:
            with pytest.raises(oq.UsageError, match="the transaction has ended"):
                use(ended)


def test_a_caught_failure_of_a_change_is_not_committed(writable: oq.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Interrupted

    def write_and_go_on() -> None:
        with writable.transaction() as transaction:
            transaction.put([Entry("event", "e")])
            monkeypatch.setattr(type(writable), "_write_changes", fail)
            with pytest.raises(Interrupted):
                transaction.write(records(writable.schema, {"id": "a"}))
            monkeypatch.undo()

    with pytest.raises(oq.StoreError, match="a change of this transaction failed"):
        write_and_go_on()
    assert writable.list_entries("event") == []
    with writable.transaction() as transaction:
        with pytest.raises(oq.UsageError):
            transaction.put([Entry("event", "\ud800")])
        transaction.put([Entry("event", "e")])
    assert len(writable.list_entries("event")) == 1


def test_a_transaction_within_another_is_refused(writable: oq.Store) -> None:
    with writable.transaction() as transaction:
        transaction.put([Entry("event", "e")])
        for inner in (writable, writable.at_site("other")):
            with pytest.raises(oq.UsageError, match="has a transaction of the store open already"), inner.transaction():
                pass
    with writable.transaction() as transaction:
        assert transaction.entries("event") == [Entry("event", "e")]


# -- against a plain model --------------------------------------------------------------------------------------

ENTRIES = st.builds(
    Entry,
    st.sampled_from(["event", "plan"]),
    st.sampled_from(["", "a", "b", "\0", "é"]),
    st.integers(-2, 2),
    st.binary(max_size=3),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.lists(ENTRIES, max_size=4)),
        st.tuples(st.just("drop"), st.tuples(st.sampled_from(["event", "plan"]), st.sampled_from([None, "a", "é"]))),
        st.tuples(st.just("count"), st.integers(1, 5)),
        st.tuples(st.just("write"), st.tuples(st.sampled_from("xyz"), st.integers(0, 3))),
        st.tuples(st.just("delete"), st.sampled_from("xyz")),
    ),
    max_size=6,
)


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.tuples(STEPS, st.booleans()), max_size=4))
def test_transactions_are_those_of_a_plain_model(writable: oq.Store, rounds: list[tuple[list[Any], bool]]) -> None:
    entries: dict[tuple[str, str], Entry] = {}
    orders: dict[str, int] = {}
    with writable.transaction() as transaction:
        for name in ("event", "plan", "counter"):
            transaction.drop(name)
        transaction.delete("xyz")
        transaction.delete(list("xyz"))
    for steps, commits in rounds:
        before = dict(entries), dict(orders)
        try:
            with writable.transaction() as transaction:
                for step in steps:
                    take_step(transaction, step, entries, orders)
                    check(transaction.entries, transaction.read, entries, orders)
                if not commits:
                    raise Interrupted
        except Interrupted:
            entries, orders = before
        check(writable.list_entries, lambda _, key: writable.get_document(key), entries, orders)
        for number in range(4):
            found = writable.search(f"number = {number}").ids
            assert set(found) == {key for key, value in orders.items() if value == number}


def take_step(
    transaction: StoreTransaction, step: Any, entries: dict[tuple[str, str], Entry], orders: dict[str, int]
) -> None:
    name, given_ = step
    if name == "put":
        transaction.put(given_)
        entries.update({(entry.kind, entry.key): entry for entry in given_})
    elif name == "drop":
        kind, key = given_
        transaction.drop(kind, None if key is None else [key])
        for found in [found for found in entries if found[0] == kind and key in (None, found[1])]:
            del entries[found]
    elif name == "count":
        last = entries.get(("counter", "n"), Entry("counter", "n", 0)).position
        number = transaction.next_number("n", given_)
        assert number == max(last + 1, given_)
        entries["counter", "n"] = Entry("counter", "n", number)
    elif name == "write":
        key, number = given_
        transaction.write(records(transaction.schema, {"id": key, "number": number}))
        orders[key] = number
    else:
        assert transaction.delete([given_]) == (given_ in orders)
        orders.pop(given_, None)


def check(
    list_entries: Callable[[str], list[Entry]],
    read: Callable[[Any, str], bytes | None],
    entries: dict[tuple[str, str], Entry],
    orders: dict[str, int],
) -> None:
    for kind in ("event", "plan", "counter"):
        expected = sorted((e for e in entries.values() if e.kind == kind), key=lambda e: (e.position, e.key))
        assert list_entries(kind) == expected
    for key in "xyz":
        document = read("order", key)
        assert (None if document is None else json.loads(document)["number"]) == orders.get(key)


# -- beside others ----------------------------------------------------------------------------------------------


def test_two_threads_never_get_a_number_twice(writable: oq.Store) -> None:
    numbers: list[int] = []

    def count() -> None:
        for _ in range(40):
            with writable.transaction() as transaction:
                number = transaction.next_number("number")
                transaction.write(records(writable.schema, {"id": str(number), "number": number}))
            numbers.append(number)

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(numbers) == list(range(1, 81))
    assert writable.count({}) == 80


@pytest.mark.parametrize("kind", SHARED)
def test_two_processes_never_get_a_number_twice(location: str) -> None:
    writers = [TransactionWriter(location, 60) for _ in range(2)]
    for writer in writers:
        writer.begin()
    of_each = [writer.end() for writer in writers]
    assert max(map(min, of_each)) < min(map(max, of_each)), "they did not write at the same time"
    acknowledged = [number for numbers in of_each for number in numbers]
    assert sorted(acknowledged) == list(range(FIRST_NUMBER, FIRST_NUMBER + 122))
    with oq.open_store(location, keys=KEYS) as store:
        assert check_consistent(store, acknowledged) == FIRST_NUMBER + 121


@pytest.mark.parametrize("kind", LASTING)
def test_a_killed_writer_leaves_whole_transactions(location: str, kind: str) -> None:
    dice, acknowledged, last = Random(f"kills of {kind}"), list[int](), 0
    for _ in range(KILLS):
        acknowledged += kill_at_random(location, dice, KILL_WITHIN_S)
        with oq.open_store(location, keys=KEYS) as store:
            now = check_consistent(store, acknowledged)
            assert now > last
            last = now
