"""The cases of ``plans/lives.json``, and how their expectations are compared."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from project import TESTS

from orderquery.emulator.plan_rules import PlanEvent
from orderquery.language.datetimes import read_instant

JSON = Any

_FILE = json.loads((TESTS / "emulator" / "plans" / "lives.json").read_text("utf-8"))
PLANS: dict[str, JSON] = _FILE["plans"]
LIVES: list[JSON] = _FILE["cases"]
MEMBER = "c2222222-2222-4222-8222-222222222222"


def instant(text: str) -> int:
    """Return the microseconds of a date-time."""
    found = read_instant(text)
    assert found is not None, text
    return found


def write_event(event: PlanEvent, happened: str, now: str) -> str:
    """Return an event as the cases write it."""
    number = "" if event.cycle_number is None else f":{event.cycle_number}"
    return f"{event.slug}{number}" if instant(happened) == instant(now) else f"{event.slug}{number}@{happened}"


def compare_order(order: JSON, expected: JSON) -> None:
    """Compare the listed keys of an order; null is an absent key."""
    for path, value in expected.items():
        found: JSON = order
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        assert found == value, (path, found, value)


def compare_events(found: Iterable[str], step: JSON) -> None:
    """Compare the events since the step before."""
    if "events" in step:
        assert list(found) == step["events"]
