"""The paths of the OpenAPI description, made from the table of operations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.json_schema import models_json_schema

from ..language.site_names import MAX_SITE_CHARS
from .operation import Operation
from .operations import OPERATIONS, STATUS_OF
from .search_schema import JSONSchema, component
from .wire.base import COMPONENT
from .wire.keys import known_keys

JSON = Any

CONTROL_STATUS = "415"
"""The status that only control routes answer with."""

ERRORS = {
    "400": ("BadRequest", "Invalid request or header. Each problem of a search is a field violation of its own."),
    "401": ("Unauthorized", "Missing or wrong API key."),
    "403": (
        "Forbidden",
        "The site, the host name, the web origin or a webhook's instance is not allowed, or the server is read-only.",
    ),
    "404": ("NotFound", "What the request names is not found."),
    "408": ("RequestTimeout", "The request body was not complete in time, or the search or load took too long."),
    "413": ("TooLarge", "The body has more than {max_body:,} bytes, or a load more than its own limit."),
    CONTROL_STATUS: ("UnsupportedMediaType", "The body is not application/json."),
    "428": ("FailedPrecondition", "The state of what the request names does not allow this."),
    "500": ("InternalError", "Internal error; see the server's log."),
    "503": ("Unavailable", "The store or memory for the body is unavailable, or the server is stopping; try again."),
}
"""The component and the description of each status of an error."""

_ALWAYS = ("500", "503")
_REQUEST_ERRORS = ("400", "401", "403", "408", "413")
_HOST_ERRORS = ("400", "403")
_SEARCH = "search_orders"
_HEADERS = {"x-orderquery-member": "The GUID of the member who calls; without it 403."}
_SITE = [component("SiteId", "parameters")]


def paths(*, control: bool = False) -> dict[str, JSON]:
    """Return the paths of every supported operation, and of the server's own.

    With ``control``, an operation can also answer with the error of a fault that a test asked for.
    """
    found: dict[str, JSON] = {}
    for operation in OPERATIONS:
        if operation.is_supported:
            described = _described(operation)
            if control:
                described["responses"]["default"] = response("A fault that a test asked for.", component("Error"))
            found.setdefault(operation.path, {"parameters": _SITE})[operation.method.lower()] = described
    return {**found, **_own_paths()}


# -- operations of the service ----------------------------------------------------------------------------------


def _described(operation: Operation) -> dict[str, JSON]:
    if operation.name == _SEARCH:
        ok = response("One page of orders.", component("SearchResponse"), warned=True)
        more: dict[str, JSON] = {"requestBody": body_of({"application/json": {"schema": component("SearchRequest")}})}
    else:
        assert operation.request is not None
        assert operation.response is not None
        ok = response(_summary(operation.response), component(operation.response.__name__), warned=operation.writes)
        more = _request_of(operation)
    statuses = {str(STATUS_OF[code]) for code in operation.codes} | ({"428"} if operation.writes else set())
    return describe_operation(
        f"{to_camel(operation.name)} {operation.area}", operation.title, operation.note, ok, statuses=statuses, **more
    )


def _request_of(operation: Operation) -> dict[str, JSON]:
    """Return the parameters and the body of an operation."""
    assert operation.request is not None
    parameters = [_path_parameter(name) for name in operation.path_keys]
    parameters += [_header_parameter(name) for name, _ in operation.headers]
    if operation.method == "GET":
        parameters += list(_query_parameters(operation))
        return {"parameters": parameters} if parameters else {}
    body = body_of({"application/json": {"schema": component(operation.request.__name__)}})
    body["required"] = any(
        field.is_required() and (field.alias or name) not in operation.path_keys
        for name, field in operation.request.model_fields.items()
    )
    return {"requestBody": body, **({"parameters": parameters} if parameters else {})}


def _query_parameters(operation: Operation) -> Iterator[JSON]:
    assert operation.request is not None
    hidden = {*operation.path_keys, *(key for _, key in operation.headers)}
    schema = schemas_of([operation.request])[operation.request.__name__]
    known = known_keys(operation.request)
    for name, described in schema["properties"].items():
        inner = known[name].model
        if name in hidden:
            continue
        if inner is None:
            yield {"name": name, "in": "query", "schema": described}
        else:
            for key, part in schemas_of([inner])[inner.__name__]["properties"].items():
                yield {"name": f"{name}.{key}", "in": "query", "schema": part}


def _path_parameter(name: str) -> JSON:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _header_parameter(name: str) -> JSON:
    return {"name": name, "in": "header", "description": _HEADERS.get(name, ""), "schema": {"type": "string"}}


def describe_operation(
    name: str,
    title: str,
    description: str,
    ok: JSON,
    *,
    public: bool = False,
    statuses: set[str] | frozenset[str] = frozenset(),
    **more: JSON,
) -> dict[str, JSON]:
    """Return an operation; ``name`` is its id and its tag.

    ``public`` operations require no API key, but an allowed host; ``statuses`` are those of its own errors.
    """
    all_statuses = sorted({*_ALWAYS, *(_HOST_ERRORS if public else _REQUEST_ERRORS), *statuses})
    errors = {status: component(ERRORS[status][0], "responses") for status in all_statuses}
    operation, _, tag = name.partition(" ")
    described = {"operationId": operation, "tags": [tag], "summary": title, "description": description or title + "."}
    security: dict[str, JSON] = {"security": []} if public else {}
    return {**described, **security, **more, "responses": {"200": ok, **errors}}


def body_of(content: dict[str, JSON]) -> dict[str, JSON]:
    """Return a request body that is required."""
    return {"required": True, "content": content}


def response(description: str, schema: JSONSchema, *, warned: bool = False) -> dict[str, JSON]:
    """Return a response; ``warned`` adds the header with the warnings."""
    headers = {"x-wix-request-id": component("RequestId", "headers")}
    if warned:
        headers["x-orderquery-warnings"] = component("Warnings", "headers")
    return {"description": description, "headers": headers, "content": {"application/json": {"schema": schema}}}


# -- schemas of requests and answers ----------------------------------------------------------------------------


def wire_schemas(*, strict: bool) -> dict[str, JSONSchema]:
    """Return the schemas of requests and answers; ``strict`` closes the requests."""
    supported = [operation for operation in OPERATIONS if operation.is_supported and operation.request is not None]
    found: dict[str, JSONSchema] = {}
    bodies = [operation for operation in supported if operation.method != "GET"]
    requests = schemas_of([operation.request for operation in bodies])
    for operation in bodies:
        assert operation.request is not None
        schema = requests[operation.request.__name__]
        # The client repeats the keys of the path in the body.
        schema["required"] = [key for key in schema.get("required", []) if key not in operation.path_keys]
        for key in operation.path_keys:
            schema["properties"][key] = {"description": "The value in the path counts."}
    for name, schema in requests.items():
        found[name] = {**schema, "additionalProperties": False} if strict else schema
        if not found[name].get("required", True):
            del found[name]["required"]
    answers = schemas_of([operation.response for operation in supported])
    return {**found, **{name: _closed_answer(schema) for name, schema in answers.items()}}


def _closed_answer(schema: JSONSchema) -> JSONSchema:
    return {**schema, "additionalProperties": False}


def schemas_of(models: list[Any]) -> dict[str, JSONSchema]:
    """Return the schemas of models and of the models in them, by their names."""
    unique: list[tuple[type[BaseModel], Literal["validation"]]]
    unique = [(model, "validation") for model in dict.fromkeys(models)]
    _, described = models_json_schema(unique, ref_template="#/components/schemas/{model}")
    return {name: _plain(schema) for name, schema in described.get("$defs", {}).items()}


_JSON_SCHEMA_NAMES = {"ge": "minimum", "le": "maximum"}
"""The names of limits that pydantic does not translate behind a validator."""


def _plain(schema: JSON) -> JSON:
    """Return a schema without titles, defaults and names of this package."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if COMPONENT in schema:
        return component(schema[COMPONENT])
    plain = {}
    for key, value in schema.items():
        if key == "properties":
            plain[key] = {name: _plain(part) for name, part in value.items()}
        elif key not in ("title", "default") or not isinstance(value, str | type(None)):
            plain[_JSON_SCHEMA_NAMES.get(key, key)] = _plain(value)
    return plain


