"""Plans run in Python: generated predicates, sort keys, and a whole search over any iterable of orders.

A predicate is Python source made from the shape of a condition and compiled once for it; operands, fields and their
readers are bound as values and never part of the source.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .cursor import chosen_keys, process_keys, resume
from .diagnostics import Diagnostic, DocumentError, Place
from .documents import order_id, reader, transactions_id, transactions_record
from .keyset import Position, direction, seek
from .page import Page
from .paging import page_of
from .plan import Plan, SortField
from .predicate import AllOf, Condition, Kind, Test, all_of, any_of, tests_of
from .records import why_unusable
from .schema import Field, Schema
from .values import fold

if TYPE_CHECKING:
    from .cursor import CursorKeys

JSON = Any
Predicate = Callable[[JSON, JSON], bool]

_NO_TRANSACTIONS: dict[str, JSON] = {}

# Each leaf as source: {v} reads the value, {x} is the value read before, {p} the bound operand.
_SINGLE = {
    Kind.PRESENT: "{v} is not None",
    Kind.EQUALS: "{v} == {p}",
    Kind.COMPARES: "({v}) is not None and {x} {sign} {p}",
    Kind.ONE_OF: "{v} in {p}",
    Kind.PREFIX: "({v}) is not None and {text}.startswith({p})",
}
_MANY = {
    Kind.PRESENT: "bool({v})",
    Kind.EQUALS: "{p} in {v}",
    Kind.COMPARES: "any(x {sign} {p} for x in {v})",
    Kind.ONE_OF: "not {p}.isdisjoint({v})",
    Kind.PREFIX: "any({element}.startswith({p}) for x in {v})",
    Kind.CONTAINS: "{p}.issubset({v})",
    Kind.LISTED: "{v} == {p}",
}


def predicate(schema: Schema, condition: Condition) -> Predicate:
    """The function of an order and its transactions record that says whether the condition holds."""
    leaves = list(tests_of(condition))
    fields = list(dict.fromkeys(leaf.field for leaf in leaves))
    build = _compiled(_shape(condition, {field: index for index, field in enumerate(fields)}))
    readers = [reader(schema, field) for field in fields]
    built: Predicate = build(readers, [_bound(leaf) for leaf in leaves], [field.type.text for field in fields], fold)
    return built


def _bound(leaf: Test) -> Any:
    if leaf.kind is Kind.COMPARES:
        return leaf.operand[1]
    if leaf.kind in (Kind.ONE_OF, Kind.CONTAINS):
        return frozenset(leaf.operand)
    return list(leaf.operand) if leaf.kind is Kind.LISTED else leaf.operand


Shape = tuple[Any, ...]


def _shape(condition: Condition, numbers: Mapping[Field, int]) -> Shape:
    if isinstance(condition, Test):
        sign = condition.operand[0] if condition.kind is Kind.COMPARES else ""
        plain_text = condition.field.type.column == "text"
        return (condition.kind, numbers[condition.field], condition.field.many, plain_text, sign, condition.negated)
    word = "and" if isinstance(condition, AllOf) else "or"
    return (word, *(_shape(part, numbers) for part in condition.parts))


@lru_cache(maxsize=1024)
def _compiled(shape: Shape) -> Callable[..., Predicate]:
    counts: dict[int, int] = {}
    _count_reads(shape, counts)
    operands = iter(range(10**6))
    body = _source(shape, counts, operands)
    bound = [f"p{i}" for i in range(next(operands))]
    lines = ["def build(readers, operands, texts, fold):"]
    lines += [f"    {name} = operands[{i}]" for i, name in enumerate(bound)]
    lines += [f"    r{i} = readers[{i}]; t{i} = texts[{i}]" for i in counts]
    lines.append("    def matches(o, t):")
    lines += [f"        v{i} = r{i}(o, t)" for i, count in counts.items() if count > 1]
    lines += [f"        return {body}", "    return matches"]
    scope: dict[str, Any] = {}
    exec("\n".join(lines), scope)  # noqa: S102 - made of the shape alone, which holds no text from outside
    build: Callable[..., Predicate] = scope["build"]
    return build


def _count_reads(shape: Shape, counts: dict[int, int]) -> None:
    if isinstance(shape[0], Kind):
        counts[shape[1]] = counts.get(shape[1], 0) + 1
    else:
        for part in shape[1:]:
            _count_reads(part, counts)


def _source(shape: Shape, counts: dict[int, int], operands: Iterator[int]) -> str:
    if not isinstance(shape[0], Kind):
        parts = [_source(part, counts, operands) for part in shape[1:]]
        return "(" + f" {shape[0]} ".join(parts) + ")" if parts else str(shape[0] == "and")
    kind, number, many, plain_text, sign, negated = shape
    value = f"v{number}"
    read = value if counts[number] > 1 else f"{value} := r{number}(o, t)"
    if counts[number] == 1 and (many or kind not in (Kind.COMPARES, Kind.PREFIX)):
        read = f"r{number}(o, t)"
    template = (_MANY if many else _SINGLE)[kind]
    text = "{0}.casefold()" if plain_text else f"fold(t{number}({{0}}))"
    source = template.format(
        v=read, x=value, p=f"p{next(operands)}", sign=sign, text=text.format(value), element=text.format("x")
    )
    return f"(not ({source}))" if negated else f"({source})"


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


def _values_of(plan: Plan) -> Callable[[JSON, JSON], tuple[Any, ...]]:
    readers = [reader(plan.schema, key.field) for key in plan.sort]
    return lambda order, transactions: tuple([read(order, transactions) for read in readers])


def sort_key(plan: Plan) -> Callable[..., tuple[Any, ...]]:
    """A key for ``sorted`` that puts orders in the plan's order."""
    values, key = _values_of(plan), _key_of(plan.sort)

    def of_order(order: JSON, transactions: JSON = None) -> tuple[Any, ...]:
        return key(values(checked_order(order), checked_transactions(transactions)))

    return of_order


def checked_order(order: JSON) -> JSON:
    """The order itself, if it is one. Raises ``DocumentError``."""
    if not isinstance(order, dict):
        raise DocumentError(f"an order is an object (a dict), not {type(order).__name__}")
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


def filter_orders(
    plan: Plan, matches: Predicate, orders: Iterable[JSON], transactions: Iterable[JSON]
) -> Iterator[JSON]:
    """The orders that match, as they come."""
    if not plan.reads_transactions:
        for order in orders:
            if matches(checked_order(order), _NO_TRANSACTIONS):
                yield order
        return
    records, read_id = _by_order(transactions), reader(plan.schema, plan.schema.key)
    for order in orders:
        if matches(order, records.get(read_id(checked_order(order), None), _NO_TRANSACTIONS)):
            yield order


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
        matches = predicate(schema, condition)
        for key, order in self.newest.items():
            record = self.records.get(key, _NO_TRANSACTIONS)
            if matches(order, record):
                yield key, order, record


def search(
    plan: Plan, orders: Iterable[JSON], transactions: Iterable[JSON] = (), keys: CursorKeys | None = None
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

    rows, following, preceding = page_of(running, position, limit, fetch, "", ring)
    ids = tuple(row[-1] for row in rows)
    return Page(ids, limit, following, preceding, [held.newest[key] for key in ids], problems=tuple(held.problems))
