"""What ``orderquery --help`` says: every command, where it stands in the help, and which module declares it.

To say it needs no click, so the help takes hardly longer than Python does to start.
"""

from __future__ import annotations

import os
import sys

COMMANDS = (
    (
        "A search",
        (
            ("check", "check", "Report every mistake of a search, and what to write instead."),
            ("convert", "check", "Write a search in the other form."),
            ("sql", "check", "Print the SQL of a search, then its parameters as JSON."),
        ),
    ),
    ("Files of orders", (("match", "match", "Print the orders of files that a search matches."),)),
    (
        "A store of orders",
        (
            ("load", "store", "Load orders and transactions into a store."),
            ("search", "store", "Search a store: one page of orders, or all of them."),
            ("inspect", "store", "Show how a store's engine would go about a search."),
            ("get", "store", "Print orders by their ids."),
            ("delete", "store", "Remove orders and their transactions for good."),
            ("upgrade", "store", "Rebuild an older store from its documents, all or nothing."),
            ("export", "export", "Write a store as Parquet files, which Spark and ClickHouse search."),
            ("serve", "serve", "Serve a store as the live service would."),
        ),
    ),
    (
        "Reference and samples",
        (
            ("fields", "check", "List the fields: types, operators, which can be sorted by."),
            ("explain", "check", "Say what a code of check means, and what the live service does."),
            ("sample", "sample", "Print synthetic orders and their transactions."),
            ("demo", "sample", "Show what this program does, on sample orders."),
        ),
    ),
)
"""The sections of the help, each with its commands: name, module, and the first sentence of the command's own help."""

HOMES = {name: module for _, commands in COMMANDS for name, module, _ in commands}
"""The module of each command, which has the command's name there."""

SAYS = (
    "One query language for commerce orders: checked before it is sent, answered the same everywhere.",
    "A QUERY is - (standard input), else the path of a file, else JSON if it begins with {, else the text form.",
)
VERSION_SAYS = "Show the version and exit."
NO_COLOR_SAYS = "Plain output; so does the environment variable NO_COLOR."
HELP_SAYS = "Show this message and exit."
HELP_OPTIONS = ("-h", "--help")

WIDEST = 100
_NARROWEST = 50
_USUAL = 80


def width() -> int:
    """Columns of a help text: what the terminal has but two, within bounds."""
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        columns = 0
    if columns <= 0:
        try:
            columns = os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 0
        except (OSError, ValueError, AttributeError):
            columns = 0
    return max(min(columns or _USUAL, WIDEST) - 2, _NARROWEST)


def text(name: str, columns: int) -> str:
    """The help of the program, which was called by this name."""
    from textwrap import fill

    def listed(heading: str, rows: tuple[tuple[str, str], ...]) -> str:
        hang = max(len(term) for term, _ in rows) + 4
        lines = (
            fill(says, columns, initial_indent=f"  {term}".ljust(hang), subsequent_indent=" " * hang)
            for term, says in rows
        )
        return "\n".join([f"{heading}:", *lines])

    said = (fill(paragraph, columns, initial_indent="  ", subsequent_indent="  ") for paragraph in SAYS)
    options = (("--version", VERSION_SAYS), ("--no-color", NO_COLOR_SAYS), (", ".join(HELP_OPTIONS), HELP_SAYS))
    sections = (
        listed(section, tuple((command, says) for command, _, says in commands)) for section, commands in COMMANDS
    )
    more = fill(
        "orderquery COMMAND --help tells more, with examples.", columns, initial_indent="  ", subsequent_indent="  "
    )
    usage = f"Usage: {name} [OPTIONS] COMMAND [ARGS]..."
    return "\n\n".join([usage, *said, listed("Options", options), *sections, more])


def show(name: str) -> bool:
    """Print the help of the program; whether standard output took it."""
    try:
        sys.stdout.buffer.write(text(name, width()).encode() + b"\n")
        sys.stdout.buffer.flush()
    except (OSError, ValueError, AttributeError):
        return False
    return True
