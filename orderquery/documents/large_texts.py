"""JSON texts of a stream that is too long to be read whole, each up to a limit.

An array is not one text here: each of its elements is, so a file may be one array of any number of orders.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

MAX_RECORD_BYTES = 16 << 20
"""A longer line, text, or element of an array is skipped."""

_MAX_SKIPPED_BYTES = 256 << 20
"""Of one text: a file with a longer one is not read to its end."""
_MIN_READ_BYTES = 1 << 16
_BETWEEN = re.compile(rb"[ \t\r\n,\x1e\]]*")
"""Between texts, and at the end of an array."""
_BRACKET = re.compile(rb'[\[\]{}"]')
_WORD = re.compile(rb"[^ \t\r\n,\]\[{}\"]*")
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_OPENING, _QUOTE = b"[{", b'"'


class TooLarge(bytes):
    """In place of a text that is longer than the limit."""


TOO_LARGE = TooLarge(b"\0")
"""Not blank, and not JSON."""


class NumberedText(NamedTuple):
    """A text and the number of its first line, from 1."""

    line: int
    text: bytes


def split_stream(number: int, start: bytes, read: Callable[[int], bytes]) -> Iterator[NumberedText]:
    """Yield the texts of a stream, and the elements of its arrays.

    ``start`` are its first bytes, and ``number`` is their line. A text that does not end is skipped with what follows.
    """
    return _Scanner(number, start, read).texts()


class _Scanner:
    def __init__(self, number: int, start: bytes, read: Callable[[int], bytes]) -> None:
        self._bytes, self._read = start, read
        self._at = 0
        """The position that is scanned next."""
        self._begin: int | None = None
        """Where the text begins that is kept; ``None`` between texts, and for one that is too long."""
        self._number, self._counted = number, 0
        self._is_first = True
        self._skipped = 0

    def texts(self) -> Iterator[NumberedText]:
        while self._skip():
            if self._is_first and self._bytes.startswith(b"[", self._at):
                self._at += 1
                self._is_first = False
                continue
            self._is_first = False
            line = self._line()
            self._begin = self._at
            self._scan_text()
            text = TOO_LARGE if self._begin is None else self._bytes[self._begin : self._at]
            self._begin = None
            # What follows the end of an array may be another one.
            yield NumberedText(line, text)

    def _skip(self) -> bool:
        """Move to the next text; return whether there is one."""
        while True:
            before = self._at
            found = _BETWEEN.match(self._bytes, self._at)
            assert found is not None
            self._at = found.end()
            self._is_first = self._is_first or b"]" in self._bytes[before : self._at]
            if self._at < len(self._bytes):
                return True
            if not self._fill():
                return False

    def _scan_text(self) -> None:
        """Move behind the text, or to the end."""
        levels = 0
        while True:
            if not levels and self._bytes[self._at : self._at + 1] not in (b"{", b"[", _QUOTE):
                self._move(_WORD)
                # A lone bracket is none of these either.
                self._at += self._at == self._begin
                return
            found = _BRACKET.search(self._bytes, self._at)
            if found is None:
                self._at = len(self._bytes)
                if not self._fill():
                    return
                continue
            self._at = found.end()
            if found[0] == _QUOTE:
                self._move(_STRING)
                self._at = min(self._at + 1, len(self._bytes))
            else:
                levels += 1 if found[0] in (b"[", b"{") else -1
            if levels <= 0:
                return

    def _move(self, pattern: re.Pattern[bytes]) -> None:
        """Move behind the pattern, which may go on in what is not read yet."""
        while True:
            found = pattern.match(self._bytes, self._at)
            assert found is not None
            self._at = found.end()
            # A backslash at the end belongs to what follows.
            if self._at < len(self._bytes) and not (
                self._at == len(self._bytes) - 1 and self._bytes[self._at :] == b"\\"
            ):
                return
            if not self._fill():
                return

    def _fill(self) -> bool:
        """Read on, and forget what is not kept; return whether there was more."""
        if self._begin is not None and self._at - self._begin > MAX_RECORD_BYTES:
            self._begin = None
        self._skipped = 0 if self._begin is not None else self._skipped + self._at
        if self._skipped > _MAX_SKIPPED_BYTES:
            self._bytes = self._bytes[: self._at]
            return False
        keep = self._at if self._begin is None else self._begin
        self._number += self._bytes.count(b"\n", self._counted, max(keep, self._counted))
        kept = self._bytes[keep:]
        more = self._read(max(len(kept), _MIN_READ_BYTES))
        self._bytes = kept + more
        self._at -= keep
        self._counted = max(self._counted - keep, 0)
        if self._begin is not None:
            self._begin = 0
        return bool(more)

    def _line(self) -> int:
        self._number += self._bytes.count(b"\n", self._counted, self._at)
        self._counted = self._at
        return self._number
