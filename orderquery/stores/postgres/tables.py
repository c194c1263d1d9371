"""The tables of a PostgreSQL store: made, recognised, rebuilt; and the key it makes for its own cursors."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ...compiler.cursor_keys import KEYS_VARIABLE, CursorKeys, new_key
from ...diagnostics.errors import StoreError
from ...documents.fields import project
from ...language.schema import Schema
from ...syntax.json_decoder import decode_json
from . import layout
from .connections import Connections, Database
from .driver import errors, sql
from .url import Target, target_of

LAYOUT_VERSION = 1
TABLES = ("order_document", "orders", "transactions")

_BATCH = 1_000
_READABLE_BY = """
    SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
    FROM pg_class AS c, aclexplode(c.relacl) AS a
    WHERE c.oid = 'cursor_key'::regclass AND a.grantee <> c.relowner AND a.privilege_type = 'SELECT'
"""


def prepare(connections: Connections, schema: Schema, create: bool) -> None:
    """Make the tables of a store where there are none.

    Raises:
        StoreError: there is no store and none is to be made, or another's tables, or those of another version.

    """
    shown = connections.target.shown
    with connections.alone() as database:
        _check_encoding(database, shown)
        empty = not _tables(database, connections.target)
    if empty:
        if not create:
            raise StoreError(f"there is no store {shown}: orderquery load {shown} FILE makes one")
        with connections.writing() as database:
            if not _tables(database, connections.target):
                _create(database, connections.target, schema)
    with connections.alone() as database:
        about = _about(database, connections.target)
    version = _of_schema(about, schema, shown)
    if version < LAYOUT_VERSION or about.get("fingerprint") != schema.fingerprint:
        raise StoreError(f"{shown} was made by an older orderquery or table of fields: orderquery upgrade {shown}")


def _check_encoding(database: Database, shown: str) -> None:
    (encoding,) = database.execute("SHOW server_encoding").fetchone() or ("",)
    if encoding != "UTF8":
        raise StoreError(
            f"{shown} is in {encoding}, which cannot hold every order: "
            "CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0 makes one that can"
        )


def _tables(database: Database, target: Target) -> set[str]:
    text = (
        "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    )
    return {name for (name,) in database.execute(text, (target.namespace,))}


def _about(database: Database, target: Target) -> dict[str, str]:
    found: dict[str, str] = {}
    if {"about", *TABLES} <= _tables(database, target):
        try:
            found = {str(name): str(value) for name, value in database.execute("SELECT name, value FROM about")}
        except errors.UndefinedColumn:
            found = {}
    if "layout" not in found or not found["layout"].isdecimal():
        raise StoreError(
            f"the schema {target.namespace} of {target.shown} holds tables, but no orderquery store: "
            "?namespace=NAME puts the store into another schema"
        )
    return found


def _of_schema(about: dict[str, str], schema: Schema, shown: str) -> int:
    """The version of the layout, which is this one or older."""
    version = int(about["layout"])
    if version > LAYOUT_VERSION:
        raise StoreError(f"{shown} has layout {version}, made by a newer orderquery: this one knows {LAYOUT_VERSION}")
    if about.get("schema") != schema.name:
        raise StoreError(f"{shown} holds {about.get('schema')!r}, not {schema.name!r}: open it with that table")
    return version


def _create(database: Database, target: Target, schema: Schema) -> None:
    there = database.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (target.namespace,)).fetchone()
    if there is None:
        # Not IF NOT EXISTS: that wants the right to create one even where there is nothing to do.
        database.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(target.namespace)))
    for text in (*layout.DOCUMENT_TABLES, layout.projected_table(schema), *layout.indexes(schema)):
        database.execute(text)
    _describe(database, schema)
    database.execute("REVOKE ALL ON cursor_key FROM PUBLIC")
    # Default privileges may have given it to others.
    for (name,) in database.execute(_READABLE_BY).fetchall():
        database.execute(f"REVOKE ALL ON cursor_key FROM {name}")


def _describe(database: Database, schema: Schema) -> None:
    about = {"schema": schema.name, "fingerprint": schema.fingerprint, "layout": str(LAYOUT_VERSION)}
    for row in about.items():
        database.execute("INSERT INTO about (name, value) VALUES (%s, %s)", row)


def own_keys(connections: Connections) -> CursorKeys:
    """The keys the store keeps for its own cursors, the newest first; one is made if there is none.

    Raises:
        StoreError: others may read them, or this role may not.

    """
    shown = connections.target.shown
    try:
        with connections.alone() as database:
            readers = [name for (name,) in database.execute(_READABLE_BY)]
            if readers:
                table = f"{connections.target.namespace}.cursor_key"
                raise StoreError(
                    f"{table} of {shown} may be read by {', '.join(readers)}: "
                    f"REVOKE ALL ON {table} FROM {', '.join(readers)}"
                )
            keys = _keys(database)
        if not keys:
            with connections.writing() as database:
                if not _keys(database):
                    database.execute("INSERT INTO cursor_key (key) VALUES (%s)", (new_key(),))
                keys = _keys(database)
    except StoreError as problem:
        if not isinstance(problem.__cause__, errors.InsufficientPrivilege):
            raise
        raise StoreError(
            f"the cursor keys of {shown} are for its owner alone: give keys of your own, or set {KEYS_VARIABLE}"
        ) from None
    return CursorKeys(keys)


def _keys(database: Database) -> list[str]:
    return [key for (key,) in database.execute("SELECT key FROM cursor_key ORDER BY number DESC")]


def upgrade(location: str, schema: Schema) -> int:
    """Rebuild a store's searched table from its documents, all or nothing; how many orders it holds.

    Raises:
        StoreError: there is no such store, or it is newer than this package.

    """
    connections = Connections(target_of(location))
    shown = connections.target.shown
    try:
        with connections.alone() as database:
            if not _tables(database, connections.target):
                raise StoreError(f"there is no store {shown}: orderquery load {shown} FILE makes one")
        with connections.writing() as database:
            _of_schema(_about(database, connections.target), schema, shown)
            database.execute("DROP TABLE orders")
            database.execute("DELETE FROM about")
            database.execute(layout.projected_table(schema))
            count = sum(_rebuilt(database, schema))
            for text in layout.indexes(schema):
                database.execute(text)
            _describe(database, schema)
        with connections.alone() as database:
            analyze(database)
    finally:
        connections.close()
    return count


def _rebuilt(database: Database, schema: Schema) -> Iterator[int]:
    columns = layout.columns(schema)
    with database.cursor("documents") as stored:
        stored.execute(
            "SELECT d.rid, d.site, d.document, t.document FROM order_document AS d "
            "LEFT JOIN transactions AS t ON t.site = d.site AND t.order_id = d.id"
        )
        while rows := stored.fetchmany(_BATCH):
            layout.put_rows(database, "orders", columns, [_projected(schema, *row) for row in rows])
            yield len(rows)


def _projected(schema: Schema, rid: int, site: str, order: str, others: str | None) -> list[Any]:
    transactions = None if others is None else decode_json(others.encode(), Decimal)
    return layout.row_of(schema, rid, site, project(schema, decode_json(order.encode(), Decimal), transactions))


def analyze(database: Database) -> None:
    """Refresh the planner's statistics."""
    for table in TABLES:
        database.execute(f"ANALYZE {table}")
