"""Measure a page by the size of the store, a predicate by its conditions."""

from __future__ import annotations

import sqlite3
import statistics
from collections.abc import Callable, Iterator
from typing import Any

import orderquery as oq

from .. import hand_pages
from ..hand_pages import LIMIT, HandPage
from ..harness import Growth, Size, Table, seconds_of
from ..stored import KEY, stored
from .pages import pages_of, prepare_page
from .predicates import leaves_growth

_NAMES = ("every order, newest first", "paymentStatus PAID, by number", "two rare products, any")
_ROUNDS = 5


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the growths of this question."""
    sizes = tuple(size.stored // part for part in ((20, 2) if size.quick else (100, 10, 1)))
    series: dict[str, list[float]] = {}
    for orders in sizes:
        for name, seconds in _pages(orders, size):
            series.setdefault(name, []).append(seconds)
    yield Growth(
        "A page of 100 and the size of the store",
        "First pages, and pages after 99 of 100 orders; OFFSET is hand-written SQL that skips them, keys first.",
        "orders in the store",
        sizes,
        {name: tuple(points) for name, points in series.items()},
    )
    yield leaves_growth(size)


def _pages(orders: int, size: Size) -> Iterator[tuple[str, float]]:
    path = stored(orders).path
    database = sqlite3.connect(path, isolation_level=None)
    with oq.open_store(path, keys=[KEY]) as store:
        for page in pages_of(database):
            if page.name in _NAMES:
                prepared = prepare_page(store, database, page, orders * 99 // 100)
                yield f"{page.name}: first", _seconds(lambda one=prepared.first: store.search(one).documents, size)
                yield f"{page.name}: deep", _seconds(lambda one=prepared.deep: store.search(one).documents, size)
        by_offset = _offset(pages_of(database)[0], orders * 99 // 100)
        yield "every order, newest first: OFFSET", _seconds(lambda: hand_pages.read(database, by_offset), size)
    database.close()


def _offset(page: HandPage, skipped: int) -> str:
    return page.first.replace(f"LIMIT {LIMIT}", f"LIMIT {LIMIT} OFFSET {skipped}")


def _seconds(function: Callable[[], Any], size: Size) -> float:
    once = min(seconds_of(function) for _ in range(_ROUNDS))
    calls = max(1, round(size.round_seconds / once))
    return statistics.median(seconds_of(function, calls) for _ in range(_ROUNDS))
