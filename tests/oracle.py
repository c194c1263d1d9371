"""The language once more, plain and slow, written from Wix's documents and the decisions of ``grammar/decisions.toml``.

It shares no code with the library, on purpose: a new field or operator is written here, too. It takes valid bare
searches only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cmp_to_key
from typing import Any

JSON = Any
DAY = 86_400_000_000
INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))?"
)
AMOUNT = re.compile(r"[+-]?([0-9]+)(?:\.([0-9]+))?(?:e[+-]?([0-9]+))?")


# -- values: anything that compares as the language says --------------------------------------------------------


def text(value: JSON) -> JSON:
    return value if isinstance(value, str) else None


def boolean(value: JSON) -> JSON:
    return value if isinstance(value, bool) else None


def instant(value: JSON) -> JSON:
    found = INSTANT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hours, minutes, seconds = map(int, found.groups()[:6])
    away_hours, away_minutes = int(found[9] or 0), int(found[10] or 0)
    if hours > 23 or minutes > 59 or seconds > 59 or away_hours > 23 or away_minutes > 59:
        return None
    try:
        days = date(year, month, day).toordinal()
    except ValueError:
        return None
    away = (away_hours * 60 + away_minutes) * (-1 if found[8] == "-" else 1)
    fraction = int(((found[7] or "") + "000000")[:6])
    micros = ((days * 24 + hours) * 60 + minutes - away) * 60_000_000 + seconds * 1_000_000 + fraction
    return micros if date.min.toordinal() * DAY <= micros < (date.max.toordinal() + 1) * DAY else None


def amount(value: JSON) -> JSON:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    written = value if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value).lower()
    found = AMOUNT.fullmatch(written)
    if found is None or len(found[1] + (found[2] or "")) > 100 or int(found[3] or 0) > 100:
        return None
    return Fraction(written)


def sequence(value: JSON) -> JSON:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    return (0, int(value), "") if re.fullmatch("[0-9]{1,100}", value) else (1, 0, value)


def text_of(value: JSON, kind: Any) -> str:
    if kind is boolean:
        return "true" if value else "false"
    if kind is instant:
        days, micros = divmod(value, DAY)
        seconds, micros = divmod(micros, 1_000_000)
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{micros // 1000:03}"
        return f"{date.fromordinal(days).isoformat()}T{clock}Z"
    return str(value)


# -- fields: type, path, whether many, whether sortable ---------------------------------------------------------

Row = tuple[Any, str, bool, bool]
FIELDS: dict[str, Row] = {
    "id": (text, "id", False, False),
    "number": (sequence, "number", False, True),
    "status": (text, "status", False, True),
    "archived": (boolean, "archived", False, False),
    "createdDate": (instant, "createdDate", False, True),
    "updatedDate": (instant, "updatedDate", False, True),
    "lineItems.productName.original": (text, "lineItems.productName.original", True, False),
    "lineItems.catalogReference.appId": (text, "lineItems.catalogReference.appId", True, False),
    "lineItems.catalogReference.catalogItemId": (text, "lineItems.catalogReference.catalogItemId", True, False),
    "subscriptionInfo.id": (text, "", True, False),
    "buyerInfo.email": (text, "buyerInfo.email", False, True),
    "buyerInfo.contactId": (text, "buyerInfo.contactId", False, False),
    "buyerInfo.memberId": (text, "buyerInfo.memberId", False, False),
    "paymentStatus": (text, "paymentStatus", False, True),
    "fulfillmentStatus": (text, "fulfillmentStatus", False, True),
    "priceSummary.total.amount": (amount, "priceSummary.total.amount", False, False),
    "billingInfo.contactDetails.fullName": (text, "", False, True),
    "shippingInfo.title": (text, "shippingInfo.title", False, False),
    "shippingInfo.logistics.deliveryTime": (text, "shippingInfo.logistics.deliveryTime", False, False),
    "shippingInfo.region.name": (text, "shippingInfo.region.name", False, False),
    "deliveryTimeSlotFromDate": (instant, "shippingInfo.logistics.deliveryTimeSlot.from", False, False),
    "deliveryTimeSlotToDate": (instant, "shippingInfo.logistics.deliveryTimeSlot.to", False, False),
    "createdBy.userId": (text, "createdBy.userId", False, False),
    "channelInfo.type": (text, "channelInfo.type", False, False),
    "channelInfo.externalOrderId": (text, "channelInfo.externalOrderId", False, False),
    "seenByAHuman": (boolean, "seenByAHuman", False, False),
    "checkoutId": (text, "checkoutId", False, False),
    "paymentMethods": (text, "", True, False),
    "fulfillmentStatuses": (text, "fulfillmentStatusesAggregate.statuses", True, False),
}
ALIASES = {
    "shippingInfo.logistics.deliveryTimeSlot.from": "deliveryTimeSlotFromDate",
    "shippingInfo.logistics.deliveryTimeSlot.to": "deliveryTimeSlotToDate",
    "fulfillmentStatusesAggregate": "fulfillmentStatuses",
    "fulfillmentStatusesAggregate.statuses": "fulfillmentStatuses",
    "lineItems.subscriptionInfo.id": "subscriptionInfo.id",
}
SDK = {"id": "_id", "createdDate": "_createdDate", "updatedDate": "_updatedDate"}


def row_of(name: str) -> Row:
    """Return the row of a field."""
    if name not in FIELDS:
        raise NotImplementedError(f'tests/oracle.py does not know the field "{name}": write its row in FIELDS, too')
    return FIELDS[name]


def get(node: JSON, name: str) -> JSON:
    """A key of an object, under its SDK name where the REST name is missing."""
    if not isinstance(node, dict):
        return None
    return node[name] if node.get(name) is not None else node.get(SDK.get(name, name))


def one(document: JSON, path: str, kind: Any, sortable: bool = False) -> JSON:
    for name in path.split("."):
        document = get(document, name)
    if sortable and isinstance(document, str) and len(document) > 512:
        return None
    return kind(document)


def many(document: JSON, path: str, kind: Any) -> list[JSON]:
    def walk(node: JSON, names: list[str]) -> list[JSON]:
        if isinstance(node, list):
            return [value for item in node for value in walk(item, names)]
        if names:
            return walk(get(node, names[0]), names[1:])
        return [] if kind(node) is None else [kind(node)]

    return walk(document, path.split("."))


def value_of(name: str, order: JSON, transactions: JSON) -> JSON:
    """One value or ``None``; of a "many" field the list of its values."""
    kind, path, is_many, sortable = row_of(name)
    if name == "subscriptionInfo.id":
        own = one(order, "subscriptionInfo.id", text)
        return many(order, "lineItems.subscriptionInfo.id", text) if own is None else [own]
    if name == "paymentMethods":
        return [
            method
            for details in many(transactions, "payments.regularPaymentDetails", lambda value: value)
            for method in many({"names": method_name(details)}, "names", text)
        ]
    if name == "billingInfo.contactDetails.fullName":
        person = get(get(order, "billingInfo"), "contactDetails")
        stored = one(person, "fullName", text, True)
        names = [
            part for part in (one(person, "firstName", text), one(person, "lastName", text)) if part and part.strip()
        ]
        joined = " ".join(names)
        return stored if stored is not None else joined if names and len(joined) <= 512 else None
    if is_many:
        return many(order, path, kind)
    value = one(order, path, kind, sortable)
    return False if name == "archived" and value is None else value


def method_name(details: JSON) -> JSON:
    """The payment method, else what the typings replace it by: the user's own name first."""
    names = get(details, "paymentMethodName")
    own = get(names, "userDefinedName")
    found = [get(details, "paymentMethod"), get(own, "custom"), get(own, "predefined")]
    found += [get(names, "buyerLanguageName"), get(names, "siteLanguageName"), names]
    return next((name for name in found if name is not None), None)


