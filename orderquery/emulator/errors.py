"""Errors in the service's JSON shape; no other module knows that shape."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..diagnostics.codes import CODES
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import OrderQueryError
from ..diagnostics.place import Path
from ..syntax.json_printer import encode_json
from .limits import MAX_VIOLATIONS

JSON = Any

WHOLE_BODY = "body"
"""The ``field`` of a violation without a place in the request; the JavaScript SDK fails on an empty one."""

_CORRECTED = "corrected"
_FILTER = ("search", "filter")


class Refused(OrderQueryError):
    """A request that is answered with an error.

    ``status`` is the HTTP status, ``message`` a sentence, ``details`` what clients of the service read:
    ``validationError`` or ``applicationError``, and beside it ``corrected``, the request with every certain
    fix made, if no error is left. ``headers`` are added to the response.
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
        """Return the response body."""
        plain = {key: value for key, value in self.details.items() if key != _CORRECTED}
        body = json.dumps({"message": self.message, "details": plain}, separators=(",", ":")).encode()
        corrected = _encode_or_none(self.details.get(_CORRECTED))
        if corrected is None:
            return body
        comma = b"," if plain else b""
        return body.removesuffix(b"}}") + comma + f'"{_CORRECTED}":'.encode() + corrected + b"}}"


def application_error(
    status: int,
    code: str,
    description: str,
    data: Mapping[str, JSON] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Refused:
    """Return an error about the request as a whole."""
    error = {"code": code, "description": description, **({"data": dict(data)} if data else {})}
    return Refused(status, description, {"applicationError": error}, headers)


def validation_error(violations: Sequence[Mapping[str, JSON]], corrected: JSON = None, more: int = 0) -> Refused:
    """Return a 400 with these field violations; ``more`` counts those left out."""
    sentences = [f"{violation['field']}: {violation['description']}" for violation in violations]
    sentences += [f"and {more:,} more"] if more else []
    details: dict[str, JSON] = {"validationError": {"fieldViolations": list(violations)}}
    return Refused(400, "; ".join(sentences), details | _corrected_details(corrected))


def diagnostics_error(diagnostics: Iterable[Diagnostic], corrected: JSON = None) -> Refused:
    """Return a 400 with the first ``MAX_VIOLATIONS`` of these diagnostics."""
    found = tuple(diagnostics)
    shown = found[:MAX_VIOLATIONS]
    codes = {CODES[diagnostic.code].service.application_code for diagnostic in found}
    if len(codes) == 1 and (code := codes.pop()):
        description = "; ".join(map(describe_diagnostic, shown))
        data = {"problems": [_data(diagnostic) for diagnostic in shown]}
        error = {"code": code, "description": description, "data": data}
        return Refused(400, description, {"applicationError": error} | _corrected_details(corrected))
    return validation_error([violation_of(diagnostic) for diagnostic in shown], corrected, len(found) - len(shown))


def violation_of(diagnostic: Diagnostic) -> dict[str, JSON]:
    """Return the field violation of a diagnostic."""
    service = CODES[diagnostic.code].service
    rule = service.violated_rule.format_map(diagnostic.facts)
    name = service.rule_name
    if service.application_code:
        rule, name = "OTHER", service.application_code
    violation: dict[str, JSON] = {
        "field": field_of(diagnostic.place.path),
        "description": describe_diagnostic(diagnostic),
    }
    if rule:
        violation["violatedRule"] = rule
    if name:
        violation["ruleName"] = name
    return {**violation, "data": _data(diagnostic)}


def describe_diagnostic(diagnostic: Diagnostic) -> str:
    """Return message and help on one line."""
    help_ = diagnostic.help.replace("\n", "; ")
    return f"{diagnostic.message} ({help_})" if help_ else diagnostic.message


def _data(diagnostic: Diagnostic) -> dict[str, JSON]:
    data: dict[str, JSON] = {"code": diagnostic.code, "pointer": diagnostic.pointer or ""}
    if "threshold" in diagnostic.facts:
        data["threshold"] = diagnostic.facts["threshold"]
    if diagnostic.line is not None:
        data |= {"line": diagnostic.line, "column": diagnostic.column}
    return data


def field_of(path: Path | None) -> str:
    """Return the service's name for a place; a filter has one name as a whole."""
    if not path:
        return WHOLE_BODY
    if path[:2] == _FILTER:
        return ".".join(_FILTER)
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".") or WHOLE_BODY


def _corrected_details(corrected: JSON) -> dict[str, JSON]:
    return {} if corrected is None else {_CORRECTED: corrected}


def _encode_or_none(corrected: JSON) -> bytes | None:
    """Return the corrected request with exact numbers, or ``None``."""
    if corrected is None:
        return None
    try:
        return encode_json(corrected)
    except (ValueError, TypeError, RecursionError, OverflowError):
        # A part without a fix may not be valid JSON.
        return None
