"""Many at once: readers of a file beside one that writes, and clients of an endpoint beside those that load."""

import itertools
import multiprocessing
import threading
import time
from collections import defaultdict
from operator import ge
from random import Random

import pytest
from kept import faults
from scale import scaled
from serving import LOAD, SEARCH, Connection, judged, running, wait_until

import orderquery as oq

PAGES, ROUNDS, REQUESTS = scaled(600, 40), scaled(60, 6), scaled(100, 20)
"""What each reader reads, the writer writes and each connection asks before a crowd ends."""
READERS = 8
CONNECTIONS, LOADERS = 50, 2
ORDERS = 2_000
PATIENCE = 600

FILTERS = [
    {}, {"paymentStatus": "PAID"}, {"$not": {"fulfillmentStatus": "FULFILLED"}}, {"priceSummary.total.amount": {"$gte": "40"}},
    {"lineItems.productName.original": {"$hasSome": ["Shoe", "Hat"]}}, {"buyerInfo.email": {"$startsWith": "a"}},
    {"createdDate": {"$gte": "2024-06-01T00:00:00Z"}, "archived": {"$ne": True}},
]  # fmt: skip
SORTS = [
    [], [{"fieldName": "number"}], [{"fieldName": "buyerInfo.email", "order": "DESC"}], [{"fieldName": "updatedDate"}],
    [{"fieldName": "paymentStatus"}, {"fieldName": "createdDate", "order": "DESC"}],
]  # fmt: skip


def changed(dice, turn, known):
    """Newer versions of some orders and a few new ones, half of them with transactions."""
    made = []
    for name in [*dice.sample(known, 20), *(f"new-{dice.randrange(16**9):09x}" for _ in range(5))]:
        time_ = f"2024-{dice.randrange(1, 13):02}-01T00:00:00Z"
        made.append(
            {"id": name, "number": str(dice.randrange(20_000)), "status": "APPROVED", "createdDate": time_,
             "updatedDate": f"{2030 + turn // 86_400}-01-01T{turn // 3600 % 24:02}:{turn // 60 % 60:02}:{turn % 60:02}Z",
             "archived": dice.random() < 0.5, "paymentStatus": dice.choice(("PAID", "NOT_PAID")),
             "fulfillmentStatus": dice.choice(("FULFILLED", "NOT_FULFILLED")),
             "buyerInfo": {"email": f"{dice.choice('abcA')}{dice.randrange(1000)}@example.com"},
             "priceSummary": {"total": {"amount": str(dice.randrange(90))}},
             "lineItems": [{"productName": {"original": dice.choice(("Shoe", "Hat", "Kite"))}}]}
        )  # fmt: skip
        if dice.random() < 0.5:
            made.append({"orderTransactions": {"orderId": name, "payments": [], "refunds": []}})
    return made


def judge(plan, orders, beyond=None):
    """A page right: sorted, nothing twice, all of it of the search, and beyond the page before. Its last sort key."""
    assert list(plan.filter(orders)) == list(orders)
    keys = [plan.sort_key(order) for order in orders]
    if beyond is not None:
        keys.insert(0, beyond)
    assert all(one < other for one, other in itertools.pairwise(keys))
    return keys[-1] if keys else None


@pytest.fixture
def shop(tmp_path):
    with oq.open_store(tmp_path / "shop.db") as store:
        store.load(oq.sample(ORDERS))
    return tmp_path / "shop.db"


# -- one file ---------------------------------------------------------------------------------------------------


def read(path, number, done, counts):
    """A process that walks, and opens the store anew for every walk."""
    dice = Random(number)
    while not done.is_set():
        search = {"filter": dice.choice(FILTERS), "sort": dice.choice(SORTS)}
        plan, beyond = oq.compile(search), None
        with oq.open_store(path, create=False) as store:
            page = store.search({**search, "cursorPaging": {"limit": dice.choice((10, 40, 100))}})
            for _ in range(30):
                beyond = judge(plan, page.orders, beyond)
                counts[number] += 1
                if page.next is None or done.is_set():
                    break
                page = store.search({"cursorPaging": {"cursor": page.next}})


def write(path, done, counts):
    dice, known, made = Random("writer"), [document["id"] for document in oq.sample(ORDERS) if "id" in document], []
    with oq.open_store(path) as store:
        for turn in itertools.count():
            if done.is_set():
                return
            documents = changed(dice, turn, known)
            made += [document["id"] for document in documents if document.get("id", "").startswith("new-")]
            assert store.load(documents).skipped == 0
            store.delete([made.pop(dice.randrange(len(made))) for _ in range(4)])
            counts[READERS] += 1


