"""Checks that no value of an old document is lost, by looking it up in the new ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from project import TESTS

import orderquery as oq

JSON = Any
Path = tuple[str | int, ...]

OLD_ORDERS: dict[str, JSON] = json.loads(
    (TESTS / "migration" / "stores_orders.json").read_text("utf-8"), parse_float=Decimal
)
"""The versions of the four orders in Wix's machine-readable documentation, restated, and variants made by hand."""


def leaves(value: JSON, path: Path = ()) -> Iterator[tuple[Path, JSON]]:
    """Yield the scalars and empty containers of a document."""
    if isinstance(value, dict | list) and value:
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, step))
    else:
        yield path, value


def at(document: JSON, path: Path) -> JSON:
    for step in path:
        document = document[step]
    return document


def kept_in(old: JSON, converted: oq.ConvertedOrder) -> JSON:
    """Return what the new order keeps of the old one."""
    namespaces = converted.order.get("extendedFields", {}).get("namespaces", {})
    extended = old.get("extendedFields")
    own = extended.get("namespaces", {}) if isinstance(extended, dict) else {}
    (added,) = [name for name in namespaces if not isinstance(own, dict) or name not in own] or [None]
    return namespaces.get(added, {})


def check_round(old: JSON) -> oq.ConvertedOrder:
    """Convert an old order and find each of its values again."""
    converted = oq.convert_order(old)
    found = dict(leaves(old))
    assert set(converted.values) == set(found)
    kept = kept_in(old, converted)
    for path, value in found.items():
        fate = converted.values[path]
        same(fate.value, value)
        if fate.kind == "moved":
            assert fate.target is not None
            holder = {**converted.order, "transactions": converted.transactions}
            restated(at(holder, fate.target), value, path, fate.target)
        elif fate.kind == "kept":
            same(at(kept, path), value)
        else:
            assert fate.kind == "computed"
    kept_values = {path for path, fate in converted.values.items() if fate.kind == "kept" and fate.value is not None}
    assert {path for path, value in leaves(kept) if path and value is not None} == kept_values
    return converted


def same(found: JSON, value: JSON) -> None:
    """Compare a value that was not restated; numbers by their digits."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    assert found == value, (found, value)
    assert isinstance(found, bool) == isinstance(value, bool)


def restated(new: JSON, old: JSON, path: Path, target: Path) -> None:
    """Check that a moved value is the old one, in whatever notation."""
    if new == old or old == {} or old == []:
        return
    if target[0] == "transactions" and target[-1] == "refundDisabled":
        assert new is not old
        return
    if path[-1] in ("option", "title") and isinstance(target[-1], str):
        assert target[-1] == old or new == old
        return
    if path[-1] == "index":
        assert new == f"00000000-0000-0000-0000-{int(old):012d}"
        return
    if path[-1] in ("type", "paymentStatus", "fulfillmentStatus", "lineItemType"):
        assert isinstance(new, str)
        return
    if (
        path[-1] == "$date"
        or "date" in str(path[-1]).lower()
        or path[-1] in ("timestamp", "_lastUpdated", "lastUpdated")
    ):
        assert isinstance(new, str)
        return
    assert Decimal(str(new)) == Decimal(str(old)), (path, target)
