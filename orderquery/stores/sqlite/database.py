"""The file of an embedded store: connected to, made, recognised, rebuilt."""

from __future__ import annotations

import sqlite3
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from ...diagnostics.errors import StoreError
from ...documents.fields import project
from ...documents.rest_names import is_sdk_shaped
from ...language.schema import Schema
from ...syntax.json_decoder import decode_json
from ..disk_errors import MAKE_ROOM
from . import bulk_load as bulk
from . import tables as layout

JSON = Any

LAYOUT_VERSION = 1
APPLICATION_ID = 0x6F727179
OLDEST_SQLITE = (3, 38, 0)
MEMORY = ":memory:"
PATIENCE = 30.0
"""Seconds to wait for another process that writes."""

_AGAIN = 0.001
"""Seconds between two looks for a lock."""

_CACHE = 65_536
"""KiB of pages kept in memory: loads touch every index."""

_READER_CACHE = 16_384
"""KiB of pages, of each connection that reads."""

_BATCH = 1_000

_CHECKPOINT = 16_384
"""Pages of the write-ahead log after which it is copied back: seldom, for a load touches the same pages often."""


_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE)
"""What the engine's errors are where no room is left: on a disk, in a quota, and for what its connections share."""


def why(problem: Exception) -> str:
    """What an error of the engine says, and what to do about it where that is known."""
    code = getattr(problem, "sqlite_errorcode", 0)
    if code in _NO_ROOM:
        return f"{problem}: {MAKE_ROOM}"
    # An extended code has the plain one in its lowest byte.
    if code & 0xFF == sqlite3.SQLITE_BUSY:
        return f"another process has been writing for {PATIENCE:g} s: do it again when it has finished"
    return str(problem)


def decoded(document: bytes) -> JSON:
    """A stored document, its numbers exact."""
    return decode_json(document, Decimal)


