"""Bulk requests: each item succeeds or fails on its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .errors import Refused, validation_error
from .violations import Violation
from .wire.base import BulkActionMetadata, BulkError, BulkResponse, BulkResult, ItemMetadata

JSON = Any


def answer_bulk(
    items: Sequence[JSON],
    id_of: Callable[[JSON], str],
    change: Callable[[int, JSON], JSON],
    *,
    return_entities: bool,
) -> BulkResponse:
    """Run ``change`` on every item, and answer with what became of each.

    ``change`` returns the entity, or raises ``Refused`` before it writes anything.
    """
    results = []
    for index, item in enumerate(items):
        metadata = ItemMetadata(id=id_of(item), original_index=index, success=True)
        entity = None
        try:
            entity = change(index, item)
        except Refused as refusal:
            metadata.success, metadata.error = False, bulk_error(refusal)
        results.append(BulkResult(item_metadata=metadata, item=entity if return_entities else None))
    failures = sum(not result.item_metadata.success for result in results)
    counts = BulkActionMetadata(total_successes=len(results) - failures, total_failures=failures)
    return BulkResponse(results=results, bulk_action_metadata=counts)


def refuse_faults(faults: Sequence[Violation]) -> None:
    """Refuse an item for its violations. Raises ``Refused``."""
    if faults:
        raise validation_error(faults)


def bulk_error(refusal: Refused) -> BulkError:
    """Return the error of one item."""
    error = refusal.details.get("applicationError")
    if error is not None:
        return BulkError(code=error["code"], description=error["description"], data=error.get("data"))
    return BulkError(code="VALIDATION", description=refusal.message, data=refusal.details.get("validationError"))
