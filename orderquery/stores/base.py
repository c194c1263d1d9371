"""What every store does, over the few things that differ from engine to engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Literal, Self

from ..cursor import CursorKeys, resume
from ..diagnostics import Diagnostic, Place, UsageError
from ..forms import compile_search
from ..keyset import Position, seek
from ..page import LazyOrders, Page
from ..paging import page_of
from ..plan import Plan
from ..predicate import all_of, any_of
from ..records import Found, Record, decode, from_object
from ..schema import Schema
from ..values import has_lone_surrogate

JSON = Any
Outcome = Literal["stored", "older"]
Row = tuple[tuple[Any, ...], bytes]
"""The sort values of an order, as the types read them, and its document."""

_BATCH = 1_000
_MOST_PROBLEMS = 10_000


@dataclass
class LoadResult:
    """What a load did.

    ``older`` counts documents that a newer one in the store kept out, ``skipped`` those that could not be used;
    ``problems`` holds at most 10,000 of the ``problem_count`` there were.
    """

    orders: int = 0
    transactions: int = 0
    older: int = 0
    skipped: int = 0
    problem_count: int = 0
    problems: list[Diagnostic] = field(default_factory=list)

    def report(self, problem: Diagnostic) -> None:
        """Note a problem."""
        self.problem_count += 1
        self.skipped += problem.code != "unfit-value"
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(problem)


class Store(ABC):
    """Orders and their transactions, searchable. One site of one store; use it as a context manager.

    Every method raises ``StoreError`` where the engine fails, and those that take a search ``QueryError`` where it
    cannot be used.
    """

    schema: Schema
    site: str
    keys: CursorKeys

    # -- what differs from engine to engine --------------------------------------------------------------------

    @abstractmethod
    def _write(self, records: list[Record]) -> list[Outcome]:
        """Keep these records, all or none, and say of each what became of it."""

    @abstractmethod
    def _fetch(self, plan: Plan, position: Position | None, count: int) -> list[Row]:
        """At most so many rows of the plan beyond the position, nearest first."""

    @abstractmethod
    def _count(self, plan: Plan) -> int:
        """How many orders the plan has."""

    @abstractmethod
    def _snapshot(self, seconds: float | None) -> AbstractContextManager[Any]:
        """A context in which every read sees the same state, and ``StoreTimeout`` ends what takes longer."""

    @abstractmethod
    def get_document(self, order_id: str) -> bytes | None:
        """The stored bytes of an order (hidden ones too), or ``None``."""

    @abstractmethod
    def get_transactions(self, order_id: str) -> bytes | None:
        """The stored bytes of an order's transactions record, or ``None``."""

    @abstractmethod
    def holds_named_site(self) -> bool:
        """Whether anything in the store, at whatever site, belongs to a site with a name."""

    @abstractmethod
    def delete(self, order_ids: Iterable[str]) -> int:
        """Remove orders and their transactions for good; how many orders there were."""

    @abstractmethod
    def settle(self) -> None:
        """What a load leaves for its end, such as statistics."""

    @abstractmethod
    def close(self) -> None:
        """Close the store. Closing twice is fine."""

    # -- the same everywhere -----------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def at_site(self, site: str) -> Self:
        """The same store for another site, over the same connections: closing one closes both."""
        if site == self.site:
            return self
        other = copy(self)
        other.site = checked_site(site)
        return other

    def load(self, documents: Iterable[JSON]) -> LoadResult:
        """Keep orders, Search responses, ``{"order": …}``, order transactions and webhook events, decoded.

        Loading is idempotent. What cannot be used is reported and skipped. A problem's pointer begins with the index
        of its document.
        """
        if isinstance(documents, dict):
            documents = [documents]
        return self.load_records(
            found
            for index, document in enumerate(documents)
            for found in from_object(self.schema, document, Place((index,)))
        )

    def load_records(self, found: Iterable[Found], loaded: Callable[[LoadResult], None] | None = None) -> LoadResult:
        """Keep records that are taken apart already; ``loaded`` is told of the result after every batch."""
        result, batch = LoadResult(), []
        for item in found:
            if isinstance(item, Diagnostic):
                result.report(item)
                continue
            batch.append(item)
            if len(batch) >= _BATCH:
                self._keep(batch, result)
                batch = []
                if loaded is not None:
                    loaded(result)
        self._keep(batch, result)
        self.settle()
        return result

    def _keep(self, batch: list[Record], result: LoadResult) -> None:
        if not batch:
            return
        for record, outcome in zip(batch, self._write(batch), strict=True):
            if outcome == "older":
                result.older += 1
            elif record.kind == "order":
                result.orders += 1
            else:
                result.transactions += 1

    def search(self, search: JSON, *, seconds: float | None = None) -> Page:
        """One page: of a search in any form, of a plan, or of ``{"cursorPaging": {"cursor": …}}``.

        ``seconds`` bounds the engine's work: beyond them the search is stopped with ``StoreTimeout``.
        """
        plan = self._plan(search)
        plan, position, limit = (plan, None, plan.limit) if plan.cursor is None else resume(plan, self.site, self.keys)
        documents: dict[str, bytes] = {}

        def fetch(at: Position | None, count: int) -> list[tuple[Any, ...]]:
            rows = self._fetch(plan, at, count)
            documents.update((values[-1], document) for values, document in rows)
            return [values for values, _ in rows]

        with self._snapshot(seconds):
            rows, following, preceding = page_of(plan, position, limit, fetch, self.site, self.keys)
        ids = tuple(row[-1] for row in rows)
        found = [documents[key] for key in ids]
        return Page(ids, limit, following, preceding, LazyOrders(found, decode), found)

    def iterate_documents(self, search: JSON) -> Iterator[tuple[str, bytes]]:
        """The id and bytes of every order of a search, page by page, from its cursor if it has one."""
        plan = self._plan(search)
        position: Position | None = None
        if plan.cursor is not None:
            plan, position, _ = resume(plan, self.site, self.keys)
        if position is not None and position.backward:
            # What stands before a position is read from the beginning, so that it comes in the search's order.
            before = all_of([plan.condition, any_of(seek(plan, position))])
            plan, position = replace(plan, condition=before), None
        while True:
            rows = self._fetch(plan, position, _BATCH)
            for values, document in rows:
                yield values[-1], document
            if len(rows) < _BATCH:
                return
            position = Position(rows[-1][0])

    def iterate(self, search: JSON) -> Iterator[JSON]:
        """Every order of a search, decoded, in its order, whatever its limit."""
        return (decode(document) for _, document in self.iterate_documents(search))

    def count(self, search: JSON) -> int:
        """How many orders a search has on all its pages."""
        plan = self._plan(search)
        if plan.cursor is not None:
            plan, _, _ = resume(plan, self.site, self.keys)
        return self._count(plan)

    def get(self, order_id: str) -> JSON:
        """The order of this id, decoded, or ``None``. Hidden orders are returned: only Search hides (D16)."""
        document = self.get_document(order_id)
        return None if document is None else decode(document)

    def _plan(self, search: JSON) -> Plan:
        return search if isinstance(search, Plan) else compile_search(search, schema=self.schema)


def checked_site(site: JSON) -> str:
    """The name of a site, if it can be one. Raises ``UsageError``."""
    if not isinstance(site, str) or has_lone_surrogate(site):
        raise UsageError("the name of a site is a string without lone surrogates")
    return site
