"""Operators and filters of other languages: each has a help that is right when followed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_helps import faults

import orderquery as oq
from orderquery.compiler.hole_check import check_with_holes
from orderquery.language.schema import load_schema
from orderquery.syntax.holes import Hole

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


@pytest.mark.parametrize("odd", [1, None, True, b"k", (), 1.5, Hole("given"), Hole("given", "spread")])
def test_keys_that_are_no_texts_beside_foreign_ones_are_reported(odd: Any) -> None:
    for filter_ in (
        *[
            {"buyerInfo.email": {operator: "x", odd: "x"}}
            for operator in ("$regex", "$elemMatch", "$between", "$type", "op")
        ],
        {"bool": {"must": [{"term": {"status": "APPROVED", odd: 1}}], odd: 1}},
        {"rules": [{"field": "status", "operator": "=", "value": "APPROVED", odd: 1}], odd: "and"},
        {"filterGroups": [{"filters": [{odd: 1}], odd: 1}]},
    ):
        report = check_with_holes({"search": {"filter": filter_}}, "request", load_schema(None))
        assert not report.ok
        assert str(report)
