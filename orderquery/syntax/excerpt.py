"""The literal in a pasted text, and the way back to its places in that text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .json_reader import Shape
from .shell_words import ShellWord
from .source_text import Replacement, Span


@dataclass(frozen=True)
class Excerpt:
    """A literal in a source text.

    ``start`` counts the characters before it: in the source, or in ``word``, the shell word that it is in. ``shape`` is
    set if the code around the literal tells it. A ``strict`` literal must be JSON.
    """

    source: str
    text: str
    start: int = 0
    shape: Shape | None = None
    strict: bool = False
    word: ShellWord | None = None

    @classmethod
    def whole(cls, source: str) -> Excerpt:
        """Return the excerpt that is the whole text."""
        return cls(source, source)

    def span(self, span: Span) -> Span:
        """Return the span in the source of a span in the literal."""
        start, end = span[0] + self.start, span[1] + self.start
        return (start, end) if self.word is None else self.word.span((start, end))

    def replacements(self, changes: Iterable[Replacement]) -> list[Replacement]:
        """Return the changes of the source for those of the literal."""
        moved = [Replacement(start + self.start, end + self.start, text) for start, end, text in changes]
        return moved if self.word is None else self.word.replacements(moved)
