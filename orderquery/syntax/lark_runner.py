"""Parse a text with a lark grammar, within limits; locate tokens that do not fit.

The lexer is ours, through lark's interface for custom lexers: lark's own tracks lines and copies tokens, and parses
the benchmark's text of eight comparisons in 0.44 ms instead of 0.27 ms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ..language.limits import MAX_FILTER_NODES, MAX_LIST_ITEMS, MAX_OPEN_BRACKETS, too_large
from .source_text import ReadError, StuckError, unquote

if TYPE_CHECKING:
    from lark import Lark, Token

_OPENED = {"LPAR": 1, "LBRACE": 1, "LSQB": 1, "RPAR": -1, "RBRACE": -1, "RSQB": -1}
_CLOSED = frozenset(terminal for terminal, step in _OPENED.items() if step < 0)
_MAX_SKIPPED = 20_000
"""Tokens of a list beyond its limit; a longer one ends the parse."""
UNKNOWN = "UNKNOWN"
"""The type of a character that begins no token. No grammar has this terminal, so the parser refuses it."""


class TokenRules(NamedTuple):
    """What the lexer does with tokens, by terminal.

    It unquotes ``quoted`` ones; ``code`` is the diagnostic of a wrong escape. Each condition has one of ``operators``.
    A list that is too long ends the parse, or, with ``cuts_lists``, is read up to the limit: its closing bracket has
    the place from the first value that is not read, and the text of that value.
    """

    code: str
    quoted: frozenset[str]
    operators: frozenset[str] = frozenset()
    cuts_lists: bool = False


def build_parser(grammar: str, start: str, builder: Any, rules: TokenRules) -> Lark:
    """Build the parser of a grammar.

    ``builder`` has a method per rule, which the parser calls bottom-up with the parts of the rule.
    """
    from lark import Lark
    from lark.lexer import Lexer

    class GrammarLexer(Lexer):
        def __init__(self, conf: Any) -> None:
            self.find_tokens = re.compile(token_pattern(conf), conf.g_regex_flags).finditer

        # Lark calls a custom lexer with the text alone; its base class declares the internal signature.
        def lex(self, text: str) -> Iterator[Token]:  # type: ignore[override]
            return _lex(text, self.find_tokens(text), rules)

    return Lark(grammar, parser="lalr", lexer=GrammarLexer, start=start, transformer=builder)


def run_parser(parser: Lark, text: str) -> Any:
    """Return what the builder makes of a text.

    Raises:
        StuckError: the text does not fit the grammar.
        ReadError: ``too-deep``, ``too-large``, a wrong escape, or an error of the builder.

    """
    from lark.exceptions import UnexpectedToken

    try:
        return parser.parse(text)
    except UnexpectedToken as problem:
        wrong = problem.token
    raise _locate(parser, text, wrong)


def is_single_token(parser: Lark, text: str, terminal: str) -> bool:
    """Return whether the whole text is one token of this terminal."""
    try:
        token = next(parser.parse_interactive(text).iter_parse(), None)
    except ReadError:
        return False
    return token is not None and token.type == terminal and token.value == text


def _lex(text: str, found_tokens: Iterator[re.Match[str]], rules: TokenRules) -> Iterator[Token]:
    from lark import Token

    code, quoted, operators, cuts_lists = rules
    opened = conditions = start = 0
    lists = _OpenLists(cuts_lists)
    for found in found_tokens:
        terminal = found.lastgroup
        if terminal is None:
            return
        before, start, end = start, found.start(1), found.end()
        if lists.full and terminal not in _CLOSED:
            problem = ReadError("too-large", *lists.too_large(), (start, end))
            closing = _closing(found_tokens, terminal) if cuts_lists else None
            if closing is None or closing.lastgroup is None:
                raise problem
            opened -= 1
            lists.close()
            yield Token(closing.lastgroup, text[start:end], start, None, None, None, None, closing.end())
            continue
        value = unquote(text[start:end], start, code) if terminal in quoted else text[start:end]
        if terminal in _OPENED:
            opened += _OPENED[terminal]
            if opened > MAX_OPEN_BRACKETS:
                raise ReadError(
                    "too-deep", f"more than {MAX_OPEN_BRACKETS} open brackets", "use fewer brackets", (start, end)
                )
            if terminal in _CLOSED:
                lists.close()
            else:
                lists.open(terminal)
        elif terminal == "_COMMA":
            lists.comma()
        elif terminal in operators:
            conditions += 1
            if conditions > MAX_FILTER_NODES:
                # The token before the operator is the field.
                raise ReadError("too-large", *too_large("the filter", MAX_FILTER_NODES, "conditions"), (before, end))
        yield Token(terminal, value, start, None, None, None, None, end)


class _OpenLists:
    """The commas in every open bracket.

    A list of values ends at its own limit. Objects, and lists of objects or lists, end at that of a filter where
    ``filters`` are such.
    """

    def __init__(self, filters: bool) -> None:
        self._longest = MAX_FILTER_NODES if filters else MAX_LIST_ITEMS
        self._open = [_OpenList("sort", MAX_LIST_ITEMS)]
        self.full = False
        """Whether the innermost list has all the values it may have, and a comma after them."""

    def open(self, terminal: str) -> None:
        self._open[-1].most = self._longest
        brace = terminal == "LBRACE"
        self._open.append(_OpenList("object", self._longest) if brace else _OpenList("list", MAX_LIST_ITEMS))
        self.full = False

    def close(self) -> None:
        if len(self._open) > 1:
            self._open.pop()
        self.full = False

    def comma(self) -> None:
        innermost = self._open[-1]
        innermost.commas += 1
        self.full = innermost.commas >= innermost.most

    def too_large(self) -> tuple[str, str]:
        innermost = self._open[-1]
        units = {"sort": "entries", "object": "keys", "list": "values"}
        return too_large(f"the {innermost.kind}", innermost.most, units[innermost.kind])


class _OpenList:
    __slots__ = ("commas", "kind", "most")

    def __init__(self, kind: str, most: int) -> None:
        self.kind = kind
        self.most = most
        self.commas = 0


def _closing(found_tokens: Iterator[re.Match[str]], terminal: str) -> re.Match[str] | None:
    """Skip the rest of a list, and return its closing bracket if it is near.

    One token of the rest is read already.
    """
    depth = 1 + max(0, _OPENED.get(terminal, 0))
    for found in islice(found_tokens, _MAX_SKIPPED):
        depth += _OPENED.get(found.lastgroup or "", 0)
        if not depth:
            return found
    return None


def token_pattern(conf: Any) -> str:
    """Return a pattern that matches any next token.

    Group 1 is empty, at the start of the token; the last group names the terminal, and no group the end of the text.
    Ignored text comes first, as no other terminal starts with it. A name group follows its terminal, so that the regex
    engine rejects most terminals by their first character.
    """
    # Lark's own order of precedence.
    terminals = sorted(conf.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))
    patterns = {terminal.name: terminal.pattern.to_regexp() for terminal in terminals}
    ignored = "|".join(patterns[name] for name in patterns if name in conf.ignore)
    named = "|".join(f"(?:{patterns[name]})(?P<{name}>)" for name in patterns if name not in conf.ignore)
    return rf"(?>(?:{ignored})*)()(?:{named}|\Z|(?s:.)(?P<{UNKNOWN}>))"


def _locate(parser: Lark, text: str, wrong: Token) -> StuckError:
    """Describe the first token that does not fit, parsing again up to it.

    The failed parse has already reduced rules on sight of that token, so it no longer knows all that could follow.
    """
    again: Any = parser.parse_interactive(text)
    opened: list[Token] = []
    tokens: list[Token] = []
    for token in again.iter_parse():
        if wrong.type == token.type and wrong.start_pos == token.start_pos:
            break
        tokens.append(token)
        opens = _OPENED.get(token.type, 0)
        if opens > 0:
            opened.append(token)
        elif opens < 0:
            opened.pop()
    end = len(text)
    span = (end, end) if wrong.type == "$END" else (wrong.start_pos or 0, wrong.end_pos or 0)
    kind = "" if wrong.type == UNKNOWN else wrong.type
    return StuckError(kind, span, set(again.accepts()), opened, tokens)
