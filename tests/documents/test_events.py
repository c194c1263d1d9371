"""The models of what crosses the boundary hold the documented samples, and our own answers hold to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from project import SAMPLES

import orderquery as oq
from orderquery.documents import events as wire


def sample(name: str) -> object:
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def test_the_documented_request_and_response() -> None:
    request = wire.SearchRequest.model_validate(sample("search_orders.request"))
    assert request.search is not None
    assert request.search.sort is not None
    assert request.search.sort[0].order == "DESC"
    response = wire.SearchResponse.model_validate(sample("search_orders.response"))
    assert response.metadata.count == len(response.orders) == 2


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.event.json")), ids=lambda path: path.stem)
def test_the_documented_events(path: Path) -> None:
    event = wire.read_event(json.loads(path.read_text("utf-8")))
    assert isinstance(event, wire.Event)
    assert event.entity_path() is not None
    assert event.of_transactions == ("transactions" in path.name)


def test_what_is_no_event_is_said_in_a_sentence() -> None:
    assert wire.read_event({"entityFqdn": 5, "slug": "x", "entityId": "y"}) == (
        "entityFqdn: input should be a valid string"
    )


def test_our_response_has_the_documented_shape() -> None:
    with oq.open_store(":memory:") as store:
        store.load(oq.sample(20))
        page = store.search({"cursorPaging": {"limit": 5}})
        answer = json.loads(page.to_bytes())
        assert list(answer) == ["orders", "metadata"]
        assert list(answer["metadata"]) == ["count", "cursors", "hasNext"]
        assert list(answer["metadata"]["cursors"]) == ["next"]
        assert wire.SearchResponse.model_validate(answer).metadata.hasNext
        empty = json.loads(store.search("nothing").to_bytes())
        assert empty == {"orders": [], "metadata": {"count": 0, "cursors": {}, "hasNext": False}}
