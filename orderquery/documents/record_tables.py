"""The tables of fields of documents: of eCommerce orders or of pricing plans."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..language.grammar_files import table_names
from ..language.schema import DEFAULT_SCHEMA, Schema, load_schema

JSON = Any

PRICING_PLANS = "pricing-plans"
TITLES = {DEFAULT_SCHEMA: "an eCommerce order", PRICING_PLANS: "an order of Pricing Plans"}
"""What a record is called in messages, by its table."""

_MARKS = {DEFAULT_SCHEMA: frozenset({"lineItems", "priceSummary"}), PRICING_PLANS: frozenset({"planId"})}
"""Keys that only the orders of one table have at their top level (D61)."""

_ENTITIES = {
    "wix.ecom.v1.order": DEFAULT_SCHEMA,
    "wix.ecom.v1.order_transactions": DEFAULT_SCHEMA,
    "wix.pricing_plans.v2.order": PRICING_PLANS,
}
"""The tables of the entities of events."""


def table_of(schema: Schema) -> str:
    """Return the name of the table that a table of fields is, or is a version of."""
    return schema.name if schema.name in _MARKS else DEFAULT_SCHEMA


def other_table_of_order(schema: Schema, document: dict[str, JSON]) -> Schema | None:
    """Return the table of an order that belongs to another one than ``schema``."""
    own = table_of(schema)
    if not schema.envelopes or not _MARKS[own].isdisjoint(document):
        return None
    found = (name for name, marks in _MARKS.items() if name != own and not marks.isdisjoint(document))
    name = next(found, None)
    return None if name is None else _load(name)


def is_order_event(entity: str) -> bool:
    """Return whether an ``entityFqdn`` is that of orders or of their transactions."""
    return entity in _ENTITIES


def other_table_of_event(schema: Schema, entity: str) -> Schema | None:
    """Return the table of an event's order, if that is another than ``schema``."""
    name = _ENTITIES[entity]
    return None if name == table_of(schema) else _load(name)


def marks_of_others(schema: Schema) -> frozenset[str]:
    """Return the keys by which an order of another table is known."""
    own = table_of(schema)
    return frozenset().union(*(marks for name, marks in _MARKS.items() if name != own)) - _MARKS[own]


@cache
def _load(name: str) -> Schema:
    assert name in table_names()
    return load_schema(name)
