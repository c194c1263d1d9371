"""Formats of files that are not JSON, by content, and what to do with them."""

from __future__ import annotations

import csv
import re

from .defects import Defect

START_BYTES = 512
"""Of a file: enough to recognise its format."""
_MAX_START_BYTES = 1 << 16

_UNPACK = "unpack it first"
_EXPORT = "load orders as JSON, as Search Orders returns them; this file has only some of their fields"
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "a gzip file", f"{_UNPACK}: gunzip FILE"),
    (b"BZh", "a bzip2 file", f"{_UNPACK}: bunzip2 FILE"),
    (b"\xfd7zXZ\0", "an XZ file", f"{_UNPACK}: unxz FILE"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", f"{_UNPACK}: unzstd FILE"),
    (b"PAR1", "a Parquet file", "open it as a store: orderquery search spark:///DIRECTORY QUERY"),
    (b"SQLite format 3\0", "a SQLite database", "open it as a store: orderquery search FILE QUERY"),
    (b"%PDF", "a PDF file", _EXPORT),
)
_ZIP = b"PK\x03\x04"
_WORKBOOK = re.compile(rb"\[Content_Types\]\.xml|xl/|_rels/")
_CONVERT = "convert it to UTF-8: iconv -f {0} -t UTF-8 FILE"
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_WIDE = (
    (re.compile(rb"\s*[{\[\"]\0\0\0"), "UTF-32LE"),
    (re.compile(rb"(\0\0\0\s)*\0\0\0[{\[\"]"), "UTF-32BE"),
    (re.compile(rb"(\s\0)*[{\[\"]\0"), "UTF-16LE"),
    (re.compile(rb"(\0\s)*\0[{\[\"]"), "UTF-16BE"),
)
_SEPARATORS = {",": "a CSV file", ";": "a CSV file", "\t": "a table with tabs"}
_MAX_HEADING_CHARS = 64
_NO_HEADING = re.compile(r"[{}\[\]<>:=\x00-\x1f]")


def recognise(start: bytes) -> Defect | None:
    """Return why a file is not JSON; ``None`` if its format is not known.

    ``start`` holds its first bytes, or all of them.
    """
    found = _recognise(start[:_MAX_START_BYTES])
    if found is None:
        return None
    kind, help_ = found
    return Defect(f"{kind}, not {'UTF-8' if kind.startswith('UTF-') else 'JSON'}", help_)


def _recognise(start: bytes) -> tuple[str, str] | None:
    for magic, kind, help_ in _MAGIC:
        if start.startswith(magic):
            return kind, help_
    if start.startswith(_ZIP):
        if _WORKBOOK.search(start):
            return "an Excel workbook (XLSX)", _EXPORT
        return "a ZIP archive", f"{_UNPACK}: unzip FILE"
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if start.startswith(mark)), None)
    encoding = encoding or next((name for pattern, name in _WIDE if pattern.match(start)), None)
    if encoding is not None:
        return f"{encoding} text", _CONVERT.format(encoding)
    return _recognise_text(start)


def _recognise_text(start: bytes) -> tuple[str, str] | None:
    first, _, rest = start.strip().partition(b"\n")
    line = first.decode("utf-8", "replace").strip()
    if line[:1] in ("{", "[") or rest.strip()[:1] in (b"{", b"["):
        return None
    if re.match(r"<(!doctype|html|\?xml|[a-z]+[ >])", line, re.IGNORECASE):
        return "HTML or XML", "save the JSON response itself; a page such as a login may have come instead"
    for separator, kind in _SEPARATORS.items():
        if separator in line and _is_heading(line, separator):
            return kind, _EXPORT
    return None


def _is_heading(line: str, separator: str) -> bool:
    """Return whether a line has the names of columns."""
    try:
        cells = next(csv.reader([line], delimiter=separator))
    except (csv.Error, StopIteration):
        return False
    names = [cell.strip() for cell in cells]
    return len(set(names)) == len(names) > 1 and all(
        0 < len(name) <= _MAX_HEADING_CHARS and name[0].isalpha() and not _NO_HEADING.search(name) for name in names
    )
