"""Corrections and helps never turn a search into its opposite, or into another one."""

from __future__ import annotations

from typing import Any

import pytest

import orderquery as oq
from orderquery.compiler.query import same_condition
from orderquery.language.operators import OPERATORS

JSON = Any
APPROVED, OPEN = {"status": "APPROVED"}, {"archived": False}
EARLY, LATE = {"number": {"$lt": "5"}}, {"number": {"$gt": "9"}}


def first_help(source: JSON) -> tuple[str, str | None]:
    diagnostic = oq.check(source, "search").diagnostics[0]
    return diagnostic.help.split("\n")[0], diagnostic.fix


@pytest.mark.parametrize(
    "name", ["-status", "- status", "!status", "~status", "\u2212status", "not status", "status_not"]
)
def test_a_sign_before_a_field_is_never_dropped(name: str) -> None:
    for search in ({"filter": {name: "APPROVED"}}, {"filter": {"$or": [{name: "APPROVED"}]}}):
        report = oq.check(search, "search")
        assert (report.corrected, report.partly_corrected) == (None, None)
        assert first_help(search) == ('write: {"$not": {"status": ...}}', "guess")


@pytest.mark.parametrize("key", ["-status_eq", "+status", "status-", "buyerInfo.-email", "-$or", "!$and", "-nothing"])
def test_other_signs_are_never_dropped_either(key: str) -> None:
    value: JSON = [APPROVED] if "$" in key else "a"
    report = oq.check({"filter": {key: value}}, "search")
    assert report.errors
    assert (report.corrected, report.partly_corrected) == (None, None)


@pytest.mark.parametrize(
    ("written", "fixed"),
    [
        ("-createdDate", "createdDate desc"),
        ("-createddate", "createdDate desc"),
        ("\u2212createdDate", "createdDate desc"),
        ("-createdDate desc", "createdDate desc"),
        ("number, -createdDate", "number, createdDate desc"),
        ("-createdDate asc", None),
        ("+createdDate", "createdDate"),
        ("+createdDate asc", "createdDate asc"),
        ("+createdDate desc", None),
        ("~createdDate", None),
        ("--createdDate", None),
        ("createdDate-", None),
    ],
)
def test_a_sign_before_a_sort_field_of_the_text_form(written: str, fixed: str | None) -> None:
    text = f"status = APPROVED order by {written}"
    report = oq.check(text)
    assert [diagnostic.code for diagnostic in report.diagnostics] == ["unknown-field"]
    assert report.corrected == (None if fixed is None else f"status = APPROVED order by {fixed}")
    fixes = [fix.apply(text) for fix in oq.fixes(text, "text") if fix.certain]
    assert fixes == ([] if fixed is None else [report.corrected])


@pytest.mark.parametrize("minus", ["-", "\u2212", "\u2013"])
def test_a_minus_before_a_sort_field_of_json(minus: str) -> None:
    for sort in ([{"fieldName": f"{minus}createdDate"}], [f"{minus}createdDate"]):
        report = oq.check({"sort": sort}, "search")
        assert report.corrected == {"sort": [{"fieldName": "createdDate", "order": "DESC"}]}, sort


def test_a_plus_before_a_sort_field_of_json() -> None:
    for order, fixed in (({}, {}), ({"order": "ASC"}, {"order": "ASC"}), ({"order": "DESC"}, None)):
        report = oq.check({"sort": [{"fieldName": "+createdDate", **order}]}, "search")
        wanted = None if fixed is None else {"sort": [{"fieldName": "createdDate", **fixed}]}
        assert report.corrected == wanted, order


@pytest.mark.parametrize("name", ["newest", "latest first", "most recent"])
def test_an_order_in_words_is_that_of_dates(name: str) -> None:
    report = oq.check({"sort": [{"fieldName": name}]}, "search")
    assert report.diagnostics[0].help == 'write: {"fieldName": "createdDate", "order": "DESC"}'
    assert report.corrected is None


@pytest.mark.parametrize(
    "text", ["foo = number", "foo = paymentStatus", "PAID in paymentStatus", "foo < archived", "1 = 2"]
)
def test_a_name_that_is_no_value_of_a_field_stays_a_name(text: str) -> None:
    assert "write: " not in oq.check(text).diagnostics[0].help


@pytest.mark.parametrize("value", ["-PAID", "!PAID", "\u2212PAID", "~PAID"])
def test_a_sign_before_a_value_is_its_opposite(value: str) -> None:
    for operand in (value, {"$in": ["PAID", value]}):
        search = {"filter": {"paymentStatus": operand}}
        assert first_help(search) == ('did you mean "NOT_PAID"?', "guess")
        assert oq.check(search, "search").corrected is None


