"""What is generated from the tables for type checkers is up to date, and true of documents."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from typing import Any

import pytest
from pydantic import TypeAdapter

import orderquery as oq
from orderquery.tools.typed_dicts import FOLDER, dict_modules
from orderquery.tools.typed_fields import STUB, fields_stub


def test_the_types_of_fields_are_up_to_date() -> None:
    assert STUB.read_text("utf-8") == fields_stub(), "run: make reference"


def test_the_typed_dictionaries_are_up_to_date() -> None:
    made = dict_modules()
    assert {path.name for path in FOLDER.glob("*.py")} == set(made), "run: make reference"
    for name, text in made.items():
        assert (FOLDER / name).read_text("utf-8") == text, f"{name}: run: make reference"


def test_importing_the_face_imports_neither() -> None:
    code = "import sys, orderquery as oq; print([m for m in sys.modules if m.startswith('orderquery.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "orderquery.dicts" not in done.stdout
    assert "orderquery.builder" not in done.stdout


TOTAL = {"total": {"amount": "9"}}
MUG = {"productName": {"original": "Mug"}, "quantity": 1, "price": {"amount": "9"}, "itemType": {"preset": "SERVICE"}}
NEW: Any = {"channelInfo": {"type": "WEB"}, "priceSummary": TOTAL, "lineItems": [MUG], "status": "APPROVED"}
PAYMENT: Any = {"amount": {"amount": "9"}, "regularPaymentDetails": {"paymentMethod": "Klarna", "status": "APPROVED"}}


@cache
def adapter_of(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def fitting(kind: Any, document: Any) -> None:
    """Raise if a document does not have the keys and types of a typed dictionary; further keys are allowed."""
    adapter_of(kind).validate_python(document)


def test_orders_of_the_emulator_fit_their_types() -> None:
    with oq.open_store(":memory:") as store:
        shop = oq.Emulator(store)
        fitting(oq.NewOrderDict, NEW)
        order = shop.create_order(NEW).order
        fitting(oq.OrderDict, order)
        fitting(oq.NewPaymentDict, PAYMENT)
        fitting(oq.OrderTransactionsDict, shop.add_payments(order["id"], [PAYMENT]).order_transactions)
        fitting(oq.OrderDict, shop.cancel_order(order["id"]).order)
        response = {"orders": list(store.search("everything")), "metadata": store.search("everything").metadata()}
        fitting(oq.SearchResponseDict, response)


def test_sample_orders_fit_their_types() -> None:
    for document in oq.sample(60):
        fitting(
            oq.OrderDict if "id" in document else oq.OrderTransactionsDict, document.get("orderTransactions", document)
        )


SEARCHES: list[Any] = [
    {"filter": {"paymentStatus": "PAID", "number": {"$gt": 5}, "$or": [{"archived": True}, {"id": None}]}},
    {"sort": [{"fieldName": "number", "order": "DESC"}], "cursorPaging": {"limit": 5, "cursor": None}},
    {"filter": {"paymentMethods": {"$hasSome": ["a"]}, "$not": {"buyerInfo.email": {"$startsWith": "a"}}}},
]


@pytest.mark.parametrize("search", SEARCHES)
def test_searches_fit_their_types(search: Any) -> None:
    fitting(oq.SearchRequestDict, {"search": search})
    assert oq.check({"search": search}).ok


def test_every_field_and_operator_has_a_type() -> None:
    filter_keys = oq.FilterDict.__annotations__
    for row in oq.load_schema().fields:
        assert {row.name, *row.aliases} <= set(filter_keys)
