"""The command ``convert-orders``: orders of the Stores API as eCommerce orders."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from .inputs import STDIN, check_files, load_table, read_records
from .output import ByteStream, count_of, join_lines, stdout_bytes, write_json, write_line, write_message
from .output_file import check_ending, output_to
from .program import EXIT_OK, EXIT_PROBLEMS, Command

if TYPE_CHECKING:
    from ..diagnostics.diagnostic import Diagnostic
    from ..migration.convert import StoresConverter

MAX_SHOWN_PROBLEMS = 20


@click.command(
    "convert-orders",
    cls=Command,
    examples=(
        "orderquery convert-orders old-orders.jsonl > orders.jsonl",
        "orderquery convert-orders old-orders.json.gz --output orders.jsonl --report",
        "orderquery convert-orders old-orders.jsonl --report --json",
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--output", metavar="FILE", help="Write the orders to this file.  [default: standard output]")
@click.option("--report", is_flag=True, help="Print what became of each value; orders go to --output only.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def convert_orders(files: tuple[str, ...], output: str | None, report: bool, as_json: bool) -> int:
    """Convert orders of the Stores API to eCommerce orders.

    FILEs are those that load takes, and CSV. They may hold orders of the Stores API, its responses and the bodies of
    its webhooks, rows of the Velo collection Stores/Orders, and the CSV that the dashboard exported. eCommerce orders
    pass unchanged.

    Prints JSON lines: each order, then its transactions if the old order has payments. What has no counterpart is kept
    under extendedFields.namespaces.stores, at its old path.

    Reports what is kept or lost, once for each path. Skips other documents, reports each with its place,
    and then exits with 1.
    """
    from ..migration.convert import StoresConverter

    report |= as_json
    check_ending(output, "jsonl")
    check_files(files)
    converter = StoresConverter(load_table(None), report_unfit=False, yield_losses=True)
    run = _OrdersRun(converter)
    with output_to(output, files):
        run.convert(files, None if report and output is None else stdout_bytes())
    run.write_losses()
    write_message(run.summary())
    if report:
        _write_report(converter, run.unchanged, as_json)
    return EXIT_PROBLEMS if run.skipped else EXIT_OK


class _OrdersRun:
    """Converts files, and counts what it wrote and what it found."""

    def __init__(self, converter: StoresConverter) -> None:
        self._converter = converter
        self._losses: dict[tuple[str, str], tuple[Diagnostic, int]] = {}
        self._orders = 0
        self.skipped = 0

    @property
    def unchanged(self) -> int:
        """The number of eCommerce orders among the documents."""
        return self._orders - self._converter.made

    def convert(self, names: tuple[str, ...], target: ByteStream | None) -> None:
        """Write the records of the files as JSON lines."""
        from ..diagnostics.diagnostic import Diagnostic
        from .progress import ProgressLine

        sizes = {name: os.path.getsize(name) for name in names if name != STDIN}
        done_bytes = 0
        with ProgressLine("converting", sum(sizes.values()) or None) as progress:

            def show_position(position: int) -> None:
                progress.update(done_bytes + position)

            for name in names:
                for found in read_records(
                    load_table(None), name, report_unfit=False, progress=show_position, converter=self._converter
                ):
                    if isinstance(found, Diagnostic):
                        self._report(found)
                        continue
                    self._orders += found.kind == "order"
                    if target is not None:
                        target.write(join_lines(found.document) + b"\n")
                done_bytes += sizes.get(name, 0)

    def _report(self, problem: Diagnostic) -> None:
        from ..compiler.render import render_line
        from ..documents.ingest import is_skipped
        from ..migration.nested import path_text

        if problem.code in ("kept-value", "conversion-loss"):
            key = (problem.code, path_text(problem.place.path or ()))
            first, count = self._losses.get(key, (problem, 0))
            self._losses[key] = (first, count + 1)
            return
        self.skipped += is_skipped(problem)
        if self.skipped <= MAX_SHOWN_PROBLEMS:
            write_message(render_line(problem))

    def write_losses(self) -> None:
        """Write the first loss of each path, and how many there are."""
        from ..compiler.render import render_line

        if self.skipped > MAX_SHOWN_PROBLEMS:
            write_message(f"... and {self.skipped - MAX_SHOWN_PROBLEMS:,} more")
        for first, count in [*self._losses.values()][:MAX_SHOWN_PROBLEMS]:
            write_message(render_line(first) + (f" ({count:,} times)" if count > 1 else ""))
        more = len(self._losses) - MAX_SHOWN_PROBLEMS
        if more > 0:
            write_message(f"... and {count_of(more, 'path')} more; --report lists every path")

    def summary(self) -> str:
        """Return the counts as a line."""
        report = self._converter.report
        parts = [f"{count_of(report.orders, 'order')} converted", count_of(report.transactions, "transactions record")]
        if self.unchanged:
            parts.append(f"{self.unchanged:,} already eCommerce")
        if self.skipped:
            parts.append(f"{self.skipped:,} skipped")
        return ", ".join([*parts, *self._converter.report.event_lines()])


def _write_report(converter: StoresConverter, unchanged: int, as_json: bool) -> None:
    if as_json:
        write_json({**converter.report.to_json(), "unchanged": unchanged})
    else:
        for line in converter.report.lines():
            write_line(line)
