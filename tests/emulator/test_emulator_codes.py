"""Every diagnostic code over HTTP, lenient and strict; expectations come from the catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha512
from typing import Any

import pytest
from serving import WARNINGS, Answer, Asker

import orderquery as oq
from orderquery.diagnostics.codes import CODES, Code
from orderquery.emulator.openapi import VIOLATED_RULES

JSON = Any


def body(**search: JSON) -> bytes:
    return json.dumps({"search": search}).encode()


def nested(depth: int) -> JSON:
    return {"$not": nested(depth - 1)} if depth else {"status": "APPROVED"}


def other_cursor(lenient: Asker) -> str:
    answer = lenient.search({"search": {"filter": {"status": "APPROVED"}, "cursorPaging": {"limit": 1}}})
    return answer.json["metadata"]["cursors"]["next"]


TOO_LONG_TO_PRINT: dict[str, Callable[[Asker], bytes]] = {
    "too-deep": lambda _: body(filter=nested(65)),
    "too-large": lambda _: body(filter={"shippingInfo.title": "x" * 4_097}),
    "query-too-long": lambda _: body(
        filter={"shippingInfo.title": {"$in": [sha512(bytes([number])).hexdigest() for number in range(200)]}}
    ),
    "too-long": lambda _: body(cursorPaging={"cursor": "c" * 16_001}),
    "bad-cursor": lambda _: body(cursorPaging={"cursor": "c"}),
    "cursor-mismatch": lambda asker: body(filter={"status": "CANCELED"}, cursorPaging={"cursor": other_cursor(asker)}),
}
"""Codes without examples in the catalogue."""

NEVER_OVER_HTTP = {
    "text-syntax", "bare-date", "empty-query",  # of the text form, which HTTP does not accept
    "missing-parameter", "unused-parameter",  # of calls in Python
    "unknown-document", "no-usable-id", "partial-order", "unfit-value",  # in the 200 of a load: cases/loads.json
    "unusable-document", "foreign-document",  # of a load: cases/loads.json
    "unverified-event", "kept-value", "conversion-loss",  # of local files
    "not-in-layout",  # reported by mapped stores
    "already-canceled",  # of a write: cases/orders.json
    "stores-query", "no-counterpart", "dropped-part", "other-meaning", "partial-counterpart",  # of older queries
    "unknown-answer-key", "cursor-not-passed", "offset-paging", "wrong-loop-end", "unfiltered-member-search",  # of code
    "bad-ignore-comment", "unused-ignore-comment", "source-syntax",  # of a comment in code, and of code
}  # fmt: skip
OVER_HTTP = [code for name, code in CODES.items() if name not in NEVER_OVER_HTTP]
NEEDS_THE_KEY = {"bad-cursor", "cursor-mismatch"}


@pytest.fixture(scope="module")
def lenient() -> Asker:
    return filled(strict=False)


@pytest.fixture(scope="module")
def strict() -> Asker:
    return filled(strict=True)


def filled(*, strict: bool) -> Asker:
    asker = Asker(oq.open_store(":memory:", keys=["one key for both of them"]), strict=strict)
    asker.store.load(oq.sample(20))
    return asker


def wrong(code: Code, lenient: Asker) -> bytes:
    return code.wrong.encode() if code.wrong else TOO_LONG_TO_PRINT[code.name](lenient)


def assert_matches_the_catalogue(code: Code, answer: Answer, report: oq.Report) -> None:
    """Fail unless the error is the one in the catalogue."""
    assert answer.status == 400
    service = code.service
    if service.application_code:
        assert answer.code == service.application_code
        problems = answer.json["details"]["applicationError"]["data"]["problems"]
    else:
        problems = [violation["data"] for violation in answer.violations]
        for violation in answer.violations:
            assert violation["field"]
            assert violation.get("ruleName", "") == service.rule_name
            bound = "MIN" if violation["data"].get("threshold") == 1 else "MAX"
            assert violation.get("violatedRule", "") == service.violated_rule.format(bound=bound)
    assert {problem["code"] for problem in problems} == {code.name}
    if code.name not in NEEDS_THE_KEY:
        assert [problem["pointer"] for problem in problems] == [found.pointer for found in report.diagnostics]
        corrected = answer.json["details"].get("corrected")
        assert corrected == json.loads(json.dumps(report.corrected))


def test_every_code_is_covered() -> None:
    assert {code.name for code in OVER_HTTP if not code.wrong} == set(TOO_LONG_TO_PRINT)
    assert {code.shape for code in OVER_HTTP} == {"request"}
    rules = {code.service.violated_rule.format(bound=bound) for code in CODES.values() for bound in ("MIN", "MAX")}
    assert rules - {""} <= set(VIOLATED_RULES)


@pytest.mark.parametrize("code", OVER_HTTP, ids=lambda code: code.name)
def test_lenient_refuses_what_the_service_refuses(code: Code, lenient: Asker) -> None:
    sent = wrong(code, lenient)
    report = oq.check(sent, "request", form="wire")
    answer = lenient.search(sent)
    if code.effect in ("refuses", "local"):
        assert_matches_the_catalogue(code, answer, report)
        assert answer.warnings is None or code.name == "cursor-mismatch"
    elif code.name == "cursor-with-search":
        # The cursor of the example was not issued by this store.
        assert (answer.status, answer.code) == (400, "INVALID_CURSOR")
    else:
        assert answer.status == 200
        assert set(answer.json) == {"orders", "metadata"}
        expected = ", ".join(f"{found.code} {found.pointer}" for found in report.diagnostics)
        assert answer.warnings == expected
        assert code.name in expected


@pytest.mark.parametrize("code", OVER_HTTP, ids=lambda code: code.name)
def test_strict_refuses_every_diagnostic(code: Code, lenient: Asker, strict: Asker) -> None:
    sent = wrong(code, lenient)
    report = oq.check(sent, "request", form="wire")
    answer = strict.search(sent)
    if code.name == "cursor-mismatch":
        # Strict mode refuses a filter beside a cursor before the two are compared.
        assert_matches_the_catalogue(CODES["cursor-with-search"], answer, report)
    else:
        assert_matches_the_catalogue(code, answer, report)
    assert WARNINGS not in answer.headers


@pytest.mark.parametrize("code", [code for code in OVER_HTTP if code.right], ids=lambda code: code.name)
def test_the_right_example_is_answered(code: Code, lenient: Asker, strict: Asker) -> None:
    if code.name == "cursor-with-search":
        return
    for asker in (lenient, strict):
        answer = asker.search(code.right)
        assert answer.status == 200
        assert answer.warnings is None


@pytest.mark.parametrize("code", [code for code in OVER_HTTP if code.wrong], ids=lambda code: code.name)
def test_the_corrected_request_is_accepted(code: Code, lenient: Asker, strict: Asker) -> None:
    corrected = strict.search(code.wrong).json["details"].get("corrected")
    if corrected is None:
        return
    for asker in (lenient, strict):
        answer = asker.search(corrected)
        if code.name == "cursor-with-search":
            # The cursor of the example was not issued by this store.
            assert answer.json["details"]["applicationError"]["data"]["problems"][0]["code"] == "bad-cursor"
        else:
            assert answer.status == 200


THREE_MORE = [{"fieldName": name} for name in ("status", "createdDate", "updatedDate")]


def test_all_codes_at_once_each_have_a_field(strict: Asker) -> None:
    answer = strict.search(
        {
            "filter": {}, "a.b": [], "search": {
                "filter": {
                    "paymentstatus": "PAID", "buyerInfo": {"email": "x"}, "number": {"$in": ["1"]}, "createdDate": "2024-01-01",
                    "status": {"$in": "APPROVED"}, "paymentStatus": "PAYED", "fulfillmentStatus": {"$in": []}, "id": "1",
                    "archived": {"$startsWith": "t"}, "updatedDate": "2024-01-01T00:00:00", "$and": 5,
                },
                "sort": [{"order": "up"}, {"fieldName": "checkoutId"}, {"fieldName": "number"}, {"fieldName": "number"}, 5, *THREE_MORE],
                "cursorPaging": {"limit": 1000, "offset": 5},
            },
        }
    )  # fmt: skip
    assert answer.status == 400
    found = {violation["data"]["code"] for violation in answer.violations}
    assert found >= {
        "ignored-key", "unknown-field", "unknown-operator", "operator-not-allowed", "operand-type", "operand-shape",
        "unknown-enum-value", "empty-list", "not-a-guid", "prefix-of-boolean", "no-offset", "wrong-shape", "bad-order",
        "missing-field-name", "not-sortable", "too-many-sorts", "limit-out-of-range",
    }  # fmt: skip
    assert {
        violation["field"] for violation in answer.violations if violation["field"].startswith("search.filter")
    } == {"search.filter"}


def test_corrected_keeps_its_numbers(lenient: Asker) -> None:
    sent = b'{"search": {"filter": {"pricesummary.total.amount": 0.10000000000000000000000001}}}'
    answer = lenient.search(sent)
    exact = json.loads(answer.content, parse_float=Decimal)["details"]["corrected"]
    assert exact == oq.check(sent, "request", form="wire").corrected


@pytest.mark.parametrize("name", sorted(NEEDS_THE_KEY))
def test_ignored_parts_are_reported_beside_a_refused_cursor(name: str, lenient: Asker) -> None:
    sent = json.loads(TOO_LONG_TO_PRINT[name](lenient))
    answer = lenient.search({**sent, "limit": 5})
    assert (answer.status, answer.code) == (400, "INVALID_CURSOR")
    assert answer.warnings is not None
    assert "ignored-key /limit" in answer.warnings
