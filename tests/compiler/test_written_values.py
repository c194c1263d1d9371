"""Values as people write or copy them: amounts, relative dates, quotes, lists around objects."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

import orderquery as oq
from orderquery.language.written_amounts import amounts_from

JSON = Any
NOW = datetime(2026, 11, 28, 17, 5, tzinfo=UTC)
TOTAL = "priceSummary.total.amount"
UNITS = "relative dates: now, today, yesterday, -30m (minutes), -12h (hours), -7d (days), -2w (weeks)"


@pytest.mark.parametrize(
    ("written", "amounts"),
    [
        ("100,50", "100.50"), ("10,00", "10.00"), ("1.000,50", "1000.50"), ("1,000.50", "1000.50"), ("1,5", "1.5"),
        ("1,000,000", "1000000"), ("1.000.000", "1000000"), ("1,00,000.50", "100000.50"), ("0,125", "0.125"),
        ("1000,125", "1000.125"), ("1 000,50", "1000.50"), ("1\u00a0000", "1000"), ("1'000.50", "1000.50"),
        ("1\u2019000", "1000"), ("1\u202f000,125", "1000.125"), ("1_000", "1000"), (",5", "0.5"), (".5", "0.5"),
        ("\u20ac 100", "100"), ("100 USD", "100"), ("USD100", "100"), ("$1,000.50", "1000.50"), ("US$ 5", "5"),
        ("100,00 \u20ac", "100.00"), ("Fr. 5", "5"), ("5 kr", "5"), ("-$5", "-5"), ("$-5", "-5"), ("\u22125,50", "-5.50"),
        ("1,000", "1000 1.000"), ("-12,345", "-12345 -12.345"), ("\u20ac1.000", "1000 1.000"),
        # No amount, or one of which a part would be lost.
        ("1,0,0", ""), ("1,000,00", ""), ("1.0.0", ""), ("10 00", ""), ("5M", ""), ("5k", ""), ("100 cents", ""),
        ("100%", ""), ("(100)", ""), ("5-", ""), ("100,50 or 5", ""), ("1,000.5.5", ""), ("ALL", ""), ("$", ""), ("", ""),
        ("5 and", ""), ("all 100", ""), ("\u0661\u0662", ""),
    ],
)  # fmt: skip
def test_amounts_that_a_text_may_mean(written: str, amounts: str) -> None:
    assert amounts_from(written) == tuple(amounts.split())


@pytest.mark.parametrize("written", ["100,50", "1.000,50", "10,00", "1,000", "$1,000.50", "\u20ac 100", "100 USD"])
def test_the_help_for_an_amount_is_accepted_and_means_it(written: str) -> None:
    for source in ({"filter": {TOTAL: {"$gt": written}}}, f'{TOTAL} > "{written}"'):
        report = oq.check(source, "search") if isinstance(source, dict) else oq.check(source)
        (found,) = report.diagnostics
        shown = found.help.removeprefix("write: ").split(" or ")
        assert (found.fix, [json.loads(value) for value in shown]) == ("guess", list(amounts_from(written)))
        for value in shown:
            plan = oq.compile(f"{TOTAL} > {value}")
            wanted = oq.compile({"filter": {TOTAL: {"$gt": Decimal(json.loads(value))}}})
            assert plan.condition == wanted.condition


RELATIVE = [
    ("7d", "-7d", ""), ("now-7d", "-7d", ""), ("-30days", "-30d", ""), ("last7days", "-7d", ""),
    ("-2weeks", "-2w", ""), ("12hours", "-12h", ""), ("-5min", "-5m", ""), ("+3days", "+3d", ""), ("now+1w", "+1w", ""),
    ("today-7d", "-7d", " to count from now"), ("-3M", "-90d", ": there are no months"),
    ("-1mo", "-30d", ": there are no months"), ("-1y", "-365d", ": there are no years"),
    ("-2years", "-730d", ": there are no years"), ("-1quarter", "-91d", ": there are no quarters"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "wanted", "remark"), RELATIVE, ids=[row[0] for row in RELATIVE])
def test_the_help_for_a_relative_date(word: str, wanted: str, remark: str) -> None:
    report = oq.check(f"createdDate >= {word}", now=NOW)
    found = report.diagnostics[0]
    assert report.plan is None
    assert found.help == f"write {wanted}{remark}" + (f"\n{UNITS}" if remark else "")
    assert oq.check(f"createdDate >= {wanted}", now=NOW).diagnostics == ()


@pytest.mark.parametrize(
    "word", ["tomorrow", "yesterday-1d", "-1.5d", "-90s", "-7", "-7d12h", "P7D", "soon", "-9999999d"]
)
def test_an_unclear_time_lists_the_units(word: str) -> None:
    (found,) = oq.check(f"createdDate >= {word}").diagnostics
    assert found.help == f'write a date-time such as "2024-01-31T09:30:00.000Z"\n{UNITS}'


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("createdDate between -7d and yesterday", "createdDate >= -7d and createdDate < today"),
        ("createdDate between yesterday and today", "createdDate >= 2026-11-27 and createdDate < 2026-11-29"),
        ("createdDate between 2026-01-01 and today", "createdDate >= 2026-01-01 and createdDate < 2026-11-29"),
        (
            "createdDate not between -7d and today",
            "not (createdDate >= 2026-11-21T17:05:00.000Z and createdDate < 2026-11-29)",
        ),
    ],
)
def test_a_range_of_whole_days_is_relative_at_both_ends_or_at_none(text: str, help_: str) -> None:
    (found,) = oq.check(text, now=NOW).diagnostics
    assert (found.code, found.help) == ("bare-date", f"write: {help_}")
    assert oq.check(help_, now=NOW).diagnostics == ()


QUOTED = ["\u201c{}\u201d", "\u201e{}\u201c", "\u2018{}\u2019", "\u00ab{}\u00bb", "\u201c{}", "{}\u201d"]
HIDDEN = ["{}\u200b", "\ufeff{}", "{}\u00a0", "\u200e{}", "{}\u2028", "{}\n", "\u00ad{}\u200d", "\u202a{}\u202c"]


@pytest.mark.parametrize("form", [*QUOTED, *HIDDEN], ids=ascii)
def test_a_value_with_odd_characters_has_a_warning(form: str) -> None:
    odd = form.format("a@example.com")
    for operand in (odd, {"$ne": odd}, {"$in": ["b", odd]}, {"$startsWith": odd}):
        search = {"filter": {"buyerInfo.email": operand}}
        report = oq.check(search, "search")
        (found,) = report.diagnostics
        assert (found.code, found.severity, found.effect, found.fix) == (
            "odd-characters",
            "warning",
            "accepts",
            "guess",
        )
        assert found.help == 'write: "a@example.com"'
        assert report.plan is not None
        assert report.corrected is None
        kept = oq.compile({"filter": {"buyerInfo.email": odd}})
        assert kept.condition != oq.compile('buyerInfo.email = "a@example.com"').condition
    kind = "typographic quotes" if form in QUOTED else "an invisible character (U+"
    assert f" contains {kind}" in found.message


@pytest.mark.parametrize(
    "value",
    ["\u201cGreen\u201d mug", "the Joneses\u2019", "\u201990s", "O\u2019Neil", "\U0001f468\u200d\U0001f469", " a ", "",
     "\u200b", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u201c", "a\u00a0b", "Stra\u00dfe"],
)  # fmt: skip
def test_a_value_that_may_be_meant_has_none(value: str) -> None:
    assert oq.check({"filter": {"buyerInfo.email": value}}, "search").diagnostics == ()


@pytest.mark.parametrize(
    ("field", "value", "help_"),
    [
        ("createdDate", "2024-01-01T00:00:00Z\u200b", 'write: "2024-01-01T00:00:00Z"'),
        ("createdDate", "\u201c2024-01-01T00:00:00Z\u201d", 'write: "2024-01-01T00:00:00Z"'),
        ("archived", "\u201ctrue\u201d", "write: true"),
        (TOTAL, "\u201c100,50\u201d", 'write: "100.50"'),
        ("id", "6f759095-0701-4075-9908-c9c31ff013e1\ufeff", 'write: "6f759095-0701-4075-9908-c9c31ff013e1"'),
        ("number", "#10042\u200b", 'write: "10042"'),
        ("status", "\u201cAPPROVED\u201d", 'did you mean "APPROVED"?'),
    ],
)
def test_odd_characters_on_other_types(field: str, value: str, help_: str) -> None:
    for search in ({"filter": {field: value}}, f"{field} = {json.dumps(value, ensure_ascii=False)}"):
        report = oq.check(search, "search") if isinstance(search, dict) else oq.check(search)
        (found,) = report.diagnostics
        shown = f"write: {field} = " if found.code == "odd-characters" and isinstance(search, str) else "write: "
        assert (found.help.split("\n")[0], found.fix) == (help_.replace("write: ", shown), "guess")
        assert report.corrected is None


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ([{"search": {"filter": {"status": "APPROVED"}}}], {"search": {"filter": {"status": "APPROVED"}}}),
        ({"search": [{"filter": {"status": "APPROVED"}}]}, {"search": {"filter": {"status": "APPROVED"}}}),
        ({"search": {"filter": [{"status": "APPROVED"}]}}, {"search": {"filter": {"status": "APPROVED"}}}),
        ({"search": {"cursorPaging": [{"limit": 5}]}}, {"search": {"cursorPaging": {"limit": 5}}}),
        ({"query": [{"filter": {"status": "APPROVED"}}]}, None),
    ],
)
def test_the_help_for_a_list_around_an_object_keeps_it(request_: JSON, wanted: JSON) -> None:
    (found,) = oq.check(request_, "request").diagnostics
    assert found.help == "remove the list around the object"
    assert wanted is None or oq.check(wanted, "request").ok
    assert oq.check(request_, "request").corrected is None


@pytest.mark.parametrize("request_", [[], 5, [1], {"search": []}, {"search": 5}, {"search": {"cursorPaging": [5]}}])
def test_an_example_is_shown_where_nothing_is_lost(request_: JSON) -> None:
    (found,) = oq.check(request_, "request").diagnostics
    assert found.help.startswith("write: {")


def test_a_search_in_a_string_is_shown_whole() -> None:
    (found,) = oq.check({"search": '{"filter": {"status": "APPROVED"}}'}, "request").diagnostics
    assert found.help == 'write: {"filter": {"status": "APPROVED"}}'
