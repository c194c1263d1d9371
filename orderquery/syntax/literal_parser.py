"""Reading JSON and the JavaScript object literals people paste from documentation, with the place of everything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import NOWHERE, Path
from ..language.grammar_files import grammar_text
from .json_decoder import duplicate_key
from .lark_runner import feed
from .source_text import Lexeme, ReadError, Source, Span, StuckError, number, shown, span_of, unclosed, unquote

if TYPE_CHECKING:
    from lark import Lark, Token

JSON = Any
At = Literal["key", "value"]


@dataclass(slots=True)
class _Node:
    """A value where it stands; ``repeated`` holds the key and place of every key that stands again in an object."""

    value: JSON
    span: Span
    parts: dict[str, _Node] | list[_Node] | None = None
    key: Span | None = None
    repeated: dict[str, Span] | None = None

    def steps(self) -> Iterable[tuple[str | int, _Node]]:
        """Yield the parts and the steps that lead to them."""
        if self.parts is None:
            return ()
        return self.parts.items() if isinstance(self.parts, dict) else enumerate(self.parts)


class Spans(Mapping[tuple[Path, At], Span]):
    """Where every key and value stands, by path: a half-open range of character offsets.

    Looked up step by step, for a table of all paths would take room in proportion to their length.
    """

    def __init__(self, root: _Node | None = None) -> None:
        self._root = root

    def __getitem__(self, place: tuple[Path, At]) -> Span:
        path, at = place
        node = self._root
        for step in path:
            parts = None if node is None else node.parts
            if isinstance(parts, dict) and isinstance(step, str):
                node = parts.get(step)
            elif isinstance(parts, list) and isinstance(step, int) and 0 <= step < len(parts):
                node = parts[step]
            else:
                raise KeyError(place)
        span = None if node is None else node.key if at == "key" else node.span
        if span is None:
            raise KeyError(place)
        return span

    def __iter__(self) -> Iterator[tuple[Path, At]]:
        waiting: list[tuple[Path, _Node]] = [] if self._root is None else [((), self._root)]
        while waiting:
            path, node = waiting.pop()
            if node.key is not None:
                yield path, "key"
            yield path, "value"
            waiting.extend(((*path, step), part) for step, part in node.steps())

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Located:
    """A decoded text: its value, where each part of it stands, and what is wrong with it.

    Integers are ``int`` (``Decimal`` past 4,000 digits), other numbers ``Decimal``. Of a repeated key the last value
    counts. After ``json-syntax``, ``too-deep`` or ``too-large`` the value is ``None`` and nothing has a place.
    """

    value: JSON
    spans: Mapping[tuple[Path, At], Span]
    diagnostics: tuple[Diagnostic, ...] = ()


def read_literal(text: str) -> Located:
    """Decode JSON or a JavaScript literal. Mistakes are diagnostics: no text raises."""
    source = Source(text)
    try:
        source.check_size()
        root: _Node = feed(_parser(), text, "json-syntax")
    except ReadError as problem:
        return Located(None, Spans(), (source.report(problem),))
    except StuckError as stuck:
        return Located(None, Spans(), (source.report(_explain(source, stuck)),))
    return Located(root.value, Spans(root), tuple(_repeated(source, root)))


def _repeated(source: Source, root: _Node) -> Iterator[Diagnostic]:
    waiting: list[tuple[Path, _Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        for key, span in (node.repeated or {}).items():
            said = duplicate_key(key, NOWHERE)
            yield source.diagnostic(said.code, said.message, said.help, span, (*path, key), "key")
        inner = [((*path, step), part) for step, part in node.steps() if part.parts]
        waiting.extend(reversed(inner))


# -- the parser -------------------------------------------------------------------------------------------------


class _Build:
    """What each rule of the grammar makes of its parts; bottom-up, so that depth costs no recursion."""

    def start(self, parts: list[_Node]) -> _Node:
        return parts[0]

    def string(self, parts: list[Lexeme]) -> _Node:
        return _Node(parts[0].value, span_of(parts[0]))

    def number(self, parts: list[Lexeme]) -> _Node:
        value = number(parts[0].value)
        if value is None:
            message = f"the number {shown(parts[0].value)} is too large to be exact"
            raise ReadError("json-syntax", message, "write a number with a smaller exponent", span_of(parts[0]))
        return _Node(value, span_of(parts[0]))

    def true(self, parts: list[Lexeme]) -> _Node:
        return _Node(True, span_of(parts[0]))

    def false(self, parts: list[Lexeme]) -> _Node:
        return _Node(False, span_of(parts[0]))

    def null(self, parts: list[Lexeme]) -> _Node:
        return _Node(None, span_of(parts[0]))

    def pair(self, parts: list[Any]) -> tuple[str, _Node]:
        token, node = parts
        node.key = span_of(token)
        return token.value, node

    def object(self, parts: list[Any]) -> _Node:
        opening, *pairs, closing = parts
        nodes: dict[str, _Node] = dict(pairs)
        node = _Node({key: part.value for key, part in nodes.items()}, _between(opening, closing), nodes)
        if len(nodes) < len(pairs):
            node.repeated = {}
            seen: set[str] = set()
            for key, part in pairs:
                if key in seen:
                    node.repeated.setdefault(key, part.key)
                seen.add(key)
        return node

    def array(self, parts: list[Any]) -> _Node:
        opening, *nodes, closing = parts
        return _Node([node.value for node in nodes], _between(opening, closing), nodes)


def _between(opening: Lexeme, closing: Lexeme) -> Span:
    return span_of(opening)[0], span_of(closing)[1]


def _decoded(token: Token) -> Token:
    return token.update(value=unquote(token, token.start_pos or 0, "json-syntax"))


@cache
def _parser() -> Lark:
    from lark import Lark

    grammar = grammar_text("literal.lark")
    # A transformer needs no base class; lark's own would have to be imported with this module.
    build: Any = _Build()
    return Lark(grammar, parser="lalr", lexer="basic", transformer=build, lexer_callbacks={"STRING": _decoded})


# -- what a syntax error says -----------------------------------------------------------------------------------

_RUN = re.compile(r"""[-+]?[\w$.]+|\S""")
_DATE = re.compile(r"""new\s+Date\s*\(\s*(?:(["'])([^"'\n]*)\1)?\s*\)?""")
_CLOSES = {"{": "}", "[": "]"}
_WORDS = {
    "undefined": "leave the key out, or write null",
    "NaN": "JSON has no such number; write a number or null.",
    "Infinity": "JSON has no such number; write a number or null.",
    "None": "write null",
    "True": "write true",
    "False": "write false",
}
_WRONG_MARKS = {
    "\u201c": 'use straight quotes: "',
    "\u201d": 'use straight quotes: "',
    "\u2018": "use straight quotes: '",
    "\u2019": "use straight quotes: '",
    "`": "use \" or ' as quotes",
    "/": "close the comment with */",
}


def _explain(source: Source, stuck: StuckError) -> ReadError:
    text, (start, end) = source.text, stuck.span
    if stuck.kind == "" and text[start] in "\"'":
        return unclosed(text, start, "json-syntax", "a line break in a string is written \\n")
    if stuck.kind == "":
        run = _RUN.match(text, start)
        end = run.end() if run else end
    called = text[start:end]
    found = "the end of the text" if stuck.kind == "$END" else shown(called)
    return ReadError(
        "json-syntax",
        f"expected {_expected(stuck.expected)}, found {found}",
        _advice(source, stuck, called),
        (start, end),
    )


def _expected(terminals: set[str]) -> str:
    wanted = []
    if "NUMBER" in terminals:
        wanted.append("a value")
    elif "NAME" in terminals:
        wanted.append("a key")
    says = {"_COLON": "':'", "_COMMA": "','", "RBRACE": "'}'", "RSQB": "']'", "$END": "the end of the text"}
    wanted.extend(word for terminal, word in says.items() if terminal in terminals)
    return " or ".join(wanted)


def _advice(source: Source, stuck: StuckError, called: str) -> str:
    if stuck.kind == "$END":
        return _unfinished(source, stuck)
    if called in _WRONG_MARKS:
        return _WRONG_MARKS[called]
    if "NUMBER" in stuck.expected:
        return _value_advice(source, stuck, called)
    if "_COLON" in stuck.expected:
        return "a key is followed by : and its value"
    if "NAME" in stuck.expected:
        return f"put the key in quotes: {_quoted(called)}" if called[0].isalnum() or called[0] in "+-." else ""
    if "_COMMA" in stuck.expected:
        if called in _CLOSES.values():
            return _mismatched(source, stuck)
        if called == ":":
            return "an array holds values; keys and values stand in { }"
        if stuck.kind in ("STRING", "NAME", "NUMBER", "TRUE", "FALSE", "NULL", "LBRACE", "LSQB"):
            return f"put a comma before {shown(called)}"
        return ""
    return "remove what follows the value"


def _value_advice(source: Source, stuck: StuckError, called: str) -> str:
    date = _DATE.match(source.text, stuck.span[0])
    if date:
        return f"write the date-time as a string: {_quoted(date[2] or '2024-01-31T09:30:00.000Z')}"
    if called.lstrip("+-") in _WORDS:
        return _WORDS[called.lstrip("+-")]
    if called == ",":
        return "put a value before the comma, or remove it"
    if called in _CLOSES.values() and stuck.opened and _CLOSES[stuck.opened[-1].value] != called:
        return _mismatched(source, stuck)
    if stuck.kind == "NAME":
        return f"put it in quotes if it is a string: {_quoted(called)}"
    if called[0].isdigit() or called[0] in "+-.":
        return "write a number like 12, -0.5 or 1e3, anything else in quotes"
    return "put the value there, or null" if called in _CLOSES.values() else ""


def _quoted(called: str) -> str:
    return f'"{shown(called)[1:-1]}"'


def _mismatched(source: Source, stuck: StuckError) -> str:
    opening = stuck.opened[-1]
    where = source.says(span_of(opening)[0])
    return f"close the '{opening.value}' of {where} with '{_CLOSES[opening.value]}' first"


def _unfinished(source: Source, stuck: StuckError) -> str:
    if not stuck.opened:
        return 'write an object such as {"search": {}}'
    return _mismatched(source, stuck).removesuffix(" first")
