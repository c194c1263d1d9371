"""Hostile requests of pricing plans: bodies, ids, and the parameter that has all others; never a 5xx."""

from __future__ import annotations

import base64
import json
from functools import cache
from random import Random
from typing import Any

import pytest
from call_counter import CallCounter
from every_operation import MEMBER_HEADERS, FullShop
from hostile_searches import OF_SEARCHES, deep, keys, listed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scale import scaled, spread
from serving import Answer
from strategies import ANY_JSON

from orderquery.emulator.operation import Operation
from orderquery.emulator.operations import BY_NAME, OPERATIONS
from orderquery.emulator.plan_operations import PLAN_OPERATIONS

JSON = Any
MIB = 1 << 20
MOST_CALLS = 5_000_000
PLAN_CALLS = [operation for operation in PLAN_OPERATIONS if operation.is_supported]
POSTED = [operation for operation in PLAN_CALLS if operation.method != "GET"]
LISTS = [operation for operation in PLAN_CALLS if operation.parameters is not None]
QUICK = settings(deadline=None, max_examples=scaled(2_000, 60), suppress_health_check=list(HealthCheck))
PLAN_ID = b'"b1111111-1111-4111-8111-111111111111"'
HOSTILE: dict[str, bytes] = {
    "95,000 unknown keys": keys(95_000, lambda number: f'"{number:x}":1'),
    "keys twice": b'{"planId":' + PLAN_ID + b',"planId":5,"planId":[]}',
    "one key 80,000 times": keys(80_000, lambda _: '"planId":1'),
    "wrong types": b'{"id":5,"planId":{},"memberId":[],"startDate":7,"paid":"x","couponCode":null,"effectiveAt":[],"endDate":{}}',
    "nulls": b'{"id":null,"planId":null,"memberId":null,"effectiveAt":null,"endDate":null}',
    "lone surrogates": b'{"planId":"\\ud800","memberId":"\\udc00","couponCode":"\\ud800","effectiveAt":"\\ud800","endDate":"\\ud800"}',
    "a lone surrogate as key": b'{"\\ud800":1}',
    "nuls": b'{"planId":"\\u0000","memberId":"a\\u0000","couponCode":"\\u0000","effectiveAt":"\\u0000","endDate":"\\u0000"}',
    "texts of a million letters": b'{"planId":"' + b"x" * MIB + b'"}',
    "a coupon of a million letters": b'{"planId":' + PLAN_ID + b',"couponCode":"' + b"x" * 1_000_000 + b'"}',
    "dates of a million digits": b'{"startDate":"' + b"2" * 500_000 + b'","endDate":"' + b"2" * 500_000 + b'"}',
    "dates at the ends of time": b'{"startDate":"0001-01-01T00:00:00Z","endDate":"9999-12-31T23:59:59.999999Z"}',
    "dates that are none": b'{"startDate":"2026-02-30T25:61:61Z","endDate":"2026-13-01T00:00:00+99:99"}',
    "huge numbers": b'{"planId":' + b"9" * 100_000 + b',"endDate":1e999999999,"paid":-1e999999999}',
    "not a number": b'{"planId":NaN,"endDate":Infinity}',
    "deep": b'{"planId":' + deep(b"[", b"", b"]", 900) + b"}",
    "deeper": b'{"planId":' + deep(b'{"a":', b"1", b"}", 100_000) + b"}",
    "a list": listed(b"{}", 300_000),
    "prototypes": b'{"__proto__":{"planId":1},"constructor":{"prototype":{}},"__class__":1,"planId":"__proto__"}',
}


@cache
def shop() -> FullShop:
    return FullShop()


def answer_within_limits(
    operation: Operation, body: bytes = b"", query: str = "", most: int = MOST_CALLS, **ids: str
) -> Answer:
    shop()
    counter = CallCounter()
    with counter.counting():
        answer = shop().ask(operation, body, query, **ids)
    assert answer.status in (200, 400, 403, 404, 413, 428), answer.content[:500]
    assert len(answer.content) < MIB
    assert counter.calls < most
    return answer


@pytest.mark.parametrize(("name", "body"), spread([operation.name for operation in POSTED], HOSTILE))
def test_a_hostile_body(name: str, body: str) -> None:
    answer_within_limits(BY_NAME[name], HOSTILE[body])


@pytest.mark.parametrize(
    ("name", "body"), spread(["create_offline_order", "get_price_preview", "postpone_end_date"], OF_SEARCHES, 6)
)
def test_a_body_of_hostile_searches(name: str, body: str) -> None:
    answer_within_limits(BY_NAME[name], OF_SEARCHES[body])


IDS = [
    "%00",
    "%ff",
    "a%0d%0ab",
    "%ed%a0%80",
    "x" * 2_000,
    "%F0%9F%98%80",
    "..%2f..",
    "%2e%2e",
    "%252f",
    "'",
    "%22",
    "%",
]


@pytest.mark.parametrize(("name", "order_id"), spread([found.name for found in OPERATIONS if found.path_keys], IDS))
def test_a_hostile_id(name: str, order_id: str) -> None:
    operation = BY_NAME[name]
    answer = shop().ask(operation, None, **dict.fromkeys(operation.path_keys, order_id))
    assert answer.status in (200, 400, 403, 404, 405, 428, 501), answer.content[:300]
    # An id with a slash can name another path.
    assert (answer.status == 501) == (not operation.is_supported) or "%2f" in order_id


# -- parameters ---------------------------------------------------------------------------------------------------


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


