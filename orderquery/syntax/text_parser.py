"""Parse the text form, such as ``status = APPROVED order by number limit 5``.

The grammar is ``grammar/filter.lark`` plus a terminal for each operator spelling of :mod:`..language.operators`. The
field's type decides what an unquoted word means. A quoted word is a string; one in backticks is the JSON number, true
or false it spells, whatever the type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import NOWHERE, Place
from ..diagnostics.quoting import quoted
from ..language.datetimes import bare_date
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.limits import (
    MAX_CURSOR_CHARS,
    MAX_FILTER_LEVELS,
    MAX_FILTER_NODES,
    MAX_LIST_ITEMS,
    MAX_STRING_CHARS,
    too_large,
)
from ..language.operators import ANY, OPERATORS, Operator, Takes
from ..language.schema import Schema
from ..language.types import TYPES
from .ast import EVERYTHING, Comparison, Filter, Not, Operand, Paging, Search, SortKey, both, comparisons, either
from .lark_runner import TokenRules, build_parser, is_single_token, run_parser
from .source_text import ReadError, SourceText, Span, StuckError, parse_number, quote, span_of
from .text_errors import explain, whole_day_condition
from .text_grammar import RANGE_OPERATORS, RANGES, NamedSpelling, named_spellings, text_grammar

if TYPE_CHECKING:
    from lark import Lark, Token


def parse_text(text: str, schema: Schema, now: datetime | None = None) -> tuple[Search | None, tuple[Diagnostic, ...]]:
    """Parse a search; mistakes are diagnostics, not exceptions.

    Relative dates count from ``now``. Without a search there is one diagnostic: ``text-syntax``, ``too-deep``,
    ``too-large`` or ``too-long``. With one there may be ``bare-date`` warnings. Field names are not checked.
    """
    source = SourceText(text)
    grammar = _current_grammar()
    maker = _SearchMaker(source, schema, now or datetime.now(UTC), grammar)
    try:
        source.check_size()
        search = maker.search(run_parser(grammar.parser, text))
    except ReadError as problem:
        return None, (source.report(problem),)
    except StuckError as stuck:
        return None, (source.report(explain(source, stuck, schema, maker.accepts)),)
    return search, tuple(maker.warnings)


# -- the parser -------------------------------------------------------------------------------------------------


class _TextGrammar(NamedTuple):
    operators: tuple[Operator, ...]
    spellings: tuple[NamedSpelling, ...]
    parser: Lark


def _current_grammar() -> _TextGrammar:
    """Return the spellings of all operators and the parser for them."""
    operators = tuple(OPERATORS.values())
    if not _latest or _latest[0].operators != operators:
        spellings = named_spellings(operators)
        parser = _text_parser(tuple((spelling.words, spelling.operand is ANY) for _, spelling in spellings))
        _latest[:] = [_TextGrammar(operators, spellings, parser)]
    return _latest[0]


_latest: list[_TextGrammar] = []
"""The grammar of the operators last seen: a cache keyed by the spellings would hash all of them for every text."""


@lru_cache(maxsize=8)
def _text_parser(spellings: tuple[tuple[str, bool], ...]) -> Lark:
    operators = frozenset((*RANGES, *(f"OP{index}" for index in range(len(spellings)))))
    rules = TokenRules("text-syntax", frozenset({"STRING", "NAME"}), operators)
    return build_parser(text_grammar(spellings), "search", _TextBuilder(), rules)


@dataclass(slots=True)
class _ListNode:
    scalars: list[Token]
    span: Span


@dataclass(slots=True)
class _ComparisonNode:
    field: Token
    operator: Token
    operand: Token | _ListNode | None
    span: Span
    depth: int = 0


@dataclass(slots=True)
class _ConnectiveNode:
    """A connective.

    ``depth`` counts the connectives down to the deepest comparison, this one included.
    """

    make: Callable[[Iterable[Filter]], Filter]
    parts: list[_FilterNode]
    span: Span
    depth: int = 0


@dataclass(slots=True)
class _RangeNode:
    """A field ``between`` two values, which is two conditions."""

    field: Token
    operator: Token
    bounds: tuple[Token, Token]
    span: Span
    depth: int


_FilterNode = _ComparisonNode | _RangeNode | _ConnectiveNode


class _TextBuilder:
    """Build nodes bottom-up, a method per grammar rule; deep input costs no recursion."""

    def search(self, parts: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(parts)

    def filter(self, parts: list[Any]) -> tuple[str, Any]:
        return "filter", parts[0]

    def sort(self, parts: list[Any]) -> tuple[str, Any]:
        return "sort", parts

    def key(self, parts: list[Token]) -> list[Token]:
        return parts

    def limit(self, parts: list[Token]) -> tuple[str, Token]:
        return "limit", parts[0]

    def after(self, parts: list[Token]) -> tuple[str, Token]:
        return "after", parts[0]

    def disjunction(self, parts: list[Any]) -> _ConnectiveNode:
        return _joined(either, parts, (parts[0].span[0], parts[-1].span[1]))

    def conjunction(self, parts: list[Any]) -> _ConnectiveNode:
        return _joined(both, parts, (parts[0].span[0], parts[-1].span[1]))

    def negated(self, parts: list[Any]) -> _ConnectiveNode:
        return _joined(lambda children: Not(*children), parts[1:], (span_of(parts[0])[0], parts[1].span[1]))

    def everything(self, parts: list[Token]) -> _ConnectiveNode:
        return _ConnectiveNode(both, [], span_of(parts[0]))

    def nothing(self, parts: list[Token]) -> _ConnectiveNode:
        return _ConnectiveNode(either, [], span_of(parts[0]))

    def group(self, parts: list[Any]) -> _FilterNode:
        inner: _FilterNode = parts[1]
        inner.span = (span_of(parts[0])[0], span_of(parts[2])[1])
        return inner

    def comparison(self, parts: list[Any]) -> _ComparisonNode:
        field, operator, *operand = parts
        end = _span(operand[0]) if operand else span_of(operator)
        return _ComparisonNode(field, operator, operand[0] if operand else None, (span_of(field)[0], end[1]))

    def range(self, parts: list[Token]) -> _RangeNode:
        field, operator, low, high = parts
        depth = 1 if operator.type == "BETWEEN" else 2
        return _RangeNode(field, operator, (low, high), (span_of(field)[0], span_of(high)[1]), depth)

    def listed(self, parts: list[Token]) -> _ListNode:
        return _ListNode(parts[1:-1], (span_of(parts[0])[0], span_of(parts[-1])[1]))


def _joined(make: Callable[[Iterable[Filter]], Filter], parts: list[_FilterNode], span: Span) -> _ConnectiveNode:
    depth = 1 + max(part.depth for part in parts)
    if depth > MAX_FILTER_LEVELS:
        message = f"more than {MAX_FILTER_LEVELS} nested levels of and, or, not"
        raise ReadError("too-deep", message, "use fewer levels", span)
    return _ConnectiveNode(make, parts, span, depth)


def _span(operand: Token | _ListNode) -> Span:
    return operand.span if isinstance(operand, _ListNode) else span_of(operand)


# -- from nodes to a search -------------------------------------------------------------------------------------


class _SearchMaker:
    """Makes the search of one text from its nodes; the parser is shared by all texts."""

    def __init__(self, source: SourceText, schema: Schema, now: datetime, grammar: _TextGrammar) -> None:
        self.source = source
        self.schema = schema
        self.now = now
        self.grammar = grammar
        self.spellings = grammar.spellings
        self.warnings: list[Diagnostic] = []
        self.nodes = 0

    def accepts(self, text: str) -> bool:
        """Return whether another text parses, with known fields and operators."""
        maker = _SearchMaker(SourceText(text), self.schema, self.now, self.grammar)
        try:
            search = maker.search(run_parser(self.grammar.parser, text))
        except (ReadError, StuckError):
            return False
        rows = [self.row_of(key.field) for key in search.sort]
        pairs = [(self.row_of(node.field), node.operator) for node in comparisons(search.filter)]
        return None not in rows and all(row is not None and operator in row.operators for row, operator in pairs)

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

    def paging(self, limit: Token | None, after: Token | None) -> Paging:
        token = limit or after
        if token is None:
            return Paging()
        count = None if limit is None else parse_number(limit.value)
        if limit is not None and not isinstance(count, int):
            message = f"expected a whole number after limit, found {quoted(limit.value)}"
            raise ReadError("text-syntax", message, "write: limit 100", span_of(limit))
        assert not isinstance(count, Decimal)
        if after is not None and len(after.value) > MAX_CURSOR_CHARS:
            message = f"the cursor has {len(after.value):,} characters; the limit is {MAX_CURSOR_CHARS:,}"
            raise ReadError("too-long", message, "copy the cursor unchanged", span_of(after))
        return Paging(count, None if after is None else after.value, _place(token))

    def filter(self, node: _FilterNode) -> Filter:
        """Make the filter of a node. The builder has limited its depth."""
        self.nodes += 1
        if self.nodes > MAX_FILTER_NODES:
            raise _too_large("the filter", MAX_FILTER_NODES, "conditions", node.span)
        if isinstance(node, _ComparisonNode):
            return self.comparison(node)
        if isinstance(node, _RangeNode):
            return self.range(node)
        return node.make([self.filter(part) for part in node.parts])

    def comparison(self, node: _ComparisonNode) -> Comparison:
        field, operand = node.field.value, node.operand
        name, spelling = self.spellings[int(node.operator.type[2:])]
        field_place, operator_place = _place(node.field), _place(node.operator)
        if operand is None:
            return Comparison(field, name, spelling.operand, operator_place, field_place, operator_place)
        row = self.row_of(field)
        tokens = operand.scalars if isinstance(operand, _ListNode) else [operand]
        if len(tokens) > MAX_LIST_ITEMS:
            raise _too_large("the list", MAX_LIST_ITEMS, "values", _span(operand), len(tokens))
        of_text = OPERATORS[name].takes is Takes.TEXT
        scalars = tuple([self.scalar(token, row, of_text) for token in tokens])
        if row is not None and row.type.name == "instant" and not of_text:
            for token, value in zip(tokens, scalars, strict=True):
                advice = self.whole_day(node.field, row, name, token, value)
                if advice is not None:
                    self.warn_of_bare_date(token, f"write: {advice}", _span(operand))
                    break
        if isinstance(operand, _ListNode):
            return Comparison(field, name, scalars, Place(None, operand.span), field_place, operator_place)
        return Comparison(field, name, scalars[0], _place(operand), field_place, operator_place)

    def range(self, node: _RangeNode) -> Filter:
        """Make the two conditions of ``between``."""
        self.nodes += 2
        field, row = node.field.value, self.row_of(node.field.value)
        parts = []
        for name, token in zip(RANGE_OPERATORS, node.bounds, strict=True):
            value = self.scalar(token, row, False)
            parts.append(Comparison(field, name, value, _place(token), _place(node.field), _place(node.operator)))
        negated = node.operator.type != "BETWEEN"
        low, high = node.bounds
        if row is not None and row.type.name == "instant":
            before = self.whole_day(node.field, row, "$lte", high, parts[1].operand)
            if before is not None:
                both_days = f"{self.written(node.field)} >= {self.written(low)} and {before}"
                self.warn_of_bare_date(high, f"write: {f'not ({both_days})' if negated else both_days}", span_of(high))
        return Not(both(parts)) if negated else both(parts)

    def row_of(self, field: str) -> Field | None:
        return self.schema.find(certain_field(self.schema, field) or field)

    def scalar(self, token: Token, row: Field | None, of_text: bool) -> Operand:
        """Return an operand.

        ``of_text`` means that the operator compares texts: words are taken literally.
        """
        if token.type == "NULL":
            return None
        if len(token.value) > MAX_STRING_CHARS:
            raise _too_large("the string", MAX_STRING_CHARS, "characters", span_of(token), len(token.value))
        if of_text and token.type in ("STRING", "WORD"):
            return str(token.value)
        if token.type == "WORD" or _is_quoted_date(token, row):
            return word_operand(token.value, row, self.now)
        if token.type == "STRING":
            return token.value
        value = word_operand(token.value, None, self.now)
        if isinstance(value, str):
            message = f"expected a number, true or false in backticks, found {quoted(value)}"
            raise ReadError("text-syntax", message, f"write: {quote(value)}", span_of(token))
        return value

    def whole_day(self, field: Token, row: Field, operator: str, token: Token, value: Operand) -> str | None:
        """Return the condition for a whole day, if a value means its midnight only."""
        is_day = token.type == "WORD" or _is_quoted_date(token, row)
        return whole_day_condition(self.written(field), row, operator, token.value, value) if is_day else None

    def warn_of_bare_date(self, token: Token, advice: str, span: Span) -> None:
        message = f"{quoted(token.value)} means midnight UTC, not the whole day"
        self.warnings.append(replace(self.source.diagnostic("bare-date", message, advice, span), fix="guess"))

    def written(self, token: Token) -> str:
        return self.source.text[slice(*span_of(token))]


def _is_quoted_date(token: Token, row: Field | None) -> bool:
    """Return whether a string is a bare date on a date field (read as if unquoted)."""
    return (
        token.type == "STRING"
        and row is not None
        and row.type.name == "instant"
        and token.value[:1].isdigit()
        and bare_date(token.value)
    )


def _too_large(what: str, most: int, unit: str, span: Span, size: int | None = None) -> ReadError:
    return ReadError("too-large", *too_large(what, most, unit, size), span)


def _place(token: Token) -> Place:
    return Place(None, span_of(token))


def is_word(text: str) -> bool:
    """Return whether the lexer takes ``text`` for one unquoted word."""
    return is_single_token(_current_grammar().parser, text, "WORD")


def word_operand(word: str, row: Field | None, now: datetime) -> Operand:
    """Return the operand that an unquoted word means for a known or unknown field."""
    if row is not None:
        return row.type.word(word, now)
    value = parse_number(word)
    return TYPES["boolean"].word(word, now) if value is None else value
