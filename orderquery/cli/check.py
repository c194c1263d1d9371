"""The command ``check``: every mistake in a search, with a fix."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .inputs import INLINE_NAME, STDIN_NAME, load_table, read_query, shape_option, table_option
from .output import stdout_bytes, wants_colour, write_line, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, Command

if TYPE_CHECKING:
    from ..compiler.report import Report
    from ..syntax.json_reader import Shape
    from .inputs import QueryArgument


@click.command(
    cls=Command,
    examples=(
        "orderquery check request.json",
        "orderquery check 'paymentStatus = PAID and createdDate >= -7d'",
        "orderquery check - --as sdk --strict --format json < search.js",
        "orderquery check request.json --diff",
    ),
)
@click.argument("query", metavar="QUERY")
@shape_option("request")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="json: {\"ok\": ..., \"diagnostics\": [...]}.",
)  # fmt: skip
@click.option("--fix", is_flag=True, help="Print QUERY with every certain fix made.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, as a unified diff.")
@click.option("--write", is_flag=True, help="Make the fixes in the file QUERY.")
@table_option
def check(
    query: str, shape: Shape, strict: bool, format_: str, fix: bool, diff: bool, write: bool, table: str | None
) -> int:
    """Report every mistake in a search, with a fix.

    Accepts JavaScript objects in place of JSON. A guess is a help only; --fix, --diff and --write make certain fixes.

    Exits with 0 if there is no error, or with --strict no error and no warning; else with 1. With --fix, --diff or
    --write the errors that are left count, and are written to standard error.
    """
    from ..api import check as check_search
    from ..compiler.report import render_report, report_json

    schema, argument = load_table(table), read_query(query)
    report = check_search(argument.source, shape, schema=schema)
    if fix or diff or write:
        return _fix(argument, report, diff=diff, write=write)
    if format_ == "json":
        write_line(report_json(report))
    else:
        write_line(render_report(report, argument.name, colour=wants_colour(sys.stdout)))
    return EXIT_OK if report.ok and not (strict and report.warnings) else EXIT_PROBLEMS


def _fix(argument: QueryArgument, report: Report[Any], *, diff: bool, write: bool) -> int:
    from ..compiler.render import render_line
    from ..diagnostics.errors import UsageError
    from .fix import diff_of, fix_source, write_fixed

    if write and argument.name in (STDIN_NAME, INLINE_NAME):
        raise UsageError("--write needs a file; use --fix to print the corrected search")
    fixed = fix_source(argument.source, report)
    if diff:
        stdout_bytes().write(diff_of(fixed, argument.name).encode("utf-8", "surrogateescape"))
    elif not write:
        stdout_bytes().write(fixed.after.encode("utf-8", "surrogateescape"))
        if not fixed.after.endswith("\n"):
            stdout_bytes().write(b"\n")
    if write and fixed.after != fixed.before:
        write_fixed(argument.name, fixed)
        write_message(f"fixed {argument.name}")
    for diagnostic in fixed.left:
        write_message(render_line(diagnostic, argument.name))
    return EXIT_PROBLEMS if fixed.left else EXIT_OK
