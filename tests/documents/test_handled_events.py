"""Webhook events as code around the webhook has them: claims, handlers of the SDK, tokens in a file."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from hypothesis import example, given, settings
from hypothesis import strategies as st

import orderquery as oq
from orderquery.documents.ingest import Record, from_bytes
from orderquery.documents.json_lines import read_bytes, read_file

JSON = Any
ORDER = {"id": "a", "number": "7", "createdDate": "2024-01-01T00:00:00.000Z"}
SDK_ORDER = {"_id": "a", "number": "7", "_createdDate": "2024-01-01T00:00:00.000Z"}
PAID = {"orderId": "a", "payments": [{"regularPaymentDetails": {"paymentMethod": "Cash"}}], "refunds": []}
NAMES = {"order": "wix.ecom.v1.order", "orderTransactions": "wix.ecom.v1.order_transactions"}


def event(key: str, record: JSON, **more: JSON) -> JSON:
    return {"id": "e", "entityFqdn": NAMES[key], "slug": "updated", "entityId": "a", "eventTime": "2024-02-01T00:00:00.000001Z",
            "actionEvent": {"body": {key: record}}, **more}  # fmt: skip


def claims(inner: JSON, event_type: str = "wix.ecom.v1.order_updated") -> JSON:
    """The claims of a token, with every level as JSON text, as the service writes them."""
    data = {"data": json.dumps(inner), "instanceId": "i", "eventType": event_type, "identity": "{}"}
    return {"data": json.dumps(data), "iat": 1_700_000_000, "exp": 1_700_000_600}


def token(payload: JSON, signature: str = "c2lnbmVk") -> str:
    parts = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "RS256"}, payload)
    )
    return ".".join([*parts, signature])


def metadata(key: str, **more: JSON) -> JSON:
    return {"_id": "e", "entityFqdn": NAMES[key], "slug": "updated", "entityId": "a", "eventTime": "2024-02-01T00:00:00.000Z",
            "instanceId": "i", **more}  # fmt: skip


FORMS: dict[str, JSON] = {
    "claims": claims(event("order", ORDER)),
    "claims with objects": {
        "data": {"data": event("order", ORDER), "eventType": "wix.ecom.v1.order_updated"},
        "iat": 1,
    },
    "the text in claims": json.dumps(event("order", ORDER)),
    "data of the claims": json.loads(claims(event("order", ORDER))["data"]),
    "what process returns": {
        "instanceId": "i",
        "eventType": "wix.ecom.v1.order_updated",
        "payload": event("order", ORDER),
    },
    "action": {"data": {"order": ORDER, "previousPaymentStatus": "PAID"}, "metadata": metadata("order")},
    "action, SDK names": {"data": {"order": SDK_ORDER}, "metadata": metadata("order")},
    "entity": {"entity": SDK_ORDER, "metadata": metadata("order")},
    "entity, by type": {"entity": SDK_ORDER, "metadata": {"eventType": "wix.ecom.v1.order_created"}},
    "entity, by itself": {"entity": SDK_ORDER, "metadata": {"instanceId": "i"}},
    "entity, modified": {"entity": SDK_ORDER, "metadata": metadata("order"), "modifiedFields": {"number": "6"}},
    "action, without names": {"data": {"order": ORDER}, "metadata": {}},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_an_order_in_any_form_of_its_event(form: JSON, tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    path.write_text(json.dumps(form))
    for load in (
        lambda store: store.load([form]),
        lambda store: store.load([[form]]),
        lambda store: store.load_records(found for _, found in read_file(store.schema, str(path))),
        lambda store: store.load_records(read_bytes(store.schema, json.dumps(form, indent=2).encode())),
    ):
        with oq.open_store(":memory:") as store:
            result = load(store)
            assert (result.orders, result.problems) == (1, [])
            assert store.search("number = 7").ids == ("a",)
            assert store.get("a") in (ORDER, SDK_ORDER)


TRANSACTIONS: dict[str, JSON] = {
    "claims": claims(event("orderTransactions", PAID), "wix.ecom.v1.order_transactions_updated"),
    "action": {"data": {"orderTransactions": PAID, "paymentIds": []}, "metadata": metadata("orderTransactions")},
    "action, without names": {"data": {"orderTransactions": PAID}, "metadata": {"instanceId": "i"}},
    "entity": {"entity": PAID, "metadata": metadata("orderTransactions")},
    "entity, by type": {"entity": PAID, "metadata": {"eventType": "wix.ecom.v1.order_transactions_updated"}},
    "entity, by itself": {"entity": PAID, "metadata": {}},
}


@pytest.mark.parametrize("form", TRANSACTIONS.values(), ids=TRANSACTIONS)
def test_transactions_in_any_form_of_their_event(form: JSON) -> None:
    with oq.open_store(":memory:") as store:
        result = store.load([ORDER, form])
        assert (result.orders, result.transactions, result.problems) == (1, 1, [])
        assert store.search("paymentMethods = Cash").ids == ("a",)


def test_the_bytes_are_those_of_the_inner_text() -> None:
    text = '{ "id" : "a",\t"price": 1.10, "x":"\\u00e9"}'
    inner = json.dumps(event("order", 0)).replace(" 0}", f" {text}}}")
    outer = json.dumps({"data": json.dumps({"data": inner})})
    (record,) = from_bytes(oq.load_schema(), outer.encode())
    assert record.document == text.encode()


def test_an_older_event_of_a_handler_does_not_undo_a_newer_one() -> None:
    def paid(method: str, when: str) -> JSON:
        payments = [{"regularPaymentDetails": {"paymentMethod": method}}]
        return {"data": {"orderTransactions": {"orderId": "a", "payments": payments}},
                "metadata": metadata("orderTransactions", eventTime=when)}  # fmt: skip

    with oq.open_store(":memory:") as store:
        store.load([ORDER, paid("New", "2024-02-02T00:00:00.000Z"), paid("Old", "2024-02-01T00:00:00.000Z")])
        assert store.count('paymentMethods = "New"') == 1


PLAN_EVENT = "wix.pricing_plans.v2.order"
OF_PRICING_PLANS: list[JSON] = [
    claims(event("order", ORDER, entityFqdn=PLAN_EVENT), f"{PLAN_EVENT}_updated"),
    claims(event("order", ORDER, entityFqdn=PLAN_EVENT)),
    {"data": json.dumps(ORDER), "eventType": f"{PLAN_EVENT}_created"},
    {"data": {"order": ORDER}, "eventType": f"{PLAN_EVENT}_paused"},
    {"data": {"order": ORDER}, "metadata": metadata("order", entityFqdn=PLAN_EVENT)},
    {"entity": ORDER, "metadata": metadata("order", entityFqdn=PLAN_EVENT)},
    {"entity": ORDER, "metadata": {"eventType": f"{PLAN_EVENT}_created"}},
]


@pytest.mark.parametrize("document", OF_PRICING_PLANS, ids=range(len(OF_PRICING_PLANS)))
def test_events_of_pricing_plans_go_to_their_table(document: JSON) -> None:
    with oq.open_store(":memory:") as store:
        result = store.load([document])
        assert (result.orders, result.plan_orders, result.problems) == (0, 1, [])
    (problem,) = from_bytes(oq.load_schema(), json.dumps(document).encode())
    assert isinstance(problem, oq.Diagnostic)
    assert problem.code == "foreign-document"


OTHERS: list[JSON] = [
    {"data": {"orderTransactions": PAID}, "metadata": metadata("order")},
    {"entity": ORDER, "metadata": metadata("order", entityFqdn="wix.ecom.v1.order_payment_request")},
    {"entity": ORDER, "metadata": {"eventType": "wix.ecom.v1.order_payment_request_created"}},
    {"entity": {"hello": 1}, "metadata": {}},
    {"metadata": metadata("order")},
    {"data": "", "iat": 1}, {"data": "no JSON"}, {"data": "[]"}, {"data": {}}, {"data": "5"}, {"payload": "\ud800"},
    {"entity": 5, "metadata": {}}, {"data": 5, "metadata": {}}, "", "{", "text", '{"x": 1}',
]  # fmt: skip


@pytest.mark.parametrize("document", OTHERS, ids=range(len(OTHERS)))
def test_other_events_are_problems(document: JSON) -> None:
    with oq.open_store(":memory:") as store:
        result = store.load([document])
        assert (result.orders, result.transactions) == (0, 0)
        assert {problem.code for problem in result.problems} <= {"unknown-document", "unusable-document"}
        assert len(result.problems) == (document != {"data": "[]"})


def test_texts_in_texts_end() -> None:
    nested: JSON = ORDER
    for _ in range(12):
        nested = {"data": json.dumps(nested)}
    deep: JSON = ORDER
    for _ in range(150):
        deep = {"data": deep}
    with oq.open_store(":memory:") as store:
        assert [problem.code for problem in store.load([nested, deep]).problems] == [
            "unusable-document",
            "unknown-document",
        ]


# -- tokens -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["e.jwt", "e.jsonl", "e.txt"])
def test_tokens_in_a_file_are_loaded_and_reported_once(name: str, here: Path) -> None:
    orders = [{**ORDER, "id": key} for key in "abc"]
    Path(name).write_text("\n".join(token(claims(event("order", order))) for order in orders) + "\n")
    result = run("load", "s.db", name)
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"{name}:1: unverified-event: the signature of this webhook token was not checked; load only tokens that you trust"
    ]
    assert result.stdout == "3 orders and 0 transactions records loaded\n"
    with oq.open_store("s.db") as store:
        assert sorted(store.search({}).ids) == ["a", "b", "c"]
    matched = run("match", "number = 7", name, "--count")
    assert (matched.exit_code, matched.stdout, matched.stderr.count("unverified-event")) == (0, "3\n", 1)


@pytest.mark.parametrize("text", [
    "eyJ.eyJ.", "eyJh.!!.x", "eyJhbGciOiJSUzI1NiJ9.eyJkYXRhIjo.c2ln", "eyJhbGciOiJSUzI1NiJ9.gICA.c2ln",
    token({"data": 5}), token([]), token(claims({"hello": 1})), token({}), token(claims(event("order", {"number": "1"}))),
])  # fmt: skip
def test_a_broken_token_is_a_problem(text: str, tmp_path: Path) -> None:
    path = tmp_path / "e.jwt"
    path.write_text(text)
    with oq.open_store(":memory:") as store:
        result = store.load_records(found for _, found in read_file(store.schema, str(path)))
        assert (result.orders, result.transactions) == (0, 0)
        codes = [problem.code for problem in result.problems if problem.code != "unverified-event"]
        assert len(codes) == (text != token([]))


def test_only_files_hold_tokens() -> None:
    raw = token(claims(event("order", ORDER)))
    with oq.open_store(":memory:") as store:
        for result in (store.load([raw]), store.load_records(read_bytes(store.schema, raw.encode()))):
            assert result.orders == 0
            assert [problem.code for problem in result.problems] == ["unusable-document"]


# -- anything ---------------------------------------------------------------------------------------------------

KEYS = ["data", "payload", "metadata", "entity", "entityFqdn", "eventType", "slug", "entityId", "order", "orders", "orderTransactions",
        "orderId", "payments", "id", "_id", "totals", "createdEvent", "actionEvent", "body", "orderNumber", "_context"]  # fmt: skip
SCALARS = (
    st.none()
    | st.integers()
    | st.sampled_from(["", "a", *NAMES.values(), "wix.ecom.v1.order_created", "{}", '{"id":"b"}', "\ud800"])
)
ANY_EVENT = st.recursive(
    SCALARS,
    lambda inner: (
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
        | st.lists(inner, max_size=3)
        | inner.map(lambda value: json.dumps(value))
    ),
    max_leaves=12,
)


@example([['{"id":"b"}']])
@settings(deadline=None, max_examples=300)
@given(st.lists(ANY_EVENT, max_size=3))
def test_nothing_raises_and_every_document_is_a_record_or_a_problem(documents: list[JSON]) -> None:
    with oq.open_store(":memory:") as store:
        result = store.load(documents)
        assert result.skipped == len(result.problems) - result.unfit
        texts = [b"\n".join(json.dumps(one, indent=1).encode() for one in documents)]
        if not any(isinstance(one, list) for one in documents):  # an array in an array is not a list of documents
            texts.append(json.dumps(documents).encode())
        for raw in texts:
            ids = [found.id for found in read_bytes(store.schema, raw) if isinstance(found, Record)]
            assert len(ids) == result.orders + result.transactions + result.plan_orders + result.older


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=60) | st.text('{}[]":,\n\r\x1eae.1\\ \0', max_size=60).map(lambda text: text.encode()))
def test_no_bytes_raise(raw: bytes) -> None:
    found = list(read_bytes(oq.load_schema(), raw))
    assert all(isinstance(item, Record) or item.code for item in found)
    assert found or not raw.strip(b" \t\r\n\x0b\x0c\x1e\xef\xbb\xbf,") or b"[" in raw
