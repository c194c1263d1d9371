"""Syncs of ``--every`` that stop early: what is asked for once goes on until it is finished (D177)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from sync_service import BASE_URL, START, Service, differences, fast_pace, transport

import orderquery as oq
from orderquery.language.datetimes import write_instant
from orderquery.sync import window_reader
from orderquery.sync.run import sync

JSON = Any
MAX_TURNS = 60


@pytest.fixture
def shop(service: Service, here: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service with a store, which differs in ways that a plain sync does not see."""
    monkeypatch.setattr(window_reader, "PAGE_ORDERS", 5)
    monkeypatch.setattr(window_reader, "WINDOW_ORDERS", 10)
    for index in range(60):
        instant = write_instant(int((START.timestamp() + (index - 90) * 1_200) * 1_000_000))
        service.put(f"order-{index:03}", instant, str(index), createdDate=instant)
    with oq.open_store("shop.db") as store:
        service.sync(store)
        service.pay("order-030", "cash")
        service.store.delete(["order-050"])
        assert len(differences(service, store)) == 2
    return service


@pytest.mark.parametrize(
    ("options", "words"), [(("--verify",), "verified through"), (("--full",), "synced"), (("--full", "--verify"), "verified through")]
)  # fmt: skip
def test_what_is_asked_for_once_goes_on_until_it_is_finished(
    shop: Service, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], words: str
) -> None:
    found = list[oq.SyncResult]()

    def turn(store: oq.Store, **options: JSON) -> oq.SyncResult:
        options |= {"base_url": BASE_URL, "credentials": oq.Credentials(), "transport": transport(shop)}
        found.append(sync(store, pace=fast_pace(options["max_seconds"]), **options))
        return found[-1]

    def pause(_: float) -> None:
        if len(found) == MAX_TURNS or [result.is_complete for result in found[-2:]] == [True, True]:
            raise KeyboardInterrupt

    monkeypatch.setattr("orderquery.sync.run.sync", turn)
    monkeypatch.setattr("time.sleep", pause)
    done = run("sync", "shop.db", "--every", "3s", "--max-seconds", "0.06", *options)
    turns = re.split(r"^evidence: .*\n", done.stdout, flags=re.MULTILINE)[:-1]
    *stopped, finished, later = turns
    assert len(stopped) > 2
    assert all(re.search(r"^stopped early: .*; the next turn goes on$", turn, re.MULTILINE) for turn in stopped)
    assert words in finished
    assert "stopped early" not in finished + later
    assert "verified" not in later
    with oq.open_store("shop.db") as store:
        assert differences(shop, store) == []


def test_a_full_run_that_stopped_early_names_the_command_that_goes_on(shop: Service) -> None:
    with oq.open_store("shop.db") as store:
        found = shop.sync(store, full=True, max_seconds=0.06)
        assert found.lines()[1].endswith("; run the command again with --verify instead of --full to go on")
        for _ in range(MAX_TURNS):
            found = shop.sync(store, verify=True, max_seconds=0.06)
            if found.is_complete:
                break
            assert found.lines()[1].endswith("; run the command again to go on")
        assert found.is_complete
        assert differences(shop, store) == []


def test_a_full_run_that_stored_nothing_begins_again(shop: Service) -> None:
    with oq.open_store("shop.db") as store:
        found = shop.sync(store, full=True, max_seconds=0.002)
        assert found.lines()[1].endswith("; run the command again to go on")
        assert shop.sync(store, full=True).deleted == 1
        assert differences(shop, store) == []


def test_help_names_the_turns() -> None:
    text = " ".join(run("sync", "--help").stdout.split())
    assert "Stop after S seconds, or each turn of --every; the next goes on from there." in text
    assert "--full and --verify are done once, in as many turns as they take." in text


def test_the_guard_counts_the_missing_orders_of_all_turns(shop: Service) -> None:
    shop.store.delete([f"order-{index:03}" for index in range(5, 59, 3)])
    with oq.open_store("shop.db") as store:
        found = shop.sync(store, verify=True, max_seconds=0.06)
        assert found.left
        for _ in range(MAX_TURNS):
            found = shop.sync(store, verify=True, max_seconds=0.06)
            if not found.left:
                break
        assert (found.kept_deletions, found.deleted, store.count({})) == (18, 0, 60)
        found = shop.sync(store, verify=True, max_deletions=18)
        assert (found.deleted, found.is_complete) == (18, True)
        assert differences(shop, store) == []
