"""Provide the orders and the seven searches of all questions.

The orders are synthetic, with the shape of the documented sample and about 4 KB each. The seed makes them reproducible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orderquery as oq

from . import hand

JSON = Any
SEED = 5


@dataclass(frozen=True, slots=True)
class Query:
    """One search: its name, text form, filter and hand-written function."""

    name: str
    text: str
    filter: JSON
    by_hand: Callable[[JSON], bool]

    @property
    def search(self) -> JSON:
        """Return the bare search."""
        return {"filter": self.filter}


QUERIES = (
    Query("q1", "paymentStatus = PAID", {"paymentStatus": "PAID"}, hand.q1),
    Query(
        "q2",
        "fulfillmentStatus in (NOT_FULFILLED, PARTIALLY_FULFILLED)"
        " and createdDate >= 2024-07-01T00:00:00Z and createdDate < 2025-01-01T00:00:00Z",
        {
            "fulfillmentStatus": {"$in": ["NOT_FULFILLED", "PARTIALLY_FULFILLED"]},
            "createdDate": {"$gte": "2024-07-01T00:00:00Z", "$lt": "2025-01-01T00:00:00Z"},
        },
        hand.q2,
    ),
    Query(
        "q3",
        "paymentStatus = PAID and (fulfillmentStatus = NOT_FULFILLED"
        " or (priceSummary.total.amount >= 500 and (channelInfo.type = WEB or shippingInfo.title is missing)))",
        {
            "paymentStatus": "PAID",
            "$or": [
                {"fulfillmentStatus": "NOT_FULFILLED"},
                {
                    "priceSummary.total.amount": {"$gte": "500"},
                    "$or": [{"channelInfo.type": "WEB"}, {"shippingInfo.title": None}],
                },
            ],
        },
        hand.q3,
    ),
    Query(
        "q4",
        'lineItems.productName.original has any ("Brazilian Arabica", "Gift note")',
        {"lineItems.productName.original": {"$hasSome": ["Brazilian Arabica", "Gift note"]}},
        hand.q4,
    ),
    Query(
        "q5",
        "fulfillmentStatus != FULFILLED and buyerInfo.memberId is missing",
        {"fulfillmentStatus": {"$ne": "FULFILLED"}, "buyerInfo.memberId": None},
        hand.q5,
    ),
    Query("q6", 'buyerInfo.email starts with "Ma"', {"buyerInfo.email": {"$startsWith": "Ma"}}, hand.q6),
    Query(
        "q7",
        "priceSummary.total.amount >= 250.00 and priceSummary.total.amount < 500",
        {"priceSummary.total.amount": {"$gte": "250.00", "$lt": "500"}},
        hand.q7,
    ),
)


def orders(count: int) -> Iterator[JSON]:
    """Yield this many decoded orders, without transactions."""
    documents = (document for document in oq.sample(count, SEED) if "id" in document)
    return islice(documents, count)
