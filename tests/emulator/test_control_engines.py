"""Snapshots on every store that can be written."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from plan_lives import MEMBER, PLANS
from test_emulator_cases import NEW_ORDER
from writable_stores import WRITABLE, location_of

import orderquery as oq
from orderquery.emulator import control


@pytest.mark.parametrize("kind", WRITABLE)
def test_a_new_store_can_be_reset_at_once(kind: str, tmp_path: Path) -> None:
    with oq.open_store(location_of(kind, tmp_path)) as store:
        shop = oq.Emulator(store)
        first = control.FirstStates(shop)
        first.reset(shop)
        shop.create_order(NEW_ORDER)
        first.reset(shop)
        assert [*store.iterate_records()] == []
        assert store.list_all_entries() == []


@pytest.mark.parametrize("kind", WRITABLE)
def test_a_snapshot_can_be_restored_into_a_new_store(kind: str, tmp_path: Path) -> None:
    with oq.open_store(":memory:") as store:
        shop = oq.Emulator(store)
        shop.load_plans(PLANS.values())
        order = shop.create_order(NEW_ORDER).order
        plan_order = shop.create_offline_order(PLANS["monthly"]["id"], MEMBER).order
        saved = shop.save()
    with oq.open_store(location_of(kind, tmp_path)) as store:
        shop = oq.Emulator(store)
        shop.restore(saved)
        assert shop.get_order(order["id"]).order == order
        assert shop.management_get_order(plan_order["id"]).order == plan_order
        assert shop.save() == saved


@pytest.mark.parametrize("kind", WRITABLE)
def test_a_snapshot_beside_writers_is_of_one_moment(kind: str, tmp_path: Path) -> None:
    with oq.open_store(location_of(kind, tmp_path)) as store, ThreadPoolExecutor(1) as pool:
        emulator, done = oq.Emulator(store), threading.Event()

        def write() -> None:
            while not done.is_set():
                emulator.create_order(NEW_ORDER)

        writing = pool.submit(write)
        try:
            saved = [json.loads(emulator.save()) for _ in range(10)]
        finally:
            done.set()
        writing.result()
    for snapshot in saved:
        created = {entry["document"]["entityId"] for entry in snapshot["entries"] if entry["kind"] == "event"}
        assert created == {found["order"]["id"] for found in snapshot["tables"]["ecom-orders"]}
