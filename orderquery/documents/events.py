"""What crosses the boundary, as pydantic models: requests, responses, and the webhook events of orders.

Imported when first needed; a plain order never needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from ..language.limits import MAX_CURSOR_CHARS, MAX_FIELD_NAME_CHARS, MAX_IDS_PER_REQUEST

JSON = Any


class _Wire(BaseModel):
    model_config = ConfigDict(extra="allow")


class Sorting(_Wire):
    """One entry of ``sort``."""

    fieldName: str = Field(max_length=MAX_FIELD_NAME_CHARS)  # noqa: N815 - the wire's own names
    order: Literal["ASC", "DESC"] = "ASC"


class CursorPaging(_Wire):
    """``cursorPaging`` of a search."""

    limit: int | None = Field(default=None, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=MAX_CURSOR_CHARS)


class CursorSearch(_Wire):
    """The search itself."""

    filter: dict[str, JSON] | None = None
    sort: list[Sorting] | None = Field(default=None, max_length=4)
    cursorPaging: CursorPaging | None = None  # noqa: N815


class SearchRequest(_Wire):
    """The body of ``POST /ecom/v1/orders/search``."""

    search: CursorSearch | None = None


class Cursors(_Wire):
    """The tokens of the pages beside a page; absent where there is none."""

    next: str | None = None
    prev: str | None = None


class Metadata(_Wire):
    """``metadata`` of a response."""

    count: int
    cursors: Cursors
    hasNext: bool  # noqa: N815


class SearchResponse(_Wire):
    """The answer of Search Orders."""

    orders: list[dict[str, JSON]]
    metadata: Metadata


class TransactionsRequest(_Wire):
    """The body of ``POST /ecom/v1/payments/list-by-ids``."""

    orderIds: list[str] = Field(min_length=1, max_length=MAX_IDS_PER_REQUEST)  # noqa: N815


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


class _Created(_Wire):
    entity: dict[str, JSON]


class _Updated(_Wire):
    currentEntity: dict[str, JSON]  # noqa: N815


class _Action(_Wire):
    body: dict[str, JSON]


class Event(_Wire):
    """A webhook event about an order or its transactions."""

    entityFqdn: str  # noqa: N815
    slug: str
    entityId: str  # noqa: N815
    eventTime: str | None = None  # noqa: N815
    createdEvent: _Created | None = None  # noqa: N815
    updatedEvent: _Updated | None = None  # noqa: N815
    actionEvent: _Action | None = None  # noqa: N815

    def entity_path(self) -> tuple[str, ...] | None:
        """Where in the event the order or the transactions record stands."""
        transactions = self.entityFqdn.endswith("_transactions")
        if self.actionEvent is not None:
            name = "orderTransactions" if transactions else "order"
            return ("actionEvent", "body", name) if isinstance(self.actionEvent.body.get(name), dict) else None
        if self.createdEvent is not None:
            return ("createdEvent", "entity")
        return ("updatedEvent", "currentEntity") if self.updatedEvent is not None else None

    @property
    def of_transactions(self) -> bool:
        """Whether the event is about transactions."""
        return self.entityFqdn.endswith("order_transactions")


def read_event(document: dict[str, JSON]) -> Event | str:
    """The event, or a sentence saying why it is none."""
    try:
        return Event.model_validate(document)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}"
