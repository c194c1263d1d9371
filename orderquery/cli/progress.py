"""Progress on a terminal.

It is a bar if the size of the work is known, else a spinner.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from .output import is_terminal, wants_colour

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn, TaskID

_DELAY_S = 1.0
"""Shorter work shows no progress."""


class _Shown:
    """What standard error shows until the ``with`` block ends."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._shown = is_terminal(sys.stderr)
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()


class ProgressLine(_Shown):
    """A line on standard error while a command works, if standard error is a terminal."""

    def __init__(self, label: str, total_bytes: int | None = None) -> None:
        self._label, self._total_bytes = label, total_bytes
        super().__init__()

    def update(self, done_bytes: int = 0, text: str = "") -> None:
        """Show how many bytes are done, or what is done in words."""
        if not self._shown or (self._progress is None and time.monotonic() - self._began < _DELAY_S):
            return
        if self._progress is None:
            self._start()
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done_bytes, description=text)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        columns: tuple[ProgressColumn, ...] = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        if self._total_bytes is not None:
            columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
        console = Console(stderr=True, no_color=not wants_colour(sys.stderr), highlight=False)
        self._progress = Progress(TextColumn(self._label), *columns, console=console, transient=True)
        self._task = self._progress.add_task("", total=self._total_bytes)
        self._progress.start()


class ProgressShare(_Shown):
    """A bar with a count, its rate and the time left, of work whose share is known.

    It is on standard error, if that is a terminal.
    """

    def __init__(self, label: str, noun: str) -> None:
        self._label, self._noun = label, noun
        super().__init__()

    def update(self, count: int, share: float) -> None:
        """Show how many are done, and which share of the whole that is."""
        elapsed_s = time.monotonic() - self._began
        if not self._shown or (self._progress is None and elapsed_s < _DELAY_S):
            return
        if self._progress is None:
            self._start()
        if self._progress is not None and self._task is not None:
            text = f"{count:,} {self._noun}, {count / max(elapsed_s, 0.001):,.0f} a second"
            self._progress.update(self._task, completed=min(max(share, 0.0), 1.0), description=text)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        console = Console(stderr=True, no_color=not wants_colour(sys.stderr), highlight=False)
        self._progress = Progress(
            TextColumn(self._label), BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"),
            TimeRemainingColumn(), console=console, transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=1.0)
        self._progress.start()
