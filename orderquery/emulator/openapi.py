"""The OpenAPI description of the emulator, generated from a table of fields."""

from __future__ import annotations

from typing import Any

from ..diagnostics.codes import CODES, EFFECT_NOTES
from ..language.limits import MAX_CURSOR_CHARS, MAX_ID_CHARS, MAX_SEARCH_BYTES
from ..language.schema import Schema
from ..language.site_names import MAX_SITE_CHARS
from ..version import __version__
from .control_paths import control_paths, control_schemas
from .event_paths import event_paths, event_schemas
from .openapi_paths import CONTROL_STATUS, ERRORS, closed, list_of, paths, response, wire_schemas
from .search_schema import JSONSchema, component, search_schemas

JSON = Any

VIOLATED_RULES = (
    "VALIDATION", "OTHER", "MAX", "MIN", "MAX_LENGTH", "MIN_LENGTH", "MAX_SIZE", "MIN_SIZE", "FORMAT", "DECIMAL_LTE",
    "DECIMAL_GTE", "DECIMAL_LT", "DECIMAL_GT", "DECIMAL_MAX_SCALE", "INVALID_ENUM_VALUE", "REQUIRED_FIELD",
    "FIELD_NOT_ALLOWED", "ONE_OF_ALIGNMENT", "EXACT_LENGTH", "EXACT_SIZE", "REQUIRED_ONE_OF_FIELD",
)  # fmt: skip
"""The values of ``violatedRule`` in the service's errors."""


def describe(
    schema: Schema, *, strict: bool = False, max_body: int = MAX_SEARCH_BYTES, control: bool = False
) -> dict[str, JSON]:
    """Return the OpenAPI 3.1 document of an emulator whose orders have this table.

    ``strict`` describes a server that refuses requests with any diagnostic, ``control`` one with the control routes;
    ``max_body`` is in bytes.

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
            {"name": "orders", "description": "Orders, with the answers of the service."},
            {
                "name": "transactions",
                "description": "Payments and refunds, with the answers of the service.",
            },
            {"name": "pricing plans", "description": "Orders of pricing plans, with the answers of the service."},
            {"name": "orderquery", "description": "Operations that the service does not have."},
        ],
        "paths": {**paths(control=control), **event_paths(), **(control_paths() if control else {})},
        "components": {
            "schemas": {
                **wire_schemas(strict=strict),
                **search_schemas(schema, strict=strict, max_body=max_body),
                **_schemas(schema),
                **event_schemas(),
                **(control_schemas() if control else {}),
            },
            "responses": {
                name: response(description.format(max_body=max_body), component("Error"), warned=status == "400")
                for status, (name, description) in ERRORS.items()
                if control or status != CONTROL_STATUS
            },
            "parameters": {
                "SiteId": {
                    "name": "wix-site-id",
                    "in": "header",
                    "description": "The site of the request. Required if all data belongs to sites with a name.",
                    "schema": {"type": "string", "maxLength": MAX_SITE_CHARS},
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


# -- answers ----------------------------------------------------------------------------------------------------

_TEXT = {"type": "string"}
_OBJECT = {"type": "object"}
_COUNT = {"type": "integer", "minimum": 0}
_PLACE = {"type": ["integer", "null"], "minimum": 1}
_DIAGNOSTIC = closed(
    {
        "code": {"enum": list(CODES)},
        "severity": {"enum": ["error", "warning"]},
        "effect": {"enum": list(EFFECT_NOTES)},
        "pointer": {"type": ["string", "null"], "description": "JSON pointer of the place."},
        "line": _PLACE,
        "column": _PLACE,
        "endLine": _PLACE,
        "endColumn": _PLACE,
        "message": _TEXT,
        "help": _TEXT,
        "fix": {"enum": ["same-answer", "intended", "guess", None]},
    }
)
_LOAD_COUNTS = {
    "orders": "Orders stored.",
    "transactions": "Transactions records stored.",
    "planOrders": "Orders of pricing plans stored, if there were any.",
    "plans": "Plan objects stored, in a load of plans.",
    "older": "Documents older than the stored ones; not stored.",
    "skipped": "Unusable documents; not stored.",
    "problemCount": "Number of all problems; only the first are listed.",
}
_NOT_IN_EVERY_LOAD = ("planOrders", "plans")
_FAILURE = closed({"code": _TEXT, "description": _TEXT, "data": _OBJECT})
_VIOLATION = closed(
    {
        "field": {**_TEXT, "description": "The place in the request, as keys joined by dots."},
        "description": _TEXT,
        "violatedRule": {"enum": list(VIOLATED_RULES)},
        "ruleName": {**_TEXT, "description": "The rule, if violatedRule is OTHER."},
        "data": _OBJECT,
    }
)


def _schemas(schema: Schema) -> dict[str, JSONSchema]:
    return {
        **_order_schemas(schema),
        "LoadResult": _load_result(),
        "Diagnostic": _DIAGNOSTIC,
        "Error": _error(),
        "FieldViolation": {**_VIOLATION, "required": ["field", "description"]},
    }


def _order_schemas(schema: Schema) -> dict[str, JSONSchema]:
    token = {**_TEXT, "maxLength": MAX_CURSOR_CHARS}
    key = schema.key.sources[0].paths[0]
    identity = {**_TEXT, "minLength": 1, "maxLength": MAX_ID_CHARS}
    metadata = {
        "count": {**_COUNT, "maximum": schema.max_limit, "description": "Orders on this page."},
        "cursors": {"type": "object", "properties": {"next": token, "prev": token}},
        "hasNext": {"type": "boolean"},
    }
    return {
        "SearchResponse": closed(
            {"orders": {**list_of(component("Order")), "maxItems": schema.max_limit}, "metadata": closed(metadata)}
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
            "properties": {"orderId": identity, "payments": list_of(_OBJECT), "refunds": list_of(_OBJECT)},
        },
    }


def _load_result() -> JSONSchema:
    properties = {name: {**_COUNT, "description": text} for name, text in _LOAD_COUNTS.items()}
    properties["problems"] = list_of(component("Diagnostic"))
    return {**closed(properties), "required": [name for name in properties if name not in _NOT_IN_EVERY_LOAD]}


def _error() -> JSONSchema:
    details = {
        "validationError": closed({"fieldViolations": list_of(component("FieldViolation"))}),
        "applicationError": {**_FAILURE, "required": ["code", "description"]},
        "corrected": {**_OBJECT, "description": "The request with every certain fix made, if no error is left."},
    }
    return {
        "type": "object",
        "required": ["message"],
        "properties": {
            "message": {**_TEXT, "description": "May be empty."},
            "details": {"type": "object", "properties": details},
        },
    }
