"""Requests of pricing plans orders: those of the SDK, those of the documents, and hostile ones."""

from __future__ import annotations

import base64
import json
import random
import threading
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_lives import MEMBER, PLANS, compare_order
from project import TESTS
from serving import Asker
from test_plan_service import CALLS, CHECKOUT, MEMBER_HEADER, MEMBER_ORDERS, ORDERS, Shop

import orderquery as oq
from orderquery.emulator.emulator import Emulator
from orderquery.emulator.errors import Refused
from orderquery.emulator.plan_errors import PLAN_ERRORS
from orderquery.emulator.plan_operations import PLAN_OPERATIONS
from orderquery.stores.read_only import ReadOnlyStore

JSON = Any
SDK_CALLS = json.loads((TESTS / "emulator" / "plans" / "sdk_calls.json").read_text("utf-8"))["calls"]
SDK_ORDER = "6da768ad-3c9f-444a-9465-7ae0b89fd305"


@pytest.mark.parametrize("call", SDK_CALLS, ids=[call["call"] for call in SDK_CALLS])
def test_a_call_of_the_sdk_is_answered(call: JSON) -> None:
    shop = Shop()
    order = {**shop.create("monthly"), "id": SDK_ORDER}
    if "markAsPaid" not in call["call"]:
        order["lastPaymentStatus"] = "PAID"
    if "resume" in call["call"]:
        order |= {"status": "PAUSED", "pausePeriods": [{"status": "ACTIVE", "pauseDate": "2026-01-01T00:00:00.000Z"}]}
    if "postpone" in call["call"]:
        order["endDate"] = "2029-01-01T00:00:00.000Z"
    shop.asker.load(order)
    answer = shop.send(call["method"], call["path"], call.get("body"))
    assert answer.status == call["status"], answer.content
    assert answer.warnings is None
    if answer.status == 200:
        assert list(answer.json) == call["keys"]


# -- the documents ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", sorted(CALLS))
def test_a_call_without_result_answers_an_empty_object(call: str) -> None:
    """The SDK returns nothing for ``{}``, and fails on an empty body."""
    shop = Shop()
    order = shop.create("quarter")
    if call == "resumeOrder":
        shop.send("POST", f"{ORDERS}/{order['id']}/pause")
    method, before, after = CALLS[call]
    body = {"id": order["id"], "effectiveAt": "IMMEDIATELY", "endDate": "2030-01-01T00:00:00.000Z"}
    answer = shop.send(method, f"{before}/{order['id']}{after}", body)
    assert (answer.status, answer.content) == (200, b"{}")


@pytest.mark.parametrize(
    ("plan", "start", "paid", "status", "payment"),
    [
        ("monthly", None, None, "ACTIVE", "UNPAID"),
        ("monthly", None, True, "ACTIVE", "PAID"),
        ("monthly", "2026-02-01T00:00:00.000Z", False, "PENDING", "UNPAID"),
        ("monthly", "2026-02-01T00:00:00.000Z", True, "PENDING", "PAID"),
        ("monthly", "2026-01-01T00:00:00.000Z", None, "ACTIVE", "UNPAID"),
        ("free", None, None, "ACTIVE", "NOT_APPLICABLE"),
        ("free", "2026-02-01T00:00:00.000Z", True, "PENDING", "NOT_APPLICABLE"),
    ],
)
def test_an_offline_order_has_the_statuses_of_the_documents(
    plan: str, start: str | None, paid: bool | None, status: str, payment: str
) -> None:
    options = {name: value for name, value in (("startDate", start), ("paid", paid)) if value is not None}
    shop = Shop()
    order = shop.create(plan, **options)
    compare_order(order, {"status": status, "lastPaymentStatus": payment, "type": "OFFLINE"})
    answer = shop.send("POST", f"{CHECKOUT}/preview-offline", {"planId": PLANS[plan]["id"], "memberId": MEMBER} | (
        {"startDate": start} if start else {}
    ))  # fmt: skip
    compare_order(answer.json["order"], {"status": status, "type": "OFFLINE"})
    assert answer.json["purchaseLimitExceeded"] is False


