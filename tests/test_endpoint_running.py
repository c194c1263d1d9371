"""The endpoint as a process: started, asked by many at once, stopped gracefully, and killed."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from command_line import HANG_S
from scale import scaled
from serving import LOAD, SEARCH, Connection, Server, environment, judged, running, wait_until

import orderquery as oq

JSON = Any
KILLS = scaled(8, 4)
API_KEY = "a-key-that-nobody-may-read"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with oq.open_store(tmp_path / "shop.db") as store:
        store.load(oq.sample(120))
    return tmp_path / "shop.db"


# -- starting ---------------------------------------------------------------------------------------------------


def started(*args: object, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command line that ends by itself."""
    command = [sys.executable, "-m", "orderquery", *map(str, args)]
    return subprocess.run(
        command, cwd=folder, env=environment(**variables), capture_output=True, text=True, timeout=HANG_S, check=False
    )


def test_it_answers_logs_and_stops(shop: Path) -> None:
    with running(["serve", shop], shop.parent) as server:
        answer = server.ask("POST", SEARCH, {"search": {"cursorPaging": {"limit": 2}}, "limit": 5})
        assert answer.status == 200
        assert answer.json["metadata"]["count"] == 2
        assert server.ask("GET", f"/ecom/v1/orders/{answer.ids[0]}?id=x").json["order"]["id"] == answer.ids[0]
        assert server.ask("GET", "/nothing").status == 404
    first, warned, searched, got, nothing = server.err.read_text().splitlines()
    assert first.endswith('"GET /healthz HTTP/1.1" 200')
    assert re.fullmatch(r"\S+ \S+ WARNING request \S+: ignored-key /limit", warned)
    assert re.fullmatch(r'\S+ \S+ INFO 127\.0\.0\.1:\d+ - "POST /ecom/v1/orders/search HTTP/1\.1" 200', searched)
    assert got.endswith(f'"GET /ecom/v1/orders/{answer.ids[0]}?id=x HTTP/1.1" 200')
    assert nothing.endswith('"GET /nothing HTTP/1.1" 404')
    announced, tried, stopped = server.out.read_text().splitlines()
    assert announced == f"serving {shop} at {server.url}, until Ctrl-C"
    assert tried.startswith(f"try: curl -s {server.url}{SEARCH} -d ")
    assert stopped == "stopped"


def test_the_line_to_try_is_one_that_works(shop: Path) -> None:
    with running(["serve", shop, "--strict", "--no-access-log"], shop.parent) as server:
        (body,) = re.findall(r"-d '(.*)'$", server.out.read_text(), re.MULTILINE)
        assert server.ask("POST", SEARCH, body.encode()).status == 200
        assert server.ask("POST", SEARCH, {"filter": {}}).status == 400
    assert server.err.read_text() == ""


def test_a_port_that_is_taken(shop: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = started("serve", shop, "--port", port, folder=shop.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"orderquery: port {port} of 127.0.0.1 is taken: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["nothing.db"], "there is no store nothing.db"),
        ([":memory:", "--host", "203.0.113.1"], "203.0.113.1 is no address of this machine"),
        ([":memory:", "--webhook-key", os.devnull], "no RSA public key"),
        ([":memory:", "--api-key", " "], "an API key is"),
        ([":memory:", "--port", "70000"], "70000"),
    ],
)
def test_what_cannot_be_served(args: list[str], said: str, tmp_path: Path) -> None:
    done = started("serve", *args, *([] if "--port" in args else ["--port", "0"]), folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_key_is_in_no_output(shop: Path) -> None:
    with running(["serve", shop, "--host", "0.0.0.0"], shop.parent, ORDERQUERY_API_KEY=API_KEY) as server:
        port = urlsplit(server.url).port
        with Connection(f"http://127.0.0.1:{port}") as reached:
            assert reached.ask("POST", SEARCH, {}, {"authorization": API_KEY}).status == 200
            assert reached.ask("POST", SEARCH, {}, {"authorization": API_KEY[:-1]}).status == 401
            assert reached.ask("POST", SEARCH, {API_KEY[:5]: API_KEY}).status == 401
            assert reached.ask("GET", "/healthz").status == 200
    assert API_KEY[:-1] not in server.said()
    assert "everybody who reaches" not in server.said()


def test_without_a_key_an_open_door_is_said(shop: Path) -> None:
    with running(["serve", shop, "--host", "0.0.0.0"], shop.parent) as server:
        pass
    assert "everybody who reaches 0.0.0.0 may read these orders: set ORDERQUERY_API_KEY" in server.err.read_text()


def test_a_store_made_by_serving_it(tmp_path: Path) -> None:
    with running(["serve", "new.db", "--create", "--site", "berlin"], tmp_path) as server:
        assert server.ask("POST", LOAD, {"id": "a", "number": "1"}).json["orders"] == 1
        assert server.ask("POST", SEARCH, {}, {"wix-site-id": "paris"}).status == 403
    with oq.open_store(tmp_path / "new.db", site="berlin") as store:
        assert store.search({}).ids == ("a",)


def test_the_demonstration_serves(tmp_path: Path) -> None:
    with running(["demo", "--serve"], tmp_path) as server:
        answer = server.ask("POST", SEARCH, {"search": {"filter": {"paymentStatus": "PAID"}}})
        assert (answer.status, answer.json["metadata"]["count"]) == (200, 100)


# -- stopping ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_answered(shop: Path, sent: int) -> None:
    with running(["serve", shop], shop.parent, limits={"grace": HANG_S, "body": HANG_S, "rest": HANG_S}) as server:
        under_way = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=HANG_S)
        under_way.putrequest("POST", SEARCH)
        under_way.putheader("content-length", "13")
        under_way.putheader("expect", "100-continue")
        under_way.endheaders()
        # The server sends it when it begins to read the body.
        assert under_way.sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        under_way.send(b'{"sea')
        server.process.send_signal(sent)
        wait_until(lambda: not server.listens())
        assert server.process.poll() is None
        under_way.send(b'rch":{}}')
        response = under_way.getresponse()
        under_way.close()
        body = judged(response.status, {key.lower(): value for key, value in response.getheaders()}, response.read())
        assert (response.status, body["metadata"]["count"]) == (200, 100)
        assert server.process.wait(HANG_S) == 0
    assert server.out.read_text().endswith("stopped\n")


