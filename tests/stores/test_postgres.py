"""The store in PostgreSQL: what every store does, what it keeps from others, and how it gets along with them."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from random import Random
from typing import Any

import engines
import psycopg
import pytest

# What is true of every store is tested once: these run here with the fixtures of this module.
from test_store import (
    test_a_cyclic_document_is_a_problem,  # noqa: F401
    test_a_killed_writer_loses_nothing_it_reported,  # noqa: F401
    test_an_iterable_that_fails_loses_nothing_that_was_kept,  # noqa: F401
    test_bytes_come_back_as_they_were,  # noqa: F401
    test_every_sample_with_orders_or_transactions_loads,  # noqa: F401
    test_loading_is_idempotent,  # noqa: F401
    test_odd_documents_are_problems_and_never_errors,  # noqa: F401
    test_sites_never_see_each_other,  # noqa: F401
    test_the_documented_search_gives_the_documented_answer,  # noqa: F401
    test_the_newer_version_wins,  # noqa: F401
    test_transactions_count_in_any_order_and_the_last_wins,  # noqa: F401
    test_two_writers_and_a_reader_get_along,  # noqa: F401
    test_what_cannot_be_used_is_reported_and_the_rest_loaded,  # noqa: F401
)
from test_toy import CASES, RECORDS, tickets  # noqa: F401

import orderquery as oq
from orderquery.language.schema import parse_schema
from orderquery.sql.leaf_tests import shortened
from orderquery.stores.postgres.store import PostgresStore
from orderquery.stores.postgres.url import parse_target

KEYS = ["a key for these tests"]
TABLES = ("order_document", "orders", "transactions")
"""The tables with rows of orders."""


@pytest.fixture
def path() -> str:
    """The URL of a store that is not there yet."""
    return engines.fresh_url()


_IDLE: list[oq.Store] = []


@pytest.fixture
def store() -> Iterator[oq.Store]:
    opened = _IDLE.pop() if _IDLE else oq.open_store(engines.fresh_url())
    yield opened
    _IDLE.append(engines.emptied(opened))


@pytest.fixture
def server() -> Iterator[psycopg.Connection[Any]]:
    """A connection of the server's owner, outside any store."""
    with psycopg.connect(engines.postgres_url(), autocommit=True) as database:
        yield database


def namespace(url: str) -> str:
    return parse_target(url).namespace


def beside(url: str, **parameters: str) -> str:
    """The URL with other parameters; of two of a name libpq takes the last."""
    return "&".join([url, *(f"{name}={value}" for name, value in parameters.items())])


# -- tables -----------------------------------------------------------------------------------------------------


def test_a_store_is_found_again(path: str) -> None:
    with pytest.raises(oq.StoreError, match=r"store not found: .*; create it with: orderquery load "):
        oq.open_store(path, create=False)
    with oq.open_store(path) as store:
        store.load(oq.sample(30))
        cursor = store.search({"cursorPaging": {"limit": 5}}).next
        assert repr(store).startswith("PostgresStore('postgres")
    for url in (path, path.replace("postgresql://", "postgres://", 1)):
        with oq.open_store(url, create=False) as store:
            assert isinstance(store, PostgresStore)
            assert store.count("everything") == 30
            assert len(store.search({"cursorPaging": {"cursor": cursor}}).ids) == 5


def test_stores_share_a_database(path: str) -> None:
    other = path.replace("namespace=", "namespace=Its%20%22name%22%20")
    with oq.open_store(path) as one, oq.open_store(other) as two:
        one.load([{"id": "a"}])
        assert (one.count({}), two.count({})) == (1, 0)
        cursor = one.load([{"id": "b"}]) and one.search({"cursorPaging": {"limit": 1}}).next
        with pytest.raises(oq.QueryError, match="bad-cursor"):
            two.search({"cursorPaging": {"cursor": cursor}})
    assert oq.upgrade_store(other) == 0


def test_other_tables_are_refused_in_words(path: str, server: psycopg.Connection[Any]) -> None:
    name = namespace(path)
    server.execute(f"CREATE SCHEMA {name}; CREATE TABLE {name}.orders (x int)")
    for opening in (oq.open_store, oq.upgrade_store):
        with pytest.raises(oq.StoreError, match="not an orderquery store"):
            opening(path)
    server.execute("".join(f"CREATE TABLE IF NOT EXISTS {name}.{table} (x int);" for table in ("about", *TABLES)))
    with pytest.raises(oq.StoreError, match="not an orderquery store"):
        oq.open_store(path)


