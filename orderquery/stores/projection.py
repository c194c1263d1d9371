"""The field values of records and of stored documents.

They are computed the same way for every engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from ..documents.extract import values_of
from ..documents.ingest import Record
from ..language.fields import Field
from ..language.schema import Schema
from ..language.types import Value, encode_text, fold
from .merge import Change, RecordKind, StoredState
from .stored_documents import decode_stored, is_usable

JSON = Any
FieldValues = dict[str, Value]
"""The value of every field of an order, by the field's name."""


def folding(field: Field) -> Callable[[Value], str]:
    """Return the function that case-folds a value of the field.

    Columns for ``$startsWith`` store its result.
    """
    text = field.type.text
    return lambda value: encode_text(fold(text(value)))


def stored_states(
    schema: Schema, revisions: Mapping[str, Any], event_times: Mapping[str, int | None]
) -> dict[str, StoredState]:
    """Return the state of every id with a stored order or stored transactions.

    The keys of ``revisions`` are the ids with an order, those of ``event_times`` the ids with transactions.
    """
    field = schema.revision
    states = {}
    for key in revisions.keys() | event_times.keys():
        stored = revisions.get(key)
        revision = None if stored is None or field is None else field.type.decode(stored)
        states[key] = StoredState(key in revisions, revision, key in event_times, event_times.get(key))
    return states


class Projector:
    """Computes the field values of the changes of a batch."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def read_revision(self, order: Record) -> Value:
        """Return the value of the table's revision field, ``None`` where there is none."""
        revision = self._schema.revision
        return None if revision is None else (self._values_of("order", order, None) or {}).get(revision.name)

    def project_change(
        self, change: Change, orders: Mapping[str, bytes], transactions: Mapping[str, bytes]
    ) -> FieldValues | None:
        """Return the field values of a change, ``None`` where there is no order.

        ``orders`` and ``transactions`` hold the stored documents that changes need, by id.
        """
        values = self._values_of("order", change.order, orders.get(change.id))
        if values is None:
            return None
        others = self._values_of("transactions", change.transactions, transactions.get(change.id))
        return {**values, **(others or self._without_transactions)}

    def _values_of(self, kind: RecordKind, record: Record | None, stored: bytes | None) -> FieldValues | None:
        if record is not None:
            return record.values or values_of(self._schema, kind, record.decoded)[0]
        # What is stored and unusable counts as missing, so that it can be loaded again.
        if stored is None or not is_usable(stored):
            return None
        return values_of(self._schema, kind, decode_stored(stored))[0]

    @cached_property
    def _without_transactions(self) -> FieldValues:
        return values_of(self._schema, "transactions", {})[0]
