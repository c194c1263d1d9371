"""The text form is answered in the text form, and what a help shows removes its diagnostic."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from project import TESTS

import orderquery as oq
from orderquery.compiler.query import same_condition
from orderquery.language.operators import ANY, OPERATORS, Takes

JSON = Any
CASES = json.loads((TESTS / "compiler" / "corrections.json").read_text("utf-8"))["text"]
NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"] or "empty")
def test_the_recorded_texts(case: JSON) -> None:
    report = oq.check(case["text"], now=NOW)
    if isinstance(case.get("means"), dict):
        assert report.plan is not None
        meant = oq.compile({"filter": case["means"]})
        assert same_condition(report.plan.condition, meant.condition)
    elif "means" in case:
        assert case["text"] == "createdDate > yesterday"
        assert report.plan is not None
        meant = oq.compile({"filter": {"createdDate": {"$gt": "2024-05-05T00:00:00Z"}}})
        assert same_condition(report.plan.condition, meant.condition)
        assert [d.code for d in report.diagnostics] == ["bare-date"]
    if "code" in case:
        assert [d.code for d in report.diagnostics] == [case["code"]]
    if "help" in case:
        assert [d.help for d in report.diagnostics] == [case["help"]]
    in_text_form(report)


@pytest.mark.parametrize("text", ["", " ", "status =", "PAID"])
def test_what_is_wrong_with_a_text_alone_does_not_concern_the_service(text: str) -> None:
    report = oq.check(text)
    (diagnostic,) = report.diagnostics
    assert (diagnostic.severity, diagnostic.effect, report.plan) == ("error", "local", None)
    assert "= note: orderquery refuses this; it is not a rule of Wix" in str(report)
    with pytest.raises(oq.QueryError):
        oq.compile(text)


@pytest.mark.parametrize("text", ["nmber between 1 and 2", "not nmber not between 1 and 2 or nmber = 3"])
def test_a_renamed_field_keeps_its_range(text: str) -> None:
    report = oq.check(text)
    assert report.corrected == text.replace("nmber", "number")
    assert [d.code for d in report.diagnostics] == ["unknown-field"] * text.count("nmber")


SCHEMA = oq.load_schema()
WORDS = (
    "x", "PAID", "paid", "#10001", "5", "-5", "05", "5.00", "true", "yes", "null", "today", "yesterday", "'yesterday'", "-7d", "'-7d'",
    "-30days", "'-30 days'", "-999999w", "2024-01-31", "'2024-01-31'", "' 2024-01-31 '", "2024-02-30", "9999-12-31", "'2024-01-31 10:00'",
    "2024-01-31T10:00:00", "`5`", "`true`", '""', "'a b'", "'\ud800'",
)  # fmt: skip
LISTS = ("()", "(PAID)", "(PAID, PADI)", "(null, 5)", "('2024-01-31', x, #7)", "(5, 10)", "(true)")


def texts() -> Iterator[str]:
    """Yield every operator on every field with operands that fit and others."""
    for row in SCHEMA.fields:
        for operator in OPERATORS.values():
            for spelling in operator.spellings:
                if spelling.operand is not ANY:
                    yield f"{row.name} {spelling.words}"
                    continue
                operands = (
                    (*WORDS, *LISTS) if operator.takes is not Takes.VALUES else (*LISTS, "x", "PAID", "5", "null")
                )
                yield from (f"{row.name} {spelling.words} {operand}" for operand in operands)
        yield from (
            f"{row.name} {between} {word} and {word}" for between in ("between", "not between") for word in WORDS
        )


ALL = [*texts()]
PARTS = 8
OF_JSON = re.compile(r"\$[a-zA-Z]|[{}]|\[")


def in_text_form(report: oq.Report) -> None:
    for diagnostic in report.diagnostics:
        assert not OF_JSON.search(diagnostic.message.replace("[a", "")), diagnostic.message
        assert not OF_JSON.search(diagnostic.help), diagnostic.help
    for value in (report.corrected, report.partly_corrected):
        assert value is None or isinstance(value, str)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_to_a_text_is_in_the_text_form(part: int) -> None:
    for text in ALL[part::PARTS]:
        report = oq.check(text, now=NOW)
        in_text_form(report)
        for diagnostic in report.diagnostics:
            follow(text, diagnostic, report)


def follow(text: str, diagnostic: oq.Diagnostic, report: oq.Report) -> None:
    """Write what the help shows: the diagnostic goes, and none comes."""
    shown = diagnostic.help.split("\n")[0]
    if "VALUE" in shown or not re.match("write:? ", shown) or re.match("write (a|one|digits|another|the|true) ", shown):
        return
    written = re.sub("^write:? ", "", shown)
    name = text.split(" ", 1)[0]
    start, end = diagnostic.span or (0, 0)
    if not re.match(rf"(not )?\(?{re.escape(name)} ", written):
        written = text[:start] + written + text[end:]
    after = oq.check(written, now=NOW)
    shown = (text, diagnostic.help, written, after.diagnostics)
    assert codes(after).count(diagnostic.code) < codes(report).count(diagnostic.code), shown
    # The values of a wrong list, or under an operator that the field does not have, are checked when that is mended.
    if diagnostic.code not in ("operator-not-allowed", "operand-shape"):
        assert len(after.errors) < len(report.errors) or after.ok, shown


def codes(report: oq.Report) -> list[str]:
    return [diagnostic.code for diagnostic in report.diagnostics]
