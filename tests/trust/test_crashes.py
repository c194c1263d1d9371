"""The loader and the server, killed at any moment: what was acknowledged is whole, and loading again completes it."""

import http.client
import itertools
import subprocess
import threading
import time
from random import Random

import pytest
from kept import KEYS, faults
from loaders import PATIENCE, Loader, Undisturbed
from scale import scaled
from serving import LOAD, SEARCH, Connection, running, wait_until

import orderquery as oq

ORDERS = scaled(2_000, 1_300)
LOADER_KILLS = {"sqlite": scaled(200, 15), "postgres": scaled(20, 2), "duckdb": scaled(20, 2)}
SERVER_KILLS = scaled(50, 4)


def killed(undisturbed, turn, dice):
    """A loader that was killed: while it makes its store, at any moment, within or after some batch, or at its end."""
    patience = 1.0
    while True:
        location = undisturbed.fresh(f"turn-{turn}")
        # A machine that is much faster now than before is done too early; a reported batch comes before the end.
        wait = MOMENTS[-1 - turn % len(MOMENTS)] if patience > LEAST_PATIENCE else within_a_batch
        loader = wait(undisturbed, location, dice.random() * patience, dice)
        status = loader.end(kill=True)
        if status == -9:
            return loader
        # It was done already: that is no kill.
        assert status == 0, loader.said
        remove(undisturbed.folder)
        patience *= 0.9


def making(undisturbed, location, moment, _):
    loader = Loader("command", location, undisturbed.file)
    if undisturbed.engine == "postgres":
        time.sleep(undisturbed.until_first * moment)
    else:
        loader.wait_for_file()
        time.sleep(MAKING_SECONDS * moment)
    return loader


def anywhere(undisturbed, location, moment, _):
    loader = Loader("command", location, undisturbed.file)
    time.sleep(undisturbed.length * (0.2 + 0.8 * moment))
    return loader


def within_a_batch(undisturbed, location, moment, dice):
    loader = Loader("telling", location, undisturbed.file)
    loader.wait_for_batches(dice.randrange(undisturbed.batches))
    time.sleep(undisturbed.of_a_batch * moment)
    return loader


def between_batches(undisturbed, location, _, dice):
    loader = Loader("stepping", location, undisturbed.file, stdin=subprocess.PIPE)
    loader.step_to(dice.randrange(1, undisturbed.batches + 1))
    return loader


def at_the_end(undisturbed, location, moment, _):
    """In the last batch, which is a short one, or in what a load leaves for its end."""
    loader = Loader("telling", location, undisturbed.file)
    loader.wait_for_batches(undisturbed.batches)
    time.sleep((undisturbed.length - undisturbed.until_last) * moment)
    return loader


MOMENTS = (making, anywhere, within_a_batch, between_batches, at_the_end)
MAKING_SECONDS = 0.03
LEAST_PATIENCE = 0.2


def remove(folder):
    for left in folder.glob("turn-*"):
        left.unlink()


@pytest.mark.parametrize("engine", LOADER_KILLS)
def test_a_killed_loader(engine, tmp_path, counted):
    undisturbed, dice = Undisturbed(engine, tmp_path, ORDERS), Random(f"kills of {engine}")
    kills, survived, seen = LOADER_KILLS[engine], 0, dict.fromkeys(range(len(undisturbed.after)), 0)
    for turn in range(kills):
        loader = killed(undisturbed, turn, dice)
        seen[undisturbed.kept(loader)] += 1
        undisturbed.completes(loader.location)
        survived += 1
        remove(tmp_path)
    kept = ", ".join(f"{batches}: {count}" for batches, count in seen.items())
    counted(
        f"kill -9 of the loader, {engine}", kills, survived, f"(batches kept, of {len(undisturbed.after) - 1}: {kept})"
    )


# -- the server -------------------------------------------------------------------------------------------------

LOADED_AT_ONCE = 40
CLIENTS = 3


