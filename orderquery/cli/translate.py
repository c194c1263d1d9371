"""The command ``translate``: a search over one table as a search over another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .inputs import load_table, read_query, shape_option
from .output import wants_colour, write_json, write_line, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, Command

if TYPE_CHECKING:
    from ..migration.translate import Form, Translation
    from ..syntax.json_reader import Shape


@click.command(
    cls=Command,
    examples=(
        "orderquery translate old.json",
        "orderquery translate 'paymentStatus = PAID and dateCreated >= -7d' --to-form text",
        "orderquery translate old.json --to ecom-orders-sdk --to-form sdk",
    ),
)
@click.argument("query", metavar="QUERY")
@click.option("--from", "source", metavar="TABLE", default="stores-v2", show_default=True, help="Table of QUERY.")
@click.option(
    "--to", "target", metavar="TABLE", default="ecom-orders", show_default=True, help="Table to translate to."
)
@click.option(
    "--to-form", "form", type=click.Choice(["json", "text", "sdk"]), default="json", show_default=True,
    help="json: the body of the request; sdk: the argument of searchOrders in the JavaScript SDK.",
)  # fmt: skip
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help='json: {"ok": ..., "diagnostics": [...], "request": ...}.',
)  # fmt: skip
@shape_option("stores, or search if there is cursorPaging")
def translate(query: str, source: str, target: str, form: Form, format_: str, shape: Shape | None) -> int:
    """Translate a search of the older Stores API to Search Orders.

    Prints the new request. What could not be carried over is on standard error, in the format of the command check:
    an offset, a walk by numericId, a value with another meaning. Certain fixes are made first.

    If a condition has no counterpart, there is no request: without the condition, more orders would match.

    Exits with 0 if the whole search was carried over, with 1 if something was lost or is wrong.
    """
    from ..diagnostics.errors import UsageError
    from ..migration.translate import translate as translate_query

    if format_ == "json" and form != "json":
        raise UsageError("--to-form is the form of the printed request; remove it, or --format json")
    argument = read_query(query)
    found = translate_query(argument.source, shape, from_table=load_table(source), to_table=load_table(target))
    if format_ == "json":
        write_json(found.to_json())
    else:
        _write_text(found, form, argument.name)
    return EXIT_OK if found.ok else EXIT_PROBLEMS


def _write_text(found: Translation[Any], form: Form, name: str) -> None:
    from ..compiler.render import render_diagnostics

    if found.query is not None:
        printed = found.printed(form)
        if form == "text":
            write_line(printed)
        else:
            write_json(printed)
    if found.diagnostics:
        text = render_diagnostics(found.diagnostics, found.report.source, name, colour=wants_colour(sys.stderr))
        write_message(text, keep_lines=True)
