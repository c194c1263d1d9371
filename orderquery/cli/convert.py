"""The command ``convert``: a search as JSON or as text."""

from __future__ import annotations

import click

from .inputs import compile_query, load_table, read_query, shape_option, strict_option, table_option
from .output import write_json, write_line
from .program import EXIT_OK, Command


@click.command(
    cls=Command,
    examples=(
        "orderquery convert request.json --to text",
        "orderquery convert 'status = APPROVED order by number desc limit 10' --to json",
    ),
)
@click.argument("query", metavar="QUERY")
@click.option("--to", "form", type=click.Choice(["json", "text"]), required=True, help="Form to convert to.")
@shape_option(None)
@strict_option
@table_option
def convert(query: str, form: str, shape: str | None, strict: bool, table: str | None) -> int:
    """Convert a search to JSON or to the text form.

    JSON is the body of an HTTP request, {"search": {...}}. Relative dates become absolute.
    """
    plan = compile_query(read_query(query), load_table(table, shape), shape, strict=strict)
    if form == "text":
        write_line(plan.to_text())
    else:
        write_json({"search": plan.to_json()})
    return EXIT_OK
