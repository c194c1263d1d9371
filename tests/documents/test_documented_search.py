"""The documented request of Search Orders checks clean, and our answers have the documented shape."""

from __future__ import annotations

import json
from typing import Any

from project import SAMPLES

import orderquery as oq

JSON = Any


def sample(name: str) -> JSON:
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def shape(value: JSON) -> JSON:
    """The keys of an object in order, each with the shape of its value; of anything else the type."""
    return {key: shape(part) for key, part in value.items()} if isinstance(value, dict) else type(value)


def test_the_documented_request_checks_clean() -> None:
    request = sample("search_orders.request")
    report = oq.check(request)
    assert [(found.code, found.place.path) for found in report.diagnostics] == [
        ("undocumented-sort", ("search", "sort", 0, "fieldName"))
    ]
    plan = oq.compile(request)
    assert (plan.limit, plan.sort[0].descending, plan.filter_sent) == (2, True, True)
    assert {"search": plan.to_json()} == request


def test_the_documented_response_counts_its_orders() -> None:
    response = sample("search_orders.response")
    assert response["metadata"]["count"] == len(response["orders"]) == 2


def test_our_response_has_the_documented_shape() -> None:
    documented = sample("search_orders.response")
    with oq.open_store(":memory:") as store:
        store.load(oq.sample(20))
        answer = json.loads(store.search({"cursorPaging": {"limit": 5}}).to_bytes())
        assert list(answer) == list(documented) == ["orders", "metadata"]
        assert list(answer["metadata"]) == ["count", "cursors", "hasNext"]
        assert shape(answer["metadata"]) == shape(documented["metadata"])
        assert all(isinstance(order, dict) for order in answer["orders"])
        assert answer["metadata"]["count"] == len(answer["orders"]) == 5
        assert answer["metadata"]["hasNext"] is True
        following = json.loads(
            store.search({"cursorPaging": {"cursor": answer["metadata"]["cursors"]["next"]}}).to_bytes()
        )
        assert list(following["metadata"]["cursors"]) == ["next", "prev"]
        empty = json.loads(store.search("nothing").to_bytes())
        assert empty == {"orders": [], "metadata": {"count": 0, "cursors": {}, "hasNext": False}}
