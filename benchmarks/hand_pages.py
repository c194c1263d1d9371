"""Read ten pages of the embedded store with hand-written SQL.

A statement finds the keys of a page first and then reads its 100 documents. A deep page starts after the last order
of the page before: a comparison of row values, which uses the index of the sort order. Text and operands are prepared.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

JSON = Any
Keys = tuple[Any, ...]

LIMIT = 100
_DOCUMENTS = """
SELECT k.{sort}, k.id, d.document
FROM (SELECT o.rid, o.{sort}, o.id FROM orders AS o
      WHERE o.site = '' AND o.status IS NOT 'INITIALIZED'{where}{beyond}
      ORDER BY o.{sort} {way}, o.id {way} LIMIT {limit}) AS k
JOIN order_document AS d ON d.rid = k.rid
ORDER BY k.{sort} {way}, k.id {way}
"""
_NAME = "SELECT rid FROM order_value WHERE field = 'line_items_product_name_original' AND value"
_HAS = (
    "EXISTS (SELECT 1 FROM order_value AS e WHERE e.rid = o.rid AND e.field = 'line_items_product_name_original'"
    " AND e.value"
)


@dataclass(frozen=True, slots=True)
class HandPage:
    """A search and its hand-written condition, without the one for hidden orders."""

    name: str
    search: JSON
    where: str = ""
    sort: str = "created_date"
    way: str = "DESC"

    def _text(self, beyond: str, limit: int, way: str) -> str:
        where = f" AND {self.where}" if self.where else ""
        return _DOCUMENTS.format(sort=self.sort, where=where, beyond=beyond, way=way, limit=limit)

    @property
    def first(self) -> str:
        """Return the statement of the first page."""
        return self._text("", LIMIT, self.way)

    @property
    def beyond(self) -> str:
        """Return the statement of the page after the keys of an order."""
        sign = "<" if self.way == "DESC" else ">"
        return self._text(f" AND (o.{self.sort}, o.id) {sign} (?, ?)", LIMIT, self.way)

    def keys_before_the_end(self, database: sqlite3.Connection, depth: int, rest: int) -> Keys:
        """Return the sort value and id of the last order before a deep page.

        It is the order at ``depth``, or the one with ``rest`` orders after it if that is earlier.

        A search with few orders gets the order in the middle.
        """
        where = f" AND {self.where}" if self.where else ""
        (count,) = database.execute(
            f"SELECT count(*) FROM orders AS o WHERE o.site = '' AND o.status IS NOT 'INITIALIZED'{where}"
        ).fetchone()
        after = min(max(count - depth, rest), count // 2)
        opposite = "ASC" if self.way == "DESC" else "DESC"
        text = self._text("", 1, opposite).replace("LIMIT 1)", f"LIMIT 1 OFFSET {after})")
        found: Keys = database.execute(text).fetchone()
        return found[:2]


PAGES = (
    HandPage("every order, newest first", {}),
    HandPage(
        "paymentStatus PAID, by number",
        {"filter": {"paymentStatus": "PAID"}, "sort": [{"fieldName": "number", "order": "ASC"}]},
        # The plus stops SQLite from using the index on the status and sorting all paid orders.
        "+o.payment_status = 'PAID'",
        "number",
        "ASC",
    ),
    HandPage(
        "one buyer's contact",
        {"filter": {"buyerInfo.contactId": "{contact}"}},
        "o.buyer_info_contact_id = '{contact}'",
    ),
    HandPage(
        "paymentStatus PAID in one month",
        {
            "filter": {
                "paymentStatus": "PAID",
                "createdDate": {"$gte": "2025-03-01T00:00:00Z", "$lt": "2025-04-01T00:00:00Z"},
            }
        },
        "o.payment_status = 'PAID' AND o.created_date >= 1740787200000000 AND o.created_date < 1743465600000000",
    ),
    HandPage(
        "two common products, any",
        {"filter": {"lineItems.productName.original": {"$hasSome": ["Handmade Teapot", "Classic Mug"]}}},
        _HAS + " IN ('Handmade Teapot', 'Classic Mug'))",
    ),
    HandPage(
        "two rare products, any",
        {"filter": {"lineItems.productName.original": {"$hasSome": ["{rare}", "{rarer}"]}}},
        f"o.rid IN ({_NAME} IN ('{{rare}}', '{{rarer}}'))",
    ),
    HandPage(
        "two payment methods, all",
        {"filter": {"paymentMethods": {"$hasAll": ["CreditCard", "Offline"]}}},
        " AND ".join(
            "EXISTS (SELECT 1 FROM order_value AS e WHERE e.rid = o.rid AND e.field = 'payment_methods'"
            f" AND e.value = '{method}')"
            for method in ("Offline", "CreditCard")
        ),
    ),
    HandPage(
        "fulfillmentStatus not FULFILLED",
        {"filter": {"fulfillmentStatus": {"$ne": "FULFILLED"}}},
        "o.fulfillment_status IS NOT 'FULFILLED'",
    ),
    HandPage(
        "not paid, or expensive and not shipped",
        {
            "filter": {
                "$or": [
                    {"paymentStatus": "NOT_PAID"},
                    {"fulfillmentStatus": "NOT_FULFILLED", "priceSummary.total.amount": {"$gte": "500"}},
                ]
            }
        },
        "(o.payment_status = 'NOT_PAID' OR"
        " o.fulfillment_status = 'NOT_FULFILLED' AND o.price_summary_total_amount >= '25035')",
    ),
    HandPage(
        "e-mail begins with Jane.D",
        {"filter": {"buyerInfo.email": {"$startsWith": "Jane.D"}}},
        "o.buyer_info_email_folded >= 'jane.d' AND o.buyer_info_email_folded < 'jane.e'",
    ),
)


def read(database: sqlite3.Connection, text: str, keys: Keys = ()) -> list[bytes]:
    """Return the documents of a page."""
    return [row[2] for row in database.execute(text, keys).fetchall()]
