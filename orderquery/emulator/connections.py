"""A connection, bounded where that of uvicorn is not: how long a request may take, and how much its head may hold."""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from collections import deque

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from .request_body import BODY_SECONDS

HEAD_SECONDS = 20.0
"""How long a client may take to send the head of a request, and how long it may say nothing on a new connection."""

LARGEST_HEAD = 1 << 16
"""Bytes of a request line and its headers."""

TAKE_SECONDS = 60.0
"""How long an answer may wait for a client that does not read on."""

_REST_SECONDS = BODY_SECONDS + 10
"""Past this even a body that nobody reads any more must have come: the endpoint itself answers 408 before."""

_ENDED = b"connection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which would wait for ever for the next byte, and keep a head of any length."""

    _waiting: TimerHandle | None = None
    _taking: TimerHandle | None = None
    _head = 0
    """Bytes that have come since the last whole request, as long as its head is not whole."""
    _in_body = False
    _asked: deque[RequestResponseCycle]
    """The requests of this connection from the oldest without an answer on."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._asked = deque[RequestResponseCycle]()
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more, and answer nothing: uvicorn tells it to the last of several requests only."""
        self._wait(None)
        self._take(None)
        super().connection_lost(exc)
        for cycle in self._asked:
            cycle.disconnected = True
            cycle.message_event.set()

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head of a request has become too long."""
        if not self._in_body:
            self._head += len(data)
        super().data_received(data)
        if self._head > LARGEST_HEAD and not self._in_body and not self.transport.is_closing():
            self._end(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")

    def on_message_begin(self) -> None:
        """Give a request its time."""
        super().on_message_begin()
        self._wait(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """Give the body its time."""
        self._in_body, self._head = True, 0
        self._wait(_REST_SECONDS)
        super().on_headers_complete()
        while self._asked and self._asked[0].response_complete:
            self._asked.popleft()
        self._asked.append(self.cycle)

    def on_message_complete(self) -> None:
        """Wait no longer: what is left to do is ours."""
        self._in_body, self._head = False, 0
        self._wait(None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Give the client its time to read."""
        self._take(TAKE_SECONDS)
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client has read."""
        self._take(None)
        super().resume_writing()

    def _wait(self, seconds: float | None) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = None if seconds is None else self.loop.call_later(seconds, self._too_late)

    def _take(self, seconds: float | None) -> None:
        if self._taking is not None:
            self._taking.cancel()
        self._taking = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)

    def _too_late(self) -> None:
        if self.flow.read_paused:
            # It is we who do not read: the client cannot send on before an earlier request is answered.
            self._wait(HEAD_SECONDS)
        elif self._in_body:
            self.transport.abort()
        else:
            self._end(b"HTTP/1.1 408 Request Timeout\r\n")

    def _end(self, status: bytes) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            # What is said now would be taken for the answer to the request before.
            self.transport.abort()
        else:
            self.transport.write(status + _ENDED)
            self.transport.close()
