"""One delivery over HTTP, to receivers that behave and to those that do not."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from webhook_receiver import OK, hang, receiving, status

import orderquery as oq
from orderquery.diagnostics.errors import UsageError
from orderquery.emulator import webhook_client
from orderquery.emulator.webhook_client import DeliveryFailed, post_webhook, read_webhook_url

MANY = 10 << 20
DAY = timedelta(days=1)


def post(url: str, body: bytes = b"x", timeout_s: float = 30) -> int:
    return post_webhook(read_webhook_url(url), body, timeout_s)


def test_the_body_is_the_token_alone() -> None:
    with receiving() as receiver:
        assert post(receiver.url, b"a.b.c") == 200
    assert receiver.bodies == [b"a.b.c"]
    first, *lines = receiver.heads[0].split("\r\n")
    assert first == "POST /hook?a=1 HTTP/1.1"
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert headers["content-length"] == "5"
    assert headers["host"] == receiver.url.split("/")[2]
    assert headers["user-agent"].startswith("orderquery/")


@pytest.mark.parametrize("code", [200, 204, 301, 302, 303, 307, 308, 400, 404, 429, 500, 503])
def test_the_status_is_that_of_the_answer(code: int) -> None:
    with receiving(status(code, "location: http://127.0.0.1:1/elsewhere")) as receiver:
        assert post(receiver.url) == code
    assert len(receiver.bodies) == 1


def test_a_large_event_is_sent_whole() -> None:
    with receiving() as receiver:
        assert post(receiver.url, b"x" * MANY) == 200
    assert receiver.bodies == [b"x" * MANY]


def send_garbage(connection: socket.socket) -> None:
    for _ in range(MANY // 1024):
        connection.sendall(b"\x00garbage" * 128)


def send_endless_head(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"x: " + b"y" * 1000 + b"\r\n")


def send_interim_answers(connection: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def trickle(connection: socket.socket) -> None:
    stop = threading.Event()
    with suppress(OSError):
        for letter in b"HTTP/1.1 200 OK\r\n" + b"x" * 10_000:
            connection.sendall(bytes([letter]))
            stop.wait(0.02)


def close_at_once(connection: socket.socket) -> None:
    connection.close()


FAILING: dict[str, tuple[bytes | Callable[[socket.socket], bytes | None], str]] = {
    "hangs": (hang, "no answer within"),
    "trickles": (trickle, "no answer within"),
    "interim answers": (send_interim_answers, "no answer within"),
    "garbage of 10 MB": (send_garbage, "not HTTP"),
    "endless head": (send_endless_head, "not HTTP"),
    "closes": (close_at_once, "not HTTP|connection failed"),
    "half a status": (b"HTTP/1.1 2", "not HTTP"),
    "another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n", "not HTTP"),
    "no number": (b"HTTP/1.1 abc OK\r\n\r\n", "not HTTP"),
}


@pytest.mark.parametrize("name", FAILING)
def test_what_is_no_answer_fails(name: str) -> None:
    answer, message = FAILING[name]
    with receiving(answer) as receiver, pytest.raises(DeliveryFailed, match=message):
        post(receiver.url, timeout_s=0.3)


def send_much(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % MANY)
    for _ in range(MANY // 1024):
        connection.sendall(b"x" * 1024)


BODIES: dict[str, bytes | Callable[[socket.socket], bytes | None]] = {
    "10 MB": send_much,
    "too short": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort",
    "wrong chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "a length that is no number": b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
    "not text": b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n\xff\xfe\x00\x01",
}


@pytest.mark.parametrize("name", BODIES)
def test_the_body_of_an_answer_does_not_matter(name: str) -> None:
    with receiving(BODIES[name]) as receiver:
        assert post(receiver.url) == 200


def test_a_body_that_never_ends_is_left() -> None:
    def never_ends(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        hang(connection)

    with receiving(never_ends) as receiver:
        assert post(receiver.url, timeout_s=0.3) == 200


def test_a_receiver_that_does_not_read_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(DeliveryFailed, match="no answer within"):
            post(url, b"x" * (64 << 20), timeout_s=0.3)


def test_a_closed_port_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    with pytest.raises(DeliveryFailed, match="connection failed: "):
        post(url)


def test_a_receiver_that_speaks_no_tls_fails() -> None:
    with receiving(OK) as receiver, pytest.raises(DeliveryFailed):
        post(receiver.url.replace("http:", "https:"), timeout_s=0.3)


URLS = {
    "http://127.0.0.1:3000/hook": ("127.0.0.1", 3000, "/hook"),
    "http://localhost": ("localhost", 80, "/"),
    "https://example.com?x=1": ("example.com", 443, "/?x=1"),
    "http://[::1]:9/a%20b": ("::1", 9, "/a%20b"),
}


@pytest.mark.parametrize("text", URLS)
def test_a_url_is_read(text: str) -> None:
    url = read_webhook_url(text)
    assert (url.host, url.port, url.path) == URLS[text]
    assert url.text == text


@pytest.mark.parametrize(
    "text",
    ["", "localhost:3000", "ftp://x/", "file:///etc/passwd", "http://", "http://:80/", "http://x:99999/", "http://x:a/",
     "http://x/a b", "http://x/\r\nevil: 1", "http://ü.de/", "http://[::1/", "//x/"],
)  # fmt: skip
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a webhook URL; write: http://"):
        read_webhook_url(text)


@pytest.mark.parametrize("text", ["http://me:secret@x/", "http://x/#part"])
def test_a_user_name_and_a_fragment_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot hold a user name or a fragment") as refused:
        read_webhook_url(text)
    assert "secret" not in str(refused.value)


# -- TLS --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    path = tmp_path_factory.mktemp("tls") / "receiver.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return path


def over_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_receiver_over_tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(webhook_client, "_tls_context", lambda: trusting)
    with receiving(tls=over_tls(certificate)) as receiver:
        assert post(receiver.url, b"x" * 100_000) == 200
        assert receiver.bodies == [b"x" * 100_000]
        with pytest.raises(DeliveryFailed, match="TLS failed: "):
            post(receiver.url.replace("127.0.0.1", "localhost"))


def test_a_certificate_that_is_not_trusted_fails(certificate: Path) -> None:
    with receiving(tls=over_tls(certificate)) as receiver, pytest.raises(DeliveryFailed, match="TLS failed: "):
        post(receiver.url)
    assert receiver.bodies == []


# -- names ------------------------------------------------------------------------------------------------------


def test_a_host_without_an_address_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_name(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    with pytest.raises(DeliveryFailed, match="connection failed: Name or service not known"):
        post("http://receiver.example/")


def test_a16_nothing_is_looked_up_before_a_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with oq.open_store(":memory:") as store:
        emulator = oq.Emulator(store, webhook_urls=["http://receiver.example/"])
        oq.create_app(store, emulator=emulator)
        emulator.prepare()
        emulator.close()
