"""Problems with stored documents, written as a command finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .output import write_message
from .program import EXIT_OK, EXIT_PROBLEMS

if TYPE_CHECKING:
    from ..diagnostics.diagnostic import Diagnostic

MAX_SHOWN = 20


class ProblemOutput:
    """Writes the first problems to standard error, and counts all."""

    def __init__(self) -> None:
        self.count = 0

    def write(self, problem: Diagnostic) -> None:
        """Count a problem, and write it if it is one of the first."""
        from ..compiler.render import render_line

        self.count += 1
        if self.count <= MAX_SHOWN:
            write_message(render_line(problem))

    @property
    def summary(self) -> str:
        """The end of a command's last line."""
        return f", {self.count:,} skipped" if self.count else ""

    @property
    def status(self) -> int:
        """The exit status of the command."""
        return EXIT_PROBLEMS if self.count else EXIT_OK
