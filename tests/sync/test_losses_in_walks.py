"""Ways in which other syncs lost orders while they walked: cases C1 to C8 and C14 to C18. D113."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx2
import pytest
from sync_service import BASE_URL, Service, differences, fast_pace, transport

import orderquery as oq
from orderquery.language.datetimes import write_instant
from orderquery.sync import window_reader
from orderquery.sync.answers import OrderKey, read_search
from orderquery.sync.failures import TemporaryFailure
from orderquery.sync.walk import Window, walk
from orderquery.sync.watermark import read_mark

JSON = Any
PAGE = 20
"""Smaller than the service's 100, for as many pages with fewer orders."""
ONE_STAMP = "2026-02-01T10:00:00.000Z"


@pytest.fixture(autouse=True)
def _smaller_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_reader, "PAGE_ORDERS", PAGE)


def day(number: int) -> str:
    return f"2026-02-{number:02}T10:00:00.000Z"


def fill(service: Service, orders: int, *, same_stamp: int = 0) -> None:
    service.write(
        *(
            {
                "id": f"order-{index:04}", "number": str(10_000 + index), "status": "APPROVED",
                "createdDate": write_instant(1_767_000_000_000_000 + index * 1_000_000), "priceSummary": {},
                "updatedDate": ONE_STAMP if index < same_stamp else write_instant(1_769_990_000_000_000 + index * 60_000_000),
            }
            for index in range(orders)
        )
    )  # fmt: skip


def during(service: Service, at: dict[int, Any]) -> None:
    """Call a function before the n-th request from now on."""
    base = len(service.requests)

    def call(number: int) -> None:
        if number - base in at:
            at.pop(number - base)()

    service.before = call


def test_c1_equal_stamps_across_a_page_and_the_end_of_a_run(service: Service, store: oq.Store) -> None:
    fill(service, 46, same_stamp=28)
    service.sync(store)
    assert differences(service, store) == []
    # More orders get the stamp that the last run ended at.
    last = service.store.search({"sort": [{"fieldName": "updatedDate", "order": "DESC"}]}).orders[0]["updatedDate"]
    for index in range(3):
        service.put(f"late-{index}", last, str(index))
    service.sync(store)
    assert differences(service, store) == []


