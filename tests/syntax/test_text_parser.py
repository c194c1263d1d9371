"""The text form, parsed: its meaning, its places, its limits, and printing it back."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderquery.diagnostics.diagnostic import Diagnostic
from orderquery.language import operators
from orderquery.language.limits import MAX_FILTER_LEVELS, MAX_SEARCH_BYTES
from orderquery.language.operators import ANY, OPERATORS, Spelling
from orderquery.language.schema import load_schema
from orderquery.syntax.ast import EVERYTHING, NOTHING, And, Comparison, Filter, Not, Or, Paging, Search, SortKey
from orderquery.syntax.text_parser import parse_text
from orderquery.syntax.text_printer import print_text

SCHEMA = load_schema()
NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
SAME = settings(max_examples=150, deadline=None, derandomize=True)
DAY = "2024-01-31T00:00:00.000Z"


def read(text: str) -> Search:
    search, diagnostics = parse_text(text, SCHEMA, NOW)
    assert [d for d in diagnostics if d.severity == "error"] == []
    assert search is not None
    return search


def error_of(text: str) -> Diagnostic:
    search, (diagnostic,) = parse_text(text, SCHEMA, NOW)
    assert search is None
    assert diagnostic.pointer is None
    assert diagnostic.span == diagnostic.place.span
    return diagnostic


def eq(field: str, operand: object = "x") -> Comparison:
    return Comparison(field, "$eq", operand)


def test_the_example() -> None:
    text = """paymentStatus = PAID and fulfillmentStatus in (NOT_FULFILLED, PARTIALLY_FULFILLED)
      and createdDate >= 2024-01-01 and not buyerInfo.email starts with "test"
      and lineItems.productName.original has any ("Shoe", "Watch") and shippingInfo.title is missing
      order by createdDate desc, number limit 50"""
    search, diagnostics = parse_text(text, SCHEMA)
    assert diagnostics == ()
    assert search == Search(
        And(
            (
                eq("paymentStatus", "PAID"),
                Comparison("fulfillmentStatus", "$in", ("NOT_FULFILLED", "PARTIALLY_FULFILLED")),
                Comparison("createdDate", "$gte", "2024-01-01T00:00:00.000Z"),
                Not(Comparison("buyerInfo.email", "$startsWith", "test")),
                Comparison("lineItems.productName.original", "$hasSome", ("Shoe", "Watch")),
                eq("shippingInfo.title", None),
            )
        ),
        (SortKey("createdDate", True), SortKey("number")),
        Paging(50),
    )
    assert print_text(search, SCHEMA) == (
        "paymentStatus = PAID and fulfillmentStatus in (NOT_FULFILLED, PARTIALLY_FULFILLED) and createdDate >= "
        '2024-01-01T00:00:00.000Z and not buyerInfo.email starts with "test" and lineItems.productName.original has '
        'any ("Shoe", "Watch") and shippingInfo.title is missing order by createdDate desc, number limit 50'
    )


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("", Search()),
        (" \n ", Search()),
        ("everything", Search()),
        ("nothing", Search(NOTHING)),
        ("limit 5", Search(paging=Paging(5))),
        ("limit -5", Search(paging=Paging(-5))),
        ("ORDER  BY number DESC, id asc, a", Search(sort=(SortKey("number", True), SortKey("id"), SortKey("a")))),
        ('after "tok.en"', Search(paging=Paging(None, "tok.en"))),
        ('status = PAID order by id limit 3 after ""', Search(eq("status", "PAID"), (SortKey("id"),), Paging(3, ""))),
        ("`and` = 1 order by `limit`, `a \\` b`", Search(eq("and", 1), (SortKey("limit"), SortKey("a ` b")))),
    ],
)  # fmt: skip
def test_whole_searches(text: str, search: Search) -> None:
    assert read(text) == search
    assert read(print_text(search, SCHEMA)) == search


@pytest.mark.parametrize(
    ("text", "field", "operator", "operand"),
    [
        ("archived = true", "archived", "$eq", True),
        ("archived = TRUE", "archived", "$eq", True),
        ('archived = "true"', "archived", "$eq", "true"),
        ("status != APPROVED", "status", "$ne", "APPROVED"),
        ("status!=APPROVED", "status", "$ne", "APPROVED"),
        ("number>=10", "number", "$gte", 10),
        ("number < 007", "number", "$lt", "007"),
        ('number <= "10"', "number", "$lte", "10"),
        ("priceSummary.total.amount > 5.00", "priceSummary.total.amount", "$gt", Decimal("5.00")),
        ("createdDate < 2024-01-31", "createdDate", "$lt", DAY),
        ('createdDate < "2024-01-31"', "createdDate", "$lt", "2024-01-31"),
        ("createdDate < 2024-01-31T09:30:00+05:00", "createdDate", "$lt", "2024-01-31T09:30:00+05:00"),
        ("createdDate >= -7d", "createdDate", "$gte", "2024-04-29T07:08:09.000Z"),
        ("createdDate >= today", "createdDate", "$gte", "2024-05-06T00:00:00.000Z"),
        ("buyerInfo.email = o.k+x@example.com", "buyerInfo.email", "$eq", "o.k+x@example.com"),
        ("shippingInfo.title = 5", "shippingInfo.title", "$eq", "5"),
        ("shippingInfo.title = `5`", "shippingInfo.title", "$eq", 5),
        ("shippingInfo.title = `true`", "shippingInfo.title", "$eq", True),
        ("shippingInfo.title = missing", "shippingInfo.title", "$eq", "missing"),
        ("shippingInfo.title = 'a \"b\" \\'c\\''", "shippingInfo.title", "$eq", "a \"b\" 'c'"),
        ('shippingInfo.title = "\\u0041\\n\\ud800"', "shippingInfo.title", "$eq", "A\n\ud800"),
        ("shippingInfo.title = null", "shippingInfo.title", "$eq", None),
        ("shippingInfo.title is missing", "shippingInfo.title", "$eq", None),
        ("shippingInfo.title Is \n Present", "shippingInfo.title", "$ne", None),
        ("archived exists", "archived", "$exists", True),
        ("archived does not exist", "archived", "$exists", False),
        ("status not in ()", "status", "$nin", ()),
        ('status NOT IN (PAID, null, "x")', "status", "$nin", ("PAID", None, "x")),
        ("status in PAID", "status", "$in", "PAID"),
        ("paymentMethods has all (A)", "paymentMethods", "$hasAll", ("A",)),
        ("paymentMethods = (A, B)", "paymentMethods", "$eq", ("A", "B")),
        ("unknown = 5", "unknown", "$eq", 5),
        ("unknown = -5.50", "unknown", "$eq", Decimal("-5.50")),
        ("unknown = 1e3", "unknown", "$eq", Decimal(1000)),
        ("unknown = 05", "unknown", "$eq", "05"),
        ("unknown = true", "unknown", "$eq", True),
        ("unknown = today", "unknown", "$eq", "today"),
        ("android = notable", "android", "$eq", "notable"),
    ],
)
def test_comparisons(text: str, field: str, operator: str, operand: object) -> None:
    comparison = read(text).filter
    assert comparison == Comparison(field, operator, operand)
    assert isinstance(comparison, Comparison)
    assert type(comparison.operand) is type(operand)
    assert read(print_text(Search(comparison), SCHEMA)).filter == comparison


A, B, C = eq("a"), eq("b"), eq("c")


@pytest.mark.parametrize(
    ("text", "tree", "twin"),
    [
        ("a = x or b = x and c = x", Or((A, And((B, C)))), "(a = x or b = x) and c = x"),
        ("a = x and b = x or c = x", Or((And((A, B)), C)), "a = x and (b = x or c = x)"),
        ("not a = x and b = x", And((Not(A), B)), "not (a = x and b = x)"),
        ("not a = x or b = x", Or((Not(A), B)), "not (a = x or b = x)"),
        ("a = x and not b = x or c = x", Or((And((A, Not(B))), C)), "a = x and not (b = x or c = x)"),
        ("not not a = x", Not(Not(A)), "not a = x"),
        ("not everything or a = x", Or((Not(EVERYTHING), A)), "not (everything or a = x)"),
    ],
)
def test_precedence_and_its_other_grouping(text: str, tree: Filter, twin: str) -> None:
    assert read(text).filter == tree
    assert read(twin).filter != tree
    for written in (text, twin):
        assert print_text(read(written), SCHEMA).replace('"x"', "x") == written
    assert read(print_text(read(twin), SCHEMA)) == read(twin)


def test_places_are_spans_of_the_text() -> None:
    text = '(status in (PAID, "x") or archived exists) and `a b` != 5 order by number desc, id limit 7 after "t"'
    search = read(text)

    def at(span: tuple[int, int] | None) -> str:
        assert span is not None
        return text[slice(*span)]

    assert isinstance(search.filter, And)
    either_, last = search.filter.children
    assert isinstance(either_, Or)
    leaves = [child for child in (*either_.children, last) if isinstance(child, Comparison)]
    assert [at(leaf.place.span) for leaf in leaves] == ['(PAID, "x")', "exists", "5"]
    assert [at(leaf.field_place.span) for leaf in leaves] == ["status", "archived", "`a b`"]
    assert [at(key.place.span) for key in search.sort] == ["number", "id"]
    assert at(search.filter_place.span) == '(status in (PAID, "x") or archived exists) and `a b` != 5'
    assert at(search.sort_place.span) == "order by number desc, id"
    assert at(search.paging.place.span) == "7"
    assert read('after "t"').paging.place.span == (6, 9)


def nested(depth: int) -> str:
    """Alternate and, or: flattening leaves it as deep as it is written."""
    text = "a = 1"
    for level in range(depth):
        text = f"b = 2 {('and', 'or')[level % 2]} ({text})"
    return text


@pytest.mark.parametrize("text", ["not " * 65 + "a = 1", "not " * 100_000 + "a = 1", nested(65), "(" * 201])
def test_deep_text_is_an_error_without_recursion(text: str) -> None:
    assert error_of(text).code == "too-deep"


@pytest.mark.parametrize(
    "text", ["not " * MAX_FILTER_LEVELS + "a = 1", nested(MAX_FILTER_LEVELS), "(" * 200 + "a = 1" + ")" * 200]
)
def test_the_deepest_text_prints_and_parses_back(text: str) -> None:
    search = read(text)
    assert read(print_text(search, SCHEMA)) == search


def test_the_limit_of_size_counts_bytes() -> None:
    assert error_of('a = "' + "é" * (MAX_SEARCH_BYTES // 2) + '"').code == "too-large"


# -- operators come from their table ----------------------------------------------------------------------------


def test_an_operator_added_at_run_time_needs_no_change_of_the_grammar(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a sounds like b and not c is missing or sounds is  missing  AT ALL"
    error_of(text)
    toy = replace(OPERATORS["$startsWith"], name="$sounds", spellings=(Spelling("sounds like"), Spelling("~/")))
    gone = replace(toy, name="$gone", spellings=(Spelling("is missing at all", True), Spelling("is", ANY)))
    monkeypatch.setitem(operators.OPERATORS, "$sounds", toy)
    monkeypatch.setitem(operators.OPERATORS, "$gone", gone)
    search = read(text)
    assert search.filter == Or((
        And((Comparison("a", "$sounds", "b"), Not(eq("c", None)))), Comparison("sounds", "$gone", True),
    ))  # fmt: skip
    assert read("a ~/ b and c is d").filter == And((Comparison("a", "$sounds", "b"), Comparison("c", "$gone", "d")))
    printed = print_text(search, SCHEMA)
    assert printed == 'a sounds like "b" and not c is missing or `sounds` is missing at all'
    assert read(printed) == search
    monkeypatch.undo()
    error_of(text)


def test_every_spelling_parses_and_prints() -> None:
    for name, row in OPERATORS.items():
        for spelling in row.spellings:
            operand, rest = ("x", ' "x"') if spelling.operand is ANY else (spelling.operand, "")
            node = Comparison("a", name, operand)
            assert read(f"a {spelling.words.upper()}{rest}").filter == node
            assert print_text(Search(node), SCHEMA) == f"a {spelling.words}{rest}"


# -- properties -------------------------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
WORDS = st.sampled_from([
    "and", "or", "not", "(", ")", ",", "=", "!=", "<", "in", "not in", "starts with", "is missing", "exists", "null",
    "order by", "limit", "after", "asc", "desc", "5", "2024-01-31", "today", "-7d", "status", "createdDate", '"x"',
    "'", '"', "`a`", "`", "everything", "nothing", "!", ";", "\\", "\n", "\ud800", "number", "true",
])  # fmt: skip


@SAME
@given(ANY_TEXT | st.lists(WORDS, max_size=14).map(" ".join) | st.lists(WORDS, max_size=14).map("".join))
def test_no_text_raises(text: str) -> None:
    search, diagnostics = parse_text(text, SCHEMA, NOW)
    if search is None:
        (diagnostic,) = diagnostics
        start, end = diagnostic.span or (-1, -1)
        assert 0 <= start <= end <= len(text)
        assert diagnostic.severity == "error"
    else:
        assert parse_text(print_text(search, SCHEMA), SCHEMA, NOW)[0] == search
    for diagnostic in diagnostics:
        diagnostic.message.encode()
        diagnostic.help.encode()
