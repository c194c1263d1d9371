"""Parse JSON and JavaScript object literals, with the span of each key and value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import NOWHERE, Path
from ..diagnostics.quoting import quoted
from ..language.grammar_files import grammar_text
from ..language.limits import too_large
from ..language.schema import Schema
from .json_decoder import duplicate_key
from .lark_runner import TokenRules, build_parser, run_parser
from .script_dates import date_advice
from .source_text import (
    PASTED_CODE,
    SCAN_CODE,
    ReadError,
    SourceText,
    Span,
    StuckError,
    describe_token,
    parse_number,
    span_of,
    unclosed_quote,
)
from .stand_ins import StandIn
from .variables import hole_in_place, variable_error

if TYPE_CHECKING:
    from lark import Lark, Token

JSON = Any
At = Literal["key", "value"]
_MAX_READ_AGAIN_CHARS = 1 << 19
"""Of a text, times the values in it that are not JSON."""


@dataclass(slots=True)
class _LiteralNode:
    """A value and its span.

    ``repeated`` has the duplicate keys of an object, each with the span of its second occurrence. ``unread`` is the
    span of the first part that is beyond the limit of a list, if there is one.
    """

    value: JSON
    span: Span
    parts: dict[str, _LiteralNode] | list[_LiteralNode] | None = None
    key: Span | None = None
    repeated: dict[str, Span] | None = None
    unread: Span | None = None

    def steps(self) -> Iterable[tuple[str | int, _LiteralNode]]:
        """Return the parts, each with its key or index."""
        if self.parts is None:
            return ()
        return self.parts.items() if isinstance(self.parts, dict) else enumerate(self.parts)


class Spans(Mapping[tuple[Path, At], Span]):
    """The span of every key and value, by path.

    A span is a half-open range of character offsets. A path is looked up step by step: a dictionary of all paths would
    need memory for their lengths too.
    """

    def __init__(self, root: _LiteralNode | None = None) -> None:
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
        waiting: list[tuple[Path, _LiteralNode]] = [] if self._root is None else [((), self._root)]
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
    """A decoded text: its value, the span of each part, and its diagnostics.

    Integers are ``int`` (``Decimal`` beyond 4,000 digits), other numbers ``Decimal``. The last value of a duplicate key
    is kept. ``has_holes``: there are holes in place of values that are not JSON. After any other
    ``json-syntax``, ``too-deep`` or ``too-large`` the value is ``None`` and there are no spans, except that after a
    list which is too long there are the spans of what was read.
    """

    value: JSON
    spans: Mapping[tuple[Path, At], Span]
    diagnostics: tuple[Diagnostic, ...] = ()
    has_holes: bool = False


def read_literal(text: str, schema: Schema | None = None) -> Located:
    """Decode JSON or a JavaScript literal; mistakes are diagnostics, not exceptions.

    With the table of fields the help for a variable has an example of its value, and the rest is read.
    """
    source, standing = SourceText(text), text
    stand_ins: list[StandIn] = []
    reported: list[Diagnostic] = []
    while True:
        try:
            source.check_size()
            root: _LiteralNode = run_parser(_literal_parser(), standing)
            break
        except ReadError as problem:
            return Located(None, Spans(), (*reported, source.report(problem)))
        except StuckError as stuck:
            unreadable = _explain(source, stuck, schema)
        reported.append(source.report(unreadable))
        # Each is found by another parse of the whole text.
        reads_on = len(text) * len(reported) < _MAX_READ_AGAIN_CHARS
        stand_in = unreadable.stand_in if reads_on else None
        if stand_in is not None and stand_ins and stand_in.span[0] < stand_ins[-1].span[1]:
            # What took the place of a value does not fit there, either.
            stand_in = None
        put = None if stand_in is None else stand_in.put_into(standing, len(stand_ins))
        if stand_in is None or put is None:
            return Located(None, Spans(), tuple(reported))
        stand_ins.append(stand_in)
        standing = put
    if stand_ins:
        _put_holes(root, {found.span[0]: found for found in stand_ins})
    found = tuple(_problems(source, root))
    unread = next((problem for problem in found if problem.code == "too-large"), None)
    if unread is not None:
        return Located(None, Spans(root), (*reported, unread))
    return Located(root.value, Spans(root), (*reported, *found), bool(stand_ins))


def _put_holes(root: _LiteralNode, stand_ins: dict[int, StandIn]) -> None:
    """Give the nodes at some offsets the values of the holes."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        steps = list(node.steps())
        if isinstance(node.parts, dict):
            node.parts.clear()
            node.value.clear()
        for step, part in steps:
            entry = stand_ins.get(part.key[0]) if part.key is not None else None
            found = entry or stand_ins.get(part.span[0])
            if found is not None:
                part.value, part.parts = found.hole, None
            if entry is not None and entry.key is None:
                node.value[entry.hole] = entry.hole
                continue
            here = step if entry is None or entry.key is None else entry.key
            if isinstance(node.parts, dict) and isinstance(here, str):
                node.parts[here] = part
            node.value[here] = part.value
            waiting.append(part)


