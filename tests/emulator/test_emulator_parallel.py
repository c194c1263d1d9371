"""A server with parallel clients, loads in progress, and kills."""

from __future__ import annotations

import http.client
import json
import random
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from command_line import HANG_S
from scale import scaled
from serving import LOAD, SEARCH, Connection, Server, run_to_end, running, wait_until

import orderquery as oq

JSON = Any
KILLS = scaled(8, 4)

# -- parallel clients -----------------------------------------------------------------------------------------------

SORTS = [
    [], [{"fieldName": "number"}], [{"fieldName": "buyerInfo.email", "order": "DESC"}],
    [{"fieldName": "paymentStatus"}, {"fieldName": "createdDate", "order": "DESC"}], [{"fieldName": "updatedDate"}],
]  # fmt: skip
FILTERS = [
    {"paymentStatus": "PAID"},
    {"$not": {"fulfillmentStatus": "FULFILLED"}},
    {"paymentMethods": {"$hasSome": ["PayPal", "Cash"]}},
    {"priceSummary.total.amount": {"$gte": "100"}},
]
SEARCHES = [{"filter": filter_, "sort": sort} for filter_ in FILTERS for sort in SORTS]


def test_twenty_clients_and_two_loaders(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    documents = list(oq.sample(scaled(3_000, 1_200)))
    with oq.open_store(path) as store:
        store.load(documents)
    moving = {order["id"] for order in [document for document in documents if "id" in document][::5]}
    still = [order for order in documents if "id" in order and order["id"] not in moving]
    paid = [document["orderTransactions"] for document in documents if "id" not in document]
    done = threading.Event()
    serving = running(["serve", path, "--no-access-log"], tmp_path, limits={"search": HANG_S})
    with serving as server, ThreadPoolExecutor(22) as pool:
        loading = [
            pool.submit(load_over_http, server.url, moving, done),
            pool.submit(load_by_command, path, moving, done),
        ]
        walks = [pool.submit(walk, server.url, search, 60 + 2 * at) for at, search in enumerate(SEARCHES)]
        for search, found in zip(SEARCHES, walks, strict=True):
            plan = oq.compile(search)
            expected = in_memory(plan, still, paid)
            assert expected
            ids = found.result(timeout=HANG_S)
            assert [order_id for order_id in ids if order_id in set(expected)] == expected
            strangers = set(ids) - set(expected) - moving
            assert all(order_id.startswith("new-") for order_id in strangers)
        done.set()
        assert min(loads.result(timeout=HANG_S) for loads in loading) > 0
    assert "ERROR" not in server.err.read_text()


def in_memory(plan: oq.Plan, orders: list[JSON], paid: list[JSON]) -> list[str]:
    return [order["id"] for order in sorted(plan.filter(orders, paid), key=plan.sort_key)]


def walk(url: str, search: JSON, limit: int) -> list[str]:
    body: JSON = {**search, "cursorPaging": {"limit": limit}}
    ids: list[str] = []
    with Connection(url) as connection:
        while True:
            answer = connection.ask("POST", SEARCH, {"search": body})
            assert answer.status == 200, answer.content
            assert len(answer.ids) == answer.json["metadata"]["count"] <= limit
            ids += answer.ids
            token = answer.json["metadata"]["cursors"].get("next")
            if token is None:
                return ids
            body = {"cursorPaging": {"cursor": token}}


def changed(moving: set[str], turn: int, name: str) -> list[JSON]:
    """Return newer versions of some orders, which match and sort differently, and some new orders."""
    dice = random.Random(f"{name} {turn}")
    chosen = [*dice.sample(sorted(moving), 40), *(f"new-{name}-{turn}-{number}" for number in range(10))]
    return [
        {
            "id": order_id, "number": str(dice.randrange(20_000)), "status": "APPROVED",
            "createdDate": f"2024-0{dice.randrange(1, 10)}-01T00:00:00Z", "updatedDate": f"2030-01-01T00:00:00.{turn:06}Z",
            "paymentStatus": dice.choice(["PAID", "NOT_PAID"]), "fulfillmentStatus": dice.choice(["FULFILLED", "NOT_FULFILLED"]),
            "buyerInfo": {"email": f"{dice.randrange(1000)}@example.com"}, "priceSummary": {"total": {"amount": str(dice.randrange(500))}},
        }
        for order_id in chosen
    ]  # fmt: skip


def load_over_http(url: str, moving: set[str], done: threading.Event) -> int:
    turn = 0
    with Connection(url) as connection:
        while not done.is_set():
            answer = connection.ask("POST", LOAD, changed(moving, turn, "http"))
            assert answer.status == 200
            assert answer.json["orders"] + answer.json["older"] == 50
            turn += 1
            time.sleep(0.05)
    return turn


def load_by_command(path: Path, moving: set[str], done: threading.Event) -> int:
    turn = 0
    while not done.is_set():
        file = path.with_name("changed.json")
        file.write_text(json.dumps(changed(moving, turn, "command")))
        loaded = run_to_end("load", path, file, folder=path.parent)
        assert (loaded.returncode, loaded.stderr) == (0, "")
        turn += 1
        time.sleep(0.05)
    return turn


# -- killed -----------------------------------------------------------------------------------------------------

LOADED_AT_ONCE = 15


def batch(name: str) -> list[JSON]:
    """Return some orders, each with its transactions."""
    made: list[JSON] = []
    for number in range(LOADED_AT_ONCE):
        order_id = f"{name}-{number}"
        made.append(
            {"id": order_id, "number": str(number), "status": "APPROVED", "buyerInfo": {"email": f"{name}@example.com"}}
        )
        method = {"regularPaymentDetails": {"paymentMethod": name}}
        made.append({"orderTransactions": {"orderId": order_id, "payments": [method], "refunds": []}})
    return made


def load_until_it_dies(url: str, name: str, sent: list[str], acknowledged: list[str]) -> None:
    with Connection(url) as connection:
        for turn in range(10_000):
            load = f"{name}-{turn}"
            sent.append(load)
            try:
                answer = connection.ask("POST", LOAD, batch(load))
            except (OSError, http.client.HTTPException):
                return
            assert answer.status == 200
            assert (answer.json["orders"], answer.json["transactions"]) == (LOADED_AT_ONCE, LOADED_AT_ONCE)
            acknowledged.append(load)


def kill_while_loading(server: Server, turn: int, sent: list[str], acknowledged: list[str]) -> None:
    before = len(acknowledged)
    loaders = [
        threading.Thread(target=load_until_it_dies, args=(server.url, f"turn{turn}-{thread}", sent, acknowledged))
        for thread in range(3)
    ]
    for thread in loaders:
        thread.start()
    # At a random moment; in every other turn only after the first acknowledged load.
    wait_until(lambda: turn % 2 == 0 or len(acknowledged) > before)
    time.sleep(random.Random(turn).uniform(0, 0.4))
    server.kill()
    for thread in loaders:
        thread.join(HANG_S)
        assert not thread.is_alive()


def assert_whole_loads(path: Path, sent: list[str], acknowledged: list[str]) -> None:
    """Fail unless every acknowledged load is complete, and every other one complete or absent."""
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
    with oq.open_store(path, create=False) as store:
        listed = {order_id for order_id, _ in store.iterate_documents({})}
        for name in sent:
            ids = [f"{name}-{number}" for number in range(LOADED_AT_ONCE)]
            there = [order_id for order_id in ids if order_id in listed]
            assert there == (ids if name in acknowledged or there else [])
            assert [store.get_transactions(order_id) is not None for order_id in ids] == [bool(there)] * LOADED_AT_ONCE
            for searched in ({"paymentMethods": {"$hasAll": [name]}}, {"buyerInfo.email": f"{name}@example.com"}):
                assert sorted(store.search({"filter": searched}).ids) == sorted(there)


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    sent: list[str] = []
    acknowledged: list[str] = []
    checked = 0
    for turn in range(KILLS):
        with running(["serve", path, "--create", "--no-access-log"], tmp_path) as server:
            kill_while_loading(server, turn, sent, acknowledged)
        assert server.process.returncode == -signal.SIGKILL
        assert_whole_loads(path, sent[checked:], acknowledged[:])
        checked = len(sent)
    assert_whole_loads(path, sent, acknowledged)
    assert len(acknowledged) >= KILLS // 2
    with running(["serve", path], tmp_path) as server:
        answer = server.ask("POST", SEARCH, {"search": {"filter": {"id": {"$in": [f"{acknowledged[-1]}-0"]}}}})
        assert answer.ids == [f"{acknowledged[-1]}-0"]
