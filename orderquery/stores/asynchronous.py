"""A store for asyncio: every call runs in a thread of the store's own.

A cancelled call ends at once for its caller. A read goes on in its thread until it ends or its ``seconds`` pass, and
its result is dropped. A load stops at its next document; the batches before it stay, and loading again is safe.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ..compiler.cursor_keys import CursorKeys
from ..compiler.page import Page, PageOfOrders
from ..compiler.requested import SearchSource, requested
from ..diagnostics.errors import StoreError
from ..documents.ingest import Found
from ..language.schema import Schema
from .base import LoadResult, Store
from .documents_to_load import Loadable, converter_of, find_records
from .engines import open_store
from .explain import Explanation
from .histogram import AUTO, Histogram
from .service_state import storable_ids

if TYPE_CHECKING:
    from os import PathLike

    from ..dicts import OrderDict
    from ..sql.mapped.layout import OwnTables

Result = TypeVar("Result")
_MAX_THREADS = 8
_ORDERS_AT_ONCE = 500
"""Orders that an iteration reads in one call of a thread."""


class _Cancelled(Exception):
    """A load whose caller was cancelled."""


async def _no_turning(token: str) -> AsyncPage:
    raise AssertionError(token)


@dataclass(frozen=True, eq=False, repr=False)
class AsyncPage(PageOfOrders):
    """One page of orders, and the way to the pages beside it."""

    _turn: Callable[[str], Any] = _no_turning

    async def next_page(self) -> AsyncPage | None:
        """Return the next page, or ``None`` if it has no order."""
        return None if self.next is None else await self._turn(self.next)

    async def prev_page(self) -> AsyncPage | None:
        """Return the previous page, or ``None`` if it has no order."""
        return None if self.prev is None else await self._turn(self.prev)


class _Threads:
    """The threads of a store, and the way to close both."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._executor = ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="orderquery")
        self._closed = False

    async def run(self, call: Callable[[], Result]) -> Result:
        if self._closed:
            raise StoreError("the store is closed")
        return await asyncio.get_running_loop().run_in_executor(self._executor, copy_context().run, call)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            # Shielded, so that a cancelled caller leaves no thread behind.
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, self._close))

    def _close(self) -> None:
        self._executor.shutdown(wait=True)
        self._store.close()


