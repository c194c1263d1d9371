"""Limits of a request, and failures: 400, 408, 413, 500, 503, each with a request id and no internals."""

from __future__ import annotations

import asyncio
import json
import logging
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from command_line import HANG_S
from serving import HANGS, LOAD, REQUEST_ID, SEARCH, UNREAD, Answer, Asker
from starlette.requests import Request

import orderquery as oq
from orderquery.emulator import load_handler, read_handlers
from orderquery.emulator.errors import Refused
from orderquery.emulator.request_body import is_refused_by_service, read_body, read_plan
from orderquery.language.limits import MAX_SEARCH_BYTES

JSON = Any
BY_IDS = "/ecom/v1/payments/list-by-ids"
READS = [
    ("POST", SEARCH, {}),
    ("GET", "/ecom/v1/orders/a", None),
    ("GET", "/ecom/v1/payments/orders/a", None),
    ("POST", BY_IDS, {"orderIds": ["a"]}),
    ("POST", LOAD, {"id": "b", "number": "2"}),
]


# -- how long a body may be -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SEARCH, BY_IDS, LOAD])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_above_the_limit(path: str, chunked: bool) -> None:
    asker = Asker(max_body=100, max_load=100)
    body: Any = iter([b" " * 50, b" " * 51]) if chunked else b" " * 101
    answer = asker.ask("POST", path, body)
    assert (answer.status, answer.code) == (413, "REQUEST_TOO_LARGE")
    assert answer.json["details"]["applicationError"]["data"] == {"threshold": 100}
    body = iter([b"{}", b" " * 98]) if chunked else b"{}" + b" " * 98
    assert asker.ask("POST", path, body).status == (400 if path == BY_IDS else 200)


def test_the_default_limit_is_the_checkers() -> None:
    body = b'{"search": {}}'
    assert Asker().search(body.ljust(MAX_SEARCH_BYTES)).status == 200
    assert Asker().search(body.ljust(MAX_SEARCH_BYTES + 1)).status == 413


@pytest.mark.parametrize("length", [b"101", b"9" * 18, b"9" * 400, b"0" * 400 + b"101"])
def test_a_declared_length_above_the_limit_is_refused_unread(length: bytes) -> None:
    asker = Asker(max_body=100)
    answer = asker.raw("POST", SEARCH.encode(), [UNREAD], [(b"content-length", length)])
    assert (answer.status, answer.code) == (413, "REQUEST_TOO_LARGE")


@pytest.mark.parametrize("length", [b"", b"-5", b"+101", b"1e9", b"\xb2\xb2\xb2", b"\xff", b"0x65", b"5"])
def test_an_invalid_or_wrong_content_length(length: bytes) -> None:
    asker = Asker(max_body=100)
    assert asker.raw("POST", SEARCH.encode(), [b"{", b"}"], [(b"content-length", length)]).status == 200
    assert asker.raw("POST", SEARCH.encode(), [b"{}", b" " * 99], [(b"content-length", length)]).status == 413


def test_a_load_may_be_longer_than_a_search() -> None:
    note = b"n" * 4_000
    lines = b"\n".join(b'{"id":"%d","number":"%d","buyerNote":"%s"}' % (n, n, note) for n in range(300))
    assert len(lines) > MAX_SEARCH_BYTES
    asker = Asker()
    assert asker.load(lines).json["orders"] == 300
    assert asker.search({"search": {"filter": {"number": "299"}}}).ids == ["299"]


# -- how long anything may take ---------------------------------------------------------------------------------


def test_a_body_that_never_arrives() -> None:
    async def receive() -> dict[str, Any]:
        await asyncio.sleep(HANG_S)
        return {}

    request = Request({"type": "http", "headers": []}, receive)
    with pytest.raises(Refused) as refused:
        asyncio.run(read_body(request, timeout_s=0.01))
    assert refused.value.status == 408
    assert refused.value.headers == {"connection": "close"}


