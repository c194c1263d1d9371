"""Mistakes put into valid searches: certain ones, whose correction is known, and ones that leave a guess.

Written from the language's description of corrections; nothing here is shared with the checker.
"""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from mistaken_parts import MistakenParts
from project import ROOT
from strategies import Maker

import orderquery as oq

JSON = Any
_RENAMED: dict[str, str] = tomllib.loads((ROOT / "grammar" / "elsewhere.toml").read_text("utf-8"))["renamed"]
_LISTS = ("$in", "$nin", "$hasSome", "$hasAll")


class Entry(NamedTuple):
    """One field of a filter object."""

    holder: dict[str, JSON]
    key: str
    value: JSON
    row: oq.Field


def _plain(name: str) -> str:
    return re.sub(r"[_\-\s$]", "", name).casefold()


def _edits(one: str, other: str) -> int:
    """Count inserted, removed, replaced and exchanged characters."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


class Mistaker(MistakenParts):
    """Makes wrong requests out of valid searches."""

    def __init__(self, maker: Maker) -> None:
        self.maker, self.random, self.schema = maker, maker.random, maker.schema
        self.names = list(self.schema.by_name)
        # A value that an enum does not have is a mistake of its own, and leaves a guess.
        maker.pools.update({row: row.values for row in self.schema.fields if row.values})

    # -- a valid search that mistakes can be made in ------------------------------------------------------------

    def search(self) -> dict[str, JSON]:
        """Return a valid bare search in which much can go wrong."""
        search = self.maker.search()
        search.setdefault("filter", {})
        for add in self.random.sample((self._dates, self._alternatives, self._negation, self._missing), 2):
            add(search["filter"])
        search.setdefault("sort", [{"fieldName": "createdDate", "order": "DESC"}, {"fieldName": "number"}])
        if self.random.randrange(2):
            search["cursorPaging"] = {"limit": self.random.randint(1, 100)}
        return search

    def _dates(self, filter_: dict[str, JSON]) -> None:
        name = self.random.choice([row.name for row in self.schema.fields if "$gte" in row.operators])
        if self.schema.find(name).type.name == "instant":
            filter_[name] = {"$gte": "2024-01-01T00:00:00.000Z"}

    def _alternatives(self, filter_: dict[str, JSON]) -> None:
        rows = [row for row in self.schema.fields if "$in" not in row.operators and "$eq" in row.operators]
        row = self.random.choice(rows)
        filter_[row.name] = {self.random.choice(("$eq", "$ne")): self.maker.operand(row)}

    def _negation(self, filter_: dict[str, JSON]) -> None:
        row = self.random.choice([row for row in self.schema.fields if "$startsWith" in row.operators])
        filter_["$not"] = {row.name: {"$startsWith": "2024"}}

    def _missing(self, filter_: dict[str, JSON]) -> None:
        row = self.random.choice([row for row in self.schema.fields if "$eq" in row.operators])
        filter_[row.name] = self.random.choice((None, {"$ne": None}))

    # -- certain mistakes ---------------------------------------------------------------------------------------

    def wrong(self, search: dict[str, JSON], count: int) -> tuple[dict[str, JSON], JSON, list[str]]:
        """Return the search that is meant, a request body with up to so many mistakes in it, and their names."""
        meant, request = copy.deepcopy(search), {"search": copy.deepcopy(search)}
        made = []
        if self.random.randrange(4) == 0 and self._bare_date(meant, request["search"]):
            made.append("bare_date")
        inner = [name for name in dir(self) if name.startswith(("field_", "operator_", "connective_", "sort_"))]
        for _ in range(count - len(made)):
            name = self.random.choice(inner)
            if getattr(self, name)(request["search"]):
                made.append(name.partition("_")[2])
        if len(made) < count:
            outer = self.random.choice([name for name in dir(self) if name.startswith("part_")])
            changed = getattr(self, outer)(request)
            if changed is not None:
                request, made = changed, [*made, outer.removeprefix("part_")]
        return meant, request, made

    def entries(self, filter_: JSON) -> list[Entry]:
        """Return every field of a filter that is written as it should be."""
        return list(self._entries(filter_))

    def _entries(self, filter_: JSON) -> Iterator[Entry]:
        if not isinstance(filter_, dict):
            return
        for key, value in filter_.items():
            if key in ("$and", "$or", "$not"):
                for part in value if isinstance(value, list) else [value]:
                    yield from self._entries(part)
            elif (row := self.schema.find(key)) is not None and value != {}:
                if not isinstance(value, dict) or all(operator in row.operators for operator in value):
                    yield Entry(filter_, key, value, row)

    def _pick(self, search: JSON, wanted: Callable[[Entry], bool] = lambda _: True) -> Entry | None:
        found = [entry for entry in self.entries(search.get("filter")) if wanted(entry)]
        return self.random.choice(found) if found else None

    @staticmethod
    def _put(entry: Entry, key: str, value: JSON) -> bool:
        if key != entry.key and key in entry.holder:
            return False
        items = [(key, value) if name == entry.key else (name, part) for name, part in entry.holder.items()]
        entry.holder.clear()
        entry.holder.update(items)
        return True

    def field_in_other_case(self, search: JSON) -> bool:
        entry = self._pick(search)
        if entry is None:
            return False
        changes = (str.lower, str.upper, lambda name: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
        name = self.random.choice(changes)(entry.key)
        same = [other for other in self.names if _plain(other) == _plain(name)]
        return name not in self.names and len(same) == 1 and self._put(entry, name, entry.value)

    def field_with_a_typo(self, search: JSON) -> bool:
        entry = self._pick(search, lambda found: len(found.key) >= 7)
        if entry is None:
            return False
        at = self.random.randrange(1, len(entry.key) - 1)
        name = entry.key[:at] + self.random.choice(("", "q", "qq"[:1])) + entry.key[at + self.random.randrange(2) :]
        near = [other for other in self.names if _edits(_plain(name), _plain(other)) <= 1]
        known = name in self.names or name in _RENAMED or ("." not in name and "_" in name)
        return near == [entry.key] and not known and self._put(entry, name, entry.value)

    def field_from_elsewhere(self, search: JSON) -> bool:
        entry = self._pick(search, lambda found: found.key in _RENAMED.values())
        if entry is None:
            return False
        name = self.random.choice([old for old, new in _RENAMED.items() if new == entry.key])
        return self._put(entry, name, entry.value)

    def field_nested(self, search: JSON) -> bool:
        entry = self._pick(search, lambda found: "." in found.key)
        if entry is None:
            return False
        first, _, rest = entry.key.partition(".")
        return self._put(entry, first, {rest: entry.value})

    def operator_without_dollar(self, search: JSON) -> bool:
        entry = self._pick(search)
        if entry is None:
            return False
        value = entry.value if isinstance(entry.value, dict) else {"$eq": entry.value}
        return self._put(entry, entry.key, {name.removeprefix("$"): operand for name, operand in value.items()})

    def operator_in_the_name(self, search: JSON) -> bool:
        entry = self._pick(search, lambda found: isinstance(found.value, dict) and len(found.value) == 1)
        if entry is None:
            return False
        ((operator, operand),) = entry.value.items()
        name = self.random.choice((f"{entry.key}.{operator}", f"{entry.key}_{operator[1:]}"))
        return self._put(entry, name, operand)

    def operator_of_another_language(self, search: JSON) -> bool:
        others = {"$gte": "$ge", "$lte": "$le", "$hasAll": "$all"}
        entry = self._pick(search, lambda f: isinstance(f.value, dict) and not others.keys().isdisjoint(f.value))
        if entry is None:
            return False
        return self._put(entry, entry.key, {others.get(name, name): operand for name, operand in entry.value.items()})

    def operator_with_one_value(self, search: JSON) -> bool:
        def single(entry: Entry) -> bool:
            value = entry.value
            return isinstance(value, dict) and any(
                name in _LISTS
                and isinstance(operand, list)
                and len(operand) == 1
                and operand[0] is not None
                and "," not in str(operand[0])
                for name, operand in value.items()
            )

        entry = self._pick(search, single)
        if entry is None:
            return False
        value = {
            name: operand[0]
            if name in _LISTS and isinstance(operand, list) and len(operand) == 1 and operand[0] is not None
            else operand
            for name, operand in entry.value.items()
        }
        return self._put(entry, entry.key, value)

    def operator_with_commas(self, search: JSON) -> bool:
        def listed(entry: Entry) -> bool:
            value = entry.value
            return isinstance(value, dict) and any(
                name in _LISTS
                and isinstance(operand, list)
                and len(operand) > 1
                and set(operand) <= set(entry.row.values)
                for name, operand in value.items()
            )

        entry = self._pick(search, listed)
        if entry is None:
            return False
        value = {
            name: ",".join(operand)
            if name in _LISTS
            and isinstance(operand, list)
            and len(operand) > 1
            and set(operand) <= set(entry.row.values)
            else operand
            for name, operand in entry.value.items()
        }
        return self._put(entry, entry.key, value)

    def operator_for_null(self, search: JSON) -> bool:
        meanings = {"null": True, '{"$eq": null}': True, '{"$ne": null}': False}
        entry = self._pick(search, lambda found: json.dumps(found.value, default=str) in meanings)
        if entry is None:
            return False
        return self._put(entry, entry.key, {"$isNull": meanings[json.dumps(entry.value)]})

    def operator_for_existence(self, search: JSON) -> bool:
        entry = self._pick(search, lambda f: isinstance(f.value, dict) and list(f.value) == ["$exists"])
        if entry is None:
            return False
        flag = entry.value["$exists"]
        return self._put(entry, entry.key, {self.random.choice(("$notExists", "$isNull")): not flag})

    def operator_in_for_eq(self, search: JSON) -> bool:
        def wanted(entry: Entry) -> bool:
            single = isinstance(entry.value, dict) and list(entry.value) in (["$eq"], ["$ne"])
            absent = {"$in", "$nin"}.isdisjoint(entry.row.operators)
            return absent and single and not isinstance(next(iter(entry.value.values())), list)

        entry = self._pick(search, wanted)
        if entry is None:
            return False
        ((operator, operand),) = entry.value.items()
        return self._put(entry, entry.key, {"$in" if operator == "$eq" else "$nin": [operand, operand]})

    def connective_without_dollar(self, search: JSON) -> bool:
        return self._connective(search, lambda key, value: (key[1:], value))

    def connective_nor(self, search: JSON) -> bool:
        def changed(key: str, value: JSON) -> tuple[str, JSON] | None:
            inner = value[0] if isinstance(value, list) and len(value) == 1 else value
            if key == "$not" and isinstance(inner, dict) and list(inner) == ["$or"] and inner["$or"]:
                return "$nor", inner["$or"]
            return None

        return self._connective(search, changed)

    def connective_under_its_field(self, search: JSON) -> bool:
        def changed(key: str, value: JSON) -> tuple[str, JSON] | None:
            inner = value[0] if isinstance(value, list) and len(value) == 1 else value
            if key != "$not" or not isinstance(inner, dict) or len(inner) != 1:
                return None
            ((name, condition),) = inner.items()
            row = self.schema.find(name)
            if row is None or isinstance(condition, list) or condition == {}:
                return None
            if isinstance(condition, dict) and not all(operator in row.operators for operator in condition):
                return None
            return name, {"$not": condition}

        return self._connective(search, changed)

    def connective_not_starts_with(self, search: JSON) -> bool:
        def changed(key: str, value: JSON) -> tuple[str, JSON] | None:
            inner = value[0] if isinstance(value, list) and len(value) == 1 else value
            if key != "$not" or not isinstance(inner, dict) or len(inner) != 1:
                return None
            ((name, condition),) = inner.items()
            if isinstance(condition, dict) and list(condition) == ["$startsWith"]:
                return name, {"$notStartsWith": condition["$startsWith"]}
            return None

        return self._connective(search, changed)

    def _connective(self, search: JSON, change: Callable[[str, JSON], tuple[str, JSON] | None]) -> bool:
        found = []
        waiting = [search.get("filter")]
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict):
                for key, value in part.items():
                    if key in ("$and", "$or", "$not"):
                        waiting.extend(value if isinstance(value, list) else [value])
                        new = change(key, value)
                        if new is not None and new[0] not in part:
                            found.append((part, key, new))
        if not found:
            return False
        holder, key, (name, value) = self.random.choice(found)
        items = [(name, value) if old == key else (old, part) for old, part in holder.items()]
        holder.clear()
        holder.update(items)
        return True

    def _bare_date(self, meant: JSON, wrong: JSON) -> bool:
        rows = [row for row in self.schema.fields if row.type.name == "instant" and "$lt" in row.operators]
        row, operator = self.random.choice(rows), self.random.choice(("$gte", "$lt", "$lte"))
        day = date(2024, 1, 1) + timedelta(days=self.random.randrange(700))
        if row.name in meant["filter"]:
            return False
        shown = {"$lte": ("$lt", day + timedelta(days=1))}.get(operator, (operator, day))
        meant["filter"][row.name] = {shown[0]: f"{shown[1]}T00:00:00.000Z"}
        wrong["filter"][row.name] = {operator: str(day)}
        return True

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
