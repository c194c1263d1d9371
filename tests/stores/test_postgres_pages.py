"""How PostgreSQL serves the pages of a store of 20,000 orders: from indexes, in order, however deep they are."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import engines
import pytest

import orderquery as oq
from orderquery.compiler.pagination import Position
from orderquery.sql.statement import statement

ORDERS = 20_000
PAGE = 101
SORTABLE = [field.name for field in oq.load_schema().fields if field.sortable]


def orders(count: int) -> Iterator[dict[str, Any]]:
    """Small ones, in which every sortable field but a few is missing now and then."""
    random = Random(1)

    def day() -> str:
        return f"2024-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}T{random.randrange(24):02}:00:00.{random.randrange(1000):03}Z"

    for number in range(count):
        order = {
            "id": f"{random.randrange(16**12):012x}", "number": str(number), "status": "APPROVED", "createdDate": day(),
            "updatedDate": day(), "paymentStatus": random.choice(("PAID",) * 6 + ("NOT_PAID", "PENDING")),
            "fulfillmentStatus": random.choice(("FULFILLED", "NOT_FULFILLED")),
            "buyerInfo": {"email": f"{random.choice('abcdef')}{random.randrange(5_000)}@example.com",
                          "contactId": f"contact-{random.randrange(3_000)}"},
            "billingInfo": {"contactDetails": {"fullName": f"Buyer {random.randrange(9_000)}"}},
            "priceSummary": {"total": {"amount": f"{random.randrange(100_000) / 100}"}},
            "lineItems": [{"productName": {"original": random.choice(("Shoe",) * 200 + ("Watch", "Kite"))}}],
        }  # fmt: skip
        for name in ("createdDate", "updatedDate", "number", "buyerInfo", "billingInfo", "paymentStatus", "status"):
            if random.randrange(8) == 0:
                del order[name]
        yield order


@pytest.fixture(scope="module")
def store() -> Iterator[oq.Store]:
    with oq.open_store(engines.fresh_url(), site="shop") as opened:
        opened.at_site("another").load(orders(2_000))
        assert opened.load(orders(ORDERS)).orders == ORDERS
        yield opened


def plan_of(store: Any, search: Any, position: Position | None = None) -> dict[str, Any]:
    """What the engine did for a page, as it tells."""
    built = statement(oq.compile(search), "postgres", site=store.site, position=position, limit=PAGE)
    with store._connections.reading() as database:
        text = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {built.text}"
        ((found,),) = database.execute(text, built.parameters)
    return found[0]["Plan"]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def check_served(plan: dict[str, Any], most_read: int) -> None:
    """Nothing is scanned, and few rows are read or sorted."""
    for node in nodes(plan):
        kind, rows = node["Node Type"], node["Actual Rows"] * node["Actual Loops"]
        assert kind != "Seq Scan", node
        if kind in ("Index Scan", "Index Only Scan", "Bitmap Heap Scan") and node.get("Relation Name") == "orders":
            read = rows + node.get("Rows Removed by Filter", 0) * node["Actual Loops"]
            assert read <= most_read, node
        if "Sort" in kind:
            assert rows <= most_read, node


def position_at(store: Any, search: Any, offset: int, *, backward: bool = False) -> Position:
    """The position of the order this deep in a search."""
    plan = oq.compile(search)
    columns = ", ".join(f'"{key.field.column}"' for key in plan.sort)
    order = ", ".join(
        f'"{key.field.column}" {"DESC NULLS LAST" if key.descending else "ASC NULLS FIRST"}' for key in plan.sort
    )
    text = f"SELECT {columns} FROM orders WHERE site = %s AND status IS DISTINCT FROM 'INITIALIZED' ORDER BY {order}"
    with store._connections.reading() as database:
        row = database.execute(f"{text} OFFSET %s LIMIT 1", (store.site, offset)).fetchone()
    values = [
        None if value is None else key.field.type.decode(value) for key, value in zip(plan.sort, row, strict=True)
    ]
    return Position(tuple(values), backward)


def test_the_default_sort_from_one_end_to_the_other(store: oq.Store) -> None:
    check_served(plan_of(store, {}), PAGE)
    for offset in (100, 10_000, 17_500, 19_950):
        for backward in (False, True):
            check_served(plan_of(store, {}, position_at(store, {}, offset, backward=backward)), 3 * PAGE)


@pytest.mark.parametrize("search", [
    {"filter": {"paymentStatus": "PAID"}},
    {"filter": {"paymentStatus": "PAID", "fulfillmentStatus": "FULFILLED"}},
    {"filter": {"buyerInfo.contactId": "contact-7"}},
    {"filter": {"paymentStatus": None}},
    {"filter": {"status": {"$ne": "CANCELED"}}},
    {"filter": {"createdDate": {"$gte": "2024-05-01T00:00:00Z", "$lt": "2024-05-03T00:00:00Z"}}},
    {"filter": {"priceSummary.total.amount": "812.45"}},
    {"filter": {"id": {"$in": ["a", "b"]}}},
    {"filter": {"number": {"$gte": "100", "$lt": "150"}}},
])  # fmt: skip
def test_equality_and_ranges_before_the_default_sort(store: oq.Store, search: Any) -> None:
    # Of equalities without an index of their own, and of missing values, the matching orders are met on the way.
    check_served(plan_of(store, search), 12 * PAGE)
    check_served(plan_of(store, search, position_at(store, search, 12_000)), 12 * PAGE)


@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize("name", SORTABLE)
def test_every_sort_both_ways_however_deep(store: oq.Store, name: str, order: str) -> None:
    """Missing values stand at one end of each: some of these positions are among them, some beside."""
    search = {"sort": [{"fieldName": name, "order": order}]}
    check_served(plan_of(store, search), PAGE)
    for offset in (50, 2_400, 2_600, 10_000, 17_400, 17_600, 19_950):
        for backward in (False, True):
            check_served(plan_of(store, search, position_at(store, search, offset, backward=backward)), 3 * PAGE)


def test_elements_are_looked_up_where_few_have_them(store: oq.Store) -> None:
    name = "lineItems.productName.original"
    for filter_ in ({name: {"$hasSome": ["Watch", "Kite"]}}, {name: {"$hasAll": ["Kite"]}}, {name: "Kite"}):
        plan = plan_of(store, {"filter": filter_})
        check_served(plan, 400)
        assert "orders_line_items_product_name_original_elements" in {node.get("Index Name") for node in nodes(plan)}
    plan = plan_of(store, {"filter": {name: {"$hasSome": ["Shoe", "Kite"]}}})
    check_served(plan, 2 * PAGE)
    assert "orders_created_date_sorted" in {node.get("Index Name") for node in nodes(plan)}


def test_a_prefix_is_a_range_of_its_index(store: oq.Store) -> None:
    plan = plan_of(store, {"filter": {"buyerInfo.email": {"$startsWith": "A11"}}})
    check_served(plan, 400)
    assert "orders_buyer_info_email_prefix" in {node.get("Index Name") for node in nodes(plan)}
    plan = plan_of(store, {"filter": {"billingInfo.contactDetails.fullName": {"$startsWith": "buyer"}}})
    check_served(plan, 2 * PAGE)


def test_several_sort_fields_read_little(store: oq.Store) -> None:
    """No one index has such an order: what is sorted is the orders that agree in the first field."""
    search = {"sort": [{"fieldName": "buyerInfo.email"}, {"fieldName": "number", "order": "DESC"}]}
    for offset in (5_000, 15_000):
        check_served(plan_of(store, search, position_at(store, search, offset)), 6 * PAGE)


def test_few_orders_of_one_site_are_found_among_many_of_another(store: oq.Store) -> None:
    check_served(plan_of(store.at_site("another"), {}), PAGE)
    check_served(plan_of(store.at_site("nobody"), {}), PAGE)
    assert store.at_site("another").count({}) == 2_000


@pytest.mark.parametrize(("search", "costs"), [
    ({"filter": {"buyerInfo.contactId": "contact-7"}}, []),
    ({"filter": {"createdDate": {"$gte": "2024-05-01T00:00:00Z"}}}, []),
    ({"filter": {"lineItems.productName.original": "Kite"}}, ["sorts every order it finds"]),
    ({"filter": {"buyerInfo.email": {"$startsWith": "a11"}}}, ["sorts every order it finds"]),
    ({}, ["reads an index in sort order and tests each order until the page is full"]),
    ({"filter": {"status": {"$in": []}}}, []),
    ({"filter": {"shippingInfo.title": "x"}, "sort": [{"fieldName": "status"}, {"fieldName": "number"}]},
     ["reads every order"]),
])  # fmt: skip
def test_a_plan_is_put_in_words(store: oq.Store, search: Any, costs: list[str]) -> None:
    found = store.explain(search)
    assert [cost for cost, _ in found.costs] == costs, "\n".join(found.lines)
    assert all(any(line in shown for shown in found.lines) for _, line in found.costs)
    assert found.scans == ("reads every order" in costs)
