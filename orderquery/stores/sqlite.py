"""The embedded store: one SQLite file, or memory."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..cursor import CursorKeys, process_keys
from ..diagnostics import StoreError
from ..documents import reader
from ..keyset import Position
from ..plan import Plan
from ..predicate import Kind, Test
from ..records import Record, decode
from ..schema import Schema
from ..sql import statement
from ..sql.leaves import ELEMENTS
from ..values import has_lone_surrogate
from . import layout
from .base import Outcome, Row, Store
from .keyfile import keys_beside

JSON = Any

LAYOUT_VERSION = 1
APPLICATION_ID = 0x6F727179
OLDEST_SQLITE = (3, 38, 0)
MEMORY = ":memory:"
PATIENCE = 30.0
"""Seconds to wait for another process that writes."""

_CACHE = 65_536
"""KiB of pages kept in memory: loads touch every index."""

_CHECKPOINT = 16_384
"""Pages of the write-ahead log after which it is copied back: seldom, for a load touches the same pages often."""

_RARE = 5_000
"""Elements: an array test that fewer pass is looked up by its value, others are tested row by row."""
_ANALYZE_AFTER = 1_000
_ORDER = "FROM order_document WHERE site = ? AND id = ?"
_TRANSACTIONS = "FROM transactions WHERE site = ? AND order_id = ?"


class SqliteStore(Store):
    """Orders of one site in a SQLite file. Safe to use from several threads, one at a time."""

    def __init__(
        self,
        path: str | Path,
        schema: Schema,
        *,
        site: str = "",
        keys: CursorKeys | None = None,
        create: bool = True,
    ) -> None:
        self.schema, self.site = schema, site
        self.path = str(path)
        self._lock = threading.RLock()
        self._database = _connect(self.path, create)
        # A store that is left open is closed with its last reference, instead of a warning from the engine.
        weakref.finalize(self, self._database.close)
        try:
            with self._errors():
                _prepare(self._database, schema, self.path, create)
        except BaseException:
            self._database.close()
            raise
        in_file = self.path != MEMORY
        self.keys = keys or (keys_beside(Path(self.path)) if in_file else process_keys())
        self._revision = reader(schema, schema.revision) if schema.revision is not None else None
        self._insert = layout.insertion(schema)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning) as problem:
            raise StoreError(f"{self.path}: {problem}") from problem

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[sqlite3.Connection]:
        with self._lock, self._errors():
            if self._database.in_transaction:
                yield self._database
                return
            self._database.execute(f"BEGIN {kind}")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    # -- writing -----------------------------------------------------------------------------------------------

    def _write(self, records: list[Record]) -> list[Outcome]:
        with self._transaction("IMMEDIATE") as database:
            write = {"order": self._write_order, "transactions": self._write_transactions}
            touched: dict[str, dict[str, JSON]] = {}
            outcomes: list[Outcome] = []
            for record in records:
                known = touched.setdefault(record.id, {})
                outcome = write[record.kind](database, record, known)
                if outcome == "stored":
                    known[record.kind] = record.decoded
                outcomes.append(outcome)
            # Projected once an order, however many of the batch's documents concern it.
            for order_id, known in touched.items():
                if "order" in known or "transactions" in known:
                    self._project(database, order_id, known)
            return outcomes

    def _write_order(self, database: sqlite3.Connection, record: Record, known: dict[str, JSON]) -> Outcome:
        row = database.execute(f"SELECT rid, document {_ORDER}", (self.site, record.id)).fetchone()
        if row is not None and self._is_older(record.decoded, known.get("order") or _decoded(row[1])):
            return "older"
        if row is None:
            made = database.execute(
                "INSERT INTO order_document (site, id, document) VALUES (?, ?, ?)",
                (self.site, record.id, record.document),
            )
            known["rid"] = made.lastrowid
        else:
            database.execute("UPDATE order_document SET document = ? WHERE rid = ?", (record.document, row[0]))
            known["rid"] = row[0]
        return "stored"

    def _is_older(self, order: JSON, stored: JSON) -> bool:
        if self._revision is None:
            return False
        old, new = self._revision(stored, None), self._revision(order, None)
        return old is not None and (new is None or bool(new < old))

    def _write_transactions(self, database: sqlite3.Connection, record: Record, _: dict[str, JSON]) -> Outcome:
        row = database.execute(f"SELECT event_time {_TRANSACTIONS}", (self.site, record.id)).fetchone()
        newest = row[0] if row else None
        if record.event_time is not None and newest is not None and record.event_time < newest:
            return "older"
        time = newest if record.event_time is None else record.event_time
        database.execute(
            "INSERT OR REPLACE INTO transactions (site, order_id, event_time, document) VALUES (?, ?, ?, ?)",
            (self.site, record.id, time, record.document),
        )
        return "stored"

    def _project(self, database: sqlite3.Connection, order_id: str, known: dict[str, JSON]) -> None:
        key = (self.site, order_id)
        rid, order = known.get("rid"), known.get("order")
        if rid is None:
            row = database.execute(f"SELECT rid, document {_ORDER}", key).fetchone()
            if row is None:
                return
            rid, order = row[0], _decoded(row[1])
        transactions = known.get("transactions")
        if transactions is None:
            found = database.execute(f"SELECT document {_TRANSACTIONS}", key).fetchone()
            transactions = _decoded(found[0]) if found else None
        _put_row(database, self.schema, self._insert, rid, self.site, order, transactions)

    def delete(self, order_ids: Iterable[str]) -> int:
        """Remove orders and their transactions for good; how many orders there were.

        The space is overwritten and the write-ahead log emptied, so that the bytes are gone from the files too; while
        another connection still reads an older state, they are when the log is next copied back.
        """
        ids = [order_ids] if isinstance(order_ids, str) else list(order_ids)
        ids = [order_id for order_id in ids if _could_be_key(order_id)]
        removed = 0
        with self._transaction("IMMEDIATE") as database:
            for order_id in ids:
                database.execute("DELETE FROM transactions WHERE site = ? AND order_id = ?", (self.site, order_id))
                gone = database.execute(
                    "DELETE FROM order_document WHERE site = ? AND id = ? RETURNING rid", (self.site, order_id)
                ).fetchall()
                for (rid,) in gone:
                    database.execute(f"DELETE FROM {ELEMENTS} WHERE rid = ?", (rid,))
                    database.execute("DELETE FROM orders WHERE rid = ?", (rid,))
                removed += len(gone)
        with self._lock, self._errors():
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return removed

    def settle(self) -> None:
        """Refresh the planner's statistics after many changes: without them a page can take a second."""
        with self._transaction("IMMEDIATE") as database:
            (rows,) = database.execute("SELECT count(*) FROM orders").fetchone()
            found = database.execute("SELECT value FROM about WHERE name = 'analyzed_rows'").fetchone()
            known = found[0] if found else 0
            if abs(rows - known) >= max(_ANALYZE_AFTER, known // 5):
                database.execute("ANALYZE")
                database.execute("INSERT OR REPLACE INTO about VALUES ('analyzed_rows', ?)", (rows,))

    # -- reading -----------------------------------------------------------------------------------------------

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        with self._transaction("DEFERRED"):
            yield

    def _fetch(self, plan: Plan, position: Position | None, count: int) -> list[Row]:
        with self._lock, self._errors():
            built = statement(plan, "sqlite", site=self.site, position=position, limit=count, rare=self._rare)
            rows = self._database.execute(built.text, built.parameters).fetchall()
        decoders = [key.field.type.decode for key in plan.sort]
        return [(_values(decoders, row), row[-1]) for row in rows]

    def _count(self, plan: Plan) -> int:
        with self._lock, self._errors():
            built = statement(plan, "sqlite", site=self.site, wanted="count", rare=self._rare)
            (count,) = self._database.execute(built.text, built.parameters).fetchone()
            return int(count)

    def _rare(self, leaf: Test) -> bool:
        """Neither of SQLite's two plans for an array test is safe alone; how many elements it meets decides."""
        if leaf.kind not in (Kind.EQUALS, Kind.ONE_OF, Kind.CONTAINS):
            return False
        values = leaf.operand if leaf.kind in (Kind.ONE_OF, Kind.CONTAINS) else (leaf.operand,)
        if len(values) > 20:
            return False
        encode = leaf.field.type.encode
        met = [self._met(leaf.field.column, encode(value)) for value in values]
        return min(met) < _RARE if leaf.kind is Kind.CONTAINS else sum(met) < _RARE

    def _met(self, column: str, value: Any) -> int:
        text = f"SELECT count(*) FROM (SELECT 1 FROM {ELEMENTS} WHERE field = ? AND value = ? LIMIT {_RARE})"
        (count,) = self._database.execute(text, (column, value)).fetchone()
        return int(count)

    def get_document(self, order_id: str) -> bytes | None:
        """The stored bytes of an order (hidden ones too), or ``None``."""
        return self._one(f"SELECT document {_ORDER}", order_id)

    def get_transactions(self, order_id: str) -> bytes | None:
        """The stored bytes of an order's transactions record, or ``None``."""
        return self._one(f"SELECT document {_TRANSACTIONS}", order_id)

    def _one(self, text: str, order_id: str) -> bytes | None:
        if not _could_be_key(order_id):
            return None
        with self._lock, self._errors():
            found = self._database.execute(text, (self.site, order_id)).fetchone()
        return None if found is None else bytes(found[0])

    def close(self) -> None:
        """Close the store. Closing twice is fine."""
        with self._lock, self._errors():
            self._database.close()


def _could_be_key(order_id: JSON) -> bool:
    return isinstance(order_id, str) and not has_lone_surrogate(order_id)


def _decoded(document: bytes) -> JSON:
    return decode(document, Decimal)


def _values(decoders: Sequence[Any], row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple([None if value is None else decode(value) for decode, value in zip(decoders, row, strict=False)])


# -- opening ----------------------------------------------------------------------------------------------------


def _connect(path: str, create: bool) -> sqlite3.Connection:
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


def _prepare(database: sqlite3.Connection, schema: Schema, path: str, create: bool) -> None:
    database.execute("PRAGMA secure_delete = ON")
    if path != MEMORY:
        database.execute("PRAGMA synchronous = FULL")
        database.execute(f"PRAGMA cache_size = -{_CACHE}")
        database.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
    if _is_empty(database):
        if not create:
            raise StoreError(f"{path} is empty: orderquery load {path} FILE fills it")
        if path != MEMORY:
            database.execute("PRAGMA journal_mode = WAL")
        database.execute("BEGIN IMMEDIATE")
        if _is_empty(database):
            _create(database, schema)
        database.execute("COMMIT")
    version = _version(database, path)
    _not_newer(version, path)
    about = _of_schema(database, schema, path)
    if version < LAYOUT_VERSION or about.get("fingerprint") != schema.fingerprint:
        raise StoreError(f"{path} was made by an older orderquery or table of fields: orderquery upgrade {path}")


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
    for text in (*layout.projected_tables(schema), *layout.indexes(schema)):
        database.execute(text)
    about = {"schema": schema.name, "fingerprint": schema.fingerprint}
    database.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", list(about.items()))
    database.execute(f"PRAGMA user_version = {LAYOUT_VERSION}")


def upgrade(path: str | Path, schema: Schema) -> int:
    """Rebuild a store's searched tables from its documents, all or nothing; how many orders it holds.

    Raises:
        StoreError: there is no such store, or it is newer than this package.

    """
    database = _connect(str(path), create=False)
    try:
        version = _version(database, str(path))
        _not_newer(version, path)
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN IMMEDIATE")
        _of_schema(database, schema, path)
        for table in layout.PROJECTED:
            database.execute(f"DROP TABLE IF EXISTS {table}")
        database.execute("DELETE FROM about")
        _create_projected(database, schema)
        count = _rebuild(database, schema)
        database.execute("COMMIT")
        database.execute("ANALYZE")
    except sqlite3.Error as problem:
        raise StoreError(f"{path}: {problem}") from problem
    finally:
        database.close()
    return count


def _rebuild(database: sqlite3.Connection, schema: Schema) -> int:
    insert, count = layout.insertion(schema), 0
    stored = database.execute(
        "SELECT d.rid, d.site, d.document, t.document FROM order_document AS d "
        "LEFT JOIN transactions AS t ON t.site = d.site AND t.order_id = d.id"
    )
    for rid, site, document, transactions in stored:
        record = _decoded(transactions) if transactions else None
        _put_row(database, schema, insert, rid, site, _decoded(document), record)
        count += 1
    return count


def _put_row(
    database: sqlite3.Connection, schema: Schema, insert: str, rid: int, site: str, order: JSON, transactions: JSON
) -> None:
    """Put the searched row of an order and its array elements, in place of those it may have had."""
    row, elements = layout.row_of(schema, order, transactions)
    database.execute(f"DELETE FROM {ELEMENTS} WHERE rid = ?", (rid,))
    database.execute(insert, (rid, site, *row))
    database.executemany(
        f"INSERT INTO {ELEMENTS} (field, value, rid) VALUES (?, ?, ?)", [(*element, rid) for element in elements]
    )
