"""Load a file, walk through a search, read one order; the same with asyncio."""

from __future__ import annotations

from pathlib import Path

import orderquery as oq

PAID = "paymentStatus = PAID order by number"


def walk(store_file: Path, orders_file: Path) -> list[str]:
    """Return the numbers of the paid orders of a file."""
    with oq.open_store(store_file) as store:
        store.load(orders_file)  # or bytes, a document, an iterable of documents
        numbers = [order["number"] for page in store.pages(PAID, limit=20) for order in page]
        assert len(numbers) == store.count(PAID)
        first = store.search(PAID, limit=20)
        second = first.next_page()
        if second is not None:
            assert second.prev_page() is not None
        order = store.get(number=numbers[0])
        assert order is not None
        assert order["paymentStatus"] == "PAID"
        return numbers


async def walk_async(store_file: Path, orders_file: Path) -> list[str]:
    """Return the same; every call runs in a thread, so the loop never waits."""
    async with oq.aopen_store(store_file) as store:
        await store.load(orders_file)
        return [order["number"] async for page in store.pages(PAID, limit=20) for order in page]
