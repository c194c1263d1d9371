"""Cycles, durations and pauses of pricing plans, as data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project import TESTS

from orderquery.emulator.plan_calendar import LAST_DATE, PlanDuration, PlanPause, PlanSchedule, after, shifted
from orderquery.language.datetimes import read_instant, write_instant

JSON = Any
CASES = json.loads((TESTS / "emulator" / "plans" / "schedules.json").read_text("utf-8"))["cases"]


def instant(text: str) -> int:
    found = read_instant(text)
    assert found is not None
    return found


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_schedule(case: JSON) -> None:
    cycle = None if case["cycle"] is None else PlanDuration(*case["cycle"])
    schedule = PlanSchedule(instant(case["start"]), case.get("trial", 0), cycle, case["cycles"])
    end = schedule.end()
    assert (None if end is None else write_instant(end)) == case["end"]
    pauses = tuple(PlanPause(instant(begin), instant(end)) for begin, end in case.get("pauses", []))
    for text, (index, begin, end) in case["at"].items():
        found = schedule.cycle_at(instant(text), pauses)
        assert [found.number, write_instant(found.begin), found.end and write_instant(found.end)] == [index, begin, end]


durations = st.builds(PlanDuration, st.integers(1, 40), st.sampled_from(["DAY", "WEEK", "MONTH", "YEAR"]))
instants = st.integers(0, instant("2400-01-01T00:00:00Z"))


@given(instants, durations, st.integers(0, 30))
def test_cycles_follow_each_other_without_a_gap(start: int, duration: PlanDuration, trial: int) -> None:
    schedule = PlanSchedule(start, trial, duration, None)
    cycle = schedule.cycle_at(start)
    assert (cycle.number, cycle.begin) == (0 if trial else 1, start)
    for _ in range(5):
        assert cycle.end is not None
        assert cycle.end > cycle.begin
        following = schedule.cycle_at(cycle.end)
        assert (following.number, following.begin) == (cycle.number + 1, cycle.end)
        assert schedule.cycle_at(cycle.end - 1) == cycle
        cycle = following


@given(instants, durations, st.integers(1, 50))
def test_the_end_is_the_end_of_the_last_cycle(start: int, duration: PlanDuration, cycles: int) -> None:
    schedule = PlanSchedule(start, 0, duration, cycles)
    assert schedule.end() == schedule.cycle_at(LAST_DATE).end == after(start, duration, cycles)
    assert schedule.cycle_at(LAST_DATE).number == cycles


@given(instants, st.lists(st.tuples(instants, st.integers(1, 10**13)), max_size=4))
def test_pauses_never_move_an_instant_back(moment: int, found: list[tuple[int, int]]) -> None:
    pauses = tuple(sorted(PlanPause(begin, begin + length) for begin, length in found))
    moved = shifted(moment, pauses)
    assert moment <= moved <= LAST_DATE
    assert shifted(moment, ()) == moment
