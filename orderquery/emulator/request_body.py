"""Request bodies, read within a size and a time; and a search out of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..api import Plan, check
from ..compiler.report import Report
from ..diagnostics.diagnostic import Diagnostic
from ..language.limits import MAX_SEARCH_BYTES, too_large
from ..language.schema import Schema
from .errors import Refused, of_application, of_diagnostics
from .warnings import warnings_header

if TYPE_CHECKING:
    from starlette.requests import Request


_CLOSE = {"connection": "close"}
BODY_SECONDS = 30.0
"""How long a client may take to send a request."""
_LARGEST_KEPT = 4096
"""Bytes of a body whose plan is kept for the next that is the same."""


async def read_body(request: Request, most: int = MAX_SEARCH_BYTES, seconds: float = BODY_SECONDS) -> bytes:
    """The body of a request.

    Raises:
        Refused: 413 where it has more than ``most`` bytes, 408 where it has not come after ``seconds``.

    """
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and (len(length) > 18 or int(length) > most):
        raise _too_large(most)
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, most)
    except TimeoutError:
        message = f"the request has not come within {seconds:g} s"
        raise of_application(408, "REQUEST_TIMEOUT", message, headers=_CLOSE) from None


async def _read(request: Request, most: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_large(most)
        parts.append(part)
    return b"".join(parts)


def _too_large(most: int) -> Refused:
    # The connection stays open and the server throws the rest away: one that is closed with bytes unread is reset, and
    # the client may never see the answer.
    message, _ = too_large("the body", most, "bytes")
    return of_application(413, "REQUEST_TOO_LARGE", message, {"threshold": most})


def refused_by_service(diagnostic: Diagnostic) -> bool:
    """What a lenient endpoint refuses: what the service does."""
    return diagnostic.refused


def is_error(diagnostic: Diagnostic) -> bool:
    """What ``compile`` refuses: also what the service would answer as if it were not there."""
    return diagnostic.severity == "error"


def is_anything(_: Diagnostic) -> bool:
    """What a strict endpoint refuses: all that a checker reports."""
    return True


class _NotKept(Exception):
    """A report on a body about which there is something to say."""

    def __init__(self, report: Report[Any]) -> None:
        super().__init__()
        self.report = report


def _report(body: bytes, schema: Schema) -> Report[Any]:
    if len(body) > _LARGEST_KEPT:
        return check(body, "request", form="wire", schema=schema)
    try:
        return _kept(body, schema)
    except _NotKept as found:
        return found.report


@lru_cache(maxsize=256)
def _kept(body: bytes, schema: Schema) -> Report[Any]:
    """The report on a faultless body, kept with its plan: clients ask the same again and again."""
    report = check(body, "request", form="wire", schema=schema)
    if report.diagnostics:
        raise _NotKept(report)
    return report


def plan_of(body: bytes, schema: Schema, refuses: Callable[[Diagnostic], bool]) -> tuple[Plan, tuple[Diagnostic, ...]]:
    """The plan of a request body, and what is to be said about it though it is answered.

    Raises:
        Refused: a 400 with everything that ``refuses`` picks.

    """
    report = _report(body, schema)
    told = [found for found in report.diagnostics if refuses(found)]
    rest = tuple(found for found in report.diagnostics if not refuses(found))
    if report.plan is not None and not told:
        return report.plan, rest
    refusal = of_diagnostics(told, report.corrected)
    refusal.headers.update(warnings_header(rest))
    raise refusal
