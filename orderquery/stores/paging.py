"""Methods of a store that are made of its searches."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from heapq import merge as merge_sorted
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ..compiler.compile import compile_search
from ..compiler.cursor import resume
from ..compiler.cursor_keys import CursorKeys
from ..compiler.page import Page
from ..compiler.pagination import Position
from ..compiler.query import Query
from ..compiler.requested import SearchSource, requested
from ..diagnostics.arguments import optional
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import described
from ..language.conditions import equals
from ..language.types import UnfitOperand
from ..syntax.json_decoder import decode_json
from .document_tables import StoredRecord
from .merge import RecordKind
from .operations import BATCH_ROWS
from .service_state import StateOwner

if TYPE_CHECKING:
    from ..dicts import OrderDict
    from ..language.schema import Schema

JSON = Any
_NUMBER = "number"
"""The field that people know an order by."""


class SearchingStore(StateOwner):
    """What every store can do with its searches."""

    keys: CursorKeys

    @abstractmethod
    def search(
        self,
        search: SearchSource = "",
        *,
        params: Mapping[str, Any] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        seconds: float | None = None,
    ) -> Page:
        """Return one page of a search."""

    @abstractmethod
    def get_document(self, order_id: str) -> bytes | None:
        """Return the stored bytes of an order."""

    @abstractmethod
    def _find_documents(self, query: Query, count: int) -> list[bytes]:
        """Return the documents of the first orders of a query."""

    def pages(
        self,
        search: SearchSource = "",
        *,
        params: Mapping[str, Any] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        seconds: float | None = None,
    ) -> Iterator[Page]:
        """Return an iterator of all pages of a search, from its cursor if any.

        Each page has at most ``limit`` orders and is read when the iterator asks for it. A search without orders has
        no pages. ``seconds`` limits the engine's work for one page. The search is checked by this call.
        """
        optional("seconds", seconds, (int, float), "a number of seconds")
        query = requested(search, self.schema, params=params, limit=limit, cursor=cursor)

        def walk() -> Iterator[Page]:
            page: Page | None = self.search(query, seconds=seconds)
            while page:
                yield page
                page = page.next_page()

        return walk()

    def _resumed(
        self,
        search: SearchSource,
        params: Mapping[str, Any] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> tuple[Query, Position | None, int]:
        """Compile a search; return its query, the position of its cursor, and its limit."""
        query = requested(search, self.schema, params=params, limit=limit, cursor=cursor)
        return (query, None, query.limit) if query.cursor is None else resume(query, self.site, self.keys)

    def get(self, order_id: str | None = None, *, number: str | int | None = None) -> OrderDict | None:
        """Return the decoded order with an id or a number, or ``None``.

        Hidden orders are included (D16).

        Raises:
            UsageError: not one of both was given, or several orders have the number.

        """
        if (order_id is None) == (number is None):
            raise UsageError('pass an id or a number: store.get(ID) or store.get(number="10126")')
        if order_id is not None:
            document = self.get_document(order_id)
            return None if document is None else decode_json(document)
        found = self._find_documents(query_of_number(number, self.schema), 2)
        if len(found) > 1:
            raise UsageError(f"several orders have number {described(number)}; search for: {_NUMBER} = {number}")
        return decode_json(found[0]) if found else None

    def iterate_records(
        self, site: str | None = None
    ) -> Generator[tuple[StoredRecord | None, StoredRecord | None], None, None]:
        """Yield every order with its transactions record; either may be ``None``.

        Hidden orders are included. The pairs are sorted by site and id, of one site or of all, and come from one state
        of the store.
        """
        with self._snapshot(None):
            kinds = self._iterate_kind("order", site), self._iterate_kind("transactions", site)
            place = attrgetter("place")
            for _, found in groupby(merge_sorted(*kinds, key=place), place):
                by_kind = {record.kind: record for record in found}
                yield by_kind.get("order"), by_kind.get("transactions")

    def _iterate_kind(self, kind: RecordKind, site: str | None) -> Iterator[StoredRecord]:
        after = (site or "", "")
        while found := self._read_records(kind, site, after, BATCH_ROWS):
            yield from found
            after = found[-1].place


def query_of_number(number: JSON, schema: Schema) -> Query:
    """Return the query of the orders with a number, hidden ones included.

    Raises:
        UsageError: the number cannot be one, or the table has none.

    """
    field = schema.find(_NUMBER)
    if field is None:
        raise UsageError(f'the table "{schema.name}" has no field "{_NUMBER}"; pass an id')
    try:
        value = field.type.operand(number)
    except UnfitOperand as problem:
        raise UsageError(f"{_NUMBER} takes {problem.wanted}, not {described(number)}") from None
    return replace(compile_search({}, schema=schema), condition=equals(field, value))
