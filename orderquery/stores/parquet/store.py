"""Exports as stores that are read: what the engines over the published layout (:mod:`.columnar`) have in common."""

from __future__ import annotations

import dataclasses
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NoReturn

from ...compiler.cursor_keys import CursorKeys
from ...compiler.query import Query, SortField
from ...diagnostics.errors import StoreError, StoreTimeout
from ...documents.ingest import Found
from ...language.conditions import equals
from ...language.fields import Field
from ...language.schema import Schema
from ...language.types import has_lone_surrogate
from ...sql.layouts import COLUMNAR
from ...sql.statement import Statement, statement
from ...syntax.ast import Search
from ..base import Kept, LoadResult, Store, Values
from ..columnar import TRANSACTIONS, check_about
from ..explain import READS_ALL
from ..keyfile import keys_beside
from ..merge import Change, Held

JSON = Any

_TRANSACTIONS = dataclasses.replace(COLUMNAR, name=TRANSACTIONS, orders=TRANSACTIONS)


class Deadline:
    """When the engine's work has to be done."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left. Raises ``StoreTimeout`` where there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> StoreTimeout:
        """The error of a search that took longer."""
        return StoreTimeout(f"not done within {self.seconds:g} s")


class Engine(ABC):
    """An engine with the tables of one export. Safe to use from several threads."""

    @abstractmethod
    def rows(self, text: str, parameters: dict[str, Any], deadline: Deadline | None = None) -> list[Sequence[Any]]:
        """The rows of a statement. Raises ``StoreError``, and ``StoreTimeout`` beyond the deadline."""

    @abstractmethod
    def explained(self, text: str, parameters: dict[str, Any]) -> list[str]:
        """The lines of the engine's own plan for a statement."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the tables. Closing twice is fine."""


class ExportedStore(Store):
    """Orders of one site in an export, to be searched; they are changed by exporting the store again.

    The cursor keys that were not given lie beside the folder, as ``DIR.key``.
    """

    reads: str
    """What the engine calls reading the files, as a pattern."""

    def __init__(
        self,
        path: str | Path,
        schema: Schema,
        *,
        site: str = "",
        keys: CursorKeys | None = None,
        create: bool = False,  # an export is made from a store
    ) -> None:
        self.schema, self.site = schema, site
        self.path = Path(path).absolute()
        self._about = check_about(self.path, schema)
        self.keys = keys or keys_beside(self.path)
        self._of_thread = threading.local()
        self._engine = self._started()

    @abstractmethod
    def _started(self) -> Engine:
        """The engine, with the tables of the export.

        Raises:
            StoreError: it cannot be started.
            MissingExtra: its driver is not installed.

        """

    # -- reading -----------------------------------------------------------------------------------------------

    @contextmanager
    def _snapshot(self, seconds: float | None) -> Iterator[None]:
        # The files of an export never change.
        before = self._deadline
        self._of_thread.deadline = None if seconds is None else Deadline(seconds)
        try:
            yield
        finally:
            self._of_thread.deadline = before

    @property
    def _deadline(self) -> Deadline | None:
        return getattr(self._of_thread, "deadline", None)

    def _rows(self, built: Statement) -> list[Sequence[Any]]:
        return self._engine.rows(built.text, built.parameters, self._deadline)

    def _explained(self, built: Statement) -> list[str]:
        return self._engine.explained(built.text, built.parameters)

    def _costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return [(READS_ALL, found[0]) for line in lines if (found := re.search(self.reads, line))]

    def get_document(self, order_id: str) -> bytes | None:
        """The stored bytes of an order (hidden ones too), or ``None``."""
        return self._one(self._by_id, order_id)

    def get_transactions(self, order_id: str) -> bytes | None:
        """The stored bytes of an order's transactions record, or ``None``."""
        return self._one(self._transactions_by_id, order_id)

    def _one(self, built: Callable[[str], Statement], order_id: str) -> bytes | None:
        if not isinstance(order_id, str) or has_lone_surrogate(order_id):
            return None
        rows = self._rows(built(order_id))
        return str(rows[0][-1]).encode() if rows else None

    def _by_id(self, order_id: str) -> Statement:
        plan = Query(self.schema, Search(), equals(self.schema.key, order_id), (SortField(self.schema.key, False),), 1)
        return statement(plan, self.dialect, site=self.site)

    def _transactions_by_id(self, order_id: str) -> Statement:
        key = self._order_id
        plan = Query(self.schema, Search(), equals(key, order_id), (SortField(key, False),), 1)
        return statement(plan, self.dialect, site=self.site, layout=_TRANSACTIONS)

    @cached_property
    def _order_id(self) -> Field:
        """The key of an order as a field of its transactions."""
        return dataclasses.replace(self.schema.key, column="order_id")

    def holds_named_site(self) -> bool:
        """Whether anything in the store, at whatever site, belongs to a site with a name."""
        return bool(self._about.get("named_sites"))

    def close(self) -> None:
        """Close the store. Closing twice is fine."""
        self._engine.close()

    # -- what an export does not do ----------------------------------------------------------------------------

    def load_records(self, found: Iterable[Found], loaded: Callable[[LoadResult], None] | None = None) -> LoadResult:
        """Nothing can be loaded. Raises ``StoreError``."""
        self._refuse()

    def delete(self, order_ids: Iterable[str]) -> int:
        """Nothing can be removed. Raises ``StoreError``."""
        self._refuse()

    def settle(self) -> None:
        """Nothing: an export is as it was made."""

    def _writing(self) -> AbstractContextManager[Any]:
        self._refuse()

    def _held(self, order_ids: list[str]) -> dict[str, Held]:
        self._refuse()

    def _documents(self, kind: Literal["order", "transactions"], order_ids: list[str]) -> dict[str, bytes]:
        self._refuse()

    def _put(self, changes: list[tuple[Change, Values | None]]) -> None:
        self._refuse()

    def _kept(
        self, kind: Literal["order", "transactions"], site: str | None, beyond: tuple[str, str], count: int
    ) -> list[Kept]:
        raise StoreError(f"{self.path} is an export already: copy the folder")

    def _refuse(self) -> NoReturn:
        raise StoreError(f"{self.path} is an export, to be read: change the store it is of, and export that again")


def upgrade(path: str, schema: Schema) -> int:
    """Refuse to rebuild an export. Raises ``StoreError``."""
    raise StoreError(f"{path} is an export: orderquery export STORE {path} --replace makes it anew")
