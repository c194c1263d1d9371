"""Split a shell command into words, with the places of their characters."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from .source_text import ReadError, Replacement, Span, splice, unquote

_SEPARATOR = re.compile(r"(?:\s|[\\^`]\r?\n)+")
"""Between words. A backslash continues a line; ``^`` does in the Windows prompt, a backtick in PowerShell."""
_MAX_WORDS = 10_000
"""Of a command; more are not read."""
_PIECE = re.compile(
    r"""(?P<single>'[^']*')
      | (?P<ansi>\$'(?:[^'\\]|\\.)*+')
      | (?P<double>"(?:[^"\\]|\\.)*+")
      | (?P<joined>\\\r?\n)
      | (?P<escaped>\\.)
      | (?P<expansion>\$\w+|\$\{[^}\n]{0,99}\}|\$\([^)\n]{0,99}\)|`[^`\n]{0,99}`)
      | (?P<plain>[^\s'"\\$;|&<>()`]+|\$)""",
    re.VERBOSE | re.DOTALL,
)
_IN_DOUBLE_QUOTES = re.compile(
    r"""(?P<escaped>\\[\\"$`])
      | (?P<joined>\\\r?\n)
      | (?P<expansion>\$\w+|\$\{[^}\n]{0,99}\}|\$\([^)\n]{0,99}\)|`[^`\n]{0,99}`)
      | (?P<plain>[^\\$`]+|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Expansion:
    """A part of a word that the shell replaces, such as ``$NAME``."""

    text: str
    span: Span
    in_double_quotes: bool


class Segment(NamedTuple):
    """Neighbouring characters of a word in the same quotes.

    ``offset`` is that of the first in the word. Either each has its own place, or all have the one of an escape.
    """

    offset: int
    text: str
    span: Span
    mark: str
    """The quotes: ``'``, ``"``, ``$'``, ``<<`` for a here-document, or nothing."""

    def place(self, offset: int) -> Span:
        """Return the span in the command of one character of the word."""
        start, end = self.span
        if end - start != len(self.text):
            return self.span
        return start + offset - self.offset, start + offset - self.offset + 1


@dataclass(frozen=True)
class ShellWord:
    """One word, and its segments, from which its characters come."""

    text: str
    place: Span
    segments: tuple[Segment, ...]
    expansions: tuple[Expansion, ...]

    def _segment(self, offset: int) -> Segment:
        return self.segments[bisect_right(self.segments, offset, key=lambda segment: segment.offset) - 1]

    def span(self, span: Span) -> Span:
        """Return the span in the command of a span in the word."""
        if not self.text:
            return self.place[1], self.place[1]
        start, end = (min(at, len(self.text)) for at in span)
        if start == len(self.text):
            last = self._segment(start - 1).place(start - 1)[1]
            return last, last
        first = self._segment(start).place(start)[0]
        return first, self._segment(end - 1).place(end - 1)[1] if end > start else first

    def replacements(self, changes: list[Replacement]) -> list[Replacement]:
        """Return the changes of the command for those of this word, in its quotes.

        A part that begins and ends in different quotes makes it a new word.
        """
        found = []
        for start, end, text in changes:
            mark = self._segment(min(start, len(self.text) - 1)).mark
            if end > start and self._segment(end - 1).mark != mark:
                return [Replacement(*self.place, _quoted_word(splice(self.text, changes)))]
            found.append(Replacement(*self.span((start, end)), _QUOTED[mark](text)))
        return found


def split_words(command: str, start: int = 0) -> list[ShellWord]:
    """Return the words of the first command in a text.

    Raises:
        ReadError: a quote is not closed.

    """
    words: list[ShellWord] = []
    position = start
    while len(words) < _MAX_WORDS:
        separator = _SEPARATOR.match(command, position)
        if separator is not None:
            position = separator.end()
            # An option on a new line is read although the backslash before it was lost in copying.
            if words and "\n" in _CONTINUED.sub("", separator[0]) and not command.startswith("-", position):
                return words
        reader = _WordReader(command, position)
        if reader.position == position:
            return words
        words.append(reader.word())
        position = reader.position
    return words


_CONTINUED = re.compile(r"[\\^`]\r?\n")


class _WordReader:
    """Reads the word at a position; ``position`` is then its end."""

    def __init__(self, command: str, start: int) -> None:
        self._command = command
        self._start = self.position = start
        self._segments: list[Segment] = []
        self._length = 0
        self._expansions: list[Expansion] = []
        while (found := _PIECE.match(command, self.position)) is not None:
            self._piece(found)
            self.position = found.end()
        mark = command[self.position : self.position + 1]
        if mark in ("'", '"') and mark:
            message = f"missing closing {mark} of a shell word"
            raise ReadError("json-syntax", message, f"close it with {mark}", (self.position, self.position + 1))

    def word(self) -> ShellWord:
        text = "".join(segment.text for segment in self._segments)
        return ShellWord(text, (self._start, self.position), tuple(self._segments), tuple(self._expansions))

    def _piece(self, found: re.Match[str]) -> None:
        kind, start, end = found.lastgroup, found.start(), found.end()
        if kind == "single":
            self._add(self._command[start + 1 : end - 1], (start + 1, end - 1), "'")
        elif kind == "ansi":
            for part in _C_CHARACTERS.finditer(self._command, start + 2, end - 1):
                escaped = part[0][0] == "\\"
                text = unquote(f"'{part[0]}'", part.start() - 1, "json-syntax") if escaped else part[0]
                self._add(text, part.span(), "$'")
        elif kind == "double":
            for part in _IN_DOUBLE_QUOTES.finditer(self._command, start + 1, end - 1):
                self._part(part, '"')
        else:
            self._part(found, "")

    def _part(self, found: re.Match[str], mark: str) -> None:
        if found.lastgroup == "expansion":
            self._expansions.append(Expansion(found[0], found.span(), mark == '"'))
        if found.lastgroup != "joined":
            self._add(found[0][1:] if found.lastgroup == "escaped" else found[0], found.span(), mark)

    def _add(self, text: str, span: Span, mark: str) -> None:
        if text:
            self._segments.append(Segment(self._length, text, span, mark))
            self._length += len(text)


_C_CHARACTERS = re.compile(
    r"\\u[dD][0-9a-fA-F]{3}\\u[dD][0-9a-fA-F]{3}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|[^\\]+", re.DOTALL
)
_SPECIAL = re.compile(r'[\\"$`]')
_SPECIAL_IN_LINES = re.compile(r"[\\$`]")


def _in_single_quotes(text: str) -> str:
    return text.replace("'", "'\\''")


def _quoted_word(text: str) -> str:
    return f"'{_in_single_quotes(text)}'"


_QUOTED: dict[str, Callable[[str], str]] = {
    "'": _in_single_quotes,
    '"': lambda text: _SPECIAL.sub(lambda found: "\\" + found[0], text),
    "$'": lambda text: text.replace("\\", "\\\\").replace("'", "\\'"),
    "<<": lambda text: _SPECIAL_IN_LINES.sub(lambda found: "\\" + found[0], text),
    "": _quoted_word,
}
"""How a text is written inside each kind of quotes."""
