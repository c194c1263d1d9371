"""The signature of a webhook decides its site (D36), and an event changes a site once (D131)."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from project import TESTS
from serving import Asker
from test_emulator_loads import ID, claims, public, signed

import orderquery as oq
from orderquery.emulator.envelope import envelope_claims, instance_of
from orderquery.emulator.signing_key import process_signing_key

JSON = Any
EVENT = (TESTS / "samples" / "order_approved.event.json").read_text("utf-8")
BERLIN, ROME, UNNAMED = (f"{digit * 8}-1111-4111-8111-111111111111" for digit in "123")
GIVEN = {"berlin": BERLIN, "rome": ROME, "": UNNAMED}


def envelope(instance_id: str, event: str = EVENT, **more: JSON) -> bytes:
    inner = {"eventType": "wix.ecom.v1.order_approved", "instanceId": instance_id, "data": event}
    return signed({**claims(), "data": json.dumps(inner), **more})


def locked(instances: dict[str, str] | None = None, store: oq.Store | None = None, **options: Any) -> Asker:
    store = store or oq.open_store(":memory:")
    return Asker(store, emulator=oq.Emulator(store, instances=instances), webhook_key=public(), **options)


def sites_of(asker: Asker) -> list[str]:
    return asker.store.sites()


@pytest.mark.parametrize("site", GIVEN)
def test_an_instance_goes_to_its_site_whatever_the_url_says(site: str) -> None:
    asker = locked(GIVEN)
    assert asker.load(envelope(GIVEN[site])).json["orders"] == 1
    assert sites_of(asker) == [site]
    for other in ("paris", *(name for name in GIVEN if name and name != site)):
        answer = asker.load(envelope(GIVEN[site]), f"?site={other}", **{"wix-site-id": other})
        assert (answer.status, answer.code) == (403, "PERMISSION_DENIED")
    assert asker.load(envelope(GIVEN[site]), "", **{"wix-site-id": "rome"}).status == 200
    assert sites_of(asker) == [site]
    if site:
        assert asker.load(envelope(GIVEN[site]), f"?site={site}").status == 200


@pytest.mark.parametrize("instance_id", ["", "i", BERLIN[:-1], f" {BERLIN}", BERLIN + "\0", "berlin"])
@pytest.mark.parametrize("query", ["", "?site=berlin", "?site=new"])
def test_an_unknown_instance_goes_nowhere(instance_id: str, query: str) -> None:
    asker = locked({"berlin": BERLIN})
    answer = asker.load(envelope(instance_id), query)
    assert (answer.status, answer.code) == (403, "PERMISSION_DENIED")
    assert "--instance" in answer.json["message"]
    assert sites_of(asker) == []


@pytest.mark.parametrize("value", [None, 5, [BERLIN], {"a": 1}, True])
def test_an_instance_that_is_no_text(value: JSON) -> None:
    inner = {"eventType": "x", "instanceId": value, "data": EVENT}
    asker = locked({"berlin": BERLIN})
    assert asker.load(signed({**claims(), "data": json.dumps(inner)})).status == 403
    assert sites_of(asker) == []


def test_without_instances_only_the_served_site_is_there() -> None:
    asker = locked()
    for query in ("?site=beta", "?site=new"):
        answer = asker.load(envelope("i"), query)
        assert answer.status == 403
        assert f"--instance {query[6:]}=ID" in answer.json["message"]
    assert asker.load(envelope("i")).json["orders"] == 1
    assert sites_of(asker) == [""]
    store = oq.open_store(":memory:")
    one = locked(store=store.at_site("one"))
    for query in ("", "?site=one"):
        assert one.load(envelope("i"), query).status == 200
    assert one.load(envelope("i"), "?site=two").status == 403
    assert store.sites() == ["one"]


def test_with_the_api_key_too_the_signature_decides() -> None:
    asker = locked({"berlin": BERLIN}, api_key="k")
    assert asker.load(envelope(BERLIN), "?site=rome", authorization="k").status == 403
    assert asker.load(envelope(BERLIN), authorization="k").status == 200
    assert sites_of(asker) == ["berlin"]
    # Documents of a caller with the key go where the caller says.
    assert asker.load({"id": "a", "number": "1"}, "?site=rome", authorization="k").status == 200


def test_without_a_webhook_key_an_envelope_is_like_its_event() -> None:
    store = oq.open_store(":memory:")
    asker = Asker(store, emulator=oq.Emulator(store, instances={"berlin": BERLIN}))
    assert asker.load(envelope(BERLIN)).status == 200
    assert asker.load(envelope(BERLIN), "?site=rome").status == 200
    assert asker.load(envelope("i")).status == 200
    assert store.sites() == ["", "berlin", "rome"]


# -- our own deliveries -----------------------------------------------------------------------------------------------


def own_envelope(site: str, instances: dict[str, str] | None = None) -> bytes:
    found = envelope_claims(EVENT.encode(), "wix.ecom.v1.order_approved", instance_of(site, instances))
    return process_signing_key.get().sign(found).encode()


def test_our_own_envelopes_are_accepted_at_their_site_alone() -> None:
    store = oq.open_store(":memory:")
    asker = Asker(store, webhook_key=process_signing_key.get().public_pem)
    assert asker.load(own_envelope("berlin"), "?site=rome").status == 403
    assert asker.load(own_envelope(""), "?site=rome").status == 403
    assert asker.load(own_envelope("berlin"), "?site=berlin").json["orders"] == 1
    assert asker.load(own_envelope("")).json["orders"] == 1
    # Sent again without the site, it is that of its instance.
    assert asker.load(own_envelope("berlin")).json["orders"] == 0
    assert store.sites() == ["", "berlin"]


def test_events_of_a_server_reach_another_one() -> None:
    ours, theirs = Asker(control=True), oq.open_store(":memory:")
    theirs_asker = Asker(theirs, webhook_key=process_signing_key.get().public_pem)
    line = {
        "productName": {"original": "Mug"},
        "quantity": 1,
        "price": {"amount": "5.00"},
        "itemType": {"preset": "PHYSICAL"},
    }
    order = {
        "lineItems": [line],
        "channelInfo": {"type": "WEB"},
        "priceSummary": {"total": {"amount": "5.00"}},
        "currency": "USD",
    }
    created = ours.ask("POST", "/ecom/v1/orders", {"order": order}, {"wix-site-id": "berlin"}).json["order"]
    listed = ours.get("/_orderquery/events?envelopes=true", site="berlin").json["events"]
    for item in listed:
        assert theirs_asker.load(item["envelope"], "?site=berlin").status == 200
    assert theirs.sites() == ["berlin"]
    assert theirs.at_site("berlin").get(created["id"])["number"] == created["number"]


# -- replays ----------------------------------------------------------------------------------------------------------


def test_an_event_taken_once_changes_nothing_the_second_time() -> None:
    asker = locked({"berlin": BERLIN})
    first = envelope(BERLIN)
    assert asker.load(first).json["orders"] == 1
    at = asker.store.at_site("berlin")
    at.delete([ID])
    for again in (first, envelope(BERLIN), envelope(BERLIN, json.dumps(json.loads(EVENT), indent=3))):
        answer = asker.load(again)
        assert (answer.status, answer.json["orders"], answer.json["skipped"]) == (200, 0, 0)
    assert at.get(ID) is None


def test_times_are_judged_over_http_and_not_in_files(tmp_path: Path) -> None:
    old = envelope(BERLIN, iat=int(time.time()) - 90_000, exp=int(time.time()) + 60)
    past = envelope(BERLIN, iat=1_000, exp=2_000)
    timeless = signed({"data": claims()["data"]})
    asker = locked({"berlin": BERLIN})
    file = tmp_path / "events.jsonl"
    for token in (old, past, timeless):
        assert asker.load(token).status == 401
        # A server that verifies nothing, and a file, accept an archive.
        assert Asker().load(token).status == 200
        file.write_bytes(token)
        assert oq.open_store(":memory:").load(file).orders == 1
    ahead = envelope(BERLIN, iat=int(time.time()) + 30)
    assert asker.load(ahead).status == 200


# -- no load makes another site unreachable ---------------------------------------------------------------------------

PLAN = {
    "id": "b1111111-1111-4111-8111-111111111111",
    "name": "Gold",
    "pricing": {"price": {"value": "20.00", "currency": "USD"}, "singlePaymentUnlimited": True},
}


@pytest.mark.parametrize("restarted", [False, True])
def test_the_site_without_a_name_stays_reachable(restarted: bool) -> None:
    store = oq.open_store(":memory:")
    store.load([{"id": "a", "number": "1", "status": "APPROVED"}])
    asker = Asker(store)
    assert asker.load({"id": "b", "number": "2", "status": "APPROVED"}, "?site=beta").status == 200
    assert asker.load(PLAN, "?site=gamma&kind=plans").json["plans"] == 1
    store.at_site("delta").load([{"id": "d", "number": "4", "status": "APPROVED"}])
    if restarted:
        asker = Asker(store)
    assert asker.search({}).ids == ["a"]
    assert asker.search({}, site="beta").ids == ["b"]
    assert asker.search({}, site="delta").ids == ["d"]
    assert asker.search({}, site="gamma").ids == []
    assert asker.get("/ecom/v1/orders/a").status == 200
    assert asker.search({}, site="any").ids == ([] if restarted else ["a"])


def test_a_site_of_plans_and_entries_alone_is_reached_by_its_header() -> None:
    store = oq.open_store(":memory:")
    store.load([{"id": "a", "number": "1", "status": "APPROVED"}])
    asker = Asker(store)
    asker.load(PLAN, "?site=gamma&kind=plans")
    offline = {"planId": PLAN["id"], "memberId": "c2222222-2222-4222-8222-222222222222", "paid": True}
    made = asker.ask("POST", "/pricing-plans/v2/checkout/orders/offline", offline, {"wix-site-id": "gamma"})
    assert made.status == 200
    listed = asker.get("/pricing-plans/v2/orders", site="gamma").json["orders"]
    assert [order["planId"] for order in listed] == [PLAN["id"]]
    assert asker.get("/pricing-plans/v2/orders").json["orders"] == []


def test_a_site_that_was_emptied_does_not_become_another() -> None:
    store = oq.open_store(":memory:")
    store.load([{"id": "a", "number": "1", "status": "APPROVED"}])
    asker = Asker(store)
    asker.load({"id": "b", "number": "2", "status": "APPROVED"}, "?site=beta")
    assert asker.search({}, site="beta").ids == ["b"]
    store.at_site("beta").delete(["b"])
    assert asker.search({}, site="beta").ids == []
