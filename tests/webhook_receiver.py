"""Receivers of webhooks for the tests: what arrived, and answers as a test wants them."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import jwt

from orderquery.emulator.webhook_client import WebhookUrl, post_webhook

JSON = Any
PATIENCE_S = 60.0
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


def status(code: int, *headers: str) -> bytes:
    """Return an answer without a body."""
    return "\r\n".join([f"HTTP/1.1 {code} X", "content-length: 0", *headers, "", ""]).encode()


def event_of(token: bytes, key: bytes | None = None) -> JSON:
    """Return the event in an envelope; verified if a public key is passed."""
    options: Any = {} if key else {"verify_signature": False}
    claims = jwt.decode(token, key or "", algorithms=["RS256"], options=options)
    return json.loads(json.loads(claims["data"])["data"])


def patient_post(url: WebhookUrl, body: bytes) -> int:
    """Deliver without the time limit, which a slow machine could exceed."""
    return post_webhook(url, body, PATIENCE_S)


class Receiver:
    """A server that keeps each request and answers it with bytes, at most one at a time.

    ``answer`` gets the number of the request, from 0, and the connection; it returns what to send, or ``None`` if it
    has sent it itself.
    """

    def __init__(
        self, answer: Callable[[int, socket.socket], bytes | None], port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", port))
        self._tls = tls
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._listening.getsockname()[1]}/hook?a=1"
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.arrived = threading.Condition()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def events(self) -> list[JSON]:
        """The events received, in their order."""
        return [event_of(body) for body in list(self.bodies)]

    def wait_for(self, count: int) -> None:
        """Wait until so many requests have arrived."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.bodies) >= count, PATIENCE_S), (
                f"{len(self.bodies)} of {count}"
            )

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with suppress(OSError), ExitStack() as opened:
                opened.enter_context(connection)
                if self._tls is not None:
                    connection = opened.enter_context(self._tls.wrap_socket(connection, server_side=True))
                head, body = _read(connection)
                with self.arrived:
                    number = len(self.bodies)
                    self.heads.append(head)
                    self.bodies.append(body)
                    self.arrived.notify_all()
                sent = self._answer(number, connection)
                if sent is not None:
                    connection.sendall(sent)

    def close(self) -> None:
        """Stop listening."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def _read(connection: socket.socket) -> tuple[str, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65_536)
        if not part:
            raise OSError("closed")
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(
        next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")).split(b":")[1]
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return head.decode(), body


@contextmanager
def receiving(
    *answers: bytes | Callable[[socket.socket], bytes | None], port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """Run a receiver that gives these answers, the last of them again and again; 200 without any."""

    def answer(number: int, connection: socket.socket) -> bytes | None:
        chosen = answers[min(number, len(answers) - 1)] if answers else OK
        return chosen if isinstance(chosen, bytes) else chosen(connection)

    receiver = Receiver(answer, port, tls)
    try:
        yield receiver
    finally:
        receiver.close()


def hang(connection: socket.socket) -> None:
    """Answer nothing until the sender gives up."""
    with suppress(OSError):
        while connection.recv(1):
            pass
