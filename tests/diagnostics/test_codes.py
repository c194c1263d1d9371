"""The codes: every example gives its diagnostic, every fix removes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import orderquery as oq
from orderquery.diagnostics.codes import CODES, Code

ROWS = ("codes.py", "stores_codes.py", "call_codes.py")
SHOWN = [code for code in CODES.values() if code.wrong]
NEEDS_MORE = {
    "too-deep", "too-large", "query-too-long", "too-long",  # too long to print
    "not-in-layout",  # needs a layout
    "already-canceled",  # of a write
    "bad-cursor", "cursor-mismatch",  # need the key of the cursor
    "empty-query",  # its example is an empty line
    "unused-parameter",  # needs a parameter
    "unusable-document", "unknown-document", "foreign-document", "no-usable-id", "partial-order", "unfit-value",
    "unverified-event", "kept-value", "conversion-loss",  # need documents
    "stores-query",  # is found where no shape is given
    "no-counterpart", "dropped-part", "other-meaning", "partial-counterpart",  # of a translation
    "unknown-answer-key", "cursor-not-passed", "offset-paging", "wrong-loop-end", "unfiltered-member-search",  # of code
    "bad-ignore-comment", "unused-ignore-comment", "source-syntax",  # of a comment in code, and of code
}  # fmt: skip

FIVE = {
    "filter": {"status": "APPROVED"},
    "search": {
        "filter": {
            "paymentstatus": "PAID",
            "createdDate": {"$gte": "2024-01-01"},
            "priceSummary.total.amount": {"$in": ["5", "10"]},
        },
        "sort": [{"fieldName": "number", "order": "descending"}],
    },
}


def check(code: Code, example: str) -> oq.Report:
    if code.shape == "text":
        return oq.check(example, form="text")
    return oq.check(example, code.shape, form="json")


def test_every_code_has_an_example_or_a_reason() -> None:
    without = {code.name for code in CODES.values() if not code.wrong}
    assert not (new := without - NEEDS_MORE), f"give {sorted(new)} an example, or add it to NEEDS_MORE with the reason"
    assert not (old := NEEDS_MORE - without), f"{sorted(old)} has an example or is no code: remove it from NEEDS_MORE"


@pytest.mark.parametrize("code", SHOWN, ids=lambda code: code.name)
def test_the_wrong_example_gives_the_code_and_the_right_one_nothing(code: Code) -> None:
    found = check(code, code.wrong).diagnostics
    assert [diagnostic.code for diagnostic in found] == [code.name], f"the wrong example of {code.name}"
    (diagnostic,) = found
    assert diagnostic.severity == code.severity
    assert (diagnostic.fix or "none") in code.fix
    assert diagnostic.message
    assert diagnostic.help
    assert diagnostic.line is not None
    assert not check(code, code.right).diagnostics, f"the right example of {code.name}"


def test_a_mistake_in_code_has_an_example_in_code() -> None:
    assert {code.name for code in CODES.values() if code.effect == "around"} == {
        code.name for code in CODES.values() if code.wrong_code and code.right_code
    }


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.name)
def test_every_code_names_the_class_of_its_fix(code: Code) -> None:
    classes = ("same-answer", "intended", "guess", "none")
    assert re.match("|".join(classes), code.fix), (
        f'fix="{code.fix}": begin it with one of {", ".join(classes)}, then why'
    )


def test_every_reported_code_has_a_row_and_every_row_is_reported() -> None:
    package = Path(oq.__file__).parent
    text = "\n".join(path.read_text("utf-8") for path in package.rglob("*.py") if path.name not in ROWS)
    for name in CODES:
        assert f'"{name}"' in text, f"{name} is never reported"
    for name in re.findall(r"\bDiagnostic\(\s*\"([a-z-]+)\"", text):
        assert name in CODES


def test_five_mistakes_are_five_diagnostics() -> None:
    diagnostics = oq.check(FIVE).diagnostics
    assert sorted((d.code, d.pointer) for d in diagnostics) == [
        ("bad-order", "/search/sort/0/order"),
        ("ignored-key", "/filter"),
        ("operand-type", "/search/filter/createdDate/$gte"),
        ("operator-not-allowed", "/search/filter/priceSummary.total.amount/$in"),
        ("unknown-field", "/search/filter/paymentstatus"),
    ]
    assert all(diagnostic.fix == "intended" for diagnostic in diagnostics)


def test_the_corrected_request_is_clean_and_keeps_every_condition() -> None:
    corrected = oq.check(FIVE).corrected
    assert not oq.check(corrected).diagnostics
    plan = oq.compile(corrected)
    wanted = oq.compile(
        "status = APPROVED and paymentStatus = PAID and createdDate >= 2024-01-01 and "
        "(priceSummary.total.amount = 5 or priceSummary.total.amount = 10) order by number desc"
    )
    orders = [document for document in oq.sample(400) if "id" in document]
    assert [o["id"] for o in plan.filter(orders)] == [o["id"] for o in wanted.filter(orders)]
    assert plan.sort == wanted.sort


@pytest.mark.parametrize("code", [code for code in SHOWN if code.shape != "text"], ids=lambda code: code.name)
def test_a_fix_removes_its_diagnostic(code: Code) -> None:
    report = check(code, code.wrong)
    (diagnostic,) = report.diagnostics
    if diagnostic.certain:
        assert not [d for d in oq.check(report.corrected, code.shape).diagnostics if d.code == code.name]
