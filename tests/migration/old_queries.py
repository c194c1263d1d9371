"""Random orders of the Stores API as the service wrote them, and random queries for them.

Values come from small pools, so that filters hit. Fields and values are as frequent as in the code of clients: dates,
numbers and statuses often, ``enteredBy.id``, ``numericId``, ``$contains`` and ``PENDING`` seldom. An order has what the
service gave it: ``buyerInfo.id`` with ``identityType``, and names in the billing address if it has a buyer's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import orderquery as oq

JSON = Any
OLD = oq.load_schema("stores-v2")

IDS = tuple(f"{n:08x}-0000-4000-8000-000000000000" for n in range(1, 41))
MEMBERS = tuple(f"aaaaaaaa-{n:04d}-4000-8000-000000000000" for n in range(4))
CONTACTS = tuple(f"bbbbbbbb-{n:04d}-4000-8000-000000000000" for n in range(4))
USERS = tuple(f"cccccccc-{n:04d}-4000-8000-000000000000" for n in range(3))
PRODUCTS = tuple(f"dddddddd-{n:04d}-4000-8000-000000000000" for n in range(5))
INSTANTS = (
    "2023-01-01T00:00:00.000Z", "2023-01-01T00:00:00Z", "2023-03-07T10:24:03.380Z", "2023-03-07T12:24:03.380+02:00",
    "2024-02-29T23:59:59.999Z", "2022-12-31T19:00:00-05:00", "2024-09-01T08:00:00.123Z",
)  # fmt: skip
MILLISECONDS = (1672531200000, 1678184643380, 1709251199999, 1725177600123)
NUMBERS = (1, 2, 9, 10, 11, 10012, 10126)
NAMES = ("Ann", "ann", "Anna Maria", "Ölaf", "O'Neill", "李", "ANN ")
ITEMS = ("Mug", "mug", "Shoe", "Straße", "100% wool", "")
EXTERNAL = ("ext-1", "EXT-1", "2", "")
POOLS: dict[str, Sequence[JSON]] = {
    "id": IDS, "number": (*NUMBERS, *map(str, NUMBERS)), "numericId": (0, 5, "1677836546"), "archived": (True, False),
    "dateCreated": (*INSTANTS, *MILLISECONDS), "lastUpdated": (*INSTANTS, *MILLISECONDS),
    "paymentStatus": ("PAID", "NOT_PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED", "PARTIALLY_PAID"),
    "fulfillmentStatus": ("NOT_FULFILLED", "FULFILLED", "CANCELED", "PARTIALLY_FULFILLED"),
    "buyerInfo.id": (*MEMBERS, *CONTACTS), "channelInfo.type": ("WEB", "POS", "EBAY", "BACKOFFICE_MERCHANT", "UNSPECIFIED"),
    "channelInfo.externalOrderId": EXTERNAL, "enteredBy.id": (*USERS, *MEMBERS[:1]), "lineItems.productId": PRODUCTS,
    "lineItems.name": ITEMS, "billingInfo.address.fullName": ("Ann", "Ann O'Neill", "Anna Maria 李", "Ölaf Ann"),
}  # fmt: skip
SELDOM_VALUES = {"paymentStatus": ("PENDING", "UNSPECIFIED_PAYMENT_STATUS")}
SELDOM_FIELDS = ("enteredBy.id", "numericId")
SELDOM_FIELD, SELDOM_VALUE, CONTAINS = 40, 60, 20
"""One condition in so many names such a field; one value in so many; one condition on the full name."""
_EVERY = {row.name: row for row in OLD.fields}


class OldMaker:
    """Makes old orders and old queries."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    # -- orders -------------------------------------------------------------------------------------------------

    def orders(self) -> list[JSON]:
        return [self.order(key) for key in IDS]

    def order(self, key: str) -> JSON:
        random = self.random
        made: JSON = {
            "id": key,
            "number": random.choice(NUMBERS),
            "dateCreated": random.choice(INSTANTS),
            "lastUpdated": random.choice(INSTANTS),
            "numericId": str(random.randrange(10**10)),
            "currency": "USD",
            "totals": {"subtotal": "10", "total": "12.5", "tax": "2.5", "quantity": 1},
            "paymentStatus": self.value("paymentStatus", 8),
            "fulfillmentStatus": self.value("fulfillmentStatus", 8),
            "archived": random.choice((True, False, None)),
            "buyerInfo": self._buyer(),
            "channelInfo": {"type": random.choice(POOLS["channelInfo.type"])},
            "enteredBy": {"id": random.choice(USERS), "identityType": "USER"},
            "lineItems": [self._line_item(index) for index in range(1, random.randrange(1, 5))],
            "billingInfo": {"address": {"country": "US", "fullName": self._name()}},
        }
        if self.chance(2):
            made["channelInfo"]["externalOrderId"] = random.choice(EXTERNAL)
        if self.chance(5):
            made["enteredBy"] = {"id": MEMBERS[0], "identityType": "MEMBER"}
        for name in self.random.sample(list(made), random.randrange(4)):
            if name != "id":
                made[name] = None
                if self.chance(2):
                    del made[name]
        return made

    def _buyer(self) -> JSON:
        number = self.random.randrange(4)
        if self.chance(2):
            return {"id": MEMBERS[number], "identityType": "MEMBER", "contactId": CONTACTS[number]}
        return {"id": CONTACTS[number], "identityType": "CONTACT"}

    def _name(self) -> JSON:
        made = {"firstName": self.random.choice(NAMES), "lastName": self.random.choice(NAMES)}
        if self.chance(4):
            del made[self.random.choice(list(made))]
        return made

    def _line_item(self, index: int) -> JSON:
        made = {"index": index, "quantity": 1, "lineItemType": "PHYSICAL", "name": self.random.choice(ITEMS)}
        if not self.chance(5):
            made["productId"] = self.random.choice(PRODUCTS)
        return made

    def value(self, name: str, seldom: int) -> JSON:
        others = SELDOM_VALUES.get(name, ())
        return self.random.choice(others if others and self.chance(seldom) else POOLS[name])

    # -- queries ------------------------------------------------------------------------------------------------

    def query(self) -> JSON:
        """A request, in one of the forms in which clients send it."""
        found: JSON = {"filter": self.filter()}
        if self.chance(2):
            name = self.random.choice(("number", "dateCreated", "lastUpdated"))
            order = {name: self.random.choice(("asc", "desc", "DESC"))}
            found["sort"] = order if self.chance(3) else [order]
        if self.chance(2):
            found["paging"] = {"limit": self.random.choice((1, 50, 100)), **({} if self.chance(2) else {"offset": 0})}
        for key in ("filter", "sort"):
            if key in found and self.chance(2):
                found[key] = json.dumps(found[key])
        return found if self.chance(6) else {"query": found}

    def filter(self, depth: int = 0) -> JSON:
        parts = [self.condition() for _ in range(self.random.choice((1, 1, 2, 3)))]
        if depth < 2 and self.chance(4):
            name = self.random.choice(("$and", "$or", "$not"))
            inner = [self.filter(depth + 1) for _ in range(self.random.randrange(1, 3))]
            # The walk by numericId is a condition beside others.
            inner = [part for part in inner if "numericId" not in json.dumps(part)] or [{"archived": False}]
            parts.append({name: inner[0] if name == "$not" else inner})
        merged: JSON = {}
        for part in parts:
            merged |= part
        return merged

    def condition(self, name: str | None = None, operator: str | None = None) -> JSON:
        if name is None:
            usual = [row.name for row in OLD.fields if row.name not in SELDOM_FIELDS]
            name = self.random.choice(SELDOM_FIELDS if self.chance(SELDOM_FIELD) else usual)
        row = _EVERY[name]
        if operator is None and row.unread_operators and self.chance(CONTAINS):
            return {name: {"$contains": "Ann"}}
        operator = operator or self.random.choice(row.operators)
        if operator == "$eq" and self.chance(2):
            return {name: self.operand(name, operator)}
        wire = "$hasSome" if operator == "$in" else operator
        return {name: {wire: self.operand(name, operator)}}

    def operand(self, name: str, operator: str) -> JSON:
        row = _EVERY[name]
        if operator in ("$in", "$hasSome", "$hasAll"):
            values = [
                self.value(name, SELDOM_VALUE) for _ in range(self.random.randrange(0 if self.chance(9) else 1, 4))
            ]
            return [*values, None] if operator == "$in" and self.chance(9) else values
        if operator == "$startsWith":
            return str(self.value(name, SELDOM_VALUE))[: self.random.randrange(5)]
        if operator in ("$eq", "$ne") and self.chance(9):
            return None
        if operator in ("$eq", "$ne") and row.many and self.chance(9):
            return [self.value(name, SELDOM_VALUE) for _ in range(self.random.randrange(3))]
        return self.value(name, SELDOM_VALUE)
