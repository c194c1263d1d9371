"""What the parts of a store ask of its engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self

from ..compiler.cursor_keys import CursorKeys, process_keys
from ..language.schema import Schema
from ..sql.statement import Statement
from .document_tables import StoredRecord, StoreTables, tables_of
from .merge import Change, RecordKind, StoredState
from .projection import FieldValues

BATCH_ROWS = 1_000
"""Records that are read or written at once."""


class Connections(Protocol):
    """The connections of a store to its engine."""

    def snapshot(self, seconds: float | None) -> AbstractContextManager[Any]:
        """Open a read snapshot. Raises ``StoreTimeout`` after ``seconds``."""

    def close(self) -> None:
        """Close every connection. Closing twice is allowed."""


class StoreOperations(ABC):
    """The operations of an engine, at one site and for one table of fields."""

    schema: Schema
    site: str

    dialect: str
    """The dialect of the engine's statements."""

    can_write: bool = True
    """False if every method that writes raises ``StoreError``."""

    @property
    def why_read_only(self) -> str:
        """Why nothing can be written, and what to do; empty if the store can be written."""
        return ""

    _connections: Connections

    @property
    def _tables(self) -> StoreTables:
        return tables_of(self.schema)

    @abstractmethod
    def _connect(self, location: str, create: bool) -> None:
        """Connect to the engine. Raises ``StoreError`` or ``MissingExtra``."""

    def _prepare(self, create: bool) -> None:
        """Create or check the tables. Raises ``StoreError``."""
        return

    def _make_keys(self) -> CursorKeys:
        """Return the cursor keys to use where none were passed."""
        return process_keys()

    @property
    def _stored_site(self) -> str:
        """The site as the engine stores it."""
        return self.site

    def _decode_site(self, stored: str) -> str:
        """Return the site that is stored as ``stored``."""
        return stored

    # -- writing -----------------------------------------------------------------------------------------------

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Any]:
        """Open an all-or-nothing transaction that excludes other writers.

        Within one that this thread has opened already, it is part of that.
        """

    @abstractmethod
    def _read_states(self, order_ids: list[str]) -> dict[str, StoredState]:
        """Return what the store has for these ids; ids without records may be left out."""

    @abstractmethod
    def _read_documents(self, kind: RecordKind, order_ids: list[str]) -> dict[str, bytes]:
        """Return the stored documents of these ids."""

    @abstractmethod
    def _write_changes(self, changes: list[tuple[Change, FieldValues | None]]) -> None:
        """Write the changes of a batch, each with the field values of its order, if any."""

    @abstractmethod
    def _project_and_write(self, changes: list[Change]) -> None:
        """Compute the field values of changes, and write them."""

    @abstractmethod
    def _delete_records(self, order_ids: list[str]) -> int:
        """Delete the records of these ids; return the number of orders."""

    def _finish_deletion(self) -> None:
        """Do what is due after a deletion is committed, such as emptying a log."""
        return

    @abstractmethod
    def _execute(self, text: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement in the open transaction, once for each row of parameters."""

    @abstractmethod
    def settle(self) -> None:
        """Do what is due at the end of a load, such as refreshing statistics."""

    # -- reading -----------------------------------------------------------------------------------------------

    @abstractmethod
    def _query(self, text: str, parameters: Mapping[str, Any], *, writing: bool = False) -> list[Sequence[Any]]:
        """Run a query and return its rows.

        It reads the committed state, or with ``writing`` that of the open transaction.
        """

    def _rows(self, built: Statement) -> list[Sequence[Any]]:
        """Run a statement and return its rows."""
        return self._query(built.text, built.parameters)

    @abstractmethod
    def _read_records(
        self, kind: RecordKind, site: str | None, after: tuple[str, str], count: int
    ) -> list[StoredRecord]:
        """Return at most ``count`` records after a site and id, sorted by both.

        The records are those of ``site``, or of all sites.
        """

    @abstractmethod
    def _execution_plan(self, built: Statement) -> list[str]:
        """Return the engine's execution plan: one step per line, indented by depth."""

    @abstractmethod
    def _find_costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        """Return the plan steps whose work grows with the number of orders.

        See :mod:`.explain`.
        """

    def _snapshot(self, seconds: float | None) -> AbstractContextManager[Any]:
        """Open a read snapshot. Raises ``StoreTimeout`` after ``seconds``."""
        return self._connections.snapshot(seconds)

    @abstractmethod
    def _get(self, kind: RecordKind, order_id: str) -> bytes | None:
        """Return the stored document of an id that can be stored, or ``None``."""

    @abstractmethod
    def holds_named_site(self) -> bool:
        """Return whether any record of the store, at any site, has a site name."""

    def close(self) -> None:
        """Close the store. Closing twice is allowed."""
        self._connections.close()

    # -- other tables of the same store ------------------------------------------------------------------------

    @abstractmethod
    def at_table(self, schema: Schema) -> Self:
        """Return the same store for the records of another table of fields."""
