"""The events of the documents, made again: key by key, from the write that the documents announce."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from project import SAMPLES

import orderquery as oq
from orderquery.emulator.clock import Clock
from orderquery.language.datetimes import read_instant

JSON = Any


def sample(name: str) -> JSON:
    return json.loads((SAMPLES / f"{name}.event.json").read_text("utf-8"), parse_float=Decimal)


def emulator_at(date: str, *documents: JSON, **options: Any) -> oq.Emulator:
    """Return an emulator over these documents, whose clock stands at a date."""
    store = oq.open_store(":memory:")
    result = store.load(documents)
    assert not result.problems
    instant = read_instant(date)
    assert instant is not None
    return oq.Emulator(store, clock=Clock(instant, frozen=True), **options)


def events_of(emulator: oq.Emulator) -> list[JSON]:
    return [json.loads(event.document, parse_float=Decimal) for event in emulator.iterate_events()]


def types_of(emulator: oq.Emulator) -> list[str]:
    return [event.type.removeprefix("wix.ecom.v1.") for event in emulator.iterate_events()]


def differences(expected: JSON, found: JSON, path: str = "") -> Iterator[str]:
    """Yield every path at which two documents differ."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in {**expected, **found}:
            at = f"{path}.{key}".lstrip(".")
            if key not in found:
                yield f"{at} is missing"
            elif key not in expected:
                yield f"{at} is new"
            else:
                yield from differences(expected[key], found[key], at)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif expected != found or type(expected) is not type(found):
        yield path


def test_order_created() -> None:
    event = sample("order_created")
    order = event["createdEvent"]["entity"]
    last = {**order, "id": "00000000-0000-4000-8000-000000000001", "number": "10132"}
    emulator = emulator_at(order["createdDate"], last)
    emulator.create_order(order)
    created, approved = events_of(emulator)
    assert types_of(emulator) == ["order_created", "order_approved"]
    entity = "createdEvent.entity"
    assert set(differences(event, created)) == {
        "id",
        "entityId",
        f"{entity}.id",
        f"{entity}.activities[0].id",
        f"{entity}.activities[0].createdDate",
        "eventTime",
        "entityEventSequence is missing",
        f"{entity}.lineItems[0].locations is new",
        f"{entity}.seenByAHuman is new",
    }
    assert list(created) == [key for key in event if key != "entityEventSequence"]
    assert approved["actionEvent"]["body"]["order"] == created["createdEvent"]["entity"]
    assert created["entityId"] == approved["entityId"] == created["createdEvent"]["entity"]["id"]


def test_order_approved() -> None:
    event = sample("order_approved")
    order = event["actionEvent"]["body"]["order"]
    before = {
        **order,
        "status": "INITIALIZED",
        "paymentStatus": "NOT_PAID",
        "activities": order["activities"][:1],
        "balanceSummary": {"balance": order["priceSummary"]["total"]},
        "updatedDate": order["createdDate"],
    }
    emulator = emulator_at(order["updatedDate"], before)
    emulator.add_payments(order["id"], [payment("249.0", "APPROVED")])
    assert types_of(emulator) == [
        "order_transactions_updated",
        "order_payment_status_updated",
        "order_approved",
        "order_updated",
    ]
    approved = events_of(emulator)[2]
    body = "actionEvent.body.order"
    assert set(differences(event, approved)) <= {
        "id",
        "eventTime",
        f"{body}.activities[1].id",
        f"{body}.activities[1].createdDate",
        f"{body}.balanceSummary.refunded.amount",
    }
    assert list(approved) == list(event)


def payment(amount: str, status: str) -> JSON:
    details = {"paymentMethod": "WixPayments", "offlinePayment": False, "status": status}
    return {"amount": {"amount": amount}, "regularPaymentDetails": details}


def test_order_updated() -> None:
    event = sample("order_updated")
    order = event["updatedEvent"]["currentEntity"]
    before = {
        **order,
        "buyerInfo": {**order["buyerInfo"], "email": "other@example.com"},
        "updatedDate": order["createdDate"],
    }
    emulator = emulator_at(order["updatedDate"], before)
    emulator.update_order(order["id"], {"buyerInfo": {"email": order["buyerInfo"]["email"]}})
    (updated,) = events_of(emulator)
    assert set(differences(event, updated)) == {"id", "eventTime"}
    assert list(updated) == list(event)


def test_order_canceled() -> None:
    event = sample("order_canceled")
    order = event["actionEvent"]["body"]["order"]
    before = {
        **order,
        "status": "APPROVED",
        "activities": order["activities"][:-1],
        "updatedDate": order["createdDate"],
    }
    emulator = emulator_at(order["updatedDate"], before)
    asked = event["actionEvent"]["body"]
    emulator.cancel_order(
        order["id"],
        send_order_canceled_email=asked["sendOrderCanceledEmail"],
        custom_message=asked["customMessage"],
        restock_all_items=asked["restockAllItems"],
    )
    assert types_of(emulator) == ["order_canceled", "order_updated"]
    canceled, updated = events_of(emulator)
    at = "actionEvent.body.order"
    assert set(differences(event, canceled)) == {"id", "eventTime", f"{at}.activities[4].id is new"}
    assert updated["updatedEvent"]["currentEntity"] == canceled["actionEvent"]["body"]["order"]


