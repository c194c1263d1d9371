"""Mistakes put into valid searches: certain ones, whose correction is known, and ones that leave a guess.

Written from the language's description of corrections; nothing here is shared with the checker.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from mistaken_connectives import MistakenConnectives
from mistaken_parts import MistakenParts
from strategies import Maker

import orderquery as oq

JSON = Any
#: Mistakes of the parts inside ``search``, in the order in which they can be made; the others change what is around it.
INNER_PARTS = (
    "misplaced_condition",
    "wrapped_filter",
    "filter_as_json",
    "where",
    "direction_beside",
    "sort_by",
    "limit_as_text",
    "near_key",
    "next",
    "cursor_in_search",
    "paging",
    "limit_in_search",
)


class Mistaker(MistakenConnectives, MistakenParts):
    """Makes wrong requests out of valid searches."""

    def __init__(self, maker: Maker) -> None:
        self.maker, self.random, self.schema = maker, maker.random, maker.schema
        self.names = list(self.schema.by_name)
        # A value that an enum does not have is a mistake of its own, and leaves a guess.
        maker.pools.update({row: row.values for row in self.schema.fields if row.values})
        self._begin()

    # -- a valid search that mistakes can be made in ------------------------------------------------------------

    def search(self) -> dict[str, JSON]:
        """Return a valid bare search in which much can go wrong."""
        search = self.maker.search()
        search.setdefault("filter", {})
        adders = (self._dates, self._equality, self._prefix, self._missing, self._nor, self._same_field, self._values)
        for add in self.random.sample(adders, 3):
            key, value = add()
            inside = self.random.choice(list(self.filters(search["filter"])))
            inside.setdefault(key, value)
        search.setdefault("sort", [{"fieldName": "createdDate", "order": "DESC"}, {"fieldName": "number"}])
        if self.random.randrange(2):
            search["cursorPaging"] = {"limit": self.random.randint(1, 100)}
        if self.random.randrange(6) == 0:
            search.setdefault("cursorPaging", {})["cursor"] = "abc"
        return search

    def _field(self, wanted: Callable[[oq.Field], bool]) -> oq.Field:
        return self.random.choice([row for row in self.schema.fields if wanted(row)])

    def _dates(self) -> tuple[str, JSON]:
        row = self._field(lambda row: row.type.name == "instant" and "$gte" in row.operators)
        day = f"2024-{self.random.randint(1, 12):02}-{self.random.randint(1, 28):02}T00:00:00.000Z"
        return row.name, {self.random.choice(("$gte", "$lt")): day}

    def _equality(self) -> tuple[str, JSON]:
        row = self._field(lambda row: "$in" not in row.operators and "$eq" in row.operators)
        return row.name, {self.random.choice(("$eq", "$ne")): self.maker.operand(row)}

    def _prefix(self) -> tuple[str, JSON]:
        row = self._field(lambda row: "$startsWith" in row.operators)
        inner = {row.name: {"$startsWith": "2024"}}
        return "$not", self.random.choice((inner, [inner]))

    def _missing(self) -> tuple[str, JSON]:
        row = self._field(lambda row: "$eq" in row.operators)
        return row.name, self.random.choice((None, {"$ne": None}))

    def _nor(self) -> tuple[str, JSON]:
        return "$not", {"$or": self._alternatives("$eq")}

    def _same_field(self) -> tuple[str, JSON]:
        key, operator = self.random.choice((("$or", "$eq"), ("$and", "$ne")))
        return key, self._alternatives(operator)

    def _alternatives(self, operator: str) -> list[JSON]:
        row = self._field(lambda row: {"$eq", "$ne"} <= set(row.operators))
        values = [self.maker.operand(row) for _ in range(self.random.randint(1, 3))]
        return [{row.name: value if operator == "$eq" else {operator: value}} for value in values]

    def _values(self) -> tuple[str, JSON]:
        row = self._field(lambda row: bool(row.values) or "$nin" in row.operators)
        values = [self.maker.operand(row) for _ in range(self.random.randint(1, 3))]
        return row.name, {self.random.choice([name for name in ("$in", "$nin") if name in row.operators]): values}

    # -- certain mistakes ---------------------------------------------------------------------------------------

    @classmethod
    def names_of(cls, *starts: str) -> list[str]:
        """Return the methods that make mistakes of a kind."""
        return [name for name in dir(cls) if name.startswith(starts)]

    def wrong(self, search: dict[str, JSON], count: int) -> tuple[dict[str, JSON], JSON, list[str]]:
        """Return the search that is meant, a request body with up to so many mistakes in it, and their names."""
        self._begin()
        meant, wrong = copy.deepcopy(search), copy.deepcopy(search)
        inner = self.names_of("field_", "operator_", "connective_", "sort_")
        made = [name for name in self.random.choices(inner, k=count) if getattr(self, name)(wrong)]
        request: JSON = {"search": wrong}
        parts = self.names_of("part_")
        # Parts are moved from the inside out.
        parts = self.random.sample(parts, 2)
        parts.sort(key=lambda name: INNER_PARTS.index(name[5:]) if name[5:] in INNER_PARTS else len(INNER_PARTS))
        for name in parts:
            if len(made) < count and "search" in request:
                before = copy.deepcopy(request)
                changed = getattr(self, name)(request)
                request = before if changed is None else changed
                made += [] if changed is None else [name]
        return meant, request, made

    # -- mistakes that leave a guess ----------------------------------------------------------------------------

    def uncertain(self, search: JSON) -> str | None:
        """Put one mistake into a search whose correction can only be guessed; return its name."""
        name, value = self.random.choice(
            (
                ("startDate", "2026-01-01T00:00:00.000Z"),
                ("buyerInfo.id", "6f759095-0701-4075-9908-c9c31ff013e1"),
                ("priceSummary.subtotal.amount", {"$gt": "100"}),
                ("paid", True),
                ("buyerInfo.email", {"$isEmpty": False}),
                ("lineItems.productName.original", {"$contains": "Shoe"}),
                ("shippingInfo.title", {"$regex": "^a"}),
                ("createdDate", {"$gt": "2026-01-31"}),
                ("archived", {"$eq": "perhaps"}),
                ("number", {"$gte": None}),
            )
        )
        if name in search["filter"]:
            return None
        search["filter"][name] = value
        return name


def seeded(seed: str) -> Mistaker:
    return Mistaker(Maker(Random(seed), oq.load_schema()))
