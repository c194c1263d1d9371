"""Checks of every request: headers of one meaning, and memory for its body."""

from __future__ import annotations

from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..diagnostics.quoting import quoted
from .errors import Refused, application_error
from .hosts import parse_host
from .limits import BUSY_RETRY_S, FREE_BODY_BYTES, MAX_LARGE_BODIES_BYTES, MAX_SMALL_BODIES_BYTES, MAX_SMALL_BODY_BYTES
from .responses import error_response

SINGLE_HEADERS = frozenset(
    (
        b"host", b"origin", b"authorization", b"wix-site-id", b"content-length", b"content-type", b"sec-fetch-site",
        b"x-orderquery-member",
    )
)  # fmt: skip
"""Headers that decide something, and of which a proxy and this server could each believe another one."""


class RequestGuard:
    """Middleware: 400 for a header that is sent twice and for a malformed ``Host``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        problem = _problem_of(scope["headers"]) if scope["type"] == "http" else ""
        if not problem:
            await self._app(scope, receive, send)
            return
        await error_response(application_error(400, "INVALID_HEADER", problem))(scope, receive, send)


def _problem_of(headers: list[tuple[bytes, bytes]]) -> str:
    """Return what is wrong with the headers of a request, or an empty text."""
    counts = Counter(name for name, _ in headers if name in SINGLE_HEADERS)
    doubled = next((name for name, count in counts.items() if count > 1), None)
    if doubled is not None:
        return f"header {doubled.decode()} occurs {counts[doubled]} times; send it once"
    host = next((value for name, value in headers if name == b"host"), b"").strip().decode("latin-1")
    if host and not parse_host(host):
        return f"{quoted(host)} is not a host; send the host and port of the URL"
    return ""


class BodyBudget:
    """Middleware: 503 for a body beyond the memory of all bodies in progress.

    The first MiB of each body counts apart from the rest, and its beginning not at all, so that small requests are
    served beside large ones.
    """

    def __init__(self, app: ASGIApp, large: int = MAX_LARGE_BODIES_BYTES, small: int = MAX_SMALL_BODIES_BYTES) -> None:
        self._app, self._most = app, (small, large)
        self._counted = [0, 0]

    @property
    def counted_bytes(self) -> int:
        """Bytes of the bodies in progress."""
        return sum(self._counted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            more = len(message.get("body", b""))
            if more:
                self._change(size, size + more)
                size += more
            return message

        try:
            await self._app(scope, receive_counted if scope["type"] == "http" else receive, send)
        finally:
            self._change(size, 0)

    def _change(self, before: int, after: int) -> None:
        """Count a body that grows or ends. Raises ``Refused`` beyond the bound."""
        parts = zip(_parts(before), _parts(after), strict=True)
        counted = [now - old + new for now, (old, new) in zip(self._counted, parts, strict=True)]
        if after > before and any(now > most for now, most in zip(counted, self._most, strict=True)):
            message = f"other requests take the memory for bodies; try again in {BUSY_RETRY_S} s"
            raise Refused(503, message, headers={"retry-after": str(BUSY_RETRY_S)})
        self._counted = counted


def _parts(size: int) -> tuple[int, int]:
    small = max(min(size, MAX_SMALL_BODY_BYTES) - FREE_BODY_BYTES, 0)
    return small, max(size - MAX_SMALL_BODY_BYTES, 0)
