"""Walks through the pages, both ways, while other processes insert, move and delete orders."""

import itertools
import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

import engines
import pytest
from kept import KEYS, faults
from scale import scaled

import orderquery as oq

WALKS = scaled(200, 12)
ENGINES = ("sqlite", "postgres")
WRITERS, WALKERS = 2, 3
STILL, REWRITTEN, MOVING = 260, 60, 200
PATIENCE = 600

SORTABLE = [field.name for field in oq.load_schema().fields if field.sortable]
SEVERAL = [
    ["paymentStatus", "createdDate"], ["buyerInfo.email", "number"], ["fulfillmentStatus", "status", "paymentStatus", "number"],
    ["billingInfo.contactDetails.fullName", "updatedDate", "status"],
]  # fmt: skip
WAYS = ("ASC", "DESC")
EACH_WAY = [[[(name, WAYS[(place + way) % 2])] for place, name in enumerate(SORTABLE)] for way in (0, 1)]
TOGETHER = [
    [list(zip(names, ways, strict=True)) for ways in itertools.product(WAYS, repeat=len(names))] for names in SEVERAL
]
SORTS = [*EACH_WAY[0], *(ways[1] for ways in TOGETHER), *EACH_WAY[1], [], *(way for ways in TOGETHER for way in ways)]
"""Every sortable field comes among the first, then several, then every field the other way."""

FILTERS = [
    {},
    {"channelInfo.type": "WEB"},
    {"channelInfo.type": {"$ne": "POS"}, "lineItems.productName.original": {"$hasSome": ["Shoe"]}},
    {"$or": [{"paymentMethods": "PayPal"}, {"channelInfo.type": "WEB"}]},
]
"""Searches that every order that stands still belongs to, and not every other."""


def order(dice, name, *, still):
    """An order of few different values, each of them missing now and then, so that many are tied."""
    values = {
        "number": str(dice.randrange(40)), "createdDate": f"2024-01-{dice.randrange(1, 20):02}T00:00:00.00{dice.randrange(3)}Z",
        "updatedDate": f"2024-02-01T00:00:0{dice.randrange(10)}Z", "paymentStatus": dice.choice(("PAID", "NOT_PAID", "PENDING")),
        "fulfillmentStatus": dice.choice(("FULFILLED", "NOT_FULFILLED")), "status": dice.choice(("APPROVED", "CANCELED")),
        "buyerInfo": {"email": f"{dice.choice('aAbÄß')}{dice.randrange(5)}@example.com"},
        "billingInfo": {"contactDetails": {"firstName": dice.choice(("Ann", "Bob", "")), "lastName": dice.choice(("", "Ü", "Z"))}},
    }  # fmt: skip
    kept = {key: value for key, value in values.items() if dice.random() > 0.2}
    channel = "WEB" if still or dice.random() < 0.6 else "POS"
    item = "Shoe" if still or dice.random() < 0.6 else "Hat"
    return {"id": name, "channelInfo": {"type": channel}, "lineItems": [{"productName": {"original": item}}], **kept}


def names(kind, count):
    """Ids that lie anywhere among those of the other kinds."""
    dice = Random(kind)
    return [f"{dice.randrange(16**8):08x}-{kind}-{number}" for number in range(count)]


def shop():
    """The orders at the beginning by kind: left alone, written again as they stand, and moved about."""
    dice = Random("shop")
    kinds = {"still": STILL, "rewritten": REWRITTEN, "moving": MOVING}
    return {
        kind: [order(dice, name, still=kind != "moving") for name in names(kind, count)]
        for kind, count in kinds.items()
    }


def write(location, number, begun, stopped, turns):
    """A process that changes the store until it is told to stop; it counts its turns."""
    dice, turn = Random(number), 0
    orders = shop()
    own = [document["id"] for document in orders["moving"][number::WRITERS]]
    inserted = []
    with oq.open_store(location, keys=KEYS) as store:
        begun.wait(PATIENCE)
        while not stopped.is_set():
            turn += 1
            changed = []
            for name in dice.sample(own, 12):
                # A version counts as newer by its date, and sorts by it too: some years on, in any order of months.
                document = order(dice, name, still=False)
                changed.append(
                    {**document, "updatedDate": f"{3000 + turn // 12 % 6000}-{turn % 12 + 1:02}-01T00:00:00Z"}
                )
                method = {"regularPaymentDetails": {"paymentMethod": dice.choice(("PayPal", "Cash"))}}
                changed.append({"orderId": name, "payments": [method]})
            new = [f"{dice.randrange(16**8):08x}-new-{number}-{turn}-{at}" for at in range(6)]
            changed += [order(dice, name, still=False) for name in new]
            changed += dice.sample(orders["rewritten"], 5)
            store.load(changed)
            inserted += new
            gone = [inserted.pop(dice.randrange(len(inserted))) for _ in range(max(len(inserted) - 100, 3))]
            store.delete([*gone, *dice.sample(own, 2)])
            turns[number] += 1


