"""The old webhook events of the Stores API, and the events that replace them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .mapping import Webhook, stores_to_ecommerce

JSON = Any


def event_in(document: dict[str, JSON]) -> Webhook | None:
    """Return the old event that a document is, if its type or its keys tell."""
    name = document.get("eventType")
    for row in stores_to_ecommerce().webhooks:
        if (isinstance(name, str) and name in row.names) or any(key in document for key in row.keys):
            return row
    return None


def find_events(name: str) -> Iterator[Webhook]:
    """Yield the rows that have this name, old or new, in any spelling of it."""
    wanted = _folded(name)
    for row in stores_to_ecommerce().webhooks:
        if wanted in map(_folded, event_names(row)):
            yield row


def event_names(row: Webhook) -> tuple[str, ...]:
    """Return every name of an event: old topic, title and types, and the new type."""
    new = (row.new, row.new.rpartition(".")[2]) if row.new else ()
    return tuple(name for name in (row.topic, row.title, *row.names, *new) if name)


def _folded(name: str) -> str:
    return name.casefold().replace(" ", "").replace("_", "").replace("-", "")
