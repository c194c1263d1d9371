"""The handlers of the control routes.

The routes exist only where a server was started with them.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from ..language.datetimes import read_instant, write_instant
from ..syntax.json_decoder import read_json
from .auth import read_header, refuse_other_parameters
from .clock import check_instant
from .control import FirstStates
from .delivery_faults import read_delivery_fault
from .durations import read_duration
from .emulator import Emulator
from .errors import WHOLE_BODY, application_error, diagnostics_error, validation_error
from .faults import FaultPlan, read_fault
from .http_context import HttpContext
from .load_turns import LoadTurn, check_values
from .operations import OPERATIONS
from .request import read_request
from .request_body import read_body
from .responses import json_response
from .violations import Violation
from .wire.control_requests import ClockRequest, EmptyRequest

JSON = Any
Handler = Callable[[Request], Awaitable[Response]]
Read = TypeVar("Read")
_JSON_TYPE = b"application/json"


class ControlHandlers:
    """Answers the routes that reset, save, restore, fail and date one site."""

    def __init__(self, context: HttpContext, first: FirstStates, faults: FaultPlan) -> None:
        self._context, self._first, self._faults = context, first, faults
        self._methods: dict[str, list[str]] = {}
        for operation in OPERATIONS:
            self._methods.setdefault(operation.path, []).append(operation.method)

    def routes(self) -> Iterator[tuple[str, str, Handler]]:
        """Yield method, path and handler of every control route."""
        yield "POST", "/_orderquery/reset", self.reset
        yield "POST", "/_orderquery/save", self.save
        yield "POST", "/_orderquery/restore", self.restore
        yield "GET", "/_orderquery/clock", self.read_clock
        yield "POST", "/_orderquery/clock", self.set_clock
        yield "GET", "/_orderquery/faults", self.list_faults
        yield "POST", "/_orderquery/faults", self.add_faults
        yield "DELETE", "/_orderquery/faults", self.clear_faults
        yield "GET", "/_orderquery/deliveries/faults", self.list_delivery_faults
        yield "POST", "/_orderquery/deliveries/faults", self.add_delivery_faults
        yield "DELETE", "/_orderquery/deliveries/faults", self.clear_delivery_faults

    async def reset(self, request: Request) -> Response:
        """Make the site what it was when the server started."""
        emulator = await self._admit(request)
        await self._no_options(request)
        await run_in_threadpool(self._first.reset, emulator)
        self._faults.clear(emulator.store.site)
        emulator.deliveries.forget_faults(emulator.store.site)
        return json_response(b"{}")

    async def save(self, request: Request) -> Response:
        """Answer with everything the site holds."""
        emulator = await self._admit(request)
        await self._no_options(request)
        return json_response(await run_in_threadpool(emulator.save))

    async def restore(self, request: Request) -> Response:
        """Make the site what it was when the body was saved."""
        emulator = await self._admit(request)
        body = await read_body(request, self._context.max_load_bytes)
        return await self._context.turns.run(request, len(body), partial(_restore, emulator, body))

    async def read_clock(self, request: Request) -> Response:
        """Answer with the current instant."""
        emulator = await self._admit(request, sends=False)
        return _clock_response(emulator)

    async def set_clock(self, request: Request) -> Response:
        """Set, freeze, advance or run the clock.

        Answers once everything that fell due is done.
        """
        emulator = await self._admit(request)
        key, change = await self._read(request, _read_clock_change)
        try:
            steps = await run_in_threadpool(change, emulator)
        except UsageError as problem:
            raise validation_error([_violation(key, str(problem))]) from None
        emulator.deliveries.wake(emulator.store.site)
        return _clock_response(emulator, steps)

    async def list_faults(self, request: Request) -> Response:
        """Answer with the faults that are still to come."""
        emulator = await self._admit(request, sends=False)
        return self._faults_response(emulator)

    async def add_faults(self, request: Request) -> Response:
        """Make the next answers of a path fail."""
        emulator = await self._admit(request)
        fault = await self._read(request, lambda body: read_fault(body, self._methods))
        self._faults.add(emulator.store.site, fault)
        return self._faults_response(emulator)

    async def clear_faults(self, request: Request) -> Response:
        """Forget the faults that are still to come."""
        emulator = await self._admit(request, sends=False)
        self._faults.clear(emulator.store.site)
        return self._faults_response(emulator)

    async def list_delivery_faults(self, request: Request) -> Response:
        """Answer with the faults of deliveries that are still to come."""
        return _delivery_faults_response(await self._admit(request, sends=False))

    async def add_delivery_faults(self, request: Request) -> Response:
        """Let the next deliveries be lost, doubled, late, out of order or signed wrongly."""
        emulator = await self._admit(request)
        emulator.deliveries.faults.add(emulator.store.site, await self._read(request, read_delivery_fault))
        return _delivery_faults_response(emulator)

    async def clear_delivery_faults(self, request: Request) -> Response:
        """Forget the faults of deliveries that are still to come."""
        emulator = await self._admit(request, sends=False)
        emulator.deliveries.forget_faults(emulator.store.site)
        return _delivery_faults_response(emulator)

    def _faults_response(self, emulator: Emulator) -> Response:
        return json_response(json.dumps({"faults": self._faults.list(emulator.store.site)}).encode())

    async def _admit(self, request: Request, *, sends: bool = True) -> Emulator:
        """Return the emulator of the site; a page of another origin cannot get here.

        Raises:
            Refused: 401, 403 or 415.

        """
        self._context.admit(request)
        origin = read_header(request, "origin").decode("latin-1")
        if origin and urlsplit(origin).netloc != read_header(request, "host").decode("latin-1"):
            message = f"pages at {quoted(origin)} cannot control this server; send the request without a browser"
            raise application_error(403, "PERMISSION_DENIED", message)
        refuse_other_parameters(request, (), "remove it: the header wix-site-id names the site")
        media_type = read_header(request, "content-type").partition(b";")[0].strip().lower()
        if sends and media_type != _JSON_TYPE:
            message = f'content type {quoted(media_type.decode("latin-1"))}; send "Content-Type: application/json"'
            raise application_error(415, "UNSUPPORTED_MEDIA_TYPE", message)
        return await run_in_threadpool(self._context.emulator_for, request)

    async def _no_options(self, request: Request) -> None:
        """Refuse a body with keys; the header, not the body, names the site."""
        await self._read(request, _read_no_options, empty=b"{}")

    async def _read(self, request: Request, read: Callable[[JSON], Read], *, empty: bytes = b"") -> Read:
        """Return what ``read`` makes of the body.

        It runs in a thread, because a body can have 1 MiB of mistakes.
        """
        body = await read_body(request, self._context.max_body_bytes) or empty
        return await run_in_threadpool(lambda: read(_decode(body)))


def _restore(emulator: Emulator, body: bytes, turn: LoadTurn) -> Response:
    turn.check()
    check_values(body)
    emulator.restore(body)
    return json_response(b"{}")


def _decode(body: bytes) -> JSON:
    document, problems = read_json(body, is_search=False)
    if problems:
        raise diagnostics_error(problems)
    return document


def _read_no_options(body: JSON) -> None:
    read_request(EmptyRequest, body, strict=True)


def _delivery_faults_response(emulator: Emulator) -> Response:
    faults = [fault.to_json() for fault in emulator.deliveries.faults.list(emulator.store.site)]
    return json_response(json.dumps({"faults": faults}).encode())


def _clock_response(emulator: Emulator, steps: int = 0) -> Response:
    clock = emulator.clock
    state = {"now": write_instant(clock.now()), "frozen": clock.is_frozen, "steps": steps}
    return json_response(json.dumps(state).encode())


def _read_clock_change(body: JSON) -> tuple[str, Callable[[Emulator], int]]:
    """Return the key that was sent, and what to do with the clock.

    That returns the number of steps. Raises ``Refused``.
    """
    found = read_request(ClockRequest, body, strict=True, check=_check_clock).body
    if "set" in found:
        instant = read_instant(found["set"]) or 0
        return "set", lambda emulator: _set(emulator, instant)
    if "advance" in found:
        duration = read_duration(found["advance"]) or 0
        return "advance", lambda emulator: emulator.advance(duration)
    return ("freeze", _freeze) if "freeze" in found else ("run", _run)


def _check_clock(found: dict[str, JSON]) -> list[Violation]:
    problems = []
    if len(found) != 1:
        examples = '{"set": "2026-01-01T00:00:00Z"}, {"advance": "36h"}, {"freeze": true} or {"run": true}'
        problems.append((WHOLE_BODY, f"{len(found)} keys; send one: {examples}"))
    if (read_instant(found.get("set")) or 0) < 0:
        problems.append(("set", "before 1970; send a later date-time"))
    if "advance" in found and read_duration(found["advance"]) is None:
        problems.append(("advance", 'not a duration; write seconds, or text such as "36h" or "1d12h"'))
    problems += [(key, "false; send true") for key in ("freeze", "run") if found.get(key) is False]
    return [_violation(field, text) for field, text in problems]


def _violation(field: str, description: str) -> Violation:
    return {"field": field, "description": description, "violatedRule": "VALIDATION"}


def _set(emulator: Emulator, instant: int) -> int:
    """Set the clock; to go forward does what falls due on the way."""
    check_instant(instant)
    emulator.clock.freeze()
    if instant >= emulator.clock.now():
        return emulator.advance_to(instant)
    emulator.clock.set(instant)
    return 0


def _freeze(emulator: Emulator) -> int:
    emulator.clock.freeze()
    return 0


def _run(emulator: Emulator) -> int:
    emulator.clock.run()
    return 0
