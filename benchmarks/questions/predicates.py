"""Filter decoded orders, against hand-written functions and other matchers."""

from __future__ import annotations

import gc
import json
import re
import statistics
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

import mongoquery  # type: ignore[import-untyped]
from mongomock.filtering import filter_applies  # type: ignore[import-untyped]

import orderquery as oq

from .. import workload
from ..harness import Duel, Figure, Growth, Size, Table, Target, fight, seconds_of, speed, together

JSON = Any
_HOT = 1_000
_BY_HAND = "hand-written function"
_VISIBLE = {"status": {"$ne": "INITIALIZED"}}
_TOTAL = "priceSummary.total.amount"
_MA = re.compile("^ma", re.IGNORECASE)

# The searches in MongoDB's language, most selective condition first, as written for speed.
_MONGO: dict[str, JSON] = {
    "q1": {"paymentStatus": "PAID"},
    "q2": {
        "fulfillmentStatus": {"$in": ["NOT_FULFILLED", "PARTIALLY_FULFILLED"]},
        "createdDate": {"$gte": "2024-07-01T00:00:00.000Z", "$lt": "2025-01-01T00:00:00.000Z"},
    },
    "q3": {
        "paymentStatus": "PAID",
        "$or": [
            {"fulfillmentStatus": "NOT_FULFILLED"},
            {
                _TOTAL: {"$gte": Decimal(500)},
                "$or": [{"channelInfo.type": "WEB"}, {"shippingInfo.title": {"$exists": False}}],
            },
        ],
    },
    "q4": {"lineItems.productName.original": {"$in": ["Brazilian Arabica", "Gift note"]}},
    "q5": {"fulfillmentStatus": {"$ne": "FULFILLED"}, "buyerInfo.memberId": {"$exists": False}},
    "q6": {"buyerInfo.email": {"$regex": _MA}},
    "q7": {_TOTAL: {"$gte": Decimal(250), "$lt": Decimal(500)}},
}


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the tables of this question."""
    hot = _decoded(_HOT)
    yield _matches("hot", hot, size, f"{_HOT:,} decoded orders in cache")
    yield _filter(hot, size)
    yield _others(hot, size)
    cold = _decoded(size.orders)
    gc.collect()
    # Each timing starts with a collection, which would visit all orders and warm the cache.
    gc.freeze()
    yield _matches("cold", cold, size, f"{size.orders:,} decoded orders, one after the other")
    gc.unfreeze()


def _decoded(count: int) -> list[JSON]:
    """Return orders decoded one by one, so that they share no objects."""
    return [json.loads(json.dumps(order)) for order in workload.orders(count)]


def _matches(warmth: str, orders: list[JSON], size: Size, note: str) -> Table:
    def answers(matches: Callable[[JSON], bool]) -> Callable[[], list[bool]]:
        return lambda: [matches(order) for order in orders]

    figures = []
    for query in workload.QUERIES:
        ours, theirs = answers(oq.compile(query.search).matches), answers(query.by_hand)
        figures.append(fight(Duel(query.name, _BY_HAND, ours, theirs, speed(0.9), items=len(orders)), size))
    return Table(f"plan.matches, {warmth}", f"One call for each order: {note}.", tuple(figures))


def _filter(orders: list[JSON], size: Size) -> Table:
    figures = []
    for query in workload.QUERIES:
        ours, theirs = _selected(query, orders), _chosen(query.by_hand, orders)
        figures.append(fight(Duel(query.name, _BY_HAND, ours, theirs, speed(1), items=len(orders)), size))
    note = f"list(plan.filter(orders)) against a list comprehension that calls the function: {_HOT:,} orders in cache."
    return Table("plan.filter, hot", note, _with_mean(figures, speed(1.2)))


def _selected(query: workload.Query, orders: list[JSON]) -> Callable[[], list[JSON]]:
    plan = oq.compile(query.search)
    return lambda: list(plan.filter(orders))


def _chosen(matches: Callable[[JSON], bool], orders: list[JSON]) -> Callable[[], list[JSON]]:
    return lambda: [order for order in orders if matches(order)]


def _with_mean(figures: list[Figure], target: Target) -> tuple[Figure, ...]:
    return (*figures, together("geometric mean", figures, target))


def _others(orders: list[JSON], size: Size) -> Table:
    # The other matchers do not convert values: give them amounts as decimals; all dates have the same notation.
    converted = [_with_decimals(order) for order in orders]
    figures: list[Figure] = []
    for name, matcher in (("mongomock", _mongomock), ("mongoquery", _mongoquery)):
        against = []
        for query in workload.QUERIES:
            ours, theirs = _selected(query, orders), _chosen(matcher({**_MONGO[query.name], **_VISIBLE}), converted)
            against.append(fight(Duel(query.name, name, ours, theirs, speed(1), _same, items=len(orders)), size))
        figures += _with_mean(against, speed(25))
    note = (
        "plan.filter against mongomock.filtering.filter_applies, which its collections call for every document, and"
        " mongoquery's Query.match; both get the totals as decimals, so that they need not parse them."
    )
    return Table("plan.filter, hot, and matchers of MongoDB's language", note, tuple(figures))


def _same(ours: list[JSON], theirs: list[JSON]) -> bool:
    return [order["id"] for order in ours] == [order["id"] for order in theirs]


def _with_decimals(order: JSON) -> JSON:
    copy: JSON = json.loads(json.dumps(order))
    total = copy.get("priceSummary", {}).get("total", {})
    if "amount" in total:
        total["amount"] = Decimal(total["amount"])
    return copy


def _mongomock(condition: JSON) -> Callable[[JSON], bool]:
    return lambda order: bool(filter_applies(condition, order))


def _mongoquery(condition: JSON) -> Callable[[JSON], bool]:
    match: Callable[[JSON], bool] = mongoquery.Query(condition).match
    return match


# -- growth -------------------------------------------------------------------------------------------------------

_SIZES = (1, 2, 4, 8, 16, 32)

# Nearly every order meets these conditions, so that all are evaluated; {n} makes them differ.
_LEAVES: tuple[tuple[Callable[[str], JSON], str], ...] = (
    (lambda n: {"checkoutId": {"$ne": n}}, 'order.get("checkoutId") != "{n}"'),
    (lambda n: {"number": {"$ne": n}}, 'order.get("number") != "{n}"'),
    (lambda n: {"buyerInfo.email": {"$ne": n}}, '(order.get("buyerInfo") or none).get("email") != "{n}"'),
    (lambda n: {"buyerInfo.contactId": {"$ne": n}}, '(order.get("buyerInfo") or none).get("contactId") != "{n}"'),
    (
        lambda n: {_TOTAL: {"$gte": f"0.{n}"}},
        'Decimal(((order.get("priceSummary") or none).get("total") or none).get("amount") or "nan") >= bound_{n}',
    ),
    (
        lambda n: {"createdDate": {"$gte": f"2000-01-01T00:00:00.{n}Z"}},
        '(order.get("createdDate") or "") >= "2000-01-01T00:00:00.{n}Z"',
    ),
    (lambda n: {"shippingInfo.title": {"$ne": n}}, '(order.get("shippingInfo") or none).get("title") != "{n}"'),
    (lambda n: {"channelInfo.type": {"$ne": n}}, '(order.get("channelInfo") or none).get("type") != "{n}"'),
)


def leaves_growth(size: Size) -> Growth:
    """Measure the cost of a predicate for one order, by the number of its conditions."""
    orders = _decoded(_HOT)
    series: dict[str, list[float]] = {"plan.matches": [], _BY_HAND: []}
    for count in _SIZES:
        numbers = [f"{index:03}" for index in range(1, count + 1)]
        leaves = [_LEAVES[index % len(_LEAVES)] for index in range(count)]
        plan = oq.compile({"filter": {"$and": [leaf(n) for (leaf, _), n in zip(leaves, numbers, strict=True)]}})
        by_hand = _by_hand([text.format(n=n) for (_, text), n in zip(leaves, numbers, strict=True)], numbers)
        for name, function in zip(series, (plan.matches, by_hand), strict=True):
            series[name].append(_seconds(function, orders, size) / len(orders))
        assert [plan.matches(order) for order in orders] == [by_hand(order) for order in orders]
    note = f"Conditions joined with $and that nearly every order meets; {_HOT:,} orders in cache."
    title = "A predicate, by the number of its conditions"
    return Growth(title, note, "conditions", _SIZES, {name: tuple(values) for name, values in series.items()})


def _by_hand(tests: list[str], numbers: Iterable[str]) -> Callable[[JSON], bool]:
    """Build the function that a programmer would write for these tests."""
    scope: JSON = {"none": {}, "Decimal": Decimal, **{f"bound_{n}": Decimal(f"0.{n}") for n in numbers}}
    lines = " and ".join(['order.get("status") != "INITIALIZED"', *tests])
    exec(f"def by_hand(order):\n    return {lines}", scope)
    function: Callable[[JSON], bool] = scope["by_hand"]
    return function


def _seconds(function: Callable[[JSON], bool], orders: list[JSON], size: Size) -> float:
    def run() -> list[bool]:
        return [function(order) for order in orders]

    run()
    return statistics.median(seconds_of(run, 3) for _ in range(size.rounds))
