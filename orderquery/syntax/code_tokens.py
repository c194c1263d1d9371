"""Tokens of JavaScript: enough to find an object literal, not to parse a program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .source_text import Span

_TOKEN = re.compile(
    r"""(?:[\s\ufeff]|//[^\r\n]*|/\*[\s\S]*?(?:\*/|\Z))*+
    (?:(?P<string>"(?:[^"\\\r\n]|\\[\s\S])*+"?|'(?:[^'\\\r\n]|\\[\s\S])*+'?|`(?:[^`\\]|\\[\s\S])*+`?)
      |(?P<name>(?:[^\W\d]|\$)[\w$]*)
      |(?P<number>\d[\w.]*)
      |(?P<mark>=>|[=!]==?|&&|\|\||\?\.|\.\.\.|\S)|\Z)""",
    re.VERBOSE,
)
_BLACK = re.compile(r"\S+")
_MAX_TOKENS = 200_000
"""Of pasted code; more is not read."""
_CLOSING = {"{": "}", "[": "]", "(": ")"}


class CodeToken(NamedTuple):
    """A token: its text, its place and its kind."""

    text: str
    span: Span
    kind: str


def code_tokens(text: str) -> list[CodeToken]:
    """Return the tokens of a text, without space and comments."""
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[CodeToken]:
    for count, found in enumerate(_TOKEN.finditer(text)):
        kind = found.lastgroup
        if kind is None or count == _MAX_TOKENS:
            return
        yield CodeToken(found[kind], found.span(kind), kind)


def closings(tokens: list[CodeToken]) -> dict[int, int]:
    """Return the index of the closing bracket of every bracket that is closed."""
    waiting: list[int] = []
    found: dict[int, int] = {}
    for index, token in enumerate(tokens):
        if token.text in _CLOSING and token.kind == "mark":
            waiting.append(index)
        elif waiting and token.text == _CLOSING[tokens[waiting[-1]].text]:
            found[waiting.pop()] = index
    return found


def code_spans(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of what is no white space in a part of a text."""
    yield from (found.span() for found in _BLACK.finditer(text, start, end))
