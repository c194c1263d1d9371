"""What the text form says of a mistake: the words of its errors and warnings."""

from datetime import UTC, datetime

import pytest

from orderquery.diagnostics.diagnostic import Diagnostic
from orderquery.language.schema import load_schema
from orderquery.syntax.text_parser import parse_text

SCHEMA = load_schema()
NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def refusal(text: str) -> Diagnostic:
    search, diagnostics = parse_text(text, SCHEMA, NOW)
    assert search is None
    (diagnostic,) = diagnostics
    return diagnostic


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("createdDate <= 2024-01-31", "write createdDate < 2024-02-01"),
        ("createdDate > 2024-02-28", "write createdDate >= 2024-02-29"),
        ("createdDate = 2024-12-31", "write createdDate >= 2024-12-31 and createdDate < 2025-01-01"),
        ("createdDate != today", "write not (createdDate >= today and createdDate < 2024-05-07)"),
        ("`createdDate` = (2024-01-01, 2024-01-02)",
         "write `createdDate` >= 2024-01-01 and `createdDate` < 2024-01-02"),
        ("deliveryTimeSlotFromDate = 2024-01-31", 'write deliveryTimeSlotFromDate starts with "2024-01-31"'),
        ("deliveryTimeSlotToDate != today", 'write not deliveryTimeSlotToDate starts with "2024-05-06"'),
        ("createdDate >= 2024-01-31", None),
        ("createdDate < today", None),
        ("createdDate not in (2024-01-31)", None),
        ("createdDate = now", None),
        ('createdDate = "2024-01-31"', None),
        ("createdDate = 2024-02-30", None),
        ("createdDate = 9999-12-31", None),
        ("shippingInfo.title = 2024-01-31", None),
        ("unknown = 2024-01-31", None),
    ],
)  # fmt: skip
def test_a_bare_date_that_may_surprise_is_a_warning(text: str, advice: str | None) -> None:
    search, diagnostics = parse_text(text, SCHEMA, NOW)
    assert search is not None
    assert [d.help for d in diagnostics] == ([] if advice is None else [advice])
    for diagnostic in diagnostics:
        assert (diagnostic.code, diagnostic.severity, diagnostic.line) == ("bare-date", "warning", 1)
        assert diagnostic.column == text.index(" ", text.index(" ") + 1) + 2
        mended = (diagnostic.help or "").removeprefix("write ")
        assert parse_text(mended, SCHEMA, NOW)[1] == ()


