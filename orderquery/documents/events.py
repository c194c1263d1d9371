"""Webhook events of orders and transactions, as pydantic models.

Import this module when first needed: most documents are plain orders, and pydantic takes long to import.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from .extract import Kind

JSON = Any


class _EventModel(BaseModel):
    model_config = ConfigDict(extra="allow")


class _CreatedEvent(_EventModel):
    entity: dict[str, JSON]


class _UpdatedEvent(_EventModel):
    currentEntity: dict[str, JSON]  # noqa: N815 - the service's spelling


class _ActionEvent(_EventModel):
    body: dict[str, JSON]


class Event(_EventModel):
    """A webhook event about an order or its transactions."""

    entityFqdn: str  # noqa: N815
    slug: str
    entityId: str  # noqa: N815
    eventTime: str | None = None  # noqa: N815
    createdEvent: _CreatedEvent | None = None  # noqa: N815
    updatedEvent: _UpdatedEvent | None = None  # noqa: N815
    actionEvent: _ActionEvent | None = None  # noqa: N815

    def entity_path(self, kind: Kind) -> tuple[str, ...] | None:
        """Return the path of the record of this kind in the event, or ``None``."""
        if self.actionEvent is not None:
            name = "orderTransactions" if kind == "transactions" else "order"
            return ("actionEvent", "body", name) if isinstance(self.actionEvent.body.get(name), dict) else None
        if self.createdEvent is not None:
            return ("createdEvent", "entity")
        return ("updatedEvent", "currentEntity") if self.updatedEvent is not None else None


def read_event(document: dict[str, JSON]) -> Event | str:
    """Return the event, or a message about the first key that is missing or wrong."""
    try:
        return Event.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}"
