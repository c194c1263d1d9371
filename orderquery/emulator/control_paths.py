"""The paths of the control routes in the OpenAPI description."""

from __future__ import annotations

from typing import Any

from .openapi_paths import CONTROL_STATUS, body_of, closed, describe_operation, list_of, response, schemas_of
from .search_schema import JSONSchema, component
from .wire.control_requests import ClockRequest, DeliveryFaultRequest, EmptyRequest, FaultRequest

JSON = Any

_COUNT = {"type": "integer", "minimum": 0}
_DONE = closed({})


def control_paths() -> dict[str, JSON]:
    """Return the paths by which a test controls the server, one site at a time."""
    faults = response("The faults that are still to come.", closed({"faults": list_of(component("FaultRequest"))}))
    on_deliveries = response(
        "The faults that are still to come.", closed({"faults": list_of(component("DeliveryFaultRequest"))})
    )
    clock = response("The clock of the site.", component("Clock"))
    return {
        "/_orderquery/reset": _path(
            post=_sends("reset", "Reset", "Makes the site what it was when the server started.", _DONE, EmptyRequest)
        ),
        "/_orderquery/save": _path(
            post=_sends("save", "Save", "Returns everything the site holds.", component("Snapshot"), EmptyRequest)
        ),
        "/_orderquery/restore": _path(
            post=_sends("restore", "Restore", "Makes the site what it was when the body was saved.", _DONE, "Snapshot")
        ),
        "/_orderquery/clock": _path(
            get=describe_operation("getClock orderquery", "Get the clock", "", clock),
            post=_sends(
                "setClock",
                "Set the clock",
                "Sets, advances, freezes or runs the clock; answers when everything that fell due is done.",
                component("Clock"),
                ClockRequest,
            ),
        ),
        "/_orderquery/faults": _path(
            get=describe_operation("listFaults orderquery", "List faults", "", faults),
            post=_sends("addFault", "Add a fault", _doc(FaultRequest), _schema_of(faults), FaultRequest),
            delete=describe_operation("clearFaults orderquery", "Forget all faults", "", faults),
        ),
        "/_orderquery/deliveries/faults": _path(
            get=describe_operation("listDeliveryFaults orderquery", "List faults of deliveries", "", on_deliveries),
            post=_sends(
                "addDeliveryFault",
                "Add a fault of deliveries",
                _doc(DeliveryFaultRequest),
                _schema_of(on_deliveries),
                DeliveryFaultRequest,
            ),
            delete=describe_operation(
                "clearDeliveryFaults orderquery", "Forget all faults of deliveries", "", on_deliveries
            ),
        ),
    }


def control_schemas() -> dict[str, JSONSchema]:
    """Return the schemas of these paths."""
    requests = schemas_of([ClockRequest, DeliveryFaultRequest, EmptyRequest, FaultRequest])
    instant = {"type": "string", "format": "date-time"}
    clock = {"now": instant, "frozen": {"type": "boolean"}, "steps": {**_COUNT, "description": "What fell due."}}
    return {
        **{name: {**schema, "additionalProperties": False} for name, schema in requests.items()},
        "ClockRequest": {
            **requests["ClockRequest"], "additionalProperties": False, "minProperties": 1, "maxProperties": 1,
        },
        "Clock": closed(clock),
        "Snapshot": {
            **closed({"snapshot": _COUNT, "clock": _saved_clock(), "tables": _tables(), "entries": _entries()}),
            "description": "Everything that a site holds: orders by table, events, deliveries, plans, counters, clock.",
        },
    }  # fmt: skip


def _path(**operations: JSON) -> JSON:
    return {"parameters": [component("SiteId", "parameters")], **operations}


def _sends(name: str, title: str, description: str, answer: JSONSchema, model: type[Any] | str) -> JSON:
    """Return an operation that takes a JSON body."""
    schema = component(model if isinstance(model, str) else model.__name__)
    body = body_of({"application/json": {"schema": schema}})
    ok = response(description, answer)
    return describe_operation(f"{name} orderquery", title, description, ok, statuses={CONTROL_STATUS}, requestBody=body)


def _schema_of(answer: JSON) -> JSONSchema:
    schema: JSONSchema = answer["content"]["application/json"]["schema"]
    return schema


def _doc(model: type[Any]) -> str:
    return (model.__doc__ or "").splitlines()[0]


def _optional(properties: dict[str, JSON], required: tuple[str, ...] = ()) -> JSONSchema:
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def _saved_clock() -> JSONSchema:
    return _optional({"frozenAt": {"type": ["integer", "null"]}, "offset": {"type": "integer"}})


def _tables() -> JSONSchema:
    stored = {"type": "object"}
    order = _optional({"order": stored, "transactions": stored, "eventTime": {"type": ["integer", "null"]}})
    return {"type": "object", "additionalProperties": list_of(order)}


def _entries() -> JSONSchema:
    text = {"type": "string"}
    entry = {"kind": text, "key": text, "position": {"type": "integer"}, "document": {}}
    return list_of(_optional(entry, ("kind", "key")))
