"""The paths of events and deliveries in the OpenAPI description."""

from __future__ import annotations

from typing import Any, get_args

from .delivery_faults import FaultName
from .event_handlers import DELIVERY_PARAMETERS, EVENT_PARAMETERS, PEM_TYPE, Parameter
from .openapi_paths import closed, describe_operation, list_of, response
from .outbox import DeliveryState
from .search_schema import JSONSchema, component

JSON = Any

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_NOTES = {
    "after": "Only events after this sequence number, such as the value of next in the last response.",
    "limit": "The largest number of items.",
    "envelopes": "Add the signed envelope of each event, as a webhook receives it.",
}
_NEXT = {**_COUNT, "description": "The parameter after of the next request."}


def event_paths() -> dict[str, JSON]:
    """Return the paths of events, of their deliveries and of the webhook key."""
    site = [component("SiteId", "parameters")]
    return {
        "/_orderquery/events": {
            "parameters": site,
            "get": describe_operation(
                "listEvents orderquery",
                "List events",
                "What the writes at this site announced, oldest first.",
                response("Events.", closed({"events": list_of(_event()), "next": _NEXT})),
                parameters=_parameters(EVENT_PARAMETERS),
            ),
        },
        "/_orderquery/deliveries": {
            "parameters": site,
            "get": describe_operation(
                "listDeliveries orderquery",
                "List deliveries",
                "The deliveries of this site's events to the webhook URLs, with every attempt.",
                response("Deliveries.", closed({"deliveries": list_of(component("Delivery")), "next": _NEXT})),
                parameters=_parameters(DELIVERY_PARAMETERS),
            ),
        },
        "/_orderquery/deliveries/{id}/resend": {
            "parameters": site,
            "post": describe_operation(
                "resendDelivery orderquery",
                "Resend a delivery",
                "Makes a delivery due now, with all its retries. The event keeps its id.",
                response("The delivery.", closed({"delivery": component("Delivery")})),
                statuses={"404", "428"},
                parameters=[{"name": "id", "in": "path", "required": True, "schema": {**_TEXT, "minLength": 1}}],
            ),
        },
        "/_orderquery/webhook-key": {"parameters": site, "get": _webhook_key()},
    }


def event_schemas() -> dict[str, JSONSchema]:
    """Return the schemas of these paths."""
    attempt = {
        "time": {**_TEXT, "format": "date-time"},
        "status": {"type": "integer"},
        "firstStatus": {"type": "integer", "description": "The answer to the first of two requests."},
        "error": _TEXT,
        "note": _TEXT,
        "fault": {"enum": list(get_args(FaultName))},
    }
    delivery = {
        "id": _TEXT,
        "sequence": _COUNT,
        "eventId": _TEXT,
        "eventType": _TEXT,
        "entityId": _TEXT,
        "url": {"type": ["string", "null"], "description": "null if the server was not started with this URL."},
        "state": {"enum": list(get_args(DeliveryState))},
        "attempts": list_of({"type": "object", "required": ["time"], "properties": attempt}),
    }
    described = closed(delivery)
    described["properties"]["dueDate"] = {**_TEXT, "format": "date-time", "description": "Of the next attempt."}
    return {"Delivery": described}


def _event() -> JSONSchema:
    described = closed({"sequence": _COUNT, "event": {"type": "object"}})
    described["properties"]["envelope"] = _TEXT
    return described


def _webhook_key() -> JSON:
    ok = response("The key.", _TEXT)
    ok["content"] = {PEM_TYPE: {"schema": _TEXT}}
    return describe_operation(
        "getWebhookKey orderquery", "Webhook key", "The public key (PEM) that verifies the envelopes of events.", ok
    )


def _parameters(known: dict[str, Parameter]) -> list[JSON]:
    return [
        {"name": name, "in": "query", "description": _NOTES[name], "schema": _schema_of(parameter)}
        for name, parameter in known.items()
    ]


def _schema_of(parameter: Parameter) -> JSONSchema:
    if parameter.is_flag:
        return {"type": "boolean"}
    limits = {"minimum": parameter.least, "maximum": parameter.most, "default": parameter.default}
    return {"type": "integer", **limits}
