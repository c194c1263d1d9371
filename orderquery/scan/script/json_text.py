"""The value of a string that is JSON."""

from __future__ import annotations

from typing import Any

from ...syntax.literal_parser import Located, read_literal
from ..nodes import ListLiteral, ObjectEntry, ObjectLiteral, Scalar, SourceValue, Span
from .objects import unknown
from .tree import ScriptTree

JSON = Any
_MAX_CHARS = 1 << 20
_MAX_DEPTH = 200


def value_of_text(tree: ScriptTree, value: Scalar) -> SourceValue:
    """Return the value of JSON in a string.

    Each part has its own place if nothing is escaped.
    """
    text = value.value
    if not isinstance(text, str) or len(text) > _MAX_CHARS or not text.lstrip().startswith(("{", "[")):
        return value
    read = read_literal(text)
    if read.diagnostics or read.has_holes:
        return value
    start, end = value.span
    is_plain = tree.source[start - tree.offset + 1 : end - tree.offset - 1] == text
    return _Parts(read, value.span, start + 1 if is_plain else None).value(read.value, ())


class _Parts:
    """Makes the values of a text that begins at ``start``.

    Without it all are at the place of the string.
    """

    def __init__(self, read: Located, whole: Span, start: int | None) -> None:
        self._spans = read.spans
        self._whole = whole
        self._start = start

    def _span(self, path: tuple[str | int, ...], at: Any) -> Span:
        found = None if self._start is None else self._spans.get((path, at))
        if found is None or self._start is None:
            return self._whole
        return found[0] + self._start, found[1] + self._start

    def value(self, value: JSON, path: tuple[str | int, ...]) -> SourceValue:
        """Return a part as a value."""
        span = self._span(path, "value")
        if len(path) > _MAX_DEPTH:
            return unknown("...", span)
        if isinstance(value, dict):
            entries = [
                ObjectEntry(key, self._span((*path, key), "key"), self.value(part, (*path, key)))
                for key, part in value.items()
            ]
            return ObjectLiteral(tuple(entries), span)
        if isinstance(value, list):
            return ListLiteral(tuple(self.value(part, (*path, index)) for index, part in enumerate(value)), span)
        return Scalar(value, span)
