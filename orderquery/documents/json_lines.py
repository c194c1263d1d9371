"""Files of documents: JSON lines or one JSON text, gzipped or not, or standard input, read as they come."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, NamedTuple, Protocol, cast

import msgspec

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from ..diagnostics.place import Place
from ..language.schema import Schema
from .ingest import Found, from_bytes

_LINES = (".jsonl", ".ndjson")
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_BLOCK = 1 << 16

Progress = Callable[[int], None]
"""Told, now and then, how many bytes of the file itself have been read."""


class Stream(Protocol):
    """Bytes to be read from, all of them or as many as come at once."""

    def readline(self, limit: int = -1, /) -> bytes:
        """One line, with what ends it."""

    def read(self, size: int = -1, /) -> bytes:
        """So many bytes, or all."""

    def read1(self, size: int = -1, /) -> bytes:
        """At most so many bytes, with one call of the system."""


class Block(NamedTuple):
    """JSON texts, each on the line after the one before: the first one's line, from 1, and the texts as they stand."""

    number: int
    texts: list[bytes]


def read_file(
    schema: Schema, name: str, progress: Progress | None = None, *, report_unfit: bool = True
) -> Iterator[tuple[int, Found]]:
    """Every record and problem of a file (``-`` is standard input), each with the line it begins on, from 1.

    Without ``report_unfit`` nothing is said of values that do not fit their fields.

    Raises:
        UsageError: the file cannot be opened. What cannot be used in it comes as a diagnostic.

    """
    source = Path(name).name if name != "-" else "standard input"
    for block in read_blocks(name, progress):
        if isinstance(block, Diagnostic):
            yield 0, replace(block, source_name=source)
        else:
            for line, text in _filled(block):
                for found in from_bytes(schema, text, report_unfit=report_unfit):
                    yield line, _placed(found, source, line)


def read_blocks(name: str, progress: Progress | None = None) -> Iterator[Block | Diagnostic]:
    """The texts of a file as they come, blank ones among them; at last, of one that breaks off, what is wrong with it.

    Raises:
        UsageError: the file cannot be opened.

    """
    with opened(name) as (stream, told):
        for block in _until_broken(_blocks(name, stream)):
            yield block
            if progress is not None:
                progress(told())


def _until_broken(blocks: Iterable[Block]) -> Iterator[Block | Diagnostic]:
    try:
        yield from blocks
    except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as problem:
        message = f"the file cannot be read on: {problem}"
        yield Diagnostic("unusable-document", message, "what came before is kept", Place(()))


def read_bytes(schema: Schema, raw: bytes) -> Iterator[Found]:
    """Every record and problem of a text: JSON lines or one JSON text."""
    for block in _blocks("", io.BytesIO(raw)):
        for line, text in _filled(block):
            for found in from_bytes(schema, text):
                yield replace(found, line=line) if isinstance(found, Diagnostic) else found


def _placed(found: Found, source: str, line: int) -> Found:
    return replace(found, source_name=source, line=line) if isinstance(found, Diagnostic) else found


def _filled(block: Block) -> Iterator[tuple[int, bytes]]:
    for offset, text in enumerate(block.texts):
        if text.strip():
            yield block.number + offset, text


@contextmanager
def opened(name: str) -> Iterator[tuple[Stream, Callable[[], int]]]:
    """A file's bytes, decompressed, and a function telling how far into the file itself they have been read."""
    try:
        plain: IO[bytes] = sys.stdin.buffer if name == "-" else open(name, "rb")  # noqa: SIM115 - closed below
    except OSError as problem:
        raise UsageError(f"cannot read {name}: {problem.strerror or problem}") from None
    try:
        peeked = plain.peek(2)[:2] if hasattr(plain, "peek") else b""
        stream = gzip.GzipFile(fileobj=plain) if peeked == _GZIP else plain
        yield cast("Stream", stream), (lambda: 0) if name == "-" else plain.tell
    except IsADirectoryError as problem:
        raise UsageError(f"cannot read {name}: {problem.strerror}") from None
    finally:
        if name != "-":
            plain.close()


def _blocks(name: str, stream: Stream) -> Iterator[Block]:
    """The JSON texts of a file. Without a telling name, a first line that is whole JSON decides."""
    number, line = _first(stream.readline)
    if not line:
        return
    if not _in_lines(name, line):
        yield from _one_text(number, line + stream.read())
        return
    yield Block(number, [line])
    yield from _numbered(number + 1, _lines(stream))


