"""The words of a command line that is being typed, as a shell splits them."""

from __future__ import annotations

import re
from typing import NamedTuple

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)
_SEPARATORS = "|&;()\n"
"""Characters that end a command."""
_ESCAPED_IN_DOUBLE = '\\"$`'


class TypedWords(NamedTuple):
    """The words of the last command of a line.

    ``words`` are complete, and begin with the program. ``incomplete`` is the word at the cursor without its quotes, and
    ``quote`` the quote that is open in it, if any.
    """

    words: list[str]
    incomplete: str
    quote: str


def split_line(line: str) -> TypedWords:
    """Split a line up to the cursor; quotes may be open at its end."""
    words: list[str] = []
    word: str | None = None
    quote, at = "", 0
    while at < len(line):
        character = line[at]
        at += 1
        if quote:
            if character == quote:
                quote = ""
            elif character == "\\" and quote == '"' and line[at : at + 1] and line[at] in _ESCAPED_IN_DOUBLE:
                word = (word or "") + line[at]
                at += 1
            else:
                word = (word or "") + character
        elif character in "'\"":
            quote, word = character, word or ""
        elif character == "\\" and at < len(line):
            word = (word or "") + line[at]
            at += 1
        elif character in _SEPARATORS:
            words, word = [], None
        elif character.isspace():
            words, word = [*words, *([] if word is None else [word])], None
        else:
            word = (word or "") + character
    while words and _ASSIGNMENT.match(words[0]):
        del words[0]
    return TypedWords(words, word or "", quote)


def escape(text: str, quote: str) -> str | None:
    """Return a text as it is written inside an open quote; ``None`` if it cannot be."""
    if quote == "'":
        return None if "'" in text else text
    if quote == '"':
        return re.sub(r'([\\"$`])', r"\\\1", text)
    return re.sub(r"([^\w@%+=:,./-])", r"\\\1", text)
