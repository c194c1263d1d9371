"""The command ``match``: orders of files that a search has, streamed."""

from __future__ import annotations

import sys

import click

from .inputs import STDIN, check_files, compiled, read_query, schema_of, shape_option, table_option
from .output import is_terminal, put, say
from .program import FINE, PROBLEMS, Command

MOST_JOBS = 256


@click.command(
    cls=Command,
    examples=(
        "orderquery match 'paymentStatus = PAID' orders.jsonl",
        "zcat orders.jsonl.gz | orderquery match request.json --count",
        "orderquery match 'paymentMethods has any (creditCard)' orders.jsonl --transactions payments.jsonl",
    ),
)
@click.argument("query", metavar="QUERY")
@click.argument("files", metavar="[FILE]...", nargs=-1)
@click.option("--transactions", metavar="FILE", help="Where the orders' transactions are, for paymentMethods.")
@click.option("--count", is_flag=True, help="Print how many orders match, not the orders.")
@click.option("--verbose", is_flag=True, help="Report stored values that do not fit their fields, too.")
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, MOST_JOBS),
    help="Processes that judge orders.  [default: as many as there are processors, for a big file that is not"
    " compressed, else 1]",
)
@shape_option(None)
@table_option
def match(
    query: str,
    files: tuple[str, ...],
    transactions: str | None,
    count: bool,
    verbose: bool,
    jobs: int | None,
    shape: str | None,
    table: str | None,
) -> int:
    """Print the orders of files that a search matches.

    They are printed one JSON document a line, as read.

    QUERY is - (standard input), else a file, else JSON if it begins with {, else the text form; only its filter counts.
    FILEs are .jsonl or .json, gzipped or not; without any, standard input is read. Orders, Search responses and events
    are taken apart; each order is shown as it stands, in the order of the files, one that stands twice twice.

    A search by paymentMethods needs the orders' transactions: those of --transactions, else those that the FILEs
    themselves hold, which are then read twice.

    The exit status is 0 also with no match, 1 if some document could not be used.
    """
    from ..diagnostics.errors import UsageError
    from .match_files import Matcher

    names = files or (STDIN,)
    others = (transactions,) if transactions is not None else ()
    search = read_query(query, (*names, *others))
    check_files((*names, *others))
    schema = schema_of(table)
    plan = compiled(search, schema, shape)
    if plan.cursor is not None:
        raise UsageError("match does not follow cursors: it reads files, from their beginning to their end")
    if STDIN in names and is_terminal(sys.stdin):
        say("reading orders from standard input")
    matcher = Matcher(schema, plan, count=count, verbose=verbose, jobs=jobs, table=table)
    matcher.run(names, transactions)
    if count:
        put(str(matcher.matched))
    return PROBLEMS if matcher.unusable else FINE
