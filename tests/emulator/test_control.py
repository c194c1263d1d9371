"""The routes by which a test controls a server: one site at a time, and never from a web page."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from command_line import HANG_S
from starlette.testclient import TestClient

import orderquery as oq
from orderquery.emulator import control
from orderquery.emulator.clock import Clock
from orderquery.emulator.emulator import Emulator

JSON = Any
ORDER = {
    "status": "APPROVED",
    "channelInfo": {"type": "WEB"},
    "currency": "USD",
    "priceSummary": {"total": {"amount": "100.00"}},
    "lineItems": [
        {
            "productName": {"original": "Mug"},
            "quantity": 1,
            "price": {"amount": "100.00"},
            "itemType": {"preset": "PHYSICAL"},
        }
    ],
}
PAYMENT = {"amount": {"amount": "40.00"}, "regularPaymentDetails": {"paymentMethod": "Klarna", "status": "APPROVED"}}
START = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
EMPTY: JSON = {}


class Shop:
    """A server with the control routes over sample orders."""

    def __init__(self, **options: JSON) -> None:
        self.store = oq.open_store(":memory:")
        self.store.load(oq.sample(20))
        self.emulator = Emulator(self.store, clock=Clock(START, frozen=True), seed="a")
        app = oq.create_app(self.store, emulator=self.emulator, control=True, **options)
        self.client = TestClient(app, base_url="http://127.0.0.1:8080", raise_server_exceptions=False)

    def post(self, path: str, body: JSON = EMPTY, status: int = 200, **headers: str) -> JSON:
        answer = self.client.post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def control(self, name: str, body: JSON = EMPTY, status: int = 200, **headers: str) -> JSON:
        return self.post(f"/_orderquery/{name}", body, status, **headers)

    def create(self, **headers: str) -> JSON:
        return self.post("/ecom/v1/orders", {"order": ORDER}, **headers)["order"]

    def events(self, **headers: str) -> JSON:
        return self.client.get("/_orderquery/events?after=0", headers=headers).json()["events"]

    def save(self, **headers: str) -> bytes:
        answer = self.client.post("/_orderquery/save", json={}, headers=headers)
        assert answer.status_code == 200
        return answer.content

    def restore(self, snapshot: bytes, status: int = 200) -> JSON:
        headers = {"content-type": "application/json"}
        answer = self.client.post("/_orderquery/restore", content=snapshot, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.store.close()


def description(answer: JSON) -> str:
    ((violation),) = answer["details"]["validationError"]["fieldViolations"]
    return f"{violation['field']}: {violation['description']}"


# -- save, restore, reset ---------------------------------------------------------------------------------------


def test_a1_a_write_is_in_the_store_at_once_for_every_process(shop: Shop) -> None:
    order = shop.create()
    assert shop.store.get(order["id"]) == order


def test_a7_a_restored_snapshot_has_the_old_values_at_every_depth(shop: Shop) -> None:
    order = shop.create()
    before = shop.save()
    shop.post(f"/ecom/v1/payments/orders/{order['id']}/add-payment", {"payments": [PAYMENT]})
    shop.client.patch(f"/ecom/v1/orders/{order['id']}", json={"order": {"buyerInfo": {"email": "a@example.com"}}})
    shop.create()
    shop.store.delete([shop.store.search({}).ids[-1]])
    changed = shop.save()
    assert changed != before
    shop.restore(before)
    assert shop.save() == before
    assert shop.store.get(order["id"]) == order
    assert shop.store.get_transactions(order["id"]) is None
    assert shop.store.count({"filter": {"paymentMethods": "Klarna", "id": order["id"]}}) == 0
    shop.restore(changed)
    assert shop.save() == changed


def test_counters_and_events_are_part_of_a_snapshot(shop: Shop) -> None:
    before = shop.save()
    first = shop.create()
    shop.restore(before)
    assert shop.events() == []
    assert shop.create() == first, "the same seed, clock, counters and call: the same bytes"


def test_reset_returns_to_the_orders_of_the_start_not_to_nothing(shop: Shop) -> None:
    at_first = [order["id"] for order in shop.store.iterate({})]
    shop.create()
    shop.control("clock", {"advance": "36h"})
    shop.control("faults", {"path": "/ecom/v1/orders/search", "status": 500})
    shop.control("reset")
    assert [order["id"] for order in shop.store.iterate({})] == at_first
    assert shop.events() == []
    assert shop.client.get("/_orderquery/clock").json()["now"] == "2026-01-01T00:00:00.000Z"
    assert shop.post("/ecom/v1/orders/search")["metadata"]["count"] == len(at_first)


def test_a_site_that_was_not_there_is_reset_to_nothing(shop: Shop) -> None:
    shop.create(**{"wix-site-id": "b"})
    shop.control("reset", **{"wix-site-id": "b"})
    assert shop.store.at_site("b").count({}) == 0


def test_a_control_acts_on_the_site_of_its_request_alone(shop: Shop) -> None:
    one, two = {"wix-site-id": "one"}, {"wix-site-id": "two"}
    shop.create(**one)
    shop.create(**two)
    shop.control("clock", {"set": "2030-01-01T00:00:00Z"}, **one)
    shop.control("faults", {"path": "/ecom/v1/orders/search", "status": 503}, **one)
    shop.post("/ecom/v1/orders/search", **two)
    shop.post("/ecom/v1/orders/search", status=503, **one)
    assert shop.create(**one)["createdDate"].startswith("2030")
    assert shop.create(**two)["createdDate"].startswith("2026")
    shop.control("reset", **one)
    assert shop.store.at_site("one").count({}) == 0
    assert shop.store.at_site("two").count({}) == 2
    assert len(shop.events(**two)) == 4


def test_a_store_that_is_too_large_for_a_reset_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "MAX_SNAPSHOT_BYTES", 1 << 20)
    with oq.open_store(":memory:") as store:
        store.load(oq.sample(400))
        with pytest.raises(oq.UsageError, match=r"more than 1 MiB of orders, too many .*; serve it without --control"):
            oq.create_app(store, control=True)
        assert oq.create_app(store)


@pytest.mark.parametrize("name", ["reset", "save"])
def test_the_body_of_reset_and_save_has_no_keys(shop: Shop, name: str) -> None:
    assert description(shop.control(name, {"site": "b"}, 400)) == 'site: unknown key "site" (remove "site")'
    answer = shop.client.post(f"/_orderquery/{name}", headers={"content-type": "application/json"})
    assert answer.status_code == 200


def test_a_snapshot_holds_no_url_and_no_key(shop: Shop) -> None:
    emulator = Emulator(
        shop.store.at_site("w"), webhook_urls=["http://127.0.0.1:9/hook"], clock=Clock(START, frozen=True)
    )
    emulator.deliveries._background = False
    emulator.create_order(ORDER)
    saved = shop.save(**{"wix-site-id": "w"})
    assert b"127.0.0.1" not in saved
    assert b"PRIVATE" not in saved


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "not a snapshot"),
        (b"{", "not a snapshot"),
        (b"[]", "not a snapshot"),
        (
            b'{"snapshot": 9, "clock": {}, "tables": {}, "entries": []}',
            "snapshot of version 9; this server reads version 1",
        ),
        (b'{"snapshot": 1, "clock": {}, "tables": {"shoes": []}, "entries": []}', 'snapshot of the table "shoes"'),
        (
            b'{"snapshot": 1, "clock": {}, "tables": {"ecom-orders": [{"order": {"number": "1"}}]}, "entries": []}',
            '"order" of a snapshot is not one usable document',
        ),
        (b'{"snapshot": 1, "clock": {}, "tables": {"ecom-orders": [{}]}, "entries": []}', "needs an order"),
        (b'{"snapshot": 1, "clock": {}, "tables": {}, "entries": [], "url": "x"}', "not a snapshot"),
        (b'{"snapshot": 1, "clock": {"frozenAt": -1}, "tables": {}, "entries": []}', "clock"),
        (b'{"snapshot": 1, "clock": {}, "tables": {}, "entries": [{"kind": "\xff", "key": "k"}]}', "not a snapshot"),
        (
            b'{"snapshot": 1, "clock": {}, "tables": {}, "entries": [{"kind": "a", "key": "%s"}]}' % (b"k" * 3_000),
            "too long",
        ),
    ],
    ids=range(11),
)
def test_what_is_no_snapshot_is_refused_and_changes_nothing(shop: Shop, body: bytes, problem: str) -> None:
    before = shop.save()
    assert problem in description(shop.restore(body, 400))
    assert shop.save() == before


# -- the clock --------------------------------------------------------------------------------------------------


def test_the_clock_is_set_advanced_frozen_and_run(shop: Shop) -> None:
    assert shop.control("clock", {"set": "2026-02-01T00:00:00Z"})["now"] == "2026-02-01T00:00:00.000Z"
    assert shop.control("clock", {"advance": "1d12h"})["now"] == "2026-02-02T12:00:00.000Z"
    assert shop.control("clock", {"advance": 0.5})["now"] == "2026-02-02T12:00:00.500Z"
    assert shop.control("clock", {"set": "2026-01-01T00:00:00Z"})["now"] == "2026-01-01T00:00:00.000Z"
    assert shop.control("clock", {"run": True})["frozen"] is False
    assert shop.control("clock", {"freeze": True})["frozen"] is True


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"advance": "tomorrow"}, 'advance: not a duration; write seconds, or text such as "36h" or "1d12h"'),
        ({"advance": -1}, "advance: not a duration"),
        ({"advance": "9999999w"}, "advance: "),
        ({"advance": 400_000_000_000}, "advance: the clock would leave the years 1970 to 9999"),
        ({"set": "9999-12-31T23:59:59Z"}, "set: the clock would leave the years 1970 to 9999"),
        ({"set": "2026-01-01"}, 'set: "2026-01-01" is not a date-time'),
        ({"set": "1960-01-01T00:00:00Z"}, "set: before 1970"),
        ({"freeze": False}, "freeze: false; send true"),
        ({"run": True, "freeze": True}, "body: 2 keys; send one"),
        ({}, "body: 0 keys; send one"),
    ],
)
def test_a_clock_that_cannot_be_is_refused(shop: Shop, body: JSON, problem: str) -> None:
    assert description(shop.control("clock", body, 400)).startswith(problem)


def test_a18_after_the_clock_went_back_cursors_and_updates_go_on(shop: Shop) -> None:
    order = shop.create()
    page = shop.post("/ecom/v1/orders/search", {"search": {"cursorPaging": {"limit": 5}}})
    shop.control("clock", {"set": "2020-01-01T00:00:00Z"})
    updated = shop.client.patch(f"/ecom/v1/orders/{order['id']}", json={"order": {"archived": True}}).json()["order"]
    assert updated["updatedDate"] > order["updatedDate"]
    cursor = page["metadata"]["cursors"]["next"]
    assert shop.post("/ecom/v1/orders/search", {"search": {"cursorPaging": {"cursor": cursor}}})["orders"]


@pytest.mark.parametrize("route", ["reset", "save", "clock", "faults", "deliveries/faults", "restore"])
def test_a_site_in_the_query_does_not_change_another_site(shop: Shop, route: str) -> None:
    before = shop.save()
    answer = shop.control(f"{route}?site=berlin", {"advance": 60}, 400)
    assert description(answer) == 'site: unknown parameter "site"; remove it: the header wix-site-id names the site'
    assert shop.save() == before


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("?sites=rome", 'sites: unknown parameter "sites"; did you mean "site"?'),
        ("?kind=plans&x=1", 'x: unknown parameter "x"; send one of: site, kind'),
    ],
)
def test_a_load_with_an_unknown_parameter_stores_nothing(shop: Shop, query: str, problem: str) -> None:
    before = shop.save()
    assert description(shop.control(f"load{query}", [{"id": "a", "status": "APPROVED"}], 400)) == problem
    assert shop.save() == before


# -- who may ----------------------------------------------------------------------------------------------------

ROUTES = ("reset", "save", "restore", "clock", "faults", "deliveries/faults")


@pytest.mark.parametrize("name", ROUTES)
def test_without_the_option_the_routes_do_not_exist(name: str) -> None:
    with oq.open_store(":memory:") as store:
        answer = TestClient(oq.create_app(store)).post(f"/_orderquery/{name}", json={})
    assert answer.status_code == 404
    assert answer.json()["message"] == "unknown path; start the server with --control"


@pytest.mark.parametrize("name", ROUTES)
def test_a2_a_foreign_page_can_neither_reset_seed_nor_read(name: str) -> None:
    shop = Shop(hosts=(), origins=("http://localhost:3000",))
    for origin in ("http://evil.example", "http://localhost:3000", "http://127.0.0.1:3000", "null"):
        shop.control(name, status=403, Origin=origin)
        answer = shop.client.options(
            f"/_orderquery/{name}", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        )
        assert answer.status_code == 405
        assert "access-control-allow-origin" not in answer.headers
    shop.control("save", Origin="http://127.0.0.1:8080")


@pytest.mark.parametrize("name", ROUTES)
def test_a_form_of_a_page_is_refused_by_its_content_type(shop: Shop, name: str) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = shop.client.post(f"/_orderquery/{name}", content=b"{}", headers={"content-type": kind})
        assert answer.status_code == 415


def test_the_routes_want_the_key_where_one_is_set() -> None:
    shop = Shop(api_key="secret")
    for name in ROUTES:
        shop.control(name, status=401)
    shop.control("save", Authorization="secret")


def test_a_page_of_an_allowed_origin_reads_answers_and_no_other_does() -> None:
    shop = Shop(hosts=(), origins=("http://localhost:3000",))
    path = "/ecom/v1/orders/search"
    preflight = shop.client.options(
        path,
        headers={
            "Origin": "http://localhost:3000",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,wix-site-id",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert "access-control-allow-credentials" not in preflight.headers
    assert "Origin" in preflight.headers["vary"]
    answer = shop.client.post(path, json={}, headers={"Origin": "http://localhost:3000"})
    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
    for origin in ("http://localhost:3001", "https://localhost:3000", "http://localhost:3000.evil.example", "null"):
        answer = shop.client.post(path, json={}, headers={"Origin": origin})
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["*", "null", "localhost:3000", "http://localhost:3000/", "http://*.example", "ftp://a", "http://A", ""]
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with oq.open_store(":memory:") as store, pytest.raises(oq.UsageError, match="is not an origin; write scheme, host"):
        oq.create_app(store, origins=[origin])


# -- the same in every run --------------------------------------------------------------------------------------

_RUN = """
import orderquery as oq
import sys, json
with oq.open_store(":memory:") as store:
    emulator = oq.Emulator(store, clock=oq.Clock(1767225600000000, frozen=True), seed="7")
    order = emulator.create_order(json.loads(sys.argv[1])).order
    emulator.add_payments(order["id"], [json.loads(sys.argv[2])])
    emulator.cancel_order(order["id"])
    sys.stdout.buffer.write(emulator.save())
"""


def test_a8_the_same_seed_and_calls_make_the_same_bytes_in_two_processes() -> None:
    command = [sys.executable, "-c", _RUN, json.dumps(ORDER), json.dumps(PAYMENT)]
    first, second = (subprocess.run(command, capture_output=True, check=True, timeout=HANG_S).stdout for _ in range(2))
    assert first == second
    assert first.count(b'"kind":"event"') == 7
