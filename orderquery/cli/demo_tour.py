"""The tour of the command ``demo``.

It loads sample orders, searches them, pages through them, and checks a request with mistakes.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import chdir
from pathlib import Path

from ..api import check
from ..compiler.report import render_report
from ..documents.json_lines import read_file
from ..language.schema import load_schema
from ..samples.generator import sample_lines
from ..stores.base import Store
from ..stores.engines import open_store
from .output import flush_stdout, wants_colour, write_line
from .program import program_name
from .table_output import OrdersTable

_ORDERS = 2_000
_SHOWN_ORDERS = 3

_SEARCHES = (
    "paymentStatus = PAID and fulfillmentStatus in (NOT_FULFILLED, PARTIALLY_FULFILLED) order by createdDate desc",
    'priceSummary.total.amount >= 250 and not buyerInfo.email starts with "test" order by number',
    "channelInfo.type = POS and shippingInfo.title is missing order by createdDate",
    "paymentMethods has any (PayPal) and archived = false order by buyerInfo.email, number desc",
    '{"search": {"filter": {"$or": [{"status": "CANCELED"}, {"paymentStatus": "FULLY_REFUNDED"}]}}}',
)

_REQUEST_WITH_MISTAKES = """\
{
  "search": {
    "filter": {
      "channelInfo.type": {"in": ["POS", "WEB"]},
      "createdDate": {"$gte": "2024-07-01"}
    }
  },
  "sort": [{"fieldName": "createdDate", "order": "DESC"}]
}
"""


def run_tour() -> None:
    """Run every step in a temporary directory."""
    with tempfile.TemporaryDirectory(prefix="orderquery-demo-") as folder, chdir(folder):
        _write_samples()
        with open_store("shop.db") as store:
            _load(store)
            for search in _SEARCHES:
                _search(store, search)
            _read_all_pages(store)
        _check_request()


def serve_samples(port: int) -> None:
    """Serve sample orders from a temporary directory until Ctrl-C or SIGTERM."""
    from .serve import run_server

    with tempfile.TemporaryDirectory(prefix="orderquery-demo-") as folder, chdir(folder):
        _write_samples()
        with open_store("shop.db") as store:
            _load(store)
            _write_command(f"serve shop.db --port {port}")
            run_server(store, "shop.db", "127.0.0.1", port)


def _write_command(words: str) -> None:
    write_line(f"$ {program_name()} {words}")
    flush_stdout()


def _write_samples() -> None:
    _write_command(f"sample {_ORDERS} > orders.jsonl")
    with open("orders.jsonl", "wb") as file:
        file.writelines(line + b"\n" for line in sample_lines(_ORDERS))
    write_line(f"{os.path.getsize('orders.jsonl') / 1e6:.1f} MB\n")


def _load(store: Store) -> None:
    _write_command("load shop.db orders.jsonl")
    began = time.perf_counter()
    result = store.load_records(record for _, record in read_file(store.schema, "orders.jsonl"))
    seconds = time.perf_counter() - began
    write_line(f"{result.orders:,} orders and {result.transactions:,} transactions records loaded in {seconds:.1f} s\n")


def _search(store: Store, search: str) -> None:
    _write_command(f"search shop.db '{search}' --limit {_SHOWN_ORDERS}")
    began = time.perf_counter()
    page, total = store.search(search), store.count(search)
    seconds = time.perf_counter() - began
    OrdersTable(store.schema).write(page.orders[:_SHOWN_ORDERS])
    write_line(f"{total:,} orders on all pages, in {seconds * 1000:.0f} ms\n")


def _read_all_pages(store: Store) -> None:
    search = "status = APPROVED order by createdDate desc limit 100"
    _write_command(f"search shop.db '{search}'")
    began = time.perf_counter()
    page, pages, ids = store.search(search), 1, set[str]()
    ids.update(page.ids)
    first = page.next
    while page.next is not None:
        page = store.search({"cursorPaging": {"cursor": page.next}})
        ids.update(page.ids)
        pages += 1
    seconds = time.perf_counter() - began
    if first is not None:
        _write_command(f"search shop.db --cursor {first[:16]}...")
    write_line(f"{pages} pages by cursor, {len(ids):,} distinct orders, in {seconds * 1000:.0f} ms\n")


def _check_request() -> None:
    Path("request.json").write_text(_REQUEST_WITH_MISTAKES, "utf-8")
    _write_command("check request.json")
    report = check(_REQUEST_WITH_MISTAKES, schema=load_schema())
    write_line(render_report(report, "request.json", colour=wants_colour(sys.stdout)))
