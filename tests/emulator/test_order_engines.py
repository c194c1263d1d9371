"""Writes of orders on every store that can be written: the same answers, and no number twice."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from serving import LOAD, Asker
from test_emulator_cases import NEW_ORDER
from writable_stores import LASTING, WRITABLE, location_of

import orderquery as oq
from orderquery.emulator.clock import Clock
from orderquery.emulator.errors import Refused
from orderquery.language.datetimes import read_instant

JSON = Any
START = read_instant("2026-01-01T00:00:00.000Z")
PAYMENT = {"amount": {"amount": "4.00"}, "regularPaymentDetails": {"paymentMethod": "Cash", "status": "APPROVED"}}


def shop_over(store: oq.Store) -> oq.Emulator:
    return oq.Emulator(store, clock=Clock(START, frozen=True), seed="engines")


def life(shop: oq.Emulator) -> list[JSON]:
    """Return every answer and search of the life of two orders."""
    seen: list[JSON] = []

    def search(**condition: JSON) -> None:
        seen.append([order["number"] for order in shop.search_orders({"filter": condition}).orders])

    first = shop.create_order(NEW_ORDER).order
    second = shop.create_order({**NEW_ORDER, "status": "APPROVED"}).order
    seen += [first, second]
    search(status="APPROVED")
    added = shop.add_payments(first["id"], [PAYMENT, {**PAYMENT, "amount": {"amount": "6.00"}}])
    seen.append(added.to_json())
    search(paymentMethods="Cash", paymentStatus="PAID")
    seen.append(shop.update_payment_status(first["id"], added.payments_ids[0], "CANCELED").to_json())
    search(paymentStatus="PARTIALLY_PAID")
    items = [{"order": {"id": order["id"], "archived": True}} for order in (first, second, {"id": "nobody"})]
    seen.append(shop.bulk_update_orders(items, return_entity=True).to_json())
    search(archived=True)
    with pytest.raises(Refused):
        shop.update_order("nobody", {})
    seen.append(shop.cancel_order(second["id"], restock_all_items=True).order)
    search(status="CANCELED")
    seen.append([shop.get_order(order["id"]).order for order in (first, second)])
    return seen


def test_every_engine_gives_the_same_answers(tmp_path: Path) -> None:
    answers = {}
    for kind in WRITABLE:
        with oq.open_store(location_of(kind, tmp_path)) as store:
            answers[kind] = life(shop_over(store))
    for kind in LASTING:
        assert answers[kind] == answers["memory"], kind


@pytest.mark.parametrize("kind", WRITABLE)
def test_threads_share_the_numbers(kind: str, tmp_path: Path) -> None:
    with oq.open_store(location_of(kind, tmp_path)) as store:
        shop = oq.Emulator(store)
        numbers: list[str] = []

        def create() -> None:
            numbers.extend(shop.create_order(NEW_ORDER).order["number"] for _ in range(5))

        threads = [threading.Thread(target=create) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(numbers) == [str(number) for number in range(10_001, 10_021)]


@pytest.mark.parametrize("kind", LASTING)
def test_numbers_and_settings_outlive_the_emulator(kind: str, tmp_path: Path) -> None:
    location = location_of(kind, tmp_path)
    with oq.open_store(location) as store:
        settings = {"orderApprovalStrategy": "PAYMENT_RECEIVED"}
        order = oq.Emulator(store).create_order(NEW_ORDER, settings).order
        store.delete([order["id"]])
        kept = oq.Emulator(store).create_order(NEW_ORDER, settings).order
    with oq.open_store(location, create=False) as store:
        shop = oq.Emulator(store)
        assert kept["number"] == "10002"
        assert shop.create_order(NEW_ORDER).order["number"] == "10003"
        shop.add_payments(kept["id"], [PAYMENT])
        assert shop.get_order(kept["id"]).order["status"] == "APPROVED"


def test_tables_of_the_user_are_only_read(tmp_path: Path) -> None:
    """D55."""
    with sqlite3.connect(tmp_path / "own.db") as connection:
        connection.execute("CREATE TABLE shop_orders (order_id TEXT, body TEXT)")
        connection.execute("INSERT INTO shop_orders VALUES ('a', ?)", (json.dumps({"id": "a", "status": "APPROVED"}),))
    layout = oq.json_layout("shop_orders", key="order_id", document="body", dialect="sqlite")
    with oq.open_store(tmp_path / "own.db", layout=layout) as store:
        asker = Asker(store)
        assert asker.get("/ecom/v1/orders/a").status == 200
        for method, path in (("POST", "/ecom/v1/orders"), ("PATCH", "/ecom/v1/orders/a"), ("POST", LOAD)):
            answer = asker.ask(method, path, {"order": NEW_ORDER})
            assert (answer.status, answer.code) == (403, "READ_ONLY")
            assert "read-only" in answer.json["message"]
