"""What every store does, over the few things that differ from engine to engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from heapq import merge as merged
from itertools import groupby
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

from ..compiler.compile import compile_search
from ..compiler.cursor import resume
from ..compiler.cursor_keys import CursorKeys
from ..compiler.page import LazyOrders, Page, page_of
from ..compiler.pagination import Position, seek
from ..compiler.query import Query
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from ..diagnostics.place import Place
from ..documents.extract import values_of
from ..documents.ingest import Found, Record, from_object
from ..language.conditions import all_of, any_of
from ..language.schema import Schema
from ..language.types import Value, decode_texts, has_lone_surrogate
from ..sql.statement import Statement, Wanted, statement
from ..syntax.json_decoder import decode_json
from .explain import Explanation
from .merge import Change, Held, Outcome, merge

JSON = Any
Values = dict[str, Value]
"""The value of every field of an order, by the field's name."""

Row = Sequence[Any]
"""The sort values of an order as the engine answers them, the last of them its id, and its document."""

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


class Kept(NamedTuple):
    """A record as a store keeps it; ``event_time`` as with :class:`~orderquery.records.Record`."""

    site: str
    id: str
    kind: Literal["order", "transactions"]
    document: bytes
    event_time: int | None = None


class NotAtOnce(Exception):
    """A search that would take, or wait, longer than handing it to another thread does."""


