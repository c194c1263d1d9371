"""The search that narrows a sync (D117)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from ..compiler.compile import compile_search
from ..compiler.query import Query
from ..diagnostics.errors import OrderQueryError, UsageError
from ..diagnostics.quoting import quoted
from ..language.schema import Schema
from ..syntax.json_decoder import decode_json

JSON = Any
_MAX_SHOWN_CHARS = 300
_TWO_MOMENTS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2001, 2, 3, 4, 5, tzinfo=UTC))


class Narrowing:
    """The condition of a search that has neither sort nor limit.

    ``text`` is the condition as compact JSON, by which a store remembers it.
    """

    def __init__(self, source: JSON, schema: Schema) -> None:
        query = compile_search(source, schema=schema)
        _check(query, source, schema)
        self.filter: JSON = query.to_json().get("filter")
        self.reads_transactions = query.reads_transactions
        self.text = _encoded(self.filter)
        self._query, self._matches = query, None

    def matches(self, order: JSON, transactions: JSON = None) -> bool:
        """Return whether an order matches."""
        if self._matches is None:
            from ..memory.search import matcher

            self._matches = matcher(self._query)
        return self._matches(order, transactions)

    _matches: Callable[..., bool] | None


def shown_query(text: str, schema: Schema) -> str:
    """Return the condition of a narrowing for a message.

    It is in the text form where it has one.
    """
    if not text:
        return "no query"
    # The table of fields may have changed since; and not every condition has a text form.
    with suppress(OrderQueryError):
        text = compile_search({"filter": decode_json(text.encode())}, schema=schema).to_text()
    return f"the query {quoted(text, _MAX_SHOWN_CHARS)}"


def _check(query: Query, source: JSON, schema: Schema) -> None:
    """Raise ``UsageError`` for a search that cannot narrow a sync."""
    if query.cursor is not None or query.sort_sent or query.limit_sent:
        raise UsageError("a sync has its own order and pages; leave sort, limit and cursor out of the query")
    if isinstance(source, str | bytes):
        # A relative date would be another instant at every run.
        dated = [compile_search(source, schema=schema, now=now).to_json() for now in _TWO_MOMENTS]
        if dated[0] != dated[1]:
            raise UsageError("a relative date would move with every sync; write a date, such as 2026-01-01")


def _encoded(filter_: JSON) -> str:
    from ..syntax.json_printer import encode_json

    return "" if filter_ is None else encode_json(filter_).decode()
