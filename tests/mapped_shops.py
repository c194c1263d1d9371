"""Tables as teams have them, created and filled: what the tests of mapped tables search."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote
from uuid import UUID

import engines
import oracle
from backends import KEYS
from project import TESTS
from strategies import Maker

import orderquery as oq
from orderquery.documents.fields import project
from orderquery.sql.dialects import DIALECTS
from orderquery.sql.mapped.field_mapping import FieldMapping
from orderquery.syntax.json_printer import encode_json

JSON = Any
Value = Any
FOLDER = TESTS / "mapped_tables"
ENGINES = ("sqlite", "postgres", "duckdb")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS = count(1)


# -- documents --------------------------------------------------------------------------------------------------


class TameMaker(Maker):
    """Makes documents that no documented limitation affects, and searches with anything."""

    def __init__(self, random: Random, layout: oq.OwnTables, dialect: str) -> None:
        self._form = lambda row: layout.column_format(row, DIALECTS[dialect])
        super().__init__(random, layout.schema)

    def _pool(self, row: oq.Field) -> Sequence[JSON]:
        pool = super()._pool(row)
        if not (row.prefixed and row.type.column == "text"):
            return pool
        return [text for text in pool if all(char.isascii() or char.casefold() == char for char in text)]

    def _value(self, tree: dict[str, JSON], shape: str) -> JSON:
        made = super()._value(tree, shape)
        return made if all(self._holds(row, made) for row, _ in tree.get("", [])) else None

    def _leaf(self, row: oq.Field) -> JSON:
        made = super()._leaf(row)
        return made if self._holds(row, made) else None

    def _holds(self, row: oq.Field, made: JSON) -> bool:
        value, form = row.type.read(made), self._form(row)
        return value is None or form is None or form.can_hold(value)

    def order(self, key: str) -> dict[str, JSON]:
        return tamed(super().order(key))

    def transactions(self, key: str) -> dict[str, JSON]:
        return tamed(super().transactions(key))

    def ids(self, count: int) -> list[str]:
        return [key for key in super().ids(count) if "\0" not in key]


def tamed(value: JSON) -> JSON:
    """Return a document without NUL and without nested lists."""
    if isinstance(value, str):
        return value.replace("\0", "0")
    if isinstance(value, dict):
        return {tamed(key): tamed(part) for key, part in value.items()}
    return [tamed(part) for part in _flat(value)] if isinstance(value, list) else value


def _flat(items: list[JSON]) -> Iterator[JSON]:
    for item in items:
        yield from _flat(item) if isinstance(item, list) else [item]


# -- databases --------------------------------------------------------------------------------------------------


class Database:
    """An empty database of an engine, for one test."""

    def __init__(self, dialect: str, folder: Path) -> None:
        self.dialect = dialect
        if dialect == "postgres":
            import psycopg

            name, url = f"mapped_{os.getpid()}_{next(_NUMBERS)}", engines.postgres_url()
            with psycopg.connect(url, autocommit=True) as database:
                database.execute(f"CREATE SCHEMA {name}")
            option = quote(f"-csearch_path={name}", safe="")
            self.url = f"{url}{'&' if '?' in url else '?'}options={option}"
            self._name = name
        else:
            self.url = str(folder / f"shop_{next(_NUMBERS)}.{'duckdb' if dialect == 'duckdb' else 'db'}")

    @contextmanager
    def opened(self) -> Iterator[Callable[..., Any]]:
        """Yield a function that executes a statement, once per row if rows are given."""
        if self.dialect == "postgres":
            import psycopg

            with psycopg.connect(self.url) as database, database.cursor() as cursor:
                yield (
                    lambda text, rows=None: (
                        cursor.execute(text) if rows is None else cursor.executemany(text.replace("?", "%s"), rows)
                    )
                )
        elif self.dialect == "duckdb":
            import duckdb

            with duckdb.connect(self.url) as database:
                database.begin()
                yield (
                    lambda text, rows=None: (
                        database.execute(text) if rows is None else rows and database.executemany(text, rows)
                    )
                )
                database.commit()
        else:
            database = sqlite3.connect(self.url)
            yield lambda text, rows=None: database.execute(text) if rows is None else database.executemany(text, rows)
            database.commit()
            database.close()

    def store(self, layout: oq.OwnTables, **more: Any) -> oq.Store:
        return oq.open_store(self.url, layout=layout, keys=KEYS, **more)

    def drop(self) -> None:
        if self.dialect == "postgres":
            import psycopg

            with psycopg.connect(self.url, autocommit=True) as database:
                database.execute("SET client_min_messages = warning")
                database.execute(f"DROP SCHEMA {self._name} CASCADE")
        else:
            Path(self.url).unlink(missing_ok=True)


# -- orders as JSON ---------------------------------------------------------------------------------------------


def json_shop(database: Database, orders: Sequence[JSON], transactions: Sequence[JSON]) -> None:
    """Create a table with orders as JSON, and one with transactions."""
    kind = {"sqlite": "TEXT", "postgres": "JSONB", "duckdb": "JSON"}[database.dialect]
    newest = [(key, encode_json(order).decode()) for key, order in oracle.newest(orders).items()]
    last = {record["orderId"]: encode_json(record).decode() for record in transactions}
    with database.opened() as execute:
        for table in ("shop_orders", "shop_transactions"):
            execute(f"CREATE TABLE {table} (order_id TEXT PRIMARY KEY, document {kind})")
        execute("INSERT INTO shop_orders VALUES (?, ?)", newest)
        execute("INSERT INTO shop_transactions VALUES (?, ?)", list(last.items()))


def json_layout(dialect: str, **more: Any) -> oq.OwnTables:
    return oq.json_layout("shop_orders", key="order_id", transactions="shop_transactions", dialect=dialect, **more)


# -- orders in columns ------------------------------------------------------------------------------------------


def column_shop(database: Database, orders: Sequence[JSON], transactions: Sequence[JSON]) -> None:
    """Create the tables of ``column_layout``: a column per field, filled with its values."""
    schema = oq.load_schema()
    records = {record["orderId"]: record for record in transactions}
    columns: list[tuple[oq.Field, str, str]] = []
    for name, mapping in column_layout(database.dialect).mapped:
        row = schema.by_name[name]
        column = mapping.sql.removeprefix("COALESCE(").partition(",")[0].removeprefix("o.")
        if column.isidentifier():
            columns.append((row, column, mapping.form or _usual_form(row, database.dialect)))
    types = TYPES[database.dialect]
    declared = [f"{name} {types['array' if row.many else form]}" for row, name, form in columns]
    rows, items = [], []
    for key, order in oracle.newest(orders).items():
        values = project(schema, order, records.get(key))
        email = values["buyerInfo.email"]
        stored = [_stored(database.dialect, row, form, values[row.name]) for row, _, form in columns]
        rows.append((key, encode_json(order).decode(), None if email is None else email.lower(), *stored))
        names = values["lineItems.productName.original"]
        items += [(key, position, name) for position, name in enumerate(names)]
    with database.opened() as execute:
        execute(
            "CREATE TABLE shop_orders (order_id TEXT PRIMARY KEY, document TEXT, email_lower TEXT, "
            f"{', '.join(declared)})"
        )
        execute("CREATE TABLE shop_items (order_id TEXT, position INTEGER, name TEXT)")
        names = ", ".join(name for _, name, _ in columns)
        marks = ", ".join("?" * (len(columns) + 3))
        execute(f"INSERT INTO shop_orders (order_id, document, email_lower, {names}) VALUES ({marks})", rows)
        execute("INSERT INTO shop_items VALUES (?, ?, ?)", items)


def column_layout(dialect: str) -> Any:
    """Return the layout of ``mapped_tables/*.toml``, with a column of the usual form for each field they do not name."""
    layout: Any = oq.load_layout(FOLDER / f"{dialect}.toml")
    named = {"id", *dict(layout.mapped)}
    more = [(row.name, usual_column(row, dialect)) for row in layout.schema.fields if row.name not in named]
    return replace(layout, mapped=(*layout.mapped, *more))


def usual_column(row: oq.Field, dialect: str) -> FieldMapping:
    return FieldMapping(f"o.{row.name.replace('.', '_').lower()}", "" if row.many else _usual_form(row, dialect))


def _usual_form(row: oq.Field, dialect: str) -> str:
    return DEFAULTS[dialect].get(row.type.name, "text")


DEFAULTS = {
    "sqlite": {"boolean": "boolean"},
    "postgres": {"boolean": "boolean", "instant": "timestamp"},
    "duckdb": {"boolean": "boolean", "instant": "timestamp"},
}
_COUNTED = dict.fromkeys(("seconds", "milliseconds", "microseconds", "hundredths"), "BIGINT")
TYPES = {
    "sqlite": {**_COUNTED, "number": "INTEGER", "boolean": "INTEGER", "text": "TEXT", "iso": "TEXT", "plain": "TEXT",
               "array": "TEXT"},
    "postgres": {**_COUNTED, "number": "NUMERIC", "boolean": "BOOLEAN", "text": "TEXT", "iso": "TEXT", "uuid": "UUID",
                 "timestamp": "TIMESTAMPTZ", "timestamp without zone": "TIMESTAMP", "array": "TEXT[]"},
    "duckdb": {**_COUNTED, "number": "DECIMAL(38, 18)", "boolean": "BOOLEAN", "text": "TEXT", "iso": "TEXT",
               "uuid": "UUID", "timestamp": "TIMESTAMPTZ", "timestamp without zone": "TIMESTAMP", "array": "TEXT[]"},
}  # fmt: skip


def _stored(dialect: str, row: oq.Field, form: str, value: Value) -> Any:
    """Return a value as a column holds it; ``None`` if it is missing."""
    if row.many:
        # NULL and an empty array are equal.
        if not value and len(row.name) % 2:
            return None
        return json.dumps(value) if dialect == "sqlite" else value
    if value is None:
        return None
    if row.type.name == "instant":
        return _instant(form, value)
    if row.type.name == "amount":
        return int(value * 100) if form == "hundredths" else str(value) if form == "text" else value
    if row.type.name == "sequence":
        number, text = value
        plain = text if number == 10**100 else str(number).zfill(9)
        return number if form == "number" else plain
    return UUID(value) if form == "uuid" else value


def _instant(form: str, micros: int) -> Any:
    units = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}
    if form in units:
        return micros // units[form]
    moment = EPOCH + timedelta(microseconds=micros)
    naive = moment.replace(tzinfo=None)
    if form == "iso":
        return naive.isoformat(timespec="milliseconds") + "Z"
    if form == "plain":
        return naive.isoformat(" ", "seconds")
    if form == "text":
        return naive.isoformat() + ("+00:00" if micros % 2 else "z")
    return moment if form == "timestamp" else naive


# -- orders one by one -------------------------------------------------------------------------------------------


def order(key: str, **fields: JSON) -> dict[str, JSON]:
    made: dict[str, JSON] = {"id": key, "status": "APPROVED", "createdDate": "2024-01-01T00:00:00.000Z"}
    for name, value in fields.items():
        at = made
        *path, last = name.split("__")
        for step in path:
            at = at.setdefault(step, {})
        at[last] = value
    return made


def found(database: Database, search: JSON, *orders: JSON, transactions: JSON = (), **layout: Any) -> list[str]:
    json_shop(database, orders, transactions)
    with database.store(json_layout(database.dialect, **layout)) as store:
        ids = list(store.search(search).ids)
        assert store.count(search) == len(ids)
        return ids
