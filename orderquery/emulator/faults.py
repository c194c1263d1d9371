"""Failures that a test asks for: the next answers of a path are errors, or late."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ..diagnostics.quoting import quoted
from ..language.near import closest_name
from .errors import Refused, application_error, validation_error

JSON = Any
MAX_FAULTS = 100
MAX_COUNT = 10_000
MAX_DELAY_S = 60.0
_KEYS = ("path", "method", "status", "count", "retryAfter", "delay")
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
        pattern = "[^/]+".join(map(re.escape, _PARAMETER.split(self.path)))
        return re.fullmatch(pattern, path) is not None

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


class FaultPlan:
    """The faults that are still to come, by site. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, list[Fault]] = {}

    def __bool__(self) -> bool:
        return bool(self._faults)

    def add(self, site: str, faults: list[Fault]) -> None:
        """Plan more faults for a site, after those that are planned already."""
        with self._lock:
            planned = self._faults.setdefault(site, [])
            if len(planned) + len(faults) > MAX_FAULTS:
                raise _violation("", f"more than {MAX_FAULTS} faults are planned; DELETE /_orderquery/faults first")
            planned += faults

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


def read_faults(body: JSON, paths: list[str]) -> list[Fault]:
    """Return the faults in a request: one, or ``{"faults": [...]}``.

    ``paths`` are the paths of the service, for a path that is none of them.

    Raises:
        Refused: 400 with every violation.

    """
    listed = body.get("faults") if isinstance(body, dict) and "faults" in body else [body]
    if not isinstance(listed, list) or not listed or len(listed) > MAX_FAULTS:
        raise _violation("faults", f"not a list of 1 to {MAX_FAULTS} faults")
    problems: list[JSON] = []
    faults = []
    for index, found in enumerate(listed):
        where = f"faults[{index}]." if "faults" in (body if isinstance(body, dict) else {}) else ""
        if not isinstance(found, dict):
            raise _violation(where.rstrip(".") or "body", 'not an object; send {"path": "...", "status": 429}')
        problems += [
            {"field": where + key, "description": text, "violatedRule": "FORMAT"}
            for key, text in _faults_of(found, paths)
        ]
        if not problems:
            faults.append(_fault(found))
    if problems:
        raise validation_error(problems)
    return faults


def _faults_of(found: dict[str, JSON], paths: list[str]) -> list[tuple[str, str]]:
    problems = []
    for key in found:
        if key not in _KEYS:
            near = closest_name(key, _KEYS)
            problems.append(
                (key, f"unknown key {quoted(key)}; " + (f'use "{near}"' if near else f"use {', '.join(_KEYS)}"))
            )
    path = found.get("path")
    if not isinstance(path, str) or not any(Fault(known).concerns("", path) or known == path for known in paths):
        near = closest_name(str(path), paths)
        problems.append(
            ("path", f"{quoted(str(path))} is no path of the service" + (f'; did you mean "{near}"?' if near else ""))
        )
    if found.get("method") not in (None, "GET", "POST", "PATCH"):
        problems.append(("method", "not GET, POST or PATCH; leave it out for any method"))
    problems += [
        (key, text)
        for key, low, high, text in (
            ("status", 400, 599, "not an error status from 400 to 599"),
            ("count", 1, MAX_COUNT, f"not a number from 1 to {MAX_COUNT}"),
            ("retryAfter", 0, 86_400, "not a number of seconds from 0 to 86,400"),
        )
        if found.get(key) is not None and not (type(found[key]) is int and low <= found[key] <= high)
    ]
    delay = found.get("delay")
    if delay is not None and not (type(delay) in (int, float, Decimal) and 0 <= delay <= MAX_DELAY_S):
        problems.append(("delay", f"not a number of seconds from 0 to {MAX_DELAY_S:g}"))
    if found.get("status") is None and not delay:
        problems.append(("status", "missing; send the status of the error, or a delay"))
    return problems


def _fault(found: dict[str, JSON]) -> Fault:
    return Fault(
        found["path"],
        found.get("method"),
        found.get("status") or 0,
        found.get("count") or 1,
        found.get("retryAfter"),
        float(found.get("delay") or 0),
    )


def _violation(field: str, description: str) -> Refused:
    return validation_error([{"field": field or "body", "description": description, "violatedRule": "FORMAT"}])
