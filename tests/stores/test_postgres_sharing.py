"""A store in PostgreSQL among others: time limits, snapshots, several loaders, and a server that goes away."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import engines
import psycopg
import pytest
from command_line import HANG_S, run
from serving import wait_until

import orderquery as oq
from orderquery.stores.postgres import connections as postgres_connections
from orderquery.stores.postgres.url import parse_target


@pytest.fixture
def url() -> str:
    return engines.fresh_url()


@pytest.fixture
def store(url: str) -> Iterator[oq.Store]:
    with oq.open_store(url) as opened:
        opened.load(oq.sample(50))
        yield opened


@pytest.fixture
def server(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the server's owner, which sees the tables of the store."""
    with psycopg.connect(engines.postgres_url(), autocommit=True) as database:
        database.execute(f"SET search_path = {parse_target(url).namespace}")
        yield database


# -- time -------------------------------------------------------------------------------------------------------


def test_a_search_that_takes_longer_is_stopped(store: oq.Store, server: psycopg.Connection[Any]) -> None:
    with server.transaction():
        server.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        # Without a limit it would wait until this transaction ends.
        with pytest.raises(oq.StoreTimeout, match=r"search timed out after 0\.2 s"):
            store.search({}, seconds=0.2)
    assert len(store.search({}, seconds=HANG_S).ids) == 50


