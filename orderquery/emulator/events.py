"""Events of an emulator: what a write announces."""

from __future__ import annotations

from typing import Any, NamedTuple

JSON = Any


class EventDraft(NamedTuple):
    """What happened to an entity; the event log adds id, time and sequence.

    ``payload`` is ``{"createdEvent": {...}}``, ``{"updatedEvent": {...}}`` or ``{"actionEvent": {...}}``.
    """

    entity_fqdn: str
    slug: str
    entity_id: str
    payload: dict[str, JSON]


class EventLog:
    """The events of the sites of a store."""

    def append(self, change: Any, draft: EventDraft) -> None:
        """Add an event to the outbox, in the transaction of ``change``."""
