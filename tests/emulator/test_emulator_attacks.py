"""Hostile requests: never a 5xx, always an error in the service's JSON, within a bounded number of calls."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any
from urllib.parse import quote

import pytest
from call_counter import CallCounter, CountedConnection
from hostile_searches import BODIES, MANY_MISTAKES, ODD, TWICE, deep
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scale import scaled
from serving import LOAD, SEARCH, Answer, Asker
from strategies import ANY_JSON, NAMES, makers

import orderquery as oq
from orderquery.syntax.json_printer import encode_json

JSON = Any
BY_IDS = "/ecom/v1/payments/list-by-ids"
MOST_STEPS = 2_000_000
"""Steps of SQLite's virtual machine in a hard search; the most counted were 484,000."""
MOST_CALLS = 5_000_000
"""Function calls in a request; the most counted were 2,010,000, for a key of a million letters."""
MOST_CALLS_PER_BYTE = 50
"""Function calls per byte of a body in which every value is a mistake; the most counted were 12."""
QUICK = settings(deadline=None, max_examples=scaled(100, 50), suppress_health_check=list(HealthCheck))


@cache
def endpoint(*, strict: bool = False) -> Asker:
    asker = Asker(strict=strict)
    asker.store.load(oq.sample(50))
    return asker


@cache
def loaded() -> Asker:
    """Return an endpoint for loads of all kinds, whose orders no test reads."""
    return Asker()


def bounded(ask: Callable[[], Answer], most_calls: int = MOST_CALLS) -> Answer:
    """Return the answer; fail on a 5xx, or after too many function calls."""
    counter = CallCounter()
    with counter.counting():
        answer = ask()
    assert answer.status in (200, 400, 404, 405, 413), answer.content[:500]
    assert counter.calls < most_calls
    return answer


# -- bodies -----------------------------------------------------------------------------------------------------------


def bodies() -> list[Any]:
    return [pytest.param(body, id=name) for name, body in (BODIES | ODD | MANY_MISTAKES).items()]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("body", bodies())
def test_a_hostile_search(body: bytes, strict: bool) -> None:
    most = MOST_CALLS_PER_BYTE * len(body) if body in MANY_MISTAKES.values() else 0
    bounded(lambda: endpoint(strict=strict).search(body), MOST_CALLS + most)


@pytest.mark.parametrize("body", [*BODIES.values(), *ODD.values()], ids=[*BODIES, *ODD])
def test_the_same_bodies_as_ids_and_as_loads(body: bytes) -> None:
    bounded(lambda: endpoint().ask("POST", BY_IDS, body))
    bounded(lambda: loaded().load(body))


@pytest.mark.parametrize("body", [*MANY_MISTAKES.values()], ids=[*MANY_MISTAKES])
def test_many_keys_as_ids_and_as_loads(body: bytes) -> None:
    if body is not TWICE:
        bounded(lambda: endpoint().ask("POST", BY_IDS, body))
    bounded(lambda: loaded().load(body))


IDS = [
    [None] * 100,
    [{}] * 100_000,
    ["\ud800"],
    ["a\0b"],
    ["x" * 10_000] * 100,
    [[["a"]]],
    {"0": "a"},
    10**400,
    [10**400],
    [1.5],
]


@pytest.mark.parametrize("ids", IDS, ids=lambda ids: str(ids)[:20])
def test_hostile_ids(ids: JSON) -> None:
    bounded(lambda: endpoint().ask("POST", BY_IDS, {"orderIds": ids}))


LOADS: dict[str, bytes] = {
    "many lines that are nothing": b"x\n" * 200_000,
    "many empty lines": b"\n" * 1_000_000,
    "many empty objects": b"{}\n" * 20_000,
    "ids of all kinds": b"\n".join(b'{"number":"1","id":%s}' % value for value in (b"1", b"null", b'""', b"[]", b'"\\ud800"', b'"\\u0000"')),
    "a huge integer kept": b'{"id":"a","number":' + b"9" * 100_000 + b"}",
    "exponents kept": b'{"id":"b","priceSummary":{"total":{"amount":1e999999999}},"number":1e-999999999999999999}',
    "prototypes": b'{"id":"__proto__","__proto__":{"id":"x"},"constructor":1}',
    "transactions of an unknown order": b'{"orderTransactions":{"orderId":"__proto__","payments":[null,5,[],{"regularPaymentDetails":[]}]}}',
    "orders of all kinds": b'{"orders":[null,5,"a",[],{},{"id":{}},{"order":{}}]}',
    "an order in an order": deep(b'{"order":', b'{"id":"x","number":"1"}', b"}", 400),
    "events of all kinds": b'{"entityFqdn":5,"slug":[],"entityId":null}\n{"entityFqdn":"wix.ecom.v1.order","slug":"x","entityId":"y"}',
    "a token of nothing": b"." * 1_000_000,
    "nearly a token": b"a" * 1_000_000 + b"." + b"b" * 1_000_000,
    "a gzip": b"\x1f\x8b\x08\x00" + b"\0" * 100,
}  # fmt: skip