def _first(readline: Callable[[], bytes]) -> tuple[int, bytes]:
    """The first line that is not blank, and its number; where there is none, no bytes."""
    number = 0
    for line in iter(readline, b""):
        number += 1
        text = line.removeprefix(_BOM) if number == 1 else line
        if text.strip():
            return number, text
    return number, b""


def _in_lines(name: str, first: bytes) -> bool:
    return name.removesuffix(".gz").endswith(_LINES) or _whole(first)


def _numbered(number: int, blocks: Iterable[list[bytes]]) -> Iterator[Block]:
    for texts in blocks:
        yield Block(number, texts)
        number += len(texts)


class _Readable(Protocol):
    def read1(self, size: int = -1, /) -> bytes: ...


def _lines(stream: _Readable) -> Iterator[list[bytes]]:
    """The lines of a stream, as many at a time as come at once."""
    # Of a damaged archive all that comes before the damage counts: only small steps find it.
    size = io.DEFAULT_BUFFER_SIZE if isinstance(stream, gzip.GzipFile) else _BLOCK
    begun: list[bytes] = []
    while block := stream.read1(size):
        # This takes half the time of splitting the bytes.
        lines = io.BytesIO(block).readlines()
        if begun and lines[0].endswith(b"\n"):
            lines[0] = b"".join([*begun, lines[0]])
            begun = []
        if not lines[-1].endswith(b"\n"):
            begun.append(lines.pop())
        if lines:
            yield lines
    if begun:
        yield [b"".join(begun)]


def _one_text(number: int, raw: bytes) -> Iterator[Block]:
    lines = raw.split(b"\n")
    if not _whole(raw) and sum(map(_whole, lines)) > 1:
        # JSON lines after all, of which the first is broken: it must not cost the others.
        yield Block(number, lines)
    else:
        yield Block(number, [raw])


def _whole(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (ValueError, RecursionError):
        return False
    return True


# -- one file, several readers ----------------------------------------------------------------------------------


class Range(NamedTuple):
    """Whole lines of a file: where the first one begins and where the last one ends, in bytes."""

    begin: int
    end: int


class Split(NamedTuple):
    """A file of JSON lines in pieces: its descriptor, its first text, and the ranges of all that follows."""

    descriptor: int
    first: Block
    ranges: Iterator[Range]


@contextmanager
def split(name: str, size: int) -> Iterator[Split | None]:
    """A file in ranges of so many bytes and the rest of a line; ``None`` of one to be read from beginning to end.

    That is whatever is no regular file, is compressed, is one JSON text, or does not begin with lines shorter than
    ``size``.

    Raises:
        UsageError: the file cannot be opened.

    """
    if name == "-" or not os.path.isfile(name):
        yield None
        return
    with opened(name) as (stream, _):
        yield _split(name, stream, size) if isinstance(stream, io.BufferedReader) else None


def _split(name: str, plain: io.BufferedReader, size: int) -> Split | None:
    def whole_line() -> bytes:
        line = plain.readline(size)
        return line if line.endswith(b"\n") else b""

    try:
        number, line = _first(whole_line)
        if not line or not _in_lines(name, line):
            return None
        return Split(plain.fileno(), Block(number, [line]), _ranges(plain, plain.tell(), size))
    except OSError:
        return None


def _ranges(plain: io.BufferedReader, begin: int, size: int) -> Iterator[Range]:
    while begin < (end := os.fstat(plain.fileno()).st_size):
        try:
            plain.seek(begin + size - 1)
            while (piece := plain.readline(_BLOCK)) and not piece.endswith(b"\n"):
                pass
            at = plain.tell()
        except OSError:
            # Whoever reads this range finds the same, and says so.
            piece = b""
        if not piece:
            yield Range(begin, end)
            return
        yield Range(begin, at)
        begin = at


def read_range(descriptor: int, part: Range) -> Iterator[Block | Diagnostic]:
    """The texts of a range, as ``read_blocks`` has them; lines are counted from 1 in it.

    The descriptor may be shared with other processes: nothing depends on where it stands.
    """
    return _until_broken(_numbered(1, _lines(_Part(descriptor, part))))


class _Part:
    """The bytes of a range."""

    def __init__(self, descriptor: int, part: Range) -> None:
        self._descriptor, self._at, self._end = descriptor, part.begin, part.end

    def read1(self, size: int = -1, /) -> bytes:
        piece = os.pread(self._descriptor, min(size, self._end - self._at), self._at)
        self._at += len(piece)
        return piece
