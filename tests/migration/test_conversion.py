"""Old orders as eCommerce orders: what becomes of every value."""

from __future__ import annotations

import copy
import json
import os
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from project import SAMPLES
from rounds import OLD_ORDERS, at, check_round, kept_in, leaves, same

import orderquery as oq
from orderquery.migration.mapping import Row, stores_to_ecommerce

JSON = Any
MAPPING = stores_to_ecommerce()
PAIR = OLD_ORDERS["10012 of the pair"]
PAID = OLD_ORDERS["10108 of a search"]

CHANGED_MEANWHILE = {
    ("status",): ("APPROVED", "CANCELED"),
    ("fulfillmentStatus",): ("PARTIALLY_FULFILLED", "NOT_FULFILLED"),
    ("updatedDate",): ("2023-03-07T10:25:22.889Z", "2023-09-10T11:19:33.792Z"),
    ("buyerInfo", "email"): ("janedoe@example.com", "example@email.com"),
}
"""The old document is of March 2023, the new one of September."""


def test_the_order_that_is_known_in_both_forms() -> None:
    new = dict(leaves(json.loads((SAMPLES / "cancel_order.response.json").read_text("utf-8"))["order"]))
    converted = dict(
        leaves({key: part for key, part in oq.convert_order(PAIR).order.items() if key != "extendedFields"})
    )
    different = {path: (value, new.get(path)) for path, value in converted.items() if new.get(path) != value}
    assert different == CHANGED_MEANWHILE
    assert (len(converted), len(converted) - len(different)) == (124, 120)


@pytest.mark.parametrize("name", OLD_ORDERS)
def test_every_value_is_found_again(name: str) -> None:
    converted = check_round(OLD_ORDERS[name])
    assert not [path for path, fate in converted.values.items() if fate.kind == "lost"]


@pytest.mark.parametrize("name", OLD_ORDERS)
def test_a_converted_order_has_no_values_that_do_not_fit_and_is_found(name: str) -> None:
    with oq.open_store(":memory:") as store:
        result = store.load([OLD_ORDERS[name]], convert=True)
        assert (result.orders, result.skipped, result.problems) == (1, 0, [])
        assert result.conversion is not None
        assert result.conversion.orders == 1
        number = OLD_ORDERS[name]["number"]
        found = store.search(f"number = {number}").ids
        is_hidden = OLD_ORDERS[name]["paymentStatus"] == "PENDING"
        assert len(found) == (not is_hidden)


# -- any JSON anywhere --------------------------------------------------------------------------------------------

EXAMPLES = 5_000 if os.environ.get("ORDERQUERY_TRUST") == "full" else 150
SCALARS = (
    None, True, False, 0, 7, -1, 10**30, Decimal("1.50"), Decimal("1E+90"), Decimal("1E-90"), Decimal("1E+400"), "", "7",
    "1.50", "abc", "PAID", "CANCELED", "MEMBER", "Color", "2020-01-01T00:00:00.000Z", 1577836800000,
)  # fmt: skip
KEYS = ("id", "option", "selection", "title", "amount", "namespaces", "stores", "$date", "price", "x", "0", "", "a.b[]")
VALUES = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
PLACES = [
    (name, path[:length])
    for name, old in OLD_ORDERS.items()
    for path in dict.fromkeys(path for path, _ in leaves(old))
    for length in range(1, len(path) + 1)
]


def put(document: JSON, path: tuple[str | int, ...], value: JSON) -> None:
    holder, step = at(document, path[:-1]), path[-1]
    if isinstance(holder, dict if isinstance(step, str) else list):
        holder[step] = value


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(sorted(OLD_ORDERS)), st.lists(st.tuples(st.integers(0, 10_000), VALUES), min_size=1, max_size=4))
def test_any_value_in_any_place_raises_nothing_and_loses_nothing(name: str, changes: list[tuple[int, JSON]]) -> None:
    old = copy.deepcopy(OLD_ORDERS[name])
    places = [path for other, path in PLACES if other == name]
    for number, value in changes:
        path = places[number % len(places)]
        try:
            put(old, path, copy.deepcopy(value))
        except (KeyError, IndexError, TypeError):
            continue
    found = dict(leaves(old))
    converted = oq.convert_order(old)
    assert set(converted.values) == set(found)
    kept = kept_in(old, converted)
    for path, fate in converted.values.items():
        same(fate.value, found[path])
        if fate.kind == "kept":
            same(at(kept, path), found[path])
        if fate.kind == "moved":
            assert fate.target is not None
            at({**converted.order, "transactions": converted.transactions}, fate.target)
    with oq.open_store(":memory:") as store:
        store.load([old], convert=True)


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from([*KEYS, "lineItems", "totals", "billingInfo", "refunds"]), VALUES))
def test_unknown_keys_are_kept_and_reported(unknown: dict[str, JSON]) -> None:
    old = {**PAID, "custom": unknown, "lineItems": [{**PAID["lineItems"][0], "custom": unknown}]}
    converted = oq.convert_order(old)
    kept = kept_in(old, converted)
    same(kept["custom"], unknown)
    same(kept["lineItems"][0]["custom"], unknown)
    pointers = [loss.pointer for loss in converted.losses]
    has_content = any(value not in (None, [], {}) for _, value in leaves(unknown))
    assert ("/custom" in pointers) == ("/lineItems/0/custom" in pointers) == has_content or any(
        pointer.startswith("/custom") for pointer in pointers if pointer
    )


