"""The tables of a PostgreSQL store, and its own cursor keys.

Functions to create the tables, check them, and rebuild them from the documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...compiler.cursor_keys import KEYS_VARIABLE, CursorKeys, new_key
from ...diagnostics.errors import StoreError
from ...language.schema import Schema
from ..projection import project_stored
from ..store_errors import check_upgradable, check_versions, not_found
from . import tables
from .connections import PostgresConnection, PostgresConnections
from .driver import errors, sql
from .url import Target, parse_target

LAYOUT_VERSION = 1
TABLES = ("order_document", "orders", "transactions")
"""The tables with rows of orders."""

_BATCH_ROWS = 1_000
_KEY_READERS = """
    SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
    FROM pg_class AS c, aclexplode(c.relacl) AS a
    WHERE c.oid = 'cursor_key'::regclass AND a.grantee <> c.relowner AND a.privilege_type = 'SELECT'
"""


def prepare(connections: PostgresConnections, schema: Schema, create: bool) -> None:
    """Create the tables of a store where there are none.

    Raises:
        StoreError: the store does not exist and is not to be created, or has another version or table of fields.

    """
    shown = connections.target.shown
    with connections.exclusive() as database:
        _check_encoding(database, shown)
        empty = not _list_tables(database, connections.target)
    if empty:
        if not create:
            raise not_found(shown)
        with connections.writing() as database:
            if not _list_tables(database, connections.target):
                _create(database, connections.target, schema)
    with connections.exclusive() as database:
        about = _read_about(database, connections.target)
    version = int(about["layout"])
    check_versions(shown, version, LAYOUT_VERSION, schema, about.get("schema"), about.get("fingerprint"))


def _check_encoding(database: PostgresConnection, shown: str) -> None:
    (encoding,) = database.execute("SHOW server_encoding").fetchone() or ("",)
    if encoding != "UTF8":
        raise StoreError(
            f"{shown} has the encoding {encoding}, which cannot store every order; "
            "create a database with: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0"
        )


def _list_tables(database: PostgresConnection, target: Target) -> set[str]:
    text = (
        "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    )
    return {name for (name,) in database.execute(text, (target.namespace,))}


def _read_about(database: PostgresConnection, target: Target) -> dict[str, str]:
    found: dict[str, str] = {}
    if {"about", *TABLES} <= _list_tables(database, target):
        try:
            found = {str(name): str(value) for name, value in database.execute("SELECT name, value FROM about")}
        except errors.UndefinedColumn:
            found = {}
    if "layout" not in found or not found["layout"].isdecimal():
        raise StoreError(
            f'the tables in schema "{target.namespace}" of {target.shown} are not an orderquery store; '
            "use another schema: add ?namespace=NAME to the URL"
        )
    return found


def _create(database: PostgresConnection, target: Target, schema: Schema) -> None:
    found = database.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (target.namespace,)).fetchone()
    if found is None:
        # IF NOT EXISTS would require the privilege to create a schema even where it exists.
        database.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(target.namespace)))
    for text in (*tables.DOCUMENT_TABLES, tables.projected_table(schema), *tables.indexes(schema)):
        database.execute(text)
    _write_about(database, schema)
    database.execute("REVOKE ALL ON cursor_key FROM PUBLIC")
    # Default privileges may have granted it to other roles.
    for (name,) in database.execute(_KEY_READERS).fetchall():
        database.execute(f"REVOKE ALL ON cursor_key FROM {name}")


def _write_about(database: PostgresConnection, schema: Schema) -> None:
    about = {"schema": schema.name, "fingerprint": schema.fingerprint, "layout": str(LAYOUT_VERSION)}
    for row in about.items():
        database.execute("INSERT INTO about (name, value) VALUES (%s, %s)", row)


def read_or_create_keys(connections: PostgresConnections) -> CursorKeys:
    """Return the store's own cursor keys, newest first; create one if there is none.

    Raises:
        StoreError: other roles can read them, or this role cannot.

    """
    shown = connections.target.shown
    try:
        with connections.exclusive() as database:
            readers = [name for (name,) in database.execute(_KEY_READERS)]
            if readers:
                table = f"{connections.target.namespace}.cursor_key"
                listed = ", ".join(readers)
                raise StoreError(
                    f"other roles can read the cursor keys of {shown}: {listed}; "
                    f"run: REVOKE ALL ON {table} FROM {listed}"
                )
            keys = _read_keys(database)
        if not keys:
            with connections.writing() as database:
                if not _read_keys(database):
                    database.execute("INSERT INTO cursor_key (key) VALUES (%s)", (new_key(),))
                keys = _read_keys(database)
    except StoreError as problem:
        if not isinstance(problem.__cause__, errors.InsufficientPrivilege):
            raise
        raise StoreError(
            f"only the owner of {shown} can read its cursor keys; pass your own keys, or set {KEYS_VARIABLE}"
        ) from None
    return CursorKeys(keys)


def _read_keys(database: PostgresConnection) -> list[str]:
    return [key for (key,) in database.execute("SELECT key FROM cursor_key ORDER BY number DESC")]


def upgrade(location: str, schema: Schema) -> int:
    """Rebuild the searched table from the documents; return the number of orders.

    The rebuild is all or nothing.

    Raises:
        StoreError: the store does not exist, or is newer than this package.

    """
    connections = PostgresConnections(parse_target(location))
    shown = connections.target.shown
    try:
        with connections.exclusive() as database:
            if not _list_tables(database, connections.target):
                raise not_found(shown)
        with connections.writing() as database:
            about = _read_about(database, connections.target)
            check_upgradable(shown, int(about["layout"]), LAYOUT_VERSION, schema, about.get("schema"))
            database.execute("DROP TABLE orders")
            database.execute("DELETE FROM about")
            database.execute(tables.projected_table(schema))
            count = sum(_rebuild(database, schema))
            for text in tables.indexes(schema):
                database.execute(text)
            _write_about(database, schema)
        with connections.exclusive() as database:
            analyze(database)
    finally:
        connections.close()
    return count


def _rebuild(database: PostgresConnection, schema: Schema) -> Iterator[int]:
    """Write the searched rows in batches; yield the size of each."""
    columns = tables.columns(schema)
    with database.cursor("documents") as stored:
        stored.execute(
            "SELECT d.rid, d.site, d.document, t.document FROM order_document AS d "
            "LEFT JOIN transactions AS t ON t.site = d.site AND t.order_id = d.id"
        )
        while rows := stored.fetchmany(_BATCH_ROWS):
            projected = [(rid, site, project_stored(schema, *documents)) for rid, site, *documents in rows]
            tables.write_rows(database, "orders", columns, [tables.make_row(schema, *row) for row in projected])
            yield len(rows)


def analyze(database: PostgresConnection) -> None:
    """Refresh the planner's statistics."""
    for table in TABLES:
        database.execute(f"ANALYZE {table}")