NEXT = "and, or, order by, limit, after or the end of the text"
OPERATOR = "an operator such as =, in, starts with"
GOLDEN = [
    ("status = and archived = true", "1:10", "a value, found 'and'",
     "if 'and' is the value, put it in quotes: \"and\""),
    ("status =", "1:9", "a value, found the end of the text",
     "write a value after the operator; a field without one is found by is missing"),
    ("status = \n", "2:1", "a value, found the end of the text",
     "write a value after the operator; a field without one is found by is missing"),
    ("status == PAID", "1:9", "a value, found '='", "write ="),
    ("status <> PAID", "1:9", "a value, found '>'", "write !="),
    ("number => 5", "1:9", "a value, found '>'", "write >="),
    ("a = 1 && b = 2", "1:7", f"{NEXT}, found '&&'", "write and"),
    ("a = 1 || b = 2", "1:7", f"{NEXT}, found '||'", "write or"),
    ("!archived = true", "1:1", "a condition, found '!'", "write not"),
    ("shippingInfo.title like x", "1:20", f"{OPERATOR}, found 'like'",
     "write starts with, or has any for a field of many values"),
    ("status is PAID", "1:8", f"{OPERATOR}, found 'is'",
     "write is missing or is present; a value is compared with = or !="),
    ("status $eq PAID", "1:8", f"{OPERATOR}, found '$eq'", "write ="),
    ("number between 1 and 2", "1:8", f"{OPERATOR}, found 'between'", "write field >= low and field <= high"),
    ("status not PAID", "1:8", f"{OPERATOR}, found 'not'",
     "write not before the field; after it stand not in, does not exist and !="),
    ("status", "1:7", f"{OPERATOR}, found the end of the text",
     "status takes =, is missing, !=, is present, in, not in"),
    ("status: PAID", "1:9", f"{OPERATOR}, found 'PAID'", "write status = PAID"),
    ("nonsense here", "1:10", f"{OPERATOR}, found 'here'", "a condition is a field, an operator and a value"),
    ("where status = PAID", "1:7", f"{OPERATOR}, found 'status'", "leave out 'where'"),
    ("status = (PAID", "1:15", "',' or ')', found the end of the text", "close the parenthesis of line 1, column 10"),
    ("(status = PAID", "1:15", "and, or or ')', found the end of the text",
     "close the parenthesis of line 1, column 1"),
    ("status = PAID)", "1:14", f"{NEXT}, found ')'", "remove it, or open a parenthesis before"),
    ("status in (A,)", "1:14", "a value, found ')'", "remove the comma before ')'"),
    ("status in ((A))", "1:12", "a value or ')', found '('", "a list holds values, not lists"),
    ("status = A, B", "1:11", f"{NEXT}, found ','",
     "write and or or between conditions; a list of values stands in parentheses"),
    ("shippingInfo.title = Express Shipping", "1:30", f"{NEXT}, found 'Shipping'",
     'put a value of several words in quotes: "Express Shipping"; join conditions by and or or'),
    ("status = PAID archived = true", "1:15", f"{NEXT}, found 'archived'", "join conditions by and or or"),
    ("status = PAID;", "1:14", f"{NEXT}, found ';'", "remove it"),
    ("status = PAID sort by id", "1:15", f"{NEXT}, found 'sort'", "write order by"),
    ("status = PAID offset 5", "1:15", f"{NEXT}, found 'offset'",
     'pages follow one another by cursor: after "..."'),
    ("a = 1 or", "1:9", "a condition, found the end of the text", "write a condition there, or remove the last word"),
    ("and a = 1", "1:1", "a condition, found 'and'",
     "a condition begins with a field; one that is called 'and' stands in backticks"),
    ('"status" = PAID', "1:1", "a condition, found '\"status\"'",
     "a field name stands without quotes, an odd one in backticks"),
    ("()", "1:2", "a condition, found ')'", "write a condition such as archived = true, or everything"),
    ("order by", "1:9", "a field name, found the end of the text", "name the field to order by"),
    ("order by id descending", "1:13", "asc, desc, ',', limit, after or the end of the text, found 'descending'",
     "write asc or desc"),
    ("order by id number", "1:13", "asc, desc, ',', limit, after or the end of the text, found 'number'",
     "put a comma between fields; the directions are asc and desc"),
    ("limit 5 order by id", "1:9", "after or the end of the text, found 'order by'",
     "the order is: conditions, order by, limit, after"),
    ("limit ten", "1:7", "a whole number after limit, found 'ten'", "write limit 100, or less"),
    ("limit 2.0", "1:7", "a whole number after limit, found '2.0'", "write limit 100, or less"),
    ("limit", "1:6", "a whole number, found the end of the text", "write limit 100, or less"),
    ("after abc", "1:7", "a cursor in quotes, found 'abc'", 'write after "TOKEN", with the cursor of the page before'),
    ('status = "PAID', "1:10", 'a closing ", found the end of the text', 'close it with "'),
    ("status = 'a\nb'", "1:10", "a closing ', found the end of the line", "close it with '"),
    ("x = O'Brien", "1:6", "a closing ', found the end of the text",
     "close it with '; a value that holds an apostrophe stands in double quotes"),
    ("status = `PAID`", "1:10", "a number, true or false in backticks, found 'PAID'",
     "write \"PAID\" for the string, PAID without backticks for a value of the field's type"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "message", "advice"), GOLDEN)
def test_a_syntax_error_says_what_was_found_and_expected(text: str, where: str, message: str, advice: str) -> None:
    diagnostic = refusal(text)
    assert diagnostic.code == "text-syntax"
    assert f"{diagnostic.line}:{diagnostic.column}" == where
    assert diagnostic.message == f"expected {message}"
    assert diagnostic.help == advice


def test_a_bad_escape_is_told_where_it_stands() -> None:
    diagnostic = refusal('shippingInfo.title = "a\\qb"')
    assert (diagnostic.code, diagnostic.column, diagnostic.span) == ("text-syntax", 24, (23, 25))
    assert diagnostic.message == r"the escape '\q' means nothing"
