"""Orders and transactions in responses, envelopes and events, with their bytes.

Nothing in this module raises on bad input: a document that cannot be used is returned as a :class:`Diagnostic`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path, Place
from ..diagnostics.quoting import described, quoted
from ..language.datetimes import read_instant
from ..language.limits import MAX_DOCUMENT_LEVELS, MAX_ID_CHARS
from ..language.schema import Schema
from ..syntax.json_decoder import decode_decimal, decode_exactly
from ..syntax.json_printer import encode_json
from .extract import Kind, Values, values_of
from .fields import order_id, transactions_id, unfit_values
from .record_tables import TITLES, is_order_event, other_table_of_event, other_table_of_order, table_of
from .slices import RawSlicer, TextSlicer

if TYPE_CHECKING:
    import msgspec

JSON = Any


@dataclass(frozen=True, slots=True)
class Record:
    """One order or transactions record: its id, its bytes, and its decoded document.

    ``event_time`` is the time of the event that contained it, in microseconds since 1970-01-01 UTC, or ``None``.
    ``values`` are the values of its fields, or ``None`` if they were not read yet. ``schema`` is its table of fields,
    if that is not the one it was read with.
    """

    kind: Kind
    id: str
    document: bytes
    decoded: dict[str, JSON]
    event_time: int | None = None
    values: Values | None = None
    schema: Schema | None = None


Found = Record | Diagnostic
_WHOLE = Place(())


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    import msgspec

    return msgspec.json.Decoder(float_hook=decode_decimal)


class Defect(NamedTuple):
    """Why a document cannot be used, and how to fix it."""

    message: str
    help: str

    def at(self, place: Place) -> Diagnostic:
        """Return the diagnostic ``unusable-document`` for a place."""
        return Diagnostic("unusable-document", self.message, self.help, place)


_TOO_DEEP = Defect("document nests too deeply", f"nest at most {MAX_DOCUMENT_LEVELS} levels")
_LONE_SURROGATE = Defect("document contains a lone surrogate, which UTF-8 cannot encode", "remove the lone surrogate")


def _defect_of(error: Exception) -> Defect:
    if isinstance(error, RecursionError) or "ircular" in str(error):
        return _TOO_DEEP
    if isinstance(error, UnicodeEncodeError):
        return _LONE_SURROGATE
    if isinstance(error, UnicodeDecodeError):
        return Defect(f"not UTF-8 at byte {error.start}", "encode the document as UTF-8")
    if isinstance(error, json.JSONDecodeError):
        return Defect(f"invalid JSON: {error.msg.lower()} at line {error.lineno} column {error.colno}", "fix the JSON")
    if isinstance(error, ArithmeticError):
        return Defect("number with an exponent out of range", "write the number with a smaller exponent")
    message = str(error) if isinstance(error, TypeError) else f"invalid JSON: {error}"
    return Defect(message, "use only values that JSON can hold")


def _not_an_object(value: JSON) -> Defect:
    return Defect(f"expected a JSON object, not {described(value)}", "write each order as a JSON object")


def nests_too_deep(document: JSON, written: bytes) -> bool:
    """Return whether a document nests deeper than ``MAX_DOCUMENT_LEVELS``.

    ``written`` holds its bytes.
    """
    # Counting brackets is faster than a walk, and enough for almost every document.
    if written.count(b"{") + written.count(b"[") <= MAX_DOCUMENT_LEVELS:
        return False
    level, depth = [document], 0
    while level and depth <= MAX_DOCUMENT_LEVELS:
        depth += 1
        inner = [part for part in level if isinstance(part, dict | list | tuple)]
        level = [below for part in inner for below in (part.values() if isinstance(part, dict) else part)]
    return bool(level)


def find_defect(document: JSON) -> Defect | None:
    """Return why a decoded document cannot be stored, or ``None`` if it can."""
    try:
        return _TOO_DEEP if nests_too_deep(document, encode_json(document)) else None
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        return _defect_of(error)


def without_id(kind: Kind, key: str, place: Place) -> Diagnostic:
    """Return the diagnostic for a document whose ``key`` holds no usable id."""
    message = f"{quoted(key)} is missing, or not a string of 1 to {MAX_ID_CHARS} characters"
    what = "the order" if kind == "order" else "the transactions"
    return Diagnostic("no-usable-id", message, f"use {what} as returned by the service, not as sent to it", place)


def from_object(
    schema: Schema, document: JSON, place: Place = _WHOLE, *, other_tables: bool = False
) -> Iterator[Found]:
    """Yield the records and problems of one decoded document."""
    try:
        raw = encode_json(document)
        text = raw.decode("utf-8")
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        yield _defect_of(error).at(place)
        return
    yield from _from_text(schema, text, raw, place, other_tables=other_tables)


def from_bytes(
    schema: Schema,
    raw: bytes,
    place: Place = _WHOLE,
    *,
    report_unfit: bool = True,
    other_tables: bool = False,
) -> Iterator[Found]:
    """Yield the records and problems of one JSON text.

    Without ``report_unfit``, values that do not fit their fields are not reported. With ``other_tables``, records of
    another table of fields are yielded with that table; otherwise they are problems.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        yield _undecodable(error, place)
        return
    yield from _from_text(schema, text, raw, place, report_unfit, other_tables)


