"""Operators and filters of other languages: each has a help that is right when followed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_helps import faults

import orderquery as oq

JSON = Any
#: Filters, and the first line of the help of each diagnostic.
DATA = Path(__file__).parent
ROWS = json.loads((DATA / "foreign_operators.json").read_text("utf-8"))
#: Requests with the filters of other tools, and the first line of the help of each diagnostic.
REQUESTS = json.loads((DATA / "foreign_filters.json").read_text("utf-8"))


@pytest.mark.parametrize(("filter_", "helps"), ROWS, ids=lambda part: json.dumps(part)[:60])
def test_the_help_for_a_foreign_operator(filter_: JSON, helps: list[str]) -> None:
    report = oq.check({"filter": filter_}, "search")
    assert [diagnostic.help.split("\n")[0] for diagnostic in report.diagnostics] == helps
    assert not faults({"search": {"filter": filter_}})


def test_a_filter_of_another_tool_is_placed_in_its_search() -> None:
    body = {"bool": {"must": [{"term": {"status": "APPROVED"}}]}}
    for shape in ("search", "sdk"):
        (found,) = oq.check(body, shape).diagnostics
        assert found.help == 'write: {"filter": {"status": "APPROVED"}}'
    (found,) = oq.check(body, "request").diagnostics
    assert found.help == 'write: {"search": {"filter": {"status": "APPROVED"}}}'


@pytest.mark.parametrize(("request_", "helps"), REQUESTS, ids=lambda part: json.dumps(part)[:60])
def test_the_help_for_a_filter_of_another_tool(request_: JSON, helps: list[str]) -> None:
    report = oq.check(request_, "request")
    assert [diagnostic.help.split("\n")[0] for diagnostic in report.diagnostics] == helps
    if isinstance(request_, dict):
        assert not faults(request_)
