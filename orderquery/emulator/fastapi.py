"""A dependency for FastAPI applications: a request body as a plan."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ..api import Plan
from ..language.limits import MAX_SEARCH_BYTES
from ..language.schema import Schema, load_schema
from .request_body import is_anything, is_error, read_body, read_plan


class SearchPlan:
    """A FastAPI dependency, or plain async callable: a request as a plan.

    It refuses a request with errors, including keys that the service would ignore. Warnings are in
    ``plan.diagnostics``; with ``strict`` they are refused too. Register ``answer_refused`` as the application's
    exception handler for ``Refused``.
    """

    def __init__(
        self, schema: Schema | str | Path | None = None, *, strict: bool = False, max_body: int = MAX_SEARCH_BYTES
    ) -> None:
        self._schema = schema if isinstance(schema, Schema) else load_schema(schema)
        self._refuses = is_anything if strict else is_error
        self._max_bytes = max_body

    async def __call__(self, request: Request) -> Plan:
        """Return the plan of a request's body.

        Raises:
            Refused: 400 with every diagnostic, 413 or 408.

        """
        body = await read_body(request, self._max_bytes)
        plan, _ = await run_in_threadpool(read_plan, body, self._schema, self._refuses)
        return plan
