"""The OpenAPI description of the emulator, generated from a table of fields."""

from __future__ import annotations

from typing import Any

from ..diagnostics.codes import CODES, EFFECT_NOTES
from ..language.limits import MAX_CURSOR_CHARS, MAX_ID_CHARS, MAX_IDS_PER_REQUEST, MAX_SEARCH_BYTES
from ..language.schema import Schema
from ..version import __version__
from .responses import SEARCH_PATH
from .search_schema import JSONSchema, component, search_schemas

JSON = Any

VIOLATED_RULES = (
    "VALIDATION", "OTHER", "MAX", "MIN", "MAX_LENGTH", "MIN_LENGTH", "MAX_SIZE", "MIN_SIZE", "FORMAT", "DECIMAL_LTE",
    "DECIMAL_GTE", "DECIMAL_LT", "DECIMAL_GT", "DECIMAL_MAX_SCALE", "INVALID_ENUM_VALUE", "REQUIRED_FIELD",
    "FIELD_NOT_ALLOWED", "ONE_OF_ALIGNMENT", "EXACT_LENGTH", "EXACT_SIZE", "REQUIRED_ONE_OF_FIELD",
)  # fmt: skip
"""The values of ``violatedRule`` in the service's errors."""

_ERRORS = {
    "400": ("BadRequest", "Invalid request. Each problem of a search is a field violation of its own."),
    "401": ("Unauthorized", "Missing or wrong API key."),
    "403": ("Forbidden", "The site, the host name or the web origin is not allowed."),
    "404": ("NotFound", "Order not found."),
    "408": ("RequestTimeout", "The request body was not complete in time, or the search took too long."),
    "413": ("TooLarge", "The body has more than {max_body:,} bytes, or a load more than its own limit."),
    "500": ("InternalError", "Internal error; see the server's log."),
    "503": ("Unavailable", "The store is unavailable, or the server is stopping; try again later."),
}
_ALWAYS = ("500", "503")
_REQUEST_ERRORS = ("400", "401", "403", "408", "413")


def describe(schema: Schema, *, strict: bool = False, max_body: int = MAX_SEARCH_BYTES) -> dict[str, JSON]:
    """Return the OpenAPI 3.1 document for searches over this table.

    ``strict`` describes a server that refuses requests with any diagnostic; ``max_body`` is in bytes.

    Raises:
        KeyError: the table uses a type without a row in ``search_schema``.

    """
    title = schema.title or schema.name
    mode = (
        "Strict: requests with any diagnostic are refused."
        if strict
        else "Requests that the service accepts are answered; their diagnostics are in x-orderquery-warnings."
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"orderquery: {title}",
            "version": __version__,
            "description": f"{title} (table {schema.name}, version {schema.version}), served by orderquery. {mode}",
        },
        "security": [{}, {"apiKey": []}],
        "tags": [
            {"name": "orders", "description": "Orders, answered as by the service."},
            {"name": "transactions", "description": "Payments and refunds of orders, answered as by the service."},
            {"name": "orderquery", "description": "Operations that the service does not have."},
        ],
        "paths": _paths(),
        "components": {
            "schemas": {**search_schemas(schema, strict=strict, max_body=max_body), **_schemas(schema)},
            "responses": {
                name: _response(description.format(max_body=max_body), component("Error"), warned=status == "400")
                for status, (name, description) in _ERRORS.items()
            },
            "parameters": {
                "SiteId": {
                    "name": "wix-site-id",
                    "in": "header",
                    "description": "The site to search. Required if the store contains several.",
                    "schema": {"type": "string"},
                }
            },
            "headers": {
                "RequestId": {
                    "description": "The id of the request in the server's log.",
                    "required": True,
                    "schema": {"type": "string"},
                },
                "Warnings": {
                    "description": "Codes and JSON pointers of the diagnostics in a request that was answered.",
                    "schema": {"type": "string"},
                },
            },
            "securitySchemes": {
                "apiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "The bare key, without a scheme such as Bearer.",
                }
            },
        },
    }


# -- operations -------------------------------------------------------------------------------------------------