def version(client, turn):
    """Every order of a client, newer in every turn, each with its transactions; and a few that come once."""
    made = []
    for number in range(LOADED_AT_ONCE):
        name = f"{client}-{number}" if number < LOADED_AT_ONCE - 8 else f"{client}-{turn}-{number}"
        method = {"regularPaymentDetails": {"paymentMethod": f"method {turn}"}}
        made.append(
            {"id": name, "number": str(turn), "status": "APPROVED", "updatedDate": f"2024-01-01T00:00:00.{turn:06}Z",
             "buyerInfo": {"email": f"{turn}@example.com"}, "lineItems": [{"productName": {"original": f"item {turn}"}}]}
        )  # fmt: skip
        made.append({"orderTransactions": {"orderId": name, "payments": [method], "refunds": []}})
    return made


def load_until_it_dies(url, client, sent, acknowledged):
    with Connection(url) as connection:
        for turn in itertools.count(sent[client] + 1):
            sent[client] = turn
            try:
                answer = connection.ask("POST", LOAD, version(client, turn))
            except (OSError, http.client.HTTPException):
                return
            assert answer.status == 200
            assert (answer.json["orders"], answer.json["transactions"]) == (LOADED_AT_ONCE, LOADED_AT_ONCE)
            acknowledged[client] = turn


def is_whole(path, sent, acknowledged):
    """Of every client one version, all of it: that which was answered last, or one that was sent after it."""
    with oq.open_store(path, keys=KEYS, create=False) as store:
        assert faults(store) == []
        for client in sent:
            turn = int((store.get(f"{client}-0") or {"number": 0})["number"])
            assert acknowledged[client] <= turn <= sent[client]
            lasting = {f"{client}-{number}" for number in range(LOADED_AT_ONCE - 8)} if turn else set()
            once = {document["id"] for document in version(client, turn)[::2]} if turn else set()
            for search in (
                f"number = {turn}",
                f'buyerInfo.email = "{turn}@example.com"',
                f'paymentMethods has any ("method {turn}")',
            ):
                listed = [key for key, _ in store.iterate_documents(search) if key.startswith(client)]
                assert len(listed) == len(set(listed))
                assert set(listed) == lasting | once, (client, turn, search)


def test_a_killed_server(tmp_path, counted):
    path, dice = tmp_path / "shop.db", Random("kills of the server")
    sent = {f"client{number}": 0 for number in range(CLIENTS)}
    acknowledged = dict(sent)
    for turn in range(SERVER_KILLS):
        before = sum(acknowledged.values())
        with running(["serve", path, "--create", "--no-access-log"], tmp_path) as server:
            clients = [
                threading.Thread(target=load_until_it_dies, args=(server.url, client, sent, acknowledged))
                for client in sent
            ]
            for thread in clients:
                thread.start()
            # At a random moment; in every other turn only after an acknowledged load.
            if turn % 2:
                wait_until(lambda before=before: sum(acknowledged.values()) > before)
            time.sleep(dice.uniform(0, 0.5))
            server.kill()
            for thread in clients:
                thread.join(PATIENCE)
                assert not thread.is_alive()
        assert server.process.returncode == -9
        is_whole(path, sent, acknowledged)
    with running(["serve", path], tmp_path) as server:
        for client in sent:
            again = server.ask("POST", LOAD, version(client, sent[client]))
            assert (again.json["orders"], again.json["older"]) == (LOADED_AT_ONCE, 0)
            answer = server.ask("POST", SEARCH, {"search": {"filter": {"number": {"$eq": sent[client]}}}})
            assert {key for key in answer.ids if key.startswith(client)} == {
                doc["id"] for doc in version(client, sent[client])[::2]
            }
    loads = sum(acknowledged.values())
    assert loads >= SERVER_KILLS // 2
    counted("kill -9 of the server", SERVER_KILLS, SERVER_KILLS, f"({loads:,} loads acknowledged)")
