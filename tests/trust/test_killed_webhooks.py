"""A server that is killed while it writes and delivers: no event is lost, and each order's come in their order."""

import http.client
import threading
import time
from random import Random

from kept import KEYS
from scale import scaled
from serving import Connection, running
from webhook_receiver import receiving

import orderquery as oq
from orderquery.emulator import outbox
from orderquery.emulator.events import iterate_events
from orderquery.syntax.json_decoder import decode_json

KILLS = scaled(100, 3)
WITHIN_S = 1.5
PATIENCE_S = 120
ORDER = {
    "status": "INITIALIZED",
    "channelInfo": {"type": "WEB"},
    "priceSummary": {"total": {"amount": "2.00"}},
    "lineItems": [
        {
            "productName": {"original": "Mug"},
            "quantity": 1,
            "price": {"amount": "2"},
            "itemType": {"preset": "PHYSICAL"},
        }
    ],
}
PAYMENT = {"payments": [{"amount": {"amount": "1.00"}, "regularPaymentDetails": {"status": "APPROVED"}}]}


def write(url, created, stop):
    """Create orders and pay them until the server is gone; note what was acknowledged."""
    try:
        with Connection(url) as connection:
            while not stop.is_set():
                order_id = connection.ask("POST", "/ecom/v1/orders", {"order": ORDER}).json["order"]["id"]
                created.append(order_id)
                for _ in range(2):
                    connection.ask("POST", f"/ecom/v1/payments/orders/{order_id}/add-payment", PAYMENT)
    except (OSError, http.client.HTTPException):
        pass


def test_a_killed_server_loses_no_event(tmp_path, counted):
    dice, created, survived = Random("killed webhooks"), [], 0
    with receiving() as receiver:
        command = ["serve", "shop.db", "--create", "--no-access-log", "--webhook-url", receiver.url]
        for _ in range(KILLS):
            with running(command, tmp_path, limits={"webhook": 60.0}) as server:
                stop = threading.Event()
                writer = threading.Thread(target=write, args=(server.url, created, stop))
                writer.start()
                time.sleep(WITHIN_S * dice.random())
                server.kill()
                stop.set()
                writer.join()
            with oq.open_store(tmp_path / "shop.db", keys=KEYS) as store:
                events = list(iterate_events(store))
                assert [event.sequence for event in events] == list(range(1, len(events) + 1))
                announced = {decode_json(event.document)["entityId"] for event in events}
                assert set(created) <= announced
                assert all(store.get(order_id) is not None for order_id in announced)
                survived += 1
        with running(command, tmp_path, limits={"webhook": 60.0}):
            deadline = time.monotonic() + PATIENCE_S
            with oq.open_store(tmp_path / "shop.db", keys=KEYS) as store:
                while any(delivery.state == "waiting" for delivery in outbox.list_deliveries(store)):
                    assert time.monotonic() < deadline, "deliveries are left"
                    time.sleep(0.2)
                events = [decode_json(event.document) for event in iterate_events(store)]
        received = [event["id"] for event in receiver.events]
    assert set(received) == {event["id"] for event in events}
    for order_id in {event["entityId"] for event in events}:
        firsts = [received.index(event["id"]) for event in events if event["entityId"] == order_id]
        assert firsts == sorted(firsts)
    counted(
        "kill -9 of a server that delivers events",
        KILLS,
        survived,
        f"({len(events):,} events, {len(received):,} deliveries)",
    )
