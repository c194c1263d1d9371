"""Plans run in Python: predicates, sort keys, and a whole search over any iterable of orders."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..compiler.cursor import resume
from ..compiler.cursor_keys import chosen_keys, process_keys
from ..compiler.page import Page, page_of
from ..compiler.pagination import Position, direction, seek
from ..compiler.query import Query, SortField
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import DocumentError
from ..diagnostics.place import Place
from ..documents.fields import order_id, reader, transactions_id, transactions_record
from ..documents.ingest import why_unusable
from ..language.conditions import Condition, all_of, any_of
from ..language.schema import Schema
from .codegen import predicate, selection
from .interpreter import evaluator

if TYPE_CHECKING:
    from ..compiler.cursor_keys import CursorKeys
    from .codegen import Matches

JSON = Any

_NO_TRANSACTIONS: dict[str, JSON] = {}


class _Descending:
    """A text that sorts the other way round."""

    __slots__ = ("text",)

    def __init__(self, text: Any) -> None:
        self.text = text

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.text < self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and self.text == other.text

    __hash__ = None  # type: ignore[assignment]  # a sort key is compared, never looked up


def _key_of(keys: tuple[SortField, ...]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    def key(values: tuple[Any, ...]) -> tuple[Any, ...]:
        ordered: list[Any] = []
        for part, value in zip(keys, values, strict=True):
            if value is None:
                ordered.append((part.descending,))
            else:
                ordered.append((not part.descending, _Descending(value) if part.descending else value))
        return tuple(ordered)

    return key


def _values_of(plan: Query) -> Callable[[JSON, JSON], tuple[Any, ...]]:
    readers = [reader(plan.schema, key.field) for key in plan.sort]
    return lambda order, transactions: tuple([read(order, transactions) for read in readers])


def sort_key(plan: Query) -> Callable[..., tuple[Any, ...]]:
    """A key for ``sorted`` that puts orders in the plan's order."""
    values, key = _values_of(plan), _key_of(plan.sort)

    def of_order(order: JSON, transactions: JSON = None) -> tuple[Any, ...]:
        return key(values(checked_order(order), checked_transactions(transactions)))

    return of_order


def checked_order(order: JSON) -> JSON:
    """The order itself, if it is one. Raises ``DocumentError``."""
    if not isinstance(order, dict):
        raise DocumentError(f"an order is an object (a dict), not {type(order).__name__}") from None
    return order


def checked_transactions(transactions: JSON) -> JSON:
    """The record itself, out of its envelope. Raises ``DocumentError``."""
    if transactions is None:
        return _NO_TRANSACTIONS
    record = transactions_record(transactions)
    if record is None:
        raise DocumentError(f"a transactions record is an object (a dict), not {type(transactions).__name__}")
    return record


def _by_order(records: Iterable[JSON]) -> dict[str, JSON]:
    found = {}
    for record in records:
        checked = checked_transactions(record)
        # What a store would not keep counts nowhere.
        key = transactions_id(checked)
        if key is not None and why_unusable(checked) is None:
            found[key] = checked
    return found


def _checked(plan: Query) -> Callable[[JSON, JSON], bool]:
    evaluated = evaluator(plan.schema, plan.condition)
    return lambda order, transactions: evaluated(checked_order(order), checked_transactions(transactions))


def matcher(plan: Query) -> Matches:
    """What ``plan.matches`` is."""
    matches = predicate(plan.schema, plan.condition, _checked(plan), checked_transactions)
    matches.__doc__ = "Return whether an order, with its transactions record if it has one, matches the search."
    return matches


def _held(schema: Schema, condition: Condition) -> Callable[[JSON, JSON], bool]:
    """The predicate of orders and records that are known to be such, ``None`` for no record."""
    evaluated = evaluator(schema, condition)

    def record_of(record: JSON) -> JSON:
        return _NO_TRANSACTIONS if record is None else record

    return predicate(schema, condition, lambda order, record: evaluated(order, record_of(record)), record_of)


