"""Failures that a test asks for: the next answers of a path are errors, or late."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
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

    def concerns(self, method: str, path: str, template: str) -> bool:
        """Return whether the fault is for a request.

        ``template`` is the path of the operation that answers it.
        """
        return self.method in (None, method) and _matches(self.path, path) and _matches(template, self.path)

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

    def take(self, site: str, method: str, path: str, template: str) -> Fault | None:
        """Return the fault of this request, and count it."""
        with self._lock:
            planned = self._faults.get(site, [])
            for index, fault in enumerate(planned):
                if fault.concerns(method, path, template):
                    if fault.count > 1:
                        planned[index] = replace(fault, count=fault.count - 1)
                    else:
                        del planned[index]
                        if not planned:
                            del self._faults[site]
                    return fault
        return None


def read_fault(body: JSON, methods: Mapping[str, Sequence[str]]) -> Fault:
    """Return the fault that a request asks for.

    ``methods`` are those of each path of the service.

    Raises:
        Refused: 400 with every violation.

    """

    def check(found: dict[str, JSON]) -> list[Violation]:
        problems = []
        path, method = found.get("path"), found.get("method")
        fixed = [known for known in methods if "{" not in known]
        near = _near_path(path, fixed) if isinstance(path, str) and path not in methods else None
        possible = _methods_of(path, methods) if isinstance(path, str) else []
        if isinstance(path, str) and (near or not possible):
            near = near or closest_name(path, list(methods))
            advice = f"did you mean {quoted(near)}?" if near else f"use one such as {quoted(fixed[0])}"
            problems.append(_violation("path", f"{quoted(path)} is not a path of the service; {advice}"))
        elif isinstance(method, str) and _is_of_other_path(method, possible, methods):
            help_ = f"use {' or '.join(map(quoted, possible))}, or leave it out"
            problems.append(_violation("method", f"{quoted(method)} is not a method of this path; {help_}"))
        if found.get("status") is None and not found.get("delay"):
            problems.append(_violation("status", "missing; send the status of the error, or a delay"))
        return problems

    found = FaultRequest.model_validate(read_request(FaultRequest, body, strict=True, check=check).body)
    return Fault(found.path, found.method, found.status or 0, found.count, found.retry_after, found.delay)


def _methods_of(path: str, methods: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the methods of a path; its parameters may be filled in."""
    if path in methods:
        return [*methods[path]]
    return list(dict.fromkeys(method for known in methods if _matches(known, path) for method in methods[known]))


def _is_of_other_path(method: str, possible: Sequence[str], methods: Mapping[str, Sequence[str]]) -> bool:
    return bool(possible) and method not in possible and method in chain.from_iterable(methods.values())


def _near_path(path: str, paths: Iterable[str]) -> str | None:
    """Return the path that differs by a typing error in one step, or ``None``."""
    steps = path.split("/")
    for known in paths:
        pairs = [pair for pair in zip(known.split("/"), steps, strict=False) if pair[0] != pair[1]]
        if known.count("/") == path.count("/") and len(pairs) == 1 and near_name(pairs[0][1], [pairs[0][0]]):
            return known
    return None


def _violation(field: str, description: str) -> Violation:
    return {"field": field, "description": description, "violatedRule": "VALIDATION"}