def test_an_idle_connection_is_closed(shop: Path) -> None:
    with running(["serve", shop], shop.parent) as server, Connection(server.url) as idle:
        assert idle.ask("POST", SEARCH, {}).status == 200
        assert server.stop() == 0
        assert idle.http.sock.recv(1) == b""


def test_it_can_be_stopped_as_soon_as_it_says_that_it_serves(shop: Path) -> None:
    command = [sys.executable, "-m", "orderquery", "serve", str(shop), "--port", "0"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=HANG_S)
    assert (process.returncode, said.endswith(b"stopped\n")) == (0, True)


# -- what comes over the wire -----------------------------------------------------------------------------------

WIRE = [
    b"GARBAGE\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/9.9\r\n\r\n", b"GET /%00\x01 HTTP/1.1\r\n\r\n", b"\0" * 100_000,
    b"POST /ecom/v1/orders/search HTTP/1.1\r\ncontent-length: 100\r\n\r\n{", b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    b"POST /ecom/v1/orders/search HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", b"GET / HTTP/1.1\r\nx: " + b"x" * 200_000,
    b"POST /_orderquery/load HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
]  # fmt: skip


def test_garbage_on_the_wire(shop: Path) -> None:
    with running(["serve", shop], shop.parent) as server:
        address = urlsplit(server.url)
        for sent in WIRE:
            with socket.create_connection((address.hostname, address.port), timeout=HANG_S) as connection:
                try:
                    connection.sendall(sent)
                    # Nothing more comes, so the server answers or closes at once.
                    connection.shutdown(socket.SHUT_WR)
                    assert not connection.recv(100).startswith(b"HTTP/1.1 5")
                except ConnectionError:
                    # A server that closes a connection with bytes unread resets it.
                    pass
        assert server.ask("POST", SEARCH, {}).json["metadata"]["count"] == 100


def test_a_connection_outlives_a_body_that_is_too_long(shop: Path) -> None:
    with running(["serve", shop], shop.parent) as server, Connection(server.url) as connection:
        for _ in range(3):
            assert connection.ask("POST", SEARCH, b" " * (3 << 20)).status == 413
            assert connection.ask("POST", SEARCH, {}).status == 200


# -- many at once -----------------------------------------------------------------------------------------------

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


def test_twenty_clients_beside_two_that_load(tmp_path: Path) -> None:
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
    """Newer versions of some orders, which match other searches and sort elsewhere, and some that are new."""
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
        loaded = started("load", path, file, folder=path.parent)
        assert (loaded.returncode, loaded.stderr) == (0, "")
        turn += 1
    return turn


# -- killed -----------------------------------------------------------------------------------------------------

LOADED_AT_ONCE = 15


def batch(name: str) -> list[JSON]:
    """Some orders, each with its transactions."""
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
    # At any moment: before the first answer, or amid many; but in every other turn something was acknowledged.
    wait_until(lambda: turn % 2 == 0 or len(acknowledged) > before)
    time.sleep(random.Random(turn).uniform(0, 0.4))
    server.kill()
    for thread in loaders:
        thread.join(HANG_S)
        assert not thread.is_alive()


def is_whole(path: Path, sent: list[str], acknowledged: list[str]) -> None:
    """Every load is there with all its orders and their transactions, or not at all; the acknowledged ones are."""
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
        is_whole(path, sent[checked:], acknowledged[:])
        checked = len(sent)
    is_whole(path, sent, acknowledged)
    assert len(acknowledged) >= KILLS // 2
    with running(["serve", path], tmp_path) as server:
        answer = server.ask("POST", SEARCH, {"search": {"filter": {"id": {"$in": [f"{acknowledged[-1]}-0"]}}}})
        assert answer.ids == [f"{acknowledged[-1]}-0"]
