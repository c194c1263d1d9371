"""The request body of List Transactions For Multiple Orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from ..language.limits import MAX_IDS_PER_REQUEST

JSON = Any


class TransactionsRequest(BaseModel):
    """The body of ``POST /ecom/v1/payments/list-by-ids``."""

    model_config = ConfigDict(extra="allow")
    orderIds: list[str] = Field(min_length=1, max_length=MAX_IDS_PER_REQUEST)  # noqa: N815 - the key in the body


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in a request body; ``kind`` is pydantic's error type."""

    path: tuple[str | int, ...]
    kind: str
    message: str
    threshold: int | None = None


_EXAMPLE = 'send {"orderIds": ["..."]}'
_MESSAGES = {
    "model_type": f"not an object; {_EXAMPLE}",
    "missing": f"missing; {_EXAMPLE}",
    "list_type": f"not a list; {_EXAMPLE}",
    "string_type": "not a string; send the id of an order",
    "string_unicode": "contains half a surrogate pair; send the id of an order",
    "too_short": f"empty; {_EXAMPLE}",
    "too_long": f"more than {MAX_IDS_PER_REQUEST} ids; split them over several requests",
}
"""By pydantic's error types: all that the model can have."""


def read_order_ids(document: JSON) -> tuple[list[str], list[Fault]]:
    """Return the ids in a decoded request body, and its faults."""
    try:
        return TransactionsRequest.model_validate(document).orderIds, []
    except ValidationError as problem:
        return [], [_fault(error) for error in problem.errors(include_url=False, include_input=False)]


def _fault(error: ErrorDetails) -> Fault:
    limits = error.get("ctx", {})
    threshold = limits.get("max_length", limits.get("min_length"))
    return Fault(error["loc"], error["type"], _MESSAGES[error["type"]], threshold)
