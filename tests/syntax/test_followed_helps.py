"""The text form: each help of a syntax error, written as it says, is the search that was meant."""

import re
from datetime import UTC, datetime

import pytest

from orderquery.compiler.text_check import check_text
from orderquery.language.schema import load_schema

SCHEMA = load_schema()
NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
MAX_STEPS = 4

_CONDITION = re.compile(
    r"(?:there are no regular expressions; )?(?:for the start of a text )?write(?: only the condition)?: (.*)"
)
_REPLACED = re.compile(r'write "(.*)" instead of "(.*)"')
_REMOVED = re.compile(r'(?:there are no comments; )?remove "(.*?)"(?:: .*)?')
_SQL = re.compile(r'there is no "(.*)"; remove it')
_QUOTED = re.compile(r"put (?:the value|a value of several words) in quotes: (.*)")
_SORT = re.compile(r"put a comma between sort fields: (.*)")


def followed(text: str) -> str:
    """Return the text with the first help written as it says, as often as there is an error."""
    for _ in range(MAX_STEPS):
        report = check_text(text, SCHEMA, NOW)
        if not report.errors:
            return text
        error = report.errors[0]
        assert error.span is not None
        text = _written(text, error.help.split("\n")[0], error.span)
    raise AssertionError(f"after {MAX_STEPS} helps: {text}")


