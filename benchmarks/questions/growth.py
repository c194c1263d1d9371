"""How the cost of a page grows with the store, and that of a predicate with its leaves."""

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
from .pages import asked_at, pages_of
from .predicates import leaves_growth

_NAMES = ("every order, newest first", "paymentStatus PAID, by number", "two rare products, any")
_ROUNDS = 5


def measure(size: Size) -> Iterator[Table | Growth]:
    """The tables of this question."""
    sizes = tuple(size.stored // part for part in ((20, 2) if size.quick else (100, 10, 1)))
    series: dict[str, list[float]] = {}
    for orders in sizes:
        for name, took in _pages(orders, size):
            series.setdefault(name, []).append(took)
    yield Growth(
        "A page of 100 and the size of the store",
        "First pages, and pages that begin where 99 of 100 orders have been passed; OFFSET is SQL by hand that skips "
        "them, keys first.",
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
                asked = asked_at(store, database, page, orders * 99 // 100)
                yield f"{page.name}: first", _took(lambda one=asked.first: store.search(one).documents, size)
                yield f"{page.name}: deep", _took(lambda one=asked.deep: store.search(one).documents, size)
        by_offset = _offset(pages_of(database)[0], orders * 99 // 100)
        yield "every order, newest first: OFFSET", _took(lambda: hand_pages.read(database, by_offset), size)
    database.close()


def _offset(page: HandPage, skipped: int) -> str:
    return page.first.replace(f"LIMIT {LIMIT}", f"LIMIT {LIMIT} OFFSET {skipped}")


def _took(function: Callable[[], Any], size: Size) -> float:
    once = min(seconds_of(function) for _ in range(_ROUNDS))
    calls = max(1, round(size.round_seconds / once))
    return statistics.median(seconds_of(function, calls) for _ in range(_ROUNDS))
