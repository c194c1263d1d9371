"""The tables of a DuckDB store: created, checked, and rebuilt from the documents."""

from __future__ import annotations

from ...diagnostics.errors import StoreError
from ...language.schema import Schema
from ..projection import project_stored
from ..store_errors import check_upgradable, check_versions, is_empty
from . import tables
from .connections import DuckdbConnections
from .shared_database import DuckdbConnection, share_database

APPLICATION = "orderquery"
LAYOUT_VERSION = 1
_BATCH_ROWS = 10_000


def prepare(connections: DuckdbConnections, schema: Schema, create: bool) -> None:
    """Create the tables of an empty database, or check those of a store.

    Raises:
        StoreError: the file is not a store, or has another version or table of fields.

    """
    path = connections.path
    with connections.writing() as writer:
        if not _list_tables(writer):
            if not create:
                raise is_empty(path)
            for text in tables.DOCUMENT_TABLES:
                writer.rows(text)
            _create_orders(writer, schema)
        about = _read_about(writer, path)
    version = int(about["layout"])
    check_versions(path, version, LAYOUT_VERSION, schema, about.get("schema"), about.get("fingerprint"))


def _list_tables(writer: DuckdbConnection) -> set[str]:
    return {name for (name,) in writer.rows("SELECT table_name FROM duckdb_tables() WHERE NOT temporary")}


def _read_about(writer: DuckdbConnection, path: str) -> dict[str, str]:
    found = writer.rows("SELECT column_name FROM duckdb_columns() WHERE table_name = 'about' ORDER BY column_index")
    about = dict(writer.rows("SELECT name, value FROM about")) if found == [("name",), ("value",)] else {}
    if about.get("application") != APPLICATION:
        raise StoreError(f"{path} is a DuckDB file, but not an orderquery store; use another path")
    return about


def _create_orders(writer: DuckdbConnection, schema: Schema) -> None:
    writer.rows(tables.projected_table(schema))
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
    """Rebuild the searched table from the documents; return the number of orders.

    The rebuild is all or nothing.

    Raises:
        StoreError: the store does not exist, or is newer than this package.

    """
    connections = DuckdbConnections(share_database(path, create=False))
    try:
        with connections.writing() as writer:
            about = _read_about(writer, path)
            check_upgradable(path, int(about["layout"]), LAYOUT_VERSION, schema, about.get("schema"))
            writer.rows("DROP TABLE IF EXISTS orders")
            _create_orders(writer, schema)
            return _rebuild(writer, schema)
    finally:
        connections.close()


def _rebuild(writer: DuckdbConnection, schema: Schema) -> int:
    """Insert the searched rows; return their number."""
    text = (
        "SELECT d.rid, d.site, d.document, t.document FROM (SELECT * FROM order_document WHERE rid > $after "
        f"ORDER BY rid LIMIT {_BATCH_ROWS}) AS d "
        "LEFT JOIN transactions AS t ON t.site = d.site AND t.order_id = d.id ORDER BY d.rid"
    )
    count = after = 0
    while found := writer.rows(text, {"after": after}):
        rows = [(rid, site, project_stored(schema, *documents)) for rid, site, *documents in found]
        tables.insert_orders(writer, schema, rows)
        count, after = count + len(found), found[-1][0]
    return count
