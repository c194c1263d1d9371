"""Put load on the endpoint, against a bare ASGI application with the same bytes."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orderquery as oq

from ..harness import QUICK, Differs, Figure, Growth, Size, Table, figure, speed
from ..stored import stored

JSON = Any
_CONNECTIONS = 8
_HOST = "127.0.0.1"
_PATH = "/ecom/v1/orders/search"
_KEY = "the-key-of-the-cursors-of-the-benchmarks"

_ENDPOINT = """
import sys
import orderquery as oq
from orderquery.emulator.server import listen, serve
with oq.open_store(sys.argv[1]) as store, listen("127.0.0.1", 0) as listening:
    print(listening.getsockname()[1], flush=True)
    serve(oq.create_app(store), listening, access_log=False)
"""
_BARE = """
import sys, uvicorn
from orderquery.emulator.server import listen
body = open(sys.argv[1], "rb").read()
length = str(len(body)).encode()
async def app(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-length", length), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
with listen("127.0.0.1", 0) as listening:
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(
        app, http="httptools", ws="none", access_log=False, log_config=None, server_header=False, lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[listening])
"""
_CLIENT = """
import socket, sys, threading, time
port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
request = sys.stdin.buffer.read()
done, end = [], 0.0
def ask(begin):
    link = socket.create_connection(("127.0.0.1", port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer, answered = memoryview(bytearray(1 << 20)), 0
    begin.wait()
    while time.perf_counter() < end:
        link.sendall(request)
        size = link.recv_into(buffer)
        head = bytes(buffer[:2048])
        assert head.startswith(b"HTTP/1.1 200"), head
        body = head.index(b"\\r\\n\\r\\n") + 4
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\\r", 1)[0])
        while size < body + length:
            got = link.recv_into(buffer)
            assert got, "closed"
            size += got
        answered += 1
    done.append(answered)
begin = threading.Event()
asking = [threading.Thread(target=ask, args=(begin,)) for _ in range(connections)]
for thread in asking: thread.start()
began = time.perf_counter()
end = began + seconds
begin.set()
for thread in asking: thread.join()
assert len(done) == connections
print((time.perf_counter() - began) / sum(done))
"""


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    made = stored(QUICK.stored)
    search: JSON = {"filter": {"paymentStatus": "PAID"}}
    with oq.open_store(made.path, keys=[_KEY]) as store:
        again = {"cursorPaging": {"cursor": store.search(search).next}}
    with _server(_ENDPOINT, made.path) as port:
        figures = (
            _figure("a page of 100: the first", port, {"search": search}, size),
            _figure("a page of 100: the second, by its cursor", port, {"search": again}, size),
        )
    note = (
        f"{_CONNECTIONS} connections over loopback, each sends its next request after the answer; one process for the "
        "server, one for the clients. The time is 1 / requests per second; the ratio compares requests per second. The "
        "bare application does not read, check or search; reading the page from the file alone takes about as long as "
        "all its work. Kept of what was tried: answering short searches in the event loop, splicing stored bytes with "
        "one copy, skipping the SDK's names where there are none, an allocator that keeps its memory."
    )
    yield Table("The endpoint, one worker", note, figures)


def _figure(job: str, port: int, search: JSON, size: Size) -> Figure:
    body = json.dumps(search).encode()
    expected = _answer(port, body)
    if len(json.loads(expected)["orders"]) != 100:
        raise Differs(f"{job}: not a page of 100")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.json"
        page.write_bytes(expected)
        with _server(_BARE, str(page)) as bare:
            # Cursors differ from answer to answer; the orders and their number do not.
            if _orders(_answer(port, body)) != _orders(_answer(bare, body)):
                raise Differs(f"{job}: the bare application returns different orders")
            seconds = 0.4 if size.quick else 2.0
            rounds = []
            for index in range(size.rounds):
                order = (port, bare) if index % 2 else (bare, port)
                measured = {side: _seconds(side, body, seconds) for side in order}
                rounds.append((measured[port], measured[bare]))
    return figure(job, "bare ASGI application, same bytes", rounds, speed(0.5))


def _orders(answer: bytes) -> JSON:
    read = json.loads(answer)
    return read["orders"], read["metadata"]["count"]


def _answer(port: int, body: bytes) -> bytes:
    connection = http.client.HTTPConnection(_HOST, port)
    connection.request("POST", _PATH, body, {"content-type": "application/json"})
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    if answer.status != 200:
        raise Differs(f"HTTP status {answer.status}: {read[:200]!r}")
    return read


def _seconds(port: int, body: bytes, seconds: float) -> float:
    head = (
        f"POST {_PATH} HTTP/1.1\r\nhost: {_HOST}:{port}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    command = [sys.executable, "-c", _CLIENT, str(port), str(_CONNECTIONS), str(seconds)]
    client = subprocess.run(command, input=head.encode() + body, stdout=subprocess.PIPE, check=True)
    return float(client.stdout)


@contextmanager
def _server(program: str, argument: str) -> Iterator[int]:
    """Run a server in its own process and return its port."""
    environment = {**os.environ, "ORDERQUERY_CURSOR_KEYS": _KEY}
    with subprocess.Popen([sys.executable, "-c", program, argument], stdout=subprocess.PIPE, env=environment) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline())
        finally:
            server.terminate()
