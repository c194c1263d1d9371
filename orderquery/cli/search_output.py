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
from ..stores.locations import shown_location
from ..syntax.json_decoder import decode_decimal, decode_json
from .cursor_file import LAST, CursorFile, KeptCursor, search_key
from .data_output import row_writer, write_note_line, write_notes
from .defaults import default_of, is_given
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
        self._next_command: str | None = None
        self._more_follow = False

    def write(self, format_: str) -> None:
        """Run the search and write its orders to standard output."""
        self._format = format_
        writers = {"json": self._write_json, "jsonl": self._write_lines, "ids": self._write_ids}
        if format_ in writers:
            writers[format_]()
        else:
            self._write_rows(format_)

    def _search(self) -> Iterator[tuple[str, bytes]]:
        """Return ids with documents, and keep the cursor of the next page."""
        if self._every_page:
            return self._counted(self._store.iterate_documents(self._plan, report=self.problems.write))
        page = self._page()
        self._keep(page.next)
        return self._counted(zip(page.ids, page.documents, strict=True))

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
        self._more_follow = cursor is not None
        if not self._place.has_lasting_keys:
            return
        is_kept = self._place.cursor_file().keep(self._search_key, cursor)
        if cursor is not None:
            words = [*self._place.words(), "--cursor", LAST if is_kept else cursor, *self._format_words()]
            self._next_command = f"{program_name()} search {shlex.join(words)}"

    def _format_words(self) -> list[str]:
        """Return the options with which the next page looks like this one."""
        words = ["--columns", self._columns] if self._columns is not None and is_given("columns") else []
        return words + (["--format", self._format] if self._format != (default_of("format") or "table") else [])

    def _write_ids(self) -> None:
        for order_id, _ in self._search():
            write_line(printable(order_id))

    def _write_lines(self) -> None:
        write = stdout_bytes().write
        for _, document in self._search():
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
        rows = _with_first_row(self._search())
        write(b'{"orders":[')
        for index, (_, document) in enumerate(rows):
            write((b"," if index else b"") + document)
        metadata = {"count": self.count, "cursors": {}, "hasNext": False}
        write(b'],"metadata":' + json.dumps(metadata, separators=(",", ":")).encode() + b"}\n")

    def _write_rows(self, format_: str) -> None:
        """Write a format with columns."""
        found = self._search()
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
            self._write_footer()
        write_notes(writer.notes())

    def _transactions(self, order_id: str) -> JSON:
        document = self._store.get_transactions(order_id)
        return {} if document is None else transactions_of(decode_json(document, decode_decimal))

    def _write_footer(self) -> None:
        if self.count:
            write_line("")
        write_line(count_of(self.count, "order") if self.count else "no orders")
        if self._more_follow:
            write_line(self._next_page())

    def _next_page(self) -> str:
        if self._next_command is None:
            return "more orders follow; set ORDERQUERY_CURSOR_KEYS to get the command for the next page"
        return f"next page: {self._next_command}"

    def write_following_note(self, *, in_file: bool) -> None:
        """Write that more orders follow this page; a table says so itself, but in a file.

        On a terminal it is below the output, else it goes to standard error.
        """
        if self._more_follow and (in_file or self._format != "table"):
            write_notes([f"one page of {count_of(self.count, 'order')}, and more follow; for all of them pass --all"])
            write_note_line(self._next_page())


def transactions_of(document: JSON) -> JSON:
    """Return a transactions record without its envelope."""
    from ..documents.fields import transactions_record

    return transactions_record(document) or {}


def _with_first_row(rows: Iterable[Any]) -> Iterator[Any]:
    """Fetch the first row now and return an iterator over all rows."""
    remaining = iter(rows)
    return chain(list(islice(remaining, 1)), remaining)
