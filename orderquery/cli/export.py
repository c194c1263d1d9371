"""The command ``export``: a store as a folder of Parquet, with progress on a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from .inputs import schema_of, table_option
from .output import is_terminal, put, wants_colour
from .program import FINE, Command
from .store import opened_store

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from ..stores.parquet.export import ExportResult

_PATIENCE = 1.0
"""Seconds before progress is shown."""


@click.command(
    cls=Command,
    examples=(
        "orderquery export shop.db shop-export",
        "orderquery export shop.db shop-export --site berlin --replace",
        "orderquery search spark:///shop-export 'paymentStatus = PAID'",
    ),
)
@click.argument("store", metavar="STORE")
@click.argument("folder", metavar="DIR")
@click.option("--site", metavar="S", help="Only the orders of this site.  [default: all sites]")
@click.option(
    "--rows-per-file", metavar="N", type=click.IntRange(min=1), help="Orders in a file, at most.  [default: 200,000]"
)
@click.option("--replace", is_flag=True, help="Replace an earlier export in DIR.")
@table_option
def export(
    store: str, folder: str, site: str | None, rows_per_file: int | None, replace: bool, table: str | None
) -> int:
    """Write a store as Parquet files, which Spark and ClickHouse search.

    Every order is in them, also those that Search hides, with its document as it was loaded and a column for each
    field; the orders' transactions are beside them. search, inspect and get take the folder as spark:///DIR and
    clickhouse:///DIR.

    DIR takes its name when everything is written; it must not be there, or be empty.
    """
    from ..stores.parquet.export import ROWS_PER_FILE, export

    with opened_store(store, schema_of(table), site or "") as opened, _Counter() as counter:
        result = export(
            opened,
            folder,
            site=site,
            rows_per_file=rows_per_file or ROWS_PER_FILE,
            replace=replace,
            written=counter.written,
        )
    put(f"{_said(result)} in {_counted(result.files, 'file')}")
    return FINE


def _said(result: ExportResult) -> str:
    return f"{_counted(result.orders, 'order')} and {_counted(result.transactions, 'transactions record')}"


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


class _Counter:
    """What has been written so far, on standard error, once an export takes its time and somebody watches."""

    def __init__(self) -> None:
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

    def written(self, result: ExportResult) -> None:
        """Take note of what has been written."""
        if not self._watched or (self._progress is None and time.monotonic() - self._begun < _PATIENCE):
            return
        if self._progress is None:
            self._start()
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=_said(result))

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        colour = wants_colour(sys.stderr)
        console = Console(stderr=True, no_color=not colour, highlight=False)
        columns = (TextColumn("exporting"), SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task("", total=None)
        self._progress.start()
