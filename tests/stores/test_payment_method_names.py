"""A store that was filled before ``paymentMethodName`` counted asks for an upgrade, and then finds it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import orderquery as oq
from orderquery.language.grammar_files import grammar_text
from orderquery.language.schema import parse_schema

PAID = {"orderId": "a", "payments": [{"regularPaymentDetails": {"paymentMethodName": {"buyerLanguageName": "Cash"}}}]}


@pytest.mark.parametrize("name", ["shop.db", "shop.duckdb"])
def test_a_store_asks_for_an_upgrade(name: str, tmp_path: Path) -> None:
    text = grammar_text("ecom-orders.toml")
    before = parse_schema(re.sub(r"fallbacks = \[.*?\]\n", "", text, flags=re.DOTALL))
    path = tmp_path / name
    with oq.open_store(path, schema=before) as store:
        store.load([{"id": "a"}, PAID])
        assert store.count("paymentMethods = Cash") == 0
    with pytest.raises(oq.StoreError, match="upgrade"):
        oq.open_store(path)
    assert oq.upgrade_store(path) == 1
    with oq.open_store(path) as store:
        assert store.search("paymentMethods = Cash").ids == ("a",)


@pytest.mark.parametrize("source", [
    'path = "a.b"\nfallbacks = ["c"]\nsingle = true', 'path = "a.b"\nfallbacks = [5]', 'join = ["a"]\nfallbacks = ["c"]',
])  # fmt: skip
def test_a_table_with_wrong_fallbacks_is_refused(source: str) -> None:
    rows = '[[fields]]\nname = "id"\ntype = "guid"\noperators = ["$eq"]\n'
    rows += f'[[fields]]\nname = "x"\ntype = "text"\nmany = true\noperators = ["$eq"]\n[[fields.sources]]\n{source}\n'
    with pytest.raises(oq.SchemaError, match="fallbacks"):
        parse_schema(f'name = "t"\n{rows}')
