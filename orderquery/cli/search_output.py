"""The output of ``search``: a page or all pages, in one of four formats."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from ..api import Plan
from ..compiler.render import printable
from ..syntax.json_decoder import decode_json
from .output import count_of, join_lines, stdout_bytes, write_line
from .program import program_name

if TYPE_CHECKING:
    from ..stores.base import Store

JSON = Any
_CHUNK_ORDERS = 500
"""Orders of a long table that are in memory at a time."""


class SearchOutput:
    """The output of one search.

    ``next_words`` are the store and the options in the command for the next page; without them none is printed.
    """

    def __init__(self, store: Store, plan: Plan, *, every_page: bool, next_words: list[str]) -> None:
        self._store, self._plan, self._every_page, self._next_words = store, plan, every_page, next_words

    def write(self, format_: str) -> None:
        """Run the search and write its orders to standard output."""
        writers = {
            "table": self._write_table,
            "json": self._write_json,
            "jsonl": self._write_lines,
            "ids": self._write_ids,
        }
        writers[format_]()

    def _search(self) -> tuple[Iterator[tuple[str, bytes]], str | None]:
        """Return ids with documents, and the cursor of the next page."""
        if self._every_page:
            return self._store.iterate_documents(self._plan), None
        page = self._store.search(self._plan)
        return zip(page.ids, page.documents, strict=True), page.next

    def _write_ids(self) -> None:
        for order_id, _ in self._search()[0]:
            write_line(printable(order_id))

    def _write_lines(self) -> None:
        write = stdout_bytes().write
        for _, document in self._search()[0]:
            write(join_lines(document) + b"\n")

    def _write_json(self) -> None:
        write = stdout_bytes().write
        if not self._every_page:
            write(self._store.search(self._plan).to_bytes() + b"\n")
            return
        count = 0
        # An unusable cursor raises at the first row: without it, half an object would be written.
        rows = _with_first_row(self._search()[0])
        write(b'{"orders":[')
        for _, document in rows:
            write((b"," if count else b"") + document)
            count += 1
        metadata = {"count": count, "cursors": {}, "hasNext": False}
        write(b'],"metadata":' + json.dumps(metadata, separators=(",", ":")).encode() + b"}\n")

    def _write_table(self) -> None:
        from .table_output import OrdersTable

        rows, next_cursor = self._search()
        table, count = OrdersTable(self._store.schema), 0
        orders = (decode_json(document) for _, document in rows)
        while chunk := list(islice(orders, _CHUNK_ORDERS)):
            table.write(chunk)
            count += len(chunk)
        if count:
            write_line("")
        write_line(count_of(count, "order") if count else "no orders")
        if next_cursor is None:
            return
        if self._next_words:
            write_line(f"next page: {program_name()} search {shlex.join([*self._next_words, '--cursor', next_cursor])}")
        else:
            write_line("more orders follow; set ORDERQUERY_CURSOR_KEYS to get the command for the next page")


def _with_first_row(rows: Iterable[Any]) -> Iterator[Any]:
    """Fetch the first row now and return an iterator over all rows."""
    remaining = iter(rows)
    return chain(list(islice(remaining, 1)), remaining)
