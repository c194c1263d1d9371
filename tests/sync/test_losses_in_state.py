"""Ways in which other syncs lost orders between runs: cases C9 to C13 and C19 to C28.

D115 the mark, D116 deletions.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sync_service import BASE_URL, START, Service, differences, failed, fast_pace, transport

import orderquery as oq
from orderquery.language.datetimes import read_instant, write_instant
from orderquery.sync.retries import MAX_RETRY_AFTER_S, read_retry_after
from orderquery.sync.watermark import MAX_OVERLAP_US, MIN_OVERLAP_US, TOMBSTONES, read_mark

JSON = Any
MINUTE_US = 60_000_000


def at(minutes: float) -> str:
    """Return a stamp so many minutes after the service's start."""
    return write_instant(int(START.timestamp() * 1_000_000) + int(minutes * MINUTE_US))


def fill(service: Service, orders: int) -> None:
    for index in range(orders):
        service.put(f"order-{index:03}", at(index - orders), str(index))


class Died(BaseException):
    """Ends a run as a kill would, within a statement."""


def test_c9_the_mark_is_in_the_transaction_of_its_orders(service: Service, store: oq.Store, monkeypatch: Any) -> None:
    """The run dies in every statement that it sends to the store; rows and mark are there together or not at all."""
    fill(service, 12)
    for index in range(6):
        service.pay(f"order-{index:03}", f"method {index}")
    names = ("_read_states", "_read_documents", "_write_changes", "_execute", "_query")
    engine = type(store)
    originals = {name: getattr(engine, name) for name in names}
    calls, dies_at = [0], [0]

    def counting(name: str) -> Any:
        def call(self: Any, *args: Any, **options: Any) -> Any:
            if self._connections is store._connections:  # type: ignore[attr-defined]
                calls[0] += 1
                if calls[0] == dies_at[0]:
                    raise Died
            return originals[name](self, *args, **options)

        return call

    for name in names:
        monkeypatch.setattr(engine, name, counting(name))
    died = 0
    while True:
        calls[0], dies_at[0] = 0, died + 1
        state = read_mark_quietly(store, calls), store_bytes(store, calls)
        calls[0] = 0
        try:
            service.sync(store)
            break
        except Died:
            died += 1
            calls[0] = -1_000
            assert (read_mark(store), store_bytes(store, calls)) == state
    assert died > 8
    assert differences(service, store) == []


def read_mark_quietly(store: oq.Store, calls: list[int]) -> Any:
    calls[0] = -1_000
    return read_mark(store)


def store_bytes(store: oq.Store, calls: list[int]) -> list[Any]:
    calls[0] = -1_000
    return [*store.iterate_records()]


def test_c10_an_order_that_becomes_visible_late_is_found_and_widens_the_overlap(
    service: Service, store: oq.Store
) -> None:
    fill(service, 10)
    service.sync(store)
    assert read_mark(store).overlap == MIN_OVERLAP_US
    service.put("later", at(20), "100")
    service.clock.advance(30 * MINUTE_US)
    service.sync(store)
    service.put("late by 90 s", at(18.5), "99")
    assert service.sync(store).lag == 90_000_000
    assert differences(service, store) == []
    # It took longer than half of the overlap, so the next runs read farther back.
    service.put("late by 9 min", at(11), "98")
    found = service.sync(store)
    assert differences(service, store) == []
    assert found.overlap == 2 * 9 * MINUTE_US
    service.put("late by 15 min", at(5), "97")
    service.sync(store)
    assert differences(service, store) == []
    assert read_mark(store).overlap == 2 * 15 * MINUTE_US


def test_c11_the_overlap_widens_the_read_and_the_mark_never_goes_back(service: Service, store: oq.Store) -> None:
    fill(service, 10)
    marks = []
    for _ in range(4):
        service.sync(store)
        marks.append(read_mark(store).through)
    assert marks == [read_instant(at(-1))] * 4
    (window, *_) = [body for body in service.searches()[-8:] if "$gte" in json.dumps(body)]
    assert write_instant(read_instant(at(-1)) - MIN_OVERLAP_US) in json.dumps(window)  # type: ignore[operator]
    service.store.delete(["order-009"])
    service.sync(store)
    assert read_mark(store).through == marks[0]


