"""Rendering of diagnostics, for people and programs."""

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import orderquery as oq
from orderquery.compiler.corrections import Correction
from orderquery.compiler.render import (
    MAX_EXCERPT_CELLS,
    cell_width,
    printable,
    render_diagnostics,
    render_line,
    summary,
)
from orderquery.compiler.report import Report, render_report, report_json
from orderquery.diagnostics.diagnostic import Diagnostic
from orderquery.diagnostics.place import Place


def at(source, start, end=None, **changes):
    """Return a diagnostic at a range of a source."""
    line = source.count("\n", 0, start) + 1
    column = start - (source.rfind("\n", 0, start) + 1) + 1
    kept = {"code": "unknown-field", "message": "m", "place": Place(("search", "filter")), **changes}
    return Diagnostic(**kept, line=line, column=column, span=(start, start + 1 if end is None else end))


def excerpt(source, start, end=None):
    """Return the line of the excerpt and the line of its carets."""
    shown = render_diagnostics([at(source, start, end)], source).split("\n")
    bars = [line.partition("|")[2][1:] for line in shown if re.match(r" *\d* \|", line)]
    assert bars[0] == ""
    return bars[1], bars[2]


def test_whole_shape():
    source = '{"search": {"filter": {\n  "paymentStatus": {"$startsWith": "P"}}}}'
    report = oq.check(source)
    assert render_report(report, "request.json").startswith(
        'error[operator-not-allowed]: "$startsWith" is not supported for paymentStatus\n'
        "  --> request.json:2:21  /search/filter/paymentStatus/$startsWith\n"
        "   |\n"
        ' 2 |   "paymentStatus": {"$startsWith": "P"}}}}\n'
        "   |                     ^^^^^^^^^^^^^\n"
        "   = help: operators of paymentStatus: $eq, $ne, $in, $nin\n"
        "   = note: Wix refuses this request\n"
        "\n"
        "1 error"
    )


@pytest.mark.parametrize(
    ("source", "marked", "shown"),
    [
        ("abc def", "def", "abc def"),
        ("\tabc\tdef", "def", "    abc    def"),
        ('"日本語" def', "def", '"日本語" def'),
        ("é́ def", "def", "é́ def"),
        ("a\x1b[31m def", "def", "a\\x1b[31m def"),
        ("a\ud800 def", "def", "a\\ud800 def"),
        ("a\u202e def", "def", "a\\u202e def"),
        ("x\r\nabc def\r\ny", "def", "abc def"),
        ("x\n\n\nabc def", "def", "abc def"),
    ],
)
def test_carets_are_below_the_marked_text(source, marked, shown):
    line, carets = excerpt(source, source.index(marked), source.index(marked) + len(marked))
    assert line == shown
    assert cell_width(line.partition(marked)[0]) == len(carets) - len(carets.lstrip())
    assert carets.strip() == "^" * len(marked)


@pytest.mark.parametrize("before", [0, 5, 99, 100, 101, 5_000, 1_000_000])
@pytest.mark.parametrize("after", [0, 5, 199, 200, 201, 100_000])
@pytest.mark.parametrize("filling", ["x", "語", "\t"])
def test_long_lines_are_cut_around_the_caret(before, after, filling):
    source = filling * before + "HERE" + filling * after
    line, carets = excerpt(source, before, before + 4)
    assert cell_width(line) <= MAX_EXCERPT_CELLS + 6
    assert cell_width(line.partition("HERE")[0]) == carets.index("^")
    assert carets.strip() == "^^^^"
    assert line.startswith("...") or before < MAX_EXCERPT_CELLS


def test_long_marks_and_the_end_of_the_text():
    line, carets = excerpt("y" * 3000, 0, 3000)
    assert line == "y" * carets.count("^") + "..."
    assert excerpt("status =", 8) == ("status =", "        ^")
    assert excerpt("status =\n", 9, 9) == ("", "^")
    assert excerpt("a\nb", 0, 3) == ("a", "^")


