"""The command ``export``: a store as a directory of Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .defaults import with_store
from .inputs import load_table, open_store, store_argument, table_option
from .output import count_of, write_line
from .program import Command

if TYPE_CHECKING:
    from ..stores.parquet.export import ExportResult


@click.command(
    cls=Command,
    examples=(
        "orderquery export shop.db shop-export",
        "orderquery export shop.db shop-export --site berlin --replace",
        "orderquery search spark:///shop-export 'paymentStatus = PAID'",
    ),
)
@store_argument
@click.argument("folder", metavar="DIR", required=False)
@click.option("--site", metavar="S", help="Export the orders of this site only.  [default: all sites]")
@click.option(
    "--rows-per-file", metavar="N", type=click.IntRange(min=1), help="Maximum orders per file.  [default: 200,000]"
)
@click.option("--replace", is_flag=True, help="Replace an earlier export in DIR.")
@click.option("--group", is_flag=True, help="Let the group of the files read them, too.  [default: their owner alone]")
@table_option
def export(
    store: str | None,
    folder: str | None,
    site: str | None,
    rows_per_file: int | None,
    replace: bool,
    group: bool,
    table: str | None,
) -> int:
    """Export a store as Parquet files, for Spark and ClickHouse.

    Exports every order, including those that Search hides: the loaded document and a column for each field. Exports
    transactions to files of their own. search, inspect and get read the directory as spark:///DIR and
    clickhouse:///DIR.

    Creates DIR when all files are complete. DIR must not exist, or must be empty. --replace exchanges it with an
    earlier export; if DIR has other files, nothing is replaced. Reports stored documents that are not JSON, leaves them
    out, and then exits with 1.
    """
    store, rest = with_store(store, () if folder is None else (folder,), takes_rest=False)
    if not rest:
        raise click.UsageError("Missing argument 'DIR'.")
    from ..stores.parquet.export import ROWS_PER_FILE
    from ..stores.parquet.export import export as export_store
    from .other_sites import write_other_sites
    from .problem_output import ProblemOutput
    from .progress import ProgressLine
    from .signals import interrupted_by_sigterm

    with (
        interrupted_by_sigterm(),
        open_store(store, load_table(table), site or "") as opened,
        ProgressLine("exporting") as progress,
    ):
        result = export_store(
            opened,
            rest[0],
            site=site,
            rows_per_file=rows_per_file or ROWS_PER_FILE,
            replace=replace,
            group=group,
            written=lambda so_far: progress.update(text=_counts(so_far)),
        )
        if site is not None and not result.orders:
            write_other_sites(opened)
    problems = ProblemOutput()
    for problem in result.problems:
        problems.write(problem)
    problems.count = result.skipped
    write_line(f"{_counts(result)} in {count_of(result.files, 'file')}{problems.summary}")
    return problems.status


def _counts(result: ExportResult) -> str:
    return f"{count_of(result.orders, 'order')} and {count_of(result.transactions, 'transactions record')}"
