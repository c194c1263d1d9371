"""Generated predicates against the interpreter for the same condition: one answer for every document.

Conditions use every leaf test of every field, not only those of operators. Documents are made, mutated, or anything at
all under the names that conditions read.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import combinations, product
from random import Random
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from random_conditions import NOTHING, ODD, Conditions, differences, documents
from scale import scaled
from strategies import ANYTHING, POOLS, UNFIT, Maker, makers
from test_toy import TICKETS

import orderquery as oq
from orderquery.documents.fields import Reader
from orderquery.language.conditions import (
    FALSE,
    TRUE,
    Condition,
    Kind,
    Test,
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
from orderquery.language.operators import OPERATORS
from orderquery.language.schema import parse_schema
from orderquery.memory import function_writer, interpreter
from orderquery.memory.codegen import predicate, selection
from orderquery.memory.interpreter import evaluator

JSON = Any


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("table", ["ecom-orders", "tickets"])
def test_random_conditions_over_garbage(table: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATORS, "$between", OPERATORS["$in"])
    schema = oq.load_schema() if table == "ecom-orders" else parse_schema(TICKETS)
    random = Random(f"generated {table} {seed}")
    conditions = Conditions(random, schema)
    true = total = 0
    for _ in range(40):
        orders, records = documents(Maker(random, schema))
        for depth in (0, 0, 0, 0, 1, 2, 3):
            condition = conditions.condition(depth)
            assert differences(schema, condition, orders, records) == [], condition
            evaluated = evaluator(schema, condition)
            true += sum(evaluated(order, NOTHING) for order in orders)
            total += len(orders)
    assert 0.1 < true / total < 0.9


@pytest.mark.parametrize("row", oq.load_schema().fields, ids=lambda row: row.name)
def test_every_field_with_anything_at_its_place(row: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    schema = oq.load_schema()
    monkeypatch.setattr(interpreter, "reader", remembering(interpreter.reader))
    conditions = Conditions(Random(f"generated {row.name}"), schema)
    places: dict[tuple[tuple[str, ...], int | None], None] = {}
    for source in row.sources:
        for path in source.all_paths:
            for cut in range(len(path), 0, -1):
                places[path[:cut], None] = None
            places[tuple(schema.sdk_names.get(step, step) for step in path), None] = None
            for position in range(len(path)):
                places[path, position] = None
    values = distinct((*ODD, *POOLS[row.type.name], *UNFIT[row.type.name], *row.values))
    orders = [placed(value, path, position) for value in values for path, position in places]
    records = orders if row.record == "transactions" else []
    for condition in dict.fromkeys(conditions.leaf(row) for _ in range(40)):
        evaluated = evaluator(schema, condition)
        if records:
            fast = predicate(schema, condition, evaluated, lambda record: record)
            assert [fast(NOTHING, record) for record in records] == [evaluated(NOTHING, record) for record in records]
        else:
            assert differences(schema, condition, orders, []) == [], condition


def remembering(reader: Callable[..., Reader]) -> Callable[..., Reader]:
    """Return the function that makes readers, whose readers read each document once for all conditions of a test."""
    of_fields: dict[str, dict[tuple[int, int], Any]] = {}

    def make(schema: oq.Schema, field: Field) -> Reader:
        read, values = reader(schema, field), of_fields.setdefault(field.name, {})

        def read_once(order: JSON, record: JSON) -> Any:
            key = id(order), id(record)
            if key not in values:
                values[key] = read(order, record)
            return values[key]

        return read_once

    return make


def distinct(values: Iterable[JSON]) -> list[JSON]:
    """Return the values without the same text twice."""
    return list({(type(value), value if isinstance(value, str) else id(value)): value for value in values}.values())


def placed(value: JSON, path: tuple[str, ...], position: int | None) -> JSON:
    """Return an order with the value at a path, whose step at ``position`` is in a list."""
    made = value
    for index, step in reversed(list(enumerate(path))):
        made = {step: [made, None] if index == position else made}
    return made


@settings(deadline=None, max_examples=scaled(60, 30), suppress_health_check=list(HealthCheck))
@given(makers(), ANYTHING)
def test_documents_that_hypothesis_thinks_of(maker: Maker, anything: JSON) -> None:
    orders, records = documents(maker, (*ODD[:20], anything))
    conditions = Conditions(maker.random, maker.schema)
    assert differences(maker.schema, conditions.condition(2), orders, records) == []


def test_two_conditions_of_a_shape_share_code_and_no_operand() -> None:
    one, other = oq.compile("paymentStatus = PAID").matches, oq.compile("paymentStatus = 'NOT_PAID'").matches
    assert one.__code__.co_code == other.__code__.co_code
    orders = [{"paymentStatus": status} for status in ("PAID", "NOT_PAID", "0", "1", "2")]
    assert [[matches(order) for order in orders] for matches in (one, other)] == [
        [True, False, False, False, False],
        [False, True, False, False, False],
    ]


def test_no_text_from_outside_is_ever_source(monkeypatch: pytest.MonkeyPatch) -> None:
    sources: list[str] = []
    compile_source = function_writer.compile_source
    monkeypatch.setattr(
        function_writer, "compile_source", lambda source: sources.append(source) or compile_source(source)
    )
    secret = "'; raise SystemExit #"
    path = "q'uote.\\"
    row_of_another = f'name = "cost.net"\nsources = [{{ path = {json.dumps(path)} }}]'
    monkeypatch.setitem(OPERATORS, "$between", OPERATORS["$in"])
    schema = parse_schema(TICKETS.replace('name = "cost.net"', row_of_another))
    for table, text in ((None, "buyerInfo.email"), (None, "lineItems.productName.original"), (schema, "`order`")):
        row = (table or oq.load_schema()).find(text.strip("`"))
        assert row is not None
        for condition in (
            equals(row, secret),
            one_of(row, [secret, "x"]),
            compares(row, ">", secret),
            prefix(row, secret),
        ):
            evaluated = evaluator(table or oq.load_schema(), condition)
            predicate(table or oq.load_schema(), condition, evaluated, lambda record: record)
    quoted = schema.find("cost.net")
    assert quoted is not None
    matches = predicate(schema, compares(quoted, ">", Decimal(1)), lambda order, record: False, lambda record: record)
    assert matches({"q'uote": {"\\": "2"}}, None) is True
    assert len(sources) >= 13
    for source in sources:
        assert "raise" not in source
        assert "quote" not in source
        assert "email" not in source
        assert "\\" not in source


def test_generation_warns_of_nothing() -> None:
    function_writer.compile_source.cache_clear()
    conditions = Conditions(Random(5), oq.load_schema())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(300):
            condition = conditions.condition(2)
            evaluated = evaluator(oq.load_schema(), condition)
            predicate(oq.load_schema(), condition, evaluated, lambda record: record)


@pytest.mark.parametrize("condition", [TRUE, FALSE])
def test_constants(condition: Condition) -> None:
    schema = oq.load_schema()

    def checked(order: JSON, record: JSON) -> bool:
        raise oq.DocumentError("not an order")

    matches = predicate(schema, condition, checked, lambda record: record)
    assert matches({}, None) is (condition == TRUE)
    for wrong in ([], None, "x", 5, MappingProxyType({})):
        with pytest.raises(oq.DocumentError):
            matches(wrong, None)
        with pytest.raises(oq.DocumentError):
            list(selection(schema, condition, checked)([wrong]))


@pytest.mark.parametrize("steps", [("statuses",), ("statuses", "name"), ("a", "b", "c")])
def test_what_is_no_list_is_not_looked_into(steps: tuple[str, ...]) -> None:
    source = f'sources = [{{ path = "{".".join(steps)}" }}]'
    schema = parse_schema(f"""name = "t"
