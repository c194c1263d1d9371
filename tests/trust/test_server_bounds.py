"""A running endpoint keeps its bounds: bytes of all bodies, loads without a client, headers with two meanings."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import HANG_S
from scale import scaled
from serving import LOAD, SEARCH, Server, running, wait_until
from test_hostile_requests import address, resident

import orderquery as oq
from orderquery.emulator.limits import MAX_LARGE_BODIES_BYTES

JSON = Any
MIB = 1 << 20
CONNECTIONS = scaled(12, 5)
BODY_MIB = 62
"""A body that is never complete."""
MOST_MIB = MAX_LARGE_BODIES_BYTES // MIB + 150
"""What the server may have more while bodies are held: the bound, twice the largest part, and what small ones take."""
PART = b" " * MIB
LINES = 400_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with oq.open_store(tmp_path / "shop.db") as store:
        store.load([{"id": "a", "number": "1", "status": "APPROVED"}])
    with running(["serve", "shop.db", "--no-access-log"], tmp_path, limits={"body": HANG_S, "rest": HANG_S}) as started:
        yield started


def connected(server: Server) -> socket.socket:
    return socket.create_connection(address(server), timeout=HANG_S)


def answered(connection: socket.socket) -> bool:
    return bool(select.select([connection], [], [], 0)[0])


def send_much(connection: socket.socket) -> bytes:
    """Send most of a body; return the head of the answer if one comes before its end."""
    connection.sendall(b"POST %s HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % (LOAD.encode(), 63 * MIB))
    for _ in range(BODY_MIB):
        connection.sendall(PART)
        if answered(connection):
            return connection.recv(4_096)
    return b""


def test_bodies_in_flight_take_bounded_memory(server: Server, counted: Any) -> None:
    before, refused = resident(server), 0
    held = [connected(server) for _ in range(CONNECTIONS)]
    try:
        for connection in held:
            head = send_much(connection)
            refused += head.startswith(b"HTTP/1.1 503 ") and b"retry-after: 5" in head
            assert not head or head.startswith(b"HTTP/1.1 503 "), head
            assert resident(server) - before < MOST_MIB
        # Two bodies of 62 MiB fit; small requests are served beside them.
        assert refused == CONNECTIONS - 2
        assert server.ask("POST", SEARCH, {}).ids == ["a"]
        assert server.ask("POST", LOAD, {"id": "b", "number": "2"}).json["orders"] == 1
    finally:
        for connection in held:
            connection.close()
    # The bytes of those that left are given back.
    body = b'{"id":"c","number":"3","x":"%s"}\n' % (b"x" * 10 * MIB) * 4
    wait_until(lambda: server.ask("POST", LOAD, body).status == 200)
    counted(f"bodies of {BODY_MIB} MiB held by clients, at most {MOST_MIB} MiB more", CONNECTIONS, CONNECTIONS)


def test_a_load_ends_when_its_client_leaves(server: Server, counted: Any) -> None:
    body = b"".join(b'{"id":"%d"}\n' % number for number in range(LINES))
    tried = scaled(10, 3)
    for turn in range(tried):
        with connected(server) as connection:
            head = b"POST %s?site=s%d HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n"
            connection.sendall(head % (LOAD.encode(), turn, len(body)) + body)
        wait_until(lambda left=turn + 1: server.output().count("client disconnected") == left)
        # Others load: nothing is left of it that takes a turn.
        assert server.ask("POST", LOAD, {"id": f"b{turn}", "number": "2"}).status == 200
    with oq.open_store(server.out.parent / "shop.db", create=False) as store:
        for turn in range(tried):
            assert store.at_site(f"s{turn}").count({}) < LINES
    counted(f"loads of {LINES:,} records whose client left", tried, tried)


START = b"POST /ecom/v1/orders/search HTTP/1.1\r\n"
TWO_MEANINGS: dict[str, bytes] = {
    "two lengths": START + b"host: localhost\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\n{}GET ",
    "the same length twice": START + b"host: localhost\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\n{}",
    "two lengths in one": START + b"host: localhost\r\ncontent-length: 2, 2\r\n\r\n{}",
    "a length and chunks": START + b"host: localhost\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks and a length": START + b"host: localhost\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a negative length": START + b"host: localhost\r\ncontent-length: -2\r\n\r\n{}",
    "a length with a sign": START + b"host: localhost\r\ncontent-length: +2\r\n\r\n{}",
    "two hosts": START + b"host: localhost\r\nhost: evil.example\r\ncontent-length: 2\r\n\r\n{}",
    "the same host twice": START + b"host: localhost\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}",
    "two hosts in other cases": START + b"host: localhost\r\nHOST: evil.example\r\ncontent-length: 2\r\n\r\n{}",
    "a host with a space before the colon": START + b"host : evil.example\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}",
    "a host on two lines": START + b"host: localhost\r\n evil.example\r\ncontent-length: 2\r\n\r\n{}",
    "a host with a zone": START + b"host: 1.2.3.4%evil.example\r\ncontent-length: 2\r\n\r\n{}",
    "two origins": START + b"host: localhost\r\norigin: http://localhost\r\norigin: https://evil.example\r\ncontent-length: 2\r\n\r\n{}",
    "two keys": START + b"host: localhost\r\nauthorization: a\r\nauthorization: b\r\ncontent-length: 2\r\n\r\n{}",
    "two sites": START + b"host: localhost\r\nwix-site-id: one\r\nwix-site-id: two\r\ncontent-length: 2\r\n\r\n{}",
    "two request lines": START + START + b"host: localhost\r\ncontent-length: 2\r\n\r\n{}",
    "two kinds of content": START + b"host: localhost\r\ncontent-type: a/b\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
}  # fmt: skip


def test_a_request_has_one_meaning(server: Server, counted: Any) -> None:
    for name, sent in TWO_MEANINGS.items():
        with connected(server) as connection:
            connection.sendall(sent)
            answer = connection.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 400 "), (name, answer[:300])
            assert answer.count(b"HTTP/1.1 ") == 1, name
        for path in ("/healthz", "/openapi.json", "/", "/nothing"):
            doubled = b"GET %s HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n\r\n" % path.encode()
            with connected(server) as connection:
                connection.sendall(doubled)
                assert connection.recv(65_536).startswith(b"HTTP/1.1 400 "), path
    assert server.ask("POST", SEARCH, {}).ids == ["a"]
    counted("requests with two meanings", len(TWO_MEANINGS) * 5, len(TWO_MEANINGS) * 5)


def test_a_key_works_once(tmp_path: Path) -> None:
    with running(["serve", "--empty", "--no-access-log"], tmp_path, ORDERQUERY_API_KEY="a key") as server:
        for keys in ((b"a key", b"a key"), (b"a key", b"x"), (b"x", b"a key")):
            with connected(server) as connection:
                lines = b"".join(b"authorization: %s\r\n" % key for key in keys)
                connection.sendall(START + b"host: localhost\r\n" + lines + b"content-length: 2\r\n\r\n{}")
                assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")
        assert server.ask("POST", SEARCH, {}, {"authorization": "a key"}).status == 200
