"""The handler of every operation that the emulator answers through its models."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..diagnostics.quoting import quoted
from ..syntax.json_decoder import read_json
from .auth import read_header
from .errors import Refused, application_error, diagnostics_error
from .http_context import HttpContext
from .operation import Operation
from .operations import BY_NAME
from .request_body import read_body
from .responses import LOG, REQUEST_ID, json_response
from .warnings import HEADER, warnings_header

JSON = Any


class OperationHandler:
    """Answers one operation of the table."""

    def __init__(self, context: HttpContext, operation: Operation) -> None:
        self._context, self._operation = context, operation

    async def __call__(self, request: Request) -> Response:
        """Answer a request."""
        self._context.admit(request)
        if not self._operation.is_supported:
            raise unsupported(self._operation)
        body = b"" if self._operation.method == "GET" else await read_body(request, self._context.max_body_bytes)
        return await run_in_threadpool(self._answer, request, body)

    def _answer(self, request: Request, body: bytes) -> Response:
        headers: dict[str, str] = {}
        try:
            emulator = self._context.emulator_for(request)
            response = emulator.call(self._operation, self._read(request, body))
            headers = warnings_header(response.warnings)
            return json_response(response.to_bytes(), headers=headers)
        except Refused as refusal:
            headers = refusal.headers
            raise
        finally:
            if HEADER in headers:
                LOG.warning("request %s: %s", request.scope["state"][REQUEST_ID], headers[HEADER])

    def _read(self, request: Request, body: bytes) -> JSON:
        """Return the keys of body, query and path; the path counts where they differ."""
        document: JSON = {}
        if self._operation.parameters is not None:
            document = self._operation.parameters(_query_of(request))
        elif body.strip():
            document, problems = read_json(body, is_search=False)
            if problems:
                raise diagnostics_error(problems)
        if not isinstance(document, dict):
            return document
        sent = {key: read_header(request, name).decode("latin-1") for name, key in self._operation.headers}
        return {**document, **request.path_params, **sent}


def _query_of(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)


def unsupported(operation: Operation) -> Refused:
    """Return the 501 of a known operation that this emulator does not answer."""
    nearest = BY_NAME[operation.nearest]
    message = (
        f"{operation.title} ({quoted(operation.sdk)} in the SDK) is not supported by this emulator; "
        f"nearest: {nearest.title}, {nearest.method} {nearest.path}"
    )
    return application_error(501, "UNSUPPORTED", message, {"nearest": f"{nearest.method} {nearest.path}"})