# -- rows ---------------------------------------------------------------------------------------------------------

FITTING: dict[str, JSON] = {
    "text": "text", "digits": 7, "integer": 3, "amount": "1.50", "number": "0.5", "boolean": True, "negated": False,
    "instant": "2020-01-01T00:00:00.000Z", "line-id": 1, "object": {"a": 1},
}  # fmt: skip
ROWS = [row for row in MAPPING.rows if row.source and row.op not in ("twin", "extended-fields")]


def document_for(row: Row) -> JSON:
    """Return an old order with a fitting value for a row, and what its conditions want."""
    old: JSON = {"number": 1, "totals": {}}
    if row.target != ("id",):
        old["id"] = "a"
    if row.is_transaction:
        old |= {"paymentStatus": "PAID", "totals": {"total": "5"}}
    values = [(row.source, fitting(row)), *row.when]
    for pattern, value in values:
        holder = old
        for step, following in zip(pattern, [*pattern[1:], None], strict=True):
            if step == "[]":
                continue
            if following is None:
                holder[step] = value
            elif following == "[]":
                items = holder.setdefault(step, [{}])
                holder = items[0]
            else:
                holder = holder.setdefault(step, {})
    if row.op == "condition":
        holder = old.setdefault(row.source[0], {})
        holder["id"] = "b"
    return old


def fitting(row: Row) -> JSON:
    if row.op == "enum":
        return next(iter(MAPPING.enums[row.enum]))
    if row.op == "any":
        return True
    if row.op in ("list", "map"):
        return []
    if row.op == "sum":
        return "0"
    if row.op == "line-total":
        return "5"
    if row.op == "condition":
        return "MEMBER"
    return FITTING[row.restate]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.label} {'.'.join(row.target)}")
def test_a_row_without_a_loss_reports_none(row: Row) -> None:
    old = document_for(row)
    converted = oq.convert_order(old)
    losses = [loss for loss in converted.losses if (loss.pointer or "").split("/")[1:2] == [row.source[0]]]
    assert bool(losses) == bool(row.loss), losses
    if not row.note and row.op != "keep":
        assert not losses
        assert converted.kept.keys() <= {"/totals"} or row.op in ("list", "map")


def test_each_row_has_its_source_and_none_writes_into_another() -> None:
    assert all(row.tag for row in (*MAPPING.rows, *MAPPING.documented, *MAPPING.addresses))
    assert all(value.tag for values in MAPPING.enums.values() for value in values.values())
    assert all(webhook.tag for webhook in MAPPING.webhooks)
    targets = {row.target for row in MAPPING.rows if row.target and row.op not in ("list", "map", "extended-fields")}
    targets |= {target for values in MAPPING.enums.values() for value in values.values() for target, _ in value.targets}
    inside = [
        (first, other) for first in targets for other in targets if first != other and other[: len(first)] == first
    ]
    assert not inside


def test_a_value_without_a_row_in_an_enum_is_kept() -> None:
    converted = oq.convert_order({**PAID, "paymentStatus": "PAYED"})
    assert "paymentStatus" not in converted.order
    assert converted.kept["/paymentStatus"] == "PAYED"
    (loss,) = [loss for loss in converted.losses if loss.pointer == "/paymentStatus"]
    assert (loss.code, loss.severity) == ("kept-value", "warning")
    assert '"PAYED" is not one of its values' in loss.message


# -- other documents ---------------------------------------------------------------------------------------------


def test_an_ecommerce_order_is_unchanged() -> None:
    order = json.loads((SAMPLES / "get_order.response.json").read_text("utf-8"), parse_float=Decimal)
    converted = oq.convert_order(order)
    assert (converted.order, converted.unchanged, converted.losses) == (order["order"], True, ())


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (5, "expected a JSON object, not 5"), ({}, "empty object"), ([], "0 orders"), ([PAID, PAID], "2 orders"),
        ({"a": 1}, 'unknown document with keys "a"'), (float("nan"), "invalid JSON"), ({"orders": []}, "0 orders"),
        ({"orderId": "a", "payments": []}, "0 orders"), ("text", "expected a JSON object"),
    ],
)  # fmt: skip
def test_what_is_not_one_order_is_refused(document: JSON, message: str) -> None:
    with pytest.raises(oq.DocumentError, match=message):
        oq.convert_order(document)


def test_loading_without_convert_names_the_command() -> None:
    with oq.open_store(":memory:") as store:
        result = store.load([PAID])
        assert (result.orders, result.conversion) == (0, None)
        (problem,) = result.problems
        assert (problem.code, problem.help) == ("foreign-document", "convert it: orderquery convert-orders FILE")
