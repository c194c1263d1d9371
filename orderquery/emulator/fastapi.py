"""A dependency for FastAPI applications: a request body as a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ..api import Plan
from ..language.limits import MAX_SEARCH_BYTES
from ..language.schema import Schema, load_schema
from .request_body import is_anything, is_error, read_body, read_plan
from .search_schema import component, search_schemas

_COMPONENTS = "orderquery"
"""Begins the names of the schemas, so that they are not those of the application."""


class SearchPlan:
    """A FastAPI dependency, or plain async callable: a request as a plan.

    It refuses a request with errors, including keys that the service would ignore. Warnings are in
    ``plan.diagnostics``; with ``strict`` they are refused too. Register ``answer_refused`` as the application's
    exception handler for ``Refused``, and call ``describe_searches(app)`` to have the body in ``/openapi.json``.
    """

    def __init__(
        self, schema: Schema | str | Path | None = None, *, strict: bool = False, max_body: int = MAX_SEARCH_BYTES
    ) -> None:
        self._schema = schema if isinstance(schema, Schema) else load_schema(schema)
        self._refuses = is_anything if strict else is_error
        self._max_bytes, self._strict = max_body, strict

    async def __call__(self, request: Request) -> Plan:
        """Return the plan of a request's body.

        Raises:
            Refused: 400 with every diagnostic, 413 or 408.

        """
        body = await read_body(request, self._max_bytes)
        plan, _ = await run_in_threadpool(read_plan, body, self._schema, self._refuses)
        return plan

    def describe_body(self, description: dict[str, Any]) -> dict[str, Any]:
        """Return the request body for an OpenAPI description, and add its schemas to that."""
        found = search_schemas(self._schema, strict=self._strict, max_body=self._max_bytes)
        prefix = f"{_COMPONENTS}.strict" if self._strict else _COMPONENTS
        names = {name: f"{prefix}.{self._schema.name}.{name}" for name in found}
        schemas = description.setdefault("components", {}).setdefault("schemas", {})
        schemas.update({names[name]: _renamed(schema, names) for name, schema in found.items()})
        content = {"application/json": {"schema": component(names["SearchRequest"])}}
        return {"required": True, "description": "A search.", "content": content}


def describe_searches(app: Any) -> None:
    """Add the bodies of searches to the description of a FastAPI application.

    FastAPI does not know what a :class:`SearchPlan` reads, as it reads the body itself. Call this once, at any time.
    """
    from fastapi import routing

    generate = app.openapi
    # Newer versions do not copy the routes of included routers into the application.
    contexts: Callable[[Any], Iterable[Any]] = getattr(routing, "iter_route_contexts", iter)

    def openapi() -> dict[str, Any]:
        made: dict[str, Any] = generate()
        for route in contexts(app.routes):
            for plan in _plans_of(getattr(route, "dependant", None)):
                for method in route.methods:
                    operation = made.get("paths", {}).get(route.path_format, {}).get(method.lower())
                    if operation is not None:
                        operation["requestBody"] = plan.describe_body(made)
        return made

    app.openapi = openapi


def _plans_of(dependant: Any) -> Iterator[SearchPlan]:
    """Yield the plans among the dependencies of a route."""
    if dependant is None:
        return
    if isinstance(dependant.call, SearchPlan):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _plans_of(inner)


def _renamed(schema: Any, names: Mapping[str, str]) -> Any:
    """Return a JSON Schema whose references have other names."""
    if isinstance(schema, dict):
        return {
            key: component(names[part.rpartition("/")[2]])["$ref"] if key == "$ref" else _renamed(part, names)
            for key, part in schema.items()
        }
    return [_renamed(part, names) for part in schema] if isinstance(schema, list) else schema
