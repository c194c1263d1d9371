"""Damaged logs, jumping clocks, a full disk while deleting, and a PostgreSQL server that ends sessions."""

import shutil
import subprocess
import sys
import time
from random import Random

import engines
import psycopg
import pytest
import storage_process
from kept import KEYS
from scale import scaled

import orderquery as oq

WHOLE = [storage_process.SIZE] * storage_process.BATCHES


def process(step, *paths):
    command = [sys.executable, storage_process.__file__, step, *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


# -- logs -------------------------------------------------------------------------------------------------------


def damages(log, dice, count):
    yield b""
    yield log[: len(log) // 2]
    yield bytes(len(log))
    yield log + b"\xff" * 1_000
    yield log[::-1]
    for _ in range(count):
        damaged = bytearray(log)
        for _ in range(dice.choice([1, 1, 3, 20])):
            damaged[dice.randrange(len(log))] = dice.randrange(256)
        yield bytes(damaged[: dice.choice([len(log), dice.randrange(len(log))])])


@pytest.mark.parametrize(("name", "suffix"), [("shop.db", "-wal"), ("shop.duckdb", ".wal")])
def test_a_damaged_log(name, suffix, tmp_path, counted):
    assert process("load_and_die", tmp_path / name).returncode == -9
    log = (tmp_path / f"{name}{suffix}").read_bytes()
    assert len(log) > 10_000
    stores = []
    for number, damaged in enumerate(damages(log, Random(name), scaled(300, 1))):
        folder = tmp_path / str(number)
        folder.mkdir()
        for file in tmp_path.glob(f"{name}*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, folder)
        (folder / f"{name}{suffix}").write_bytes(damaged)
        stores.append(folder / name)
    done = process("open_each", *stores)
    assert done.returncode == 0, (done.returncode, done.stderr[-500:], len(done.stdout.splitlines()))
    lines = done.stdout.splitlines()
    assert len(lines) == len(stores)
    refused = [line for line in lines if line.startswith("StoreError")]
    for line in lines:
        if line in refused:
            assert name in line, line
        else:
            # What is there are complete batches, the first ones.
            counts = eval(line)
            assert counts == sorted(counts, reverse=True), line
            assert set(counts) <= {0, storage_process.SIZE}, line
    counted(f"damaged logs of {name}", len(stores), len(lines), f"({len(refused)} refused)")


def test_deleting_without_room(tmp_path, counted):
    path = tmp_path / "shop.db"
    with oq.open_store(path) as store:
        for number in range(storage_process.BATCHES):
            store.load(storage_process.batch(number))
    done = process("delete_without_room", path)
    said = done.stdout.splitlines()
    assert said[0].startswith("StoreError the orders are deleted, but their bytes are still in the file: "), done
    assert "free some disk space" in said[0]
    assert said[-1] == "49"
    with oq.open_store(path) as store:
        assert [store.count(f"number = {number}") for number in range(storage_process.BATCHES)] == [49, *WHOLE[1:]]
    assert b"0-7" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    counted("deletions on a full disk, SQLite", 1, 1)


# -- clocks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scaled(["shop.db", "shop.duckdb", "postgresql"], ["shop.db"]))
def test_a_clock_that_jumps(name, tmp_path, monkeypatch, counted):
    """Back and forth by up to 30 years at every look: nothing stored or found depends on it."""
    dice, looks = Random("clock"), []

    def jumping():
        looks.append(dice.uniform(-1, 1) * 30 * 365 * 86_400 + 1_700_000_000)
        return looks[-1]

    location = engines.fresh_url() if name == "postgresql" else str(tmp_path / name)
    monkeypatch.setattr(time, "time", jumping)
    orders = [{"id": f"{number:04}", "number": str(number)} for number in range(1_200)]
    with oq.open_store(location, keys=KEYS) as store:
        store.load(orders)
        page = store.search({"sort": [{"fieldName": "number"}], "cursorPaging": {"limit": 40}})
    for _ in range(3):
        with oq.open_store(location, keys=KEYS) as store:
            store.load(orders[:5])
            page = page if not page.next else store.search({"cursorPaging": {"cursor": page.next, "limit": 40}})
            store.delete([orders[-1]["id"]])
    with oq.open_store(location, keys=KEYS) as store:
        assert page.ids == tuple(order["id"] for order in orders[120:160])
        assert store.count("everything") == 1_199
    assert oq.upgrade_store(location) == 1_199
    counted(f"openings with a clock that jumps, {name}", 5, 5, f"({len(looks)} looks)")


# -- PostgreSQL -------------------------------------------------------------------------------------------------


def end_sessions():
    with psycopg.connect(engines.postgres_url(), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchall()


def test_a_server_that_ends_sessions(tmp_path, counted):
    """In each step of a load, of a transaction and of a search: all or nothing, our own error, and the next one works."""
    location, survived = engines.fresh_url(), 0
    with oq.open_store(location, keys=KEYS) as store:
        store.load([{"id": "first"}])
        steps = ("_read_states", "_write_changes", "_delete_records", "settle")
        for number, step in enumerate(steps * 2):
            original, is_after = getattr(store, step), number >= len(steps)

            def ended(*arguments, original=original, after=is_after):
                found = original(*arguments) if after else None
                end_sessions()
                return found if after else original(*arguments)

            store.__dict__[step] = ended
            name = f"order-{number}"
            raised = False
            try:
                if step == "_delete_records":
                    store.delete(["first"])
                else:
                    store.load([{"id": name}, {"id": f"{name}-too"}])
            except oq.StoreError as problem:
                raised = True
                assert "terminating connection" in str(problem) or "closed" in str(problem), problem
            del store.__dict__[step]
            found = [store.get(key) is not None for key in (name, f"{name}-too")]
            assert found in ([False, False], [True, True])
            assert raised or step in ("settle", "_read_states"), step
            assert store.get("first") is not None or not raised
            store.load([{"id": "first"}])
            survived += 1
    counted("sessions of PostgreSQL that the server ends", len(steps) * 2, survived)


def test_crafted_tables_of_postgresql(counted):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    crafts = [
        f"DROP TABLE about; CREATE VIEW about AS {endless} SELECT 'x' AS name, i::text AS value FROM n",
        f"DROP TABLE orders CASCADE; CREATE VIEW orders AS {endless} SELECT i AS rid FROM n",
        "DELETE FROM about WHERE name = 'layout'", "UPDATE about SET value = 'x'", "DROP TABLE order_document CASCADE",
        "UPDATE about SET value = repeat('1', 5000) WHERE name = 'layout'",
    ]  # fmt: skip
    for script in crafts:
        location = engines.fresh_url()
        oq.open_store(location, keys=KEYS).close()
        namespace = location.rpartition("namespace=")[2]
        with psycopg.connect(engines.postgres_url(), autocommit=True) as other:
            other.execute(f'SET search_path = "{namespace}"; {script}')
        for opening in (lambda at: oq.open_store(at, keys=KEYS), oq.upgrade_store):
            with pytest.raises(oq.StoreError, match=r"not an orderquery store|table of fields|older orderquery"):
                opening(location)
    counted("crafted tables, PostgreSQL", len(crafts), len(crafts))
