"""Searches with holes: what is said of one is said of every search that it may be.

``ORDERQUERY_HOLES`` says how many searches each property tries (120; with ``ORDERQUERY_TRUST=full`` 5,000),
``ORDERQUERY_SEED`` which.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from holes import Borer, at, filled, holes_of, put, whole_path
from mistakes import seeded
from scale import scaled
from strategies import ANY_TEXT, NAMES, ODD_OBJECTS, SCALARS

import orderquery as oq
from orderquery.compiler.hole_check import check_with_holes
from orderquery.compiler.query import same_condition
from orderquery.compiler.report import Report
from orderquery.diagnostics.diagnostic import Diagnostic
from orderquery.diagnostics.place import Path
from orderquery.language.elsewhere import certain_field
from orderquery.syntax.ast import comparisons
from orderquery.syntax.holes import Hole
from orderquery.syntax.json_reader import Reader

JSON = Any
COUNT = int(os.environ.get("ORDERQUERY_HOLES", str(scaled(5_000, 120))))
SEED = os.environ.get("ORDERQUERY_SEED", "20261128")
PARTS = 4
SCHEMA = oq.load_schema()


def searches(part: int, name: str) -> Iterator[tuple[Random, JSON]]:
    """Yield request bodies, right and wrong."""
    for index in range(part, COUNT, PARTS):
        mistaker = seeded(f"{SEED}/{name}/{index}")
        search = mistaker.search()
        if index % 3 == 1:
            mistaker.uncertain(search)
        request = {"search": search} if index % 4 == 0 else mistaker.wrong(search, mistaker.random.randint(1, 4))[1]
        yield mistaker.random, json.loads(json.dumps(request, default=float))


def place(diagnostic: Diagnostic, path: Path | None = None) -> tuple[str, Path | None, str]:
    return diagnostic.code, diagnostic.place.path if path is None else path, diagnostic.place.at


def places(report: Report[Any], holed: JSON, contents: dict[Hole, JSON]) -> list[tuple[str, Path | None, str]]:
    """Return the places of diagnostics in the filled search."""
    return [place(d, whole_path(holed, d.place.path or (), contents)) for d in report.diagnostics]


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_reported_with_holes_is_reported_of_the_whole(part: int) -> None:
    for random, request in searches(part, "a"):
        borer = Borer(random)
        holed = borer.bored(request, random.randint(1, 4))
        assert filled(holed, borer.contents) == request
        report = check_with_holes(holed, "request", SCHEMA)
        assert report.plan is None
        whole = {place(diagnostic) for diagnostic in oq.check(request, "request").diagnostics}
        more = [found for found in places(report, holed, borer.contents) if found not in whole]
        assert not more, (more, holed, request, borer.contents)


def right_operands(request: JSON, diagnostics: tuple[Diagnostic, ...]) -> list[Path]:
    """Return the paths of the values in conditions about which nothing is reported."""
    wrong = {d.place.path for d in diagnostics if d.place.at == "value"}
    found = []
    for node in comparisons(Reader(request, "request", SCHEMA).search.filter):
        path = node.place.path or ()
        if certain_field(SCHEMA, node.field) is None or path in wrong:
            continue
        items = [(*path, i) for i in range(len(node.operand))] if isinstance(node.operand, tuple) else [path]
        found += [item for item in items if item not in wrong and is_leaf(request, item)]
    return found


def is_leaf(request: JSON, path: Path) -> bool:
    try:
        return not isinstance(at(request, path), dict | list)
    except (KeyError, TypeError, IndexError):
        return False


@pytest.mark.parametrize("part", range(PARTS))
def test_a_hole_for_a_right_value_hides_nothing(part: int) -> None:
    for random, request in searches(part, "b"):
        whole = oq.check(request, "request").diagnostics
        leaves = right_operands(request, whole)
        if not leaves:
            continue
        borer, holed = Borer(random), request
        for leaf in random.sample(leaves, min(len(leaves), random.randint(1, 3))):
            holed = put(holed, leaf, borer.value(at(holed, leaf)))
        report = check_with_holes(holed, "request", SCHEMA)
        assert sorted(map(place, report.diagnostics)) == sorted(map(place, whole)), (holed, request)
