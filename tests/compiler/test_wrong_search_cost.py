"""A wrong search costs a number of steps in proportion to its length, and at most ten guesses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from call_counter import CallCounter

import orderquery as oq
from orderquery.language import near
from orderquery.syntax import problems
from orderquery.syntax.problems import MAX_GUESSED_NAMES

JSON = Any
COUNT = 150


def others(count: int) -> range:
    """Return numbers that are in no request of another length, so that no cache helps."""
    return range(count * 1_000, count * 1_000 + count)


def filter_of(count: int, leaf: Callable[[int], JSON]) -> JSON:
    return {"search": {"filter": {"$or": [leaf(number) for number in others(count)]}}}


WRONG: dict[str, Callable[[int], JSON]] = {
    "fields": lambda count: {"search": {"filter": {f"paymntStat{number:07}": "PAID" for number in others(count)}}},
    "operators": lambda count: filter_of(count, lambda number: {"status": {f"$eqq{number:07}": "APPROVED"}}),
    "values": lambda count: filter_of(count, lambda number: {"status": f"APROVD{number:07}"}),
    "values of one list": lambda count: {
        "search": {"filter": {"status": {"$in": [f"APROVD{number:07}" for number in others(count)]}}}
    },
    "long values": lambda count: filter_of(count, lambda number: {"status": f"A{number:07}" + "x" * 180}),
    "sort fields": lambda count: {
        "search": {"sort": [{"fieldName": f"nmber{number:07}", "order": f"ASK{number:07}"} for number in others(count)]}
    },
    "keys of the request": lambda count: {f"serch{number:07}": {} for number in others(count)},
    "keys of the search": lambda count: {"search": {f"filtr{number:07}": {} for number in others(count)}},
    "keys of the paging": lambda count: {
        "search": {"cursorPaging": {f"limt{number:07}": 1 for number in others(count)}}
    },
    "everything": lambda count: {
        f"serch{count}": 1,
        "search": {
            "filter": {
                "$or": [
                    {f"paymntStat{number:07}": {f"$eqq{number:07}": 1}, "status": f"APROVD{number:07}"}
                    for number in others(count)
                ]
            },
            "sort": [{"fieldName": f"nmber{number:07}"} for number in range(4)],
            f"filtr{count}": 1,
        },
    },
}


def checked(request: JSON) -> oq.Report:
    """Check a request, and make its correction as the endpoint does."""
    report = oq.check(json.dumps(request).encode(), "request", form="wire")
    assert report.diagnostics
    assert report.corrected is None or report.corrected
    return report


@pytest.fixture
def guesses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names for which the closest one was looked for."""
    found: list[str] = []

    def noting(name: str, names: Any, cutoff: float = 0.6) -> str | None:
        found.append(name)
        return near.closest_name(name, names, cutoff)

    monkeypatch.setattr(problems, "closest_name", noting)
    return found


@pytest.mark.parametrize("kind", WRONG)
def test_a_search_makes_at_most_ten_guesses_of_all_kinds(kind: str, guesses: list[str]) -> None:
    checked(WRONG[kind](30))
    assert len(guesses) <= MAX_GUESSED_NAMES
    checked(WRONG[kind](31))
    assert len(guesses) <= 2 * MAX_GUESSED_NAMES


def test_only_the_budget_guesses() -> None:
    # Every guess about a request passes the budget: no other module of the reader and the checker compares names.
    from pathlib import Path

    package = Path(oq.__file__).parent
    for folder in ("syntax", "compiler", "emulator"):
        for path in (package / folder).rglob("*.py"):
            text = path.read_text("utf-8")
            allowed = {"problems.py", "unknown_names.py", "faults.py", "event_types.py", "responses.py"}
            assert path.name in allowed or ("closest_name" not in text and "get_close_matches" not in text), path


def test_a_mistake_that_is_there_often_is_guessed_once(guesses: list[str]) -> None:
    report = checked(filter_of(200, lambda number: {"status": "APPROVING"}))
    assert guesses == ["APPROVING"]
    assert sum("did you mean" in problem.help for problem in report.diagnostics) in (0, 200)


@pytest.mark.parametrize("kind", WRONG)
def test_twice_as_many_mistakes_take_about_twice_the_calls(kind: str) -> None:
    counts = []
    checked(WRONG[kind](3))
    for number in (COUNT, 2 * COUNT, 4 * COUNT):
        counter = CallCounter()
        request = WRONG[kind](number)
        with counter.counting():
            checked(request)
        counts.append(counter.calls)
    once, twice, four_times = counts
    assert twice <= 2.2 * once
    assert four_times <= 2.2 * twice


def test_the_edit_distance_is_only_counted_between_words_of_like_length(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs: list[tuple[str, str]] = []
    edits = near._edits

    def noting(one: str, other: str) -> int:
        pairs.append((one, other))
        return edits(one, other)

    monkeypatch.setattr(near, "_edits", noting)
    checked(WRONG["long values"](20))
    assert pairs == []
    assert near.misspelt_value("PAYED", ["PAID", "PARTIALLY_PAID"]) == "PAID"
    assert pairs == [("payed", "paid")]