@pytest.mark.parametrize("minutes", [10, -10, 60 * 24 * 365])
def test_c12_the_clock_of_this_machine_decides_nothing(
    service: Service, store: oq.Store, minutes: int, monkeypatch: Any
) -> None:
    real = __import__("time").time
    monkeypatch.setattr("time.time", lambda: real() + minutes * 60)
    fill(service, 30)
    service.sync(store)
    service.clock.advance(MINUTE_US)
    service.put("new", at(0.5), "31")
    found = service.sync(store)
    assert differences(service, store) == []
    assert found.complete_to == read_instant(at(1))
    assert not re.search(str(datetime.now().year + 1), json.dumps(service.searches()))


def test_c12_a_service_without_a_date_is_read_up_to_its_data(store: oq.Store) -> None:
    service = Service(dated=False)
    fill(service, 30)
    service.sync(store)
    assert read_mark(store).through == read_instant(at(-1))
    service.put("same stamp", at(-1), "31")
    service.put("new", at(5), "32")
    service.sync(store)
    assert differences(service, store) == []
    service.close()


def test_c12_the_clock_of_the_service_jumps(service: Service, store: oq.Store) -> None:
    fill(service, 10)
    service.clock.advance(120 * MINUTE_US)
    service.put("before the jump", at(120), "90")
    service.sync(store)
    service.clock.set(START)
    service.put("after the jump", at(0), "91")
    found = service.sync(store)
    assert any("clock went back" in note for note in found.notes)
    assert differences(service, store) == []
    # A date in the future is read, and does not keep later changes out.
    service.put("of the future", "2099-01-01T00:00:00.000Z", "92")
    service.sync(store)
    service.put("today", at(1), "93")
    service.clock.advance(2 * MINUTE_US)
    service.sync(store)
    assert differences(service, store) == []


STAMPS = (
    "2026-03-01T14:00:00+02:00", "2026-03-01T12:00:00", "2026-03-01T12:00:00.123456Z", "2026-03-01T12:00:00.123Z",
    "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-03-01T11:59:59.999999999Z", "2025-12-31T23:59:59-12:00",
)  # fmt: skip


def test_c13_stamps_are_compared_as_instants(service: Service, store: oq.Store) -> None:
    for index, stamp in enumerate(STAMPS):
        service.put(f"order-{index}", stamp, str(index))
    service.sync(store)
    assert differences(service, store) == []
    for index, stamp in enumerate(STAMPS):
        service.put(f"order-{index}", stamp, str(index), archived=True)
    service.sync(store, verify=True)
    assert differences(service, store) == []


@pytest.mark.parametrize(
    ("header", "wanted_s"),
    [
        ("7", 7),
        ("Sun, 01 Mar 2026 12:00:09 GMT", 9),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-1", None),
    ],
)
def test_c19_retry_after_in_both_forms_is_waited_for_once(
    service: Service, store: oq.Store, header: str, wanted_s: int | None
) -> None:
    fill(service, 3)
    pace, waited = fast_pace(), list[float]()
    pace.sleep = waited.append

    def throttled(_: httpx2.Request, ask: Any) -> httpx2.Response:
        return httpx2.Response(429, headers={"date": ask().headers["date"], "rEtRy-AfTeR": header}, content=b"{}")

    service.faults = [None, throttled]
    service.sync(store, pace=pace)
    assert differences(service, store) == []
    assert len(waited) == 1
    if wanted_s is not None:
        assert wanted_s <= waited[0] <= wanted_s + 1
    assert read_retry_after(header, read_instant(at(0))) == wanted_s


