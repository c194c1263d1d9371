"""The header of warnings: one entry for each diagnostic."""

from __future__ import annotations

import pytest

from orderquery.diagnostics.diagnostic import Diagnostic
from orderquery.diagnostics.place import Path, Place
from orderquery.emulator.warnings import HEADER, warnings_header

ENTRIES: dict[str, tuple[list[Path], str]] = {
    "a place": ([("order", "lineItem")], "ignored-key /order/lineItem"),
    "two places": ([("a",), ("b", 0)], "ignored-key /a, ignored-key /b/0"),
    "the whole request": ([()], "ignored-key"),
    "the whole request first": ([(), ("a",)], "ignored-key, ignored-key /a"),
    "characters of a header": ([("a, b\n",)], "ignored-key /a%2C%20b%0A"),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_the_entries(name: str) -> None:
    paths, expected = ENTRIES[name]
    diagnostics = [Diagnostic("ignored-key", "message", "help", Place(path)) for path in paths]
    assert warnings_header(diagnostics) == {HEADER: expected}


def test_no_diagnostics_make_no_header() -> None:
    assert warnings_header([]) == {}