@pytest.mark.parametrize("name", LOADS)
def test_a_hostile_load(name: str) -> None:
    asker = Asker()
    bounded(lambda: asker.load(LOADS[name]))
    # What was stored can be returned.
    bounded(lambda: asker.search({"search": {"sort": [{"fieldName": "number"}]}}))
    for order_id in ("a", "b", "__proto__"):
        bounded(lambda order_id=order_id: asker.get(f"/ecom/v1/orders/{order_id}"))


# -- valid searches that take long --------------------------------------------------------------------------

WORDS = [f"{number:x}" for number in range(1_000)]
NAME = "lineItems.productName.original"
HARD: dict[str, JSON] = {
    "alternatives": {"$or": [{"number": word} for word in WORDS]},
    "lists": {"$and": [{NAME: {"$nin": WORDS[at : at + 2]}} for at in range(400)]},
    "all of a thousand": {"paymentMethods": {"$hasAll": WORDS}},
    "the list itself": {"paymentMethods": {"$eq": WORDS}},
    "prefixes that fold to more": {"$or": [{"buyerInfo.email": {"$startsWith": "ﬃ" * 20 + word}} for word in WORDS[:300]]},
    "a long prefix": {"buyerInfo.email": {"$startsWith": "ΐ" * 4_096}},
    "amounts of a hundred digits": {"$or": [{"priceSummary.total.amount": {"$gt": "9" * 100}}] * 300},
}  # fmt: skip


@pytest.fixture(scope="module")
def counted_endpoint() -> Iterator[Asker]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=CountedConnection))
        asker = Asker()
        asker.store.load(oq.sample(50))
        yield asker


@pytest.mark.parametrize("name", HARD)
def test_a_hard_search(name: str, counted_endpoint: Asker) -> None:
    sort = [{"fieldName": "buyerInfo.email", "order": "DESC"}, {"fieldName": "number"}, {"fieldName": "updatedDate"}]
    CountedConnection.steps = 0
    answer = bounded(lambda: counted_endpoint.search({"search": {"filter": HARD[name], "sort": sort}}))
    assert answer.status == 200
    assert CountedConnection.steps < MOST_STEPS


# -- paths, methods, headers ------------------------------------------------------------------------------------

IN_PATHS = [
    "%00", "a%00b", "%2F", "a%2Fb", "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "%5c", "%", "%zz", "%ff", "%ed%a0%80", "%C3%BC", "%F0%9F%94%91",
    "%0d%0aset-cookie:%20a=b", "a?b", "a%3Fb", "a#b", "a%23b", "+", "%20", "{id}", "%7Bid%7D", "x" * 10_000, "%41" * 5_000, "'", "%27%20OR%201=1",
    "__proto__", "search", "list-by-ids", ";", "a;b=c", "*", "%25", "%2500", "-1", "null", "undefined", "[object%20Object]",
]  # fmt: skip


@pytest.mark.parametrize("part", IN_PATHS, ids=lambda part: part[:24])
def test_a_hostile_path(part: str) -> None:
    for before in ("/ecom/v1/orders/", "/ecom/v1/payments/orders/", "/", "/ecom/v1/", "//"):
        answer = bounded(lambda before=before: endpoint().raw("GET", before.encode() + part.encode()))
        assert answer.status in (404, 405)
        assert "set-cookie" not in answer.headers


def test_an_id_of_any_characters_is_found() -> None:
    asker = Asker()
    for order_id in ("ü/ß", "a b+c", "%2F", "\0", "\r\nx: y", "🔑", "..", "?", "x" * 256):
        asker.store.load([{"id": order_id, "number": "1"}])
        answer = asker.raw("GET", f"/ecom/v1/orders/{quote(order_id, safe='')}".encode())
        # The path is decoded before routing, so an id with a slash cannot be requested.
        assert answer.status == (404 if "/" in order_id else 200)


