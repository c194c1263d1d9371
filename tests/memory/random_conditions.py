"""Random conditions and mutated documents, and the differences between generated predicates and the interpreter."""

from __future__ import annotations

from collections import OrderedDict, UserDict
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from types import MappingProxyType
from typing import Any

from strategies import POOLS, UNFIT, Maker

from orderquery.language.conditions import (
    Condition,
    all_of,
    any_of,
    compares,
    contains,
    equals,
    listed,
    negate,
    one_of,
    prefix,
    present,
)
from orderquery.language.conditions import tests_of as leaves_of
from orderquery.language.fields import Field
from orderquery.language.schema import Schema
from orderquery.language.types import UnfitOperand, fold
from orderquery.memory.codegen import predicate, selection
from orderquery.memory.interpreter import evaluator

JSON = Any
NOTHING: dict[str, JSON] = {}


class Text(str):
    """A subclass of str."""


class Raising(dict[str, JSON]):
    def get(self, key: str, default: JSON = None) -> JSON:
        return super().get(key, default)


ODD: tuple[JSON, ...] = (
    None, "", 0, 1, -1, 1.0, 0.0, -0.0, float("nan"), float("inf"), float("-inf"), 1e16, 1e300, 10**30, -(10**5000), True,
    False, [], {}, [[]], [None], [{}], ["PAID"], [["PAID"], None], {"id": "a"}, {"_id": "a"}, {"id": None, "_id": "b"},
    (), ("a",), {1, 2}, b"5", b"PAID", Text("PAID"), Text("2024-01-01T00:00:00.000Z"), Text("5.00"), Raising(id="x"),
    OrderedDict(id="y"), MappingProxyType({"id": "z", "email": "a"}), UserDict(id="u"), Decimal("sNaN"), Decimal("NaN"),
    Decimal("1e5"), Decimal("5" * 120), "\ud800", "x" * 513, "x" * 512, "P", "A", "nan", "inf", "-inf", "1_0", "1__0", " 5",
    "5 ", "5.", ".5", "1E2", "1e2", "1e-400", "1e400", "+5", "0x10", "٥", "１", "5\n", "249.999999999999999999", "250.00",
    "250.000000000000000001", "500", "2024-W01-1T00:00:00.000Z", "2024-01-01T00:00:00,000Z", "2024-01-01 00:00:00.000Z",
    "2024-02-30T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "2024-01-01T24:00:00.000Z", "2024-01-01T00:00:00.000z",
    "2024-01-01t00:00:00.000Z", "2024-01-01T00:00:00.000Z\n", "20240101T000000.0000000Z", "2024-01-01T00:00:00.0000",
    "2024-01-01T00:00:00.+05Z", "2024-01-01T00:00:60.000Z", "２024-01-01T00:00:00.000Z", "2023-12-31T23:59:59.999Z",
    "2024-01-01T00:00:00.001Z", "2023-12-31T00:00:00.001-23:59", "2024-01-02T00:00:00.000Z", "2023-12-31T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999-00:01", "3024-01-01", "é", "~", "1",
)  # fmt: skip


class Conditions:
    """Random conditions over a table, with every leaf test that a backend must know."""

    def __init__(self, random: Random, schema: Schema) -> None:
        self.random, self.schema = random, schema
        self.operands = {row: list(self._operands(row)) for row in schema.fields}

    def _operands(self, row: Field) -> Iterator[Any]:
        for value in (*POOLS[row.type.name], *row.values, *UNFIT[row.type.name], *ODD):
            try:
                yield row.type.operand(value)
            except (UnfitOperand, TypeError):
                continue

    def leaf(self, row: Field) -> Condition:
        value = self.random.choice(self.operands[row])
        values = [self.random.choice(self.operands[row]) for _ in range(self.random.randrange(1, 4))]
        text = fold(row.type.text(value))
        made = self.random.choice((
            lambda: present(row), lambda: equals(row, value), lambda: one_of(row, values),
            lambda: compares(row, self.random.choice(("<", "<=", ">", ">=")), value),
            lambda: all_of([compares(row, ">=", values[0]), compares(row, "<", values[-1])]),
            lambda: prefix(row, text[: self.random.randrange(4)]),
            *((lambda: contains(row, values), lambda: listed(row, values)) if row.many else ()),
        ))()  # fmt: skip
        return negate(made) if self.random.randrange(3) == 0 else made

    def condition(self, depth: int) -> Condition:
        kind = self.random.choice(("leaf", "all", "any", "all")) if depth else "leaf"
        if kind == "leaf":
            return self.leaf(self.random.choice(self.schema.fields))
        parts = [self.condition(depth - 1) for _ in range(self.random.randrange(1, 5))]
        return all_of(parts) if kind == "all" else any_of(parts)


def mutated(random: Random, document: JSON, odd: tuple[JSON, ...]) -> JSON:
    """Return the document with some parts replaced, removed or wrapped."""
    if isinstance(document, dict):
        made = {key: mutated(random, value, odd) for key, value in document.items() if random.randrange(25)}
    elif isinstance(document, list):
        made = [mutated(random, value, odd) for value in document]
    else:
        return random.choice(odd) if random.randrange(6) == 0 else document
    change = random.randrange(25)
    if change == 0:
        return random.choice(odd)
    return {1: [made], 2: Raising(made) if isinstance(made, dict) else tuple(made)}.get(change, made)


def differences(schema: Schema, condition: Condition, orders: list[JSON], records: list[JSON]) -> list[Any]:
    """Return the orders for which a generated predicate and the interpreter disagree."""
    evaluated = evaluator(schema, condition)
    answers: dict[tuple[int, int], bool] = {}

    def plain(order: JSON, record: JSON) -> bool:
        # Asked once for each: the generated functions ask the interpreter too.
        key = id(order), id(record)
        if key not in answers:
            answers[key] = evaluated(order, NOTHING if record is None else record)
        return answers[key]

    found: list[Any] = []
    fast = predicate(schema, condition, plain, lambda record: NOTHING if record is None else record)
    for order in orders:
        for record in (None, *records):
            actual, expected = fast(order, record), plain(order, record)
            if actual is not expected:
                found.append((order, record, actual, expected))
    if all(leaf.field.record == "order" for leaf in leaves_of(condition)):
        actual_orders = list(selection(schema, condition, plain)(orders))
        expected_orders = [order for order in orders if plain(order, None)]
        if [id(order) for order in actual_orders] != [id(order) for order in expected_orders]:
            found.append(("selection", actual_orders, expected_orders))
    return found


def documents(maker: Maker, odd: tuple[JSON, ...] = ODD) -> tuple[list[JSON], list[JSON]]:
    """Return orders and transactions records, most of them mutated."""
    orders = [mutated(maker.random, maker.order("a"), odd) if turn % 3 else maker.order("a") for turn in range(12)]
    records = [mutated(maker.random, maker.transactions("a"), odd) for _ in range(2)]
    return [order for order in orders if isinstance(order, dict)], [one for one in records if isinstance(one, dict)]
