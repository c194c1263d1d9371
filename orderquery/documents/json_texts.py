"""JSON texts one after another in one text, some of them broken.

A broken text costs only itself where its end is clear. The rest of the file is read from:

- the next line, if the broken text is one of JSON lines;
- a line that begins an object or array after one that ends one, both without indent, as jq prints them. Inside one JSON
  text a comma is between the two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

scan_json = json.JSONDecoder(parse_float=str, parse_int=str).raw_decode
"""Return the value that begins at an offset of a text, and its end. Numbers stay texts: any length is fast."""
_SPACE = re.compile(r"[ \t\r\n\x1e]*")
_BETWEEN = re.compile(r"[ \t\r\n\x1e,]*")
"""A comma between texts is harmless. The control character begins each text of a JSON text sequence (RFC 7464)."""
_NEXT_TEXT = re.compile(r"\n[}\]][ \t\r]*\n\s*(?=^[{\[])", re.MULTILINE)
_LAYOUT_ENDS = ("{", "[", ",", ":")


class JSONText(NamedTuple):
    """One of the texts, broken or not, and the number of its first line, from 1."""

    line: int
    text: bytes


def split_texts(raw: bytes) -> Iterator[JSONText]:
    """Yield the JSON texts that stand one after another.

    A broken one comes with spaces in front, so that columns in it are those of its line.
    """
    for line, text in _Splitter(raw.decode("utf-8", "surrogateescape")).split():
        yield JSONText(line, text.encode("utf-8", "surrogateescape"))


class _Splitter:
    def __init__(self, text: str) -> None:
        self._text = text
        self._number, self._counted = 1, 0
        # The current line: its offsets, and its text from the first value on.
        self._begin = self._end = 0
        self._rest = ""
        last = text.rstrip().rpartition("\n")[2]
        self._ends_in_layout = last[:1] in ("}", "]", " ", "\t")

    def split(self) -> Iterator[tuple[int, str]]:
        text, at = self._text, self._skip(_SPACE, 0)
        while at < len(text):
            if at >= self._end:
                self._enter_line(at)
            end = self._end_of_value(at)
            if end is not None:
                yield self._number_at(at), text[at:end]
                at = self._skip(_BETWEEN, end)
            else:
                end = self._end if self._is_line() else self._next_text(at)
                column = at - (text.rfind("\n", 0, at) + 1)
                yield self._number_at(at), " " * column + text[at:end]
                at = self._skip(_SPACE, end)

    def _skip(self, pattern: re.Pattern[str], at: int) -> int:
        found = pattern.match(self._text, at)
        return found.end() if found else at

    def _enter_line(self, at: int) -> None:
        self._begin, self._end = at, self._text.find("\n", at) + 1 or len(self._text)
        self._rest = self._text[at : self._end].rstrip()

    def _number_at(self, at: int) -> int:
        """Return the number of the line at an offset that is not before the last one."""
        self._number += self._text.count("\n", self._counted, at)
        self._counted = at
        return self._number

    def _end_of_value(self, at: int) -> int | None:
        """Return the end of the JSON value at an offset, or ``None`` if it is broken."""
        try:
            if self._rest.endswith(_LAYOUT_ENDS):
                return int(scan_json(self._text, at)[1])
            # Only its own line: the values of broken JSON lines must not run into each other.
            return self._begin + int(scan_json(self._rest, at - self._begin)[1])
        except (ValueError, RecursionError):
            return None

    def _is_line(self) -> bool:
        """Return whether the broken text on the line at hand is one of JSON lines."""
        if not self._rest.endswith(_LAYOUT_ENDS):
            return True
        if self._rest == "[" or self._ends_in_layout:
            return False
        following = self._text[self._end : self._text.find("\n", self._end) + 1 or None]
        try:
            return following[:1] in ("{", "[") and not following[scan_json(following, 0)[1] :].strip()
        except (ValueError, RecursionError):
            return False

    def _next_text(self, at: int) -> int:
        found = _NEXT_TEXT.search(self._text, at)
        return found.end() if found else len(self._text)
