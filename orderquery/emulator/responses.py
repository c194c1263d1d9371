"""Responses: JSON bytes, each with a request id."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..compiler.report import QueryError
from ..diagnostics.errors import StoreError, StoreTimeout
from ..language.near import closest_name
from ..playground.snippets import SEARCH_PATH as SEARCH_PATH  # part of this module's interface
from .errors import Refused, application_error, diagnostics_error
from .operations import OPERATIONS

JSON = Any
LOG = logging.getLogger("orderquery.emulator")
REQUEST_ID = "x-wix-request-id"
_NOT_FOUND = HTTPStatus.NOT_FOUND.phrase
_ID = re.compile(r"/[^/]{20,}(?=/|$)")
"""A part of a path as long as an id."""
_NEAR_PATH = 0.85
"""Similarity from which another path is suggested."""


def json_response(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with these bytes of JSON."""
    return Response(body, status, headers, "application/json")


def error_response(refusal: Refused) -> Response:
    """Return the response for a refused request."""
    return json_response(refusal.to_bytes(), refusal.status, refusal.headers)


async def answer_refused(request: Request, problem: Exception) -> Response:
    """Handle this package's exceptions in a Starlette or FastAPI application."""
    if isinstance(problem, HTTPException) and problem.status_code == 404 and problem.detail == _NOT_FOUND:
        problem = HTTPException(404, f"unknown path; {_advice(request.url.path)}", problem.headers)
    return error_response(_to_refused(problem))


def _advice(path: str) -> str:
    """Return what to send instead of a request to an unknown path."""
    wanted = _ID.sub("/{id}", path)
    near = closest_name(wanted, {operation.path for operation in OPERATIONS}, _NEAR_PATH)
    methods = sorted({operation.method for operation in OPERATIONS if operation.path == near})
    return f"did you mean {' or '.join(methods)} {near}?" if near else "GET /openapi.json lists the paths"


def _to_refused(problem: Exception) -> Refused:
    if isinstance(problem, Refused):
        return problem
    if isinstance(problem, QueryError):
        return diagnostics_error(problem.diagnostics)
    if isinstance(problem, StoreTimeout):
        return application_error(408, "SEARCH_TIMEOUT", f"the search was stopped: {problem}; try a simpler filter")
    if isinstance(problem, HTTPException):
        status = problem.status_code
        message = problem.detail
        if status == 405:
            methods = [name for name in (problem.headers or {}).get("Allow", "").split(", ") if name != "HEAD"]
            message = f"wrong method for this path; send {' or '.join(sorted(methods))}"
        return application_error(status, f"HTTP_{status}", message, headers=problem.headers)
    assert isinstance(problem, StoreError)
    # Logged only: the message may name files of this machine.
    LOG.error("store failed: %s", problem)
    return Refused(503, "the store is unavailable; see the server's log")


_HEADERS = {b"x-content-type-options": b"nosniff", b"cache-control": b"no-store"}
"""Of every response that does not set them: answers have personal data."""


class RequestIds:
    """Middleware: the headers of every response, a 500 for unhandled exceptions.

    They are a request id, and those that keep answers out of caches and of guesses about their type.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = str(uuid4())
        scope.setdefault("state", {})[REQUEST_ID] = request_id
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                sent = message["headers"]
                missing = _HEADERS.items() - {(name, _HEADERS.get(name)) for name, _ in sent}
                message["headers"] = [*sent, *sorted(missing), (REQUEST_ID.encode(), request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            LOG.info("request %s: client disconnected", request_id)
        except Exception:
            LOG.exception("request %s failed: %s %r", request_id, scope["method"], scope["path"])
            if started:
                raise
            await error_response(Refused(500, ""))(scope, receive, send_with_id)
