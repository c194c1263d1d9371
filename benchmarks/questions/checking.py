"""From decoded JSON to a checked plan, against pydantic's validation of the same filter with a model of the table."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable, Iterator
from itertools import cycle
from random import Random
from typing import Any

from orderquery.plain_shapes import Shapes
from orderquery.predicate import tests_of
from pydantic import BaseModel, ValidationError

import orderquery as oq
from orderquery import plain

from .. import models, workload
from ..harness import Duel, Figure, Growth, Size, Table, fight, within

JSON = Any
_VARIANTS = 1_000
_LEAVES = 8
_PYDANTIC = "pydantic, model of the table"
_NAMES = ("Brazilian Arabica", "Gift note", "Shoe", "Watch", "Mug", "Scarf")
_WRONG: tuple[JSON, ...] = (
    {"filter": {"paymentstatus": "PAID"}},
    {"filter": {"createdDate": {"$gte": "yesterday"}}},
    {"filter": {"$or": [{"archived": {"$hasSome": [True]}}]}},
)


def search(random: Random) -> JSON:
    """A search of eight leaves, always of one shape, with operands of its own."""
    day = datetime.date(2020, 1, 1) + datetime.timedelta(days=random.randrange(2_000))
    return {
        "filter": {
            "paymentStatus": random.choice(("PAID", "NOT_PAID")),
            "fulfillmentStatus": {"$in": ["NOT_FULFILLED", random.choice(("PARTIALLY_FULFILLED", "FULFILLED"))]},
            "createdDate": {"$gte": f"{day}T{random.randrange(24):02}:00:00.{random.randrange(1000):03}Z"},
            "$or": [
                {
                    "priceSummary.total.amount": {"$gte": f"{random.randrange(1, 900)}.{random.randrange(100):02}"},
                    "channelInfo.type": random.choice(("WEB", "POS")),
                },
                {"buyerInfo.email": {"$startsWith": "".join(random.choices("abcdefgh", k=3))}},
            ],
            "$not": {"lineItems.productName.original": {"$hasSome": random.sample(_NAMES, 2)}},
            "buyerInfo.memberId": None,
        }
    }


def leaves(plan: oq.Plan) -> int:
    """The leaves of a plan's condition that its search has asked for."""
    assert plan.schema.hidden is not None
    return sum(test.field is not plan.schema.hidden[0] for test in tests_of(plan.condition))


def _asserted(model: type[BaseModel], searches: list[JSON]) -> None:
    for good in searches[:50]:
        assert leaves(oq.compile(good)) == models.operands(model.model_validate(good)) == _LEAVES
    for wrong in _WRONG:
        assert not oq.check(wrong, "search").ok
        try:
            model.model_validate(wrong)
        except ValidationError:
            continue
        raise AssertionError(f"the model takes {wrong}")


def measure(size: Size) -> Iterator[Table | Growth]:
    """The tables of this question."""
    schema = oq.load_schema()
    known, model = plain.known_of(schema), models.search_model(schema)
    random = Random(workload.SEED)
    searches = [search(random) for _ in range(_VARIANTS)]
    _asserted(model, searches)

    def against(job: str, made: Callable[[JSON], Any], bound: float | None) -> Figure:
        mine, others = cycle(searches).__next__, cycle(searches).__next__
        return fight(
            Duel(
                job,
                _PYDANTIC,
                lambda: made(mine()),
                lambda: model.model_validate(others()),
                None if bound is None else within(bound),
                lambda plan, found: leaves(plan) == models.operands(found),
            ),
            size,
        )

    figures = []
    # Never often enough: every search is looked up anew.
    known.shapes = Shapes(often=sys.maxsize)
    figures.append(against("dict to checked plan, no shape kept", oq.compile, 1.0))
    figures.append(against("the same, its condition assembled", assembled, None))
    known.shapes = Shapes()
    for again in searches[:50]:
        oq.compile(again)
    figures.append(against("dict to checked plan, shape seen before", oq.compile, 0.25))
    figures.append(against("the same, its condition assembled", assembled, None))
    figures.append(_refused(model, size))
    figures.append(_as_text(searches, size))
    note = (
        f"A filter of {_LEAVES} leaves, nested, {_VARIANTS:,} sets of operands in turn. A plan's operands are all read"
        " and checked; its condition is put together of them when it is first asked for, once."
    )
    yield Table("From JSON to a checked plan", note, tuple(figures))


def assembled(found: JSON) -> oq.Plan:
    """A plan that has been asked for its condition."""
    plan = oq.compile(found)
    assert plan.condition is not None
    return plan


def _refused(model: type[BaseModel], size: Size) -> Figure:
    def theirs() -> bool:
        try:
            model.model_validate(_WRONG[0])
        except ValidationError:
            return False
        return True

    return fight(
        Duel("a mistake, with place, help and fix", _PYDANTIC, lambda: oq.check(_WRONG[0], "search").ok, theirs), size
    )


def _as_text(searches: list[JSON], size: Size) -> Figure:
    bodies = [json.dumps({"search": found}).encode() for found in searches]
    mine, others = cycle(bodies).__next__, cycle(bodies).__next__
    return fight(
        Duel(
            "a request as HTTP carries it, decoded and checked",
            "json.loads alone",
            lambda: oq.check(mine(), form="wire").request,
            lambda: json.loads(others()),
        ),
        size,
    )
