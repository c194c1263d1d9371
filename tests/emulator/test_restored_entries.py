"""Entries of orders and plans after a restore: a snapshot can hold anything."""

from __future__ import annotations

import pytest
from every_operation import BODIES, MONTHLY, PAYMENT
from test_events_restored import STRANGE

import orderquery as oq
from orderquery.emulator.errors import Refused
from orderquery.emulator.orders import SETTINGS
from orderquery.emulator.plan_loads import PLAN
from orderquery.stores.service_state import Entry

DOCUMENTS = [*STRANGE, b'{"orderApprovalStrategy": {}}', b'{"orderApprovalStrategy": "NEVER"}']


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_strange_entry_is_read_as_none(document: bytes) -> None:
    with oq.open_store(":memory:") as store:
        shop = oq.Emulator(store)
        order = shop.create_order(**BODIES["create_order"]).order
        with store.transaction() as transaction:
            transaction.put([Entry(SETTINGS, order["id"], 0, document), Entry(PLAN, MONTHLY, 0, document)])
        shop.add_payments(order["id"], [PAYMENT])
        assert shop.get_order(order["id"]).order["paymentStatus"] != "NOT_PAID"
        with pytest.raises(Refused) as refused:
            shop.get_price_preview(MONTHLY)
        assert refused.value.status == 404
