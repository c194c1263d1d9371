"""Walk through the tokens of a text, with what its grammar accepts at each.

An editor asks about half-written text, so a token that does not fit ends nothing: what is missing before it is put in
where that is clear, else the token is skipped. Nothing is decoded and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .lark_runner import UNKNOWN, TokenRules, build_parser, token_pattern

UNCLOSED = "UNCLOSED"
"""The type of a quote or a comment that is not closed, up to the end of its line or of the text."""
COMMENT = "COMMENT"
_MAX_REPAIRS = 200
"""Of one text; tokens that do not fit after so many are skipped."""
_MAX_WALKED = 100_000
"""Tokens of one text that are parsed; the rest has no known role."""
_LINE_END = re.compile(r"[\r\n]|\Z")
Terminals = tuple[str, ...]
ParserState = Any
"""Lark's interactive parser, which has no types."""


class Lexeme(NamedTuple):
    """A token of the source: its terminal and its place."""

    terminal: str
    start: int
    end: int


class WalkStep(NamedTuple):
    """One token, and what the grammar made of it.

    ``inserted`` are the terminals that were put in before it; without ``fits`` it was skipped. ``expected`` are the
    terminals for which the parser had an action.
    """

    lexeme: Lexeme
    fits: bool
    expected: Collection[str]
    inserted: Terminals = ()


class Walk(NamedTuple):
    """The steps through a text, and the terminals accepted before some tokens."""

    steps: list[WalkStep]
    accepted: dict[int, frozenset[str]]


class WalkedGrammar:
    """A grammar for walks.

    ``repairs`` lists by terminal what may be missing before it, the likely first. A repair whose first terminal is in
    ``only_before`` is tried only if one of those terminals follows the token.
    """

    def __init__(
        self,
        grammar: str,
        start: str,
        repairs: Mapping[str, Sequence[Terminals]],
        only_before: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self._parser = build_parser(grammar, start, _NoValues(), TokenRules("", frozenset()))
        conf = self._parser.lexer_conf
        self._find = re.compile(token_pattern(conf), conf.g_regex_flags).finditer
        self._repairs = repairs
        self._only_before = only_before or {}
        from lark import Token
        from lark.exceptions import UnexpectedToken

        self._misfit = UnexpectedToken
        self._tokens = {terminal.name: Token(terminal.name, "") for terminal in self._parser.terminals}
        self.keywords = dict(_keywords(self._parser.terminals))
        """The words of every keyword, by its terminal."""

    def lex(self, text: str) -> list[Lexeme]:
        """Return the tokens and comments of a text; white space is between them."""
        found: list[Lexeme] = []
        done = 0
        while done < len(text):
            for match in self._find(text, done):
                start, end, terminal = match.start(1), match.end(), match.lastgroup
                found.extend(_comments(text, done, start))
                if terminal is None:
                    return found
                done = end
                if terminal == UNKNOWN:
                    end = _unclosed(text, start)
                    found.append(Lexeme(UNKNOWN if end == start + 1 else UNCLOSED, start, end))
                    if end > done:
                        done = end
                        break
                else:
                    found.append(Lexeme(terminal, start, end))
        return found

    def walk(self, lexemes: Sequence[Lexeme], marks: Collection[int] = ()) -> Walk:
        """Parse tokens one by one.

        ``marks`` are the indexes of tokens before which to note what is accepted.
        """
        state: ParserState = self._parser.parse_interactive()
        steps: list[WalkStep] = []
        marked: dict[int, ParserState] = {}
        left = _MAX_REPAIRS
        tokens, misfit = self._tokens, self._misfit
        for index, lexeme in enumerate(lexemes):
            if index in marks:
                marked[index] = state.copy(deepcopy_values=False)
            terminal, expected = lexeme.terminal, state.choices()
            if terminal == COMMENT or index >= _MAX_WALKED:
                steps.append(WalkStep(lexeme, terminal == COMMENT, expected))
                continue
            fits = terminal in expected
            if fits:
                try:
                    state.feed_token(tokens[terminal])
                except misfit:
                    fits = False
            inserted: Terminals = ()
            if not fits and left and terminal in self._repairs:
                left -= 1
                following = lexemes[index + 1].terminal if index + 1 < len(lexemes) else "$END"
                repaired = self._repaired(state, terminal, following)
                if repaired is not None:
                    state, inserted, expected = repaired
                    fits = True
            steps.append(WalkStep(lexeme, fits, expected, inserted))
        if len(lexemes) in marks:
            marked[len(lexemes)] = state
        return Walk(steps, {index: frozenset(before.accepts()) for index, before in marked.items()})

    def _repaired(
        self, state: ParserState, terminal: str, following: str
    ) -> tuple[ParserState, Terminals, Collection[str]] | None:
        """Return the state after a token and what was missing before it."""
        for missing in self._repairs[terminal]:
            if following not in self._only_before.get(missing[0], (following,)):
                continue
            trial = state.copy(deepcopy_values=False)
            if self._feed(trial, missing):
                expected = trial.choices()
                if self._feed(trial, (terminal,)):
                    return trial, missing, expected
        return None

    def _feed(self, state: ParserState, terminals: Iterable[str]) -> bool:
        try:
            for terminal in terminals:
                state.feed_token(self._tokens[terminal])
        except self._misfit:
            return False
        return True


class _NoValues:
    """Makes nothing of any rule."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _nothing


def _nothing(_: list[Any]) -> None:
    return None


def _unclosed(text: str, start: int) -> int:
    """Return the end of what begins at a character that begins no token."""
    if text.startswith("/*", start):
        return len(text)
    if text[start] not in "\"'`":
        return start + 1
    found = _LINE_END.search(text, start)
    assert found is not None
    return found.start()


_COMMENT = re.compile(r"//[^\r\n]*|/\*[\s\S]*?\*/")


def _comments(text: str, start: int, end: int) -> Iterable[Lexeme]:
    """Yield the comments in ignored text."""
    if start < end and "/" in text[start:end]:
        for found in _COMMENT.finditer(text, start, end):
            yield Lexeme(COMMENT, found.start(), found.end())


_KEYWORD = re.compile(r"\(\?i:([a-z]+(?:\\s\+[a-z]+)*)\)\(\?i:\(\?!")


def _keywords(terminals: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for terminal in terminals:
        found = _KEYWORD.match(terminal.pattern.to_regexp())
        if found is not None:
            yield terminal.name, found[1].replace(r"\s+", " ")
