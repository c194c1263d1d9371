"""Random searches over random orders: the oracle, memory and every other backend agree in members, order and count.

``ORDERQUERY_SEARCHES`` says how many (500; ``make prove`` runs 10,000), ``ORDERQUERY_SEED`` which.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import oracle
import pytest
from backends import BACKENDS, Backend
from strategies import Maker, batch

import orderquery as oq

JSON = Any
SEARCHES = int(os.environ.get("ORDERQUERY_SEARCHES", "500"))
SEED = os.environ.get("ORDERQUERY_SEED", "20261122")
BATCHES, ORDERS = 40, 60
WALKED = 10
"""One search in so many is walked by pages too, both ways."""
MAX_PAGES = 12 if SEARCHES <= 500 else ORDERS
"""Pages of a walk: a search with more orders gets larger pages, except in the full runs."""


@pytest.mark.parametrize("number", range(BATCHES))
def test_backends_agree(number: int, record_property: Callable[[str, object], None]) -> None:
    count = len(range(number, SEARCHES, BATCHES))
    random = Random(f"{SEED}/{number}")
    maker = Maker(random, oq.load_schema())
    orders, transactions = batch(maker, ORDERS)
    backends = {name: make() for name, make in BACKENDS.items()}
    try:
        for backend in backends.values():
            backend.load(orders)
            backend.load({"orderTransactions": record} for record in transactions)
        documents, different = oracle.searched(orders), []
        for index in range(count):
            search = maker.search()
            limit = random.choice((1, 2, 3, 7, 20)) if index % WALKED == 0 else 0
            differs = compare(backends, documents, transactions, search, limit)
            if differs:
                different.append(reduced(search, lambda s, at=limit: compare(backends, documents, transactions, s, at)))
    finally:
        for backend in backends.values():
            backend.close()
    record_property("differential", {"searches": count, "differences": len(different)})
    record_property("differential-of", {"orders": ORDERS, "backends": list(BACKENDS), "seed": SEED})
    shown = "\n".join(f"{json.dumps(search, default=str)}\n    {why}" for search, why in different[:5])
    assert not different, f"{len(different)} differences, among them\n{shown}"


def compare(backends: dict[str, Backend], documents: JSON, transactions: JSON, search: JSON, limit: int) -> str | None:
    """What differs, if anything; ``documents`` are those that ``oracle.searched`` returns."""
    expected = oracle.search_among(documents, transactions, search)
    plan = oq.compile(search)
    limit = max(limit, -(-len(expected) // MAX_PAGES)) if limit else 0
    for name, backend in backends.items():
        found = list(walk(backend, plan, 0))
        if found != expected:
            return f"{name}: {found} and not {expected}"
        store = getattr(backend, "store", None)
        if store is not None and store.count(plan) != len(expected):
            return f"{name}: count {store.count(plan)} and not {len(expected)}"
        if limit:
            paged = {**search, "cursorPaging": {"limit": limit}}
            there = list(walk(backend, paged, limit))
            if there != expected:
                return f"{name} by pages of {limit}: {there} and not {expected}"
    return None


def walk(backend: Backend, search: JSON, limit: int) -> Iterator[str]:
    """Every id by way of next; with a limit the pages are then walked back and must be the same."""
    pages = [backend.search(search)]
    while pages[-1].next is not None:
        pages.append(backend.search({"cursorPaging": {"cursor": pages[-1].next}}))
    yield from (key for page in pages for key in page.ids)
    if limit:
        assert pages[0].prev is None
        back, page = [], pages[-1]
        while page.prev is not None:
            page = backend.search({"cursorPaging": {"cursor": page.prev}})
            back.append(page.ids)
        assert back == [page.ids for page in reversed(pages[:-1])]


def reduced(search: JSON, differs: Callable[[JSON], str | None]) -> tuple[JSON, str]:
    """A smaller search that still differs, and how."""
    why = ""
    while True:
        for smaller in smaller_ones(search):
            try:
                said = differs(smaller)
            except oq.OrderQueryError:
                continue
            if said:
                search, why = smaller, said
                break
        else:
            return search, why or str(differs(search))


def smaller_ones(value: JSON) -> Iterator[JSON]:
    if isinstance(value, dict):
        for key in value:
            yield {name: part for name, part in value.items() if name != key}
        for key, part in value.items():
            if key in ("$and", "$or", "$not") and isinstance(part, list | dict):
                yield from (inner for inner in (part if isinstance(part, list) else [part]) if isinstance(inner, dict))
            yield from ({**value, key: inner} for inner in smaller_ones(part))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield [*value[:index], *value[index + 1 :]]
        for index, part in enumerate(value):
            yield from ([*value[:index], inner, *value[index + 1 :]] for inner in smaller_ones(part))


def test_the_oracle_agrees_with_the_corpus() -> None:
    """The oracle is right where the answers were written by hand."""
    from test_conformance import FILES

    seen = 0
    for file in FILES.values():
        if file["kind"] != "selection":
            continue
        for case in file["cases"]:
            if "search" in case and "cursorPaging" not in case["search"]:
                found = oracle.search(file.get("orders", []), file.get("transactions", []), case["search"])
                assert found == case["ids"], case["name"]
                seen += 1
    assert seen > 300
