"""The base of read-only stores over an export.

It contains what the engines over the published layout (:mod:`.tables`) have in common.
"""

from __future__ import annotations

import dataclasses
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from ...compiler.cursor_keys import CursorKeys
from ...compiler.query import Query, SortField
from ...diagnostics.errors import StoreError, StoreTimeout
from ...language.conditions import equals
from ...language.fields import Field
from ...language.schema import Schema
from ...sql.layouts import COLUMNAR
from ...sql.statement import Statement, statement
from ...syntax.ast import Search
from ..explain import READS_ALL
from ..keyfile import keys_beside
from ..merge import RecordKind
from ..read_only import ReadOnlyStore
from ..store_errors import timed_out
from .folders import recover
from .tables import ORDERS, TRANSACTIONS, check_about, export_again

_TRANSACTIONS = dataclasses.replace(COLUMNAR, name=TRANSACTIONS, orders=TRANSACTIONS)


class Deadline:
    """The time by which the engine must be done."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left. Raises ``StoreTimeout`` where there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> StoreTimeout:
        """Return the error of a search that took longer."""
        return timed_out(self.seconds)


class ParquetEngine(ABC):
    """An engine with the tables of one export. Safe to use from several threads."""

    @abstractmethod
    def rows(self, text: str, parameters: dict[str, Any], deadline: Deadline | None = None) -> list[Sequence[Any]]:
        """Run a statement; return its rows.

        Raises ``StoreError``, and ``StoreTimeout`` after the deadline.
        """

    @abstractmethod
    def execution_plan(self, text: str, parameters: dict[str, Any]) -> list[str]:
        """Return the lines of the engine's execution plan for a statement."""

    @abstractmethod
    def close(self) -> None:
        """Drop the tables. Closing twice is allowed."""


class ParquetStore(ReadOnlyStore):
    """The orders of one site in an export, read-only.

    To replace them, export the store again. Cursor keys that were not passed are in ``DIR.key``, beside the folder.
    """

    read_pattern: str
    """The pattern of a step of the engine's execution plan that reads the files."""

    def _connect(self, location: str, create: bool) -> None:
        self.path = Path(location).absolute()
        recover(self.path)
        self._about = check_about(self.path, self.schema)
        self.how_to_change = f"change its source store, then run: {export_again(self.path)}"
        self.how_to_export = f"{self.path} is already an export: copy the folder"
        self._of_thread = threading.local()
        self._engine = self._start()

    @abstractmethod
    def _start(self) -> ParquetEngine:
        """Start the engine with the tables of the export.

        Raises:
            StoreError: the engine cannot be started.
            MissingExtra: its driver is not installed.

        """

    # -- reading -----------------------------------------------------------------------------------------------

    def _make_keys(self) -> CursorKeys:
        return keys_beside(self.path)

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

    def _query(self, text: str, parameters: Mapping[str, Any], *, writing: bool = False) -> list[Sequence[Any]]:
        return self._engine.rows(text, dict(parameters), self._deadline)

    def sites(self) -> list[str]:
        """Return every site with a record, sorted."""
        parts = (f"SELECT DISTINCT site FROM {table}" for table in (ORDERS, TRANSACTIONS))
        return sorted({str(site) for (site,) in self._query(" UNION ALL ".join(parts), {})})

    def _execution_plan(self, built: Statement) -> list[str]:
        return self._engine.execution_plan(built.text, built.parameters)

    def _find_costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        return [(READS_ALL, found[0]) for line in lines if (found := re.search(self.read_pattern, line))]

    def _get(self, kind: RecordKind, order_id: str) -> bytes | None:
        key = self.schema.key if kind == "order" else self._order_id
        query = Query(self.schema, Search(), equals(key, order_id), (SortField(key, False),), 1)
        layout = None if kind == "order" else _TRANSACTIONS
        rows = self._rows(statement(query, self.dialect, site=self.site, layout=layout))
        if not rows:
            return None
        document = rows[0][-1]
        return document if isinstance(document, bytes) else str(document).encode()

    @cached_property
    def _order_id(self) -> Field:
        """The key of an order as a field of its transactions."""
        return dataclasses.replace(self.schema.key, column="order_id")

    def holds_named_site(self) -> bool:
        """Return whether any record of the store, at any site, has a site name."""
        return bool(self._about.get("named_sites"))

    def close(self) -> None:
        """Close the store. Closing twice is allowed."""
        self._engine.close()


def upgrade(path: str, schema: Schema, report: object) -> int:
    """Refuse to rebuild an export. Raises ``StoreError``."""
    raise StoreError(f"{path} is an export; create it again with: {export_again(path)}")
