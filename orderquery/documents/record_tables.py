"""The tables of fields of documents: of eCommerce orders or of pricing plans."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..diagnostics.quoting import quoted
from ..language.schema import DEFAULT_SCHEMA, Schema, load_schema

JSON = Any

PRICING_PLANS = "pricing-plans"

_TITLES = {DEFAULT_SCHEMA: "an eCommerce order", PRICING_PLANS: "an order of Pricing Plans"}
"""What a record is called in messages, by its table."""

_MARKS = {DEFAULT_SCHEMA: frozenset({"lineItems", "priceSummary"}), PRICING_PLANS: frozenset({"planId"})}
"""Keys that only the orders of one table have at their top level (D61)."""


def _name_of(schema: Schema) -> str:
    """Return the name of the table that a table of fields is, or is a version of."""
    return schema.name if schema.name in _MARKS else DEFAULT_SCHEMA


@cache
def _other_tables(schema: Schema) -> tuple[Schema, ...]:
    return tuple(load_schema(name) for name in _MARKS if schema.envelopes and name != _name_of(schema))


def table_of_order(schema: Schema, document: dict[str, JSON]) -> Schema:
    """Return the table that an order belongs to: ``schema``, or another one."""
    if _MARKS[_name_of(schema)].isdisjoint(document):
        for table in _other_tables(schema):
            if not _MARKS[table.name].isdisjoint(document):
                return table
    return schema


def table_of_event(schema: Schema, entity: JSON = None, type_name: JSON = None) -> Schema | None:
    """Return the table of an event by the name of its entity, else by its type.

    Returns ``None`` if no table has it.
    """
    for table in (schema, *_other_tables(schema)):
        if isinstance(entity, str):
            if entity in table.events:
                return table
        elif isinstance(type_name, str) and any(type_name.startswith(f"{known}_") for known in table.events):
            return table
    return None


def marks_of_others(schema: Schema) -> frozenset[str]:
    """Return the keys by which an order of another table is known."""
    marks = (_MARKS[table.name] for table in _other_tables(schema))
    return frozenset[str]().union(*marks) - _MARKS[_name_of(schema)]


def of_another_table(schema: Schema, table: Schema, place: Place) -> Diagnostic:
    """Return the diagnostic of a record that belongs to another table."""
    message = f"{_TITLES[table.name]}, not {_TITLES[_name_of(schema)]}"
    return Diagnostic("foreign-document", message, f"use the table {quoted(table.name)}", place)
