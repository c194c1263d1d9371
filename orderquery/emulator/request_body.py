"""Request bodies, read within limits of size and time, and the search in one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from ..api import Plan, check
from ..compiler.report import Report
from ..diagnostics.diagnostic import Diagnostic
from ..language.limits import MAX_SEARCH_BYTES
from ..language.schema import Schema
from .errors import Refused, application_error, diagnostics_error
from .limits import BODY_TIMEOUT_S, MAX_CACHED_SEARCH_BYTES
from .warnings import warnings_header

if TYPE_CHECKING:
    from starlette.requests import Request

_CLOSE = {"connection": "close"}
_MAX_LENGTH_DIGITS = 18


async def read_body(request: Request, max_bytes: int = MAX_SEARCH_BYTES, timeout_s: float = BODY_TIMEOUT_S) -> bytes:
    """Return the body of a request.

    Raises:
        Refused: 413 if it has more than ``max_bytes``, 408 if it is not complete after ``timeout_s`` seconds.

    """
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and (len(length) > _MAX_LENGTH_DIGITS or int(length) > max_bytes):
        raise _too_large(max_bytes)
    try:
        async with asyncio.timeout(timeout_s):
            return await _read(request, max_bytes)
    except TimeoutError:
        message = f"the request body was not complete after {timeout_s:g} s"
        raise application_error(408, "REQUEST_TIMEOUT", message, headers=_CLOSE) from None


async def _read(request: Request, max_bytes: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > max_bytes:
            raise _too_large(max_bytes)
        parts.append(part)
    return b"".join(parts)


def _too_large(max_bytes: int) -> Refused:
    # The connection stays open and uvicorn discards the rest of the body: closing a connection with unread bytes
    # resets it, and the client may never receive the response.
    message = f"the request body has more than {max_bytes:,} bytes"
    return application_error(413, "REQUEST_TOO_LARGE", message, {"threshold": max_bytes})


def is_refused_by_service(diagnostic: Diagnostic) -> bool:
    """Return whether the service refuses the request for this."""
    return diagnostic.refused


def is_error(diagnostic: Diagnostic) -> bool:
    """Return whether ``compile`` raises for this, as for a key that Wix ignores."""
    return diagnostic.severity == "error"


def is_anything(_: Diagnostic) -> bool:
    """Return ``True``: strict mode refuses a request for any diagnostic."""
    return True


Refuses = Callable[[Diagnostic], bool]


def read_plan(body: bytes, schema: Schema, refuses: Refuses) -> tuple[Plan, tuple[Diagnostic, ...]]:
    """Return the plan of a request body, and the tolerated diagnostics.

    Raises:
        Refused: 400 with every diagnostic that ``refuses`` picks.

    """
    plan = _plan_without_diagnostics(body, schema) if len(body) <= MAX_CACHED_SEARCH_BYTES else None
    if plan is not None:
        return plan, ()
    report = _check(body, schema)
    refused, tolerated = list[Diagnostic](), list[Diagnostic]()
    for diagnostic in report.diagnostics:
        (refused if refuses(diagnostic) else tolerated).append(diagnostic)
    if report.plan is not None and not refused:
        return report.plan, tuple(tolerated)
    refusal = diagnostics_error(refused, report.corrected)
    refusal.headers.update(warnings_header(tolerated))
    raise refusal


@lru_cache(maxsize=256)
def _plan_without_diagnostics(body: bytes, schema: Schema) -> Plan | None:
    """Return the plan of a request body without diagnostics, else ``None``."""
    # Clients repeat their searches: without this cache, a page by HTTP takes 40 % more processor time (20,000 orders,
    # pages of 100). Reports are not cached, because one with hundreds of diagnostics is far larger than its body.
    report = _check(body, schema)
    return None if report.diagnostics else report.plan


def _check(body: bytes, schema: Schema) -> Report[Plan]:
    return check(body, "request", form="wire", schema=schema)
