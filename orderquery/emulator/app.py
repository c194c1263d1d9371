"""The endpoint: Search Orders and the reads beside it, over a store, as an ASGI application.

Starlette, because the bodies are checked by our own compiler and the answers are bytes already: a framework that
decodes, validates and encodes would do all three a second time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..compiler.report import QueryError
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import StoreError
from ..documents.json_lines import read_bytes
from ..documents.rest_names import in_rest_names
from ..language.limits import MAX_SEARCH_BYTES
from ..stores.base import LoadResult, NotAtOnce, Store
from ..syntax.json_decoder import read_json
from ..syntax.json_printer import encode_json
from ..version import __version__
from .auth import ApiKey, site_parameter, store_for
from .errors import WHOLE_BODY, Refused, of_application, of_diagnostics, of_faults, of_violations
from .hosts import Hosts
from .openapi import describe
from .order_ids import read_order_ids
from .request_body import is_anything, plan_of, read_body, refused_by_service
from .responses import LOG, REQUEST_ID, Identified, answer, answer_refused
from .warnings import HEADER, warnings_header
from .webhook_jwt import Envelopes, is_envelope

JSON = Any
Handler = Callable[[Request], Awaitable[Response]]

LARGEST_LOAD = 64 << 20
SEARCH_SECONDS = 10.0
_MOST_PROBLEMS = 100
_SMALL_SEARCH = 4_096
"""Bytes: such a search is checked and, if the store finds its page at once, answered sooner than a thread begins."""
_LOADS_AT_ONCE = 2
"""More would only wait for one another, in threads that searches need."""


def create_app(
    store: Store,
    *,
    strict: bool = False,
    api_key: str | None = None,
    hosts: Iterable[str] | None = None,
    webhook_key: str | bytes | None = None,
    max_body: int = MAX_SEARCH_BYTES,
    max_load: int = LARGEST_LOAD,
    search_seconds: float = SEARCH_SECONDS,
) -> Starlette:
    """An ASGI application that answers as the service does, over a store; run it, or mount it in one of yours.

    Args:
        store: whose orders are served. Opened for a named site it answers for that one alone; otherwise the header
            ``wix-site-id`` selects, as soon as the store holds a named site.
        strict: answer 400 for everything a checker reports, not only for what the service refuses.
        api_key: what callers must send in ``Authorization``; without it everybody may ask.
        hosts: the names in ``Host`` under which it may be asked, and the hosts of web pages that may ask, beside
            this machine's own (``Hosts``); without it any may. For an endpoint without a key on a desk: a page in the
            browser must not reach it.
        webhook_key: the app's public key (PEM). Loads must then be signed with it, or come with the API key.
        max_body: the most bytes of a request.
        max_load: the most bytes of a load.
        search_seconds: how long one search may take.

    Raises:
        UsageError: a key that cannot be used.

    """
    endpoint = _Endpoint(
        store,
        strict,
        ApiKey(api_key),
        Hosts(hosts),
        Envelopes(webhook_key),
        max_body,
        max(max_load, max_body),
        search_seconds,
    )
    handled = dict.fromkeys((Refused, QueryError, StoreError, HTTPException), answer_refused)
    app = Starlette(routes=list(endpoint.routes()), middleware=[Middleware(Identified)], exception_handlers=handled)
    app.router.redirect_slashes = False
    return app


@dataclass(frozen=True)
class _Endpoint:
    store: Store
    strict: bool
    api_key: ApiKey
    hosts: Hosts
    envelopes: Envelopes
    max_body: int
    max_load: int
    search_seconds: float

    def routes(self) -> Iterable[Route]:
        """What is served. All but the last two want the API key where one is set."""
        for method, path, handler in (
            ("POST", "/ecom/v1/orders/search", self.search),
            ("GET", "/ecom/v1/orders/{id}", self.order),
            ("GET", "/ecom/v1/payments/orders/{id}", self.transactions),
            ("POST", "/ecom/v1/payments/list-by-ids", self.transactions_of_several),
            ("POST", "/_orderquery/load", self.load),
            ("GET", "/healthz", self.health),
            ("GET", "/openapi.json", self.description),
        ):
            yield Route(path, handler, methods=[method])

    def _admit(self, request: Request) -> None:
        self.api_key.demand(request)
        self.hosts.demand(request)

    # -- orders ------------------------------------------------------------------------------------------------

    async def search(self, request: Request) -> Response:
        self._admit(request)
        body = await read_body(request, self.max_body)
        if len(body) <= _SMALL_SEARCH:
            with suppress(NotAtOnce):
                return self._search(request, body, at_once=True)
        return await run_in_threadpool(self._search, request, body)

    def _search(self, request: Request, body: bytes, *, at_once: bool = False) -> Response:
        headers: dict[str, str] = {}
        try:
            plan, said = plan_of(body, self.store.schema, is_anything if self.strict else refused_by_service)
            headers = warnings_header(said)
            store = store_for(self.store, request)
            page = store.search_at_once(plan) if at_once else store.search(plan, seconds=self.search_seconds)
            return answer(page.to_bytes(self._in_rest_names if store.holds_sdk_names() else None), headers=headers)
        except NotAtOnce:
            headers = {}
            raise
        except Refused as refusal:
            headers = {**headers, **refusal.headers}
            refusal.headers = headers
            raise
        except QueryError as problem:
            refused = of_diagnostics(problem.diagnostics)
            refused.headers.update(headers)
            raise refused from None
        finally:
            if HEADER in headers:
                LOG.warning("request %s: %s", request.scope["state"][REQUEST_ID], headers[HEADER])

    async def order(self, request: Request) -> Response:
        self._admit(request)
        return await run_in_threadpool(self._order, request)

    def _order(self, request: Request) -> Response:
        order_id = request.path_params["id"]
        document = store_for(self.store, request).get_document(order_id)
        if document is None:
            raise _no_order(order_id)
        return answer(b'{"order":' + self._in_rest_names(document) + b"}")

    # -- transactions ------------------------------------------------------------------------------------------

    async def transactions(self, request: Request) -> Response:
        self._admit(request)
        return await run_in_threadpool(self._transactions, request)

    def _transactions(self, request: Request) -> Response:
        order_id = request.path_params["id"]
        document = self._transactions_of(store_for(self.store, request), order_id)
        if document is None:
            raise _no_order(order_id)
        return answer(b'{"orderTransactions":' + document + b"}")

    async def transactions_of_several(self, request: Request) -> Response:
        self._admit(request)
        body = await read_body(request, self.max_body)
        return await run_in_threadpool(self._transactions_of_several, request, body)

    def _transactions_of_several(self, request: Request, body: bytes) -> Response:
        document, problems = read_json(body)
        if problems:
            raise of_diagnostics(problems)
        order_ids, faults = read_order_ids(document)
        if faults:
            raise of_faults(faults)
        store = store_for(self.store, request)
        found = [self._transactions_of(store, order_id) for order_id in dict.fromkeys(order_ids)]
        documents = b",".join(document for document in found if document is not None)
        return answer(b'{"orderTransactions":[' + documents + b"]}")

    def _transactions_of(self, store: Store, order_id: str) -> bytes | None:
        document = store.get_transactions(order_id)
        if document is not None:
            return self._in_rest_names(document)
        if store.get_document(order_id) is None:
            return None
        return encode_json({"orderId": order_id, "payments": [], "refunds": []})

    # -- loading -----------------------------------------------------------------------------------------------

    async def load(self, request: Request) -> Response:
        self._admit(request)
        body = await read_body(request, self.max_load)
        if is_envelope(body):
            body = self.envelopes.opened(body)
        elif self.envelopes.verified and not self.api_key:
            raise of_application(401, "UNSIGNED", "a load must be signed here, or come with the API key")
        async with self._loading:
            return await run_in_threadpool(self._load, request, body)

    def _load(self, request: Request, body: bytes) -> Response:
        if not body.strip():
            raise of_violations([{"field": WHOLE_BODY, "description": "the body is empty", "violatedRule": "FORMAT"}])
        named = site_parameter(request)
        store = self._named(named) if named else store_for(self.store, request)
        result = store.load_records(read_bytes(store.schema, body))
        if result.skipped and all(problem.facts.get("undecoded") for problem in result.problems):
            raise of_diagnostics(result.problems)
        return answer(_said(result))

    def _named(self, site: str) -> Store:
        if self.store.site not in ("", site):
            raise of_application(403, "PERMISSION_DENIED", "this endpoint serves another site than the load names")
        return self.store.at_site(site)

    @cached_property
    def _loading(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(_LOADS_AT_ONCE)

    # -- about the endpoint ------------------------------------------------------------------------------------

    async def health(self, _: Request) -> Response:
        await run_in_threadpool(self.store.holds_named_site)
        return answer(json.dumps({"status": "ok", "version": __version__, "schema": self.store.schema.name}).encode())

    async def description(self, _: Request) -> Response:
        return answer(self._description)

    @cached_property
    def _description(self) -> bytes:
        return json.dumps(describe(self.store.schema, strict=self.strict, max_body=self.max_body)).encode()

    @cached_property
    def _in_rest_names(self) -> Callable[[bytes], bytes]:
        return partial(in_rest_names, self.store.schema)


def _no_order(order_id: str) -> Refused:
    return of_application(404, "ORDER_NOT_FOUND", "there is no order of this id at this site", {"id": order_id})


def _said(result: LoadResult) -> bytes:
    problems: list[Diagnostic] = result.problems[:_MOST_PROBLEMS]
    said = {
        "orders": result.orders,
        "transactions": result.transactions,
        "older": result.older,
        "skipped": result.skipped,
        "problemCount": result.problem_count,
        "problems": [problem.to_json() for problem in problems],
    }
    return json.dumps(said).encode()
