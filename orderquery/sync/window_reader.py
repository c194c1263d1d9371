"""Read a window of orders with their transactions, and store it with the mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..diagnostics.errors import SyncError
from ..documents.ingest import Record
from ..language.datetimes import MILLISECOND_US, floor_ms, read_instant
from ..language.limits import MAX_REQUEST_ID_CHARS
from ..stores.base import Store
from .answers import CREATED, ID, NUMBER, UPDATED, SearchAnswer
from .apply import Batch, Written, write_batch
from .failures import OutOfTime
from .result import SyncResult
from .walk import Window, walk
from .watermark import Mark

if TYPE_CHECKING:
    from .client import ServiceClient
    from .narrowing import Narrowing

JSON = Any
Progress = Callable[[int, float], None]
"""Is called with the number of orders read, and the share of the time span that is done."""

PAGE_ORDERS = 100
WINDOW_ORDERS = 2_000
"""A window is closed, at an instant, when it has as many: it is held in memory until it is written."""
MAX_WINDOW_ORDERS = 100_000
_LONG_IDS = f"transactions of orders whose ids have more than {MAX_REQUEST_ID_CHARS} characters are not copied"
MAX_IDLE_PAGES = 100
"""Pages one after the other without an order that is new in the window."""


@dataclass(frozen=True)
class WindowRead:
    """What was read of a window.

    ``through`` is where it is complete: its end, or an earlier instant; ``out_of_time`` tells that the time is over.
    """

    batch: Batch
    through: int
    out_of_time: bool = False


class WindowReader:
    """The parts that a sync and its verification share.

    ``mark`` is the mark of the store as this run has written it. ``seen`` collects the ids of a full run.
    """

    def __init__(
        self,
        store: Store,
        client: ServiceClient,
        mark: Mark,
        result: SyncResult,
        *,
        narrowing: Narrowing | None = None,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.store, self.client, self.mark, self.result = store, client, mark, result
        self.narrowing, self.dry_run = narrowing, dry_run
        self.page_orders = min(PAGE_ORDERS, store.schema.max_limit)
        self.seen: set[str] | None = None
        self._progress, self._read, self._span_begin = progress, 0, 0

    @property
    def narrowed(self) -> JSON:
        """The filter of the search that narrows this sync, or ``None``."""
        return None if self.narrowing is None else self.narrowing.filter

    def begin_span(self, begin: int) -> None:
        """Begin a part of the work, whose windows follow each other."""
        self._span_begin = begin

    # -- reading -----------------------------------------------------------------------------------------------

    def read(self, window: Window, *, keeps_others: bool = False) -> WindowRead:
        """Read a window, with the transactions of its orders.

        With ``keeps_others``, orders that do not match the search are read, too, for those that are stored.

        Raises:
            OutOfTime: the time is over, and no part of the window is complete.

        """
        batch, through, idle = Batch(), window.begin, 0
        try:
            for page in walk(self.client, window, self.page_orders):
                before = len(batch)
                self._add(batch, page.answer, keeps_others=keeps_others)
                idle = idle + 1 if len(batch) == before else 0
                if idle > MAX_IDLE_PAGES:
                    raise SyncError(
                        f"the service sent {idle} pages without a new order; nothing of this window was stored"
                    )
                through = max(through, page.complete_before or window.begin)
                self._show(window, through)
                if len(batch) >= WINDOW_ORDERS and through > window.begin and page.answer.has_next:
                    return WindowRead(batch, through)
                if len(batch) > MAX_WINDOW_ORDERS:
                    raise SyncError(
                        f"more than {MAX_WINDOW_ORDERS:,} orders share one {window.field}; this is too many"
                    )
        except OutOfTime:
            if through <= window.begin:
                raise
            return WindowRead(batch, through, out_of_time=True)
        return WindowRead(batch, window.end if window.end is not None else through)

    def _add(self, batch: Batch, answer: SearchAnswer, *, keeps_others: bool) -> None:
        """Add a page, with its transactions, to a batch."""
        for problem in answer.problems:
            self.result.report(problem)
        # Pages overlap by an order, whose transactions are known.
        new = [record for record in answer.records if _is_new(batch, record)]
        self._read += sum(record.id not in batch.orders for record in new)
        if self.seen is not None:
            self.seen.update(record.id for record in answer.records)
        narrowing = self.narrowing if keeps_others else None
        others = set[str]()
        if narrowing is not None and not narrowing.reads_transactions:
            others = {record.id for record in new if not narrowing.matches(record.decoded)}
            stored = {key for key in others if self.store.get_document(key) is not None}
            asked = [record.id for record in new if record.id not in others or record.id in stored]
        else:
            asked = [record.id for record in new]
        if any(len(key) > MAX_REQUEST_ID_CHARS for key in asked) and _LONG_IDS not in self.result.notes:
            self.result.notes.append(_LONG_IDS)
        transactions, problems = self.client.transactions(asked)
        for problem in problems:
            self.result.report(problem)
        if narrowing is not None and narrowing.reads_transactions:
            of_order = {record.id: record.decoded for record in transactions}
            others = {record.id for record in new if not narrowing.matches(record.decoded, of_order.get(record.id))}
        batch.add(new, transactions)
        batch.kept_only |= others

    def find(self, filter_: JSON, field: str, order: str) -> int | None:
        """Return the instant of the first order of a search, or ``None``."""
        answer = self.client.search(filter_, ((field, order), (NUMBER, order)), field, 1)
        return next((key.instant for key in answer.keys), None)

    def find_by_ids(self, ids: Sequence[str]) -> SearchAnswer:
        """Return those of at most 100 orders that a search returns.

        Raises:
            SyncError: the service ignores the filter.

        """
        answer = self.client.search({ID: {"$in": list(ids)}}, ((NUMBER, "ASC"),), UPDATED, self.page_orders)
        if any(record.id not in ids for record in answer.records):
            raise SyncError("the service returned other orders than those asked for by id: it ignores the filter")
        return answer

    def add_found(self, batch: Batch, answer: SearchAnswer) -> None:
        """Add a page that was found by id to a batch."""
        self._add(batch, answer, keeps_others=False)

    # -- writing -----------------------------------------------------------------------------------------------

    def write(self, batch: Batch, after: Mark, *, gone: Sequence[str] = (), measures: bool = False) -> Written:
        """Store a batch with the mark, all or nothing."""
        written, self.mark = write_batch(
            self.store, batch, self.mark, after, gone=gone, measures=measures, dry_run=self.dry_run
        )
        self.result.add(written)
        return written

    def moved(self, **changes: Any) -> Mark:
        """Return the mark with these changes."""
        return replace(self.mark, **changes)

    def _show(self, window: Window, through: int) -> None:
        if self._progress is not None:
            span = (window.end or 0) - self._span_begin
            self._progress(self._read, (through - self._span_begin) / span if span > 0 else 1.0)


def _is_new(batch: Batch, record: Record) -> bool:
    known = batch.orders.get(record.id)
    return known is None or known.document != record.document


def after(instant: int) -> int:
    """Return the first whole millisecond after an instant."""
    return floor_ms(instant) + MILLISECOND_US


def created_of(document: JSON) -> int | None:
    """Return when an order was created, in microseconds, or ``None``."""
    return read_instant(document.get(CREATED)) if isinstance(document, dict) else None
