"""Deleted orders: none of their values is in a byte of the files of an SQLite store, whatever happened before."""

import importlib.util
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import deleting
import pytest
from scale import scaled

import orderquery as oq
from orderquery.stores.sqlite import locks

BUILDS = ("sqlite3", "pysqlite3")
LIVES = {
    "deleted": [("delete",)],
    "with statistics": [("analyze", "delete")],
    "upgraded": [("analyze", "upgrade", "delete")],
    "killed before the erasure": [("analyze", "die"), ("open",)],
    "killed, then upgraded": [("die",), ("upgrade",)],
}
"""The steps of each process after the load."""


def run(build, path, *steps):
    command = [sys.executable, deleting.__file__, build, path, *steps]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == (-9 if steps[-1] in ("die", "delete") else 0), done.stderr
    assert "analyze" not in steps or done.stdout.split()[0] == str(int(build != "sqlite3")), (
        "samples are not as expected"
    )


def left_in(folder):
    content = b"".join(file.read_bytes() for file in folder.iterdir())
    return [number for number in deleting.gone() if deleting.values(number) in content]


@pytest.mark.parametrize("build", BUILDS)
def test_no_value_of_a_deleted_order_is_in_the_files(build, tmp_path, counted):
    if importlib.util.find_spec(build) is None:
        pytest.skip(f"{build} is not installed")
    searched, survived = 0, 0
    loaded = tmp_path / "loaded"
    loaded.mkdir()
    run(build, str(loaded / "shop.db"), "load")
    assert len(left_in(loaded)) == len(deleting.gone())
    lives = scaled(list(LIVES), ["killed before the erasure" if build == "sqlite3" else "with statistics"])
    for life in lives:
        folder = shutil.copytree(loaded, tmp_path / life)
        for steps in LIVES[life]:
            run(build, str(folder / "shop.db"), *steps)
        left = left_in(folder)
        assert not left, (life, len(left))
        searched += len(deleting.gone())
        survived += len(deleting.gone()) - len(left)
        with oq.open_store(folder / "shop.db") as store:
            assert store.count("everything") == deleting.ORDERS - len(deleting.gone())
    counted(f"orders deleted whose values are in no file, {build}", searched, survived, f"({len(lives)} lives)")


def test_a_reader_of_an_older_state_delays_the_erasure(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "LOCK_TIMEOUT_S", 0.01)
    path = tmp_path / "shop.db"
    with oq.open_store(path) as store:
        store.load([deleting.document(number) for number in range(30)])
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM orders").fetchone()
        assert store.delete([deleting.document(1)["id"]]) == 1
        other.close()
        # Nothing was deleted this time, but the erasure that had to wait is completed.
        assert store.delete(["unknown"]) == 0
        assert deleting.values(1) not in Path(f"{path}-wal").read_bytes() + path.read_bytes()
