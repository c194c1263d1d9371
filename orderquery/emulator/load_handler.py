"""The handler of loads: documents, events and signed webhooks into the store."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.quoting import quoted
from ..documents.ingest import is_skipped
from ..documents.json_lines import read_bytes
from ..stores.base import LoadResult, Store
from ..stores.service_state import Entry
from .auth import query_parameter, refuse_other_parameters
from .errors import WHOLE_BODY, application_error, diagnostics_error, validation_error
from .events import RECEIVED, event_id_of, is_known_event
from .http_context import HttpContext
from .limits import MAX_ENVELOPE_BYTES, MAX_LOAD_PROBLEM_COUNT, MAX_LOAD_PROBLEMS, MAX_UNUSABLE_DOCUMENTS
from .load_turns import LoadTurn, check_values
from .plan_loads import load_plans, read_plans
from .request_body import read_body
from .responses import json_response
from .site_chooser import site_parameter
from .webhook_jwt import OpenedEnvelope, is_envelope

_PLANS = "plans"
_KINDS = ("", _PLANS)
_PARAMETERS = ("site", "kind")


class LoadHandler:
    """Answers ``POST /_orderquery/load``."""

    def __init__(self, context: HttpContext) -> None:
        self._context = context

    async def load(self, request: Request) -> Response:
        """Load the body of a request."""
        context = self._context
        context.admit(request)
        context.emulator.site.require_writable()
        body = await read_body(request, self._max_bytes)
        opened = await self._open(body)
        if opened is not None:
            body = opened.event
        return await context.turns.run(request, len(body), lambda turn: self._load(request, body, opened, turn))

    @property
    def _max_bytes(self) -> int:
        """The limit of a body; a caller without any key sends one envelope at most."""
        most = self._context.max_load_bytes
        return min(most, MAX_ENVELOPE_BYTES) if self._wants_envelopes else most

    @property
    def _wants_envelopes(self) -> bool:
        return self._context.envelopes.verified and not self._context.api_key

    async def _open(self, body: bytes) -> OpenedEnvelope | None:
        """Return what is in an envelope, or ``None`` for another body."""
        # Verifying takes milliseconds per MiB, in which the event loop would answer no one.
        opened = await run_in_threadpool(self._open_envelope, body)
        if opened is None and self._wants_envelopes:
            message = "unsigned load; send a signed webhook envelope, or start the server with an API key"
            raise application_error(401, "UNSIGNED", message)
        return opened

    def _open_envelope(self, body: bytes) -> OpenedEnvelope | None:
        return self._context.envelopes.open(body) if is_envelope(body) else None

    def _load(self, request: Request, body: bytes, opened: OpenedEnvelope | None, turn: LoadTurn) -> Response:
        turn.check()
        refuse_other_parameters(request, _PARAMETERS)
        check_values(body)
        if not body.strip():
            description = "the request body is empty; send orders, transactions or webhook events"
            raise validation_error([{"field": WHOLE_BODY, "description": description, "violatedRule": "FORMAT"}])
        kind = query_parameter(request, "kind")
        if kind not in _KINDS:
            raise _unknown_kind(kind)
        store = self._store_of(request, opened)
        if kind == _PLANS:
            return self._load_plans(store, body, turn)
        event_id = event_id_of(body)
        if event_id and is_known_event(store, event_id):
            return json_response(_encode_result(LoadResult()))
        use = Usefulness(turn)
        result = store.load_records(use.limit(read_bytes(store.schema, body, use.has_enough)))
        _report_end(result)
        _require_json(result)
        if event_id and not result.skipped:
            # After the load: a crash between the two loads the event once more, which its version makes harmless.
            with store.transaction() as transaction:
                transaction.put([Entry(RECEIVED, event_id, self._context.emulator.clock.now())])
        return json_response(_encode_result(result))

    def _load_plans(self, store: Store, body: bytes, turn: LoadTurn) -> Response:
        found = Usefulness(turn).limit(read_plans(body))
        result = load_plans(self._context.emulator.at_site(store.site).site, found)
        _report_end(result)
        if not result.plans:
            _require_json(result)
        return json_response(_encode_result(result, plans=result.plans))

    def _store_of(self, request: Request, opened: OpenedEnvelope | None) -> Store:
        """Return the store of a load; a checked signature decides it (D36)."""
        site, emulator = site_parameter(request), self._context.emulator
        if opened is None:
            return self._store_at(site) if site else self._context.store_for(request)
        signed = emulator.site_of_instance(opened.instance_id, site)
        if not opened.is_verified:
            named = site or signed
            return self._store_at(named) if named else self._context.store_for(request)
        if signed is None:
            raise _unknown_instance(opened.instance_id, site)
        if site not in ("", signed):
            message = f"the envelope is for {_shown(signed)}, not for site {quoted(site)}; remove site from the URL"
            raise application_error(403, "PERMISSION_DENIED", message)
        return self._store_at(signed)

    def _store_at(self, site: str) -> Store:
        store = self._context.store
        if store.site not in ("", site):
            message = f"this server does not serve {_shown(site)}"
            raise application_error(403, "PERMISSION_DENIED", message)
        return store.at_site(site)


def _shown(site: str) -> str:
    return f"site {quoted(site)}" if site else "the site without a name"


def _unknown_instance(instance_id: str, site: str) -> Exception:
    message = (
        f"the envelope is for instance {quoted(instance_id)}, which is not mapped to {_shown(site)}; "
        f"start the server with --instance {shlex.quote(site or 'SITE')}=ID"
    )
    return application_error(403, "PERMISSION_DENIED", message)


_Item = TypeVar("_Item")


class Usefulness:
    """Whether a load still is of use: it counts the problems of what was found."""

    def __init__(self, turn: LoadTurn) -> None:
        self._turn = turn
        self._problems = self._unusable = 0

    def has_enough(self) -> bool:
        """Return whether there are more problems than are shown."""
        return self._problems >= MAX_LOAD_PROBLEMS

    def limit(self, found: Iterable[_Item]) -> Iterator[_Item]:
        """Yield what was found, up to too many problems, and while the load may go on."""
        for item in found:
            self._turn.check()
            yield item
            if isinstance(item, Diagnostic):
                self._problems += 1
                self._unusable += is_skipped(item)
                if self._unusable == MAX_UNUSABLE_DOCUMENTS or self._problems == MAX_LOAD_PROBLEM_COUNT:
                    return


def _report_end(result: LoadResult) -> None:
    """Say first that a load ended early."""
    message = ""
    if result.skipped >= MAX_UNUSABLE_DOCUMENTS:
        message = f"{result.skipped:,} documents cannot be used; the rest was not read"
    elif result.problem_count >= MAX_LOAD_PROBLEM_COUNT:
        message = f"{result.problem_count:,} problems; the rest was not read"
    if message:
        first = result.problems[0]
        result.problems.insert(0, replace(first, message=message, help="load orders as JSON, one per line"))


def _require_json(result: LoadResult) -> None:
    """Refuse a body without any JSON with 400 (D37)."""
    used = result.orders + result.transactions + result.plan_orders + result.plans + result.older
    if result.skipped and not used and all(problem.facts.get("undecoded") for problem in result.problems):
        raise diagnostics_error(result.problems)


def _unknown_kind(kind: str) -> Exception:
    description = f"{quoted(kind)} is not a kind of load; use {_PLANS}, or leave kind out"
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
