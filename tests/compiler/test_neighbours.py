"""A mistake next to another does not change how either is reported."""

from __future__ import annotations

import copy
import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from mistakes import Mistaker
from strategies import Maker
from test_corrections import COUNT, PARTS, SEED

import orderquery as oq

JSON = Any
Said = Counter[tuple[Any, ...]]
BASE = ("search", "filter", "$and")
#: A part in the wrong place, whose own diagnostic does not quote what is inside.
AROUND = [
    "part_filter_outside", "part_where", "part_query", "part_near_search", "part_search_in_search", "part_bare_search",
    "part_near_key",
]  # fmt: skip


def said(request: JSON, start: tuple[Any, ...] = ()) -> Said:
    """Return the diagnostics of the part of a request at a path, with places relative to it."""
    found: Said = Counter()
    for d in oq.check(copy.deepcopy(request), "request").diagnostics:
        path = d.place.path or ()
        if path[: len(start)] == start:
            found[d.code, d.message, d.help, d.fix, d.effect, path[len(start) :], d.place.at] += 1
    return found


def mistaker_of(seed: str) -> Mistaker:
    return Mistaker(Maker(Random(seed), oq.load_schema()))


def condition(seed: str) -> JSON:
    """Return a filter with one mistake, certain or not."""
    for attempt in range(100):
        mistaker = mistaker_of(f"{seed}/{attempt}")
        search: JSON = mistaker.search()
        search["filter"] = {} if mistaker.random.randrange(3) == 0 else search["filter"]
        if mistaker.random.randrange(3) == 0 and mistaker.uncertain(search) is not None:
            return search["filter"]
        name = mistaker.random.choice(mistaker.names_of("field_", "operator_", "connective_"))
        if getattr(mistaker, name)(search):
            return search["filter"]
    raise AssertionError


def both_of(one: JSON, other: JSON) -> JSON:
    return {"search": {"filter": {"$and": [one, other]}}}


@pytest.mark.parametrize("part", range(PARTS))
def test_two_conditions(part: int) -> None:
    neutral = {"number": "1"}
    for index in range(part, COUNT, PARTS):
        one, other = (condition(f"{SEED}/two/{index}/{side}") for side in "ab")
        together = both_of(one, other)
        assert said(together, (*BASE, 0)) == said(both_of(one, neutral), (*BASE, 0)), json.dumps(together, default=str)
        assert said(together, (*BASE, 1)) == said(both_of(neutral, other), (*BASE, 1)), json.dumps(
            together, default=str
        )
        alone = said(both_of(one, neutral), (*BASE, 0)) + said(both_of(neutral, other), (*BASE, 1))
        assert sum(said(together).values()) == sum(alone.values()), json.dumps(together, default=str)


@pytest.mark.parametrize("part", range(PARTS))
def test_two_conditions_of_one_object(part: int) -> None:
    for index in range(part, COUNT, PARTS):
        one, other = (condition(f"{SEED}/object/{index}/{side}") for side in "ab")
        other = {key: value for key, value in other.items() if key not in one}
        start = ("search", "filter")
        together = said({"search": {"filter": {**one, **other}}}, start)
        alone = said({"search": {"filter": one}}, start) + said({"search": {"filter": other}}, start)
        assert together == alone, json.dumps([one, other], default=str)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_filter_and_a_sort(part: int) -> None:
    for index in range(part, COUNT, PARTS):
        mistaker = mistaker_of(f"{SEED}/sort/{index}")
        search = mistaker.search()
        getattr(mistaker, mistaker.random.choice(mistaker.names_of("sort_")))(search)
        filter_ = condition(f"{SEED}/sort/{index}/filter")
        together = {"search": {"filter": filter_, "sort": search["sort"]}}
        alone = said({"search": {"filter": filter_}}) + said({"search": {"sort": search["sort"]}})
        assert said(together) == alone, json.dumps(together, default=str)


def words(found: Said) -> Said:
    """Return code, message, help and fix: a part in another place has other places, and may be ignored."""
    return Counter(key[:4] for key in found.elements())


@pytest.mark.parametrize("part", range(PARTS))
def test_a_condition_in_a_misplaced_part(part: int) -> None:
    for index in range(part, COUNT, PARTS):
        filter_ = condition(f"{SEED}/part/{index}")
        name = Random(index).choice(AROUND)

        def moved(inside: JSON, name: str = name, index: int = index) -> JSON:
            mistaker = mistaker_of(f"{SEED}/part/{index}")
            return getattr(mistaker, name)({"search": {"filter": copy.deepcopy(inside)}})

        if moved(filter_) is None:
            continue
        valid = {"number": "1"}
        together, around = said(moved(filter_)), said(moved(valid))
        assert words(together) == words(said({"search": {"filter": filter_}})) + words(around), json.dumps(
            moved(filter_)
        )
