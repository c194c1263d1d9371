"""Answers over HTTP: bytes of JSON, each with the id of its request."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..compiler.report import QueryError
from ..diagnostics.errors import StoreError, StoreTimeout
from .errors import Refused, of_application, of_diagnostics

JSON = Any
LOG = logging.getLogger("orderquery.emulator")
REQUEST_ID = "x-wix-request-id"


def answer(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer of JSON bytes."""
    return Response(body, status, headers, "application/json")


def refused(problem: Refused) -> Response:
    """The answer to what is refused."""
    return answer(problem.to_bytes(), problem.status, problem.headers)


async def answer_refused(request: Request, problem: Exception) -> Response:
    """Answer what was raised on purpose: an exception handler for a Starlette or FastAPI application."""
    return refused(_as_refused(problem))


def _as_refused(problem: Exception) -> Refused:
    if isinstance(problem, Refused):
        return problem
    if isinstance(problem, QueryError):
        return of_diagnostics(problem.diagnostics)
    if isinstance(problem, StoreTimeout):
        return of_application(408, "SEARCH_TIMEOUT", f"the search was stopped: {problem}; a simpler filter may do")
    if isinstance(problem, HTTPException):
        message = {
            404: "nothing is served at this path",
            405: "this path is not served with this method",
        }.get(problem.status_code, problem.detail)
        return of_application(problem.status_code, f"HTTP_{problem.status_code}", message, headers=problem.headers)
    assert isinstance(problem, StoreError)
    # The message may name files of this machine: it is for the log.
    LOG.error("the store failed: %s", problem)
    return Refused(503, "the store cannot be used at the moment", {})


class Identified:
    """Gives every answer its id, and every failure nobody foresaw an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = str(uuid4())
        scope.setdefault("state", {})[REQUEST_ID] = request_id
        begun = False

        async def identified(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message["headers"], (REQUEST_ID.encode(), request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, identified)
        except ClientDisconnect:
            LOG.info("request %s: the client went away", request_id)
        except Exception:
            LOG.exception("%s %r failed, request %s", scope["method"], scope["path"], request_id)
            if begun:
                raise
            await refused(Refused(500, "", {}))(scope, receive, identified)
