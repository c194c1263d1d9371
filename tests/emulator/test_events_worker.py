"""The worker that delivers in the background."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from event_shop import SECOND, Shop
from webhook_receiver import patient_post, receiving, status

import orderquery as oq
from orderquery.diagnostics.errors import StoreError
from orderquery.emulator import outbox
from orderquery.emulator.deliveries import Deliveries
from orderquery.emulator.events import EventLog


@contextmanager
def delivering(*answers: Any, urls: tuple[str, ...] = (), store: oq.Store | None = None) -> Iterator[tuple[Shop, Any]]:
    with receiving(*answers) as receiver:
        shop = Shop(store=store)
        shop.deliveries = Deliveries(shop.store, shop.clock_of, (receiver.url, *urls), post=patient_post)
        shop.log = EventLog(shop.deliveries.enqueue)
        try:
            yield shop, receiver
        finally:
            shop.deliveries.close()


def test_the_worker_delivers_in_order() -> None:
    with delivering() as (shop, receiver):
        for count in range(5):
            shop.emit("a", f"b{count}")
        receiver.wait_for(10)
    times = [event["eventTime"] for event in receiver.events]
    assert times == sorted(times)


def test_the_worker_retries_when_the_clock_is_advanced() -> None:
    with delivering(status(500), status(200)) as (shop, receiver):
        shop.emit("a", "a")
        receiver.wait_for(1)
        shop.deliveries.drain()
        assert len(receiver.bodies) == 1
        shop.clock.advance(60 * SECOND)
        shop.deliveries.wake()
        receiver.wait_for(3)
    assert len({event["id"] for event in receiver.events}) == 2


def test_a3_a_write_does_not_wait_for_a_receiver_that_hangs() -> None:
    with receiving() as other, delivering(lambda connection: other.wait_for(6), urls=(other.url,)) as (shop, receiver):
        # Every event reaches the other receiver while this one still holds its first.
        for count in range(6):
            shop.emit(f"a{count}")
        other.wait_for(6)
        assert len(receiver.bodies) <= 2


def test_a3_a_receiver_that_writes_to_the_emulator_does_not_block_it() -> None:
    with delivering(lambda _: shop.emit("b"), status(200)) as (shop, receiver):
        shop.emit("a")
        receiver.wait_for(2)
        shop.deliveries.drain()


def test_the_worker_goes_on_after_the_store_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    from orderquery.emulator import deliveries

    monkeypatch.setattr(deliveries, "STORE_RETRY_S", 0.01)
    with delivering() as (shop, receiver):
        real, failed = outbox.claim, []

        def fail_once(*args: Any, **options: Any) -> Any:
            if not failed:
                failed.append(True)
                raise StoreError("the disk is full")
            return real(*args, **options)

        monkeypatch.setattr(outbox, "claim", fail_once)
        shop.emit("a")
        receiver.wait_for(1)


def test_the_worker_finds_what_an_earlier_process_left(tmp_path: Path) -> None:
    with oq.open_store(tmp_path / "shop.db") as store, delivering(store=store) as (shop, receiver):
        url = receiver.url
        left = Shop(store=store, urls=(url,))
        left.emit("a", site="s")
        shop.deliveries.start()
        receiver.wait_for(1)


def test_closing_twice_and_writing_afterwards_is_allowed() -> None:
    with delivering() as (shop, _):
        shop.deliveries.close()
        shop.emit("a")
        shop.deliveries.close()
