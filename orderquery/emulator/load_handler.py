"""The handler of loads: documents, events and signed webhooks into the store."""

from __future__ import annotations

import asyncio
import json
from functools import cached_property

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.quoting import quoted
from ..documents.json_lines import read_bytes
from ..stores.base import LoadResult, Store
from ..stores.service_state import Entry
from .auth import site_parameter
from .errors import WHOLE_BODY, application_error, diagnostics_error, validation_error
from .events import RECEIVED, event_id_of, is_known_event
from .http_context import HttpContext
from .limits import MAX_CONCURRENT_LOADS, MAX_LOAD_PROBLEMS
from .request_body import read_body
from .responses import json_response
from .webhook_jwt import is_envelope


class LoadHandler:
    """Answers ``POST /_orderquery/load``."""

    def __init__(self, context: HttpContext) -> None:
        self._context = context

    async def load(self, request: Request) -> Response:
        """Load the body of a request."""
        context = self._context
        context.admit(request)
        context.emulator.site.require_writable()
        body = await read_body(request, context.max_load_bytes)
        if is_envelope(body):
            body = context.envelopes.open(body)
        elif context.envelopes.verified and not context.api_key:
            message = "unsigned load; send a signed webhook envelope, or start the server with an API key"
            raise application_error(401, "UNSIGNED", message)
        async with self._slots:
            return await run_in_threadpool(self._load, request, body)

    def _load(self, request: Request, body: bytes) -> Response:
        if not body.strip():
            description = "the request body is empty; send orders, transactions or webhook events"
            raise validation_error([{"field": WHOLE_BODY, "description": description, "violatedRule": "FORMAT"}])
        site = site_parameter(request)
        store = self._store_at(site) if site else self._context.store_for(request)
        event_id = event_id_of(body)
        if event_id and is_known_event(store, event_id):
            return json_response(_encode_result(LoadResult()))
        result = store.load_records(read_bytes(store.schema, body))
        if result.skipped and all(problem.facts.get("undecoded") for problem in result.problems):
            raise diagnostics_error(result.problems)
        if event_id and not result.skipped:
            # After the load: a crash between the two loads the event once more, which its version makes harmless.
            with store.transaction() as transaction:
                transaction.put([Entry(RECEIVED, event_id, self._context.emulator.clock.now())])
        return json_response(_encode_result(result))

    def _store_at(self, site: str) -> Store:
        store = self._context.store
        if store.site not in ("", site):
            message = f"this server does not serve site {quoted(site)}"
            raise application_error(403, "PERMISSION_DENIED", message)
        return store.at_site(site)

    @cached_property
    def _slots(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(MAX_CONCURRENT_LOADS)


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
