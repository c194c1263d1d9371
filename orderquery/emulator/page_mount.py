"""The playground over an emulator: who may use it, and its log of requests."""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..language.site_names import MAX_SITE_CHARS
from ..playground.request_log import (
    MAX_REQUEST_BODY_BYTES,
    LoggedRequest,
    RequestLog,
)
from ..playground.routes import Access, PlaygroundHandlers
from .auth import SITE_HEADER
from .hosts import Hosts
from .http_context import HttpContext
from .request_body import read_body

_OWN_ROUTES = "/_orderquery/"
_OWN_PATHS = frozenset(("/", "/healthz", "/openapi.json", "/favicon.ico"))


def playground_over(context: HttpContext, log: RequestLog) -> PlaygroundHandlers:
    """Return the handlers of the playground over an emulator.

    Without an API key, the names of hosts are always checked: the page reads every order.
    """
    hosts = context.hosts if context.hosts.is_limited or context.api_key else Hosts(())

    def admit(request: Request) -> None:
        context.api_key.require(request)
        hosts.require(request)

    access = Access(admit, context.store_for, read_body, bool(context.api_key), context.search_timeout_s)
    return PlaygroundHandlers(access, log)


class RequestRecorder:
    """Middleware that logs the path and body of every request for the service."""

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app, self._log = app, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"].startswith(_OWN_ROUTES) or scope["path"] in _OWN_PATHS:
            await self._app(scope, receive, send)
            return
        body, size, status, began = bytearray(), 0, 500, time.time()

        async def receive_and_keep() -> Message:
            nonlocal size
            message = await receive()
            part: bytes = message.get("body", b"")
            size += len(part)
            body.extend(part[: MAX_REQUEST_BODY_BYTES - len(body)])
            return message

        async def send_and_keep(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive_and_keep, send_and_keep)
        finally:
            site = next((value for name, value in scope["headers"] if name == SITE_HEADER.encode()), b"")
            self._log.add(
                LoggedRequest(
                    began,
                    scope["method"],
                    scope["path"],
                    status,
                    time.time() - began,
                    bytes(body),
                    size > len(body),
                    site.strip()[: 4 * MAX_SITE_CHARS].decode("utf-8", "replace"),
                )
            )
