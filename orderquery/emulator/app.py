"""The ASGI application: Search Orders and related reads, answered from a store.

Starlette instead of a larger framework, which would decode, validate and encode a second time: the compiler checks
request bodies, and stored documents are JSON bytes already.
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
from ..diagnostics.quoting import quoted
from ..documents.json_lines import read_bytes
from ..documents.rest_names import in_rest_names
from ..language.limits import MAX_SEARCH_BYTES
from ..stores.base import LoadResult, NotAtOnce, Store
from ..syntax.json_decoder import read_json
from ..syntax.json_printer import encode_json
from ..version import __version__
from .auth import ApiKey, site_parameter, store_for
from .errors import WHOLE_BODY, Refused, application_error, diagnostics_error, faults_error, validation_error
from .hosts import Hosts
from .limits import (
    MAX_CONCURRENT_LOADS,
    MAX_INLINE_SEARCH_BYTES,
    MAX_LOAD_BYTES,
    MAX_LOAD_PROBLEMS,
    SEARCH_TIMEOUT_S,
)
from .openapi import describe
from .order_ids import read_order_ids
from .request_body import is_anything, is_refused_by_service, read_body, read_plan
from .responses import LOG, REQUEST_ID, SEARCH_PATH, RequestIds, answer_refused, json_response
from .warnings import HEADER, warnings_header
from .webhook_jwt import Envelopes, is_envelope

JSON = Any
Handler = Callable[[Request], Awaitable[Response]]


def create_app(
    store: Store,
    *,
    strict: bool = False,
    api_key: str | None = None,
    hosts: Iterable[str] | None = None,
    webhook_key: str | bytes | None = None,
    max_body: int = MAX_SEARCH_BYTES,
    max_load: int = MAX_LOAD_BYTES,
    search_seconds: float = SEARCH_TIMEOUT_S,
) -> Starlette:
    """Return an ASGI application that answers as the service does.

    Run it, or mount it in an application of yours.

    Args:
        store: the store to search. If it was opened for a named site, only that site is served; otherwise the header
            ``wix-site-id`` selects the site as soon as the store contains a named one.
        strict: answer 400 to a request with any diagnostic, not only to what the service refuses.
        api_key: the key that callers must send in ``Authorization``; without it any caller is admitted.
        hosts: names allowed in the headers ``Host`` and ``Origin`` besides those of this machine; ``None`` allows any.
            Use it for a server without a key on a developer's machine, so that web pages cannot reach it.
        webhook_key: the app's public key (PEM). Loads must then be signed for it, or come with the API key.
        max_body: bytes of a request body.
        max_load: bytes of a load.
        search_seconds: seconds that one search may take.

    Raises:
        UsageError: a key is not usable.

    """
    emulator = _Emulator(
        store,
        strict,
        ApiKey(api_key),
        Hosts(hosts),
        Envelopes(webhook_key),
        max_body,
        max(max_load, max_body),
        search_seconds,
    )
    handlers = dict.fromkeys((Refused, QueryError, StoreError, HTTPException), answer_refused)
    app = Starlette(routes=list(emulator.routes()), middleware=[Middleware(RequestIds)], exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app


_SEARCH_NAMES = ("search", "query")
"""Names below ``/ecom/v1/orders`` that are never ids."""


@dataclass(frozen=True)
class _Emulator:
    store: Store
    strict: bool
    api_key: ApiKey
    hosts: Hosts
    envelopes: Envelopes
    max_body_bytes: int
    max_load_bytes: int
    search_timeout_s: float

    def routes(self) -> Iterable[Route]:
        """Yield the routes; all but the last two require the API key, if one is set."""
        for method, path, handler in (
            ("POST", SEARCH_PATH, self.search),
            ("POST", "/ecom/v1/orders/query", self.refuse_query),
            ("GET", "/ecom/v1/orders/{id}", self.get_order),
            ("GET", "/ecom/v1/payments/orders/{id}", self.get_transactions),
            ("POST", "/ecom/v1/payments/list-by-ids", self.list_transactions),
            ("POST", "/_orderquery/load", self.load),
            ("GET", "/healthz", self.health),
            ("GET", "/openapi.json", self.description),
        ):
            yield Route(path, handler, methods=[method])

    def _admit(self, request: Request) -> None:
        self.api_key.require(request)
        self.hosts.require(request)

    # -- orders ------------------------------------------------------------------------------------------------

    async def search(self, request: Request) -> Response:
        self._admit(request)
        body = await read_body(request, self.max_body_bytes)
        if len(body) <= MAX_INLINE_SEARCH_BYTES:
            with suppress(NotAtOnce):
                return self._search(request, body, at_once=True)
        return await run_in_threadpool(self._search, request, body)

    def _search(self, request: Request, body: bytes, *, at_once: bool = False) -> Response:
        headers: dict[str, str] = {}
        try:
            refuses = is_anything if self.strict else is_refused_by_service
            plan, tolerated = read_plan(body, self.store.schema, refuses)
            headers = warnings_header(tolerated)
            store = store_for(self.store, request)
            page = store.search_at_once(plan) if at_once else store.search(plan, seconds=self.search_timeout_s)
            rename = self._rename_to_rest if store.holds_sdk_names() else None
            return json_response(page.to_bytes(rename), headers=headers)
        except NotAtOnce:
            headers = {}
            raise
        except Refused as refusal:
            headers = {**headers, **refusal.headers}
            refusal.headers = headers
            raise
        except QueryError as problem:
            invalid_cursor = diagnostics_error(problem.diagnostics)
            invalid_cursor.headers.update(headers)
            raise invalid_cursor from None
        finally:
            if HEADER in headers:
                LOG.warning("request %s: %s", request.scope["state"][REQUEST_ID], headers[HEADER])

    async def get_order(self, request: Request) -> Response:
        self._admit(request)
        return await run_in_threadpool(self._get_order, request)

    def _get_order(self, request: Request) -> Response:
        order_id = request.path_params["id"]
        if order_id in _SEARCH_NAMES:
            raise HTTPException(405, headers={"Allow": "POST"})
        document = store_for(self.store, request).get_document(order_id)
        if document is None:
            raise _order_not_found(order_id)
        return json_response(b'{"order":' + self._rename_to_rest(document) + b"}")

    async def refuse_query(self, request: Request) -> Response:
        """Name the search to a client that looks for a query."""
        self._admit(request)
        raise HTTPException(404, f"unknown path; send a search to POST {SEARCH_PATH}")

    # -- transactions ------------------------------------------------------------------------------------------

    async def get_transactions(self, request: Request) -> Response:
        self._admit(request)
        return await run_in_threadpool(self._get_transactions, request)

    def _get_transactions(self, request: Request) -> Response:
        order_id = request.path_params["id"]
        document = self._transactions_of(store_for(self.store, request), order_id)
        if document is None:
            raise _order_not_found(order_id)
        return json_response(b'{"orderTransactions":' + document + b"}")

    async def list_transactions(self, request: Request) -> Response:
        self._admit(request)
        body = await read_body(request, self.max_body_bytes)
        return await run_in_threadpool(self._list_transactions, request, body)

    def _list_transactions(self, request: Request, body: bytes) -> Response:
        decoded, problems = read_json(body)
        if problems:
            raise diagnostics_error(problems)
        order_ids, faults = read_order_ids(decoded)
        if faults:
            raise faults_error(faults)
        store = store_for(self.store, request)
        found = [self._transactions_of(store, order_id) for order_id in dict.fromkeys(order_ids)]
        documents = b",".join(document for document in found if document is not None)
        return json_response(b'{"orderTransactions":[' + documents + b"]}")

    def _transactions_of(self, store: Store, order_id: str) -> bytes | None:
        document = store.get_transactions(order_id)
        if document is not None:
            return self._rename_to_rest(document)
        if store.get_document(order_id) is None:
            return None
        return encode_json({"orderId": order_id, "payments": [], "refunds": []})

    # -- loads -------------------------------------------------------------------------------------------------

    async def load(self, request: Request) -> Response:
        self._admit(request)
        body = await read_body(request, self.max_load_bytes)
        if is_envelope(body):
            body = self.envelopes.open(body)
        elif self.envelopes.verified and not self.api_key:
            message = "unsigned load; send a signed webhook envelope, or start the server with an API key"
            raise application_error(401, "UNSIGNED", message)
        async with self._load_slots:
            return await run_in_threadpool(self._load, request, body)

    def _load(self, request: Request, body: bytes) -> Response:
        if not body.strip():
            description = "the request body is empty; send orders, transactions or webhook events"
            raise validation_error([{"field": WHOLE_BODY, "description": description, "violatedRule": "FORMAT"}])
        site = site_parameter(request)
        store = self._store_at(site) if site else store_for(self.store, request)
        result = store.load_records(read_bytes(store.schema, body))
        used = result.orders + result.transactions + result.older
        if result.skipped and not used and all(problem.facts.get("undecoded") for problem in result.problems):
            raise diagnostics_error(result.problems)
        return json_response(_encode_result(result))

    def _store_at(self, site: str) -> Store:
        if self.store.site not in ("", site):
            message = f"this server does not serve site {quoted(site)}"
            raise application_error(403, "PERMISSION_DENIED", message)
        return self.store.at_site(site)

    @cached_property
    def _load_slots(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(MAX_CONCURRENT_LOADS)

    # -- the server itself -------------------------------------------------------------------------------------

    async def health(self, _: Request) -> Response:
        await run_in_threadpool(self.store.holds_named_site)
        health = {"status": "ok", "version": __version__, "schema": self.store.schema.name}
        return json_response(json.dumps(health).encode())

    async def description(self, _: Request) -> Response:
        return json_response(self._description)

    @cached_property
    def _description(self) -> bytes:
        return json.dumps(describe(self.store.schema, strict=self.strict, max_body=self.max_body_bytes)).encode()

    @cached_property
    def _rename_to_rest(self) -> Callable[[bytes], bytes]:
        return partial(in_rest_names, self.store.schema)


def _order_not_found(order_id: str) -> Refused:
    message = f"order {quoted(order_id)} not found at this site"
    return application_error(404, "ORDER_NOT_FOUND", message, {"id": order_id})


def _encode_result(result: LoadResult) -> bytes:
    problems: list[Diagnostic] = result.problems[:MAX_LOAD_PROBLEMS]
    encoded = {
        "orders": result.orders,
        "transactions": result.transactions,
        "older": result.older,
        "skipped": result.skipped,
        "problemCount": result.problem_count,
        "problems": [problem.to_json() for problem in problems],
    }
    return json.dumps(encoded).encode()
