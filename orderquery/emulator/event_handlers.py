"""The handlers of events and their deliveries, which only this server has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..diagnostics.quoting import quoted
from ..language.datetimes import write_instant
from ..syntax.problems import Guesses
from .auth import unknown_parameter
from .deliveries import Deliveries
from .errors import validation_error
from .events import LoggedEvent
from .http_context import HttpContext
from .limits import DEFAULT_LISTED, MAX_LISTED, MAX_LISTED_BYTES, MAX_VIOLATIONS
from .outbox import Delivery
from .responses import json_response

JSON = Any

PEM_TYPE = "application/x-pem-file"
_MAX_SEQUENCE = 2**53 - 1
_FLAGS = {"true": 1, "false": 0}


class Parameter(NamedTuple):
    """A query parameter: its value if absent, and its limits; a flag has none."""

    default: int
    least: int = 0
    most: int = 1
    is_flag: bool = False


_AFTER = Parameter(0, 0, _MAX_SEQUENCE)
_LIMIT = Parameter(DEFAULT_LISTED, 1, MAX_LISTED)
EVENT_PARAMETERS = {"after": _AFTER, "limit": _LIMIT, "envelopes": Parameter(0, is_flag=True)}
DELIVERY_PARAMETERS = {"after": _AFTER, "limit": _LIMIT}


class EventHandlers:
    """Answers which events there were, and how their delivery went."""

    def __init__(self, context: HttpContext) -> None:
        self._context = context

    async def list_events(self, request: Request) -> Response:
        """Answer with the events of a site after a sequence number."""
        self._context.admit(request)
        return await run_in_threadpool(self._list_events, request)

    def _list_events(self, request: Request) -> Response:
        wanted = _read_parameters(request, EVENT_PARAMETERS)
        emulator = self._context.emulator_for(request)
        parts: list[bytes] = []
        last = wanted["after"]
        size = 0
        for event in emulator.iterate_events(last, wanted["limit"]):
            part = _encode_event(event, emulator.envelope(event) if wanted["envelopes"] else None)
            size += len(part)
            if parts and size > MAX_LISTED_BYTES:
                break
            parts.append(part)
            last = event.sequence
        return json_response(b'{"events":[' + b",".join(parts) + b'],"next":%d}' % last)

    async def list_deliveries(self, request: Request) -> Response:
        """Answer with the log of deliveries of a site."""
        self._context.admit(request)
        return await run_in_threadpool(self._list_deliveries, request)

    def _list_deliveries(self, request: Request) -> Response:
        wanted = _read_parameters(request, DELIVERY_PARAMETERS)
        emulator = self._context.emulator_for(request)
        found = emulator.list_deliveries(wanted["after"], wanted["limit"])
        last = found[-1].sequence if found else wanted["after"]
        shown = [show_delivery(delivery, emulator.deliveries) for delivery in found]
        return json_response(json.dumps({"deliveries": shown, "next": last}).encode())

    async def resend(self, request: Request) -> Response:
        """Make a delivery due now."""
        self._context.admit(request)
        return await run_in_threadpool(self._resend, request)

    def _resend(self, request: Request) -> Response:
        emulator = self._context.emulator_for(request)
        delivery = emulator.resend(request.path_params["id"])
        return json_response(json.dumps({"delivery": show_delivery(delivery, emulator.deliveries)}).encode())

    async def webhook_key(self, request: Request) -> Response:
        """Answer with the public key that verifies the envelopes."""
        self._context.admit(request)
        key = await run_in_threadpool(self._context.emulator.deliveries.key.get)
        return Response(key.public_pem, media_type=PEM_TYPE)


def _encode_event(event: LoggedEvent, envelope: str | None) -> bytes:
    sealed = b"" if envelope is None else b',"envelope":"' + envelope.encode() + b'"'
    return b'{"sequence":%d,"event":' % event.sequence + event.document + sealed + b"}"


def show_delivery(delivery: Delivery, deliveries: Deliveries) -> dict[str, JSON]:
    """Return a delivery as JSON; its URL is shown if it is one of this process."""
    shown: dict[str, JSON] = {
        "id": delivery.id,
        "sequence": delivery.sequence,
        "eventId": delivery.event_id,
        "eventType": delivery.event_type,
        "entityId": delivery.entity_id,
        "url": deliveries.url_of(delivery.receiver),
        "state": delivery.state,
    }
    if delivery.state == "waiting":
        shown["dueDate"] = write_instant(delivery.due)
    return {**shown, "attempts": list(delivery.attempts)}


def _read_parameters(request: Request, known: Mapping[str, Parameter]) -> dict[str, int]:
    """Return the query parameters. Raises ``Refused`` with every violation."""
    query = request.scope["query_string"].decode("latin-1")
    values = {name: parameter.default for name, parameter in known.items()}
    violations, sent, guesses = [], set(), Guesses()
    for name, text in parse_qsl(query, keep_blank_values=True):
        parameter = known.get(name)
        if parameter is None:
            violations.append(unknown_parameter(name, known, guesses))
            continue
        if name in sent:
            violations.append({"field": name, "description": "occurs twice; send it once", "violatedRule": "FORMAT"})
            continue
        sent.add(name)
        value = _read_value(text, parameter)
        if value is None:
            help_ = "true or false" if parameter.is_flag else f"an integer of {parameter.least} to {parameter.most}"
            description = f"{quoted(text)} is not {help_}; send {help_}"
            violations.append({"field": name, "description": description, "violatedRule": "VALIDATION"})
        else:
            values[name] = value
    if violations:
        raise validation_error(violations[:MAX_VIOLATIONS], more=max(0, len(violations) - MAX_VIOLATIONS))
    return values


def _read_value(text: str, parameter: Parameter) -> int | None:
    if parameter.is_flag:
        return _FLAGS.get(text)
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_MAX_SEQUENCE))):
        return None
    value = int(text)
    return value if parameter.least <= value <= parameter.most else None
