"""Hostile requests: never a 5xx, always the service's JSON and an id, within a bounded number of calls."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any
from urllib.parse import quote

import pytest
from call_counter import SHARE, CallCounter, CountedConnection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scale import scaled
from serving import LOAD, SEARCH, Answer, Asker
from strategies import ANY_JSON, NAMES, makers

import orderquery as oq
from orderquery.records import compact
from orderquery.source import MAX_BYTES

JSON = Any
BY_IDS = "/ecom/v1/payments/list-by-ids"
MOST_STEPS = 2_000_000
"""Steps of SQLite's virtual machine that a hard search may take; at most 484,000 were counted."""
MOST_CALLS = 5_000_000
"""Function calls that an answer may take; at most 2,010,000 were counted, for a key of a million letters."""
MOST_CALLS_PER_BYTE = 50
"""And for each byte of a body in which every value is a mistake of its own; at most 20 were counted."""
QUICK = settings(deadline=None, max_examples=scaled(100, 50), suppress_health_check=list(HealthCheck))


@cache
def endpoint(*, strict: bool = False) -> Asker:
    asker = Asker(strict=strict)
    asker.store.load(oq.sample(50))
    return asker


def bounded(ask: Callable[[], Answer], most_calls: int = MOST_CALLS) -> Answer:
    """Return the answer; fail on a failure of the endpoint, or where it took more function calls."""
    counter = CallCounter()
    with counter.counting():
        answer = ask()
    assert answer.status in (200, 400, 404, 405, 413), answer.content[:500]
    assert counter.calls < most_calls
    return answer


# -- bodies -----------------------------------------------------------------------------------------------------


def wrapped(conditions: bytes) -> bytes:
    return b'{"search":{"filter":' + conditions + b"}}"


def keys(count: int, text: Callable[[int], str]) -> bytes:
    return b"{" + ",".join(map(text, range(count))).encode() + b"}"


def listed(item: bytes, count: int) -> bytes:
    return b"[" + b",".join([item] * count) + b"]"


def deep(opening: bytes, inner: bytes, closing: bytes, depth: int) -> bytes:
    return opening * depth + inner + closing * depth


