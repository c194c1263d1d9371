"""Faults in deliveries that a test asks for.

An event is lost, doubled, late, out of order, tampered with, or signed with another key.
"""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .errors import WHOLE_BODY, validation_error
from .event_types import why_unknown
from .limits import MAX_FAULTS
from .request import read_request
from .violations import Violation
from .wire.control_requests import DeliveryFaultRequest

JSON = Any
FaultName = Literal["drop", "duplicate", "delay", "tamper", "wrong-key", "shuffle"]

FAULTS: dict[FaultName, str] = {
    "drop": "the event is lost: it is not sent, and not retried",
    "duplicate": "the event is sent twice, with the same id",
    "delay": "the event is sent later, by the emulator's clock; later events of its order wait",
    "tamper": "the envelope is changed after signing",
    "wrong-key": "the envelope is signed with another key",
    "shuffle": "so many deliveries are gathered, then sent in an order that depends on the seed alone",
}
_DEFAULT_DELAY_S = 60


@dataclass
class DeliveryFault:
    """A fault of the next ``count`` attempts at a site.

    ``event_type`` and ``entity_id`` limit it to attempts of one event type or order.
    """

    fault: FaultName
    count: int = 1
    event_type: str = ""
    entity_id: str = ""
    seconds: int = _DEFAULT_DELAY_S
    seed: str = ""
    _orders: dict[str, list[str]] = field(default_factory=dict)

    def matches(self, event_type: str, entity_id: str) -> bool:
        """Return whether a delivery has this fault."""
        return self.event_type in ("", event_type) and self.entity_id in ("", entity_id)

    def choose(self, receiver: str, due: Sequence[str]) -> str | None:
        """Return which delivery a shuffle sends next; ``None`` to wait for more."""
        order = self._orders.get(receiver)
        if order is None:
            if len(due) < self.count:
                return None
            order = sorted(due)
            random.Random(self.seed).shuffle(order)  # noqa: S311 - repeatable on purpose
            self._orders[receiver] = order
        return order[0] if order else None

    def sent(self, receiver: str, key: str) -> None:
        """Remove a delivery from the order of a shuffle."""
        order = self._orders.get(receiver, [])
        if key in order:
            order.remove(key)

    def is_over(self, receivers: Iterable[str]) -> bool:
        """Return whether a shuffle has sent everything to every receiver."""
        return all(self._orders.get(receiver, [""]) == [] for receiver in receivers)

    def to_json(self) -> JSON:
        """Return the fault as it is sent to the server."""
        shown: dict[str, JSON] = {"fault": self.fault, "count": self.count}
        if self.event_type:
            shown["eventType"] = self.event_type
        if self.entity_id:
            shown["entityId"] = self.entity_id
        if self.fault == "delay":
            shown["seconds"] = self.seconds
        if self.fault == "shuffle":
            shown["seed"] = self.seed
        return shown


class DeliveryFaults:
    """The faults of each site that are still to happen.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, list[DeliveryFault]] = defaultdict(list)

    def add(self, site: str, fault: DeliveryFault) -> None:
        """Let a fault happen.

        Raises:
            Refused: 400 if too many are planned.

        """
        with self._lock:
            planned = self._faults[site]
            if len(planned) >= MAX_FAULTS:
                message = f"{MAX_FAULTS} faults are planned; send DELETE /_orderquery/deliveries/faults first"
                raise validation_error([{"field": WHOLE_BODY, "description": message, "violatedRule": "VALIDATION"}])
            planned.append(fault)

    def clear(self, site: str) -> None:
        """Forget the faults of a site."""
        with self._lock:
            self._faults.pop(site, None)

    def list(self, site: str) -> list[DeliveryFault]:
        """Return the faults of a site that are still to happen."""
        with self._lock:
            return list(self._faults.get(site, ()))

    def shuffle_of(self, site: str) -> DeliveryFault | None:
        """Return the shuffle of a site, if there is one."""
        return next((fault for fault in self.list(site) if fault.fault == "shuffle"), None)

    def take(self, site: str, event_type: str, entity_id: str) -> DeliveryFault | None:
        """Return the fault of an attempt, and count it."""
        with self._lock:
            for fault in self._faults.get(site, ()):
                if fault.fault != "shuffle" and fault.matches(event_type, entity_id):
                    fault.count -= 1
                    if fault.count <= 0:
                        self._faults[site].remove(fault)
                    return fault
        return None

    def end(self, site: str, fault: DeliveryFault) -> None:
        """Remove a fault."""
        with self._lock:
            if fault in self._faults.get(site, ()):
                self._faults[site].remove(fault)


def read_delivery_fault(body: JSON) -> DeliveryFault:
    """Return the fault that a request asks for.

    Raises:
        Refused: 400 with every violation.

    """
    read = read_request(DeliveryFaultRequest, body, strict=True, check=_check_fault)
    found = DeliveryFaultRequest.model_validate(read.body)
    return DeliveryFault(found.fault, found.count, found.event_type, found.entity_id, found.seconds, str(found.seed))


_ONLY_FOR: dict[str, FaultName] = {"seconds": "delay", "seed": "shuffle"}


def _check_fault(found: dict[str, JSON]) -> list[Violation]:
    problems = [
        (key, f'only for the fault "{fault}"; remove "{key}"')
        for key, fault in _ONLY_FOR.items()
        if key in found and isinstance(found.get("fault"), str) and found["fault"] in FAULTS and found["fault"] != fault
    ]
    event_type = found.get("eventType")
    if isinstance(event_type, str) and event_type and (problem := why_unknown(event_type)):
        problems.append(("eventType", problem))
    return [{"field": key, "description": text, "violatedRule": "VALIDATION"} for key, text in problems]
