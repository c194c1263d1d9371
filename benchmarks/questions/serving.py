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
from typing import Any, NamedTuple

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


class Asked(NamedTuple):
    """A request that is repeated over so many connections."""

    job: str
    method: str
    path: str
    body: bytes = b""
    connections: int = _CONNECTIONS

    def to_bytes(self, port: int) -> bytes:
        """Return the request as it is sent."""
        head = f"{self.method} {self.path} HTTP/1.1\r\nhost: {_HOST}:{port}\r\n"
        if self.body:
            head += f"content-type: application/json\r\ncontent-length: {len(self.body)}\r\n"
        return f"{head}\r\n".encode() + self.body


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    made = stored(QUICK.stored)
    search: JSON = {"filter": {"paymentStatus": "PAID"}}
    with oq.open_store(made.path, keys=[_KEY]) as store:
        page = store.search(search)
        again = {"cursorPaging": {"cursor": page.next}}
    order = Asked("one order by its id, one connection", "GET", f"/ecom/v1/orders/{page.ids[0]}", connections=1)
    with _server(_ENDPOINT, made.path) as port:
        figures = (
            _figure(_search("a page of 100: the first", search), port, size),
            _figure(_search("a page of 100: the second, by its cursor", again), port, size),
            _figure(order, port, size, 0.25),
        )
    note = (
        f"{_CONNECTIONS} connections over loopback where the job names no other number; each is kept, and sends its "
        "next request after the answer; one process for the server, one for the clients. The time is 1 / requests per "
        "second; the ratio compares requests per second. The bare application does not read, check or search; reading "
        "the page from the file alone takes about as long as all its work. Kept of what was tried: answering short "
        "searches and one order in the event loop, checking stored documents once per commit, splicing their bytes "
        "with one copy, skipping the SDK's names where there are none, an allocator that keeps its memory, sending "
        "small packets at once."
    )
    yield Table("The endpoint, one worker", note, figures)


def _search(job: str, search: JSON) -> Asked:
    return Asked(job, "POST", _PATH, json.dumps({"search": search}).encode())


def _figure(asked: Asked, port: int, size: Size, least: float = 0.5) -> Figure:
    expected = _answer(port, asked)
    _check(asked, expected)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.json"
        page.write_bytes(expected)
        with _server(_BARE, str(page)) as bare:
            # Cursors differ from answer to answer; the orders and their number do not.
            if _orders(_answer(port, asked)) != _orders(_answer(bare, asked)):
                raise Differs(f"{asked.job}: the bare application returns different orders")
            seconds = 0.4 if size.quick else 2.0
            rounds = []
            for index in range(size.rounds):
                order = (port, bare) if index % 2 else (bare, port)
                measured = {side: _seconds(side, asked, seconds) for side in order}
                rounds.append((measured[port], measured[bare]))
    return figure(asked.job, "bare ASGI application, same bytes", rounds, speed(least))


def _check(asked: Asked, answer: bytes) -> None:
    """Raise ``Differs`` unless the answer is a page of 100, or one order."""
    read = json.loads(answer)
    if "order" not in read and len(read["orders"]) != 100:
        raise Differs(f"{asked.job}: not a page of 100")


def _orders(answer: bytes) -> JSON:
    read = json.loads(answer)
    return read["order"] if "order" in read else (read["orders"], read["metadata"]["count"])


def _answer(port: int, asked: Asked) -> bytes:
    connection = http.client.HTTPConnection(_HOST, port)
    headers = {"content-type": "application/json"} if asked.body else {}
    connection.request(asked.method, asked.path, asked.body or None, headers)
    answer = connection.getresponse()
    read = answer.read()
    connection.close()
    if answer.status != 200:
        raise Differs(f"HTTP status {answer.status}: {read[:200]!r}")
    return read


def _seconds(port: int, asked: Asked, seconds: float) -> float:
    command = [sys.executable, "-c", _CLIENT, str(port), str(asked.connections), str(seconds)]
    client = subprocess.run(command, input=asked.to_bytes(port), stdout=subprocess.PIPE, check=True)
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
