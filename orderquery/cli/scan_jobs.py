"""Scan many files, in several processes if there are enough."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import NamedTuple

from ..diagnostics.errors import OrderQueryError
from ..scan.file_scan import FileScan, ScanOptions, scan_file
from ..scan.files import SourceFile
from .worker_processes import count_processors, prepare_worker, start_method

CHUNK_FILES = 128
MIN_FILES_PER_JOB = 256
"""Fewer files are scanned before a process has started."""
_WINDOW_PER_JOB = 3


class ChunkScan(NamedTuple):
    """What was found in some files: only those with calls, or that were not read."""

    files: int
    lines: int
    found: list[FileScan]


def scan_files(files: Sequence[SourceFile], options: ScanOptions, jobs: int | None) -> Iterator[ChunkScan]:
    """Yield the results in the order of the files.

    Without ``jobs`` there are as many processes as processors, if there are enough files.

    Raises:
        OrderQueryError: a process ended early.

    """
    wanted = jobs or min(count_processors(), len(files) // MIN_FILES_PER_JOB)
    chunks = [files[at : at + CHUNK_FILES] for at in range(0, len(files), CHUNK_FILES)]
    method = start_method(has_transactions=False) if wanted > 1 and len(chunks) > 1 else None
    if method is None:
        for chunk in chunks:
            yield scan_chunk(chunk, options)
        return
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(min(wanted, len(chunks)), context, prepare_worker) as executor:
        rest = iter(chunks)
        window: deque[Future[ChunkScan]] = deque()
        try:
            for chunk in islice(rest, wanted * _WINDOW_PER_JOB):
                window.append(executor.submit(scan_chunk, chunk, options))
            while window:
                yield window.popleft().result()
                for chunk in islice(rest, 1):
                    window.append(executor.submit(scan_chunk, chunk, options))
        except BrokenProcessPool:
            raise OrderQueryError("a process that scans files ended early; run the command with --jobs 1") from None
        finally:
            executor.shutdown(cancel_futures=True)


def scan_chunk(files: Sequence[SourceFile], options: ScanOptions) -> ChunkScan:
    """Scan some files."""
    scans = [scan_file(file, options) for file in files]
    found = [scan for scan in scans if scan.source is not None or scan.skipped or scan.is_bundle]
    return ChunkScan(len(scans), sum(scan.lines for scan in scans), found)
