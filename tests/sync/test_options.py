"""Options of a sync: a query (D117), a start, verification (D118), several sites, and the command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT, run
from sync_service import BASE_URL, START, Service, differences, fast_pace, transport
from writable_stores import WRITABLE, location_of

import orderquery as oq
from orderquery.emulator.server import listen, run_in_thread, url_of
from orderquery.language.datetimes import read_instant, write_instant
from orderquery.sync import window_reader
from orderquery.sync.sites import read_duration, read_sites
from orderquery.sync.watermark import read_mark

JSON = Any


def at(minutes: float) -> str:
    return write_instant(int((START.timestamp() + minutes * 60) * 1_000_000))


def fill(service: Service, orders: int, **values: JSON) -> None:
    for index in range(orders):
        created = at(index - 2 * orders)
        service.put(f"order-{index:03}", at(index - orders), str(index), createdDate=created, **values)


# -- D117: a query -----------------------------------------------------------------------------------------------------


def test_a_query_narrows_the_first_run_and_an_order_that_ceases_to_match_is_followed(
    service: Service, store: oq.Store
) -> None:
    fill(service, 40, paymentStatus="NOT_PAID")
    for index in range(5):
        service.put(f"paid-{index}", at(index - 100), f"9{index}", paymentStatus="PAID")
    found = service.sync(store, query="paymentStatus = PAID")
    assert (found.new, store.count({})) == (5, 5)
    assert any("PAID" in json.dumps(body) for body in service.searches())
    service.clock.advance(60_000_000)
    service.put("paid-1", at(1), "91", paymentStatus="FULLY_REFUNDED")
    service.put("order-003", at(1), "3", paymentStatus="PAID")
    service.put("order-004", at(1), "4", paymentStatus="PENDING")
    found = service.sync(store, query="paymentStatus = PAID")
    assert (found.new, found.changed) == (1, 1)
    assert found.left_out >= 1
    assert store.get("paid-1")["paymentStatus"] == "FULLY_REFUNDED"
    assert store.get("order-004") is None
    assert sorted(store.iterate_documents("paymentStatus = PAID")) == sorted(
        service.store.iterate_documents("paymentStatus = PAID")
    )


def test_a_query_about_transactions_and_its_verification(service: Service, store: oq.Store) -> None:
    fill(service, 30)
    for index in range(8):
        service.pay(f"order-{index:03}", "cash" if index % 2 else "card")
    query = {"filter": {"paymentMethods": {"$hasSome": ["cash"]}}}
    assert service.sync(store, query=query).new == 4
    service.clock.advance(60_000_000)
    service.pay("order-020", "cash")
    service.put("order-020", at(1), "20")
    service.store.delete(["order-001"])
    found = service.sync(store, query=query, verify=True)
    assert (found.new, found.deleted) == (1, 1)
    assert sorted(store.search({}).ids) == ["order-003", "order-005", "order-007", "order-020"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("status = APPROVED order by number", "leave sort, limit and cursor out"), ("status = APPROVED limit 5", "leave sort, limit and cursor out"),
        ("createdDate >= -7d", "write a date"), ("createdDate >= today", "write a date"), ({"cursorPaging": {"cursor": "x"}}, "leave sort, limit and cursor out"),
    ],
)  # fmt: skip
def test_queries_that_cannot_narrow(service: Service, store: oq.Store, query: JSON, words: str) -> None:
    with pytest.raises(oq.UsageError, match=words):
        service.sync(store, query=query)
    with pytest.raises(oq.QueryError):
        service.sync(store, query="paymentstatus = PAID")
    assert service.requests == []


def test_another_query_or_another_site_needs_full(service: Service, store: oq.Store) -> None:
    fill(service, 10)
    service.sync(store, query="status = APPROVED")
    with pytest.raises(oq.SyncError, match=r"with the query .* not with no query; .*--full"):
        service.sync(store)
    options: JSON = {"base_url": BASE_URL, "transport": transport(service), "pace": fast_pace()}
    with pytest.raises(oq.SyncError, match=r"synced from .* use another STORE or --site, or pass --full"):
        oq.sync(store, query="status = APPROVED", credentials=oq.Credentials(site_id="other"), **options)
    assert service.sync(store, full=True).unchanged == 10
    assert service.sync(store).is_complete


# -- since -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("since", [at(-10), "2026-03-01T13:50:00+02:00", START.replace(minute=0), "-10m"])
def test_since_leaves_older_orders_out(service: Service, store: oq.Store, since: JSON) -> None:
    fill(service, 30)
    if isinstance(since, datetime):
        since = datetime.fromtimestamp(START.timestamp() - 600, UTC)
    assert service.sync(store, since=since).new == 10
    # Verification does not call what was left out a difference, and an earlier start reads it.
    assert service.sync(store, verify=True).differences == 0
    assert store.count({}) == 10
    assert service.sync(store, since=at(-20)).new == 10
    assert service.sync(store, since=at(-5)).new == 0
    found = service.sync(store, full=True)
    assert (found.new, found.overlap) == (10, 600_000_000)
    assert differences(service, store) == []


def test_an_earlier_start_that_was_interrupted_is_read_again(
    service: Service, store: oq.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_reader, "PAGE_ORDERS", 3)
    monkeypatch.setattr(window_reader, "WINDOW_ORDERS", 6)
    fill(service, 60)
    service.sync(store, since=at(-20))
    for requests in (4, 8, 12):
        asked = len(service.requests)

        def stop(number: int, at_request: int = asked + requests) -> None:
            if number == at_request:
                raise KeyboardInterrupt

        service.before = stop
        with pytest.raises(KeyboardInterrupt):
            service.sync(store, since=at(-50))
        assert read_mark(store).since == read_instant(at(-20))
    service.before = lambda _: None
    service.sync(store, since=at(-50))
    assert store.count({}) == 50
    assert read_mark(store).since == read_instant(at(-50))


@pytest.mark.parametrize("kind", WRITABLE)
def test_every_store_that_can_be_written(service: Service, tmp_path: Path, kind: str) -> None:
    fill(service, 30)
    service.put("x" * 200, at(-1), "99")
    for index in range(10):
        service.pay(f"order-{index:03}", "cash")
    with oq.open_store(location_of(kind, tmp_path)) as store:
        assert service.sync(store).new == 31
        service.store.delete(["order-007"])
        service.put("order-008", at(0), "8", archived=True)
        service.pay("order-009", "card")
        found = service.sync(store, verify=True)
        assert (found.changed, found.deleted, found.differences) == (1, 1, 1)
        assert differences(service, store) == ["other transactions " + "x" * 200]
        assert any("more than 100 characters" in note for note in found.notes)


@pytest.mark.parametrize("since", ["tomorrow", "", "2026-13-01", "1h", datetime(2026, 1, 1)])
def test_a_start_that_is_no_date(service: Service, store: oq.Store, since: JSON) -> None:
    with pytest.raises(oq.UsageError, match="write: "):
        service.sync(store, since=since)


# -- D118: verification ------------------------------------------------------------------------------------------------


def test_verification_repairs_what_differs(service: Service, store: oq.Store) -> None:
    fill(service, 50)
    service.sync(store)
    store.delete(["order-003", "order-047"])
    document = store.get("order-010")
    store.load([{**document, "archived": True}])
    store.load([{"orderTransactions": {"orderId": "order-011", "payments": [{"id": "x"}], "refunds": []}}])
    store.load([{**document, "id": "invented"}])
    found = service.sync(store, verify=True)
    assert (found.deleted, found.verified_orders) == (1, 50)
    # Orders of the last minutes can have changed meanwhile; the sync itself has read those again.
    assert found.differences == 3
    assert found.new == 2
    assert differences(service, store) == []
    again = service.sync(store, verify=True)
    assert (again.differences, again.verified_to) == (0, read_mark(store).verifying)
    assert again.verified_to == read_instant(at(0))
    assert any("no differences" in line for line in again.lines())


def test_verified_through_moves_over_contiguous_windows_only(
    service: Service, store: oq.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_reader, "PAGE_ORDERS", 5)
    monkeypatch.setattr(window_reader, "WINDOW_ORDERS", 10)
    fill(service, 60)
    service.sync(store)
    # From the 21st on, more orders are missing at the service than the guard allows.
    service.store.delete([f"order-{index:03}" for index in range(20, 35)])
    found = service.sync(store, verify=True)
    assert found.kept_deletions == 15
    created = [store.get(f"order-{index:03}")["createdDate"] for index in (8, 20)]
    verified = read_mark(store).verified
    assert verified is not None
    assert read_instant(created[0]) < verified <= read_instant(created[1])  # type: ignore[operator]
    assert found.verified_to == verified
    # With consent it goes on there.
    before = len(service.searches())
    found = service.sync(store, verify=True, max_deletions=15)
    assert (found.deleted, found.is_complete) == (15, True)
    assert any("goes on from" in note for note in found.notes)
    assert not any(write_instant(read_instant(created[0])) in json.dumps(body) for body in service.searches()[before:])
    assert read_mark(store).verified == read_mark(store).verifying


def test_a_verification_that_runs_out_of_time_is_continued(
    service: Service, store: oq.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_reader, "PAGE_ORDERS", 5)
    monkeypatch.setattr(window_reader, "WINDOW_ORDERS", 10)
    fill(service, 200)
    service.sync(store)
    seen = list[int | None]()
    for _ in range(20):
        found = service.sync(store, verify=True, max_seconds=0.2)
        if found.is_complete:
            break
        assert found.left in ("the verification is not finished",) or "are not read yet" in found.left
        seen.append(read_mark(store).verified)
    assert found.is_complete
    assert len(seen) > 0
    reached = [instant for instant in seen if instant is not None]
    assert reached == sorted(reached)


# -- sites -----------------------------------------------------------------------------------------------------------


SITES = """
[[sites]]
site = "berlin"
site-id = "6f759095-0701-4075-9908-c9c31ff013e1"
[[sites]]
site = "paris"
site-id = "7001d34b-0701-4075-9908-c9c31ff013e1"
query = "status = APPROVED"
since = "2026-01-01"
key-variable = "WIX_API_KEY_PARIS"
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no sites"), ("[[sites]]\nsite = 'a'", "site-id is missing"), (SITES + "base-url = 'https://x.example'", 'unknown key "base-url"'),
        ("api-key = 'x'\n" + SITES, 'unknown key "api-key"'), (SITES + "command = 'x'", 'unknown key "command"'), ("[[sites]\n", "cannot read"),
        (SITES.replace("paris", "berlin"), "occurs twice"), (SITES.replace("WIX_API_KEY_PARIS", "AWS_SECRET_ACCESS_KEY"), "is not the variable of an API key"),
        ("sites = [1]", "is not a table"), ("[[sites]]\nsite = 1\nsite-id = 'x'", "site of site 1 .* is not a text"),
    ],
)  # fmt: skip
def test_files_of_sites_that_are_refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "sites.toml"
    file.write_text(text)
    with pytest.raises(oq.UsageError, match=words):
        read_sites(str(file))


