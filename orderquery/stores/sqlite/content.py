"""The check of a SQLite file: only tables and indexes, nothing that runs.

A view, a trigger, a generated column or an expression in an index of a crafted file would run with the first
statement that uses it, and might never end.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from ...diagnostics.errors import StoreError
from ..document_tables import FACTS_QUERY, allowed_tables, facts_among
from ..store_errors import foreign_object

_MAX_OBJECTS = 2_000
_MAX_TEXT_CHARS = 100_000

_NAME = r'"?[A-Za-z_][A-Za-z0-9_]*"?'
_COLUMN = rf"{_NAME} (?:TEXT|INTEGER|BLOB|ANY)(?: NOT NULL)?(?: PRIMARY KEY)?"
_KEY = rf"(?:, PRIMARY KEY \({_NAME}(?:, {_NAME})*\))?"
_TABLE = re.compile(rf"CREATE TABLE {_NAME} \({_COLUMN}(?:, {_COLUMN})*{_KEY}\) STRICT(?:, WITHOUT ROWID)?")
_STATISTICS = re.compile(r"CREATE TABLE sqlite_stat[134]\([a-z,]+\)")
_INDEX = re.compile(
    rf"CREATE (?:UNIQUE )?INDEX {_NAME}\s+ON\s+{_NAME}\s*\(\s*{_NAME}(?:\s*,\s*{_NAME})*\s*\)", re.IGNORECASE
)


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
            raise foreign_object(path, kind, name)
    if not any(kind == "table" and name == "about" for kind, name, _, _ in objects):
        raise StoreError(
            f"{path} is a SQLite file, but not an orderquery store; use another path, or a layout for your own tables"
        )
    about = facts_among(database.execute(FACTS_QUERY).fetchall())
    tables = allowed_tables(about)
    for kind, name, table, _ in objects:
        if table not in tables and not table.startswith("sqlite_stat"):
            raise foreign_object(path, kind, name)
    return about


def _is_plain(kind: str, sql: str | None) -> bool:
    if kind == "index":
        # The index of a key has no text.
        return sql is None or _INDEX.fullmatch(sql) is not None
    return kind == "table" and sql is not None and bool(_TABLE.fullmatch(sql) or _STATISTICS.fullmatch(sql))
