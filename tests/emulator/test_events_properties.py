"""Laws of the outbox, with Hypothesis: at least once, in order per order, and with an end."""

from __future__ import annotations

from collections import Counter
from typing import Any

from event_shop import SECOND, Shop
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scaled

from orderquery.emulator import outbox
from orderquery.emulator.limits import WEBHOOK_RETRY_DELAYS_S

URLS = ("http://a.test/", "http://b.test/")
ANSWERS = st.sampled_from([200, 200, 204, 301, 500, "no answer within 1250 ms"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("emit"), st.lists(st.sampled_from("abc"), min_size=1, max_size=4)),
        st.tuples(st.just("drain"), st.none()),
        st.tuples(st.just("advance"), st.integers(0, 48 * 3600)),
        st.tuples(st.just("resend"), st.integers(0, 30)),
    ),
    max_size=12,
)


@settings(max_examples=scaled(2_000, 60), deadline=None)
@given(STEPS, st.lists(ANSWERS, max_size=80), st.integers(1, 2))
def test_every_event_is_delivered_or_given_up(steps: list[Any], answers: list[int | str], urls: int) -> None:
    shop, emitted, resent = Shop(*answers, urls=URLS[:urls]), list[str](), Counter[str]()
    attempts: list[tuple[str, str]] = []

    def drain() -> None:
        shop.drain()
        attempts.extend((url, event["id"]) for url, event in shop.sent)

    for step, value in steps:
        if step == "emit":
            shop.emit(*value)
            emitted += value
        elif step == "drain":
            drain()
        elif step == "advance":
            shop.clock.advance(value * SECOND)
        elif listed := outbox.list_deliveries(shop.store):
            chosen = listed[value % len(listed)]
            shop.deliveries.resend("", chosen.id)
            resent[chosen.id] += 1
    while (due := shop.deliveries.next_due("")) is not None:
        shop.clock.set(max(due, shop.clock.now()))
        drain()

    deliveries = outbox.list_deliveries(shop.store)
    assert len(deliveries) == len(emitted) * urls
    assert {delivery.state for delivery in deliveries} <= {"delivered", "failed"}
    made = Counter(attempts)
    most = len(WEBHOOK_RETRY_DELAYS_S) + 1
    for delivery in deliveries:
        count = made[shop.deliveries.url_of(delivery.receiver) or "", delivery.event_id]
        assert count == len(delivery.attempts)
        assert 1 <= count <= most * (1 + resent[delivery.id])
        last = delivery.attempts[-1]
        assert (delivery.state == "delivered") == (200 <= last.get("status", 0) < 300)
    for receiver in {delivery.receiver for delivery in deliveries}:
        for entity_id in "abc":
            of_order = [d for d in deliveries if (d.receiver, d.entity_id) == (receiver, entity_id)]
            firsts = [attempts.index((shop.deliveries.url_of(receiver) or "", d.event_id)) for d in of_order]
            # The first attempt of an event comes after those of the events before it, whatever was resent.
            assert firsts == sorted(firsts)
    assert shop.store.list_entries(outbox.queue_of(outbox.receiver_of(URLS[0]))) == []
    assert shop.store.list_entries(f"lane:{outbox.receiver_of(URLS[0])}") == []
