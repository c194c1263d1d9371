"""The records in a decoded document: in responses, envelopes and events (D39)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path, Place
from ..diagnostics.quoting import quoted
from ..language.datetimes import read_instant
from ..language.schema import Schema
from .defects import not_an_object
from .extract import Kind
from .fields import order_id
from .record_tables import marks_of_others, table_of_event, table_of_order

JSON = Any
_WHOLE = Place(())
_MAX_ENVELOPES = 4
"""Of envelopes inside each other; the service nests three."""


@dataclass(frozen=True, slots=True)
class Entity:
    """An order or transactions record, with its path in the document that contains it.

    ``schema`` is its table of fields, if that is not the one the document is read with.
    """

    kind: Kind
    decoded: dict[str, JSON]
    path: Path
    event_time: int | None = None
    schema: Schema | None = None


@dataclass(frozen=True, slots=True)
class NestedText:
    """A JSON text that a document contains as a string; ``schema`` as of an entity."""

    text: str
    path: Path
    schema: Schema | None = None


@dataclass(frozen=True, slots=True)
class OldOrder:
    """An order of the Stores API, with its path in the document that contains it.

    ``title`` is what messages call it.
    """

    decoded: dict[str, JSON]
    path: Path
    title: str


Part = Entity | OldOrder | NestedText | Diagnostic

_WRAPPERS = frozenset({"entityFqdn", "entityId", "orders", "order", "orderTransactions", "orderId", "payments"})
_STORES_KEYS = ("dateCreated", "lastUpdated", "totals", "numericId")
_ECOMMERCE_KEYS = ("createdDate", "priceSummary")
_AUTOMATIONS = "a payload of Automations"
_STORES_EVENTS = "com.wix.ecommerce.orders.api.v2."
"""The package of the old events of the Stores API: their bodies hold old orders."""
_FOREIGN_KEYS = frozenset({*_STORES_KEYS, *(f"_{key}" for key in _STORES_KEYS), "orderNumber"})


@cache
def marking_keys(schema: Schema) -> frozenset[str]:
    """Return keys that an object may have that is not a record.

    An object that has the key of the table, and none of these at its top level, is a record.
    """
    if schema.envelopes:
        return _WRAPPERS | _FOREIGN_KEYS | marks_of_others(schema)
    return frozenset({"entityFqdn"}) if schema.events else frozenset()


def find_entities(schema: Schema, document: JSON) -> Iterator[Part]:
    """Yield the records of a document, and a diagnostic for each part that is none."""
    items = (
        [((index,), item) for index, item in enumerate(document)] if isinstance(document, list) else [((), document)]
    )
    for base, item in items:
        for part in _parts_of(schema, item, 1):
            moved = _moved(part, base)
            if isinstance(moved, Entity) and moved.kind == "order":
                yield _foreign_part(schema, moved.decoded, moved.path) or _at_table(schema, moved)
            else:
                yield moved


def _at_table(schema: Schema, order: Entity) -> Entity:
    table = order.schema or table_of_order(schema, order.decoded)
    return order if table is schema else replace(order, schema=table)


def _moved(part: Part, base: Path, event_time: int | None = None) -> Part:
    if isinstance(part, Diagnostic):
        return moved_diagnostic(part, Place(base))
    path = (*base, *part.path)
    if isinstance(part, Entity):
        return replace(part, path=path, event_time=part.event_time if event_time is None else event_time)
    return replace(part, path=path)


def moved_diagnostic(diagnostic: Diagnostic, base: Place) -> Diagnostic:
    """Return a diagnostic of a part at its place in the whole."""
    return replace(diagnostic, place=Place((*(base.path or ()), *(diagnostic.place.path or ()))))


@cache
def _top_level_keys(schema: Schema) -> frozenset[str]:
    """Return the keys of an order, of which every order has at least one."""
    steps = {path[0] for field in schema.fields for source in field.sources for path in source.all_paths}
    return frozenset(steps | {schema.sdk_names.get(step, step) for step in steps}) - {"payments"}


@cache
def _has_transactions(schema: Schema) -> bool:
    return schema.envelopes or any(field.record == "transactions" for field in schema.fields)


def _parts_of(schema: Schema, document: JSON, level: int) -> Iterator[Part]:
    has_envelopes = schema.envelopes or bool(schema.events)
    if has_envelopes and isinstance(document, str) and document.lstrip()[:1] == "{" and level <= _MAX_ENVELOPES:
        yield NestedText(document, ())
    elif not isinstance(document, dict):
        yield not_an_object(document).at(_WHOLE)
    elif _is_event(schema, document):
        yield _event_entity(schema, document)
    elif not schema.envelopes and order_id(schema, document) is not None:
        yield Entity("order", document, ())
    elif "entityFqdn" in document or ("slug" in document and "entityId" in document):
        yield _event_entity(schema, document)
    elif isinstance(document.get("orders"), list):
        yield from _listed_entities(schema, document["orders"], "orders", "order")
    elif isinstance(document.get("order"), dict):
        yield Entity("order", document["order"], ("order",))
    elif isinstance(document.get("orderTransactions"), dict):
        yield Entity("transactions", document["orderTransactions"], ("orderTransactions",))
    elif isinstance(document.get("orderTransactions"), list):
        yield from _listed_entities(schema, document["orderTransactions"], "orderTransactions", "transactions")
    elif "orderId" in document and ("payments" in document or "refunds" in document) and _has_transactions(schema):
        yield Entity("transactions", document, ())
    elif has_envelopes and isinstance(document.get("metadata"), dict) and not _has_key(schema, document):
        yield from _handled_event(schema, document, level)
    elif has_envelopes and (name := _content_name(document)) and not _has_key(schema, document):
        yield from _content(schema, document, name, level)
    elif not _top_level_keys(schema).isdisjoint(document):
        yield Entity("order", document, ())
    else:
        yield _foreign_part(schema, document, ()) or _unknown(document)


def _unknown(document: dict[str, JSON]) -> Diagnostic:
    keys = ", ".join(map(quoted, sorted(document)[:5]))
    message = f"unknown document with keys {keys}" if keys else "empty object"
    advice = "load orders, Search Orders responses, order transactions or webhook events"
    return Diagnostic("unknown-document", message, advice, _WHOLE)


def _has_key(schema: Schema, document: dict[str, JSON]) -> bool:
    return order_id(schema, document) is not None


def _listed_entities(schema: Schema, items: list[JSON], name: str, kind: Kind) -> Iterator[Part]:
    for index, item in enumerate(items):
        place = Place((name, index))
        if not isinstance(item, dict):
            yield not_an_object(item).at(place)
        elif kind == "order" and isinstance(item.get("order"), dict) and not _has_key(schema, item):
            message = "request body of an update, not a whole order"
            yield Diagnostic("partial-order", message, "load the order as returned by Get Order", place)
        else:
            yield Entity(kind, item, (name, index))


# -- documents of other interfaces ------------------------------------------------------------------------------


def foreign_document(schema: Schema, document: dict[str, JSON], place: Place) -> Diagnostic | None:
    """Return the diagnostic of an order of another interface (D39), else ``None``."""
    part = _foreign_part(schema, document, ())
    if isinstance(part, OldOrder):
        return old_order(part, place)
    return part if part is None else moved_diagnostic(part, place)


def old_order(order: OldOrder, place: Place) -> Diagnostic:
    """Return the diagnostic of an order of the Stores API that is not converted."""
    help_ = "convert it: orderquery convert-orders FILE"
    return Diagnostic("foreign-document", f"{order.title}, not an eCommerce order", help_, place)


def _foreign_part(schema: Schema, document: dict[str, JSON], path: Path) -> OldOrder | Diagnostic | None:
    if not schema.envelopes or document.keys().isdisjoint(_FOREIGN_KEYS):
        return None
    kind = _foreign_kind(document)
    if kind == _AUTOMATIONS:
        help_ = "load this order as the eCommerce Orders API returns it: GET /ecom/v1/orders/ID"
        return Diagnostic("foreign-document", f"{kind}, not an eCommerce order", help_, Place(path))
    if kind is not None and "fulfillmentId" in document and "lineItems" not in document:
        message = "an event of a fulfillment of the Stores API contains no order"
        return Diagnostic("unknown-document", message, "load only events that contain one", Place(path))
    return None if kind is None else OldOrder(document, path, kind)


def _foreign_kind(document: dict[str, JSON]) -> str | None:

    def has(key: str) -> bool:
        return key in document or f"_{key}" in document

    if any(map(has, _STORES_KEYS)) and not any(map(has, _ECOMMERCE_KEYS)):
        is_row = "_id" in document or any(f"_{key}" in document for key in _STORES_KEYS)
        return "a row of the Velo collection Stores/Orders" if is_row else "an order of the Stores API"
    if "orderNumber" in document and "number" not in document and ("_context" in document or "buyerEmail" in document):
        return _AUTOMATIONS
    return None


# -- webhook events ---------------------------------------------------------------------------------------------


def _is_event(schema: Schema, document: dict[str, JSON]) -> bool:
    """Return whether a document is an event of a table."""
    name = document.get("entityFqdn")
    return isinstance(name, str) and table_of_event(schema, name) is not None


def _event_entity(schema: Schema, document: dict[str, JSON]) -> Entity | Diagnostic:
    from .events import read_event

    event = read_event(document)
    if isinstance(event, str):
        advice = "load the event as the webhook received it"
        return Diagnostic("unknown-document", f"invalid webhook event: {event}", advice, _WHOLE)
    table = table_of_event(schema, event.entityFqdn)
    if table is None:
        return _other_event(schema, event.entityFqdn, event.slug)
    kind = table.events[event.entityFqdn]
    path = event.entity_path(kind)
    if path is None:
        message = f"event {quoted(event.slug)} of {quoted(event.entityFqdn)} contains no order and no transactions"
        return Diagnostic("unknown-document", message, "load only events that contain one", _WHOLE)
    decoded = document
    for step in path:
        decoded = decoded[step]
    return Entity(kind, decoded, path, read_instant(event.eventTime), None if table is schema else table)


def _other_event(schema: Schema, name: str, slug: JSON = None) -> Diagnostic:
    event = f"event {quoted(slug)} of {quoted(name)}" if isinstance(slug, str) else f"event {quoted(name)}"
    known = " and ".join(map(quoted, schema.events)) or "none"
    message = f"{event} does not belong to the table {quoted(schema.name)}"
    return Diagnostic("unknown-document", message, f"load only events of these entities: {known}", _WHOLE)


def _handled_event(schema: Schema, document: dict[str, JSON], level: int) -> Iterator[Part]:
    """Yield the record of an event as the handlers of the JavaScript SDK get it."""
    metadata = document["metadata"]
    event_time = read_instant(metadata.get("eventTime"))
    name, type_name = metadata.get("entityFqdn"), metadata.get("eventType") or document.get("eventType")
    data, entity = document.get("data"), document.get("entity")
    table = table_of_event(schema, name, type_name)
    if isinstance(name, str) and table is None:
        yield _other_event(schema, name, metadata.get("slug"))
    elif isinstance(entity, dict):
        known = table or schema
        kind = known.events[name] if isinstance(name, str) else _kind_of_type(known, type_name)
        if kind is not None:
            yield Entity(kind, entity, ("entity",), event_time, None if known is schema else known)
        elif isinstance(type_name, str):
            yield _other_event(schema, type_name)
        elif level > _MAX_ENVELOPES:
            yield _unknown(document)
        else:
            yield from (_moved(part, ("entity",), event_time) for part in _parts_of(schema, entity, level + 1))
    elif isinstance(data, dict) and (found := _action_entity(table or schema, data, name)) is not None:
        yield _of_table(_moved(found, ("data",), event_time), schema, table)
    else:
        yield _unknown(document)


def _kind_of_type(schema: Schema, type_name: JSON) -> Kind | None:
    """Return the kind of the entity in an event of this type.

    Only events of these two types contain an entity. The name of one entity may begin with the name of another.
    """
    for entity, kind in schema.events.items():
        if type_name in (f"{entity}_created", f"{entity}_updated"):
            return kind
    return None


def _action_entity(schema: Schema, body: dict[str, JSON], name: JSON) -> Entity | None:
    """Return the record in the body of an event.

    It is of the entity ``name``, if that is known.
    """
    kinds: dict[str, Kind] = {"order": "order", "orderTransactions": "transactions"}
    for key, kind in kinds.items():
        is_named = not isinstance(name, str) or schema.events[name] == kind
        if isinstance(body.get(key), dict) and is_named:
            return Entity(kind, body[key], (key,))
    return None


def _content_name(document: dict[str, JSON]) -> str:
    """Return the key that holds the content of an envelope, or an empty text."""
    return next((name for name in ("data", "payload") if isinstance(document.get(name), str | dict)), "")


def _content(schema: Schema, document: dict[str, JSON], name: str, level: int) -> Iterator[Part]:
    """Yield the records in the claims of a webhook token, or in a part of them."""
    content, type_name = document[name], document.get("eventType")
    table = table_of_event(schema, type_name=type_name)
    if isinstance(type_name, str) and table is None and not type_name.startswith(_STORES_EVENTS):
        yield _other_event(schema, type_name)
    elif level > _MAX_ENVELOPES:
        yield _unknown(document)
    elif isinstance(content, str):
        yield _of_table(NestedText(content, (name,)), schema, table)
    else:
        for part in _parts_of(table or schema, content, level + 1):
            yield _of_table(_moved(part, (name,)), schema, table)


def _of_table(part: Part, schema: Schema, table: Schema | None) -> Part:
    """Return a part of an event of ``table``, in a document read with ``schema``."""
    if isinstance(part, Diagnostic | OldOrder) or table is None or table is schema:
        return part
    found = part.schema or table
    return replace(part, schema=None if found is schema else found)
