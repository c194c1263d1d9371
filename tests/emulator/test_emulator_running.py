"""The server as a process: start, log, stop, and bytes that are not HTTP."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from command_line import HANG_S
from serving import LOAD, SEARCH, Connection, environment, judged, run_to_end, running, wait_until

import orderquery as oq

JSON = Any
API_KEY = "a-key-that-must-stay-secret"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with oq.open_store(tmp_path / "shop.db") as store:
        store.load(oq.sample(120))
    return tmp_path / "shop.db"


# -- starting ---------------------------------------------------------------------------------------------------


def test_it_answers_logs_and_stops(shop: Path) -> None:
    with running(["serve", shop], shop.parent, fresh=True) as server:
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
    announced, page, tried, stopped = server.out.read_text().splitlines()
    assert page == f"open {server.url}/ in a browser to write searches"
    assert announced == f"serving {shop} at {server.url}, until Ctrl-C"
    assert tried.startswith(f"try: curl -s {server.url}{SEARCH} -d ")
    assert stopped == "stopped"


def test_the_suggested_command_works(shop: Path) -> None:
    with running(["serve", shop, "--strict", "--no-access-log"], shop.parent) as server:
        (body,) = re.findall(r"-d '(.*)'$", server.out.read_text(), re.MULTILINE)
        assert server.ask("POST", SEARCH, body.encode()).status == 200
        assert server.ask("POST", SEARCH, {"filter": {}}).status == 400
    assert server.err.read_text() == ""


def test_a_port_in_use(shop: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_to_end("serve", shop, "--port", port, folder=shop.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"orderquery: port {port} of 127.0.0.1 is in use; ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nothing.db", "--read-only"], "store not found: nothing.db"),
        (["no/shop.db"], "cannot create no/shop.db: folder not found: no"),
        (
            ["orders.jsonl"],
            '"orders.jsonl" is the name of a file of orders, and does not exist; write: orderquery load',
        ),
        (["shop.db", "--empty"], "serve takes either STORE or --empty; write: orderquery serve shop.db"),
        ([], "serve takes either STORE or --empty"),
        ([":memory:", "--clock", "tomorrow"], '"tomorrow" is not a date-time from 1970 on; write: --clock "2026-'),
        ([":memory:", "--allow-origin", "*"], '"*" is not an origin; write scheme, host and port'),
        ([":memory:", "--host", "203.0.113.1"], '"203.0.113.1" is not an address of this machine'),
        ([":memory:", "--webhook-key", os.devnull], "not an RSA public key"),
        ([":memory:", "--api-key", " "], "--api-key is empty; pass a key, or remove the option"),
        ([":memory:", "--port", "70000"], "70000"),
    ],
)
def test_invalid_arguments(args: list[str], message: str, tmp_path: Path) -> None:
    done = run_to_end("serve", *args, *([] if "--port" in args else ["--port", "0"]), folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_key_is_never_printed(shop: Path) -> None:
    with running(["serve", shop, "--host", "0.0.0.0"], shop.parent, ORDERQUERY_API_KEY=API_KEY) as server:
        port = urlsplit(server.url).port
        with Connection(f"http://127.0.0.1:{port}") as reached:
            assert reached.ask("POST", SEARCH, {}, {"authorization": API_KEY}).status == 200
            assert reached.ask("POST", SEARCH, {}, {"authorization": API_KEY[:-1]}).status == 401
            assert reached.ask("POST", SEARCH, {API_KEY[:5]: API_KEY}).status == 401
            assert reached.ask("GET", "/healthz").status == 200
    assert API_KEY[:-1] not in server.output()
    assert "anyone who can reach" not in server.output()


def test_a_warning_without_a_key_beyond_this_machine(shop: Path) -> None:
    with running(["serve", shop, "--host", "0.0.0.0"], shop.parent) as server:
        pass
    assert (
        "anyone who can reach 0.0.0.0 can read and change these orders; set ORDERQUERY_API_KEY"
        in server.err.read_text()
    )


def test_a_store_made_by_serving_it(tmp_path: Path) -> None:
    with running(["serve", "new.db", "--site", "berlin"], tmp_path) as server:
        assert "orderquery: note: new.db did not exist; created an empty store\n" in server.err.read_text()
        assert f"serving new.db at {server.url}, until Ctrl-C\n" in server.out.read_text()
        assert server.ask("POST", LOAD, {"id": "a", "number": "1"}).json["orders"] == 1
        assert server.ask("POST", SEARCH, {}, {"wix-site-id": "paris"}).status == 403
    with oq.open_store(tmp_path / "new.db", site="berlin") as store:
        assert store.search({}).ids == ("a",)


def test_a_file_of_orders_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_text('{"id": "a"}')
    done = run_to_end("serve", "shop.db", "--port", "0", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith('orderquery: "shop.db" is a file of orders; write: orderquery load ')
    assert (tmp_path / "shop.db").read_text() == '{"id": "a"}'


def test_a_store_in_memory(tmp_path: Path) -> None:
    with running(["serve", "--empty", "--clock", "2026-01-01T00:00:00Z"], tmp_path) as server:
        assert f"serving an empty store in memory at {server.url}, until Ctrl-C\n" in server.out.read_text()
        clock = server.ask("GET", "/_orderquery/clock").json
        assert clock == {"now": "2026-01-01T00:00:00.000Z", "frozen": True, "steps": 0}
    assert [*tmp_path.glob("*.db*")] == []


def test_the_demonstration_serves(tmp_path: Path) -> None:
    with running(["demo", "--serve"], tmp_path, fresh=True) as server:
        answer = server.ask("POST", SEARCH, {"search": {"filter": {"paymentStatus": "PAID"}}})
        assert (answer.status, answer.json["metadata"]["count"]) == (200, 100)


# -- stopping ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_request_in_progress_is_answered(shop: Path, sent: int) -> None:
    with running(["serve", shop], shop.parent, limits={"grace": HANG_S, "body": HANG_S, "rest": HANG_S}) as server:
        under_way = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=HANG_S)
        under_way.putrequest("POST", SEARCH)
        under_way.putheader("content-length", "13")
        under_way.putheader("expect", "100-continue")
        under_way.endheaders()
        # The server sends this when it starts to read the body.
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


def test_it_can_be_stopped_once_it_prints_its_url(shop: Path) -> None:
    command = [sys.executable, "-m", "orderquery", "serve", str(shop), "--port", "0"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=HANG_S)
    assert (process.returncode, output.endswith(b"stopped\n")) == (0, True)


# -- bytes that are not HTTP -----------------------------------------------------------------------------------

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
                    # The client sends nothing more, so the server answers or closes at once.
                    connection.shutdown(socket.SHUT_WR)
                    assert not connection.recv(100).startswith(b"HTTP/1.1 5")
                except ConnectionError:
                    # Closing a connection with unread bytes resets it.
                    pass
        assert server.ask("POST", SEARCH, {}).json["metadata"]["count"] == 100


def test_a_connection_survives_a_body_above_the_limit(shop: Path) -> None:
    with running(["serve", shop], shop.parent) as server, Connection(server.url) as connection:
        for _ in range(3):
            assert connection.ask("POST", SEARCH, b" " * (3 << 20)).status == 413
            assert connection.ask("POST", SEARCH, {}).status == 200
