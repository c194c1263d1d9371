"""Exports: what ``--replace`` may remove, what a killed export leaves, and files that are missing or changed."""

import json
import os
import shutil
import subprocess
import sys

import exporting_process
import pytest
from kept import KEYS
from pyarrow import parquet
from scale import scaled

import orderquery as oq
from orderquery.stores.parquet import folders
from orderquery.stores.parquet.export import export
from orderquery.stores.parquet.store import ParquetStore

BEFORE, AFTER = 106, 130


class Reader(ParquetStore):
    """An export as every engine opens it, without an engine."""

    dialect = "spark"

    def _start(self):
        return self

    def close(self):
        pass


def read(folder):
    return Reader(str(folder), oq.load_schema(), keys=KEYS)


def rows(folder):
    """The rows of an export after it was opened."""
    read(folder)
    return sum(parquet.read_metadata(file).num_rows for file in (folder / "orders").iterdir())


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def hidden(folder):
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a store and an export of what it had before."""
    folder = tmp_path_factory.mktemp("exported")
    with oq.open_store(folder / "shop.db") as store:
        store.load({"id": f"{number:03}", "number": str(number)} for number in range(BEFORE))
        store.load([{"orderTransactions": {"orderId": "001", "payments": []}}])
        export(store, folder / "out", rows_per_file=30)
        store.load({"id": f"{number:03}"} for number in range(AFTER))
    return folder


@pytest.fixture
def here(made, tmp_path):
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "here")


def test_only_what_an_export_made_is_replaced(here, counted):
    strangers = {
        "notes.txt": b"mine", ".hidden": b"mine", "orders/part-00009.parquet": b"mine", "orders/more.parquet": b"mine",
        "transactions/deep/part-00001.parquet": b"mine", "layout.json.bak": b"mine", "data/x.csv": b"mine",
    }  # fmt: skip
    survived = 0
    with oq.open_store(here / "shop.db") as store:
        for name, kept in strangers.items():
            path = here / "out" / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(kept)
            before = content(here / "out")
            with pytest.raises(oq.StoreError, match=r"which is not in its layout\.json; move it elsewhere"):
                export(store, here / "out", replace=True)
            survived += content(here / "out") == before and not hidden(here)
            path.unlink()
            if path.parent not in (here / "out", here / "out" / "orders"):
                path.parent.rmdir()
        linked = here / "out" / "orders" / "part-00001.parquet"
        elsewhere = here / "elsewhere.parquet"
        linked.rename(elsewhere)
        linked.symlink_to(elsewhere)
        export(store, here / "out", replace=True)
        survived += elsewhere.exists()
        assert rows(here / "out") == AFTER
    counted("foreign files in a folder that an export replaces", len(strangers) + 1, survived)


def test_a_file_that_comes_while_the_export_is_written_stays(here, monkeypatch):
    for exchanges in (folders.exchange, lambda *_: False):
        monkeypatch.setattr(folders, "exchange", exchanges)
        check, calls = folders._check_replaceable, []

        def late(folder, target, check=check, calls=calls):
            check(folder, target)
            calls.append(folder)
            if len(calls) == 2:
                (here / "out" / "late.txt").write_text("mine")

        with monkeypatch.context() as patched, oq.open_store(here / "shop.db") as store:
            patched.setattr(folders, "_check_replaceable", late)
            with pytest.raises(oq.StoreError, match=r'has "late\.txt"'):
                export(store, here / "out", replace=True)
        assert (here / "out" / "late.txt").read_text() == "mine"
        assert hidden(here) == []
        (here / "out" / "late.txt").unlink()
        assert rows(here / "out") == BEFORE


def test_an_older_export_without_a_list_is_not_removed(here):
    about = json.loads((here / "out" / "layout.json").read_text())
    for changed in ({"format": 1}, {"files": None}, {"files": [{"path": "../shop.db", "rows": 1, "bytes": 1}]}):
        (here / "out" / "layout.json").write_text(json.dumps({**about, **changed}))
        with (
            oq.open_store(here / "shop.db") as store,
            pytest.raises(oq.StoreError, match=r"older orderquery|not valid"),
        ):
            export(store, here / "out", replace=True)
    assert (here / "shop.db").exists()
    assert len(content(here / "out")) == 6


@pytest.mark.parametrize("moment", scaled(list(exporting_process.MOMENTS), exporting_process.SHORT))
def test_a_killed_export_leaves_a_whole_one(moment, here, counted):
    command = [sys.executable, exporting_process.__file__, moment, here / "shop.db", here / "out"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if moment == "terminated":
        assert (done.returncode, done.stderr.strip()) == (130, "interrupted")
        assert hidden(here) == []
    else:
        assert done.returncode == -9, done.stderr
        assert hidden(here)
    survived = rows(here / "out") == (AFTER if moment in ("after the exchange", "after the second rename") else BEFORE)
    with oq.open_store(here / "shop.db") as store:
        export(store, here / "out", replace=True)
    assert hidden(here) == []
    assert rows(here / "out") == AFTER
    counted(f"kill of an export {moment}", 1, int(survived))


def test_the_draft_of_another_process_is_not_swept(here):
    draft = here / ".out.draft-01234567"
    shutil.copytree(here / "out", draft)
    mine = here / ".out.draft-mine.txt"
    mine.write_text("mine")
    with folders._locked(draft):
        folders.recover(here / "out")
        assert len(content(draft)) == 6
    (draft / "stranger").write_text("mine")
    folders.recover(here / "out")
    assert content(draft) == {"stranger": b"mine"}
    assert mine.exists()


def _without(folder):
    (folder / "orders" / "part-00002.parquet").unlink()


def _swapped(folder):
    shutil.copy(folder / "orders" / "part-00004.parquet", folder / "orders" / "part-00002.parquet")


def _added(folder):
    shutil.copy(folder / "orders" / "part-00002.parquet", folder / "orders" / "part-00005.parquet")


def _cut(folder):
    path = folder / "orders" / "part-00002.parquet"
    path.write_bytes(path.read_bytes()[:-100])


def _zeros(folder):
    path = folder / "orders" / "part-00002.parquet"
    path.write_bytes(bytes(path.stat().st_size))


def _fifo(folder):
    _without(folder)
    os.mkfifo(folder / "orders" / "part-00002.parquet")


def _told(**parts):
    def change(folder):
        about = json.loads((folder / "layout.json").read_text())
        (folder / "layout.json").write_text(json.dumps({**about, **parts}))

    return change


def _unlisted(folder):
    about = json.loads((folder / "layout.json").read_text())
    _told(files=about["files"][:1] + about["files"][2:])(folder)


def _other_rows(folder):
    about = json.loads((folder / "layout.json").read_text())
    about["files"][1]["rows"] = 31
    _told(files=about["files"], orders=BEFORE + 1)(folder)


CHANGES = {
    "a file is missing": (_without, '"orders/part-00002.parquet" is missing; export the store again'),
    "a file is another": (_swapped, "bytes instead of"),
    "a file is too many": (_added, r"is not in layout\.json"),
    "a file is cut off": (_cut, "bytes instead of"),
    "a file is zeros": (_zeros, "is not a Parquet file"),
    "a file is a pipe": (_fifo, "is not a regular file"),
    "a file is not listed": (_unlisted, r"is not in layout\.json"),
    "the rows are others": (_other_rows, "has 30 rows instead of 31"),
    "the count is another": (_told(orders=1), '106 rows in orders, but layout.json has "1"'),
    "no files": (_told(files=[]), r"is not in layout\.json"),
    "files that are none": (_told(files={"a": 1}), "not valid"),
    "rows that are none": (_told(files=[{"path": "orders/part-00001.parquet", "rows": True, "bytes": 1}]), "not valid"),
    "a layout of 2 MiB": (_told(note="x" * (2 << 20)), "larger than 1 MiB"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_export_that_is_not_whole_is_refused(change, here):
    assert rows(here / "out") == BEFORE
    act, shown = CHANGES[change]
    act(here / "out")
    with pytest.raises(oq.StoreError, match=shown):
        read(here / "out")
