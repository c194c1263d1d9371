"""How orders lie in a DuckDB store: columns to search, arrays among them as lists, and documents apart.

There are no indexes, keys or constraints: the engine scans columns, and finds the documents of a page by its row ids;
that one writes at a time keeps ids unique. Ids and texts have their stored form, without NUL. Documents are texts, so
that people can ask ``document->>'$.number'`` of them; UTF-8 that is read as text and written again is the same bytes.

Rows come in as Arrow tables: with a statement for each row a load takes a hundred times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from ...diagnostics.errors import MissingExtra, StoreError
from ...documents.fields import project
from ...language.schema import Schema
from ...syntax.json_decoder import decode_json
from ..base import Values
from ..columnar import Column, columns
from .connections import Connection, Connections

if TYPE_CHECKING:
    import pyarrow

APPLICATION = "orderquery"
LAYOUT_VERSION = 1

_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN"}
_DOCUMENT_TABLES = (
    "CREATE TABLE order_document (rid BIGINT NOT NULL, site VARCHAR NOT NULL, id VARCHAR NOT NULL, "
    "document VARCHAR NOT NULL)",
    "CREATE TABLE transactions (site VARCHAR NOT NULL, order_id VARCHAR NOT NULL, event_time BIGINT, "
    "document VARCHAR NOT NULL)",
    "CREATE TABLE about (name VARCHAR NOT NULL, value VARCHAR NOT NULL)",
)
_REBUILT_AT_ONCE = 10_000


@cache
def _of_fields(schema: Schema) -> tuple[tuple[Column, str], ...]:
    """The columns of ``orders`` beside ``rid`` and ``site``, those of an export, each with its type."""
    found = [column for column in columns(schema) if column.field]
    return tuple((column, _TYPES[column.kind] + "[]" * column.many) for column in found)


# -- rows -------------------------------------------------------------------------------------------------------


def put_orders(writer: Connection, schema: Schema, rows: Sequence[tuple[int, str, Values]]) -> None:
    """Add searched rows of orders: rid, site and values."""
    listed: list[tuple[str, str, list[Any]]] = [("rid", "BIGINT", [rid for rid, _, _ in rows])]
    listed += [("site", "VARCHAR", [site for _, site, _ in rows])]
    for column, kind in _of_fields(schema):
        listed.append((column.name, kind, [column.stored(values[column.field]) for _, _, values in rows]))
    insert(writer, "orders", listed)


def insert(writer: Connection, table: str, listed: Iterable[tuple[str, str, list[Any]]]) -> None:
    """Add rows to a table, given by columns: name, type and values.

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
    # Documents of one batch may have more than the 2 GB of text that a smaller type can hold.
    return {"VARCHAR": arrow.large_string(), "BIGINT": arrow.int64(), "BOOLEAN": arrow.bool_()}[kind]


# -- tables -----------------------------------------------------------------------------------------------------


def prepare(connections: Connections, schema: Schema, create: bool) -> None:
    """Make the tables of an empty database, and recognise those of another.

    Raises:
        StoreError: it is no store, or one of another version or table.

    """
    path = connections.path
    with connections.writing() as writer:
        if not _tables(writer):
            if not create:
                raise StoreError(f"{path} is empty: orderquery load {path} FILE fills it")
            for text in _DOCUMENT_TABLES:
                writer.rows(text)
            _make_orders(writer, schema)
        version, fingerprint = _known(writer, schema, path)
    if version < LAYOUT_VERSION or fingerprint != schema.fingerprint:
        raise StoreError(f"{path} was made by an older orderquery or table of fields: orderquery upgrade {path}")


def _tables(writer: Connection) -> set[str]:
    return {name for (name,) in writer.rows("SELECT table_name FROM duckdb_tables() WHERE NOT temporary")}


def _known(writer: Connection, schema: Schema, path: str) -> tuple[int, str | None]:
    """The version of the layout and the fingerprint of the table it was made for."""
    found = writer.rows("SELECT column_name FROM duckdb_columns() WHERE table_name = 'about' ORDER BY column_index")
    about = dict(writer.rows("SELECT name, value FROM about")) if found == [("name",), ("value",)] else {}
    if about.get("application") != APPLICATION:
        raise StoreError(f"{path} is a DuckDB file, but no orderquery store")
    version = int(about["layout"])
    if version > LAYOUT_VERSION:
        raise StoreError(f"{path} has layout {version}, made by a newer orderquery: this one knows {LAYOUT_VERSION}")
    if about.get("schema") != schema.name:
        raise StoreError(f"{path} holds {about.get('schema')!r}, not {schema.name!r}: open it with that table")
    return version, about.get("fingerprint")


def _make_orders(writer: Connection, schema: Schema) -> None:
    listed = ", ".join(f'"{column.name}" {kind}' for column, kind in _of_fields(schema))
    writer.rows(f"CREATE TABLE orders (rid BIGINT NOT NULL, site VARCHAR NOT NULL, {listed})")
    about = {
        "application": APPLICATION,
        "layout": str(LAYOUT_VERSION),
        "schema": schema.name,
        "fingerprint": schema.fingerprint,
    }
    writer.rows("DELETE FROM about")
    parameters = {"names": list(about), "values": list(about.values())}
    writer.rows("INSERT INTO about SELECT unnest($names::VARCHAR[]), unnest($values::VARCHAR[])", parameters)


def upgrade(path: str, schema: Schema) -> int:
    """Rebuild a store's searched table from its documents, all or nothing; how many orders it holds.

    Raises:
        StoreError: there is no such store, or it is newer than this package.

    """
    connections = Connections(path, create=False)
    try:
        with connections.writing() as writer:
            _known(writer, schema, path)
            writer.rows("DROP TABLE IF EXISTS orders")
            _make_orders(writer, schema)
            return _rebuild(writer, schema)
    finally:
        connections.close()


def _rebuild(writer: Connection, schema: Schema) -> int:
    text = (
        "SELECT d.rid, d.site, d.document, t.document FROM (SELECT * FROM order_document WHERE rid > $after "
        f"ORDER BY rid LIMIT {_REBUILT_AT_ONCE}) AS d "
        "LEFT JOIN transactions AS t ON t.site = d.site AND t.order_id = d.id ORDER BY d.rid"
    )
    count = after = 0
    while found := writer.rows(text, {"after": after}):
        put_orders(
            writer,
            schema,
            [
                (rid, site, project(schema, _decoded(order), None if others is None else _decoded(others)))
                for rid, site, order, others in found
            ],
        )
        count, after = count + len(found), found[-1][0]
    return count


def _decoded(document: str) -> Any:
    return decode_json(document.encode("utf-8"), Decimal)
