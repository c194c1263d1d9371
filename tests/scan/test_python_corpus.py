"""The corpus of Python files: the calls found in each file, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
from corpus_form import CORPUS, expected, line_of, shown

import orderquery as oq

JSON = Any
EXPECTED = expected("python")
NOTHING = sorted((CORPUS / "nothing").glob("*.py"))


def found_in(source: str) -> list[dict[str, JSON]]:
    """Return the calls of a file in the form of ``expected.json``."""
    rows = []
    for scanned in oq.scan_source(source, "python").calls:
        call = scanned.call
        row: dict[str, JSON] = {"line": scanned.line, "sends": call.sends, "search": shown(call.search)}
        around = {(mistake.code, mistake.span) for mistake in call.around}
        of_call = [f"{line_of(source, span[0])} {code}" for code, span in sorted(around, key=lambda each: each[1])]
        of_search = [f"{d.line} {d.code}" for d in scanned.diagnostics if (d.code, d.span) not in around]
        rows.append(row | {"around": of_call, "codes": of_search})
    return rows


@pytest.mark.parametrize("name", EXPECTED)
def test_the_calls_of_a_file_are_found_and_checked(name: str) -> None:
    wanted = [{"sends": "sdk", "around": [], "codes": []} | row for row in EXPECTED[name]]
    assert found_in((CORPUS / "python" / name).read_text("utf-8")) == wanted


def test_every_file_of_the_corpus_has_its_calls() -> None:
    assert {path.name for path in (CORPUS / "python").glob("*.py")} == set(EXPECTED)
    assert len(EXPECTED) >= 35
    assert len(NOTHING) >= 15


@pytest.mark.parametrize("path", NOTHING, ids=lambda path: path.name)
def test_other_files_have_no_calls(path: Any) -> None:
    source = oq.scan_source(path.read_text("utf-8"), "python")
    assert not source.calls
    assert not source.diagnostics
