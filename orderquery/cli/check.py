"""The command ``check``: every mistake in a search, with a fix."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .inputs import load_table, read_query, shape_option, table_option
from .output import wants_colour, write_line
from .program import EXIT_OK, EXIT_PROBLEMS, Command

if TYPE_CHECKING:
    from ..syntax.json_reader import Shape


@click.command(
    cls=Command,
    examples=(
        "orderquery check request.json",
        "orderquery check 'paymentStatus = PAID and createdDate >= -7d'",
        "orderquery check - --as sdk --strict --format json < search.js",
    ),
)
@click.argument("query", metavar="QUERY")
@shape_option("request")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="json: {\"ok\": ..., \"diagnostics\": [...]}.",
)  # fmt: skip
@table_option
def check(query: str, shape: Shape, strict: bool, format_: str, table: str | None) -> int:
    """Report every mistake in a search, with a fix.

    Accepts JavaScript objects in place of JSON.

    Exits with 0 if there is no error, or with --strict no error and no warning; else with 1.
    """
    from ..api import check as check_search
    from ..compiler.render import render_report, report_json

    schema, argument = load_table(table), read_query(query)
    report = check_search(argument.source, shape, schema=schema)
    if format_ == "json":
        write_line(report_json(report))
    else:
        write_line(render_report(report, argument.name, colour=wants_colour(sys.stdout)))
    return EXIT_OK if report.ok and not (strict and report.warnings) else EXIT_PROBLEMS
