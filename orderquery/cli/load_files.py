"""What ``load`` does: files into a store, with progress on a terminal, and counts and problems at the end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ..compiler.render import render_line
from .inputs import STDIN, records_of
from .output import is_terminal, put, say, wants_colour

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from ..documents.ingest import Found
    from ..stores.base import LoadResult, Store

MOST_SHOWN = 20
"""Problems; the others are counted."""

_PATIENCE = 1.0
"""Seconds before a progress bar appears."""


def load_files(store: Store, names: tuple[str, ...]) -> LoadResult:
    """Load every file; say what was loaded, and the first of the problems."""
    with _Bar(names) as bar:
        result = store.load_records(_records(store, names, bar))
    _say_problems(result)
    put(_said(result))
    return result


def _records(store: Store, names: tuple[str, ...], bar: _Bar) -> Iterator[Found]:
    for name in names:
        yield from records_of(store.schema, name, progress=bar.read)
        bar.done(name)


def _say_problems(result: LoadResult) -> None:
    for problem in result.problems[:MOST_SHOWN]:
        say(render_line(problem))
    more = result.problem_count - min(len(result.problems), MOST_SHOWN)
    if more:
        say(f"... and {more:,} more")


def _said(result: LoadResult) -> str:
    parts = [f"{_counted(result.orders, 'order')} and {_counted(result.transactions, 'transactions record')} loaded"]
    if result.older:
        parts.append(f"{result.older:,} older than what is stored")
    if result.skipped:
        parts.append(f"{result.skipped:,} skipped")
    kept = result.problem_count - result.skipped
    if kept:
        parts.append(f"{_counted(kept, 'value')} that {'does' if kept == 1 else 'do'} not fit")
    return ", ".join(parts)


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


class _Bar:
    """A progress bar on standard error, once a load takes its time and somebody watches."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._sizes = {name: os.path.getsize(name) for name in names if name != STDIN}
        self._done = 0
        self._begun = time.monotonic()
        self._watched = is_terminal(sys.stderr)
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def read(self, position: int) -> None:
        """Take note of how far into the present file a load is."""
        if not self._watched or (self._progress is None and time.monotonic() - self._begun < _PATIENCE):
            return
        if self._progress is None:
            self._start()
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=self._done + position)

    def done(self, name: str) -> None:
        """Take note that a file has been read."""
        self._done += self._sizes.get(name, 0)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        colour = wants_colour(sys.stderr)
        console = Console(stderr=True, no_color=not colour, highlight=False)
        columns = (TextColumn("loading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task("", total=sum(self._sizes.values()) or None)
        self._progress.start()
