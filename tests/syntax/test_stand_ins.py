"""Values that are not JSON: each is reported, and the rest of the search is checked in the same run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mistakes import seeded

import orderquery as oq

JSON = Any
#: Values of pasted code, with their ends in doubt.
EXPRESSIONS = [
    "from", "dates[0].start", "await first(a, {b: [1]})", "new Date(Date.now() - 7 * 86400).toISOString()", "a ? 'x, y' : b",
    "`${year}-01-01`", "undefined", "None", "now - 5 // , }", "f(/* } */ 1)", "${from}", "(from)", "!x", "012", "APPROVED",
]  # fmt: skip
#: A literal, and what is reported: the text at the place, and the code.
READ_ON: list[tuple[str, list[tuple[str, str]]]] = [
    ("{filter: {createdDate: {$gte: a}, paymentstatus: b, colour: c}, sort: [{fieldName: 'nummer', order: d}]}", [
        ("a", "json-syntax"), ("paymentstatus", "unknown-field"), ("b", "json-syntax"), ("colour", "unknown-field"),
        ("c", "json-syntax"), ("'nummer'", "unknown-field"), ("d", "json-syntax"),
    ]),
    ("{filter, ...base, sort: [...more, {fieldName: 'nummer'}], paging: {limit}}", [
        ("filter", "json-syntax"), ("...base", "json-syntax"), ("...more", "json-syntax"), ("'nummer'", "unknown-field"),
        ("paging", "ignored-key"), ("limit", "json-syntax"),
    ]),
    ("{filter: {$and: [one, {Number: 1}], status: {$in: [two, 'APROVED']}}}", [
        ("one", "json-syntax"), ("Number", "unknown-field"), ("two", "json-syntax"), ("'APROVED'", "unknown-enum-value"),
    ]),
    ("{filter: {number: {$gt: a, $lt: b}}, filter: {}}", [
        ("a", "json-syntax"), ("b", "json-syntax"), ("filter", "duplicate-key"),
    ]),
    ("{filter: {$and: ...parts, nummer: 1}}", [("...parts", "json-syntax"), ("nummer", "unknown-field")]),
    # What follows a value without a clear end is not read.
    ("{filter: {createdDate: {$gte: a}, status: 'x, nummer: 1}}", [("a", "json-syntax"), ("'x, nummer: 1}}", "json-syntax")]),
]  # fmt: skip


def places(text: str) -> list[tuple[str, str]]:
    return [(text[slice(*(d.span or (0, 0)))], d.code) for d in oq.check(text, "sdk").diagnostics]


@pytest.mark.parametrize(("literal", "expected"), READ_ON)
def test_every_mistake_is_reported_at_once(literal: str, expected: list[tuple[str, str]]) -> None:
    assert places(literal) == expected
    report = oq.check(literal, "sdk")
    # A corrected request with variables in it is not JSON.
    assert (report.plan, report.corrected, report.partly_corrected) == (None, None, None)
    assert report.remaining == report.diagnostics


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_ends_where_the_next_entry_begins(expression: str) -> None:
    text = f"{{filter: {{createdDate: {{$gte: {expression}\n}}, nummer: 1}}}}"
    found = places(text)
    assert [code for _, code in found] == ["json-syntax", "unknown-field"]
    assert found[1][0] == "nummer"


def test_no_help_shows_an_example_as_what_to_write() -> None:
    diagnostics = oq.check("{filter: {number: {$in: ids}, createdDate: {$gte: a, $lt: b}}}", "sdk").diagnostics
    about = {d.code: (d.help, d.fix) for d in diagnostics if d.code != "json-syntax"}
    assert about == {
        "operator-not-allowed": ("operators of number: $eq, $ne, $gt, $lt, $gte, $lte", None),
        "several-operators": (
            'use $and: {"$and": [{"createdDate": {"$gte": a}}, {"createdDate": {"$lt": b}}]}', "same-answer",
        ),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(30))
def test_a_variable_changes_nothing_that_is_said_of_the_rest(seed: int) -> None:
    mistaker = seeded(f"variable/{seed}")
    request = mistaker.wrong(mistaker.search(), 2)[1]
    request = {**request, "extra": "VARIABLE"}
    wrong = json.dumps(request, default=str)
    said, beside = ([(d.code, d.message, d.span) for d in oq.check(text).diagnostics] for text in (
        wrong, wrong.replace('"VARIABLE"', "  variable"),
    ))  # fmt: skip
    assert [row for row in beside if row[0] != "json-syntax"] == said
    assert len(beside) == len(said) + 1


PIECES = st.sampled_from([
    "{", "}", "[", "]", ":", ",", "filter", "$and", "number", "x", "new Date(1)", "`a${b}`", "...r", "'s'", "5", "None", "(", ")", "/*",
    "//", "\n", "${v}", "+", "!", " ",
])  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_value_is_read_once(value: str) -> None:
    text = f"{{search: {{filter: {{number: {value}, paymentstatus: y}}, ...z}}}}"
    spans = [diagnostic.span for diagnostic in oq.check(text).diagnostics if diagnostic.span]
    assert spans == sorted(spans)
    assert len(spans) <= len(text)
