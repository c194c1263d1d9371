"""The examples run as they are."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

import orderquery as oq
from orderquery import examples
from orderquery.examples import one_search_four_ways, page_through_a_store, sqlalchemy_models, validate_before_sending
from orderquery.samples.generator import sample_lines

pytest_plugins = ("pytester",)
FOLDER = Path(examples.__file__).parent


def test_every_example_is_listed() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    for path in FOLDER.glob("*.py"):
        assert path.name == "__init__.py" or f"| `{path.name}` |" in text, path.name


def test_four_forms_of_one_search_have_one_plan() -> None:
    plans = one_search_four_ways.plans()
    assert [plan.shape for plan in plans] == ["text", "text", "search", "search"]
    first, *others = plans
    for plan in others:
        assert (plan.condition, plan.sort, plan.limit, plan.tree) == (
            first.condition,
            first.sort,
            first.limit,
            first.tree,
        )
        assert (plan.to_text(), plan.to_json()) == (first.to_text(), first.to_json())
        for dialect in ("sqlite", "postgres"):
            assert str(plan.sql(dialect)) == str(first.sql(dialect))
    orders = [document for document in oq.sample(400) if "id" in document]
    transactions = [document for document in oq.sample(400) if "orderTransactions" in document]
    assert len({plan.search(orders, transactions).ids for plan in plans}) == 1
    assert first.search(orders, transactions).ids


def test_a_search_is_validated_before_it_is_sent() -> None:
    sent: list[Any] = []

    def post(body: Any) -> Any:
        sent.append(body)
        return {"orders": [{"number": "7"}], "metadata": {"count": 1, "cursors": {}, "hasNext": False}}

    wrong: Any = {"search": {"filter": {"paymentstatus": "PAID"}}}
    assert validate_before_sending.send(wrong, post) == ["7"]
    assert sent == [{"search": {"filter": {"paymentStatus": "PAID"}}}]
    bad: Any = {"search": {"filter": {"nothing": "PAID"}}}
    with pytest.raises(oq.QueryError, match="unknown-field at /search/filter/nothing"):
        validate_before_sending.send(bad, post)


def test_a_store_is_paged_through(tmp_path: Path) -> None:
    lines = tmp_path / "orders.jsonl"
    lines.write_bytes(b"\n".join(sample_lines(200)))
    numbers = page_through_a_store.walk(tmp_path / "shop.db", lines)
    assert len(numbers) > 20
    assert asyncio.run(page_through_a_store.walk_async(tmp_path / "async.db", lines)) == numbers


def test_the_fastapi_service_describes_and_answers() -> None:
    from orderquery.examples.fastapi_service import app, store

    store.load([{"id": "a", "number": "1", "status": "APPROVED"}])
    client = TestClient(app)
    assert client.post("/numbers", json={"search": {"filter": {"status": "APPROVED"}}}).json() == ["1"]
    refused = client.post("/numbers", json={"filter": {"status": "APPROVED"}})
    assert refused.status_code == 400
    assert refused.json()["details"]["corrected"] == {"search": {"filter": {"status": "APPROVED"}}}
    described = client.get("/openapi.json").json()
    body = described["paths"]["/numbers"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["$ref"].endswith(".SearchRequest")
    assert json.dumps(described) == json.dumps(client.get("/openapi.json").json())


def test_models_of_ones_own() -> None:
    engine = create_engine("sqlite://")
    sqlalchemy_models.ShopTable.metadata.create_all(engine)
    with Session(engine) as session:
        for day in range(1, 6):
            session.add(
                sqlalchemy_models.ShopOrder(
                    id=f"o{day}", status="APPROVED", payment_status="PAID" if day % 2 else None,
                    created=datetime(2024, 1, day), items=[sqlalchemy_models.SoldItem(name=f"p{day % 3}")],
                )
            )  # fmt: skip
        session.flush()
        assert [order.id for order in sqlalchemy_models.paid(session, "p2")] == ["o5"]
        assert sqlalchemy_models.pages(session) == [["o5", "o4"], ["o3", "o2"], ["o1"]]


def test_the_example_of_a_test_passes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=(FOLDER / "pytest_with_the_emulator.py").read_text("utf-8"))
    result = pytester.runpytest_subprocess("-p", "orderquery.testing", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
