"""Payments, and what they do to their order (section 3)."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

from .values import JSON, Document, NewId, Refusal, amount_of, price, with_shown

STATUSES = (
    "UNDEFINED", "APPROVED", "PENDING", "PENDING_MERCHANT", "CANCELED", "DECLINED", "REFUNDED", "PARTIALLY_REFUNDED",
    "AUTHORIZED", "VOIDED",
)  # fmt: skip
MOST = 100


def added(sent: Document, currency: JSON, at: str) -> Document:
    payment = {"createdDate": at, "refundDisabled": False, **deepcopy(sent), "id": NewId(), "updatedDate": at}
    payment["amount"] = with_shown(payment["amount"], currency)
    regular, gift_card = payment.get("regularPaymentDetails"), payment.get("giftcardPaymentDetails")
    if regular is not None:
        regular.setdefault("offlinePayment", False)
        if "status" not in regular and "status" not in payment:
            regular["status"] = "APPROVED" if regular["offlinePayment"] else "PENDING"
    if gift_card is not None:
        gift_card |= {"giftCardId": "", "voided": False}
    return payment


def provider_ids(payments: list[Document]) -> list[str]:
    found = [payment.get("regularPaymentDetails", {}).get("providerTransactionId") for payment in payments]
    return [provider_id for provider_id in found if provider_id]


def status_of(payment: Document) -> str:
    if "status" in payment:
        return str(payment["status"])
    if "regularPaymentDetails" in payment:
        return str(payment["regularPaymentDetails"]["status"])
    return "VOIDED" if payment.get("giftcardPaymentDetails", {}).get("voided") else "APPROVED"


def with_status(payment: Document, status: str, at: str) -> Document:
    payment = deepcopy(payment)
    regular, gift_card = payment.get("regularPaymentDetails"), payment.get("giftcardPaymentDetails")
    if "status" in payment or regular is None:
        payment["status"] = status
    if regular is not None and ("status" in regular or "status" not in payment):
        regular["status"] = status
    if gift_card is not None:
        gift_card["voided"] = status in ("VOIDED", "CANCELED")
    payment["updatedDate"] = at
    return payment


def refuse_status(payment: Document, status: str | None) -> None:
    by_hand = set(STATUSES) - {"UNDEFINED", "AUTHORIZED", "REFUNDED", "PARTIALLY_REFUNDED"}
    if status not in by_hand or status_of(payment) == "REFUNDED":
        raise Refusal(428, "STATUS_NOT_ALLOWED")


# -- the order --------------------------------------------------------------------------------------------------


def payments_of(transactions: JSON) -> list[Document]:
    return [] if transactions is None else list(transactions["payments"])


def total_of(transactions: JSON, *statuses: str) -> Decimal:
    found = (amount_of(payment["amount"]) for payment in payments_of(transactions) if status_of(payment) in statuses)
    return sum((amount for amount in found if amount is not None), Decimal(0))


def paid_of(transactions: JSON) -> Decimal:
    return total_of(transactions, "APPROVED", "REFUNDED", "PARTIALLY_REFUNDED")


def refunded_of(transactions: JSON, *statuses: str) -> Decimal:
    parts = [part for refund in (transactions or {}).get("refunds", []) for part in refund["transactions"]]
    return sum(
        (
            Decimal(part["amount"]["amount"])
            for part in parts
            if part.get("refundStatus", "SUCCEEDED") in (statuses or ("SUCCEEDED",))
        ),
        Decimal(0),
    )


def payment_status(order: Document, transactions: Document) -> str:
    total = amount_of(order["priceSummary"].get("total"))
    paid, refunded = paid_of(transactions), refunded_of(transactions)
    payments = payments_of(transactions)
    statuses = {status_of(payment) for payment in payments}
    if refunded > 0:
        return "FULLY_REFUNDED" if refunded >= (total or 0) else "PARTIALLY_REFUNDED"
    if paid >= (total or 0) and (paid > 0 or total is not None):
        return "PAID"
    if paid > 0:
        return "PARTIALLY_PAID"
    if "PENDING_MERCHANT" in statuses:
        return "PENDING_MERCHANT"
    offline = any(payment.get("regularPaymentDetails", {}).get("offlinePayment") for payment in payments)
    if statuses == {"PENDING"} and not offline:
        return "PENDING"
    if statuses <= {"CANCELED", "VOIDED"}:
        return "CANCELED"
    return "DECLINED" if statuses == {"DECLINED"} else "NOT_PAID"


def balance(order: Document, transactions: Document) -> Document:
    currency, paid = order.get("currency"), paid_of(transactions)
    total = amount_of(order["priceSummary"].get("total")) or Decimal(0)
    computed = ("authorized", "pending", "pendingRefund")
    found = {key: part for key, part in order.get("balanceSummary", {}).items() if key not in computed}
    found["balance"] = price(total - paid, currency)
    found["paid"] = price(paid, currency)
    found["refunded"] = price(refunded_of(transactions), currency)
    for key, amount in (
        ("authorized", total_of(transactions, "AUTHORIZED")),
        ("pending", total_of(transactions, "PENDING", "PENDING_MERCHANT")),
        ("pendingRefund", refunded_of(transactions, "PENDING", "SCHEDULED", "STARTED")),
    ):
        if amount:
            found[key] = price(amount, currency)
    return found


ACTIVITIES = {"PAID": "ORDER_PAID", "PARTIALLY_PAID": "ORDER_PARTIALLY_PAID"}


def settled(order: Document, transactions: Document, strategy: str | None, at: str) -> Document:
    """Return the order after a payment was written."""
    order, before = deepcopy(order), order.get("paymentStatus")
    after = payment_status(order, transactions)
    order |= {"updatedDate": at, "paymentStatus": after, "balanceSummary": balance(order, transactions)}
    received = any(status_of(payment) == "APPROVED" for payment in payments_of(transactions))
    if order["status"] == "INITIALIZED" and (after == "PAID" or (strategy == "PAYMENT_RECEIVED" and received)):
        order["status"] = "APPROVED"
    if after != before and after in ACTIVITIES:
        order.setdefault("activities", []).append({"id": NewId(), "createdDate": at, "type": ACTIVITIES[after]})
    return order
