"""The items of a bracket in source code, as ranges of its text."""

from __future__ import annotations

import re
from typing import NamedTuple

from .nodes import Span

_SKIPPED = re.compile(
    r"(?P<space>\s+)|(?P<comment>//[^\r\n]*|\#[^\r\n]*|/\*.*?\*/)"
    r"|(?P<string>'''.*?'''|\"\"\".*?\"\"\"|\"(?:\\.|[^\"\\\r\n])*\"|'(?:\\.|[^'\\\r\n])*'|`(?:\\.|[^`\\])*`)",
    re.DOTALL,
)
_CLOSING = {"{": "}", "[": "]", "(": ")"}


class Item(NamedTuple):
    """An item between two commas, without the space and the comments around it.

    ``comma`` is where its comma is.
    """

    start: int
    end: int
    comma: int | None


class Bracket(NamedTuple):
    """A bracket and its items.

    ``start`` is just after it opens, ``end`` where it closes.
    """

    opening: str
    start: int
    end: int
    items: tuple[Item, ...]


def bracket_at(text: str, span: Span) -> Bracket | None:
    """Return the bracket that a literal or a call begins with.

    ``None`` if it is not closed within ``span``.
    """
    at = span[0]
    while at < span[1] and text[at] not in _CLOSING:
        at += 1
    if at >= span[1]:
        return None
    opening, start = text[at], at + 1
    stack, items = [_CLOSING[opening]], []
    first = last = None
    at = start
    while at < span[1]:
        found = _SKIPPED.match(text, at, span[1])
        if found is not None and found["string"] is None:
            at = found.end()
            continue
        end = at + 1 if found is None else found.end()
        character = text[at] if found is None else ""
        if character and character in _CLOSING:
            stack.append(_CLOSING[character])
        elif character and character in ")]}":
            if character != stack.pop():
                return None
            if not stack:
                if first is not None and last is not None:
                    items.append(Item(first, last, None))
                return Bracket(opening, start, at, tuple(items))
        elif character == "," and len(stack) == 1:
            if first is None or last is None:
                return None
            items.append(Item(first, last, at))
            first = last = None
            at = end
            continue
        first, last, at = at if first is None else first, end, end
    return None


def value_start(text: str, item: Item, key_end: int) -> int:
    """Return where the value of an entry begins.

    That is after the colon or the equals sign, or at a shorthand.
    """
    at = key_end
    while at < item.end and text[at] in " \t\r\n]":
        at += 1
    if at >= item.end or text[at] not in ":=":
        return item.start
    at += 1
    while at < item.end and text[at] in " \t\r\n":
        at += 1
    return at
