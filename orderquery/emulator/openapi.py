"""The OpenAPI description of the endpoint, made from a table of fields."""

from __future__ import annotations

from typing import Any

from ..diagnostics.codes import CODES
from ..language.limits import MAX_CURSOR_CHARS, MAX_ID_CHARS, MAX_IDS_PER_REQUEST, MAX_SEARCH_BYTES
from ..language.schema import Schema
from ..version import __version__
from .search_schema import JSONSchema, component, search_schemas

JSON = Any

VIOLATED_RULES = (
    "VALIDATION", "OTHER", "MAX", "MIN", "MAX_LENGTH", "MIN_LENGTH", "MAX_SIZE", "MIN_SIZE", "FORMAT", "DECIMAL_LTE",
    "DECIMAL_GTE", "DECIMAL_LT", "DECIMAL_GT", "DECIMAL_MAX_SCALE", "INVALID_ENUM_VALUE", "REQUIRED_FIELD",
    "FIELD_NOT_ALLOWED", "ONE_OF_ALIGNMENT", "EXACT_LENGTH", "EXACT_SIZE", "REQUIRED_ONE_OF_FIELD",
)  # fmt: skip
"""What the service names as the rule that a field violates."""

_PROBLEMS = {
    "400": ("BadRequest", "The request is refused; every problem of a search is a field violation of its own."),
    "401": ("Unauthorized", "The endpoint wants an API key, and this is none it knows."),
    "403": (
        "Forbidden",
        "The endpoint serves another site than the request names, or is not to be asked by that name.",
    ),
    "404": ("NotFound", "There is no such order."),
    "408": ("RequestTimeout", "The request did not arrive, or was not answered, in time."),
    "413": ("TooLarge", "The body has more than {max_body:,} bytes, or than a load may have."),
    "500": ("InternalError", "The endpoint failed."),
    "503": ("Unavailable", "The endpoint is busy or about to stop; try again."),
}
_ALWAYS = ("500", "503")
_TO_REQUESTS = ("400", "401", "403", "408", "413")