def connect(path: str, create: bool) -> sqlite3.Connection:
    """A connection to a file, or to memory.

    Raises:
        StoreError: the file is not there and not to be made, or cannot be opened.

    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(f"the embedded store needs SQLite {wanted} or newer, this Python has {sqlite3.sqlite_version}")
    if path != MEMORY:
        file = Path(path)
        if not create and not file.exists():
            raise StoreError(f"there is no store {path}: orderquery load {path} FILE makes one")
        if not file.parent.is_dir():
            raise StoreError(f"cannot make {path}: there is no folder {file.parent}")
    try:
        return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    except (sqlite3.Error, ValueError) as problem:
        raise StoreError(f"{path!r}: {problem}") from None


def prepare_reader(database: sqlite3.Connection) -> None:
    """Set up a connection that only reads."""
    database.execute("PRAGMA query_only = ON")
    database.execute(f"PRAGMA cache_size = -{_READER_CACHE}")


def prepare(database: sqlite3.Connection, schema: Schema, path: str, create: bool) -> None:
    """Set up a connection that writes, and make the tables of an empty file.

    Raises:
        StoreError: the file is no store, or one of another version or table.

    """
    database.execute("PRAGMA secure_delete = ON")
    if path != MEMORY:
        database.execute("PRAGMA synchronous = FULL")
        database.execute(f"PRAGMA cache_size = -{_CACHE}")
        database.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
    if _is_empty(database):
        if not create:
            raise StoreError(f"{path} is empty: orderquery load {path} FILE fills it")
        if path != MEMORY:
            take_lock(database, "PRAGMA journal_mode = WAL")
        take_lock(database, "BEGIN IMMEDIATE")
        if _is_empty(database):
            _create(database, schema)
        database.execute("COMMIT")
    version = _version(database, path)
    _not_newer(version, path)
    about = _of_schema(database, schema, path)
    if version < LAYOUT_VERSION or about.get("fingerprint") != schema.fingerprint:
        raise StoreError(f"{path} was made by an older orderquery or table of fields: orderquery upgrade {path}")
    bulk.finish_abandoned(database, schema)


def take_lock(database: sqlite3.Connection, text: str) -> None:
    """Run a statement that waits for other processes which write.

    The engine looks for the lock every tenth of a second: beside a process that writes without a pause it might find it
    taken for ever; and for the lock of a new log it does not wait at all.
    """
    end = time.monotonic() + PATIENCE
    database.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                database.execute(text)
                return
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            time.sleep(_AGAIN)
    finally:
        database.execute(f"PRAGMA busy_timeout = {PATIENCE * 1_000:.0f}")


def _is_empty(database: sqlite3.Connection) -> bool:
    (count,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(count == 0)


def _version(database: sqlite3.Connection, path: str) -> int:
    if database.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise StoreError(f"{path} is a SQLite file, but no orderquery store")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def _of_schema(database: sqlite3.Connection, schema: Schema, path: str | Path) -> dict[str, Any]:
    about = dict(database.execute("SELECT name, value FROM about"))
    if about.get("schema") != schema.name:
        raise StoreError(f"{path} holds {about.get('schema')!r}, not {schema.name!r}: open it with that table")
    return about


def _not_newer(version: int, path: str | Path) -> None:
    if version > LAYOUT_VERSION:
        raise StoreError(f"{path} has layout {version}, made by a newer orderquery: this one knows {LAYOUT_VERSION}")


def _create(database: sqlite3.Connection, schema: Schema) -> None:
    for text in layout.DOCUMENT_TABLES:
        database.execute(text)
    database.execute("CREATE UNIQUE INDEX order_document_key ON order_document (site, id)")
    _create_projected(database, schema)
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _create_projected(database: sqlite3.Connection, schema: Schema) -> None:
    for text in layout.projected_tables(schema):
        database.execute(text)
    for text in layout.indexes(schema).values():
        database.execute(text)
    _say_made(database, schema)


def _say_made(database: sqlite3.Connection, schema: Schema, *, sdk_names: bool = False) -> None:
    about = {"schema": schema.name, "fingerprint": schema.fingerprint, "sdk_names": int(sdk_names)}
    database.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", list(about.items()))
    database.execute(f"PRAGMA user_version = {LAYOUT_VERSION}")


def upgrade(path: str | Path, schema: Schema) -> int:
    """Rebuild a store's searched tables from its documents, all or nothing; how many orders it holds.

    Raises:
        StoreError: there is no such store, or it is newer than this package.

    """
    database = connect(str(path), create=False)
    try:
        version = _version(database, str(path))
        _not_newer(version, path)
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN IMMEDIATE")
        _of_schema(database, schema, path)
        for table in layout.PROJECTED:
            database.execute(f"DROP TABLE IF EXISTS {table}")
        database.execute("DELETE FROM about")
        for text in layout.projected_tables(schema):
            database.execute(text)
        count, sdk_names = _rebuild(database, schema)
        for text in layout.indexes(schema).values():
            database.execute(text)
        _say_made(database, schema, sdk_names=sdk_names)
        database.execute("COMMIT")
        database.execute("ANALYZE")
    except sqlite3.Error as problem:
        raise StoreError(f"{path}: {why(problem)}") from problem
    finally:
        database.close()
    return count


def _rebuild(database: sqlite3.Connection, schema: Schema) -> tuple[int, bool]:
    """How many orders there are, and whether any document is of the SDK's shape."""
    stored = database.execute(
        "SELECT d.rid, d.site, d.document, t.document FROM order_document AS d "
        "LEFT JOIN transactions AS t ON t.site = d.site AND t.order_id = d.id"
    )
    alone = database.execute(
        "SELECT t.document FROM transactions AS t "
        "WHERE NOT EXISTS (SELECT 1 FROM order_document AS d WHERE d.site = t.site AND d.id = t.order_id)"
    )
    count = 0
    sdk_names = any(is_sdk_shaped(schema, decoded(others)) for (others,) in alone)
    while rows := stored.fetchmany(_BATCH):
        projected = []
        for rid, site, order, others in rows:
            documents = decoded(order), decoded(others) if others else None
            sdk_names = sdk_names or any(is_sdk_shaped(schema, document) for document in documents if document)
            projected.append((rid, site, project(schema, *documents)))
        layout.put_rows(database, schema, projected)
        count += len(rows)
    return count, sdk_names