def _paths() -> dict[str, JSON]:
    site = [component("SiteId", "parameters")]
    ids = {
        "type": "object",
        "required": ["orderIds"],
        "properties": {
            "orderIds": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MAX_IDS_PER_REQUEST}
        },
    }
    envelope = {"schema": {"type": "string", "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$"}}
    loaded = {
        "application/json": {"schema": {"type": ["object", "array"]}},
        "application/x-ndjson": {"schema": {"type": "string"}},
        "application/jwt": envelope,
        "text/plain": envelope,
    }
    health = {"status": {"const": "ok"}, "version": {"type": "string"}, "schema": {"type": "string"}}
    return {
        SEARCH_PATH: {
            "parameters": site,
            "post": _operation(
                "searchOrders orders",
                "Search Orders",
                "Orders that match a filter, sorted, one page at a time. {} returns the newest.",
                _response("One page of orders.", component("SearchResponse"), warned=True),
                requestBody=_body({"application/json": {"schema": component("SearchRequest")}}),
            ),
        },
        "/ecom/v1/orders/{id}": {
            "parameters": site,
            "get": _operation(
                "getOrder orders",
                "Get Order",
                "One order, including those that Search Orders never returns. The query parameter id, which the "
                "JavaScript SDK adds, is ignored.",
                _response("The order.", _closed({"order": component("Order")})),
                parameters=[_path_parameter("id")],
                missing=True,
            ),
        },
        "/ecom/v1/payments/orders/{orderId}": {
            "parameters": site,
            "get": _operation(
                "listTransactionsForSingleOrder transactions",
                "List Transactions For Single Order",
                "Payments and refunds of one order. The query parameter orderId, which the JavaScript SDK adds, is "
                "ignored.",
                _response("The transactions.", _closed({"orderTransactions": component("OrderTransactions")})),
                parameters=[_path_parameter("orderId")],
                missing=True,
            ),
        },
        "/ecom/v1/payments/list-by-ids": {
            "parameters": site,
            "post": _operation(
                "listTransactionsForMultipleOrders transactions",
                "List Transactions For Multiple Orders",
                "Payments and refunds of several orders. Unknown ids are left out.",
                _response("The transactions.", _closed({"orderTransactions": _list(component("OrderTransactions"))})),
                requestBody=_body({"application/json": {"schema": ids}}),
            ),
        },
        "/_orderquery/load": {
            "parameters": site,
            "post": _operation(
                "load orderquery",
                "Load documents",
                "Stores orders and transactions: orders, Search responses, transactions or webhook events, as one "
                "JSON value or one value per line, or the signed envelope of a webhook. Unusable documents are "
                "skipped and listed in problems.",
                _response("Counts and problems of the load.", component("LoadResult")),
                parameters=[
                    {
                        "name": "site",
                        "in": "query",
                        "description": "The site to load into. Default: the header wix-site-id.",
                        "schema": {"type": "string"},
                    }
                ],
                requestBody=_body(loaded),
            ),
        },
        "/healthz": {
            "get": _operation(
                "health orderquery",
                "Health check",
                "Version of orderquery, and the table of fields.",
                _response("The server is running.", _closed(health)),
                public=True,
            )
        },
        "/openapi.json": {
            "get": _operation(
                "describe orderquery",
                "This description",
                "The OpenAPI 3.1 document of this server.",
                _response("The document.", {"type": "object"}),
                public=True,
            )
        },
    }


def _operation(
    name: str,
    title: str,
    description: str,
    ok: JSON,
    *,
    public: bool = False,
    missing: bool = False,
    **more: JSON,
) -> dict[str, JSON]:
    """Return an operation; ``name`` is its id and its tag.

    ``public`` operations require no API key and refuse no request; ``missing`` adds the response 404.
    """
    statuses = sorted({*_ALWAYS, *(() if public else _REQUEST_ERRORS), *(("404",) if missing else ())})
    errors = {status: component(_ERRORS[status][0], "responses") for status in statuses}
    operation, tag = name.split()
    described = {"operationId": operation, "tags": [tag], "summary": title, "description": description}
    security: dict[str, JSON] = {"security": []} if public else {}
    return {**described, **security, **more, "responses": {"200": ok, **errors}}


