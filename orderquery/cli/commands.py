"""The program: the group of all commands."""

from __future__ import annotations

import click

from ..version import __version__
from . import overview
from .program import Program


@click.group(cls=Program, name="orderquery")
@click.version_option(
    __version__, "--version", prog_name="orderquery", message="%(prog)s %(version)s", help=overview.VERSION_SAYS
)
def program() -> None:
    """The command line; its help is :mod:`.overview`."""