class Walk:
    """One walk to the last page, and back to the first from there."""

    def __init__(self, store, number):
        dice = Random(number)
        sort = [{"fieldName": name, "order": order} for name, order in SORTS[number % len(SORTS)]]
        self.search = {"filter": FILTERS[number // 3 % len(FILTERS)], "sort": sort}
        self.plan = oq.compile(self.search)
        self.store, self.dice = store, dice
        self.pages = 0

    def page(self, cursor=None):
        paging = {"limit": self.dice.choice((9, 20, 47))}
        if cursor is None:
            page = self.store.search({**self.search, "cursorPaging": paging})
        else:
            page = self.store.search({"cursorPaging": {**paging, "cursor": cursor}})
        self.pages += 1
        return page

    def forward(self):
        page = self.page()
        assert page.prev is None
        yield page
        while page.next is not None:
            page = self.page(page.next)
            yield page

    def backward(self, page):
        """From a page to the first, both included; the pages in the search's order."""
        pages = [page]
        while page.prev is not None:
            page = self.page(page.prev)
            pages.append(page)
        return pages[::-1]

    def judge(self, seen, still):
        """Strictly in order from page to page, whatever moved; and every order that stands still exactly once."""
        keys = [self.plan.sort_key(order) for order in seen]
        assert all(one < other for one, other in itertools.pairwise(keys)), self.search
        ids = [order["id"] for order in seen if order["id"] in still]
        assert ids == sorted(still, key=lambda name: self.plan.sort_key(still[name])), self.search

    def run(self, still):
        pages = list(self.forward())
        self.judge(orders_of(pages), still)
        self.judge(orders_of(self.backward(pages[-1])), still)
        # Without pages of the caller's: the store goes on from batch to batch by itself.
        self.judge(list(self.store.iterate(self.search)), still)
        return self.pages


def orders_of(pages):
    return [order for page in pages for order in page.orders]


def walks_while_others_write(location, writers, begun, turns):
    orders = shop()
    still = {document["id"]: document for kind in ("still", "rewritten") for document in orders[kind]}
    with oq.open_store(location, keys=KEYS) as store, ThreadPoolExecutor(WALKERS) as pool:
        begun.set()
        while any(turn < 3 for turn in turns):
            assert all(writer.is_alive() for writer in writers)
            time.sleep(0.01)

        def walk(number):
            while True:
                before = sum(turns)
                count = Walk(store, number).run(still)
                if sum(turns) > before:
                    return count
                # A walk beside which nothing was written proves nothing.
                assert all(writer.is_alive() for writer in writers)

        return list(pool.map(walk, range(WALKS)))


@pytest.mark.parametrize("engine", ENGINES)
def test_what_stands_still_is_seen_exactly_once(engine, tmp_path, counted):
    location = engines.fresh_url() if engine == "postgres" else str(tmp_path / "shop.db")
    with oq.open_store(location, keys=KEYS) as store:
        store.load(document for documents in shop().values() for document in documents)
        store.load({"orderId": order["id"], "payments": []} for order in shop()["still"][::2])
    processes = multiprocessing.get_context("spawn")
    begun, stopped, turns = processes.Event(), processes.Event(), processes.Array("i", WRITERS)
    writers = [
        processes.Process(target=write, args=(location, number, begun, stopped, turns)) for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    try:
        pages = walks_while_others_write(location, writers, begun, turns)
    finally:
        stopped.set()
        begun.set()
        for writer in writers:
            writer.join(PATIENCE)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    with oq.open_store(location, keys=KEYS) as store:
        assert faults(store) == []
    written = sum(turns)
    counted(
        f"walks both ways under change, {engine}",
        WALKS,
        len(pages),
        f"({sum(pages):,} pages beside {written:,} rounds of changes)",
    )
