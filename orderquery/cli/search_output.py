"""What ``search`` shows: a page, or every page, in one of four formats."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..api import Plan
from ..compiler.render import printable
from ..syntax.json_decoder import decode_json
from .output import put, stdout
from .program import program_name

if TYPE_CHECKING:
    from ..stores.base import Store

JSON = Any
LINE_BREAKS = b"\r\n"
_PIECE = 500
"""Orders of a long table that are laid out together."""


class Answer:
    """The answer to one search.

    ``more`` are the words that name the store in the command for the next page; without any there is no such command.
    """

    def __init__(self, store: Store, plan: Plan, *, every_page: bool, more: list[str]) -> None:
        self._store, self._plan, self._every_page, self._more = store, plan, every_page, more

    def show(self, format_: str) -> None:
        """Write the answer to standard output."""
        {"table": self._table, "json": self._json, "jsonl": self._jsonl, "ids": self._ids}[format_]()

    def _found(self) -> tuple[Iterator[tuple[str, bytes]], str | None]:
        """Ids and documents, and the cursor of the page after them, if any."""
        if self._every_page:
            return self._store.iterate_documents(self._plan), None
        page = self._store.search(self._plan)
        return zip(page.ids, page.documents, strict=True), page.next

    def _ids(self) -> None:
        for order_id, _ in self._found()[0]:
            put(printable(order_id))

    def _jsonl(self) -> None:
        write = stdout().write
        for _, document in self._found()[0]:
            write(document.translate(None, LINE_BREAKS) + b"\n")

    def _json(self) -> None:
        write = stdout().write
        if not self._every_page:
            write(self._store.search(self._plan).to_bytes() + b"\n")
            return
        count = 0
        # The first row is asked for before anything is written: a cursor that cannot be used leaves no half object.
        found = _begun(self._found()[0])
        write(b'{"orders":[')
        for _, document in found:
            write((b"," if count else b"") + document)
            count += 1
        metadata = {"count": count, "cursors": {}, "hasNext": False}
        write(b'],"metadata":' + json.dumps(metadata, separators=(",", ":")).encode() + b"}\n")

    def _table(self) -> None:
        from .tables import OrdersTable

        rows, following = self._found()
        table, count = OrdersTable(self._store.schema), 0
        orders = (decode_json(document) for _, document in rows)
        while piece := list(islice(orders, _PIECE)):
            table.show(piece)
            count += len(piece)
        if count:
            put("")
        put(_counted(count))
        if following is not None:
            if not self._more:
                put("there are more; with ORDERQUERY_CURSOR_KEYS set, the command for the next page stands here")
                return
            put(f"next page: {program_name()} search {shlex.join([*self._more, '--cursor', following])}")


def _begun(rows: Iterable[Any]) -> Iterator[Any]:
    remaining = iter(rows)
    first = list(islice(remaining, 1))

    def again() -> Iterator[Any]:
        yield from first
        yield from remaining

    return again()


def _counted(count: int) -> str:
    if not count:
        return "no orders"
    return "1 order" if count == 1 else f"{count:,} orders"
