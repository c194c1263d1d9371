"""Keys of a request: which ones are read under another name, and which are reported."""

from __future__ import annotations

from typing import Any

import pytest

from orderquery.emulator.request import read_request
from orderquery.emulator.wire.order_requests import UpdateOrderRequest

JSON = Any

# The order that was sent, the order that is read, and the places of the ignored keys.
READ = {
    "the id of the path, repeated": ({"id": "a"}, {"id": "a"}, []),
    "the SDK's own id": ({"_id": "a"}, {"id": "a"}, []),
    "an entity's own id beside the one of the path": ({"_id": "b", "id": "a"}, {"id": "a"}, []),
    "a name in snake_case": ({"seen_by_a_human": True}, {"seenByAHuman": True}, []),
    "two spellings": (
        {"weightUnit": "KG", "weight_unit": "LB"}, {"weightUnit": "KG"}, ["/order/weight_unit"],
    ),
    "an unknown key": ({"nmber": "1"}, {}, ["/order/nmber"]),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_the_keys_of_an_update(name: str) -> None:
    sent, expected, ignored = READ[name]
    read = read_request(UpdateOrderRequest, {"id": "a", "order": sent})
    assert read.body == {"id": "a", "order": expected}
    assert [warning.pointer for warning in read.warnings] == ignored
    assert {warning.code for warning in read.warnings} <= {"ignored-key"}
