"""Scan one file: its calls, what is wrong with them, and its certain fixes."""

from __future__ import annotations

from dataclasses import dataclass

from ..diagnostics.diagnostic import Diagnostic
from .files import SourceFile
from .fixes import OnlyClass, SingleFix, fixed_source, single_fixes
from .installed_ecom import installed_ecom
from .languages import MAX_SOURCE_BYTES, language_of, may_have_calls
from .scanned import ScannedSource, scan_source

_MIN_BUNDLE_BYTES = 20_000
_SDK_WORD = b"searchOrders"
_MAX_LINE_BYTES = 2_000
"""On average; code that people write has shorter lines."""


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What to do with each file: the codes that count, and the fixes to make.

    ``fixes`` makes them in the source, and ``single_fixes`` finds each alone.
    """

    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    fixes: bool = False
    single_fixes: bool = False
    only: OnlyClass = None

    def counts(self, diagnostic: Diagnostic) -> bool:
        """Return whether a finding is wanted."""
        return (not self.select or diagnostic.code in self.select) and diagnostic.code not in self.ignore


@dataclass(frozen=True, slots=True)
class FileScan:
    """What was found in a file.

    ``source`` is ``None`` for a file without calls and comments, and ``skipped`` says why a file was not read.
    ``fixed`` is the source after its certain fixes, if there are some and they were asked for.
    """

    path: str
    lines: int = 0
    source: ScannedSource | None = None
    fixed: ScannedSource | None = None
    fixes: tuple[SingleFix, ...] = ()
    skipped: str = ""
    is_bundle: bool = False


def scan_file(file: SourceFile, options: ScanOptions) -> FileScan:
    """Return what is in a file."""
    path = file.path
    try:
        with open(path, "rb") as opened:
            data = opened.read()
    except OSError as problem:
        return FileScan(path, skipped=problem.strerror or str(problem))
    line_count = data.count(b"\n")
    language = language_of(path)
    if language is None or not may_have_calls(data):
        return FileScan(path, line_count)
    if not file.is_named and len(data) > _MIN_BUNDLE_BYTES and len(data) > _MAX_LINE_BYTES * (line_count + 1):
        return FileScan(path, line_count, is_bundle=True)
    if len(data) > MAX_SOURCE_BYTES:
        return FileScan(path, line_count, skipped=f"larger than {MAX_SOURCE_BYTES >> 20} MiB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        return FileScan(path, line_count, skipped=f"not UTF-8 at byte {problem.start + 1}")
    version = None if language == "python" or _SDK_WORD not in data else installed_ecom(path)
    source = scan_source(text, language, ecom_version=version)
    if not source.calls and not source.diagnostics:
        return FileScan(path, line_count)
    fixed = fixed_source(source, options.only, options.counts) if options.fixes else source
    fixes = single_fixes(source, options.counts) if options.single_fixes else ()
    return FileScan(path, line_count, source, None if fixed is source else fixed, fixes)
