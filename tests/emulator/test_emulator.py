"""The emulator as a whole: the documented request, paging, the warnings header, and mounting."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from project import SAMPLES
from serving import REQUEST_ID, SEARCH, WARNINGS, Answer, Asker
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

import orderquery as oq
from orderquery.emulator import Refused, SearchPlan, answer_refused
from orderquery.emulator.limits import MAX_WARNINGS_BYTES

JSON = Any

SECRET = "opensesame4711"


@pytest.fixture
def shop() -> Asker:
    asker = Asker()
    asker.store.load(oq.sample(250))
    return asker


# -- the documented request -------------------------------------------------------------------------------------


def test_the_documented_request_has_the_documented_answer() -> None:
    documented = (SAMPLES / "search_orders.response.json").read_bytes()
    asker = Asker()
    assert asker.load(documented).json["orders"] == 2
    # The documented shop has more orders; this one comes after the two.
    asker.store.load([{"id": "more", "paymentStatus": "PAID", "fulfillmentStatus": "FULFILLED"}])
    answer = asker.search((SAMPLES / "search_orders.request.json").read_bytes())
    assert answer.status == 200
    expected = json.loads(documented)
    expected["metadata"]["cursors"]["next"] = answer.json["metadata"]["cursors"]["next"]
    # As text, because the order of keys is part of the response.
    assert json.dumps(answer.json) == json.dumps(expected)
    # The documents are the loaded bytes.
    first, second = (documented.index(b'"id": "%s"' % found.encode()) for found in answer.ids)
    assert documented[first:second].rstrip(b" \n{").rstrip(b",") in answer.content


# -- paging ------------------------------------------------------------------------------------------------------


def page(asker: Asker, cursor: str) -> Answer:
    answer = asker.search({"search": {"cursorPaging": {"cursor": cursor}}})
    assert answer.status == 200
    assert list(answer.json) == ["orders", "metadata"]
    assert list(answer.json["metadata"]) == ["count", "cursors", "hasNext"]
    assert answer.json["metadata"]["count"] == len(answer.ids)
    assert answer.json["metadata"]["hasNext"] == ("next" in answer.json["metadata"]["cursors"])
    return answer


@pytest.mark.parametrize(
    "search",
    [
        {"cursorPaging": {"limit": 100}},
        {"filter": {"paymentStatus": "PAID"}, "sort": [{"fieldName": "number"}], "cursorPaging": {"limit": 7}},
        {"sort": [{"fieldName": "buyerInfo.email", "order": "DESC"}, {"fieldName": "status"}], "cursorPaging": {"limit": 11}},
    ],
)  # fmt: skip
def test_a_walk_to_the_end_and_back(shop: Asker, search: JSON) -> None:
    plan = oq.compile(search)
    documents = list(oq.sample(250))
    orders = [document for document in documents if "id" in document]
    paid = [document["orderTransactions"] for document in documents if "id" not in document]
    everything = [order["id"] for order in _in_memory(plan, orders, paid)]
    answer, pages = shop.search({"search": search}), list[list[str]]()
    assert "prev" not in answer.json["metadata"]["cursors"]
    while True:
        pages.append(answer.ids)
        following = answer.json["metadata"]["cursors"].get("next")
        if following is None:
            break
        answer = page(shop, following)
    assert [found for ids in pages for found in ids] == everything
    for expected in pages[-2::-1]:
        answer = page(shop, answer.json["metadata"]["cursors"]["prev"])
        assert answer.ids == expected
    assert "prev" not in answer.json["metadata"]["cursors"]


def _in_memory(plan: oq.Plan, orders: list[JSON], paid: list[JSON]) -> list[JSON]:
    found, page = list[JSON](), plan.search(orders, paid)
    while True:
        found.extend(page.orders)
        if page.next is None:
            return found
        page = oq.compile({"cursorPaging": {"cursor": page.next}}).search(orders, paid)


def test_a_cursor_works_in_another_server_with_the_same_keys(tmp_path: Path) -> None:
    with oq.open_store(tmp_path / "shop.db") as one, oq.open_store(tmp_path / "shop.db") as other:
        one.load(oq.sample(50))
        answer = Asker(one).search({"search": {"cursorPaging": {"limit": 20}}})
        assert len(page(Asker(other), answer.json["metadata"]["cursors"]["next"]).ids) == 20


# -- several ids ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "status"), [(1, 200), (100, 200), (101, 400), (1_000, 400)])
def test_at_most_a_hundred_ids(shop: Asker, count: int, status: int) -> None:
    known = [document["id"] for document in oq.sample(250) if "id" in document]
    wanted = [*known, *(f"unknown-{number}" for number in range(1_000))][:count]
    answer = shop.ask("POST", "/ecom/v1/payments/list-by-ids", {"orderIds": wanted})
    assert answer.status == status
    if status == 200:
        assert [record["orderId"] for record in answer.json["orderTransactions"]] == wanted
    else:
        ((violation,),) = [answer.violations]
        assert violation["field"] == "orderIds"
        assert violation["violatedRule"] == "MAX_SIZE"
        assert violation["data"]["threshold"] == 100


# -- warnings of ignored parts ----------------------------------------------------------------------------

SECRETIVE: list[JSON] = [
    {"filter": {"status": SECRET}, "query": SECRET, "paging": {"cursor": SECRET}},
    {"search": {"filter": {"status": {"$in": [SECRET]}, "id": SECRET, "paymentStatus": {"$ne": SECRET, "$eq": SECRET}}}},
    {"search": {"filter": {"buyerInfo.email": {"$startsWith": SECRET}, "status": {"$in": []}}, "limit": SECRET}},
    {"search": {"sort": [{"fieldName": "number", "direction": SECRET, "x": {SECRET: [SECRET]}}], "query": {"y": SECRET}}},
    {"search": {"filter": {"archived": {"$startsWith": SECRET}}, "cursorPaging": {"offset": SECRET, "page": SECRET}}},
    {"search": {"filter": {"number": SECRET, "paymentstatus": SECRET}, "sort": [{"fieldName": SECRET, "order": SECRET}]}},
    {"search": {"cursorPaging": {"cursor": SECRET, "limit": SECRET}}, "x": SECRET},
    {"search": {"filter": {"createdDate": SECRET, "buyerInfo": {"email": SECRET}}}, "search2": SECRET},
]  # fmt: skip


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("body", SECRETIVE)
def test_no_operand_in_the_header_or_the_log(body: JSON, strict: bool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answer = Asker(strict=strict).search(body)
    assert SECRET not in str(answer.headers)
    assert SECRET not in caplog.text
    if answer.status == 200:
        assert answer.warnings is not None
        ours = [record for record in caplog.records if record.name == "orderquery.emulator"]
        assert [record.getMessage() for record in ours] == [f"request {answer.headers[REQUEST_ID]}: {answer.warnings}"]


def test_some_secret_bodies_are_answered_and_some_refused() -> None:
    statuses = [Asker().search(body).status for body in SECRETIVE]
    assert statuses.count(200) >= 4
    assert statuses.count(400) >= 3


def test_ignored_parts_of_a_refused_request_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    answer = Asker().search({"filter": {}, "search": {"cursorPaging": {"limit": 0}}})
    assert (answer.status, answer.warnings) == (400, "ignored-key /filter")
    assert f"request {answer.headers[REQUEST_ID]}: ignored-key /filter" in caplog.text


KEYS = {
    "many": [f"key{number}" for number in range(700)],
    "long": ["k" * 20_000, "l" * 20_000],
    "unicode": [f"ключ{number}🔑" for number in range(400)],
    "surrogates": [f"\ud800{number}\udfff" for number in range(300)],
    "line breaks": [f"a\r\nx-evil: {number}\r\n\r\n<html>" for number in range(300)],
    "controls": [chr(number) * 3 for number in range(160)],
    "percent": ["%" * number + "%0A" for number in range(200)],
    "pointer": ["~/~1~0/" * number for number in range(100)],
}


@pytest.mark.parametrize("name", KEYS)
def test_the_header_is_short_and_plain_whatever_the_keys(name: str, caplog: pytest.LogCaptureFixture) -> None:
    answer = Asker().search({"search": dict.fromkeys(KEYS[name], SECRET)})
    assert answer.status == 200
    text = answer.warnings
    assert text is not None
    assert len(text.encode()) <= MAX_WARNINGS_BYTES == 4096
    assert re.fullmatch(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*", text)
    assert not [header for header in answer.headers if "evil" in header]
    counted = re.search(r", and (\d+) more$", text)
    listed = re.sub(r", and \d+ more$", "", text).split(", ")
    assert len(listed) + int(counted[1] if counted else 0) == len(set(KEYS[name]))
    assert all(re.fullmatch(r"ignored-key /search/[!-~]*", entry) for entry in listed)
    assert not re.search("%(?![0-9A-F]{2})", text)
    assert max(len(record.getMessage()) for record in caplog.records) < MAX_WARNINGS_BYTES + 100
    assert "\n" not in "".join(record.getMessage() for record in caplog.records)


def test_a_search_without_diagnostics_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answer = Asker().search({"search": {"filter": {"status": "APPROVED"}}})
    assert WARNINGS not in answer.headers
    assert not [record for record in caplog.records if record.name.startswith("orderquery")]


# -- mounted ----------------------------------------------------------------------------------------------------


def test_mounted_under_a_path() -> None:
    store = oq.open_store(":memory:")
    store.load([{"id": "a", "number": "1"}])
    asker = Asker(app=Starlette(routes=[Mount("/wix", oq.create_app(store))]), prefix="/wix")
    assert asker.search({}).ids == ["a"]
    assert asker.get("/ecom/v1/orders/a").json["order"]["number"] == "1"
    assert asker.search({"search": {"filter": {"x": 1}}}).status == 400
    assert asker.get("/nothing").status == 404
    assert asker.ask("DELETE", "/ecom/v1/orders/a").status == 405
    assert asker.get("/healthz").json["status"] == "ok"
    assert asker.load({"id": "b", "number": "2"}).json["orders"] == 1


def test_mounted_in_fastapi() -> None:
    store = oq.open_store(":memory:")
    store.load([{"id": "a", "number": "1"}])
    app = FastAPI()
    app.mount("/wix", oq.create_app(store, strict=True))
    asker = Asker(app=app, prefix="/wix")
    assert asker.search({}).ids == ["a"]
    assert asker.search({"filter": {}}).status == 400


def service(**options: Any) -> TestClient:
    """Return a FastAPI service that uses the dependency."""
    app = FastAPI(exception_handlers={Refused: answer_refused, oq.QueryError: answer_refused})
    store = oq.open_store(":memory:")
    store.load(oq.sample(30))
    checked = Depends(SearchPlan(**options))

    @app.post("/find")
    def find(plan: oq.Plan = checked) -> JSON:
        return {"ids": store.search(plan).ids, "warnings": [warning.code for warning in plan.diagnostics]}

    return TestClient(app)


def test_the_dependency_answers_a_checked_plan() -> None:
    wanted = [order["id"] for order in oq.compile({"filter": {"status": "APPROVED"}}).search(_orders(30)).orders]
    body = {"search": {"filter": {"status": "APPROVED"}}}
    assert service().post("/find", json=body).json() == {"ids": wanted, "warnings": []}
    body["search"]["filter"]["paymentStatus"] = {"$nin": []}
    assert service().post("/find", json=body).json() == {"ids": wanted, "warnings": ["empty-list"]}
    assert service(strict=True).post("/find", json=body).status_code == 400


def _orders(count: int) -> list[JSON]:
    return [document for document in oq.sample(count) if "id" in document]


@pytest.mark.parametrize(
    "body",
    [
        {"filter": {"status": "APPROVED"}},
        {"search": {"filter": {"paymentstatus": "PAID"}, "sort": [{"fieldName": "number", "order": "down"}]}},
        {"search": {"cursorPaging": {"cursor": "invalid"}}},
        [],
    ],
)
def test_the_dependency_refuses_with_the_same_json(body: JSON) -> None:
    answer = service(strict=True).post("/find", json=body)
    same = Asker(strict=True).search(body)
    assert (answer.status_code, answer.json()) == (400, same.json)


def test_the_dependency_refuses_every_error_and_bodies_that_are_too_long() -> None:
    assert service().post("/find", json={"filter": {}}).status_code == 400
    assert service(max_body=5).post("/find", json={"search": {}}).status_code == 413


def test_every_described_path_is_served() -> None:
    asker = Asker()
    described = asker.get("/openapi.json").json["paths"]
    assert SEARCH in described
    for path, operations in described.items():
        for method in operations.keys() & {"get", "post"}:
            # An unserved path or method has one of these messages.
            answer = asker.ask(method.upper(), re.sub(r"\{.*?\}", "unknown", path), {} if method == "post" else None)
            assert answer.status == 200 or not answer.json["message"].startswith(("unknown path", "wrong method"))


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", SEARCH, 405, "wrong method for this path; send POST"),
        ("DELETE", SEARCH, 405, "wrong method for this path; send POST"),
        ("GET", "/ecom/v1/orders/query", 404, "unknown path; send a search to POST /ecom/v1/orders/search"),
        ("POST", "/ecom/v1/orders/search/", 404, "unknown path; send a search to POST /ecom/v1/orders/search"),
        ("POST", "/stores/v2/orders/query", 404, "unknown path; send a search to POST /ecom/v1/orders/search"),
        ("PUT", "/ecom/v1/orders/a", 405, "wrong method for this path; send GET or PATCH"),
        ("POST", "/ecom/v1/orders/query", 404, "unknown path; send a search to POST /ecom/v1/orders/search"),
        ("POST", "/ecom/v1/order/search", 404, "unknown path; did you mean POST /ecom/v1/orders/search?"),
        ("POST", "/ecom/v2/orders/search", 404, "unknown path; did you mean POST /ecom/v1/orders/search?"),
        (
            "GET",
            "/ecom/v1/order/c2094cbc-d82c-407c-b14f-6baa94414ba5",
            404,
            "unknown path; did you mean GET or PATCH /ecom/v1/orders/{id}?",
        ),
        ("POST", "/", 404, "unknown path; GET /openapi.json lists the paths"),
        ("POST", "/" + "a/" * 5_000, 404, "unknown path; GET /openapi.json lists the paths"),
    ],
)
def test_a_wrong_method_or_path_is_told_the_right_one(method: str, path: str, status: int, message: str) -> None:
    answer = Asker().ask(method, path, None)
    assert (answer.status, answer.json["message"]) == (status, message)
