"""Store files made by someone else: what runs in them is refused before it runs, and nothing raises a raw exception."""

import contextlib
import shutil
import sqlite3

import duckdb
import pytest
from scale import scaled

import orderquery as oq

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
SQLITE = {
    "orders is an endless view": f"DROP TABLE orders; CREATE VIEW orders AS {ENDLESS} SELECT i AS rid FROM n",
    "about is an endless view": f"DROP TABLE about; CREATE VIEW about AS {ENDLESS} SELECT 'x' AS name, i AS value FROM n",
    "entries are an endless view": f"DROP TABLE service_state; CREATE VIEW service_state AS {ENDLESS} SELECT i FROM n",
    "another view": "CREATE VIEW more AS SELECT 1",
    "a trigger": f"CREATE TRIGGER t BEFORE INSERT ON order_document BEGIN {'SELECT 1'}; END",
    "a trigger that writes": "CREATE TRIGGER t AFTER INSERT ON about BEGIN DELETE FROM orders; END",
    "another table": "CREATE TABLE more (x TEXT) STRICT",
    "a generated column": "DROP TABLE transactions; CREATE TABLE transactions (site TEXT, order_id TEXT, "
    "event_time INTEGER, document BLOB AS (zeroblob(1000000000)))",
    "a check": "DROP TABLE transactions; CREATE TABLE transactions (site TEXT CHECK (length(hex(randomblob(9))) > 0)) STRICT",
    "a default": "DROP TABLE transactions; CREATE TABLE transactions (site TEXT DEFAULT (hex(zeroblob(1000000)))) STRICT",
    "a foreign key": "DROP TABLE transactions; CREATE TABLE transactions (site TEXT REFERENCES about(name)) STRICT",
    "an index of an expression": "CREATE INDEX i ON orders (hex(zeroblob(1000)))",
    "a partial index": "CREATE INDEX i ON orders (site) WHERE site > hex(zeroblob(1000))",
    "a virtual table": "DROP TABLE orders; CREATE VIRTUAL TABLE orders USING fts5(rid)",
    "2,100 tables": "BEGIN;" + ";".join(f"CREATE TABLE t{number} (x TEXT) STRICT" for number in range(2_100)) + ";COMMIT",
    "no facts": "DROP TABLE about",
    "facts without a table of fields": "DELETE FROM about",
    "facts that are none": "UPDATE about SET value = x'ff00'",
    "a million characters": "UPDATE about SET value = replace(hex(zeroblob(500000)), '0', 'x')",
    "a name that is none": "INSERT INTO about VALUES ('x y; DROP TABLE orders; -- schema', 'ecom-orders')",
    "10,000 facts": "INSERT INTO about WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
    "SELECT 'f' || i, i FROM n",
    "notes that are none": "INSERT INTO about VALUES ('indexes_dropped', 'soon'), ('analyzed_rows', x'00'), "
    "('erasure_pending', 'yes')",
}  # fmt: skip
DUCKDB = {
    "orders is an endless view": f"DROP TABLE orders; CREATE VIEW orders AS {ENDLESS} SELECT i AS rid FROM n",
    "about is an endless view": f"DROP TABLE about; CREATE VIEW about AS {ENDLESS} SELECT 'x' AS name, 'y' AS value FROM n",
    "another view": "CREATE VIEW more AS SELECT 1",
    "another table": "CREATE TABLE more (x VARCHAR)",
    "another schema": "CREATE SCHEMA more",
    "a macro": "CREATE MACRO coalesce2(a, b) AS (SELECT a)",
    "a sequence": "CREATE SEQUENCE s",
    "a type": "CREATE TYPE t AS ENUM ('a')",
    "an index": "CREATE INDEX i ON orders (site)",
    "a default": "ALTER TABLE transactions ALTER site SET DEFAULT upper('x')",
    "a generated column": "DROP TABLE transactions; CREATE TABLE transactions (site VARCHAR, d VARCHAR AS (repeat(site, 9)))",
    "no facts": "DROP TABLE about",
    "facts without a layout": "DELETE FROM about WHERE name = 'layout'",
    "a layout that is none": "UPDATE about SET value = 'x' WHERE name = 'layout'",
    "a layout from afar": "UPDATE about SET value = '99999999999999999999' WHERE name = 'layout'",
    "facts of other columns": "DROP TABLE about; CREATE TABLE about (name VARCHAR, value VARCHAR, more VARCHAR)",
    "a name that is none": "INSERT INTO about VALUES ('x y; DROP TABLE orders; -- schema', 'ecom-orders')",
    "10,000 facts": "INSERT INTO about SELECT 'f' || i, 'x' FROM range(10000) AS n(i)",
}  # fmt: skip
HARMLESS = {"a name that is none", "notes that are none"}
"""What is not read: the store can be used."""


def craft(path, script):
    if path.suffix == ".duckdb":
        with contextlib.closing(duckdb.connect(str(path))) as database:
            database.execute(script)
        return
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(script)


def use(path):
    """Everything that opens a store, and a search and a load in it."""
    with oq.open_store(path) as store:
        store.search("everything")
        store.load([{"id": "b"}])
        store.list_entries("counter")
        return store.sites()


@pytest.mark.parametrize("name", ["shop.db", "shop.duckdb"])
def test_a_crafted_store_is_refused(name, tmp_path, counted):
    crafts = SQLITE if name == "shop.db" else DUCKDB
    crafts = scaled(crafts, dict(list(crafts.items())[:: 2 if name == "shop.db" else 4]))
    survived = 0
    made = tmp_path / name
    with oq.open_store(made) as store:
        store.load([{"id": "a"}])
        with store.transaction():
            pass
    for number, (what, script) in enumerate(crafts.items()):
        path = shutil.copy(made, tmp_path / f"{number}-{name}")
        craft(path, script)
        if what in HARMLESS:
            assert use(path) == [""], what
        else:
            for opening in (use, oq.upgrade_store)[: 2 if number % 3 == 0 else 1]:
                with pytest.raises(oq.StoreError) as found:
                    opening(path)
                assert len(str(found.value)) < 500, what
        survived += 1
    counted(f"crafted files, {name}", len(crafts), survived)


def test_an_index_of_the_owner_stays(tmp_path):
    with oq.open_store(tmp_path / "shop.db") as store:
        store.load([{"id": "a"}])
    craft(tmp_path / "shop.db", "create index mine on orders(site,status)")
    assert use(tmp_path / "shop.db") == [""]


def test_searched_values_that_are_none_are_reported(tmp_path):
    with oq.open_store(tmp_path / "shop.db") as store:
        store.load([{"id": "a", "priceSummary": {"total": {"amount": "5"}}}, {"id": "b"}])
        craft(tmp_path / "shop.db", "UPDATE orders SET number = ''")
        search = {"sort": [{"fieldName": "number"}], "cursorPaging": {"limit": 1}}
        with pytest.raises(oq.StoreError, match=r'order "[ab]" has unusable searched values; rebuild them'):
            store.search(search)
    oq.upgrade_store(tmp_path / "shop.db")
    with oq.open_store(tmp_path / "shop.db") as store:
        assert len(store.search(search).ids) == 1
