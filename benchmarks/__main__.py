"""Times the main jobs against code written by hand, and prints the ratios."""

from __future__ import annotations

import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orderquery as oq

ROUNDS = 7
ORDERS = 20_000


@dataclass(frozen=True)
class Duel:
    """One job: ours and the opponent's function, which must answer the same."""

    job: str
    opponent: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    same: bool = True
    """Whether both answer alike; a yardstick that does other work does not."""


def timed(function: Callable[[], Any]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def fight(duel: Duel) -> str:
    """The line of the table for one duel."""
    ours, theirs = duel.ours(), duel.theirs()
    if duel.same and ours != theirs:
        raise SystemExit(f"{duel.job}: the answers differ")
    rounds = [(timed(duel.ours), timed(duel.theirs)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(side) for side in zip(*rounds, strict=True))
    return f"{duel.job:<44}{mine * 1e3:10.2f} ms{other * 1e3:10.2f} ms{mine / other:8.2f}   {duel.opponent}"


def in_memory(orders: list[Any]) -> Iterator[Duel]:
    """Filters over decoded orders."""
    plan = oq.compile("paymentStatus = PAID and fulfillmentStatus in (NOT_FULFILLED, PARTIALLY_FULFILLED)")
    wanted = frozenset({"NOT_FULFILLED", "PARTIALLY_FULFILLED"})

    def by_hand() -> list[Any]:
        return [
            order
            for order in orders
            if order.get("status") != "INITIALIZED"
            and order.get("paymentStatus") == "PAID"
            and order.get("fulfillmentStatus") in wanted
        ]

    yield Duel("filter by two statuses", "hand-written comprehension", lambda: list(plan.filter(orders)), by_hand)

    prefix = oq.compile('buyerInfo.email starts with "ma" and shippingInfo.title is present')

    def prefix_by_hand() -> list[Any]:
        found = []
        for order in orders:
            if order.get("status") == "INITIALIZED":
                continue
            email = (order.get("buyerInfo") or {}).get("email")
            if email is None or not email.casefold().startswith("ma"):
                continue
            if (order.get("shippingInfo") or {}).get("title") is not None:
                found.append(order)
        return found

    yield Duel(
        "filter by prefix and presence", "hand-written loop", lambda: list(prefix.filter(orders)), prefix_by_hand
    )


def in_store(store: oq.Store, path: Path) -> Iterator[Duel]:
    """Pages of the embedded store."""
    database = sqlite3.connect(path)
    plan = oq.compile("paymentStatus = PAID limit 100")
    text = """
        SELECT d.document FROM (
            SELECT rid, created_date, id FROM orders
            WHERE site = '' AND payment_status = ? AND status IS NOT 'INITIALIZED'
            ORDER BY created_date DESC, id DESC LIMIT 100) AS k
        JOIN order_document AS d ON d.rid = k.rid ORDER BY k.created_date DESC, k.id DESC"""

    def by_hand() -> list[bytes]:
        return [row[0] for row in database.execute(text, ("PAID",))]

    yield Duel("first page of PAID, with its cursor", "hand-written SQL", lambda: store.search(plan).documents, by_hand)


def checking() -> Iterator[Duel]:
    """Checking a request."""
    request = json.dumps(
        {"search": {"filter": {"paymentStatus": "PAID", "createdDate": {"$gte": "2024-01-01T00:00:00Z"}}}}
    )
    yield Duel("check a request", "json.loads of it", lambda: oq.check(request).ok, lambda: json.loads(request), False)


def main() -> None:
    """Run every duel."""
    documents = list(oq.sample(ORDERS))
    orders = [document for document in documents if "id" in document]
    print(f"{ORDERS:,} orders, medians of {ROUNDS} interleaved rounds\n")
    print(f"{'job':<44}{'ours':>13}{'theirs':>13}{'ratio':>8}   opponent")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.db"
        with oq.open_store(path) as store:
            store.load(documents)
            for duels in (in_memory(orders), in_store(store, path), checking()):
                for duel in duels:
                    print(fight(duel), flush=True)


if __name__ == "__main__":
    main()
