"""The conformance corpus, random searches and an operator added at run time, on the engines over exports.

``ORDERQUERY_SEARCHES_EXPORTED`` says how many random searches (10; ``make prove`` runs 300) and how many
histograms (as many), ``ORDERQUERY_SEED`` which.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import oracle
import pytest
from backends import Backend, Memory
from engines_corpus import Exported, Exports, site_of
from histogram_shops import EVER, SPANS, with_money
from strategies import Maker, batch
from test_conformance import FILES, check_selection, filled, test_get, test_histogram, test_paging
from test_differential import ORDERS, SEED, compare, reduced
from test_toy import BETWEEN, CASES, RECORDS, TICKETS

import orderquery as oq
from orderquery.language.operators import OPERATORS
from orderquery.language.schema import parse_schema

pytestmark = pytest.mark.engines

JSON = Any
SEARCHES = int(os.environ.get("ORDERQUERY_SEARCHES_EXPORTED", "10"))
IN_BATCH = 20
"""Searches of one batch of orders."""
BATCHES = -(-SEARCHES // IN_BATCH)

GAPS: dict[tuple[str, str], str] = {}
"""The cases that an engine cannot pass, by the engine and the case, each with the reason."""

CHECKS: dict[str, Callable[..., None]] = {
    "selection": lambda backend, file, case: check_selection(filled(backend, file), case),
    "paging": test_paging, "get": test_get, "histogram": test_histogram,
}  # fmt: skip
del test_paging, test_get, test_histogram


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exports]:
    made = Exports(tmp_path_factory.mktemp("exports"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def corpus(exports: Exports) -> Exports:
    exports.corpus()
    return exports


def cases() -> Iterator[Any]:
    for name, file in FILES.items():
        if file["kind"] in CHECKS:
            for case in file["cases"]:
                yield pytest.param(name, file, case, id=f"{name}:{case['name']}")


@pytest.mark.parametrize(("name", "file", "case"), list(cases()))
def test_the_corpus(
    corpus: Exports, engine: str, name: str, file: JSON, case: JSON, request: pytest.FixtureRequest
) -> None:
    reason = GAPS.get((engine, case["name"]))
    if reason:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    CHECKS[file["kind"]](Exported(corpus, engine, "corpus", site_of(name, file, case)), file, case)


def test_gaps_are_of_cases_there_are() -> None:
    named = {case["name"] for file in FILES.values() for case in file["cases"]}
    assert {case for _, case in GAPS} <= named


# -- random searches --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def batches(exports: Exports, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[JSON, JSON, JSON]]:
    made = []
    with oq.open_store(tmp_path_factory.mktemp("batches") / "random.db") as store:
        for number in range(BATCHES):
            random = Random(f"{SEED}/exported/{number}")
            maker = Maker(random, oq.load_schema())
            orders, transactions = batch(maker, ORDERS)
            at = store.at_site(str(number))
            at.load(orders)
            at.load({"orderTransactions": record} for record in transactions)
            made.append(([maker.search() for _ in range(IN_BATCH)], orders, transactions))
        exports.make(store, "random-0")
    return made


@pytest.mark.parametrize("number", range(BATCHES))
def test_random_searches_agree(
    exports: Exports, batches: Any, engine: str, number: int, record_property: Callable[[str, object], None]
) -> None:
    """Members, order, count and every page both ways are the oracle's, and a search and its opposite are everything."""
    searches, orders, transactions = batches[number]
    documents = oracle.searched(orders)
    searches = searches[: SEARCHES - number * IN_BATCH]
    backend = Exported(exports, engine, "random", str(number))
    backends: dict[str, Backend] = {"memory": Memory(), engine: backend}
    backends["memory"].load([*orders, *({"orderTransactions": record} for record in transactions)])
    everything = backend.store.count({})
    limits = Random(f"{SEED}/{number}/limits")
    different = []
    for search in searches:
        limit = limits.choice((7, 13, 25, 40))
        if compare(backends, documents, transactions, search, limit):
            different.append(reduced(search, lambda s, at=limit: compare(backends, documents, transactions, s, at)))
        filter_ = search.get("filter", {})
        counted = [backend.store.count({"filter": part}) for part in (filter_, {"$not": filter_})]
        if sum(counted) != everything:
            different.append((search, f"{counted} of {everything} orders"))
    record_property("differential", {"searches": len(searches), "differences": len(different)})
    record_property("differential-of", {"orders": ORDERS, "backends": list(backends), "seed": SEED})
    shown = "\n".join(f"{json.dumps(search, default=str)}\n    {why}" for search, why in different[:5])
    assert not different, f"{len(different)} differences, among them\n{shown}"


