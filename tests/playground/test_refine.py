"""A click that adds a condition, or changes the order, in each form."""

from __future__ import annotations

import pytest
from page_calls import PageAsker

import orderquery as oq

MONTH = [
    {"field": "createdDate", "operator": "$gte", "value": "2024-01-01T00:00:00.000Z"},
    {"field": "createdDate", "operator": "$lt", "value": "2024-02-01T00:00:00.000Z"},
]
PAID = [{"field": "paymentStatus", "value": "PAID"}]

# form, before, conditions, sort (None: unchanged), after
CASES = [
    ("text", "", PAID, None, "paymentStatus = PAID"),
    ("text", "everything", PAID, None, "paymentStatus = PAID"),
    ("text", "limit 5", PAID, None, "paymentStatus = PAID limit 5"),
    ("text", "order by number limit 5", PAID, None, "paymentStatus = PAID order by number limit 5"),
    ("text", "status = APPROVED", PAID, None, "status = APPROVED and paymentStatus = PAID"),
    ("text", "status  =  APPROVED\n", PAID, None, "status  =  APPROVED and paymentStatus = PAID\n"),
    ("text", "status = APPROVED and paymentStatus = PAID", PAID, None, "status = APPROVED and paymentStatus = PAID"),
    ("text", "paymentStatus = PAID", PAID, None, "paymentStatus = PAID"),
    ("text", "status = APPROVED or number > 5", PAID, None, "(status = APPROVED or number > 5) and paymentStatus = PAID"),
    ("text", "(status = APPROVED or number > 5)", PAID, None, "(status = APPROVED or number > 5) and paymentStatus = PAID"),
    ("text", "not status = APPROVED", PAID, None, "not status = APPROVED and paymentStatus = PAID"),
    ("text", "number > 5", MONTH, None, "number > 5 and createdDate >= 2024-01-01T00:00:00.000Z and createdDate < 2024-02-01T00:00:00.000Z"),
    ("text", "number > 5", [], [("createdDate", True)], "number > 5 order by createdDate desc"),
    ("text", "number > 5 order by number, createdDate limit 3", [], [("createdDate", True)], "number > 5 order by createdDate desc limit 3"),
    ("text", "number > 5 order by number limit 3", [], [], "number > 5 limit 3"),
    ("text", "order by number", [], [], ""),
    ("text", "limit 3", [], [("number", False)], "order by number limit 3"),
    ("text", "everything", [{"field": "buyerInfo.email", "value": None}], None, "buyerInfo.email does not exist"),
    ("text", "everything", [{"field": "priceSummary.total.amount", "value": "12.50"}], None, "priceSummary.total.amount = 12.50"),
    ("text", "everything", [{"field": "archived", "value": "true"}], None, "archived = true"),
    ("text", "everything", [{"field": "archived", "value": False}], None, "archived = false"),
    ("text", "everything", [{"field": "paymentMethods", "value": "PayPal"}], None, 'paymentMethods has any ("PayPal")'),
    ("text", "everything", [{"field": "buyerInfo.email", "value": 'a "b" \\ `c`'}], None, 'buyerInfo.email = "a \\"b\\" \\\\ `c`"'),
    ("json", "", PAID, None, '{"search": {"filter": {"paymentStatus": "PAID"}}}'),
    ("json", "{}", PAID, None, '{"search": {"filter": {"paymentStatus": "PAID"}}}'),
    ("json", '{"search": {"filter": {"status": "APPROVED"}}}', PAID, None, '{"search": {"filter": {"status": "APPROVED", "paymentStatus": "PAID"}}}'),
    ("json", '{"search": {"filter": {"paymentStatus": "PAID"}}}', PAID, None, '{"search": {"filter": {"paymentStatus": "PAID"}}}'),
    (
        "json", '{"search": {"filter": {"$or": [{"number": "1"}, {"number": "2"}]}}}', PAID, None,
        '{"search": {"filter": {"$and": [{"$or": [{"number": "1"}, {"number": "2"}]}, {"paymentStatus": "PAID"}]}}}',
    ),
    (
        "json", '{"search": {"filter": {"$and": [{"number": "1"}]}}}', PAID, None,
        '{"search": {"filter": {"$and": [{"number": "1"}, {"paymentStatus": "PAID"}]}}}',
    ),
    (
        "json", '{"search": {"filter": {"paymentStatus": {"$ne": "CANCELED"}}}}', PAID, None,
        '{"search": {"filter": {"$and": [{"paymentStatus": {"$ne": "CANCELED"}}, {"paymentStatus": "PAID"}]}}}',
    ),
    (
        "json", '{"search": {"sort": [{"fieldName": "number"}], "cursorPaging": {"limit": 3}}}', [], [("createdDate", True)],
        '{"search": {"sort": [{"fieldName": "createdDate", "order": "DESC"}], "cursorPaging": {"limit": 3}}}',
    ),
    ("sdk", "", PAID, None, '{"filter": {"paymentStatus": "PAID"}}'),
    ("sdk", "{filter: {status: 'APPROVED'}}", PAID, None, "{filter: {status: 'APPROVED', \"paymentStatus\": \"PAID\"}}"),
    (
        "sdk", "{ /* mine */ filter: {status: 'APPROVED'}}", MONTH[:1], [("createdDate", True)],
        "{ /* mine */ filter: {status: 'APPROVED', \"_createdDate\": {\"$gte\": \"2024-01-01T00:00:00.000Z\"}}, \"sort\": [{\"fieldName\": \"_createdDate\", \"order\": \"DESC\"}]}",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def asker() -> PageAsker:
    return PageAsker()


@pytest.mark.parametrize(("form", "before", "conditions", "sort", "after"), CASES)
def test_the_rest_of_the_text_stays(
    asker: PageAsker, form: str, before: str, conditions: list, sort: list | None, after: str
) -> None:
    body = {} if sort is None else {"sort": [{"field": field, "descending": down} for field, down in sort]}
    assert asker.call("refine", before, form, conditions=conditions, **body)["text"] == after


# Every shape of search to which a click may add.
SHAPES = [
    "status = APPROVED", "not status = APPROVED", "not (status = APPROVED or number > 5)", "status = APPROVED or number > 5",
    "status = APPROVED and number > 5 or archived = true", "(number > 5)", "everything", "nothing", "number between 1 and 10",
    "not number between 1 and 10", "everything order by number desc limit 7", "createdDate >= -7d",
]  # fmt: skip


@pytest.mark.parametrize("form", ["text", "json", "sdk"])
@pytest.mark.parametrize("text", SHAPES)
def test_d110_a_click_narrows_the_answer(asker: PageAsker, text: str, form: str) -> None:
    """D110: the new search is the old one and the condition, in whatever shape the old one is."""
    orders = list(oq.sample(150))
    source = asker.call("convert", text, "text", to=form)["text"]
    for field, value in (("paymentStatus", "PAID"), ("archived", False), ("buyerInfo.email", None)):
        added = asker.call("refine", source, form, conditions=[{"field": field, "value": value}])
        new = oq.check(added["text"], "sdk" if form == "sdk" else "request").plan
        old = oq.check(source, "sdk" if form == "sdk" else "request").plan
        one = oq.compile({"filter": {field: {"$exists": False} if value is None else value}})
        assert new is not None, added
        assert old is not None, source
        for order in orders:
            assert new.matches(order) == (old.matches(order) and one.matches(order))
