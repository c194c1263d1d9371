"""A request body as a checked plan, for services of one's own."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ..api import Plan
from ..language.limits import MAX_SEARCH_BYTES
from ..language.schema import Schema, load_schema
from .request_body import is_anything, is_error, plan_of, read_body


class SearchPlan:
    """A dependency (FastAPI's ``Depends``), or a plain awaitable call, that turns a request into a checked plan.

    Every error is refused, a key that the service would ignore among them; warnings are only with ``strict``, else
    they are in ``plan.diagnostics``. Give the application the handler ``answer_refused`` for ``Refused``.
    """

    def __init__(
        self, schema: Schema | str | Path | None = None, *, strict: bool = False, max_body: int = MAX_SEARCH_BYTES
    ) -> None:
        self._schema = schema if isinstance(schema, Schema) else load_schema(schema)
        self._refuses = is_anything if strict else is_error
        self._max_body = max_body

    async def __call__(self, request: Request) -> Plan:
        """The plan of a request's body.

        Raises:
            Refused: what to answer instead: 400 with every mistake, 413, 408.

        """
        body = await read_body(request, self._max_body)
        plan, _ = await run_in_threadpool(plan_of, body, self._schema, self._refuses)
        return plan