@pytest.fixture(scope="module")
def dated(exports: Exports, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[JSON, JSON, JSON]]:
    made = {}
    with oq.open_store(tmp_path_factory.mktemp("dated") / "dated.db") as store:
        for span in (EVER, *SPANS):
            random = Random(f"{SEED}/exported/{span}")
            maker = Maker(random, oq.load_schema())
            orders, transactions = batch(maker, ORDERS)
            orders = with_money(random, orders, span)
            at = store.at_site(span)
            at.load(orders)
            at.load({"orderTransactions": record} for record in transactions)
            made[span] = [{}, *(maker.search() for _ in range(SEARCHES // 5))], orders, transactions
        exports.make(store, "dated-0")
    return made


@pytest.mark.parametrize("span", [EVER, *SPANS])
def test_random_histograms_agree(exports: Exports, dated: Any, engine: str, span: str) -> None:
    searches, orders, transactions = dated[span]
    memory, backend = Memory(), Exported(exports, engine, "dated", span)
    memory.load([*orders, *({"orderTransactions": record} for record in transactions)])
    random = Random(f"{SEED}/{span}/units")
    for search in searches:
        by = random.choice(("createdDate", "createdDate", "updatedDate"))
        unit = "year" if span == EVER else random.choice(("auto", "year"))
        assert backend.histogram(search, by, unit) == memory.histogram(search, by, unit), (search, by, unit)


# -- what only engines have -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tickets(exports: Exports, tmp_path_factory: pytest.TempPathFactory) -> Iterator[oq.Schema]:
    OPERATORS[BETWEEN.name] = BETWEEN
    schema = parse_schema(TICKETS)
    with oq.open_store(tmp_path_factory.mktemp("tickets") / "tickets.db", schema=schema) as store:
        store.load(RECORDS)
        exports.make(store, "tickets")
    yield schema
    del OPERATORS[BETWEEN.name]


@pytest.mark.parametrize(("condition", "text", "found"), CASES)
def test_an_operator_and_a_table_of_another_trade(
    exports: Exports, tickets: oq.Schema, engine: str, condition: JSON, text: str, found: list[str]
) -> None:
    store = exports.opened(engine, "tickets", tickets)
    assert list(store.search(oq.compile({"filter": condition}, schema=tickets)).ids) == found
    assert list(store.search(oq.compile(text, schema=tickets)).ids) == found


def nested(depth: int) -> JSON:
    """Conditions in conditions, of which the innermost decides."""
    filter_: JSON = {"paymentStatus": "PAID"}
    for level in range(depth):
        other = {"$or": [{"number": str(level)}, {"paymentMethods": "nobody's"}]}
        filter_ = {"$or": [filter_, other]} if level % 2 else {"$and": [filter_, {"$not": other}]}
    return filter_


DEEPEST = next(depth for depth in range(64, 0, -1) if oq.check({"filter": nested(depth)}, "search").ok)
LARGE: dict[str, JSON] = {
    "deep": nested(DEEPEST),
    "wide": {"$or": [{"number": str(number)} for number in range(1_900)]},
    "long list": {"channelInfo.externalOrderId": {"$nin": [f"order {number}" for number in range(1_000)]}},
    "long list of elements": {"paymentMethods": {"$nin": [f"method {number}" for number in range(1_000)]}},
    "all of many": {"paymentMethods": {"$hasAll": [f"method {number}" for number in range(1_000)]}},
}


@pytest.fixture(scope="module")
def shop_export(exports: Exports, tmp_path_factory: pytest.TempPathFactory) -> Iterator[oq.Store]:
    with oq.open_store(tmp_path_factory.mktemp("large") / "shop.db") as store:
        store.load(oq.sample(50))
        exports.make(store, "shop")
        yield store


@pytest.mark.parametrize("name", LARGE)
def test_the_largest_searches(exports: Exports, shop_export: oq.Store, engine: str, name: str) -> None:
    search = {"filter": LARGE[name]}
    assert exports.opened(engine, "shop").search(search).ids == shop_export.search(search).ids


def test_what_ran(exports: Exports, engine: str, record_property: Callable[[str, object], None]) -> None:
    """Last of all: how much the engine was asked."""
    asked, ran = exports.counts(engine)
    record_property("exported", {"engine": engine, "asked": asked, "ran": ran})
    assert ran
