"""Loads end: after a deadline, after too many problems, when the client has gone; and they keep no others waiting."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from serving import LOAD, Asker
from starlette.requests import ClientDisconnect, Request

import orderquery as oq
from orderquery.documents import ingest
from orderquery.documents.json_lines import read_bytes
from orderquery.emulator import app, load_handler
from orderquery.emulator.limits import (
    MAX_LOAD_BYTES,
    MAX_LOAD_OBJECTS,
    MAX_LOAD_PROBLEM_COUNT,
    MAX_LOAD_PROBLEMS,
    MAX_LOAD_VALUES,
    MAX_SMALL_LOAD_BYTES,
)
from orderquery.emulator.load_turns import LoadTurn, LoadTurns
from orderquery.emulator.responses import json_response

JSON = Any
MIB = 1 << 20
LINE = b'{"id":"%d","number":"1"}\n'


class Ticks:
    """A clock that advances a second each time it is read."""

    def __init__(self) -> None:
        self.read = 0

    def __call__(self) -> float:
        self.read += 1
        return float(self.read)


class Client:
    """A request with a complete body, whose client goes when ``gone`` is set."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()
        self.request = Request({"type": "http", "headers": []}, self._receive)

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}


# -- the deadline -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?kind=plans"])
def test_a_load_ends_at_its_deadline(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = Ticks()
    monkeypatch.setattr(app, "LoadTurns", lambda: LoadTurns(2_500.0, ticks))
    asker = Asker()
    answer = asker.load(b"".join(LINE % number for number in range(5_000)), query)
    assert (answer.status, answer.code) == (408, "LOAD_TIMEOUT")
    # Two full batches were stored by then; of the third, and of plans, nothing is.
    assert asker.store.count({"filter": {"status": {"$ne": "INITIALIZED"}}}) == (0 if query else 2_000)
    assert ticks.read < 2_600


def test_the_time_of_a_load_begins_with_its_turn() -> None:
    ticks = Ticks()
    turn = LoadTurn(3.0, ticks)
    turn.check()
    assert ticks.read == 0
    turn.begin()
    turn.check()
    turn.check()
    turn.check()
    with pytest.raises(oq.OrderQueryError, match="took more than 3 s"):
        turn.check()


# -- too much of it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"{}," * MAX_LOAD_OBJECTS + b"{}]",
        b"{}\n" * (MAX_LOAD_OBJECTS + 1),
        b"[" * (MAX_LOAD_OBJECTS + 1),
        b"[" + b"1," * (MAX_LOAD_VALUES + 1) + b"1]",
    ],
    ids=["a list of nothing", "lines of nothing", "brackets", "a list of numbers"],
)
@pytest.mark.parametrize("query", ["", "?kind=plans"])
def test_a_body_of_too_many_values_is_not_decoded(body: bytes, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(load_handler, "read_bytes", fail)
    monkeypatch.setattr(load_handler, "read_plans", fail)
    answer = Asker().load(body, query)
    assert (answer.status, answer.code) == (413, "REQUEST_TOO_LARGE")


def test_a_load_of_the_largest_size_has_room_for_orders() -> None:
    # Sample orders, compact, as the service sends them.
    orders = b"\n".join(json.dumps(order, separators=(",", ":")).encode() for order in oq.sample(50))
    times = MAX_LOAD_BYTES / len(orders)
    assert times * (orders.count(b"{") + orders.count(b"[")) < MAX_LOAD_OBJECTS
    assert times * orders.count(b",") < MAX_LOAD_VALUES


def test_a_snapshot_of_too_many_values_is_not_decoded() -> None:
    body = b'{"orders":[' + b"{}," * MAX_LOAD_OBJECTS + b"{}]}"
    answer = Asker(control=True).ask("POST", "/_orderquery/restore", body, {"content-type": "application/json"})
    assert (answer.status, answer.code) == (413, "REQUEST_TOO_LARGE")


def test_a_load_ends_after_too_many_problems_of_any_kind() -> None:
    yielded = 0
    turn = LoadTurn(60.0, Ticks())

    def found() -> Iterator[Any]:
        nonlocal yielded
        _, problem = read_bytes(oq.load_schema(), b'{"id":"a","createdDate":5}')
        while True:
            yielded += 1
            yield problem

    assert sum(1 for _ in load_handler.Usefulness(turn).limit(found())) == MAX_LOAD_PROBLEM_COUNT == yielded


WRONG = {"createdDate": 5, "updatedDate": 5, "number": [], "status": 1, "paymentStatus": 4}


@pytest.mark.parametrize("of_one_text", [False, True])
def test_problems_are_described_only_where_they_are_shown(of_one_text: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    described = 0
    make = ingest.moved_diagnostic

    def counting(*args: Any) -> Any:
        nonlocal described
        described += 1
        return make(*args)

    monkeypatch.setattr(ingest, "moved_diagnostic", counting)
    orders = [{"id": f"a{number}", **WRONG} for number in range(1_000)]
    event = {"data": json.dumps({"orders": orders})}
    for body in (
        {"orders": orders} if of_one_text else b"\n".join(json.dumps(order).encode() for order in orders),
        event,
    ):
        described = 0
        answer = Asker().load(body)
        assert (answer.json["orders"], answer.json["problemCount"]) == (1_000, 4_000)
        assert len(answer.json["problems"]) == MAX_LOAD_PROBLEMS
        assert all(problem["pointer"] or problem["line"] for problem in answer.json["problems"])
        assert described == MAX_LOAD_PROBLEMS


def test_unusable_plans_end_a_load_too() -> None:
    answer = Asker().load(b"{}\n" * 20_000, "?kind=plans")
    assert answer.json["skipped"] == 10_000
    assert "the rest was not read" in answer.json["problems"][0]["message"]


def test_a_gzip_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(LINE % 1 + b" " * 64 * MIB)
    for headers in ({}, {"content-encoding": "gzip"}, {"content-type": "application/gzip"}):
        answer = Asker().ask("POST", LOAD, bomb, headers)
        assert answer.status == 400


# -- clients that leave, and others -----------------------------------------------------------------------------------


def test_a_load_ends_when_its_client_goes() -> None:
    turns: list[LoadTurn] = []
    begun, gone = threading.Event(), threading.Event()
    stored: list[int] = []

    def load(turn: LoadTurn) -> Any:
        turns.append(turn)
        begun.set()
        gone.wait()
        stored.extend(load_handler.Usefulness(turn).limit(range(1_000_000)))
        return json_response(b"{}")

    async def leave() -> None:
        client = Client()
        running = asyncio.ensure_future(LoadTurns().run(client.request, 1, load))
        await asyncio.to_thread(begun.wait)
        client.gone.set()
        while not turns[0].has_left:
            await asyncio.sleep(0)
        gone.set()
        with pytest.raises(ClientDisconnect):
            await running

    asyncio.run(leave())
    assert stored == []


def test_a_load_that_waits_is_dropped_when_its_client_goes() -> None:
    async def leave() -> None:
        turns, release = LoadTurns(), threading.Event()
        begun = [threading.Event() for _ in range(2)]

        def hold(turn: LoadTurn) -> Any:
            next(event for event in begun if not event.is_set()).set()
            release.wait()
            return json_response(b"{}")

        holding = [asyncio.ensure_future(turns.run(Client().request, 1, hold)) for _ in range(2)]
        for event in begun:
            await asyncio.to_thread(event.wait)
        client, called = Client(), []
        waiting = asyncio.ensure_future(turns.run(client.request, 1, lambda turn: called.append(turn)))
        client.gone.set()
        with pytest.raises(ClientDisconnect):
            await waiting
        release.set()
        await asyncio.gather(*holding)
        assert called == []

    asyncio.run(leave())


def test_two_large_loads_keep_no_small_one_waiting() -> None:
    async def run() -> None:
        turns, release = LoadTurns(), threading.Event()
        gates = [threading.Event(), threading.Event()]

        def hold(gate: threading.Event) -> Any:
            gate.set()
            release.wait()
            return json_response(b"{}")

        large = MAX_SMALL_LOAD_BYTES + 1
        holding = [
            asyncio.ensure_future(turns.run(Client().request, large, lambda _, gate=gate: hold(gate))) for gate in gates
        ]
        for gate in gates:
            await asyncio.to_thread(gate.wait)
        for _ in range(5):
            answer = await turns.run(Client().request, MAX_SMALL_LOAD_BYTES, lambda _: json_response(b"[]"))
            assert answer.body == b"[]"
        assert not any(task.done() for task in holding)
        release.set()
        await asyncio.gather(*holding)

    asyncio.run(run())


def test_a_server_that_does_not_tell_when_a_client_goes() -> None:
    # Its second end of a body is an error, or one more empty part.
    assert Asker().raw("POST", LOAD.encode(), [LINE % 1]).status == 200

    async def run() -> int:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        request = Request({"type": "http", "headers": []}, receive)
        answer = await LoadTurns().run(request, 1, lambda _: json_response(b"{}"))
        return answer.status_code

    assert asyncio.run(run()) == 200