def _from_text(
    schema: Schema, text: str, raw: bytes, place: Place, report_unfit: bool = True, other_tables: bool = False
) -> Iterator[Found]:
    suspect = False
    try:
        decoded = _decoder().decode(raw)
    except (ValueError, ArithmeticError, RecursionError):
        # The standard decoder accepts lone surrogates, so that one bad string does not cost a whole response.
        suspect = True
        try:
            decoded = decode_exactly(text, parse_float=decode_decimal)
        except (ValueError, ArithmeticError, RecursionError) as error:
            yield _undecodable(error, place)
            return
    slicer = TextSlicer(text) if suspect else RawSlicer(raw)
    for entity in _entities(schema, decoded):
        if isinstance(entity, Diagnostic):
            yield _at(entity, place)
            continue
        table = entity.schema or schema
        if table is not schema and not other_tables:
            yield _at(_of_another_table(schema, table, Place(entity.path)), place)
            continue
        key = _usable_id(table, entity, suspect)
        if isinstance(key, Diagnostic):
            yield _at(key, place)
            continue
        document = _bytes_of(slicer, entity)
        if document is None:
            yield _at(_TOO_DEEP.at(Place(entity.path)), place)
        elif not report_unfit:
            yield Record(entity.kind, key, document, entity.decoded, entity.event_time, schema=entity.schema)
        else:
            values, all_fit = values_of(table, entity.kind, entity.decoded)
            yield Record(entity.kind, key, document, entity.decoded, entity.event_time, values, entity.schema)
            if not all_fit:
                yield from _unfit_values_of(table, entity, place)


def _bytes_of(slicer: RawSlicer | TextSlicer, entity: _Entity) -> bytes | None:
    """Return the bytes of an entity, or ``None`` if it nests too deep."""
    try:
        document = slicer.slice(entity.path)
    except RecursionError:
        return None
    return None if nests_too_deep(entity.decoded, document) else document


@dataclass(frozen=True, slots=True)
class _Entity:
    """An order or transactions record, with its path in the document that contains it."""

    kind: Kind
    decoded: dict[str, JSON]
    path: Path
    event_time: int | None = None
    schema: Schema | None = None


def _order_entity(schema: Schema, decoded: dict[str, JSON], path: Path) -> _Entity:
    return _Entity("order", decoded, path, schema=other_table_of_order(schema, decoded))


@cache
def _top_level_keys(schema: Schema) -> frozenset[str]:
    """Return the keys of an order, of which every order has at least one."""
    steps = {path[0] for field in schema.fields for source in field.sources for path in source.paths}
    return frozenset(steps | {schema.sdk_names.get(step, step) for step in steps}) - {"payments"}


def _entities(schema: Schema, document: JSON) -> Iterator[_Entity | Diagnostic]:
    if isinstance(document, list):
        for index, item in enumerate(document):
            yield from (_moved(entity, (index,)) for entity in _entities_of_one(schema, item))
    else:
        yield from _entities_of_one(schema, document)


def _moved(entity: _Entity | Diagnostic, base: Path) -> _Entity | Diagnostic:
    if isinstance(entity, Diagnostic):
        return _at(entity, Place(base))
    return replace(entity, path=(*base, *entity.path))


WRAPPERS = frozenset({"entityFqdn", "entityId", "orders", "order", "orderTransactions", "orderId", "payments"})
"""An object that has the key of an order, and none of these keys at its top level, is an order."""


def _entities_of_one(schema: Schema, document: JSON) -> Iterator[_Entity | Diagnostic]:
    if not isinstance(document, dict):
        yield _not_an_object(document).at(_WHOLE)
    elif not schema.envelopes and order_id(schema, document) is not None:
        yield _Entity("order", document, ())
    elif (foreign := foreign_document(schema, document, _WHOLE)) is not None:
        yield foreign
    elif "entityFqdn" in document or ("slug" in document and "entityId" in document):
        yield _event_entity(schema, document)
    elif isinstance(document.get("orders"), list):
        yield from _listed_entities(schema, document["orders"], "orders", "order")
    elif isinstance(document.get("order"), dict):
        yield _order_entity(schema, document["order"], ("order",))
    elif isinstance(document.get("orderTransactions"), dict):
        yield _Entity("transactions", document["orderTransactions"], ("orderTransactions",))
    elif isinstance(document.get("orderTransactions"), list):
        yield from _listed_entities(schema, document["orderTransactions"], "orderTransactions", "transactions")
    elif "orderId" in document and ("payments" in document or "refunds" in document):
        yield _Entity("transactions", document, ())
    elif not _top_level_keys(schema).isdisjoint(document):
        yield _order_entity(schema, document, ())
    else:
        keys = ", ".join(map(quoted, sorted(document)[:5]))
        message = f"unknown document with keys {keys}" if keys else "empty object"
        advice = "load orders, Search Orders responses, order transactions or webhook events"
        yield Diagnostic("unknown-document", message, advice, _WHOLE)