# -- filters, order, versions -----------------------------------------------------------------------------------


def comparison(name: str, operator: str, operand: JSON, value: JSON) -> bool:
    kind, _, is_many, _ = row_of(name)
    values = value if is_many else [] if value is None else [value]

    def equal(item: JSON) -> bool:
        if isinstance(item, list):
            return bool(values == [kind(part) for part in item])
        return not values if item is None else kind(item) in values

    if operator in ("$eq", "$ne"):
        return equal(operand) == (operator == "$eq")
    if operator in ("$in", "$nin"):
        return any(equal(item) for item in operand) == (operator == "$in")
    if operator == "$exists":
        return bool(values) == operand
    if operator == "$hasSome":
        return any(kind(item) in values for item in operand)
    if operator == "$hasAll":
        return all(kind(item) in values for item in operand)
    if operator == "$startsWith":
        return any(text_of(v, kind).casefold().startswith(operand.casefold()) for v in values)
    if operator == "$gt":
        return any(v > kind(operand) for v in values)
    if operator == "$gte":
        return any(v >= kind(operand) for v in values)
    if operator == "$lt":
        return any(v < kind(operand) for v in values)
    if operator == "$lte":
        return any(v <= kind(operand) for v in values)
    raise NotImplementedError(
        f'tests/oracle.py does not know the operator "{operator}": write a branch in comparison, too'
    )


