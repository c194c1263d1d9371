"""The DuckDB store among others: processes, threads, forks, time limits, failures, and the world outside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from command_line import HANG_S
from test_duckdb import KEYS, numbered
from test_store import ROOT, writer

import orderquery as oq
from orderquery.stores.duckdb.store import DuckdbStore

HEAVY = "SELECT count(*) FROM range(1000000000) AS a, range(1000) AS b WHERE a.range % 7 = b.range % 5"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.duckdb"


@pytest.fixture
def store() -> Iterator[DuckdbStore]:
    with oq.open_store("duckdb:///:memory:") as opened:
        assert isinstance(opened, DuckdbStore)
        yield opened


def python(text: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", text, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=HANG_S)


# -- others at work ---------------------------------------------------------------------------------------------


def test_a_file_that_another_process_holds_is_a_clear_error(path: Path) -> None:
    with oq.open_store(path) as store:
        store.load(numbered(1))
        there = python("import sys, orderquery as oq; oq.open_store(sys.argv[1])", path)
        assert re.search(rf"StoreError: .* is open in another process \(python.*, process {os.getpid()}\); close it there: "
                         "only one process can open a DuckDB file", there.stderr)  # fmt: skip
        assert store.count("everything") == 1
    assert python("import sys, orderquery as oq; oq.open_store(sys.argv[1])", path).returncode == 0
    with duckdb.connect(str(path)), pytest.raises(oq.StoreError, match="open in this process, but not by orderquery"):
        oq.open_store(path)


def test_stores_of_one_file_share_it(path: Path) -> None:
    one, two = oq.open_store(path, keys=KEYS), oq.open_store(path.parent / "." / path.name, site="two", keys=KEYS)
    stores = [one, two] * 3
    threads = [
        threading.Thread(target=lambda at=at, store=store: store.load(numbered(*range(at * 1_500, at * 1_500 + 1_500))))
        for at, store in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (one.count("everything"), two.count("everything")) == (4_500, 4_500)
    one.close()
    assert two.count("everything") == 4_500
    two.close()
    two.close()
    for use in (lambda: one.count("everything"), lambda: two.get("a"), lambda: two.load(numbered(1))):
        with pytest.raises(oq.StoreError, match="the store is closed"):
            use()
    with oq.open_store(path) as again:
        assert again.count("everything") == 4_500


def test_reads_run_beside_a_writer_and_see_whole_batches(path: Path) -> None:
    with oq.open_store(path) as store:
        done, wrong, seen = threading.Event(), [], [0]

        def read() -> None:
            while not done.is_set():
                with store._snapshot(None):
                    counts = [store.count("everything") for _ in range(3)]
                if len(set(counts)) > 1 or counts[0] % 1_000:
                    wrong.append(counts)
                seen.append(counts[0])

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for start in range(0, 8_000, 1_000):
            # The second time every row is replaced.
            store.load(numbered(*range(start % 4_000, start % 4_000 + 1_000)))
        done.set()
        for reader in readers:
            reader.join()
        assert not wrong
        assert len(set(seen)) > 2
        assert store.count("everything") == 4_000


def test_a_page_is_of_one_state(store: DuckdbStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.load(numbered(*range(10)))
    fetch, deleted = store._fetch, []

    def delete_between(*asked: Any) -> Any:
        rows = fetch(*asked)
        if not deleted:
            thread = threading.Thread(target=lambda: deleted.append(store.delete(["order-0", "order-1"])))
            thread.start()
            thread.join()
        return rows

    second = store.search({"sort": [{"fieldName": "number"}], "cursorPaging": {"limit": 2}}).next
    monkeypatch.setattr(store, "_fetch", delete_between)
    page = store.search({"cursorPaging": {"cursor": second}})
    assert deleted == [2]
    assert page.ids == ("order-2", "order-3")
    assert page.prev is not None
    assert store.search({"cursorPaging": {"cursor": second}}).prev is None


def test_a_store_can_be_written_from_what_it_is_read(store: DuckdbStore) -> None:
    store.load(numbered(*range(1_500)))
    assert store.load({**order, "archived": True} for order in store.iterate("everything")).orders == 1_500
    assert store.count("archived = true") == 1_500


def read_late(store: DuckdbStore) -> None:
    """Read again and again, until a read comes after the limit."""
    with store._connections.snapshot(0.05) as reader:
        end = time.monotonic() + HANG_S
        while time.monotonic() < end:
            reader.rows("SELECT 1")


def test_what_takes_too_long_is_stopped(store: DuckdbStore) -> None:
    store.load(numbered(1))
    # Without a limit it would run for hours.
    with (
        pytest.raises(oq.StoreTimeout, match=r"search timed out after 0\.2 s"),
        store._connections.snapshot(0.2) as reader,
    ):
        reader.rows(HEAVY)
    with pytest.raises(oq.StoreTimeout):
        read_late(store)
    assert store.search({}, seconds=HANG_S).ids == ("order-1",)


def test_a_failure_of_the_engine_leaves_the_store_in_order(store: DuckdbStore) -> None:
    for opened in (store._connections.writing, store._connections.reading, store._connections.snapshot):
        with pytest.raises(oq.StoreError, match=r"^:memory:: .*nothing does not exist!$"), opened() as connection:
            connection.rows("SELECT * FROM nothing")
    assert store.load(numbered(1)).orders == 1
    assert store.count("everything") == 1


def test_a_batch_is_kept_whole_or_not_at_all(store: DuckdbStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from orderquery.stores.duckdb import tables as duckdb_layout

    store.load(numbered(1))
    insert = duckdb_layout.insert

    def failing(connection: Any, table: str, *rest: Any) -> None:
        insert(connection, table, *rest)
        if table == "orders":
            raise RuntimeError("the power went")

    monkeypatch.setattr(duckdb_layout, "insert", failing)
    with pytest.raises(RuntimeError, match="power"):
        store.load([{"id": "order-1", "number": 5}, {"id": "new"}])
    monkeypatch.undo()
    assert store.get("order-1")["number"] == 1
    assert store.get("new") is None
    assert store.search("number = 1").ids == ("order-1",)


def test_a_killed_writer_loses_nothing_it_reported(path: Path) -> None:
    process = writer(path, "a")
    assert process.stdout is not None
    reported = int(process.stdout.readline())
    time.sleep(0.2)
    process.kill()
    reported = max([reported, *(int(line) for line in process.stdout.read().split())])
    process.wait()
    process.stdout.close()
    with oq.open_store(path) as store:
        assert store.count("everything") >= reported
        assert store.count("everything") % 100 == 0
        assert store.load([{"id": "after"}]).orders == 1


@pytest.mark.parametrize("size", [100, 4_096, 8_192])
def test_a_file_that_a_crash_left_half_made_is_told_apart(path: Path, size: int) -> None:
    oq.open_store(path).close()
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(oq.StoreError, match="is incomplete after a crash and has no orders; delete it, and load"):
        oq.open_store(path)
    path.unlink()
    oq.open_store(path).close()


@pytest.mark.skipif(os.name != "posix", reason="limits of file sizes are POSIX's")
@pytest.mark.parametrize("size", [4_096, 8_192])
def test_a_file_that_there_was_no_room_to_make_is_not_left(path: Path, size: int) -> None:
    text = (
        "import resource, sys, orderquery as oq; oq.load_schema(); most = int(sys.argv[2])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)); oq.open_store(sys.argv[1])"
    )
    assert re.search(
        r"StoreError: .*: free some disk space .*; everything stored before is intact$", python(text, path, size).stderr
    )
    assert not path.exists()
    oq.open_store(path).close()


FORKED = """
import os, sys, orderquery as oq
def report_error(use):
    try:
        use()
    except oq.StoreError as problem:
        print(problem, flush=True)