[[fields]]
name = "id"
type = "guid"
operators = ["$eq"]
[[fields]]
name = "many"
type = "text"
many = true
operators = ["$hasSome", "$hasAll", "$eq", "$exists"]
{source}""")
    row = schema.find("many")
    assert row is not None
    orders: list[JSON] = []
    for value in (
        "ab",
        "a",
        ("a", "b"),
        ["a", "b"],
        [["a"], "b"],
        {"a": 1},
        {"a", "b"},
        b"ab",
        ["ab"],
        [],
        [None],
        None,
        5,
        "",
    ):
        for wrapped in (value, [value], (value,), [[value]], [value, None], [None, value]):
            for position in range(len(steps)):
                made: JSON = value
                for index, step in reversed(list(enumerate(steps))):
                    made = {
                        step: wrapped if index == len(steps) - 1 == position else [made] if index == position else made
                    }
                orders.append(made)
    for condition in (
        equals(row, "a"), one_of(row, ["a", "x"]), contains(row, ["a", "b"]), listed(row, ["a", "b"]), present(row),
        prefix(row, "a"), compares(row, ">", "a"), listed(row, ["ab"]), equals(row, ""),
    ):  # fmt: skip
        for asked in (condition, negate(condition)):
            assert differences(schema, asked, orders, []) == []


def test_loops_among_other_conditions() -> None:
    schema = oq.load_schema()
    names = ("paymentStatus", "buyerInfo.email", "lineItems.productName.original", "fulfillmentStatuses")
    status, email, products, states = (schema.by_name[name] for name in names)
    leaves = [
        equals(status, "PAID"), negate(equals(status, "PAID")), prefix(email, "a"), negate(present(email)),
        equals(products, "a"), negate(equals(products, "a")), one_of(products, ["b", "c"]), equals(states, "a"),
        negate(one_of(states, ["a", "b"])), contains(states, ["a", "b"]),
    ]  # fmt: skip
    lists: tuple[JSON, ...] = ([], ["a"], ["b"], ["c", "a"], ["a", "b", None], [["a"], "b"], "a", None, 5)
    orders = [
        {
            "paymentStatus": paid, "buyerInfo": {"email": mail}, "fulfillmentStatusesAggregate": {"statuses": statuses},
            "lineItems": [{"productName": {"original": name}} for name in there] if isinstance(there, list) else there,
        }
        for paid, mail, statuses, there in product(("PAID", "NOT_PAID", None), ("ab", None), lists, lists)
    ]  # fmt: skip
    for chosen in combinations(leaves, 3):
        for condition in (all_of(chosen), any_of(chosen), all_of([chosen[0], any_of(chosen[1:])])):
            assert differences(schema, condition, orders, []) == [], condition


def test_every_kind_is_tried() -> None:
    random = Random(1)
    conditions = Conditions(random, oq.load_schema())
    tried = {leaf.kind for _ in range(500) for leaf in leaves_of(conditions.condition(1))}
    assert tried == set(Kind)
    assert any(isinstance(conditions.leaf(row), Test) for row in oq.load_schema().fields)