def test_a_preview_stores_nothing_and_announces_nothing() -> None:
    shop = Shop()
    body = {"planId": PLANS["pass"]["id"], "memberId": MEMBER}
    for _ in range(3):
        shop.send("POST", f"{CHECKOUT}/preview-offline", body)
        shop.send("POST", f"{CHECKOUT}/price-preview", {"planId": body["planId"]})
    assert shop.send("GET", ORDERS).json["pagingMetadata"]["total"] == 0
    assert not shop.events.heard


def test_a_submission_is_kept_with_the_order() -> None:
    shop = Shop()
    submission = "6bfb7f73-3269-41d6-b396-64f6bb5947ff"
    assert shop.create("pass", submissionId=submission)["formData"] == {"submissionId": submission}


def test_ids_and_events_are_the_same_with_a_seed() -> None:
    first, second = Shop(), Shop()
    assert first.create("trial", paid=True) == second.create("trial", paid=True)
    assert first.events.heard == second.events.heard


def test_events_hold_the_order_of_their_moment() -> None:
    shop = Shop()
    order = shop.create("monthly")
    created = shop.events.heard[0][1]
    assert created.payload == {"createdEvent": {"entity": order}}
    assert created.entity_id == order["id"]
    shop.events.heard.clear()
    shop.send("POST", f"{ORDERS}/{order['id']}/pause")
    (_, paused), (_, updated) = shop.events.heard
    now = shop.get(order["id"])
    assert paused.payload == {"actionEvent": {"body": {"order": now}}}
    assert updated.payload == {"updatedEvent": {"currentEntity": now}}


def test_settled_events_hold_the_order_of_their_moment() -> None:
    shop = Shop()
    shop.create("monthly")
    shop.events.heard.clear()
    shop.clock.advance(62 * 86_400_000_000)
    shop.send("GET", ORDERS)
    cycles = [
        draft.payload["actionEvent"]["body"] for _, draft in shop.events.heard if draft.slug == "cycle_started"
    ]  # fmt: skip
    assert [(body["cycleNumber"], body["order"]["currentCycle"]["index"]) for body in cycles] == [(2, 2), (3, 3)]
    assert [body["order"]["updatedDate"] for body in cycles] == [
        *("2026-02-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"),
    ]


def test_time_is_settled_in_order_of_due_time() -> None:
    shop = Shop()
    for plan in ("pass", "trial", "monthly"):
        shop.create(plan)
    shop.events.heard.clear()
    shop.clock.advance(400 * 86_400_000_000)
    shop.asker.search({"search": {}})
    assert not shop.events.heard
    # Any write at the site begins with what is due.
    shop.create("forever")
    times = [at for at, _ in shop.events.heard]
    assert times == sorted(times)
    assert len(times) > 100


# -- sites and stores ---------------------------------------------------------------------------------------------


def test_sites_are_apart() -> None:
    shop = Shop()
    other = shop.emulator.at_site("other")
    with pytest.raises(Refused, match="not found"):
        other.create_offline_order(PLANS["pass"]["id"], MEMBER)
    other.load_plans([PLANS["pass"]])
    order_id = other.create_offline_order(PLANS["pass"]["id"], MEMBER).order["id"]
    assert other.management_list_orders().paging_metadata.total == 1
    assert shop.emulator.management_list_orders().paging_metadata.total == 0
    with pytest.raises(Refused, match="not found"):
        shop.emulator.pause_order(order_id)


def test_a_read_only_server_reads_and_does_not_settle() -> None:
    shop = Shop()
    order = shop.create("pass")
    shop.clock.advance(30 * 86_400_000_000)
    reading = Asker(shop.store, emulator=Emulator(shop.store, clock=shop.clock, read_only=True))
    assert reading.get(f"{ORDERS}/{order['id']}").json == {"order": order}
    assert reading.ask("POST", f"{ORDERS}/{order['id']}/pause", b"{}").status == 403
    assert reading.ask("POST", f"{CHECKOUT}/price-preview", json.dumps({"planId": PLANS["pass"]["id"]})).status == 200
    assert shop.get(order["id"])["status"] == "ENDED"


def test_a_store_without_pricing_plans_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """An export, or a mapped database, has one table of fields."""
    store = oq.open_store(":memory:")
    monkeypatch.setattr(type(store), "can_write", False)
    monkeypatch.setattr(type(store), "at_table", ReadOnlyStore.at_table)
    answer = Asker(store).get(ORDERS)
    assert answer.status == 501
    assert "pricing-plans" in answer.json["message"]


