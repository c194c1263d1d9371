"""Host names and origins that a server without a key accepts: web pages elsewhere must not reach it."""

from __future__ import annotations

import pytest
from serving import SEARCH, UNREAD, Asker

from orderquery.emulator.request_guard import SINGLE_HEADERS


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("localhost:8080", "", 200), ("127.0.0.1", "", 200), ("[::1]:8080", "", 200), ("192.168.1.5:8080", "", 200), ("orderquery:8080", "", 200),
        ("shop.example.com", "", 200), ("SHOP.example.com.:80", "", 200), ("evil.example", "", 403), ("localhost.evil.example", "", 403), ("127.0.0.1.nip.io", "", 403),
        ("localhost", "http://localhost:3000", 200), ("192.168.1.5:8080", "http://192.168.1.5:8080", 200), ("localhost", "https://shop.example.com", 200),
        ("localhost", "https://evil.example", 403), ("localhost", "null", 403), ("localhost", "http://192.168.1.6", 403),
    ],
)  # fmt: skip
def test_allowed_hosts_and_origins(host: str, origin: str, status: int) -> None:
    headers = {"host": host, **({"origin": origin} if origin else {})}
    answer = Asker(hosts=["shop.example.com"]).ask("POST", SEARCH, {}, headers)
    assert answer.status == status
    assert status == 200 or answer.code == "PERMISSION_DENIED"


MALFORMED = [
    "1.2.3.4%evil.com", "[::1%evil.com]", "[::1]evil.com", "[::1].evil.example", "127.0.0.1%25.evil.com", "localhost%00.evil.com", "user@localhost",
    "http://localhost", "localhost/evil.com", "localhost#evil.com", "localhost?x", "localhost\\evil.com", "localhost:80:80", "localhost:x", "localhost,evil.com",
    "localhost evil.com", "::1", "[localhost]", "locаlhost", "１.2.3.4", "localhost:999999", "*",
]  # fmt: skip


@pytest.mark.parametrize("path", [SEARCH, "/healthz", "/openapi.json", "/nothing", "/"])
def test_a_malformed_host_is_a_400(path: str) -> None:
    for options in ({}, {"hosts": []}, {"api_key": "k"}):
        asker = Asker(**options)
        for host in MALFORMED:
            answer = asker.raw("GET", path.encode(), headers=[(b"host", host.encode())])
            assert (answer.status, answer.code) == (400, "INVALID_HEADER"), host


@pytest.mark.parametrize("path", ["/healthz", "/openapi.json"])
def test_health_and_description_are_for_the_same_hosts(path: str) -> None:
    asker = Asker(hosts=[])
    for headers, status in (
        ({"host": "evil.example"}, 403),
        (
            {
                "host": "localhost..",
            },
            403,
        ),
        ({"host": "localhost", "origin": "https://evil.example"}, 403),
        ({"host": "localhost", "origin": "http://1.2.3.4%evil.com"}, 403),
        ({"host": "localhost"}, 200),
        ({"host": "127.0.0.1.:80"}, 200),
    ):
        assert asker.ask("GET", path, headers=headers).status == status, headers


@pytest.mark.parametrize("name", sorted(SINGLE_HEADERS))
@pytest.mark.parametrize("path", [SEARCH, "/_orderquery/load", "/healthz", "/nothing"])
def test_a_header_that_decides_is_there_once(name: bytes, path: str) -> None:
    for values in ([b"localhost", b"localhost"], [b"localhost", b"evil.example"], [b"", b"2"]):
        answer = Asker(hosts=[]).raw("POST", path.encode(), [UNREAD], [(name, value) for value in values])
        assert (answer.status, answer.code) == (400, "INVALID_HEADER")
        assert name.decode() in answer.json["message"]


def test_the_message_contains_the_fix() -> None:
    answer = Asker(hosts=[]).ask("POST", SEARCH, {}, {"host": "shop.test"})
    assert "--allow-host shop.test" in answer.json["message"]


def test_an_application_without_hosts_accepts_any_name() -> None:
    assert Asker().ask("POST", SEARCH, {}, {"host": "evil.example", "origin": "https://evil.example"}).status == 200
