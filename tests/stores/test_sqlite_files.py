"""The files of the SQLite store: deletion, cursor keys, full disks, other files, upgrades, and locks of others."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from test_store import paid

import orderquery as oq
from orderquery.stores.base import NotAtOnce


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


def test_what_is_deleted_is_gone_from_the_files(path: Path) -> None:
    with oq.open_store(path) as store:
        store.load([{"id": "a", "buyerInfo": {"email": "unmistakable@example.com"}}, paid("Unmistakable")])
        store.load(oq.sample(50))
        assert store.delete(["a", "unknown"]) == 1
        assert store.get("a") is None
        assert store.get_transactions("a") is None
        for file in path.parent.glob("orders.db*"):
            assert b"nmistakable" not in file.read_bytes(), file
        store.load([{"id": "a"}])
        assert store.count("paymentMethods is present and id = a") == 0


# -- files ------------------------------------------------------------------------------------------------------


def test_a_store_is_found_again(path: Path) -> None:
    with oq.open_store(path) as store:
        store.load(oq.sample(30))
        cursor = store.search({"cursorPaging": {"limit": 5}}).next
        count = store.count("everything")
    with oq.open_store(str(path)) as store:
        assert store.count("everything") == count
        assert len(store.search({"cursorPaging": {"cursor": cursor}}).ids) == 5
    with oq.open_store(f"sqlite:///{path}") as store:
        assert store.count("everything") == count


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_the_key_beside_a_store_is_its_owners_alone(path: Path) -> None:
    oq.open_store(path).close()
    key = path.with_name("orders.db.key")
    assert key.stat().st_mode & 0o777 == 0o600
    assert not list(path.parent.glob("orders.db.key.*"))
    key.chmod(0o644)
    with pytest.raises(oq.StoreError, match="chmod 600"):
        oq.open_store(path)
    key.chmod(0o600)
    key.write_text("")
    with pytest.raises(oq.StoreError, match="no key in"):
        oq.open_store(path)
    oq.open_store(path, keys=["a key that was given instead"]).close()


def test_a_key_half_made_by_a_killed_process_is_ignored(path: Path) -> None:
    left = path.with_name(f"orders.db.key.{os.getpid()}")
    left.write_text("")
    oq.open_store(path).close()
    assert path.with_name("orders.db.key").read_text()


def test_a_store_without_room_says_so_and_keeps_what_it_had(path: Path) -> None:
    with oq.open_store(path) as store:
        store.load(oq.sample(50))
        with store._connections.exclusive() as database:
            (pages,) = database.execute("PRAGMA page_count").fetchone()
            database.execute(f"PRAGMA max_page_count = {pages + 20}")
        with pytest.raises(
            oq.StoreError,
            match=r"database or disk is full: free some disk space .*; everything stored before is intact",
        ):
            store.load(oq.sample(500))
        assert store.count({}) == 50
        with store._connections.exclusive() as database:
            database.execute("PRAGMA max_page_count = 100000")
        store.load(oq.sample(500))
        assert store.count("everything") > 450


def test_other_files_are_refused_in_words(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("this is no database, and long enough to be looked at as one" * 20)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE t (x)")
    database.close()
    for location, shown in [
        (text, "not a database"), (other, "not an orderquery store"), (tmp_path, "unable to open"),
        (tmp_path / "no" / "x.db", "folder not found"),
    ]:  # fmt: skip
        with pytest.raises(oq.StoreError, match=shown):
            oq.open_store(location)
    with pytest.raises(oq.StoreError, match="store not found"):
        oq.open_store(tmp_path / "new.db", create=False)
    assert not (tmp_path / "new.db").exists()
    with pytest.raises(oq.UsageError, match='unknown engine "mysql://"'):
        oq.open_store("mysql://host/x")
    assert other.exists()


def test_an_older_store_is_upgraded_from_its_documents(path: Path) -> None:
    with oq.open_store(path) as store:
        store.load(oq.sample(60))
        ids, methods = store.search({}).ids, store.count("paymentMethods is present")
    with sqlite3.connect(path) as database:
        database.executescript(
            "DROP TABLE order_value; ALTER TABLE orders DROP COLUMN shipping_info_title; PRAGMA user_version = 0"
        )
    database.close()
    with pytest.raises(oq.StoreError, match="orderquery upgrade"):
        oq.open_store(path)
    assert oq.upgrade_store(path) == 60
    with oq.open_store(path) as store:
        assert store.search({}).ids == ids
        assert store.count("paymentMethods is present") == methods
        store.load([{"id": "new"}])


def test_a_newer_store_is_a_clear_error(path: Path) -> None:
    oq.open_store(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(oq.StoreError, match="newer orderquery"):
        oq.open_store(path)
    with pytest.raises(oq.StoreError, match="newer orderquery"):
        oq.upgrade_store(path)


# -- locks of other processes ------------------------------------------------------------------------------------


def test_a_store_that_another_process_is_making_is_waited_for(path: Path) -> None:
    with sqlite3.connect(path, isolation_level=None, check_same_thread=False) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.4, other.execute, ["ROLLBACK"])
        done.start()
        oq.open_store(path).close()
        done.join()
    other.close()


def test_a_writer_that_does_not_end_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orderquery.stores.sqlite.locks.LOCK_TIMEOUT_S", 0.1)
    with oq.open_store(path) as store, sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(oq.StoreError, match=r"another process has held the write lock for 0\.1 s; try again when"):
            store.load([{"id": "a"}])
        other.execute("ROLLBACK")
        assert store.load([{"id": "a"}]).orders == 1
    other.close()


def test_a_document_is_checked_again_after_each_commit_of_another_program(path: Path) -> None:
    with oq.open_store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        store.load([{"id": key, "number": key, "paymentStatus": "PAID"} for key in "abc"])
        search = {"sort": [{"fieldName": "number"}]}
        for document, found in (("{}", "abc"), ("{", "ac"), ("{}", "abc"), ("x", "ac")):
            other.execute("UPDATE order_document SET document = ? WHERE id = 'b'", (document.encode(),))
            pages = [store.search(search), store.search(search)]
            with store.at_once():
                pages.append(store.search(search))
            assert ["".join(page.ids) for page in pages] == [found] * 3
            assert [len(page.problems) for page in pages] == [3 - len(found)] * 3


READS: dict[str, Callable[[oq.Store], object]] = {
    "an order": lambda store: store.get("a"),
    "its transactions": lambda store: store.get_transactions("a"),
    "a page": lambda store: store.search({}).ids,
    "a fact": lambda store: store.holds_sdk_names(),
}


@pytest.mark.parametrize("read", READS)
def test_a_read_at_once_waits_for_no_lock(read: str, path: Path) -> None:
    """A copy by VACUUM INTO has no write-ahead log, so that a writer locks readers out."""
    with oq.open_store(path) as store, closing(sqlite3.connect(path)) as other:
        store.load([{"id": "a", "status": "APPROVED"}, paid("a")])
        other.execute("VACUUM INTO ?", (str(path.with_name("copy.db")),))
    copy = path.with_name("copy.db")
    with oq.open_store(copy) as store, closing(sqlite3.connect(copy, isolation_level=None)) as other:
        expected = READS[read](store)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(NotAtOnce), store.at_once():
            READS[read](store)
        other.execute("ROLLBACK")
        with store.at_once():
            assert READS[read](store) == expected
        assert READS[read](store) == expected


def test_a_large_document_is_not_read_at_once(path: Path) -> None:
    with oq.open_store(path) as store:
        store.load([{"id": "a", "status": "APPROVED", "buyerNote": "x" * (3 << 20)}])
        for read in ("an order", "a page"):
            with pytest.raises(NotAtOnce), store.at_once():
                READS[read](store)
            assert READS[read](store)


def test_reads_of_unknown_sites_take_no_memory(path: Path) -> None:
    with oq.open_store(path) as store:
        store.load([{"id": "a", "status": "APPROVED"}])
        for site in ("", "b", "c"):
            store.at_site(site).search({})
        with store._connections.reading() as database:  # type: ignore[attr-defined]
            (facts,) = database.facts.values()
        assert facts.usable == {"": {"a"}}
