"""The embedded store: one SQLite file, or memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ..cursor import CursorKeys, process_keys
from ..documents import reader
from ..keyset import Position
from ..plan import Plan
from ..predicate import Kind, Test
from ..records import Record
from ..schema import Schema
from ..sql import statement
from ..sql.leaves import ELEMENTS
from ..values import has_lone_surrogate
from . import layout
from .base import Outcome, Row, Store
from .connections import Connections
from .keyfile import keys_beside
from .sqlite_file import MEMORY, decoded, prepare

JSON = Any

_RARE = 5_000
"""Elements: an array test that fewer pass is looked up by its value, others are tested row by row."""
_ANALYZE_AFTER = 1_000
_ORDER = "FROM order_document WHERE site = ? AND id = ?"
_TRANSACTIONS = "FROM transactions WHERE site = ? AND order_id = ?"


class SqliteStore(Store):
    """Orders of one site in a SQLite file. Safe to use from several threads, which read beside one that writes."""

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
        self._connections = Connections(self.path, create)
        try:
            with self._connections.alone() as database:
                prepare(database, schema, self.path, create)
        except BaseException:
            self._connections.close()
            raise
        in_file = self.path != MEMORY
        self.keys = keys or (keys_beside(Path(self.path)) if in_file else process_keys())
        self._revision = reader(schema, schema.revision) if schema.revision is not None else None
        self._insert = layout.insertion(schema)

    # -- writing -----------------------------------------------------------------------------------------------

    def _write(self, records: list[Record]) -> list[Outcome]:
        with self._connections.writing() as database:
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
        if row is not None and self._is_older(record.decoded, known.get("order") or decoded(row[1])):
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
            rid, order = row[0], decoded(row[1])
        transactions = known.get("transactions")
        if transactions is None:
            found = database.execute(f"SELECT document {_TRANSACTIONS}", key).fetchone()
            transactions = decoded(found[0]) if found else None
        layout.put_row(database, self.schema, self._insert, rid, self.site, order, transactions)

    def delete(self, order_ids: Iterable[str]) -> int:
        """Remove orders and their transactions for good; how many orders there were.

        The space is overwritten and the write-ahead log emptied, so that the bytes are gone from the files too; while
        another connection still reads an older state, they are when the log is next copied back.
        """
        ids = [order_ids] if isinstance(order_ids, str) else list(order_ids)
        ids = [order_id for order_id in ids if _could_be_key(order_id)]
        removed = 0
        with self._connections.writing() as database:
            for order_id in ids:
                database.execute("DELETE FROM transactions WHERE site = ? AND order_id = ?", (self.site, order_id))
                gone = database.execute(
                    "DELETE FROM order_document WHERE site = ? AND id = ? RETURNING rid", (self.site, order_id)
                ).fetchall()
                for (rid,) in gone:
                    database.execute(f"DELETE FROM {ELEMENTS} WHERE rid = ?", (rid,))
                    database.execute("DELETE FROM orders WHERE rid = ?", (rid,))
                removed += len(gone)
        with self._connections.alone() as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return removed

    def settle(self) -> None:
        """Refresh the planner's statistics after many changes: without them a page can take a second."""
        with self._connections.writing() as database:
            (rows,) = database.execute("SELECT count(*) FROM orders").fetchone()
            found = database.execute("SELECT value FROM about WHERE name = 'analyzed_rows'").fetchone()
            known = found[0] if found else 0
            if abs(rows - known) >= max(_ANALYZE_AFTER, known // 5):
                database.execute("ANALYZE")
                database.execute("INSERT OR REPLACE INTO about VALUES ('analyzed_rows', ?)", (rows,))

    # -- reading -----------------------------------------------------------------------------------------------

    def _snapshot(self, seconds: float | None) -> AbstractContextManager[Any]:
        return self._connections.snapshot(seconds)

    def _fetch(self, plan: Plan, position: Position | None, count: int) -> list[Row]:
        with self._connections.reading() as database:
            built = statement(plan, "sqlite", site=self.site, position=position, limit=count, rare=self._rare)
            rows = database.execute(built.text, built.parameters).fetchall()
        decoders = [key.field.type.decode for key in plan.sort]
        return [(_values(decoders, row), row[-1]) for row in rows]

    def _count(self, plan: Plan) -> int:
        with self._connections.reading() as database:
            built = statement(plan, "sqlite", site=self.site, wanted="count", rare=self._rare)
            (count,) = database.execute(built.text, built.parameters).fetchone()
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
        with self._connections.reading() as database:
            (count,) = database.execute(text, (column, value)).fetchone()
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
        with self._connections.reading() as database:
            found = database.execute(text, (self.site, order_id)).fetchone()
        return None if found is None else bytes(found[0])

    def holds_named_site(self) -> bool:
        """Whether anything in the store, at whatever site, belongs to a site with a name."""
        tables = ("order_document", "transactions")
        text = " UNION ALL ".join(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE site > '')" for table in tables)
        with self._connections.reading() as database:
            return any(found for (found,) in database.execute(text))

    def close(self) -> None:
        """Close the store. Closing twice is fine."""
        self._connections.close()


def _could_be_key(order_id: JSON) -> bool:
    return isinstance(order_id, str) and not has_lone_surrogate(order_id)


def _values(decoders: Sequence[Any], row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple([None if value is None else decode(value) for decode, value in zip(decoders, row, strict=False)])