def test_without_a_source_there_is_no_excerpt():
    assert render_report(oq.check({"filter": {}})).splitlines()[1] == "  --> /filter"
    assert "|" not in render_diagnostics([Diagnostic("bad-cursor", "no")])


def test_colour_only_when_asked_for():
    report = oq.check("paymentstatus = PAID")
    assert "\x1b" not in render_report(report, "q")
    coloured = render_report(report, "q", colour=True)
    assert "\x1b[1;31merror[unknown-field]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_report(report, "q")


def test_nothing_controls_the_terminal():
    nasty = "\x1b]0;owned\x07\n\r\u2028\u202e\x9b\ud800"
    found = Diagnostic("unknown-field", nasty, nasty, Place((nasty,)), source_name=nasty)
    report = Report((found,), source=nasty)
    for shown in (render_diagnostics([found], nasty, nasty), render_line(found), render_report(report)):
        assert all(char.isprintable() or char == "\n" for char in shown)
    assert "\n" not in render_line(found)
    assert printable(nasty) == "\\x1b]0;owned\\x07\\n\\r\\u2028\\u202e\\x9b\\ud800"
    assert len(printable("x" * 10_000)) == 2_000


def test_summary_counts():
    error, warning = Diagnostic("bad-order", ""), Diagnostic("empty-list", "")
    assert summary([]) == "no problems"
    assert summary([error]) == "1 error"
    assert summary([error, error, warning]) == "2 errors, 1 warning"
    assert summary([warning, warning]) == "2 warnings"


def test_a_report_without_problems():
    assert render_report(oq.check("everything")) == "no problems"
    assert render_report(oq.check("everything"), "x.json") == "x.json: no problems"


def test_diagnostics_are_in_the_order_of_the_source():
    shown = render_report(oq.check("fooo = 1 and createdDate <= 2024-01-01"))
    assert shown.index("unknown-field") < shown.index("bare-date")


def test_corrected_request():
    shown = render_report(oq.check('{"filter": {"priceSummary.total.amount": 0.1}}'))
    heading, corrected = shown.split("\n\n")[-1].split("\n", 1)
    assert heading == "corrected request:"
    assert json.loads(corrected) == {"search": {"filter": {"priceSummary.total.amount": 0.1}}}
    partly = render_report(oq.check('{"search": {"filter": {"fooo": 1}}, "sort": []}'))
    assert "partly corrected request (1 problem left):" in partly
    long = oq.check({"search": {"filter": {"id": {"$in": ["x" * 36] * 100}}}, "sort": []})
    assert long.corrected is not None
    assert "corrected" not in render_report(long)


def test_corrected_request_never_raises():
    deep = leaf = {}
    for _ in range(5_000):
        leaf["a"] = leaf = {}
    for odd in (deep, {1, 2}, Decimal("NaN"), "\ud800\x7f"):
        correction = Correction({"a": odd}, ())
        report = Report(
            (Diagnostic("ignored-key", "m"),), None, None, {"a": odd, "b": 1}, lambda _, made=correction: made
        )
        shown = render_report(report)
        assert shown.startswith("error[ignored-key]")
    assert json.loads(shown[shown.index("{") :]) == {"a": "\ud800\x7f"}


def test_lines():
    found = Diagnostic("unfit-value", "m", "", Place(("orders", 3)), 12, source_name="o.jsonl")
    assert render_line(found) == "o.jsonl:12:/orders/3: unfit-value: m"
    doubt = Diagnostic("bare-date", "m", "h", line=1, column=5)
    assert render_line(doubt, "query") == "query:1:5: warning[bare-date]: m; h"
    assert render_line(Diagnostic("bad-cursor", "m")) == "error[bad-cursor]: m"
    listed = Diagnostic("unknown-field", "m", "did you mean a?\nfields: a, b", Place(()))
    assert render_line(listed) == "error[unknown-field]: m; did you mean a?; fields: a, b"
    assert "   = help: did you mean a?\n           fields: a, b\n   = note: " in render_diagnostics([listed])


