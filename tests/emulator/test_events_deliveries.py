"""Deliveries (D80): order, retries, resending, crashes, and several processes on one store."""

from __future__ import annotations

import json
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from event_shop import SECOND, START, URL, Change, Shop, list_events

import orderquery as oq
from orderquery.emulator import outbox
from orderquery.emulator.clock import machine_time
from orderquery.emulator.deliveries import Deliveries
from orderquery.emulator.errors import Refused
from orderquery.emulator.events import EventDraft
from orderquery.emulator.limits import WEBHOOK_LEASE_S, WEBHOOK_RETRY_DELAYS_S
from orderquery.emulator.webhook_client import WebhookUrl

JSON = Any
OTHER = "http://b.test/hook"


# -- events -----------------------------------------------------------------------------------------------------


def test_an_event_has_the_keys_of_the_documents_in_their_order() -> None:
    shop = Shop()
    shop.emit("a")
    (event,) = list_events(shop.store)
    assert json.loads(event.document) == {
        "id": event.id,
        "entityFqdn": "wix.ecom.v1.order",
        "slug": "created",
        "entityId": "a",
        "createdEvent": {"entity": {"id": "a"}},
        "eventTime": "2026-01-01T00:00:00.000000Z",
        "triggeredByAnonymizeRequest": False,
    }
    assert event.type == "wix.ecom.v1.order_created"


def test_sequences_count_per_site_and_are_listed_after_one() -> None:
    shop = Shop()
    shop.emit("a", "b", "c")
    shop.emit("d", site="other")
    assert [event.sequence for event in list_events(shop.store)] == [1, 2, 3]
    assert [event.sequence for event in list_events(shop.store, after=1, limit=1)] == [2]
    assert [event.sequence for event in list_events(shop.store.at_site("other"))] == [1]


def test_no_two_events_of_a_site_have_one_time() -> None:  # D82
    shop = Shop()
    shop.emit("a", "b")
    shop.emit("c")
    shop.clock.advance(SECOND)
    shop.emit("d")
    times = [json.loads(event.document)["eventTime"][17:] for event in list_events(shop.store)]
    assert times == ["00.000000Z", "00.000001Z", "00.000002Z", "01.000000Z"]


def test_a18_events_follow_a_clock_that_is_set_back() -> None:
    shop = Shop()
    shop.emit("a")
    shop.clock.set(START - 3_600 * SECOND)
    shop.emit("a")
    times = [json.loads(event.document)["eventTime"] for event in list_events(shop.store)]
    assert times == ["2026-01-01T00:00:00.000000Z", "2025-12-31T23:00:00.000000Z"]
    assert shop.drain() == []
    shop.clock.set(START)
    assert shop.drain() == ["a", "a"]
    assert shop.sequences() == [1, 2]


