"""The tables of a DuckDB store: created, checked, and rebuilt from the documents."""

from __future__ import annotations

from ...language.schema import Schema
from ..document_tables import tables_of
from ..entries import STATE_TABLES
from ..store_errors import has_no_records, is_empty
from ..stored_documents import Report, project_usable
from ..upgrades import check_prepared, facts_of, plan_rebuild
from . import tables
from .connections import DuckdbConnections
from .content import APPLICATION, list_tables, read_about
from .shared_database import DuckdbConnection, share_database

LAYOUT_VERSION = 1
_BATCH_ROWS = 10_000


def prepare(connections: DuckdbConnections, schema: Schema, create: bool) -> None:
    """Create missing tables, and check the others.

    Raises:
        StoreError: the file is not a store, or has another version or table of fields.

    """
    path = connections.path
    with connections.writing() as writer:
        if not list_tables(writer):
            if not create:
                raise is_empty(path)
            for text in (tables.ABOUT_TABLE, *STATE_TABLES["duckdb"].create):
                writer.rows(text)
            _write_about(writer, {"application": APPLICATION, "layout": str(LAYOUT_VERSION)})
        about = read_about(writer, path)
        version = int(about["layout"])
        if version == LAYOUT_VERSION and tables_of(schema).about("schema") not in about:
            if not create:
                raise has_no_records(path, schema)
            for text in (*tables.document_tables(schema), tables.projected_table(schema)):
                writer.rows(text)
            about |= facts_of([schema])
            _write_about(writer, about)
    check_prepared(path, version, LAYOUT_VERSION, schema, about)


def _write_about(writer: DuckdbConnection, about: dict[str, str]) -> None:
    writer.rows("DELETE FROM about")
    parameters = {"names": list(about), "values": list(about.values())}
    writer.rows("INSERT INTO about SELECT unnest($names::VARCHAR[]), unnest($values::VARCHAR[])", parameters)


def upgrade(path: str, schema: Schema, report: Report) -> int:
    """Rebuild the searched tables from the documents; return the number of orders.

    The rebuild is all or nothing. Documents that are not JSON are left out and reported.

    Raises:
        StoreError: the store does not exist, or is newer than this package.

    """
    connections = DuckdbConnections(share_database(path, create=False))
    try:
        with connections.writing() as writer:
            about = read_about(writer, path)
            schemas, kept = plan_rebuild(path, int(about["layout"]), LAYOUT_VERSION, schema, about)
            store = {"application": APPLICATION, "layout": str(LAYOUT_VERSION)}
            _write_about(writer, {**store, **kept, **facts_of(schemas)})
            return sum(_rebuild(writer, each, report) for each in schemas)
    finally:
        connections.close()


def _rebuild(writer: DuckdbConnection, schema: Schema, report: Report) -> int:
    """Create a searched table again; return the number of its orders."""
    names = tables_of(schema)
    writer.rows(f"DROP TABLE IF EXISTS {names.orders}")
    writer.rows(tables.projected_table(schema))
    text = (
        f"SELECT d.rid, d.site, d.id, d.document, t.document FROM (SELECT * FROM {names.documents} WHERE rid > $after "
        f"ORDER BY rid LIMIT {_BATCH_ROWS}) AS d "
        f"LEFT JOIN {names.transactions} AS t ON t.site = d.site AND t.order_id = d.id ORDER BY d.rid"
    )
    count = after = 0
    while found := writer.rows(text, {"after": after}):
        projected = [
            (rid, site, project_usable(schema, order_id, order, transactions, report)[0])
            for rid, site, order_id, order, transactions in found
        ]
        rows = [(rid, site, values) for rid, site, values in projected if values is not None]
        tables.insert_orders(writer, schema, rows)
        count, after = count + len(rows), found[-1][0]
    return count
