"""The log of requests that the page shows (D111)."""

from __future__ import annotations

import asyncio
import json
import threading
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from command_line import HANG_S
from page_calls import PREFIX, PageAsker
from serving import SEARCH, Server, running, wait_until

import orderquery as oq
from orderquery.playground.request_answers import logged_answer
from orderquery.playground.request_log import (
    MAX_LOG_BYTES,
    MAX_REQUEST_BODY_BYTES,
    MAX_REQUESTS,
    LoggedRequest,
    RequestLog,
)

JSON = Any
SECRET = "a-secret-that-is-nowhere"


def logged(body: bytes = b"{}", site: str = "", path: str = SEARCH) -> LoggedRequest:
    return LoggedRequest(1.5, "POST", path, 200, 0.25, body, False, site)


def test_the_last_requests_of_a_site_are_kept() -> None:
    log = RequestLog()
    for number in range(MAX_REQUESTS + 50):
        log.add(logged(site="one", body=b"%d" % number))
    log.add(logged(site="two"))
    assert [one.body for one in log.requests("one")] == [b"%d" % number for number in range(50, MAX_REQUESTS + 50)]
    assert len(list(log.requests("two"))) == 1
    assert len(list(log.requests("one", after=MAX_REQUESTS + 48))) == 2


def test_a_long_body_is_cut_and_all_bodies_have_a_limit() -> None:
    log = RequestLog()
    log.add(logged(b"x" * (MAX_REQUEST_BODY_BYTES + 1)))
    (one,) = log.requests("")
    assert (len(one.body), one.is_cut) == (MAX_REQUEST_BODY_BYTES, True)
    for site in range(MAX_LOG_BYTES // MAX_REQUEST_BODY_BYTES + 20):
        log.add(logged(b"x" * MAX_REQUEST_BODY_BYTES, site=str(site)))
    assert sum(len(one.body) for one in log.requests(None)) <= MAX_LOG_BYTES
    assert log._bytes <= MAX_LOG_BYTES


def test_readers_get_what_is_there_and_what_comes() -> None:
    async def read() -> list[bytes]:
        log, found = RequestLog(), list[bytes]()
        log.add(logged(b"1"))

        async def follow() -> None:
            async for one in log.follow(None, 0, 60):
                if one is not None:
                    found.append(one.body)

        readers = [asyncio.create_task(follow()) for _ in range(3)]
        for body in (b"2", b"3"):
            await asyncio.sleep(0)
            log.add(logged(body))
        while len(found) < 9:
            await asyncio.sleep(0.001)
        log.close()
        await asyncio.gather(*readers)
        return found

    assert sorted(asyncio.run(read())) == [b"1"] * 3 + [b"2"] * 3 + [b"3"] * 3


def test_a_search_has_its_diagnostics() -> None:
    schema = oq.load_schema()
    answer = logged_answer(logged(b'{"search": {"paging": {}, "filter": {"paymentstatus": "PAID"}}}'), schema)
    assert [one["severity"] for one in answer["diagnostics"]] == ["error", "error"]
    assert "Wix ignores this" in answer["diagnostics"][0]["message"]
    assert answer["canOpen"] is True
    other = logged_answer(logged(b"\xff\x00", path="/ecom/v1/orders"), schema)
    assert (other["diagnostics"], other["canOpen"]) == ([], False)
    assert json.dumps(other)


def test_d111_no_header_and_no_query_string_is_kept() -> None:
    asker = PageAsker(3)
    asker.client.post(
        SEARCH + f"?key={SECRET}",
        json={"search": {}},
        headers={"authorization": SECRET, "cookie": SECRET, "x-any": SECRET},
    )
    asker.client.get("/ecom/v1/orders/none", headers={"authorization": SECRET})
    asker.client.get("/ecom/v1/order/search")
    found = list(asker.app.state.request_log.requests(None))
    assert [(one.method, one.path, one.status) for one in found] == [
        ("POST", SEARCH, 200), ("GET", "/ecom/v1/orders/none", 404), ("GET", "/ecom/v1/order/search", 404),
    ]  # fmt: skip
    assert SECRET not in repr(found)


def test_the_calls_of_the_page_are_not_in_it() -> None:
    asker = PageAsker(3)
    asker.call("search", "everything", columns=[])
    for path in ("/", "/healthz", "/openapi.json", "/_orderquery/events"):
        asker.client.get(path)
    assert list(asker.app.state.request_log.requests(None)) == []


def test_only_this_machine_reads_it_without_a_key() -> None:
    # The client of Starlette's tests has no address of this machine.
    status, message = PageAsker().refused("requests", after=0)
    assert status == 403
    assert "API key" in message


class Reader:
    """Reads the stream of a server in a thread."""

    def __init__(self, server: Server, after: int = 0, **headers: str) -> None:
        netloc = urlsplit(server.url).netloc
        self.found: list[JSON] = []
        self.http = HTTPConnection(netloc, timeout=HANG_S)
        body = json.dumps({"after": after})
        self.http.request("POST", PREFIX + "requests", body, {"origin": server.url, **headers})
        self.response = self.http.getresponse()
        assert self.response.status == 200, self.response.read()
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self) -> None:
        while line := self.response.readline():
            if line.strip():
                self.found.append(json.loads(line))

    def join(self) -> None:
        """Wait for the end of the stream."""
        self.thread.join(HANG_S)
        assert not self.thread.is_alive()
        self.response.close()
        self.http.close()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with oq.open_store(tmp_path / "shop.db") as store:
        for site in ("one", "two"):
            store.at_site(site).load([{"id": site, "number": "1", "status": "APPROVED"}])
    return tmp_path


def test_it_is_live_and_of_one_site_and_a_server_that_stops_ends_it(shop: Path) -> None:
    with running(["serve", "shop.db", "--no-access-log"], shop) as server:
        server.ask("POST", SEARCH, {}, {"wix-site-id": "one"})
        reader = Reader(server, **{"wix-site-id": "one"})
        wait_until(lambda: len(reader.found) == 1)
        server.ask("POST", SEARCH, {"search": {"filter": {"number": "2"}}}, {"wix-site-id": "two"})
        server.ask("POST", SEARCH, {"search": {"filter": {"number": "3"}}}, {"wix-site-id": "one"})
        wait_until(lambda: len(reader.found) == 2)
        assert [one["site"] for one in reader.found] == ["one", "one"]
        assert '"3"' in reader.found[1]["body"]
        assert server.stop() == 0
        reader.join()


def test_with_a_key_it_needs_the_key(shop: Path) -> None:
    with running(["serve", "shop.db", "--no-access-log"], shop, ORDERQUERY_API_KEY="a key") as server:
        assert server.ask("POST", PREFIX + "requests", {"after": 0}, {"origin": server.url}).status == 401
        reader = Reader(server, authorization="a key", **{"wix-site-id": "one"})
        server.ask("POST", SEARCH, {}, {"wix-site-id": "one"})
        wait_until(lambda: [one["status"] for one in reader.found] == [401])
        server.stop()
        reader.join()
