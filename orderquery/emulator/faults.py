"""Failures that a test asks for: the next answers of a path are errors, or late."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..diagnostics.quoting import quoted
from ..language.near import closest_name, near_name
from .errors import WHOLE_BODY, Refused, application_error, validation_error
from .limits import MAX_FAULTS
from .request import read_request
from .violations import Violation
from .wire.control_requests import FaultRequest

JSON = Any
_PARAMETER = re.compile(r"\{[^/{}]+\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """The next ``count`` answers of a path fail.

    ``path`` may have parameters as in the description (``/ecom/v1/orders/{id}``). ``status`` is the HTTP status, 0 for
    an answer that is only late by ``delay_s`` seconds. ``retry_after_s`` goes into the header Retry-After.
    """

    path: str
    method: str | None = None
    status: int = 500
    count: int = 1
    retry_after_s: int | None = None
    delay_s: float = 0.0

    def concerns(self, method: str, path: str) -> bool:
        """Return whether the fault is for a request."""
        if self.method not in (None, method):
            return False
        return _matches(self.path, path)

    def to_json(self) -> dict[str, JSON]:
        """Return the fault as it is asked for."""
        named = {
            "path": self.path,
            "method": self.method,
            "status": self.status or None,
            "count": self.count,
            "retryAfter": self.retry_after_s,
            "delay": self.delay_s or None,
        }
        return {key: value for key, value in named.items() if value is not None}

    def refusal(self) -> Refused | None:
        """Return the error to answer, ``None`` for an answer that is only late."""
        if not self.status:
            return None
        code = {429: "RATE_LIMITED", 503: "UNAVAILABLE"}.get(self.status, f"HTTP_{self.status}")
        headers = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        return application_error(self.status, code, "a fault that was asked for", headers=headers)


def _matches(template: str, path: str) -> bool:
    pattern = "[^/]+".join(map(re.escape, _PARAMETER.split(template)))
    return re.fullmatch(pattern, path) is not None


class FaultPlan:
    """The faults that are still to come, by site. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, list[Fault]] = {}

    def __bool__(self) -> bool:
        return bool(self._faults)

    def add(self, site: str, fault: Fault) -> None:
        """Plan one more fault for a site, after those that are planned already.

        Raises ``Refused``.
        """
        with self._lock:
            planned = self._faults.setdefault(site, [])
            if len(planned) >= MAX_FAULTS:
                message = f"{MAX_FAULTS} faults are planned; send DELETE /_orderquery/faults first"
                raise validation_error([_violation(WHOLE_BODY, message)])
            planned.append(fault)

    def clear(self, site: str) -> None:
        """Forget the faults of a site."""
        with self._lock:
            self._faults.pop(site, None)

    def list(self, site: str) -> list[JSON]:
        """Return the faults of a site that are still to come."""
        with self._lock:
            return [fault.to_json() for fault in self._faults.get(site, [])]

    def take(self, site: str, method: str, path: str) -> Fault | None:
        """Return the fault of this request, and count it."""
        with self._lock:
            planned = self._faults.get(site, [])
            for index, fault in enumerate(planned):
                if fault.concerns(method, path):
                    if fault.count > 1:
                        planned[index] = replace(fault, count=fault.count - 1)
                    else:
                        del planned[index]
                        if not planned:
                            del self._faults[site]
                    return fault
        return None


def read_fault(body: JSON, paths: Sequence[str]) -> Fault:
    """Return the fault that a request asks for.

    ``paths`` are the paths of the service.

    Raises:
        Refused: 400 with every violation.

    """

    def check(found: dict[str, JSON]) -> list[Violation]:
        problems = []
        path = found.get("path")
        near = path not in paths and isinstance(path, str) and _near_path(path, paths)
        if isinstance(path, str) and (near or not any(path == known or _matches(known, path) for known in paths)):
            near = near or closest_name(path, paths)
            advice = f'did you mean "{near}"?' if near else "GET /openapi.json lists the paths"
            problems.append(_violation("path", f"{quoted(path)} is no path of the service; {advice}"))
        if found.get("status") is None and not found.get("delay"):
            problems.append(_violation("status", "missing; send the status of the error, or a delay"))
        return problems

    found = FaultRequest.model_validate(read_request(FaultRequest, body, strict=True, check=check).body)
    return Fault(found.path, found.method, found.status or 0, found.count, found.retry_after, found.delay)


def _near_path(path: str, paths: Sequence[str]) -> str | None:
    """Return the one path without parameters that is a typing error away."""
    # Names are compared: in a name, a slash is a sign that no typing error makes.
    fixed = {known.replace("/", "."): known for known in paths if "{" not in known}
    return fixed.get(near_name(path.replace("/", "."), fixed) or "")


def _violation(field: str, description: str) -> Violation:
    return {"field": field, "description": description, "violatedRule": "VALIDATION"}
