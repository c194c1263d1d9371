"""A disk without room: loads and exports say so and what to do, and what was kept before is whole."""

import contextlib
import json
import math
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from random import Random

import pytest
from command_line import ROOT
from kept import KEYS, contents, faults
from loaders import Loader, Undisturbed
from scale import scaled
from serving import LOAD, SEARCH, environment, running

import orderquery as oq
from orderquery.stores.disk_errors import MAKE_ROOM

ORDERS = 1_300
LOADS = {"sqlite": scaled(40, 5), "duckdb": scaled(40, 3)}
REFUSED_LOADS = 5
EXPORTS = scaled(20, 2)
PLENTY = 512 << 20
PAGE = 4096


class Room:
    """A folder on a file system of few bytes; where none can be mounted, files of few bytes each."""

    def __init__(self, folder, mounted):
        self.folder, self.mounted, self._most = folder, mounted, PLENTY

    def resize(self, size, *, by_limit=False):
        """Leave so many bytes; ``by_limit`` as the most that a file may have."""
        if self.mounted and not by_limit:
            mount("-o", f"remount,size={size}", self.folder)
        else:
            self._most = size

    def make(self):
        self.resize(PLENTY, by_limit=True)
        self.resize(PLENTY)

    def limit(self):
        """In the process that is to write."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._most, self._most))

    def empty(self):
        for left in self.folder.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()


def mount(*args):
    return subprocess.run(["mount", *map(str, args)], capture_output=True, check=True)


@pytest.fixture
def room(tmp_path):
    with mounted(tmp_path / "room") as found:
        yield found


@contextmanager
def mounted(folder):
    folder.mkdir()
    try:
        mount("-t", "tmpfs", "-o", f"size={PLENTY}", "tmpfs", folder)
    except (OSError, subprocess.CalledProcessError):
        yield Room(folder, mounted=False)
        return
    try:
        yield Room(folder, mounted=True)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def sizes(count, most, dice):
    """So many numbers of bytes, from one page to ``most``: in turns any, and as many small ones as large ones."""
    for place in range(count):
        share = (place + dice.random()) / count
        yield int(PAGE * math.exp(math.log(most / PAGE) * share)) if place % 2 else int(PAGE + (most - PAGE) * share)


def is_said(status, said):
    """One line that says what to do, and the status of a command that could not be carried out."""
    assert status in (1, 2), said
    assert said.startswith("orderquery: "), said
    assert said.count("\n") == 1, said
    assert MAKE_ROOM in said, said
    assert "Errno" not in said, said


@pytest.mark.parametrize("engine", LOADS)
def test_a_load(engine, tmp_path, room, counted):
    undisturbed, dice = Undisturbed(engine, tmp_path, ORDERS), Random(f"sizes of {engine}")
    suffix = {"sqlite": "db", "duckdb": "duckdb"}[engine]
    location = room.folder / f"shop.{suffix}"
    most = 0.9 * (tmp_path / f"undisturbed.{suffix}").stat().st_size
    kept, read, acknowledged = 0, 0, 0
    for turn, size in enumerate([PAGE, 2 * PAGE, *sizes(LOADS[engine] - 2, most, dice)]):
        room.resize(size, by_limit=turn % 3 == 2)
        kind = ("telling", "command")[turn % 2]
        loader = Loader(kind, location, undisturbed.file, preexec_fn=room.limit)
        is_said(loader.end(), loader.said)
        read += can_be_read(location)
        room.make()
        kept += undisturbed.kept(loader)
        acknowledged += loader.told
        undisturbed.completes(location)
        room.empty()
    counted(f"loads without room, {engine}", LOADS[engine], LOADS[engine],
            f"({kept} batches kept, {acknowledged:,} records acknowledged; {read} stores read before there was room)")  # fmt: skip


def can_be_read(location):
    """Whether a store without room can be searched; if not, it says what to do."""
    try:
        with oq.open_store(location, keys=KEYS, create=False) as store:
            return len(store.search({}).ids) >= 0
    except oq.StoreError as problem:
        assert MAKE_ROOM in str(problem) or "orderquery load" in str(problem), problem
        return False


def test_indexes_that_there_is_no_room_for(tmp_path, counted):
    """What a load that died has left to be made later is not made, and the store is read all the same."""
    path, hard = tmp_path / "shop.db", resource.RLIM_INFINITY
    with pytest.MonkeyPatch.context() as patched, oq.open_store(path, keys=KEYS) as store:
        patched.setattr(type(store), "settle", lambda _: None)
        store.load(oq.sample(1_000))
        before = contents(store)
        with store._connections.writing() as database:
            died = database.execute("UPDATE about SET value = 0 WHERE name = 'indexes_dropped'").rowcount
    indexes = contents_of_indexes(path)
    # Enough to open it, and for a few pages of its log.
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 * PAGE, hard))
    try:
        with oq.open_store(path, keys=KEYS, create=False) as store:
            assert contents(store) == before
            assert contents_of_indexes(path) == indexes
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    with oq.open_store(path, keys=KEYS) as store:
        assert contents(store) == before
        assert faults(store) == []
    assert died == (len(contents_of_indexes(path)) > len(indexes))
    counted("stores read without room for their indexes", 1, 1)


def contents_of_indexes(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()


def test_an_export(tmp_path, room, counted):
    shop, target, dice = tmp_path / "shop.db", room.folder / "export", Random("sizes of exports")
    with oq.open_store(shop) as store:
        store.load(oq.sample(ORDERS // 2))
        before = contents(store)
    export = [sys.executable, "-m", "orderquery", "export", str(shop), str(target)]
    options = {"cwd": ROOT, "env": environment(), "capture_output": True, "text": True}
    assert subprocess.run(export, check=True, **options).returncode == 0
    needed = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    largest = max(file.stat().st_size for file in target.rglob("*") if file.is_file())
    for turn, wanted in enumerate(sizes(EXPORTS, 0.9 * needed, dice)):
        by_limit = turn % 3 == 2 or not room.mounted
        replaced = turn % 2
        if not replaced:
            room.empty()
        there = sorted(room.folder.iterdir())
        room.resize(min(wanted, largest // 2) if by_limit else wanted + replaced * used(room.folder), by_limit=by_limit)
        failed = subprocess.run([*export, "--replace"], preexec_fn=room.limit, check=False, **options)
        is_said(failed.returncode, failed.stderr)
        assert failed.stdout == ""
        # Nothing half done is left, and what there was before is there still.
        assert sorted(room.folder.iterdir()) == there
        room.make()
        done = subprocess.run([*export, "--replace"], check=True, **options)
        assert done.stdout.startswith(f"{len(before['order_document']):,} orders")
        assert json.loads((target / "layout.json").read_text())["orders"] == len(before["order_document"])
    with oq.open_store(shop) as store:
        assert faults(store) == []
        assert contents(store) == before
    counted("exports without room", EXPORTS, EXPORTS)


def used(folder):
    return sum(-(-file.stat().st_size // PAGE) * PAGE for file in folder.rglob("*"))


@pytest.mark.parametrize("by_limit", [False, True])
def test_a_server(by_limit, room, tmp_path, counted):
    """It refuses loads while there is no room, answers searches as before, and loads as soon as there is some."""
    by_limit = by_limit or not room.mounted
    documents = [{"id": f"order-{number}", "number": str(number), "x": "x" * 3_000} for number in range(900)]
    refused = 0
    with running(["serve", room.folder / "shop.db", "--create", "--no-access-log"], tmp_path) as server:
        assert server.ask("POST", LOAD, documents[:200]).json["orders"] == 200
        if by_limit:
            most = max(file.stat().st_size for file in room.folder.iterdir()) + 64 * PAGE
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        else:
            room.resize(used(room.folder) + 64 * PAGE)
        for _ in range(REFUSED_LOADS):
            answer = server.ask("POST", LOAD, documents)
            refused += answer.status == 503
            # What the machine lacks is for its owner, in the log.
            assert MAKE_ROOM not in answer.content.decode()
            assert (
                server.ask("POST", SEARCH, {"search": {"cursorPaging": {"limit": 100}}}).json["metadata"]["count"]
                == 100
            )
        assert server.err.read_text().count(MAKE_ROOM) == refused
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        room.make()
        assert server.ask("POST", LOAD, documents).json["orders"] == 900
    with oq.open_store(room.folder / "shop.db") as store:
        assert faults(store) == []
        assert store.count({}) == 900
    counted(f"loads over HTTP {'beyond a limit of file sizes' if by_limit else 'without room'}", REFUSED_LOADS, refused)
