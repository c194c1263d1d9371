"""Source text: lines and columns, quoted strings, numbers, errors of the parsers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path, Place
from ..diagnostics.quoting import quoted
from ..language.limits import MAX_SEARCH_BYTES, too_large

if TYPE_CHECKING:
    from lark import Token

    from .stand_ins import StandIn

Span = tuple[int, int]
PASTED_CODE = "this looks like JavaScript: pass only the { ... } object"
"""Help for program code around a search."""
SCAN_CODE = "for a file of code run: orderquery scan FILE"
"""Help for variables and comments of a program: a scan takes variables as unknown."""


class ReadError(Exception):
    """An error that ends parsing: a diagnostic without line and column.

    With a ``stand_in``, the rest can be read. ``in_code``: the source is a program, which Wix never receives.
    """

    in_code = False

    def __init__(self, code: str, message: str, advice: str, span: Span, stand_in: StandIn | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice
        self.span = span
        self.stand_in = stand_in


@dataclass(frozen=True)
class SourceText:
    """A text, and the lines and columns of its character offsets."""

    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def line_column(self, offset: int) -> tuple[int, int]:
        """Return the line and column of a character offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def describe(self, offset: int) -> str:
        """Return the line and column of an offset in words."""
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
        return self.located(Diagnostic(code, message, advice, Place(path, span, at)), span)

    def located(self, diagnostic: Diagnostic, span: Span) -> Diagnostic:
        """Return a diagnostic with its lines and columns, from its character offsets."""
        line, column = self.line_column(span[0])
        end_line, end_column = self.line_column(span[1])
        return replace(diagnostic, span=span, line=line, column=column, end_line=end_line, end_column=end_column)

    def report(self, problem: ReadError) -> Diagnostic:
        """Make the diagnostic of an error that ended parsing."""
        found = self.diagnostic(problem.code, problem.message, problem.advice, problem.span)
        return replace(found, changed_effect="local") if problem.in_code else found

    def check_size(self) -> None:
        """Raise a ``too-large`` error for a text of more than 1 MiB of UTF-8."""
        if 4 * len(self.text) > MAX_SEARCH_BYTES and len(self.text.encode("utf-8", "surrogatepass")) > MAX_SEARCH_BYTES:
            raise ReadError("too-large", *too_large("the text", MAX_SEARCH_BYTES, "bytes"), (0, 0))


def utf16_offset(text: str, position: int) -> int:
    """Return the offset in UTF-16 units, as JavaScript counts, of a code point."""
    return position if text.isascii() else len(text[:position].encode("utf-16-le", "surrogatepass")) // 2


def position_of_utf16(text: str, offset: int) -> int:
    """Return the position in code points of an offset in UTF-16 units.

    Inside a surrogate pair it is the position of the character. Beyond the end it is the end.
    """
    if text.isascii():
        return min(max(offset, 0), len(text))
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * max(offset, 0)]
    found = units.decode("utf-16-le", "surrogatepass")
    return len(found) - 1 if text[: len(found)] != found else len(found)


class Replacement(NamedTuple):
    """New text for a half-open range of character offsets."""

    start: int
    end: int
    text: str


def splice(text: str, edits: Iterable[Replacement]) -> str:
    """Return a text with ranges replaced, which do not overlap."""
    parts: list[str] = []
    done = 0
    for edit in sorted(edits):
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*parts, text[done:]])


def describe_token(terminal: str, text: str) -> str:
    """Return a token of the source in quotes, for a message."""
    return f"the string {quoted(text[1:-1])}" if terminal == "STRING" else quoted(text)


# -- tokens -----------------------------------------------------------------------------------------------------


class StuckError(Exception):
    """A token that does not fit the grammar, and the terminals that would.

    ``kind`` is the terminal found, ``$END`` at the end, or empty where no terminal matches; ``opened`` holds the open
    brackets, ``tokens`` every token before and ``previous`` the last of them, if any.
    """

    def __init__(self, kind: str, span: Span, expected: set[str], opened: list[Token], tokens: list[Token]) -> None:
        super().__init__(kind)
        self.kind = kind
        self.span = span
        self.expected = expected
        self.opened = opened
        self.tokens = tokens
        self.previous = tokens[-1] if tokens else None


def span_of(token: Token) -> Span:
    """Return the span of a token."""
    return token.start_pos or 0, token.end_pos or 0


# -- quoted strings and numbers ---------------------------------------------------------------------------------

