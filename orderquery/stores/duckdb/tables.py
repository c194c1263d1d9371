"""The tables of a DuckDB store.

The searched columns, with arrays as lists, and the documents are in separate tables. There are no indexes, keys or
constraints: the engine scans columns, and finds the documents of a page by their row ids, which stay unique because one
connection writes at a time. Ids and texts have their stored form, without NUL. Documents are texts, so that SQL such as
``document->>'$.number'`` works on them; reading UTF-8 as text and writing it again preserves every byte. The records of
each table of fields have tables of their own.

Rows are inserted as Arrow tables: one statement per row would take a hundred times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ...diagnostics.errors import MissingExtra
from ...language.schema import Schema
from ..document_tables import tables_of
from ..parquet.tables import ColumnarColumn, columns
from ..projection import FieldValues
from .shared_database import DuckdbConnection

if TYPE_CHECKING:
    import pyarrow

ABOUT_TABLE = "CREATE TABLE about (name VARCHAR NOT NULL, value VARCHAR NOT NULL)"
_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN"}


@cache
def _typed_columns(schema: Schema) -> tuple[tuple[ColumnarColumn, str], ...]:
    """Return the columns of ``orders`` except ``rid`` and ``site``, with their types.

    They are the columns of an export.
    """
    found = [column for column in columns(schema) if column.field]
    return tuple((column, _TYPES[column.kind] + "[]" * column.many) for column in found)


def document_tables(schema: Schema) -> Iterator[str]:
    """Yield the statements that create the tables of documents."""
    names = tables_of(schema)
    yield (
        f"CREATE TABLE {names.documents} (rid BIGINT NOT NULL, site VARCHAR NOT NULL, id VARCHAR NOT NULL, "
        "document VARCHAR NOT NULL)"
    )
    yield (
        f"CREATE TABLE {names.transactions} (site VARCHAR NOT NULL, order_id VARCHAR NOT NULL, event_time BIGINT, "
        "document VARCHAR NOT NULL)"
    )


def projected_table(schema: Schema) -> str:
    """Return the statement that creates the searched table."""
    listed = ", ".join(f'"{column.name}" {kind}' for column, kind in _typed_columns(schema))
    return f"CREATE TABLE {tables_of(schema).orders} (rid BIGINT NOT NULL, site VARCHAR NOT NULL, {listed})"


def insert_orders(writer: DuckdbConnection, schema: Schema, rows: Sequence[tuple[int, str, FieldValues]]) -> None:
    """Insert the searched rows of orders: rid, site and values."""
    listed: list[tuple[str, str, list[Any]]] = [("rid", "BIGINT", [rid for rid, _, _ in rows])]
    listed += [("site", "VARCHAR", [site for _, site, _ in rows])]
    for column, kind in _typed_columns(schema):
        listed.append((column.name, kind, [column.encode(values[column.field]) for _, _, values in rows]))
    insert(writer, tables_of(schema).orders, listed)


def insert(writer: DuckdbConnection, table: str, listed: Iterable[tuple[str, str, list[Any]]]) -> None:
    """Insert rows into a table, given by columns: name, type and values.

    Raises:
        MissingExtra: Arrow is not installed.

    """
    try:
        import pyarrow
    except ImportError as problem:
        raise MissingExtra("duckdb", problem) from None
    rows = pyarrow.table({name: pyarrow.array(values, _arrow_type(pyarrow, kind)) for name, kind, values in listed})
    writer.insert(table, rows)


def _arrow_type(arrow: Any, kind: str) -> pyarrow.DataType:
    if kind.endswith("[]"):
        return arrow.list_(_arrow_type(arrow, kind.removesuffix("[]")))
    # The documents of one batch may be longer than the 2 GB of a plain string column.
    return {"VARCHAR": arrow.large_string(), "BIGINT": arrow.int64(), "BOOLEAN": arrow.bool_()}[kind]
