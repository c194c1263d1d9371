"""The JSON calls of the page, without a browser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from page_calls import ORIGIN, PREFIX, PageAsker

from orderquery.playground.routes import ANSWERS
from orderquery.sql.dialects import DIALECTS

JSON = Any
COLUMNS = [{"fields": ["number"]}, {"fields": ["priceSummary.total.amount"]}, {"fields": ["nothing", "paymentMethods"]}]


@pytest.fixture(scope="module")
def asker() -> PageAsker:
    return PageAsker(300)


def test_a_search_has_rows_of_cells_and_cursors(asker: PageAsker) -> None:
    text = "status = APPROVED order by number limit 3"
    first = asker.call("search", text, columns=COLUMNS)
    page = asker.store.search(text)
    assert [row["id"] for row in first["rows"]] == list(page.ids)
    number, total, methods = first["rows"][0]["cells"]
    assert number == {"field": "number", "values": [page.orders[0]["number"]], "shown": page.orders[0]["number"]}
    assert total["shown"] == f"{page.orders[0]['priceSummary']['total']['amount']} {page.orders[0]['currency']}"
    assert methods["field"] == "paymentMethods"
    assert (first["sorted"], first["sort"][0]) == (True, {"field": "number", "descending": False})
    second = asker.call("search", text, columns=COLUMNS, cursor=first["next"])
    assert second["rows"][0]["id"] not in page.ids
    back = asker.call("search", text, columns=COLUMNS, cursor=second["prev"])
    assert back["rows"] == first["rows"]


def test_a_count_is_that_of_all_pages(asker: PageAsker) -> None:
    assert asker.call("count", "status = APPROVED limit 1")["count"] == asker.store.count("status = APPROVED")


@pytest.mark.parametrize("form", ["text", "json", "sdk"])
def test_a_search_with_errors_does_not_run(asker: PageAsker, form: str) -> None:
    text = {
        "text": "paymentstatus = PAID",
        "json": '{"search": {"filter": {"paymentstatus": "PAID"}}}',
        "sdk": '{filter: {paymentstatus: "PAID"}}',
    }[form]
    for name in ("search", "count", "raw", "sql", "request", "why", "histogram", "refine"):
        answer = asker.call(
            name, text, form, columns=[], number="1", conditions=[{"field": "status", "value": "APPROVED"}]
        )
        assert [one["code"] for one in answer["problems"]] == ["unknown-field"], name


def test_what_wix_reads_of_a_search_can_run(asker: PageAsker) -> None:
    """D109: only what Wix refuses keeps it from running then."""
    text = '{"search": {"filter": {"status": "APPROVED"}, "paging": {"limit": 3}}}'
    refused = asker.call("search", text, "json", columns=[])
    assert refused["asWix"] is True
    assert len(asker.call("search", text, "json", columns=[], asWix=True)["rows"]) == 100
    blocks = {block["label"]: block for block in asker.call("wix", text, "json")["blocks"]}
    assert "/search/paging" in blocks["Wix ignores"]["text"]
    assert json.loads(blocks["Wix reads"]["text"]) == {"search": {"filter": {"status": "APPROVED"}}}


def test_sql_has_every_dialect_and_the_plan_of_the_store(asker: PageAsker) -> None:
    answer = asker.call("sql", "status = APPROVED order by number")
    assert [choice.split()[0] for choice in answer["choices"]] == list(DIALECTS)
    assert answer["choice"] == "sqlite (this store)"
    labels = [block["label"] for block in answer["blocks"]]
    assert labels[:3] == ["Statement", "Parameters", "Plan of the engine"]
    assert answer["blocks"][2]["note"] in ("reads every order", "uses an index")
    for choice in answer["choices"][1:]:
        other = asker.call("sql", "status = APPROVED order by number", choice=choice)
        assert json.loads(other["blocks"][1]["text"])["site"] == ""


def test_the_raw_answer_is_that_of_the_endpoint(asker: PageAsker) -> None:
    text = '{"search": {"cursorPaging": {"limit": 2}}}'
    raw = asker.call("raw", text, "json")["blocks"][0]
    assert json.loads(raw["text"])["orders"] == asker.search(json.loads(text)).json["orders"]


def test_an_order_comes_as_it_is_stored() -> None:
    asker = PageAsker(documents=[{"id": "a", "number": "1", "exact": 12345678901234567890.5, "of": {"__proto__": 1}}])
    answer = asker.call("order", id="a")
    assert answer["order"].encode() == asker.store.get_document("a")
    assert answer["transactions"] is None
    assert asker.call("order", id="b")["order"] is None


def test_why_finds_an_order_by_its_number_or_its_id(asker: PageAsker) -> None:
    order = asker.store.search("everything order by number limit 1").orders[0]
    by_number, by_id = (
        asker.call("why", "status = CANCELED", number=name)["verdicts"] for name in (order["number"], order["id"])
    )
    assert by_number == by_id
    (line,) = by_number[0]["lines"]
    assert line["text"].startswith("status = CANCELED  is ")
    assert (line["level"], line["decides"]) == (0, True)
    assert asker.call("why", "status = CANCELED", number="no such order")["verdicts"] == []


def test_the_histogram_counts_all_pages(asker: PageAsker) -> None:
    text = "paymentStatus = PAID limit 1"
    for unit in ("auto", "day", "week", "month", "year"):
        answer = asker.call("histogram", text, unit=unit)
        assert sum(bar["count"] for bar in answer["bars"]) == asker.store.count(text)
        assert all(bar["label"].startswith(bar["date"]) for bar in answer["bars"])
    assert asker.refused("histogram", text="everything", form="text", unit="second")[0] == 400
    assert "longer unit" in asker.refused("histogram", text="everything", form="text", unit="hour")[1]


def test_positions_are_those_of_utf_16() -> None:
    asker = PageAsker()
    text = 'buyerInfo.email = "\U0001f6d2\U0001f6d2" and paymentstatus = PAID'
    answer = asker.call("check", text)
    (problem,) = answer["diagnostics"]
    units = text.encode("utf-16-le")
    assert units[2 * problem["start"] : 2 * problem["end"]].decode("utf-16-le") == "paymentstatus"
    for start, end, _ in answer["tokens"]:
        assert units[2 * start : 2 * end].decode("utf-16-le").strip()
    at = len((text[: text.index("paymentstatus")] + "pay").encode("utf-16-le")) // 2
    items = asker.call("complete", text, position=at)["items"]
    item = next(item for item in items if item["text"].startswith("paymentStatus"))
    assert units[2 * item["start"] : 2 * at].decode("utf-16-le") == "pay"
    hover = asker.call("hover", text.replace("paymentstatus", "paymentStatus"), position=at)["hover"]
    assert hover["name"] == "paymentStatus"


BAD_CALLS = [
    ("search", {}, '"text" must be a string'),
    ("search", {"text": 1}, '"text" must be a string'),
    ("search", {"text": "everything", "form": "sql"}, '"form" must be one of text, json, sdk'),
    ("search", {"text": "everything", "columns": 1}, '"columns" must be a list of objects'),
    ("search", {"text": "everything", "columns": [{}]}, 'a column must have "fields", a list of names'),
    ("search", {"text": "everything", "columns": [], "asWix": 1}, '"asWix" must be true or false'),
    ("search", {"text": "everything", "columns": [], "cursor": "no cursor"}, "cursor"),
    ("complete", {"text": "", "position": -1}, '"position" must be a whole number from 0'),
    ("convert", {"text": "everything", "to": "xml"}, '"to" must be one of text, json, sdk'),
    ("sql", {"text": "everything", "choice": "dbase"}, 'unknown dialect "dbase"'),
    ("refine", {"text": "everything", "conditions": [{}]}, 'a condition must have "field"'),
    ("refine", {"text": "everything", "conditions": [{"field": "nothing", "value": "x"}]}, 'unknown field "nothing"'),
    ("refine", {"text": "everything", "conditions": [{"field": "number", "value": [1]}]}, 'the "value" of a condition'),
    ("refine", {"text": "everything", "sort": [{"field": "nothing"}]}, 'unknown field "nothing"'),
    ("why", {"text": "everything", "number": " "}, "write the number or the id of an order"),
    ("order", {}, '"id" must be a string'),
]


@pytest.mark.parametrize(
    ("name", "body", "says"), BAD_CALLS, ids=[f"{name}-{at}" for at, (name, _, _) in enumerate(BAD_CALLS)]
)
def test_a_wrong_call_is_a_400(asker: PageAsker, name: str, body: JSON, says: str) -> None:
    status, message = asker.refused(name, **body)
    assert status == 400
    assert says in message


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"text": "\\ud800", "form": "text"}'])
def test_no_body_is_a_500(asker: PageAsker, content: bytes) -> None:
    for name in ANSWERS:
        answer = asker.client.post(PREFIX + name, content=content, headers=ORIGIN)
        assert answer.status_code in (200, 400), (name, answer.text)


def test_the_largest_search_is_read(asker: PageAsker) -> None:
    long = "x" * (1 << 20)
    assert asker.call("check", long)["count"] == 1
    assert asker.call("check", "\x01" * (1 << 20), "json")["count"] == 1
    answer = asker.client.post(PREFIX + "check", content=b" " * (8 << 20), headers=ORIGIN)
    assert answer.status_code == 413