def test_c19_two_syncs_do_not_come_back_at_once_and_a_long_wait_is_an_end(service: Service, store: oq.Store) -> None:
    fill(service, 3)
    waits = []
    for _ in range(2):
        pace, waited = fast_pace(), list[float]()
        pace.sleep = waited.append
        service.faults = [None, *[failed] * 5]
        service.sync(store, pace=pace)
        waits.append(tuple(waited))
    assert waits[0] != waits[1]
    assert all(wait <= 60 for wait in waits[0])

    def long(_: httpx2.Request, __: Any) -> httpx2.Response:
        return httpx2.Response(503, headers={"retry-after": str(int(MAX_RETRY_AFTER_S) + 1)})

    service.faults = [long]
    with pytest.raises(oq.SyncError, match="asks to wait 301 s"):
        service.sync(store)
    service.faults = [None, *[failed] * 20]
    with pytest.raises(oq.SyncError, match="answers 500"):
        service.sync(store)
    assert service.faults


def test_c20_a_401_is_followed_by_one_new_key_and_then_the_end(store: oq.Store) -> None:
    service = Service(api_key="good")
    fill(service, 3)
    keys = ["old", "old", "good"]
    options: JSON = {"base_url": BASE_URL, "transport": transport(service), "pace": fast_pace()}
    # The first is read to check that it is complete, the second sent, the third read after the 401.
    oq.sync(store, credentials=lambda: oq.Credentials(keys.pop(0) if len(keys) > 1 else keys[0]), **options)
    assert differences(service, store) == []
    mark, asked = read_mark(store), len(service.requests)
    with pytest.raises(oq.SyncError, match=r"401.*set WIX_API_KEY"):
        oq.sync(store, credentials=oq.Credentials("bad"), **{**options, "pace": fast_pace()})
    assert len(service.requests) - asked == 2
    assert read_mark(store) == mark
    service.close()


@pytest.mark.parametrize("option", ["verify", "full"])
def test_c21_deleted_orders_are_found_behind_a_guard(service: Service, store: oq.Store, option: str) -> None:
    fill(service, 60)
    service.sync(store)
    service.store.delete([f"order-{index:03}" for index in range(5)])
    assert service.sync(store).deleted == 0
    assert service.sync(store, **{option: True}).deleted == 5
    assert differences(service, store) == []
    assert [entry.key for entry in store.list_entries(TOMBSTONES)] == [f"order-{index:03}" for index in range(5)]
    service.store.delete([f"order-{index:03}" for index in range(10, 40)])
    found = service.sync(store, **{option: True})
    assert (found.deleted, found.kept_deletions) == (0, 30)
    assert not found.is_complete
    assert any("--max-deletions 30" in note for note in found.notes)
    assert store.count({}) == 55
    assert service.sync(store, max_deletions=30, **{option: True}).deleted == 30
    assert differences(service, store) == []
    # An order that is back is stored again.
    service.put("order-003", at(1), "3")
    service.clock.advance(2 * MINUTE_US)
    assert service.sync(store).restored == 1
    assert differences(service, store) == []
    assert "order-003" not in [entry.key for entry in store.list_entries(TOMBSTONES)]


def test_c21_a_hidden_order_is_not_deleted_but_hidden_here_too(service: Service, store: oq.Store) -> None:
    fill(service, 20)
    service.sync(store)
    service.put("order-004", at(-16), "4", status="INITIALIZED")
    assert service.sync(store, verify=True).deleted == 0
    assert store.get("order-004")["status"] == "INITIALIZED"
    assert differences(service, store) == []


def event(order_id: str, when: str, method: str) -> JSON:
    payments = [{"regularPaymentDetails": {"paymentMethod": method}}]
    record = {"orderId": order_id, "payments": payments, "refunds": []}
    return {
        "id": f"event {method}", "entityFqdn": "wix.ecom.v1.order_transactions", "slug": "updated", "entityId": order_id,
        "eventTime": when, "actionEvent": {"body": {"orderTransactions": record}},
    }  # fmt: skip


