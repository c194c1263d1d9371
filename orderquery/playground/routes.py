"""The routes of the playground: the page, its files, and its JSON calls.

The app that mounts them says who is admitted, which store a request is about, and which requests reached the endpoint.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ..compiler.report import QueryError
from ..diagnostics.errors import UsageError
from ..language.limits import MAX_SEARCH_BYTES
from ..stores.base import Store
from .about import answer_about
from .block_answers import answer_raw, answer_request, answer_sql, answer_wix
from .files import DATA_HEADERS, PAGE, SECURITY_HEADERS, page_files
from .histogram_answer import answer_histogram
from .language_answers import (
    answer_check,
    answer_complete,
    answer_convert,
    answer_format,
    answer_hover,
    answer_refine,
    problems_answer,
)
from .page_call import HasProblems, PageCall
from .request_answers import logged_answer
from .request_log import RequestLog
from .search_answers import answer_count, answer_order, answer_search, answer_why

JSON = Any
Answer = Callable[[PageCall], JSON]
Handler = Callable[[Request], Awaitable[Response]]

PREFIX = "/_orderquery/playground"
MAX_CALL_BYTES = 7 * MAX_SEARCH_BYTES
"""A search in a JSON string, where a character may take six bytes, and a little."""
STREAM_S = 50.0
"""Then the page asks again, so that connections end."""

ANSWERS: dict[str, Answer] = {
    "about": answer_about,
    "check": answer_check,
    "complete": answer_complete,
    "hover": answer_hover,
    "format": answer_format,
    "convert": answer_convert,
    "refine": answer_refine,
    "search": answer_search,
    "count": answer_count,
    "histogram": answer_histogram,
    "order": answer_order,
    "why": answer_why,
    "sql": answer_sql,
    "request": answer_request,
    "raw": answer_raw,
    "wix": answer_wix,
}
"""The calls by name. Each is a POST of a JSON object to ``PREFIX/NAME``; none changes anything."""


@dataclass(frozen=True)
class Access:
    """What the application around decides.

    ``admit`` refuses a request without the API key or for another host, ``store_for`` selects the store, ``read_body``
    reads a body of at most so many bytes. ``has_key`` is whether a key is needed.
    """

    admit: Callable[[Request], None]
    store_for: Callable[[Request], Store]
    read_body: Callable[[Request, int], Awaitable[bytes]]
    has_key: bool
    search_timeout_s: float | None = None


class PlaygroundHandlers:
    """The handlers of the playground."""

    def __init__(self, access: Access, log: RequestLog) -> None:
        self._access, self._log = access, log

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        """Yield the method, path and handler of every route."""
        yield "GET", "/", self.page
        yield "GET", f"{PREFIX}/static/{{name}}", self.file
        for name, answer in ANSWERS.items():
            yield "POST", f"{PREFIX}/{name}", _CallHandler(self._access, answer)
        yield "POST", f"{PREFIX}/requests", self.requests

    async def page(self, request: Request) -> Response:
        """Answer with the page. It has no data, so it needs no key."""
        return _file_response(request, PAGE)

    async def file(self, request: Request) -> Response:
        """Answer with a file of the page."""
        return _file_response(request, request.path_params["name"])

    async def requests(self, request: Request) -> Response:
        """Stream the requests that reached the endpoint.

        Each is a line of JSON; an empty line says that there are no more for now.
        """
        _require_own_page(request, self._access)
        call = await _read_call(request, self._access)
        if not self._access.has_key and not _is_local(request):
            raise HTTPException(403, "the list of requests is for this machine only; start the server with an API key")
        after, store = call.number("after"), call.store
        by_site = bool(store.site) or await run_in_threadpool(store.holds_named_site)

        async def lines() -> AsyncIterator[bytes]:
            async for logged in self._log.follow(store.site if by_site else None, after, STREAM_S):
                if logged is None:
                    yield b"\n"
                    continue
                answer = await run_in_threadpool(logged_answer, logged, store.schema)
                yield json.dumps(answer).encode() + b"\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson", headers=DATA_HEADERS)


class _CallHandler:
    """Answers one call of the page."""

    def __init__(self, access: Access, answer: Answer) -> None:
        self._access, self._answer = access, answer

    async def __call__(self, request: Request) -> Response:
        """Answer a request."""
        _require_own_page(request, self._access)
        call = await _read_call(request, self._access)
        content = await run_in_threadpool(_answer_bytes, self._answer, call)
        return Response(content, 200, DATA_HEADERS, "application/json")


def _answer_bytes(answer: Answer, call: PageCall) -> bytes:
    try:
        return json.dumps(answer(call), separators=(",", ":")).encode()
    except HasProblems:
        return json.dumps(problems_answer(call)).encode()
    except QueryError as problem:
        if call.report.diagnostics:
            return json.dumps(problems_answer(call)).encode()
        message = "; ".join(diagnostic.message for diagnostic in problem.diagnostics)
        raise HTTPException(400, message, DATA_HEADERS) from None
    except UsageError as problem:
        raise HTTPException(400, str(problem), DATA_HEADERS) from None


async def _read_call(request: Request, access: Access) -> PageCall:
    content = await access.read_body(request, MAX_CALL_BYTES)
    store = await run_in_threadpool(access.store_for, request)
    try:
        return PageCall.read(store, content, access.search_timeout_s)
    except UsageError as problem:
        raise HTTPException(400, str(problem), DATA_HEADERS) from None


def _require_own_page(request: Request, access: Access) -> None:
    """Refuse a request that neither has the key nor comes from the page itself."""
    access.admit(request)
    if access.has_key:
        return
    fetched_by = request.headers.get("sec-fetch-site", "same-origin")
    if fetched_by != "same-origin" or not is_own_origin(
        request.headers.get("origin", ""), request.headers.get("host", "")
    ):
        raise HTTPException(403, "only the page of this server may send this; open it in a browser", DATA_HEADERS)


def is_own_origin(origin: str, host: str) -> bool:
    """Return whether an ``Origin`` and a ``Host`` have the same name and port."""
    try:
        parts = urlsplit(origin)
        asked = urlsplit(f"{parts.scheme}://{host}")
        default = {"http": 80, "https": 443}.get(parts.scheme)
        same = parts.hostname == asked.hostname and (parts.port or default) == (asked.port or default)
    except ValueError:
        return False
    return (
        default is not None
        and bool(parts.hostname)
        and parts.username is None
        and same
        and origin == f"{parts.scheme}://{parts.netloc}"
    )


def _is_local(request: Request) -> bool:
    """Return whether a request comes from this machine.

    A Unix socket has no address.
    """
    if request.client is None:
        return True
    try:
        return ip_address(request.client.host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _file_response(request: Request, name: str) -> Response:
    found = page_files().get(name)
    if found is None:
        raise HTTPException(404, headers=SECURITY_HEADERS)
    headers = {**SECURITY_HEADERS, "cache-control": "no-cache", "etag": found.tag}
    if request.headers.get("if-none-match") == found.tag:
        return Response(status_code=304, headers=headers)
    return Response(found.content, 200, headers, found.media_type)
