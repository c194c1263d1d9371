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
    """What standard error shows until the ``with`` block ends, if it is a terminal."""

    def __init__(self, label: str, total: float | None) -> None:
        self._label, self._total = label, total
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

    def _columns(self) -> tuple[ProgressColumn, ...]:
        """Return the columns after the label."""
        # Each kind of progress overrides this; none is only of this class.
        raise NotImplementedError

    def _show(self, done: float, text: str) -> None:
        if not self._shown or (self._progress is None and self._elapsed_s() < _DELAY_S):
            return
        if self._progress is None:
            self._start()
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, description=text)

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._began

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import Progress, TextColumn

        console = Console(stderr=True, no_color=not wants_colour(sys.stderr), highlight=False)
        self._progress = Progress(TextColumn(self._label), *self._columns(), console=console, transient=True)
        self._task = self._progress.add_task("", total=self._total)
        self._progress.start()


class ProgressLine(_Shown):
    """A line while a command works.

    It is a bar if the number of bytes is known, else a spinner.
    """

    def __init__(self, label: str, total_bytes: int | None = None) -> None:
        super().__init__(label, total_bytes)

    def update(self, done_bytes: int = 0, text: str = "") -> None:
        """Show how many bytes are done, or what is done in words."""
        self._show(done_bytes, text)

    def _columns(self) -> tuple[ProgressColumn, ...]:
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        if self._total is None:
            return SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
        return BarColumn(), DownloadColumn(), TimeRemainingColumn()


class ProgressShare(_Shown):
    """A bar with a count, its rate and the time left, of work whose share is known."""

    def __init__(self, label: str, noun: str) -> None:
        super().__init__(label, 1.0)
        self._noun = noun

    def update(self, count: int, share: float) -> None:
        """Show how many are done, and which share of the whole that is."""
        rate = count / max(self._elapsed_s(), 0.001)
        self._show(min(max(share, 0.0), 1.0), f"{count:,} {self._noun}, {rate:,.0f} a second")

    def _columns(self) -> tuple[ProgressColumn, ...]:
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

        return BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeRemainingColumn()