def _summary(model: type[Any]) -> str:
    return (model.__doc__ or "").splitlines()[0]


# -- the server's own paths -------------------------------------------------------------------------------------


def _own_paths() -> dict[str, JSON]:
    envelope = {"schema": {"type": "string", "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$"}}
    loaded = {
        "application/json": {"schema": {"type": ["object", "array"]}},
        "application/x-ndjson": {"schema": {"type": "string"}},
        "application/jwt": envelope,
        "text/plain": envelope,
    }
    health = {"status": {"const": "ok"}, "version": {"type": "string"}, "schema": {"type": "string"}}
    site = {
        "name": "site",
        "in": "query",
        "description": "The site to load into. Default: the header wix-site-id. A verified webhook has a site itself.",
        "schema": {"type": "string", "maxLength": MAX_SITE_CHARS},
    }
    kind = {
        "name": "kind",
        "in": "query",
        "description": "plans: the documents are Plan objects. Default: the documents tell what they are.",
        "schema": {"enum": ["plans"]},
    }
    return {
        "/_orderquery/load": {
            "parameters": _SITE,
            "post": describe_operation(
                "load orderquery",
                "Load documents",
                "Stores orders, their transactions, and orders of pricing plans: documents, Search responses or "
                "webhook events, as one JSON value or one value per line, or the signed envelope of a webhook; with "
                "kind=plans, the Plan objects that orders of pricing plans are made of. Unusable documents are "
                "skipped and listed in problems. A load announces no events.",
                response("Counts and problems of the load.", component("LoadResult")),
                parameters=[site, kind],
                requestBody=body_of(loaded),
            ),
        },
        "/healthz": {
            "get": describe_operation(
                "health orderquery",
                "Health check",
                "Version of orderquery, and the table of fields.",
                response("The server is running.", closed(health)),
                public=True,
            )
        },
        "/openapi.json": {
            "get": describe_operation(
                "describe orderquery",
                "This description",
                "The OpenAPI 3.1 document of this server.",
                response("The document.", {"type": "object"}),
                public=True,
            )
        },
    }


def closed(properties: dict[str, JSON]) -> JSONSchema:
    """Return an object schema with exactly these properties."""
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def list_of(items: JSONSchema) -> JSONSchema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}
