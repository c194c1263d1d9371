"""The role of every token of the text form, and what may follow at a position.

The text may be broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from ..language.operators import ANY, OPERATORS, Spelling
from .lark_runner import UNKNOWN
from .source_text import ReadError, parse_number, unquote
from .text_grammar import RANGES, named_spellings, text_grammar
from .token_walk import UNCLOSED, Lexeme, WalkedGrammar, WalkStep

TextRole = Literal["field", "sort-field", "operator", "keyword", "value", "limit", "cursor", "punctuation", "error"]
_MAX_WORDS = 3
"""Of an operator or a keyword."""
_WORDS = frozenset(("WORD", "NAME", "NULL", "STRING", UNCLOSED, UNKNOWN))
_OPERAND = "NULL"
_CONDITION = "NOT"


class TextPart(NamedTuple):
    """One token of a text and its role.

    ``field`` and ``operator`` are those of its condition: the field as written, the operator by its name, or the
    terminal of a range. ``in_list`` tells whether the token is in a list of values.
    """

    role: TextRole
    terminal: str
    start: int
    end: int
    field: str | None = None
    operator: str | None = None
    in_list: bool = False


class Opening(NamedTuple):
    """What may begin at a place: the terminals, and the condition so far.

    ``typed`` is what is written from there to the caret. Of an opening that is not ``whole``, only phrases that begin
    with ``typed`` fit: it has words before the one at the caret. If it ``goes_on`` from a word that
    fits nowhere, nothing else does.
    """

    start: int
    end: int
    typed: str
    accepted: frozenset[str]
    field: str | None
    operator: str | None
    in_list: bool
    whole: bool
    goes_on: bool = False


class TextForm:
    """The grammar of the text form with the operators of now."""

    def __init__(self, spellings: tuple[tuple[str, Spelling], ...]) -> None:
        self.spellings = {f"OP{index}": named for index, named in enumerate(spellings)}
        """The operator and the spelling of each terminal."""
        pairs = tuple((spelling.words, spelling.operand is ANY) for _, spelling in spellings)
        unary = next((f"OP{index}" for index, (_, binary) in enumerate(pairs) if not binary), "")
        ends = (("WORD",), *([(unary,)] if unary else []), ("EVERYTHING",), ("_AND", "WORD"))
        starts = ("WORD", "NAME", "NOT", "EVERYTHING", "NOTHING")
        operators = (*self.spellings, *RANGES)
        self.grammar = WalkedGrammar(
            text_grammar(pairs),
            "search",
            {
                **dict.fromkeys(("_AND", "_OR", "RPAR", "ORDER_BY", "_LIMIT", "_AFTER"), ends),
                **dict.fromkeys(starts, (("_AND",),)),
            },
            {"_AND": {*operators, _CONDITION, "WORD"}},
        )
        self._latest: tuple[str, list[TextPart]] = ("", [])
        """The text of the last call: an editor asks several things about each."""
        for terminal in (_OPERAND, *self.spellings):
            self.grammar.keywords.pop(terminal, None)

    def parts(self, text: str) -> list[TextPart]:
        """Return every token of a text with its role."""
        latest = self._latest
        if latest[0] != text:
            lexemes = self.grammar.lex(text)
            latest = text, list(self._parts(text, self.grammar.walk(lexemes).steps))
            self._latest = latest
        return latest[1]

    def openings(self, text: str, position: int) -> list[Opening]:
        """Return what may begin at the caret, or at one of the words just before it."""
        lexemes = self.grammar.lex(text)
        index, under = self._caret(lexemes, position)
        marks = range(max(index - _MAX_WORDS + 1, 0), index + 1)
        walk = self.grammar.walk(lexemes[:index], marks)
        parts = list(self._parts(text, walk.steps))
        skipped = bool(walk.steps) and not walk.steps[-1].fits
        end = position if under is None else max(_end_of(text, under, position), position)
        found: list[Opening] = []
        for mark in reversed(marks):
            start = (position if under is None else under.start) if mark == index else lexemes[mark].start
            before = parts[mark - 1] if mark else None
            condition = (None, None, False) if before is None else (before.field, before.operator, before.in_list)
            whole = mark == index
            goes_on = skipped and not whole
            found.append(Opening(start, end, text[start:position], walk.accepted[mark], *condition, whole, goes_on))
        if under is not None and under.end == position and under.terminal in self.spellings and found[0].whole:
            symbol = not text[position - 1].isalnum()
            if symbol:
                found += [opening for opening in self._after(text, lexemes[: index + 1], position) if opening.whole]
        return found

    def _after(self, text: str, lexemes: list[Lexeme], position: int) -> Iterator[Opening]:
        """Yield what may follow a symbol that ends at the caret."""
        walk = self.grammar.walk(lexemes, (len(lexemes),))
        last = list(self._parts(text, walk.steps))[-1]
        yield Opening(
            position, position, "", walk.accepted[len(lexemes)], last.field, last.operator, last.in_list, True
        )

    def _caret(self, lexemes: list[Lexeme], position: int) -> tuple[int, Lexeme | None]:
        """Return the index of the token at the caret, and the token to replace, if any."""
        touching = [i for i, lexeme in enumerate(lexemes) if lexeme.start <= position <= lexeme.end]
        touching = [i for i in touching if self._is_replaced(lexemes[i])]
        words = [i for i in touching if lexemes[i].start < position and lexemes[i].terminal not in self.spellings]
        for index in (*words, *touching):
            return index, lexemes[index]
        return sum(lexeme.end <= position for lexeme in lexemes), None

    def _is_replaced(self, lexeme: Lexeme) -> bool:
        terminal = lexeme.terminal
        return terminal in _WORDS or terminal in self.grammar.keywords or terminal in self.spellings

    def _parts(self, text: str, steps: list[WalkStep]) -> Iterator[TextPart]:
        field = operator = None
        in_list = False
        for lexeme, fits, expected, inserted in steps:
            terminal, start, end = lexeme
            if inserted and terminal not in ("RPAR", "_COMMA"):
                field, operator, in_list = None, None, False
            role = self._role(terminal, expected) if fits else "error"
            if role == "field":
                field, operator, in_list = name_of(text[start:end]), None, False
            elif role == "operator":
                operator = self.spellings[terminal][0] if terminal in self.spellings else terminal
            elif role == "punctuation" and terminal == "LPAR":
                in_list = _OPERAND in expected
            elif role == "punctuation" and terminal == "RPAR":
                in_list = False
            elif role in ("keyword", "sort-field") and not (operator in RANGES and terminal == "_AND"):
                field, operator, in_list = None, None, False
            yield TextPart(role, terminal, start, end, field, operator, in_list)

    def _role(self, terminal: str, expected: object) -> TextRole:
        assert isinstance(expected, dict)
        if terminal in self.spellings or terminal in RANGES:
            return "operator"
        if terminal in self.grammar.keywords:
            return "keyword"
        if terminal in ("LPAR", "RPAR", "_COMMA"):
            return "punctuation"
        if _OPERAND in expected:
            return "value"
        if _CONDITION in expected:
            return "field"
        if terminal == "STRING":
            return "cursor"
        return "sort-field" if "NAME" in expected else "limit"


def _end_of(text: str, lexeme: Lexeme, position: int) -> int:
    """Return the end of what a completion replaces."""
    if lexeme.terminal != UNCLOSED:
        return lexeme.end
    end = position
    while end < lexeme.end and (text[end].isalnum() or text[end] in "_.$-"):
        end += 1
    return end


def name_of(written: str) -> str:
    """Return the name that a token spells, in backticks or without."""
    if written[:1] != "`":
        return written
    try:
        return unquote(written, 0, "")
    except ReadError:
        return written[1:-1]


def is_number(written: str) -> bool:
    """Return whether a word is a JSON number."""
    return parse_number(written) is not None


def text_form() -> TextForm:
    """Return the grammar of the text form with the operators of now."""
    operators = tuple(OPERATORS.values())
    return _text_form(named_spellings(operators))


@lru_cache(maxsize=8)
def _text_form(spellings: tuple[tuple[str, Spelling], ...]) -> TextForm:
    return TextForm(spellings)
