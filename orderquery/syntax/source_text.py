"""The text a search is read from: its limits, its lines, its quoted strings and numbers.

Both readers of text share this: what a quoted string or a number means, and how the place of a mistake is told.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Literal

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path, Place
from ..language.limits import MAX_SEARCH_BYTES, too_large

Span = tuple[int, int]


class ReadError(Exception):
    """What ends the reading of a text: the one diagnostic, before its line and column are known."""

    def __init__(self, code: str, message: str, advice: str, span: Span) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice
        self.span = span


@dataclass(frozen=True)
class Source:
    """A text whose offsets can be told as lines and columns."""

    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def line_column(self, offset: int) -> tuple[int, int]:
        """Tell the line and column of a character offset, both from 1, the column in characters."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def says(self, offset: int) -> str:
        """Name an offset in words."""
        return "line {}, column {}".format(*self.line_column(offset))

    def diagnostic(
        self,
        code: str,
        message: str,
        advice: str,
        span: Span,
        path: Path | None = None,
        at: Literal["key", "value"] = "value",
    ) -> Diagnostic:
        """Make a diagnostic at ``span``, and at ``path`` where the text is JSON."""
        line, column = self.line_column(span[0])
        return Diagnostic(code, message, advice, Place(path, span, at), line, column, span)

    def report(self, problem: ReadError) -> Diagnostic:
        """Make the diagnostic of what ended the reading."""
        return self.diagnostic(problem.code, problem.message, problem.advice, problem.span)

    def check_size(self) -> None:
        """Refuse a text of more than 1 MiB of UTF-8.

        Raises:
            ReadError: ``too-large``.

        """
        longest = 4 * len(self.text)
        if longest > MAX_SEARCH_BYTES and len(self.text.encode("utf-8", "surrogatepass")) > MAX_SEARCH_BYTES:
            raise ReadError("too-large", *too_large("the text", MAX_SEARCH_BYTES, "bytes"), (0, 0))


def line_column(text: str, offset: int) -> tuple[int, int]:
    """Tell the line and column of a character offset in ``text``, both from 1, the column in characters."""
    return Source(text).line_column(offset)


def shown(text: str, longest: int = 40) -> str:
    """Quote a piece of a text for a message: cut short, with nothing in it that cannot be printed."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "'" + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut) + "'"


# -- from tokens to a result ------------------------------------------------------------------------------------


class Lexeme:
    """A token as the rules of a grammar see it: what lark's tokens have, but for line and column."""

    __slots__ = ("end_pos", "start_pos", "type", "value")

    def __init__(self, kind: str, value: str, start: int, end: int) -> None:
        self.type = kind
        self.value = value
        self.start_pos = start
        self.end_pos = end


class StuckError(Exception):
    """A place where the grammar cannot go on: what stands there, and the terminals that could.

    ``kind`` is the terminal found, ``$END`` at the end, or empty where no terminal fits; ``opened`` holds the open
    brackets and ``previous`` the token before, if any.
    """

    def __init__(
        self, kind: str, span: Span, expected: set[str], opened: list[Lexeme], previous: Lexeme | None
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.span = span
        self.expected = expected
        self.opened = opened
        self.previous = previous


def span_of(token: Lexeme) -> Span:
    """Tell which characters a token covers."""
    return token.start_pos or 0, token.end_pos or 0


# -- what quoted strings and numbers mean -----------------------------------------------------------------------

_ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}"
    r"|x([0-9a-fA-F]{2})|(0)(?![0-9])|(\r\n|[^0]))",
    re.DOTALL,
)
_PLAIN = {
    '"': '"',
    "'": "'",
    "`": "`",
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\n": "",
    "\r": "",
    "\r\n": "",
    "\u2028": "",
    "\u2029": "",
}


def unquote(quoted: str, offset: int, code: str) -> str:
    r"""Read a quoted string: the escapes of JSON and of JavaScript, lone surrogates as they are.

    Two halves of a surrogate pair are one character, unless the second is written ``\u{...}``.

    Raises:
        ReadError: an escape means nothing; ``code`` and the ``offset`` of the quote say of what and where.

    """
    body = quoted[1:-1]
    if "\\" not in body:
        return body
    parts: list[str] = []
    done = 0
    while (start := body.find("\\", done)) >= 0:
        parts.append(body[done:start])
        found = _ESCAPE.match(body, start)
        char = None if found is None else _meaning(found)
        if found is None or char is None:
            at = offset + 1 + start
            wrong = body[start : start + 2]
            message = f"the escape {shown(wrong)} means nothing"
            raise ReadError(code, message, "write a backslash itself as \\\\, any character as \\uXXXX", (at, at + 2))
        parts.append(char)
        done = found.end()
    parts.append(body[done:])
    return "".join(parts)


def _meaning(found: re.Match[str]) -> str | None:
    high, low, unit, point, byte, nul, other = found.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    if unit or byte:
        return chr(int(unit or byte, 16))
    if point:
        return chr(int(point, 16)) if int(point, 16) < 0x110000 else None
    return "\0" if nul else _PLAIN.get(other)


def quote(text: str, mark: str = '"') -> str:
    """Put ``text`` between two ``mark`` so that :func:`unquote` gives it back, on one line and in plain UTF-8."""
    return mark + _UNSAFE.sub(_escaped, text.replace("\\", "\\\\").replace(mark, "\\" + mark)) + mark


_UNSAFE = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(found: re.Match[str]) -> str:
    first, second = found[0][0], found[0][1:]
    if second:
        return f"\\u{ord(first):04x}\\u{{{ord(second):x}}}"
    return _SHORT.get(first) or f"\\u{ord(first):04x}"


_LINE_END = re.compile(r"[\r\n]|\Z")


def unclosed(text: str, start: int, code: str, advice: str) -> ReadError:
    """Say that the quote at ``start`` is not closed on its line."""
    end = _LINE_END.search(text, start)
    assert end is not None
    message = f"expected a closing {text[start]}, found the end of the {'line' if end[0] else 'text'}"
    return ReadError(
        code, message, "; ".join(filter(None, (f"close it with {text[start]}", advice))), (start, end.start())
    )


_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MANY_DIGITS = 4000
"""Python refuses to read a longer integer, or takes its time; a decimal of that length is no trouble."""


def number(text: str) -> int | Decimal | None:
    """Read a JSON number exactly, an integer as ``int`` unless absurdly long; ``None`` if it is none."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    if found[1] is None and found[2] is None and len(text) <= _MANY_DIGITS:
        try:
            return int(text)
        except ValueError:
            pass
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond 18 digits
        return None
