"""The first large load of an empty SQLite store, which makes its indexes last: nothing but speed may depend on them."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import HANG_S
from project import ROOT
from test_postgres_pages import orders

import orderquery as oq
from orderquery.stores.sqlite import bulk_load as bulk
from orderquery.stores.sqlite import tables as layout

INDEXES = set(layout.indexes(oq.load_schema()))
DIES = """
import itertools, os, sys
sys.path[:0] = ["tests", "tests/stores"]
import orderquery as oq
from test_postgres_pages import orders

def cut_off():
    yield from itertools.islice(orders(10_000), 2_500)
    os._exit(9)

oq.open_store(sys.argv[1]).load(cut_off())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


def indexes(path: Path) -> set[str]:
    database = sqlite3.connect(path)
    found = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    database.close()
    return found & INDEXES


def about(path: Path) -> dict[str, Any]:
    database = sqlite3.connect(path)
    found = dict(database.execute("SELECT name, value FROM about"))
    database.close()
    return found


def watched(path: Path, documents: Iterator[Any], seen: list[set[str]]) -> Iterator[Any]:
    for number, document in enumerate(documents):
        if number % 500 == 499:
            seen.append(indexes(path))
        yield document


def test_the_indexes_are_made_last(path: Path) -> None:
    seen: list[set[str]] = []
    with oq.open_store(path) as store:
        assert indexes(path) == INDEXES
        assert store.load(watched(path, orders(2_500), seen)).orders == 2_500
        assert set() in seen
        assert indexes(path) == INDEXES
        assert store.count({}) == 2_500
    assert "indexes_dropped" not in about(path)
    assert about(path)["analyzed_rows"] == 2_500


@pytest.mark.parametrize("before", [10, 1_000])
def test_a_store_that_holds_something_keeps_its_indexes(path: Path, before: int) -> None:
    seen: list[set[str]] = []
    with oq.open_store(path) as store:
        store.load(orders(before))
        store.load(watched(path, orders(2_500), seen))
    assert seen
    assert all(found == INDEXES for found in seen)


def test_a_store_that_was_emptied_may_do_so_again(path: Path) -> None:
    with oq.open_store(path) as store:
        store.load(orders(2_000))
        store.delete([order["id"] for order in orders(2_000)])
        seen: list[set[str]] = []
        store.load(watched(path, orders(2_000), seen))
        assert set() in seen
        assert indexes(path) == INDEXES
    database = sqlite3.connect(path)
    assert {name for (name,) in database.execute("SELECT DISTINCT idx FROM sqlite_stat1")} >= INDEXES - {
        "orders_channel_info_external_order_id_equal"
    }
    database.close()


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the files that a load leaves whose process ended in the middle."""
    path = tmp_path_factory.mktemp("died") / "orders.db"
    ended = subprocess.run([sys.executable, "-c", DIES, str(path)], cwd=ROOT, timeout=HANG_S, check=False)
    assert ended.returncode == 9
    return path.parent


@pytest.fixture
def died(left: Path, path: Path) -> None:
    shutil.copytree(left, path.parent, dirs_exist_ok=True)
    assert indexes(path) == set()


def test_who_opens_a_store_whose_load_died_makes_the_indexes(
    path: Path, died: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with oq.open_store(path) as store:
        # A load of another process might still be going on.
        assert indexes(path) == set()
        assert store.count({}) == 2_000
        assert len(store.search({}).ids) == 100
    monkeypatch.setattr(bulk, "ABANDONED_AFTER_S", 0.0)
    with oq.open_store(path) as store:
        assert indexes(path) == INDEXES
        assert store.count({}) == 2_000
    assert "indexes_dropped" not in about(path)


def test_the_next_load_makes_them_too(path: Path, died: None) -> None:
    with oq.open_store(path) as store:
        store.load(orders(2_500))
        assert indexes(path) == INDEXES
        assert store.count({}) == 2_500


def test_nobody_waits_for_one_who_writes_to_make_the_indexes(
    path: Path, died: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "ABANDONED_AFTER_S", 0.0)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with oq.open_store(path) as store:
        assert store.count({}) == 2_000
    assert indexes(path) == set()
    writer.execute("ROLLBACK")
    writer.close()


def test_others_read_and_load_meanwhile(path: Path) -> None:
    with oq.open_store(path) as store, oq.open_store(path, keys=store.keys) as other:
        found: list[int] = []

        def beside() -> Iterator[Any]:
            for number, order in enumerate(orders(3_000)):
                if number == 1_500:
                    found.append(len(other.search({"filter": {"paymentStatus": "PAID"}}).ids))
                    late = [{**order, "id": f"late-{n}"} for n in range(700)]
                    thread = threading.Thread(target=other.load, args=(late,))
                    thread.start()
                    thread.join()
                yield order

        assert store.load(beside()).orders == 3_000
        assert found == [100]
        assert store.count({}) == other.count({}) == 3_700
    assert indexes(path) == INDEXES


def test_in_memory_too() -> None:
    with oq.open_store(":memory:") as store:
        store.load(orders(1_500))
        assert store.count({}) == 1_500
        assert "USING INDEX" in str(store.explain({}).lines)
