"""The synthetic orders: the same everywhere, consistent in themselves, and wide enough to exercise every field."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from datetime import datetime
from itertools import pairwise

import pytest

from orderquery.language.schema import load_schema
from orderquery.samples.generator import sample, sample_lines

SCHEMA = load_schema("ecom-orders")
FIRST_FIFTY = "18e2724dec4d3217bf5b61d54435f5393cf1a927d83caac8ed116953f5534912"

# What every order has, in the documented objects too. A new field that every sample has is written here, too.
ALWAYS = {
    "id",
    "number",
    "createdDate",
    "updatedDate",
    "status",
    "paymentStatus",
    "fulfillmentStatus",
    "priceSummary.total.amount",
    "lineItems.productName.original",
    "channelInfo.type",
}
PAID_IN_FULL = {"PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED"}


@pytest.fixture(scope="module")
def documents():
    return list(sample(3000))


@pytest.fixture(scope="module")
def orders(documents):
    return [document for document in documents if "orderTransactions" not in document]


@pytest.fixture(scope="module")
def present(settled):
    """The paths of each of 2,000 orders and of their transactions that hold a value."""

    def paths(document):
        return {path for path, value in leaves(document or {}) if value is not None}

    return [{"order": paths(order), "transactions": paths(transactions)} for order, transactions in settled[:2000]]


@pytest.fixture(scope="module")
def settled(documents):
    """Every order with its transactions, or None."""
    found = []
    for document in documents:
        if "orderTransactions" in document:
            found[-1][1] = document["orderTransactions"]
        else:
            found.append([document, None])
    return found


def cents(price):
    whole, _, part = price["amount"].partition(".")
    assert whole.isdigit()
    assert len(part) <= 2
    return int(whole) * 100 + int(part.ljust(2, "0"))


def leaves(document):
    """Every scalar with its dotted path, in no particular order."""
    rest = [("", document)]
    while rest:
        path, value = rest.pop()
        if isinstance(value, dict):
            rest += [(f"{path}.{key}" if path else key, inner) for key, inner in value.items()]
        elif isinstance(value, list):
            rest += [(path, inner) for inner in value]
        else:
            yield path, value


# -- the same everywhere ---------------------------------------------------------------------------------------


def test_the_first_fifty_lines_are_pinned():
    lines = list(sample_lines(50))[:50]
    assert hashlib.sha256(b"\n".join(lines)).hexdigest() == FIRST_FIFTY


@pytest.mark.parametrize("seed", [0, 1, -1, 2**70])
def test_a_shorter_run_is_the_beginning_of_a_longer_one(seed):
    short, long = list(sample_lines(10, seed)), list(sample_lines(20, seed))
    assert long[: len(short)] == short
    assert len(long) > len(short)


def test_two_runs_side_by_side_do_not_disturb_each_other():
    assert [pair for pair in zip(sample(20, 3), sample(20, 3), strict=True) if pair[0] != pair[1]] == []


def test_seeds_differ():
    assert len({order["id"] for seed in (-2, -1, 0, 1, 2) for order in sample(50, seed) if "id" in order}) == 250


def test_nothing_is_shared_between_documents():
    def deface(value):
        for inner in value.values() if isinstance(value, dict) else value:
            if isinstance(inner, dict | list):
                deface(inner)
        value.clear()

    expected = list(sample_lines(200))
    seen = []
    for document in sample(200):
        seen.append(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
        if "orderTransactions" in document:
            deface(document)
    assert seen == expected
    for document in sample(200):
        if "orderTransactions" not in document:
            deface(document["lineItems"])
            deface(document.get("billingInfo", {}))
            deface(document.get("shippingInfo", {}))
    assert list(sample_lines(200)) == expected


def test_importing_loads_nothing_heavy():
    code = "import sys, orderquery; had = set(sys.modules); import orderquery.samples.generator; print(*set(sys.modules) - had)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert loaded <= {"orderquery"} | sys.stdlib_module_names
    assert not loaded & {"asyncio", "dataclasses", "decimal", "inspect", "json", "uuid"}


def test_no_orders():
    assert list(sample(0)) == []
    assert list(sample_lines(0)) == []


# -- lines -----------------------------------------------------------------------------------------------------


def test_lines_decode_to_the_documents(documents):
    lines = list(sample_lines(1000))
    assert [json.loads(line) for line in lines] == documents[: len(lines)]
    assert all(b"\n" not in line and b"\r" not in line for line in lines)


def test_lines_are_compact_and_about_as_long_as_real_ones():
    lines = [line for line in sample_lines(1000) if b'"orderTransactions"' not in line]
    assert lines[7] == json.dumps(json.loads(lines[7]), ensure_ascii=False, separators=(",", ":")).encode()
    assert 2500 <= sum(map(len, lines)) / len(lines) <= 4096


def test_every_string_is_writable_and_fits(documents):
    texts = {value for document in documents[:2000] for _, value in leaves(document) if isinstance(value, str)}
    for text in texts:
        text.encode()
        assert "\0" not in text
        assert len(text) <= 512


# -- consistent ------------------------------------------------------------------------------------------------


def test_numbers_and_creation_grow_and_identities_are_unique(orders):
    assert [order["number"] for order in orders] == [str(10_001 + index) for index in range(3000)]
    assert all(one["createdDate"] <= other["createdDate"] for one, other in pairwise(orders))
    assert len({order["id"] for order in orders}) == 3000


def test_moments_are_in_order_and_within_two_years(orders):
    for order in orders:
        moments = [event["createdDate"] for event in order["activities"]]
        assert moments == sorted(moments)
        assert moments[0] == order["createdDate"] <= order["updatedDate"] == moments[-1]
        assert order["createdDate"] >= "2024-06-30"
        assert order["updatedDate"] <= "2026-06-30T23:59:59.999Z"
        datetime.fromisoformat(order["createdDate"])


def test_totals_are_the_sums_of_their_parts(orders):
    for order in orders:
        summary = {name: cents(price) for name, price in order["priceSummary"].items()}
        assert summary["total"] > 0
        assert summary["total"] == summary["subtotal"] + summary["shipping"] + summary["tax"] - summary["discount"]
        assert summary["subtotal"] == sum(cents(item["price"]) * item["quantity"] for item in order["lineItems"])
        assert summary["tax"] == cents(order["taxSummary"]["totalTax"])
        afterwards = sum(cents(item["totalPriceAfterTax"]) for item in order["lineItems"])
        assert summary["total"] == afterwards + summary["shipping"]
        shipping = order.get("shippingInfo", {"cost": {"price": {"amount": "0"}}})
        assert summary["shipping"] == cents(shipping["cost"]["price"])
        coupons = [discount["coupon"]["amount"] for discount in order["appliedDiscounts"]]
        assert summary["discount"] == sum(map(cents, coupons))


def test_amounts_come_in_mixed_notation(orders):
    amounts = {order["priceSummary"]["total"]["amount"] for order in orders}
    assert {len(amount.partition(".")[2]) for amount in amounts} == {0, 1, 2}
    assert any(amount.endswith(".00") for amount in amounts)
    assert any(amount.endswith(".0") for amount in amounts)


def test_transactions_follow_the_order_they_refer_to(settled):
    for order, transactions in settled:
        unpaid = order["paymentStatus"] in ("NOT_PAID", "UNSPECIFIED")
        assert (transactions is None) == unpaid
        if transactions is not None:
            assert transactions["orderId"] == order["id"]
            assert transactions["payments"]
    assert 0.8 <= sum(transactions is not None for _, transactions in settled) / len(settled) <= 0.92


def test_payments_agree_with_the_payment_status(settled):
    for order, transactions in settled:
        if transactions is None:
            continue
        status, total = order["paymentStatus"], cents(order["priceSummary"]["total"])
        paid = sum(cents(payment["amount"]) for payment in transactions["payments"])
        regular = [payment.get("regularPaymentDetails") for payment in transactions["payments"]]
        states = {details["status"] for details in regular if details}
        if status == "PARTIALLY_PAID":
            assert 0 < paid < total
        else:
            assert paid == total
        if status not in PAID_IN_FULL | {"PARTIALLY_PAID"}:
            assert states == {status}
        elif not transactions["refunds"]:
            assert states <= {"APPROVED"}
        for payment in transactions["payments"]:
            assert ("regularPaymentDetails" in payment) != ("giftcardPaymentDetails" in payment)
            assert cents(payment["amount"]) > 0
            assert order["createdDate"] <= payment["createdDate"] <= payment["updatedDate"] <= order["updatedDate"]


def test_refunds_agree_with_the_payment_status(settled):
    for order, transactions in settled:
        if transactions is None:
            continue
        payments = {payment["id"]: cents(payment["amount"]) for payment in transactions["payments"]}
        returns = [part for refund in transactions["refunds"] for part in refund["transactions"]]
        assert all(0 < cents(part["amount"]) <= payments[part["paymentId"]] for part in returns)
        refunded = sum(cents(part["amount"]) for part in returns)
        total, status = cents(order["priceSummary"]["total"]), order["paymentStatus"]
        assert refunded == total if status == "FULLY_REFUNDED" else refunded < total
        assert (refunded > 0) == (status in ("FULLY_REFUNDED", "PARTIALLY_REFUNDED"))


def test_balances_agree_with_the_payments(settled):
    for order, transactions in settled:
        balance = {name: cents(price) for name, price in order["balanceSummary"].items()}
        total = cents(order["priceSummary"]["total"])
        assert balance["balance"] == total - balance["paid"]
        counted = order["paymentStatus"] in PAID_IN_FULL | {"PARTIALLY_PAID"}
        payments = transactions["payments"] if transactions and counted else []
        refunds = transactions["refunds"] if transactions else []
        assert balance["paid"] == sum(cents(payment["amount"]) for payment in payments)
        assert balance["refunded"] == sum(cents(part["amount"]) for r in refunds for part in r["transactions"])


# -- wide enough -----------------------------------------------------------------------------------------------


def test_about_one_order_in_a_hundred_is_hidden(orders):
    share = sum(order["status"] == "INITIALIZED" for order in orders) / len(orders)
    assert 0.003 <= share <= 0.03


@pytest.mark.parametrize("field", SCHEMA.fields, ids=lambda field: field.name)
def test_every_field_is_there_and_where_legal_missing(field, present):
    paths = [(source.record, ".".join(path)) for source in field.sources for path in source.paths]
    there = [any(path in paths_of[record] for record, path in paths) for paths_of in present]
    assert any(there), f"no sample has {field.name}: make it in orderquery/samples/"
    advice = "add it to" if all(there) else "remove it from"
    assert all(there) == (field.name in ALWAYS), (
        f"{sum(there)} of {len(there)} samples have {field.name}: {advice} ALWAYS"
    )


@pytest.mark.parametrize("name", ["status", "paymentStatus", "fulfillmentStatus"])
def test_every_value_of_the_statuses_occurs(name, orders):
    assert {order[name] for order in orders} == set(SCHEMA.find(name).values)


def test_values_are_those_of_the_table(orders):
    assert {order["channelInfo"]["type"] for order in orders} <= set(SCHEMA.find("channelInfo.type").values)
    fit = Counter(field.type.read(value) is None for field, value in typed(orders))
    assert fit[True] == 0
    assert fit[False] > 10_000


def typed(orders):
    """Every field of a single path with every value the orders have for it."""
    paths = {".".join(path): field for field in SCHEMA.fields for source in field.sources for path in source.paths}
    for order in orders[:1000]:
        for path, value in leaves(order):
            if path in paths and not path.endswith(("firstName", "lastName")):
                yield paths[path], value


def test_customers_and_products_repeat_unevenly(orders):
    customers = Counter(order["buyerInfo"].get("contactId") for order in orders)
    products = Counter(item["productName"]["original"] for order in orders for item in order["lineItems"])
    del customers[None]
    for counted in (customers, products):
        amounts = sorted(counted.values())
        assert amounts[0] == 1
        assert amounts[-1] >= 8


def test_unusual_but_legal_values_occur(orders):
    emails = {order["buyerInfo"].get("email", "") for order in orders}
    assert any(email != email.lower() for email in emails)
    names = {item["productName"]["original"] for order in orders for item in order["lineItems"]}
    for part in ('"', "'", "%", "_", "\\", "İ", "ß", "🧵", "\u0301"):
        assert any(part in name for name in names), part
    contacts = [order["billingInfo"]["contactDetails"] for order in orders if "billingInfo" in order]
    assert any("firstName" not in contact for contact in contacts)
    assert any("firstName" in contact and "lastName" not in contact for contact in contacts)
    assert any(contact.get("company") == "" for contact in contacts)
    lasts = "".join(contact.get("lastName", "") for contact in contacts)
    assert all(letter in lasts for letter in "oüШΠכع藤김")