def _path_parameter(name: str) -> JSON:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _body(content: dict[str, JSON]) -> JSON:
    return {"required": True, "content": content}


def _response(description: str, schema: JSONSchema, *, warned: bool = False) -> dict[str, JSON]:
    headers = {"x-wix-request-id": component("RequestId", "headers")}
    if warned:
        headers["x-orderquery-warnings"] = component("Warnings", "headers")
    return {"description": description, "headers": headers, "content": {"application/json": {"schema": schema}}}


# -- answers ----------------------------------------------------------------------------------------------------


def _schemas(schema: Schema) -> dict[str, JSONSchema]:
    count = {"type": "integer", "minimum": 0}
    text = {"type": "string"}
    anything = {"type": "object"}
    place = {"type": ["integer", "null"], "minimum": 1}
    token = {**text, "maxLength": MAX_CURSOR_CHARS}
    key = schema.key.sources[0].paths[0]
    identity = {**text, "minLength": 1, "maxLength": MAX_ID_CHARS}
    violation = {
        "field": {**text, "description": "The place in the request, as keys joined by dots."},
        "description": text,
        "violatedRule": {"enum": list(VIOLATED_RULES)},
        "ruleName": {**text, "description": "The rule, if violatedRule is OTHER."},
        "data": anything,
    }
    failure = {"code": text, "description": text, "data": anything}
    metadata = {
        "count": {**count, "maximum": schema.max_limit, "description": "Orders on this page."},
        "cursors": {"type": "object", "properties": {"next": token, "prev": token}},
        "hasNext": {"type": "boolean"},
    }
    diagnostic = {
        "code": {"enum": list(CODES)},
        "severity": {"enum": ["error", "warning"]},
        "effect": {"enum": list(EFFECT_NOTES)},
        "pointer": {"type": ["string", "null"], "description": "JSON pointer of the place."},
        "line": place,
        "column": place,
        "endLine": place,
        "endColumn": place,
        "message": text,
        "help": text,
        "fix": {"enum": ["same-answer", "intended", "guess", None]},
    }
    return {
        "SearchResponse": _closed(
            {"orders": {**_list(component("Order")), "maxItems": schema.max_limit}, "metadata": _closed(metadata)}
        ),
        "Order": {
            "type": "object",
            "description": "The order as loaded, with REST names. Absent keys stay absent.",
            **({"properties": {key[0]: identity}, "required": [key[0]]} if len(key) == 1 else {}),
        },
        "OrderTransactions": {
            "type": "object",
            "description": "The transactions as loaded.",
            "required": ["orderId"],
            "properties": {"orderId": identity, "payments": _list(anything), "refunds": _list(anything)},
        },
        "LoadResult": _closed(
            {
                "orders": {**count, "description": "Orders stored."},
                "transactions": {**count, "description": "Transactions records stored."},
                "older": {**count, "description": "Documents older than the stored ones; not stored."},
                "skipped": {**count, "description": "Unusable documents; not stored."},
                "problemCount": {**count, "description": "Number of all problems; only the first are listed."},
                "problems": _list(component("Diagnostic")),
            }
        ),
        "Diagnostic": _closed(diagnostic),
        "Error": {
            "type": "object",
            "required": ["message"],
            "properties": {
                "message": {**text, "description": "May be empty."},
                "details": {
                    "type": "object",
                    "properties": {
                        "validationError": _closed({"fieldViolations": _list(component("FieldViolation"))}),
                        "applicationError": {**_closed(failure), "required": ["code", "description"]},
                        "corrected": {
                            **anything,
                            "description": "The request with every certain fix made, if no error is left.",
                        },
                    },
                },
            },
        },
        "FieldViolation": {**_closed(violation), "required": ["field", "description"]},
    }


def _closed(properties: dict[str, JSON]) -> JSONSchema:
    """Return an object schema with exactly these properties."""
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def _list(items: JSONSchema) -> JSONSchema:
    return {"type": "array", "items": items}
