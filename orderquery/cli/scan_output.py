"""The output of ``scan``: reports of files, and the counts at the end."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..scan.baseline import Baseline
from ..scan.file_scan import FileScan, ScanOptions
from ..scan.scanned import ScannedCall
from .output import count_of, wants_colour, write_line, write_message
from .scan_jobs import ChunkScan

JSON = Any


@dataclass
class ScanTotals:
    """The counts of a scan, and which findings are reported."""

    options: ScanOptions
    baseline: Baseline | None = None
    files: int = 0
    lines: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    errors: int = 0
    warnings: int = 0
    silenced: int = 0
    accepted: int = 0
    bundles: int = 0
    skipped: list[FileScan] = field(default_factory=list)
    _reported: dict[str, list[Diagnostic]] = field(default_factory=dict)

    def add(self, chunk: ChunkScan) -> int:
        """Add the results of some files; return how many files there are now."""
        self.files += chunk.files
        self.lines += chunk.lines
        for scan in chunk.found:
            self.bundles += scan.is_bundle
            if scan.skipped:
                self.skipped.append(scan)
                write_message(f"orderquery: skipped {scan.path}: {scan.skipped}")
            if scan.source is not None:
                self._add_source(scan)
        return self.files

    def _add_source(self, scan: FileScan) -> None:
        assert scan.source is not None
        self.silenced += scan.source.silenced
        self.calls.update(call.sends for call in scan.source.calls)
        final = scan.source if scan.fixed is None else scan.fixed
        kept = []
        for diagnostic in final.diagnostics:
            if not self.options.counts(diagnostic):
                continue
            if self.baseline is not None and self.baseline.accepts(scan.path, diagnostic, final):
                self.accepted += 1
                continue
            kept.append(diagnostic)
            if diagnostic.severity == "error":
                self.errors += 1
            else:
                self.warnings += 1
        self._reported[scan.path] = kept

    def reported(self, scan: FileScan) -> list[Diagnostic]:
        """Return the findings of a file that are reported.

        After fixes those that are left.
        """
        return self._reported.get(scan.path, [])

    def summary(self) -> str:
        """Return the counts in words."""
        calls = sum(self.calls.values())
        found = [count_of(self.errors, "error")] if self.errors else []
        found += [count_of(self.warnings, "warning")] if self.warnings else []
        parts = [f"{count_of(calls, 'call')} in {count_of(self.files, 'file')}: {', '.join(found) or 'no problems'}"]
        more = (
            (self.calls["stores"], "of the Stores API"),
            (self.silenced, "silenced by comments"),
            (self.accepted, "in the baseline"),
        )
        parts += [f"{count:,} {what}" for count, what in more if count]
        if self.skipped:
            parts.append(f"{count_of(len(self.skipped), 'file')} skipped")
        if self.bundles:
            parts.append(f"{count_of(self.bundles, 'minified file')} left out")
        return "; ".join(parts)

    def to_json(self) -> dict[str, JSON]:
        """Return the counts as JSON."""
        return {
            "files": self.files,
            "lines": self.lines,
            "calls": sum(self.calls.values()),
            "storesCalls": self.calls["stores"],
            "errors": self.errors,
            "warnings": self.warnings,
            "silenced": self.silenced,
            "baseline": self.accepted,
        }


@contextmanager
def show_progress(file_count: int) -> Iterator[Callable[[int], None]]:
    """Show progress on a terminal.

    The function takes the number of files that are done.
    """
    from .progress import ProgressShare

    with ProgressShare("scanning", "files") as progress:
        yield lambda done: progress.update(done, done / max(file_count, 1))


def write_report(scans: list[FileScan], totals: ScanTotals, format_: str) -> None:
    """Write the findings of all files in a format."""
    write = {"json": _write_json, "sarif": _write_sarif, "github": _write_github}.get(format_, _write_text)
    write(scans, totals)


def _write_text(scans: list[FileScan], totals: ScanTotals) -> None:
    from ..compiler.render import render_each
    from .terminal import terminal_columns

    colour, columns = wants_colour(sys.stdout), terminal_columns()
    for scan in scans:
        if scan.source is None:
            continue
        found = totals.reported(scan)
        for text in render_each(found, scan.source.text, scan.path, colour=colour, columns=columns):
            write_line(text + "\n")
        for call in scan.source.calls:
            _write_translated(call, found)
    write_line(totals.summary())


def _write_translated(call: ScannedCall, reported: list[Diagnostic]) -> None:
    """Show the request to Search Orders that a call of the Stores API becomes."""
    from ..compiler.render import MAX_CORRECTED_CHARS
    from ..compiler.report import json_text
    from ..syntax.json_printer import plain_json

    is_reported = any(d.code == "stores-query" and d in call.diagnostics for d in reported)
    if is_reported and call.translated is not None:
        text = json_text(plain_json(call.translated))
        if len(text) <= MAX_CORRECTED_CHARS:
            write_line(f"translated request of the call at line {call.line}:\n{text}\n")


def _write_json(scans: list[FileScan], totals: ScanTotals) -> None:
    from ..compiler.report import json_text

    files = []
    for scan in scans:
        if scan.source is not None:
            diagnostics = [diagnostic.to_json() for diagnostic in totals.reported(scan)]
            files.append({"name": scan.path, **scan.source.to_json(), "diagnostics": diagnostics})
        elif scan.skipped:
            files.append({"name": scan.path, "skipped": scan.skipped})
    for file in files:
        file["ok"] = not any(row["severity"] == "error" for row in file.get("diagnostics", []))
    write_line(json_text({"ok": not totals.errors, "files": files, "counts": totals.to_json()}))


def _write_sarif(scans: list[FileScan], totals: ScanTotals) -> None:
    from .sarif import SarifLog

    log = SarifLog()
    for scan in scans:
        if scan.source is not None:
            log.add(_report_of(scan, totals), scan.path, scan.fixes)
    write_line(log.text())


def _write_github(scans: list[FileScan], totals: ScanTotals) -> None:
    from .github import workflow_commands

    for scan in scans:
        if scan.source is not None:
            for line in workflow_commands(_report_of(scan, totals), scan.path):
                write_line(line)


def _report_of(scan: FileScan, totals: ScanTotals) -> Any:
    from ..compiler.report import Report

    assert scan.source is not None
    return Report(tuple(totals.reported(scan)), None, scan.source.text)
