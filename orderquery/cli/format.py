"""The command ``format``: searches in the canonical layout of their form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .inputs import form_option, load_table, read_query, table_option
from .output import stdout_bytes, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, EXIT_USAGE, Command

if TYPE_CHECKING:
    from ..compiler.editor_form import EditorForm
    from ..language.schema import Schema
    from .inputs import QueryArgument


@click.command(
    cls=Command,
    examples=(
        "orderquery format 'status=APPROVED AND number>5'",
        "orderquery format request.json --write",
        "orderquery format 'queries/**/*.json' --check",
    ),
)
@click.argument("query", metavar="[QUERY]...", nargs=-1)
@form_option
@click.option("--write", is_flag=True, help="Change the files QUERY instead of printing them.")
@click.option("--check", is_flag=True, help="Change and print nothing; exit with 1 if a QUERY is not formatted.")
@click.option("--diff", is_flag=True, help="Print what would change, as a unified diff.")
@table_option
def format(  # noqa: A001 - the name of the command
    query: tuple[str, ...], form: EditorForm, write: bool, check: bool, diff: bool, table: str | None
) -> int:
    """Format searches: spaces, quotes, keywords and line breaks.

    The meaning stays, and so do names, values, their order, comments and relative dates. In pasted code only the search
    changes. Without QUERY, formats standard input.

    A search that does not parse is left as it is and reported; the exit status is 1 then.
    """
    from ..compiler.report import QueryError
    from ..diagnostics.errors import UsageError
    from .program import write_diagnostics
    from .query_files import find_queries

    if write + check + diff > 1:
        raise UsageError("pass one of --write, --check and --diff")
    schema, (names, several) = load_table(table), find_queries(query)
    arguments = [read_query(name) for name in names]
    if write and not all(argument.is_file for argument in arguments):
        raise UsageError("--write needs a file; without it the formatted search is printed")
    mode = "write" if write else "check" if check else "diff" if diff else "print"
    status = EXIT_OK
    for argument in arguments:
        if several and mode == "print":
            stdout_bytes().write(f"==> {argument.name} <==\n".encode("utf-8", "surrogateescape"))
        try:
            changed = _format_one(argument, form, schema, mode)
        except QueryError as problem:
            write_diagnostics(problem, argument.name)
            status = max(status, EXIT_PROBLEMS)
        except UsageError as problem:
            write_message(f"orderquery: {problem}")
            status = EXIT_USAGE
        else:
            status = max(status, EXIT_PROBLEMS if changed and (check or diff) else EXIT_OK)
    return status


def _format_one(argument: QueryArgument, form: EditorForm, schema: Schema, mode: str) -> bool:
    """Format one search; return whether it changed."""
    from ..compiler.formatting import format_search
    from .fix import FixedSource, diff_of, write_fixed
    from .inputs import text_of

    before = text_of(argument, schema)
    after = format_search(before, form, schema)
    if argument.is_file and after and not after.endswith("\n"):
        after += "\n"
    made = FixedSource(before, after, ())
    if mode == "print":
        stdout_bytes().write((after if after.endswith("\n") else after + "\n").encode("utf-8", "surrogateescape"))
    elif mode == "diff":
        stdout_bytes().write(diff_of(made, argument.name, "formatted").encode("utf-8", "surrogateescape"))
    elif after != before:
        if mode == "write":
            write_fixed(argument.name, made)
        write_message(f"{'formatted' if mode == 'write' else 'would format'} {argument.name}")
    return after != before
