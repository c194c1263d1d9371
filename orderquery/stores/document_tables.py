"""The tables of documents, which have the same names and keys on every engine."""

from __future__ import annotations

from typing import NamedTuple

from .merge import RecordKind

DOCUMENT_TABLES = {"order": ("order_document", "id"), "transactions": ("transactions", "order_id")}
"""The table of each kind of record, and its column with the order's id."""

NAMED_SITE = (
    "SELECT EXISTS (SELECT 1 FROM order_document WHERE site > '') "
    "OR EXISTS (SELECT 1 FROM transactions WHERE site > '')"
)
"""The query whether any record belongs to a site with a name."""


class StoredRecord(NamedTuple):
    """An order or transactions record of a store, byte for byte.

    ``event_time`` is the time of the event that brought it, in microseconds since 1970-01-01 UTC, or ``None``.
    """

    site: str
    id: str
    kind: RecordKind
    document: bytes
    event_time: int | None = None

    @property
    def place(self) -> tuple[str, str]:
        """The site and id, by which records are sorted."""
        return self.site, self.id