def test_the_limit_is_for_the_whole_search(store: oq.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page takes two statements, one of them for the page before: they share the limit."""
    first, clock = store.search({"cursorPaging": {"limit": 5}}), SimpleNamespace(now=1_000.0)
    monkeypatch.setattr(postgres_connections, "time", SimpleNamespace(monotonic=lambda: clock.now))
    with store._snapshot(HANG_S) as database:
        assert store.count({}) == 50
        clock.now += HANG_S - 100
        assert store.count({}) == 50
        assert database.execute("SHOW statement_timeout").fetchone() == ("100s",)
        clock.now += 100
        with pytest.raises(oq.StoreTimeout):
            store.count({})
    monkeypatch.undo()
    assert len(store.search({"cursorPaging": {"cursor": first.next}}, seconds=HANG_S).ids) == 5
    with pytest.raises(oq.StoreTimeout):
        store.search({}, seconds=0)


def test_what_is_cancelled_for_another_reason_is_no_timeout(store: oq.Store, server: psycopg.Connection[Any]) -> None:
    with server.transaction():
        server.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor() as threads:
            searching = threads.submit(store.search, {})
            wait_until(lambda: waiting(server))
            server.execute(
                "SELECT pg_cancel_backend(pid) FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass"
            )
            with pytest.raises(oq.StoreError, match="canceling statement") as raised:
                searching.result()
    assert not isinstance(raised.value, oq.StoreTimeout)


def waiting(server: psycopg.Connection[Any]) -> bool:
    text = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass)"
    return server.execute(text).fetchone() == (True,)


def test_more_readers_than_connections_take_turns(store: oq.Store) -> None:
    with ThreadPoolExecutor(40) as threads:
        pages = list(
            threads.map(lambda _: store.search({"cursorPaging": {"limit": 7}}, seconds=HANG_S).ids, range(200))
        )
    assert len(set(pages)) == 1


def test_a_reader_that_gets_no_connection_is_told(store: oq.Store) -> None:
    held = threading.Barrier(17)
    done = threading.Event()

    def hold() -> None:
        with store._snapshot(None):
            held.wait()
            done.wait()

    threads = [threading.Thread(target=hold) for _ in range(16)]
    for thread in threads:
        thread.start()
    held.wait()
    try:
        with pytest.raises(oq.StoreTimeout):
            store.search({}, seconds=0.2)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert len(store.search({}, seconds=HANG_S).ids) == 50


# -- states -----------------------------------------------------------------------------------------------------


def test_reads_see_what_was_finished(store: oq.Store) -> None:
    with store._writing():
        store.load([{"id": "new"}])
        with ThreadPoolExecutor() as threads:
            assert threads.submit(store.count, {}).result() == 50
            assert store.count({}) == 50
            assert store.get("new") is None
    assert store.count({}) == 51


def test_a_failure_undoes_the_whole_batch(store: oq.Store) -> None:
    def load() -> None:
        with store._writing():
            store.load([{"id": "new"}])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        load()
    assert store.count({}) == 50
    assert store.load([{"id": "new"}]).orders == 1


def test_a_page_is_of_one_state(store: oq.Store, url: str) -> None:
    with store._snapshot(None), oq.open_store(url) as other:
        assert store.count({}) == 50
        other.load([{"id": "new"}])
        assert other.count({}) == 51
        assert store.count({}) == 50
        assert "new" not in store.search({}).ids
    assert store.count({}) == 51


def test_loaders_at_once_lose_nothing(store: oq.Store, url: str) -> None:
    """Every loader brings the same orders and transactions, each in another order and other versions of them."""
    from random import Random

    def version(number: int, day: int) -> dict[str, Any]:
        return {"id": f"o{number}", "updatedDate": f"2024-01-{day:02}T00:00:00Z", "number": day}

    def load(loader: int) -> None:
        documents = [version(number, day) for number in range(300) for day in (loader + 1, loader + 11)]
        documents += [{"orderId": f"o{n}", "payments": [{"regularPaymentDetails": {"paymentMethod": f"m{loader}"}}]}
                      for n in range(300)]  # fmt: skip
        Random(loader).shuffle(documents)
        with oq.open_store(url) as own:
            for start in range(0, len(documents), 100):
                own.load(documents[start : start + 100])

    with ThreadPoolExecutor() as threads:
        list(threads.map(load, range(4)))
    assert store.count("number = 14") == 300
    assert store.count("everything") == 350
    assert store.count({"filter": {"paymentMethods": {"$in": [f"m{loader}" for loader in range(4)]}}}) == 300


# -- a server that goes away ------------------------------------------------------------------------------------


def test_lost_connections_are_made_again(url: str, server: psycopg.Connection[Any]) -> None:
    name = parse_target(url).namespace
    with oq.open_store(f"{url}&application_name={name}") as store:
        for _ in range(3):
            assert store.load(oq.sample(50)).orders == 50
            assert len(store.search({}).ids) == 50
            assert store.get("nobody") is None
            text = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s"
            assert len(server.execute(text, (name,)).fetchall()) >= 2
        assert store.get("nobody") is None


def test_a_connection_lost_in_the_middle_is_an_error(store: oq.Store, server: psycopg.Connection[Any]) -> None:
    def lose(context: AbstractContextManager[Any], use: Callable[[], object]) -> None:
        with context as database:
            server.execute("SELECT pg_terminate_backend(%s, 5000)", (database.info.backend_pid,))
            use()

    with pytest.raises(oq.StoreError):
        lose(store._writing(), lambda: store.load([{"id": "new"}]))
    with pytest.raises(oq.StoreError):
        lose(store._snapshot(None), lambda: store.count({}))
    assert store.get("new") is None
    assert store.load([{"id": "new"}]).orders == 1
    assert store.count({}) == 51


def test_a_closed_store_says_so(store: oq.Store) -> None:
    other = store.at_site("another")
    assert other.count({}) == 0
    store.close()
    store.close()
    for use in (lambda: store.search({}), lambda: other.count({}), lambda: store.load([{"id": "a"}])):
        with pytest.raises(oq.StoreError, match="the store is closed"):
            use()


# -- sites, statistics, and the command line --------------------------------------------------------------------


def test_what_is_kept_comes_by_site_and_id(url: str) -> None:
    with oq.open_store(url) as store:
        store.load([{"id": "a"}, {"id": "hidden", "status": "INITIALIZED"}])
        assert not store.holds_named_site()
        for site in ("b", "a!"):
            documents = [{"id": f"order-{number}"} for number in range(1_200)]
            records = [{"orderId": key, "payments": []} for key in ("order-7", "nobody", "\0")]
            store.at_site(site).load([*documents, *records])
        assert store.holds_named_site()
        kept = list(store.iterate_records())
        places = [(found.site, found.id) for order, other in kept if (found := order or other)]
        assert places == sorted(places)
        assert len(places) == 2 + 2 * 1_202
        others = [(order is None, found.id, found.event_time) for order, found in kept if found]
        assert others == [(True, "\0", None), (True, "nobody", None), (False, "order-7", None)] * 2
        assert {kept.site for pair in store.iterate_records("a!") for kept in pair if kept} == {"a!"}


def test_a_load_leaves_statistics(store: oq.Store, server: psycopg.Connection[Any]) -> None:
    def known() -> Any:
        return server.execute("SELECT reltuples FROM pg_class WHERE oid = 'orders'::regclass").fetchone()

    assert known() == (50,)
    store.load({"id": f"l{number}"} for number in range(49))
    assert known() == (50,)
    store.load({"id": f"n{number}"} for number in range(1_500))
    assert known() == (1_599,)
    store.load({"id": f"m{number}"} for number in range(200))
    assert known() == (1_599,)


def test_the_commands_take_its_url(url: str, tmp_path: Any) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text("".join(json.dumps(document) + "\n" for document in oq.sample(20)))
    missing = run("search", url, "everything")
    assert missing.exit_code == 2
    assert "store not found: postgresql://" in missing.stderr
    assert run("load", url, file).exit_code == 0
    ids = run("search", url, "everything", "--all", "--format", "ids").stdout.split()
    assert len(ids) == 20
    assert json.loads(run("get", url, ids[0]).stdout)["id"] == ids[0]
    assert run("delete", url, ids[0]).stdout == "1 order deleted\n"
    assert run("search", url, "everything", "--count").stdout == "19\n"
    assert run("upgrade", url).stdout.startswith("19 orders in postgresql://")


def test_without_its_driver_it_names_the_extra() -> None:
    program = (
        "import sys; sys.modules['psycopg'] = None\nimport orderquery as oq\n"
        "try: oq.open_store('postgresql://host/db')\nexcept oq.MissingExtra as problem: print(problem)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "install it with: pip install 'orderquery[postgres]'" in done.stdout, done.stderr
