"""Faults in deliveries: lost, doubled, late, shuffled, tampered, or signed with another key."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from event_shop import SECOND, Shop
from serving import Asker

import orderquery as oq
from orderquery.emulator import outbox
from orderquery.emulator.delivery_faults import FAULTS, DeliveryFault, read_delivery_fault
from orderquery.emulator.errors import Refused
from orderquery.emulator.signing_key import process_signing_key

JSON = Any


def faulty(*faults: DeliveryFault) -> Shop:
    shop = Shop()
    for fault in faults:
        shop.deliveries.faults.add("", fault)
    return shop


def test_a_dropped_event_is_lost_and_its_order_goes_on() -> None:
    shop = faulty(DeliveryFault("drop"))
    shop.emit("a", "a")
    assert shop.drain() == ["a"]
    assert shop.sequences() == [2]
    assert shop.states() == ["dropped", "delivered"]
    (first, _) = outbox.list_deliveries(shop.store)
    assert first.attempts[0]["fault"] == "drop"
    shop.deliveries.resend("", first.id)
    assert shop.drain() == ["a"]


def test_a6_duplicates_have_the_same_event_id() -> None:
    shop = faulty(DeliveryFault("duplicate", count=2))
    shop.emit("a", "b", "c")
    assert shop.drain() == ["a", "a", "b", "b", "c"]
    assert len({event["id"] for _, event in shop.sent}) == 3


def test_a_late_event_is_delivered_by_the_emulators_clock() -> None:
    shop = faulty(DeliveryFault("delay", seconds=30))
    shop.emit("a", "a", "b")
    assert shop.drain() == ["b"]
    shop.clock.advance(30 * SECOND - 1)
    assert shop.drain() == []
    shop.clock.advance(1)
    assert shop.drain() == ["a", "a"]


@pytest.mark.parametrize("fault", ["tamper", "wrong-key"])
def test_a_wrong_signature_is_followed_by_a_right_one(fault: Any) -> None:
    shop = faulty(DeliveryFault(fault))
    shop.public_key = None
    answers = iter((401, 200))
    shop.deliveries._post = lambda _, body: (shop.bodies.append(body), next(answers))[1]
    shop.emit("a")
    shop.drain()
    shop.clock.advance(60 * SECOND)
    shop.drain()
    wrong, right = shop.bodies
    key = process_signing_key.get().public_pem
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(wrong, key, algorithms=["RS256"])
    assert jwt.decode(right, key, algorithms=["RS256"])
    assert shop.states() == ["delivered"]


def shuffled(seed: str, *entities: str) -> list[int]:
    shop = faulty(DeliveryFault("shuffle", count=len(entities), seed=seed))
    for entity in entities[:-1]:
        shop.emit(entity)
        assert shop.drain() == []
    shop.emit(entities[-1])
    shop.drain()
    sequences = shop.sequences()
    assert shop.deliveries.faults.list("") == []
    shop.emit("a", "a")
    assert shop.drain() == ["a", "a"]
    return sequences


def test_a6_a_shuffle_is_repeatable_by_its_seed() -> None:
    entities = ("a", "b", "a", "c", "a", "b", "c", "a")
    first = shuffled("1", *entities)
    assert first == shuffled("1", *entities)
    assert sorted(first) == list(range(1, 9))
    assert any(shuffled(str(seed), *entities) != first for seed in range(2, 6))


def test_a_shuffle_reaches_every_url() -> None:
    shop = Shop(urls=("http://a.test/", "http://b.test/"))
    shop.deliveries.faults.add("", DeliveryFault("shuffle", count=4, seed="x"))
    shop.emit("a", "a", "a", "a")
    shop.drain()
    orders = [
        [event["id"] for url, event in shop.sent if url == known] for known in ("http://a.test/", "http://b.test/")
    ]
    assert orders[0] == orders[1]
    assert len(orders[0]) == 4
    assert shop.deliveries.faults.list("") == []


def test_an_ended_shuffle_lets_go_of_what_it_gathered() -> None:
    shop = faulty(DeliveryFault("shuffle", count=10))
    shop.emit("a", "a")
    assert shop.drain() == []
    shop.deliveries.faults.clear("")
    assert shop.drain() == ["a", "a"]


def test_a_fault_can_be_that_of_one_type_or_order() -> None:
    shop = faulty(DeliveryFault("drop", event_type="wix.ecom.v1.order_updated"), DeliveryFault("drop", entity_id="b"))
    shop.emit("a", "b", "b")
    assert shop.drain() == ["a", "b"]
    assert [fault.event_type for fault in shop.deliveries.faults.list("")] == ["wix.ecom.v1.order_updated"]


def test_faults_are_those_of_one_site() -> None:
    shop = faulty(DeliveryFault("drop"))
    shop.emit("a", site="s")
    assert shop.drain() == ["a"]
    assert len(shop.deliveries.faults.list("")) == 1


def test_what_a_shuffle_gathers_is_not_due_yet() -> None:
    shop = faulty(DeliveryFault("shuffle", count=2))
    shop.emit("a")
    assert shop.deliveries.next_due("") is None
    shop.emit("a")
    assert shop.deliveries.next_due("") == shop.clock.now()
    shop.drain()
    assert shop.deliveries.next_due("") is None


# -- as JSON ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_read_and_written(name: str) -> None:
    body = {"fault": name, "count": 3, "eventType": "wix.ecom.v1.order_created", "entityId": "x"}
    assert read_delivery_fault(body).to_json().items() >= body.items()


def test_defaults_are_one_attempt_of_any_event() -> None:
    assert read_delivery_fault({"fault": "drop"}) == DeliveryFault("drop")
    assert read_delivery_fault({"fault": "shuffle", "seed": 7, "count": 2}).seed == "7"


BAD: list[tuple[JSON, set[str]]] = [
    ([], {"body"}),
    ("drop", {"body"}),
    ({}, {"fault"}),
    ({"fault": "dorp"}, {"fault"}),
    ({"fault": ["drop"]}, {"fault"}),
    ({"fault": "drop", "count": 0}, {"count"}),
    ({"fault": "drop", "count": True}, {"count"}),
    ({"fault": "drop", "count": 1.5}, {"count"}),
    ({"fault": "delay", "seconds": 10**40}, {"seconds"}),
    ({"fault": "drop", "seconds": 5}, {"seconds"}),
    ({"fault": "delay", "seed": "a"}, {"seed"}),
    ({"fault": "drop", "eventType": "wix.ecom.v1.order_cancelled"}, {"eventType"}),
    ({"fault": "drop", "eventType": "?"}, {"eventType"}),
    ({"fault": "drop", "eventType": 1, "entityId": []}, {"eventType", "entityId"}),
    ({"fault": "shuffle", "seed": {}}, {"seed"}),
    ({"fault": "x", "cuont": 1}, {"fault", "cuont"}),
]


@pytest.mark.parametrize(("body", "fields"), BAD)
def test_a10_what_is_wrong_in_a_fault_is_reported_at_once(body: JSON, fields: set[str]) -> None:
    with pytest.raises(Refused) as refused:
        read_delivery_fault(body)
    assert refused.value.status == 400
    violations = refused.value.details["validationError"]["fieldViolations"]
    assert {violation["field"].partition(".")[0] for violation in violations} == fields
    assert "cuont" not in fields or 'did you mean "count"?' in refused.value.message


def test_a_site_has_a_limited_number_of_faults() -> None:
    shop = faulty(*[DeliveryFault("drop")] * 100)
    with pytest.raises(Refused, match="100 faults are planned; send DELETE /_orderquery/deliveries/faults first"):
        shop.deliveries.faults.add("", DeliveryFault("drop"))
    shop.deliveries.faults.add("another", DeliveryFault("drop"))


# -- over HTTP --------------------------------------------------------------------------------------------------

ROUTE = "/_orderquery/deliveries/faults"
TYPE = {"content-type": "application/json"}


def controlled() -> Asker:
    store = oq.open_store(":memory:")
    return Asker(store, oq.create_app(store, control=True))


def test_faults_are_added_listed_and_cleared() -> None:
    asker = controlled()
    assert asker.get(ROUTE).json == {"faults": []}
    fault = {"fault": "drop", "count": 2}
    assert asker.ask("POST", ROUTE, fault, TYPE).json == asker.get(ROUTE).json == {"faults": [fault]}
    assert asker.ask("DELETE", ROUTE).json == {"faults": []}
    asker.ask("POST", ROUTE, fault, TYPE)
    assert asker.ask("POST", "/_orderquery/reset", {}, TYPE).status == 200
    assert asker.get(ROUTE).json == {"faults": []}


def test_faults_exist_only_with_control() -> None:
    assert Asker().ask("POST", ROUTE, {"fault": "drop"}, TYPE).status == 404


def test_a_web_page_cannot_add_a_fault() -> None:
    answer = controlled().ask("POST", ROUTE, {"fault": "drop"}, {**TYPE, "origin": "https://evil.example"})
    assert answer.status == 403
    assert controlled().ask("POST", ROUTE, {"fault": "drop"}, {"content-type": "text/plain"}).status == 415
