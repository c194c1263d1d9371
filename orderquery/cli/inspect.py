"""The command ``inspect``: the statement of a search, and how the engine runs it."""

from __future__ import annotations

import sys

import click

from .defaults import with_store
from .inputs import (
    compile_query,
    layout_option,
    load_table,
    open_store,
    read_query,
    shape_option,
    site_option,
    store_argument,
    strict_option,
    table_option,
)
from .output import is_terminal, write_line, write_notes
from .program import EXIT_OK, EXIT_PROBLEMS, Command


@click.command(
    cls=Command,
    examples=(
        "orderquery inspect shop.db 'paymentStatus = PAID order by createdDate desc'",
        "orderquery inspect shop.db request.json",
    ),
)
@store_argument
@click.argument("query", metavar="QUERY", required=False)
@shape_option(None)
@strict_option
@layout_option
@site_option
@table_option
def inspect(
    store: str | None,
    query: str | None,
    shape: str | None,
    strict: bool,
    layout: str | None,
    site: str,
    table: str | None,
) -> int:
    """Show how the engine of a store runs a search.

    Prints the statement, its parameters, the engine's plan, and each step whose cost grows with the number of orders.
    Does not run the search. Exits with 1 if the engine would read every order.
    """
    import json

    from ..sql.statement_lines import in_lines

    store, rest = with_store(store, () if query is None else (query,), takes_rest=False)
    if not rest:
        raise click.UsageError("Missing argument 'QUERY'.")
    schema = load_table(table, shape)
    plan = compile_query(read_query(rest[0]), schema, shape, strict=strict)
    with open_store(store, schema, site, layout=layout) as opened:
        explained = opened.explain(plan)
    write_line(in_lines(explained.statement.text) if is_terminal(sys.stdout) else explained.statement.text)
    write_line(f"\n{json.dumps(explained.statement.parameters, ensure_ascii=False, default=str)}\n")
    for line in explained.lines:
        write_line(line)
    write_line("")
    for cost, line in explained.costs:
        write_line(f"{cost}: {line}")
    if not explained.costs:
        write_line("the page is read from an index")
    write_notes(explained.statement)
    return EXIT_PROBLEMS if explained.scans else EXIT_OK
