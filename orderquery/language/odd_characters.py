"""Typographic quotes and invisible characters around or in a value (D163).

Word processors, chats and web pages put them into what is copied. Every one is compared like a letter.
"""

from __future__ import annotations

import re

_DOUBLE = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u301d\u301e\uff02"
_SINGLE = "\u2018\u2019\u201a\u201b\u2032\u2039\u203a\uff07"
_APOSTROPHES = "\u2019\u2032"
"""At one end of a value they are letters of it, as in the genitive of a plural."""
_INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_JOINERS = "\u200c\u200d"
"""Between letters of some scripts, and in an emoji, they change what one sees."""
_HIDDEN = re.compile(rf"[{_INVISIBLE}]|(?<![^\x00-\x7f])[{_JOINERS}]|[{_JOINERS}](?![^\x00-\x7f])")
_QUOTES = re.compile(rf"[{_DOUBLE}{_SINGLE}]")
_SPACES = "".join(map(chr, (*range(9, 14), *range(28, 32), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)))) + (
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Every space but the usual one, which a person types."""


def without_odd_characters(text: str) -> str:
    """Return a text without them; the same text if it has none, or nothing else."""
    if text.isascii() and text.isprintable():
        return text
    bare = _without_quotes(_HIDDEN.sub("", text).strip(_SPACES))
    return bare if bare.strip(" " + _SPACES) else text


def _without_quotes(text: str) -> str:
    first, last = text[:1], text[-1:]
    for quotes in (_DOUBLE, _SINGLE):
        if len(text) > 1 and first in quotes and last in quotes and not any(mark in quotes for mark in text[1:-1]):
            return text[1:-1]
    is_alone = len(_QUOTES.findall(text)) == 1
    if is_alone and (first in _DOUBLE or (first in _SINGLE and first not in _APOSTROPHES)):
        return text[1:]
    return text[:-1] if is_alone and last and last in _DOUBLE else text


def described_oddity(text: str) -> str:
    """Name the odd characters of a text that has some."""
    hidden = _HIDDEN.search(text)
    spaces = (character for character in (text[:1], text[-1:]) if character in _SPACES)
    found = hidden[0] if hidden is not None else next(spaces, None)
    return "typographic quotes" if found is None else f"an invisible character (U+{ord(found):04X})"
