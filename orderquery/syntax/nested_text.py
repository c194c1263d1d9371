"""JSON inside a string of a literal: the way from its characters to the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..diagnostics.place import Path, Place
from .literal_parser import read_literal
from .source_text import ReadError, Span, unquoted_offsets

At = Literal["key", "value"]


@dataclass(frozen=True)
class TextInString:
    """The decoded text of a string, and where each of its characters begins.

    ``starts`` has one more offset than characters: that of the closing quote.
    """

    text: str
    starts: tuple[int, ...]

    @classmethod
    def of(cls, literal: str, span: Span) -> TextInString | None:
        """Return the string at a span of a literal; ``None`` if there is none."""
        written = literal[slice(*span)]
        if len(written) < 2 or written[0] not in "\"'":
            return None
        try:
            text, offsets = unquoted_offsets(written)
        except ReadError:
            return None
        return cls(text, tuple([span[0] + offset for offset in offsets]))

    def span(self, span: Span) -> Span:
        """Return the span in the literal of a span in the decoded text."""
        last = len(self.text)
        return self.starts[min(span[0], last)], self.starts[min(span[1], last)]


def span_of_place(literal: str, spans: Mapping[tuple[Path, At], Span], place: Place) -> Span | None:
    """Return the span of a place, also inside of a string that holds JSON.

    ``spans`` are those of the literal. If the place is not there, return that of the nearest part around it.
    """
    path, at = place.path or (), place.at
    found = spans.get((path, at)) or spans.get((path, "value"))
    if found is not None:
        nested = None if place.span is None else TextInString.of(literal, spans.get((path, "value")) or found)
        return found if nested is None or place.span is None else nested.span(place.span)
    for length in range(len(path) - 1, -1, -1):
        outer = spans.get((path[:length], "value"))
        if outer is not None:
            nested = TextInString.of(literal, outer)
            if nested is None:
                return outer
            inner = span_of_place(nested.text, read_literal(nested.text).spans, Place(path[length:], None, at))
            return outer if inner is None else nested.span(inner)
    return None
