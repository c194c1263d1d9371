"""The text form: what it means, that it prints and reads back, and how it refuses."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderquery.diagnostics.diagnostic import Diagnostic
from orderquery.diagnostics.errors import UsageError
from orderquery.language import operators
from orderquery.language.limits import MAX_FILTER_LEVELS, MAX_SEARCH_BYTES
from orderquery.language.operators import ANY, OPERATORS, Spelling
from orderquery.language.schema import load_schema
from orderquery.syntax.ast import EVERYTHING, NOTHING, And, Comparison, Filter, Not, Or, Paging, Search, SortKey
from orderquery.syntax.ast import both as and_
from orderquery.syntax.ast import either as or_
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


def refusal(text: str) -> Diagnostic:
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
def test_precedence_and_its_mis_grouped_twin(text: str, tree: Filter, twin: str) -> None:
    assert read(text).filter == tree
    assert read(twin).filter != tree
    for written in (text, twin):
        assert print_text(read(written), SCHEMA).replace('"x"', "x") == written
    assert read(print_text(read(twin), SCHEMA)) == read(twin)


@pytest.mark.parametrize(
    ("text", "minimal"),
    [
        ("((a = 1))", "a = 1"),
        ("(a = 1 and b = 2) and c = 3", "a = 1 and b = 2 and c = 3"),
        ("(a = 1 and b = 2) or (c = 3)", "a = 1 and b = 2 or c = 3"),
        ("not (a = 1)", "not a = 1"),
        ("not (not (a = 1))", "not not a = 1"),
        ("everything and a = 1", "a = 1"),
        ("a = 1 or everything", "a = 1 or everything"),
        ("everything order by a asc", "order by a"),
    ],
)
def test_printing_uses_the_fewest_parentheses(text: str, minimal: str) -> None:
    assert print_text(read(text), SCHEMA) == minimal


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (eq("status", "PAID"), 'status = "PAID"'),
        (eq("status", "APPROVED"), "status = APPROVED"),
        (eq("paymentMethods", ("A", "and")), 'paymentMethods = ("A", "and")'),
        (eq("createdDate", DAY), f"createdDate = {DAY}"),
        (eq("createdDate", "2024-01-31"), 'createdDate = "2024-01-31"'),
        (eq("createdDate", "today"), 'createdDate = "today"'),
        (eq("number", 5), "number = 5"),
        (eq("number", "5"), 'number = "5"'),
        (eq("number", Decimal(5)), "number = `5.0`"),
        (eq("number", -5), "number = `-5`"),
        (eq("number", True), "number = `true`"),
        (eq("priceSummary.total.amount", Decimal("5.00")), "priceSummary.total.amount = 5.00"),
        (eq("priceSummary.total.amount", 5), "priceSummary.total.amount = 5"),
        (eq("priceSummary.total.amount", "5.00"), 'priceSummary.total.amount = "5.00"'),
        (eq("archived", False), "archived = false"),
        (eq("archived", "false"), 'archived = "false"'),
        (eq("archived", 1), "archived = `1`"),
        (Comparison("archived", "$exists", True), "archived exists"),
        (Comparison("status", "$ne", None), "status is present"),
        (Comparison("status", "$gt", None), "status > null"),
        (eq("any", 1), "`any` = 1"),
        (eq("a b", "\x00\u2028\n"), '`a b` = "\\u0000\\u2028\\n"'),
        (eq("", Decimal(3)), "`` = 3.0"),
        (eq("\ud83d\ude00", "\ud83d\ude00"), '`\\ud83d\\u{de00}` = "\\ud83d\\u{de00}"'),
    ],
)
def test_printing_picks_the_plainest_text_that_reads_back(node: Comparison, text: str) -> None:
    assert print_text(Search(node), SCHEMA) == text
    again = read(text).filter
    assert again == node
    assert isinstance(again, Comparison)
    assert isinstance(again.operand, Decimal) == isinstance(node.operand, Decimal) or node.field.endswith("amount")


@pytest.mark.parametrize(
    ("node", "names"),
    [
        (Comparison("status", "$regex", "x"), "$regex"),
        (Comparison("archived", "$exists", "yes"), "$exists"),
        (Comparison("archived", "$exists", 1), "$exists"),
        (eq("status", {"$gt": 1}), "status"),
        (eq("status", (("a",),)), "status"),
        (eq("priceSummary.total.amount", Decimal("NaN")), "NaN"),
    ],
)
def test_what_has_no_spelling_is_a_usage_error_that_names_it(node: Comparison, names: str) -> None:
    with pytest.raises(UsageError) as raised:
        print_text(Search(Not(node)), SCHEMA)
    assert names in str(raised.value)


def test_places_are_those_of_the_text() -> None:
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
    assert [at(leaf.field_place and leaf.field_place.span) for leaf in leaves] == ["status", "archived", "`a b`"]
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
def test_deep_text_is_refused_without_recursion(text: str) -> None:
    assert refusal(text).code == "too-deep"


@pytest.mark.parametrize(
    "text", ["not " * MAX_FILTER_LEVELS + "a = 1", nested(MAX_FILTER_LEVELS), "(" * 200 + "a = 1" + ")" * 200]
)
def test_the_deepest_text_prints_and_reads_back(text: str) -> None:
    search = read(text)
    assert read(print_text(search, SCHEMA)) == search


def test_a_tree_too_deep_to_read_back_is_not_printed() -> None:
    node = reduce(lambda inner, _: Not(inner), range(100_000), Not(A))
    with pytest.raises(UsageError, match="64"):
        print_text(Search(node), SCHEMA)


def test_the_limit_of_size_counts_bytes() -> None:
    assert refusal('a = "' + "é" * (MAX_SEARCH_BYTES // 2) + '"').code == "too-large"


# -- operators come from their rows -----------------------------------------------------------------------------


def test_a_row_added_at_run_time_is_spelled_without_a_change_to_the_grammar(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a sounds like b and not c is missing or sounds is  missing  AT ALL"
    refusal(text)
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
    refusal(text)


def test_every_spelling_is_read_and_printed() -> None:
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


SCALARS = (
    ANY_TEXT
    | st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["PAID", "APPROVED", "and", "any", "007", "true", "null", "2024-01-31", "today", DAY, "-7d", "5"])
    | st.datetimes().map(lambda moment: moment.isoformat() + "Z")
)  # fmt: skip
NAMES = st.sampled_from(list(SCHEMA.by_name)) | ANY_TEXT | st.sampled_from(["not", "is", "by", "exists", "order"])


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    name = draw(st.sampled_from(list(OPERATORS)))
    fixed = [spelling.operand for spelling in OPERATORS[name].spellings]
    operands = SCALARS | st.lists(SCALARS, max_size=3).map(tuple) if ANY in fixed else st.sampled_from(fixed)
    return Comparison(draw(NAMES), name, draw(operands))


FILTERS = st.recursive(
    comparisons() | st.just(EVERYTHING) | st.just(NOTHING),
    lambda inner: st.builds(Not, inner) | st.lists(inner, max_size=3).map(and_) | st.lists(inner, max_size=3).map(or_),
    max_leaves=6,
)
SEARCHES = st.builds(
    Search,
    FILTERS,
    st.lists(st.builds(SortKey, NAMES, st.booleans()), max_size=3).map(tuple),
    st.builds(Paging, st.none() | st.integers(), st.none() | ANY_TEXT),
)


def kinds(node: Filter) -> list[type]:
    if isinstance(node, Comparison):
        operands = node.operand if isinstance(node.operand, tuple) else (node.operand,)
        numeric = (SCHEMA.find(node.field) or SCHEMA.key).type.name == "amount"
        return [Decimal if numeric and type(operand) is int else type(operand) for operand in operands]
    children = (node.child,) if isinstance(node, Not) else node.children
    return [kind for child in children for kind in kinds(child)]


@settings(SAME, max_examples=400)
@given(SEARCHES)
def test_every_tree_prints_and_reads_back(search: Search) -> None:
    text = print_text(search, SCHEMA)
    text.encode()
    assert len(text.splitlines()) <= 1
    again, diagnostics = parse_text(text, SCHEMA, NOW)
    assert again == search
    assert diagnostics == ()
    assert kinds(again.filter) == kinds(search.filter)
    assert print_text(again, SCHEMA) == text
