"""Translated queries select the same orders among converted ones, and say what is not the same.

``ORDERQUERY_TRANSLATIONS`` says how many random queries are translated (200; ``make prove`` translates 10,000),
``ORDERQUERY_SEED`` which.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections import Counter
from random import Random
from typing import Any

import pytest
from old_queries import OLD, OldMaker
from project import TESTS

import orderquery as oq
from orderquery.language.grammar_files import grammar_text
from orderquery.memory.interpreter import evaluator
from orderquery.migration.convert import convert_order

JSON = Any
COUNT = int(os.environ.get("ORDERQUERY_TRANSLATIONS", "200"))
SEED = os.environ.get("ORDERQUERY_SEED", "20261128")
CASES = json.loads((TESTS / "migration" / "translations.json").read_text("utf-8"))["cases"]
ROWS = tomllib.loads(grammar_text("stores-v2-to-ecom.toml"))["queries"]
LEAST_WITHOUT_LOSS = 0.9
QUERIES_PER_BATCH = 25


class Batch:
    """Old orders, and the orders that they became."""

    def __init__(self, maker: OldMaker) -> None:
        self.old = maker.orders()
        self.new = [(lambda made: (made.order, made.transactions))(convert_order(order)) for order in self.old]

    def selected_before(self, plan: oq.Plan) -> list[str]:
        """The ids that the old query selects, in its order; by the interpreter, which shares no code with predicates."""
        matches = evaluator(plan.schema, plan.condition)
        found = [order for order in self.old if matches(order, None)]
        return [order["id"] for order in sorted(found, key=plan.sort_key)]

    def selected_after(self, plan: oq.Plan) -> list[str]:
        found = [(order, record) for order, record in self.new if plan.matches(order, record)]
        return [order["id"] for order, _ in sorted(found, key=lambda pair: plan.sort_key(*pair))]


def before(query: JSON) -> oq.Plan:
    return oq.compile(query, shape="stores", schema="stores-v2")


def is_same(losses: tuple[oq.Diagnostic, ...]) -> bool:
    """Whether the same orders are promised: all losses are of values that both sides hide, or of paging."""
    return not any(
        loss.code in ("partial-counterpart", "no-counterpart") or "numericId" in loss.message for loss in losses
    )


def random_queries() -> list[JSON]:
    maker = OldMaker(Random(f"{SEED} queries"))
    return [maker.query() for _ in range(COUNT)]


@pytest.mark.parametrize("target", ["ecom-orders", "ecom-orders-sdk"])
def test_random_queries_select_the_same_orders(target: str) -> None:
    batch, figures, selected = Batch(OldMaker(Random(SEED))), Counter[str](), 0
    for number, query in enumerate(random_queries()):
        if number % QUERIES_PER_BATCH == 0:
            batch = Batch(OldMaker(Random(f"{SEED} {number}")))
        found = oq.translate(query, target=target)
        figures["translated"] += 1
        figures["without a loss"] += not found.losses
        figures.update({loss.code for loss in found.losses})
        if not is_same(found.losses):
            continue
        assert found.query is not None, (query, found.diagnostics)
        figures["compared"] += 1
        wanted = batch.selected_before(before(query))
        assert batch.selected_after(found.query) == wanted, json.dumps(query)
        selected += len(wanted)
    print(f"{target}: {dict(figures)}, {selected} orders selected")
    # The typings have no full name.
    if target == "ecom-orders":
        assert figures["without a loss"] >= LEAST_WITHOUT_LOSS * COUNT
    assert selected > COUNT


@pytest.mark.parametrize("row", OLD.fields, ids=lambda row: row.name)
def test_each_operator_of_each_field(row: oq.Field) -> None:
    maker = OldMaker(Random(f"{SEED} {row.name}"))
    batch = Batch(maker)
    (mapped,) = [other for other in ROWS if other["from"] == row.name]
    for operator in row.operators:
        for negated in (False, True):
            for _ in range(4):
                condition = maker.condition(row.name, operator)
                query = {"query": {"filter": {"$not": condition} if negated else condition}}
                found = oq.translate(query)
                if "differs" not in mapped:
                    assert not found.losses
                if is_same(found.losses):
                    assert found.query is not None
                    assert batch.selected_after(found.query) == batch.selected_before(before(query)), query


@pytest.mark.parametrize("row", [row for row in OLD.fields if row.sortable], ids=lambda row: row.name)
def test_each_sort(row: oq.Field) -> None:
    batch = Batch(OldMaker(Random(f"{SEED} sort")))
    for order in ("asc", "desc"):
        query = {"query": {"sort": f'[{{"{row.name}": "{order}"}}]'}}
        found = oq.translate(query)
        if row.name == "numericId":
            assert [loss.code for loss in found.losses] == ["dropped-part"]
        else:
            assert found.query is not None
            assert batch.selected_after(found.query) == batch.selected_before(before(query))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_query_becomes_a_request_and_losses(case: JSON) -> None:
    source = "\n".join(case["source"]) if "source" in case else case["query"]
    found = oq.translate(source, target=case.get("to", "ecom-orders"))
    assert found.request == case["request"]
    assert [[loss.code, loss.pointer] for loss in found.losses] == case["losses"]
    assert found.ok == (not case["losses"] and not case.get("wrong"))
    if "source" in case:
        assert all(loss.line is not None for loss in found.losses)
    if found.request is not None:
        assert oq.check(found.request, schema=case.get("to")).ok


def test_the_places_of_losses_are_in_the_text_of_a_filter() -> None:
    source = (
        r'{"query": {"filter": "{\"enteredBy.id\": \"a\", \"paymentStatus\": [\"x\"], \"numericId\": {\"$gt\": 5}}"}}'
    )
    source = source.replace(r"[\"x\"]", r"{\"$hasSome\": [\"PAID\", \"PENDING\"]}")
    found = oq.translate(source)
    marked = [source[slice(*loss.span)] for loss in found.losses if loss.span]
    assert marked == [r"\"enteredBy.id\"", r"\"PENDING\"", r"\"numericId\""]


def test_a_text_is_translated_with_places() -> None:
    found = oq.translate("paymentStatus = PENDING or enteredBy.id = c order by numericId limit 20")
    assert [(loss.code, loss.column) for loss in found.losses] == [
        ("other-meaning", 17),
        ("partial-counterpart", 28),
        ("dropped-part", 54),
    ]
    assert found.printed("text") == 'status = INITIALIZED or createdBy.userId = "c" limit 20'


def test_the_argument_of_the_sdk() -> None:
    found = oq.translate({"query": {"filter": {"dateCreated": {"$gt": 1609459200000}}, "sort": {"lastUpdated": "asc"}}})
    assert found.printed("sdk") == {
        "filter": {"_createdDate": {"$gt": "2021-01-01T00:00:00.000Z"}},
        "sort": [{"fieldName": "_updatedDate", "order": "ASC"}],
    }
    with pytest.raises(oq.UsageError, match='unknown form "xml"'):
        found.printed("xml")  # type: ignore[arg-type]


def test_certain_fixes_are_made_first() -> None:
    found = oq.translate(
        {"query": {"filter": '{"paymentstatus": "PAID", "dateCreated": {"gt": "2021-01-01T00:00:00Z"}}'}}
    )
    assert not found.ok
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["unknown-field", "unknown-operator"]
    assert found.request["search"]["filter"] == {
        "paymentStatus": "PAID",
        "createdDate": {"$gt": "2021-01-01T00:00:00Z"},
    }


@pytest.mark.parametrize(
    "query",
    [
        {"query": {"filter": '{"paymentStatus": '}},
        {"query": {"filter": {"buyerEmail": "a@example.com"}}},
        {"query": {"filter": {"paymentStatus": {"$matches": "P"}, "archived": False}}},
        {"query": {"filter": {"$or": [{"numericId": {"$gt": 1}}, {"archived": True}]}}},
        {"query": {"filter": {"billingInfo.address.fullName": {"$contains": "Ann"}}}},
        {"query": {"filters": {"paymentStatus": "PAID"}}},
        {"query": {}, "filter": {"paymentStatus": "PAID"}},
        {"query": []},
        [],
        None,
        "",
    ],
)
def test_no_request_is_wider_than_the_query(query: JSON) -> None:
    found = oq.translate(query)
    assert found.request is None
    assert not found.ok
    assert any(diagnostic.severity == "error" for diagnostic in found.diagnostics)
    assert found.to_json()["request"] is None


def test_tables_of_the_same_documents() -> None:
    found = oq.translate(
        "deliveryTimeSlotFromDate = 2024-01-01T00:00:00Z and paymentStatus not in (PAID) order by number",
        source="ecom-orders",
        target="ecom-orders-sdk",
    )
    assert found.ok
    assert found.printed("text").startswith("shippingInfo.logistics.deliveryTimeSlot.from = 2024-01-01")
    found = oq.translate({"search": {"filter": {"lineItems.catalogReference.catalogItemId": {"$ne": "a"}}}},
                         source="ecom-orders", target="ecom-orders-sdk")  # fmt: skip
    assert found.request["search"]["filter"] == {
        "$not": {"lineItems.catalogReference.catalogItemId": {"$hasSome": ["a"]}}
    }
    found = oq.translate("paymentMethods has any (Stripe)", source="ecom-orders", target="ecom-orders-sdk")
    assert [loss.code for loss in found.losses] == ["no-counterpart"]


def test_tables_without_a_translation() -> None:
    with pytest.raises(oq.UsageError, match='no translation from "ecom-orders" to "stores-v2"; known: stores-v2 to'):
        oq.translate("everything", source="ecom-orders", target="stores-v2")
    with pytest.raises(oq.SchemaError, match='unknown table "stores"'):
        oq.translate("everything", source="stores")
