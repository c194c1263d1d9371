"""Faults that pydantic finds in a request, as the service's field violations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from ..diagnostics.quoting import described, quoted
from ..syntax.problems import Guesses
from .errors import field_of

JSON = Any
Violation = dict[str, JSON]

_RULES = {
    "missing": "REQUIRED_FIELD",
    "one_of": "REQUIRED_ONE_OF_FIELD",
    "one_of_alignment": "ONE_OF_ALIGNMENT",
    "format": "FORMAT",
    "literal_error": "INVALID_ENUM_VALUE",
    "string_too_short": "MIN_LENGTH",
    "string_too_long": "MAX_LENGTH",
    "too_short": "MIN_SIZE",
    "too_long": "MAX_SIZE",
    "greater_than_equal": "MIN",
    "less_than_equal": "MAX",
    "decimal_gte": "DECIMAL_GTE",
    "decimal_gt": "DECIMAL_GT",
    "decimal_lte": "DECIMAL_LTE",
    "decimal_max_scale": "DECIMAL_MAX_SCALE",
}
"""The service's rule by pydantic's type of error; every other type is ``VALIDATION``."""

_LIMITS = ("threshold", "min_length", "max_length", "ge", "le")
_KINDS = {
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "list_type": "a list",
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "finite_number": "a finite number",
}


def violation_of_fault(found: ErrorDetails, guesses: Guesses) -> Violation:
    """Return the violation of a fault that pydantic found.

    ``guesses`` are those of the request.
    """
    violation: Violation = {
        "field": field_of(found["loc"]),
        "description": _describe(found, guesses),
        "violatedRule": _RULES.get(found["type"], "VALIDATION"),
    }
    context = found.get("ctx", {})
    data: dict[str, JSON] = {}
    threshold = next((context[name] for name in _LIMITS if name in context), None)
    if threshold is not None:
        data["threshold"] = threshold
    if "format" in context:
        data["type"] = context["format"]
    return {**violation, "data": data} if data else violation


def _describe(found: ErrorDetails, guesses: Guesses) -> str:
    kind, value, context = found["type"], found["input"], found.get("ctx", {})
    if kind == "missing":
        return "missing; add this key"
    if kind in _KINDS:
        return f"{described(value)} is not {_KINDS[kind]}; use {_KINDS[kind]}"
    if kind == "literal_error":
        likely = _separated(found) or _likely(value, context, guesses)
        return f"{described(value)} is not a value of this key; {likely}"
    if kind in ("string_too_long", "string_too_short"):
        return f"{len(value):,} characters; use {_bound(kind, context)}"
    if kind in ("too_long", "too_short"):
        return f"{len(value):,} items; use {_bound(kind, context)}"
    if kind == "greater_than_equal":
        return f"{described(value)} is less than {context['ge']:,}; use {context['ge']:,} or more"
    if kind == "less_than_equal":
        return f"{described(value)} is more than {context['le']:,}; use at most {context['le']:,}"
    if kind == "string_unicode":
        return "contains half a surrogate pair; remove it"
    return found["msg"]


def _separated(found: ErrorDetails) -> str:
    """Return what to write for several values of a list in one text."""
    value, known = found["input"], _known_values(found.get("ctx", {}))
    values = [part.strip() for part in value.split(",")] if isinstance(value, str) else []
    if len(values) < 2 or not isinstance(found["loc"][-1], int) or not set(values) <= set(known):
        return ""
    return f"send each value on its own: {', '.join(map(quoted, values))}"


def _known_values(context: Mapping[str, JSON]) -> list[str]:
    return re.findall("'([^']+)'", str(context["expected"]))


def _likely(value: JSON, context: Mapping[str, JSON], guesses: Guesses) -> str:
    """Return the value that was meant, or all of them."""
    expected = str(context["expected"])
    is_one = isinstance(value, str) and "," not in value
    near = guesses.closest(value, _known_values(context)) if is_one else None
    return f"did you mean {quoted(near)}?" if near else "use " + expected.replace("'", '"')


def _bound(kind: str, context: Mapping[str, JSON]) -> str:
    return f"at most {context['max_length']:,}" if kind.endswith("long") else f"{context['min_length']:,} or more"


def required(path: Iterable[str | int], description: str) -> Violation:
    """Return the violation of a key that must be given."""
    return {"field": field_of(tuple(path)), "description": description, "violatedRule": "REQUIRED_FIELD"}


def invalid(path: Iterable[str | int], description: str) -> Violation:
    """Return the violation of a value that cannot be used."""
    return {"field": field_of(tuple(path)), "description": description, "violatedRule": "VALIDATION"}