@pytest.mark.parametrize(
    "method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "FOO", "", "POST\r\nX", "é"]
)
@pytest.mark.parametrize("path", [SEARCH, BY_IDS, LOAD, "/healthz", "/nothing", "*"])
def test_a_hostile_method(method: str, path: str) -> None:
    answer = bounded(lambda: endpoint().raw(method, path.encode(), [b"{}"]))
    assert answer.status in (404, 405) or (method, path) == ("GET", "/healthz")


SITES = [
    b"\0", b"\xff", b"a\r\nset-cookie: b", b"' OR 1=1 --", b"x" * 100_000, b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xc2\xa0", b"../..", b"%00", b"",
]  # fmt: skip


@pytest.mark.parametrize("site", SITES, ids=lambda site: repr(site[:12]))
def test_a_hostile_site(site: bytes) -> None:
    asker = Asker()
    asker.load({"id": "a", "number": "1"}, "?site=berlin")
    for method, path, body in (
        ("POST", SEARCH, b"{}"),
        ("GET", "/ecom/v1/orders/a", b""),
        ("POST", LOAD, b'{"id":"b","number":"2"}'),
    ):
        answer = bounded(lambda m=method, p=path, b=body: asker.raw(m, p.encode(), [b], [(b"wix-site-id", site)]))
        assert b'"1"' not in answer.content or answer.status != 200
        assert "set-cookie" not in answer.headers
    bounded(lambda: asker.raw("POST", f"{LOAD}?site={quote(site)}".encode(), [b'{"id":"b","number":"2"}']))


ODD_HEADERS = [
    (b"content-type", b"text/html; charset=utf-7"), (b"content-encoding", b"gzip"), (b"transfer-encoding", b"chunked, identity"),
    (b"cookie", b"x" * 60_000), (b"expect", b"100-continue"), (b"upgrade", b"websocket"), (b"\xff", b"\xff"),
    (b"content-type", b"multipart/form-data"), (b"x-wix-request-id", b"mine"), (b"accept", b"text/html"), (b"range", b"bytes=0-1"),
]  # fmt: skip


@pytest.mark.parametrize("header", ODD_HEADERS, ids=lambda header: repr(header[0]))
def test_a_hostile_header(header: tuple[bytes, bytes]) -> None:
    answer = bounded(lambda: endpoint().raw("POST", SEARCH.encode(), [b"{}"], [header]))
    assert (answer.status, answer.json["metadata"]["count"]) == (200, 50)


# -- anything at all --------------------------------------------------------------------------------------------


def sent(body: JSON) -> bytes:
    return json.dumps(body, default=str).encode()


SOUND = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=8) | NAMES | st.floats(-1e9, 1e9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=4).filter(bool), inner, max_size=4)
    ),
    max_leaves=20,
)
PART = {"filter": SOUND, "sort": SOUND, "cursorPaging": SOUND}


@given(SOUND | st.fixed_dictionaries({"search": st.fixed_dictionaries({}, optional=PART)}))
@QUICK
def test_any_json(body: JSON) -> None:
    for strict in (False, True):
        bounded(lambda strict=strict: endpoint(strict=strict).search(sent(body).replace(b'"":', b'" ":')))


def _writable(body: JSON) -> bool:
    try:
        return bool(sent(body))
    except ValueError:  # Python refuses to print an integer of so many digits
        return False


@given((ANY_JSON | st.fixed_dictionaries({"search": ANY_JSON})).filter(_writable))
@example({"search": {"filter": {"paymentstatus": "\ud800"}}})
@QUICK
def test_any_json_with_any_values(body: JSON) -> None:
    for strict in (False, True):
        bounded(lambda strict=strict: endpoint(strict=strict).search(sent(body)))


@given(st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
@QUICK
def test_any_bytes(body: bytes) -> None:
    bounded(lambda: endpoint().search(body))
    bounded(lambda: endpoint().ask("POST", BY_IDS, body))
    bounded(lambda: loaded().load(body))


@given(makers())
@QUICK
def test_any_valid_search(maker: Any) -> None:
    body = encode_json({"search": maker.search()})
    assert bounded(lambda: endpoint().search(body)).status == 200