def test_c22_an_older_event_does_not_replace_what_was_read(service: Service, store: oq.Store) -> None:
    service.put("order", at(-10), "1", archived=True)
    service.pay("order", "newest")
    service.sync(store)
    stored = store.get("order"), store.get_transactions("order")
    assert store.load([{**stored[0], "updatedDate": at(-20), "archived": False}]).older == 1
    assert store.load([event("order", at(-20), "older")]).older == 1
    assert (store.get("order"), store.get_transactions("order")) == stored
    # A newer event stays, until the service shows a newer state; equal stamps are read again.
    newer = {**stored[0], "updatedDate": at(5), "archived": False}
    store.load([newer])
    assert service.sync(store).older == 1
    assert store.get("order") == newer
    service.put("order", at(5), "1", archived=True, seenByAHuman=True)
    service.sync(store)
    assert store.get("order")["seenByAHuman"]


def test_c23_payments_change_without_their_order(service: Service, store: oq.Store) -> None:
    fill(service, 30)
    service.sync(store)
    service.pay("order-029", "recent")
    service.sync(store)
    assert differences(service, store) == []
    service.pay("order-000", "long ago")
    service.sync(store)
    assert differences(service, store) == ["other transactions order-000"]
    assert service.sync(store, verify=True).differences == 1
    assert differences(service, store) == []


def test_c24_nothing_depends_on_how_long_the_service_remembers_changes(service: Service, store: oq.Store) -> None:
    """A sync reads orders, not a feed of changes; after a gap of years it reads what was updated since."""
    fill(service, 30)
    service.sync(store)
    service.clock.advance(5 * 365 * 86_400 * 1_000_000)
    service.emulator.update_order("order-001", {"archived": True})
    before = len(service.requests)
    assert service.sync(store).changed == 1
    assert len(service.requests) - before < 10
    assert differences(service, store) == []


def test_c25_a_hidden_order_that_enters_later_has_an_old_creation_date(service: Service, store: oq.Store) -> None:
    service.put("draft", at(-600), "1", status="INITIALIZED", createdDate=at(-600))
    fill(service, 30)
    service.sync(store)
    assert store.get("draft") is None
    service.clock.advance(MINUTE_US)
    service.put("draft", at(1), "1", status="APPROVED", createdDate=at(-600))
    service.sync(store)
    assert differences(service, store) == []


def test_c26_reading_a_window_again_writes_nothing(service: Service, tmp_path: Path) -> None:
    fill(service, 60)
    with oq.open_store(tmp_path / "shop.db") as store:
        service.sync(store)
        again = service.sync(store, full=True)
        assert (again.new, again.changed, again.unchanged, again.transactions) == (0, 0, 60, 0)


def test_c27_new_values_and_fields_are_kept_and_reported(service: Service, store: oq.Store) -> None:
    fill(service, 3)
    service.put("surprise", at(0), "9", status="ON_THE_MOON", newField={"deep": [1, 2.50, None]}, archived="perhaps")
    found = service.sync(store)
    assert differences(service, store) == []
    assert store.get_document("surprise") == service.store.get_document("surprise")
    assert [problem.code for problem in found.problems] == ["unfit-value"]
    assert found.skipped == 0


def test_c28_of_two_syncs_at_once_one_refuses(service: Service, store: oq.Store) -> None:
    fill(service, 30)
    inner = list[oq.SyncResult]()

    def sync_again(_: int) -> None:
        if not inner:
            service.before = lambda _: None
            inner.append(service.sync(store))

    service.before = sync_again
    with pytest.raises(oq.SyncError, match="another sync wrote"):
        service.sync(store)
    assert inner[0].new == 30
    service.sync(store)
    assert differences(service, store) == []


def test_every_loss_has_a_case() -> None:
    texts = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_losses_*.py"))
    assert {int(number) for number in re.findall(r"def test_c(\d+)_", texts)} == set(range(1, 29))


def test_overlap_has_an_end() -> None:
    from orderquery.sync.watermark import Mark

    assert Mark(lag=10**15).overlap == MAX_OVERLAP_US
    assert Mark().overlap == MIN_OVERLAP_US
