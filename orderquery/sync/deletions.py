"""Delete orders that the service no longer has, behind a guard (D116)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .apply import Batch

if TYPE_CHECKING:
    from .window_reader import WindowReader

MAX_DELETED_SHARE = 0.1
FREE_DELETIONS = 10
"""So many are deleted without consent, whatever their share."""
ORDERS_AT_ONCE = 20
"""Confirmed one by one and deleted together, so that a run that is stopped has done a part."""


def reconcile(reader: WindowReader, candidates: Sequence[str], max_deletions: int | None) -> bool:
    """Delete the stored orders that the service does not have.

    Returns whether all candidates are settled.

    A candidate that a search by id returns, or that is hidden, is stored as it is now. More deletions than the guard
    allows are not made at all.
    """
    if not candidates:
        return True
    batch, missing, found_ids = Batch(), list[str](), set[str]()
    for start in range(0, len(candidates), reader.page_orders):
        asked = candidates[start : start + reader.page_orders]
        answer = reader.find_by_ids(asked)
        reader.add_found(batch, answer)
        found = {record.id for record in answer.records}
        found_ids |= found
        missing += [key for key in asked if key not in found]
    result = reader.result
    if len(missing) > _allowed(reader, max_deletions):
        result.kept_deletions += len(missing)
        result.notes.append(
            f"{len(missing):,} stored orders are missing at the service, more than the guard allows; none was deleted. "
            f"If that is right, add: --max-deletions {len(missing)}"
        )
        reader.write(batch, reader.mark)
        return False
    for start in range(0, max(len(missing), 1), ORDERS_AT_ONCE):
        gone = list[str]()
        asked = missing[start : start + ORDERS_AT_ONCE]
        for key in asked:
            record = reader.client.get_order(key)
            if record is None:
                gone.append(key)
            else:
                batch.add([record], [])
        left = tuple(key for key in reader.mark.missing if key not in asked and key not in found_ids)
        reader.write(batch, reader.moved(missing=left), gone=gone)
        batch, found_ids = Batch(), set()
    return True


def _allowed(reader: WindowReader, max_deletions: int | None) -> int:
    if max_deletions is not None:
        return max_deletions
    return max(FREE_DELETIONS, int(reader.store.count({}) * MAX_DELETED_SHARE))