def test_a_write_that_fails_announces_nothing() -> None:
    shop = Shop()

    def fail() -> None:
        with shop.store.transaction() as transaction:
            shop.log.append(Change(transaction, START), EventDraft("wix.ecom.v1.order", "created", "a", {}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list_events(shop.store) == []
    assert shop.drain() == []


# -- order and retries ------------------------------------------------------------------------------------------


def test_a6_events_are_delivered_in_their_order() -> None:
    shop = Shop()
    shop.emit("z", "a", "z", "m")
    shop.emit("a")
    assert shop.drain() == ["z", "a", "z", "m", "a"]
    assert shop.sequences() == [1, 2, 3, 4, 5]
    assert shop.drain() == []
    assert shop.states() == ["delivered"] * 5


def test_a_failed_delivery_holds_up_its_order_alone() -> None:
    shop = Shop(500)
    shop.emit("a", "b", "a")
    shop.emit("a", "b")
    assert shop.drain() == ["a", "b", "b"]
    shop.clock.advance(60 * SECOND)
    assert shop.drain() == ["a", "a", "a"]
    assert shop.sequences() == [1, 3, 4]


def test_a5_a_500_is_retried_on_the_schedule_of_the_emulators_clock() -> None:
    shop = Shop(*[500] * 12)
    shop.emit("a")
    assert shop.drain() == ["a"]
    assert shop.drain() == []
    for delay in WEBHOOK_RETRY_DELAYS_S:
        assert shop.deliveries.next_due("") == shop.clock.now() + delay * SECOND
        shop.clock.advance(delay * SECOND - 1)
        assert shop.drain() == []
        shop.clock.advance(1)
        assert shop.drain() == ["a"]
    assert shop.states() == ["delivered"]
    assert shop.deliveries.next_due("") is None


def test_the_schedule_is_that_of_the_service() -> None:
    hours = [round(second / 3_600, 2) for second in accumulate(WEBHOOK_RETRY_DELAYS_S)]
    assert hours == [0.02, 0.18, 1.18, 3.18, 5.18, 7.18, 11.18, 15.18, 19.18, 27.18, 35.18, 47.18]


def test_after_the_last_retry_the_order_goes_on() -> None:
    shop = Shop(*[503] * 13)
    shop.emit("a", "a")
    while (due := shop.deliveries.next_due("")) is not None:
        shop.clock.set(max(due, shop.clock.now()))
        shop.drain()
    assert shop.states() == ["failed", "delivered"]
    first, _ = outbox.list_deliveries(shop.store)
    assert [attempt["status"] for attempt in first.attempts] == [503] * 13


def test_each_url_has_its_own_queue() -> None:
    shop = Shop(500, urls=(URL, OTHER))
    shop.emit("a", "a")
    shop.drain()
    assert [url for url, _ in shop.sent] == [URL, OTHER, OTHER]
    shop.clock.advance(60 * SECOND)
    shop.drain()
    assert [url for url, _ in shop.sent] == [URL, URL]


def test_sites_are_delivered_with_their_instances() -> None:
    shop = Shop()
    shop.emit("a")
    shop.emit("b", site="s")
    assert sorted(shop.drain()) == ["a", "b"]
    instances = {json.loads(json.loads(_payload(body))["data"])["instanceId"] for body in shop.bodies}
    assert len(instances) == 2


def _payload(token: bytes) -> bytes:
    import base64

    part = token.split(b".")[1]
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


@pytest.mark.parametrize(
    ("answer", "state", "facts"),
    [
        (200, "delivered", {"status": 200}),
        (204, "delivered", {"status": 204, "note": "Wix expects status 200"}),
        (302, "waiting", {"status": 302, "error": "redirects are not followed"}),
        (404, "waiting", {"status": 404}),
        ("no answer within 1250 ms", "waiting", {"error": "no answer within 1250 ms"}),
    ],
)
def test_the_log_tells_what_was_answered(answer: int | str, state: str, facts: JSON) -> None:
    shop = Shop(answer)
    shop.emit("a")
    shop.drain()
    (delivery,) = outbox.list_deliveries(shop.store)
    assert (delivery.state, delivery.attempts) == (state, ({"time": "2026-01-01T00:00:00.000Z", **facts},))


def test_the_log_lists_an_event_with_all_its_deliveries() -> None:
    shop = Shop(urls=(URL, OTHER))
    shop.emit("a", "b", "c")
    listed = outbox.list_deliveries(shop.store, limit=3)
    assert [delivery.sequence for delivery in listed] == [1, 1, 2, 2]
    assert [delivery.sequence for delivery in outbox.list_deliveries(shop.store, after=2, limit=3)] == [3, 3]


def test_the_store_holds_no_url() -> None:
    shop = Shop(urls=("http://a.test/secret-path",))
    shop.emit("a")
    shop.drain()
    (delivery,) = outbox.list_deliveries(shop.store)
    assert "secret" not in repr(delivery)
    assert shop.deliveries.url_of(delivery.receiver) == "http://a.test/secret-path"


def test_deliveries_of_other_urls_stay_where_they_are() -> None:
    first = Shop()
    first.emit("a")
    second = Shop(store=first.store, urls=(OTHER,))
    assert second.drain() == []
    second.emit("b")
    assert second.drain() == ["b"]
    assert first.drain() == ["a"]


def test_without_urls_nothing_is_queued() -> None:
    shop = Shop(urls=())
    shop.emit("a")
    assert not shop.deliveries
    assert shop.states() == []
    assert len(list_events(shop.store)) == 1


# -- resending --------------------------------------------------------------------------------------------------


def test_a_delivery_is_resent_with_the_same_id() -> None:
    shop = Shop()
    shop.emit("a", "a")
    shop.drain()
    ids = [event["id"] for _, event in shop.sent]
    first, _ = outbox.list_deliveries(shop.store)
    resent = shop.deliveries.resend("", first.id)
    assert resent.state == "waiting"
    assert shop.drain() == ["a"]
    assert [event["id"] for _, event in shop.sent] == ids[:1]
    assert shop.states() == ["delivered", "delivered"]


def test_a_resend_is_retried_and_holds_up_nothing() -> None:
    shop = Shop(200, 500)
    shop.emit("a")
    shop.drain()
    (first,) = outbox.list_deliveries(shop.store)
    shop.deliveries.resend("", first.id)
    shop.drain()
    shop.emit("a")
    assert shop.drain() == ["a"]
    assert shop.sequences() == [2]
    shop.clock.advance(60 * SECOND)
    assert shop.drain() == ["a"]
    assert shop.sequences() == [1]


def test_resending_what_waits_makes_it_due_now() -> None:
    shop = Shop(500)
    shop.emit("a", "a")
    shop.drain()
    first, second = outbox.list_deliveries(shop.store)
    shop.deliveries.resend("", second.id)
    assert shop.drain() == []
    shop.deliveries.resend("", first.id)
    assert shop.drain() == ["a", "a"]
    assert shop.sequences() == [1, 2]


def test_an_unknown_delivery_is_not_resent() -> None:
    shop = Shop()
    with pytest.raises(Refused, match=r"delivery .* not found at this site") as refused:
        shop.deliveries.resend("", "000000000001-0000000000000000")
    assert refused.value.status == 404


def test_a_delivery_to_the_url_of_another_process_is_not_resent() -> None:
    shop = Shop()
    shop.emit("a")
    shop.drain()
    (delivery,) = outbox.list_deliveries(shop.store)
    with pytest.raises(Refused, match="to a URL of another server") as refused:
        Shop(store=shop.store, urls=(OTHER,)).deliveries.resend("", delivery.id)
    assert refused.value.status == 428
    assert shop.states() == ["delivered"]


def test_many_events_are_listed_in_their_order() -> None:
    shop = Shop()
    shop.emit(*map(str, range(50)))
    assert [event.sequence for event in list_events(shop.store, limit=45)] == list(range(1, 46))
    assert [event.sequence for event in list_events(shop.store, after=5)] == list(range(6, 51))
    assert list_events(shop.store, limit=0) == []


# -- crashes and other processes --------------------------------------------------------------------------------


def test_after_a_crash_the_outbox_goes_on(tmp_path: Path) -> None:
    with oq.open_store(tmp_path / "shop.db") as store:
        Shop(store=store).emit("a", "b", "a")
    with oq.open_store(tmp_path / "shop.db") as store:
        shop = Shop(store=store)
        assert shop.drain() == ["a", "b", "a"]


def test_a_delivery_in_progress_at_a_crash_is_made_again(tmp_path: Path) -> None:
    def crash(_: WebhookUrl, __: bytes) -> int:
        raise KeyboardInterrupt

    with oq.open_store(tmp_path / "shop.db") as store:
        crashing = Shop(store=store, post=crash)
        crashing.emit("a")
        with pytest.raises(KeyboardInterrupt):
            crashing.deliveries.drain()
        (entry,) = store.list_entries(outbox.queue_of(outbox.receiver_of(URL)))
        lease = json.loads(entry.document)
        with store.transaction() as transaction:
            transaction.put([entry._replace(document=json.dumps({**lease, "until": 0}).encode())])
        assert Shop(store=store).drain() == ["a"]


def claimed(shop: Shop, owner: str, at: int) -> bool:
    with shop.store.transaction() as transaction:
        found = outbox.claim(transaction, outbox.receiver_of(URL), START, owner=owner, machine_now=at)
    return found is not None


def test_a_lease_excludes_other_processes_until_it_ends() -> None:
    shop = Shop()
    shop.emit("a")
    lease = int(WEBHOOK_LEASE_S * SECOND)
    assert claimed(shop, "one", 1_000)
    assert not claimed(shop, "two", 1_000)
    assert not claimed(shop, "two", lease + 999)
    assert claimed(shop, "two", lease + 1_000)


def test_a_lease_of_a_machine_with_a_wrong_clock_does_not_last() -> None:
    shop = Shop()
    shop.emit("a")
    assert claimed(shop, "one", 10**15)
    assert claimed(shop, "two", 1_000)


def test_a_process_takes_its_own_lease_again() -> None:
    shop = Shop()
    shop.emit("a")
    assert claimed(shop, "one", 1_000)
    assert claimed(shop, "one", 1_001)


def test_another_process_takes_the_next_order() -> None:
    shop = Shop()
    shop.emit("a", "a", "b")
    assert claimed(shop, "one", machine_time())
    assert claimed(shop, "two", machine_time())
    assert not claimed(shop, "three", machine_time())


def test_what_was_reset_during_an_attempt_is_not_recorded() -> None:
    shop = Shop()

    def reset(_: WebhookUrl, __: bytes) -> int:
        with shop.store.transaction() as transaction:
            for kind in ("event", outbox.DELIVERY, outbox.queue_of(outbox.receiver_of(URL))):
                transaction.drop(kind)
        return 200

    shop.deliveries = Deliveries(shop.store, shop.clock_of, [URL], post=reset, background=False)
    shop.emit("a")
    shop.deliveries.drain()
    assert shop.states() == []
    assert shop.deliveries.next_due("") is None
