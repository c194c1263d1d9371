"""Load JSON lines into the embedded store's tables with a hand-written loader.

The workload is new orders, each followed by its transactions in one shape. The loader does not merge with stored
orders, accept other envelopes or report values that do not fit. Its transactions are as durable as the store's. It
creates the indexes at the end, which is faster than updating them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from orderquery.language.schema import load_schema
from orderquery.stores.sqlite import tables as layout

JSON = Any
_BATCH = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BOOLEANS = {True: "true", False: "false", None: None}


def load(lines: Path, path: Path) -> int:
    """Fill a new file and return its number of orders."""
    schema = load_schema()
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "wal_autocheckpoint = 16384"):
        database.execute(f"PRAGMA {pragma}")
    for text in (*layout.document_tables(schema), layout.ABOUT_TABLE, *layout.projected_tables(schema)):
        database.execute(text)
    insertion = f"INSERT INTO orders VALUES ({', '.join('?' * (len(layout.columns(schema)) + 2))})"
    rid = 0
    with lines.open("rb") as file:
        pairs = _pairs(file)
        while batch := list(islice(pairs, _BATCH)):
            documents, rows, elements, transactions = [], [], [], []
            for raw, order, paid in batch:
                rid += 1
                documents.append((rid, order["id"], raw))
                rows.append(_row(rid, order, paid, elements))
                if paid is not None:
                    transactions.append((order["id"], orjson.dumps(paid)))
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO order_document VALUES (?, '', ?, ?)", documents)
            database.executemany("INSERT INTO transactions VALUES ('', ?, NULL, ?)", transactions)
            database.executemany(insertion, rows)
            database.executemany("INSERT INTO order_value VALUES (?, ?, ?)", elements)
            database.execute("COMMIT")
    database.execute("BEGIN IMMEDIATE")
    for text in layout.indexes(schema).values():
        database.execute(text)
    database.execute("COMMIT")
    database.execute("ANALYZE")
    database.close()
    return rid


def _pairs(lines: Iterable[bytes]) -> Iterator[tuple[bytes, JSON, JSON]]:
    """Yield each order's bytes, the order, and the transactions if they follow."""
    raw, order = b"", None
    for line in lines:
        document = orjson.loads(line)
        paid = document.get("orderTransactions")
        if paid is None:
            if order is not None:
                yield raw, order, None
            raw, order = line.rstrip(b"\n"), document
        elif order is not None and paid["orderId"] == order["id"]:
            yield raw, order, paid
            order = None
        else:
            raise ValueError("transactions do not follow their order")
    if order is not None:
        yield raw, order, None


def _row(rid: int, order: JSON, paid: JSON, elements: list[tuple[str, Any, int]]) -> tuple[Any, ...]:
    buyer = order.get("buyerInfo") or {}
    shipping = order.get("shippingInfo") or {}
    logistics = shipping.get("logistics") or {}
    slot = logistics.get("deliveryTimeSlot") or {}
    channel = order.get("channelInfo") or {}
    email, number, seen = buyer.get("email"), order.get("number"), order.get("seenByAHuman")
    delivery = logistics.get("deliveryTime")
    archived = bool(order.get("archived"))
    begins, ends = slot.get("from"), slot.get("to")
    contact = (order.get("billingInfo") or {}).get("contactDetails") or {}
    name = contact.get("fullName") or " ".join(
        part for part in (contact.get("firstName"), contact.get("lastName")) if part and not part.isspace()
    )
    name = name or None
    total = ((order.get("priceSummary") or {}).get("total") or {}).get("amount")
    names, apps, items, subscribed = [], [], [], []
    for item in order.get("lineItems") or ():
        product, catalogue = item.get("productName"), item.get("catalogReference")
        if product is not None and product.get("original") is not None:
            names.append(product["original"])
        if catalogue is not None:
            if catalogue.get("appId") is not None:
                apps.append(catalogue["appId"])
            if catalogue.get("catalogItemId") is not None:
                items.append(catalogue["catalogItemId"])
        if "subscriptionInfo" in item:
            subscribed.append(item["subscriptionInfo"]["id"])
    if "subscriptionInfo" in order:
        subscribed = [order["subscriptionInfo"]["id"]]
    methods = []
    for payment in () if paid is None else paid["payments"]:
        details = payment.get("regularPaymentDetails")
        if details is not None and details.get("paymentMethod") is not None:
            methods.append(details["paymentMethod"])
    statuses = (order.get("fulfillmentStatusesAggregate") or {}).get("statuses") or []
    return (
        rid,
        "",
        order["id"],
        None if number is None else f"0{len(number) - 1:02d}{number}",
        order.get("status"),
        archived,
        _BOOLEANS[archived],
        _micros(order.get("createdDate")),
        _micros(order.get("updatedDate")),
        _listed("line_items_product_name_original", names, elements, rid),
        _listed("line_items_catalog_reference_app_id", apps, elements, rid),
        _listed("line_items_catalog_reference_catalog_item_id", items, elements, rid),
        _listed("subscription_info_id", subscribed, elements, rid),
        email,
        None if email is None else email.casefold(),
        buyer.get("contactId"),
        buyer.get("memberId"),
        order.get("paymentStatus"),
        order.get("fulfillmentStatus"),
        _amount(total),
        name,
        None if name is None else name.casefold(),
        shipping.get("title"),
        delivery,
        None if delivery is None else delivery.casefold(),
        (shipping.get("region") or {}).get("name"),
        _micros(begins),
        None if begins is None else begins.lower(),
        _micros(ends),
        None if ends is None else ends.lower(),
        (order.get("createdBy") or {}).get("userId"),
        channel.get("type"),
        channel.get("externalOrderId"),
        seen,
        _BOOLEANS[seen],
        order.get("checkoutId"),
        _listed("payment_methods", methods, elements, rid),
        _listed("fulfillment_statuses", statuses, elements, rid),
        order.get("currency"),
        _scaled(total),
    )


def _listed(column: str, values: list[str], elements: list[tuple[str, Any, int]], rid: int) -> str | None:
    if not values:
        return None
    elements += [(column, value, rid) for value in set(values)]
    return orjson.dumps(values).decode()


def _micros(text: str | None) -> int | None:
    return None if text is None else (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND


def _amount(text: str | None) -> str | None:
    """Return a text that sorts like the amount: sign, position of the point, digits."""
    if text is None:
        return None
    whole, _, cents = text.partition(".")
    digits = (whole + cents).lstrip("0")
    if not digits:
        return "1"
    return f"2{500 + len(digits) - len(cents):03d}{digits.rstrip('0')}"


def _scaled(text: str | None) -> int | None:
    """Return the amount in ten-thousandths."""
    if text is None:
        return None
    whole, _, cents = text.partition(".")
    return int(whole + cents.ljust(4, "0"))
