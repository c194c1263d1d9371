"""What is refused, in the service's own error JSON: the one place that knows its shape."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..diagnostics.codes import CODES
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import OrderQueryError
from ..diagnostics.place import Path
from ..syntax.json_printer import encode_json
from .order_ids import Fault

JSON = Any

WHOLE_BODY = "body"
"""The ``field`` of a violation that no key of the request is to blame for: the SDK cannot do without one."""

MOST_VIOLATIONS = 100
"""What is wrong beyond these is counted: nobody reads a thousand, and an answer must not be larger than its request."""

_CORRECTED = "corrected"
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
        plain = {key: value for key, value in self.details.items() if key != _CORRECTED}
        body = json.dumps({"message": self.message, "details": plain}, separators=(",", ":")).encode()
        corrected = _written(self.details.get(_CORRECTED))
        if corrected is None:
            return body
        comma = b"," if plain else b""
        return body.removesuffix(b"}}") + comma + f'"{_CORRECTED}":'.encode() + corrected + b"}}"


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


def of_violations(violations: Sequence[Mapping[str, JSON]], corrected: JSON = None, more: int = 0) -> Refused:
    """A 400 that names fields and what is wrong with each, and counts those that are not named."""
    sentences = [f"{found['field']}: {found['description']}" for found in violations]
    sentences += [f"and {more:,} more"] if more else []
    details: dict[str, JSON] = {"validationError": {"fieldViolations": list(violations)}}
    return Refused(400, "; ".join(sentences), details | _beside(corrected))


def of_diagnostics(diagnostics: Iterable[Diagnostic], corrected: JSON = None) -> Refused:
    """A 400 that says all of these at once, up to ``MOST_VIOLATIONS``."""
    found = tuple(diagnostics)
    more = len(found) - MOST_VIOLATIONS
    shown = found[:MOST_VIOLATIONS]
    codes = {CODES[diagnostic.code].service.application_code for diagnostic in found}
    if len(codes) == 1 and (code := codes.pop()):
        description = "; ".join(map(_sentence, shown))
        error = {"code": code, "description": description, "data": {"problems": [_data(said) for said in shown]}}
        return Refused(400, description, {"applicationError": error} | _beside(corrected))
    return of_violations([_violation(diagnostic) for diagnostic in shown], corrected, max(more, 0))


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
    return "".join(steps).removeprefix(".") or WHOLE_BODY


def _beside(corrected: JSON) -> dict[str, JSON]:
    return {} if corrected is None else {_CORRECTED: corrected}


def _written(corrected: JSON) -> bytes | None:
    """The corrected request, its numbers exact; ``None`` where it cannot be written: a fix mends its mistake only."""
    if corrected is None:
        return None
    try:
        return encode_json(corrected)
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None
