"""A sync from an emulator in this process: everything arrives, and later only what has changed."""

from __future__ import annotations

from sync_service import Service, differences

import orderquery as oq


def test_everything_arrives_and_later_what_has_changed(service: Service, store: oq.Store) -> None:
    service.store.load(oq.sample(450))
    first = service.sync(store)
    assert differences(service, store) == []
    assert first.new == service.store.count({})
    assert first.is_complete
    before = len(service.requests)
    again = service.sync(store)
    assert (again.new, again.changed) == (0, 0)
    assert len(service.requests) - before < 8
    order_id = next(iter(service.store.search({}).ids))
    service.clock.advance(5_000_000)
    service.emulator.update_order(order_id, {"archived": True})
    service.emulator.add_payments(
        order_id, [{"amount": {"amount": "1.00"}, "regularPaymentDetails": {"offlinePayment": True}}]
    )
    third = service.sync(store)
    assert (third.new, third.changed) == (0, 1)
    assert differences(service, store) == []
