"""The server sends requests to the webhook URLs it was given, and nowhere else, whatever others say."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from scale import scaled
from serving import Asker
from webhook_receiver import Receiver, patient_post, receiving, status

import orderquery as oq

JSON = Any
CODES = (301, 200, 201, 300, 302, 303, 305, 401, 307, 308, 407, 429, 503)
TYPE = {"content-type": "application/json"}


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Return the hosts and ports that the process looks up, all of them."""
    asked: list[tuple[str, int]] = []
    look_up = socket.getaddrinfo

    def noting(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        asked.append((host, port))
        return look_up(host, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", noting)
    return asked


@pytest.fixture
def elsewhere() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def emulator_to(url: str) -> tuple[oq.Emulator, Asker]:
    store = oq.open_store(":memory:")
    emulator = oq.Emulator(store, webhook_urls=[url])
    emulator.deliveries._post = patient_post
    return emulator, Asker(store, oq.create_app(store, emulator=emulator, control=True))


def order_with(text: str) -> JSON:
    line = {
        "productName": {"original": text},
        "quantity": 1,
        "price": {"amount": "5.00"},
        "itemType": {"preset": "PHYSICAL"},
        "image": {"id": text, "url": text, "width": 1, "height": 1},
    }
    return {
        "order": {
            "lineItems": [line],
            "channelInfo": {"type": "WEB", "externalOrderUrl": text},
            "priceSummary": {"total": {"amount": "5.00"}},
            "buyerNote": text,
            "currency": "USD",
        }
    }


def target_of(url: str) -> tuple[str, int]:
    host, _, port = url.split("/")[2].partition(":")
    return host, int(port)


def test_no_answer_of_a_receiver_leads_elsewhere(
    connected: list[tuple[str, int]], elsewhere: Receiver, counted: Any
) -> None:
    place = elsewhere.url
    headers = [
        f"location: {place}",
        f"Location: {place}\r\nlocation: {place}",
        f"location: //{place.split('/', 2)[2]}",
        f"refresh: 0;url={place}",
        f"link: <{place}>; rel=preload",
        f'alt-svc: h2="{place.split("/")[2]}"',
        f"content-location: {place}",
        f"retry-after: 0\r\nlocation: {place}",
    ]
    tried = 0
    for code in CODES[:: scaled(1, 4)]:
        for header in headers:
            with receiving(status(code, header)) as receiver:
                emulator, shop = emulator_to(receiver.url)
                connected.clear()
                assert shop.ask("POST", "/ecom/v1/orders", order_with("a mug")).status == 200
                emulator.drain()
                assert receiver.bodies
                assert {*connected} == {target_of(receiver.url)}
                tried += 1
    assert elsewhere.bodies == []
    counted("answers of receivers that name another place", tried, tried)


def test_no_request_and_no_document_leads_elsewhere(
    connected: list[tuple[str, int]], elsewhere: Receiver, counted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, host = elsewhere.url, elsewhere.url.split("/")[2]
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(variable, f"http://{host}")
    tried = 0
    texts = [place, f"javascript:fetch('{place}')", f'<img src="{place}">', "file:///etc/passwd", f"http://x@{host}/"]
    names = ["host", "x-forwarded-host", "forwarded", "x-forwarded-for", "referer", "x-webhook-url", "x-callback-url"]
    with receiving() as receiver:
        emulator, shop = emulator_to(receiver.url)
        connected.clear()
        for text in texts:
            assert shop.ask("POST", "/ecom/v1/orders", order_with(text)).status == 200
            event = {
                "id": f"event of {text}", "entityFqdn": "wix.ecom.v1.order", "slug": "created", "entityId": "e",
                "url": text, "webhookUrl": text, "createdEvent": {"entity": {"id": "e", "number": "1"}},
            }  # fmt: skip
            assert shop.load(event).status == 200
            tried += 2
        for name in names:
            value = host if "host" in name else place
            assert shop.ask("POST", "/ecom/v1/orders", order_with("a mug"), {name: value}).status == 200
            tried += 1
        for query in (f"?webhook-url={place}", f"?url={place}", f"?callback={place}"):
            assert shop.ask("POST", f"/ecom/v1/orders{query}", order_with("a mug")).status == 200
            tried += 1
        emulator.drain()
        assert len(receiver.bodies) >= len(texts) + len(names) + 3
        assert {*connected} == {target_of(receiver.url)}
    assert elsewhere.bodies == []
    counted("requests and documents that name another place", tried, tried)


def test_no_snapshot_leads_elsewhere(connected: list[tuple[str, int]], counted: Any) -> None:
    # A server whose deliveries there failed saves them; another server takes them back, changed.
    with receiving(status(500)) as elsewhere, receiving(status(500)) as receiver:
        there, shop_there = emulator_to(elsewhere.url)
        assert shop_there.ask("POST", "/ecom/v1/orders", order_with("a mug")).status == 200
        there.drain()
        there.close()
        before = len(elsewhere.bodies)
        text = json.dumps(shop_there.ask("POST", "/_orderquery/save", {}, TYPE).json)
        assert before > 0
        assert '"delivery' in text
        emulator, shop = emulator_to(receiver.url)
        snapshots = [text, text.replace('"kind": "delivery', f'"url": "{elsewhere.url}", "kind": "delivery')]
        for changed in snapshots:
            connected.clear()
            shop.ask("POST", "/_orderquery/restore", changed.encode(), TYPE)
            shop.ask("POST", "/_orderquery/clock", {"advance": "3d"}, TYPE)
            emulator.drain()
            assert {*connected} <= {target_of(receiver.url)}
        emulator.close()
        assert len(elsewhere.bodies) == before
    counted("snapshots of a server that delivers to another place", len(snapshots), len(snapshots))
