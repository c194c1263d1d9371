"""The request body of List Transactions For Multiple Orders: the ids that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

JSON = Any


class TransactionsRequest(BaseModel):
    """The body of ``POST /ecom/v1/payments/list-by-ids``."""

    model_config = ConfigDict(extra="allow")
    orderIds: list[str] = Field(min_length=1, max_length=100)  # noqa: N815 - the name in the body


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a body: where, of what kind (pydantic's word), in a sentence, and the bound it passed."""

    path: tuple[str | int, ...]
    kind: str
    message: str
    threshold: int | None = None


def read_order_ids(document: JSON) -> tuple[list[str], list[Fault]]:
    """The ids that a request for transactions names, or what is wrong with it."""
    try:
        return TransactionsRequest.model_validate(document).orderIds, []
    except ValidationError as problem:
        return [], [_fault(error) for error in problem.errors(include_url=False, include_input=False)]


def _fault(error: ErrorDetails) -> Fault:
    if error["type"] == "model_type":
        return Fault(error["loc"], error["type"], 'an object is wanted, such as {"orderIds": ["..."]}')
    bounds = error.get("ctx", {})
    threshold = bounds.get("max_length", bounds.get("min_length"))
    return Fault(error["loc"], error["type"], error["msg"][:1].lower() + error["msg"][1:], threshold)
