"""The literal in a pasted text, and the way back to its places in that text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .json_reader import Shape
from .shell_words import ShellWord
from .source_text import Replacement, Span

_WORD = re.compile(r"""("(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')|(?<![\w$])[A-Za-z]{4,5}(?![\w$])""", re.DOTALL)
_JSON_WORDS = {"True": "true", "False": "false", "None": "null"}
_PYTHON_WORDS = {word: name for name, word in _JSON_WORDS.items()}


def json_words(text: str) -> str:
    """Return a Python literal with the constants of JSON; its length stays."""
    return _WORD.sub(lambda found: found[0] if found[1] else _JSON_WORDS.get(found[0], found[0]), text)


def _python_words(text: str) -> str:
    return _WORD.sub(lambda found: found[0] if found[1] else _PYTHON_WORDS.get(found[0], found[0]), text)


@dataclass(frozen=True)
class Excerpt:
    """A literal in a source text.

    ``start`` counts the characters before it: in the source, or in ``word``, the shell word that it is in. ``shape`` is
    set if the code around the literal tells it. A ``strict`` literal must be JSON. The constants of one that
    ``is_python`` are those of JSON in ``text``, which have the same lengths.
    """

    source: str
    text: str
    start: int = 0
    shape: Shape | None = None
    strict: bool = False
    word: ShellWord | None = None
    is_python: bool = False

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
        written = _python_words if self.is_python else str
        moved = [Replacement(start + self.start, end + self.start, written(text)) for start, end, text in changes]
        return moved if self.word is None else self.word.replacements(moved)
