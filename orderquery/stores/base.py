"""The base class of every store: what does not depend on the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from ..compiler.cursor_keys import CursorKeys
from ..compiler.page import LazyOrders, Page, page_of
from ..compiler.pagination import Position, seek
from ..compiler.query import Query
from ..compiler.requested import SearchSource
from ..diagnostics.arguments import optional
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.quoting import quoted
from ..language.conditions import all_of, any_of
from ..language.schema import Schema
from ..language.site_names import check_site
from ..language.sums import Sums
from ..language.types import decode_texts
from ..sql.histogram import HIGH_UNIT
from ..sql.statement import Statement, Wanted, statement
from ..syntax.json_decoder import decode_json
from .explain import Explanation
from .histogram import AUTO, Group, Histogram, histogram_query, make_histogram
from .load_result import LoadResult as LoadResult  # part of this module's interface
from .loading import LoadingStore
from .operations import BATCH_ROWS
from .projection import Projector
from .service_state import StoreMemory, is_storable_id
from .store_errors import unusable_values
from .stored_documents import Report, checked_document, log_problem, usable_rows, with_bytes

if TYPE_CHECKING:
    from ..dicts import OrderDict

JSON = Any

Row = Sequence[Any]
"""The sort values of an order as the engine returns them, the last of them its id, then its document."""

_UNDECODABLE = (ValueError, LookupError, ArithmeticError, TypeError, AttributeError)
"""Errors of decoding a value that this package did not store."""


class NotAtOnce(Exception):
    """A read that would take, or wait, longer than handing it to another thread."""


class Store(LoadingStore):
    """The searchable orders and transactions of one site of a store.

    Use it as a context manager. Every method raises ``StoreError`` where the engine fails. Methods with a search raise
    ``QueryError`` where the search cannot be used.
    """

    _existence: ClassVar[Wanted] = "page"
    """The statement that shows whether an order exists beyond a position: ``any`` if that is quicker than one row."""

    def __init__(
        self, location: str, schema: Schema, *, site: str = "", keys: CursorKeys | None = None, create: bool = True
    ) -> None:
        self.schema, self.site = schema, check_site(site)
        self._projector, self._memory = Projector(schema), StoreMemory()
        self._connect(location, create)
        try:
            self._prepare(create)
            self._memory.prepared.add(schema)
            self.keys = keys or self._make_keys()
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.schema.name}, site {quoted(self.site)}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def at_site(self, site: str) -> Self:
        """Return the same store for another site.

        Both share their connections; closing one closes the other.
        """
        if site == self.site:
            return self
        other = copy(self)
        other.site = check_site(site)
        return other

    # -- searching ---------------------------------------------------------------------------------------------

    def search(
        self,
        search: SearchSource = "",
        *,
        params: Mapping[str, Any] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        seconds: float | None = None,
    ) -> Page:
        """Return one page of a search.

        ``search`` is a search in any form, a plan, or one made of ``oq.f``. ``params`` are the values of its parameters
        (D119). ``limit`` and ``cursor`` replace those of the search; with a ``cursor`` it may be absent. ``seconds``
        limits the engine's work. Raises ``StoreTimeout`` beyond it.
        """
        optional("seconds", seconds, (int, float), "a number of seconds")
        query, position, limit = self._resumed(search, params, limit, cursor)
        with self._single_read(seconds) if position is None else self._snapshot(seconds):
            rows, following, preceding = page_of(
                query,
                position,
                limit,
                lambda at, count: self._fetch(query, at, count),
                lambda row: self._sort_values(query, row),
                lambda at: self._exists_beyond(query, at),
                self.site,
                self.keys,
            )
            problems: list[Diagnostic] = []
            rows, ids = self._usable_rows(rows, self._ids(rows), problems.append)
        documents = [row[-1] for row in rows]
        orders = LazyOrders(documents, decode_json)

        def turn(token: str) -> Page:
            return self.search(cursor=token, limit=limit, seconds=seconds)

        return Page(ids, limit, following, preceding, orders, documents, tuple(problems), turn)

    @property
    def reads_at_once(self) -> bool:
        """Whether reads in :meth:`at_once` may be answered."""
        return False

    def at_once(self) -> AbstractContextManager[None]:
        """Let the reads of a block take milliseconds, and wait for nothing.

        Raises:
            NotAtOnce: one would take longer, or the time is unknown.

        """
        raise NotAtOnce

    def holds_sdk_names(self) -> bool:
        """Return whether any document may have the JavaScript SDK's names."""
        return True

    def _single_read(self, seconds: float | None) -> AbstractContextManager[Any]:
        """Open a snapshot for one statement."""
        return self._snapshot(seconds)

    def _statement(
        self, query: Query, position: Position | None = None, count: int | None = None, wanted: Wanted | None = None
    ) -> Statement:
        """Build the statement for ``count`` rows beyond a position, or for their number.

        ``wanted`` is another kind of statement.
        """
        wanted = wanted or ("count" if count is None else "page")
        return statement(query, self.dialect, site=self._stored_site, position=position, limit=count, wanted=wanted)

    def _fetch(self, query: Query, position: Position | None, count: int) -> list[Row]:
        return with_bytes(self._rows(self._statement(query, position, count)))

    def _exists_beyond(self, query: Query, position: Position) -> bool:
        """Return whether a row exists beyond a position."""
        return bool(self._rows(self._statement(query, position, 1, self._existence)))

    def _sort_values(self, query: Query, row: Row) -> tuple[Any, ...]:
        """Decode the sort values of a row."""
        columns = zip(query.sort, row, strict=False)
        try:
            return tuple([None if value is None else key.field.type.decode(value) for key, value in columns])
        except _UNDECODABLE as problem:
            raise unusable_values(f"order {quoted(str(row[-2]))} has") from problem

    def _usable_rows(self, rows: list[Row], ids: tuple[str, ...], report: Report) -> tuple[list[Row], tuple[str, ...]]:
        """Return the rows of a page, and their ids, whose document is JSON."""
        return usable_rows(rows, ids, report)

    def _ids(self, rows: list[Row]) -> tuple[str, ...]:
        return decode_texts([row[-2] for row in rows])

    def explain(self, search: JSON) -> Explanation:
        """Return the statement and execution plan for a page, without running it."""
        query, position, limit = self._resumed(search)
        built = self._statement(query, position, limit + 1)
        lines = self._execution_plan(built)
        return Explanation(built, tuple(lines), tuple(self._find_costs(lines)))

    def count(self, search: SearchSource, *, params: Mapping[str, Any] | None = None) -> int:
        """Count the orders of a search on all its pages."""
        query, _, _ = self._resumed(search, params)
        ((count,),) = self._rows(self._statement(query))
        return int(count)

    def histogram(
        self, search: SearchSource, by: str = "createdDate", unit: str = AUTO, *, seconds: float | None = None
    ) -> Histogram:
        """Count the orders of a search by a field of dates, and sum their totals.

        Counts the orders on all pages, and sums by currency. ``unit`` is ``hour``, ``day``, ``week``, ``month``,
        ``year``, or ``auto``: the shortest of them with at most 60 buckets, else ``year``. Days are those of UTC.
        Orders without the date are counted apart. ``seconds`` limits the engine's work.

        Raises:
            UsageError: ``by`` is not a field of dates, no such unit, or too many buckets.
            StoreTimeout: the engine took longer than ``seconds``.

        """
        optional("seconds", seconds, (int, float), "a number of seconds")
        resumed, _, _ = self._resumed(search)
        query = histogram_query(resumed, by)
        with self._snapshot(seconds):
            return make_histogram(query, unit, self._sums, lambda wanted: self._groups(query, wanted))

    @property
    def _sums(self) -> Sums | None:
        """What a histogram adds up."""
        return self.schema.sums

    def _groups(self, query: Query, wanted: Wanted) -> Iterator[Group]:
        """Count the orders of a query by the days or hours of its first sort field."""
        rows, sums = self._rows(self._statement(query, wanted=wanted)), self._sums
        if sums is None:
            yield from (Group(start, int(count)) for start, count in rows)
            return
        decode_amount, decode_currency = sums.amount.type.decode, sums.currency.type.decode
        for start, count, currency, amount, high, low in rows:
            try:
                scaled = int(high or 0) * HIGH_UNIT + int(low or 0)
                currency = None if currency is None else decode_currency(currency)
                total = None if amount is None else decode_amount(amount)
            except _UNDECODABLE as problem:
                raise unusable_values("orders of this search have") from problem
            yield Group(start, int(count), currency, total, scaled)

    def iterate(self, search: SearchSource, *, params: Mapping[str, Any] | None = None) -> Iterator[OrderDict]:
        """Yield every order of a search, decoded, in its order, without its limit."""
        return (decode_json(document) for _, document in self.iterate_documents(search, params=params))

    def iterate_documents(
        self, search: SearchSource, *, params: Mapping[str, Any] | None = None, report: Report = log_problem
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the id and bytes of every order of a search, from its cursor if any.

        Stored documents that are not JSON are left out and reported.
        """
        query, position, _ = self._resumed(search, params)
        if position is not None and position.backward:
            # Reading what precedes a position from the beginning yields it in the order of the search.
            before = all_of([query.condition, any_of(seek(query, position))])
            query, position = replace(query, condition=before), None
        while True:
            rows = self._fetch(query, position, BATCH_ROWS)
            usable, ids = usable_rows(rows, self._ids(rows), report)
            for order_id, row in zip(ids, usable, strict=True):
                yield order_id, row[-1]
            if len(rows) < BATCH_ROWS:
                return
            position = Position(self._sort_values(query, rows[-1]))

    def get_document(self, order_id: str) -> bytes | None:
        """Return the stored bytes of an order, hidden orders included, or ``None``."""
        document = self._get("order", order_id) if is_storable_id(order_id) else None
        return checked_document(document, order_id, "order")

    def get_transactions(self, order_id: str) -> bytes | None:
        """Return the stored bytes of an order's transactions record, or ``None``."""
        document = self._get("transactions", order_id) if is_storable_id(order_id) else None
        return checked_document(document, order_id, "transactions")

    def _find_documents(self, query: Query, count: int) -> list[bytes]:
        return [row[-1] for row in self._fetch(query, None, count)]
