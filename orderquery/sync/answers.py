"""Answers of the service, checked: their records, their order and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.quoting import described
from ..documents.ingest import Record, from_bytes
from ..language.datetimes import read_instant
from ..language.limits import MAX_CURSOR_CHARS
from ..language.schema import Schema
from ..syntax.json_decoder import decode_exactly
from .failures import TemporaryFailure

JSON = Any

UPDATED, CREATED, NUMBER, ID = "updatedDate", "createdDate", "number", "id"
"""The fields that a sync walks by."""


class OrderKey(NamedTuple):
    """Where an order is in a walk: its instant in microseconds, and its number.

    Either is ``None`` where it is missing or does not fit its field.
    """

    instant: int | None
    number: str | None


@dataclass(frozen=True)
class SearchAnswer:
    """One page of a search.

    ``keys`` are those of its orders by the field of the walk, unusable ones included, in their order.
    """

    records: tuple[Record, ...]
    problems: tuple[Diagnostic, ...]
    keys: tuple[OrderKey, ...]
    has_next: bool
    next_cursor: str | None


def read_search(schema: Schema, raw: bytes, field: str) -> SearchAnswer:
    """Return the page in an answer of Search Orders.

    Raises:
        TemporaryFailure: it is not such an answer.

    """
    document = decode_answer(raw)
    orders, metadata = document.get("orders"), document.get("metadata")
    if not isinstance(orders, list):
        raise malformed(f'"orders" is {_shown(orders)}, not a list')
    if not isinstance(metadata, dict):
        raise malformed(f'"metadata" is {_shown(metadata)}, not an object')
    has_next, cursors = metadata.get("hasNext"), metadata.get("cursors")
    if has_next is not None and not isinstance(has_next, bool):
        raise malformed(f'"hasNext" is {_shown(has_next)}, not true or false')
    if cursors is not None and not isinstance(cursors, dict):
        raise malformed(f'"cursors" is {_shown(cursors)}, not an object')
    cursor = (cursors or {}).get("next")
    if cursor is not None and not (isinstance(cursor, str) and len(cursor) <= MAX_CURSOR_CHARS):
        raise malformed(
            f'the cursor "next" is {_shown(cursor)}, not a string of at most {MAX_CURSOR_CHARS:,} characters'
        )
    records, problems = read_records(schema, raw, "order") if orders else ((), ())
    keys = tuple([_key_of(order, field) for order in orders])
    # Of two signs that contradict each other, the one counts that loses no order.
    return SearchAnswer(records, problems, keys, bool(has_next or cursor), cursor or None)


def read_transactions(schema: Schema, raw: bytes) -> tuple[tuple[Record, ...], tuple[Diagnostic, ...]]:
    """Return the records in an answer of List Transactions For Multiple Orders.

    Raises:
        TemporaryFailure: it is not such an answer.

    """
    listed = decode_answer(raw).get("orderTransactions")
    if not isinstance(listed, list):
        raise malformed(f'"orderTransactions" is {_shown(listed)}, not a list')
    return read_records(schema, raw, "transactions") if listed else ((), ())


def read_order(schema: Schema, raw: bytes, order_id: str) -> Record:
    """Return the order in an answer of Get Order.

    Raises:
        TemporaryFailure: it is not such an answer.

    """
    if not isinstance(decode_answer(raw).get("order"), dict):
        raise malformed('"order" is not an object')
    records, _ = read_records(schema, raw, "order")
    if len(records) != 1 or records[0].id != order_id:
        raise malformed("the order has another id")
    return records[0]


def read_records(schema: Schema, raw: bytes, kind: str) -> tuple[tuple[Record, ...], tuple[Diagnostic, ...]]:
    """Return the usable records of an answer, and the problems of the others."""
    found = list(from_bytes(schema, raw, other_tables=True))
    problems = tuple(part for part in found if isinstance(part, Diagnostic))
    records = tuple(
        part for part in found if isinstance(part, Record) and part.kind == kind and part.schema in (None, schema)
    )
    return records, problems


def decode_answer(raw: bytes) -> Mapping[str, JSON]:
    """Return the object of a JSON text.

    Raises:
        TemporaryFailure: it is not an object.

    """
    import msgspec

    try:
        # Several times as fast. What it refuses, such as a lone surrogate, costs one order, not the page.
        document = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        try:
            document = decode_exactly(raw.decode("utf-8"))
        except (ValueError, ArithmeticError, RecursionError):
            raise malformed("it is not JSON") from None
    if not isinstance(document, dict):
        raise malformed(f"it is {_shown(document)}, not an object")
    return document


def malformed(why: str) -> TemporaryFailure:
    """Return the failure of an answer that cannot be used."""
    return TemporaryFailure(f"the service sent a malformed answer: {why}", "malformed answer")


def _key_of(order: JSON, field: str) -> OrderKey:
    if not isinstance(order, dict):
        return OrderKey(None, None)
    number = order.get(NUMBER)
    if isinstance(number, int) and not isinstance(number, bool) and abs(number) < 10**18:
        number = str(number)
    return OrderKey(read_instant(order.get(field)), number if isinstance(number, str) and number else None)


def _shown(value: JSON) -> str:
    return "missing" if value is None else described(value)