def test_durations() -> None:
    assert [read_duration(text) for text in ("60s", "5m", "1h")] == [60, 300, 3_600]
    for text in ("", "0s", "60", "-1s", "1d", "1.5m", "٣s"):
        with pytest.raises(oq.UsageError, match="write: 60s"):
            read_duration(text)


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of an emulator with two sites and orders."""
    with oq.open_store(":memory:") as store:
        for site, orders in (
            ("6f759095-0701-4075-9908-c9c31ff013e1", 30),
            ("7001d34b-0701-4075-9908-c9c31ff013e1", 50),
        ):
            store.at_site(site).load(oq.sample(orders))
        with listen("127.0.0.1", 0) as listener, run_in_thread(oq.create_app(store, api_key="key"), listener):
            yield url_of(listener)


def test_the_command(url: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIX_API_KEY", "key")
    monkeypatch.setenv("WIX_SITE_ID", "6f759095-0701-4075-9908-c9c31ff013e1")
    done = run("sync", "shop.db", "--base-url", url, "--dry-run")
    assert (done.exit_code, done.stdout[:11]) == (0, "would sync ")
    assert not (here / "shop.db").exists()
    done = run("sync", "shop.db", "--base-url", url)
    assert done.exit_code == 0
    assert re.match(
        r"synced 30 new orders, 0 changed, 0 unchanged, \d+ transactions records\ncomplete up to 20", done.stdout
    )
    assert "evidence: " in done.stdout
    assert "deleted orders are found by --verify" in done.stderr
    done = run("sync", "shop.db", "--base-url", url, "--verify")
    assert re.search(
        r"^verified through created before \S+: \d+ orders in 1 window .*no differences$", done.stdout, re.MULTILINE
    )
    monkeypatch.setenv("WIX_API_KEY", "wrong")
    done = run("sync", "shop.db", "--base-url", url)
    assert done.exit_code == 2
    assert "set WIX_API_KEY to a valid key" in done.stderr
    monkeypatch.delenv("WIX_API_KEY")
    assert "set WIX_API_KEY or pass --api-key-file" in run("sync", "shop.db").stderr
    (here / "orders.jsonl").write_text('{"id":"a"}\n')
    assert "not a store; write: orderquery sync shop.db" in run("sync", "orders.jsonl", "--base-url", url).stderr


def test_several_sites_in_one_run(url: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIX_API_KEY", "key")
    monkeypatch.setenv("WIX_API_KEY_PARIS", "key")
    (here / "sites.toml").write_text(SITES.replace('since = "2026-01-01"\n', ""))
    done = run("sync", "shop.db", "--sites", "sites.toml", "--base-url", url)
    assert done.exit_code == 0, done.output
    assert re.search(r"^berlin: synced 30 new orders", done.stdout, re.MULTILINE)
    assert re.search(r"^paris: synced \d+ new orders", done.stdout, re.MULTILINE)
    with oq.open_store("shop.db", site="paris") as store:
        assert store.count("status != APPROVED") == 0
        assert store.count({}) > 10
        assert store.at_site("").count({}) == 0
    assert run("sync", "shop.db", "--sites", "sites.toml", "--site", "x", "--base-url", url).exit_code == 2
    # Errors name the variable of the site, and the file if there is one.
    monkeypatch.setenv("WIX_API_KEY_PARIS", "wrong")
    refused = run("sync", "shop.db", "--sites", "sites.toml", "--base-url", url).stderr
    assert "set WIX_API_KEY_PARIS to a valid key" in refused
    monkeypatch.delenv("WIX_API_KEY_PARIS")
    (here / "paris.toml").write_text(
        SITES.replace('site = "berlin"\nsite-id = "6f759095-0701-4075-9908-c9c31ff013e1"\n[[sites]]\n', "")
    )
    assert "set WIX_API_KEY_PARIS or pass --api-key-file" in run("sync", "shop.db", "--sites", "paris.toml").stderr
    key_file = here / "key"
    key_file.write_text("wrong")
    key_file.chmod(0o600)
    refused = run("sync", "shop.db", "--sites", "paris.toml", "--base-url", url, "--api-key-file", "key").stderr
    assert 'write a valid key to "key"' in refused


def test_again_and_again_until_interrupted(url: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIX_API_KEY", "key")
    monkeypatch.setenv("WIX_SITE_ID", "6f759095-0701-4075-9908-c9c31ff013e1")
    paused = list[float]()

    def pause(seconds: float) -> None:
        paused.append(seconds)
        if len(paused) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", pause)
    done = run("sync", "shop.db", "--base-url", url, "--every", "60s", "--verify")
    assert done.stdout.count("complete up to") == 3
    assert done.stdout.count("verified through") == 1
    assert done.stdout.endswith("stopped\n")
    assert all(57 <= seconds <= 63 for seconds in paused)


def test_the_python_of_the_readme_runs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "orderquery/sync/README.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    exec(compile(block, "README.md", "exec"), {})
    assert "no differences" in capsys.readouterr().out
    for option in re.findall(r"^\| `(--[\w-]+)", readme, re.MULTILINE):
        assert option in run("sync", "--help").stdout
    (file,) = re.findall(r"^```toml\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    (here / "sites.toml").write_text(file)
    assert [site.name for site in read_sites("sites.toml")] == ["berlin"]
