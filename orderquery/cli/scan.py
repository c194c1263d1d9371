"""The command ``scan``: the searches of source code, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .program import EXIT_OK, EXIT_PROBLEMS, Command

if TYPE_CHECKING:
    from ..scan.file_scan import FileScan, ScanOptions
    from ..scan.fixes import OnlyClass
    from .fix import Mode
    from .scan_output import ScanTotals


@click.command(
    cls=Command,
    examples=(
        "orderquery scan",
        "orderquery scan src --exclude 'src/vendor/' --format sarif",
        "orderquery scan src/orders.ts --diff",
        "orderquery scan --write-baseline scan-baseline.json",
        "orderquery scan --baseline scan-baseline.json --format github",
    ),
)
@click.argument("path", metavar="[PATH]...", nargs=-1, type=click.Path())
@click.option("--exclude", metavar="PATTERN", multiple=True, help="Leave out files, as in .gitignore; repeatable.")
@click.option("--select", metavar="CODES", multiple=True, help="Report only these codes, separated by commas.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Do not report these codes, separated by commas.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True,
    help='json: {"ok": ..., "files": [...], "counts": {...}}; sarif: SARIF 2.1.0; '
    "github: annotations of GitHub Actions.",
)  # fmt: skip
@click.option("--fix", is_flag=True, help="Print each file that has certain fixes, with them made.")
@click.option("--diff", is_flag=True, help="Print what --write would change, as a unified diff.")
@click.option("--write", is_flag=True, help="Make the certain fixes in the files.")
@click.option(
    "--only", type=click.Choice(["same-answer", "intended"]),
    help="Fixes to make, as for check.  [default: intended]",
)  # fmt: skip
@click.option("--baseline", metavar="FILE", help="Do not report the findings in FILE.")
@click.option("--write-baseline", metavar="FILE", help="Write all findings to FILE, and exit with 0.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 64), help="Processes.  [default: one per processor]")
def scan(
    path: tuple[str, ...],
    exclude: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    format_: str,
    fix: bool,
    diff: bool,
    write: bool,
    only: str | None,
    baseline: str | None,
    write_baseline: str | None,
    jobs: int | None,
) -> int:
    """Find the searches in JavaScript, TypeScript and Python code, and check each.

    Reads the scripts of HTML, Vue and Svelte files, too. PATH is a file or a folder; without one, it is the working
    directory. Skips what .gitignore names, node_modules, virtual environments and minified files.

    What is not literal is unknown and never guessed: the rest of the search is checked. A comment silences a finding
    of its line, or alone on a line those of the next: orderquery: ignore[unknown-field] reason

    Exits with 1 if there is an error, else with 0. With --fix, --diff or --write the errors that are left count.
    """
    from ..scan.baseline import Baseline
    from ..scan.files import source_files
    from .check import fix_mode
    from .scan_jobs import scan_files
    from .scan_output import ScanTotals, show_progress

    mode = fix_mode(fix=fix, diff=diff, write=write, limited=only is not None, format_=format_)
    options = _options(select, ignore, mode, only, format_)
    _check_baselines(baseline, write_baseline, mode)
    known = None if baseline is None else Baseline.read(baseline)
    files = list(source_files(path or (".",), exclude))
    totals = ScanTotals(options, known)
    scans: list[FileScan] = []
    with show_progress(len(files)) as progress:
        for chunk in scan_files(files, options, jobs):
            progress(totals.add(chunk))
            scans += chunk.found
    if write_baseline is not None:
        return _write_baseline(write_baseline, scans, totals)
    if mode is not None:
        from .scan_fixes import fix_files

        return fix_files(scans, mode, totals, is_one=len(files) == 1 and files[0].is_named)
    from .scan_output import write_report

    write_report(scans, totals, format_)
    return EXIT_PROBLEMS if totals.errors else EXIT_OK


def _options(
    select: tuple[str, ...], ignore: tuple[str, ...], mode: Mode | None, only: str | None, format_: str
) -> ScanOptions:
    from ..scan.file_scan import ScanOptions

    limit: OnlyClass = "same-answer" if only == "same-answer" else None
    return ScanOptions(_codes(select), _codes(ignore), mode is not None, format_ == "sarif", limit)


def _codes(given: tuple[str, ...]) -> frozenset[str]:
    from ..diagnostics.codes import CODES
    from ..diagnostics.errors import UsageError

    codes = frozenset(code.strip() for part in given for code in part.split(",") if code.strip())
    for code in sorted(codes):
        if code not in CODES:
            from difflib import get_close_matches

            close = get_close_matches(code, CODES, 1, 0.6)
            fix = f'did you mean "{close[0]}"?' if close else "for the codes run: orderquery explain"
            raise UsageError(f'unknown code "{code}"; {fix}')
    return codes


def _check_baselines(baseline: str | None, write_baseline: str | None, mode: Mode | None) -> None:
    from ..diagnostics.errors import UsageError

    if write_baseline is not None and (baseline is not None or mode is not None):
        raise UsageError("--write-baseline writes all findings; remove --baseline, --fix, --diff and --write")


def _write_baseline(path: str, scans: list[FileScan], totals: ScanTotals) -> int:
    from ..scan.baseline import Baseline
    from .output import count_of, write_message

    found = [
        (scan.path, diagnostic, scan.source)
        for scan in scans
        if scan.source is not None
        for diagnostic in totals.reported(scan)
    ]
    count = Baseline(path).write(found)
    write_message(f"wrote {count_of(count, 'finding')} to {path}")
    return EXIT_OK
