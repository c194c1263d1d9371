"""The base class of stores that are only searched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn, Self

from ..diagnostics.errors import StoreError
from ..language.schema import Schema
from .base import LoadResult, Store
from .document_tables import StoredRecord
from .merge import Change, RecordKind, StoredState
from .projection import FieldValues
from .service_state import Entry, StoreTransaction


class ReadOnlyStore(Store):
    """A read-only store: every method that writes raises ``StoreError``."""

    can_write = False

    how_to_change: str
    """How to change the orders instead, for the message."""

    how_to_export: str
    """How to copy the orders instead of exporting them, for the message."""

    @property
    def why_read_only(self) -> str:
        """Why nothing can be written, and what to do."""
        return f"this store is read-only; {self.how_to_change}"

    def load_records(self, found: Any, loaded: Any = None) -> LoadResult:
        """Raise ``StoreError``."""
        self._refuse()

    def delete(self, order_ids: Iterable[str]) -> int:
        """Raise ``StoreError``."""
        self._refuse()

    def transaction(self) -> AbstractContextManager[StoreTransaction]:
        """Raise ``StoreError``."""
        self._refuse()

    def read_entry(self, kind: str, key: str) -> Entry | None:
        """Return ``None``: a read-only store has no entries."""
        return None

    def list_entries(
        self, kind: str, *, after: tuple[int, str] | None = None, until: int | None = None, limit: int | None = None
    ) -> list[Entry]:
        """Return no entries."""
        return []

    def at_table(self, schema: Schema) -> Self:
        """Return the same store. Raises ``StoreError`` for another table of fields."""
        if schema is not self.schema:
            raise StoreError(
                f'this store has only the table of fields "{self.schema.name}", not "{schema.name}"; '
                f'open a store of "{schema.name}"'
            )
        return self

    def settle(self) -> None:
        """Do nothing."""

    def _writing(self) -> AbstractContextManager[Any]:
        self._refuse()

    def _read_states(self, order_ids: list[str]) -> dict[str, StoredState]:
        self._refuse()

    def _read_documents(self, kind: RecordKind, order_ids: list[str]) -> dict[str, bytes]:
        self._refuse()

    def _delete_records(self, order_ids: list[str]) -> int:
        self._refuse()

    def _execute(self, text: str, rows: Sequence[Mapping[str, Any]]) -> None:
        self._refuse()

    def _write_changes(self, changes: list[tuple[Change, FieldValues | None]]) -> None:
        self._refuse()

    def _read_records(
        self, kind: RecordKind, site: str | None, after: tuple[str, str], count: int
    ) -> list[StoredRecord]:
        raise StoreError(f"this store cannot be exported; {self.how_to_export}")

    def _refuse(self) -> NoReturn:
        raise StoreError(self.why_read_only)