def test_an_order_that_cannot_be_written_stops_nothing() -> None:
    """A load can put any document in place of an order of this emulator."""
    shop = Shop()
    order = shop.create("pass")
    later = {**order, "updatedDate": "2026-01-02T00:00:00.000Z"}
    huge = json.dumps(later)[:-1] + ',"x":1e9999999999999999999}'
    shop.asker.load(huge)
    shop.clock.advance(30 * 86_400_000_000)
    assert shop.send("POST", f"{ORDERS}/{order['id']}/pause").status == 428
    assert b"1e9999999999999999999" in shop.send("GET", f"{ORDERS}/{order['id']}").content
    assert b"1e9999999999999999999" in shop.send("GET", ORDERS).content
    assert shop.create("monthly")["status"] == "ACTIVE"


def test_a_document_in_sdk_names_is_answered_and_written_in_rest_names() -> None:
    shop = Shop()
    order = {
        "_id": SDK_ORDER,
        "planId": PLANS["pass"]["id"],
        "status": "ACTIVE",
        "_createdDate": "2026-01-01T00:00:00Z",
    }
    shop.asker.load({"order": order})
    assert shop.get(SDK_ORDER)["createdDate"] == "2026-01-01T00:00:00Z"
    shop.send("POST", f"{ORDERS}/{SDK_ORDER}/pause")
    assert "_id" not in shop.get(SDK_ORDER)


def test_two_threads_pause_an_order_once() -> None:
    shop = Shop()
    order, statuses = shop.create("monthly"), list[int]()

    def pause() -> None:
        try:
            shop.emulator.pause_order(order["id"])
            statuses.append(200)
        except Refused as refused:
            statuses.append(refused.status)

    threads = [threading.Thread(target=pause) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, *[428] * 7]
    assert len(shop.get(order["id"])["pausePeriods"]) == 1


# -- Python, without a server -------------------------------------------------------------------------------------


def test_every_operation_has_a_method_and_every_error_a_row() -> None:
    for operation in PLAN_OPERATIONS:
        if operation.is_supported:
            assert callable(getattr(Emulator, operation.name)), operation.name
            assert set(operation.codes) <= set(PLAN_ERRORS)
        else:
            assert operation.nearest in {row.name for row in PLAN_OPERATIONS}
    assert {code for operation in PLAN_OPERATIONS for code in operation.codes} == set(PLAN_ERRORS)


def test_the_methods_of_the_emulator() -> None:
    shop = Shop()
    emulator, plan = shop.emulator, PLANS["quarter"]["id"]
    assert emulator.get_price_preview(plan).prices[0]["price"]["total"] == "15"
    assert emulator.get_offline_order_preview(plan, MEMBER).purchase_limit_exceeded is False
    order_id = emulator.create_offline_order(plan, MEMBER, paid=False).order["id"]
    emulator.mark_as_paid(order_id)
    emulator.pause_order(order_id)
    emulator.resume_order(order_id)
    emulator.postpone_end_date(order_id, "2027-01-01T00:00:00.000Z")
    assert emulator.management_get_order(order_id).order == emulator.member_get_order(MEMBER, order_id).order
    listed = emulator.management_list_orders(
        buyer_ids=[MEMBER], plan_ids=[plan], auto_renew_canceled=False, order_statuses=["ACTIVE"],
        payment_statuses=["PAID"], sorting={"fieldName": "endDate", "order": "ASC"}, limit=5, offset=0, field_set="FULL",
    )  # fmt: skip
    assert [order["id"] for order in listed.orders] == [order_id]
    assert emulator.member_list_orders(MEMBER, limit=1).paging_metadata.total == 1
    emulator.request_cancellation(MEMBER, order_id, "NEXT_PAYMENT_DATE")
    emulator.cancel_plan_order(order_id, "IMMEDIATELY")
    assert emulator.management_get_order(order_id).order["status"] == "CANCELED"
    with pytest.raises(Refused, match="CANCELED"):
        emulator.cancel_plan_order(order_id, "IMMEDIATELY")
    with pytest.raises(Refused, match="x-orderquery-member"):
        emulator.member_list_orders("jane")


# -- hostile ------------------------------------------------------------------------------------------------------