def describe(schema: Schema, *, strict: bool = False, max_body: int = MAX_SEARCH_BYTES) -> dict[str, JSON]:
    """The OpenAPI 3.1 document of the endpoint over this table.

    ``strict`` describes the endpoint that refuses whatever a checker reports; ``max_body`` is the longest body in
    bytes.

    Raises:
        KeyError: the table holds a type that has no row in ``search_schema``.

    """
    title = schema.title or schema.name
    mode = "refuses whatever a checker reports" if strict else "answers what the service answers, and says what is odd"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"orderquery: {title}",
            "version": __version__,
            "description": f"{title} (table {schema.name}, version {schema.version}) by the endpoint of orderquery. "
            f"It {mode}.",
        },
        "security": [{}, {"apiKey": []}],
        "tags": [
            {"name": "orders", "description": "Orders, as the service answers them."},
            {"name": "transactions", "description": "Payments and refunds of orders, as the service answers them."},
            {"name": "orderquery", "description": "What the service does not have."},
        ],
        "paths": _paths(),
        "components": {
            "schemas": {**search_schemas(schema, strict=strict, max_body=max_body), **_schemas(schema)},
            "responses": {
                name: _answer(says.format(max_body=max_body), component("Error"), warned=status == "400")
                for status, (name, says) in _PROBLEMS.items()
            },
            "parameters": {
                "SiteId": {
                    "name": "wix-site-id",
                    "in": "header",
                    "description": "The site whose orders are meant. Needed where the endpoint serves several.",
                    "schema": {"type": "string"},
                }
            },
            "headers": {
                "RequestId": {
                    "description": "Names the request in the endpoint's log.",
                    "required": True,
                    "schema": {"type": "string"},
                },
                "Warnings": {
                    "description": "Codes and places of what is ignored or odd in the request, if anything is.",
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
        "/ecom/v1/orders/search": {
            "parameters": site,
            "post": _operation(
                "searchOrders orders",
                "Search Orders",
                "Orders that match a filter, sorted, one page at a time. {} asks for the newest.",
                _answer("One page of orders.", component("SearchResponse"), warned=True),
                requestBody=_body({"application/json": {"schema": component("SearchRequest")}}),
            ),
        },
        "/ecom/v1/orders/{id}": {
            "parameters": site,
            "get": _operation(
                "getOrder orders",
                "Get Order",
                "One order, hidden ones too. The JavaScript SDK repeats the id as a query parameter: nobody reads it.",
                _answer("The order.", _closed({"order": component("Order")})),
                parameters=[_in_path("id")],
                missing=True,
            ),
        },
        "/ecom/v1/payments/orders/{orderId}": {
            "parameters": site,
            "get": _operation(
                "listTransactionsForSingleOrder transactions",
                "List Transactions For Single Order",
                "Payments and refunds of one order. The JavaScript SDK repeats the id as a query parameter: nobody "
                "reads it.",
                _answer("The transactions.", _closed({"orderTransactions": component("OrderTransactions")})),
                parameters=[_in_path("orderId")],
                missing=True,
            ),
        },
        "/ecom/v1/payments/list-by-ids": {
            "parameters": site,
            "post": _operation(
                "listTransactionsForMultipleOrders transactions",
                "List Transactions For Multiple Orders",
                "Payments and refunds of those of the orders that are there.",
                _answer("The transactions.", _closed({"orderTransactions": _list(component("OrderTransactions"))})),
                requestBody=_body({"application/json": {"schema": ids}}),
            ),
        },
        "/_orderquery/load": {
            "parameters": site,
            "post": _operation(
                "load orderquery",
                "Load documents",
                "Keeps orders and transactions: orders, Search responses, transactions or webhook events, as one "
                "JSON value or one on each line, or the signed envelope of a webhook as text. A document that cannot "
                "be kept is skipped and told, the others are kept.",
                _answer("What became of the documents.", component("LoadResult")),
                parameters=[
                    {
                        "name": "site",
                        "in": "query",
                        "description": "The site the documents belong to.",
                        "schema": {"type": "string"},
                    }
                ],
                requestBody=_body(loaded),
            ),
        },
        "/healthz": {
            "get": _operation(
                "health orderquery",
                "Whether the endpoint runs",
                "Says which version of orderquery answers, over which table.",
                _answer("It does.", _closed(health)),
                open_to_all=True,
            )
        },
        "/openapi.json": {
            "get": _operation(
                "describe orderquery",
                "This description",
                "An OpenAPI 3.1 document.",
                _answer("The document.", {"type": "object"}),
                open_to_all=True,
            )
        },
    }


def _operation(
    name: str, title: str, says: str, answer: JSON, *, open_to_all: bool = False, missing: bool = False, **more: JSON
) -> dict[str, JSON]:
    """An operation; ``name`` is its id and its tag.

    One that is ``open_to_all`` refuses nothing; the order that is asked for may be ``missing``.
    """
    statuses = sorted({*_ALWAYS, *(() if open_to_all else _TO_REQUESTS), *(("404",) if missing else ())})
    problems = {status: component(_PROBLEMS[status][0], "responses") for status in statuses}
    operation, tag = name.split()
    described = {"operationId": operation, "tags": [tag], "summary": title, "description": says}
    security: dict[str, JSON] = {"security": []} if open_to_all else {}
    return {**described, **security, **more, "responses": {"200": answer, **problems}}


def _in_path(name: str) -> JSON:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _body(content: dict[str, JSON]) -> JSON:
    return {"required": True, "content": content}


def _answer(says: str, schema: JSONSchema, *, warned: bool = False) -> dict[str, JSON]:
    headers = {"x-wix-request-id": component("RequestId", "headers")}
    if warned:
        headers["x-orderquery-warnings"] = component("Warnings", "headers")
    return {"description": says, "headers": headers, "content": {"application/json": {"schema": schema}}}


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
        "field": {**text, "description": "Where in the request, its keys joined by dots; perhaps empty."},
        "description": text,
        "violatedRule": {"enum": list(VIOLATED_RULES)},
        "ruleName": {**text, "description": "Which rule, where violatedRule is OTHER."},
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
        "pointer": {"type": ["string", "null"], "description": "The JSON pointer of the place."},
        "line": place,
        "column": place,
        "message": text,
        "help": text,
    }
    return {
        "SearchResponse": _closed(
            {"orders": {**_list(component("Order")), "maxItems": schema.max_limit}, "metadata": _closed(metadata)}
        ),
        "Order": {
            "type": "object",
            "description": "As it was loaded, under REST names: a key that was absent is absent.",
            **({"properties": {key[0]: identity}, "required": [key[0]]} if len(key) == 1 else {}),
        },
        "OrderTransactions": {
            "type": "object",
            "description": "As they were loaded.",
            "required": ["orderId"],
            "properties": {"orderId": identity, "payments": _list(anything), "refunds": _list(anything)},
        },
        "LoadResult": _closed(
            {
                "orders": {**count, "description": "Orders that were kept."},
                "transactions": {**count, "description": "Transactions records that were kept."},
                "older": {**count, "description": "Documents older than what is there."},
                "skipped": {**count, "description": "Documents that cannot be kept."},
                "problemCount": {**count, "description": "All problems; the first of them are listed."},
                "problems": _list(component("Diagnostic")),
            }
        ),
        "Diagnostic": _closed(diagnostic),
        "Error": {
            "type": "object",
            "required": ["message"],
            "properties": {
                "message": {**text, "description": "Perhaps empty."},
                "details": {
                    "type": "object",
                    "properties": {
                        "validationError": _closed({"fieldViolations": _list(component("FieldViolation"))}),
                        "applicationError": {**_closed(failure), "required": ["code", "description"]},
                        "corrected": {
                            **anything,
                            "description": "The request with every problem mended, if it can be.",
                        },
                    },
                },
            },
        },
        "FieldViolation": {**_closed(violation), "required": ["field", "description"]},
    }


def _closed(properties: dict[str, JSON]) -> JSONSchema:
    """An object that holds these and nothing else."""
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def _list(items: JSONSchema) -> JSONSchema:
    return {"type": "array", "items": items}
