"""The rules of payments, and of what they do to their order.

Documents are decoded JSON objects with exact numbers. Nothing here reads a store or a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from .errors import Refused
from .money import ZERO, add_shown_amounts, minus, total, write_price
from .order_rules import order_total, with_activity
from .service_errors import order_error
from .wire.payment import NewPayment

JSON = Any
Document = dict[str, JSON]

MAX_PAYMENTS = 100
"""Of one order."""

_PAID = ("APPROVED", "REFUNDED", "PARTIALLY_REFUNDED")
_PENDING = ("PENDING", "PENDING_MERCHANT")
_REFUNDED = (None, "SUCCEEDED")
_REFUND_PENDING = ("PENDING", "SCHEDULED", "STARTED")
_NOT_SET_BY_HAND = {
    "UNDEFINED": "UNDEFINED is not a status of a payment",
    "AUTHORIZED": "only the payment provider authorizes a payment",
    "REFUNDED": "a payment is refunded by a refund",
    "PARTIALLY_REFUNDED": "a payment is refunded by a refund",
}


def payments_of(transactions: JSON) -> list[Document]:
    """Return the payments of a transactions record."""
    return _objects(transactions, "payments")


def _objects(document: JSON, key: str) -> list[Document]:
    listed = document.get(key) if isinstance(document, dict) else None
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


# -- one payment ------------------------------------------------------------------------------------------------


def complete_payment(sent: Document, *, date: str, payment_id: str, currency: JSON) -> Document:
    """Return the payment that is stored for the one that was sent."""
    payment: Document = {"id": payment_id}
    regular, gift_card = sent.get("regularPaymentDetails"), sent.get("giftcardPaymentDetails")
    if isinstance(regular, dict):
        payment["regularPaymentDetails"] = _complete_regular(regular, sent)
    elif isinstance(gift_card, dict):
        payment["giftcardPaymentDetails"] = _complete_gift_card(gift_card)
    elif sent.get("membershipPaymentDetails") is not None:
        payment["membershipPaymentDetails"] = dict(sent["membershipPaymentDetails"])
    payment |= {
        "createdDate": sent.get("createdDate") or date,
        "updatedDate": date,
        "amount": dict(sent["amount"]),
        "refundDisabled": bool(sent.get("refundDisabled")),
    }
    payment |= {key: part for key, part in sent.items() if key not in payment and part is not None}
    add_shown_amounts(NewPayment, payment, currency)
    return payment


def _complete_gift_card(details: Document) -> Document:
    given = {key: part for key, part in details.items() if part is not None}
    first = {key: given[key] for key in ("giftCardPaymentId",) if key in given}
    return {**first, "giftCardId": "", **given, "voided": given.get("voided", False)}


def _complete_regular(details: Document, payment: Document) -> Document:
    """Add what is missing: not offline, and a status, if the payment has none."""
    added: Document = {"offlinePayment": bool(details.get("offlinePayment"))}
    if details.get("status") is None and payment.get("status") is None:
        added["status"] = "APPROVED" if added["offlinePayment"] else "PENDING"
    return {**details, **added}


def payment_status(payment: Document) -> str:
    """Return the status of a payment, wherever it is kept."""
    regular, gift_card = payment.get("regularPaymentDetails"), payment.get("giftcardPaymentDetails")
    for holder in (payment, regular):
        if isinstance(holder, dict) and isinstance(holder.get("status"), str):
            return str(holder["status"])
    if isinstance(gift_card, dict):
        return "VOIDED" if gift_card.get("voided") is True else "APPROVED"
    if isinstance(payment.get("membershipPaymentDetails"), dict):
        return "APPROVED"
    return "UNDEFINED"


def set_status(payment: Document, status: str, date: str) -> Document:
    """Return a payment with another status, kept where its status was."""
    changed = {**payment, "updatedDate": date}
    regular, gift_card = payment.get("regularPaymentDetails"), payment.get("giftcardPaymentDetails")
    if isinstance(regular, dict) and ("status" in regular or "status" not in payment):
        changed["regularPaymentDetails"] = {**regular, "status": status}
    if "status" in payment or not isinstance(regular, dict):
        changed["status"] = status
    if isinstance(gift_card, dict):
        changed["giftcardPaymentDetails"] = {**gift_card, "voided": status in ("VOIDED", "CANCELED")}
    return changed


def refuse_status(payment: Document, status: JSON) -> None:
    """Refuse a status that a payment cannot be given by hand.

    Raises:
        Refused: 428.

    """
    reason = 'send one such as "APPROVED"' if status is None else _NOT_SET_BY_HAND.get(status)
    if reason is None and payment_status(payment) == "REFUNDED":
        reason = "the payment is REFUNDED"
    if reason is not None:
        raise order_error("STATUS_NOT_ALLOWED", status=status, reason=reason)


def duplicate_payment(stored: list[Document], added: list[Document]) -> Refused | None:
    """Return the error of a payment that the order has already, or ``None``.

    Payments are told apart by the transaction id of the provider.
    """
    seen = {found for payment in stored if (found := _provider_id(payment))}
    for payment in added:
        found = _provider_id(payment)
        if found and found in seen:
            return order_error("DUPLICATE_PAYMENT", providerTransactionId=found)
        seen.add(found)
    return None


def _provider_id(payment: Document) -> str:
    regular = payment.get("regularPaymentDetails")
    found = regular.get("providerTransactionId") if isinstance(regular, dict) else None
    return found if isinstance(found, str) else ""


def refuse_authorized(transactions: JSON) -> None:
    """Refuse to cancel an order with an authorized payment.

    Raises:
        Refused: 428.

    """
    if any(payment_status(payment) == "AUTHORIZED" for payment in payments_of(transactions)):
        raise order_error("ORDER_HAS_AUTHORIZED_TRANSACTION")


# -- the order --------------------------------------------------------------------------------------------------


def order_payment_status(order: Document, transactions: JSON) -> str:
    """Return the payment status of an order with these payments."""
    payments = payments_of(transactions)
    statuses = [payment_status(payment) for payment in payments]
    known = order_total(order)
    due, paid, refunded = known or ZERO, paid_amount(transactions), refunded_amount(transactions)
    if refunded > 0:
        return "FULLY_REFUNDED" if refunded >= due else "PARTIALLY_REFUNDED"
    if paid >= due and (paid > 0 or known is not None):
        return "PAID"
    if paid > 0:
        return "PARTIALLY_PAID"
    if "PENDING_MERCHANT" in statuses:
        return "PENDING_MERCHANT"
    if statuses and all(map(_is_online_pending, payments)):
        return "PENDING"
    if statuses and set(statuses) <= {"CANCELED", "VOIDED"}:
        return "CANCELED"
    return "DECLINED" if statuses and set(statuses) == {"DECLINED"} else "NOT_PAID"


def _is_online_pending(payment: Document) -> bool:
    regular = payment.get("regularPaymentDetails")
    is_offline = isinstance(regular, dict) and regular.get("offlinePayment") is True
    return payment_status(payment) == "PENDING" and not is_offline


def paid_amount(transactions: JSON) -> Decimal:
    """Return the sum of the payments that were received, refunded ones included."""
    return _sum_of(transactions, _PAID)


def _sum_of(transactions: JSON, statuses: tuple[str, ...]) -> Decimal:
    return total(payment.get("amount") for payment in payments_of(transactions) if payment_status(payment) in statuses)


def refunded_amount(transactions: JSON, statuses: tuple[str | None, ...] = _REFUNDED) -> Decimal:
    """Return the sum of the refunds with one of these statuses."""
    return total(refund.get("amount") for refund in _refunds_of(transactions) if refund.get("refundStatus") in statuses)


def _refunds_of(transactions: JSON) -> Iterator[Document]:
    for refund in _objects(transactions, "refunds"):
        yield from _objects(refund, "transactions")


def balance_summary(order: Document, transactions: JSON) -> Document:
    """Return the balance of an order with these payments.

    Other keys of the stored balance are kept.
    """
    currency, paid = order.get("currency"), paid_amount(transactions)
    stored = order.get("balanceSummary")
    summary = dict(stored) if isinstance(stored, dict) else {}
    summary["balance"] = write_price(minus(order_total(order) or ZERO, paid), currency)
    summary["paid"] = write_price(paid, currency)
    summary["refunded"] = write_price(refunded_amount(transactions), currency)
    for key, amount in (
        ("authorized", _sum_of(transactions, ("AUTHORIZED",))),
        ("pending", _sum_of(transactions, _PENDING)),
        ("pendingRefund", refunded_amount(transactions, _REFUND_PENDING)),
    ):
        summary.pop(key, None)
        if amount:
            summary[key] = write_price(amount, currency)
    return summary


_ACTIVITIES = {"PAID": "ORDER_PAID", "PARTIALLY_PAID": "ORDER_PARTIALLY_PAID"}


def settle_order(
    order: Document, transactions: Document, *, date: str, new_id: Callable[[], str], strategy: str | None = None
) -> Document:
    """Return an order with the status, balance and activities of these payments.

    ``strategy`` is the approval strategy of its settings.
    """
    before, after = order.get("paymentStatus"), order_payment_status(order, transactions)
    settled = {
        **order,
        "updatedDate": date,
        "paymentStatus": after,
        "balanceSummary": balance_summary(order, transactions),
    }
    if order.get("status") == "INITIALIZED" and _approves(after, transactions, strategy):
        settled["status"] = "APPROVED"
    if after != before and after in _ACTIVITIES:
        settled = with_activity(settled, _ACTIVITIES[after], date, new_id())
    return settled


def _approves(status: str, transactions: Document, strategy: str | None) -> bool:
    if status == "PAID":
        return True
    has_approved = any(payment_status(payment) == "APPROVED" for payment in payments_of(transactions))
    return strategy == "PAYMENT_RECEIVED" and has_approved
