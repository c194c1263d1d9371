"""The models of webhook events accept the documented samples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from project import SAMPLES

import orderquery as oq
from orderquery.documents.events import Event, read_event


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.event.json")), ids=lambda path: path.stem)
def test_the_documented_events(path: Path) -> None:
    event = read_event(json.loads(path.read_text("utf-8")))
    assert isinstance(event, Event)
    kind = oq.load_schema().events[event.entityFqdn]
    assert event.entity_path(kind) is not None
    assert (kind == "transactions") == ("transactions" in path.name)


def test_an_invalid_event_gets_a_message() -> None:
    assert read_event({"entityFqdn": 5, "slug": "x", "entityId": "y"}) == "entityFqdn: input should be a valid string"