def _written(text: str, help_: str, span: tuple[int, int]) -> str:
    if found := _REPLACED.fullmatch(help_):
        return text.replace(found[2], found[1], 1)
    if found := _REMOVED.fullmatch(help_):
        return text.replace(found[1], "", 1).strip()
    if found := _SQL.fullmatch(help_):
        assert text[span[0] :].startswith(found[1])
        return text[: span[0]].strip()
    if found := _QUOTED.fullmatch(help_):
        words = found[1][1:-1]
        assert words in text
        return text.replace(words, found[1], 1)
    if found := _SORT.fullmatch(help_):
        return text[: text.index("order by")] + found[1]
    if help_ == "put a comma between the values":
        return text[: span[0]].rstrip() + ", " + text[span[0] :]
    found = _CONDITION.fullmatch(help_)
    assert found is not None, help_
    written = found[1]
    if written.startswith("order by") and "order by" in text:
        return text[: text.index("order by")] + written
    if written.startswith(("order by", "limit", "in (", "not in (")):
        start = text.find("limit") if "limit" in text else span[0]
        first = re.search(r"\b(?:sort|order|newest|oldest|most|top|take|first)\b", text)
        start = first.start() if first is not None and first.start() <= span[0] else start
        return f"{text[:start]}{written}"
    kept = re.match(r".*\band (?=(?:before|<))", text)
    return f"{kept[0]}{written}" if kept is not None and span[0] > kept.end() - 1 else written


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        # Values before fields, and orders in words.
        ("5 < number", "number > 5"),
        ("5 >= number and status = APPROVED", "number <= 5"),
        ("PAID = paymentStatus", "paymentStatus = PAID"),
        ("true != archived", "archived != true"),
        ("2024-01-01 <= createdDate", "createdDate >= 2024-01-01"),
        ('"x@example.com" = buyerInfo.email', 'buyerInfo.email = "x@example.com"'),
        ("'PAID' <> paymentStatus", "paymentStatus != 'PAID'"),
        # Queries of other languages.
        ("$filter=status eq 'APPROVED'", "status = 'APPROVED'"),
        ("?$filter=status%20eq%20'APPROVED'&$top=10", "status = 'APPROVED' limit 10"),
        ("$filter=number ge 5 and number lt 9&$orderby=number desc", "number >= 5 and number < 9 order by number desc"),
        ("$filter=startswith(buyerInfo/email,'a')", "buyerInfo.email starts with 'a'"),
        ("$orderby=createdDate desc&$skip=20", "order by createdDate desc"),
        ("status=APPROVED&sort=number", "status = APPROVED order by number"),
        ("?status=APPROVED&sort=-createdDate&limit=500", "status = APPROVED order by createdDate desc limit 100"),
        ("/orders?status=APPROVED&orderBy=number&direction=desc&page=2", "status = APPROVED order by number desc"),
        ("filter[status]=APPROVED&filter[number][gte]=5&page[size]=5", "status = APPROVED and number >= 5 limit 5"),
        ("buyerInfo.email=a%40example.com&number__lt=5", "buyerInfo.email = a@example.com and number < 5"),
        ("status=APPROVED,PENDING&archived=true", "status in (APPROVED, PENDING) and archived = true"),
        ("filter[status]=APPROVED", "status = APPROVED"),
        ("createdDate__gte=2024-01-01", "createdDate >= 2024-01-01"),
        ("https://example.com/orders?status=APPROVED", "status = APPROVED"),
        ("number:>5", "number > 5"),
        ("status:APPROVED AND number:[1 TO 5]", "status = APPROVED and number between 1 and 5"),
        ("NOT number:[1 TO 5]", "not number between 1 and 5"),
        ("NOT number:{1 TO 5]", "not (number > 1 and number <= 5)"),
        ("number:[1 TO *] OR status:(APPROVED OR PENDING)", "number >= 1 or status in (APPROVED, PENDING)"),
        ("+status:APPROVED -archived:true", "status = APPROVED and not archived = true"),
        ("buyerInfo.email:a* AND _exists_:number", 'buyerInfo.email starts with "a" and number is present'),
        ('(status:"APPROVED" OR number:5) AND NOT archived:true',
         '(status = "APPROVED" or number = 5) and not archived = true'),
        (".orders[] | select(.status == \"APPROVED\")", 'status = "APPROVED"'),
        ("jq '.[] | select(.number != 5 and .archived == true)'", "number != 5 and archived = true"),
        ("$.orders[?(@.status == 'APPROVED' && @.number > 5)]", "status = 'APPROVED' and number > 5"),
        ("SELECT * FROM orders", "everything"),
        ("SELECT * FROM orders WHERE status <> 'APPROVED' LIMIT 5 OFFSET 10", "status != APPROVED LIMIT 5"),
        ("SELECT * FROM orders WHERE createdDate > now() - interval '7 days'", "createdDate > -7d"),
        # Ranges with one end, years and months.
        ("number between null and 5", "number <= 5"),
        ("number not between 5 and null", "not number >= 5"),
        ("createdDate between null and 2024-01-31", "createdDate < 2024-02-01"),
        ("createdDate in 2024", "createdDate >= 2024-01-01 and createdDate < 2025-01-01"),
        ("createdDate in (2024-12)", "createdDate >= 2024-12-01 and createdDate < 2025-01-01"),
        ("createdDate != 2024-03", "not (createdDate >= 2024-03-01 and createdDate < 2024-04-01)"),
        ("createdDate > 2024", "createdDate >= 2025-01-01"),
        ("createdDate <= 2024", "createdDate < 2025-01-01"),
        ("deliveryTimeSlotFromDate = 2024-03", 'deliveryTimeSlotFromDate starts with "2024-03"'),
        # A value behind its field, functions, words that are too many.
        ("status APPROVED", "status = APPROVED"),
        ("number 10042", "number = 10042"),
        ("buyerInfo.email a@example.com", "buyerInfo.email = a@example.com"),
        ("status = 'APPROVED' or 'PENDING'", "status in ('APPROVED', 'PENDING')"),
        ("isnull(buyerInfo.email)", "buyerInfo.email is missing"),
        ("AND status = APPROVED", "status = APPROVED"),
        ("status = APPROVED and and number = 5", "status = APPROVED  and number = 5"),
        ("#10042", "number = 10042"),
        ("all", "everything"),
        ('"status = APPROVED"', "status = APPROVED"),
        ("archived = yes", "archived = true"),
        ("sort=number", "order by number"),
        # Times in words.
        ("createdDate >= 7 days ago", "createdDate >= -7d"),
        ("createdDate > last week", "createdDate > -7d"),
        ("createdDate >= today - 7d", "createdDate >= -7d"),
        ("createdDate >= now() - interval '7 days'", "createdDate >= -7d"),
        ("updatedDate < 2 months ago", "updatedDate < -60d"),
        ("createdDate >= 24 hours ago", "createdDate >= -24h"),
        ("createdDate >= 30 minutes ago", "createdDate >= -30m"),
        ("createdDate in the last 7 days", "createdDate >= -7d"),
        ("createdDate last month", "createdDate >= -30d"),
        ("createdDate within 7 days", "createdDate >= -7d"),
        ("createdDate is older than 30 days", "createdDate < -30d"),
        ("createdDate = 7 days ago", "createdDate >= 2024-04-29 and createdDate < 2024-04-30"),
        ("createdDate > 2024-01-01 10:00", "createdDate > 2024-01-01T10:00:00.000Z"),
        ("createdDate >= January 1st, 2024", "createdDate >= 2024-01-01"),
        # Amounts, and values of other types.
        ("priceSummary.total.amount > 100 USD", "priceSummary.total.amount > 100"),
        ("priceSummary.total.amount > 1,000.50 EUR", "priceSummary.total.amount > 1000.50"),
        ("priceSummary.total.amount is at least $5", "priceSummary.total.amount >= 5"),
        ("priceSummary.total.amount between 5 and 10 USD", "priceSummary.total.amount between 5 and 10"),
        ("paymentStatus = Partially paid", "paymentStatus = PARTIALLY_PAID"),
        ("paymentStatus in (PAID, partially paid)", "paymentStatus in (PAID, PARTIALLY_PAID)"),
        ("shippingInfo.title = Express Shipping Plus", 'shippingInfo.title = "Express Shipping Plus"'),
        ("shippingInfo.title = In Store Pickup", 'shippingInfo.title = "In Store Pickup"'),
        ("shippingInfo.title = After Hours limit 5", 'shippingInfo.title = "After Hours" limit 5'),
        ("shippingInfo.title is Express Shipping", 'shippingInfo.title = "Express Shipping"'),
        # What the text form does not have.
        ("buyerInfo.email =~ /^info/", 'buyerInfo.email starts with "info"'),
        ("buyerInfo.email =~ /x/", 'buyerInfo.email starts with "x"'),
        ("buyerInfo.email = /x/", 'buyerInfo.email starts with "x"'),
        ("buyerInfo.email != /^x/i", 'not buyerInfo.email starts with "x"'),
        ("buyerInfo.email = /^a@b\\.com$/", 'buyerInfo.email = "a@b.com"'),
        ("buyerInfo.email starts with /^x/", 'buyerInfo.email starts with "x"'),
        ("buyerInfo.email ~ '^a@b\\.com$'", 'buyerInfo.email = "a@b.com"'),
        ("buyerInfo.email !~ /^x/", 'not buyerInfo.email starts with "x"'),
        ("buyerInfo.email matches /^x/i", 'buyerInfo.email starts with "x"'),
        ("status = APPROVED group by status", "status = APPROVED"),
        ("status = APPROVED having count(*) > 5", "status = APPROVED"),
        ("status = APPROVED -- comment", "status = APPROVED"),
        ("status = APPROVED // comment", "status = APPROVED"),
        ("# orders\nstatus = APPROVED", "status = APPROVED"),
        ("/* orders */ status = APPROVED /* x */", "status = APPROVED"),
        ("limit 5 # five", "limit 5"),
        # Operators in words.
        ("status not = APPROVED", "status != APPROVED"),
        ("status is not APPROVED", "status != APPROVED"),
        ("status isn't APPROVED", "status != APPROVED"),
        ("status isn\u2019t 'APPROVED'", "status != 'APPROVED'"),
        ("status equals APPROVED", "status = APPROVED"),
        ("status does not equal APPROVED", "status != APPROVED"),
        ("status is approved", "status = APPROVED"),
        ("number is greater than 5", "number > 5"),
        ("number greater than or equal to 5", "number >= 5"),
        ("number less than or equal to 5", "number <= 5"),
        ("number is not less than 5", "number >= 5"),
        ("number more than 5", "number > 5"),
        ("number at least 5", "number >= 5"),
        ("number is at most 5", "number <= 5"),
        ("number no more than 5", "number <= 5"),
        ("number greaterThanOrEqual 5", "number >= 5"),
        ("status is not in (APPROVED, CANCELED)", "status not in (APPROVED, CANCELED)"),
        ("status is one of APPROVED, CANCELED", "status in (APPROVED, CANCELED)"),
        ("status not in APPROVED", "status not in (APPROVED)"),
        ("status in [APPROVED]", "status in (APPROVED)"),
        ("buyerInfo.email is none of (a, b)", "not buyerInfo.email in (a, b)"),
        ("buyerInfo.email is null", "buyerInfo.email is missing"),
        ("buyerInfo.email is not empty", "buyerInfo.email is present"),
        ("status exists", "status is present"),
        ("status does not exist", "status is missing"),
        ("status isNotNull", "status is present"),
        ("buyerInfo.email like 'x%'", 'buyerInfo.email starts with "x"'),
        ("buyerInfo.email not like 'x%'", 'not buyerInfo.email starts with "x"'),
        ("paymentMethods contains creditCard", "paymentMethods has any (creditCard)"),
        ("paymentMethods includes all (a, b)", "paymentMethods has all (a, b)"),
        ("archived", "archived = true"),
        ("archived is not true", "archived != true"),
        ("paymentStatus = not paid", "paymentStatus != PAID"),
        # Operators of other languages.
        ("number ! = 5", "number != 5"),
        ("number > = 5", "number >= 5"),
        ("number <> 5", "number != 5"),
        ("number == 5", "number = 5"),
        ("number === 5", "number = 5"),
        ("number => 5", "number >= 5"),
        ("number =< 5", "number <= 5"),
        ("number \u2265 5", "number >= 5"),
        ("number > than 5", "number > 5"),
        ("status = APPROVED && number = 5", "status = APPROVED and number = 5"),
        ("status = APPROVED || number = 5", "status = APPROVED or number = 5"),
        ("status:APPROVED", "status = APPROVED"),
        # Dates with words.
        ("createdDate before 2024-01-01", "createdDate < 2024-01-01"),
        ("createdDate since 2024-01-01", "createdDate >= 2024-01-01"),
        ("createdDate after 2024-01-01", "createdDate >= 2024-01-02"),
        ("createdDate after 2024-01-01T10:00:00Z", "createdDate > 2024-01-01T10:00:00Z"),
        ("createdDate until 2024-01-31", "createdDate < 2024-02-01"),
        ("createdDate on 2024-01-31", "createdDate >= 2024-01-31 and createdDate < 2024-02-01"),
        ("createdDate is today", "createdDate >= 2024-05-06 and createdDate < 2024-05-07"),
        ("createdDate is between 2024-01-01 and 2024-01-31", "createdDate >= 2024-01-01 and createdDate < 2024-02-01"),
        ("createdDate from 2024-01-01 to 2024-01-31", "createdDate >= 2024-01-01 and createdDate < 2024-02-01"),
        ("number is between 5 and 9", "number between 5 and 9"),
        ("number between [5, 9]", "number between 5 and 9"),
        # A field that is written once.
        ("createdDate >= 2024-01-01 < 2024-02-01", "createdDate >= 2024-01-01 and createdDate < 2024-02-01"),
        ("5 < number <= 9", "number > 5 and number <= 9"),
        ("createdDate >= 2024-01-01 and < 2024-02-01", "createdDate >= 2024-01-01 and createdDate < 2024-02-01"),
        ("createdDate >= 2024-01-01 and before 2024-02-01", "createdDate >= 2024-01-01 and createdDate < 2024-02-01"),
        ("status = APPROVED or CANCELED", "status in (APPROVED, CANCELED)"),
        ("status != APPROVED and CANCELED", "status not in (APPROVED, CANCELED)"),
        ("status = APPROVED, CANCELED or PENDING", "status in (APPROVED, CANCELED, PENDING)"),
        ("number = 5 or 6", "number = 5 or number = 6"),
        ("status in (APPROVED CANCELED)", "status in (APPROVED, CANCELED)"),
        # Sort and limit.
        ("order by createdDate DSC", "order by createdDate desc"),
        ("order by createdDate descending", "order by createdDate desc"),
        ("order by createdDate newest first", "order by createdDate desc"),
        ("order by createdDate latest", "order by createdDate desc"),
        ("order by createdDate ascending", "order by createdDate asc"),
        ("order by createdDate oldest first", "order by createdDate asc"),
        ("order by number desc, createdDate Desc.", "order by number desc, createdDate desc"),
        ("order by createdDate number", "order by createdDate, number"),
        ("order by createdDate nulls last", "order by createdDate"),
        ("status = APPROVED newest first", "status = APPROVED order by createdDate desc"),
        ("status = APPROVED sort by number desc", "status = APPROVED order by number desc"),
        ("status = APPROVED sorted by -number", "status = APPROVED order by number desc"),
        ("sort by createdDate", "order by createdDate"),
        ("status = APPROVED top 10", "status = APPROVED limit 10"),
        ("status = APPROVED limit = 10", "status = APPROVED limit 10"),
        ("limit 20, 10", "limit 10"),
    ],
)  # fmt: skip
def test_a_help_written_as_it_says_is_the_search_that_was_meant(text: str, meant: str) -> None:
    """D170."""
    assert check_text(text, SCHEMA, NOW).errors
    assert followed(text) == meant
    assert check_text(meant, SCHEMA, NOW).diagnostics == ()


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("number >=< 5", "write: number = VALUE\noperators of number: =, "),
        ("status =~ /x/", "there are no regular expressions; write: status = VALUE\noperators of status: "),
        ("status > 5 USD", "join conditions"),
        ("buyerInfo.email contains x", "no operator finds a part of a text; "),
        ("buyerInfo.email like '%x%'", "no operator finds a part of a text; "),
        ("shippingInfo.title contains x", "no operator finds a part of a text; write: shippingInfo.title = VALUE"),
        ("createdDate > foo bar", "write a date such as 2024-01-31\nrelative dates: now, "),
        ("createdDate before the war", "write: createdDate < VALUE"),
        ("priceSummary.total.amount > five dollars", "join conditions"),
        ("number = 5 and 6", "write: FIELD = VALUE"),
        ("id = a b", "join conditions"),
        ("archived = true false", "join conditions"),
        ("status = APPROVED&number=1", "join conditions"),
    ],
)  # fmt: skip
def test_where_no_certain_condition_is_meant_the_help_shows_none(text: str, begins: str) -> None:
    assert check_text(text, SCHEMA, NOW).errors[0].help.startswith(begins)


def test_not_paid_may_be_a_value_or_a_negation() -> None:
    (error,) = check_text("paymentStatus is not paid", SCHEMA, NOW).errors
    assert error.help == "write: paymentStatus != PAID\nor: paymentStatus = NOT_PAID"
