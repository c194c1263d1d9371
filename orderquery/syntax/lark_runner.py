"""Runs the parse tables that lark makes: the same result as lark's own loop, in a fraction of its time.

Lark reads a grammar, resolves its terminals and computes the tables. Its loop then makes a token with six fields of
every comma, and a list for every rule of one part. This one reads the same tables, makes lexemes only where a rule
keeps them, and passes rules of one part by.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..language.limits import MAX_OPEN_BRACKETS
from .source_text import Lexeme, ReadError, StuckError, unquote

if TYPE_CHECKING:
    from lark import Lark

_NESTING = {"LPAR": 1, "LBRACE": 1, "LSQB": 1, "RPAR": -1, "RBRACE": -1, "RSQB": -1, "NOT": 0}
"""The terminals under which a grammar nests, and how many brackets each opens."""
_DEEPEST_STACK = 2_000
"""States: more than brackets and connectives within their limits can need."""


class Most(NamedTuple):
    """How often a rule may stand in one text, and what is said of a text that has it more often."""

    rule: str
    times: int
    said: Callable[[Any], ReadError]


def feed(parser: Lark, text: str, code: str, most: Most | None = None) -> Any:
    """What a parser makes of a text; ``code`` is the diagnostic of a quoted string that cannot be read.

    Raises:
        StuckError: the grammar does not take the text.
        ReadError: ``too-deep``, what ``most`` says, or whatever the parser's callbacks raise.

    """
    return _tables(parser, most).run(text, code)


class _Closing(NamedTuple):
    """A rule to close: how many parts it has, what it is called, and what is made of the parts.

    Without ``make`` its one part stands for it.
    """

    size: int
    rule: str
    make: Callable[[list[Any]], Any] | None


_State = dict[str, Any]
"""Leads from a terminal or a rule to a state, or to the rule to close there."""


class _Tables:
    """The tables of one parser."""

    def __init__(self, parser: Lark, most: Most | None) -> None:
        # Only an interactive parser shows the tables; it is what lark runs, too.
        interactive: Any = parser.parse_interactive("")
        tables, lexer = interactive.parser_state.parse_conf, interactive.lexer_thread.lexer
        states: dict[Any, _State] = {state: {} for state in tables.states}
        for state, actions in tables.states.items():
            for symbol, (_, argument) in actions.items():
                closes = hasattr(argument, "expansion")
                # The names of symbols are tokens of the grammar's text, whose comparison is slow.
                states[state][str(symbol)] = _closing(argument, tables.callbacks) if closes else states[argument]
        self._unsettled = {id(state): dict(state) for state in states.values()}
        for state in states.values():
            for symbol, target in state.items():
                state[symbol] = _settled(state, target)
        self._first, self._last = states[tables.start_state], states[tables.end_state]
        self._most = Most("", 0, _never) if most is None else most
        self._scan = re.compile(_pattern(lexer), lexer.g_regex_flags).finditer
        self._quoted = frozenset(lexer.user_callbacks)

    def run(self, text: str, code: str) -> Any:
        """What the start rule makes of the text. Raises what :func:`feed` says."""
        quoted, most = self._quoted, self._most
        state = self._first
        stack: list[_State] = [state]
        values: list[Any] = []
        opened = counted = 0
        for found in self._scan(text):
            kind: Any = found.lastgroup
            if kind is None:
                break
            value: Lexeme | None = None
            if kind[0] != "_":
                start, end = found.start(1), found.end()
                word = text[start:end]
                value = Lexeme(kind, unquote(word, start, code) if kind in quoted else word, start, end)
            while (action := state.get(kind)).__class__ is _Closing:
                size, rule, make = action
                if make is None:
                    stack[-1] = state = stack[-2][rule]
                    continue
                made = make(values[-size:] if size else [])
                if rule == most.rule:
                    counted += 1
                    if counted > most.times:
                        raise most.said(made)
                if size:
                    del values[-size:], stack[-size:]
                values.append(made)
                state = stack[-1][rule]
                stack.append(state)
            if action is None:
                raise self._stuck(text, code, found)
            state = action
            stack.append(state)
            values.append(value)
            opens = _NESTING.get(kind)
            if opens is not None:
                opened += opens
                span = (found.start(1), found.end())
                if opened > MAX_OPEN_BRACKETS:
                    raise ReadError("too-deep", f"more than {MAX_OPEN_BRACKETS} brackets are open", "nest less", span)
                if len(stack) > _DEEPEST_STACK:
                    raise ReadError("too-deep", "the text nests too deep", "nest less", span)
        while (action := stack[-1].get("$END")).__class__ is _Closing:
            size, rule, make = action
            made = values[-1] if make is None else make(values[-size:] if size else [])
            if size:
                del values[-size:], stack[-size:]
            values.append(made)
            stack.append(stack[-1][rule])
            if stack[-1] is self._last:
                return made
        raise self._stuck(text, code, None)

    def _stuck(self, text: str, code: str, wrong: re.Match[str] | None) -> StuckError:
        """What stands where the grammar cannot go on, at the end of the text if it is nothing, and what could.

        The text before is parsed anew: rules may have been closed that could have gone on.
        """
        states, first = self._unsettled, id(self._first)
        stack, opened, previous = [first], list[Lexeme](), None
        for found in self._scan(text):
            kind = found.lastgroup
            if kind is None or (wrong is not None and found.start(1) == wrong.start(1)):
                break
            self._advance(stack, kind)
            previous = found
            opens = _NESTING.get(kind, 0)
            if opens > 0:
                opened.append(_lexeme(found))
            elif opens < 0:
                opened.pop()
        expected = {kind for kind in states[stack[-1]] if kind.isupper() and self._advance(list(stack), kind)}
        before = None if previous is None else _lexeme(previous)
        if before is not None and before.type in self._quoted:
            before.value = unquote(before.value, before.start_pos, code)
        if wrong is None:
            return StuckError("$END", (len(text), len(text)), expected, opened, before)
        kind, start = wrong.lastgroup, wrong.start(1)
        if kind == _NOTHING:
            return StuckError("", (start, start + 1), expected, opened, before)
        return StuckError(kind or "", (start, wrong.end()), expected, opened, before)

    def _advance(self, stack: list[int], kind: str) -> bool:
        """Close rules and open states as a terminal wants; whether it may stand there."""
        states = self._unsettled
        while (action := states[stack[-1]].get(kind)).__class__ is _Closing:
            if action.size:
                del stack[-action.size :]
            stack.append(id(states[stack[-1]][action.rule]))
            if stack[-1] == id(self._last):
                return kind == "$END"
        if action is not None:
            stack.append(id(action))
        return action is not None


_NOTHING = "_NOTHING"


def _pattern(lexer: Any) -> str:
    """One expression for whatever stands next, which always matches: group 1 begins it, the last group names it.

    No group names the end of the text, ``_NOTHING`` what no terminal fits. No terminal begins with what is ignored, so
    that is passed by first. A name behind its pattern lets the engine leave most terminals at a glance.
    """
    # The order in which lark tries them.
    terminals = sorted(
        lexer.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name)
    )
    ignored = "|".join(t.pattern.to_regexp() for t in terminals if t.name in lexer.ignore_types)
    named = "|".join(
        f"(?:{t.pattern.to_regexp()})(?P<{t.name}>)" for t in terminals if t.name not in lexer.ignore_types
    )
    return rf"(?>(?:{ignored})*)()(?:{named}|\Z|(?P<{_NOTHING}>))"


@lru_cache(maxsize=16)
def _tables(parser: Lark, most: Most | None) -> _Tables:
    return _Tables(parser, most)


def _settled(state: _State, target: Any) -> Any:
    """Where the state leads in the end, if in its target nothing can be done but pass a rule of one part by."""
    while target.__class__ is dict:
        actions = list(target.values())
        first = actions[0] if actions else None
        if first.__class__ is not _Closing or first.make is not None or any(action != first for action in actions):
            return target
        target = state[first.rule]
    return target


def _never(_: Any) -> ReadError:
    raise AssertionError("no rule is counted")


def _closing(rule: Any, callbacks: Any) -> _Closing:
    alone = len(rule.expansion) == 1 and rule.options.expand1 and not rule.alias
    # Lark puts the parts of a rule that begins with "_" into the rule above, and leaves out such terminals.
    passed = alone and not rule.expansion[0].name.startswith("_")
    return _Closing(len(rule.expansion), str(rule.origin.name), None if passed else callbacks[rule])


def _lexeme(found: re.Match[str]) -> Lexeme:
    return Lexeme(found.lastgroup or "", found[0][found.start(1) - found.start() :], found.start(1), found.end())