store = oq.open_store(sys.argv[1])
store.load([{"id": "a"}])
if os.fork() == 0:
    report_error(lambda: store.count("everything"))
    report_error(lambda: store.load([{"id": "b"}]))
    report_error(lambda: oq.open_store(sys.argv[1]))
    with oq.open_store("duckdb:///:memory:") as own:
        own.load([{"id": "c"}])
        print(own.count("everything"), flush=True)
    store.close()
    sys.exit(3)
print(os.waitstatus_to_exitcode(os.wait()[1]), store.count("everything"))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_forked_process_is_told_so(path: Path) -> None:
    there = python(FORKED, path)
    refused = f"{path} was opened before this process was forked; use it in the parent process only"
    assert there.stdout.splitlines() == [refused, refused, refused, "1", "3 1"]
    assert there.returncode == 0


# -- the world outside ------------------------------------------------------------------------------------------


def test_statements_reach_no_file_and_load_nothing(store: DuckdbStore, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    for text in (
        f"SELECT * FROM read_csv('{secret}')", f"SELECT * FROM '{secret}'", f"COPY about TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/other.duckdb'", "INSTALL httpfs", "LOAD httpfs",
        "SET enable_external_access = true", "SELECT * FROM read_text('https://example.com')",
    ):  # fmt: skip
        with pytest.raises(oq.StoreError), store._connections.writing() as connection:
            connection.rows(text)
    assert [file.name for file in tmp_path.iterdir()] == ["secret.csv"]


def test_nothing_is_written_at_home(path: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    text = (
        "import os, sys; os.environ.update(HOME=sys.argv[2], USERPROFILE=sys.argv[2]); import orderquery as oq\n"
        "with oq.open_store(sys.argv[1]) as store: store.load(oq.sample(10)); store.search({}); store.delete(['a'])"
    )
    assert python(text, path, home).returncode == 0
    assert not list(home.iterdir())
    assert {file.name for file in tmp_path.iterdir()} == {"home", "orders.duckdb", "orders.duckdb.key"}


@pytest.mark.parametrize("driver", ["duckdb", "pyarrow"])
def test_a_missing_driver_is_said_by_the_extra(path: Path, driver: str) -> None:
    text = (
        "import sys; sys.modules[sys.argv[2]] = None; import orderquery as oq\n"
        "oq.open_store(sys.argv[1]).load([{'id': 'a'}])"
    )
    assert re.search(
        r"MissingExtra: .*; install it with: pip install 'orderquery\[duckdb\]'", python(text, path, driver).stderr
    )


def test_a_plan_says_that_it_reads_every_order(store: DuckdbStore) -> None:
    store.load(oq.sample(50))
    for search in ({}, "paymentStatus = PAID order by number", {"filter": {"paymentMethods": {"$hasSome": ["Cash"]}}}):
        found = store.explain(search)
        assert found.scans
        assert [cost for cost, _ in found.costs] == ["reads every order"]
        assert any("TOP_N" in line for line in found.lines)
    assert not store.explain({"filter": {"status": {"$in": []}}}).scans
