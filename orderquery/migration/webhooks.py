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


def all_events() -> tuple[Webhook, ...]:
    """Return the rows of all events, old and new."""
    return stores_to_ecommerce().webhooks


def known_names() -> tuple[str, ...]:
    """Return every name of every event, each once."""
    rows = stores_to_ecommerce().webhooks
    return tuple(dict.fromkeys(name for row in rows for name in event_names(row)))


def describe_event(row: Webhook) -> Iterator[str]:
    """Yield the conversion of an event as lines of text."""
    old_id, new_id = stores_to_ecommerce().webhook_order_id
    if row.topic:
        yield f"{row.title}: an event of the Stores API (withdrawn)"
        facts = [("topic", row.topic), ("names", ", ".join(row.names)), ("order in", row.order or "none")]
    else:
        yield f"{row.title}: the Stores API had no such event"
        facts = []
    successor = f"{row.new}, if {row.condition}" if row.condition else row.new or "none"
    facts += [("replaced by" if row.topic else "event", successor)]
    if row.new:
        facts += [("content in", row.new_order), ("id of the order", f"{old_id} before, {new_id} now")]
    facts += [(name, text) for name, text in (("note", row.note), ("source", row.tag)) if text]
    yield ""
    for name, text in facts:
        if text:
            yield f"  {name:<15}  {text}"


def _folded(name: str) -> str:
    return name.casefold().replace(" ", "").replace("_", "").replace("-", "")
