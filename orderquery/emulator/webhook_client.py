"""One delivery over HTTP: a POST that ends at a deadline and follows no redirect.

The client of the standard library limits each wait on its socket. This module limits their sum, so that a receiver
which sends a byte at a time does not hold the worker.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from ..version import __version__
from .limits import MAX_WEBHOOK_ANSWER_BYTES, WEBHOOK_TIMEOUT_S

_PORTS = {"http": 80, "https": 443}
_HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "User-Agent": f"orderquery/{__version__}",
    "Connection": "close",
}


class DeliveryFailed(Exception):
    """A delivery without an HTTP status; the message says why."""


class WebhookUrl(NamedTuple):
    """The parts of a URL to deliver to."""

    text: str
    scheme: str
    host: str
    port: int
    path: str


def read_webhook_url(text: str) -> WebhookUrl:
    """Return the parts of a webhook URL.

    Raises:
        UsageError: it is not an HTTP URL, or holds a user name or a fragment.

    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _unusable(text) from None
    if parts.scheme not in _PORTS or not host or not text.isascii() or not text.isprintable() or " " in text:
        raise _unusable(text)
    if "@" in parts.netloc or "#" in text:
        raise UsageError("a webhook URL cannot hold a user name or a fragment; use a path that only the sender knows")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebhookUrl(text, parts.scheme, host, _PORTS[parts.scheme] if port is None else port, path)


def _unusable(text: str) -> UsageError:
    return UsageError(f"{quoted(text)} is not a webhook URL; write: http://127.0.0.1:3000/webhook")


def post_webhook(url: WebhookUrl, body: bytes, timeout_s: float = WEBHOOK_TIMEOUT_S) -> int:
    """Send a body; return the HTTP status of the answer.

    Raises:
        DeliveryFailed: there was no answer, or it is not HTTP.

    """
    connection = _Connection(url, time.monotonic() + timeout_s)
    try:
        connection.request("POST", url.path, body, _HEADERS)
        response = connection.getresponse()
        _discard(response)
        return response.status
    except TimeoutError:
        raise DeliveryFailed(f"no answer within {timeout_s * 1000:.0f} ms") from None
    except ssl.SSLError as problem:
        raise DeliveryFailed(f"TLS failed: {getattr(problem, 'verify_message', '') or problem.reason}") from None
    except OSError as problem:
        raise DeliveryFailed(f"connection failed: {problem.strerror or problem}") from None
    except (http.client.HTTPException, ValueError):
        raise DeliveryFailed("the answer is not HTTP") from None
    finally:
        connection.hang_up()


def _discard(response: http.client.HTTPResponse) -> None:
    # The status decides; the body is read only so that the receiver can finish sending a short one.
    try:
        response.read(MAX_WEBHOOK_ANSWER_BYTES)
    except (OSError, http.client.HTTPException, ValueError):
        return


class _Connection(http.client.HTTPConnection):
    """A connection that exists until a deadline (of ``time.monotonic``)."""

    def __init__(self, url: WebhookUrl, deadline: float) -> None:
        super().__init__(url.host, url.port)
        self._url, self._deadline = url, deadline
        self._socket: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the first address that accepts."""
        found = socket.getaddrinfo(self._url.host, self._url.port, type=socket.SOCK_STREAM)
        last: OSError = OSError("the host has no address")
        for family, kind, protocol, _, address in found:
            candidate = socket.socket(family, kind, protocol)
            try:
                candidate.settimeout(_left(self._deadline))
                candidate.connect(address)
            except OSError as problem:
                candidate.close()
                last = problem
                continue
            self._socket = candidate
            break
        else:
            raise last
        if self._url.scheme == "https":
            self._socket.settimeout(_left(self._deadline))
            self._socket = _tls_context().wrap_socket(self._socket, server_hostname=self._url.host)
        self.sock: Any = _DeadlineSocket(self._socket, self._deadline)

    def hang_up(self) -> None:
        """Close the socket; ``close`` leaves that to the reader of the answer."""
        if self._socket is not None:
            self._socket.close()


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _DeadlineSocket:
    """The part of a socket that ``http.client`` uses, with a deadline for all of it."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._socket, self._deadline = connected, deadline

    def sendall(self, data: bytes) -> None:
        """Send all of the data."""
        view = memoryview(data)
        while view:
            self._socket.settimeout(_left(self._deadline))
            view = view[self._socket.send(view) :]

    def makefile(self, *_: Any) -> io.BufferedReader:
        """Return a reader of what the other side sends."""
        return io.BufferedReader(_DeadlineReader(self._socket, self._deadline))

    def close(self) -> None:
        """Do nothing: ``http.client`` closes its socket before it has read the body."""


class _DeadlineReader(io.RawIOBase):
    def __init__(self, connected: socket.socket, deadline: float) -> None:
        super().__init__()
        self._socket, self._deadline = connected, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(_left(self._deadline))
        return self._socket.recv_into(buffer)
