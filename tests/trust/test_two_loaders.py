"""Two loaders of one store at the same time: both finish, and it is as if one had come after the other."""

import multiprocessing
import os
import subprocess
import sys
from random import Random

import engines
import pytest
from command_line import ROOT
from kept import BATCH, KEYS, faults, held, written
from loaders import PATIENCE, Loader
from scale import scaled
from serving import environment

import orderquery as oq

ROUNDS = {"sqlite": scaled(20, 2), "postgres": scaled(20, 2)}
REFUSALS = scaled(20, 2)
MAKINGS, MAKERS = scaled(300, 25), 6
ORDERS = scaled(3_000, 700)
OWN, SHARED = "own", "shared"


def documents(loader, seed):
    """What one of the two brings: orders that only it has, and versions of those that both have, each of which has a
    time of its own, so that the newest is one and the same whoever comes first."""
    dice, made = Random(f"{seed} {loader}"), []
    for number in range(ORDERS):
        name = f"{OWN}-{loader}-{number}" if number % 3 else f"{SHARED}-{number}"
        for _ in range(1 + dice.randrange(2)):
            time = f"2024-01-{dice.randrange(1, 29):02}T00:00:00.{number:04}{loader}{dice.randrange(10)}Z"
            made.append(
                {"id": name, "number": str(dice.randrange(10**6)), "updatedDate": time, "createdDate": time,
                 "buyerInfo": {"email": f"{loader}{dice.randrange(99)}@example.com"},
                 "lineItems": [{"productName": {"original": dice.choice(("Shoe", "Hat", "Kite"))}}]}
            )  # fmt: skip
            method = {"regularPaymentDetails": {"paymentMethod": dice.choice(("Cash", "PayPal", "Klarna"))}}
            body = {"orderTransactions": {"orderId": name, "payments": [method], "refunds": []}}
            made.append(
                {"entityFqdn": "wix.ecom.v1.order_transactions", "slug": "updated", "entityId": name, "eventTime": time,
                 "actionEvent": {"body": body}}
            )  # fmt: skip
    dice.shuffle(made)
    return made


def fresh(engine, folder, name):
    return engines.fresh_url() if engine == "postgres" else folder / f"{name}.db"


@pytest.mark.parametrize("engine", ROUNDS)
def test_both_finish_and_nothing_is_lost(engine, tmp_path, counted):
    rounds = ROUNDS[engine]
    for turn in range(rounds):
        files = [written(documents(loader, turn), tmp_path / f"loader-{loader}.jsonl") for loader in (0, 1)]
        location = fresh(engine, tmp_path, f"together-{turn}")
        # In one round they find a store, in another both make it.
        if turn % 2:
            oq.open_store(location).close()
        loaders = [Loader("waiting", location, file, stdin=subprocess.PIPE) for file in files]
        # Both begin at once: were one done before the other begins, nothing would be shown.
        for loader in loaders:
            loader.wait_until_ready()
        for loader in loaders:
            loader.go_on()
        ended = [loader.end() for loader in loaders]
        assert ended == [0, 0], [loader.said for loader in loaders]
        assert [loader.told // BATCH for loader in loaders] == [
            len(file.read_bytes().splitlines()) // BATCH for file in files
        ]
        after = fresh(engine, tmp_path, f"after-{turn}")
        for file in files[:: 1 if turn % 4 < 2 else -1]:
            assert Loader("command", after, file).end() == 0
        assert held(location) == held(after)
        with oq.open_store(location, keys=KEYS, create=False) as store:
            assert faults(store) == []
            assert store.count({}) == len(
                {document["id"] for loader in (0, 1) for document in documents(loader, turn) if "id" in document}
            )
    counted(f"two loaders at once, {engine}", rounds, rounds)


def make(location, ready, failed):
    """Open a store at the same moment as others, and load an order."""
    ready.wait()
    try:
        with oq.open_store(location, keys=KEYS) as store:
            store.load({"id": str(os.getpid())})
    except oq.StoreError as problem:
        failed.put(str(problem))


def test_several_make_a_store_at_once(tmp_path, counted):
    # Forked, so that they are at the same place within microseconds.
    oq.open_store(":memory:").close()
    processes, survived = multiprocessing.get_context("fork"), 0
    failed = processes.SimpleQueue()
    for turn in range(MAKINGS):
        location, ready = tmp_path / f"shop-{turn}.db", processes.Barrier(MAKERS)
        makers = [processes.Process(target=make, args=(location, ready, failed)) for _ in range(MAKERS)]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join(PATIENCE)
        assert failed.empty(), failed.get()
        with oq.open_store(location, keys=KEYS) as store:
            survived += store.count({}) == MAKERS
    counted(f"stores that {MAKERS} processes make at once", MAKINGS, survived)


HOLDING = """
import sys, orderquery as oq
with oq.open_store(sys.argv[1]) as store:
    store.load({"id": "there"})
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_on_duckdb_is_told(tmp_path, counted):
    location, told = tmp_path / "shop.duckdb", 0
    file = written(documents(0, 0)[:50], tmp_path / "orders.jsonl")
    options = {"cwd": ROOT, "env": environment(), "stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(location)], **options) as holder:
        holder.stdout.readline()
        for _ in range(REFUSALS):
            second = Loader("command", location, file)
            assert second.end() == 2
            assert "is open in another process" in second.said
            assert f"process {holder.pid}); close it there: only one process can open a DuckDB file" in second.said
            assert second.said.count("\n") == 1
            told += 1
        holder.stdin.close()
        assert holder.wait(PATIENCE) == 0
    assert Loader("command", location, file).end() == 0
    with oq.open_store(location, keys=KEYS) as store:
        assert faults(store) == []
        assert store.get("there") == {"id": "there"}
    counted("a second loader on DuckDB", REFUSALS, told)
