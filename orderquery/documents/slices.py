"""The bytes of a part of a JSON document, unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from ..diagnostics.place import Path
from .json_texts import scan_json

if TYPE_CHECKING:
    import msgspec

_SPACE = re.compile(r"[ \t\n\r]*")


class RawSlicer:
    """Cuts the bytes of a part out of its source, unchanged.

    If a key occurs twice, the last one counts.
    """

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._inner: dict[Path, Any] = {}

    def slice(self, path: Path) -> bytes:
        """Return the bytes at a path."""
        if not path:
            return self._raw.strip(b" \t\r\n")
        parent, step = path[:-1], path[-1]
        inner = self._inner.get(parent)
        if inner is None:
            inner = self._inner[parent] = _raw_decoder(isinstance(step, int)).decode(self.slice(parent))
        return bytes(inner[step])


@cache
def _raw_decoder(of_list: bool) -> msgspec.json.Decoder[Any]:
    import msgspec

    return msgspec.json.Decoder(list[msgspec.Raw] if of_list else dict[str, msgspec.Raw])


class TextSlicer:
    """Does what :class:`RawSlicer` does, for a text that msgspec refuses."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans: dict[Path, tuple[int, int]] = {}

    def slice(self, path: Path) -> bytes:
        """Return the bytes at a path."""
        start, end = self._span(path)
        return self._text[start:end].strip(" \t\r\n").encode("utf-8")

    def _span(self, path: Path) -> tuple[int, int]:
        if not path:
            return self._skip(0), len(self._text)
        if path not in self._spans:
            start, _ = self._span(path[:-1])
            children = self._members(start) if self._text[start] == "{" else self._elements(start)
            self._spans.update(((*path[:-1], step), span) for step, span in children)
        return self._spans[path]

    def _members(self, start: int) -> Iterator[tuple[str, tuple[int, int]]]:
        at = self._skip(start + 1)
        while self._text[at] != "}":
            name, at = scan_json(self._text, at)
            begin = self._skip(self._skip(at) + 1)
            at = scan_json(self._text, begin)[1]
            yield name, (begin, at)
            at = self._next(at)

    def _elements(self, start: int) -> Iterator[tuple[int, tuple[int, int]]]:
        at, index = self._skip(start + 1), 0
        while self._text[at] != "]":
            end = scan_json(self._text, at)[1]
            yield index, (at, end)
            at, index = self._next(end), index + 1

    def _next(self, at: int) -> int:
        at = self._skip(at)
        return self._skip(at + 1) if self._text[at] == "," else at

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at
