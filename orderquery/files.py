"""Files of documents: JSON lines or one JSON text, gzipped or not, or standard input, read as they come."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, BinaryIO, cast

import msgspec

from .diagnostics import Diagnostic, Place, UsageError
from .records import Found, from_bytes
from .schema import Schema

_LINES = (".jsonl", ".ndjson")
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"

Progress = Callable[[int], None]
"""Told, now and then, how many bytes of the file itself have been read."""


def read_file(
    schema: Schema, name: str, progress: Progress | None = None, *, report_unfit: bool = True
) -> Iterator[tuple[int, Found]]:
    """Every record and problem of a file (``-`` is standard input), each with the line it begins on, from 1.

    Without ``report_unfit`` nothing is said of values that do not fit their fields.

    Raises:
        UsageError: the file cannot be opened. What cannot be used in it comes as a diagnostic.

    """
    with opened(name) as (stream, told):
        source = Path(name).name if name != "-" else "standard input"
        try:
            for line, raw in _texts(name, stream, told, progress):
                for found in from_bytes(schema, raw, report_unfit=report_unfit):
                    yield line, _placed(found, source, line)
        except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as problem:
            message = f"the file cannot be read on: {problem}"
            yield 0, Diagnostic("unusable-document", message, "what came before is kept", Place(()), source_name=source)


def read_bytes(schema: Schema, raw: bytes) -> Iterator[Found]:
    """Every record and problem of a text: JSON lines or one JSON text."""
    for line, text in _texts("", io.BytesIO(raw), lambda: 0, None):
        for found in from_bytes(schema, text):
            yield replace(found, line=line) if isinstance(found, Diagnostic) else found


def _placed(found: Found, source: str, line: int) -> Found:
    return replace(found, source_name=source, line=line) if isinstance(found, Diagnostic) else found


@contextmanager
def opened(name: str) -> Iterator[tuple[BinaryIO, Callable[[], int]]]:
    """A file's bytes, decompressed, and a function telling how far into the file itself they have been read."""
    try:
        plain: IO[bytes] = sys.stdin.buffer if name == "-" else open(name, "rb")  # noqa: SIM115 - closed below
    except OSError as problem:
        raise UsageError(f"cannot read {name}: {problem.strerror or problem}") from None
    try:
        peeked = plain.peek(2)[:2] if hasattr(plain, "peek") else b""
        stream = gzip.GzipFile(fileobj=plain) if peeked == _GZIP else plain
        yield cast("BinaryIO", stream), (lambda: 0) if name == "-" else plain.tell
    except IsADirectoryError as problem:
        raise UsageError(f"cannot read {name}: {problem.strerror}") from None
    finally:
        if name != "-":
            plain.close()


def _texts(
    name: str, stream: BinaryIO, told: Callable[[], int], progress: Progress | None
) -> Iterator[tuple[int, bytes]]:
    """The JSON texts of a file with their lines. Without a telling name, a first line that is whole JSON decides."""
    in_lines = name.removesuffix(".gz").endswith(_LINES)
    number = 0
    for line in stream:
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if not line.strip():
            continue
        if not in_lines and not _whole(line):
            yield from _one_text(number, line + stream.read())
            return
        in_lines = True
        yield number, line
        if progress is not None and number % 256 == 0:
            progress(told())


def _one_text(number: int, raw: bytes) -> Iterator[tuple[int, bytes]]:
    lines = raw.split(b"\n")
    if not _whole(raw) and sum(map(_whole, lines)) > 1:
        # JSON lines after all, of which the first is broken: it must not cost the others.
        for offset, line in enumerate(lines):
            if line.strip():
                yield number + offset, line
    else:
        yield number, raw


def _whole(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (ValueError, RecursionError):
        return False
    return True
