"""The command ``inspect``: the statement of a search, and how the engine runs it."""

from __future__ import annotations

import click

from .inputs import (
    compile_query,
    layout_option,
    load_table,
    open_store,
    read_query,
    shape_option,
    site_option,
    strict_option,
    table_option,
)
from .output import write_line, write_notes
from .program import EXIT_OK, EXIT_PROBLEMS, Command


@click.command(
    cls=Command,
    examples=(
        "orderquery inspect shop.db 'paymentStatus = PAID order by createdDate desc'",
        "orderquery inspect shop.db request.json",
    ),
)
@click.argument("store", metavar="STORE")
@click.argument("query", metavar="QUERY")
@shape_option(None)
@strict_option
@layout_option
@site_option
@table_option
def inspect(
    store: str, query: str, shape: str | None, strict: bool, layout: str | None, site: str, table: str | None
) -> int:
    """Show how the engine of a store runs a search.

    Prints the statement, its parameters, the engine's plan, and each step whose cost grows with the number of orders.
    Does not run the search. Exits with 1 if the engine would read every order.
    """
    import json

    schema = load_table(table, shape)
    plan = compile_query(read_query(query), schema, shape, strict=strict)
    with open_store(store, schema, site, layout=layout) as opened:
        explained = opened.explain(plan)
    write_line(explained.statement.text)
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