@pytest.mark.parametrize("numbers", ["different", "missing", "equal", "not numbers"])
def test_c2_hundreds_of_orders_with_one_stamp(
    service: Service, store: oq.Store, numbers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The service's own page size once; smaller ones behave the same.
    orders, page = (250, 100) if numbers == "missing" else (50, PAGE)
    monkeypatch.setattr(window_reader, "PAGE_ORDERS", page)
    of = {
        "different": str,
        "missing": lambda _: None,
        "equal": lambda _: "7",
        "not numbers": lambda index: f"A-{index:03}",
    }
    for index in range(orders):
        service.put(f"order-{index}", ONE_STAMP, of[numbers](index))
    assert service.sync(store).new == orders
    assert differences(service, store) == []
    before = len(service.requests)
    service.sync(store)
    assert len(service.requests) - before < 12


def test_c3_an_order_that_is_updated_between_two_pages(service: Service, store: oq.Store) -> None:
    fill(service, 50)
    changed = {"archived": True}
    during(service, {
        4: lambda: service.emulator.update_order("order-0010", changed),
        6: lambda: service.emulator.update_order("order-0048", changed),
        7: lambda: service.emulator.update_order("order-0030", changed),
    })  # fmt: skip
    service.sync(store)
    # An order that moved is in the next window, and none that stayed was skipped.
    unchanged = [problem for problem in differences(service, store) if not problem.endswith(("0010", "0030", "0048"))]
    assert unchanged == []
    service.sync(store)
    assert differences(service, store) == []


def test_c4_the_same_where_the_service_answers_newest_first(store: oq.Store) -> None:
    """A service that ignores the order of the search is walked by its cursors; nothing is skipped."""
    service = Service()
    fill(service, 50)

    def newest_first(request: httpx2.Request) -> httpx2.Response:
        if b'"updatedDate","order":"ASC"' in request.content and b'"limit":20' in request.content:
            content = request.content.replace(b'"updatedDate","order":"ASC"', b'"updatedDate","order":"DESC"')
            request = httpx2.Request(request.method, request.url, content=content)
        return service.answer(request)

    options: JSON = {"base_url": BASE_URL, "credentials": oq.Credentials(), "pace": fast_pace()}
    oq.sync(store, transport=transport(newest_first), **options)
    assert differences(service, store) == []
    service.close()


def test_c5_orders_come_and_go_during_the_walk(service: Service, store: oq.Store) -> None:
    fill(service, 50)
    during(service, {
        4: lambda: service.store.delete(["order-0002", "order-0024", "order-0049"]),
        5: lambda: service.put("new-1", day(3), "1"),
        6: lambda: service.put("new-2", "2026-02-01T00:00:01.000Z", "2"),
    })  # fmt: skip
    service.sync(store)
    found = service.sync(store, verify=True)
    assert differences(service, store) == []
    assert found.deleted <= 3


def test_c6_a_run_that_ends_before_its_walk_moves_no_mark_past_unread_orders(service: Service, store: oq.Store) -> None:
    fill(service, 50)
    for ends_at in range(1, 9):
        during(service, {ends_at: lambda: (_ for _ in ()).throw(KeyboardInterrupt)})
        with pytest.raises(KeyboardInterrupt):
            service.sync(store)
        through = read_mark(store).through
        stored = store.count({})
        unread = [] if through is None else service.store.search(
            {"filter": {"updatedDate": {"$lt": write_instant(through)}}}
        ).ids  # fmt: skip
        assert all(store.get_document(key) for key in unread)
        assert stored == 0 or through is not None
    service.before = lambda _: None
    service.sync(store)
    assert differences(service, store) == []


def test_c7_a_failed_run_does_not_move_the_start(service: Service, store: oq.Store) -> None:
    fill(service, 24)
    service.sync(store)
    before = read_mark(store)
    service.put("new", day(20), "1")

    def denied(request: httpx2.Request) -> httpx2.Response:
        return (
            httpx2.Response(403, content=b'{"message":"no"}')
            if b'"$gte"' in request.content
            else service.answer(request)
        )

    with pytest.raises(oq.SyncError, match="403"):
        oq.sync(store, base_url=BASE_URL, credentials=oq.Credentials(), transport=transport(denied), pace=fast_pace())
    assert read_mark(store) == before
    service.sync(store)
    assert differences(service, store) == []


def test_c8_a_change_during_a_successful_run_is_seen_by_the_next(service: Service, store: oq.Store) -> None:
    fill(service, 30)
    counted = count()

    def change(_: int) -> None:
        service.emulator.update_order(f"order-{next(counted) % 30:04}", {"archived": True})

    service.before = change
    service.sync(store)
    service.before = lambda _: None
    service.clock.advance(60_000_000)
    service.sync(store)
    assert differences(service, store) == []


@pytest.mark.parametrize("decimals", [6, 3])
def test_c14_hidden_or_truncated_fractions_of_a_stamp_lose_nothing(store: oq.Store, decimals: int) -> None:
    """The service sorts by microseconds and shows them, or shows milliseconds only."""
    service = Service()
    for index in range(46):
        service.put(f"order-{index}", f"2026-02-01T10:00:00.{index // 20:03}{index * 4 % 1000:03}Z", str(index))

    def cut(request: httpx2.Request) -> httpx2.Response:
        answer = service.answer(request)
        content = answer.content
        if decimals == 3:
            import re

            content = re.sub(rb'("updatedDate":"[0-9T:-]+\.\d{3})\d{3}Z', rb"\1Z", content)
        return httpx2.Response(answer.status_code, headers={"date": answer.headers["date"]}, content=content)

    for _ in range(2):
        oq.sync(store, base_url=BASE_URL, credentials=oq.Credentials(), transport=transport(cut), pace=fast_pace())
        assert store.count({}) == 46
    service.close()


class Scripted:
    """A service whose searches have prepared answers, and no transactions."""

    def __init__(self, *answers: JSON) -> None:
        self.answers, self.requests = list(answers), list[JSON]()

    def search(self, filter_: JSON, sort: Any, field: str, limit: int) -> Any:
        return self._next({"filter": filter_, "sort": sort, "limit": limit}, field)

    def follow(self, cursor: str, field: str, limit: int) -> Any:
        return self._next({"cursor": cursor, "limit": limit}, field)

    def _next(self, request: JSON, field: str) -> Any:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return read_search(oq.load_schema(), oq_json(answer), field)


def oq_json(value: JSON) -> bytes:
    import json

    return json.dumps(value).encode()


def page(*orders: tuple[str, str, str], has_next: bool = False, cursor: str | None = None) -> JSON:
    listed = [
        {"id": key, "updatedDate": updated, "number": number, "priceSummary": {}} for key, updated, number in orders
    ]
    cursors = {} if cursor is None else {"next": cursor}
    return {"orders": listed, "metadata": {"count": len(listed), "cursors": cursors, "hasNext": has_next}}


WINDOW = Window("updatedDate", 1_700_000_000_000_000, 1_800_000_000_000_000)


def walked(scripted: Scripted, window: Window = WINDOW) -> Iterator[str]:
    for found in walk(scripted, window, 100):  # type: ignore[arg-type]
        yield from (record.id for record in found.answer.records)


def test_c15_an_expired_cursor_is_replaced_by_a_search_from_the_position() -> None:
    from orderquery.sync.failures import CursorRefused

    same = [(f"o{index}", ONE_STAMP, "7") for index in range(3)]
    first = page(*same, has_next=True, cursor="a")
    expired = CursorRefused("invalid cursor")
    scripted = Scripted(first, first, expired, first, page(("o3", ONE_STAMP, "7")))
    assert [*dict.fromkeys(walked(scripted))] == ["o0", "o1", "o2", "o3"]
    assert [("cursor" in request) for request in scripted.requests] == [False, False, True, False, True]
    # At one place it is tried again twice, not without end.
    scripted = Scripted(first, first, *(part for _ in range(9) for part in (expired, first)))
    with pytest.raises(oq.SyncError, match="refuses its own cursor 3 times"):
        list(walked(scripted))


def test_c16_a_repeated_cursor_is_an_error_and_never_the_end() -> None:
    with pytest.raises(oq.SyncError, match="repeats a cursor"):
        list(walked(Scripted(page(("o", ONE_STAMP, "7"), has_next=True, cursor="a"))))
    empty = [page(has_next=True, cursor=str(number)) for number in range(2_000)]
    with pytest.raises(oq.SyncError, match="1,000 pages without a new order"):
        list(walked(Scripted(*empty)))
    with pytest.raises(oq.SyncError, match="sends no cursor"):
        list(walked(Scripted(page(has_next=True))))


def test_c17_a_short_or_empty_page_is_not_the_end() -> None:
    scripted = Scripted(
        page(("a", day(1), "1"), has_next=True, cursor="x"),
        page(has_next=True, cursor="y"),
        page(has_next=True, cursor="z"),
        page(("b", day(2), "2")),
    )
    assert [*walked(scripted)] == ["a", "b"]
    assert [request.get("cursor") for request in scripted.requests] == [None, None, "y", "z"]
    # A cursor without hasNext, or hasNext without a cursor after an order, go on, too.
    scripted = Scripted(page(("a", day(1), "1"), cursor="x"), page(("b", day(2), "2"), has_next=True), page())
    assert [*walked(scripted)] == ["a", "b"]


def test_c18_orders_without_an_updated_date_are_reported_and_fetched(service: Service, store: oq.Store) -> None:
    fill(service, 20)
    for index in range(26):
        service.put(f"undated-{index}", [None, "yesterday"][index % 2], str(index))
    found = service.sync(store)
    assert found.without_date == 26
    assert any("26 orders have no usable updatedDate" in note for note in found.notes)
    assert differences(service, store) == []
    service.put("undated-7", None, "7", archived=True)
    service.sync(store)
    assert differences(service, store) == []


def test_a_filter_that_is_ignored_is_noticed(store: oq.Store) -> None:
    old = page(("old", "2020-01-01T00:00:00Z", "1"))
    with pytest.raises(oq.SyncError, match="ignores the filter"):
        list(walked(Scripted(old)))


def test_keys_of_the_position() -> None:
    answer = read_search(oq.load_schema(), oq_json(page(("a", day(1), "x"), ("b", "", ""))), "updatedDate")
    assert answer.keys == (OrderKey(1_769_940_000_000_000, "x"), OrderKey(None, None))
    with pytest.raises(TemporaryFailure):
        read_search(oq.load_schema(), b"{}", "updatedDate")
