"""The check of a DuckDB file: only the tables of a store, nothing that runs.

A view or a macro of a crafted file would run with the first statement that uses it, and might never end.
"""

from __future__ import annotations

import re

from ...diagnostics.errors import StoreError
from ..document_tables import FACTS_QUERY, allowed_tables, facts_among
from ..store_errors import foreign_object
from .shared_database import DuckdbConnection

APPLICATION = "orderquery"
_MAX_TABLES = 200

_NAME = r'"?[a-z_][a-z0-9_]*"?'
_COLUMN = rf"{_NAME} (?:VARCHAR|BIGINT|BOOLEAN|BLOB)(?:\[\])?(?: NOT NULL)?"
_TABLE = re.compile(rf"CREATE TABLE {_NAME}\({_COLUMN}(?:, {_COLUMN})*\);")
_ABOUT_TABLES = tuple(
    f"CREATE TABLE about({name} VARCHAR NOT NULL, {value} VARCHAR NOT NULL);"
    for name, value in (("name", "value"), ('"name"', '"value"'))
)
"""Versions of the engine quote different names."""
_OTHERS = (
    ("view", "SELECT view_name FROM duckdb_views() WHERE NOT internal"),
    ("macro", "SELECT function_name FROM duckdb_functions() WHERE NOT internal AND database_name = current_database()"),
    ("index", "SELECT index_name FROM duckdb_indexes()"),
    ("sequence", "SELECT sequence_name FROM duckdb_sequences()"),
    ("type", "SELECT type_name FROM duckdb_types() WHERE NOT internal AND database_name = current_database()"),
    ("schema", "SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND schema_name <> 'main'"),
)


def list_tables(connection: DuckdbConnection) -> dict[str, str]:
    """Return the statements that create the tables of a file, by name."""
    text = f"SELECT table_name, sql FROM duckdb_tables() WHERE NOT temporary LIMIT {_MAX_TABLES + 1}"
    return dict(connection.rows(text))


def read_about(connection: DuckdbConnection, path: str) -> dict[str, str]:
    """Return the facts of a store, and check that the file has nothing else.

    Raises:
        StoreError: the file is not a store, or has something that no store has.

    """
    tables = list_tables(connection)
    about = facts_among(connection.rows(FACTS_QUERY)) if tables.get("about", "") in _ABOUT_TABLES else {}
    if about.get("application") != APPLICATION or not re.fullmatch(r"[0-9]{1,9}", about.get("layout", "")):
        raise StoreError(
            f"{path} is a DuckDB file, but not an orderquery store; use another path, or a layout for your own tables"
        )
    for kind, text in _OTHERS:
        for (name,) in connection.rows(f"{text} LIMIT 1"):
            raise foreign_object(path, kind, name)
    known = allowed_tables(about)
    for name, text in sorted(tables.items()):
        if name not in known or not _TABLE.fullmatch(text) or len(tables) > _MAX_TABLES:
            raise foreign_object(path, "table", name)
    return about
