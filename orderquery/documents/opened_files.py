"""Files of documents as streams: regular files, pipes and standard input."""

from __future__ import annotations

import gzip
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Protocol, cast

from ..diagnostics.errors import UsageError

GZIP_MAGIC = b"\x1f\x8b"


class Stream(Protocol):
    """A readable binary file."""

    def readline(self, limit: int = -1, /) -> bytes:
        """Return one line with its line break, or at most ``limit`` bytes of it."""

    def read(self, size: int = -1, /) -> bytes:
        """Return ``size`` bytes, or all."""

    def read1(self, size: int = -1, /) -> bytes:
        """Return at most ``size`` bytes, with at most one system call."""


@contextmanager
def opened(name: str, *, unpack: bool = True) -> Iterator[tuple[Stream, Callable[[], int]]]:
    """Open a file; yield its decompressed bytes, and a function for the position.

    The position is that in the file itself, before decompression. Without ``unpack``, the bytes are as in the file.

    Raises:
        UsageError: the file cannot be opened, or is a device.

    """
    try:
        plain: IO[bytes] = sys.stdin.buffer if name == "-" else open(name, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror or error}") from None
    try:
        if _is_endless(plain):
            raise UsageError(f"cannot read {name}: it is a device; pass a file, a pipe or - for standard input")
        peeked = plain.peek(2)[:2] if unpack and hasattr(plain, "peek") else b""
        stream = gzip.GzipFile(fileobj=plain) if peeked == GZIP_MAGIC else plain
        yield cast("Stream", stream), (lambda: 0) if name == "-" else plain.tell
    except IsADirectoryError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from None
    finally:
        if name != "-":
            plain.close()


def _is_endless(file: IO[bytes]) -> bool:
    """Return whether a file is a device such as ``/dev/zero``.

    A terminal ends with its user's input, and the null device at once.
    """
    try:
        found = os.fstat(file.fileno())
        if stat.S_ISBLK(found.st_mode):
            return True
        if not stat.S_ISCHR(found.st_mode) or file.isatty():
            return False
        return found.st_rdev != os.stat(os.devnull).st_rdev
    except (OSError, ValueError):  # not a file of the system, as in tests
        return False
