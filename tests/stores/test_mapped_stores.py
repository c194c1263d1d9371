"""Stores over mapped tables: documents, cursors, sites, errors, and the command line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from backends import KEYS
from command_line import run
from mapped_shops import ENGINES, Database, column_layout, json_layout, json_shop, order

import orderquery as oq
from orderquery.language.grammar_files import grammar_text
from orderquery.syntax.json_printer import encode_json

JSON = Any


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(request.param, tmp_path)
    yield made
    made.drop()


# -- what a store does ------------------------------------------------------------------------------------------


def test_documents_and_transactions(database: Database) -> None:
    orders = [order("a", number="1", buyerInfo__email="é\u2028"), order("b", status="INITIALIZED")]
    json_shop(database, orders, [{"orderId": "a", "payments": []}])
    with database.store(json_layout(database.dialect)) as store:
        assert store.get("a") == orders[0]
        assert store.get("b") == orders[1]
        assert store.get("c") is store.get("\ud800") is store.get("a\0") is None
        assert json.loads(store.get_transactions("a") or b"") == {"orderId": "a", "payments": []}
        assert store.get_transactions("b") is store.get_transactions("a\0") is None
        assert [found["id"] for found in store.iterate({})] == ["a"]
        if database.dialect != "postgres":
            assert store.get_document("a") == encode_json(orders[0])
            assert store.search({}).documents == [encode_json(orders[0])]
    with pytest.raises(oq.StoreError):
        store.search({})


def test_nothing_is_written(database: Database) -> None:
    json_shop(database, [order("a")], [])
    with database.store(json_layout(database.dialect)) as store:
        for write in (lambda: store.load([order("b")]), lambda: store.load([]), lambda: store.delete(["a"])):
            with pytest.raises(
                oq.StoreError, match="this store is read-only; orderquery never writes to your own tables"
            ):
                write()
        with pytest.raises(oq.StoreError, match="cannot be exported"):
            list(store.iterate_records())
        with pytest.raises(oq.StoreError):
            store._run("DELETE FROM shop_orders", {})  # type: ignore[attr-defined]
        assert store.count({}) == 1
        assert not store.holds_named_site()


def test_cursors_lead_on_from_any_store_with_the_same_keys(database: Database, tmp_path: Path) -> None:
    orders = [order(f"{n:03}", number=str(n % 7)) for n in range(50)]
    json_shop(database, orders, [])
    search = {"sort": [{"fieldName": "number", "order": "DESC"}], "cursorPaging": {"limit": 9}}
    ours = oq.open_store(tmp_path / "ours.db", keys=KEYS)
    ours.load(orders)
    with database.store(json_layout(database.dialect)) as theirs:
        stores, pages = [ours, theirs], [ours.search(search)]
        while pages[-1].next is not None:
            pages.append(stores[len(pages) % 2].search({"cursorPaging": {"cursor": pages[-1].next}}))
        keys = [key for page in pages for key in page.ids]
        assert keys == sorted(keys, key=lambda key: (int(key) % 7, key), reverse=True)
        back = theirs.search({"cursorPaging": {"cursor": pages[-1].prev}})
        assert back.ids == pages[-2].ids
        from_cursor = {"cursorPaging": {"cursor": pages[-1].prev}}
        assert [item["id"] for item in theirs.iterate(from_cursor)] == keys[: -len(pages[-1].ids)]
        assert theirs.count({"cursorPaging": {"cursor": pages[1].next}}) == 50
    ours.close()
    with oq.open_store(database.url, layout=json_layout(database.dialect)) as other, pytest.raises(oq.QueryError):
        other.search({"cursorPaging": {"cursor": pages[0].next}})


def test_sites(database: Database) -> None:
    with database.opened() as execute:
        execute("CREATE TABLE shops (shop TEXT, id TEXT, document TEXT)")
        rows = [(shop, key, encode_json(order(key)).decode()) for shop, key in (("x", "1"), ("x", "2"), ("y", "1"))]
        execute("INSERT INTO shops VALUES (?, ?, ?)", rows)
    document = "CAST(o.document AS JSONB)" if database.dialect == "postgres" else "o.document"
    layout = oq.json_layout("shops", document, key="id", site="shop", dialect=database.dialect)
    with database.store(layout, site="x") as store:
        assert store.count({}) == 2
        assert store.search({}).ids == ("2", "1")
        assert store.at_site("y").search({}).ids == ("1",)
        assert store.at_site("").count({}) == 0
        assert store.at_site("y").get("2") is None
        assert store.holds_named_site()
    unsited = oq.json_layout("shops", document, key="id", dialect=database.dialect)
    with pytest.raises(oq.UsageError, match="has no site"):
        database.store(unsited, site="x")
    with database.store(unsited) as store, pytest.raises(oq.UsageError, match="has no site"):
        store.at_site("x")


def test_an_id_that_is_read_from_the_document(database: Database) -> None:
    kind = {"sqlite": "TEXT", "postgres": "JSONB", "duckdb": "JSON"}[database.dialect]
    orders = [order("a"), {**order("b"), "id": None, "_id": "b2"}, {**order("c"), "id": 5}, {**order("d"), "id": ""},
              {**order("e"), "id": "e" * 257}, {"_id": "f", "_createdDate": "2023-12-31T19:00:00-05:00"}]  # fmt: skip
    with database.opened() as execute:
        execute(f"CREATE TABLE orders (document {kind})")
        execute("INSERT INTO orders VALUES (?)", [(encode_json(found).decode(),) for found in orders])
    with database.store(oq.json_layout()) as store:
        assert store.search({}).ids == ("f", "b2", "a")
        assert store.count({"filter": {"createdDate": "2024-01-01T00:00:00Z"}}) == 3
        assert store.get("f") == orders[-1]
        assert [page.ids for page in pages(store, {"cursorPaging": {"limit": 1}})] == [("f",), ("b2",), ("a",)]
    with database.store(oq.json_layout(names="rest")) as store:
        assert store.search({}).ids == ("a",)
    with database.store(oq.json_layout(names="sdk")) as store:
        assert store.search({}).ids == ("f", "b2")


def pages(store: oq.Store, search: JSON) -> Iterator[oq.Page]:
    page = store.search(search)
    yield page
    while page.next is not None:
        page = store.search({"cursorPaging": {"cursor": page.next}})
        yield page


def test_from_with_joins_and_a_table_of_fields_read_twice(database: Database, tmp_path: Path) -> None:
    records = [{"orderId": "a", "payments": [{"regularPaymentDetails": {"paymentMethod": "Cash"}}]}]
    json_shop(database, [order("a", number="1"), order("b")], records)
    number = {"sqlite": "JSON_EXTRACT(p.document, '$.number')", "postgres": "p.document ->> 'number'"}
    path = tmp_path / "joined.toml"
    path.write_text(
        f"""
        name = "joined"
        dialect = "{database.dialect}"
        from = "shop_orders AS p LEFT JOIN shop_transactions AS x ON x.order_id = p.order_id AND p.order_id LIKE '%'"
        key = "p.order_id"
        json = "p.document"
        transactions = {{ json = "x.document" }}
        [fields]
        number = {json.dumps(number.get(database.dialect, "p.document ->> '$.number'"))}
        """,
        "utf-8",
    )
    fields = tmp_path / "fields.toml"
    fields.write_text(grammar_text("ecom-orders.toml"), "utf-8")
    plan = oq.compile("paymentMethods has any (Cash) and number = 1", schema=oq.load_schema(fields))
    with database.store(oq.load_layout(path, schema=oq.load_schema(fields))) as store:
        assert store.search(plan).ids == ("a",)
        assert store.count({"filter": {"paymentMethods": None}}) == 1


def test_another_layout_of_the_same_orders_is_another_search(database: Database) -> None:
    json_shop(database, [order("a", number="7")], [])
    five = {"number": {"sql": "5", "form": "number"}}
    for fields, number in (({}, "7"), (five, "5")):
        with database.store(json_layout(database.dialect, fields=fields)) as store:
            assert store.count({"filter": {"number": number}}) == 1


def test_it_is_read_from_several_threads(database: Database) -> None:
    json_shop(database, [order(f"{n:03}", number=str(n)) for n in range(100)], [])
    with database.store(json_layout(database.dialect)) as store, ThreadPoolExecutor(8) as threads:
        counts = threads.map(lambda n: store.count({"filter": {"number": {"$lt": n}}}), range(100))
        assert list(counts) == list(range(100))


def test_a_search_that_takes_too_long(database: Database) -> None:
    json_shop(database, [order(f"{n:05}", number=str(n)) for n in range(2000)], [])
    slow = "(SELECT COUNT(*) FROM shop_orders AS a, shop_orders AS b, shop_orders AS c WHERE a.document <> b.document)"
    if database.dialect == "postgres":
        slow = "(SELECT COUNT(*) FROM shop_orders AS a, shop_orders AS b, shop_orders AS c WHERE a.document::text || o.order_id <> b.document::text)"
    elif database.dialect == "duckdb":
        slow = "(SELECT COUNT(*) FROM range(400000) AS a, range(400000) AS b WHERE a.range * 7 % 5 <> b.range % 3)"
    fields = {"number": {"sql": slow, "form": "number"}}
    with database.store(json_layout(database.dialect, fields=fields)) as store:
        with pytest.raises(oq.StoreTimeout):
            store.search({"filter": {"number": 5}}, seconds=0.2)
        assert store.count({}) == 2000


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    layout = oq.json_layout(key="id")
    (tmp_path / "not.db").write_text("not a database, but long enough to look like one" * 20)
    for location in (tmp_path / "none.db", ":memory:", tmp_path, tmp_path / "not.db", tmp_path / "none.duckdb"):
        with pytest.raises(oq.StoreError):
            oq.open_store(location, layout=layout)
    with pytest.raises(oq.UsageError, match="a layout cannot be used with"):
        oq.open_store("spark:///x", layout=layout)
    with pytest.raises(oq.UsageError, match="schema or a loaded layout, not both"):
        oq.open_store(tmp_path / "x.db", layout=layout, schema="ecom-orders")
    with pytest.raises(oq.UsageError, match='layout "postgres" is for dialect "postgres", not "sqlite"'):
        oq.open_store(tmp_path / "x.db", layout=column_layout("postgres"))
    with closing(sqlite3.connect(tmp_path / "empty.db")) as database:
        database.executescript("CREATE TABLE x (y)")
    with (
        oq.open_store(tmp_path / "empty.db", layout=layout) as store,
        pytest.raises(oq.StoreError, match="no such table"),
    ):
        store.search({})


def test_files_that_duckdb_reads(tmp_path: Path) -> None:
    lines = tmp_path / "orders.jsonl"
    lines.write_bytes(b"\n".join(encode_json(order(key)) for key in "abc"))
    source = f"read_json_objects('{lines}') AS o"
    path = tmp_path / "files.toml"
    path.write_text(f'dialect = "duckdb"\nfrom = "{source}"\njson = "o.json"\n', "utf-8")
    with oq.open_store("duckdb:///:memory:", layout=str(path)) as store:
        assert store.search({}).ids == ("c", "b", "a")


def test_malformed_values_end_a_page_and_never_cut_a_walk(database: Database) -> None:
    json_shop(database, [order("a"), order("b")], [])
    fields = {
        "createdDate": {
            "sql": "CASE o.order_id WHEN 'a' THEN 'soon' ELSE '2024-01-01T00:00:00.000Z' END",
            "form": "iso",
        }
    }
    with (
        database.store(json_layout(database.dialect, fields=fields)) as store,
        pytest.raises(oq.StoreError, match=r"createdDate of order 'a' is 'soon', but the layout says text, always"),
    ):
        store.search({})


# -- the command line -------------------------------------------------------------------------------------------


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = Database("sqlite", tmp_path)
    json_shop(file, [order(f"{n}", number=str(n)) for n in range(5)], [])
    Path("shop.toml").write_text(
        'dialect = "sqlite"\ntable = "shop_orders"\nkey = "order_id"\njson = "document"\n', "utf-8"
    )
    options = ("--layout", "shop.toml")
    assert (
        run("search", file.url, "everything order by number", *options, "--format", "ids").stdout == "0\n1\n2\n3\n4\n"
    )
    page = run("search", file.url, "everything order by number", *options, "--limit", "2")
    assert page.stdout.endswith("set ORDERQUERY_CURSOR_KEYS to get the command for the next page\n")
    monkeypatch.setenv("ORDERQUERY_CURSOR_KEYS", "0123456789abcdef")
    page = run("search", file.url, "everything order by number", *options, "--limit", "2")
    words = page.stdout.splitlines()[-1].partition("search ")[2].split()
    assert words[:3] == [file.url, *options]
    assert "2 orders" in run("search", *words).stdout
    assert json.loads(run("get", file.url, "3", *options).stdout) == order("3", number="3")
    assert run("search", file.url, "number > 2", *options, "--count").stdout == "2\n"
    inspected = run("inspect", file.url, "everything", *options)
    assert inspected.exit_code == 1
    assert "reads every order" in inspected.stdout
    shown = run("sql", "number = 5", "--dialect", "sqlite", *options)
    assert "shop_orders AS o" in shown.stdout
    assert "note: JSON in SQLite: a text is cut at its first NUL character" in shown.stderr
    lacking = run("search", file.url, "paymentMethods has any (Cash)", *options)
    assert lacking.exit_code == 1
    assert 'error[not-in-layout]: field paymentMethods is not in layout "shop"' in lacking.stderr
    assert "concerns your own tables, not requests" in lacking.stderr
    assert run("search", file.url, "everything", "--layout", "none.toml").exit_code == 2
