"""The tables of a PostgreSQL store, and its own cursor keys.

Functions to create the tables, check them, and rebuild them from the documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...compiler.cursor_keys import KEYS_VARIABLE, CursorKeys, new_key
from ...diagnostics.errors import StoreError
from ...language.schema import Schema
from ..document_tables import FACTS_QUERY, StoreTables, facts_among, stored_tables, tables_of
from ..entries import STATE_TABLES
from ..operations import BATCH_ROWS
from ..store_errors import has_no_records, not_found
from ..stored_documents import Report, project_usable
from ..upgrades import check_prepared, facts_of, plan_rebuild
from . import tables
from .connections import PostgresConnection, PostgresConnections
from .driver import errors, sql
from .url import Target, parse_target

LAYOUT_VERSION = 1
_KEY_READERS = """
    SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
    FROM pg_class AS c, aclexplode(c.relacl) AS a
    WHERE c.oid = 'cursor_key'::regclass AND a.grantee <> c.relowner AND a.privilege_type = 'SELECT'
"""


def prepare(connections: PostgresConnections, schema: Schema, create: bool) -> None:
    """Create missing tables, and check the others.

    Raises:
        StoreError: the store does not exist and is not to be created, or has another version or table of fields.

    """
    target = connections.target
    with connections.exclusive() as database:
        _check_encoding(database, target.shown)
        empty = not _list_tables(database, target)
    if empty:
        if not create:
            raise not_found(target.shown)
        with connections.writing() as database:
            if not _list_tables(database, target):
                _create_store(database, target)
                _create_tables(database, schema)
    with connections.exclusive() as database:
        about = _read_about(database, target)
    version = int(about["layout"])
    if version == LAYOUT_VERSION and tables_of(schema).about("schema") not in about:
        if not create:
            raise has_no_records(target.shown, schema)
        with connections.writing() as database:
            if tables_of(schema).about("schema") not in _read_about(database, target):
                _create_tables(database, schema)
            about = _read_about(database, target)
    check_prepared(target.shown, version, LAYOUT_VERSION, schema, about)


_TABLE_KINDS = "rp"
"""A view in place of a table might never end."""


def _check_encoding(database: PostgresConnection, shown: str) -> None:
    (encoding,) = database.execute("SHOW server_encoding").fetchone() or ("",)
    if encoding != "UTF8":
        raise StoreError(
            f"{shown} has the encoding {encoding}, which cannot store every order; "
            "create a database with: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0"
        )


def _list_tables(database: PostgresConnection, target: Target, kinds: str = "rpvmf") -> set[str]:
    """Return the names of tables, views and foreign tables, or of some kinds of them."""
    text = (
        "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relkind = ANY(%s)"
    )
    return {name for (name,) in database.execute(text, (target.namespace, list(kinds)))}


def _has_columns(database: PostgresConnection, target: Target) -> bool:
    """Return whether a table ``about`` has the columns of that of a store.

    Asking for a column that is missing would end the open transaction.
    """
    text = (
        "SELECT count(*) FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid "
        "JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %s AND c.relname = 'about' AND c.relkind = 'r' AND a.attname IN ('name', 'value')"
    )
    return database.execute(text, (target.namespace,)).fetchone() == (2,)


def _read_about(database: PostgresConnection, target: Target) -> dict[str, str]:
    found: dict[str, str] = {}
    if _has_columns(database, target):
        found = facts_among(database.execute(FACTS_QUERY).fetchall())
    needed = {table for names in stored_tables(found) for table in (names.documents, names.orders, names.transactions)}
    if not found.get("layout", "").isdecimal() or not needed <= _list_tables(database, target, _TABLE_KINDS):
        raise StoreError(
            f'the tables in schema "{target.namespace}" of {target.shown} are not an orderquery store; '
            "use another schema: add ?namespace=NAME to the URL"
        )
    return found


def _create_store(database: PostgresConnection, target: Target) -> None:
    found = database.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (target.namespace,)).fetchone()
    if found is None:
        # IF NOT EXISTS would require the privilege to create a schema even where it exists.
        database.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(target.namespace)))
    for text in (*tables.STORE_TABLES, *STATE_TABLES["postgres"].create):
        database.execute(text)
    _write_about(database, {"layout": str(LAYOUT_VERSION)})
    database.execute("REVOKE ALL ON cursor_key FROM PUBLIC")
    # Default privileges may have granted it to other roles.
    for (name,) in database.execute(_KEY_READERS).fetchall():
        database.execute(f"REVOKE ALL ON cursor_key FROM {name}")


def _create_tables(database: PostgresConnection, schema: Schema) -> None:
    for text in (*tables.document_tables(schema), tables.projected_table(schema), *tables.indexes(schema)):
        database.execute(text)
    _write_about(database, facts_of([schema]))


def _write_about(database: PostgresConnection, facts: dict[str, str]) -> None:
    for row in facts.items():
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


def upgrade(location: str, schema: Schema, report: Report) -> int:
    """Rebuild the searched tables from the documents; return the number of orders.

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
            schemas, kept = plan_rebuild(shown, int(about["layout"]), LAYOUT_VERSION, schema, about)
            database.execute("DELETE FROM about")
            _write_about(database, {"layout": str(LAYOUT_VERSION), **kept, **facts_of(schemas)})
            count = sum(sum(_rebuild(database, each, report)) for each in schemas)
        with connections.exclusive() as database:
            for each in schemas:
                analyze(database, tables_of(each))
    finally:
        connections.close()
    return count


def _rebuild(database: PostgresConnection, schema: Schema, report: Report) -> Iterator[int]:
    """Create a searched table again, in batches; yield the size of each."""
    names, columns = tables_of(schema), tables.columns(schema)
    database.execute(f"DROP TABLE {names.orders}")
    database.execute(tables.projected_table(schema))
    with database.cursor("documents") as stored:
        stored.execute(
            f"SELECT d.rid, d.site, d.id, d.document, t.document FROM {names.documents} AS d "
            f"LEFT JOIN {names.transactions} AS t ON t.site = d.site AND t.order_id = d.id"
        )
        while rows := stored.fetchmany(BATCH_ROWS):
            projected = [
                (rid, site, project_usable(schema, order_id, order, transactions, report)[0])
                for rid, site, order_id, order, transactions in rows
            ]
            made = [tables.make_row(schema, rid, site, values) for rid, site, values in projected if values is not None]
            tables.write_rows(database, names.orders, columns, made)
            yield len(made)
    for text in tables.indexes(schema):
        database.execute(text)


def analyze(database: PostgresConnection, names: StoreTables) -> None:
    """Refresh the planner's statistics."""
    for table in (names.documents, names.orders, names.transactions):
        database.execute(f"ANALYZE {table}")
