"""The bodies of all requests in progress take a bounded number of bytes; beyond it there is a 503."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from serving import LOAD, SEARCH, Asker

from orderquery.emulator import limits
from orderquery.emulator.limits import FREE_BODY_BYTES, MAX_SMALL_BODY_BYTES
from orderquery.emulator.request_guard import BodyBudget

JSON = Any
MIB = 1 << 20
PART = MAX_SMALL_BODY_BYTES - FREE_BODY_BYTES
"""What a small body counts."""


class Sender:
    """A request whose parts arrive when they are sent, to an application that reads them all."""

    def __init__(self, budget: BodyBudget) -> None:
        self._parts: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.answer: list[dict[str, Any]] = []
        self.task = asyncio.ensure_future(budget({"type": "http", "headers": []}, self._receive, self._send))
        self.task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def send(self, part: bytes | None) -> None:
        """Send a part and wait until it is read; ``None`` ends the body."""
        await self._parts.put(part)
        while not self._parts.empty() and not self.task.done():
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def _receive(self) -> dict[str, Any]:
        part = await self._parts.get()
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def _send(self, message: Any) -> None:
        self.answer.append(message)


async def reads_all(scope: Any, receive: Any, send: Any) -> None:
    while (await receive())["more_body"]:
        pass


def test_bytes_in_flight_are_counted_and_given_back() -> None:
    async def run() -> None:
        budget = BodyBudget(reads_all, large=5 * MIB, small=3 * PART)
        one, other = Sender(budget), Sender(budget)
        await one.send(b"x" * 4 * MIB)
        await other.send(b"x" * 3 * MIB)
        assert budget.counted_bytes == 7 * MIB - 2 * FREE_BODY_BYTES
        # One MiB of each is small, 3 + 2 MiB are large: one more byte is too much.
        await other.send(b"x")
        assert other.task.done()
        refused = other.task.exception()
        assert getattr(refused, "status", None) == 503
        assert refused.headers == {"retry-after": str(limits.BUSY_RETRY_S)}
        assert budget.counted_bytes == 4 * MIB - FREE_BODY_BYTES
        third = Sender(budget)
        await third.send(b"x" * MAX_SMALL_BODY_BYTES)
        await third.send(None)
        await third.task
        await one.send(None)
        await one.task
        assert budget.counted_bytes == 0

    asyncio.run(run())


def test_small_bodies_have_a_bound_of_their_own() -> None:
    async def run() -> None:
        budget = BodyBudget(reads_all, large=0, small=3 * PART)
        senders = [Sender(budget) for _ in range(4)]
        for sender in senders:
            await sender.send(b"x" * MIB)
        assert [sender.task.done() for sender in senders] == [False, False, False, True]
        # The beginning of a body is always there.
        beginning = Sender(budget)
        await beginning.send(b"x" * FREE_BODY_BYTES)
        assert not beginning.task.done()
        for sender in (*senders[:3], beginning):
            await sender.send(None)
        assert budget.counted_bytes == 0

    asyncio.run(run())


def test_a_body_of_many_parts_is_counted_as_a_whole() -> None:
    async def run() -> None:
        budget = BodyBudget(reads_all, large=MIB, small=8 * MIB)
        sender, sent = Sender(budget), 0
        while not sender.task.done():
            await sender.send(b"x" * 4_096)
            sent += 4_096
        assert 2 * MIB < sent <= 2 * MIB + 2 * 4_096

    asyncio.run(run())


def test_a_client_that_leaves_gives_its_bytes_back() -> None:
    async def run() -> None:
        budget = BodyBudget(reads_all)
        sender = Sender(budget)
        await sender.send(b"x" * 2 * MIB)
        assert budget.counted_bytes == 2 * MIB - FREE_BODY_BYTES
        sender.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sender.task
        assert budget.counted_bytes == 0

    asyncio.run(run())


@pytest.mark.parametrize("path", [LOAD, SEARCH, "/_orderquery/playground/check", "/ecom/v1/orders"])
def test_the_answer_is_a_503_with_retry_after(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BodyBudget.__init__, "__defaults__", (0, 10))
    most = FREE_BODY_BYTES + 10
    asker = Asker(playground=True)
    headers = {"origin": "http://testserver"}
    assert asker.ask("POST", path, b"x" * most, headers).status in (200, 400)
    for body in (b"x" * (most + 1), iter([b"x" * most, b"x"])):
        answer = asker.ask("POST", path, body, headers)
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")


def test_a_server_that_takes_larger_loads_has_room_for_one() -> None:
    asker = Asker(max_bodies=1, max_load=3 * MIB)
    assert asker.load(b'{"id":"a","number":"1","x":"%s"}' % (b"x" * 2 * MIB)).json["orders"] == 1