def test_readers_of_a_file_beside_one_that_writes(shop, counted, capfd):
    processes = multiprocessing.get_context("spawn")
    done, counts = processes.Event(), processes.Array("i", READERS + 1)
    crowd = [processes.Process(target=read, args=(str(shop), number, done, counts)) for number in range(READERS)]
    crowd.append(processes.Process(target=write, args=(str(shop), done, counts)))
    for process in crowd:
        process.start()
    try:
        wanted = [PAGES] * READERS + [ROUNDS]
        wait_until(
            lambda: all(map(ge, counts, wanted)) or not all(process.is_alive() for process in crowd),
        )
    finally:
        done.set()
        for process in crowd:
            process.join(PATIENCE)
    failed = [process for process in crowd if process.exitcode != 0]
    said = capfd.readouterr().err
    assert not failed, said
    assert "locked" not in said
    *pages, rounds = counts
    assert min(pages) >= PAGES
    assert rounds >= ROUNDS
    with oq.open_store(shop) as store:
        assert faults(store) == []
    counted(
        f"pages of {READERS} readers beside a writer",
        sum(pages),
        sum(pages),
        f"({rounds:,} rounds of changes)",
    )


# -- an endpoint ------------------------------------------------------------------------------------------------


class Client:
    """A connection that is kept, and how long every answer took."""

    def __init__(self, url, number, known):
        self.connection, self.dice, self.known = Connection(url), Random(number), known
        self.took, self.answers, self.failed = defaultdict(list), 0, []
        self._socket = None

    def ask(self, kind, method, path, body=None):
        """The decoded answer, or nothing where it is none of those that were wanted."""
        from orderquery.syntax.json_printer import encode_json

        content = None if body is None else encode_json(body)
        began = time.perf_counter()
        http = self.connection.http
        http.request(method, path, content, {})
        response = http.getresponse()
        received = response.read()
        self.took[kind].append(time.perf_counter() - began)
        self.answers += 1
        # An answer after which the connection is closed would be one failure more.
        self._socket = self._socket or http.sock
        if response.status != 200 or http.sock is not self._socket:
            self.failed.append((kind, response.status, received[:300]))
            return None
        return judged(response.status, {name.lower(): value for name, value in response.getheaders()}, received)

    def search(self):
        search = {"filter": self.dice.choice(FILTERS), "sort": self.dice.choice(SORTS)}
        plan, beyond = oq.compile(search), None
        found = self.ask("search", "POST", SEARCH, {"search": {**search, "cursorPaging": {"limit": 20}}})
        for _ in range(4):
            if found is None:
                return
            beyond = judge(plan, found["orders"], beyond)
            token = found["metadata"]["cursors"].get("next")
            if token is None:
                return
            found = self.ask("next page", "POST", SEARCH, {"search": {"cursorPaging": {"cursor": token}}})

    def get(self):
        name = self.dice.choice(self.known)
        found = self.ask("get", "GET", f"/ecom/v1/orders/{name}")
        assert found is None or found["order"]["id"] == name

    def transactions(self):
        names = self.dice.sample(self.known, 10)
        found = self.ask("transactions", "POST", "/ecom/v1/payments/list-by-ids", {"orderIds": names})
        assert found is None or [record["orderId"] for record in found["orderTransactions"]] == names

    def run(self, done):
        while not done.is_set():
            self.dice.choice((self.search, self.search, self.get, self.get, self.transactions))()

    def load(self, done):
        for turn in itertools.count():
            if done.is_set():
                return
            documents = changed(self.dice, turn, self.known)
            found = self.ask("load", "POST", LOAD, documents)
            assert found is None or found["skipped"] == 0
            done.wait(0.05)


def test_connections_that_never_pause(shop, tmp_path, counted):
    known, done = [document["id"] for document in oq.sample(ORDERS) if "id" in document], threading.Event()
    broken = []

    def run(client, what):
        try:
            what(client, done)
        except Exception as problem:
            broken.append((repr(problem), client.failed))

    with running(["serve", shop, "--no-access-log"], tmp_path, limits={"search": PATIENCE}) as server:
        # Every loader has orders of its own: of two versions with one date the later counts, whoever sends it.
        loaders = [Client(server.url, number, known[number::LOADERS]) for number in range(LOADERS)]
        clients = [Client(server.url, LOADERS + number, known) for number in range(CONNECTIONS - LOADERS)]
        threads = [threading.Thread(target=run, args=(client, Client.load)) for client in loaders]
        threads += [threading.Thread(target=run, args=(client, Client.run)) for client in clients]
        for thread in threads:
            thread.start()
        wait_until(lambda: broken or all(client.answers >= REQUESTS for client in clients))
        done.set()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        for client in (*loaders, *clients):
            client.connection.http.close()
    assert broken == []
    with oq.open_store(shop) as store:
        assert faults(store) == []
    for kind in ("search", "next page", "get", "transactions", "load"):
        took = sorted(second * 1_000 for client in (*loaders, *clients) for second in client.took[kind])
        failed = sum(found[0] == kind for client in (*loaders, *clients) for found in client.failed)
        assert took, kind
        shown = ", ".join(
            f"{name} {took[int(share * (len(took) - 1))]:.0f}"
            for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1))
        )
        counted(f"endpoint, {CONNECTIONS} connections: {kind}", len(took), len(took) - failed, f"({shown} ms)")
