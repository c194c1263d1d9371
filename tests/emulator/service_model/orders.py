"""What creating, updating and canceling make of an order (sections 2.1 to 2.4)."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

from .payments import paid_of, refunded_of
from .values import JSON, Document, NewId, Refusal, amount_of, date, price, with_shown, without_nulls

READ_ONLY = ("id", "number", "createdDate", "updatedDate", "activities", "fulfillmentStatus", "siteLanguage")
STORES_APP = "215238eb-22a5-4c36-9e7b-e7c08025e04e"

# -- create -----------------------------------------------------------------------------------------------------


def created(sent: Document, strategy: str | None, number: int, now: int) -> Document:
    sent = without_nulls({key: part for key, part in sent.items() if key not in READ_ONLY})
    currency, total = sent.get("currency"), amount_of(sent["priceSummary"].get("total"))
    for line in sent["lineItems"]:
        line["price"] = with_shown(line["price"], currency)
    for summary in ("priceSummary", "balanceSummary"):
        if summary in sent:
            sent[summary] = {key: with_shown(part, currency) for key, part in sent[summary].items()}
    balance = {"balance": dict(sent["priceSummary"]["total"])} if total is not None else {}
    payment_status = sent.get("paymentStatus", "PAID" if total == 0 else "NOT_PAID")
    return {
        "attributionSource": "UNSPECIFIED",
        "customFields": [],
        "additionalFees": [],
        "createdBy": {},
        "archived": False,
        "seenByAHuman": False,
        "balanceSummary": balance,
        **sent,
        "id": NewId(),
        "number": str(number),
        "createdDate": date(now),
        "updatedDate": date(now),
        "lineItems": [{"locations": [], **line, "id": line.get("id") or NewId()} for line in sent["lineItems"]],
        "paymentStatus": payment_status,
        "fulfillmentStatus": fulfillment_status(sent),
        "status": sent.get("status") or first_status(sent, total, payment_status, strategy),
        "activities": [{"id": NewId(), "createdDate": date(now), "type": "ORDER_PLACED"}],
    }


def first_status(sent: Document, total: Decimal | None, payment_status: str, strategy: str | None) -> str:
    offline = all(line.get("paymentOption", "").endswith("_OFFLINE") for line in sent["lineItems"])
    if total == 0 or payment_status == "PAID" or (strategy in (None, "DEFAULT") and offline):
        return "APPROVED"
    return "INITIALIZED"


def fulfillment_status(sent: Document) -> str:
    done = 0
    for line in sent["lineItems"]:
        kind = line["itemType"].get("preset")
        done += kind in ("DIGITAL", "SERVICE") or ("shippingInfo" not in sent and kind != "GIFT_CARD")
    return "FULFILLED" if done == len(sent["lineItems"]) else "PARTIALLY_FULFILLED" if done else "NOT_FULFILLED"


# -- update -----------------------------------------------------------------------------------------------------

HOLDERS = ("billingInfo", "recipientInfo", "shippingInfo.logistics.shippingDestination")
BOOLEANS = ("archived", "seenByAHuman")
CONTACTS = tuple(f"{holder}.contactDetails" for holder in HOLDERS)
PATHS = (
    "buyerInfo.email", "buyerLanguage", "weightUnit", "attributionSource", *BOOLEANS,
    *(f"{holder}.address" for holder in HOLDERS), *CONTACTS, "extendedFields",
)  # fmt: skip
PARENTS = ("buyerInfo", "billingInfo", "recipientInfo", "shippingInfo", "shippingInfo.logistics")
ENUMS = {"weightUnit": ("KG", "LB"), "attributionSource": ("UNSPECIFIED", "FACEBOOK_ADS")}


def find(document: JSON, path: str) -> tuple[bool, JSON]:
    """Return whether a path is given, and its value; a null above it is a null."""
    for step in path.split("."):
        if document is None:
            return True, None
        if not isinstance(document, dict) or step not in document:
            return False, None
        document = document[step]
    return True, document


def names_of(mask: str | None) -> list[str] | None:
    return None if mask is None else [name.strip() for name in mask.split(",")]


def is_named(path: str, names: list[str]) -> bool:
    return any(path == name or path.startswith(f"{name}.") for name in names)


def update_faults(sent: Document, mask: str | None = None) -> list[tuple[str, str]]:
    """Return what is wrong with an update, as field and rule."""
    faults = []
    names = names_of(mask)
    for path in ("buyerInfo", *CONTACTS):
        given, value = find(sent, path)
        if value is None and (given if names is None else is_named(path, names)):
            faults.append((f"order.{path}", "REQUIRED_FIELD"))
    if "@" not in (find(sent, "buyerInfo.email")[1] or "@"):
        faults.append(("order.buyerInfo.email", "FORMAT"))
    for holder in HOLDERS:
        if len(find(sent, f"{holder}.address.country")[1] or "XX") != 2:
            faults.append((f"order.{holder}.address.country", "FORMAT"))
    for key, values in ENUMS.items():
        if sent.get(key) not in (None, *values):
            faults.append((f"order.{key}", "INVALID_ENUM_VALUE"))
    for key in BOOLEANS:
        if sent.get(key) not in (None, True, False):
            faults.append((f"order.{key}", "VALIDATION"))
    for name in names or ():
        if name not in (*PATHS, *PARENTS, "shippingInfo.logistics.shippingDestination", "id"):
            faults.append(("fieldMask", "VALIDATION"))
    return faults


def updated(order: Document, transactions: JSON, sent: Document, mask: str | None, at: str) -> Document:
    order, names = deepcopy(order), names_of(mask)
    for path in PATHS:
        given, value = find(sent, path)
        if names is not None:
            given = is_named(path, names)
        if not given:
            continue
        if value is not None and path == "extendedFields":
            value = merged(order.get(path), value)
        put(order, path, False if value is None and path in BOOLEANS else deepcopy(value))
    order["updatedDate"] = at
    fill_balance(order, transactions)
    return order


def put(document: Document, path: str, value: JSON) -> None:
    """Set a value, or remove it where it is ``None``."""
    *above, last = path.split(".")
    for step in above:
        if value is None and step not in document:
            return
        document = document.setdefault(step, {})
    if value is None:
        document.pop(last, None)
    else:
        document[last] = value


def merged(stored: JSON, sent: Document) -> Document:
    namespaces = {**(stored or {}).get("namespaces", {}), **sent["namespaces"]}
    return {"namespaces": {name: fields for name, fields in namespaces.items() if fields is not None}}


def fill_balance(order: Document, transactions: JSON) -> None:
    """Show what is paid and refunded; without transactions, what the balance leaves of the total."""
    if "balanceSummary" not in order:
        return
    total = amount_of(order["priceSummary"].get("total"))
    paid, balance = paid_of(transactions), amount_of(order["balanceSummary"].get("balance"))
    if transactions is None and total is not None and balance is not None:
        paid = total - balance
    order["balanceSummary"].setdefault("paid", price(paid, order.get("currency")))
    order["balanceSummary"].setdefault("refunded", price(refunded_of(transactions), order.get("currency")))


def refuse_locked(order: Document) -> None:
    if order["status"] in ("PENDING", "REJECTED"):
        raise Refusal(428, f"ORDER_IS_{order['status']}")


# -- cancel -----------------------------------------------------------------------------------------------------


def canceled(order: Document, restock: bool, at: str) -> Document:
    order = deepcopy(order)
    order |= {"status": "CANCELED", "updatedDate": at}
    order.setdefault("activities", []).append({"id": NewId(), "createdDate": at, "type": "ORDER_CANCELED"})
    for line in order["lineItems"]:
        if restock and line.get("catalogReference", {}).get("appId") == STORES_APP:
            line["restockQuantity"] = line["quantity"]
    return order
