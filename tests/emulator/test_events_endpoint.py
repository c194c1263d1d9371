"""Events, deliveries and the webhook key over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest
from event_shop import START
from project import SAMPLES
from serving import LOAD, Asker
from webhook_receiver import event_of, patient_post, receiving, status

import orderquery as oq
from orderquery.emulator.clock import Clock
from orderquery.emulator.signing_key import process_signing_key
from orderquery.emulator.webhook_jwt import Envelopes

JSON = Any
ORDERS = "/ecom/v1/orders"
EVENTS = "/_orderquery/events"
DELIVERIES = "/_orderquery/deliveries"
SAMPLE = json.loads((SAMPLES / "create_order.request.json").read_text("utf-8"))


def asker(*urls: str, **options: Any) -> Asker:
    store = oq.open_store(":memory:")
    emulator = oq.Emulator(store, clock=Clock(START, frozen=True), webhook_urls=urls)
    emulator.deliveries._post = patient_post
    return Asker(store, oq.create_app(store, emulator=emulator, **options))


@pytest.fixture
def shop() -> Asker:
    return asker()


def create(shop: Asker, **headers: str) -> str:
    return shop.ask("POST", ORDERS, SAMPLE, {"wix-site-id": headers["site"]} if headers else None).json["order"]["id"]


def pay(shop: Asker, order_id: str) -> None:
    body = {"payments": [{"amount": {"amount": "1.00"}, "regularPaymentDetails": {"status": "APPROVED"}}]}
    assert shop.ask("POST", f"/ecom/v1/payments/orders/{order_id}/add-payment", body).status == 200


def events(shop: Asker, **query: object) -> list[JSON]:
    return [item["event"] for item in shop.get(f"{EVENTS}?{urlencode(query)}").json["events"]]


# -- events -----------------------------------------------------------------------------------------------------


def test_a17_an_event_is_there_with_the_order_it_tells_of(shop: Asker) -> None:
    order_id = create(shop)
    (created, *_) = events(shop)
    assert created["slug"] == "created"
    assert created["createdEvent"]["entity"] == shop.get(f"{ORDERS}/{order_id}").json["order"]


def test_events_are_read_on_from_the_last(shop: Asker) -> None:
    assert shop.get(EVENTS).json == {"events": [], "next": 0}
    order_id = create(shop)
    first = shop.get(f"{EVENTS}?limit=1").json
    assert [item["sequence"] for item in first["events"]] == [1]
    assert first["next"] == 1
    pay(shop, order_id)
    following = shop.get(f"{EVENTS}?after=1").json
    numbers = [item["sequence"] for item in following["events"]]
    assert numbers == list(range(2, following["next"] + 1))
    assert shop.get(f"{EVENTS}?after={following['next']}").json == {"events": [], "next": following["next"]}


def test_events_are_those_of_one_site() -> None:
    store = oq.open_store(":memory:")
    store.at_site("a").load(oq.sample(1))
    store.at_site("b").load(oq.sample(1))
    shop = Asker(store)
    create(shop, site="a")
    assert shop.get(EVENTS, site="a").json["next"] > 0
    assert shop.get(EVENTS, site="b").json["next"] == 0
    assert shop.get(EVENTS).status == 400


def test_a_response_with_large_events_is_cut(shop: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    from orderquery.emulator import event_handlers

    monkeypatch.setattr(event_handlers, "MAX_LISTED_BYTES", 1)
    create(shop)
    create(shop)
    listed = shop.get(EVENTS).json
    assert (len(listed["events"]), listed["next"]) == (1, 1)


def test_envelopes_are_there_for_those_who_cannot_listen(shop: Asker) -> None:
    create(shop)
    for item in shop.get(f"{EVENTS}?envelopes=true").json["events"]:
        assert event_of(item["envelope"], process_signing_key.get().public_pem) == item["event"]


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("limit=0", "limit", '"0" is not an integer of 1 to 1000; send an integer of 1 to 1000'),
        ("limit=1001", "limit", '"1001" is not an integer of 1 to 1000; send an integer of 1 to 1000'),
        ("after=-1", "after", '"-1" is not an integer of 0 to 9007199254740991; send an integer of 0 to 9007199254740991'),
        ("after=%EF%BC%91", "after", None),
        ("after=" + "9" * 5_000, "after", None),
        ("envelopes=1", "envelopes", '"1" is not true or false; send true or false'),
        ("afer=1", "afer", 'unknown parameter "afer"; did you mean "after"?'),
        ("x=1", "x", 'unknown parameter "x"; send one of: after, limit, envelopes'),
        ("=1", "query", 'unknown parameter ""; send one of: after, limit, envelopes'),
    ],
)  # fmt: skip
def test_a10_a_wrong_parameter_is_refused(shop: Asker, query: str, field: str, message: str | None) -> None:
    answer = shop.get(f"{EVENTS}?{query}")
    assert answer.status == 400
    (violation,) = answer.violations
    assert violation["field"] == field
    assert message in (None, violation["description"])


# -- loading events (D83) ---------------------------------------------------------------------------------------------


def stored(shop: Asker) -> list[Any]:
    return [tuple(part and part.document for part in pair) for pair in shop.store.iterate_records()]


def lived(shop: Asker) -> Asker:
    """Let orders be created, paid and canceled."""
    for _ in range(2):
        order_id = create(shop)
        pay(shop, order_id)
        pay(shop, order_id)
    assert shop.ask("POST", f"{ORDERS}/{order_id}/cancel", {"id": order_id}).status == 200
    return shop


def test_a_servers_own_events_change_nothing_in_it(shop: Asker) -> None:
    before = stored(lived(shop))
    for item in shop.get(f"{EVENTS}?envelopes=true").json["events"]:
        for body in (item["event"], item["envelope"].encode()):
            answer = shop.load(body)
            assert (answer.status, answer.json["orders"], answer.json["transactions"]) == (200, 0, 0)
    assert stored(shop) == before


def test_a4_another_server_verifies_and_loads_the_envelopes(shop: Asker) -> None:
    lived(shop)
    key = shop.client.get("/_orderquery/webhook-key").content
    other = asker(webhook_key=key)
    items = shop.get(f"{EVENTS}?envelopes=true").json["events"]
    for item in items:
        assert other.load(item["envelope"].encode()).json["skipped"] == 0
    assert stored(other) == stored(shop)
    assert other.load(items[0]["event"]).status == 401


def test_a_second_delivery_of_an_event_changes_nothing() -> None:
    sender, receiver = lived(asker()), asker()
    *_, last = [item for item in sender.get(EVENTS).json["events"] if "updatedEvent" in item["event"]]
    assert receiver.load(last["event"]).json["orders"] == 1
    again = json.loads(json.dumps(last["event"]))
    again["updatedEvent"]["currentEntity"]["updatedDate"] = "2030-01-01T00:00:00.000Z"
    assert receiver.load(again).json == {
        "orders": 0, "transactions": 0, "older": 0, "skipped": 0, "problemCount": 0, "problems": [],
    }  # fmt: skip
    order_id = last["event"]["entityId"]
    assert receiver.get(f"{ORDERS}/{order_id}").json["order"] == last["event"]["updatedEvent"]["currentEntity"]


def test_an_event_that_could_not_be_loaded_can_be_sent_again(shop: Asker) -> None:
    event = json.loads((SAMPLES / "order_created.event.json").read_text("utf-8"))
    order = event["createdEvent"]["entity"]
    broken = {**event, "createdEvent": {"entity": {**order, "id": ""}}}
    assert shop.load(broken).json["skipped"] == 1
    assert shop.load(event).json["orders"] == 1
    assert shop.load(event).json["orders"] == 0


@pytest.mark.parametrize("event_id", [None, 7, "", "\ud800", "x" * 5_000, {"a": 1}])
def test_an_event_without_a_usable_id_is_loaded_each_time(shop: Asker, event_id: JSON) -> None:
    event = json.loads((SAMPLES / "order_created.event.json").read_text("utf-8")) | {"id": event_id}
    for _ in range(2):
        assert shop.load(event).json["orders"] == 1


def test_documents_that_look_like_events_are_loaded(shop: Asker) -> None:
    order = {"id": "1", "entityFqdn": "no event", "number": "1", "buyerNote": '"entityFqdn"'}
    assert shop.load(b'\xef\xbb\xbf{"entityFqdn"').status == 400
    assert shop.load([order]).status == 200
    assert shop.load('{"entityFqdn": [' * 5_000).status == 400


# -- deliveries -------------------------------------------------------------------------------------------------


@pytest.fixture
def delivering() -> Iterator[tuple[Asker, Any]]:
    with receiving(status(500), status(200)) as receiver:
        shop = asker(receiver.url)
        with shop.client:
            yield shop, receiver


def test_the_log_of_deliveries(delivering: tuple[Asker, Any]) -> None:
    shop, receiver = delivering
    order_id = create(shop)
    receiver.wait_for(1)
    # Waits for the delivery in progress.
    shop.app.state.emulator.drain()
    listed = shop.get(DELIVERIES).json
    first, *others = listed["deliveries"]
    assert {delivery["entityId"] for delivery in listed["deliveries"]} == {order_id}
    assert first == {
        "id": first["id"], "sequence": 1, "eventId": events(shop)[0]["id"], "eventType": "wix.ecom.v1.order_created",
        "entityId": order_id, "url": receiver.url, "state": "waiting", "dueDate": "2026-01-01T00:01:00.000Z",
        "attempts": [{"time": "2026-01-01T00:00:00.000Z", "status": 500}],
    }  # fmt: skip
    assert all(delivery["attempts"] == [] for delivery in others)
    resent = shop.ask("POST", f"{DELIVERIES}/{first['id']}/resend")
    assert resent.json["delivery"]["state"] == "waiting"
    receiver.wait_for(1 + len(listed["deliveries"]))
    assert receiver.events[0] == receiver.events[1]
    assert receiver.events[1:] == events(shop)
    after = shop.get(f"{DELIVERIES}?after={listed['next']}").json
    assert after == {"deliveries": [], "next": listed["next"]}


def test_an_unknown_delivery(shop: Asker) -> None:
    answer = shop.ask("POST", f"{DELIVERIES}/x/resend")
    assert (answer.status, answer.code) == (404, "DELIVERY_NOT_FOUND")


def test_a_read_only_server_resends_nothing() -> None:
    store = oq.open_store(":memory:")
    shop = Asker(store, oq.create_app(store, read_only=True))
    assert shop.ask("POST", f"{DELIVERIES}/x/resend").status == 403
    assert shop.get(EVENTS).json == {"events": [], "next": 0}


def test_responses_are_as_described(delivering: tuple[Asker, Any]) -> None:
    shop, receiver = delivering
    create(shop)
    receiver.wait_for(1)
    described = shop.get("/openapi.json").json
    (first, *_) = shop.get(DELIVERIES).json["deliveries"]
    answers = {
        ("get", EVENTS): shop.get(f"{EVENTS}?envelopes=true").json,
        ("get", DELIVERIES): shop.get(DELIVERIES).json,
        ("post", DELIVERIES + "/{id}/resend"): shop.ask("POST", f"{DELIVERIES}/{first['id']}/resend").json,
    }
    for (method, path), answer in answers.items():
        content = described["paths"][path][method]["responses"]["200"]["content"]["application/json"]
        schema = {**content["schema"], "components": described["components"]}
        jsonschema.Draft202012Validator(schema).validate(answer)


# -- the key, and who may ask -----------------------------------------------------------------------------------


def test_the_webhook_key_is_a_public_key(shop: Asker) -> None:
    answer = shop.client.get("/_orderquery/webhook-key")
    assert answer.headers["content-type"] == "application/x-pem-file"
    assert answer.content.startswith(b"-----BEGIN PUBLIC KEY-----")
    Envelopes(answer.content)


ROUTES = [("GET", EVENTS), ("GET", DELIVERIES), ("POST", f"{DELIVERIES}/x/resend"), ("GET", "/_orderquery/webhook-key")]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_needs_the_key_and_an_allowed_host(method: str, path: str) -> None:
    assert asker(api_key="k").ask(method, path).status == 401
    answer = asker(hosts=["testserver"]).ask(method, path, headers={"origin": "https://evil.example"})
    assert answer.status == 403


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_another_method_is_refused(shop: Asker, method: str, path: str) -> None:
    assert shop.ask("PUT", path).status == 405


def test_loads_are_no_events(shop: Asker) -> None:
    assert shop.ask("POST", LOAD, list(oq.sample(3))).json["orders"] == 3
    assert events(shop) == []