@pytest.mark.parametrize("path", [SEARCH, BY_IDS, LOAD])
def test_a_slow_body_is_a_408(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # BODY_TIMEOUT_S is the default of a parameter, so the application gets a function with another default.
    for module in (read_handlers, load_handler):
        monkeypatch.setattr(module, "read_body", partial(read_body, timeout_s=0.05))
    answer = Asker().raw("POST", path.encode(), [b'{"search"', HANGS])
    assert (answer.status, answer.code) == (408, "REQUEST_TIMEOUT")
    assert answer.headers["connection"] == "close"


def test_a_search_that_takes_too_long_is_a_408() -> None:
    asker = Asker(search_seconds=0)
    asker.store.load(oq.sample(1_500))
    hard = {"$or": [{"lineItems.productName.original": {"$nin": [str(number)]}} for number in range(200)]}
    answer = asker.search({"search": {"filter": hard, "sort": [{"fieldName": "number"}]}})
    assert (answer.status, answer.code) == (408, "SEARCH_TIMEOUT")
    # The connection that was stopped answers the next search.
    easy = Asker(asker.store)
    assert easy.search({"search": {"cursorPaging": {"limit": 5}}}).json["metadata"]["count"] == 5


# -- what the checker limits ------------------------------------------------------------------------------------


def nested(depth: int) -> JSON:
    made: JSON = {"archived": False}
    for _ in range(depth):
        made = {"$not": made}
    return made


LIMITS: dict[str, tuple[Any, int, JSON]] = {
    "nesting": (lambda n: {"filter": nested(n)}, 64, ("too-deep", "search.filter", "FILTER_TOO_DEEP")),
    "nodes": (lambda n: {"filter": {"$or": [{"archived": True}] * (n - 1)}}, 2_000, ("too-large", "search.filter", None)),
    "elements": (
        lambda n: {"filter": {"paymentMethods": {"$hasSome": [f"{i:x}" for i in range(n)]}}}, 1_000,
        ("too-large", "search.filter", None),
    ),
    "string": (lambda n: {"filter": {"shippingInfo.title": "t" * n}}, 4_096, ("too-large", "search.filter", None)),
    "sort": (lambda n: {"sort": [{"fieldName": name} for name in SORTABLE[:n]]}, 4, ("too-many-sorts", "search.sort", None)),
    "field name": (
        lambda n: {"sort": [{"fieldName": "n" * n}]}, 512, ("too-long", "search.sort[0].fieldName", None),
    ),
    "cursor": (lambda n: {"cursorPaging": {"cursor": "c" * n}}, 16_000, ("too-long", "search.cursorPaging.cursor", None)),
    "limit": (lambda n: {"cursorPaging": {"limit": n}}, 100, ("limit-out-of-range", "search.cursorPaging.limit", None)),
}  # fmt: skip
SORTABLE = ["number", "status", "createdDate", "updatedDate", "paymentStatus"]
OTHERWISE_REFUSED = {"field name": "unknown-field", "cursor": "INVALID_CURSOR"}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_of_the_checker_is_a_400(name: str) -> None:
    make, most, (code, field, rule_name) = LIMITS[name]
    answer = Asker().search({"search": make(most + 1)})
    assert answer.status == 400
    ((violation,),) = [answer.violations]
    assert (violation["data"]["code"], violation["field"], violation.get("ruleName")) == (code, field, rule_name)
    just = Asker().search({"search": make(most)})
    if name in OTHERWISE_REFUSED:
        assert OTHERWISE_REFUSED[name] in just.content.decode()
    else:
        assert just.status == 200


# -- failures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path", "body"), [*READS, ("GET", "/healthz", None)])
def test_a_store_that_fails_is_a_503_without_names(
    method: str, path: str, body: JSON, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = oq.open_store(tmp_path / "hush-hush.db")
    asker = Asker(store)
    store.close()
    answer = asker.ask(method, path, body)
    assert answer.status == 503
    assert answer.json["details"] == {}
    assert "hush" not in answer.content.decode()
    assert "hush" not in str(answer.headers)
    assert "hush-hush.db" in caplog.text


def test_a_damaged_file_is_a_503(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with oq.open_store(path) as store:
        store.load(oq.sample(300))
    store = oq.open_store(path)
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 200_000)
    answer = Asker(store).search({"search": {"filter": {"buyerInfo.email": {"$exists": True}}}})
    store.close()
    assert answer.status == 503
    assert "shop.db" not in answer.content.decode()


@pytest.mark.parametrize(("method", "path", "body"), [*READS, ("GET", "/healthz", None)])
def test_an_unhandled_exception_is_a_500(
    method: str, path: str, body: JSON, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asker = Asker()

    def fails(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a secret of the inside")

    for name in ("search", "get_document", "get_transactions", "load_records", "holds_named_site"):
        monkeypatch.setattr(asker.store, name, fails)
    answer = asker.ask(method, path, body)
    assert (answer.status, answer.content) == (500, b'{"message":"","details":{}}')
    assert "a secret of the inside" in caplog.text
    assert answer.headers[REQUEST_ID] in caplog.text


def test_a_log_cannot_be_forged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    asker = Asker()
    monkeypatch.setattr(asker.store, "get_document", lambda _: 1 / 0)
    asker.get("/ecom/v1/orders/a%0D%0AERROR%20forged")
    assert [record.getMessage().count("\n") for record in caplog.records] == [0]


# -- the id of every answer -------------------------------------------------------------------------------------


def test_every_status_has_its_own_id(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, locked, small = Asker(), Asker(api_key="a key"), Asker(max_body=5)
    broken, closed = Asker(), Asker(oq.open_store(":memory:"))
    monkeypatch.setattr(broken.store, "search", lambda *_, **__: 1 / 0)
    closed.store.close()
    one_site = Asker(oq.open_store(":memory:", site="berlin"))
    with monkeypatch.context() as impatient:
        # For this request only: on a slow machine any other body may be late, too.
        for module in (read_handlers, load_handler):
            impatient.setattr(module, "read_body", partial(read_body, timeout_s=0.05))
        late = plain.raw("POST", SEARCH.encode(), [HANGS])
    answers: list[Answer] = [
        plain.search({}), plain.search({}), plain.search("no"), locked.search({}), one_site.search({}, site="paris"),
        plain.get("/ecom/v1/orders/a"), plain.get("/nothing"), plain.ask("DELETE", SEARCH), late,
        small.search({"search": {}}), broken.search({}), closed.search({}), plain.get("/healthz"), plain.get("/openapi.json"),
    ]  # fmt: skip
    assert [answer.status for answer in answers] == [
        200, 200, 400, 401, 403, 404, 404, 405, 408, 413, 500, 503, 200, 200,
    ]  # fmt: skip
    assert len({answer.headers[REQUEST_ID] for answer in answers}) == len(answers)


def test_the_request_id_is_never_the_clients() -> None:
    answer = Asker().ask("POST", SEARCH, {}, {REQUEST_ID: "00000000-0000-0000-0000-000000000000"})
    assert answer.headers[REQUEST_ID] != "00000000-0000-0000-0000-000000000000"


def test_a_disconnected_client_is_not_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": SEARCH, "headers": [], "query_string": b"", "root_path": ""}
    asyncio.run(Asker().app(scope, receive, send))
    assert sent == []
    assert [record.levelname for record in caplog.records if record.name.startswith("orderquery")] == ["INFO"]


def test_head_returns_the_headers_of_get() -> None:
    asker = Asker()
    asker.store.load([{"id": "a", "number": "1"}])
    answer = asker.ask("HEAD", "/ecom/v1/orders/a")
    assert (answer.status, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(asker.get("/ecom/v1/orders/a").content)
    assert json.loads(asker.get("/ecom/v1/orders/a").content) == {"order": {"id": "a", "number": "1"}}


# -- cached reports ------------------------------------------------------------------------------------


def test_only_reports_on_small_bodies_without_diagnostics_are_cached() -> None:
    schema = oq.load_schema()
    plain = b'{"search": {"filter": {"paymentStatus": "PAID"}, "cursorPaging": {"limit": 7}}}'
    cached, tolerated = read_plan(plain, schema, is_refused_by_service)
    assert read_plan(plain, schema, is_refused_by_service)[0] is cached
    assert not tolerated
    assert read_plan(plain.replace(b"PAID", b"NOT_PAID"), schema, is_refused_by_service)[0] is not cached
    for ignored in (b'{"search": {"filter": {"paymentStatus": "PAID"}, "paging": {"limit": 7}}}', plain + b" " * 4096):
        first, again = (read_plan(ignored, schema, is_refused_by_service) for _ in range(2))
        assert first[0] is not again[0]
        assert [found.code for found in first[1]] == [found.code for found in again[1]]
