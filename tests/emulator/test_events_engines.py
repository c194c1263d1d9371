"""The outbox on every engine that can write, and several processes on one store."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from command_line import HANG_S
from event_shop import SECOND, Shop, list_events
from forked_commands import Copy
from serving import start
from webhook_receiver import patient_post, receiving
from writable_stores import LASTING, SHARED, WRITABLE, location_of

import orderquery as oq
from orderquery.emulator import outbox

KEEPER = Path(__file__).parent.parent / "webhook_process.py"


def start_keeper(location: str, url: str, output: Path) -> subprocess.Popen[bytes] | Copy:
    """Start a process that delivers what is due, and prints its attempts."""
    with open(os.devnull, "rb") as nothing, open(output, "wb") as stdout:
        return start([location, url], output.parent, (nothing, stdout, 2), script=KEEPER)


@pytest.mark.parametrize("kind", WRITABLE)
def test_events_are_delivered_in_order_with_their_retries(kind: str, tmp_path: Path) -> None:
    with oq.open_store(location_of(kind, tmp_path)) as store:
        shop = Shop(500, store=store)
        shop.emit("a", "b", "a")
        shop.emit("ü\0", site="s")
        assert shop.drain() == ["a", "b", "ü\0"]
        shop.clock.advance(60 * SECOND)
        assert shop.drain() == ["a", "a"]
        assert shop.states() == ["delivered"] * 3
        assert shop.states("s") == ["delivered"]
        first, *_ = outbox.list_deliveries(store)
        shop.deliveries.resend("", first.id)
        assert shop.drain() == ["a"]


@pytest.mark.parametrize("kind", LASTING)
def test_what_was_announced_is_delivered_after_a_restart(kind: str, tmp_path: Path) -> None:
    location = location_of(kind, tmp_path)
    with oq.open_store(location) as store:
        Shop(store=store).emit("a", "b", "a")
    with oq.open_store(location) as store:
        shop = Shop(store=store)
        assert shop.deliveries.next_due("") == shop.clock.now()
        assert shop.drain() == ["a", "b", "a"]


@pytest.mark.parametrize("kind", SHARED)
def test_two_processes_deliver_each_event_once(kind: str, tmp_path: Path) -> None:
    location = location_of(kind, tmp_path)
    with receiving() as receiver, oq.open_store(location) as store:
        # Written with the URL, so that there is something for both.
        shop = Shop(store=store, urls=(receiver.url,), post=patient_post)
        for _ in range(10):
            shop.emit("a", "b", "c", "d")
        outputs = [tmp_path / f"attempts-{number}" for number in range(2)]
        processes = [start_keeper(location, receiver.url, output) for output in outputs]
        assert [process.wait(HANG_S) for process in processes] == [0, 0]
        attempts = [int(output.read_text()) for output in outputs]
        ids = [event.id for event in list_events(store)]
        received = receiver.events
        assert shop.states() == ["delivered"] * 40
    assert sum(attempts) == 40
    assert Counter(event["id"] for event in received) == dict.fromkeys(ids, 1)
    for entity_id in "abcd":
        in_order = [ids.index(event["id"]) for event in received if event["entityId"] == entity_id]
        assert in_order == sorted(in_order)


@pytest.mark.parametrize("kind", SHARED)
def test_a_killed_process_loses_no_event(kind: str, tmp_path: Path) -> None:
    location = location_of(kind, tmp_path)
    with receiving() as receiver, oq.open_store(location) as store:
        shop = Shop(store=store, urls=(receiver.url,), post=patient_post)
        shop.emit(*"abcdefghij")
        process = start_keeper(location, receiver.url, tmp_path / "attempts")
        receiver.wait_for(3)
        process.kill()
        process.wait(HANG_S)
        # The killed process may have leased one delivery: its lease ends by itself, sooner here.
        queue = outbox.queue_of(outbox.receiver_of(receiver.url))
        with store.transaction() as transaction:
            for entry in transaction.entries(queue):
                if entry.document:
                    ended = json.dumps({**json.loads(entry.document), "until": 0}).encode()
                    transaction.put([entry._replace(document=ended)])
        shop.deliveries.drain()
        assert {event["id"] for event in receiver.events} == {event.id for event in list_events(store)}
        assert shop.states() == ["delivered"] * 10
