"""The command ``match``: the orders in files that match a search."""

from __future__ import annotations

import sys

import click

from .argument_errors import check_quoted
from .inputs import (
    STDIN,
    check_files,
    columns_option,
    compile_query,
    load_table,
    output_option,
    read_query,
    shape_option,
    strict_option,
    table_option,
)
from .output import count_of, is_terminal, write_line, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, Command

MAX_JOBS = 256


@click.command(
    cls=Command,
    paged=True,
    examples=(
        "orderquery match 'paymentStatus = PAID' orders.jsonl",
        "orderquery match 'paymentStatus = PAID' orders.jsonl --columns number,buyerInfo.email --output paid.csv",
        "zcat orders.jsonl.gz | orderquery match request.json --count",
        "orderquery match 'paymentMethods has any (creditCard)' orders.jsonl --transactions payments.jsonl",
    ),
)
@click.argument("query", metavar="QUERY")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@click.option("--transactions", metavar="FILE", help="File of the transactions, for paymentMethods.")
@click.option("--count", is_flag=True, help="Print the number of matching orders.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["jsonl", "table", "ids", "csv", "parquet", "arrow"]),
    help="jsonl: the documents unchanged; csv, parquet, arrow: a row an order.  [default: jsonl]",
)
@columns_option
@output_option
@click.option("--verbose", is_flag=True, help="Report stored values that do not fit their field, too.")
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, MAX_JOBS),
    help="Number of processes.  [default: one per processor for an uncompressed file of 64 MiB or more, else 1]",
)
@shape_option(None)
@strict_option
@table_option
def match(
    query: str,
    files: tuple[str, ...],
    transactions: str | None,
    count: bool,
    format_: str | None,
    columns: str | None,
    output: str | None,
    verbose: bool,
    jobs: int | None,
    shape: str | None,
    strict: bool,
    table: str | None,
) -> int:
    """Print the orders in files that match a search.

    Prints the JSON documents unchanged, one a line, in the order of the files, or with --format a row for each. Uses
    the filter of QUERY only.

    FILEs are .jsonl or .json, gzipped or not; the default is standard input. They may hold orders, Search responses
    and webhook events. An order that occurs twice is printed twice.

    A search by paymentMethods, or a column of it, needs transactions: from --transactions, else from the FILEs, which
    are then read twice.

    Exits with 0 even without a match, with 1 if a document is unusable.
    """
    from ..diagnostics.errors import UsageError
    from .data_output import check_format, row_writer, write_notes
    from .match_files import FileMatcher
    from .output_file import format_of, output_to, write_written

    names = files or (STDIN,)
    other_names = (transactions,) if transactions is not None else ()
    check_quoted(files)
    inputs = [query, *names, *other_names]
    if format_ is None:
        format_ = "table" if columns and output is None else _match_format(None if count else format_of(output, inputs))
    check_format(format_, columns, output)
    argument = read_query(query, (*names, *other_names))
    check_files((*names, *other_names))
    schema = load_table(table, shape)
    plan = compile_query(argument, schema, shape, strict=strict)
    if plan.cursor is not None:
        raise UsageError("match does not support cursors; remove the cursor from QUERY")
    ignored = " and ".join(name for name, sent in (("order", plan.sort_sent), ("limit", plan.limit_sent)) if sent)
    if ignored:
        write_message(f"note: match ignores {ignored}: it prints every matching order as it is read")
    if STDIN in names and is_terminal(sys.stdin):
        write_message("reading orders from standard input")
    with output_to(output, inputs):
        writer = None if format_ == "jsonl" or count else row_writer(format_, schema, columns)
        matcher = FileMatcher(
            schema, plan, count=count, verbose=verbose, jobs=jobs, table=table, writer=writer
        )  # fmt: skip
        matcher.run(names, transactions)
        if writer is not None:
            writer.close()
        if count:
            write_line(str(matcher.matched))
    if writer is not None:
        if format_ == "table" and output is None:
            write_message(count_of(matcher.matched, "order"))
        write_notes(writer.notes())
    if not count:
        write_written(matcher.matched, output)
    return EXIT_PROBLEMS if matcher.unusable else EXIT_OK


def _match_format(format_: str | None) -> str:
    """Return the format for the end of a file's name; .json means lines, too."""
    return "jsonl" if format_ in (None, "json") else format_
