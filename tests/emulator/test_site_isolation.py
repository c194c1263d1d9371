"""Sites of one store: no request at one site returns documents of another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from scale import scaled
from serving import Asker
from strategies import Maker, batch, makers

import orderquery as oq
from orderquery.syntax.json_printer import encode_json

JSON = Any
SITES = ("", "one", "two")
KEYS = oq.CursorKeys(["one key for every store of this file"])
QUICK = settings(deadline=None, max_examples=scaled(8, 4), suppress_health_check=list(HealthCheck))


def documents_of(site: str) -> list[JSON]:
    """The same ids at every site, whose orders and payments say where they belong."""
    orders = [
        {
            "id": f"order-{number}",
            "number": str(number),
            "buyerInfo": {"email": f"{site}@example.com"},
            "status": "APPROVED",
        }
        for number in range(5)
    ]
    paid = [
        {
            "orderTransactions": {
                "orderId": f"order-{number}",
                "payments": [{"regularPaymentDetails": {"paymentMethod": site}}],
            }
        }
        for number in range(4)
    ]
    return [*orders, {"id": f"only-{site}", "number": "9", "status": "APPROVED"}, *paid]


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[oq.Store]:
    opened = oq.open_store(":memory:" if request.param == "memory" else tmp_path / "sites.db", keys=KEYS)
    for site in SITES:
        opened.at_site(site).load(documents_of(site))
    yield opened
    opened.close()


@pytest.fixture
def asker(store: oq.Store) -> Asker:
    return Asker(store)


NAMED = pytest.mark.parametrize(("here", "there"), list(permutations(SITES[1:])))


# -- by filter, id, transactions --------------------------------------------------------------------------------


@NAMED
def test_a_filter_finds_nothing_of_another_site(asker: Asker, here: str, there: str) -> None:
    found = asker.search({}, site=here)
    assert f"{here}@example.com" in found.content.decode()
    for other in (there, ""):
        assert f'"{other}@example.com"' not in found.content.decode()
        for search in (
            {"buyerInfo.email": f"{other}@example.com"},
            {"buyerInfo.email": {"$startsWith": f"{other}@"}},
            {"id": f"only-{other}"},
            {"paymentMethods": {"$hasSome": [other]}},
            {"$not": {"$or": [{"buyerInfo.email": f"{here}@example.com"}, {"id": f"only-{here}"}]}},
        ):
            assert asker.search({"search": {"filter": search}}, site=here).ids == []
    assert len(asker.search({"search": {"filter": {"paymentMethods": here}}}, site=here).ids) == 4


@NAMED
def test_an_id_finds_nothing_of_another_site(asker: Asker, here: str, there: str) -> None:
    order = asker.get("/ecom/v1/orders/order-1", site=here).json["order"]
    assert order["buyerInfo"]["email"] == f"{here}@example.com"
    for other in (there, ""):
        for path in ("/ecom/v1/orders/", "/ecom/v1/payments/orders/"):
            assert asker.get(f"{path}only-{other}", site=here).status == 404


@NAMED
def test_transactions_are_those_of_the_site(asker: Asker, here: str, there: str) -> None:
    one = asker.get("/ecom/v1/payments/orders/order-1", site=here)
    several = asker.ask(
        "POST", "/ecom/v1/payments/list-by-ids",
        {"orderIds": ["order-1", f"only-{there}", "only-", "order-4"]}, {"wix-site-id": here},
    )  # fmt: skip
    assert one.json["orderTransactions"] == several.json["orderTransactions"][0]
    assert one.json["orderTransactions"]["payments"] == [{"regularPaymentDetails": {"paymentMethod": here}}]
    assert [record["orderId"] for record in several.json["orderTransactions"]] == ["order-1", "order-4"]
    assert several.json["orderTransactions"][1]["payments"] == []


def test_transactions_without_an_order_stay_at_their_site(store: oq.Store, asker: Asker) -> None:
    store.at_site("one").load([{"orderTransactions": {"orderId": "order-9", "payments": [{"id": "p"}]}}])
    store.at_site("two").load([{"id": "order-9", "number": "90"}])
    assert asker.get("/ecom/v1/orders/order-9", site="one").status == 404
    assert asker.get("/ecom/v1/payments/orders/order-9", site="two").json["orderTransactions"]["payments"] == []


# -- by cursor --------------------------------------------------------------------------------------------------


def test_a_cursor_works_only_at_its_site(store: oq.Store, asker: Asker) -> None:
    first = {"filter": {"status": "APPROVED"}, "cursorPaging": {"limit": 2}}
    tokens = {site: store.at_site(site).search(first).next for site in SITES}
    for here, token in tokens.items():
        for there in SITES[1:]:
            for more in ({}, {"limit": 50}, {"limit": 2}):
                answer = asker.search({"search": {"cursorPaging": {"cursor": token, **more}}}, site=there)
                assert answer.status == (200 if here == there else 400)
                if here != there:
                    assert answer.code == "INVALID_CURSOR"
                    assert here == "" or here not in answer.json["message"]
        with pytest.raises(oq.QueryError):
            store.at_site("three").search({"cursorPaging": {"cursor": token}})


def test_a_cursor_of_a_site_whose_name_starts_like_another(store: oq.Store) -> None:
    for one, other in (("a", "a%"), ("", "_"), ("ab", "a"), ("ü", "u\u0308"), ("A", "a"), ("a", "а")):
        store.at_site(one).load(documents_of("x"))
        token = store.at_site(one).search({"cursorPaging": {"limit": 1}}).next
        assert token is not None
        with pytest.raises(oq.QueryError):
            store.at_site(other).search({"cursorPaging": {"cursor": token}})
        assert store.at_site(other).get("only-x") is None or other in ("a", "")


# -- writing ----------------------------------------------------------------------------------------------------


@NAMED
def test_a_load_changes_nothing_elsewhere(store: oq.Store, asker: Asker, here: str, there: str) -> None:
    everything = {"search": {"sort": [{"fieldName": "number"}]}}
    before, unnamed = asker.search(everything, site=there).content, store.search(everything).documents
    changed = [{"id": f"order-{number}", "number": f"7{number}"} for number in range(5)]
    paid = {"orderTransactions": {"orderId": "order-1", "payments": []}}
    assert asker.load([*changed, {"id": f"only-{there}", "number": "8"}, paid], f"?site={here}").json["orders"] == 6
    assert asker.search(everything, site=there).content == before
    assert store.search(everything).documents == unnamed
    assert asker.get("/ecom/v1/payments/orders/order-1", site=there).json["orderTransactions"]["payments"]
    assert store.at_site(here).delete(["order-1", f"only-{there}"]) == 2
    assert asker.search(everything, site=there).content == before


def test_newer_elsewhere_is_not_newer_here(store: oq.Store, asker: Asker) -> None:
    new, old = ({"id": "x", "number": when, "updatedDate": f"202{when}-01-01T00:00:00Z"} for when in "41")
    store.at_site("one").load([new])
    assert asker.load(old, "?site=two").json == {
        "orders": 1, "transactions": 0, "older": 0, "skipped": 0, "problemCount": 0, "problems": [],
    }  # fmt: skip


# -- which site -------------------------------------------------------------------------------------------------

ASKED = [
    ("POST", "/ecom/v1/orders/search", {}),
    ("GET", "/ecom/v1/orders/order-1", None),
    ("GET", "/ecom/v1/payments/orders/order-1", None),
    ("POST", "/ecom/v1/payments/list-by-ids", {"orderIds": ["order-1"]}),
    ("POST", "/_orderquery/load", {"id": "new", "number": "1"}),
]


@pytest.mark.parametrize(("method", "path", "body"), ASKED)
def test_the_header_is_required_where_only_named_sites_hold_something(method: str, path: str, body: JSON) -> None:
    store = oq.open_store(":memory:", keys=KEYS)
    for site in SITES[1:]:
        store.at_site(site).load(documents_of(site))
    asker = Asker(store)
    for headers in ({}, {"wix-site-id": ""}):
        answer = asker.ask(method, path, body, headers)
        assert answer.status == 400
        ((violation,),) = [answer.violations]
        assert (violation["field"], violation["violatedRule"]) == ("wix-site-id", "REQUIRED_FIELD")
        assert "example.com" not in answer.content.decode()


def test_without_the_header_the_site_without_a_name_answers(asker: Asker) -> None:
    for headers in ({}, {"wix-site-id": ""}):
        found = asker.ask("POST", "/ecom/v1/orders/search", {}, headers)
        assert found.status == 200
        assert set(found.ids) == {"only-", *(f"order-{number}" for number in range(5))}


@pytest.mark.parametrize(("method", "path", "body"), ASKED[:-1])
def test_an_unknown_site_is_empty(asker: Asker, method: str, path: str, body: JSON) -> None:
    for site in ("three", "ONE", "one/", "one,two", "%", "_", "on_", "''"):
        answer = asker.ask(method, path, body, {"wix-site-id": site})
        assert answer.status == (404 if method == "GET" else 200)
        assert "example.com" not in answer.content.decode()


@pytest.mark.parametrize(("method", "path", "body"), ASKED)
def test_a_store_opened_for_a_site_serves_only_that_site(store: oq.Store, method: str, path: str, body: JSON) -> None:
    one = Asker(store.at_site("one"))
    for headers in ({}, {"wix-site-id": "one"}):
        assert one.ask(method, path, body, headers).status == 200
    for site in ("two", "three", "ONE"):
        answer = one.ask(method, path, body, {"wix-site-id": site})
        assert (answer.status, answer.code) == (403, "PERMISSION_DENIED")
        assert "@example.com" not in answer.content.decode()


# -- any filter at all ------------------------------------------------------------------------------------------


def own_store(site: str, documents: list[JSON]) -> oq.Store:
    """A store that holds nothing but one site."""
    made = oq.open_store(":memory:", site=site, keys=KEYS)
    made.load(documents)
    return made


def walked(asker: Asker, search: JSON, site: str) -> list[str]:
    answer = asker.search(encode_json({"search": {**search, "cursorPaging": {"limit": 4}}}), site=site)
    ids: list[str] = []
    while True:
        assert answer.status == 200, answer.content
        ids += answer.ids
        token = answer.json["metadata"]["cursors"].get("next")
        if token is None:
            return ids
        answer = asker.search({"search": {"cursorPaging": {"cursor": token}}}, site=site)


@given(makers())
@QUICK
def test_every_site_answers_like_a_store_of_its_own(maker: Maker) -> None:
    shared = oq.open_store(":memory:", keys=KEYS)
    held: dict[str, list[JSON]] = {}
    ids = [f"id-{number}" for number in range(8)]
    for site in SITES:
        orders, transactions = batch(maker, 8)
        # The same ids everywhere, with other contents.
        held[site] = [
            *orders,
            *map(maker.order, ids),
            *map(wrapped, [*transactions, *map(maker.transactions, ids[::2])]),
        ]
        shared.at_site(site).load(held[site])
    asker = Asker(shared)
    alone = {site: own_store(site, documents) for site, documents in held.items()}
    for _ in range(2):
        search = maker.search()
        for site in SITES[1:]:
            assert walked(asker, search, site) == [order_id for order_id, _ in alone[site].iterate_documents(search)]
        unnamed = [order_id for order_id, _ in alone[""].iterate_documents(search)]
        assert [order_id for order_id, _ in shared.iterate_documents(search)] == unnamed
    for site in SITES[1:]:
        for order_id in ids:
            answer = asker.get(f"/ecom/v1/payments/orders/{order_id}", site=site)
            kept = alone[site].get_transactions(order_id)
            expected = {"orderId": order_id, "payments": [], "refunds": []} if kept is None else json.loads(kept)
            assert answer.json["orderTransactions"] == expected
    for opened in (shared, *alone.values()):
        opened.close()


def wrapped(record: JSON) -> JSON:
    return {"orderTransactions": record}
