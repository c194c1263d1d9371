"""The tables of a SQLite store.

The searched rows are narrow; documents and array elements are in separate tables. Every table of records except
``order_document`` and ``transactions`` is derived from those two and the table of fields, so a store can always be
rebuilt from its documents. The records of each table of fields have tables of their own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from ...language.fields import Field
from ...language.schema import Schema
from ...language.types import Value
from ...sql.leaf_tests import list_text, prefix_column
from ..document_tables import tables_of
from ..projection import folding

ABOUT_TABLE = "CREATE TABLE about (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID"


def document_tables(schema: Schema) -> Iterator[str]:
    """Yield the statements that create the tables of documents."""
    names = tables_of(schema)
    yield (
        f"CREATE TABLE {names.documents} (rid INTEGER PRIMARY KEY, site TEXT NOT NULL, id TEXT NOT NULL, "
        "document BLOB NOT NULL) STRICT"
    )
    yield (
        f"CREATE TABLE {names.transactions} (site TEXT NOT NULL, order_id TEXT NOT NULL, event_time INTEGER, "
        "document BLOB NOT NULL, PRIMARY KEY (site, order_id)) STRICT, WITHOUT ROWID"
    )
    yield f"CREATE UNIQUE INDEX {names.documents}_key ON {names.documents} (site, id)"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _type(field: Field) -> str:
    return "TEXT" if field.many or field.type.column == "text" else "INTEGER"


def columns(schema: Schema) -> list[tuple[str, str]]:
    """Return the columns of ``orders`` except ``rid`` and ``site``, with their types."""
    found = []
    for row in schema.stored_fields:
        found.append((row.column, _type(row)))
        if row.prefixed and not row.many:
            found.append((prefix_column(row), "TEXT"))
    return found


def projected_tables(schema: Schema) -> Iterator[str]:
    """Yield the statements that create the searched tables."""
    names = tables_of(schema)
    listed = ", ".join(f"{_quoted(name)} {kind}" for name, kind in columns(schema))
    yield f"CREATE TABLE {names.orders} (rid INTEGER PRIMARY KEY, site TEXT NOT NULL, {listed}) STRICT"
    yield f"CREATE UNIQUE INDEX {names.orders}_key ON {names.orders} (site, {_quoted(schema.key.column)})"
    yield (
        f"CREATE TABLE {names.elements} (field TEXT NOT NULL, value ANY NOT NULL, rid INTEGER NOT NULL, "
        "PRIMARY KEY (field, value, rid)) STRICT, WITHOUT ROWID"
    )
    yield f"CREATE INDEX {names.elements}_rid ON {names.elements} (rid)"


def indexes(schema: Schema) -> dict[str, str]:
    """Return the statements that create the indexes if they are missing, by name.

    There is one for every sort, one for every equality followed by the default sort, and one for every prefix.
    """
    table = tables_of(schema).orders
    return {
        f"{table}_{name}": f'CREATE INDEX IF NOT EXISTS "{table}_{name}" ON {table} (site, {", ".join(parts)})'
        for name, parts in _indexed(schema)
    }


def _indexed(schema: Schema) -> Iterator[tuple[str, list[str]]]:
    key = _quoted(schema.key.column)
    by_default = [_quoted(row.column) for row, _ in schema.sort]
    for row in schema.fields:
        if row.many:
            continue
        if row.sortable:
            yield f"{row.column}_sorted", [_quoted(row.column), key]
        if row.indexed:
            behind = [name for name in by_default if name != _quoted(row.column)]
            yield f"{row.column}_equal", [_quoted(row.column), *behind, key]
        if row.prefixed and row.type.name == "text":
            yield f"{row.column}_prefix", [_quoted(prefix_column(row))]


@cache
def insertion(schema: Schema) -> str:
    """Return the statement that writes a row.

    A row is the rid, the site and the values of :func:`columns`.
    """
    names = [_quoted(name) for name, _ in columns(schema)]
    marks = ", ".join("?" * (len(names) + 2))
    return f"INSERT OR REPLACE INTO {tables_of(schema).orders} (rid, site, {', '.join(names)}) VALUES ({marks})"


def make_row(schema: Schema, values: Mapping[str, Value]) -> tuple[list[Any], list[tuple[str, Any]]]:
    """Return the values of :func:`columns` and the array elements of an order.

    An element is a pair of column and value.
    """
    row: list[Any] = []
    elements: list[tuple[str, Any]] = []
    for name, encode, folded, array, folded_array in _cells(schema):
        value = values[name]
        if array:
            stored = [encode(item) for item in value]
            row.append(list_text(stored) if stored else None)
            elements += [(array, item) for item in set(stored)]
            if folded is not None:
                elements += [(folded_array, text) for text in {folded(item) for item in value}]
            continue
        row.append(None if value is None else encode(value))
        if folded is not None:
            row.append(None if value is None else folded(value))
    return row, elements


_Encode = Callable[[Any], Any]


@cache
def _cells(schema: Schema) -> list[tuple[str, _Encode, _Encode | None, str, str]]:
    """Return how to write each field, one row per field.

    A row is the name, the encoder, the case-folding encoder for prefixes, and the columns of array elements.
    """
    return [
        (
            row.name,
            row.type.encode,
            folding(row) if row.prefixed else None,
            row.column if row.many else "",
            prefix_column(row),
        )
        for row in schema.stored_fields
    ]


def write_rows(
    database: sqlite3.Connection,
    schema: Schema,
    rows: Sequence[tuple[int, str, Mapping[str, Value]]],
    known: Iterable[int] = (),
) -> None:
    """Write the searched rows of orders and their array elements.

    A row is (rid, site, values); ``known`` are the rids to replace.
    """
    searched, elements = [], []
    for rid, site, values in rows:
        row, found = make_row(schema, values)
        searched.append((rid, site, *row))
        elements += [(*element, rid) for element in found]
    table = tables_of(schema).elements
    database.executemany(f"DELETE FROM {table} WHERE rid = ?", [(rid,) for rid in known])
    database.executemany(insertion(schema), searched)
    # Sorted as the table is, each element lands beside the one before: the engine seeks less.
    elements.sort()
    database.executemany(f"INSERT INTO {table} (field, value, rid) VALUES (?, ?, ?)", elements)
