"""Host names and origins that a server without a key accepts: web pages elsewhere must not reach it."""

from __future__ import annotations

import pytest
from serving import SEARCH, Asker


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("localhost:8080", "", 200), ("127.0.0.1", "", 200), ("[::1]:8080", "", 200), ("192.168.1.5:8080", "", 200), ("orderquery:8080", "", 200),
        ("shop.example.com", "", 200), ("SHOP.example.com.:80", "", 200), ("evil.example", "", 403), ("localhost.evil.example", "", 403), ("[::1].evil.example", "", 403),
        ("localhost", "http://localhost:3000", 200), ("192.168.1.5:8080", "http://192.168.1.5:8080", 200), ("localhost", "https://shop.example.com", 200),
        ("localhost", "https://evil.example", 403), ("localhost", "null", 403), ("localhost", "http://192.168.1.6", 403),
    ],
)  # fmt: skip
def test_allowed_hosts_and_origins(host: str, origin: str, status: int) -> None:
    headers = {"host": host, **({"origin": origin} if origin else {})}
    answer = Asker(hosts=["shop.example.com"]).ask("POST", SEARCH, {}, headers)
    assert answer.status == status
    assert status == 200 or answer.code == "PERMISSION_DENIED"


def test_the_message_contains_the_fix() -> None:
    answer = Asker(hosts=[]).ask("POST", SEARCH, {}, {"host": "shop.test"})
    assert "--allow-host shop.test" in answer.json["message"]


def test_an_application_without_hosts_accepts_any_name() -> None:
    assert Asker().ask("POST", SEARCH, {}, {"host": "evil.example", "origin": "https://evil.example"}).status == 200
