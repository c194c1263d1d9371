"""Requests of the service machine: good ones, and some that are refused."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from project import TESTS
from service_model.orders import HOLDERS, STORES_APP
from service_model.payments import STATUSES

JSON = Any

UNKNOWN = "00000000-aaaa-4aaa-8aaa-000000000000"
"""The id of nothing."""
MEMBERS = [f"c{number}222222-2222-4222-8222-222222222222" for number in range(3)]
AMOUNTS = ["0", "0.00", "5", "10.00", "12.5", "4.00", "1234.56", "10"]

amounts = st.sampled_from(AMOUNTS)
prices = st.builds(lambda amount: {"amount": amount}, amounts)
few = st.sampled_from([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5])
"""Which of the last entities; one that does not exist if it is 5."""

few_or_nameless = st.sampled_from([0, 1, 2, 3, 4] * 5 + [5, -1])


def sometimes(strategy: st.SearchStrategy[JSON]) -> st.SearchStrategy[JSON]:
    return st.none() | strategy


# -- orders -----------------------------------------------------------------------------------------------------

LINES = [
    {"itemType": {"preset": "PHYSICAL"}, "catalogReference": {"appId": STORES_APP, "catalogItemId": "shoe"}},
    {"itemType": {"preset": "PHYSICAL"}, "paymentOption": "FULL_PAYMENT_OFFLINE", "id": UNKNOWN},
    {"itemType": {"preset": "DIGITAL"}, "digitalFile": {"fileId": "f"}, "id": ""},
    {"itemType": {"preset": "SERVICE"}, "catalogReference": {"appId": UNKNOWN, "catalogItemId": "hour"}},
    {"itemType": {"preset": "GIFT_CARD"}, "paymentOption": "MEMBERSHIP_OFFLINE"},
    {"itemType": {"custom": "rental"}, "locations": [{"id": UNKNOWN}]},
]
BAD_LINES = [{"itemType": {"preset": "DIGITAL"}}, {"itemType": {"preset": "SERVICE"}, "quantity": 0}]


def line_of(base: JSON, name: str, price: JSON, quantity: int) -> JSON:
    return {"productName": {"original": name}, "price": price, "quantity": quantity, **base}


lines = st.builds(
    line_of, st.sampled_from(LINES), st.sampled_from(["Shoe", "shoe", "Rope"]), prices, st.sampled_from([1, 3])
)
bad_lines = st.builds(line_of, st.sampled_from(BAD_LINES), st.just("Odd"), prices, st.just(2))

ADDRESS = {"address": {"country": "US", "city": "Bend"}, "contactDetails": {"firstName": "Jo", "lastName": "Day"}}
OPTIONS: list[JSON] = [
    {"buyerInfo": {"email": "jo@example.com", "memberId": MEMBERS[0]}},
    {"buyerInfo": {"email": "al@example.com"}, "buyerNote": None},
    {"billingInfo": ADDRESS, "weightUnit": "KG"},
    {"shippingInfo": {"title": "Post", "logistics": {"shippingDestination": ADDRESS}}},
    {"archived": True, "seenByAHuman": True},
    {"extendedFields": {"namespaces": {"a": {"k": 1}, "b": {"k": "x"}}}},
    {"status": "APPROVED"},
    {"status": "PENDING"},
    {"status": "REJECTED", "paymentStatus": "DECLINED"},
    {"status": "INITIALIZED", "paymentStatus": "PAID"},
    {"paymentStatus": "PAID"},
    {"balanceSummary": {"balance": {"amount": "3.00"}}},
    {"balanceSummary": {"balance": {"amount": "3.00"}, "paid": {"amount": "7.00"}}},
    {"channelInfo": {"type": "POS", "externalOrderId": "x1"}},
    {"createdBy": {"userId": UNKNOWN}, "customFields": [{"title": "t"}], "checkoutId": UNKNOWN},
    {"id": UNKNOWN, "number": "7", "createdDate": "2020-01-01T00:00:00.000Z", "activities": [{"type": "ORDER_PAID"}]},
    {"purchasedDate": "2019-01-01T00:00:00.000Z"},
]


def order_of(lines: JSON, options: list[JSON], currency: str | None, total: JSON) -> JSON:
    order: JSON = {"lineItems": lines, "channelInfo": {"type": "WEB"}, "priceSummary": {"subtotal": {"amount": "1"}}}
    if currency is not None:
        order["currency"] = currency
    if total is not None:
        order["priceSummary"]["total"] = total
    for option in options:
        order |= option
    return deepcopy(order)


currencies = st.sampled_from(["USD", "USD", "JPY", "CHF", None])
new_orders = st.builds(
    order_of, st.lists(lines, min_size=1, max_size=3), st.lists(st.sampled_from(OPTIONS), max_size=3), currencies,
    sometimes(prices),
)  # fmt: skip
order_settings = st.sampled_from(
    [None, None, None, {"orderApprovalStrategy": "PAYMENT_RECEIVED"}, {"orderApprovalStrategy": "DEFAULT"},
     {"orderApprovalStrategy": "PAYMENT_METHOD_SAVED", "notifications": {"sendNotificationToBuyer": False}}]
)  # fmt: skip
refused_orders = st.builds(
    order_of, st.lists(bad_lines | lines, max_size=2),
    st.sampled_from([[], [{"purchasedDate": "2999-01-01T00:00:00.000Z"}]]), currencies, sometimes(prices),
)  # fmt: skip

# -- updates ----------------------------------------------------------------------------------------------------

UPDATES: list[tuple[str, JSON]] = [
    ("buyerInfo.email", "new@example.com"), ("buyerInfo.email", None), ("buyerInfo.email", "jo@example.com"),
    ("buyerLanguage", "de"), ("buyerLanguage", None), ("weightUnit", "LB"), ("weightUnit", None),
    ("attributionSource", "FACEBOOK_ADS"), ("attributionSource", None), ("archived", True), ("archived", False),
    ("archived", None), ("seenByAHuman", True), ("seenByAHuman", None),
    ("extendedFields.namespaces", {"a": {"k": 2}}), ("extendedFields.namespaces", {"a": None, "c": {"z": "1"}}),
    ("extendedFields", None),
    *((f"{holder}.address", {"country": "DE", "city": "Ulm"}) for holder in HOLDERS),
    *((f"{holder}.address", None) for holder in HOLDERS),
    *((f"{holder}.contactDetails", {"firstName": "Ann", "phone": "+49 123"}) for holder in HOLDERS),
    ("buyerNote", "ignored"), ("number", "5"), ("status", "CANCELED"),
]  # fmt: skip
BAD_UPDATES: list[tuple[str, JSON]] = [
    ("buyerInfo", None), ("billingInfo", None), ("shippingInfo.logistics", None), ("buyerInfo.email", "nothing"),
    ("weightUnit", "ST"), ("archived", "yes"), *((f"{holder}.contactDetails", None) for holder in HOLDERS),
    ("recipientInfo.address", {"country": "Germany"}),
]  # fmt: skip
MASKS = [
    "archived", "archived,buyerInfo.email", "id, seenByAHuman", "billingInfo.address,weightUnit", "extendedFields",
    "buyerInfo", "recipientInfo", "shippingInfo.logistics.shippingDestination.address", "buyerLanguage,number",
]  # fmt: skip


def update_of(parts: list[tuple[str, JSON]]) -> JSON:
    order: JSON = {}
    for path, value in parts:
        *above, last = path.split(".")
        holder = order
        for step in above:
            holder = holder.setdefault(step, {})
            if holder is None:
                break
        else:
            holder[last] = deepcopy(value)
    return order


good_parts = st.lists(st.sampled_from(UPDATES), max_size=4)
updates = (
    good_parts.map(update_of)
    | good_parts.map(update_of)
    | st.lists(st.sampled_from([*UPDATES, *BAD_UPDATES]), max_size=3).map(update_of)
)
masks = sometimes(st.sampled_from(MASKS))

# -- payments ---------------------------------------------------------------------------------------------------

MEMBERSHIP = {"lineItemId": "l", "name": {"original": "Gold"}, "providerAppId": "p"}
DETAILS: list[JSON] = [
    {"regularPaymentDetails": {"paymentMethod": "Cash", "offlinePayment": True}},
    {"regularPaymentDetails": {"paymentMethod": "CreditCard", "paymentOrderId": None}},
    {"regularPaymentDetails": {"paymentMethod": "PayPal", "providerTransactionId": "t1", "status": "APPROVED"}},
    {"regularPaymentDetails": {"providerTransactionId": "t2"}, "createdDate": "2024-01-01T00:00:00.000Z"},
    {"regularPaymentDetails": {"providerTransactionId": ""}, "status": "PENDING_MERCHANT"},
    {"regularPaymentDetails": {"status": "PENDING"}, "status": "APPROVED"},
    *[{"regularPaymentDetails": {"providerTransactionId": "t1", "status": "APPROVED"}}] * 3,
    {"giftcardPaymentDetails": {"giftCardPaymentId": "g"}},
    {"giftcardPaymentDetails": {"appId": UNKNOWN}, "refundDisabled": True},
    {"membershipPaymentDetails": MEMBERSHIP},
    *({"regularPaymentDetails": {"paymentMethod": "Cash", "status": status}} for status in STATUSES),
]


def payment_of(details: JSON, amount: JSON) -> JSON:
    return {**deepcopy(details), "amount": dict(amount)}


new_payments = st.builds(payment_of, st.sampled_from(DETAILS), prices)
MANY = [{"membershipPaymentDetails": MEMBERSHIP, "amount": {"amount": "0.10"}}] * 45
TWICE = {"regularPaymentDetails": {"providerTransactionId": "t3"}, "amount": {"amount": "1"}}
BAD_PAYMENTS: list[list[JSON]] = [
    [],
    [{"amount": {"amount": "5"}}],
    [{"giftcardPaymentDetails": {}}],
    [*MANY, *MANY],
    [TWICE, TWICE],
]
payment_lists = (
    st.lists(new_payments, min_size=1, max_size=2)
    | st.lists(new_payments, min_size=1, max_size=2)
    | st.lists(new_payments, min_size=1, max_size=2)
    | st.sampled_from([MANY, *BAD_PAYMENTS]).map(deepcopy)
)
odd_statuses = st.sampled_from(
    [*STATUSES, *["APPROVED", "DECLINED", "VOIDED", "CANCELED", "PENDING"] * 3, None, "PAID"]
)
messages = st.sampled_from([None, None, None, "Sorry", "Sorry", "Sorry", "Sorry", "", "x" * 1_001])

# -- loaded orders ----------------------------------------------------------------------------------------------


def loaded_of(number: int, status: str, paid: str, refund: tuple[str, str] | None, summary: bool) -> JSON:
    """Return an order of elsewhere, and its transactions, which can have a refund."""
    order_id = f"loaded-{number}"
    order: JSON = {
        "id": order_id, "number": str(number), "status": status, "paymentStatus": "PAID", "currency": "USD",
        "createdDate": "2025-12-01T00:00:00.000Z", "updatedDate": "2025-12-02T00:00:00.000Z",
        "priceSummary": {"total": {"amount": "10.00"}},
        "lineItems": [{"quantity": 2, "catalogReference": {"appId": STORES_APP, "catalogItemId": "shoe"}}],
    }  # fmt: skip
    if summary:
        order["balanceSummary"] = {"balance": {"amount": "0.00"}, "refundable": True}
    payment = {"id": f"payment-{number}", "amount": {"amount": "10.00"}, "regularPaymentDetails": {"status": paid}}
    transactions: JSON = {"orderId": order_id, "payments": [payment], "refunds": []}
    if refund is not None:
        amount, of_status = refund
        part = {"amount": {"amount": amount}, **({"refundStatus": of_status} if of_status else {})}
        transactions["refunds"] = [{"id": "r", "transactions": [part]}]
    return order, transactions


loaded = st.builds(
    loaded_of, st.integers(10_000, 10_200), st.sampled_from(["APPROVED", "CANCELED", "INITIALIZED"]),
    st.sampled_from(["APPROVED", "REFUNDED", "PARTIALLY_REFUNDED", "AUTHORIZED"]),
    sometimes(st.tuples(st.sampled_from(["10.00", "2.50"]), st.sampled_from(["", "SUCCEEDED", "FAILED", "PENDING"]))),
    st.booleans(),
)  # fmt: skip

# -- searches ---------------------------------------------------------------------------------------------------

CONDITIONS: list[JSON] = [
    *({"paymentStatus": status} for status in ("PAID", "NOT_PAID", "PARTIALLY_PAID", "FULLY_REFUNDED", "CANCELED")),
    {"paymentStatus": {"$in": ["PENDING", "PENDING_MERCHANT", "DECLINED", "PARTIALLY_REFUNDED"]}},
    *({"status": status} for status in ("APPROVED", "CANCELED", "PENDING", "REJECTED")),
    {"status": {"$ne": "CANCELED"}},
    {"paymentMethods": {"$hasSome": ["Cash", "PayPal"]}}, {"paymentMethods": {"$hasAll": ["Cash", "CreditCard"]}},
    {"paymentMethods": "Cash"}, {"archived": True}, {"archived": {"$ne": True}}, {"seenByAHuman": True},
    {"number": {"$gte": "10003"}}, {"number": "10001"}, {"fulfillmentStatus": "FULFILLED"},
    {"fulfillmentStatus": {"$ne": "NOT_FULFILLED"}}, {"buyerInfo.email": {"$startsWith": "jo@"}},
    {"buyerInfo.email": {"$exists": False}}, {"lineItems.productName.original": {"$hasSome": ["Rope"]}},
    {"billingInfo.contactDetails.fullName": "Ann"}, {"priceSummary.total.amount": {"$gt": "5"}},
    {"channelInfo.externalOrderId": "x1"}, {"shippingInfo.title": "Post"}, {"buyerInfo.memberId": MEMBERS[0]},
    {"$not": {"paymentMethods": {"$hasSome": ["Cash"]}}},
    {"$or": [{"archived": True}, {"paymentStatus": "PAID"}]},
]  # fmt: skip
SORTS = [
    [], [], [{"fieldName": "updatedDate", "order": "DESC"}], [{"fieldName": "number", "order": "ASC"}],
    [{"fieldName": "paymentStatus", "order": "ASC"}, {"fieldName": "createdDate", "order": "DESC"}],
    [{"fieldName": "buyerInfo.email", "order": "DESC"}],
]  # fmt: skip


def search_of(conditions: list[JSON], sort: JSON) -> JSON:
    search: JSON = {"filter": {"$and": conditions} if len(conditions) > 1 else dict(*conditions)}
    return {**search, "sort": sort} if sort else search


sorts = st.sampled_from(SORTS)
searches = st.builds(search_of, st.lists(st.sampled_from(CONDITIONS), max_size=2), sorts)

# -- pricing plans ----------------------------------------------------------------------------------------------

PLANS: dict[str, JSON] = json.loads((TESTS / "emulator" / "plans" / "lives.json").read_text("utf-8"))["plans"]
new_plan_orders = st.fixed_dictionaries(
    {
        "plan": st.sampled_from([*sorted(PLANS) * 3, UNKNOWN]),
        "member": st.sampled_from(MEMBERS),
        "ahead": st.sampled_from([None, None, None, *range(-40, 41, 4), -1, 1]),
        "paid": st.booleans(),
        "coupon": st.sampled_from([None] * 15 + ["SUMMER"]),
        "submission": st.sampled_from([None, None, UNKNOWN]),
    }
)


def plan_list_of(wanted: JSON, limit: int | None, offset: int | None) -> JSON:
    return {**wanted, "limit": limit, "offset": offset}


effects = st.sampled_from(["IMMEDIATELY", *["NEXT_PAYMENT_DATE"] * 3])
plan_lists = st.builds(
    plan_list_of,
    st.sampled_from([
        {}, {}, {"buyer_ids": MEMBERS[:2]}, {"plan_ids": ["monthly", "pass"]}, {"auto_renew_canceled": False},
        {"auto_renew_canceled": True}, {"order_statuses": ["ACTIVE", "PENDING"]}, {"order_statuses": ["CANCELED"]},
        {"order_statuses": ["ENDED", "PAUSED"], "buyer_ids": MEMBERS[1:]}, {"payment_statuses": ["UNPAID"]},
        {"payment_statuses": ["PAID", "NOT_APPLICABLE"], "plan_ids": ["trial", "free"]},
    ]),
    st.sampled_from([None, None, None, 1, 2, 3, 50, 51]), st.sampled_from([None, 0, 1, 3]),
)  # fmt: skip
plan_sortings = st.sampled_from(
    [None, None, {"fieldName": "endDate", "order": "ASC"}, {"fieldName": "endDate", "order": "DESC"},
     {"fieldName": "createdDate"}, {"fieldName": "_createdDate", "order": "DESC"}]
)  # fmt: skip

# -- time -------------------------------------------------------------------------------------------------------

MILLISECOND, HOUR = 1_000, 3_600_000_000
waits = st.sampled_from([0, 0, 0, 0, 7 * MILLISECOND, 5 * HOUR, 26 * HOUR, 9 * 24 * HOUR, 33 * 24 * HOUR])
lengths = (
    st.integers(0, 3_000).map(lambda count: count * MILLISECOND)
    | st.integers(0, 24 * 40).map(lambda count: count * HOUR)
    | st.sampled_from([1, 999, 1_000, 1_001])
)
