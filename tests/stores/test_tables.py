"""Records of several tables of fields in one store: each has tables of its own, and ids never meet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import pytest
from backends import KEYS
from strategies import Maker, batch
from transaction_writers import PLANS, paid, records
from writable_stores import LASTING

import orderquery as oq
from orderquery.language.grammar_files import grammar_text
from orderquery.language.schema import parse_schema

JSON = Any
SAME_TABLE = grammar_text("ecom-orders.toml").replace(
    'name = "ecom-orders"', 'name = "other-orders"\ntables = "twenty_characters_ok"', 1
)
OTHERS = parse_schema(SAME_TABLE, "other.toml")
"""The documented table of fields, in tables with the longest name."""
SEARCHES = 60


# -- ids and sites ----------------------------------------------------------------------------------------------


def test_the_same_id_in_two_tables_never_meets(writable: oq.Store) -> None:
    plans = writable.at_table(PLANS)
    writable.load([{"id": "a", "archived": True}, paid("a", "Cash"), {"id": "order only"}])
    plans.load([{"id": "a", "planId": "p", "updatedDate": "2024-01-01T00:00:00Z"}, {"id": "plan only"}])
    assert (writable.get("a"), writable.get("plan only")) == ({"id": "a", "archived": True}, None)
    assert (plans.get("a"), plans.get("order only")) == (
        {"id": "a", "planId": "p", "updatedDate": "2024-01-01T00:00:00Z"},
        None,
    )
    assert plans.get_transactions("a") is None
    assert set(writable.search({}).ids) == {"a", "order only"}
    assert set(plans.search({}).ids) == {"a", "plan only"}
    assert plans.load([{"id": "a", "planId": "older", "updatedDate": "2023-01-01T00:00:00Z"}]).older == 1
    assert plans.delete(["a", "order only"]) == 1
    assert (plans.get("a"), writable.search("archived = true").ids) == (None, ("a",))
    assert writable.count('paymentMethods has any ("Cash")') == 1
    with writable.transaction() as transaction:
        within = transaction.at_table(PLANS)
        within.write(records(PLANS, {"id": "a", "planId": "q"}))
        assert (within.schema, within.site) == (PLANS, "")
        assert transaction.delete(["a"]) == 1
        assert transaction.read("order", "a") is None
        assert within.read("order", "a") == b'{"id":"a","planId":"q"}'
        assert within.next_number("shared") == 1
        assert transaction.next_number("shared") == 2
    assert plans.search("planId = q").ids == ("a",)
    assert writable.get_transactions("a") is None


def test_a_store_at_another_table_shares_sites_and_keys(writable: oq.Store) -> None:
    berlin = writable.at_site("berlin").at_table(PLANS)
    assert (berlin.site, berlin.schema, berlin.at_table(PLANS)) == ("berlin", PLANS, berlin)
    berlin.load([{"id": "a"}, {"id": "b"}, {"id": "c"}])
    assert writable.at_table(PLANS).at_site("berlin").search({}).ids == berlin.search({}).ids
    assert writable.at_table(PLANS).search({}).ids == ()
    assert (berlin.holds_named_site(), writable.holds_named_site()) == (True, False)
    cursor = berlin.search({"cursorPaging": {"limit": 2}}).next
    assert len(berlin.search({"cursorPaging": {"cursor": cursor}}).ids) == 1
    for other in (writable.at_site("berlin"), writable.at_table(PLANS)):
        with pytest.raises(oq.QueryError, match="bad-cursor"):
            other.search({"cursorPaging": {"cursor": cursor}})


# -- the language -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schema", [PLANS, OTHERS], ids=["plans", "others"])
def test_searches_are_those_of_memory(writable: oq.Store, schema: oq.Schema) -> None:
    random = Random(f"searches of {schema.name}")
    maker = Maker(random, schema)
    orders, transactions = batch(maker, 40)
    store = writable.at_table(schema)
    store.load(orders)
    store.load({"orderTransactions": record} for record in transactions)
    # What is in the tables of the documented orders must not be found.
    writable.load(oq.sample(20))
    for _ in range(SEARCHES):
        search = maker.search()
        search["sort"] = search.get("sort", [])[: schema.max_sorts]
        plan = oq.compile(search, schema=schema)
        expected = plan.search(orders, transactions).ids
        assert store.search(search).ids == expected, search
        assert store.count(search) == len(expected)
        page = store.search({**search, "cursorPaging": {"limit": 7}})
        walked = list(page.ids)
        while page.next is not None:
            page = store.search({"cursorPaging": {"cursor": page.next}})
            walked += page.ids
        assert tuple(walked) == expected, search


def test_a_page_comes_from_an_index(kind: str, writable: oq.Store) -> None:
    plans = writable.at_table(PLANS)
    plans.load(
        {
            "id": f"{n}",
            "planId": f"p{n % 7}",
            "autoRenewCanceled": n % 2 == 0,
            "createdDate": f"2024-01-01T00:{n // 60:02}:{n % 60:02}Z",
        }
        for n in range(2_000)
    )
    plans.settle()
    costs = plans.explain("planId = p1 order by createdDate desc limit 5").costs
    assert bool(costs) == (kind == "duckdb")
    assert plans.explain("autoRenewCanceled = true order by createdDate desc limit 5").costs


def test_statements_name_the_tables() -> None:
    plan = oq.compile("status = ACTIVE", schema=PLANS)
    for dialect, searched in (
        ("sqlite", "pricing_plans_orders"),
        ("postgres", "pricing_plans_orders"),
        ("duckdb", "pricing_plans_orders"),
        ("spark", "orders"),
    ):
        assert f"FROM {searched} AS o" in plan.sql(dialect).text.replace("\n", " ")
    assert (
        "twenty_characters_ok_order_value"
        in oq.compile('paymentMethods has any ("a")', schema=OTHERS).sql("sqlite").text
    )


# -- making tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LASTING)
def test_one_location_is_opened_with_each_table(location: str) -> None:
    with oq.open_store(location, keys=KEYS) as store:
        store.load([{"id": "a"}])
    with pytest.raises(oq.StoreError, match='has no records of "pricing-plans"; load some with: orderquery load'):
        oq.open_store(location, schema="pricing-plans", create=False)
    with oq.open_store(location, schema="pricing-plans", keys=KEYS) as plans:
        plans.load([{"id": "b"}])
        assert plans.at_table(oq.load_schema()).search({}).ids == ("a",)
    with oq.open_store(location, schema="pricing-plans", create=False) as plans:
        assert plans.search({}).ids == ("b",)


@pytest.mark.parametrize("kind", LASTING)
def test_a_store_may_begin_with_any_table(location: str) -> None:
    with oq.open_store(location, schema="pricing-plans") as plans:
        plans.load([{"id": "b"}])
    assert oq.upgrade_store(location) == 1
    with pytest.raises(oq.StoreError, match='has no records of "ecom-orders"'):
        oq.open_store(location, create=False)
    with oq.open_store(location) as store:
        assert store.search({}).ids == ()
        assert store.at_table(PLANS).search({}).ids == ("b",)
    assert oq.upgrade_store(location) == 1


def test_tables_that_a_transaction_made_are_undone_with_it(writable: oq.Store) -> None:
    for _ in range(2):
        with pytest.raises(oq.UsageError, match='"id" is not a field'), writable.transaction() as transaction:
            transaction.at_table(PLANS).largest("id")
    with writable.transaction() as transaction:
        transaction.at_table(PLANS).write(records(PLANS, {"id": "a"}))
    assert writable.at_table(PLANS).search({}).ids == ("a",)


def test_tables_of_an_open_transaction_are_not_there_for_other_threads(writable: oq.Store) -> None:
    written, loaded = Event(), Event()

    def load() -> int:
        written.wait(60)
        orders = writable.at_table(PLANS).load([{"id": "b"}]).orders
        loaded.set()
        return orders

    def write_and_fail() -> None:
        with writable.transaction() as transaction:
            transaction.at_table(PLANS).write(records(PLANS, {"id": "a"}))
            written.set()
            assert not loaded.wait(0.05)  # it waits for the transaction
            raise KeyError

    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(load)
        with pytest.raises(KeyError):
            write_and_fail()
        assert result.result(60) == 1
    assert writable.at_table(PLANS).search({}).ids == ("b",)


def test_two_tables_of_fields_with_the_same_tables_are_refused(writable: oq.Store) -> None:
    other = parse_schema(SAME_TABLE.replace('tables = "twenty_characters_ok"', ""), "other.toml")
    with pytest.raises(oq.StoreError, match='has the table of fields "ecom-orders", not "other-orders"'):
        writable.at_table(other)
    assert writable.load([{"id": "a"}]).orders == 1


@pytest.mark.parametrize("kind", LASTING)
def test_an_upgrade_rebuilds_every_known_table(location: str) -> None:
    with oq.open_store(location, keys=KEYS) as store:
        store.load([{"id": "a", "archived": True}, paid("a", "Cash")])
        store.at_table(PLANS).load([{"id": "a", "status": "ACTIVE"}, {"id": "b"}])
        store.at_table(OTHERS).load([{"id": "a"}])
        names = tuple(f"{prefix}fingerprint" for prefix in ("", "pricing_plans_", "twenty_characters_ok_"))
        with store._writing():
            store._execute(f"UPDATE about SET value = 'old' WHERE name IN {names}", [{}])
    for schema in (None, PLANS, OTHERS):
        with pytest.raises(oq.StoreError, match="orderquery upgrade"):
            oq.open_store(location, schema=schema)
    assert oq.upgrade_store(location) == 3
    with oq.open_store(location, keys=KEYS) as store:
        assert store.search('archived = true and paymentMethods has any ("Cash")').ids == ("a",)
        assert store.at_table(PLANS).search("status = ACTIVE").ids == ("a",)
        # The package does not have this table of fields: it is rebuilt when its file is passed.
        with pytest.raises(oq.StoreError, match="orderquery upgrade"):
            store.at_table(OTHERS)
    assert oq.upgrade_store(location, schema=OTHERS) == 4
    with oq.open_store(location, keys=KEYS) as store:
        assert store.at_table(OTHERS).search({}).ids == ("a",)


@pytest.mark.parametrize("name", ["Plans", "1st", "a-b", "a__b", "a_", "a" * 21, "drop table", 5])
def test_names_that_cannot_begin_a_table_are_refused(name: JSON, tmp_path: Path) -> None:
    path = tmp_path / "table.toml"
    shown = f'"{name}"' if isinstance(name, str) else str(name)
    path.write_text(grammar_text("pricing-plans.toml").replace('"pricing_plans"', shown), "utf-8")
    wanted = "a name of at most 20 lower-case letters" if isinstance(name, str) else "a string, not 5"
    with pytest.raises(oq.SchemaError, match=f"tables must be {wanted}"):
        oq.load_schema(path)


def test_a_field_may_have_no_operators() -> None:
    text = grammar_text("pricing-plans.toml").replace('operators = ["$gt", "$gte", "$lt", "$lte"]', "operators = []")
    schema = parse_schema(text, "plans.toml")
    assert oq.check("order by endDate", schema=schema).ok
    for search in ("endDate >= 2024-01-01T00:00:00Z", {"search": {"filter": {"endDate": "2024-01-01T00:00:00Z"}}}):
        (problem,) = oq.check(search, schema=schema).diagnostics
        assert (problem.code, problem.help) == ("operator-not-allowed", "endDate cannot be filtered")
    assert oq.compile("order by endDate", schema=schema).search([{"id": "a"}]).ids == ("a",)
