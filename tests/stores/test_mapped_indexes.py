"""Searches over mapped tables use the indexes of those tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from backends import KEYS
from mapped_shops import Database

import orderquery as oq

JSON = Any

INDEXED = ("sqlite", "postgres")
SHOP = {
    "sqlite": "id TEXT PRIMARY KEY, status TEXT, payment_status TEXT, email TEXT, placed TEXT NOT NULL, number INTEGER NOT NULL, "
    "total INTEGER, contact TEXT, methods TEXT, document TEXT",
    "postgres": "id UUID PRIMARY KEY, status TEXT, payment_status VARCHAR(40), email TEXT, placed TIMESTAMPTZ NOT NULL, "
    "number BIGINT NOT NULL, total NUMERIC(12, 2), contact UUID, methods TEXT[], document TEXT",
}
FORMS: dict[str, dict[str, JSON]] = {
    "sqlite": {"createdDate": "iso", "number": "number", "priceSummary.total.amount": "hundredths"},
    "postgres": {"number": "number", "buyerInfo.contactId": "uuid"},
}
COLUMNS = {
    "status": "status", "paymentStatus": "payment_status", "buyerInfo.email": "email", "createdDate": "placed",
    "number": "number", "priceSummary.total.amount": "total", "buyerInfo.contactId": "contact", "paymentMethods": "methods",
}  # fmt: skip
INDEXES = {
    "by_payment": "payment_status, placed",
    "by_date": "placed",
    "by_number": "number",
    "by_total": "total",
    "by_contact": "contact",
    "by_email": "email",
}
USED: dict[str, tuple[JSON, str]] = {
    "the default sort": ({}, "by_date"),
    "equality and the default sort": ({"filter": {"paymentStatus": "DECLINED"}}, "by_payment"),
    "one of": ({"filter": {"paymentStatus": {"$in": ["DECLINED", "CANCELED"]}}}, "by_payment|by_date"),
    "an id": ({"filter": {"id": "00000005-0000-4000-8000-000000000000"}}, "pkey|autoindex"),
    "a range of dates": (
        {"filter": {"createdDate": {"$gte": "2024-01-05T00:00:00Z", "$lt": "2024-01-05T00:30:00.0005Z"}}}, "by_date"
    ),
    "a range of amounts": ({"filter": {"priceSummary.total.amount": {"$gt": "10.001", "$lte": "10.20"}}}, "by_total"),
    "a range of numbers": ({"filter": {"number": {"$gte": 500, "$lt": "510"}}}, "by_number"),
    "a contact": ({"filter": {"buyerInfo.contactId": "00000005-0000-4000-8000-000000000000"}}, "by_contact"),
    "an email": ({"filter": {"buyerInfo.email": "u77@example.com"}}, "by_email"),
    "a sort by number": ({"filter": {"number": {"$gt": 7}}, "sort": [{"fieldName": "number"}]}, "by_number"),
}  # fmt: skip


@pytest.fixture(scope="module", params=INDEXED)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[oq.Store]:
    """A shop of 5,000 orders with the usual indexes."""
    dialect = request.param
    database = Database(dialect, tmp_path_factory.mktemp("shop"))
    rows = []
    for n in range(5000):
        key = f"{n:08x}-0000-4000-8000-000000000000"
        total = n if dialect == "sqlite" else f"{n / 100:.2f}"
        methods = ["Card", "Klarna"] if n % 250 == 0 else ["Card"]
        rows.append(
            (key, "APPROVED", "DECLINED" if n % 100 == 0 else "PAID", f"u{n}@example.com",
             f"2024-01-{1 + n // 200:02}T00:{n % 60:02}:00.000Z", n, total, key,
             json.dumps(methods) if dialect == "sqlite" else methods, "{}")
        )  # fmt: skip
    with database.opened() as execute:
        execute(f"CREATE TABLE shop ({SHOP[dialect]})")
        execute(f"INSERT INTO shop VALUES ({', '.join('?' * 10)})", rows)
        for name, columns in INDEXES.items():
            execute(f"CREATE INDEX {name} ON shop ({columns})")
        if dialect == "postgres":
            execute("CREATE INDEX by_methods ON shop USING gin (methods)")
            execute("CREATE INDEX by_lower_email ON shop (lower(email) text_pattern_ops)")
        execute("ANALYZE" if dialect == "sqlite" else "ANALYZE shop")
    fields: dict[str, JSON] = {}
    for name, column in COLUMNS.items():
        fields[name] = {"sql": column, "required": column in ("placed", "number")}
        if name in FORMS[dialect]:
            fields[name]["form"] = FORMS[dialect][name]
    key = "id" if dialect == "sqlite" else {"sql": "id", "form": "uuid"}
    lines = [f'dialect = "{dialect}"', 'table = "shop"', 'document = "document"', f"key = {toml(key)}", "[fields]"]
    lines += [f'"{name}" = {toml(shown)}' for name, shown in fields.items()]
    path = tmp_path_factory.mktemp("layout") / "shop.toml"
    path.write_text("\n".join(lines), "utf-8")
    with oq.open_store(database.url, layout=path, keys=KEYS) as store:
        yield store
    database.drop()


def toml(value: JSON) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(part)}" for key, part in value.items()) + " }"
    return str(value).lower() if isinstance(value, bool) else json.dumps(value)


@pytest.mark.parametrize("name", USED)
def test_existing_indexes_are_used(shop: oq.Store, name: str) -> None:
    search, index = USED[name]
    limited = {**search, "cursorPaging": {"limit": 20}}
    explained = shop.explain(limited)
    shown = "\n".join(explained.lines)
    assert any(name in shown for name in index.split("|")), shown
    assert not explained.scans, shown
    page = shop.search(limited)
    assert page.ids
    if page.next:
        onward = shop.explain({"cursorPaging": {"cursor": page.next}})
        shown = "\n".join(onward.lines)
        assert any(name in shown for name in index.split("|")), shown
        assert not onward.scans, shown


def test_other_kinds_of_index_are_used_in_postgresql(shop: oq.Store) -> None:
    searches = {
        "by_methods": {"filter": {"paymentMethods": {"$hasSome": ["Klarna", "x"]}}},
        "by_lower_email": {"filter": {"buyerInfo.email": {"$startsWith": "U77"}}},
    }
    for index, search in searches.items():
        assert shop.count(search) == {"by_methods": 20, "by_lower_email": 11}[index]
        assert (index in "\n".join(shop.explain(search).lines)) == (shop.dialect == "postgres")


def test_a_scan_is_reported(shop: oq.Store) -> None:
    assert shop.explain({"filter": {"paymentStatus": {"$ne": "PAID"}}, "sort": [{"fieldName": "status"}]}).scans
