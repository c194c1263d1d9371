"""What the attacks share: the table of what was tried and what survived."""

import pytest


@pytest.fixture
def counted(record_property):
    """Note what an attack tried and how much of it survived: ``counted("kill -9 of the loader", 200, 200)``."""

    def count(what, tried, survived, note=""):
        record_property("trust", [what, tried, survived, note])
        assert survived == tried, f"{what}: {tried - survived} of {tried} fell {note}"

    return count


def pytest_collection_modifyitems(items):
    for item in items:
        if "/trust/" in item.nodeid:
            item.add_marker(pytest.mark.trust)


def pytest_terminal_summary(terminalreporter):
    rows = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, value in report.user_properties
        if name == "trust"
    ]
    if rows:
        terminalreporter.section("tried and survived")
        for what, tried, survived, note in sorted(rows):
            terminalreporter.line(f"{tried:>10,} {survived:>10,}  {what}{'  ' + note if note else ''}")
