"""What is refused, in the service's own error JSON: the one place that knows its shape."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..catalogue import CODES
from ..diagnostics import Diagnostic, OrderQueryError, Path
from ..records import compact
from ..wire import Fault

JSON = Any

WHOLE_BODY = "body"
"""The ``field`` of a violation that no key of the request is to blame for: the SDK cannot do without one."""

_FILTER = ("search", "filter")


class Refused(OrderQueryError):
    """A request that is answered with an error.

    ``status`` is the HTTP status, ``message`` the sentence, ``details`` what the service's clients look into:
    ``validationError`` or ``applicationError``, and beside it ``corrected``, the request with every fix made;
    ``headers`` go with the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        details: Mapping[str, JSON] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.details, self.headers = dict(details or {}), dict(headers or {})

    def to_bytes(self) -> bytes:
        """The body of the answer."""
        return json.dumps({"message": self.message, "details": self.details}, separators=(",", ":")).encode()


def of_application(
    status: int,
    code: str,
    description: str,
    data: Mapping[str, JSON] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Refused:
    """A refusal that concerns the request as a whole."""
    error = {"code": code, "description": description, **({"data": dict(data)} if data else {})}
    return Refused(status, description, {"applicationError": error}, headers)


def of_violations(violations: Sequence[Mapping[str, JSON]], corrected: JSON = None) -> Refused:
    """A 400 that names fields and what is wrong with each."""
    message = "; ".join(f"{found['field']}: {found['description']}" for found in violations)
    details: dict[str, JSON] = {"validationError": {"fieldViolations": list(violations)}}
    return Refused(400, message, details | _corrected(corrected))


def of_diagnostics(diagnostics: Iterable[Diagnostic], corrected: JSON = None) -> Refused:
    """A 400 that says all of these at once."""
    found = tuple(diagnostics)
    codes = {CODES[diagnostic.code].service.application_code for diagnostic in found}
    if len(codes) == 1 and (code := codes.pop()):
        description = "; ".join(map(_sentence, found))
        error = {"code": code, "description": description, "data": {"problems": [_data(said) for said in found]}}
        return Refused(400, description, {"applicationError": error} | _corrected(corrected))
    return of_violations([_violation(diagnostic) for diagnostic in found], corrected)


_RULES = {"missing": "REQUIRED_FIELD", "too_short": "MIN_SIZE", "too_long": "MAX_SIZE"}


def of_faults(faults: Iterable[Fault]) -> Refused:
    """A 400 that says what a model of the wire found."""
    return of_violations(
        [
            {
                "field": field_of(fault.path),
                "description": fault.message,
                "violatedRule": _RULES.get(fault.kind, "VALIDATION"),
                **({"data": {"threshold": fault.threshold}} if fault.threshold is not None else {}),
            }
            for fault in faults
        ]
    )


def _violation(diagnostic: Diagnostic) -> dict[str, JSON]:
    service = CODES[diagnostic.code].service
    rule = service.violated_rule.format_map(diagnostic.facts)
    name = service.rule_name
    if service.application_code:
        rule, name = "OTHER", service.application_code
    said: dict[str, JSON] = {"field": field_of(diagnostic.place.path), "description": _sentence(diagnostic)}
    if rule:
        said["violatedRule"] = rule
    if name:
        said["ruleName"] = name
    return {**said, "data": _data(diagnostic)}


def _sentence(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.message} ({diagnostic.help})" if diagnostic.help else diagnostic.message


def _data(diagnostic: Diagnostic) -> dict[str, JSON]:
    data: dict[str, JSON] = {"code": diagnostic.code, "pointer": diagnostic.pointer or ""}
    if "threshold" in diagnostic.facts:
        data["threshold"] = diagnostic.facts["threshold"]
    if diagnostic.line is not None:
        data |= {"line": diagnostic.line, "column": diagnostic.column}
    return data


def field_of(path: Path | None) -> str:
    """The service's name for a place in a request. A filter is one value to it: nothing in it has a name."""
    if not path:
        return WHOLE_BODY
    if path[:2] == _FILTER:
        return ".".join(_FILTER)
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def _corrected(corrected: JSON) -> dict[str, JSON]:
    # Decimals go through the encoder that writes them as they are.
    return {} if corrected is None else {"corrected": json.loads(compact(corrected))}
