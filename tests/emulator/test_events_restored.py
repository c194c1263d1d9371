"""Events and deliveries after a restore: a snapshot can hold anything."""

from __future__ import annotations

from typing import Any

import pytest
from event_shop import START, URL, Shop, list_events
from serving import Asker
from webhook_receiver import patient_post, receiving, status

import orderquery as oq
from orderquery.emulator import outbox
from orderquery.emulator.clock import Clock

JSON = Any
RECEIVER = outbox.receiver_of(URL)
STRANGE = [b"", b"{}", b"null", b"[1]", b'"x"', b"\xff", b'{"sequence": "1"}', b'{"owner": 1}', b"[" * 5_000]


@pytest.mark.parametrize("document", STRANGE)
@pytest.mark.parametrize("kind", ["event", outbox.DELIVERY, outbox.queue_of(RECEIVER), f"lane:{RECEIVER}"])
@pytest.mark.parametrize("key", ["same", "other"])
def test_a_strange_entry_does_not_stop_the_others(kind: str, document: bytes, key: str) -> None:
    shop = Shop()
    shop.emit("a")
    with shop.store.transaction() as transaction:
        for found in transaction.entries(kind):
            name = found.key if key == "same" else f"x{found.key}"
            transaction.put([found._replace(key=name, position=found.position - 1, document=document)])
    shop.drain()
    shop.emit("b")
    assert shop.drain()[-1:] == ["b"]
    assert shop.drain() == []
    list_events(shop.store)
    outbox.list_deliveries(shop.store)


# -- over HTTP --------------------------------------------------------------------------------------------------

TYPE = {"content-type": "application/json"}
ORDER = {
    "status": "APPROVED",
    "channelInfo": {"type": "WEB"},
    "priceSummary": {"total": {"amount": "1.00"}},
    "lineItems": [
        {
            "productName": {"original": "Mug"},
            "quantity": 1,
            "price": {"amount": "1"},
            "itemType": {"preset": "PHYSICAL"},
        }
    ],
}


def controlled(url: str) -> Asker:
    store = oq.open_store(":memory:")
    emulator = oq.Emulator(store, clock=Clock(START, frozen=True), webhook_urls=[url])
    emulator.deliveries._post = patient_post
    return Asker(store, oq.create_app(store, emulator=emulator, control=True))


def test_a5_advancing_the_clock_makes_the_retries() -> None:
    with receiving(status(500), status(500), status(200)) as receiver:
        shop = controlled(receiver.url)
        assert shop.ask("POST", "/ecom/v1/orders", {"order": ORDER}).status == 200
        shop.app.state.emulator.drain()
        assert len(receiver.bodies) == 1
        assert shop.ask("POST", "/_orderquery/clock", {"advance": 60 + 600}, TYPE).status == 200
        states = [delivery["state"] for delivery in shop.get("/_orderquery/deliveries").json["deliveries"]]
        assert set(states) == {"delivered"}
        times = [attempt["time"] for attempt in shop.get("/_orderquery/deliveries").json["deliveries"][0]["attempts"]]
        assert times == ["2026-01-01T00:00:00.000Z", "2026-01-01T00:01:00.000Z", "2026-01-01T00:11:00.000Z"]


def test_a7_deliveries_are_restored_without_their_url() -> None:
    with receiving(status(500)) as receiver:
        shop = controlled(receiver.url)
        assert shop.ask("POST", "/ecom/v1/orders", {"order": ORDER}).status == 200
        shop.app.state.emulator.drain()
        snapshot = shop.ask("POST", "/_orderquery/save", {}, TYPE).content
        before = shop.get("/_orderquery/deliveries").json
        assert receiver.url.encode() not in snapshot
        assert before["deliveries"][0]["attempts"]
        shop.ask("POST", "/_orderquery/reset", {}, TYPE)
        assert shop.get("/_orderquery/deliveries").json["deliveries"] == []
        assert shop.ask("POST", "/_orderquery/restore", snapshot, TYPE).status == 200
        assert shop.get("/_orderquery/deliveries").json == before
        # A server with another URL sends nothing of it.
        with receiving() as other:
            elsewhere = controlled(other.url)
            assert elsewhere.ask("POST", "/_orderquery/restore", snapshot, TYPE).status == 200
            assert elsewhere.ask("POST", "/_orderquery/clock", {"advance": "3d"}, TYPE).status == 200
            assert [found["url"] for found in elsewhere.get("/_orderquery/deliveries").json["deliveries"]] == [
                None
            ] * len(before["deliveries"])
            assert other.bodies == []
