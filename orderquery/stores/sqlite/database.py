"""The tables of a SQLite store: created, checked, and rebuilt from the documents."""

from __future__ import annotations

import sqlite3
from typing import Any

from ...diagnostics.errors import StoreError
from ...documents.rest_names import is_sdk_shaped
from ...language.schema import Schema
from ..document_tables import StoreTables, tables_of
from ..entries import STATE_TABLES
from ..locations import MEMORY
from ..operations import BATCH_ROWS
from ..store_errors import check_upgradable, has_no_records, is_empty
from ..stored_documents import Report, decode_stored, is_usable, problem_of, project_usable
from ..upgrades import check_prepared, facts_of, plan_rebuild
from . import bulk_load, erasure, tables
from .connections import SqliteConnections, connect
from .content import read_about
from .locks import describe, run_with_lock

LAYOUT_VERSION = 1
APPLICATION_ID = 0x6F727179

_WRITER_CACHE_KIB = 65_536
"""Cached pages of the connection that writes: a load touches every index."""

_PAGE_BYTES = 16_384
"""The page size of a new file. Most documents fit into one, so a page of orders needs fewer reads."""

_CHECKPOINT_BYTES = 64 << 20
"""Size of the write-ahead log that starts a checkpoint. Checkpoints are rare: a load often touches the same pages."""


def prepare(connections: SqliteConnections, schema: Schema, create: bool) -> None:
    """Set up the writer, create missing tables, and check the others.

    Raises:
        StoreError: the file is not a store, or has another version or table of fields.

    """
    path = connections.path
    with connections.exclusive() as database:
        within = database.in_transaction
        if not within:
            _configure(database, path)
        if _has_no_tables(database):
            if not create:
                raise is_empty(path)
            if path != MEMORY:
                # Before the first page is written; a file that has one keeps its size.
                database.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
                run_with_lock(database, "PRAGMA journal_mode = WAL")
            with connections.writing():
                if _has_no_tables(database):
                    _create_store(database)
                    _create_tables(database, schema)
        version = _read_version(database, path)
        check_upgradable(path, version, LAYOUT_VERSION, schema, schema.name)
        about = read_about(database, path)
        if version == LAYOUT_VERSION and tables_of(schema).about("schema") not in about:
            if not create:
                raise has_no_records(path, schema)
            with connections.writing():
                if tables_of(schema).about("schema") not in read_about(database, path):
                    _create_tables(database, schema)
            about = read_about(database, path)
        check_prepared(path, version, LAYOUT_VERSION, schema, about)
        if not within:
            bulk_load.finish_abandoned(database, schema)
            erasure.finish_interrupted(database)


def _configure(database: sqlite3.Connection, path: str) -> None:
    erasure.configure_writer(database)
    if path != MEMORY:
        database.execute("PRAGMA synchronous = FULL")
        database.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
        (page_bytes,) = database.execute("PRAGMA page_size").fetchone()
        database.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_BYTES // page_bytes}")


def _has_no_tables(database: sqlite3.Connection) -> bool:
    (count,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(count == 0)


def _read_version(database: sqlite3.Connection, path: str) -> int:
    if database.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise StoreError(
            f"{path} is a SQLite file, but not an orderquery store; use another path, or a layout for your own tables"
        )
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def _create_store(database: sqlite3.Connection) -> None:
    for text in (tables.ABOUT_TABLE, *STATE_TABLES["sqlite"].create):
        database.execute(text)
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {LAYOUT_VERSION}")


def _create_tables(database: sqlite3.Connection, schema: Schema) -> None:
    for text in (
        *tables.document_tables(schema),
        *tables.projected_tables(schema),
        *tables.indexes(schema).values(),
    ):
        database.execute(text)
    _write_about(database, {**facts_of([schema]), tables_of(schema).about("sdk_names"): 0})


def _write_about(database: sqlite3.Connection, facts: dict[str, Any]) -> None:
    database.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", list(facts.items()))


def upgrade(path: str, schema: Schema, report: Report) -> int:
    """Rebuild the searched tables from the documents; return the number of orders.

    The rebuild is all or nothing. Documents that are not JSON are left out and reported.

    Raises:
        StoreError: the store does not exist, or is newer than this package.

    """
    database = connect(path, create=False)
    try:
        version = _read_version(database, path)
        erasure.configure_writer(database)
        database.execute("BEGIN IMMEDIATE")
        schemas, kept = plan_rebuild(path, version, LAYOUT_VERSION, schema, read_about(database, path))
        database.execute("DELETE FROM about")
        _write_about(database, {**kept, **facts_of(schemas)})
        count = sum(_rebuild(database, each, report) for each in schemas)
        database.execute(f"PRAGMA user_version = {LAYOUT_VERSION}")
        # Older versions left copies of what they deleted.
        erasure.note_deletion(database)
        database.execute("COMMIT")
        database.execute("ANALYZE")
        erasure.finish_interrupted(database)
    except sqlite3.Error as problem:
        raise StoreError(f"{path}: {describe(problem)}") from problem
    finally:
        database.close()
    return count


def _rebuild(database: sqlite3.Connection, schema: Schema, report: Report) -> int:
    """Create the searched tables again; return the number of their orders."""
    names = tables_of(schema)
    for table in (names.orders, names.elements):
        database.execute(f"DROP TABLE IF EXISTS {table}")
    for text in tables.projected_tables(schema):
        database.execute(text)
    count, sdk_names = _write_searched(database, schema, names, report)
    for text in tables.indexes(schema).values():
        database.execute(text)
    _write_about(database, {names.about("sdk_names"): int(sdk_names)})
    return count


def _write_searched(
    database: sqlite3.Connection, schema: Schema, names: StoreTables, report: Report
) -> tuple[int, bool]:
    """Write the searched rows; return the number of orders and an SDK flag.

    The flag is true if any document has the SDK's names.
    """
    stored = database.execute(
        f"SELECT d.rid, d.site, d.id, d.document, t.document FROM {names.documents} AS d "
        f"LEFT JOIN {names.transactions} AS t ON t.site = d.site AND t.order_id = d.id"
    )
    without_order = database.execute(
        f"SELECT t.order_id, t.document FROM {names.transactions} AS t WHERE NOT EXISTS "
        f"(SELECT 1 FROM {names.documents} AS d WHERE d.site = t.site AND d.id = t.order_id)"
    )
    count, sdk_names = 0, False
    for order_id, document in without_order:
        if not is_usable(document):
            report(problem_of(order_id, "transactions"))
        else:
            sdk_names = sdk_names or is_sdk_shaped(schema, decode_stored(document))
    while rows := stored.fetchmany(BATCH_ROWS):
        projected = []
        for rid, site, order_id, order, transactions in rows:
            values, documents = project_usable(schema, order_id, order, transactions, report)
            sdk_names = sdk_names or any(is_sdk_shaped(schema, document) for document in documents)
            if values is not None:
                projected.append((rid, site, values))
        tables.write_rows(database, schema, projected)
        count += len(projected)
    return count, sdk_names
