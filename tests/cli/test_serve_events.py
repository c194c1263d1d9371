"""The options of ``serve`` for events, and webhooks of a running server."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from project import SAMPLES
from serving import Server, run_to_end, running
from webhook_receiver import Receiver, event_of, receiving, status

JSON = Any
SAMPLE = json.loads((SAMPLES / "create_order.request.json").read_text("utf-8"))
EVENTS = "/_orderquery/events"
PATIENT = {"webhook": 60.0}
"""The time limit of a delivery, which a slow machine could exceed."""


def create(server: Server) -> str:
    return server.ask("POST", "/ecom/v1/orders", SAMPLE).json["order"]["id"]


def key_of(server: Server) -> bytes:
    import urllib.request

    with urllib.request.urlopen(f"{server.url}/_orderquery/webhook-key") as answer:
        return answer.read()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_events_are_delivered_signed_with_the_key_beside_the_store(tmp_path: Path, receiver: Receiver) -> None:
    with running(["serve", "shop.db", "--create", "--webhook-url", receiver.url], tmp_path, limits=PATIENT) as server:
        assert f"events go to {receiver.url}\n" in server.out.read_text()
        order_id = create(server)
        receiver.wait_for(1)
        key = key_of(server)
        assert event_of(receiver.bodies[0], key)["entityId"] == order_id
    path = tmp_path / "shop.db.webhook-key"
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with running(["serve", "shop.db"], tmp_path, limits=PATIENT) as server:
        assert key_of(server) == key


def test_a_given_key_and_an_instance(tmp_path: Path, receiver: Receiver) -> None:
    from cryptography.hazmat.primitives import serialization

    from orderquery.emulator.signing_key import new_signing_key

    key = new_signing_key()
    pem = key._key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "app.pem").write_bytes(pem)
    options = ["--webhook-url", receiver.url, "--webhook-signing-key", "app.pem", "--instance", "=my-instance"]
    with running(["serve", ":memory:", *options], tmp_path, limits=PATIENT) as server:
        create(server)
        receiver.wait_for(1)
        assert key_of(server) == key.public_pem
    event_of(receiver.bodies[0], key.public_pem)
    import jwt

    claims = jwt.decode(receiver.bodies[0], options={"verify_signature": False})
    assert json.loads(claims["data"])["instanceId"] == "my-instance"
    assert not list(tmp_path.glob("*.webhook-key"))


def test_without_events(tmp_path: Path) -> None:
    with running(["serve", ":memory:", "--no-events"], tmp_path, limits=PATIENT) as server:
        create(server)
        assert server.ask("GET", EVENTS).json == {"events": [], "next": 0}


def test_details_are_announced_on_demand(tmp_path: Path) -> None:
    body = {"payments": [{"amount": {"amount": "1"}, "regularPaymentDetails": {"status": "PENDING"}}]}
    with running(["serve", ":memory:", "--details-updated"], tmp_path, limits=PATIENT) as server:
        order_id = create(server)
        assert server.ask("POST", f"/ecom/v1/payments/orders/{order_id}/add-payment", body).status == 200
        slugs = [item["event"]["slug"] for item in server.ask("GET", EVENTS).json["events"]]
    assert "details_updated" in slugs


def test_after_kill_9_the_outbox_goes_on(tmp_path: Path) -> None:
    with receiving(status(500)) as failing:
        with running(
            ["serve", "shop.db", "--create", "--webhook-url", failing.url], tmp_path, limits=PATIENT
        ) as server:
            orders = [create(server) for _ in range(3)]
            failing.wait_for(1)
            server.kill()
        port = int(failing.url.split(":")[2].split("/")[0])
    # The same URL, so the same queue; its first retry is due after a minute, the rest at once or when resent.
    with receiving(port=port) as working:
        assert working.url == failing.url
        with running(["serve", "shop.db", "--webhook-url", working.url], tmp_path, limits=PATIENT) as server:
            listed = server.ask("GET", "/_orderquery/deliveries").json["deliveries"]
            assert {delivery["entityId"] for delivery in listed} == set(orders)
            # The first of each order is due in a minute, those behind it wait for it.
            for delivery in listed:
                if delivery["state"] == "waiting" and delivery["attempts"]:
                    server.ask("POST", f"/_orderquery/deliveries/{delivery['id']}/resend")
            working.wait_for(len(listed))
            sent = [item["event"] for item in server.ask("GET", EVENTS).json["events"]]
    assert {event["id"] for event in working.events} == {event["id"] for event in sent}
    for order_id in orders:
        in_order = [event["eventTime"] for event in working.events if event["entityId"] == order_id]
        assert in_order == sorted(in_order)


BAD = {
    "url": (["--webhook-url", "localhost:3000"], '"localhost:3000" is not a webhook URL'),
    "instance": (["--instance", "shop"], '"shop" is not an instance; write: --instance SITE=ID'),
    "no id": (["--instance", "shop="], '"shop=" is not an instance'),
    "no events": (["--no-events", "--webhook-url", "http://x/"], "--webhook-url needs events; remove --no-events"),
    "no writes": (
        ["--read-only", "--webhook-url", "http://x/"],
        "--webhook-url needs writes; remove --read-only",
    ),
    "no details": (["--no-events", "--details-updated"], "--details-updated needs events"),
    "key": (["--webhook-signing-key", "key.pem"], "the webhook signing key is not a private key (PEM)"),
}


@pytest.mark.parametrize("name", BAD)
def test_an_option_that_cannot_be_used(tmp_path: Path, name: str) -> None:
    options, message = BAD[name]
    (tmp_path / "key.pem").write_text("no key")
    ended = run_to_end("serve", "shop.db", "--create", *options, folder=tmp_path)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert not (tmp_path / "shop.db").exists()