def test_json():
    report = oq.check('{"search": {"filter": {"日本": "\\ud800"}}}')
    decoded = json.loads(report_json(report))
    assert decoded["ok"] is False
    (found,) = decoded["diagnostics"]
    assert list(found) == [
        "code", "severity", "effect", "pointer", "line", "column", "endLine", "endColumn", "message", "help", "fix",
    ]  # fmt: skip
    assert found["pointer"] == "/search/filter/日本"
    assert (found["line"], found["column"], found["endLine"], found["endColumn"]) == (1, 24, 1, 28)
    assert "corrected" not in decoded
    assert "partlyCorrected" not in decoded


def test_json_has_the_correction_and_the_order_of_the_source():
    text = '{"filter": {"paymentstatus": "PAID"}, "search": {"sort": [{"fieldName": "number", "order": "desc"}]}}'
    for source in (text, json.loads(text)):
        decoded = oq.check(source).to_json()
        assert decoded["corrected"] == {
            "search": {"filter": {"paymentStatus": "PAID"}, "sort": [{"fieldName": "number", "order": "DESC"}]}
        }
        assert [(found["code"], found["effect"], found["fix"]) for found in decoded["diagnostics"]] == [
            ("ignored-key", "ignores", "intended"),
            ("unknown-field", "ignores", "intended"),
            ("bad-order", "refuses", "intended"),
        ]
    partly = oq.check('{"search": {"filter": {"fooo": 0.1, "status": {"eq": 1e999999}}}}').to_json()
    assert partly["partlyCorrected"] == {"search": {"filter": {"fooo": 0.1, "status": "1E+999999"}}}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.integers(0, 320), st.integers(0, 320), st.booleans())
def test_never_raises(source, start, end, colour):
    found = at(source, min(start, len(source)), end, message=source, help=source)
    shown = render_diagnostics([found], source, source, colour=colour)
    assert shown.encode("utf-8")
    carets = [line for line in shown.split("\n") if line.rstrip("\x1b[0m").endswith("^")]
    assert carets or not source


def test_a_report_prints_what_the_command_prints():
    report = oq.check('{"search": {"filter": {"paymentstatus": "PAID"}}}')
    assert str(report) == oq.render(report) == render_report(report)
    assert oq.render(report, "request.json").splitlines()[1] == "  --> request.json:1:24  /search/filter/paymentstatus"


def test_an_error_says_every_problem_with_its_help():
    with pytest.raises(oq.QueryError) as raised:
        oq.compile({"filter": {"paymentstatus": "PAID", "status": "APROVED"}})
    assert str(raised.value).splitlines() == [
        'unknown-field at /filter/paymentstatus: unknown field "paymentstatus"; did you mean "paymentStatus"?',
        'unknown-enum-value at /filter/status: "APROVED" is not a value of status; did you mean "APPROVED"?; '
        "values of status: INITIALIZED, APPROVED, CANCELED, PENDING, REJECTED",
        'read as a bare search; for another shape pass oq.compile(search, shape="request")',
    ]


def test_a_repr_is_one_short_line():
    nasty = "\n\x1b\U0001f600" * 200
    report = oq.check({"search": {"filter": {nasty: 1, "paymentstatus": nasty}, nasty: 2}})
    plan = oq.compile({"filter": {"status": "APPROVED"}, "sort": [{"fieldName": "number", "order": "DESC"}]})
    assert (
        repr(plan) == "<Plan of a bare search: reads 3 fields of ecom-orders, order by number desc, id desc, limit 100>"
    )
    assert repr(report) == "<Report of a request body: 3 errors, 1 warning>"
    with oq.open_store(":memory:", keys=["a key of some length"]) as store:
        page = store.search("everything")
        assert repr(page) == "<Page: 0 orders, limit 100>"
        assert repr(store) == '<SqliteStore: ecom-orders, site "">'
    for one in (plan, report, page, *report.diagnostics):
        assert len(repr(one)) < 200
        assert repr(one).isprintable()
