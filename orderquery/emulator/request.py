"""A decoded request, checked against its model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from ..diagnostics.diagnostic import Diagnostic
from ..documents.defects import find_defect
from .errors import WHOLE_BODY, validation_error, violation_of
from .limits import MAX_VIOLATIONS
from .violations import Violation, violation_of_fault
from .warnings import warnings_header
from .wire.base import WireRequest
from .wire.keys import KeyReader

JSON = Any
Path = tuple[str | int, ...]


class ReadRequest(NamedTuple):
    """A request with its known keys alone.

    Its numbers are as exact as they were decoded. ``faults`` are the violations that concern one item of a bulk
    request, by the item's index.
    """

    body: dict[str, JSON]
    warnings: tuple[Diagnostic, ...]
    faults: dict[int, list[Violation]]


def read_request(
    model: type[WireRequest],
    document: JSON,
    *,
    strict: bool = False,
    check: Callable[[dict[str, JSON]], Sequence[Violation]] | None = None,
) -> ReadRequest:
    """Check a decoded request.

    ``strict`` refuses ignored keys, ``check`` finds what the model cannot express.

    Raises:
        Refused: 400 with every violation.

    """
    defect = find_defect(document)
    if defect is not None:
        description = f"{defect.message} ({defect.help})"
        raise validation_error([{"field": WHOLE_BODY, "description": description, "violatedRule": "VALIDATION"}])
    reader = KeyReader(keeps_nulls=model.keeps_nulls)
    body = reader.read(model, document)
    violations: list[Violation] = []
    faults: dict[int, list[Violation]] = {}
    more = 0
    try:
        model.model_validate(body)
    except ValidationError as problem:
        for fault in problem.errors(include_url=False):
            index = model.item_of(fault["loc"])
            found = violations if index is None else faults.setdefault(index, [])
            if len(found) < MAX_VIOLATIONS:
                found.append(violation_of_fault(fault, reader.problems.guesses))
            elif index is None:
                more += 1
    if isinstance(body, dict) and check is not None:
        violations += check(body)
    warnings = tuple(reader.problems)
    if strict:
        violations += [violation_of(diagnostic) for diagnostic in warnings]
    if violations:
        more += max(0, len(violations) - MAX_VIOLATIONS)
        refusal = validation_error(violations[:MAX_VIOLATIONS], more=more)
        if not strict:
            refusal.headers.update(warnings_header(warnings))
        raise refusal
    return ReadRequest(body, warnings, faults)
