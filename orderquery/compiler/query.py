"""Query: a checked search, resolved against a table, typed, with a total order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Literal

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.quoting import shortened
from ..language.conditions import Condition, Kind, Test, all_of, negate, one_of, tests_of
from ..language.fields import Field
from ..language.schema import Schema
from ..syntax.ast import And, Comparison, Filter, Not, Or, Search, Unreadable
from ..syntax.json_printer import print_json

JSON = Any
SourceShape = Literal["request", "search", "sdk", "stores", "text"]
SHAPE_NAMES: dict[str, str] = {
    "request": "a request body",
    "search": "a bare search",
    "sdk": "an argument of the SDK",
    "stores": "a query of the Stores API",
    "text": "a text",
}
"""The shapes of a source, as a message names them."""
_encode_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class SortField:
    """One key of the total order."""

    field: Field
    descending: bool


@dataclass(frozen=True, eq=False, repr=False)
class Query:
    """A checked search: ``condition``, ``sort`` and page size.

    The last field of ``sort`` is the table's key.

    ``tree`` is the AST it was checked from, under the table's own field names. ``cursor`` is the token it continues
    from, if any; ``filter_sent``, ``sort_sent`` and ``limit_sent`` tell which parts the search has. ``offset`` is the
    number of orders to skip at the start; no search has it, only the lists of pricing plans.
    """

    schema: Schema
    tree: Search
    condition: Condition
    sort: tuple[SortField, ...]
    limit: int
    cursor: str | None = None
    filter_sent: bool = False
    sort_sent: bool = False
    limit_sent: bool = False
    offset: int = 0
    shape: SourceShape = "search"
    """The shape that the source was read as."""
    diagnostics: tuple[Diagnostic, ...] = field(default=())
    """Warnings, and in the plan of a report also the ignored keys."""

    def __repr__(self) -> str:
        sort = ", ".join(f"{key.field.name}{' desc' if key.descending else ''}" for key in self.sort)
        read = f"reads {len(self.fields)} fields of {self.schema.name}"
        what = f"{type(self).__name__} of {SHAPE_NAMES[self.shape]}"
        return f"<{what}: {read}, order by {shortened(sort, 80)}, limit {self.limit}>"

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every field that the query reads, once each."""
        read = [test.field for test in tests_of(self.condition)] + [key.field for key in self.sort]
        return tuple(dict.fromkeys(read))

    @cached_property
    def reads_transactions(self) -> bool:
        """Whether the result depends on the transactions of the orders."""
        return any(row.record == "transactions" for row in self.fields)

    @cached_property
    def packed(self) -> bytes:
        """Filter and sort as compressed JSON, for a cursor."""
        import zlib

        search = {key: value for key, value in print_json(self.tree).items() if key != "cursorPaging"}
        return zlib.compress(_encode_json(search).encode("utf-8"), 9)

    def to_json(self) -> dict[str, JSON]:
        """Return the bare search as plain JSON values, with REST names."""
        return print_json(self.tree)

    def to_text(self) -> str:
        """Return the search in the text form.

        Raises:
            UsageError: an operator has no spelling in the text form.

        """
        from ..syntax.text_printer import print_text

        return print_text(self.tree, self.schema)


@lru_cache(maxsize=64)
def visible(schema: Schema, asked: frozenset[JSON] = frozenset()) -> Condition:
    """Return the condition that an order is not one of those that a search hides.

    ``asked`` are the values that the search asks for.
    """
    conditions: list[Condition] = []
    if schema.hidden is not None:
        conditions.append(negate(one_of(*schema.hidden)))
    if schema.hidden_unless_asked is not None:
        field, values = schema.hidden_unless_asked
        conditions.append(negate(one_of(field, [value for value in values if value not in asked])))
    return all_of(conditions)


def asked_values(tree: Filter, schema: Schema) -> frozenset[JSON]:
    """Return the values that are hidden unless asked for, and that a filter asks for.

    It asks by an operand of ``$eq`` or ``$in`` outside of any ``$not`` (D1).
    """
    if schema.hidden_unless_asked is None:
        return frozenset()
    field, values = schema.hidden_unless_asked
    if isinstance(tree, Comparison):
        if tree.operator not in ("$eq", "$in") or schema.find(tree.field) is not field:
            return frozenset()
        operands = tree.operand if isinstance(tree.operand, tuple) else (tree.operand,)
        return frozenset(value for value in values if value in operands)
    if isinstance(tree, Not | Unreadable):
        return frozenset()
    return frozenset().union(*(asked_values(child, schema) for child in tree.children))


@lru_cache(maxsize=64)
def default_sort(schema: Schema) -> tuple[SortField, ...]:
    """Return the total order of a search without a sort."""
    return total_order(dict(schema.sort), schema)


