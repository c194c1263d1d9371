"""uvicorn's HTTP connection, with limits of time and size of the head.

uvicorn offers no interface for these limits, so this is a subclass of its protocol. Beyond asyncio's protocol methods
it uses ``cycle``, ``flow``, ``loop`` and ``transport``, and the parser's callbacks ``on_message_begin``,
``on_headers_complete`` and ``on_message_complete``. None of them is documented; all are the same in uvicorn 0.53 and
0.54, and ``tests/emulator/test_emulator_running.py`` fails if one changes. Before 0.53, a stopping server did not
answer a request whose body was still arriving.
"""

from __future__ import annotations

import asyncio
import socket
from asyncio import TimerHandle
from collections import deque
from collections.abc import Callable

from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from .limits import HEAD_TIMEOUT_S, MAX_HEAD_BYTES, RESPONSE_TIMEOUT_S, UNREAD_BODY_TIMEOUT_S

_NO_BODY = b"connection: close\r\ncontent-length: 0\r\n\r\n"


class StoppingServer(Server):
    """uvicorn's server, which by itself waits for the end of every stream."""

    def __init__(self, config: Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then stop."""
        self._end_streams()
        await super().shutdown(sockets)


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which by itself waits without limit for the next byte."""

    _request_timer: TimerHandle | None = None
    _response_timer: TimerHandle | None = None
    _head_bytes = 0
    """Bytes of a request head received so far."""
    _in_body = False
    _cycles: deque[RequestResponseCycle]
    """Requests of this connection without a complete response, oldest first."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time for the first request."""
        super().connection_made(transport)
        self._cycles = deque[RequestResponseCycle]()
        self._limit_request(HEAD_TIMEOUT_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers and tell every pending request; uvicorn tells only the last."""
        self._limit_request(None)
        self._limit_response(None)
        super().connection_lost(exc)
        for cycle in self._cycles:
            cycle.disconnected = True
            cycle.message_event.set()

    def data_received(self, data: bytes) -> None:
        """Parse data; answer 431 once a head is too long."""
        if not self._in_body:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self._in_body and not self.transport.is_closing():
            self._end(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")

    def on_message_begin(self) -> None:
        """Start the time for the head."""
        super().on_message_begin()
        self._limit_request(HEAD_TIMEOUT_S)

    def on_headers_complete(self) -> None:
        """Start the time for the body."""
        self._in_body, self._head_bytes = True, 0
        self._limit_request(UNREAD_BODY_TIMEOUT_S)
        super().on_headers_complete()
        while self._cycles and self._cycles[0].response_complete:
            self._cycles.popleft()
        self._cycles.append(self.cycle)

    def on_message_complete(self) -> None:
        """Stop the time: the request is complete."""
        self._in_body, self._head_bytes = False, 0
        self._limit_request(None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Start the time for the client to read."""
        self._limit_response(RESPONSE_TIMEOUT_S)
        super().pause_writing()

    def resume_writing(self) -> None:
        """Stop the time: the client reads."""
        self._limit_response(None)
        super().resume_writing()

    def _limit_request(self, seconds: float | None) -> None:
        if self._request_timer is not None:
            self._request_timer.cancel()
        self._request_timer = None if seconds is None else self.loop.call_later(seconds, self._end_slow_request)

    def _limit_response(self, seconds: float | None) -> None:
        if self._response_timer is not None:
            self._response_timer.cancel()
        self._response_timer = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)

    def _end_slow_request(self) -> None:
        if self.flow.read_paused:
            # The server has stopped reading until an earlier request is answered: the client is not slow.
            self._limit_request(HEAD_TIMEOUT_S)
        elif self._in_body:
            self.transport.abort()
        else:
            self._end(b"HTTP/1.1 408 Request Timeout\r\n")

    def _end(self, status_line: bytes) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            # The client would take this response for the one to its previous request.
            self.transport.abort()
        else:
            self.transport.write(status_line + _NO_BODY)
            self.transport.close()
