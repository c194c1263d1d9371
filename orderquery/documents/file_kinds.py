"""What a file is by its content: a store, or a file of orders."""

from __future__ import annotations

import os
import stat

DOCUMENTS_SUFFIXES = (".json", ".jsonl", ".ndjson", ".gz")
"""The ends of names of files of orders."""
_HEAD_BYTES = 4_096
_SPACE = b"\xef\xbb\xbf \t\r\n"
_GZIP_MAGIC = b"\x1f\x8b"
_SQLITE_MAGIC = b"SQLite format 3\0"
_DUCKDB_MAGIC = b"DUCK"
"""After a checksum of 8 bytes."""


def database_kind(name: str) -> str | None:
    """Return what a database file is, such as ``an SQLite database``; else ``None``."""
    head = _head(name)
    if head.startswith(_SQLITE_MAGIC):
        return "an SQLite database"
    return "a DuckDB database" if head[8:12] == _DUCKDB_MAGIC else None


def is_documents_file(name: str) -> bool:
    """Return whether a file holds JSON or is compressed, and so cannot be a store."""
    head = _head(name)
    return head.startswith(_GZIP_MAGIC) or head.lstrip(_SPACE)[:1] in (b"{", b"[")


def _head(name: str) -> bytes:
    """Return the first bytes of a file; none of what is not a file, such as a pipe."""
    try:
        if not stat.S_ISREG(os.stat(name).st_mode):
            return b""
        with open(name, "rb") as file:
            return file.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return b""
