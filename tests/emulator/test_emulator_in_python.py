"""The emulator without HTTP: the clock, time that passes, and the state of a site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import orderquery as oq

JSON = Any
PLAN, MEMBER = "b1111111-1111-4111-8111-111111111111", "c2222222-2222-4222-8222-222222222222"
PRICE = {"value": "20.00", "currency": "USD"}
MONTHLY = {"subscription": {"cycleDuration": {"count": 1, "unit": "MONTH"}, "cycleCount": 3}, "price": PRICE}
START = datetime(2026, 1, 1, tzinfo=UTC)
START_US = 1_767_225_600_000_000


@pytest.fixture
def shop() -> Iterator[oq.Emulator]:
    with oq.open_store(":memory:") as store:
        made = oq.Emulator(store, clock=oq.Clock(START, frozen=True), seed="a")
        made.load_plans([{"id": PLAN, "name": "Gold", "pricing": MONTHLY}])
        yield made


def slugs(shop: oq.Emulator) -> list[str]:
    return [event.type.rpartition("order_")[2] for event in shop.iterate_events()]


def test_a_clock_takes_datetimes_and_timedeltas() -> None:
    clock = oq.Clock(START, frozen=True)
    assert clock.now() == START_US
    assert clock.advance(timedelta(microseconds=1)) == START_US + 1
    clock.set(datetime(2026, 1, 1, 2, tzinfo=UTC) + timedelta(days=1))
    assert clock.now() == START_US + 26 * 3_600_000_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda clock: clock.set(datetime(2026, 1, 1)), "has no time zone; write: datetime"),
        (lambda clock: clock.set(datetime(1969, 1, 1, tzinfo=UTC)), "the clock would leave the years 1970 to 9999"),
        (lambda clock: clock.advance(timedelta(seconds=-1)), "cannot advance by -1000000 microseconds; use 0 or more"),
        (lambda clock: clock.advance(timedelta.max), "the clock would leave the years 1970 to 9999"),
        (lambda clock: oq.Clock(datetime(1900, 1, 1, tzinfo=UTC)), "the clock would leave the years 1970 to 9999"),
    ],
)
def test_what_no_clock_can_show_is_refused(change: Any, message: str) -> None:
    clock = oq.Clock(START, frozen=True)
    with pytest.raises(oq.UsageError, match=message):
        change(clock)
    assert clock.now() == START_US


def test_time_that_passes_does_in_order_what_falls_due(shop: oq.Emulator) -> None:
    order = shop.create_offline_order(PLAN, MEMBER, paid=True).order
    before = len(slugs(shop))
    assert shop.advance(timedelta(days=100)) > 0
    assert slugs(shop)[before:] == ["cycle_started", "updated", "cycle_started", "updated", "ended", "updated"]
    assert shop.clock.now() == START_US + 100 * 86_400_000_000
    assert shop.management_get_order(order["id"]).order["status"] == "ENDED"
    assert shop.advance(0) == 0


def test_time_passes_neither_backwards_nor_beyond_the_calendar(shop: oq.Emulator) -> None:
    shop.create_offline_order(PLAN, MEMBER)
    with pytest.raises(oq.UsageError, match="use 0 or more"):
        shop.advance(timedelta(seconds=-1))
    with pytest.raises(oq.UsageError, match="1970 to 9999"):
        shop.advance(timedelta.max)
    assert shop.clock.now() == START_US, "nothing is done of what cannot be done whole"


def test_a_site_goes_back_to_what_was_saved(shop: oq.Emulator) -> None:
    saved = shop.save()
    first = shop.create_offline_order(PLAN, MEMBER)
    shop.advance(timedelta(days=40))
    assert shop.save() != saved
    shop.restore(saved)
    assert (shop.save(), shop.clock.now()) == (saved, START_US)
    assert shop.create_offline_order(PLAN, MEMBER) == first, "the same seed, clock and call"
    with pytest.raises(oq.Refused, match=r"not a snapshot: .*; send what POST /_orderquery/save answered") as refused:
        shop.restore(b"{}")
    assert refused.value.status == 400


def test_a_read_only_site_is_not_restored() -> None:
    with oq.open_store(":memory:") as store:
        saved = oq.Emulator(store).save()
        with pytest.raises(oq.Refused, match="read-only") as refused:
            oq.Emulator(store, read_only=True).restore(saved)
    assert refused.value.status == 403
