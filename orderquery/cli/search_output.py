"""The output of ``search``: a page or all pages, in one of the formats."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ..api import Plan
from ..compiler.cursor_keys import keys_from_environment
from ..compiler.render import printable
from ..stores.engines import shown_location
from ..syntax.json_decoder import decode_decimal, decode_json
from .cursor_file import LAST, CursorFile, KeptCursor, search_key
from .data_output import row_writer, write_notes_of
from .output import count_of, join_lines, stdout_bytes, write_line
from .problem_output import ProblemOutput
from .program import program_name

if TYPE_CHECKING:
    from ..compiler.page import Page
    from ..stores.base import Store

JSON = Any
_CHUNK_ORDERS = 500
"""Orders of a long table that are in memory at a time."""


class SearchTarget(NamedTuple):
    """The arguments of a search that say where to look, and its next page."""

    store: str
    layout: str | None
    site: str
    table: str | None

    def find_cursor(self, cursor: str | None, source: str | bytes | None) -> KeptCursor:
        """Return the cursor of ``--cursor``, and the key of a search by its source.

        Raises:
            UsageError: the cursor is ``@last``, and none is kept.

        """
        search = None if source is None else search_key(source)
        if cursor == LAST:
            return self.cursor_file().find(search)
        return KeptCursor(search or "", cursor)

    def cursor_file(self) -> CursorFile:
        """Return the file with the kept cursors."""
        return CursorFile(shown_location(self.store), self.site, self.table, self.layout)

    @property
    def has_lasting_keys(self) -> bool:
        """Whether another process can decrypt the cursors: your own tables have no key."""
        return not self.layout or keys_from_environment() is not None

    def words(self) -> list[str]:
        """Return the store and options for the command of the next page."""
        words = [shown_location(self.store)]
        words += ["--layout", self.layout] if self.layout else []
        words += ["--site", self.site] if self.site else []
        return words + (["--table", self.table] if self.table else [])


class SearchOutput:
    """The output of one search.

    ``kept`` has the key under which the cursor of the next page is kept.
    """

    def __init__(
        self, store: Store, plan: Plan, *, every_page: bool, place: SearchTarget, columns: str | None, kept: KeptCursor
    ) -> None:
        self._store, self._plan, self._every_page = store, plan, every_page
        self._place, self._columns, self._search_key = place, columns, kept.search
        self.count = 0
        """Orders that were written."""
        self.problems = ProblemOutput()
        self._is_kept = False

    def write(self, format_: str) -> None:
        """Run the search and write its orders to standard output."""
        writers = {"json": self._write_json, "jsonl": self._write_lines, "ids": self._write_ids}
        if format_ in writers:
            writers[format_]()
        else:
            self._write_rows(format_)

    def _search(self) -> tuple[Iterator[tuple[str, bytes]], str | None]:
        """Return ids with documents, and the cursor of the next page."""
        if self._every_page:
            return self._counted(self._store.iterate_documents(self._plan, report=self.problems.write)), None
        page = self._page()
        self._keep(page.next)
        return self._counted(zip(page.ids, page.documents, strict=True)), page.next

    def _page(self) -> Page:
        page: Page = self._store.search(self._plan)
        for problem in page.problems:
            self.problems.write(problem)
        return page

    def _counted(self, rows: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
        for row in rows:
            self.count += 1
            yield row

    def _keep(self, cursor: str | None) -> None:
        """Keep the cursor of the next page, so that a short command prints it."""
        self._is_kept = self._place.has_lasting_keys and self._place.cursor_file().keep(self._search_key, cursor)

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
            page = self._page()
            self._keep(page.next)
            self.count = len(page.ids)
            write(page.to_bytes() + b"\n")
            return
        # An unusable cursor raises at the first row: without it, half an object would be written.
        rows = _with_first_row(self._search()[0])
        write(b'{"orders":[')
        for index, (_, document) in enumerate(rows):
            write((b"," if index else b"") + document)
        metadata = {"count": self.count, "cursors": {}, "hasNext": False}
        write(b'],"metadata":' + json.dumps(metadata, separators=(",", ":")).encode() + b"}\n")

    def _write_rows(self, format_: str) -> None:
        """Write a format with columns."""
        found, next_cursor = self._search()
        # As in JSON, nothing is written before an unusable cursor is known.
        rows = _with_first_row(found)
        writer = row_writer(format_, self._store.schema, self._columns)
        decoded = ((decode_json(document, decode_decimal), order_id) for order_id, document in rows)
        while chunk := list(islice(decoded, _CHUNK_ORDERS)):
            writer.write(
                [(order, self._transactions(order_id) if writer.has_transactions else {}) for order, order_id in chunk]
            )
        writer.close()
        if format_ == "table":
            self._write_footer(next_cursor)
        write_notes_of(writer)

    def _transactions(self, order_id: str) -> JSON:
        document = self._store.get_transactions(order_id)
        return {} if document is None else transactions_of(decode_json(document, decode_decimal))

    def _write_footer(self, next_cursor: str | None) -> None:
        if self.count:
            write_line("")
        write_line(count_of(self.count, "order") if self.count else "no orders")
        if next_cursor is None:
            return
        if self._place.has_lasting_keys:
            words = [*self._place.words(), "--cursor", LAST if self._is_kept else next_cursor]
            write_line(f"next page: {program_name()} search {shlex.join(words)}")
        else:
            write_line("more orders follow; set ORDERQUERY_CURSOR_KEYS to get the command for the next page")


def transactions_of(document: JSON) -> JSON:
    """Return a transactions record without its envelope."""
    from ..documents.fields import transactions_record

    return transactions_record(document) or {}


def _with_first_row(rows: Iterable[Any]) -> Iterator[Any]:
    """Fetch the first row now and return an iterator over all rows."""
    remaining = iter(rows)
    return chain(list(islice(remaining, 1)), remaining)