_STORES_KEYS = ("dateCreated", "lastUpdated", "totals", "numericId")
_ECOMMERCE_KEYS = ("createdDate", "priceSummary")


def foreign_document(schema: Schema, document: dict[str, JSON], place: Place) -> Diagnostic | None:
    """Return the diagnostic of an order of another interface (D39), else ``None``."""
    kind = _foreign_kind(document) if schema.envelopes else None
    if kind is None:
        return None
    help_ = "load the orders of the eCommerce Orders API"
    return Diagnostic("foreign-document", f"{kind}, not an eCommerce order", help_, place)


def _foreign_kind(document: dict[str, JSON]) -> str | None:

    def has(key: str) -> bool:
        return key in document or f"_{key}" in document

    if any(map(has, _STORES_KEYS)) and not any(map(has, _ECOMMERCE_KEYS)):
        return "an order of the Stores API"
    if "orderNumber" in document and "number" not in document and ("_context" in document or "buyerEmail" in document):
        return "a payload of Automations"
    return None


def _listed_entities(schema: Schema, items: list[JSON], name: str, kind: Kind) -> Iterator[_Entity | Diagnostic]:
    for index, item in enumerate(items):
        place = Place((name, index))
        if not isinstance(item, dict):
            yield _not_an_object(item).at(place)
        elif kind == "order" and isinstance(item.get("order"), dict) and order_id(schema, item) is None:
            message = "request body of an update, not a whole order"
            yield Diagnostic("partial-order", message, "load the order as returned by Get Order", place)
        elif kind == "order" and (foreign := foreign_document(schema, item, place)) is not None:
            yield foreign
        elif kind == "order":
            yield _order_entity(schema, item, (name, index))
        else:
            yield _Entity(kind, item, (name, index))


def _of_another_table(schema: Schema, table: Schema, place: Place) -> Diagnostic:
    message = f"{TITLES[table.name]}, not {TITLES[table_of(schema)]}"
    return Diagnostic("foreign-document", message, f"use the table {quoted(table.name)}", place)


def _event_entity(schema: Schema, document: dict[str, JSON]) -> _Entity | Diagnostic:
    from .events import read_event

    event = read_event(document)
    if isinstance(event, str):
        advice = "load the event as the webhook received it"
        return Diagnostic("unknown-document", f"invalid webhook event: {event}", advice, _WHOLE)
    path = event.entity_path()
    if path is None or not is_order_event(event.entityFqdn):
        message = f"event {quoted(event.slug)} of {quoted(event.entityFqdn)} contains no order and no transactions"
        return Diagnostic("unknown-document", message, "load only events of orders and of their transactions", _WHOLE)
    decoded = document
    for step in path:
        decoded = decoded[step]
    kind: Kind = "transactions" if event.is_about_transactions else "order"
    table = other_table_of_event(schema, event.entityFqdn)
    return _Entity(kind, decoded, path, read_instant(event.eventTime), table)


def _usable_id(schema: Schema, entity: _Entity, suspect: bool) -> str | Diagnostic:
    """Return the id of an entity, or a diagnostic that says why it cannot be stored."""
    place = Place(entity.path)
    if suspect and _has_surrogates(entity.decoded):
        return _LONE_SURROGATE.at(place)
    if entity.kind == "order":
        found, key = order_id(schema, entity.decoded), schema.key.name
    else:
        found, key = transactions_id(entity.decoded), "orderId"
    return without_id(entity.kind, key, place) if found is None else found


def _has_surrogates(decoded: JSON) -> bool:
    try:
        json.dumps(decoded, ensure_ascii=False, default=str).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        return True
    return False


def _unfit_values_of(schema: Schema, entity: _Entity, place: Place) -> Iterable[Diagnostic]:
    decoded = entity.decoded
    found = unfit_values(schema, decoded) if entity.kind == "order" else unfit_values(schema, {}, decoded)
    for unfit in found:
        yield _at(Diagnostic("unfit-value", str(unfit), "", Place(entity.path)), place)


def _at(diagnostic: Diagnostic, place: Place) -> Diagnostic:
    path = (*(place.path or ()), *(diagnostic.place.path or ()))
    return Diagnostic(diagnostic.code, diagnostic.message, diagnostic.help, Place(path))


def _undecodable(error: Exception, place: Place) -> Diagnostic:
    return replace(_defect_of(error).at(place), facts={"undecoded": True})
