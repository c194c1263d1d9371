"""A start that leaves orders out: every later run, verification and info say so (D175)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from sync_service import START, Service, differences

import orderquery as oq
from orderquery.language.datetimes import read_instant, write_instant
from orderquery.sync import window_reader
from orderquery.sync.narrowing import shown_query
from orderquery.sync.origin import shown_source
from orderquery.sync.watermark import read_mark

JSON = Any


def at(minutes: float) -> str:
    return write_instant(int((START.timestamp() + minutes * 60) * 1_000_000))


def fill(service: Service, orders: int) -> None:
    for index in range(orders):
        created = at(index - 2 * orders)
        service.put(f"order-{index:03}", at(index - orders), str(index), createdDate=created)


FIRST, EARLIER, LATER = at(-10), at(-20), at(-5)


def left_out(since: str) -> str:
    fix = "to fetch them, sync with --full and without --since"
    return f"left out: orders last updated before {since}, or without updatedDate (--since); {fix}"


@pytest.mark.parametrize(
    ("options", "since"),
    [
        ({"since": FIRST}, FIRST), ({}, FIRST), ({"verify": True}, FIRST), ({"since": LATER}, FIRST),
        ({"since": EARLIER}, EARLIER), ({"since": EARLIER, "verify": True}, EARLIER), ({"dry_run": True}, FIRST),
        ({"full": True, "since": LATER, "verify": True}, LATER), ({"full": True}, None),
        ({"full": True, "verify": True}, None),
    ],
)  # fmt: skip
def test_every_run_says_what_is_left_out(service: Service, store: oq.Store, options: JSON, since: str | None) -> None:
    fill(service, 30)
    service.sync(store, since=FIRST)
    service.clock.advance(60_000_000)
    lines = service.sync(store, **options).lines()
    claims = [line for line in lines if line.startswith(("complete", "verified"))]
    assert len(claims) == (2 if "verify" in options else 1)
    if since is None:
        assert not any("left out" in line or "from" in line for line in lines)
        assert differences(service, store) == []
    else:
        assert left_out(since) in lines
        assert claims[0].startswith(f"complete from {since} up to ")
        assert all(f"last updated from {since} on, in" in line for line in claims[1:])


def test_the_help_fetches_what_was_left_out(service: Service, store: oq.Store) -> None:
    fill(service, 30)
    service.sync(store, since=FIRST)
    assert service.sync(store, full=True).new == 20
    # Nothing is left out any more, and a start does not make that untrue.
    for options in ({}, {"verify": True}, {"since": LATER}):
        found = service.sync(store, **options)
        assert found.since is None
        assert found.lines()[1].startswith("complete up to ")
    assert read_mark(store).since is None


def test_a_store_without_the_orders_of_a_start_does_not_remember_it(service: Service, store: oq.Store) -> None:
    assert "left out" in service.sync(store, since=FIRST).lines()[2]
    fill(service, 30)
    assert service.sync(store).new == 30
    assert differences(service, store) == []


def test_a_verification_does_not_go_on_over_orders_that_an_earlier_start_added(
    service: Service, store: oq.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_reader, "PAGE_ORDERS", 5)
    monkeypatch.setattr(window_reader, "WINDOW_ORDERS", 10)
    fill(service, 60)
    service.sync(store, since=at(-40))
    service.store.delete([f"order-{index:03}" for index in range(35, 55)])
    # The verification stops before the orders that wait for consent to be deleted.
    assert service.sync(store, verify=True).kept_deletions == 20
    mark = read_mark(store)
    assert mark.verified is not None
    assert mark.verified < (mark.verifying or 0)
    service.sync(store, since=at(-50))
    store.delete(["order-012"])
    found = service.sync(store, verify=True, max_deletions=20)
    assert (found.deleted, found.differences, found.verified_orders) == (20, 1, 30)
    assert not any("goes on from" in note for note in found.notes)


# -- info ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "text", "document"),
    [
        ({}, "complete up to ", {}),
        ({"since": FIRST}, f"complete from {FIRST} up to ", {"since": FIRST}),
        (
            {"query": "status = APPROVED"}, ', with the query "status = APPROVED"\n',
            {"query": {"filter": {"status": "APPROVED"}}},
        ),
    ],
)  # fmt: skip
def test_info_says_what_a_store_is_complete_of(
    service: Service, here: Path, options: JSON, text: str, document: JSON
) -> None:
    fill(service, 30)
    with oq.open_store("shop.db") as store:
        service.sync(store, **options)
    shown = run("info", "shop.db").stdout
    assert text in shown
    assert (left_out(FIRST) in shown) == ("since" in options)
    (site,) = json.loads(run("info", "shop.db", "--format", "json").stdout)["sites"]
    assert read_instant(site["sync"].pop("completeTo")) == read_instant(at(-1))
    assert site["sync"] == document


# -- messages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("this machine", "this machine without a site id"),
        ("this machine berlin", 'this machine with the site id "berlin"'),
        ("https://www.wixapis.com 6f75", 'https://www.wixapis.com with the site id "6f75"'),
        ("https://stub.example", "https://stub.example without a site id"),
    ],
)
def test_sources_in_messages(source: str, shown: str) -> None:
    assert shown_source(source) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "no query"),
        ('{"paymentStatus":"PAID"}', 'the query "paymentStatus = PAID"'),
        ('{"$or":[{"status":"APPROVED"},{"archived":true}]}', 'the query "status = APPROVED or archived = true"'),
        # A field that the table has no more.
        ('{"gone":"x"}', 'the query "{"gone":"x"}"'),
    ],
)
def test_queries_in_messages(store: oq.Store, text: str, shown: str) -> None:
    assert shown_query(text, store.schema) == shown


def _other_site(service: Service, store: oq.Store) -> None:
    service.sync(store, credentials=oq.Credentials(site_id="berlin"))


def _other_query(service: Service, store: oq.Store) -> None:
    service.sync(store, query="paymentStatus = PAID")


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (_other_site, 'was synced from this machine with the site id "berlin", not from this machine without a site id;'),
        (_other_query, 'was synced with the query "paymentStatus = PAID", not with no query;'),
    ],
)  # fmt: skip
def test_a_store_of_another_site_or_query(
    service: Service, store: oq.Store, first: Callable[[Service, oq.Store], None], words: str
) -> None:
    fill(service, 3)
    first(service, store)
    service.put("order-001", at(0), "1", paymentStatus="PAID")
    first(service, store)
    with pytest.raises(oq.SyncError, match=words):
        service.sync(store)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sync", "shop.db", "--sites", "missing.toml"), "orderquery: file not found: missing.toml\n"),
        (("sync", "shop.db", "--sites", "folder"), 'orderquery: cannot read "folder": Is a directory\n'),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read(here: Path, arguments: tuple[str, ...], words: str) -> None:
    (here / "folder").mkdir()
    done = run(*arguments)
    assert (done.exit_code, done.stderr[: len(words)]) == (2, words)
