"""The rules of Update Order: which paths change, what a null and a field mask do.

Documents are decoded JSON objects with exact numbers. Nothing here reads a store or a clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic.alias_generators import to_camel

from ..diagnostics.quoting import quoted
from .money import ZERO, minus, read_amount, write_price
from .order_rules import order_total
from .payment_rules import paid_amount, refunded_amount
from .violations import Violation, invalid, required

JSON = Any
Document = dict[str, JSON]
Path = tuple[str, ...]


class UpdatablePath(NamedTuple):
    """A path of an order that can be updated.

    ``empty`` is what a null makes of it; ``None`` removes it. ``is_required`` is true where a null is refused.
    """

    path: Path
    empty: JSON = None
    is_required: bool = False


def _paths() -> Iterator[UpdatablePath]:
    yield UpdatablePath(("buyerInfo", "email"))
    for name in ("buyerLanguage", "weightUnit", "attributionSource"):
        yield UpdatablePath((name,))
    for name in ("archived", "seenByAHuman"):
        yield UpdatablePath((name,), False)
    for holder in (("billingInfo",), ("recipientInfo",), ("shippingInfo", "logistics", "shippingDestination")):
        yield UpdatablePath((*holder, "address"))
        yield UpdatablePath((*holder, "contactDetails"), is_required=True)
    yield UpdatablePath(_EXTENDED_FIELDS)


_EXTENDED_FIELDS = ("extendedFields",)
UPDATABLE = tuple(_paths())
"""The 13 paths of the documents."""

_REQUIRED_PARENTS = (("buyerInfo",),)
_PARENTS = frozenset(row.path[:length] for row in UPDATABLE for length in range(1, len(row.path)))


class OrderChanges(NamedTuple):
    """What an update changes: new values by path, and the paths to remove."""

    values: dict[Path, JSON]
    removed: tuple[UpdatablePath, ...]


def update_faults(sent: Document, mask: JSON, place: tuple[str | int, ...]) -> list[Violation]:
    """Return why an update is refused.

    It removes what must not be removed, or its mask has unknown paths.
    ``place`` is the path of the order in the request.
    """
    faults = []
    masked, unknown = _read_mask(mask)
    for name in unknown:
        description = f"{quoted(name)} cannot be updated; use paths such as archived,weightUnit"
        faults.append(invalid((*place[:-1], "fieldMask"), description))
    for path in _REQUIRED_PARENTS:
        if _is_removed(sent, path, masked):
            faults.append(required((*place, *path), "cannot be removed; send new values, or leave it out"))
    for row in UPDATABLE:
        if row.is_required and _is_removed(sent, row.path, masked):
            faults.append(required((*place, *row.path), "cannot be removed; send new values, or leave it out"))
    return faults


def _is_removed(sent: Document, path: Path, masked: frozenset[Path] | None) -> bool:
    is_given, value = _find(sent, path)
    if masked is None:
        return is_given and value is None
    return path in masked and value is None


def read_changes(sent: Document, mask: JSON = None) -> OrderChanges:
    """Return what an update changes.

    A mask limits it to its paths, and removes those that were not sent.
    """
    masked, _ = _read_mask(mask)
    values: dict[Path, JSON] = {}
    removed = []
    for row in UPDATABLE:
        is_given, value = _find(sent, row.path)
        if masked is not None:
            is_given = row.path in masked
        if is_given and value is None:
            removed.append(row)
        elif is_given:
            values[row.path] = value
    return OrderChanges(values, tuple(removed))


def _read_mask(mask: JSON) -> tuple[frozenset[Path] | None, list[str]]:
    """Return the paths of a mask and its unknown names; a parent selects all below it."""
    if not isinstance(mask, str):
        return None, []
    found, unknown = set[Path](), []
    for name in filter(None, map(str.strip, mask.split(","))):
        path = tuple(to_camel(step) if "_" in step else step for step in name.split("."))
        below = {row.path for row in UPDATABLE if row.path[: len(path)] == path}
        found |= below | ({path} & _PARENTS)
        if not below and path != ("id",):
            unknown.append(name)
    return frozenset(found), unknown


def _find(document: JSON, path: Path) -> tuple[bool, JSON]:
    """Return whether a path is given, and its value; a null above it counts as a null."""
    for step in path:
        if not isinstance(document, dict) or step not in document:
            return False, None
        document = document[step]
        if document is None:
            return True, None
    return True, document


def apply_changes(order: Document, changes: OrderChanges, date: str) -> Document:
    """Return an order as it is after an update."""
    updated = {**order, "updatedDate": date}
    for path, value in changes.values.items():
        if path == _EXTENDED_FIELDS:
            value = _merge_namespaces(updated.get("extendedFields"), value)
        _set(updated, path, value)
    for row in changes.removed:
        if row.empty is not None:
            _set(updated, row.path, row.empty)
        else:
            _remove(updated, row.path)
    return updated


def _set(document: Document, path: Path, value: JSON) -> None:
    """Set a value; every object on the way is copied."""
    for step in path[:-1]:
        inner = document.get(step)
        document[step] = document = dict(inner) if isinstance(inner, dict) else {}
    document[path[-1]] = value


def _remove(document: Document, path: Path) -> None:
    for step in path[:-1]:
        inner = document.get(step)
        if not isinstance(inner, dict):
            return
        document[step] = document = dict(inner)
    document.pop(path[-1], None)


def _merge_namespaces(stored: JSON, sent: Document) -> Document:
    """Return extended fields after an update.

    A namespace that was sent replaces the stored one, a null removes it.
    """
    if "namespaces" in sent and sent["namespaces"] is None:
        return {"namespaces": {}}
    kept = stored.get("namespaces") if isinstance(stored, dict) else None
    merged = {**(kept if isinstance(kept, dict) else {}), **sent.get("namespaces", {})}
    return {"namespaces": {name: fields for name, fields in merged.items() if fields is not None}}


def fill_balance(order: Document, transactions: JSON) -> Document:
    """Add ``paid`` and ``refunded`` to the balance of an order, where absent."""
    summary = order.get("balanceSummary")
    if not isinstance(summary, dict) or ("paid" in summary and "refunded" in summary):
        return order
    currency, due, balance = order.get("currency"), order_total(order), read_amount(summary.get("balance"))
    paid = paid_amount(transactions)
    if transactions is None:
        paid = ZERO if due is None or balance is None else minus(due, balance)
    filled = {
        "paid": write_price(paid, currency),
        "refunded": write_price(refunded_amount(transactions), currency),
    }
    return {**order, "balanceSummary": {**summary, **{key: filled[key] for key in filled if key not in summary}}}