class AsyncStore:
    """The methods of a :class:`Store`, to be awaited; ``store`` is that store.

    Use it as an asynchronous context manager. Its errors are those of the store.
    """

    def __init__(self, store: Store, threads: _Threads | None = None) -> None:
        self.store = store
        self._threads = threads or _Threads(store)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.store!r}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Wait for the running calls, then close the store. Closing twice is allowed."""
        await self._threads.close()

    def at_site(self, site: str) -> AsyncStore:
        """Return the same store for another site."""
        return AsyncStore(self.store.at_site(site), self._threads)

    async def load(self, source: Loadable, *, convert: bool = False) -> LoadResult:
        """Load orders, transactions, responses and events. See :meth:`Store.load`."""
        stop = Event()

        def load() -> LoadResult:
            converter = converter_of(self.store.schema, convert)
            found = find_records(self.store.schema, source, converter)
            result = self.store.load_records(_until(stop, found))
            result.conversion = None if converter is None else converter.report
            return result

        try:
            return await self._threads.run(load)
        except asyncio.CancelledError:
            stop.set()
            raise

    async def delete(self, order_ids: Iterable[str]) -> int:
        """Delete orders and their transactions permanently; return the number of orders."""
        ids = storable_ids(order_ids)
        return await self._threads.run(lambda: self.store.delete(ids))

    async def search(
        self,
        search: SearchSource = "",
        *,
        params: Mapping[str, Any] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        seconds: float | None = None,
    ) -> AsyncPage:
        """Return one page of a search. See :meth:`Store.search`."""
        found = await self._threads.run(
            lambda: self.store.search(search, params=params, limit=limit, cursor=cursor, seconds=seconds)
        )
        return self._page(found, seconds)

    def _page(self, page: Page, seconds: float | None) -> AsyncPage:
        async def turn(token: str) -> AsyncPage:
            return await self.search(cursor=token, limit=page.limit, seconds=seconds)

        documents = page.documents
        return AsyncPage(page.ids, page.limit, page.next, page.prev, page.orders, documents, page.problems, turn)

    async def pages(
        self,
        search: SearchSource = "",
        *,
        params: Mapping[str, Any] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        seconds: float | None = None,
    ) -> AsyncIterator[AsyncPage]:
        """Yield all pages of a search, from its cursor if any. See :meth:`Store.pages`."""
        query = requested(search, self.store.schema, params=params, limit=limit, cursor=cursor)
        page: AsyncPage | None = await self.search(query, seconds=seconds)
        while page:
            yield page
            page = await page.next_page()

    async def iterate(
        self, search: SearchSource, *, params: Mapping[str, Any] | None = None
    ) -> AsyncIterator[OrderDict]:
        """Yield every order of a search, decoded, in its order, without its limit."""
        orders = self.store.iterate(search, params=params)
        while found := await self._threads.run(lambda: list(islice(orders, _ORDERS_AT_ONCE))):
            for order in found:
                yield order

    async def count(self, search: SearchSource, *, params: Mapping[str, Any] | None = None) -> int:
        """Count the orders of a search on all its pages."""
        return await self._threads.run(lambda: self.store.count(search, params=params))

    async def histogram(
        self, search: SearchSource, by: str = "createdDate", unit: str = AUTO, *, seconds: float | None = None
    ) -> Histogram:
        """Count the orders of a search by a field of dates. See :meth:`Store.histogram`."""
        return await self._threads.run(lambda: self.store.histogram(search, by, unit, seconds=seconds))

    async def explain(self, search: SearchSource) -> Explanation:
        """Return the statement and execution plan for a page, without running it."""
        return await self._threads.run(lambda: self.store.explain(search))

    async def sites(self) -> list[str]:
        """Return every site with a record or an entry, sorted."""
        return await self._threads.run(self.store.sites)

    async def get(self, order_id: str | None = None, *, number: str | int | None = None) -> OrderDict | None:
        """Return the order with an id or a number, or ``None``. See :meth:`Store.get`."""
        return await self._threads.run(lambda: self.store.get(order_id, number=number))

    async def get_document(self, order_id: str) -> bytes | None:
        """Return the stored bytes of an order, or ``None``."""
        return await self._threads.run(lambda: self.store.get_document(order_id))

    async def get_transactions(self, order_id: str) -> bytes | None:
        """Return the stored bytes of an order's transactions record, or ``None``."""
        return await self._threads.run(lambda: self.store.get_transactions(order_id))


class OpeningStore:
    """A store that opens when it is awaited, or entered with ``async with``."""

    def __init__(self, opened: Callable[[], Store]) -> None:
        self._open = opened
        self._store: AsyncStore | None = None

    def __await__(self) -> Generator[Any, None, AsyncStore]:
        return self._opened().__await__()

    async def _opened(self) -> AsyncStore:
        opening = asyncio.ensure_future(asyncio.to_thread(self._open))
        try:
            return AsyncStore(await asyncio.shield(opening))
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unused)
            raise

    async def __aenter__(self) -> AsyncStore:
        self._store = await self._opened()
        return self._store

    async def __aexit__(self, *_: object) -> None:
        assert self._store is not None
        await self._store.close()


def _close_unused(opening: asyncio.Future[Store]) -> None:
    """Close a store whose opener was cancelled."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _until(stop: Event, found: Iterable[Found]) -> Iterator[Found]:
    for item in found:
        if stop.is_set():
            raise _Cancelled
        yield item


def aopen_store(
    location: str | PathLike[str],
    *,
    site: str = "",
    keys: CursorKeys | Iterable[str | bytes] | None = None,
    schema: Schema | str | Path | None = None,
    create: bool = True,
    layout: OwnTables | str | Path | None = None,
) -> OpeningStore:
    """Open a store for asyncio: ``async with oq.aopen_store("orders.db") as store``.

    The arguments and errors are those of :func:`open_store`. ``await`` opens it, too; then close it with
    ``await store.close()``.
    """
    return OpeningStore(lambda: open_store(location, site=site, keys=keys, schema=schema, create=create, layout=layout))