class Store(ABC):
    """Orders and their transactions, searchable. One site of one store; use it as a context manager.

    Every method raises ``StoreError`` where the engine fails, and those that take a search ``QueryError`` where it
    cannot be used.
    """

    schema: Schema
    site: str
    keys: CursorKeys

    dialect: str
    """The dialect of the engine's statements."""

    # -- what differs from engine to engine --------------------------------------------------------------------

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Any]:
        """A context that no other writer enters; its writes are kept at its end, all or none."""

    @abstractmethod
    def _held(self, order_ids: list[str]) -> dict[str, Held]:
        """What the store holds of these ids; those of which it holds nothing may be left out."""

    @abstractmethod
    def _documents(self, kind: Literal["order", "transactions"], order_ids: list[str]) -> dict[str, bytes]:
        """The stored documents of these ids."""

    @abstractmethod
    def _put(self, changes: list[tuple[Change, Values | None]]) -> None:
        """Write what a batch changes; beside each change the searched values, if there is an order to search."""

    @abstractmethod
    def _kept(
        self, kind: Literal["order", "transactions"], site: str | None, beyond: tuple[str, str], count: int
    ) -> list[Kept]:
        """At most so many records of a kind beyond a site and an id, by these; of one site, or of all."""

    @abstractmethod
    def _rows(self, built: Statement) -> list[Sequence[Any]]:
        """The rows of a statement."""

    @abstractmethod
    def _explained(self, built: Statement) -> list[str]:
        """How the engine says it will run a statement, a step a line, indented as deep as it lies."""

    @abstractmethod
    def _costs(self, lines: list[str]) -> Iterable[tuple[str, str]]:
        """Where the work of such a plan grows with the number of orders (see :mod:`.explaining`)."""

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

    def _write(self, records: list[Record]) -> list[Outcome]:
        """Keep these records, all or none, and say of each what became of it."""
        with self._writing():
            held = self._held(list(dict.fromkeys(record.id for record in records)))
            outcomes, changes = merge(records, held, self._revision)
            orders = self._missing("order", [change.id for change in changes if change.lacks_order])
            others = self._missing("transactions", [change.id for change in changes if change.lacks_transactions])
            self._put([(change, self._values(change, orders, others)) for change in changes])
        return outcomes

    def _missing(self, kind: Literal["order", "transactions"], order_ids: list[str]) -> dict[str, JSON]:
        found = self._documents(kind, order_ids) if order_ids else {}
        return {key: decode_json(document, Decimal) for key, document in found.items()}

    def _values(self, change: Change, orders: dict[str, JSON], others: dict[str, JSON]) -> Values | None:
        order = self._values_of("order", change.order, orders.get(change.id))
        if order is None:
            return None
        others_of_it = self._values_of("transactions", change.transactions, others.get(change.id))
        return {**order, **(others_of_it or self._of_no_transactions)}

    def _values_of(self, kind: Literal["order", "transactions"], record: Record | None, stored: JSON) -> Values | None:
        """The values of a new record, else of the one that is stored, if there is any."""
        if record is not None:
            return record.values or values_of(self.schema, kind, record.decoded)[0]
        return None if stored is None else values_of(self.schema, kind, stored)[0]

    @cached_property
    def _of_no_transactions(self) -> Values:
        return values_of(self.schema, "transactions", {})[0]

    @cached_property
    def _revision(self) -> Callable[[Record], Value] | None:
        row = self.schema.revision
        return None if row is None else lambda order: (self._values_of("order", order, None) or {}).get(row.name)

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
        with self._at_once(seconds) if position is None else self._snapshot(seconds):
            rows, following, preceding = page_of(
                plan,
                position,
                limit,
                lambda at, count: self._fetch(plan, at, count),
                lambda row: self._sort_values(plan, row),
                lambda at, met: self._stands(plan, at, met),
                self.site,
                self.keys,
            )
        found = [row[-1] for row in rows]
        return Page(self._ids(rows), limit, following, preceding, LazyOrders(found, decode_json), found)

    def search_at_once(self, search: JSON) -> Page:
        """The same where it is a matter of a few milliseconds and waits for no other thread.

        Raises:
            NotAtOnce: it is not, or nobody knows.

        """
        raise NotAtOnce

    def holds_sdk_names(self) -> bool:
        """Whether any document may be of the JavaScript SDK's shape."""
        return True

    def _at_once(self, seconds: float | None) -> AbstractContextManager[Any]:
        """A snapshot of which one statement is read."""
        return self._snapshot(seconds)

    def _statement(self, plan: Query, position: Position | None = None, count: int | None = None) -> Statement:
        """The statement of at most so many rows beyond a position; without ``count``, of their number."""
        wanted: Wanted = "count" if count is None else "page"
        return statement(plan, self.dialect, site=self.site, position=position, limit=count, wanted=wanted)

    def _fetch(self, plan: Query, position: Position | None, count: int) -> list[Row]:
        return _with_bytes(self._rows(self._statement(plan, position, count)))

    def _stands(self, plan: Query, position: Position, met: Position | None) -> bool:
        """Whether any order of the plan stands beyond a position: perhaps the one that was once met at another."""
        return bool(self._fetch(plan, position, 1))

    def _sort_values(self, plan: Query, row: Row) -> tuple[Any, ...]:
        """The sort values of a row, as the types read them."""
        columns = zip(plan.sort, row, strict=False)
        return tuple([None if value is None else key.field.type.decode(value) for key, value in columns])

    def _ids(self, rows: list[Row]) -> tuple[str, ...]:
        return decode_texts([row[-2] for row in rows])

    def _count(self, plan: Query) -> int:
        ((count,),) = self._rows(self._statement(plan))
        return int(count)

    def explain(self, search: JSON) -> Explanation:
        """How the engine goes about a page of a search; nothing is searched."""
        plan = self._plan(search)
        position: Position | None = None
        limit = plan.limit
        if plan.cursor is not None:
            plan, position, limit = resume(plan, self.site, self.keys)
        built = self._statement(plan, position, limit + 1)
        lines = self._explained(built)
        return Explanation(built, tuple(lines), tuple(self._costs(lines)))

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
            for order_id, row in zip(self._ids(rows), rows, strict=True):
                yield order_id, row[-1]
            if len(rows) < _BATCH:
                return
            position = Position(self._sort_values(plan, rows[-1]))

    def iterate_kept(self, site: str | None = None) -> Generator[tuple[Kept | None, Kept | None], None, None]:
        """Every order (hidden ones too) beside its transactions record, either of which may be lacking.

        They come by site and id, of one site or, without it, of all, and from one state of the store.
        """
        with self._snapshot(None):
            records = merged(self._all_kept("order", site), self._all_kept("transactions", site), key=_place)
            for _, found in groupby(records, _place):
                by_kind = {kept.kind: kept for kept in found}
                yield by_kind.get("order"), by_kind.get("transactions")

    def _all_kept(self, kind: Literal["order", "transactions"], site: str | None) -> Iterator[Kept]:
        beyond = (site or "", "")
        while found := self._kept(kind, site, beyond, _BATCH):
            yield from found
            beyond = _place(found[-1])

    def iterate(self, search: JSON) -> Iterator[JSON]:
        """Every order of a search, decoded, in its order, whatever its limit."""
        return (decode_json(document) for _, document in self.iterate_documents(search))

    def count(self, search: JSON) -> int:
        """How many orders a search has on all its pages."""
        plan = self._plan(search)
        if plan.cursor is not None:
            plan, _, _ = resume(plan, self.site, self.keys)
        return self._count(plan)

    def get(self, order_id: str) -> JSON:
        """The order of this id, decoded, or ``None``. Hidden orders are returned: only Search hides (D16)."""
        document = self.get_document(order_id)
        return None if document is None else decode_json(document)

    def _plan(self, search: JSON) -> Query:
        return search if isinstance(search, Query) else compile_search(search, schema=self.schema)


def _place(kept: Kept) -> tuple[str, str]:
    return kept.site, kept.id


def _with_bytes(rows: list[Sequence[Any]]) -> list[Row]:
    if rows and type(rows[0][-1]) is bytes:
        return rows
    return [(*row[:-1], row[-1].encode() if isinstance(row[-1], str) else bytes(row[-1])) for row in rows]


def checked_site(site: JSON) -> str:
    """The name of a site, if it can be one. Raises ``UsageError``."""
    if not isinstance(site, str) or has_lone_surrogate(site):
        raise UsageError("the name of a site is a string without lone surrogates")
    return site
