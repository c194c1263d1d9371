"""The text of ``orderquery --help``, and the help texts shared by commands.

This module imports nothing outside the standard library, so that the help starts almost as fast as Python.
"""

from __future__ import annotations

import os
import sys

COMMANDS = (
    (
        "Searches",
        (
            ("check", "Report every mistake in a search, with a fix."),
            ("scan", "Find the searches in JavaScript, TypeScript and Python code, and check each."),
            ("convert", "Convert a search to JSON or to the text form."),
            ("translate", "Translate a search of the older Stores API to Search Orders."),
            ("format", "Format searches: spaces, quotes, keywords and line breaks."),
            ("sql", "Print a search as SQL, then its parameters as JSON."),
        ),
    ),
    (
        "Files of orders",
        (
            ("match", "Print the orders in files that match a search."),
            ("why", "Show why an order matches a search, or does not."),
            ("convert-orders", "Convert orders of the Stores API to eCommerce orders."),
        ),
    ),
    (
        "Stores of orders",
        (
            ("load", "Load orders and transactions into a store."),
            ("sync", "Copy the orders of a Wix site into a store, and keep them up to date."),
            ("search", "Search a store: one page of orders, or all of them."),
            ("inspect", "Show how the engine of a store runs a search."),
            ("info", "Describe a store: its orders by status and site, their dates, and its version."),
            ("get", "Print orders by id or number."),
            ("delete", "Delete orders and their transactions permanently."),
            ("upgrade", "Rebuild a store that an older version made."),
            ("export", "Export a store as Parquet files, for Spark and ClickHouse."),
            ("serve", "Serve a store over HTTP, with the API of Wix."),
        ),
    ),
    (
        "Reference and samples",
        (
            ("fields", "List the fields, with their types and operators."),
            ("tables", "List the tables of fields."),
            ("compare-tables", "Compare two tables of fields."),
            ("explain", "Explain a diagnostic code, or an event."),
            ("complete", "Print what may be written at a position of a search, as JSON."),
            ("hover", "Print what is known of the word at a position of a search, as JSON."),
            ("sample", "Print sample orders and their transactions."),
            ("demo", "Run a short tour of orderquery on sample orders."),
            ("completion", "Print the script that completes commands in your shell."),
        ),
    ),
)
"""The sections of the help, each with its commands: name and first sentence. A command's module has its name."""

COMMAND_NAMES = tuple(name for _, commands in COMMANDS for name, _ in commands)

SUMMARY = "Check, convert and run Wix Search Orders queries, on files of orders and in stores."
QUERY_HELP = (
    'QUERY is a file, "-" for standard input, JSON that begins with "{", pasted code, or the text form: '
    "'paymentStatus = PAID order by createdDate desc'."
)
VERSION_HELP = "Show the version and exit."
NO_COLOR_HELP = "Disable colors, as the environment variable NO_COLOR does."
NO_PAGER_HELP = "Do not show long output in a pager."
HELP_HELP = "Show this message and exit."
MORE_HELP = 'Run "orderquery COMMAND --help" for options and examples.'
HELP_OPTIONS = ("-h", "--help")

MAX_COLUMNS = 100
_MIN_COLUMNS = 50
_DEFAULT_COLUMNS = 80


def help_columns() -> int:
    """Return the width of a help text: that of the terminal less a margin of two."""
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        columns = 0
    if columns <= 0:
        try:
            columns = os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 0
        except (OSError, ValueError, AttributeError):
            columns = 0
    return max(min(columns or _DEFAULT_COLUMNS, MAX_COLUMNS) - 2, _MIN_COLUMNS)


def format_help(name: str, columns: int) -> str:
    """Return the help of the program; ``name`` is what the user called it by."""
    from textwrap import fill

    def format_list(heading: str, rows: tuple[tuple[str, str], ...]) -> str:
        hang = max(len(term) for term, _ in rows) + 4
        lines = (
            fill(text, columns, initial_indent=f"  {term}".ljust(hang), subsequent_indent=" " * hang)
            for term, text in rows
        )
        return "\n".join([f"{heading}:", *lines])

    def format_paragraph(text: str) -> str:
        return fill(text, columns, initial_indent="  ", subsequent_indent="  ")

    options = (("--version", VERSION_HELP), ("--no-color", NO_COLOR_HELP), (", ".join(HELP_OPTIONS), HELP_HELP))
    return "\n\n".join([
        f"Usage: {name} [OPTIONS] COMMAND [ARGS]...",
        format_paragraph(SUMMARY),
        format_paragraph(QUERY_HELP),
        *(format_list(section, commands) for section, commands in COMMANDS),
        format_list("Options", options),
        format_paragraph(MORE_HELP),
    ])  # fmt: skip


def print_help(name: str) -> bool:
    """Print the help of the program.

    Return False if standard output cannot be written, else True.
    """
    try:
        sys.stdout.buffer.write(format_help(name, help_columns()).encode() + b"\n")
        sys.stdout.buffer.flush()
    except (OSError, ValueError, AttributeError):
        return False
    return True
