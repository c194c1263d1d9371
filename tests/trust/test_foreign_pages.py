"""A page of another origin in a browser reaches nothing of a running endpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from serving import LOAD, SEARCH, Server, running

import orderquery as oq

JSON = Any
FOREIGN = [
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.nip.io",
    "EVIL.example.",
    "xn--80ak6aa92e.com",
    "evil.example:99999",
    "[::1].evil.example",
]
MALFORMED = [
    "[::1].evil.example",
    "1.2.3.4%evil.example",
    "localhost%evil.example",
    "http://localhost",
    "user@localhost",
]
FOREIGN += MALFORMED[1:]
OURS = [
    "localhost",
    "LOCALHOST:1",
    "127.0.0.1",
    "[::1]:8080",
    "orderquery",
    "orderquery:8080",
    "192.168.0.7:80",
    "shop.localhost",
    "shop.example.com",
]
PAGES = [
    "https://evil.example",
    "http://evil.example:8080",
    "null",
    "http://203.0.113.5",
    "file://",
    "http://localhost.evil.example",
    "https://127.0.0.1.nip.io",
]
OUR_PAGES = ["http://localhost:3000", "http://127.0.0.1:5173", "https://shop.example.com", "http://[::1]:80"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("foreign") / "shop.db"
    with oq.open_store(path) as store:
        store.load(oq.sample(500))
    return path


def asked_as(server: Server, headers: dict[str, str]) -> list[int]:
    requests = (("POST", SEARCH, {}), ("GET", "/ecom/v1/orders/x", None), ("POST", LOAD, {"id": "x", "number": "1"}))
    return [
        server.ask(method, path, body, headers).status
        for method, path, body in requests[: 2 if "ours" in headers else 3]
    ]


def test_a_page_elsewhere_reaches_nothing(shop: Path, tmp_path: Path, counted: Any) -> None:
    with running(["serve", shop, "--allow-host", "shop.example.com", "--no-access-log"], tmp_path) as server:
        for host in FOREIGN:
            assert asked_as(server, {"host": host}) == [400 if host in MALFORMED else 403] * 3, host
        for page in PAGES:
            assert asked_as(server, {"origin": page}) == [403] * 3, page
        for host in OURS:
            assert asked_as(server, {"host": host, "ours": ""}) == [200, 404], host
            assert asked_as(server, {"host": host, "origin": f"http://{host}", "ours": ""}) == [200, 404], host
        for page in OUR_PAGES:
            assert asked_as(server, {"origin": page, "ours": ""}) == [200, 404], page
        said = server.ask("POST", SEARCH, {}, {"host": "evil.example"}).json["message"]
        assert "--allow-host evil.example" in said
        assert "--allow-host" not in server.ask("POST", SEARCH, {}, {"host": "a b<script>"}).json["message"]
    with running(["serve", shop, "--no-access-log"], tmp_path, ORDERQUERY_API_KEY="a key") as server:
        # With a key a page elsewhere has nothing to send, and names need no list.
        assert server.ask("POST", SEARCH, {}, {"host": "shop.example.org", "authorization": "a key"}).status == 200
        assert server.ask("POST", SEARCH, {}, {"host": "shop.example.org"}).status == 401
    counted("names and pages that are not ours", 3 * (len(FOREIGN) + len(PAGES)), 3 * (len(FOREIGN) + len(PAGES)))
