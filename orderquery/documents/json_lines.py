"""Files of JSON lines or of other JSON texts, gzipped or not, in blocks."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import msgspec

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..language.schema import Schema
from .file_formats import START_BYTES, recognise
from .ingest import UNSHOWN, Found, OrderConverter, from_bytes
from .json_texts import split_texts
from .large_texts import MAX_RECORD_BYTES, TOO_LARGE, split_stream
from .opened_files import GZIP_MAGIC, Stream, opened

_JSON_LINES_SUFFIXES = (".jsonl", ".ndjson")
_BOM = b"\xef\xbb\xbf"
_BLOCK_BYTES = 1 << 16

Progress = Callable[[int], None]
"""Called from time to time with the number of bytes read so far, before decompression."""


class Block(NamedTuple):
    """The JSON texts of consecutive lines, and the number of the first, from 1.

    A text of several lines is alone in its block.
    """

    number: int
    texts: list[bytes]


def read_file(
    schema: Schema,
    name: str,
    progress: Progress | None = None,
    *,
    report_unfit: bool = True,
    other_tables: bool = False,
    converter: OrderConverter | None = None,
) -> Iterator[tuple[int, Found]]:
    """Yield the records and problems of a file, each with its line, from 1.

    The name ``-`` means standard input. The options are those of :func:`~orderquery.documents.ingest.from_bytes`.
    Webhook tokens are opened without checking their signatures; the first is reported as ``unverified-event``.

    Raises:
        UsageError: the file cannot be opened. Documents that cannot be used are yielded as diagnostics.

    """
    source = Path(name).name if name != "-" else "standard input"
    options = {"report_unfit": report_unfit, "other_tables": other_tables, "converter": converter}
    return _found_in(schema, read_blocks(name, progress), source, options)


def read_content(schema: Schema, raw: bytes, converter: OrderConverter | None = None) -> Iterator[Found]:
    """Return the records and problems of the bytes of a file."""
    content = gzip.GzipFile(fileobj=io.BytesIO(raw)) if raw.startswith(GZIP_MAGIC) else io.BytesIO(raw)
    blocks = _until_read_error(_blocks("", cast("Stream", content)))
    options = {"other_tables": True, "converter": converter}
    return (found for _, found in _found_in(schema, blocks, None, options))


def _found_in(
    schema: Schema, blocks: Iterable[Block | Diagnostic], source: str | None, options: dict[str, Any]
) -> Iterator[tuple[int, Found]]:
    reported_unverified = False
    for block in blocks:
        if isinstance(block, Diagnostic):
            yield 0, replace(block, source_name=source)
            continue
        for line, text in _nonblank(block):
            for found in from_bytes(schema, text, open_tokens=True, **options):
                if isinstance(found, Diagnostic) and found.code == "unverified-event":
                    if reported_unverified:
                        continue
                    reported_unverified = True
                yield line, _with_line(found, line, source)


def read_blocks(name: str, progress: Progress | None = None) -> Iterator[Block | Diagnostic]:
    """Yield the texts of a file, blank ones too; a read error ends with a diagnostic.

    Raises:
        UsageError: the file cannot be opened.

    """
    with opened(name) as (stream, position):
        for block in _until_read_error(_blocks(name, stream)):
            yield block
            if progress is not None:
                progress(position())


def _until_read_error(blocks: Iterable[Block | Diagnostic]) -> Iterator[Block | Diagnostic]:
    try:
        yield from blocks
    except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as error:
        message = f"cannot read the rest of the file: {error}"
        yield Diagnostic("unusable-document", message, "the documents before it are used", Place(()))


def read_bytes(schema: Schema, raw: bytes, has_enough: Callable[[], bool] | None = None) -> Iterator[Found]:
    """Yield the records and problems of JSON lines or of other JSON texts.

    ``has_enough`` is that of :func:`~orderquery.documents.ingest.from_bytes`.
    """
    for part in read_texts(raw):
        if isinstance(part, Diagnostic):
            yield part
            continue
        line, text = part
        for found in from_bytes(schema, text, other_tables=True, has_enough=has_enough):
            yield _with_line(found, line)


def read_texts(raw: bytes) -> Iterator[tuple[int, bytes] | Diagnostic]:
    """Yield JSON lines or other JSON texts, with their lines, from 1, and problems."""
    for block in _blocks("", io.BytesIO(raw)):
        if isinstance(block, Diagnostic):
            yield block
        else:
            yield from _nonblank(block)


def _with_line(found: Found, line: int, source: str | None = None) -> Found:
    if not isinstance(found, Diagnostic) or found is UNSHOWN:
        return found
    return replace(found, source_name=source, line=line + (found.line or 1) - 1)


def _nonblank(block: Block) -> Iterator[tuple[int, bytes]]:
    for offset, text in enumerate(block.texts):
        if text.strip():
            yield block.number + offset, text


def _blocks(name: str, stream: Stream) -> Iterator[Block | Diagnostic]:
    """Yield the JSON texts of a file.

    A file whose name does not say so holds JSON lines if its first line is a whole JSON text.
    """
    head = _Head(stream)
    number, line = _first_line(head.readline)
    if not line:
        return
    first = [line]
    is_list = line.lstrip().startswith(b"[")
    if _has_json_lines(name, first, head.readline) and not (head.is_cut and is_list):
        unfinished = [first.pop()] if head.is_cut else []
        yield Block(number, first)
        yield from _numbered(number + len(first), _lines(stream, unfinished))
        return
    start = b"".join(first)
    if len(start) < START_BYTES:
        start += stream.read(START_BYTES)
    defect = recognise(start)
    if defect is not None:
        yield defect.undecoded(Place(()))
        return
    start += stream.read(max(MAX_RECORD_BYTES + 1 - len(start), 0))
    if len(start) <= MAX_RECORD_BYTES:
        yield from _texts(number, start)
    else:
        yield from (Block(found.line, [found.text]) for found in split_stream(number, start, stream.read))


class _Head:
    """The first lines of a stream, together up to the limit of a record."""

    def __init__(self, stream: Stream) -> None:
        self._stream, self._left = stream, MAX_RECORD_BYTES
        self.is_cut = False
        """Whether the last line goes on in the stream."""

    def readline(self) -> bytes:
        """Return the next line, or what the limit leaves of it; then no bytes.

        Blanks do not count.
        """
        if self._left <= 0:
            return b""
        line = self._stream.readline(self._left)
        while _is_blank(line) and len(line) == self._left and not line.endswith(b"\n"):
            line = self._stream.readline(self._left)
        if _is_blank(line):
            return line
        self._left -= len(line)
        self.is_cut = not self._left and not line.endswith(b"\n")
        return line


def _is_blank(line: bytes) -> bool:
    return not line.removeprefix(_BOM).strip()


def _first_line(readline: Callable[[], bytes]) -> tuple[int, bytes]:
    """Return number and bytes of the first line that is not blank, or no bytes."""
    number = 0
    for line in iter(readline, b""):
        number += 1
        text = line.removeprefix(_BOM) if number == 1 else line
        if text.strip():
            return number, text
    return number, b""


_MAX_FIRST_LINES = 100
"""Lines without content that may stand before the one that decides the layout of a file."""


def _has_json_lines(name: str, first: list[bytes], readline: Callable[[], bytes]) -> bool:
    """Return whether a file holds JSON lines, of which the first may be broken.

    ``first`` has its first line; the lines after it are added where they are needed.
    """
    if _is_json(first[0]):
        # A number or {} is on a line of its own in every layout: the first line with content decides.
        while not _has_content(first[-1]):
            line = readline() if len(first) < _MAX_FIRST_LINES else b""
            if not line:
                return True
            first.append(line)
        return _is_json(first[-1])
    if not name.removesuffix(".gz").endswith(_JSON_LINES_SUFFIXES) or recognise(first[0]) is not None:
        return False
    bracket = first[0].strip()
    if bracket == b"{":
        # A key follows inside an object, so another text means that this line is broken.
        first.append(readline())
        return _is_json(first[1])
    return bracket != b"[" and not all(_is_json(found.text) for found in split_texts(first[0]))


def _has_content(line: bytes) -> bool:
    text = line.strip()
    return text[:1] in (b"{", b"[") and text not in (b"{}", b"[]")


def _numbered(number: int, blocks: Iterable[list[bytes]]) -> Iterator[Block]:
    for texts in blocks:
        yield Block(number, texts)
        number += len(texts)


class _Readable(Protocol):
    def read1(self, size: int = -1, /) -> bytes: ...


def _lines(stream: _Readable, unfinished: list[bytes] | None = None) -> Iterator[list[bytes]]:
    """Yield the lines of a stream, a block at a time.

    ``unfinished`` are parts of the first line that were read already.
    """
    # Small steps find every line before the damage in a damaged archive.
    size = io.DEFAULT_BUFFER_SIZE if isinstance(stream, gzip.GzipFile) else _BLOCK_BYTES
    unfinished = [] if unfinished is None else unfinished
    length = sum(map(len, unfinished))
    while block := stream.read1(size):
        # This takes half the time of splitting the bytes.
        lines = io.BytesIO(block).readlines()
        if unfinished and lines[0].endswith(b"\n"):
            lines[0] = _joined([*unfinished, lines[0]], length + len(lines[0]))
            unfinished, length = [], 0
        if not lines[-1].endswith(b"\n"):
            unfinished.append(lines.pop())
            length += len(unfinished[-1])
            if length > MAX_RECORD_BYTES:
                unfinished = [TOO_LARGE]
        if lines:
            yield lines
    if unfinished:
        yield [_joined(unfinished, length)]


def _joined(parts: list[bytes], length: int) -> bytes:
    return b"".join(parts) if length <= MAX_RECORD_BYTES else TOO_LARGE


def _texts(number: int, raw: bytes) -> Iterator[Block]:
    if _is_json(raw):
        yield Block(number, [raw])
    else:
        yield from (Block(number + found.line - 1, [found.text]) for found in split_texts(raw))


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (ValueError, RecursionError):
        return False
    return True


# -- one file, several readers ----------------------------------------------------------------------------------


class Range(NamedTuple):
    """Whole lines of a file: where they begin and end, in bytes."""

    begin: int
    end: int


class Split(NamedTuple):
    """A file of JSON lines: its descriptor, its first text, and ranges of the rest."""

    descriptor: int
    first: Block
    ranges: Iterator[Range]


@contextmanager
def split(name: str, size: int) -> Iterator[Split | None]:
    """Split a file into ranges of whole lines, of about ``size`` bytes each.

    Yields ``None`` for a file that must be read from begin to end: one that is not a regular file, is compressed, is
    one JSON text, or begins with a line of more than ``size`` bytes.

    Raises:
        UsageError: the file cannot be opened.

    """
    if name == "-" or not os.path.isfile(name):
        yield None
        return
    with opened(name) as (stream, _):
        yield _split(name, stream, size) if isinstance(stream, io.BufferedReader) else None


class _NotSplit(Exception):
    """A line is longer than a range, or the last one."""


def _split(name: str, plain: io.BufferedReader, size: int) -> Split | None:
    def read_whole_line() -> bytes:
        line = plain.readline(size)
        if line and not line.endswith(b"\n"):
            raise _NotSplit
        return line

    try:
        number, line = _first_line(read_whole_line)
        first = [line]
        if not line or not _has_json_lines(name, first, read_whole_line):
            return None
        return Split(plain.fileno(), Block(number, first), _ranges(plain, plain.tell(), size))
    except (OSError, _NotSplit):
        return None


def _ranges(plain: io.BufferedReader, begin: int, size: int) -> Iterator[Range]:
    while begin < (end := os.fstat(plain.fileno()).st_size):
        try:
            plain.seek(begin + size - 1)
            while (piece := plain.readline(_BLOCK_BYTES)) and not piece.endswith(b"\n"):
                pass
            at = plain.tell()
        except OSError:
            # The reader of this range gets the same error and reports it.
            piece = b""
        if not piece:
            yield Range(begin, end)
            return
        yield Range(begin, at)
        begin = at


def read_range(descriptor: int, part: Range) -> Iterator[Block | Diagnostic]:
    """Yield the texts of a range, as ``read_blocks`` does; its first line is 1.

    The descriptor may be shared with other processes: its file position is neither used nor changed.
    """
    return _until_read_error(_numbered(1, _lines(_RangeReader(descriptor, part))))


class _RangeReader:
    """Reads the bytes of a range."""

    def __init__(self, descriptor: int, part: Range) -> None:
        self._descriptor, self._at, self._end = descriptor, part.begin, part.end

    def read1(self, size: int = -1, /) -> bytes:
        piece = os.pread(self._descriptor, min(size, self._end - self._at), self._at)
        self._at += len(piece)
        return piece
