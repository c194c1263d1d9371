"""Fixes to choose from: each mends its mistake alone, and together they give the correction (D102)."""

from __future__ import annotations

import json
import re
from collections import Counter
from random import Random

import pytest
from editor_corpus import broken, texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mistakes import seeded
from scale import scaled
from strategies import Maker

import orderquery as oq
from orderquery.compiler.query import same_answer

SCHEMA = oq.load_schema()
REQUESTS = scaled(1_500, 50)
TEXTS = scaled(1_500, 30)
SETTINGS = settings(deadline=None, max_examples=scaled(1_000, 40), suppress_health_check=list(HealthCheck))


def names(diagnostics):
    return Counter((diagnostic.code, diagnostic.message) for diagnostic in diagnostics)


def mended(text, form):
    """Make one certain fix after the other, until none is left."""
    for _ in range(60):
        certain = [fix for fix in oq.fixes(text, form) if fix.certain]
        if not certain:
            return text
        text = certain[0].apply(text)
    raise AssertionError("the fixes do not end")


def wrong_requests():
    for index in range(REQUESTS):
        mistaker = seeded(f"quick/{index}")
        _, request, _ = mistaker.wrong(mistaker.search(), 1 + index % 4)
        yield json.dumps(request, default=float)


def test_a_fix_mends_its_mistake_and_all_of_them_give_the_correction():
    figures, unfixed = Counter(), Counter()
    for text in wrong_requests():
        report = oq.check(text, form="json")
        before = names(report.diagnostics)
        certain = [fix for fix in oq.fixes(text, "request") if fix.certain]
        figures["with a certain fix"] += sum(diagnostic.certain for diagnostic in report.diagnostics)
        unfixed += Counter(one.code for one in report.diagnostics if one.certain)
        unfixed -= Counter(fix.diagnostic.code for fix in certain)
        for fix in certain:
            after = names(oq.check(fix.apply(text), form="json").diagnostics)
            name = (fix.diagnostic.code, fix.diagnostic.message)
            assert after[name] < before[name], (text, fix)
            figures["fixed"] += 1
            figures["alone"] += not (before - after - Counter([name]))
        after = oq.check(mended(text, "request"), form="json")
        meant = report.corrected if report.corrected is not None else report.partly_corrected
        assert not any(diagnostic.certain for diagnostic in after.diagnostics)
        assert same_answer(after.plan, oq.check(meant if meant is not None else json.loads(text)).plan), text
    print("\nfixes:", dict(figures))
    assert not unfixed, f"no fix of its own has a certain {', '.join(unfixed)}: mend it in single_fixes.py"
    assert figures["fixed"] == figures["with a certain fix"]
    # The rest are mistakes of one condition or one part that has to be written anew.
    assert figures["alone"] > 0.8 * figures["fixed"]


def wrong_texts():
    """Yield searches in the text form with names in small letters and dates without an offset."""
    for index in range(TEXTS):
        random = Random(f"quick text/{index}")
        try:
            text = oq.compile(Maker(random, SCHEMA).search()).to_text()
        except oq.UsageError:
            continue
        for row in SCHEMA.fields:
            if random.randrange(2):
                text = re.sub(rf'(?<![\w."]){re.escape(row.name)}(?![\w."])', row.name.lower(), text)
        yield re.sub(r"(T[\d:.]+)Z", r"\1", text) if len(text) < 600 else "everything"


def test_the_fixes_of_a_text_together_give_the_correction():
    for text in wrong_texts():
        report = oq.check(text, form="text")
        wanted = next((found for found in (report.corrected, report.partly_corrected) if found is not None), text)
        after = oq.check(mended(text, "text"), form="text")
        assert same_answer(after.plan, oq.check(wanted, form="text").plan), text