def selector(plan: Query) -> Callable[[Iterable[JSON], Iterable[JSON]], Iterator[JSON]]:
    """What ``plan.filter`` does."""
    if not plan.reads_transactions:
        select = selection(plan.schema, plan.condition, _checked(plan))
        return lambda orders, transactions: select(orders)
    matches, read_id = _held(plan.schema, plan.condition), reader(plan.schema, plan.schema.key)

    def select_with(orders: Iterable[JSON], transactions: Iterable[JSON]) -> Iterator[JSON]:
        records = _by_order(transactions)
        for order in orders:
            if matches(order, records.get(read_id(checked_order(order), None))):
                yield order

    return select_with


def _unusable(order: JSON, index: int) -> Diagnostic:
    place = Place((index,))
    if not isinstance(order, dict):
        return Diagnostic("unusable-document", f"a {type(order).__name__}, not an object", "it was skipped", place)
    why = why_unusable(order)
    if why is not None:
        return Diagnostic("unusable-document", why, "it was skipped", place)
    message = "an order without a usable id (a string of 1 to 256 characters)"
    return Diagnostic("no-usable-id", message, "it was skipped", place)


class _Orders:
    """The newest version of each order, with its transactions."""

    def __init__(self, schema: Schema, orders: Iterable[JSON], transactions: Iterable[JSON]) -> None:
        self.records = _by_order(transactions)
        self.newest: dict[str, JSON] = {}
        revision = reader(schema, schema.revision) if schema.revision is not None else None
        self.problems: list[Diagnostic] = []
        self._usable: set[str] = set()
        for index, order in enumerate(orders):
            key = order_id(schema, order) if isinstance(order, dict) else None
            if key is None:
                self.problems.append(_unusable(order, index))
                continue
            there = self.newest.get(key)
            if there is not None:
                old, new = (revision(there, None), revision(order, None)) if revision else (None, None)
                older = old is not None and (new is None or new < old)
                # Of the versions that can be used the newest counts; most orders have one, and are looked at later.
                if (why_unusable(there if older else order) is None) == older:
                    if not older:
                        self.problems.append(_unusable(order, index))
                    continue
            self.newest[key] = order

    def drop_unusable(self, ids: Iterable[str]) -> bool:
        """Drop those of these orders that cannot be written as JSON, and say whether there were any."""
        dropped = False
        for key in ids:
            if key in self._usable:
                continue
            why = why_unusable(self.newest[key])
            if why is None:
                self._usable.add(key)
            else:
                self.problems.append(Diagnostic("unusable-document", why, "it was skipped", Place((key,))))
                del self.newest[key]
                dropped = True
        return dropped

    def matching(self, schema: Schema, condition: Condition) -> Iterator[tuple[str, JSON, JSON]]:
        matches = _held(schema, condition)
        for key, order in self.newest.items():
            record = self.records.get(key)
            if matches(order, record):
                yield key, order, record


def search(
    plan: Query, orders: Iterable[JSON], transactions: Iterable[JSON] = (), keys: CursorKeys | None = None
) -> Page:
    """One page of the plan over these orders."""
    ring = chosen_keys(keys) or process_keys()
    running, position, limit = (plan, None, plan.limit) if plan.cursor is None else resume(plan, "", ring)
    held = _Orders(plan.schema, orders, transactions if running.reads_transactions else ())
    values = _values_of(running)

    def fetch(at: Position | None, count: int) -> list[tuple[Any, ...]]:
        condition = running.condition if at is None else all_of([running.condition, any_of(seek(running, at))])
        key = _key_of(direction(running, at is not None and at.backward))
        while True:
            rows = [values(order, record) for _, order, record in held.matching(running.schema, condition)]
            nearest = heapq.nsmallest(count, rows, key=key)
            # Only what is to be answered is looked at whole: an order that no UTF-8 text can hold is skipped (D14).
            if not held.drop_unusable(row[-1] for row in nearest):
                return nearest

    def stands(at: Position, met: Position | None) -> bool:
        return bool(fetch(at, 1))

    rows, following, preceding = page_of(running, position, limit, fetch, tuple, stands, "", ring)
    ids = tuple(row[-1] for row in rows)
    return Page(ids, limit, following, preceding, [held.newest[key] for key in ids], problems=tuple(held.problems))
