"""The tables of a SQLite store: created, checked, and rebuilt from the documents."""

from __future__ import annotations

import sqlite3
from typing import Any

from ...diagnostics.errors import StoreError
from ...documents.fields import project
from ...documents.rest_names import is_sdk_shaped
from ...language.schema import Schema
from ..base import MEMORY
from ..projection import decode_stored
from ..store_errors import check_upgradable, check_versions, is_empty
from . import bulk_load, tables
from .connections import connect, describe, run_with_lock

LAYOUT_VERSION = 1
APPLICATION_ID = 0x6F727179

_WRITER_CACHE_KIB = 65_536
"""Cached pages of the connection that writes: a load touches every index."""

_CHECKPOINT_PAGES = 16_384
"""Pages of the write-ahead log that start a checkpoint. Checkpoints are rare: a load often touches the same pages."""

_BATCH_ROWS = 1_000


def prepare(database: sqlite3.Connection, schema: Schema, path: str, create: bool) -> None:
    """Set up a connection that writes, and create the tables of an empty file.

    Raises:
        StoreError: the file is not a store, or has another version or table of fields.

    """
    database.execute("PRAGMA secure_delete = ON")
    if path != MEMORY:
        database.execute("PRAGMA synchronous = FULL")
        database.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
        database.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    if _has_no_tables(database):
        if not create:
            raise is_empty(path)
        if path != MEMORY:
            run_with_lock(database, "PRAGMA journal_mode = WAL")
        run_with_lock(database, "BEGIN IMMEDIATE")
        if _has_no_tables(database):
            _create(database, schema)
        database.execute("COMMIT")
    version, about = _read_version(database, path), _read_about(database)
    check_versions(path, version, LAYOUT_VERSION, schema, about.get("schema"), about.get("fingerprint"))
    bulk_load.finish_abandoned(database, schema)


def _has_no_tables(database: sqlite3.Connection) -> bool:
    (count,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(count == 0)


def _read_version(database: sqlite3.Connection, path: str) -> int:
    if database.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise StoreError(f"{path} is a SQLite file, but not an orderquery store; use another path")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def _read_about(database: sqlite3.Connection) -> dict[str, Any]:
    return dict(database.execute("SELECT name, value FROM about"))


def _create(database: sqlite3.Connection, schema: Schema) -> None:
    for text in tables.DOCUMENT_TABLES:
        database.execute(text)
    database.execute("CREATE UNIQUE INDEX order_document_key ON order_document (site, id)")
    for text in (*tables.projected_tables(schema), *tables.indexes(schema).values()):
        database.execute(text)
    _write_about(database, schema)
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _write_about(database: sqlite3.Connection, schema: Schema, *, sdk_names: bool = False) -> None:
    about = {"schema": schema.name, "fingerprint": schema.fingerprint, "sdk_names": int(sdk_names)}
    database.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", list(about.items()))
    database.execute(f"PRAGMA user_version = {LAYOUT_VERSION}")


def upgrade(path: str, schema: Schema) -> int:
    """Rebuild the searched tables from the documents; return the number of orders.

    The rebuild is all or nothing.

    Raises:
        StoreError: the store does not exist, or is newer than this package.

    """
    database = connect(path, create=False)
    try:
        version = _read_version(database, path)
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN IMMEDIATE")
        check_upgradable(path, version, LAYOUT_VERSION, schema, _read_about(database).get("schema"))
        for table in tables.PROJECTED:
            database.execute(f"DROP TABLE IF EXISTS {table}")
        database.execute("DELETE FROM about")
        for text in tables.projected_tables(schema):
            database.execute(text)
        count, sdk_names = _rebuild(database, schema)
        for text in tables.indexes(schema).values():
            database.execute(text)
        _write_about(database, schema, sdk_names=sdk_names)
        database.execute("COMMIT")
        database.execute("ANALYZE")
    except sqlite3.Error as problem:
        raise StoreError(f"{path}: {describe(problem)}") from problem
    finally:
        database.close()
    return count


def _rebuild(database: sqlite3.Connection, schema: Schema) -> tuple[int, bool]:
    """Write the searched rows; return the number of orders and an SDK flag.

    The flag is true if any document has the SDK's names.
    """
    stored = database.execute(
        "SELECT d.rid, d.site, d.document, t.document FROM order_document AS d "
        "LEFT JOIN transactions AS t ON t.site = d.site AND t.order_id = d.id"
    )
    without_order = database.execute(
        "SELECT t.document FROM transactions AS t "
        "WHERE NOT EXISTS (SELECT 1 FROM order_document AS d WHERE d.site = t.site AND d.id = t.order_id)"
    )
    count = 0
    sdk_names = any(is_sdk_shaped(schema, decode_stored(document)) for (document,) in without_order)
    while rows := stored.fetchmany(_BATCH_ROWS):
        projected = []
        for rid, site, order, transactions in rows:
            documents = decode_stored(order), decode_stored(transactions) if transactions else None
            sdk_names = sdk_names or any(is_sdk_shaped(schema, document) for document in documents if document)
            projected.append((rid, site, project(schema, *documents)))
        tables.write_rows(database, schema, projected)
        count += len(rows)
    return count, sdk_names