def test_a_database_that_cannot_hold_every_text_is_refused(server: psycopg.Connection[Any], path: str) -> None:
    name = f"latin_{namespace(path)}"
    server.execute(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        with pytest.raises(oq.StoreError, match="LATIN1, which cannot store every order"):
            oq.open_store(beside(path, dbname=name))
    finally:
        server.execute(f"DROP DATABASE {name}")


def test_an_older_store_is_upgraded_from_its_documents(path: str, server: psycopg.Connection[Any]) -> None:
    with oq.open_store(path, site="one", keys=KEYS) as store:
        store.load(oq.sample(60))
        store.at_site("two").load([{"id": "\0"}])
        page, methods = store.search({"cursorPaging": {"limit": 9}}), store.count("paymentMethods is present")
    name = namespace(path)
    server.execute(f"ALTER TABLE {name}.orders DROP COLUMN shipping_info_title; UPDATE {name}.about SET value = 0")
    server.execute(f"UPDATE {name}.about SET value = 'ecom-orders' WHERE name = 'schema'")
    with pytest.raises(oq.StoreError, match=r"older orderquery .*; run: orderquery upgrade 'postgresql://"):
        oq.open_store(path)
    assert oq.upgrade_store(path) == 61
    with oq.open_store(path, site="one", keys=KEYS) as store:
        assert store.search({"cursorPaging": {"limit": 9}}).ids == page.ids
        assert len(store.search({"cursorPaging": {"cursor": page.next}}).ids) == 9
        assert store.count("paymentMethods is present") == methods
        assert store.at_site("two").search({}).ids == ("\0",)
        assert store.load([{"id": "new"}]).orders == 1
    with pytest.raises(oq.StoreError, match="store not found"):
        oq.upgrade_store(engines.fresh_url())


def test_a_newer_store_or_another_table_is_a_clear_error(path: str, server: psycopg.Connection[Any]) -> None:
    oq.open_store(path).close()
    with pytest.raises(oq.StoreError, match='has the table of fields "ecom-orders", not "readings"'):
        oq.open_store(path, schema=parse_schema(READINGS))
    server.execute(f"UPDATE {namespace(path)}.about SET value = 99 WHERE name = 'layout'")
    for opening in (oq.open_store, oq.upgrade_store):
        with pytest.raises(oq.StoreError, match="newer orderquery"):
            opening(path)


def test_what_is_deleted_is_gone_from_the_tables(path: str, server: psycopg.Connection[Any]) -> None:
    record = {"orderId": "a", "payments": [{"regularPaymentDetails": {"paymentMethod": "Unmistakable"}}]}
    with oq.open_store(path) as store:
        store.load([{"id": "a", "buyerInfo": {"email": "unmistakable@example.com"}}, record])
        store.load(oq.sample(50))
        assert store.delete(["a", "nobody", "\0", "\ud800", 5]) == 1
        assert store.delete("a") == 0
        assert store.get("a") is None
        assert store.get_transactions("a") is None
        for table in TABLES:
            text = f"SELECT count(*) FROM {namespace(path)}.{table} AS t WHERE t::text ILIKE '%unmistakable%'"
            assert server.execute(text).fetchone() == (0,), table
        store.load([{"id": "a"}])
        assert store.count("paymentMethods is present and id = a") == 0


# -- what no index of the engine holds --------------------------------------------------------------------------


def random_text(random: Random, length: int) -> str:
    """One that does not compress."""
    return "".join(chr(random.randrange(0x10000, 0x10FFFF)) for _ in range(length))


def test_long_texts_are_kept_and_found(store: oq.Store) -> None:
    random = Random(5)
    begun = random_text(random, 2_000)
    texts = [
        begun + "a",
        begun + "b",
        begun[:256],
        begun[:257],
        "\0" * 300,
        "\0" * 299 + "\1",
        "short",
        "\1" * 255 + "é",
    ]
    texts.append(shortened(begun, 256))
    orders = [
        {"id": f"{number:02}", "buyerInfo": {"contactId": text, "email": text[:512]}, "checkoutId": text[::-1],
         "shippingInfo": {"logistics": {"deliveryTime": text}}, "billingInfo": {"contactDetails": {"fullName": text[-512:]}},
         "lineItems": [{"productName": {"original": part}} for part in (text, text[1:], "x")]}
        for number, text in enumerate(texts)
    ]  # fmt: skip
    assert store.load(orders).orders == len(orders)
    fields = ("buyerInfo.contactId", "checkoutId", "buyerInfo.email", "lineItems.productName.original")
    searches: list[Any] = [
        {field: {operator: operand}}
        for field in fields
        for text in texts
        for operator, operand in (("$eq", text), ("$ne", text[::-1]), ("$in", [text, "short"]))
    ]
    searches += [{"lineItems.productName.original": [text, text[1:], "x"]} for text in texts]
    searches += [{"lineItems.productName.original": {"$hasAll": [text, "x"]}} for text in texts]
    for field in ("shippingInfo.logistics.deliveryTime", "buyerInfo.email"):
        prefixes = {text[:size] for text in texts for size in (1, 255, 256, 257, 300, 2_001)}
        searches += [{field: {"$startsWith": prefix}} for prefix in prefixes]
    searches += [{"$not": search} for search in searches]
    for search in searches:
        plan = oq.compile({"filter": search, "sort": [{"fieldName": "buyerInfo.email"}]})
        assert store.search(plan).ids == plan.search(orders).ids, str(search)[:100]


def test_an_id_too_long_for_an_index_is_an_error(store: oq.Store) -> None:
    random = Random(6)
    order = {"id": random_text(random, 256), "buyerInfo": {"email": random_text(random, 512)}}
    with pytest.raises(oq.StoreError, match="ids of at most 500 bytes always fit"):
        store.load([{"id": "a"}, order])
    assert store.count({}) == 0
    assert store.load([{**order, "id": order["id"][:125]}, {**order, "buyerInfo": {}}]).orders == 2
    longest, longer = (store.at_site("\U00010348" * length) for length in (25, 26))
    assert longest.load([{**order, "id": order["id"][:125]}]).orders == 1
    assert longest.count({}) == 1
    with pytest.raises(oq.StoreError, match="a site name has at most 100 bytes"):
        longer.load([{"id": "a"}])
    assert longer.count({}) == 0


@pytest.mark.parametrize(("condition", "text", "found"), CASES)
def test_an_operator_and_a_table_of_another_trade(
    tickets: oq.Schema,  # noqa: F811
    condition: dict[str, object],
    text: str,
    found: list[str],
) -> None:
    with oq.open_store(engines.fresh_url(), schema=tickets) as store:
        store.load(RECORDS)
        for search in ({"filter": condition}, text):
            assert list(store.search(search).ids) == found


READINGS = """
name = "readings"
key = "ref"
[search]
sort = [{ field = "note", order = "DESC" }]
[[fields]]
name = "ref"
type = "guid"
operators = ["$eq"]
[[fields]]
name = "note"
type = "text"
operators = ["$gt", "$lte", "$eq"]
sortable = true
[[fields]]
name = "comment"
type = "text"
operators = ["$gt", "$eq"]
indexed = true
[[fields]]
name = "times"
type = "instant"
many = true
operators = ["$gt", "$hasAll", "$hasSome", "$eq", "$startsWith"]
[[fields]]
name = "flags"
type = "boolean"
many = true
operators = ["$hasAll", "$in", "$eq", "$ne"]
[[fields]]
name = "tags"
type = "text"
many = true
operators = ["$gt", "$startsWith", "$hasSome"]
"""


def test_arrays_of_every_type(path: str) -> None:
    schema = parse_schema(READINGS)
    first, second = "2024-01-01T00:00:00Z", "2024-06-01T00:00:00Z"
    long = random_text(Random(7), 1_200)
    records = [
        {"ref": "a", "note": "é", "times": [first, second], "flags": [True], "tags": ["Á", "b"], "comment": long + "a"},
        {"ref": "b", "note": "z", "times": [second], "flags": [False, True], "tags": [long], "comment": long + "b"},
        {"ref": "c", "flags": [], "tags": [""]},
    ]
    filters: list[dict[str, Any]] = [
        {}, {"times": {"$gt": first}}, {"times": {"$hasAll": [first, second]}}, {"times": {"$hasSome": [first]}},
        {"times": [second]}, {"times": second}, {"times": {"$startsWith": "2024-01"}}, {"flags": {"$hasAll": [True, False]}},
        {"flags": {"$in": [False, None]}}, {"flags": True}, {"flags": {"$ne": [True]}}, {"tags": {"$gt": "b"}},
        {"tags": {"$startsWith": "á"}}, {"tags": {"$hasSome": [long, "b"]}}, {"comment": {"$gt": long + "a"}},
        {"comment": long + "b"}, {"note": {"$gt": "z"}}, {"note": {"$lte": "é"}},
    ]  # fmt: skip
    with oq.open_store(path, schema=schema) as store:
        store.load(records)
        for filter_ in [*filters, *({"$not": filter_} for filter_ in filters)]:
            plan = oq.compile({"filter": filter_}, schema=schema)
            assert store.search(plan).ids == plan.search(records).ids, str(filter_)[:100]
            assert store.count(plan) == len(plan.search(records).ids)


# -- secrets ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [
    "postgresql://me:s3cret@127.0.0.1:1/db?connect_timeout=2",
    "postgresql://me:s3cret@@/s3cret@127.0.0.1:1/db?connect_timeout=2",
    "postgresql://me:s%33cret@127.0.0.1:port/db",
    "postgresql://me:s3cret@[::1/db",
    "postgresql://127.0.0.1:1/db?user=me&password=s3cret&connect_timeout=2",
    "postgresql://127.0.0.1:1/db?password=s3cret&nonsense=s3cret",
    "postgres://me:s3cret@127.0.0.1:1/db?connect_timeout=2&namespace=shop",
])  # fmt: skip
@pytest.mark.parametrize("opening", [oq.open_store, oq.upgrade_store])
def test_a_password_is_never_shown(opening: Any, url: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(oq.StoreError) as raised:
        opening(url)
    shown = "".join(traceback.format_exception(raised.value)) + caplog.text + repr(raised.value)
    assert "s3cret" not in shown.replace(url, "")
    assert "s3cret" not in repr(parse_target(url)) + parse_target(url).shown
    assert "***" in str(raised.value)


@pytest.mark.parametrize("name", ["", "a%00b", "x" * 64])
def test_a_namespace_is_a_name(name: str) -> None:
    with pytest.raises(oq.UsageError, match="name of a PostgreSQL schema"):
        oq.open_store(f"postgresql://host/db?namespace={name}")


def test_cursor_keys_are_the_owners_alone(path: str, server: psycopg.Connection[Any]) -> None:
    name = namespace(path)
    role = f"reader_of_{name}"
    # Somebody has made the schema, and arranged that others read whatever is made in it.
    server.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'a password'; CREATE SCHEMA {name}")
    server.execute(f"GRANT USAGE ON SCHEMA {name} TO {role}")
    server.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {name} GRANT SELECT ON TABLES TO {role}")
    as_reader = beside(path, user=role, password="a%20password")
    try:
        with oq.open_store(path) as store:
            store.load(oq.sample(5))
            cursor = store.search({"cursorPaging": {"limit": 2}}).next
        with pytest.raises(
            oq.StoreError,
            match=r"only the owner of .* can read its cursor keys; pass your own keys, or set ORDERQUERY_CURSOR",
        ):
            oq.open_store(as_reader)
        with oq.open_store(as_reader, keys=KEYS) as store:
            assert len(store.search({}).ids) == 5
            with pytest.raises(oq.QueryError, match="bad-cursor"):
                store.search({"cursorPaging": {"cursor": cursor}})
            for write in (lambda: store.load([{"id": "x"}]), lambda: store.delete(["x"])):
                with pytest.raises(oq.StoreError, match="permission denied"):
                    write()
        server.execute(f"GRANT SELECT ON {name}.cursor_key TO {role}, PUBLIC")
        with pytest.raises(oq.StoreError, match=rf"REVOKE ALL ON {name}\.cursor_key FROM PUBLIC, {role}"):
            oq.open_store(path)
        server.execute(f"REVOKE ALL ON {name}.cursor_key FROM PUBLIC, {role}")
        with oq.open_store(path) as store:
            assert len(store.search({"cursorPaging": {"cursor": cursor}}).ids) == 2
    finally:
        server.execute(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}")


def test_two_who_open_first_share_one_key(path: str) -> None:
    stores: list[oq.Store] = []
    threads = [threading.Thread(target=lambda: stores.append(oq.open_store(path))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 6
    stores[0].load(oq.sample(5))
    cursor = stores[0].search({"cursorPaging": {"limit": 2}}).next
    for store in stores:
        assert len(store.search({"cursorPaging": {"cursor": cursor}}).ids) == 2
        store.close()


def test_keys_of_the_table_can_be_rotated(path: str, server: psycopg.Connection[Any]) -> None:
    with oq.open_store(path) as store:
        store.load(oq.sample(5))
        cursor = store.search({"cursorPaging": {"limit": 2}}).next
    server.execute(f"INSERT INTO {namespace(path)}.cursor_key (key) VALUES ('a key that is newer')")
    with oq.open_store(path) as store, oq.open_store(path, keys=["a key that is newer"]) as newest:
        assert len(store.search({"cursorPaging": {"cursor": cursor}}).ids) == 2
        assert newest.search({"cursorPaging": {"cursor": store.search({"cursorPaging": {"limit": 2}}).next}}).ids