def total_order(keys: dict[Field, bool], schema: Schema) -> tuple[SortField, ...]:
    """Return the order by these fields (true is descending), then by the table's key."""
    if schema.key in keys:
        # No two orders share a key, so fields after it cannot change the order.
        keys = dict(list(keys.items())[: list(keys).index(schema.key) + 1])
    else:
        keys[schema.key] = list(keys.values())[-1] if keys else False
    return tuple(SortField(row, descending) for row, descending in keys.items())


def with_table_names(search: Search, schema: Schema) -> Search:
    """Return the search under the table's own field names."""
    names = {name: row.name for name, row in schema.by_name.items()}
    sort = tuple(replace(key, field=names.get(key.field, key.field)) for key in search.sort)
    return replace(search, filter=_renamed(search.filter, names), sort=sort)


def _renamed(tree: Filter, names: Mapping[str, str]) -> Filter:
    if isinstance(tree, Comparison):
        return replace(tree, field=names.get(tree.field, tree.field))
    if isinstance(tree, Not):
        return Not(_renamed(tree.child, names))
    if isinstance(tree, Unreadable):
        return tree
    children = tuple(_renamed(child, names) for child in tree.children)
    return And(children) if isinstance(tree, And) else Or(children)


_MAX_BYTES_OF_CHARACTER = 6
"""A control character is six bytes in JSON, any other at most four."""
_MAX_BYTES_OF_NUMBER = 256
"""The sign, 100 digits, point and exponent of the longest amount, and then some."""
_MAX_BYTES_OF_COMPARISON = 64
"""Quotes, braces, colons, the operator's name and an ``$and`` around."""


def max_packed_bytes(query: Query) -> int:
    """Return an upper bound of ``len(query.packed)``, without packing."""
    # zlib adds at most 11 bytes and 5 for each 16 KiB to what it cannot compress.
    sort = sum([_MAX_BYTES_OF_COMPARISON + len(key.field) * _MAX_BYTES_OF_CHARACTER for key in query.tree.sort])
    text = _MAX_BYTES_OF_COMPARISON + sort + _max_json_bytes(query.tree.filter)
    return text + text // 1000 + 64


def _max_json_bytes(tree: Filter) -> int:
    if isinstance(tree, Comparison):
        operand, size = tree.operand, _MAX_BYTES_OF_COMPARISON + len(tree.field) * _MAX_BYTES_OF_CHARACTER
        if isinstance(operand, str):
            return size + len(operand) * _MAX_BYTES_OF_CHARACTER
        if isinstance(operand, tuple):
            for value in operand:
                size += 3 + len(value) * _MAX_BYTES_OF_CHARACTER if isinstance(value, str) else _MAX_BYTES_OF_NUMBER
            return size
        return size + _MAX_BYTES_OF_NUMBER
    if isinstance(tree, Not):
        return _MAX_BYTES_OF_COMPARISON + _max_json_bytes(tree.child)
    size = _MAX_BYTES_OF_COMPARISON
    if isinstance(tree, Unreadable):
        return size
    for child in tree.children:
        size += _max_json_bytes(child)
    return size


def same_answer(one: Query | None, other: Query | None) -> bool:
    """Return whether two searches have the same condition, order and limit.

    ``None`` is a search that the service refuses. Values that an enum does not have are equal to none.
    """
    if one is None or other is None:
        return one is other
    same = (one.sort, one.limit, one.cursor) == (other.sort, other.limit, other.cursor)
    return same and same_condition(_of_known_values(one.condition), _of_known_values(other.condition))


def _of_known_values(condition: Condition) -> Condition:
    """Return a condition whose lists have only values that an order can have."""
    if isinstance(condition, Test):
        values = condition.field.values
        if condition.kind is not Kind.ONE_OF or not values:
            return condition
        known = one_of(condition.field, [value for value in condition.operand if value in values] or condition.operand)
        return negate(known) if condition.negated else known
    return type(condition)(tuple([_of_known_values(part) for part in condition.parts]))


def same_condition(one: Condition, other: Condition) -> bool:
    """Return whether two conditions have the same parts, in any order."""
    return _canonical(one) == _canonical(other)


def _canonical(condition: Condition) -> tuple[Any, ...]:
    if isinstance(condition, Test):
        operand, encode = condition.operand, condition.field.type.encode
        kind = condition.kind.value
        if kind in ("one of", "contains"):
            shown: Any = sorted(str(encode(value)) for value in operand)
        elif kind == "listed":
            shown = [encode(value) for value in operand]
        elif kind == "compares":
            shown = [operand[0], encode(operand[1])]
        else:
            shown = operand if kind in ("prefix", "present") else encode(operand)
        return ("test", kind, condition.field.name, condition.negated, repr(shown))
    parts = sorted({_canonical(part) for part in condition.parts}, key=repr)
    return parts[0] if len(parts) == 1 else (type(condition).__name__, *parts)
