"""The text form: messages and help of its errors and warnings."""

from datetime import UTC, datetime

import pytest

from orderquery.diagnostics.diagnostic import Diagnostic
from orderquery.language.schema import load_schema
from orderquery.language.written_times import UNITS
from orderquery.syntax.text_parser import parse_text

SCHEMA = load_schema()
NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def error_of(text: str) -> Diagnostic:
    search, diagnostics = parse_text(text, SCHEMA, NOW)
    assert search is None
    (diagnostic,) = diagnostics
    return diagnostic


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("createdDate <= 2024-01-31", "write: createdDate < 2024-02-01"),
        ("createdDate > 2024-02-28", "write: createdDate >= 2024-02-29"),
        ("createdDate = 2024-12-31", "write: createdDate >= 2024-12-31 and createdDate < 2025-01-01"),
        ("createdDate != today", "write: not (createdDate >= 2024-05-06 and createdDate < 2024-05-07)"),
        ("`createdDate` = (2024-01-01, 2024-01-02)",
         "write: `createdDate` >= 2024-01-01 and `createdDate` < 2024-01-02"),
        ("deliveryTimeSlotFromDate = 2024-01-31", 'write: deliveryTimeSlotFromDate starts with "2024-01-31"'),
        ("createdDate = yesterday", "write: createdDate >= yesterday and createdDate < today"),
        ("createdDate > yesterday", "write: createdDate >= today"),
        ("deliveryTimeSlotToDate != today", 'write: not deliveryTimeSlotToDate starts with "2024-05-06"'),
        ("createdDate >= 2024-01-31", None),
        ("createdDate < today", None),
        ("createdDate not in (2024-01-31)", None),
        ("createdDate = now", None),
        ('createdDate = "2024-01-31"', "write: createdDate >= 2024-01-31 and createdDate < 2024-02-01"),
        ("createdDate = 2024-02-30", None),
        ("createdDate = 9999-12-31", None),
        ("shippingInfo.title = 2024-01-31", None),
        ("unknown = 2024-01-31", None),
    ],
)  # fmt: skip
def test_a_bare_date_with_the_wrong_operator_is_a_warning(text: str, advice: str | None) -> None:
    search, diagnostics = parse_text(text, SCHEMA, NOW)
    assert search is not None
    assert [d.help for d in diagnostics] == ([] if advice is None else [advice])
    for diagnostic in diagnostics:
        assert (diagnostic.code, diagnostic.severity, diagnostic.line) == ("bare-date", "warning", 1)
        assert diagnostic.column == text.index(" ", text.index(" ") + 1) + 2
        corrected = (diagnostic.help or "").removeprefix("write: ")
        assert parse_text(corrected, SCHEMA, NOW)[1] == ()


