"""Queries run in Python: predicates, sort keys, and searches over iterables."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..compiler.cursor import resume
from ..compiler.cursor_keys import chosen_keys, process_keys
from ..compiler.page import Page, page_of
from ..compiler.pagination import Position, direction, seek
from ..compiler.query import Query, SortField
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import DocumentError
from ..diagnostics.place import Place
from ..documents.defects import Defect, find_defect
from ..documents.entities import foreign_document
from ..documents.fields import order_id, reader, transactions_id, transactions_record
from ..documents.ingest import without_id
from ..documents.versions import is_older_order
from ..language.conditions import Condition, all_of, any_of
from ..language.schema import Schema
from .codegen import predicate, selection
from .interpreter import evaluator
from .why import Explainer, Verdict

if TYPE_CHECKING:
    from ..compiler.cursor_keys import CursorKeys
    from .codegen import Matches

JSON = Any

_NO_TRANSACTIONS: dict[str, JSON] = {}


class _Descending:
    """A value with the opposite order."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and self.value == other.value

    __hash__ = None  # type: ignore[assignment]  # sort keys are compared, never looked up


# -- functions of sort values ----------------------------------------------------------------------------------


def _make_sort_key(fields: tuple[SortField, ...]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """Return the function from sort values to a key that compares by ``fields``."""

    def make_key(values: tuple[Any, ...]) -> tuple[Any, ...]:
        parts: list[Any] = []
        for field, value in zip(fields, values, strict=True):
            if value is None:
                parts.append((field.descending,))
            else:
                parts.append((not field.descending, _Descending(value) if field.descending else value))
        return tuple(parts)

    return make_key


def _sort_values_reader(query: Query) -> Callable[[JSON, JSON], tuple[Any, ...]]:
    """Return a function from an order and its transactions to its sort values."""
    readers = [reader(query.schema, key.field) for key in query.sort]
    return lambda order, transactions: tuple([read(order, transactions) for read in readers])


def sort_key(query: Query) -> Callable[..., tuple[Any, ...]]:
    """Return a key function for ``sorted`` that puts orders in the query's order."""
    read_values, make_key = _sort_values_reader(query), _make_sort_key(query.sort)

    def sort_key_of(order: JSON, transactions: JSON = None) -> tuple[Any, ...]:
        return make_key(read_values(check_order(order), check_transactions(transactions)))

    return sort_key_of


# -- predicates: of arguments that a caller passes (checked), and of orders and records found here (unchecked) ---


def check_order(order: JSON) -> JSON:
    """Return the order. Raises ``DocumentError`` if it is not a dict."""
    if not isinstance(order, dict):
        raise DocumentError(f"an order must be a dict, not {type(order).__name__}") from None
    return order


def check_transactions(transactions: JSON) -> JSON:
    """Return the transactions record without envelope.

    Raises ``DocumentError`` if it is not a dict.
    """
    if transactions is None:
        return _NO_TRANSACTIONS
    record = transactions_record(transactions)
    if record is None:
        raise DocumentError(f"a transactions record must be a dict, not {type(transactions).__name__}")
    return record


def _checked_evaluator(query: Query) -> Callable[[JSON, JSON], bool]:
    evaluate = evaluator(query.schema, query.condition)
    return lambda order, transactions: evaluate(check_order(order), check_transactions(transactions))


def matcher(query: Query) -> Matches:
    """Return the predicate that is ``Plan.matches``."""
    matches = predicate(query.schema, query.condition, _checked_evaluator(query), check_transactions)
    matches.__doc__ = "Return whether an order, with its transactions record if it has one, matches the search."
    return matches


def explainer(query: Query) -> Callable[[JSON, JSON], Verdict]:
    """Return the function that ``Plan.why`` calls."""
    explain = Explainer(query).explain
    return lambda order, transactions: explain(
        check_order(order), None if transactions is None else check_transactions(transactions)
    )


def _unchecked_matcher(schema: Schema, condition: Condition) -> Callable[[JSON, JSON], bool]:
    """Return a predicate of a dict and a transactions record, or ``None`` without one."""
    evaluate = evaluator(schema, condition)

    def record_or_empty(record: JSON) -> JSON:
        return _NO_TRANSACTIONS if record is None else record

    return predicate(schema, condition, lambda order, record: evaluate(order, record_or_empty(record)), record_or_empty)


def selector(query: Query) -> Callable[[Iterable[JSON], Iterable[JSON]], Iterator[JSON]]:
    """Return the function that ``Plan.filter`` calls."""
    if not query.reads_transactions:
        select = selection(query.schema, query.condition, _checked_evaluator(query))
        return lambda orders, transactions: select(orders)
    matches, read_id = _unchecked_matcher(query.schema, query.condition), reader(query.schema, query.schema.key)

    def select_with_transactions(orders: Iterable[JSON], transactions: Iterable[JSON]) -> Iterator[JSON]:
        records = _records_by_order_id(transactions)
        for order in orders:
            if matches(order, records.get(read_id(check_order(order), None))):
                yield order

    return select_with_transactions


# -- a whole search --------------------------------------------------------------------------------------------


def _records_by_order_id(transactions: Iterable[JSON]) -> dict[str, JSON]:
    records = {}
    for item in transactions:
        record = check_transactions(item)
        key = transactions_id(record)
        # A store refuses a record with a defect, so a search in memory ignores it too.
        if key is not None and find_defect(record) is None:
            records[key] = record
    return records


def _why_unusable(schema: Schema, order: JSON, index: int) -> Diagnostic:
    place = Place((index,))
    if not isinstance(order, dict):
        message = f"expected an object (a dict), not {type(order).__name__}"
        return Defect(message, "pass each order as a dict").at(place)
    defect = find_defect(order)
    return without_id("order", schema.key.name, place) if defect is None else defect.at(place)


class _NewestOrders:
    """The newest version of each order, and the transactions records."""

    def __init__(self, schema: Schema, orders: Iterable[JSON], transactions: Iterable[JSON]) -> None:
        self.schema = schema
        self.records = _records_by_order_id(transactions)
        self.by_id: dict[str, JSON] = {}
        self.problems: list[Diagnostic] = []
        self._without_defect: set[str] = set()
        revision = reader(schema, schema.revision) if schema.revision is not None else None
        for index, order in enumerate(orders):
            key = order_id(schema, order) if isinstance(order, dict) else None
            if key is not None and (foreign := foreign_document(schema, order, Place((index,)))) is not None:
                self.problems.append(foreign)
                continue
            if key is None:
                self.problems.append(_why_unusable(schema, order, index))
                continue
            kept = self.by_id.get(key)
            if kept is not None:
                # Versions with a defect do not count. An order with one version is checked when it is returned.
                older = revision is not None and is_older_order(revision(order, None), revision(kept, None))
                if older and find_defect(kept) is None:
                    continue
                if not older and find_defect(order) is not None:
                    self.problems.append(_why_unusable(schema, order, index))
                    continue
            self.by_id[key] = order

    def drop_defective(self, ids: Iterable[str]) -> bool:
        """Drop the orders that cannot be written as JSON; return whether there were any."""
        dropped = False
        for key in ids:
            if key in self._without_defect:
                continue
            defect = find_defect(self.by_id[key])
            if defect is None:
                self._without_defect.add(key)
            else:
                self.problems.append(defect.at(Place((key,))))
                del self.by_id[key]
                dropped = True
        return dropped

    def matching(self, condition: Condition) -> Iterator[tuple[JSON, JSON]]:
        """Yield the orders that match, each with its transactions record or ``None``."""
        matches = _unchecked_matcher(self.schema, condition)
        for key, order in self.by_id.items():
            record = self.records.get(key)
            if matches(order, record):
                yield order, record


def search(
    query: Query, orders: Iterable[JSON], transactions: Iterable[JSON] = (), keys: CursorKeys | None = None
) -> Page:
    """Return one page of the query over these orders."""
    cursor_keys = chosen_keys(keys) or process_keys()
    resumed, position, limit = (query, None, query.limit) if query.cursor is None else resume(query, "", cursor_keys)
    newest = _NewestOrders(query.schema, orders, transactions if resumed.reads_transactions else ())
    return _page_among(newest, resumed, position, limit, cursor_keys)


def _page_among(
    newest: _NewestOrders, resumed: Query, position: Position | None, limit: int, cursor_keys: CursorKeys
) -> Page:
    read_values = _sort_values_reader(resumed)

    def fetch(start: Position | None, count: int) -> list[tuple[Any, ...]]:
        condition = resumed.condition if start is None else all_of([resumed.condition, any_of(seek(resumed, start))])
        make_key = _make_sort_key(direction(resumed, start is not None and start.backward))
        skipped = resumed.offset if start is None else 0
        while True:
            rows = [read_values(order, record) for order, record in newest.matching(condition)]
            nearest = heapq.nsmallest(skipped + count, rows, key=make_key)
            # Looking for defects takes long, so only orders of this page are checked (D14).
            if not newest.drop_defective(row[-1] for row in nearest):
                return nearest[skipped:]

    def exists_beyond(start: Position) -> bool:
        return bool(fetch(start, 1))

    rows, following, preceding = page_of(resumed, position, limit, fetch, tuple, exists_beyond, "", cursor_keys)
    ids = tuple(row[-1] for row in rows)
    found = [newest.by_id[key] for key in ids]

    def turn(token: str) -> Page:
        carried, beside, _ = resume(replace(resumed, cursor=token, filter_sent=False, sort_sent=False), "", cursor_keys)
        return _page_among(newest, carried, beside, limit, cursor_keys)

    return Page(ids, limit, following, preceding, found, problems=tuple(newest.problems), _turn=turn)