@pytest.mark.parametrize("operand", [APPROVED | OPEN, {"number": EARLY["number"] | LATE["number"]}])
@pytest.mark.parametrize("name", ["$or", "or", "OR", "$nor", "nor"])
def test_an_object_under_or_has_both_readings(name: str, operand: JSON) -> None:
    search = {"filter": {name: operand}}
    report = oq.check(search, "search")
    assert report.corrected is None
    found = report.diagnostics[-1]
    assert (found.code, found.fix) == ("wrong-shape", "guess")
    any_of, all_of = ("none of them", "not all of them") if "nor" in name else ("any of them", "all of them")
    assert f"] for {any_of}, or [" in found.help
    assert found.help.endswith(f"] for {all_of}")
    again = oq.check(report.partly_corrected or search, "search")
    assert again.plan is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"$and": APPROVED | OPEN}, APPROVED | OPEN),
        ({"and": APPROVED | OPEN}, APPROVED | OPEN),
        ({"$or": APPROVED}, APPROVED),
        ({"$nor": APPROVED}, {"$not": APPROVED}),
        ({"$or": {"$and": [APPROVED, OPEN]}}, APPROVED | OPEN),
        ({"$or": {"$not": APPROVED | OPEN}}, {"$not": APPROVED | OPEN}),
        ({"$or": {"buyerInfo": {"email": "a"}}}, {"buyerInfo.email": "a"}),
    ],
)
def test_an_object_of_one_condition_is_a_list_of_it(written: JSON, meant: JSON) -> None:
    report = oq.check({"filter": written}, "search")
    corrected = oq.compile(report.corrected, shape="search")
    assert same_condition(corrected.condition, oq.compile({"filter": meant}).condition)


@pytest.mark.parametrize("name", ["$or", "$nor", "or"])
def test_an_empty_object_under_or_is_not_corrected(name: str) -> None:
    assert oq.check({"filter": {name: {}}}, "search").corrected is None


def test_a_list_under_not_keeps_the_negation() -> None:
    help_, fix = first_help({"filter": {"$not": [APPROVED, OPEN]}})
    both = '[{"status": "APPROVED"}, {"archived": false}]'
    none, not_all = (f'{{"$not": {{"{name}": {both}}}}}' for name in ("$or", "$and"))
    assert (help_, fix) == (f"write: {none} for none of them, or {not_all} for not all of them", "guess")


NEGATED: list[tuple[str, JSON, JSON]] = [
    *(
        (name, ["a"], {"$nin": ["a"]})
        for name in (
            "$hasNone", "$hasNo", "$hasNot", "$nhas", "$nhasSome", "$notHasSome", "$hasSomeNot", "$notIn", "$not_in", "!in",
            "-in", "$noneOf", "$none", "$excludes", "$doesNotContain", "$notContains", "$containsNone", "$notAnyOf",
        )
    ),
    *((name, "a", {"$ne": "a"}) for name in ("$neq", "$notEq", "$notEquals", "$isNot", "$unequal", "!eq")),
    *((name, True, {"$ne": None}) for name in ("$isNotNull", "$notNull", "$isNotEmpty", "$notEmpty", "$isNotMissing")),
    *((name, True, None) for name in ("$doesNotExist", "$nexists", "$isMissing", "$undefined", "$notPresent")),
    *((name, False, None) for name in ("$isNotNull", "$notEmpty")),
]  # fmt: skip


@pytest.mark.parametrize(("key", "operand", "meant"), NEGATED, ids=[f"{row[0]} {row[1]}" for row in NEGATED])
def test_a_guess_of_an_operator_keeps_its_negation(key: str, operand: JSON, meant: JSON) -> None:
    assert key not in OPERATORS, f"{key} is an operator: remove it from NEGATED"
    search = {"filter": {"paymentMethods": {key: operand}}}
    report = oq.check(search, "search")
    assert report.corrected is None
    written = oq.check(search, "search").diagnostics[0].help.split("\n")[0].removesuffix(" for any value")
    shown = oq.compile(f'{{"filter": {written.removeprefix("write: ").removesuffix(" for no value")}}}', shape="search")
    assert same_condition(shown.condition, oq.compile({"filter": {"paymentMethods": meant}}).condition)


@pytest.mark.parametrize(
    ("field", "key", "operand", "help_"),
    [
        ("buyerInfo.email", "$hasNone", ["a"], 'write: {"$not": {"buyerInfo.email": {"$in": ["a"]}}}'),
        ("buyerInfo.email", "$nstartsWith", "a", 'write: {"$not": {"buyerInfo.email": {"$startsWith": "a"}}}'),
        ("buyerInfo.email", "$isNotNull", True, 'write: {"buyerInfo.email": {"$exists": true}}'),
        ("number", "$ngt", "5", 'write: {"$not": {"number": {"$gt": "5"}}}'),
        ("paymentMethods", "$notHasAll", ["a"], 'write: {"$not": {"paymentMethods": {"$hasAll": ["a"]}}}'),
        ("paymentMethods", "$nhasAll", ["a"], 'write: {"$not": {"paymentMethods": {"$hasAll": ["a"]}}}'),
        ("paymentMethods", "$hasAny", ["a"], 'write: {"paymentMethods": {"$hasSome": ["a"]}}'),
    ],
)
def test_a_guess_has_the_operators_of_the_field(field: str, key: str, operand: JSON, help_: str) -> None:
    assert key not in OPERATORS, f"{key} is an operator: remove its rows here"
    search = {"filter": {field: {key: operand}}}
    assert first_help(search) == (help_, "guess")
    assert oq.check({"filter": oq.check(help_.removeprefix("write: "), "search").request}, "search").ok


def test_no_near_operator_is_the_opposite() -> None:
    for name in oq.load_schema().by_name:
        for operator in ("exists", "startsWith", "hasSome", "hasAll", "isNull"):
            report = oq.check({"filter": {name: {f"$n{operator}": True}}}, "search")
            assert report.corrected is None, (name, operator)
