from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from backends import BACKENDS, Backend


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    held = BACKENDS[request.param]()
    request.addfinalizer(held.close)
    return held


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many searches the differential run compared, over which backends, and from which seed."""
    reports = [report for found in ("passed", "failed") for report in terminalreporter.stats.get(found, [])]
    counts = [dict(report.user_properties) for report in reports if getattr(report, "when", "") == "call"]
    counts = [properties for properties in counts if "differential" in properties]
    if not counts:
        return
    searches = sum(properties["differential"]["searches"] for properties in counts)
    differences = sum(properties["differential"]["differences"] for properties in counts)
    of = counts[0]["differential-of"]
    first, *others = of["backends"]
    terminalreporter.write_line(
        f"differential: {searches:,} searches x {of['orders']} orders, {first} against {', '.join(others)} and the oracle, "
        f"seed {of['seed']}: {differences} differences"
    )
