"""Check decoded JSON and build its plan, against pydantic validating it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from itertools import cycle
from random import Random
from typing import Any

from pydantic import BaseModel, ValidationError

import orderquery as oq
from orderquery.language.conditions import tests_of

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
    """Return a search with eight conditions: one shape, random operands."""
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
    """Return the number of a plan's leaves, without the one for hidden orders."""
    assert plan.schema.hidden is not None
    return sum(test.field is not plan.schema.hidden[0] for test in tests_of(plan.condition))


def _assert_equal_strictness(model: type[BaseModel], searches: list[JSON]) -> None:
    for good in searches[:50]:
        assert leaves(oq.compile(good)) == models.operands(model.model_validate(good)) == _LEAVES
    for wrong in _WRONG:
        assert not oq.check(wrong, "search").ok
        try:
            model.model_validate(wrong)
        except ValidationError:
            continue
        raise AssertionError(f"the model accepts {wrong}")


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    model = models.search_model(oq.load_schema())
    random = Random(workload.SEED)
    searches = [search(random) for _ in range(_VARIANTS)]
    _assert_equal_strictness(model, searches)

    figures = (_compiled(model, searches, size), _refused(model, size), _as_text(searches, size))
    note = (
        f"A filter of {_LEAVES} conditions, nested; {_VARIANTS:,} sets of operands in turn. The plan is complete: its "
        "condition, sort order and tree are built."
    )
    yield Table("From JSON to a checked plan", note, figures)


def full_plan(search: JSON) -> oq.Plan:
    """Compile a search and read every part of its plan."""
    plan = oq.compile(search)
    assert plan.condition is not None
    assert plan.tree is not None
    assert plan.sort
    return plan


def _compiled(model: type[BaseModel], searches: list[JSON], size: Size) -> Figure:
    mine, others = cycle(searches).__next__, cycle(searches).__next__
    return fight(
        Duel(
            "dict to checked plan, condition and tree built",
            _PYDANTIC,
            lambda: full_plan(mine()),
            lambda: model.model_validate(others()),
            within(6),
            lambda plan, found: leaves(plan) == models.operands(found) == _LEAVES,
        ),
        size,
    )


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
            "an HTTP request body, decoded and checked",
            "json.loads alone",
            lambda: oq.check(mine(), form="wire").request,
            lambda: json.loads(others()),
        ),
        size,
    )
