"""Faults in deliveries that a test asks for.

An event is lost, doubled, late, out of order, tampered with, or signed with another key.
"""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal, cast

from ..diagnostics.quoting import described, quoted
from .errors import validation_error

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
_MAX_COUNT = 10_000
_MAX_DELAY_S = 30 * 86_400
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
        """Let a fault happen."""
        with self._lock:
            self._faults[site].append(fault)

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


_KEYS = ("fault", "count", "eventType", "entityId", "seconds", "seed")


def read_fault(body: JSON) -> DeliveryFault:
    """Return the fault in a decoded request body.

    Raises:
        Refused: 400 with every violation.

    """
    if not isinstance(body, dict):
        raise validation_error([_violation("body", f"not an object but {described(body)}", "FORMAT")])
    violations = [_unknown_key(key) for key in body if key not in _KEYS]
    name = body.get("fault")
    if not isinstance(name, str) or name not in FAULTS:
        rule = "INVALID_ENUM_VALUE" if "fault" in body else "REQUIRED_FIELD"
        violations.append(_violation("fault", f"{_shown(name)}; write one of: {', '.join(FAULTS)}", rule))
    count = _integer(body, "count", 1, _MAX_COUNT, violations)
    seconds = _integer(body, "seconds", _DEFAULT_DELAY_S, _MAX_DELAY_S, violations)
    texts = {key: body.get(key, "") for key in ("eventType", "entityId")}
    for key, text in texts.items():
        if not isinstance(text, str):
            violations.append(_violation(key, f"not a string but {described(text)}", "FORMAT"))
    seed = body.get("seed", "")
    if isinstance(seed, bool) or not isinstance(seed, str | int):
        violations.append(_violation("seed", f"not a string or an integer but {described(seed)}", "FORMAT"))
    if violations:
        raise validation_error(violations)
    return DeliveryFault(cast("FaultName", name), count, texts["eventType"], texts["entityId"], seconds, str(seed))


def _integer(body: dict[str, JSON], key: str, default: int, most: int, violations: list[dict[str, JSON]]) -> int:
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        violations.append(_violation(key, f"{_shown(value)}; write an integer of 1 to {most}", "VALIDATION"))
        return default
    return value


def _unknown_key(key: str) -> dict[str, JSON]:
    close = get_close_matches(key, _KEYS, n=1)
    help_ = f"did you mean {quoted(close[0])}?" if close else f"write one of: {', '.join(_KEYS)}"
    return _violation(key, f"unknown key {quoted(key)}; {help_}", "FIELD_NOT_ALLOWED")


def _shown(value: JSON) -> str:
    return "missing" if value is None else described(value)


def _violation(field_: str, description: str, rule: str) -> dict[str, JSON]:
    return {"field": field_ or "body", "description": description, "violatedRule": rule}
