"""The requests of the control routes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from .base import WireRequest
from .values import DateTime, Number, Whole

_DAY_S = 86_400


Duration = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": "^([0-9]{1,9}[wdhms])+$"}],
            "description": "Seconds, or text such as 36h or 1d12h.",
        }
    ),
]


class EmptyRequest(WireRequest):
    """The body of a control route without options: {}, or nothing."""


class FaultRequest(WireRequest):
    """The next answers of a path fail, or are late."""

    path: str
    method: Literal["GET", "POST", "PATCH"] | None = None
    status: Annotated[Whole, Field(ge=400, le=599)] | None = None
    count: Annotated[Whole, Field(ge=1, le=10_000)] = 1
    retry_after: Annotated[Whole, Field(ge=0, le=_DAY_S)] | None = None
    delay: Annotated[Number, Field(ge=0, le=60)] = 0.0


class DeliveryFaultRequest(WireRequest):
    """The next deliveries of events go wrong."""

    fault: Literal["drop", "duplicate", "delay", "tamper", "wrong-key", "shuffle"]
    count: Annotated[Whole, Field(ge=1, le=10_000)] = 1
    event_type: str = ""
    entity_id: str = ""
    seconds: Annotated[Whole, Field(ge=1, le=30 * _DAY_S)] = 60
    seed: str | Whole = ""


class ClockRequest(WireRequest):
    """One change of the clock: set it, advance it, freeze it, or let it run."""

    set: DateTime | None = None
    advance: Duration = None
    freeze: bool | None = None
    run: bool | None = None
