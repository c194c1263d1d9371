"""Generated predicates against the plain evaluation of the same condition: one answer for every document.

Conditions ask every leaf test of every field, not only what an operator can say. Documents are made, mutated, or
anything at all under the names that conditions read.
"""

from __future__ import annotations

import gc
import json
import warnings
from collections import OrderedDict, UserDict, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, count, islice, product
from random import Random
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from scale import scaled
from strategies import ANYTHING, POOLS, UNFIT, Maker, makers
from test_toy import TICKETS

import orderquery as oq
from orderquery import generated
from orderquery.evaluation import evaluator
from orderquery.generated import predicate, selection
from orderquery.operators import OPERATORS
from orderquery.predicate import (
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
from orderquery.predicate import tests_of as leaves_of
from orderquery.schema import Field, Schema, parse_schema
from orderquery.values import UnfitOperand, fold

JSON = Any
NOTHING: dict[str, JSON] = {}


class Text(str):
    """A text of a class of its own."""


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
    """Random conditions over a table: every leaf test that a backend must know."""

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
    """The document with some of what it holds replaced, removed or wrapped."""
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
    """The orders for which a generated predicate says anything else than the plain evaluation."""
    evaluated = evaluator(schema, condition)

    def plain(order: JSON, record: JSON) -> bool:
        return evaluated(order, NOTHING if record is None else record)

    found: list[Any] = []
    fast = predicate(schema, condition, plain, lambda record: NOTHING if record is None else record)
    for order in orders:
        for record in (None, *records):
            said, meant = fast(order, record), plain(order, record)
            if said is not meant:
                found.append((order, record, said, meant))
    if all(leaf.field.record == "order" for leaf in leaves_of(condition)):
        kept = list(selection(schema, condition, plain)(orders))
        wanted = [order for order in orders if plain(order, None)]
        if [id(order) for order in kept] != [id(order) for order in wanted]:
            found.append(("selection", kept, wanted))
    return found


def documents(maker: Maker, odd: tuple[JSON, ...] = ODD) -> tuple[list[JSON], list[JSON]]:
    orders = [mutated(maker.random, maker.order("a"), odd) if turn % 3 else maker.order("a") for turn in range(12)]
    records = [mutated(maker.random, maker.transactions("a"), odd) for _ in range(2)]
    return [order for order in orders if isinstance(order, dict)], [one for one in records if isinstance(one, dict)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("table", ["ecom-orders", "tickets"])
def test_random_conditions_over_garbage(table: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATORS, "$between", OPERATORS["$in"])
    schema = oq.load_schema() if table == "ecom-orders" else parse_schema(TICKETS)
    random = Random(f"generated {table} {seed}")
    conditions = Conditions(random, schema)
    held = asked = 0
    for _ in range(40):
        orders, records = documents(Maker(random, schema))
        for depth in (0, 0, 0, 0, 1, 2, 3):
            condition = conditions.condition(depth)
            assert differences(schema, condition, orders, records) == [], condition
            evaluated = evaluator(schema, condition)
            held += sum(evaluated(order, NOTHING) for order in orders)
            asked += len(orders)
    assert 0.1 < held / asked < 0.9


@pytest.mark.parametrize("row", oq.load_schema().fields, ids=lambda row: row.name)
def test_every_field_with_anything_at_its_place(row: Field) -> None:
    schema = oq.load_schema()
    conditions = Conditions(Random(f"generated {row.name}"), schema)
    orders: list[JSON] = []
    for source in row.sources:
        for path in source.paths:
            for value in (*ODD, *POOLS[row.type.name], *UNFIT[row.type.name], *row.values):
                for cut in range(len(path), 0, -1):
                    made, steps = value, path[:cut]
                    for step in reversed(steps):
                        made = {step: made}
                    orders.append(made)
                sdk: JSON = value
                for step in reversed(path):
                    sdk = {schema.sdk_names.get(step, step): sdk}
                orders.append(sdk)
                for position in range(len(path)):
                    listed_there: JSON = value
                    for index, step in reversed(list(enumerate(path))):
                        listed_there = {step: [listed_there, None] if index == position else listed_there}
                    orders.append(listed_there)
    records = orders if row.record == "transactions" else []
    for _ in range(40):
        condition = conditions.leaf(row)
        evaluated = evaluator(schema, condition)
        if records:
            fast = predicate(schema, condition, evaluated, lambda record: record)
            assert [fast({}, record) for record in records] == [evaluated({}, record) for record in records]
        else:
            assert differences(schema, condition, orders, []) == [], condition


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
    code = generated._code
    monkeypatch.setattr(generated, "_code", lambda source: sources.append(source) or code(source))
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
    generated._code.cache_clear()
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


# -- what plan.matches and plan.filter promise --------------------------------------------------------------------


@pytest.mark.parametrize("query", ["everything", "paymentStatus = PAID", "paymentMethods is missing", "id in ()"])
@pytest.mark.parametrize(
    "wrong", [None, 5, "text", [], (), b"{}", MappingProxyType({"id": "a"}), UserDict(id="a"), object()]
)
def test_what_is_no_order_is_refused(query: str, wrong: JSON) -> None:
    plan = oq.compile(query)
    for call in (lambda: plan.matches(wrong), lambda: plan.matches(wrong, {}), lambda: list(plan.filter([wrong]))):
        with pytest.raises(oq.DocumentError, match="an order is an object") as error:
            call()
        assert error.value.__cause__ is None
        assert error.value.__context__ is None or error.value.__suppress_context__


@pytest.mark.parametrize("query", ["paymentStatus = PAID", "paymentMethods is missing"])
def test_what_is_no_transactions_record_is_refused(query: str) -> None:
    for wrong in (5, "text", [], ()):
        with pytest.raises(oq.DocumentError, match="a transactions record is an object"):
            oq.compile(query).matches({"paymentStatus": "PAID"}, wrong)


def test_a_filter_is_lazy_and_yields_what_came_before_a_mistake() -> None:
    plan = oq.compile("number >= 2")
    endless = ({"number": str(number)} for number in count())
    assert [order["number"] for order in islice(plan.filter(endless), 3)] == ["2", "3", "4"]
    assert next(endless) == {"number": "5"}
    found = plan.filter(iter([{"number": "7"}, {"number": "1"}, [], {"number": "8"}]))
    assert next(found) == {"number": "7"}
    with pytest.raises(oq.DocumentError):
        next(found)


def test_what_is_thrown_into_a_filter_is_not_swallowed() -> None:
    found = oq.compile("everything").filter([{"id": "a"}, {"id": "b"}])
    next(found)
    with pytest.raises(ValueError, match="thrown"):
        found.throw(ValueError("thrown"))  # type: ignore[attr-defined]


def test_matching_changes_no_document() -> None:
    order: JSON = defaultdict(lambda: defaultdict(dict))
    plan = oq.compile("buyerInfo.email starts with a and createdDate > 2024-01-01 or priceSummary.total.amount > 5")
    assert plan.matches(order) is False
    assert list(plan.filter([order])) == []
    assert order == {}


def test_the_memory_of_dates_is_bounded() -> None:
    from orderquery.instants import READ

    plan = oq.compile("createdDate > 2024-01-01")
    for number in range(20_000):
        assert plan.matches(
            {"createdDate": f"2024-03-0{number % 9 + 1}T00:{number // 60 % 60:02}:{number % 60:02}.{number % 1000:03}Z"}
        )
        assert not plan.matches({"createdDate": f"9 odd {number}"})
    gc.collect()
    assert len(READ) <= 8192
    assert all(len(text) == 24 for text in READ)


def test_matches_says_what_it_is() -> None:
    plan = oq.compile("status = APPROVED")
    assert plan.matches is plan.matches
    assert plan.matches.__doc__ is not None
    assert plan.matches.__doc__.startswith("Whether an order")
    assert plan.matches(order={"status": "APPROVED"}, transactions=None)
    assert json.loads(json.dumps([plan.matches({"status": "APPROVED"})])) == [True]


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
