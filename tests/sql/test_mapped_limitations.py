"""Each documented limitation of mapped tables, shown: orderquery/sql/mapped/limitations.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mapped_shops import ENGINES, Database, found, json_layout, json_shop, order

import orderquery as oq
from orderquery.syntax.json_printer import encode_json

JSON = Any


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(request.param, tmp_path)
    yield made
    made.drop()


def test_folding(database: Database) -> None:
    orders = [
        order("a", buyerInfo__email="STRASSE"),
        order("b", buyerInfo__email="straße"),
        order("c", buyerInfo__email="É"),
    ]
    search = {"filter": {"$or": [{"buyerInfo.email": {"$startsWith": text}} for text in ("strass", "é")]}}
    assert list(oq.compile(search).search(orders).ids) == ["c", "b", "a"]
    assert found(database, search, *orders) == (["a"] if database.dialect == "sqlite" else ["c", "a"])


def test_text_as_stored(database: Database) -> None:
    email = (
        "o.document #>> '{buyerInfo,email}'" if database.dialect == "postgres" else "o.document ->> '$.buyerInfo.email'"
    )
    search, long = {"filter": {"buyerInfo.email": {"$exists": True}}}, order("a", buyerInfo__email="x" * 520)
    assert list(oq.compile(search).search([long]).ids) == []
    assert found(database, search, long, fields={"buyerInfo.email": email}) == ["a"]


def test_collation(tmp_path: Path) -> None:
    """SQLite compares as the language does, whatever the column's collation; PostgreSQL uses the column's type."""
    file = Database("sqlite", tmp_path)
    with file.opened() as execute:
        execute(
            "CREATE TABLE shop_orders (order_id TEXT COLLATE NOCASE PRIMARY KEY, document TEXT, title TEXT COLLATE NOCASE)"
        )
        execute("INSERT INTO shop_orders VALUES (?, ?, ?)", [("a", encode_json(order("a")).decode(), "Title")])
    layout = oq.json_layout("shop_orders", key="order_id", fields={"shippingInfo.title": "title"}, dialect="sqlite")
    with file.store(layout) as store:
        assert store.count({"filter": {"shippingInfo.title": "title"}}) == 0
        assert store.count({"filter": {"shippingInfo.title": {"$in": ["Title", "x"]}}}) == 1
    server = Database("postgres", tmp_path)
    with server.opened() as execute:
        execute("CREATE EXTENSION citext")
        execute("CREATE TABLE shop_orders (order_id TEXT PRIMARY KEY, document JSONB, title CITEXT)")
        execute("INSERT INTO shop_orders VALUES (?, ?, ?)", [("a", encode_json(order("a")).decode(), "Title")])
    layout = oq.json_layout("shop_orders", key="order_id", fields={"shippingInfo.title": "title"}, dialect="postgres")
    with server.store(layout) as store:
        assert store.count({"filter": {"shippingInfo.title": "title"}}) == 1
    server.drop()


def test_negative_numbers(database: Database) -> None:
    json_shop(database, [order("a", number=-5), order("b", number=5)], [])
    search = {"sort": [{"fieldName": "number"}]}
    layouts = [json_layout(database.dialect)]
    value = {"sqlite": "o.document ->> 'number'", "postgres": "CAST(o.document ->> 'number' AS INTEGER)"}
    fields = {
        "number": {"sql": value.get(database.dialect, "CAST(o.document ->> 'number' AS INTEGER)"), "form": "number"}
    }
    layouts.append(json_layout(database.dialect, fields=fields))
    ids = []
    for layout in layouts:
        with database.store(layout) as store:
            ids.append(list(store.search(search).ids))
    assert ids == [["b", "a"], ["a", "b"]]


def test_38_digits(database: Database) -> None:
    fine, great = "0.0000000000000000001", "1" + "0" * 25
    orders = [order("a", priceSummary__total__amount=fine), order("b", priceSummary__total__amount=great)]
    search = {"filter": {"priceSummary.total.amount": {"$gt": "0"}}}
    exact = ["b", "a"]
    assert list(oq.compile(search).search(orders).ids) == exact
    assert found(database, search, *orders) == ([] if database.dialect == "duckdb" else exact)


def test_floating_point(tmp_path: Path) -> None:
    file = Database("sqlite", tmp_path)
    fields = {"priceSummary.total.amount": {"sql": "0.1 + 0.2", "form": "number"}}
    assert found(file, {"filter": {"priceSummary.total.amount": "0.3"}}, order("a"), fields=fields) == []


def test_nul(database: Database) -> None:
    search = {"filter": {"shippingInfo.title": "a\0b"}}
    one = order("a", shippingInfo__title="a\0b")
    if database.dialect == "postgres":
        # PostgreSQL cannot store NUL, so a search for it finds nothing.
        assert found(database, search, order("a", shippingInfo__title="ab")) == []
    else:
        assert found(database, search, one) == ([] if database.dialect == "sqlite" else ["a"])


def test_duplicate_keys(database: Database) -> None:
    json_shop(database, [], [])
    twice = '{"id": "a", "number": "1", "number": "2"}'
    with database.opened() as execute:
        execute("INSERT INTO shop_orders VALUES (?, ?)", [("a", twice)])
    with database.store(json_layout(database.dialect)) as store:
        counted = [store.count({"filter": {"number": n}}) for n in ("1", "2")]
    assert counted == ([0, 1] if database.dialect == "postgres" else [1, 0])
    assert json.loads(twice)["number"] == "2"


def test_nested_lists(database: Database) -> None:
    nested = order("a", lineItems=[[[{"productName": {"original": "deep"}}]], [{"productName": {"original": "one"}}]])
    search = {"filter": {"lineItems.productName.original": {"$hasSome": ["deep", "one"]}}}
    assert list(oq.compile(search).search([nested]).ids) == ["a"]
    assert found(database, search, nested) == []


def test_invalid_json(tmp_path: Path) -> None:
    file = Database("sqlite", tmp_path)
    with file.opened() as execute:
        execute("CREATE TABLE shop_orders (order_id TEXT, document TEXT)")
        execute("INSERT INTO shop_orders VALUES (?, ?)", [("a", "{"), ("b", encode_json(order("b")).decode())])
    with (
        file.store(oq.json_layout("shop_orders", key="order_id")) as store,
        pytest.raises(oq.StoreError, match="malformed JSON"),
    ):
        store.search({})


def test_infinity(tmp_path: Path) -> None:
    server = Database("postgres", tmp_path)
    fields = {"createdDate": "TIMESTAMPTZ 'infinity'"}
    with pytest.raises(oq.StoreError, match="infinity"):
        found(server, {}, order("a"), fields=fields)
    server.drop()


def test_reformatted_documents(tmp_path: Path) -> None:
    server = Database("postgres", tmp_path)
    json_shop(server, [{"status": "APPROVED", "id": "a"}], [])
    with server.store(json_layout("postgres")) as store:
        assert store.get_document("a") == b'{"id": "a", "status": "APPROVED"}'
    server.drop()
