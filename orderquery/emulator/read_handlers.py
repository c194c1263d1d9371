"""The handlers of reads, which answer with stored documents, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..compiler.report import QueryError
from ..diagnostics.errors import StoreError
from ..stores.base import NotAtOnce
from ..syntax.json_decoder import read_json
from .errors import Refused, diagnostics_error
from .http_context import HttpContext
from .limits import MAX_INLINE_SEARCH_BYTES
from .request import read_request
from .request_body import is_anything, is_refused_by_service, read_body, read_plan
from .responses import LOG, REQUEST_ID, SEARCH_PATH, json_response
from .warnings import HEADER, warnings_header
from .wire.transaction_requests import ListTransactionsForMultipleOrdersRequest

WRONG_SEARCH_PATHS = (
    "/ecom/v1/orders/query",
    "/ecom/v1/orders/search/",
    "/stores/v2/orders/query",
    "/stores-reader/v2/orders/query",
)
"""Paths of other interfaces, where clients look for this search."""


class ReadHandlers:
    """Search, and one order or its transactions by id."""

    def __init__(self, context: HttpContext) -> None:
        self._context = context

    async def search(self, request: Request) -> Response:
        """Answer Search Orders, in the event loop if that takes milliseconds."""
        self._context.admit(request)
        body = await read_body(request, self._context.max_body_bytes)
        if len(body) <= MAX_INLINE_SEARCH_BYTES:
            return await self._read(self._search, request, body)
        return await run_in_threadpool(self._search, request, body)

    async def _read(self, read: Callable[..., Response], request: Request, *arguments: object) -> Response:
        """Answer a read in the event loop if that takes milliseconds, else in a thread.

        Handing one to a thread takes longer than reading an order. Renaming a large document takes tens of
        milliseconds, which other requests would wait for.
        """
        store = self._context.store
        if store.reads_at_once:
            with suppress(NotAtOnce), store.at_once():
                if not store.holds_sdk_names():
                    return read(request, *arguments)
        return await run_in_threadpool(read, request, *arguments)

    def _search(self, request: Request, body: bytes) -> Response:
        context, headers = self._context, dict[str, str]()
        try:
            refuses = is_anything if context.strict else is_refused_by_service
            plan, tolerated = read_plan(body, context.store.schema, refuses)
            headers = warnings_header(tolerated)
            store = context.store_for(request)
            page = store.search(plan, seconds=context.search_timeout_s)
            rename = context.rename_to_rest if store.holds_sdk_names() else None
            response = json_response(page.to_bytes(rename), headers=headers)
        except Refused as refusal:
            refusal.headers = {**headers, **refusal.headers}
            _log_warnings(request, refusal.headers)
            raise
        except QueryError as problem:
            invalid_cursor = diagnostics_error(problem.diagnostics)
            invalid_cursor.headers.update(headers)
            _log_warnings(request, headers)
            raise invalid_cursor from None
        except StoreError:
            _log_warnings(request, headers)
            raise
        _log_warnings(request, headers)
        return response

    async def refuse_query(self, request: Request) -> Response:
        """Name the search to a client that looks for a query."""
        self._context.admit(request)
        raise HTTPException(404, f"unknown path; send a search to POST {SEARCH_PATH}")

    async def get_order(self, request: Request) -> Response:
        """Answer Get Order."""
        self._context.admit(request)
        return await self._read(self._get_order, request)

    def _get_order(self, request: Request) -> Response:
        document = self._context.emulator_for(request).orders.read_document(request.path_params["id"])
        return json_response(b'{"order":' + document + b"}")

    async def get_transactions(self, request: Request) -> Response:
        """Answer List Transactions For Single Order."""
        self._context.admit(request)
        return await self._read(self._get_transactions, request)

    def _get_transactions(self, request: Request) -> Response:
        document = self._context.emulator_for(request).transactions.read_document(request.path_params["orderId"])
        return json_response(b'{"orderTransactions":' + document + b"}")

    async def list_transactions(self, request: Request) -> Response:
        """Answer List Transactions For Multiple Orders."""
        self._context.admit(request)
        body = await read_body(request, self._context.max_body_bytes)
        return await run_in_threadpool(self._list_transactions, request, body)

    def _list_transactions(self, request: Request, body: bytes) -> Response:
        decoded, problems = read_json(body, is_search=False)
        if problems:
            raise diagnostics_error(problems)
        read = read_request(ListTransactionsForMultipleOrdersRequest, decoded, strict=self._context.strict)
        found = self._context.emulator_for(request).transactions.read_documents(read.body["orderIds"])
        headers = warnings_header(read.warnings)
        return json_response(b'{"orderTransactions":[' + b",".join(found) + b"]}", headers=headers)


def _log_warnings(request: Request, headers: Mapping[str, str]) -> None:
    if HEADER in headers:
        LOG.warning("request %s: %s", request.scope["state"][REQUEST_ID], headers[HEADER])
