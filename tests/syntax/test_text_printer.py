"""The text form, printed: the clearest text that parses back to an equal search."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderquery.diagnostics.errors import UsageError
from orderquery.language.operators import ANY, OPERATORS
from orderquery.language.schema import load_schema
from orderquery.syntax.ast import EVERYTHING, NOTHING, Comparison, Filter, Not, Paging, Search, SortKey
from orderquery.syntax.ast import both as and_
from orderquery.syntax.ast import either as or_
from orderquery.syntax.text_parser import parse_text
from orderquery.syntax.text_printer import print_text

SCHEMA = load_schema()
NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
DAY = "2024-01-31T00:00:00.000Z"


def read(text: str) -> Search:
    search, diagnostics = parse_text(text, SCHEMA, NOW)
    assert [d for d in diagnostics if d.severity == "error"] == []
    assert search is not None
    return search


def eq(field: str, operand: object = "x") -> Comparison:
    return Comparison(field, "$eq", operand)


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
def test_printing_picks_the_clearest_text_that_parses_back(node: Comparison, text: str) -> None:
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
def test_an_inexpressible_condition_is_a_usage_error_that_names_it(node: Comparison, names: str) -> None:
    with pytest.raises(UsageError) as raised:
        print_text(Search(Not(node)), SCHEMA)
    assert names in str(raised.value)


def test_a_tree_too_deep_to_parse_back_is_not_printed() -> None:
    node = reduce(lambda inner, _: Not(inner), range(100_000), Not(eq("a")))
    with pytest.raises(UsageError, match="64"):
        print_text(Search(node), SCHEMA)


# -- properties -------------------------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
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


@settings(max_examples=400, deadline=None, derandomize=True)
@given(SEARCHES)
def test_every_tree_prints_and_parses_back(search: Search) -> None:
    text = print_text(search, SCHEMA)
    text.encode()
    assert len(text.splitlines()) <= 1
    again, diagnostics = parse_text(text, SCHEMA, NOW)
    assert again == search
    assert diagnostics == ()
    assert kinds(again.filter) == kinds(search.filter)
    assert print_text(again, SCHEMA) == text
