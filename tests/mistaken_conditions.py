"""Mistakes put into the conditions of a valid filter: names of fields, operators and operands.

Mistakes compose: a condition whose operator is misspelt can lose its field's case, too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from project import ROOT

import orderquery as oq
from orderquery.language.operators import OPERATORS, Takes

JSON = Any
RENAMED: dict[str, str] = tomllib.loads((ROOT / "grammar" / "elsewhere.toml").read_text("utf-8"))["renamed"]
LISTS = tuple(row.name for row in OPERATORS.values() if row.takes is Takes.VALUES)
_LETTERS = re.compile(r"\$?[A-Za-z]+")
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00:00\.000Z")


class Entry(NamedTuple):
    """One field of a filter object."""

    holder: dict[str, JSON]
    key: str
    value: JSON
    row: oq.Field

    @property
    def operators(self) -> dict[str, JSON]:
        return self.value if isinstance(self.value, dict) else {"$eq": self.value}


def plain(name: str) -> str:
    return re.sub(r"[_\-\s$]", "", name).casefold()


def edits(one: str, other: str) -> int:
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


def near(name: str, names: Iterable[str]) -> list[str]:
    """Return the names that a name is near: the same letters, else one edit away."""
    listed = list(names)
    same = [other for other in listed if plain(other) == plain(name)]
    if same or len(plain(name)) < 5:
        return same
    return [other for other in listed if len(plain(other)) >= 5 and edits(plain(name), plain(other)) <= 1]


def replaced(holder: dict[str, JSON], old: str, new: str, value: JSON) -> bool:
    """Replace a key and its value, in place; false if the new key is there already."""
    if new != old and new in holder:
        return False
    items = [(new, value) if key == old else (key, part) for key, part in holder.items()]
    holder.clear()
    holder.update(items)
    return True


class MistakenConditions:
    """Makes wrong conditions; a method answers whether it changed the search."""

    random: Random
    schema: oq.Schema

    def _begin(self) -> None:
        """Forget the mistakes of the search before."""
        self.misnamed: dict[str, oq.Field] = {}
        self.misspelt: dict[str, str] = {}
        self.connectives = {"$and": "$and", "$or": "$or", "$not": "$not"}
        self.nested: set[int] = set()

    def meant(self, operator: str) -> str | None:
        """Return the operator that a name means, or the name itself if it means another condition."""
        return operator if operator in OPERATORS else self.misspelt.get(operator)

    def row(self, name: str) -> oq.Field | None:
        return self.schema.find(name) or self.misnamed.get(name)

    def filters(self, filter_: JSON) -> Iterator[dict[str, JSON]]:
        """Yield every filter object, the outer ones first."""
        if not isinstance(filter_, dict):
            return
        yield filter_
        for key, value in filter_.items():
            if key in self.connectives:
                for part in value if isinstance(value, list) else [value]:
                    yield from self.filters(part)

    def entries(self, filter_: JSON) -> list[Entry]:
        """Return every condition whose field and operators are known."""
        return [
            Entry(holder, key, value, row)
            for holder in self.filters(filter_)
            for key, value in holder.items()
            if key not in self.connectives and (row := self.row(key)) is not None and self.is_condition(value)
        ]

    def is_condition(self, value: JSON) -> bool:
        return not isinstance(value, dict) or (value != {} and all(self.meant(name) for name in value))

    def _pick(self, search: JSON, wanted: Callable[[Entry], bool] = lambda _: True) -> Entry | None:
        found = [entry for entry in self.entries(search.get("filter")) if wanted(entry)]
        return self.random.choice(found) if found else None

    def _one(self, search: JSON, wanted: Callable[[Entry, str, JSON], bool]) -> tuple[Entry, str, JSON] | None:
        """Pick one operator of one condition."""
        found = [
            (entry, operator, operand)
            for entry in self.entries(search.get("filter"))
            for operator, operand in entry.operators.items()
            if wanted(entry, self.meant(operator) or "", operand)
        ]
        return self.random.choice(found) if found else None

    def _respelt(self, found: tuple[Entry, str, JSON] | None, new: str, operand: JSON, meant: str = "") -> bool:
        """Write another operator, or another operand, for one of a condition."""
        if found is None:
            return False
        entry, operator, _ = found
        value = dict(entry.operators)
        if not replaced(value, operator, new, operand):
            return False
        if new not in OPERATORS:
            self.misspelt[new] = meant or self.misspelt.get(new, new)
        return replaced(entry.holder, entry.key, entry.key, value)

    # -- names of fields ----------------------------------------------------------------------------------------

    def _renamed(self, entry: Entry | None, name: str) -> bool:
        if entry is None or not replaced(entry.holder, entry.key, name, entry.value):
            return False
        if self.schema.find(name) is None:
            self.misnamed[name] = entry.row
        return True

    def other_case(self, name: str) -> str | None:
        """Return a name in other letters, or with other signs between them, if it means one field."""
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
        new = self.random.choice(
            (name.lower(), name.upper(), words.lower(), words.replace("_", "-"), words.replace("_", " "))
        )
        return new if new not in self.names and near(new, self.names) == [name] else None

    def field_in_other_case(self, search: JSON) -> bool:
        entry = self._pick(search, lambda found: found.key in self.names)
        name = entry and self.other_case(entry.key)
        return bool(name) and self._renamed(entry, name)

    def field_with_a_typo(self, search: JSON) -> bool:
        entry = self._pick(search, lambda found: found.key in self.names and len(found.key) >= 7)
        if entry is None:
            return False
        at = self.random.randrange(1, len(entry.key) - 1)
        name = entry.key[:at] + self.random.choice(("", "q")) + entry.key[at + self.random.randrange(2) :]
        if self.random.randrange(4) == 0:
            name = entry.key[:at] + entry.key[at + 1] + entry.key[at] + entry.key[at + 2 :]
        known = name in self.names or name in RENAMED or ("." not in name and "_" in name)
        return near(name, self.names) == [entry.key] and not known and self._renamed(entry, name)

    def field_from_elsewhere(self, search: JSON) -> bool:
        entry = self._pick(search, lambda found: found.key in RENAMED.values())
        return entry is not None and self._renamed(
            entry, self.random.choice([old for old, new in RENAMED.items() if new == entry.key])
        )

    def field_of_the_sdk(self, search: JSON) -> bool:
        def name(key: str) -> str:
            return ".".join(self.schema.sdk_names.get(step, step) for step in key.split("."))

        entry = self._pick(search, lambda found: found.key in self.names and name(found.key) not in self.names)
        return entry is not None and self._renamed(entry, name(entry.key))

    def field_nested(self, search: JSON) -> bool:
        entry = self._pick(search, lambda found: "." in found.key and found.key in self.names)
        if entry is None:
            return False
        steps = entry.key.split(".")
        if len(steps) > 2 and self.random.randrange(2):
            steps = [steps[0], ".".join(steps[1:])]
        first, value = steps[0], entry.value
        for step in reversed(steps[1:]):
            value = {step: value}
        there = entry.holder.get(first)
        if there is None and first not in entry.holder:
            self.nested.add(id(value))
            return replaced(entry.holder, entry.key, first, value)
        (step,) = value
        if id(there) not in self.nested or step in there:
            return False
        there.update(value)
        del entry.holder[entry.key]
        return True

    # -- operators ----------------------------------------------------------------------------------------------

    def operator_without_dollar(self, search: JSON) -> bool:
        found = self._one(search, lambda *_: True)
        return (
            self._respelt(found, found[1].removeprefix("$"), found[2], self.meant(found[1]) or "") if found else False
        )

    def operator_near(self, search: JSON) -> bool:
        found = self._one(search, lambda entry, operator, _: operator in entry.operators and operator in OPERATORS)
        if found is None:
            return False
        operator = found[1]
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operator)
        names = [operator.upper(), operator.lower(), words.lower(), words.replace("_", "-"), f" {operator}"]
        if len(operator) > 6:
            at = self.random.randrange(2, len(operator))
            names += [operator[:at] + operator[at + 1 :], operator[:at] + "q" + operator[at:]]
        name = self.random.choice(names)
        return (
            name not in OPERATORS
            and near(name, OPERATORS) == [operator]
            and self._respelt(found, name, found[2], operator)
        )

    def operator_of_another_language(self, search: JSON) -> bool:
        others = {"$gte": "$ge", "$lte": "$le", "$hasAll": "$all"}
        found = self._one(search, lambda entry, operator, _: operator in others and operator in entry.operators)
        return self._respelt(found, others[found[1]], found[2], found[1]) if found else False

    def operator_in_the_name(self, search: JSON) -> bool:
        entry = self._pick(
            search, lambda f: len(f.operators) == 1 and bool(_LETTERS.fullmatch(next(iter(f.operators))))
        )
        if entry is None:
            return False
        ((operator, operand),) = entry.operators.items()
        bare = operator.removeprefix("$")
        name = f"{entry.key}{self.random.choice(('.$', '.', '_', '__'))}{bare}"
        return self.row(name) is None and replaced(entry.holder, entry.key, name, operand)

    def operator_for_null(self, search: JSON) -> bool:
        found = self._one(search, lambda _, operator, operand: operator in ("$eq", "$ne") and operand is None)
        name = self.random.choice(("$isNull", "$notExists"))
        return self._respelt(found, name, self.meant(found[1]) == "$eq") if found else False

    def operator_for_existence(self, search: JSON) -> bool:
        found = self._one(search, lambda _, operator, operand: operator == "$exists" and isinstance(operand, bool))
        return self._respelt(found, self.random.choice(("$notExists", "$isNull")), not found[2]) if found else False

    def operator_in_for_eq(self, search: JSON) -> bool:
        def wanted(entry: Entry, operator: str, operand: JSON) -> bool:
            other = {"$eq": "$in", "$ne": "$nin"}.get(operator)
            return other is not None and other not in entry.row.operators and not isinstance(operand, list)

        found = self._one(search, wanted)
        if found is None:
            return False
        return self._respelt(found, "$in" if self.meant(found[1]) == "$eq" else "$nin", [found[2]] * 2)

    # -- operands -----------------------------------------------------------------------------------------------

    def operator_with_one_value(self, search: JSON) -> bool:
        def wanted(entry: Entry, operator: str, operand: JSON) -> bool:
            single = operator in LISTS and isinstance(operand, list) and len(set(map(repr, operand))) == 1
            return single and operand[0] is not None and "," not in str(operand[0])

        found = self._one(search, wanted)
        return self._respelt(found, found[1], found[2][0]) if found else False

    def operator_with_commas(self, search: JSON) -> bool:
        def wanted(entry: Entry, operator: str, operand: JSON) -> bool:
            listed = operator in LISTS and isinstance(operand, list) and len(operand) > 1
            return listed and set(operand) <= set(entry.row.values)

        found = self._one(search, wanted)
        return self._respelt(found, found[1], self.random.choice((",", ", ")).join(found[2])) if found else False

    def operator_with_a_bare_date(self, search: JSON) -> bool:
        def wanted(entry: Entry, operator: str, operand: JSON) -> bool:
            ranged = operator in ("$gte", "$lt") and entry.row.type.name == "instant"
            return ranged and isinstance(operand, str) and bool(_MIDNIGHT.fullmatch(operand))

        found = self._one(search, wanted)
        if found is None:
            return False
        entry, operator, operand = found
        day = date.fromisoformat(operand[:10])
        if (
            operator == "$lt"
            and "$lte" not in entry.operators
            and "$lte" in entry.row.operators
            and self.random.randrange(2)
        ):
            return self._respelt(found, "$lte", str(day - timedelta(days=1)))
        return self._respelt(found, operator, self.random.choice((str(day), day.strftime("%Y%m%d"))))

    def operator_without_offset(self, search: JSON) -> bool:
        def wanted(entry: Entry, operator: str, operand: JSON) -> bool:
            is_text = isinstance(operand, str) and entry.row.type.name == "instant" and operator != "$startsWith"
            return is_text and operand.endswith("Z") and len(operand) > len("2024-01-01Z")

        found = self._one(search, wanted)
        return self._respelt(found, found[1], found[2].removesuffix("Z")) if found else False

    def operator_with_a_near_value(self, search: JSON) -> bool:
        def long_values(row: oq.Field, operand: list[JSON]) -> list[str]:
            # With one letter more it has five, which a typing error needs.
            return [item for item in operand if item in row.values and len(item) >= 4]

        def wanted(entry: Entry, operator: str, operand: JSON) -> bool:
            return operator in ("$in", "$nin") and isinstance(operand, list) and bool(long_values(entry.row, operand))

        found = self._one(search, wanted)
        if found is None:
            return False
        value = self.random.choice(long_values(found[0].row, found[2]))
        return self._respelt(found, found[1], [*found[2], f"{value}X"])