ENCODED: dict[str, str] = {
    "empty": "", "one letter": "A", "padding": "====", "no base64": "%00%ff%C3%A9", "standard base64": "%2B%2F%2B%2F",
    "no JSON": encoded(b"{"), "no UTF-8": encoded(b"\xff\xfe"), "UTF-16": encoded('{"limit":1}'.encode("utf-16")),
    "a number": encoded(b"5"), "null": encoded(b"null"), "a list": encoded(b"[{}]"), "a text": encoded(b'"a"'),
    "twice": "e30&.r=e30", "beside others": "e30&limit=5&limit=x", "itself": encoded(b'{".r":"e30"}'),
    "wrong types": encoded(b'{"buyerIds":{},"planIds":5,"orderStatuses":"ACTIVE","limit":[],"offset":"x","sorting":[]}'),
    "nulls": encoded(b'{"buyerIds":null,"planIds":[null],"limit":null,"sorting":{"fieldName":null}}'),
    "huge": encoded(b'{"limit":' + b"9" * 20_000 + b',"offset":1e999999999}'),
    "negative": encoded(b'{"limit":-1,"offset":-1}'), "not a number": encoded(b'{"limit":NaN}'),
    "the largest offset": encoded(b'{"offset":2147483647}'), "too large": encoded(b'{"offset":2147483648}'),
    "lone surrogates": encoded(b'{"planIds":["\\ud800"],"sorting":{"fieldName":"\\ud800"},"\\ud800":1}'),
    "nuls": encoded(b'{"planIds":["\\u0000"],"\\u0000":1}'), "keys twice": encoded(b'{"limit":1,"limit":2}'),
    "deep": encoded(b'{"planIds":' + deep(b"[", b"", b"]", 900) + b"}"),
    "deeper": encoded(b'{"planIds":' + deep(b"[", b"", b"]", 20_000) + b"}"),
    "a list of 5,000": encoded(b'{"planIds":' + listed(b'"x"', 5_000) + b"}"),
    "a list of 1,001 ids": encoded(b'{"planIds":' + listed(PLAN_ID, 1_001) + b"}"),
    "5,000 unknown keys": encoded(keys(5_000, lambda number: f'"{number:x}":1')),
    "a field of a million letters": encoded(b'{"sorting":{"fieldName":"' + b"x" * 1_000_000 + b'"}}'),
    "SQL": encoded(b'{"sorting":{"fieldName":"createdDate; DROP TABLE orders"},"planIds":["\' OR 1=1 --"]}'),
}  # fmt: skip


@pytest.mark.parametrize("text", ENCODED.values(), ids=ENCODED)
@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.name)
def test_a_hostile_parameter(operation: Operation, text: str) -> None:
    answer_within_limits(operation, query=f"?.r={text}")


def encoded_json(value: JSON) -> str:
    try:
        return encoded(json.dumps(value, default=str).encode())
    except ValueError:
        # An integer too long for Python's own encoder.
        return encoded(b"9" * 5_000)


@QUICK
@given(st.one_of(st.binary(max_size=80).map(encoded), ANY_JSON.map(encoded_json)))
def test_any_parameter(text: str) -> None:
    for operation in LISTS:
        answer_within_limits(operation, query=f"?.r={text}")


QUERIES = [
    "?", "?&&&=", "?=", "?limit", "?limit=" + "9" * 5_000, "?limit=1e5", "?limit=%D9%A3", "?offset=-0", "?%ff=%ff",
    "?" + "planIds=x&" * 5_000, "?" + "a=1&" * 10_000, "?" + "&".join(f"k{n}=1" for n in range(5_000)),
    "?sorting.fieldName=" + "x" * 50_000, "?sorting.fieldName=__proto__&sorting.order=up", "?sorting=x", "?sorting.=",
    "?planIds=%00&buyerIds=%ED%A0%80&orderStatuses=", "?autoRenewCanceled=maybe", "?fieldSet=%22", "?.R=e30", "?_r=e30",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:24])
@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.name)
def test_a_hostile_query(operation: Operation, query: str) -> None:
    answer_within_limits(operation, query=query)


@pytest.mark.parametrize(
    "member", [b"\xff", b"", b"\0", b"x" * 50_000, b"'", b"{}", "é".encode()], ids=lambda m: repr(m[:9])
)
def test_a_hostile_member(member: bytes) -> None:
    for operation in PLAN_CALLS:
        if operation.headers:
            path = shop().path_of(operation).encode()
            pieces = [b'{"effectiveAt":"IMMEDIATELY"}'] if operation.method == "POST" else []
            answer = shop().asker.raw(
                operation.method, path, pieces, [*MEMBER_HEADERS[:1], (b"x-orderquery-member", member)]
            )
            assert answer.status == 403


# -- plans --------------------------------------------------------------------------------------------------------

PLAN_PARTS: list[Any] = [None, True, -1, 0, 10**30, 1.5, "", "x", "1e400", "-5", "9" * 4_000, [], {}, [None], {"a": []}]


def test_any_loaded_plan_can_be_ordered_or_is_refused() -> None:
    from plan_lives import MEMBER, PLANS
    from test_hostile_controls import places, replaced

    dice = Random("plans")
    for _ in range(scaled(3_000, 150)):
        plan = json.loads(json.dumps(dice.choice(list(PLANS.values()))))
        for _ in range(dice.choice([1, 2])):
            replaced(plan, dice.choice([path for path in places(plan) if path != ("id",)]), dice.choice(PLAN_PARTS))
        loaded = shop().asker.raw("POST", b"/_orderquery/load?kind=plans", [json.dumps(plan).encode()])
        assert loaded.status == 200, loaded.content
        body = json.dumps({"planId": plan["id"], "memberId": MEMBER}).encode()
        for name in ("create_offline_order", "get_offline_order_preview", "get_price_preview"):
            answer_within_limits(BY_NAME[name], body)
