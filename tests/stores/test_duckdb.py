"""The DuckDB store: what the embedded store proves, and what is DuckDB's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from backends import BACKENDS, Reused
from test_store import (  # noqa: F401 - pytest runs these here too, with the store and the path of this module
    paid,
    test_a_cyclic_document_is_a_problem,
    test_an_iterable_that_fails_loses_nothing_that_was_kept,
    test_bytes_come_back_as_they_were,
    test_every_sample_with_orders_or_transactions_loads,
    test_loading_is_idempotent,
    test_odd_documents_are_problems_and_never_errors,
    test_sites_never_see_each_other,
    test_the_documented_search_gives_the_documented_answer,
    test_the_newer_version_wins,
    test_transactions_count_in_any_order_and_the_last_wins,
    test_what_cannot_be_used_is_reported_and_the_rest_loaded,
)

import orderquery as oq
from orderquery.stores.duckdb import database as database_of_stores
from orderquery.stores.duckdb import shared_database
from orderquery.stores.duckdb.store import DuckdbStore

KEYS = ["one key for the stores of a test"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.duckdb"


@pytest.fixture
def store() -> Iterator[oq.Store]:
    backend = BACKENDS["duckdb"]()
    assert isinstance(backend, Reused)
    assert isinstance(backend.store, DuckdbStore)
    yield backend.store
    backend.close()


def numbered(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": f"order-{number}", "number": number} for number in numbers]


def changed(path: Path, *statements: str) -> None:
    with duckdb.connect(str(path)) as database:
        for text in statements:
            database.execute(text)


# -- what is kept -----------------------------------------------------------------------------------------------


def test_every_text_is_kept_and_found(store: oq.Store) -> None:
    odd = ["a\0b", "a", "a\x01", "\x01\x01", "'; DROP TABLE orders; --", "$p1", "é", "e\u0301", "\U0001f600", "\uffff"]
    store.load({"id": text, "buyerInfo": {"email": text}, "lineItems": [{"productName": {"original": text}}]}
               for text in odd)  # fmt: skip
    store.load(oq_paid(text) for text in odd)
    for text in odd:
        assert store.get(text)["id"] == text
        assert json.loads(store.get_transactions(text) or b"")["orderId"] == text
        for field in ("id", "buyerInfo.email", "lineItems.productName.original"):
            assert store.search({"filter": {field: text}}).ids == (text,)
    assert store.search({"sort": [{"fieldName": "buyerInfo.email"}]}).ids == tuple(sorted(odd))
    store.load({"id": text, "number": 7} for text in odd)
    assert store.count("number = 7") == store.count("everything") == len(odd)
    assert store.count("paymentMethods = Cash") == len(odd)
    assert store.delete(odd) == len(odd)
    assert store.count("everything") == 0


def oq_paid(order_id: str) -> dict[str, Any]:
    return {**paid("Cash"), "orderId": order_id}


def test_a_site_may_have_any_name(store: oq.Store) -> None:
    assert not store.holds_named_site()
    for site in ("'", "a b", "é", "a" * 100):
        other = store.at_site(site)
        other.load([{"id": "a", "buyerInfo": {"email": site}}])
        assert other.search({}).orders[0]["buyerInfo"]["email"] == site
    assert store.count("everything") == 0
    assert store.holds_named_site()


def test_what_is_kept_comes_by_site_and_id(store: oq.Store) -> None:
    for site in ("b", "", "a!"):
        store.at_site(site).load([*numbered(*range(1_200)), {"id": "a\0"}, oq_paid("order-7"), oq_paid("nobody")])
    kept = [(order, other) for order, other in store.iterate_records()]
    places = [(found.site, found.id) for order, other in kept if (found := order or other)]
    assert places == sorted(places)
    assert len(places) == 3 * 1_202
    assert [(order is None, found.id) for order, found in kept if found] == [(True, "nobody"), (False, "order-7")] * 3
    of_one = list(store.iterate_records("b"))
    assert len(of_one) == 1_202
    assert {kept.site for pair in of_one for kept in pair if kept} == {"b"}


def test_documents_can_be_asked_in_sql(path: Path) -> None:
    with oq.open_store(path) as store:
        store.load(oq.sample(20))
        found = {key: json.loads(document)["number"] for key, document in store.iterate_documents("everything")}
    with duckdb.connect(str(path), read_only=True) as database:
        rows = database.execute("SELECT id, document->>'$.number' FROM order_document").fetchall()
    assert {key: int(number) for key, number in rows if key in found} == {key: int(n) for key, n in found.items()}


def test_a_new_version_replaces_every_value(store: oq.Store) -> None:
    items = [{"productName": {"original": name}} for name in ("Shoe", "Watch")]
    store.load([{"id": "a", "number": 1, "buyerInfo": {"email": "A@x"}, "lineItems": items}, paid("Cash")])
    store.load([{"id": "b", "number": 1}])
    store.load([{"id": "a", "lineItems": items[:1]}])
    assert store.search("number = 1").ids == ("b",)
    assert store.count({"filter": {"buyerInfo.email": {"$startsWith": "a"}}}) == 0
    assert store.count({"filter": {"lineItems.productName.original": {"$hasSome": ["Watch"]}}}) == 0
    assert store.search("paymentMethods = Cash").ids == ("a",)
    store.load([{"id": "a", "number": n} for n in range(5)])
    assert store.search("number = 4").ids == ("a",)
    assert store.count("everything") == 2


def test_what_is_deleted_is_not_found_and_not_in_the_log(path: Path) -> None:
    with oq.open_store(path) as store:
        store.load([{"id": "a", "buyerInfo": {"email": "unmistakable@example.com"}}, paid("Cash"), *oq.sample(50)])
        count = store.count("everything")
        assert store.delete(["a", "nobody", "a", "\ud800"]) == 1
        log = path.with_name("orders.duckdb.wal")
        assert not log.exists() or b"nmistakable" not in log.read_bytes()
        assert store.get("a") is None
        assert store.get_transactions("a") is None
        assert store.count("everything") == count - 1
        assert store.delete([]) == 0
        store.load([{"id": "a"}])
        assert store.count("paymentMethods is present and id = a") == 0
        store.load([paid("Cash")])
        assert store.delete("a") == 1


# -- files ------------------------------------------------------------------------------------------------------


def test_a_store_is_found_again(path: Path) -> None:
    with oq.open_store(path) as store:
        store.load(oq.sample(30))
        page = store.search({"cursorPaging": {"limit": 5}})
        following = store.search({"cursorPaging": {"cursor": page.next}}).ids
        count = store.count("everything")
    for location in (str(path), f"duckdb:///{path}"):
        with oq.open_store(location, create=False) as store:
            assert store.count("everything") == count
            assert store.search({"cursorPaging": {"cursor": page.next}}).ids == following
    assert path.with_name("orders.duckdb.key").exists()


def test_cursors_continue_in_another_engine(store: oq.Store) -> None:
    with oq.open_store(":memory:", keys=KEYS) as other, oq.open_store("duckdb:///:memory:", keys=KEYS) as ours:
        other.load(oq.sample(60))
        ours.load(oq.sample(60))
        found, page = [], ours.search({"sort": [{"fieldName": "buyerInfo.email"}], "cursorPaging": {"limit": 7}})
        for number in range(100):
            found += page.ids
            if page.next is None:
                break
            page = (other, ours)[number % 2].search({"cursorPaging": {"cursor": page.next}})
        whole = [key for key, _ in other.iterate_documents({"sort": [{"fieldName": "buyerInfo.email"}]})]
        assert found == whole


@pytest.mark.parametrize(("statements", "chars"), [(2, 20_000), (2, 100)], ids=["few are cached", "none is"])
def test_pages_do_not_depend_on_cached_statements(monkeypatch: pytest.MonkeyPatch, statements: int, chars: int) -> None:
    monkeypatch.setattr(shared_database, "_MAX_PARSED", statements)
    monkeypatch.setattr(shared_database, "_MAX_PARSED_CHARS", chars)
    with oq.open_store("duckdb:///:memory:") as store:
        store.load(numbered(*range(1, 8)))
        for number, order in ((2, "asc"), (4, "desc"), (6, "asc")) * 2:
            pages = [store.search(f"number >= {number} order by number {order} limit 2")]
            while pages[-1].next is not None:
                pages.append(store.search(cursor=pages[-1].next))
            ids = [f"order-{found}" for found in range(number, 8)]
            assert [key for page in pages for key in page.ids] == (ids if order == "asc" else ids[::-1])
            assert [page.prev is not None for page in pages] == [False, *[True] * (len(pages) - 1)]
        for connection in store._connections._database._idle:  # type: ignore[attr-defined]
            assert len(connection._parsed) <= statements


def test_memory_is_every_store_s_own(store: oq.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with oq.open_store("duckdb:///:memory:") as other:
        other.load(numbered(1))
        assert store.count("everything") == 0
    assert not list(tmp_path.iterdir())


def test_other_files_are_refused_in_words(tmp_path: Path) -> None:
    text = tmp_path / "text.duckdb"
    text.write_text("this is no database, and long enough to be looked at as one" * 20)
    sqlite, empty, other, similar, hollow = (tmp_path / f"{name}.duckdb" for name in "abcde")
    oq.open_store(f"sqlite:///{sqlite}").close()
    empty.touch()
    changed(other, "CREATE TABLE t (x INTEGER)")
    changed(similar, "CREATE TABLE about (name VARCHAR, value VARCHAR)")
    changed(hollow)
    for location, shown in [
        (text, "is not a DuckDB database"), (sqlite, "is not a DuckDB database"), (empty, "is not a DuckDB database"),
        (other, "not an orderquery store"), (similar, "not an orderquery store"), (f"duckdb:///{tmp_path}", "directory"),
        (tmp_path / "no" / "x.duckdb", "folder not found"),
    ]:  # fmt: skip
        with pytest.raises(oq.StoreError, match=shown):
            oq.open_store(location)
    with pytest.raises(oq.StoreError, match="is empty"):
        oq.open_store(hollow, create=False)
    with pytest.raises(oq.StoreError, match=r"store not found: .*new\.duckdb; create it with: orderquery load"):
        oq.open_store(tmp_path / "new.duckdb", create=False)
    assert not (tmp_path / "new.duckdb").exists()


def test_names_mean_files_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("md:x.duckdb", "~.duckdb", ":memory:x.duckdb", "a b.duckdb"):
        with oq.open_store(name) as store:
            assert store.load(numbered(1)).orders == 1
        assert (tmp_path / name).is_file()


def test_an_older_store_is_upgraded_from_its_documents(path: Path) -> None:
    with oq.open_store(path, site="other") as store:
        store.load(oq.sample(40))
    with oq.open_store(path) as store:
        store.load(oq.sample(60))
        ids, methods = store.search({}).ids, store.count("paymentMethods is present")
    changed(path, "ALTER TABLE orders DROP COLUMN shipping_info_title",
            "UPDATE about SET value = '0' WHERE name = 'layout'")  # fmt: skip
    with pytest.raises(oq.StoreError, match="orderquery upgrade"):
        oq.open_store(path)
    assert oq.upgrade_store(path) == 100
    with oq.open_store(path) as store:
        assert store.search({}).ids == ids
        assert store.count("paymentMethods is present") == methods
        store.load([{"id": "new"}])
        assert store.at_site("other").count("everything") > 0


def test_an_upgrade_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with oq.open_store(path) as store:
        store.load(oq.sample(10))
    changed(path, "UPDATE about SET value = '0' WHERE name = 'layout'")
    with monkeypatch.context() as patched:
        patched.setattr(database_of_stores, "project_usable", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            oq.upgrade_store(path)
    with duckdb.connect(str(path)) as database:
        assert database.execute("SELECT count(*) FROM orders").fetchall() == [(10,)]
        assert database.execute("SELECT value FROM about WHERE name = 'layout'").fetchall() == [("0",)]


def test_a_store_of_another_version_or_table_is_a_clear_error(path: Path, tmp_path: Path) -> None:
    oq.open_store(path).close()
    changed(path, "UPDATE about SET value = 'things' WHERE name = 'schema'")
    for use in (oq.open_store, oq.upgrade_store):
        with pytest.raises(oq.StoreError, match='has the table of fields "things", not "ecom-orders"'):
            use(path)
    changed(path, "UPDATE about SET value = '99' WHERE name = 'layout'")
    for use in (oq.open_store, oq.upgrade_store):
        with pytest.raises(oq.StoreError, match="newer orderquery"):
            use(path)
    with pytest.raises(oq.StoreError, match="store not found"):
        oq.upgrade_store(tmp_path / "new.duckdb")


def test_a_named_site_is_noticed_by_every_store_of_the_file(path: Path) -> None:
    with oq.open_store(path) as store, oq.open_store(path, site="a") as named:
        store.load(numbered(1))
        assert not store.holds_named_site()
        named.load(numbered(2))
        assert store.holds_named_site()
        assert named.delete(["order-2"]) == 1
        assert not store.holds_named_site()
        with store._snapshot(None):  # type: ignore[attr-defined]
            assert not store.holds_named_site()
            named.load(numbered(2))
            assert not store.holds_named_site()
        assert store.holds_named_site()
