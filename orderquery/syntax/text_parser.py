"""The text form of a search, for people: ``status = APPROVED and not archived = true order by number limit 5``.

The grammar is ``grammar/filter.lark`` and the rows of :mod:`orderquery.operators`, whose spellings become its operator
terminals. How an unquoted word becomes an operand is the business of the field's type; a quoted one is a string, and
one in backticks the JSON number, true or false it spells, whatever the field's type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import NOWHERE, Place
from ..language.fields import Field
from ..language.grammar_files import grammar_text
from ..language.limits import (
    MAX_CURSOR_CHARS,
    MAX_FILTER_LEVELS,
    MAX_FILTER_NODES,
    MAX_LIST_ITEMS,
    MAX_STRING_CHARS,
    too_large,
)
from ..language.operators import ANY, OPERATORS, Operator, Spelling
from ..language.schema import Schema
from ..language.types import TYPES
from .ast import EVERYTHING, Comparison, Filter, Not, Operand, Paging, Search, SortKey, both, either
from .lark_runner import Most, feed
from .source_text import Lexeme, ReadError, Source, Span, StuckError, number, quote, shown, span_of, unquote
from .text_errors import explain, whole_day

if TYPE_CHECKING:
    from lark import Lark, Token


def parse_text(text: str, schema: Schema, now: datetime | None = None) -> tuple[Search | None, tuple[Diagnostic, ...]]:
    """Read a search, relative dates counting from ``now``. Mistakes are diagnostics: no text raises.

    Without a search there is one diagnostic: ``text-syntax``, ``too-deep`` or ``too-large``. With one there may be
    warnings, ``bare-date``. Names are not checked here.
    """
    source = Source(text)
    grammar = _current()
    reader = _Reader(source, schema, now or datetime.now(UTC), grammar.spellings)
    try:
        source.check_size()
        search = reader.search(feed(grammar.parser, text, "text-syntax", _MOST))
    except ReadError as problem:
        return None, (source.report(problem),)
    except StuckError as stuck:
        return None, (source.report(explain(source, stuck, schema)),)
    return search, tuple(reader.warnings)


# -- the parser -------------------------------------------------------------------------------------------------

Spelled = tuple[str, Spelling]
"""An operator's name and one of its spellings."""


def _current() -> _Grammar:
    """The spellings of all operators, and the parser that knows them."""
    rows = tuple(OPERATORS.values())
    if not _latest or _latest[0].rows != rows:
        spellings = tuple((row.name, spelling) for row in rows for spelling in row.spellings)
        parser = _built(tuple((spelling.words, spelling.operand is ANY) for _, spelling in spellings))
        _latest[:] = [_Grammar(rows, spellings, parser)]
    return _latest[0]


class _Grammar(NamedTuple):
    rows: tuple[Operator, ...]
    spellings: tuple[Spelled, ...]
    parser: Lark


_latest: list[_Grammar] = []
"""What was made of the operators, as they were last: a cache by all their spellings would hash them for every text."""


@lru_cache(maxsize=8)
def _built(spellings: tuple[tuple[str, bool], ...]) -> Lark:
    from lark import Lark

    grammar = grammar_text("filter.lark") + "\n".join(_generated(spellings))
    # A transformer needs no base class; lark's own would have to be imported with this module.
    build: Any = _Build()
    decoded = {"STRING": _decoded, "NAME": _decoded}
    return Lark(grammar, parser="lalr", lexer="basic", start="search", transformer=build, lexer_callbacks=decoded)


def _generated(spellings: tuple[tuple[str, bool], ...]) -> Iterable[str]:
    for index, (words, _) in enumerate(spellings):
        pattern = r"\s+".join(re.escape(word) for word in words.split()).replace("/", r"\/")
        # The longest spelling wins over its own beginning, and every one over the keywords of the grammar.
        end = " END" if words[-1].isalnum() else ""
        yield f"OP{index}.{10 + len(words)}: /{pattern}/i{end}"
    for rule, takes in (("taking", True), ("saying", False)):
        kinds = (f"OP{index}" for index, (_, taking) in enumerate(spellings) if taking is takes)
        yield f"?{rule}: " + "\n | ".join(kinds)


def _decoded(token: Token) -> Token:
    return token.update(value=unquote(token, token.start_pos or 0, "text-syntax"))


@dataclass(slots=True)
class _List:
    scalars: list[Lexeme]
    span: Span