NAMES = ["buyerIds", "planIds", "orderStatuses", "autoRenewCanceled", "limit", "offset", "sorting.fieldName", "sorting"]
NAMES += ["sorting.order", "fieldSet", ".r", "order_statuses", "_", "", "a.b", "\x00", "ä", "id", "memberId"]
values = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["ACTIVE", "true", "1", "-1", "1e3", "0x10", "null", "[]", "{}", "٣", "9" * 30, MEMBER]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
        max_leaves=8,
    ).map(lambda part: base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")),
)
SHOP = Shop()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=6),
    st.sampled_from([ORDERS, MEMBER_ORDERS, f"{ORDERS}/{SDK_ORDER}", f"{MEMBER_ORDERS}/{SDK_ORDER}"]),
)
def test_no_query_string_is_too_hostile(pairs: list[tuple[str, str]], path: str) -> None:
    def encode(text: str) -> str:
        return quote(text.encode("utf-8", "surrogatepass"))

    query = "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs)
    answer = SHOP.asker.raw("GET", f"{path}?{query}".encode(), headers=[(MEMBER_HEADER.encode(), MEMBER.encode())])
    assert answer.status in (200, 400, 404)


@pytest.mark.parametrize(
    "query",
    [
        b"%", b"%zz=%", b"&&&&", b"=", b".r=", b".r", b".r=%00", b".r=\xff\xfe", b"limit=\xff", b"orderStatuses=%ff",
        b".r=" + base64.urlsafe_b64encode(b"[" * 50_000), b".r=" + base64.urlsafe_b64encode(b'{"a":' * 20_000),
        b".r=" + base64.urlsafe_b64encode(b'{"limit":' + b"9" * 5_000 + b"}"),
        b".r=" + base64.urlsafe_b64encode(b'{"limit":1e999999999999999999999}'),
        b".r=" + base64.urlsafe_b64encode(b'{"sorting":{"fieldName":"\\ud800"}}'),
        b".r=" + base64.urlsafe_b64encode(b'{"limit":1,"limit":2}'), b".r=" + base64.urlsafe_b64encode(b"\xff\xfe"),
        b"&".join([b"buyerIds=c2222222-2222-4222-8222-222222222222"] * 1_100), b"&".join([b"x=1"] * 20_000),
        b"offset=2147483647", b"offset=2147483648", b"limit=1.0", b"limit=%2B1", b"limit=%201", b"limit=1_0",
    ],
)  # fmt: skip
def test_no_raw_query_string_is_too_hostile(query: bytes) -> None:
    for path in (ORDERS, MEMBER_ORDERS, f"{ORDERS}/{SDK_ORDER}"):
        for strict in (False, True):
            shop = Shop(strict=strict)
            headers = [(MEMBER_HEADER.encode(), MEMBER.encode())]
            answer = shop.asker.raw("GET", path.encode() + b"?" + query, headers=headers)
            assert answer.status in (200, 400, 404), answer.content


def test_no_body_is_too_hostile() -> None:
    shop, numbers = Shop(), random.Random(3)
    order = shop.create("monthly")
    bodies = [b"", b"[]", b"null", b'"x"', b"{", b"\xff", b"[" * 100_000, b'{"id":' * 10_000, b'{"endDate":1e400}']
    bodies += [b'{"effectiveAt":{"a":1}}', b'{"endDate":"9999-12-31T23:59:59.999Z"}', b'{"planId":null,"memberId":[]}']
    bodies += [json.dumps({"startDate": date, "planId": PLANS["monthly"]["id"], "memberId": MEMBER}).encode() for date in (
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-01-01T00:00:00+23:59", "1969-12-31T23:59:59.999999Z",
    )]  # fmt: skip
    targets = [*((method, f"{before}/{order['id']}{after}") for method, before, after in CALLS.values())]
    targets += [("POST", f"{CHECKOUT}/{name}") for name in ("offline", "preview-offline", "price-preview", "online")]
    for body in bodies:
        for method, path in targets:
            answer = shop.asker.ask(method, path, body, {MEMBER_HEADER: MEMBER})
            assert answer.status < 500 or answer.status == 501, (method, path, body[:50], answer.content)
    shop.clock.advance(numbers.randint(1, 10**15))
    assert shop.send("GET", ORDERS).status == 200
