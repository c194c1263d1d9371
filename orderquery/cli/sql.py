"""The command ``sql``: a search as SQL."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .inputs import compile_query, layout_option, load_table, read_query, shape_option, strict_option, table_option
from .output import is_terminal, write_line, write_notes
from .program import EXIT_OK, Command

if TYPE_CHECKING:
    from ..sql.statement import Statement


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
@click.option(
    "--lines/--one-line", "in_lines", default=None,
    help="Print each clause on a line of its own.  [default: on a terminal]",
)  # fmt: skip
@shape_option(None)
@strict_option
@layout_option
@table_option
def sql(
    query: str,
    dialect: str,
    in_lines: bool | None,
    shape: str | None,
    strict: bool,
    layout: str | None,
    table: str | None,
) -> int:
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
    write_statement(statement, in_lines=in_lines)
    write_notes(statement)
    return EXIT_OK


def write_statement(statement: Statement, *, in_lines: bool | None = None) -> None:
    """Write a statement and its parameters.

    On a terminal each clause is on a line of its own.
    """
    import json

    from ..sql.statement_lines import in_lines as split_clauses

    as_lines = is_terminal(sys.stdout) if in_lines is None else in_lines
    write_line(split_clauses(statement.text) if as_lines else statement.text)
    write_line(json.dumps(statement.parameters, ensure_ascii=False))
