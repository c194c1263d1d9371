"""The handler of loads: documents, events and signed webhooks into the store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.quoting import quoted
from ..documents.ingest import Found, is_skipped
from ..documents.json_lines import read_bytes
from ..stores.base import LoadResult, Store
from ..stores.service_state import Entry
from .auth import query_parameter, site_parameter
from .errors import WHOLE_BODY, application_error, diagnostics_error, validation_error
from .events import RECEIVED, event_id_of, is_known_event
from .http_context import HttpContext
from .limits import MAX_CONCURRENT_LOADS, MAX_ENVELOPE_BYTES, MAX_LOAD_PROBLEMS, MAX_UNUSABLE_DOCUMENTS
from .plan_loads import load_plans, read_plans
from .request_body import read_body
from .responses import json_response
from .webhook_jwt import is_envelope

_PLANS = "plans"
_KINDS = ("", _PLANS)


class LoadHandler:
    """Answers ``POST /_orderquery/load``."""

    def __init__(self, context: HttpContext) -> None:
        self._context = context

    async def load(self, request: Request) -> Response:
        """Load the body of a request."""
        context = self._context
        context.admit(request)
        context.emulator.site.require_writable()
        body = await self._open(await read_body(request, self._max_bytes))
        async with self._slots:
            return await run_in_threadpool(self._load, request, body)

    @property
    def _max_bytes(self) -> int:
        """The limit of a body; a caller without any key sends one envelope at most."""
        most = self._context.max_load_bytes
        return min(most, MAX_ENVELOPE_BYTES) if self._wants_envelopes else most

    @property
    def _wants_envelopes(self) -> bool:
        return self._context.envelopes.verified and not self._context.api_key

    async def _open(self, body: bytes) -> bytes:
        """Return the event in an envelope, or another body as it is."""
        # Verifying takes milliseconds per MiB, in which the event loop would answer no one.
        opened = await run_in_threadpool(self._open_envelope, body)
        if opened is None and self._wants_envelopes:
            message = "unsigned load; send a signed webhook envelope, or start the server with an API key"
            raise application_error(401, "UNSIGNED", message)
        return body if opened is None else opened

    def _open_envelope(self, body: bytes) -> bytes | None:
        return self._context.envelopes.open(body) if is_envelope(body) else None

    def _load(self, request: Request, body: bytes) -> Response:
        if not body.strip():
            description = "the request body is empty; send orders, transactions or webhook events"
            raise validation_error([{"field": WHOLE_BODY, "description": description, "violatedRule": "FORMAT"}])
        kind, site = query_parameter(request, "kind"), site_parameter(request)
        if kind not in _KINDS:
            raise _unknown_kind(kind)
        store = self._store_at(site) if site else self._context.store_for(request)
        if kind == _PLANS:
            return self._load_plans(store, body)
        event_id = event_id_of(body)
        if event_id and is_known_event(store, event_id):
            return json_response(_encode_result(LoadResult()))
        result = store.load_records(_until_hopeless(read_bytes(store.schema, body)))
        _report_end(result)
        _require_json(result)
        if event_id and not result.skipped:
            # After the load: a crash between the two loads the event once more, which its version makes harmless.
            with store.transaction() as transaction:
                transaction.put([Entry(RECEIVED, event_id, self._context.emulator.clock.now())])
        return json_response(_encode_result(result))

    def _load_plans(self, store: Store, body: bytes) -> Response:
        result = load_plans(self._context.emulator.at_site(store.site).site, read_plans(body))
        if not result.plans:
            _require_json(result)
        return json_response(_encode_result(result, plans=result.plans))

    def _store_at(self, site: str) -> Store:
        store = self._context.store
        if store.site not in ("", site):
            message = f"this server does not serve site {quoted(site)}"
            raise application_error(403, "PERMISSION_DENIED", message)
        return store.at_site(site)

    @cached_property
    def _slots(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(MAX_CONCURRENT_LOADS)


def _until_hopeless(found: Iterable[Found]) -> Iterator[Found]:
    """Yield what was found, up to too many unusable documents."""
    unusable = 0
    for item in found:
        yield item
        unusable += isinstance(item, Diagnostic) and is_skipped(item)
        if unusable == MAX_UNUSABLE_DOCUMENTS:
            return


def _report_end(result: LoadResult) -> None:
    """Say first that a load ended early."""
    if result.skipped >= MAX_UNUSABLE_DOCUMENTS:
        message = f"{result.skipped:,} documents cannot be used; the rest was not read"
        help_ = "load orders as JSON, one per line"
        first = result.problems[0]
        result.problems.insert(0, replace(first, message=message, help=help_))


def _require_json(result: LoadResult) -> None:
    """Refuse a body without any JSON with 400 (D37)."""
    used = result.orders + result.transactions + result.plan_orders + result.plans + result.older
    if result.skipped and not used and all(problem.facts.get("undecoded") for problem in result.problems):
        raise diagnostics_error(result.problems)


def _unknown_kind(kind: str) -> Exception:
    description = f"{quoted(kind)} is not a kind of load; use {_PLANS}, or leave kind out: the documents tell the rest"
    return validation_error([{"field": "kind", "description": description, "violatedRule": "INVALID_ENUM_VALUE"}])


def _encode_result(result: LoadResult, **more: int) -> bytes:
    """Return a result as JSON; ``more`` are counts that few loads have."""
    if result.plan_orders:
        more["planOrders"] = result.plan_orders
    problems: list[Diagnostic] = result.problems[:MAX_LOAD_PROBLEMS]
    encoded = {
        "orders": result.orders,
        "transactions": result.transactions,
        **more,
        "older": result.older,
        "skipped": result.skipped,
        "problemCount": result.problem_count,
        "problems": [problem.to_json() for problem in problems],
    }
    return json.dumps(encoded).encode()