NEXT = '"and", "or", "order by", "limit", "after" or the end of the text'
OPERATOR = 'an operator such as "=", "in", "starts with"'
JAVASCRIPT = "this is JavaScript, not the text form"
SQL = "this is SQL, not the text form"
TOTAL = "priceSummary.total.amount"
GOLDEN = [
    ("status = and archived = true", "1:10", 'expected a value, found "and"', "add a value; to find orders without one, write: is missing"),
    ("status =", "1:9", "expected a value, found the end of the text",
     "add a value; to find orders without one, write: is missing"),
    ("status = \n", "2:1", "expected a value, found the end of the text",
     "add a value; to find orders without one, write: is missing"),
    ("status == PAID", "1:9", 'expected a value, found "="', "write: status = PAID"),
    ("status <> PAID", "1:9", 'expected a value, found ">"', "write: status != PAID"),
    ("number => 5", "1:9", 'expected a value, found ">"', "write: number >= 5"),
    ("a = 1 && b = 2", "1:7", f'expected {NEXT}, found "&&"', 'write "and" instead of "&&"'),
    ("a = 1 || b = 2", "1:7", f'expected {NEXT}, found "||"', 'write "or" instead of "||"'),
    ("!archived = true", "1:1", 'expected a condition, found "!"', 'write "not" instead of "!"'),
    ("buyerInfo.email like x", "1:17", f'expected {OPERATOR}, found "like"', "write: buyerInfo.email starts with x"),
    ("shippingInfo.title like x", "1:20", f'expected {OPERATOR}, found "like"',
     "write: shippingInfo.title = VALUE\noperators of shippingInfo.title: =, is missing, !=, is present, in, not in"),
    ("paymentMethods hasSome (A)", "1:16", f'expected {OPERATOR}, found "hasSome"',
     "write: paymentMethods has any (A)"),
    ("status is PAID", "1:8", f'expected {OPERATOR}, found "is"', "write: status = PAID"),
    ("status $eq PAID", "1:8", f'expected {OPERATOR}, found "$eq"', "write: status = PAID"),
    ("number between 5", "1:17", 'expected "and", found the end of the text', "write: number between 5 and VALUE"),
    ("number between 5 or 6", "1:18", 'expected "and", found "or"', "write: number between 5 and VALUE"),
    ("number between (1, 2)", "1:16", 'expected a value, found "("', "write: number between 1 and 2"),
    ("number not between [1, 2]", "1:22", 'expected "and", found ","', "write: number not between 1 and 2"),
    ("number between and 2", "1:16", 'expected a value, found "and"', "write: number between LOW and HIGH"),
    ("status not PAID", "1:8", f'expected {OPERATOR}, found "not"', "write: status != PAID"),
    ("status", "1:7", f'expected {OPERATOR}, found the end of the text',
     "write: status = VALUE\noperators of status: =, is missing, !=, is present, in, not in"),
    ("status: PAID", "1:9", f'expected {OPERATOR}, found "PAID"', "write: status = PAID"),
    ("nonsense here", "1:10", f'expected {OPERATOR}, found "here"', "write: FIELD = VALUE"),
    ("where status = PAID", "1:7", f'expected {OPERATOR}, found "status"', 'remove "where"'),
    ("status = (PAID", "1:15", 'expected "," or ")", found the end of the text',
     "close the parenthesis at line 1, column 10"),
    ("(status = PAID", "1:15", 'expected "and", "or" or ")", found the end of the text',
     "close the parenthesis at line 1, column 1"),
    ("status = PAID)", "1:14", f'expected {NEXT}, found ")"', 'remove it, or add the missing "("'),
    ("status in (A,)", "1:14", 'expected a value, found ")"', 'remove the comma before ")"'),
    ("status in ((A))", "1:12", 'expected a value or ")", found "("', "a list cannot contain a list"),
    ("status = A, B", "1:11", f'expected {NEXT}, found ","',
     "write: status in (A, B)"),
    *(
        (f"{TOTAL} {rest}", f"1:{len(TOTAL) + rest.index(',') + 2}", f'expected {NEXT}, found ","', f"write {amount}")
        for rest, amount in [("> 100,50", "100.50"), ("= 1.000,50", "1000.50"), ("<= 1,000", "1000 or 1.000")]
    ),
    (f"{TOTAL} between 10,50 and 20", "1:37", 'expected "and", found ","', "write 10.50"),
    *(
        (f"createdDate >= {rest}", f"1:{15 + len(rest.split(' ')[0]) + 2}", f'expected {NEXT}, found "{found}"', help_)
        for rest, found, help_ in [
            ("7 days ago", "days", f"write: createdDate >= -7d\n{UNITS}"),
            ("now - 7d", "-", f"write: createdDate >= -7d\n{UNITS}"),
            ("-6 months", "months", f"write: createdDate >= -180d\n{UNITS}"),
        ]
    ),
    ("shippingInfo.title = 7 days", "1:24", f'expected {NEXT}, found "days"',
     'put a value of several words in quotes: "7 days"'),
    ("shippingInfo.title = \u201cExpress Shipping\u201d", "1:31", f'expected {NEXT}, found "Shipping\u201d"',
     'use straight quotes: "Express Shipping"'),
    ("shippingInfo.title = Express Shipping", "1:30", f'expected {NEXT}, found "Shipping"',
     'put a value of several words in quotes: "Express Shipping"'),
    ("status = PAID archived = true", "1:15", f'expected {NEXT}, found "archived"',
     'join conditions with "and" or "or"'),
    ("status = PAID;", "1:14", f'expected {NEXT}, found ";"', "remove the semicolon"),
    ("status = PAID sort by id", "1:15", f'expected {NEXT}, found "sort"', "write: order by id"),
    ("status = PAID offset 5", "1:15", f'expected {NEXT}, found "offset"',
     'use the cursor of the previous page: after "CURSOR"'),
    ("a = 1 or", "1:9", "expected a condition, found the end of the text", "add a condition, or remove the last word"),
    ("and a = 1", "1:1", 'expected a condition, found "and"',
     'remove "and"'),
    ('"status" = PAID', "1:1", 'expected a condition, found the string "status"', "write the field name without quotes"),
    ("()", "1:2", 'expected a condition, found ")"', "add a condition such as: archived = true"),
    ("order by", "1:9", "expected a field name, found the end of the text", "add the field to sort by"),
    ("order by id descending", "1:13",
     'expected "asc", "desc", ",", "limit", "after" or the end of the text, found "descending"',
     "write: order by id desc"),
    ("order by id number", "1:13",
     'expected "asc", "desc", ",", "limit", "after" or the end of the text, found "number"',
     "put a comma between sort fields: order by id, number"),
    ("limit 5 order by id", "1:9", 'expected "after" or the end of the text, found "order by"',
     "write the parts in this order: conditions, order by, limit, after"),
    ("limit ten", "1:7", 'expected a whole number after limit, found "ten"', "write: limit 100"),
    ("limit 2.0", "1:7", 'expected a whole number after limit, found "2.0"', "write: limit 2"),
    ("limit '10'", "1:7", 'expected a whole number, found the string "10"', "write: limit 10"),
    ("limit", "1:6", "expected a whole number, found the end of the text", "write: limit 100"),
    ("filter: {status: 'PAID'}", "1:9", "this is an object without its braces, not the text form",
     "put it in braces: { ... }"),
    ("filter: status=APPROVED", "1:9", '"filter:" does not belong to the text form', "write: status=APPROVED"),
    ('POST /ecom/v1/orders/search {"search": {}}', "1:6", "this is an HTTP request, not the text form",
     "pass only the body, the { ... } object"),
    ("fetch(url, {body: {search: {}}})", "1:6", "this is JavaScript, not the text form",
     "pass only the { ... } object"),
    ("after abc", "1:7", 'expected a cursor in quotes, found "abc"',
     'use the cursor of the previous page: after "CURSOR"'),
    ('status = "PAID', "1:10", 'missing closing " before the end of the text', 'close it with "'),
    ("status = 'a\nb'", "1:10", "missing closing ' before the end of the line", "close it with '"),
    ("x = O'Brien", "1:6", "missing closing ' before the end of the text",
     "put a value with an apostrophe in double quotes"),
    ("status = `PAID`", "1:10", 'expected a number, true or false in backticks, found "PAID"', 'write: "PAID"'),
    ("status is not null", "1:8", f'expected {OPERATOR}, found "is"', "write: status is present"),
    ("status is not PAID", "1:8", f'expected {OPERATOR}, found "is"', "write: status != PAID"),
    ("status not exists", "1:8", f'expected {OPERATOR}, found "not"', "write: status is missing"),
    ("status not like x", "1:8", f'expected {OPERATOR}, found "not"', "write: status = VALUE\noperators of status: =, is missing, !=, is present, in, not in"),
    ("status not present", "1:8", f'expected {OPERATOR}, found "not"', "write: status is missing"),
    ("`a b` does exist", "1:7", f'expected {OPERATOR}, found "does"', "write: `a b` is present"),
    ("createdDate > -30 days", "1:19", f'expected {NEXT}, found "days"', "write: createdDate > -30d\nrelative dates: now, today, yesterday, -30m (minutes), -12h (hours), -7d (days), -2w (weeks)"),
    ("buyerInfo.email contains x", "1:17", f'expected {OPERATOR}, found "contains"',
     'no operator finds a part of a text; "starts with" finds the start of one'),
    ("status=APPROVED&number=1", "1:1", "this is the query of a URL, not the text form",
     "write: status = APPROVED and number = 1"),
    ("status=APPROVED&status=PENDING", "1:1", "this is the query of a URL, not the text form",
     "write a condition such as: paymentStatus = PAID"),
    ("number = 10,001", "1:12",
     'expected "and", "or", "order by", "limit", "after" or the end of the text, found ","', "write 10001"),
    ("number between 10,001 and 10,005", "1:18", 'expected "and", found ","', "write 10001"),
    ("number between null and null", "1:16", '"between" does not take null', "add the values"),
    ("query { orders { id } }", "1:1", "this is GraphQL, not the text form",
     "write a condition such as: paymentStatus = PAID"),
    ("DELETE FROM orders", "1:1", "this is SQL that changes data, not the text form",
     "write a condition such as: paymentStatus = PAID"),
    ("SELECT * FROM orders WHERE buyerInfo.email LIKE '%a%'", "1:1", SQL,
     'no operator finds a part of a text; "starts with" finds its start'),
    ("status:APPROVED AND buyerInfo.email:*a*", "1:17",
     f'expected {OPERATOR}, found "AND"', "write: status = APPROVED"),
    ("paymentMethods contains x", "1:16", f'expected {OPERATOR}, found "contains"',
     "write: paymentMethods has any (x)"),
    ("const q = {filter: {a: 1}}", "1:7", JAVASCRIPT, "pass only the { ... } object"),
    ("orders.searchOrders({filter: {}})", "1:20", JAVASCRIPT, "pass only the { ... } object"),
    ("orders.filter(o => o.paymentStatus === 'PAID')", "1:14", JAVASCRIPT, "write: paymentStatus = PAID"),
    ("orders.filter((o) => o.status !== 'APPROVED' && o?.archived === true);", "1:14", JAVASCRIPT,
     "write: status != APPROVED and archived = true"),
    ('paymentStatus === "PAID"', "1:16", JAVASCRIPT, "write: paymentStatus = PAID"),
    ("order.shippingInfo.title === 'By \"air\"'", "1:27", JAVASCRIPT,
     'write: shippingInfo.title = "By \\"air\\""'),
    ("orders.filter(o => o.total > max)", "1:14", JAVASCRIPT, "write a condition such as: paymentStatus = PAID"),
    ("select * from orders", "1:1", SQL, "write: everything"),
    ("SELECT * FROM orders WHERE status = 'APPROVED' AND number <> 5;", "1:1", SQL,
     "write only the condition: status = APPROVED AND number != 5"),
    ("select id from orders o where o.shippingInfo.title is not null order by number desc limit 5", "1:1", SQL,
     "write only the condition: shippingInfo.title is present order by number desc limit 5"),
    ("select id from orders where buyerInfo.email like 'a b%'", "1:1", SQL,
     'write only the condition: buyerInfo.email starts with "a b"'),
    ("select id from orders where total > 5", "1:1", SQL,
     "write only the condition, such as: paymentStatus = PAID"),
    ("select * from orders order by number desc limit 3", "1:1", SQL, "write: order by number desc limit 3"),
    ("PAID", "1:5", '"PAID" is one word, not a condition', "write: paymentStatus = PAID"),
    ('"PAID"', "1:1", '"PAID" is one word, not a condition', "write: paymentStatus = PAID"),
    (" canceled ", "1:11", '"canceled" is one word, not a condition',
     "write: status = CANCELED\nor: paymentStatus = CANCELED"),
    ("10042", "1:6", '"10042" is one word, not a condition', "write: number = 10042"),
    ("2024-01-31", "1:11", '"2024-01-31" is one word, not a condition', "write: createdDate >= 2024-01-31"),
    ("6f759095-0701-4075-9908-c9c31ff013e1", "1:37",
     '"6f759095-0701-4075-9908-c9c31ff013e1" is one word, not a condition',
     "write: id = 6f759095-0701-4075-9908-c9c31ff013e1"),
    ("something", "1:10", '"something" is one word, not a condition', "write: FIELD = VALUE"),
    ("paymentstatus", "1:14", f"expected {OPERATOR}, found the end of the text",
     "write: paymentStatus = VALUE\noperators of paymentStatus: =, is missing, !=, is present, in, not in"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "message", "advice"), GOLDEN)
def test_a_syntax_error_names_what_was_expected_and_found(text: str, where: str, message: str, advice: str) -> None:
    diagnostic = error_of(text)
    assert diagnostic.code == "text-syntax"
    assert f"{diagnostic.line}:{diagnostic.column}" == where
    assert diagnostic.message == message
    assert diagnostic.help == advice


def test_a_wrong_escape_is_an_error_at_its_place() -> None:
    diagnostic = error_of('shippingInfo.title = "a\\qb"')
    assert (diagnostic.code, diagnostic.column, diagnostic.span) == ("text-syntax", 24, (23, 25))
    assert diagnostic.message == r'unknown escape "\q"'


SHOWN = [
    advice.split("\n")[0].partition(": ")[2]
    for _, _, message, advice in GOLDEN
    if (message in (JAVASCRIPT, SQL) or "one word" in message) and ": " in advice and "VALUE" not in advice
]


@pytest.mark.parametrize("text", SHOWN)
def test_what_a_help_shows_is_a_search(text: str) -> None:
    search, diagnostics = parse_text(text, SCHEMA, NOW)
    assert search is not None
    assert diagnostics == ()
