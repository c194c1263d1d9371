"""Laws of the scan: what ``check`` says of a whole search bounds what the scan says of its source.

``ORDERQUERY_TRUST=full`` tries new searches, and many of them.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from random import Random
from typing import Any

import pytest
from mistakes import Mistaker
from source_printer import LANGUAGES, Printed, SourcePrinter
from strategies import Maker

import orderquery as oq
from orderquery.scan.fixes import fixed_source
from orderquery.scan.languages import has_errors

JSON = Any
IS_FULL = os.environ.get("ORDERQUERY_TRUST") == "full"
COUNT = 2_000 if IS_FULL else 24
SEED = Random().randrange(1 << 32) if IS_FULL else 20261128
RIGHT_AND_WRONG = (0, 1, 3)


def requests(language: str, count: int) -> list[tuple[int, JSON]]:
    """Return random requests, right and wrong ones, each with its seed."""
    found = []
    for index in range(count):
        seed = hash((SEED, index, LANGUAGES.index(language)))
        mistaker = Mistaker(Maker(Random(seed), oq.load_schema()))
        _, request, _ = mistaker.wrong(mistaker.search(), RIGHT_AND_WRONG[index % 3])
        # What JSON can hold; a float would be printed in another way.
        found.append((seed, json.loads(json.dumps(request, default=str), parse_float=str)))
    return found


def named(diagnostics: Any) -> Counter[tuple[str, str]]:
    """Return the diagnostics of the search; those of the code around it have no pointer."""
    return Counter((d.code, d.pointer) for d in diagnostics if d.pointer is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_with_known_parts_is_found_and_reported_as_by_check(language: Printed) -> None:
    for seed, request in requests(language, COUNT):
        source = SourcePrinter(Random(seed), language, holes=False).source(request)
        (call,) = oq.scan_source(source, language).calls
        assert call.search == request, source
        assert named(call.diagnostics) == named(oq.check(request, "request").diagnostics), (seed, source)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_with_unknown_parts_has_no_finding_that_check_does_not_have(language: Printed) -> None:
    for seed, request in requests(language, COUNT):
        source = SourcePrinter(Random(seed), language, holes=True).source(request)
        (call,) = oq.scan_source(source, language).calls
        too_many = named(call.diagnostics) - named(oq.check(request, "request").diagnostics)
        assert not too_many, (seed, source)


@pytest.mark.parametrize("language", LANGUAGES)
def test_fixes_end_parse_and_leave_nothing_more_to_fix(language: Printed) -> None:
    changed = 0
    for seed, request in requests(language, COUNT // 2):
        source = SourcePrinter(Random(seed), language, holes=seed % 2 == 0).source(request)
        before = oq.scan_source(source, language)
        after = fixed_source(before)
        changed += after is not before
        assert not has_errors(after.text, language), (seed, source, after.text)
        assert fixed_source(oq.scan_source(after.text, language)).text == after.text, (seed, source, after.text)
        assert len(after.diagnostics) <= len(before.diagnostics), (seed, source, after.text)
    assert changed > COUNT // 10
