"""The command ``sql``: a search as SQL."""

from __future__ import annotations

import click

from .inputs import compile_query, layout_option, load_table, read_query, shape_option, strict_option, table_option
from .output import write_line, write_notes
from .program import EXIT_OK, Command


@click.command(
    cls=Command,
    examples=(
        "orderquery sql 'paymentStatus = PAID order by createdDate desc' --dialect postgres",
        "orderquery sql request.json --dialect duckdb --layout erp.toml",
    ),
)
@click.argument("query", metavar="QUERY")
@click.option(
    "--dialect", metavar="NAME", required=True, help="sqlite, postgres, duckdb; an unknown name lists them all."
)
@shape_option(None)
@strict_option
@layout_option
@table_option
def sql(query: str, dialect: str, shape: str | None, strict: bool, layout: str | None, table: str | None) -> int:
    """Print a search as SQL, then its parameters as JSON.

    Prints the statement of the first page, over the tables of an orderquery store. With --layout, the statement is
    over your own tables; notes on standard error report differences from the exact meaning.
    """
    schema = load_table(table, shape)
    plan = compile_query(read_query(query), schema, shape, strict=strict)
    tables = None
    if layout:
        from ..sql.mapped.layout_loader import load_layout

        tables = load_layout(layout, schema=schema)
    statement = plan.sql(dialect, layout=tables)
    write_line(str(statement))
    write_notes(statement)
    return EXIT_OK
