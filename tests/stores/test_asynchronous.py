"""Stores for asyncio: the methods, errors, and cancelling (D124)."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from writable_stores import location_of

import orderquery as oq

JSON = Any
ORDERS: list[JSON] = [{"id": f"o{n}", "number": str(n), "status": "APPROVED"} for n in range(1, 8)]
Test = Callable[[oq.AsyncStore], Coroutine[Any, Any, None]]


@pytest.fixture(params=["sqlite", "postgresql", "duckdb"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return location_of(request.param, tmp_path)


def run(location: str, test: Test) -> None:
    async def opened() -> None:
        async with oq.aopen_store(location) as store:
            await test(store)

    asyncio.run(opened())


def test_every_method(location: str, tmp_path: Path) -> None:
    async def methods(store: oq.AsyncStore) -> None:
        path = tmp_path / "orders.jsonl"
        path.write_text("\n".join(map(json.dumps, ORDERS)))
        assert (await store.load(path)).orders == 7
        first = await store.search("everything order by number", limit=3)
        assert [order["id"] for order in first] == ["o1", "o2", "o3"]
        second = await first.next_page()
        assert second is not None
        assert second.ids == ("o4", "o5", "o6")
        back = await second.prev_page()
        assert back is not None
        assert back.ids == first.ids
        assert await first.prev_page() is None
        assert [page.ids async for page in store.pages("everything order by number", limit=3)] == [
            ("o1", "o2", "o3"), ("o4", "o5", "o6"), ("o7",),
        ]  # fmt: skip
        assert [page async for page in store.pages("number = 99")] == []
        ordered = store.iterate("number >= :n order by number", params={"n": 5})
        assert [order["id"] async for order in ordered] == ["o5", "o6", "o7"]
        assert await store.count("everything") == 7
        assert await store.histogram("everything") == store.store.histogram("everything")
        assert (await store.explain("number = 5")).statement == store.store.explain("number = 5").statement
        assert await store.sites() == [""]
        assert await store.get("o5") == await store.get(number=5) == ORDERS[4]
        assert json.loads(await store.get_document("o5") or b"") == ORDERS[4]
        assert await store.get_transactions("o5") is None
        assert await store.at_site("other").count("everything") == 0
        assert await store.delete(["o5"]) == 1
        # One id is not a list of its letters.
        assert await store.delete("o7") == 1
        assert (await store.load([ORDERS[6], {"id": "o"}, {"id": "7"}])).orders == 3
        assert await store.delete("o7") == 1
        assert await store.delete(iter(["o", "7"])) == 2
        assert (await store.load(ORDERS[6])).orders == 1
        counts = await asyncio.gather(*(store.count("number <= :n", params={"n": n}) for n in range(1, 8)))
        assert counts == [1, 2, 3, 4, 4, 5, 6]
        assert repr(store) == f"<AsyncStore of {store.store!r}>"

    run(location, methods)


def test_a_store_that_is_awaited_and_closed() -> None:
    async def awaited() -> None:
        store = await oq.aopen_store(":memory:")
        await store.load(ORDERS)
        await store.close()
        await store.close()
        with pytest.raises(oq.StoreError, match="the store is closed"):
            await store.count("everything")

    asyncio.run(awaited())


def test_errors_are_those_of_the_store() -> None:
    async def errors(store: oq.AsyncStore) -> None:
        with pytest.raises(oq.QueryError):
            await store.search("nope = 1")
        with pytest.raises(oq.QueryError):
            async for _ in store.pages("nope = 1"):
                pass
        with pytest.raises(oq.UsageError, match="file not found"):
            await store.load("none.jsonl")

    run(":memory:", errors)
    with pytest.raises(oq.StoreError):
        asyncio.run(_opened("none/none.db"))


async def _opened(location: str) -> None:
    async with oq.aopen_store(location, create=False):
        pass


def slow(started: threading.Event, go_on: threading.Event) -> Iterator[JSON]:
    """Yield orders, and stop in the middle until the test has cancelled."""
    for number in range(5_000):
        if number == 2_500:
            started.set()
            go_on.wait(60)
        yield {"id": f"o{number}", "number": str(number)}


def test_a_cancelled_load_stops_and_leaves_a_usable_store(location: str) -> None:
    async def cancelled(store: oq.AsyncStore) -> None:
        started, go_on = threading.Event(), threading.Event()
        loading = asyncio.create_task(store.load(slow(started, go_on)))
        await asyncio.to_thread(started.wait, 60)
        loading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await loading
        go_on.set()
        while not await store.count("everything"):
            await asyncio.sleep(0.01)
        # Two batches were full; the third is not written.
        assert await store.count("everything") == 2_000
        assert (await store.load(ORDERS)).orders + 0 == 7
        assert await store.get(number=2_600) is None

    run(location, cancelled)


def test_a_cancelled_search_and_a_store_that_closes_meanwhile(location: str) -> None:
    before = threading.active_count()

    async def cancelled(store: oq.AsyncStore) -> None:
        await store.load(ORDERS)
        for _ in range(20):
            searching = asyncio.create_task(store.search("everything"))
            await asyncio.sleep(0)
            searching.cancel()
            with pytest.raises(asyncio.CancelledError):
                await searching
        assert await store.count("everything") == 7
        asyncio.create_task(store.search("everything"))  # noqa: RUF006 - it runs while the store closes
        await asyncio.sleep(0)

    run(location, cancelled)
    deadline = time.monotonic() + 60
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before + 1


def test_a_cancelled_opening_closes_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = threading.Event()
    go_on = threading.Event()
    opened = oq.open_store(tmp_path / "shop.db")

    def open_slowly(*_: Any, **__: Any) -> oq.Store:
        go_on.wait(60)
        return opened

    monkeypatch.setattr("orderquery.stores.asynchronous.open_store", open_slowly)
    monkeypatch.setattr(opened, "close", closed.set)

    async def cancelled() -> None:
        opening = asyncio.create_task(_opened("any"))
        await asyncio.sleep(0.01)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        go_on.set()
        await asyncio.to_thread(closed.wait, 60)

    asyncio.run(cancelled())
    assert closed.is_set()
