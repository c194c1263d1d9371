"""The entry point of ``orderquery`` and ``python -m orderquery``."""

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
    """Run a command line and exit: 0 success, 1 problems found, 2 wrong usage."""
    from . import help as overview

    words = sys.argv[1:] if args is None else args
    shell = os.environ.get("_ORDERQUERY_COMPLETING")
    if shell and len(words) == 1:
        from .completing import print_completions

        sys.exit(print_completions(shell, words[0]))
    asks_for_help = len(words) == 1 and words[0] in overview.HELP_OPTIONS
    if asks_for_help and overview.print_help(prog_name or os.path.basename(sys.argv[0])):
        sys.exit(0)
    # Imported modules live until the process ends: a collection during the imports would free nothing.
    gc.disable()
    from .program import program

    program.main(args, prog_name)
    raise AssertionError("click did not end the process")
