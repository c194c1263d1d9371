"""What ``demo`` shows: sample orders loaded, searched, paged, and a wrong request checked; all of it really run."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import chdir
from pathlib import Path

from ..api import check
from ..compiler.render import render_report
from ..documents.json_lines import read_file
from ..language.schema import load_schema
from ..samples.generator import sample_lines
from ..stores.base import Store
from ..stores.engines import open_store
from .output import flush_stdout, put, wants_colour
from .program import program_name
from .tables import OrdersTable

ORDERS = 2_000
_ROWS = 3

_SEARCHES = (
    "paymentStatus = PAID and fulfillmentStatus in (NOT_FULFILLED, PARTIALLY_FULFILLED) order by createdDate desc",
    'priceSummary.total.amount >= 250 and not buyerInfo.email starts with "test" order by number',
    "channelInfo.type = POS and shippingInfo.title is missing order by createdDate",
    "paymentMethods has any (PayPal) and archived = false order by buyerInfo.email, number desc",
    '{"search": {"filter": {"$or": [{"status": "CANCELED"}, {"paymentStatus": "FULLY_REFUNDED"}]}}}',
)

_WRONG = """\
{
  "search": {
    "filter": {
      "channelInfo.type": {"$hasSome": ["POS", "WEB"]},
      "createdDate": {"$gte": "2024-07-01"}
    }
  },
  "sort": [{"fieldName": "createdDate", "order": "DESC"}]
}
"""


def run() -> None:
    """Show it all, in a temporary folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="orderquery-demo-") as folder, chdir(folder):
        _make()
        with open_store("shop.db") as store:
            _load(store)
            for search in _SEARCHES:
                _search(store, search)
            _walk(store)
        _check()


def run_endpoint(port: int) -> None:
    """Serve sample orders from a temporary folder, until the process is told to stop."""
    from .serve import run as serve

    with tempfile.TemporaryDirectory(prefix="orderquery-demo-") as folder, chdir(folder):
        _make()
        with open_store("shop.db") as store:
            _load(store)
            _command(f"serve shop.db --port {port}")
            serve(store, "shop.db", "127.0.0.1", port)


def _command(words: str) -> None:
    put(f"$ {program_name()} {words}")
    flush_stdout()


def _make() -> None:
    _command(f"sample {ORDERS} > orders.jsonl")
    with open("orders.jsonl", "wb") as file:
        file.writelines(line + b"\n" for line in sample_lines(ORDERS))
    put(f"{os.path.getsize('orders.jsonl') / 1e6:.1f} MB\n")


def _load(store: Store) -> None:
    _command("load shop.db orders.jsonl")
    begun = time.perf_counter()
    result = store.load_records(found for _, found in read_file(store.schema, "orders.jsonl"))
    took = time.perf_counter() - begun
    put(f"{result.orders:,} orders and {result.transactions:,} transactions records loaded, in {took:.1f} s\n")


def _search(store: Store, search: str) -> None:
    _command(f"search shop.db '{search}' --limit {_ROWS}")
    begun = time.perf_counter()
    page, total = store.search(search), store.count(search)
    took = time.perf_counter() - begun
    OrdersTable(store.schema).show(page.orders[:_ROWS])
    put(f"{total:,} orders on all pages, in {took * 1000:.0f} ms\n")


def _walk(store: Store) -> None:
    search = "status = APPROVED order by createdDate desc limit 100"
    _command(f"search shop.db '{search}'")
    begun = time.perf_counter()
    page, pages, ids = store.search(search), 1, set[str]()
    ids.update(page.ids)
    first = page.next
    while page.next is not None:
        page = store.search({"cursorPaging": {"cursor": page.next}})
        ids.update(page.ids)
        pages += 1
    took = time.perf_counter() - begun
    if first is not None:
        _command(f"search shop.db --cursor {first[:16]}...")
    put(f"{pages} pages from cursor to cursor, {len(ids):,} orders, each once, in {took * 1000:.0f} ms\n")


def _check() -> None:
    Path("request.json").write_text(_WRONG, "utf-8")
    _command("check request.json")
    report = check(_WRONG, schema=load_schema())
    put(render_report(report, "request.json", colour=wants_colour(sys.stdout)))
