"""The routes of the endpoint, made from the table of operations."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import cached_property, partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ..playground.routes import PlaygroundHandlers
from ..version import __version__
from .control import FirstStates
from .control_handlers import ControlHandlers
from .control_paths import control_paths
from .event_handlers import EventHandlers
from .faults import FaultPlan
from .http_context import HttpContext
from .load_handler import LoadHandler
from .openapi import describe
from .operation_handler import OperationHandler
from .operations import OPERATIONS
from .plan_operations import WRONG_PLAN_PATHS
from .read_handlers import WRONG_SEARCH_PATHS, ReadHandlers
from .responses import json_response

Handler = Callable[[Request], Awaitable[Response]]


class PathEndpoint:
    """Answers one path: a handler for each method, else 405 with the allowed ones."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = dict(handlers)
        if "GET" in self._handlers:
            self._handlers["HEAD"] = self._handlers["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        handler = self._handlers.get(scope["method"])
        if handler is None:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(self._handlers))})
        response = await handler(Request(scope, receive))
        await response(scope, receive, send)


class ServerHandlers:
    """Health and description of the server; neither needs the API key."""

    def __init__(self, context: HttpContext, *, control: bool) -> None:
        self._context, self._control = context, control

    async def health(self, request: Request) -> Response:
        """Answer with the version and the table of fields."""
        self._context.hosts.require(request)
        store = self._context.store
        await run_in_threadpool(store.holds_named_site)
        health = {"status": "ok", "version": __version__, "schema": store.schema.name}
        return json_response(json.dumps(health).encode())

    async def description(self, request: Request) -> Response:
        """Answer with the OpenAPI description."""
        self._context.hosts.require(request)
        return json_response(await run_in_threadpool(lambda: self._description))

    @cached_property
    def _description(self) -> bytes:
        context = self._context
        described = describe(
            context.store.schema, strict=context.strict, max_body=context.max_body_bytes, control=self._control
        )
        return json.dumps(described).encode()


def routes(context: HttpContext, *, control: bool = False, page: PlaygroundHandlers | None = None) -> Iterator[Route]:
    """Yield a route for every path; a fixed path comes before one with a parameter.

    ``control`` adds the routes by which a test controls the server, ``page`` those of the playground.
    """
    faults = FaultPlan() if control else None
    by_path: dict[str, dict[str, Handler]] = {}
    for method, path, handler in _handlers(context, faults):
        by_path.setdefault(path, {})[method] = handler
    controls = (
        _refused_controls(context)
        if faults is None
        else ControlHandlers(context, FirstStates(context.emulator), faults).routes()
    )
    for method, path, handler in (*controls, *(() if page is None else page.routes())):
        by_path.setdefault(path, {})[method] = handler
    # They are tried in this order; searches, the most frequent, are among the first operations.
    for path in sorted(by_path, key=lambda path: path.count("{")):
        yield Route(path, PathEndpoint(by_path[path]))


class FailingHandler:
    """Answers as another handler, but for the failures that a test asked for."""

    def __init__(self, handler: Handler, path: str, context: HttpContext, faults: FaultPlan) -> None:
        self._handler, self._path, self._context, self._faults = handler, path, context, faults

    async def __call__(self, request: Request) -> Response:
        """Answer a request."""
        if self._faults:
            self._context.admit(request)
            site = await run_in_threadpool(lambda: self._context.store_for(request).site)
            fault = self._faults.take(site, request.method, request.scope["path"], self._path)
            if fault is not None:
                await asyncio.sleep(fault.delay_s)
                refusal = fault.refusal()
                if refusal is not None:
                    raise refusal
        return await self._handler(request)


def _handlers(context: HttpContext, faults: FaultPlan | None) -> Iterator[tuple[str, str, Handler]]:
    reads, server = ReadHandlers(context), ServerHandlers(context, control=faults is not None)
    # Only for speed: these answer with the bytes of stored documents. Any other operation is answered by its service.
    by_name: dict[str, Handler] = {
        "search_orders": reads.search,
        "get_order": reads.get_order,
        "list_transactions_for_single_order": reads.get_transactions,
        "list_transactions_for_multiple_orders": reads.list_transactions,
    }
    for operation in OPERATIONS:
        handler = by_name.get(operation.name) or OperationHandler(context, operation)
        if faults is not None:
            handler = FailingHandler(handler, operation.path, context, faults)
        yield operation.method, operation.path, handler
    for path in WRONG_SEARCH_PATHS:
        for method in ("GET", "POST"):
            yield method, path, reads.refuse_query
    for path, advice in WRONG_PLAN_PATHS.items():
        for method in ("GET", "POST", "PATCH"):
            yield method, path, partial(_refuse_path, context, advice)
    yield "POST", "/_orderquery/load", LoadHandler(context).load
    events = EventHandlers(context)
    yield "GET", "/_orderquery/events", events.list_events
    yield "GET", "/_orderquery/deliveries", events.list_deliveries
    yield "POST", "/_orderquery/deliveries/{id}/resend", events.resend
    yield "GET", "/_orderquery/webhook-key", events.webhook_key
    yield "GET", "/healthz", server.health
    yield "GET", "/openapi.json", server.description


def _refused_controls(context: HttpContext) -> Iterator[tuple[str, str, Handler]]:
    for path, operations in control_paths().items():
        for method in operations.keys() & {"get", "post", "delete"}:
            yield method.upper(), path, partial(_refuse_path, context, "start the server with --control")


async def _refuse_path(context: HttpContext, advice: str, request: Request) -> Response:
    """Name the right path to a client that uses a wrong one."""
    context.admit(request)
    raise HTTPException(404, f"unknown path; {advice}")
