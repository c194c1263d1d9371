"""Searches over SQLAlchemy models find what memory and the oracle find (D125): members, order, counts, every page."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from random import Random
from typing import Any

import engines
import oracle
import pytest
from backends import KEYS
from mapped_shops import TameMaker
from shop_models import Shop, columns, engine_of, fill
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from strategies import batch
from test_differential import compare, reduced

import orderquery as oq
from orderquery.orm.filters import Models

SEARCHES = int(os.environ.get("ORDERQUERY_SEARCHES", "500")) // 10
SEED = os.environ.get("ORDERQUERY_SEED", "20261122")
BATCHES, ORDERS, WALKED = 2, 30, 10
DIALECTS = {"sqlite": "sqlite", "postgresql": "postgres"}


class ModelsPage:
    """A page of models as the differential run knows pages."""

    def __init__(self, page: oq.sqlalchemy.ModelPage) -> None:
        self.ids = tuple(row.id for row in page)
        self.next, self.prev = page.next, page.prev


class SearchedModels:
    """Models as the differential run knows backends and stores."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.store = self

    def search(self, search: Any) -> ModelsPage:
        page = oq.sqlalchemy.page(self.session, select(Shop), search, columns(), keys=KEYS)
        return ModelsPage(page)

    def count(self, plan: oq.Plan) -> int:
        matching = oq.sqlalchemy.where(plan, columns())
        rest = self.session.scalar(select(func.count()).select_from(Shop).where(~matching))
        count = self.session.scalar(select(func.count()).select_from(Shop).where(matching))
        total = self.session.scalar(select(func.count()).select_from(Shop))
        assert count is not None
        assert total == count + (rest or 0)
        return count


@pytest.mark.parametrize("number", range(BATCHES))
@pytest.mark.parametrize("dialect", DIALECTS)
def test_they_agree(dialect: str, number: int, record_property: Callable[[str, object], None]) -> None:
    engine = engine_of(dialect, engines.postgres_url() if dialect != "sqlite" else "")
    layout = Models(oq.load_schema(), columns()).embedded(engine.dialect).layout
    random = Random(f"{SEED}/models/{number}")
    maker = TameMaker(random, layout, DIALECTS[dialect])
    orders, transactions = batch(maker, ORDERS)
    fill(engine, orders, transactions)
    count = len(range(number, SEARCHES, BATCHES))
    documents, different = oracle.searched(orders), []
    with Session(engine) as session:
        backends: Any = {"models": SearchedModels(session)}
        for index in range(count):
            search = maker.search()
            limit = random.choice((1, 2, 3, 7, 20)) if index % WALKED == 0 else 0
            if compare(backends, documents, transactions, search, limit):

                def differs(smaller: Any, at: int = limit) -> str | None:
                    oq.compile(smaller)  # a search with errors does not count as a difference
                    return compare(backends, documents, transactions, smaller, at)

                different.append(reduced(search, differs))
    engine.dispose()
    record_property("differential", {"searches": count, "differences": len(different)})
    of = {"orders": ORDERS, "backends": ["memory", f"SQLAlchemy models in {dialect}"], "seed": SEED}
    record_property("differential-of", of)
    shown = "\n".join(f"{json.dumps(search, default=str)}\n    {why}" for search, why in different[:5])
    assert not different, f"{len(different)} differences, among them\n{shown}"