@pytest.mark.parametrize(
    ("text", "form", "wanted"),
    [
        (
            "paymentstatus in PAID and createdDate >= 2024-01-01T00:00:00 order by createddate, number, createdDate",
            "text",
            {
                "unknown-field": "paymentStatus in PAID and createdDate >= 2024-01-01T00:00:00"
                " order by createddate, number, createdDate",
                "operand-shape": "paymentstatus in (PAID) and createdDate >= 2024-01-01T00:00:00"
                " order by createddate, number, createdDate",
                "no-offset": "paymentstatus in PAID and createdDate >= 2024-01-01T00:00:00Z"
                " order by createddate, number, createdDate",
                "duplicate-sort": "paymentstatus in PAID and createdDate >= 2024-01-01T00:00:00 order by createddate, number",
            },
        ),
        (
            "createddate in (2024-01-01T00:00:00, -7d)",
            "text",
            {
                "unknown-field": "createdDate in (2024-01-01T00:00:00, -7d)",
                "no-offset": "createddate in (2024-01-01T00:00:00Z, -7d)",
            },
        ),
        ("status in (APPROVED, APROVED, PENDING)", "text", {"unknown-enum-value": "status in (APPROVED, PENDING)"}),
        (
            '{"createddate": {"$ge": "2024-01-01", "$lt": "2024-02-01T00:00:00"}}',
            "filter",
            {
                "unknown-field": '{"createdDate": {"$ge": "2024-01-01", "$lt": "2024-02-01T00:00:00"}}',
                "unknown-operator": '{"createddate": {"$gte": "2024-01-01", "$lt": "2024-02-01T00:00:00"}}',
                "operand-type": '{"createddate": {"$ge": "2024-01-01T00:00:00.000Z", "$lt": "2024-02-01T00:00:00"}}',
                "no-offset": '{"createddate": {"$ge": "2024-01-01", "$lt": "2024-02-01T00:00:00Z"}}',
                "several-operators": '{"$and": [{"createddate": {"$ge": "2024-01-01"}},'
                ' {"createddate": {"$lt": "2024-02-01T00:00:00"}}]}',
            },
        ),
        (
            '{"sort": [{"field": "number", "direction": -1}], "limit": 5, "filter": {"paymentstatus": "PAID"}}',
            "search",
            {
                "missing-field-name": '{"sort": [{"fieldName": "number", "direction": -1}], "limit": 5,'
                ' "filter": {"paymentstatus": "PAID"}}',
                "unknown-field": '{"sort": [{"field": "number", "direction": -1}], "limit": 5,'
                ' "filter": {"paymentStatus": "PAID"}}',
            },
        ),
        (
            '{"filter": {"paymentstatus": "PAID"}, "paging": {"limit": 5}}',
            "request",
            {"ignored-key": '{"paging": {"limit": 5}, "search": {"filter": {"paymentstatus": "PAID"}}}'},
        ),
        ("{filter: {_createddate: {$gt: '2024-01-01T00:00:00Z'}}}", "sdk", {"unknown-field": None}),
        ("\ufeffpaymentstatus = PAID", "text", {"unknown-field": "\ufeffpaymentStatus = PAID"}),
        (
            "await orders.searchOrders({filter: {paymentStatus: {$in: 'PAID'}}}); // ok",
            "auto",
            {"operand-shape": "await orders.searchOrders({filter: {paymentStatus: {$in: [\"PAID\"]}}}); // ok"},
        ),
    ],
)  # fmt: skip
def test_one_fix_leaves_the_others(text, form, wanted):
    made = {}
    for fix in oq.fixes(text, form):
        assert fix.certain
        made.setdefault(fix.diagnostic.code, fix.apply(text))
    for code, after in wanted.items():
        assert after is None or made[code] == after
        assert code in made


