"""The command ``compare-tables``: the differences of two tables of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .inputs import STDIN_NAME, load_table, read_query, shape_option
from .output import write_json, write_line
from .program import EXIT_OK, EXIT_PROBLEMS, Command

if TYPE_CHECKING:
    from ..syntax.json_reader import Shape
    from .inputs import QueryArgument

MAX_NAME_CHARS = 100
"""Of a search on the command line, in the list of searches."""


@click.command(
    name="compare-tables",
    cls=Command,
    examples=(
        "orderquery compare-tables ecom-orders ecom-orders-sdk",
        "orderquery compare-tables ecom-orders new.toml --queries 'queries/*.json' --format markdown",
    ),
)
@click.argument("first", metavar="FIRST")
@click.argument("second", metavar="SECOND")
@click.option(
    "--queries", metavar="QUERY", multiple=True,
    help="A search, a file, or a pattern of files: which of them break in SECOND, or change. Repeatable.",
)  # fmt: skip
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True,
    help='json: {"differences": [...], "queries": [...]}; markdown: for a report.',
)  # fmt: skip
@shape_option(None)
def compare_tables(first: str, second: str, queries: tuple[str, ...], format_: str, shape: Shape | None) -> int:
    """Compare two tables of fields.

    FIRST and SECOND are names that "orderquery tables" lists, or TOML files. Prints fields, operators, sorting, values,
    defaults, limits and hidden values that differ.

    Each of --queries is a search over FIRST. It breaks if it has an error over SECOND. It changes if it gives other
    orders there, or the same in another order.

    Exits with 1 if a search breaks.
    """
    from ..migration.compare import compare_tables as compare
    from .query_files import find_queries

    one, other = load_table(first), load_table(second)
    arguments = [read_query(name) for argument in queries for name in find_queries((argument,)).names]
    found = compare(one, other, queries=[(_name_of(query), query.source) for query in arguments], shape=shape)
    if format_ == "json":
        write_json(found.to_json())
    else:
        write_line(found.to_markdown().rstrip() if format_ == "markdown" else str(found))
    return EXIT_PROBLEMS if found.breaks else EXIT_OK


def _name_of(query: QueryArgument) -> str:
    """Return the name of a file, or the beginning of a search."""
    from ..diagnostics.quoting import shortened

    if query.is_file or query.name == STDIN_NAME:
        return query.name
    text = query.source if isinstance(query.source, str) else query.source.decode("utf-8", "replace")
    return shortened(text, MAX_NAME_CHARS)
