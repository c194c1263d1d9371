"""Two sites in one store: whatever is asked at one, by filter, id or cursor, no row of the other is ever seen."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import engines
import pytest
from backends import KEYS
from scale import scaled
from serving import Asker
from strategies import Maker, batch

import orderquery as oq
from orderquery.syntax.json_printer import encode_json

JSON = Any
SITES = ("one", "two")
SEARCHES = scaled(1_000, 40)
"""On each engine; each is walked to its end at both sites."""
MAX_REQUESTED_ID_CHARS = 100
"""Of each id in a list of ids, as the service documents."""
MARK = "belongsTo"
ENGINES: dict[str, Callable[[], str]] = {
    "sqlite": lambda: ":memory:",
    "duckdb": lambda: "duckdb:///:memory:",
    "postgresql": engines.fresh_url,
}


class Shop:
    """One store that holds two sites, and what each of them holds."""

    def __init__(self, location: str, dice: random.Random) -> None:
        self.store, self.maker = oq.open_store(location, keys=KEYS), Maker(dice, oq.load_schema())
        self.orders: dict[str, list[JSON]] = {}
        self.paid: dict[str, list[JSON]] = {}
        shared = [f"id-{number}" for number in range(12)]
        for site in SITES:
            orders, paid = batch(self.maker, 24)
            # The same ids at both sites, with other contents; and ids of one site alone.
            orders = [{**order, MARK: site} for order in [*orders, *map(self.maker.order, [*shared, f"only-{site}"])]]
            orders = [*{str(order.get("id", order.get("_id"))): order for order in orders}.values()]
            paid = [{**record, MARK: site} for record in [*paid, *map(self.maker.transactions, shared[::2])]]
            self.orders[site], self.paid[site] = orders, paid
            self.store.at_site(site).load([*orders, *({"orderTransactions": record} for record in paid)])
        self.asker = Asker(self.store)


@pytest.fixture(params=ENGINES)
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    made = Shop(ENGINES[request.param](), random.Random(f"isolation {request.param}"))
    yield made
    made.store.close()


def in_store(shop: Shop, site: str, search: JSON) -> tuple[list[JSON], str | None]:
    page = shop.store.at_site(site).search(search)
    return [*page.orders], page.next


def over_http(shop: Shop, site: str, search: JSON) -> tuple[list[JSON], str | None]:
    answer = shop.asker.search(encode_json({"search": search}), site=site)
    assert answer.status == 200, answer.content
    return answer.json["orders"], answer.json["metadata"]["cursors"].get("next")


def test_nothing_of_the_other_site_is_seen(shop: Shop, request: pytest.FixtureRequest, counted: Any) -> None:
    seen, engine = 0, request.node.callspec.params["shop"]
    for turn in range(SEARCHES):
        search, ask = shop.maker.search(), over_http if turn % 3 == 0 else in_store
        search.pop("cursorPaging", None)
        tokens = {}
        for site in SITES:
            wanted = oq.compile(search, shape="search")
            expected = list(wanted.filter(shop.orders[site], shop.paid[site]))
            found, token = ask(shop, site, {**search, "cursorPaging": {"limit": 5}})
            tokens[site] = token
            while token is not None:
                more, token = ask(shop, site, {"cursorPaging": {"cursor": token}})
                found += more
            assert [order[MARK] for order in found] == [site] * len(found), search
            assert len(found) == len(expected), search
            seen += len(found)
        for site, other in (SITES, SITES[::-1]):
            if tokens[site] is not None:
                with pytest.raises(oq.QueryError, match="bad-cursor"):
                    in_store(shop, other, {"cursorPaging": {"cursor": tokens[site]}})
    assert seen > SEARCHES
    counted(
        f"searches of two sites in one store: {engine}",
        SEARCHES * 2,
        SEARCHES * 2,
        f"{seen:,} rows, all of the site that asked",
    )


def fuzzed(dice: random.Random, known: list[str]) -> str:
    """An id that is one of the other site, or nearly, or tries to reach it."""
    order_id = dice.choice(known)
    at = dice.randrange(len(order_id) + 1)
    return dice.choice(
        [
            order_id, order_id[:at] + dice.choice("'\"%_\0\x01*/\\;") + order_id[at:], order_id[:at], order_id.upper(), f"two/{order_id}", f"two\0{order_id}",
            f"{order_id}' OR site='two", f"{order_id}' --", f"' OR id='{order_id}", order_id + "\0", order_id + " ", f"%{order_id[1:]}",
        ]
    )  # fmt: skip


def test_no_id_reaches_the_other_site(shop: Shop, request: pytest.FixtureRequest, counted: Any) -> None:
    dice, tried, engine = random.Random(3), scaled(6_000, 300), request.node.callspec.params["shop"]
    known = {site: [str(order.get("id", order.get("_id"))) for order in shop.orders[site]] for site in SITES}
    for turn in range(tried):
        site, other = SITES if turn % 2 else SITES[::-1]
        order_id, at = fuzzed(dice, known[other]), shop.store.at_site(site)
        for order in (at.get(order_id), *at.search({"filter": {"id": order_id}}).orders):
            assert order is None or order[MARK] == site
        paid = at.get_transactions(order_id)
        assert paid is None or json.loads(paid)[MARK] == site
        if turn % 5 == 0:
            answer = shop.asker.ask(
                "POST",
                "/ecom/v1/payments/list-by-ids",
                json.dumps({"orderIds": [order_id or "x"]}),
                {"wix-site-id": site},
            )
            is_refused = len(order_id) > MAX_REQUESTED_ID_CHARS
            assert answer.status == (400 if is_refused else 200)
            listed = [] if is_refused else answer.json["orderTransactions"]
            assert all(record.get(MARK, site) == site for record in listed)
        if turn % 50 == 0:
            before = shop.store.at_site(other).count({})
            at.delete([f"only-{other}", f"only-{other}' OR 1=1 --"])
            assert shop.store.at_site(other).count({}) == before
    counted(f"ids that try to reach another site: {engine}", tried, tried)


def test_no_name_of_a_site_is_another(shop: Shop, request: pytest.FixtureRequest, counted: Any) -> None:
    names = [
        "ONE",
        "on",
        "onee",
        "o%",
        "%",
        "_ne",
        "one' OR site='two",
        "one' --",
        "one,two",
        "оne",
    ]
    not_names = ["one ", " one", "one\0", "\x01one", "o\u200bne", "one\x01\x01"]
    for name in not_names:
        with pytest.raises(oq.UsageError):
            shop.store.at_site(name)
    for name in names:
        at = shop.store.at_site(name)
        assert at.count({}) == 0, name
        assert at.search({}).ids == ()
        assert at.get("id-1") is at.get_transactions("id-0") is None
        assert at.delete(["id-1", "only-one"]) == 0
    counted(
        f"names that are nearly a site's: {request.node.callspec.params['shop']}",
        len(names) + len(not_names),
        len(names) + len(not_names),
    )