def _problems(source: SourceText, root: _LiteralNode) -> Iterator[Diagnostic]:
    """Yield the duplicate keys, and the lists that were not read to their end."""
    waiting: list[tuple[Path, _LiteralNode]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        for key, span in (node.repeated or {}).items():
            found = duplicate_key(key, NOWHERE)
            yield source.diagnostic(found.code, found.message, found.help, span, (*path, key), "key")
        if node.unread is not None:
            size = len(node.parts or ())
            what, unit = ("the object", "keys") if isinstance(node.parts, dict) else ("the list", "values")
            yield source.diagnostic("too-large", *too_large(what, size, unit), node.unread, path)
        inner = [((*path, step), part) for step, part in node.steps() if part.parts]
        waiting.extend(reversed(inner))


# -- the parser -------------------------------------------------------------------------------------------------


class _LiteralBuilder:
    """Build nodes bottom-up, a method per grammar rule; deep input costs no recursion."""

    def start(self, parts: list[_LiteralNode]) -> _LiteralNode:
        return parts[0]

    def string(self, parts: list[Token]) -> _LiteralNode:
        return _LiteralNode(parts[0].value, span_of(parts[0]))

    def number(self, parts: list[Token]) -> _LiteralNode:
        value = parse_number(parts[0].value)
        if value is None:
            message = f"the number {quoted(parts[0].value)} is out of range"
            raise ReadError("json-syntax", message, "use a smaller exponent", span_of(parts[0]))
        return _LiteralNode(value, span_of(parts[0]))

    def true(self, parts: list[Token]) -> _LiteralNode:
        return _LiteralNode(True, span_of(parts[0]))

    def false(self, parts: list[Token]) -> _LiteralNode:
        return _LiteralNode(False, span_of(parts[0]))

    def null(self, parts: list[Token]) -> _LiteralNode:
        return _LiteralNode(None, span_of(parts[0]))

    def pair(self, parts: list[Any]) -> tuple[str, _LiteralNode]:
        token, node = parts
        node.key = span_of(token)
        return token.value, node

    def object(self, parts: list[Any]) -> _LiteralNode:
        opening, *pairs, closing = parts
        nodes: dict[str, _LiteralNode] = dict(pairs)
        node = _LiteralNode({key: part.value for key, part in nodes.items()}, _between(opening, closing), nodes)
        if len(nodes) < len(pairs):
            node.repeated = {}
            seen: set[str] = set()
            for key, part in pairs:
                if key in seen:
                    node.repeated.setdefault(key, part.key)
                seen.add(key)
        node.unread = _unread(closing)
        return node

    def array(self, parts: list[Any]) -> _LiteralNode:
        opening, *nodes, closing = parts
        values = [node.value for node in nodes]
        return _LiteralNode(values, _between(opening, closing), nodes, unread=_unread(closing))


def _between(opening: Token, closing: Token) -> Span:
    return span_of(opening)[0], span_of(closing)[1]


def _unread(closing: Token) -> Span | None:
    """Return the span of the part at which a list was cut."""
    start = span_of(closing)[0]
    return None if closing.value in ("}", "]") else (start, start + len(closing.value))


@cache
def _literal_parser() -> Lark:
    rules = TokenRules("json-syntax", frozenset({"STRING"}), cuts_lists=True)
    return build_parser(grammar_text("literal.lark"), "start", _LiteralBuilder(), rules)


# -- syntax errors ----------------------------------------------------------------------------------------------

_WRONG_WORD = re.compile(r"""[-+]?[\w$.]+|\S""")
_KEY_BEGUN = re.compile(r"[\w$]+\Z")
_MAX_KEY_CHARS = 200
_FLAGS = {"!0": "true", "!1": "false", "!true": "false", "!false": "true"}
"""The booleans of minified JavaScript."""
_CLOSING = {"{": "}", "[": "]"}
_NOT_A_NUMBER = "not a JSON number; write a number or null"
_CONSTANTS = {
    "undefined": "remove the key, or write null",
    "NaN": _NOT_A_NUMBER,
    "Infinity": _NOT_A_NUMBER,
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
_MARKS = {"_COLON": '":"', "_COMMA": '","', "RBRACE": '"}"', "RSQB": '"]"', "$END": "the end of the text"}


def _explain(source: SourceText, stuck: StuckError, schema: Schema | None) -> ReadError:
    text, (start, end) = source.text, stuck.span
    variable = None if schema is None else variable_error(text, stuck, schema)
    if variable is not None:
        return variable
    if stuck.kind == "" and text[start] in "\"'":
        return unclosed_quote(text, start, "json-syntax", f"close it with {text[start]}; write a line break as \\n")
    if stuck.kind == "":
        word = _WRONG_WORD.match(text, start)
        end = word.end() if word else end
    found = text[start:end]
    described = "the end of the text" if stuck.kind == "$END" else describe_token(stuck.kind, found)
    message = f"expected {_describe(stuck.expected)}, found {described}"
    # A value of any other kind has no clear end.
    is_value = "NUMBER" in stuck.expected and stuck.kind != "$END" and found not in (*_CLOSING.values(), ",", "/", ":")
    stand_in = hole_in_place(text, stuck) if schema is not None and is_value else None
    problem = ReadError("json-syntax", message, _advice(source, stuck, found), (start, end), stand_in)
    problem.in_code = found[:1] == "#"
    return problem


def _describe(expected: set[str]) -> str:
    names = ["a value"] if "NUMBER" in expected else ["a key"] if "NAME" in expected else []
    names.extend(mark for terminal, mark in _MARKS.items() if terminal in expected)
    return " or ".join(names)


def _advice(source: SourceText, stuck: StuckError, found: str) -> str:
    if stuck.kind == "$END":
        return _close_bracket(source, stuck) if stuck.opened else 'write an object such as {"search": {}}'
    if found in _WRONG_MARKS:
        return _WRONG_MARKS[found]
    if found[:1] == "#":
        return f"remove the comment\n{SCAN_CODE}"
    if "NUMBER" in stuck.expected:
        return _value_advice(source, stuck, found)
    if "_COLON" in stuck.expected:
        begun = _KEY_BEGUN.search(source.text, max(0, stuck.span[0] - _MAX_KEY_CHARS), stuck.span[0])
        if found[0] in ".-" and found[1:] and begun is not None:
            return f"put the key in quotes: {quoted(begun[0] + found)}"
        return 'write ":" and a value after the key'
    if "NAME" in stuck.expected:
        return f"put the key in quotes: {quoted(found)}" if found[0].isalnum() or found[0] in "+-." else ""
    if "_COMMA" in stuck.expected:
        if found in _CLOSING.values():
            return _close_bracket(source, stuck)
        if found == ":":
            return "write keys and values in { }, not in [ ]"
        if stuck.kind in ("STRING", "NAME", "NUMBER", "TRUE", "FALSE", "NULL", "LBRACE", "LSQB"):
            return f"add a comma before {describe_token(stuck.kind, found)}"
        return "write the value of the expression" if found[0] in "+-*.?(&|" else ""
    return "pass only the { ... } object"


def _value_advice(source: SourceText, stuck: StuckError, found: str) -> str:
    date = date_advice(source.text, stuck.span[0])
    if date is not None:
        return date
    if found.lstrip("+-") in _CONSTANTS:
        return _CONSTANTS[found.lstrip("+-")]
    if found == "!":
        start = stuck.span[0]
        flags = [flag for flag in _FLAGS if source.text.startswith(flag, start)]
        return f"write {_FLAGS[flags[0]]} instead of {flags[0]}" if flags else ""
    if found == ",":
        return "remove the comma, or add a value before it"
    if found in _CLOSING.values() and stuck.opened and _CLOSING[stuck.opened[-1].value] != found:
        return _close_bracket(source, stuck)
    if stuck.kind == "NAME":
        pasted_code = not stuck.opened and "{" in source.text
        return PASTED_CODE if pasted_code else f"put strings in quotes: {quoted(found)}"
    if found[0].isdigit() or found[0] in "+-.":
        return "write a number such as 12, or put the value in quotes"
    return "add a value" if found in _CLOSING.values() else ""


def _close_bracket(source: SourceText, stuck: StuckError) -> str:
    bracket = stuck.opened[-1]
    return f'close the "{bracket.value}" at {source.describe(span_of(bracket)[0])} with "{_CLOSING[bracket.value]}"'
