"""Deciding which version of an order, or of its transactions, is newer (D22, D41)."""

from __future__ import annotations

from typing import Any


def is_older_order(new: Any, kept: Any) -> bool:
    """Return whether an order is older than the version that is kept already.

    Both arguments are values of the table's revision field, ``None`` where there is none. A missing revision is the
    oldest; of two equal ones the later arrival counts.
    """
    return kept is not None and (new is None or new < kept)


def are_older_transactions(new: int | None, kept: int | None) -> bool:
    """Return whether transactions are older than those that are kept already.

    Both arguments are times of events in microseconds, ``None`` for transactions that came without an event: such
    transactions replace any others.
    """
    return new is not None and kept is not None and new < kept


def newest_event_time(new: int | None, kept: int | None) -> int | None:
    """Return the event time to keep with new transactions: theirs, else the kept one."""
    return kept if new is None else new
