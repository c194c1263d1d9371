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


_FEW_LOADS = ("planOrders", "plans")


def _load_result(properties: dict[str, JSON]) -> JSON:
    required = [name for name in properties if name not in _FEW_LOADS]
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


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
            "properties": {"orderId": identity, "payments": list_of(anything), "refunds": list_of(anything)},
        },
        "LoadResult": _load_result(
            {
                "orders": {**count, "description": "Orders stored."},
                "transactions": {**count, "description": "Transactions records stored."},
                "planOrders": {**count, "description": "Orders of pricing plans stored, if there were any."},
                "plans": {**count, "description": "Plan objects stored, in a load of plans."},
                "older": {**count, "description": "Documents older than the stored ones; not stored."},
                "skipped": {**count, "description": "Unusable documents; not stored."},
                "problemCount": {**count, "description": "Number of all problems; only the first are listed."},
                "problems": list_of(component("Diagnostic")),
            }
        ),
        "Diagnostic": closed(diagnostic),
        "Error": {
            "type": "object",
            "required": ["message"],
            "properties": {
                "message": {**text, "description": "May be empty."},
                "details": {
                    "type": "object",
                    "properties": {
                        "validationError": closed({"fieldViolations": list_of(component("FieldViolation"))}),
                        "applicationError": {**closed(failure), "required": ["code", "description"]},
                        "corrected": {
                            **anything,
                            "description": "The request with every certain fix made, if no error is left.",
                        },
                    },
                },
            },
        },
        "FieldViolation": {**closed(violation), "required": ["field", "description"]},
    }
