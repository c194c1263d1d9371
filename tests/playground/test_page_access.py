"""Who may use the page: its own origin, or a caller with the API key (D108)."""

from __future__ import annotations

import pytest
from page_calls import PREFIX, PageAsker
from starlette.testclient import TestClient

import orderquery as oq
from orderquery.playground.routes import ANSWERS, is_own_origin

KEY = "the key of this test"
CALLS = sorted(ANSWERS)

OWN = [
    ("http://localhost:8080", "localhost:8080"),
    ("http://LOCALHOST:8080", "localhost:8080"),
    ("http://127.0.0.1", "127.0.0.1"),
    ("http://127.0.0.1", "127.0.0.1:80"),
    ("https://shop.example", "shop.example"),
    ("https://shop.example", "shop.example:443"),
    ("http://[::1]:8080", "[::1]:8080"),
]
FOREIGN = [
    ("", "localhost:8080"),
    ("null", "localhost:8080"),
    ("http://localhost:80", "localhost:8080"),
    ("http://localhost:80800", "localhost:8080"),
    ("http://localhost:42130", "localhost:4213"),
    ("http://127.0.0.1:8080", "localhost:8080"),
    ("http://localhost:8080.evil.example", "localhost:8080"),
    ("http://localhost:8080/", "localhost:8080"),
    ("http://user@localhost:8080", "localhost:8080"),
    ("file://localhost:8080", "localhost:8080"),
    ("http://[::1", "[::1"),
    ("http://localhost:port", "localhost:port"),
    ("http://", ""),
    ("javascript:alert(1)", "localhost"),
]


@pytest.mark.parametrize(("origin", "host"), OWN)
def test_own_origins(origin: str, host: str) -> None:
    assert is_own_origin(origin.lower(), host)


@pytest.mark.parametrize(("origin", "host"), FOREIGN)
def test_b6_other_origins_are_compared_as_a_whole(origin: str, host: str) -> None:
    assert not is_own_origin(origin, host)


def _status(client: TestClient, name: str, headers: dict[str, str]) -> int:
    return client.post(PREFIX + name, json={"text": "everything"}, headers=headers).status_code


@pytest.mark.parametrize("name", [*CALLS, "requests"])
def test_d108_a_page_elsewhere_calls_nothing(name: str) -> None:
    client = PageAsker().client
    for headers in (
        {},
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
        {"origin": "http://testserver", "sec-fetch-site": "same-site"},
        {"referer": "http://testserver/"},
    ):
        assert _status(client, name, headers) == 403, headers


@pytest.mark.parametrize("options", [{}, {"hosts": ["localhost"]}], ids=["any-host", "hosts"])
def test_b5_a_foreign_host_is_refused_even_with_its_own_origin(options: dict) -> None:
    client = PageAsker(**options).client
    headers = {"host": "evil.example:8080", "origin": "http://evil.example:8080", "sec-fetch-site": "same-origin"}
    assert {_status(client, name, headers) for name in CALLS} == {403}


def test_a_named_host_may_be_allowed() -> None:
    client = PageAsker(hosts=["shop.example"]).client
    assert _status(client, "about", {"host": "shop.example", "origin": "https://shop.example"}) == 200


@pytest.mark.parametrize("name", [*CALLS, "requests"])
def test_b3_with_a_key_every_call_needs_it_and_no_url_carries_it(name: str) -> None:
    client = PageAsker(api_key=KEY).client
    for headers in (
        {},
        {"origin": "http://testserver"},
        {"authorization": "wrong"},
        {"authorization": f"Bearer {KEY}"},
    ):
        assert _status(client, name, headers) == 401
    assert _status(client, f"{name}?authorization={KEY}", {}) == 401
    if name == "about":
        assert _status(client, name, {"authorization": KEY, "host": "shop.example"}) == 200
    assert client.get("/").status_code == 200


def test_b4_no_answer_names_another_origin() -> None:
    asker = PageAsker(origins=["http://localhost:3000"])
    for headers in ({"origin": "http://localhost:3000"}, {"origin": "http://testserver"}):
        answer = asker.client.post(PREFIX + "about", json={}, headers=headers)
        assert "access-control-allow-origin" not in answer.headers
    preflight = asker.client.options(
        PREFIX + "about", headers={"origin": "http://localhost:3000", "access-control-request-method": "POST"}
    )
    assert "access-control-allow-origin" not in preflight.headers


def test_b7_get_changes_nothing_and_reads_no_order() -> None:
    asker = PageAsker(5)
    before = [asker.store.get_document(order_id) for order_id in asker.store.search("everything").ids]
    for name in CALLS:
        assert asker.client.get(PREFIX + name).status_code == 405
        asker.client.post(PREFIX + name, json={"text": "everything"}, headers={"origin": "http://testserver"})
    assert before == [asker.store.get_document(order_id) for order_id in asker.store.search("everything").ids]


def test_answers_are_not_kept_by_a_browser() -> None:
    answer = PageAsker().client.post(PREFIX + "about", json={}, headers={"origin": "http://testserver"})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "application/json"


def test_sites_are_apart() -> None:
    store = oq.open_store(":memory:")
    for site in ("one", "two"):
        store.at_site(site).load([{"id": site, "number": "1", "status": "APPROVED"}])
    client = TestClient(oq.create_app(store, playground=True), raise_server_exceptions=False)
    headers = {"origin": "http://testserver"}
    body = {"text": "everything", "columns": []}
    assert client.post(PREFIX + "search", json=body, headers=headers).status_code == 400
    for site in ("one", "two"):
        answer = client.post(PREFIX + "search", json=body, headers={**headers, "wix-site-id": site}).json()
        assert [row["id"] for row in answer["rows"]] == [site]
