"""The entry point of ``orderquery`` and ``python -m orderquery``.

The modules that declare commands import click alone; what a command does is imported when it runs.
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ["main"]


def main(args: Sequence[str] | None = None, prog_name: str | None = None) -> NoReturn:
    """Run a command line and exit: 0 fine, 1 problems found, 2 wrong usage."""
    from . import help as overview

    given = sys.argv[1:] if args is None else args
    asks_for_help = len(given) == 1 and given[0] in overview.HELP_OPTIONS
    if asks_for_help and overview.show(prog_name or os.path.basename(sys.argv[0])):
        sys.exit(0)
    # What is imported stays: to look for garbage in it, while it is and whenever later, is time lost.
    gc.disable()
    from .program import program

    program.main(args, prog_name)
    raise AssertionError("a command line ends the process")
