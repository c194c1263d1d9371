"""What is not cheap runs in a thread: a wrong search of some length, a page of another store, the description."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from serving import SEARCH, Asker

import orderquery as oq
from orderquery.emulator import read_handlers, routes
from orderquery.emulator.limits import MAX_INLINE_SEARCH_BYTES

JSON = Any


@pytest.fixture
def file_store(tmp_path: Path) -> oq.Store:
    store = oq.open_store(tmp_path / "shop.db")
    store.load([{"id": "a", "number": "1", "status": "APPROVED"}])
    return store


def in_loop(ask: Callable[[], Any], module: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return for each call of a function whether it was in the thread of the event loop, which is this one."""
    found: list[bool] = []
    call = getattr(module, name)

    def noting(*args: Any, **options: Any) -> Any:
        found.append(threading.current_thread() is threading.main_thread())
        return call(*args, **options)

    monkeypatch.setattr(module, name, noting)
    ask()
    return found


def wrong(size: int) -> bytes:
    """Return a search of at least so many bytes in which every name is wrong."""
    count = size // 15
    return json.dumps({"search": {"filter": {f"paymntStat{number}": 1 for number in range(count)}}}).encode()


@pytest.mark.parametrize(
    ("body", "inline"), [(b"{}", True), (wrong(MAX_INLINE_SEARCH_BYTES), False), (wrong(60_000), False)]
)
def test_a_search_of_some_length_is_checked_in_a_thread(
    body: bytes, inline: bool, file_store: oq.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker = Asker(file_store)
    assert (len(body) <= MAX_INLINE_SEARCH_BYTES) is inline
    found = in_loop(lambda: asker.raw("POST", SEARCH.encode(), [body]), read_handlers, "read_plan", monkeypatch)
    assert found == [inline]


def test_a_store_without_pages_at_once_is_asked_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    asker = Asker(oq.open_store(":memory:"))
    found = in_loop(lambda: asker.raw("POST", SEARCH.encode(), [b"{}"]), read_handlers, "read_plan", monkeypatch)
    assert found == [False]


def test_the_description_is_made_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    asker = Asker()
    found = in_loop(lambda: asker.raw("GET", b"/openapi.json"), routes, "describe", monkeypatch)
    assert found == [False]