_ESCAPE_SEQUENCE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}"
    r"|x([0-9a-fA-F]{2})|(0)(?![0-9])|(\r\n|[^0]))",
    re.DOTALL,
)
_UNESCAPED = {
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


def unquote(literal: str, offset: int, code: str) -> str:
    r"""Decode a quoted string with JSON or JavaScript escapes.

    Lone surrogates are kept. Two halves of a surrogate pair are one character, unless the second has the form
    ``\u{...}``.

    Raises:
        ReadError: an unknown escape, with this ``code``; ``offset`` is that of the opening quote.

    """
    body = literal[1:-1]
    if "\\" not in body:
        return body
    parts: list[str] = []
    done = 0
    while (start := body.find("\\", done)) >= 0:
        parts.append(body[done:start])
        found = _ESCAPE_SEQUENCE.match(body, start)
        char = None if found is None else _unescape(found)
        if found is None or char is None:
            at = offset + 1 + start
            wrong = body[start : start + 2]
            message = f"unknown escape {quoted(wrong)}"
            raise ReadError(code, message, "write a backslash as \\\\, any other character as \\uXXXX", (at, at + 2))
        parts.append(char)
        done = found.end()
    parts.append(body[done:])
    return "".join(parts)


def unquoted_offsets(literal: str) -> tuple[str, list[int]]:
    """Decode a quoted string; return the offset of each character in the literal, too.

    The last offset is that of the closing quote.

    Raises:
        ReadError: an unknown escape.

    """
    parts: list[str] = []
    offsets: list[int] = []
    at, end = 1, len(literal) - 1
    while at < end:
        found = _ESCAPE_SEQUENCE.match(literal, at, end) if literal[at] == "\\" else None
        text = literal[at] if found is None else unquote(f'"{found[0]}"', at - 1, "json-syntax")
        parts.append(text)
        offsets += [at] * len(text)
        at = at + 1 if found is None else found.end()
    return "".join(parts), [*offsets, end]


def _unescape(found: re.Match[str]) -> str | None:
    high, low, unit, point, byte, nul, other = found.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    if unit or byte:
        return chr(int(unit or byte, 16))
    if point:
        return chr(int(point, 16)) if int(point, 16) < 0x110000 else None
    return "\0" if nul else _UNESCAPED.get(other)


def quote(text: str, mark: str = '"') -> str:
    """Quote ``text`` on one line of valid UTF-8; :func:`unquote` is the inverse."""
    return mark + _UNSAFE.sub(_escape, text.replace("\\", "\\\\").replace(mark, "\\" + mark)) + mark


def text_in_curly_quotes(text: str, at: int) -> str | None:
    """Return the text in typographic quotes around an offset, or ``None``."""
    found = _CURLY_QUOTES.finditer(text, max(0, at - _MAX_BEFORE), at + _MAX_AFTER)
    return next((run[1] for run in found if run.start() < at < run.end()), None)


_CURLY = "\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb"
_CURLY_QUOTES = re.compile(rf"[{_CURLY}]([^{_CURLY}\r\n]*)[{_CURLY}]")
_MAX_BEFORE, _MAX_AFTER = 200, 500
"""Characters around an offset that are looked at."""
_UNSAFE = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escape(found: re.Match[str]) -> str:
    first, second = found[0][0], found[0][1:]
    if second:
        return f"\\u{ord(first):04x}\\u{{{ord(second):x}}}"
    return _SHORT_ESCAPES.get(first) or f"\\u{ord(first):04x}"


_LINE_END = re.compile(r"[\r\n]|\Z")


def unclosed_quote(text: str, start: int, code: str, advice: str = "") -> ReadError:
    """Make the error for the quote at ``start``, which is not closed on its line."""
    end = _LINE_END.search(text, start)
    assert end is not None
    message = f"missing closing {text[start]} before the end of the {'line' if end[0] else 'text'}"
    return ReadError(code, message, advice or f"close it with {text[start]}", (start, end.start()))


_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MAX_INT_CHARS = 4_000
"""Python refuses to convert longer integers by default; ``Decimal`` has no such limit."""


def parse_number(text: str) -> int | Decimal | None:
    """Parse a JSON number exactly, or return ``None``.

    Integers beyond 4,000 digits become ``Decimal``.
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    if found[1] is None and found[2] is None and len(text) <= _MAX_INT_CHARS:
        try:
            return int(text)
        except ValueError:
            pass
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond 18 digits
        return None
