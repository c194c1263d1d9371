"""Clients that send or read slowly: each is ended by its limit, and others do not wait for them."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from command_line import HANG_S
from scale import scaled
from serving import Server, running, wait_until
from test_hostile_requests import FLAT, POST, WHOLE, address, good, resident

import orderquery as oq

NO_LIMITS = dict.fromkeys(("head", "body", "rest", "take", "search"), 10 * HANG_S)
"""Seconds for each limit of a server, longer than any test waits."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("slow") / "shop.db"
    with oq.open_store(path) as store:
        store.load(oq.sample(500))
    return path


def drip(server: Server, first: bytes, drop: bytes, connected: threading.Barrier, stopped: threading.Event) -> bool:
    """Send a few bytes again and again; whether the server closes the connection before ``stopped``."""
    with socket.create_connection(address(server), timeout=HANG_S) as connection:
        connected.wait(HANG_S)
        try:
            connection.sendall(first)
            connection.settimeout(0.5)
            while not stopped.is_set():
                try:
                    connection.sendall(drop)
                    if connection.recv(1 << 16) == b"":
                        return True
                except TimeoutError:
                    continue
        except ConnectionError:
            return True
    return False


SLOW = {
    "nothing at all": (b"", b""),
    "a head, byte by byte": (b"POST /ecom/v1/orders/search HTTP/1.1\r\nx: ", b"y"),
    "headers without end": (POST, b"x: y\r\n"),
    "a body, byte by byte": (POST + b"content-length: 900000\r\n\r\n", b" "),
    "chunks, byte by byte": (POST + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a load, byte by byte": (b"POST /_orderquery/load HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900000\r\n\r\n", b" "),
    "the rest of what was refused": (POST + b"content-length: 90000000\r\n\r\n", b" "),
    "a second head after an answer": (WHOLE + POST + b"x: ", b"y"),
}  # fmt: skip


@contextmanager
def dripping(server: Server) -> Iterator[list[tuple[str, Future[bool]]]]:
    """Every kind of slow client at once, many times over."""
    times = scaled(12, 3)
    connected, stopped = threading.Barrier(times * len(SLOW) + 1), threading.Event()
    with ThreadPoolExecutor(times * len(SLOW)) as pool:
        try:
            clients = [
                (name, pool.submit(drip, server, first, drop, connected, stopped))
                for name, (first, drop) in SLOW.items()
                for _ in range(times)
            ]
            connected.wait(HANG_S)
            yield clients
        finally:
            stopped.set()


def test_slow_clients_are_ended(shop: Path, tmp_path: Path, counted: Any) -> None:
    """Each limit ends its clients: without it they would drip until the guard."""
    limits = {"head": 2, "body": 3, "rest": 4, "search": HANG_S}
    with running(["serve", shop, "--no-access-log"], tmp_path, limits=limits) as server, dripping(server) as clients:
        done, _ = wait([ending for _, ending in clients], timeout=HANG_S)
        left = [name for name, ending in clients if ending not in done]
        assert not left, left
        assert all(ending.result() for ending in done)
        assert good(server)
    counted("slow clients, each ended by its limit", len(clients), len(done))


def test_others_do_not_wait_for_slow_clients(shop: Path, tmp_path: Path, counted: Any) -> None:
    """Others are answered while every slow client is still connected."""
    with running(["serve", shop, "--no-access-log"], tmp_path, limits=NO_LIMITS) as server, dripping(server) as clients:
        before = good(server)
        answers = sum(good(server) == before for _ in range(50))
        ended = {name for name, ending in clients if ending.done()}
    assert not ended, ended
    counted("requests beside slow clients", 50, answers)


_PAGE = b'{"search":{"cursorPaging":{"limit":100}}}'
_ASK_PAGE = POST + b"content-length: %d\r\n\r\n" % len(_PAGE) + _PAGE


@contextmanager
def not_reading(server: Server, count: int) -> Iterator[None]:
    """So many clients that ask for large pages until the server takes no more, and read nothing."""
    with ExitStack() as closed:
        for _ in range(count):
            connection = closed.enter_context(socket.create_connection(address(server)))
            connection.setblocking(False)
            with suppress(BlockingIOError):
                for _ in range(50):
                    connection.send(_ASK_PAGE)
        yield


def sockets_of(server: Server) -> int:
    """How many sockets the server has open."""
    return sum(os.readlink(file).startswith("socket:") for file in Path(f"/proc/{server.process.pid}/fd").iterdir())


def test_others_do_not_wait_for_clients_that_do_not_read(shop: Path, tmp_path: Path, counted: Any) -> None:
    """They cost a bounded amount of memory, and others are answered while all of them are connected."""
    count = scaled(200, 40)
    with running(["serve", shop, "--no-access-log"], tmp_path, limits=NO_LIMITS) as server:
        before = resident(server)
        with not_reading(server, count):
            assert good(server)
            grown = resident(server) - before
            assert sockets_of(server) >= count
        assert grown < 2 * count + FLAT, grown
        assert good(server)
    counted("clients that ask and do not read", count, count, f"{grown} MiB for them")


def test_clients_that_do_not_read_are_ended(shop: Path, tmp_path: Path, counted: Any) -> None:
    count = scaled(40, 10)
    with running(["serve", shop, "--no-access-log"], tmp_path, limits={**NO_LIMITS, "take": 2}) as server:
        before = sockets_of(server)
        with not_reading(server, count):
            # Connections are accepted in order: after this answer all of them are.
            assert good(server)
            wait_until(lambda: sockets_of(server) <= before)
    counted("clients that do not read, each ended by its limit", count, count)
