"""The role and path of every token of a JSON or JavaScript literal.

The literal may be broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, NamedTuple

from ..diagnostics.place import Path
from ..language.grammar_files import grammar_text
from .source_text import ReadError, unquote
from .token_walk import COMMENT, UNCLOSED, Lexeme, WalkedGrammar, WalkStep

LiteralRole = Literal["key", "value", "punctuation", "comment", "error"]
_KEYS = ("STRING", "NAME", "TRUE", "FALSE", "NULL")
_SCALARS = (*_KEYS, "NUMBER")
_OPENING = {"LBRACE": "RBRACE", "LSQB": "RSQB"}
_WORD = re.compile(r"[\w.$-]*")
_MAX_LEVELS = 150
"""Of brackets whose path is followed: a search has fewer."""
_TOO_DEEP: Path = ("",)


class LiteralPart(NamedTuple):
    """One token of a literal and its role.

    ``path`` leads to the value, or to the value of the key, and ``holder`` is the offset of the bracket around it.
    """

    role: LiteralRole
    terminal: str
    start: int
    end: int
    path: Path
    holder: int = -1


class LiteralOpening(NamedTuple):
    """What may begin at a caret in a literal.

    ``path`` is that of the value, or of the object of which a key is expected. ``typed`` is the written part of a name
    or a string, ``quote`` its quote, ``keys`` the other keys of the object, ``has_colon`` whether a colon follows.
    """

    start: int
    end: int
    typed: str
    quote: str
    expects: Literal["key", "value", "nothing"]
    path: Path
    keys: frozenset[str]
    has_colon: bool


class _Holder:
    """An open bracket, with its path and the key or index at hand."""

    __slots__ = ("closing", "key", "path", "start")

    def __init__(self, terminal: str, start: int, path: Path) -> None:
        self.closing = _OPENING[terminal]
        self.start = start
        self.path = path
        self.key: str | int = 0 if terminal == "LSQB" else ""


class _Tracker:
    """Follows the brackets of a walk."""

    def __init__(self) -> None:
        self.holders: list[_Holder] = []

    def path(self) -> Path:
        if not self.holders or len(self.holders) > _MAX_LEVELS:
            return _TOO_DEEP if self.holders else ()
        return (*self.holders[-1].path, self.holders[-1].key)

    def pass_over(self, terminal: str, start: int, key: str | None) -> None:
        """Take a token that fits; ``key`` is set if it is one."""
        if terminal in _OPENING:
            self.holders.append(_Holder(terminal, start, self.path()))
        elif terminal in _OPENING.values():
            if self.holders:
                self.holders.pop()
        elif self.holders:
            holder = self.holders[-1]
            if key is not None:
                holder.key = key
            elif terminal == "_COMMA":
                holder.key = holder.key + 1 if isinstance(holder.key, int) else ""


@cache
def _grammar() -> WalkedGrammar:
    values: tuple[tuple[str, ...], ...] = (("_COMMA",), ("_COLON",))
    closing = (("NULL",), ("_COLON", "NULL"))
    return WalkedGrammar(
        grammar_text("literal.lark"),
        "start",
        {
            **dict.fromkeys((*_SCALARS, *_OPENING), values),
            "_COMMA": closing,
            "RBRACE": (*closing, ("RSQB",), ("NULL", "RSQB")),
            "RSQB": (*closing, ("RBRACE",), ("NULL", "RBRACE")),
        },
    )


def lex_literal(text: str) -> list[Lexeme]:
    """Return the tokens and comments of a literal."""
    return _grammar().lex(text)


def literal_parts(text: str) -> list[LiteralPart]:
    """Return every token of a literal with its role."""
    return list(_parts(text, _grammar().walk(lex_literal(text)).steps, _Tracker()))


def _parts(text: str, steps: Iterable[WalkStep], tracker: _Tracker) -> Iterator[LiteralPart]:
    for lexeme, fits, expected, inserted in steps:
        terminal, start, end = lexeme
        if terminal == COMMENT or not fits:
            path = tracker.path()
            holder = tracker.holders[-1].start if tracker.holders else -1
            yield LiteralPart("comment" if terminal == COMMENT else "error", terminal, start, end, path, holder)
            continue
        for missing in inserted:
            tracker.pass_over(missing, start, None)
        key = string_of(text[start:end]) if terminal in _KEYS and "NAME" in expected else None
        if terminal not in _OPENING:
            tracker.pass_over(terminal, start, key)
        holder = tracker.holders[-1].start if tracker.holders else -1
        role: LiteralRole = "key" if key is not None else "value" if terminal in _SCALARS else "punctuation"
        yield LiteralPart(role, terminal, start, end, tracker.path(), holder)
        if terminal in _OPENING:
            tracker.pass_over(terminal, start, None)


def literal_opening(text: str, position: int) -> LiteralOpening:
    """Return what may begin at a caret."""
    lexemes = lex_literal(text)
    index, under = _caret(lexemes, position)
    walk = _grammar().walk(lexemes, (index,))
    tracker = _Tracker()
    before = list(_parts(text, walk.steps[:index], tracker))
    accepted = walk.accepted[index]
    expects: Literal["key", "value", "nothing"]
    expects = "key" if "NAME" in accepted else "value" if "NUMBER" in accepted else "nothing"
    holder = tracker.holders[-1] if tracker.holders else None
    at_key = expects == "key" and holder is not None
    path = holder.path if holder is not None and at_key else tracker.path()
    keys: frozenset[str] = frozenset()
    if at_key and holder is not None:
        rest = _parts(text, walk.steps[index:], tracker)
        others = (part for part in (*before, *rest) if part.role == "key" and part.holder == holder.start)
        keys = frozenset(str(part.path[-1]) for part in others if under is None or part.start != under.start)
    if under is None:
        following = lexemes[index].terminal if index < len(lexemes) else ""
        return LiteralOpening(position, position, "", "", expects, path, keys, following == "_COLON")
    quote = text[under.start] if text[under.start] in "\"'" else ""
    typed = text[under.start + len(quote) : position]
    following = lexemes[index + 1].terminal if index + 1 < len(lexemes) else "$END"
    end = _end_of(text, under, following, position)
    has_colon = following == "_COLON" and end == under.end
    return LiteralOpening(under.start, end, typed, quote, expects, path, keys, has_colon)


def _caret(lexemes: list[Lexeme], position: int) -> tuple[int, Lexeme | None]:
    """Return the index of the token at the caret, and the token to replace, if any."""
    touching = [
        (index, lexeme)
        for index, lexeme in enumerate(lexemes)
        if lexeme.start <= position <= lexeme.end and lexeme.terminal in (*_SCALARS, UNCLOSED)
    ]
    if touching:
        return min(touching, key=lambda found: found[1].start == position)
    return sum(lexeme.end <= position for lexeme in lexemes), None


def _end_of(text: str, lexeme: Lexeme, following: str, position: int) -> int:
    """Return the end of what a completion replaces.

    A string that is not closed goes on to the next quote, so it is cut after the word at the caret.
    """
    is_whole = lexeme.terminal != UNCLOSED
    if lexeme.terminal == "STRING":
        is_whole = following in ("_COLON", "_COMMA", "RBRACE", "RSQB", "$END", COMMENT) or lexeme.end == position
    if is_whole:
        return lexeme.end
    found = _WORD.match(text, max(position, lexeme.start + 1))
    assert found is not None
    return found.end()


def string_of(written: str) -> str:
    """Return what a key or a string token spells, also if its escapes are wrong."""
    if written[:1] not in ('"', "'"):
        return written
    try:
        return unquote(written, 0, "")
    except ReadError:
        return written[1:-1]
