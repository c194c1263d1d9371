"""The SQL of each dialect, as files to read in review: ``make goldens`` writes them."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from project import TESTS

import orderquery as oq
from orderquery.compiler.pagination import Position
from orderquery.sql.dialects import DIALECTS, Dialect
from orderquery.sql.statement import statement
from orderquery.stores.histogram import histogram_query

FOLDER = TESTS / "goldens" / "sql"

SEARCHES: dict[str, Any] = {
    "the default search": {},
    "equality and the default sort": {"filter": {"paymentStatus": "PAID"}},
    "null and present": {"filter": {"buyerInfo.email": None, "checkoutId": {"$ne": None}}},
    "not equal keeps missing rows": {"filter": {"paymentStatus": {"$ne": "PAID"}}},
    "one of, with null": {"filter": {"channelInfo.type": {"$in": ["WEB", "POS", None]}}},
    "none of": {"filter": {"channelInfo.type": {"$nin": ["WEB", "POS"]}}},
    "a range of amounts": {"filter": {"priceSummary.total.amount": {"$gte": "5", "$lt": "10.50"}}},
    "a negated range": {"filter": {"$not": {"createdDate": {"$gt": "2024-01-01T00:00:00Z"}}}},
    "a prefix": {"filter": {"buyerInfo.email": {"$startsWith": "Anna%_"}}},
    "a negated prefix": {"filter": {"$not": {"buyerInfo.email": {"$startsWith": "\U0010ffff"}}}},
    "a boolean": {"filter": {"archived": False, "seenByAHuman": True}},
    "some element": {"filter": {"lineItems.productName.original": {"$hasSome": ["Shoe", "Watch"]}}},
    "all elements": {"filter": {"lineItems.productName.original": {"$hasAll": ["Shoe", "Watch"]}}},
    "no element": {"filter": {"paymentMethods": {"$nin": ["Cash", "PayPal"]}}},
    "a whole list": {"filter": {"paymentMethods": {"$eq": ["Cash", "PayPal"]}}},
    "no elements at all": {"filter": {"paymentMethods": None}},
    "connectives keep their groups": {
        "filter": {
            "$or": [{"status": "APPROVED", "archived": True}, {"$not": {"number": "1", "paymentStatus": "PAID"}}]
        }
    },
    "nothing": {"filter": {"status": {"$in": []}}},
    "mixed directions": {
        "sort": [{"fieldName": "paymentStatus"}, {"fieldName": "number", "order": "DESC"}],
        "cursorPaging": {"limit": 10},
    },
}
POSITIONS: dict[str, Position] = {
    "mixed directions": Position(("PAID", (10, ""), "an-id")),
    "the default search": Position((1_700_000_000_000_000, "an-id"), backward=True),
    "equality and the default sort": Position((None, "an-id"), inclusive=True),
}


def golden(dialect: str) -> str:
    parts = []
    for name, search in SEARCHES.items():
        plan = oq.compile(search)
        parts.append(block(name, search, plan.sql(dialect)))
        if name in POSITIONS:
            seeking = statement(plan, dialect, position=POSITIONS[name])
            parts.append(block(f"{name}, beyond a position", search, seeking))
    parts.append(block("a count", {}, statement(oq.compile({}), dialect, wanted="count")))
    parts.append(
        block(
            "a histogram by day", {}, statement(histogram_query(oq.compile({}), "createdDate"), dialect, wanted="days")
        )
    )
    return "\n".join(parts)


def block(name: str, search: Any, built: oq.Statement) -> str:
    shown = json.dumps(search, ensure_ascii=True)
    return f"-- {name}\n-- {shown}\n{built.text}\n-- {json.dumps(built.parameters)}\n"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_golden(dialect: str) -> None:
    path = FOLDER / f"{dialect}.sql"
    if os.environ.get("ORDERQUERY_GOLDENS") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(golden(dialect), "utf-8")
    assert path.read_text("utf-8") == golden(dialect)


def test_operands_are_never_in_the_text() -> None:
    nasty = "x'; DROP TABLE orders; --"
    for dialect in DIALECTS:
        built = oq.compile({"filter": {"buyerInfo.email": nasty, "paymentMethods": {"$hasAll": [nasty, "y"]}}}).sql(
            dialect
        )
        assert "DROP" not in built.text
        assert nasty in built.parameters.values()


def test_a_new_dialect_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Dialect("mysql", "pymysql", union_seek=True, native_booleans=False, executed=False)
    monkeypatch.setitem(DIALECTS, row.name, row)
    written = golden(row.name)
    assert "SELECT" in written
    assert written.count("`orders` AS `o`") + written.count("orders AS o") > len(SEARCHES)


def test_an_unknown_dialect_is_reported_with_the_known() -> None:
    with pytest.raises(oq.UsageError, match='unknown dialect "oracle"; dialects: sqlite, postgres, duckdb'):
        oq.compile({}).sql("oracle")