MANY = keys(95_000, lambda number: f'"{number:x}":1')
MANY_OF_SHARE = keys(95_000 // SHARE, lambda number: f'"{number:x}":1')
TWICE = keys(40_000 // SHARE, lambda number: f'"a{number}":1,"a{number}":2')
DIGITS = b"9" * 100_000

BODIES: dict[str, bytes] = {
    "arrays never closed": b"[" * 100_000,
    "arrays": deep(b"[", b"", b"]", 100_000),
    "objects never closed": b'{"a":' * 100_000,
    "objects": deep(b'{"a":', b"1", b"}", 100_000),
    "deep in search": b'{"search":' + deep(b"[", b"", b"]", 100_000) + b"}",
    "deep object for a field": wrapped(b'{"buyerInfo":' + deep(b'{"a":', b"1", b"}", 900) + b"}"),
    "deep not": wrapped(deep(b'{"$not":', b"{}", b"}", 450)),
    "deep and": wrapped(deep(b'{"$and":[', b"{}", b"]}", 450)),
    "deep beside a mistake": b'{"search":{"filter":{"paymentstatus":1}},"x":' + deep(b"[", b"", b"]", 980) + b"}",
    "deep in a part that is moved": b'{"filter":{"status":' + deep(b"[", b"", b"]", 900) + b"}}",
    "search in search": deep(b'{"search":', b"{}", b"}", 900),
    "query in query": deep(b'{"query":', b"{}", b"}", 900),
    "one key very often": keys(160_000, lambda _: '"a":1'),
    "one key of search very often": b'{"search":{},' + b'"search":{},' * 80_000 + b'"search":{}}',
    "a key twice at every depth": deep(b'{"b":1,"b":', b"1", b"}", 480),
    "many keys in the filter": wrapped(MANY),
    "many operators": wrapped(b'{"status":' + keys(80_000, lambda number: f'"${number:x}":1') + b"}"),
    "many conditions": wrapped(b'{"$or":' + listed(b'{"paymentstatus":1}', 50_000) + b"}"),
    "1,000 unknown fields": wrapped(keys(1_000, lambda number: f'"paymentStatu{number}":"PAID"')),
    "many sort entries": b'{"search":{"sort":' + listed(b'{"fieldName":"numbr"}', 45_000) + b"}}",
    "many numbers to sort by": b'{"search":{"sort":' + listed(b"1", 500_000) + b"}}",
    "a thousand wrong sort entries": b'{"search":{"sort":' + listed(b'{"field":"number","direction":"up"}', 1_000) + b"}}",
    "a list of 100,000": wrapped(b'{"status":{"$in":' + listed(b'"x"', 100_000) + b"}}"),
    "a list of 100,000 for one value": wrapped(b'{"buyerInfo.email":' + listed(b"1", 100_000) + b"}"),
    "a list of 100,000 lists": wrapped(b'{"paymentMethods":{"$hasSome":' + listed(b"[[]]", 100_000) + b"}}"),
    "a long text": wrapped(b'{"buyerInfo.email":"' + b"x" * 1_000_000 + b'"}'),
    "a long field": wrapped(b'{"' + b"x" * 1_000_000 + b'":1}'),
    "a long key": b'{"' + b"x" * 1_000_000 + b'":1}',
    "long fields": wrapped(keys(1_900, lambda number: f'"{"buyerInfo.emal" * 30}{number}":1')),
    "not a number": wrapped(b'{"number":NaN}'),
    "infinity": wrapped(b'{"priceSummary.total.amount":-Infinity}'),
    "a huge integer": wrapped(b'{"number":' + DIGITS + b"}"),
    "a huge negative integer": wrapped(b'{"priceSummary.total.amount":-' + DIGITS + b"}"),
    "a huge limit": b'{"search":{"cursorPaging":{"limit":' + DIGITS + b"}}}",
    "a huge fraction": wrapped(b'{"priceSummary.total.amount":0.' + DIGITS + b"}"),
    "an integer of a million digits": wrapped(b'{"number":' + b"1" * 1_000_000 + b"}"),
    "a large exponent": wrapped(b'{"priceSummary.total.amount":1e999999999}'),
    "the largest exponent": wrapped(b'{"priceSummary.total.amount":1e999999999999999999}'),
    "an exponent too large": wrapped(b'{"priceSummary.total.amount":1e99999999999999999999999}'),
    "a small exponent": wrapped(b'{"priceSummary.total.amount":1e-999999999999999999}'),
    "an exponent as limit": b'{"search":{"cursorPaging":{"limit":1e999999999}}}',
    "an exponent as a text": wrapped(b'{"priceSummary.total.amount":"1e999999999"}'),
    "an exponent ignored": b'{"x":1e999999999,"search":{"y":-1e-999999999}}',
    "a lone surrogate": wrapped(b'{"buyerInfo.email":"\\ud800"}'),
    "a lone surrogate as prefix": wrapped(b'{"buyerInfo.email":{"$startsWith":"\\udc00"}}'),
    "a lone surrogate as field": wrapped(b'{"\\ud800":1}'),
    "a lone surrogate as key": b'{"search":{"\\udfff":{"\\ud800":"\\ud800"}}}',
    "a lone surrogate to sort by": b'{"search":{"sort":[{"fieldName":"\\ud800","order":"\\ud800"}]}}',
    "a lone surrogate as cursor": b'{"search":{"cursorPaging":{"cursor":"\\ud800"}}}',
    "surrogates the wrong way round": wrapped(b'{"shippingInfo.title":"\\udc00\\ud800"}'),
    "an escaped nul": wrapped(b'{"buyerInfo.email":"a\\u0000b","\\u0000":1}'),
    "a nul": wrapped(b'{"buyerInfo.email":"\0"}'),
    "nothing but a nul": b"\0",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf{}",
    "nothing but a byte order mark": b"\xef\xbb\xbf",
    "UTF-16": '{"search":{}}'.encode("utf-16"),
    "UTF-16 without a mark": '{"search":{}}'.encode("utf-16-le"),
    "UTF-32": '{"search":{}}'.encode("utf-32"),
    "bytes that are no UTF-8": wrapped(b'{"buyerInfo.email":"\xff\xfe"}'),
    "surrogates in UTF-8": wrapped(b'{"buyerInfo.email":"\xed\xa0\x80"}'),
    "an overlong slash": wrapped(b'{"buyerInfo.email":"\xc0\xaf"}'),
    "empty": b"",
    "white space": b" \n\t\r",
    "null": b"null", "true": b"true", "a number": b"5", "a text": b'"search"', "an array": b'[{"search":{}}]',
    "two values": b"{}{}",
    "JavaScript": b"{search: {filter: {status: 'APPROVED'}}}",
    "prototypes": b'{"__proto__":{"search":{}},"constructor":{"prototype":1},"search":{"filter":{"__proto__":{"$eq":1},'
    b'"toString":{"$constructor":1},"hasOwnProperty":"x"},"__class__":1,"sort":[{"fieldName":"__proto__"}]}}',
    "names of Python": b'{"search":{"filter":{"__class__":{"__init__":1},"$eq":{"$eq":1},"$and":{"$and":[]},"":""}}}',
    "SQL": wrapped(b'{"buyerInfo.email":"\' OR 1=1 --","shippingInfo.title":{"$in":["\\"; DROP TABLE orders; --"]}}'),
    "formats": b'{"%s%n{0}{__class__}":"%x","search":{"filter":{"status":"{0.__class__}","{x}":"%s"}}}',
    "a cursor of the right length": b'{"search":{"cursorPaging":{"cursor":"' + b"A" * 16_000 + b'"}}}',
    "a cursor that is no base64": b'{"search":{"cursorPaging":{"cursor":"\xc3\xa9\\u0000=&<>"}}}',
    "too long": b" " * (MAX_BYTES + 1),
}  # fmt: skip
BODIES |= {
    f"cut off at {at}": (b'{"search":{"filter":{"number":{"$in":["1",-2.5e3,null,true]}},"sort":[{"fieldName":"\\u00e9"}]}}')[:at]
    for at in range(1, 96, 5)
}  # fmt: skip

ODD: dict[str, bytes] = {
    "deep operand": wrapped(b'{"number":' + deep(b"[", b"", b"]", 980) + b"}"),
    "a lone surrogate beside a mistake": wrapped(b'{"paymentstatus":"\\ud800"}'),
    "a huge integer beside a mistake": wrapped(b'{"paymentstatus":' + DIGITS + b"}"),
    "an exponent beside a mistake": wrapped(b'{"paymentstatus":1e999999999}'),
}
MANY_MISTAKES: dict[str, bytes] = {
    "many keys": MANY_OF_SHARE,
    "many keys of search": b'{"search":' + MANY_OF_SHARE + b"}",
    "many keys of a sort entry": b'{"search":{"sort":[' + MANY_OF_SHARE + b"]}}",
    "many keys of cursorPaging": b'{"search":{"cursorPaging":' + MANY_OF_SHARE + b"}}",
    "many keys twice": TWICE,
    "many dates": wrapped(b'{"$or":' + listed(b'{"createdDate":{"$nin":' + listed(b'"2024-01-01"', 1_000) + b"}}", 75 // SHARE) + b"}"),
    "many ids": wrapped(b'{"$or":' + listed(b'{"id":{"$in":' + listed(b'"x"', 1_000) + b"}}", 200 // SHARE) + b"}"),
    "many values": wrapped(b'{"$or":' + listed(b'{"status":{"$in":' + listed(b'"APROVED"', 1_000) + b"}}", 90 // SHARE) + b"}"),
}  # fmt: skip


def bodies() -> list[Any]:
    return [pytest.param(body, id=name) for name, body in (BODIES | ODD | MANY_MISTAKES).items()]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("body", bodies())
def test_a_hostile_search(body: bytes, strict: bool) -> None:
    most = MOST_CALLS_PER_BYTE * len(body) if body in MANY_MISTAKES.values() else 0
    bounded(lambda: endpoint(strict=strict).search(body), MOST_CALLS + most)


@pytest.mark.parametrize("body", [*BODIES.values(), *ODD.values()], ids=[*BODIES, *ODD])
def test_the_same_in_place_of_ids_and_of_a_load(body: bytes) -> None:
    bounded(lambda: endpoint().ask("POST", BY_IDS, body))
    bounded(lambda: Asker().load(body))


@pytest.mark.parametrize("body", [*MANY_MISTAKES.values()], ids=[*MANY_MISTAKES])
def test_many_keys_in_place_of_ids_and_of_a_load(body: bytes) -> None:
    if body is not TWICE:
        bounded(lambda: endpoint().ask("POST", BY_IDS, body))
    bounded(lambda: Asker().load(body))


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
    "transactions of nobody": b'{"orderTransactions":{"orderId":"__proto__","payments":[null,5,[],{"regularPaymentDetails":[]}]}}',
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
    # What was kept can be answered.
    bounded(lambda: asker.search({"search": {"sort": [{"fieldName": "number"}]}}))
    for order_id in ("a", "b", "__proto__"):
        bounded(lambda order_id=order_id: asker.get(f"/ecom/v1/orders/{order_id}"))


# -- searches that are right, and hard --------------------------------------------------------------------------

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
        # A server decodes the path before anybody routes it: an id with a slash cannot be asked for.
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
    (b"host", b"\xff"), (b"cookie", b"x" * 60_000), (b"expect", b"100-continue"), (b"upgrade", b"websocket"), (b"\xff", b"\xff"),
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
    except ValueError:  # Python itself refuses to write an integer of so many digits
        return False


@given((ANY_JSON | st.fixed_dictionaries({"search": ANY_JSON})).filter(_writable))
@example({"search": {"filter": {"paymentstatus": "\ud800"}}})
@QUICK
def test_any_json_whatever_its_values(body: JSON) -> None:
    for strict in (False, True):
        bounded(lambda strict=strict: endpoint(strict=strict).search(sent(body)))


@given(st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
@QUICK
def test_any_bytes(body: bytes) -> None:
    bounded(lambda: endpoint().search(body))
    bounded(lambda: endpoint().ask("POST", BY_IDS, body))
    bounded(lambda: Asker().load(body))


@given(makers())
@QUICK
def test_any_search_that_is_right(maker: Any) -> None:
    body = compact({"search": maker.search()})
    assert bounded(lambda: endpoint().search(body)).status == 200