def test_payment_status_updated() -> None:
    event = sample("payment_status_updated")
    body = event["actionEvent"]["body"]
    order = body["order"]
    before = {**order, "paymentStatus": body["previousPaymentStatus"], "updatedDate": order["createdDate"]}
    pending = {"id": "1baf0a11-0c05-4bd2-b6b2-56be85c910b1", **payment("10.00", "PENDING")}
    transactions = {"orderId": order["id"], "payments": [pending], "refunds": []}
    emulator = emulator_at(order["updatedDate"], before, {"orderTransactions": transactions})
    emulator.update_payment_status(order["id"], pending["id"], "APPROVED")
    assert types_of(emulator) == ["order_transactions_updated", "order_payment_status_updated", "order_updated"]
    changed = events_of(emulator)[1]
    assert list(changed) == [
        "id",
        "entityFqdn",
        "slug",
        "entityId",
        "actionEvent",
        "eventTime",
        "triggeredByAnonymizeRequest",
    ]
    at = "actionEvent.body.order"
    # Live, the activity ORDER_PAID and the other sums follow later.
    assert set(differences(event, changed)) <= {
        "id",
        "eventTime",
        f"{at}.activities",
        f"{at}.balanceSummary.paid is new",
        f"{at}.balanceSummary.refunded is new",
    }


def test_order_transactions_updated() -> None:
    event = sample("order_transactions_updated")
    order = sample("order_updated")["updatedEvent"]["currentEntity"]
    emulator = emulator_at(order["updatedDate"], order)
    emulator.add_payments(order["id"], [payment("84.0", "APPROVED")])
    found = events_of(emulator)[0]
    assert list(found) == list(event)
    body, expected = found["actionEvent"]["body"], event["actionEvent"]["body"]
    assert list(body) == list(expected)
    assert found["entityId"] == body["orderTransactions"]["orderId"] == order["id"]
    assert list(body["orderTransactions"]) == list(expected["orderTransactions"])
    (paid,), (as_documented,) = body["orderTransactions"]["payments"], expected["orderTransactions"]["payments"]
    assert set(paid) == set(as_documented)
    assert body["paymentIds"] == [paid["id"]]


@pytest.mark.parametrize("details_updated", [False, True])
def test_details_are_announced_where_asked_for(details_updated: bool) -> None:
    order = sample("order_updated")["updatedEvent"]["currentEntity"]
    emulator = emulator_at(order["updatedDate"], order, details_updated=details_updated)
    emulator.add_payments(order["id"], [payment("1", "PENDING")])
    assert ("order_transactions_details_updated" in types_of(emulator)) == details_updated


def test_without_events_nothing_is_kept() -> None:
    order = sample("order_updated")["updatedEvent"]["currentEntity"]
    emulator = emulator_at(order["updatedDate"], order, events=False)
    emulator.update_order(order["id"], {})
    assert events_of(emulator) == []


def test_loading_announces_nothing() -> None:
    emulator = emulator_at("2026-01-01T00:00:00Z", *map(sample, ("order_created", "order_canceled")))
    assert events_of(emulator) == []


# -- events are loaded back -------------------------------------------------------------------------------------


def documents_of(store: oq.Store) -> list[tuple[bytes | None, bytes | None]]:
    """Return the order and the transactions of every id, as they are stored."""
    return [tuple(part and part.document for part in pair) for pair in store.iterate_records()]  # type: ignore[misc]


def busy() -> oq.Emulator:
    """Return an emulator in which orders were created, paid, updated and canceled."""
    created = sample("order_created")["createdEvent"]["entity"]
    emulator = emulator_at("2026-01-01T00:00:00Z")
    for _ in range(3):
        order = emulator.create_order({**created, "priceSummary": {"total": {"amount": "40.560"}}}).order
        emulator.add_payments(order["id"], [payment("20.00", "APPROVED"), payment("20.56", "PENDING")])
        listed = emulator.list_transactions_for_single_order(order["id"]).order_transactions["payments"]
        emulator.update_payment_status(order["id"], listed[1]["id"], "APPROVED")
        emulator.update_order(order["id"], {"archived": True})
    emulator.cancel_order(order["id"], restock_all_items=True)
    return emulator


def test_the_events_of_a_store_make_the_same_store() -> None:
    emulator, other = busy(), oq.open_store(":memory:")
    for event in emulator.iterate_events():
        assert other.load(json.loads(event.document, parse_float=Decimal)).older == 0
    assert documents_of(other) == documents_of(emulator.store)


def test_the_events_of_a_store_change_nothing_in_it() -> None:
    emulator = busy()
    before = documents_of(emulator.store)
    for event in list(emulator.iterate_events())[-1:]:
        emulator.store.load(json.loads(event.document, parse_float=Decimal))
    assert documents_of(emulator.store) == before
