"""Entries, which a service keeps beside the orders: on every engine that can write."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from backends import KEYS
from transaction_writers import PLANS, paid, records
from writable_stores import LASTING

import orderquery as oq
from orderquery.stores.parquet.export import export
from orderquery.stores.service_state import Entry

JSON = Any


# -- entries ----------------------------------------------------------------------------------------------------


def test_entries_are_listed_by_position_and_key(writable: oq.Store) -> None:
    listed = [
        Entry("e", key, position, key.encode()) for position, key in ((-5, "z"), (1, "a"), (1, "b"), (2**40, "A"))
    ]
    with writable.transaction() as transaction:
        transaction.put([Entry("other", "a", 0)])
        transaction.put(reversed(listed))
        assert transaction.entries("e") == listed
        assert transaction.entries("e", after=(1, "a"), limit=1) == listed[2:3]
    assert writable.list_entries("e") == listed
    assert writable.list_entries("e", after=(1, "a")) == listed[2:]
    assert writable.list_entries("e", after=(1, "")) == listed[1:]
    assert writable.list_entries("e", until=1) == listed[:3]
    assert writable.list_entries("e", after=(-5, "z"), until=1, limit=1) == listed[1:2]
    assert (
        writable.list_entries("e", limit=0)
        == writable.list_entries("e", limit=-1)
        == writable.list_entries("none")
        == []
    )
    assert writable.list_entries("\ud800") == []
    assert writable.read_entry("e", "z") == listed[0]
    assert writable.read_entry("e", "\ud800") is writable.read_entry("e", "none") is None


def test_entries_keep_every_text_and_byte(writable: oq.Store) -> None:
    odd = [
        Entry(kind, key, -(2**62), bytes(range(256)))
        for kind in ("\0", "k\x01é")
        for key in ("", "\0", "😀", "\x01\x02")
    ]
    with writable.transaction() as transaction:
        transaction.put(odd)
        transaction.put([odd[0]._replace(document=b"first"), odd[0]._replace(document=b"last")])
        assert transaction.entry("\0", "") == odd[0]._replace(document=b"last")
        transaction.put([odd[0]])
    assert [writable.read_entry(entry.kind, entry.key) for entry in odd] == odd
    with writable.transaction() as transaction:
        transaction.drop("\0", ["\0", "\ud800", "none"])
        transaction.drop("k\x01é", "😀")
        transaction.drop("\ud800")
    assert {entry.key for entry in writable.list_entries("\0")} == {"", "😀", "\x01\x02"}
    assert {entry.key for entry in writable.list_entries("k\x01é")} == {"", "\0", "\x01\x02"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Entry("\ud800", "a"), "the kind of an entry must be a string"),
        (Entry("a", "\udfff"), "the key of an entry must be a string"),
        (Entry("k" * 101, "a"), "use at most 100 characters"),
        (Entry("a", "é" * 1_001), "use at most 2,000 bytes"),
        (Entry("a", "b", 2**63), "does not fit into 64 bits"),
    ],
)
def test_what_cannot_be_an_entry_is_refused(writable: oq.Store, entry: Entry, message: str) -> None:
    with pytest.raises(oq.UsageError, match=message), writable.transaction() as transaction:
        transaction.put([Entry("a", "before"), entry])
    assert writable.list_entries("a") == []
    longest = Entry("k" * 100, "\0" * 1_000, 2**63 - 1)
    with writable.transaction() as transaction:
        transaction.put([longest])
    assert writable.read_entry(*longest[:2]) == longest


def test_counters_begin_where_asked(writable: oq.Store) -> None:
    with writable.transaction() as transaction:
        assert [transaction.next_number("a") for _ in range(3)] == [1, 2, 3]
        assert [transaction.next_number("a", least) for least in (1, 10, 5)] == [4, 10, 11]
        assert transaction.next_number("b", 10_001) == 10_001
    assert writable.read_entry("counter", "a") == Entry("counter", "a", 11)


def test_the_largest_number_is_a_number(writable: oq.Store) -> None:
    writable.load([{"id": "a", "number": "9"}, {"id": "b", "number": "10", "status": "INITIALIZED"}, {"id": "c"}])
    writable.load([{"id": "d", "number": "A-1"}, {"id": "e", "number": "-5"}])
    writable.at_site("other").load([{"id": "a", "number": "1" * 100}])
    for site, expected in (("", 10), ("other", int("1" * 100)), ("none", None)):
        with writable.at_site(site).transaction() as transaction:
            assert transaction.largest("number") == expected
    for name in ("nothing", "paymentMethods", "createdDate"):
        with pytest.raises(oq.UsageError, match=f'"{name}" is not a field'), writable.transaction() as transaction:
            transaction.largest(name)


def test_sites_never_see_each_other(writable: oq.Store) -> None:
    other = writable.at_site("berlin!")
    other.load([{"id": "a"}])
    with writable.transaction() as transaction:
        transaction.put([Entry("event", "e", 1)])
        assert transaction.next_number("number") == 1
        assert transaction.read("order", "a") is None
    with other.transaction() as transaction:
        assert transaction.site == "berlin!"
        assert transaction.entries("event") == []
        assert transaction.next_number("number") == 1
        transaction.drop("event")
    assert len(writable.list_entries("event")) == 1
    writable.at_site("only transactions").load([paid("x", "Cash")])
    writable.at_site("only plans").at_table(PLANS).load([{"id": "x"}])
    assert writable.sites() == ["", "berlin!", "only plans", "only transactions"]


# -- older stores, upgrades, exports, read-only stores -------------------------------------------------------------


@pytest.mark.parametrize("kind", LASTING)
def test_an_older_store_gets_the_table_with_its_first_transaction(location: str) -> None:
    with oq.open_store(location, keys=KEYS) as store:
        store.load([{"id": "a"}])
        with store._writing():
            store._execute("DROP TABLE service_state", [{}])
    with oq.open_store(location, keys=KEYS) as store:
        assert store.read_entry("event", "e") is None
        assert store.list_entries("event") == []
        assert store.sites() == [""]
        with pytest.raises(oq.UsageError), store.transaction() as transaction:
            transaction.put([Entry("event", "\ud800")])
        assert store.list_entries("event") == []
        with store.transaction() as transaction:
            transaction.put([Entry("event", "e")])
    with oq.open_store(location, keys=KEYS) as store:
        assert store.list_entries("event") == [Entry("event", "e")]


@pytest.mark.parametrize("kind", LASTING)
def test_an_upgrade_and_a_load_keep_the_entries(location: str) -> None:
    with oq.open_store(location, keys=KEYS) as store, store.transaction() as transaction:
        transaction.put([Entry("event", "e", 5, b"kept")])
        transaction.write(records(store.schema, {"id": "a"}))
    assert oq.upgrade_store(location) == 1
    with oq.open_store(location, keys=KEYS) as store:
        store.load([{"id": "b"}])
        assert store.delete(["a"]) == 1
        assert store.list_entries("event") == [Entry("event", "e", 5, b"kept")]


def test_an_export_holds_orders_alone(writable: oq.Store, tmp_path: Path) -> None:
    with writable.transaction() as transaction:
        transaction.put([Entry("event", "e", 5, b"kept")])
        transaction.write(records(writable.schema, {"id": "a"}, paid("a", "Cash")))
        transaction.at_table(PLANS).write(records(PLANS, {"id": "plan"}))
    export(writable, tmp_path / "export")
    assert {path.name for path in (tmp_path / "export").iterdir()} == {"layout.json", "orders", "transactions"}
    assert [order.id for order, _ in writable.iterate_records() if order] == ["a"]


def test_a_read_only_store_refuses(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "own.db") as database:
        database.execute("CREATE TABLE orders (id TEXT, document TEXT)")
    database.close()
    layout = oq.json_layout("orders", "document")
    with oq.open_store(tmp_path / "own.db", layout=layout) as store:
        assert not store.can_write
        with pytest.raises(oq.StoreError, match="read-only; orderquery never writes to your own tables"):
            store.transaction()
        assert (store.read_entry("event", "e"), store.list_entries("event"), store.sites()) == (None, [], [""])
        assert store.at_table(store.schema) is store
        with pytest.raises(oq.StoreError, match='has only the table of fields "ecom-orders", not "pricing-plans"'):
            store.at_table(PLANS)
    with oq.open_store(":memory:") as writable:
        assert writable.can_write
