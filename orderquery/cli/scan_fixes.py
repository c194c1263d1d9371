"""``scan --fix``, ``--diff`` and ``--write``: source files with their fixes."""

from __future__ import annotations

from ..compiler.render import render_line
from ..diagnostics.errors import UsageError
from ..scan.file_scan import FileScan
from .fix import FixedSource, Mode, diff_of, write_fixed
from .output import count_of, stdout_bytes, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, EXIT_USAGE
from .scan_output import ScanTotals


def fix_files(scans: list[FileScan], mode: Mode, totals: ScanTotals, *, is_one: bool) -> int:
    """Print, show or write the fixes of each file; return the exit status.

    A file that cannot be written does not keep the others from being fixed.
    """
    status = EXIT_OK
    written = 0
    for scan in scans:
        if scan.source is None or (scan.fixed is None and not (is_one and mode == "fix")):
            continue
        after = scan.source if scan.fixed is None else scan.fixed
        fixed = FixedSource(scan.source.text, after.text, after.diagnostics)
        try:
            _fix_one(scan.path, fixed, mode, is_one=is_one)
            written += mode == "write"
        except UsageError as problem:
            write_message(f"orderquery: {problem}")
            status = EXIT_USAGE
    for scan in scans:
        for diagnostic in totals.reported(scan):
            if diagnostic.severity == "error":
                write_message(render_line(diagnostic, scan.path))
    left = "" if not totals.errors else f"; {count_of(totals.errors, 'error')} left"
    if mode == "write":
        write_message(f"fixed {count_of(written, 'file')} of {totals.files:,}{left}")
    return max(status, EXIT_PROBLEMS if totals.errors else EXIT_OK)


def _fix_one(path: str, fixed: FixedSource, mode: Mode, *, is_one: bool) -> None:
    if mode == "write":
        write_fixed(path, fixed)
        return
    if mode == "diff":
        stdout_bytes().write(diff_of(fixed, path).encode("utf-8", "surrogateescape"))
        return
    if not is_one:
        stdout_bytes().write(f"==> {path} <==\n".encode("utf-8", "surrogateescape"))
    stdout_bytes().write(fixed.after.encode("utf-8"))