@dataclass(slots=True)
class _Leaf:
    field: Lexeme
    operator: Lexeme
    operand: Lexeme | _List | None
    span: Span
    depth: int = 0


@dataclass(slots=True)
class _Node:
    """A connective as it was written; ``depth`` counts the connectives on the way down to the deepest leaf."""

    make: Callable[[Iterable[Filter]], Filter]
    parts: list[_Leaf | _Node]
    span: Span
    depth: int = 0


class _Build:
    """What each rule of the grammar makes of its parts; bottom-up, so that depth costs no recursion."""

    def search(self, parts: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(parts)

    def filter(self, parts: list[Any]) -> tuple[str, Any]:
        return "filter", parts[0]

    def sort(self, parts: list[Any]) -> tuple[str, Any]:
        return "sort", parts

    def key(self, parts: list[Lexeme]) -> list[Lexeme]:
        return parts

    def limit(self, parts: list[Lexeme]) -> tuple[str, Lexeme]:
        return "limit", parts[0]

    def after(self, parts: list[Lexeme]) -> tuple[str, Lexeme]:
        return "after", parts[0]

    def disjunction(self, parts: list[Any]) -> _Node:
        return _joined(either, parts, (parts[0].span[0], parts[-1].span[1]))

    def conjunction(self, parts: list[Any]) -> _Node:
        return _joined(both, parts, (parts[0].span[0], parts[-1].span[1]))

    def negated(self, parts: list[Any]) -> _Node:
        return _joined(lambda made: Not(*made), parts[1:], (span_of(parts[0])[0], parts[1].span[1]))

    def everything(self, parts: list[Lexeme]) -> _Node:
        return _Node(both, [], span_of(parts[0]))

    def nothing(self, parts: list[Lexeme]) -> _Node:
        return _Node(either, [], span_of(parts[0]))

    def group(self, parts: list[Any]) -> _Leaf | _Node:
        inner: _Leaf | _Node = parts[1]
        inner.span = (span_of(parts[0])[0], span_of(parts[2])[1])
        return inner

    def comparison(self, parts: list[Any]) -> _Leaf:
        field, operator, *operand = parts
        end = _span(operand[0]) if operand else span_of(operator)
        return _Leaf(field, operator, operand[0] if operand else None, (span_of(field)[0], end[1]))

    def listed(self, parts: list[Lexeme]) -> _List:
        return _List(parts[1:-1], (span_of(parts[0])[0], span_of(parts[-1])[1]))


def _joined(make: Callable[[Iterable[Filter]], Filter], parts: list[_Leaf | _Node], span: Span) -> _Node:
    depth = 1 + max(part.depth for part in parts)
    if depth > MAX_FILTER_LEVELS:
        raise ReadError("too-deep", f"and, or and not nest deeper than {MAX_FILTER_LEVELS}", "nest less", span)
    return _Node(make, parts, span, depth)


def _span(operand: Lexeme | _List) -> Span:
    return operand.span if isinstance(operand, _List) else span_of(operand)


# -- from parts to a search -------------------------------------------------------------------------------------


class _Reader:
    """Makes syntax of what the parser built; the parser is shared, a reader knows the table and the time."""

    def __init__(self, source: Source, schema: Schema, now: datetime, spellings: tuple[Spelled, ...]) -> None:
        self.source = source
        self.schema = schema
        self.now = now
        self.spellings = spellings
        self.warnings: list[Diagnostic] = []
        self.nodes = 0

    def search(self, parts: dict[str, Any]) -> Search:
        filter_ = self.filter(parts["filter"]) if "filter" in parts else EVERYTHING
        order_by, *keys = parts.get("sort", (None,))
        sort = tuple(SortKey(key[0].value, key[-1].type == "DESC", _place(key[0])) for key in keys)
        return Search(
            filter_,
            sort,
            self.paging(parts.get("limit"), parts.get("after")),
            Place(None, parts["filter"].span) if "filter" in parts else NOWHERE,
            Place(None, (order_by.start_pos, keys[-1][-1].end_pos)) if keys else NOWHERE,
        )

    def paging(self, limit: Lexeme | None, after: Lexeme | None) -> Paging:
        token = limit or after
        if token is None:
            return Paging()
        count = None if limit is None else number(limit.value)
        if limit is not None and not isinstance(count, int):
            message = f"expected a whole number after limit, found {shown(limit.value)}"
            raise ReadError("text-syntax", message, "write limit 100, or less", span_of(limit))
        assert not isinstance(count, Decimal)
        if after is not None and len(after.value) > MAX_CURSOR_CHARS:
            message = f"the cursor has {len(after.value):,} characters, the most is {MAX_CURSOR_CHARS:,}"
            raise ReadError("too-long", message, "send a cursor as it was received", span_of(after))
        return Paging(count, None if after is None else after.value, _place(token))

    def filter(self, node: _Leaf | _Node) -> Filter:
        """Make the filter of a node, which the parser has seen to be no deeper than recursion can bear."""
        self.nodes += 1
        if self.nodes > MAX_FILTER_NODES:
            raise _too_large("the filter", MAX_FILTER_NODES, "conditions", node.span)
        if isinstance(node, _Leaf):
            return self.comparison(node)
        return node.make([self.filter(part) for part in node.parts])

    def comparison(self, leaf: _Leaf) -> Comparison:
        field, written = leaf.field.value, leaf.operand
        name, spelling = self.spellings[int(leaf.operator.type[2:])]
        field_place, operator_place = _place(leaf.field), _place(leaf.operator)
        if written is None:
            return Comparison(field, name, spelling.operand, operator_place, field_place, operator_place)
        row = self.schema.find(field)
        tokens = written.scalars if isinstance(written, _List) else [written]
        if len(tokens) > MAX_LIST_ITEMS:
            raise _too_large("the list", MAX_LIST_ITEMS, "values", _span(written), len(tokens))
        scalars = tuple([self.scalar(token, row) for token in tokens])
        if row is not None and row.type.name == "instant":
            self.warn_of_days(leaf, row, name, zip(tokens, scalars, strict=True))
        if isinstance(written, _List):
            return Comparison(field, name, scalars, Place(None, written.span), field_place, operator_place)
        return Comparison(field, name, scalars[0], _place(written), field_place, operator_place)

    def scalar(self, token: Lexeme, row: Field | None) -> Operand:
        if token.type == "NULL":
            return None
        if len(token.value) > MAX_STRING_CHARS:
            raise _too_large("the string", MAX_STRING_CHARS, "characters", span_of(token), len(token.value))
        if token.type == "STRING":
            return token.value
        if token.type == "WORD":
            return word_operand(token.value, row, self.now)
        value = word_operand(token.value, None, self.now)
        if isinstance(value, str):
            advice = f"write {quote(value)} for the string, {value} without backticks for a value of the field's type"
            message = f"expected a number, true or false in backticks, found {shown(value)}"
            raise ReadError("text-syntax", message, advice, span_of(token))
        return value

    def warn_of_days(self, leaf: _Leaf, row: Field, operator: str, scalars: Iterable[tuple[Lexeme, Operand]]) -> None:
        assert leaf.operand is not None
        field = self.source.text[slice(*span_of(leaf.field))]
        for token, value in scalars:
            advice = whole_day(field, row, operator, token.value, value) if token.type == "WORD" else None
            if advice is not None:
                message = f"{token.value} is midnight UTC, not the whole day"
                self.warnings.append(self.source.diagnostic("bare-date", message, advice, _span(leaf.operand)))
                return


_MOST = Most(
    "comparison",
    MAX_FILTER_NODES,
    lambda leaf: _too_large("the filter", MAX_FILTER_NODES, "conditions", leaf.span),
)


def _too_large(what: str, most: int, unit: str, span: Span, size: int | None = None) -> ReadError:
    return ReadError("too-large", *too_large(what, most, unit, size), span)


def _place(token: Lexeme) -> Place:
    return Place(None, (token.start_pos, token.end_pos))


def reads_as_word(text: str) -> bool:
    """Whether the lexer takes ``text`` for one word."""
    from lark.exceptions import UnexpectedInput

    state: Any = _current().parser.parse_interactive(text)
    try:
        kinds = [(token.type, token.value) for token in state.lexer_thread.lex(state.parser_state)]
    except (UnexpectedInput, ReadError):
        return False
    return kinds == [("WORD", text)]


def word_operand(word: str, row: Field | None, now: datetime) -> Operand:
    """The operand that an unquoted word means on a field, or on none that is known."""
    if row is not None:
        return row.type.word(word, now)
    value = number(word)
    return TYPES["boolean"].word(word, now) if value is None else value
