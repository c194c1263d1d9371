"""The commands, ``orderquery`` and ``python -m orderquery``.

The modules that declare commands import click alone; what a command does is imported when it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import click

from ..version import __version__
from .checking import check, convert, explain, fields, sql
from .exporting import export
from .making import demo, sample
from .matching import match
from .program import Program
from .serving import serve
from .storing import delete, get, inspect, load, search, upgrade

__all__ = ["main", "program"]


@click.group(cls=Program, name="orderquery", epilog="orderquery COMMAND --help tells more, with examples.")
@click.version_option(__version__, "--version", prog_name="orderquery", message="%(prog)s %(version)s")
def program() -> None:
    """One query language for commerce orders: checked before it is sent, answered the same everywhere.

    A QUERY is - (standard input), else the path of a file, else JSON if it begins with {, else the text form.
    """


program.add("A search", check, convert, sql)
program.add("Files of orders", match)
program.add("A store of orders", load, search, inspect, get, delete, upgrade, export, serve)
program.add("Reference and samples", fields, explain, sample, demo)


def main(args: Sequence[str] | None = None, prog_name: str | None = None) -> NoReturn:
    """Run a command line and exit: 0 fine, 1 problems found, 2 wrong usage."""
    program.main(args, prog_name)
    raise AssertionError("a command line ends the process")
