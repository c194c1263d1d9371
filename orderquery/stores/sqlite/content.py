"""The check of a SQLite file: only tables and indexes, nothing that runs.

A view, a trigger, a generated column or an expression in an index of a crafted file would run with the first
statement that uses it, and might never end.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from ...diagnostics.errors import StoreError
from ...diagnostics.quoting import quoted
from ..document_tables import stored_tables

_MAX_OBJECTS = 2_000
_MAX_TEXT_CHARS = 100_000
_MAX_FACTS = 1_000
_MAX_FACT_CHARS = 1_000

_NAME = r'"?[A-Za-z_][A-Za-z0-9_]*"?'
_COLUMN = rf"{_NAME} (?:TEXT|INTEGER|BLOB|ANY)(?: NOT NULL)?(?: PRIMARY KEY)?"
_KEY = rf"(?:, PRIMARY KEY \({_NAME}(?:, {_NAME})*\))?"
_TABLE = re.compile(rf"CREATE TABLE {_NAME} \({_COLUMN}(?:, {_COLUMN})*{_KEY}\) STRICT(?:, WITHOUT ROWID)?")
_STATISTICS = re.compile(r"CREATE TABLE sqlite_stat[134]\([a-z,]+\)")
_INDEX = re.compile(
    rf"CREATE (?:UNIQUE )?INDEX {_NAME}\s+ON\s+{_NAME}\s*\(\s*{_NAME}(?:\s*,\s*{_NAME})*\s*\)", re.IGNORECASE
)
_SHARED = {"about", "service_state"}


def guard_connection(database: sqlite3.Connection) -> None:
    """Let nothing that a file defines call functions that it could misuse."""
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")


def read_about(database: sqlite3.Connection, path: str) -> dict[str, Any]:
    """Return the facts of a store, whose tables and indexes are checked first.

    Raises:
        StoreError: the file has something that no store has.

    """
    text = f"SELECT type, name, tbl_name, substr(sql, 1, {_MAX_TEXT_CHARS + 1}) FROM sqlite_master LIMIT ?"
    objects = database.execute(text, (_MAX_OBJECTS + 1,)).fetchall()
    if len(objects) > _MAX_OBJECTS:
        raise StoreError(f"{path} has more than {_MAX_OBJECTS:,} tables and indexes; it is not an orderquery store")
    for kind, name, _, sql in objects:
        if not _is_plain(kind, sql):
            raise _foreign(path, kind, name)
    if not any(kind == "table" and name == "about" for kind, name, _, _ in objects):
        raise StoreError(
            f"{path} is a SQLite file, but not an orderquery store; use another path, or a layout for your own tables"
        )
    about = _facts(database)
    tables = {name for each in stored_tables(about) for name in each[1:]} | _SHARED
    for kind, name, table, _ in objects:
        if table not in tables and not table.startswith("sqlite_stat"):
            raise _foreign(path, kind, name)
    return about


def _is_plain(kind: str, sql: str | None) -> bool:
    if kind == "index":
        # The index of a key has no text.
        return sql is None or _INDEX.fullmatch(sql) is not None
    return kind == "table" and sql is not None and bool(_TABLE.fullmatch(sql) or _STATISTICS.fullmatch(sql))


def _facts(database: sqlite3.Connection) -> dict[str, Any]:
    # Longer values are no facts of a store, whatever their name.
    text = "SELECT name, value FROM about WHERE length(name) <= ? AND length(value) <= ? LIMIT ?"
    found = database.execute(text, (_MAX_FACT_CHARS, _MAX_FACT_CHARS, _MAX_FACTS)).fetchall()
    return dict(found) if len(found) < _MAX_FACTS else {}


def _foreign(path: str, kind: str, name: str) -> StoreError:
    return StoreError(f"{path} has the {kind} {quoted(name)}, which is not of a store; remove it, or use another path")