def matches(filter_: JSON, order: JSON, transactions: JSON) -> bool:
    for key, value in filter_.items():
        if key == "$and":
            holds = all(matches(part, order, transactions) for part in value)
        elif key == "$or":
            holds = any(matches(part, order, transactions) for part in value)
        elif key == "$not":
            holds = not matches(value[0] if isinstance(value, list) else value, order, transactions)
        else:
            name = ALIASES.get(key, key)
            found = value_of(name, order, transactions)
            asked = value if isinstance(value, dict) else {"$eq": value}
            holds = all(comparison(name, operator, operand, found) for operator, operand in asked.items())
        if not holds:
            return False
    return True


def usable(order: JSON) -> bool:
    """Whether the order has an id of 1 to 256 characters and can be written as UTF-8."""
    if not isinstance(order, dict) or not 1 <= len(text(get(order, "id")) or "") <= 256:
        return False
    return re.search("[\ud800-\udfff]", repr_of(order)) is None


def repr_of(value: JSON) -> str:
    if isinstance(value, dict):
        return "".join(key + repr_of(part) for key, part in value.items())
    return "".join(map(repr_of, value)) if isinstance(value, list) else str(value)


def newest(orders: Iterable[JSON]) -> dict[str, JSON]:
    kept: dict[str, JSON] = {}
    for order in filter(usable, orders):
        key = get(order, "id")
        if key in kept:
            old, new = one(kept[key], "updatedDate", instant), one(order, "updatedDate", instant)
            if old is not None and (new is None or new < old):
                continue
        kept[key] = order
    return kept


def is_foreign(order: JSON) -> bool:
    """D39: an order of the Stores API, or of Automations."""
    keys = {name.removeprefix("_") for name in order} if isinstance(order, dict) else set()
    if keys & {"dateCreated", "lastUpdated", "totals", "numericId"}:
        return not keys & {"createdDate", "priceSummary"}
    return "orderNumber" in keys and "number" not in keys and bool(keys & {"context", "buyerEmail"})


def searched(orders: Iterable[JSON]) -> dict[str, JSON]:
    """The documents that searches look at."""
    return newest(order for order in orders if not is_foreign(order))


def search(orders: Iterable[JSON], transactions: Iterable[JSON], asked: JSON) -> list[str]:
    """The ids of every order of a bare search, in its order."""
    return search_among(searched(orders), transactions, asked)


def search_among(documents: dict[str, JSON], transactions: Iterable[JSON], asked: JSON) -> list[str]:
    records = {record["orderId"]: record for record in transactions}
    entries = asked.get("sort") or [{"fieldName": "createdDate", "order": "DESC"}]
    keys: dict[str, bool] = {}
    for entry in entries:
        keys.setdefault(ALIASES.get(entry["fieldName"], entry["fieldName"]), entry.get("order") == "DESC")
    keys.setdefault("id", list(keys.values())[-1])
    rows = []
    for key, order in documents.items():
        record = records.get(key)
        if get(order, "status") != "INITIALIZED" and matches(asked.get("filter") or {}, order, record):
            rows.append({**{name: value_of(name, order, record) for name in keys}, "id": key})

    def compare(a: JSON, b: JSON) -> int:
        for name, descending in keys.items():
            x, y = a[name], b[name]
            if x != y:
                less = y is not None and (x is None or x < y)
                return 1 if less == descending else -1
        return 0

    return [row["id"] for row in sorted(rows, key=cmp_to_key(compare))]