@pytest.mark.parametrize(
    ("text", "form", "guesses"),
    [
        ("paymentStatus = PAYED", "text", ["paymentStatus = PAID", "paymentStatus = UNSPECIFIED"]),
        ("zahlungsstatus = PAID", "text", ["status = PAID"]),
        ("status == APPROVED", "text", ["status = APPROVED"]),
        ("archived = true and number is greater than 5 limit 3", "text", ["archived = true and number > 5 limit 3"]),
        ("archived = true and createdDate >= 7 days ago", "text", ["archived = true and createdDate >= -7d"]),
        ("(number > 5 or status not = APPROVED) and archived = true", "text", ["(number > 5 or status != APPROVED) and archived = true"]),
        ("status = APPROVED && archived = true", "text", ["status = APPROVED and archived = true"]),
        ("status is APPROVED and archived = true", "text", ["status = APPROVED and archived = true"]),
        ("shippingInfo.title = two words", "text", ['shippingInfo.title = "two words"']),
        ("status = APPROVED archived = true", "text", ["status = APPROVED and archived = true", "status = APPROVED or archived = true"]),
        ("(status = APPROVED", "text", ["(status = APPROVED)"]),
        ("status = APPROVED;", "text", ["status = APPROVED"]),
        ("createdDate = 2024-01-01", "text", ["(createdDate >= 2024-01-01 and createdDate < 2024-01-02)"]),
        ("number > 5 limit 500", "text", ["number > 5 limit 100"]),
        ('{"paymentStatus": "PAYED"}', "filter", ['{"paymentStatus": "PAID"}', '{"paymentStatus": "UNSPECIFIED"}']),
        ('{"search": {"filter": {"archived": True}}}', "request", ['{"search": {"filter": {"archived": true}}}']),
        ('{"filter": {"status": APPROVED}}', "search", ['{"filter": {"status": "APPROVED"}}']),
        ('{"filter": {} "sort": []}', "search", ['{"filter": {}, "sort": []}']),
        ('{"filter": {"number": "5"}', "search", ['{"filter": {"number": "5"}}']),
        ('{"cursorPaging": {"limit": 500}}', "search", ['{"cursorPaging": {"limit": 100}}']),
        ('{"filter": {}, "foo": 1}', "search", ['{"filter": {}}']),
        ('{"status": "APPROVED,CANCELED"}', "filter", ['{"status": {"$in": ["APPROVED", "CANCELED"]}}']),
        ('{"status": {"$in": ["PENDING", "APPROVED|CANCELED"]}}', "filter", ['{"status": {"$in": ["PENDING", "APPROVED", "CANCELED"]}}']),
        ("status != 'APPROVED or PENDING' and archived = true", "text", ["status not in (APPROVED, PENDING) and archived = true"]),
        ('{"filter": {"any": [{"number": 1}]}}', "search", ['{"filter": {"$or": [{"number": 1}]}}']),
        ('{filter: {buyerInfo.email: "a"}}', "search", ['{filter: {"buyerInfo.email": "a"}}']),
        ("", "text", ["everything"]),
    ],
)  # fmt: skip
def test_guesses_are_choices(text, form, guesses):
    found = [fix for fix in oq.fixes(text, form) if not fix.certain]
    assert [fix.apply(text) for fix in found][: len(guesses)] == guesses
    assert all(fix.fix == "guess" and fix.title for fix in found)


def test_only_the_fixes_at_a_position():
    text = "paymentstatus = PAID and createddate > 2024-01-01T00:00:00Z"
    assert [fix.start for fix in oq.fixes(text, position=30)] == [25]
    assert oq.fixes(text, position=20) == []
    assert oq.fixes("paymentStatus = PAID") == []


def test_a_fix_as_json():
    (fix,) = oq.fixes("paymentstatus = PAID")
    assert fix.to_json() == {
        "code": "unknown-field", "title": 'did you mean "paymentStatus"?', "fix": "intended", "start": 0, "end": 13,
        "edits": [{"start": 0, "end": 13, "text": "paymentStatus"}],
    }  # fmt: skip


def assert_sound(text, form):
    for fix in oq.fixes(text, form):
        done = 0
        for edit in fix.edits:
            assert done <= edit.start <= edit.end <= len(text)
            done = edit.end
        assert 0 <= fix.start <= fix.end <= len(text)
        assert fix.apply(text) != text


def test_every_broken_search_of_the_corpus_has_sound_fixes():
    for case in list(broken())[:: scaled(1, 25)]:
        if len(case.text) < scaled(20_000, 1_500):
            assert_sound(*case)


@SETTINGS
@given(
    st.deferred(lambda: st.sampled_from(texts(61))),
    st.integers(0, 600),
    st.integers(0, 8),
    st.sampled_from(("", "=", "'", '"', "x", "{", ")", "😀", "\ufeff", ",", "$")),
    st.sampled_from(("auto", "text", "request", "search", "filter", "sdk")),
)
def test_any_broken_text_has_sound_fixes(text, at, length, piece, form):
    assert_sound(text[:at][:800] + piece + text[at + length : 800], form)


def test_every_diagnostic_of_a_text_has_a_place():
    from orderquery.compiler.editor_form import editor_text
    from orderquery.compiler.editor_report import editor_report

    schema = oq.load_schema()
    for case in list(broken())[:: scaled(1, 10)]:
        if len(case.text) < 20_000:
            for diagnostic in editor_report(editor_text(case.text, case.form, schema), schema).diagnostics:
                assert diagnostic.span is not None
                assert diagnostic.end_line is not None
