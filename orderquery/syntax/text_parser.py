"""Parse the text form, such as ``status = APPROVED order by number limit 5``.

The grammar is ``grammar/filter.lark`` plus a terminal for each operator spelling of :mod:`..language.operators`. The
field's type decides what an unquoted word means. A quoted word is a string; one in backticks is the JSON number, true
or false it spells, whatever the type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import NOWHERE, Place
from ..diagnostics.quoting import described, quoted
from ..language.datetimes import bare_date
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.limits import (
    MAX_CURSOR_CHARS,
    MAX_FILTER_NODES,
    MAX_LIST_ITEMS,
    MAX_STRING_CHARS,
    too_large,
)
from ..language.operators import ANY, OPERATORS, Operator, Takes
from ..language.schema import Schema
from ..language.types import TYPES, UnfitOperand
from .ast import EVERYTHING, Comparison, Filter, Not, Operand, Paging, Search, SortKey, both, comparisons
from .clause_helps import whole_limit_help
from .condition_helps import ConditionHelps, is_regex
from .lark_runner import TokenRules, build_parser, is_single_token, run_parser
from .parameters import PARAMETER, VALUE, BoundToken, Parameters, as_one_value, example_of, place_of
from .source_text import ReadError, SourceText, Span, StuckError, parse_number, quote
from .text_errors import explain
from .text_grammar import RANGE_OPERATORS, RANGES, NamedSpelling, named_spellings, text_grammar
from .text_nodes import ComparisonNode, FilterNode, ListNode, RangeNode, operand_span, text_builder
from .variables import example_of_field
from .whole_days import whole_day_condition

if TYPE_CHECKING:
    from lark import Lark, Token


def parse_text(
    text: str, schema: Schema, now: datetime | None = None, parameters: Parameters | None = None
) -> tuple[Search | None, tuple[Diagnostic, ...]]:
    """Parse a search; mistakes are diagnostics, not exceptions.

    Relative dates count from ``now``. ``parameters`` notes what the text uses of them. Without a search there
    is one diagnostic: ``text-syntax``, ``too-deep``, ``too-large`` or ``too-long``. With one there may be ``bare-date``
    warnings. Field names are not checked.
    """
    source = SourceText(text)
    grammar = _current_grammar()
    maker = _SearchMaker(source, schema, now or datetime.now(UTC), grammar, parameters)
    try:
        source.check_size()
        search = maker.search(run_parser(grammar.parser, text))
    except ReadError as problem:
        return None, (source.report(problem),)
    except StuckError as stuck:
        return None, (source.report(explain(source, stuck, schema, maker.accepts, maker.now)),)
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
    return build_parser(text_grammar(spellings), "search", text_builder(), rules)


# -- from nodes to a search -------------------------------------------------------------------------------------


class _SearchMaker:
    """Makes the search of one text from its nodes; the parser is shared by all texts."""

    def __init__(
        self,
        source: SourceText,
        schema: Schema,
        now: datetime,
        grammar: _TextGrammar,
        parameters: Parameters | None = None,
    ) -> None:
        self.source = source
        self.schema = schema
        self.now = now
        self.grammar = grammar
        self.parameters = parameters or Parameters()
        self.spellings = grammar.spellings
        self.warnings: list[Diagnostic] = []
        self.nodes = 0

    def accepts(self, text: str) -> bool:
        """Return whether another text parses.

        With known fields, their operators and fitting values.
        """
        maker = _SearchMaker(SourceText(text), self.schema, self.now, self.grammar)
        try:
            search = maker.search(run_parser(self.grammar.parser, text))
        except (ReadError, StuckError):
            return False
        rows = [self.row_of(key.field) for key in search.sort]
        pairs = [(self.row_of(node.field), node) for node in comparisons(search.filter)]
        return None not in rows and all(row is not None and _fits(node, row) for row, node in pairs)

    def search(self, parts: dict[str, Any]) -> Search:
        filter_ = self.filter(parts["filter"]) if "filter" in parts else EVERYTHING
        order_by, *keys = parts.get("sort", (None,))
        sort = tuple(SortKey(key[0].value, key[-1].type == "DESC", _place(key[0]), len(key) > 1) for key in keys)
        return Search(
            filter_,
            sort,
            self.paging(parts.get("limit"), parts.get("after")),
            Place(None, parts["filter"].span) if "filter" in parts else NOWHERE,
            Place(None, (order_by.start_pos, keys[-1][-1].end_pos)) if keys else NOWHERE,
        )

    def page_part(self, token: Token | None) -> Token | BoundToken | None:
        """Return a token of the paging, a value in place of a parameter.

        ``None`` for a parameter without a value.
        """
        if token is None or token.type != PARAMETER:
            return token
        found = self.parameters.bind(token)
        return as_one_value(found, token) if isinstance(found, list) else found

    def paging(self, limit_token: Token | None, after_token: Token | None) -> Paging:
        first = limit_token or after_token
        if first is None:
            return Paging()
        limit, after = self.page_part(limit_token), self.page_part(after_token)
        given = None if limit is None else limit.value if isinstance(limit, BoundToken) else parse_number(limit.value)
        count = given if type(given) is int else None
        if limit is not None and count is None:
            message = f"expected a whole number after limit, found {described(limit.value)}"
            raise ReadError("text-syntax", message, whole_limit_help(str(limit.value), self.schema), place_of(limit))
        if after is not None and after.type != "STRING":
            message = f"expected a cursor in quotes after after, found {described(after.value)}"
            raise ReadError(
                "text-syntax", message, 'use the cursor of the previous page: after "CURSOR"', place_of(after)
            )
        if after is not None and len(after.value) > MAX_CURSOR_CHARS:
            message = f"the cursor has {len(after.value):,} characters; the limit is {MAX_CURSOR_CHARS:,}"
            raise ReadError("too-long", message, "copy the cursor unchanged", place_of(after))
        where = NOWHERE if after_token is None else _place(after_token)
        return Paging(count, None if after is None else after.value, _place(first), where)

    def filter(self, node: FilterNode) -> Filter:
        """Make the filter of a node. The builder has limited its depth."""
        self.nodes += 1
        if self.nodes > MAX_FILTER_NODES:
            raise _too_large("the filter", MAX_FILTER_NODES, "conditions", node.span)
        if isinstance(node, ComparisonNode):
            return self.comparison(node)
        if isinstance(node, RangeNode):
            return self.range(node)
        return node.make([self.filter(part) for part in node.parts])

    def comparison(self, node: ComparisonNode) -> Comparison:
        field, operand = node.field.value, node.operand
        name, spelling = self.spellings[int(node.operator.type[2:])]
        field_place, operator_place = _place(node.field), _place(node.operator)
        if operand is None:
            return Comparison(field, name, spelling.operand, operator_place, field_place, operator_place)
        row = self.row_of(field)
        is_list, tokens = self.tokens_of(operand, row, OPERATORS[name])
        if len(tokens) > MAX_LIST_ITEMS:
            raise _too_large("the list", MAX_LIST_ITEMS, "values", operand_span(operand), len(tokens))
        pattern = next((token for token in tokens if token.type == "WORD" and is_regex(token.value)), None)
        if pattern is not None and (row is None or pattern.value not in row.values):
            raise self.regex_problem(node, name, pattern)
        of_text = OPERATORS[name].takes is Takes.TEXT
        scalars = tuple([self.scalar(token, row, of_text) for token in tokens])
        if row is not None and row.type.name == "instant" and not of_text:
            for token, value in zip(tokens, scalars, strict=True):
                advice = self.whole_day(node.field, row, name, token, value)
                if advice is not None:
                    self.warn_of_bare_date(token, f"write: {advice}", operand_span(operand))
                    break
        place = Place(None, operand_span(operand))
        return Comparison(field, name, scalars if is_list else scalars[0], place, field_place, operator_place)

    def regex_problem(self, node: ComparisonNode, operator: str, pattern: Token | BoundToken) -> ReadError:
        """Make the error for a regular expression, which the lexer takes for one word."""
        helps = ConditionHelps(self.source.text, self.schema, self.accepts, self.now)
        begun, (start, end) = helps.begun(self.written(node.field)), place_of(pattern)
        message = f"expected a value, found the regular expression {quoted(self.written(pattern))}"
        help_ = helps.of_pattern(begun, operator == "$ne", start)
        return ReadError("text-syntax", message, help_, (start, end))

    def tokens_of(
        self, operand: Token | ListNode, row: Field | None, operator: Operator
    ) -> tuple[bool, Sequence[Token | BoundToken]]:
        """Return whether an operand is a list, and its tokens.

        Values are in place of parameters.
        """
        if isinstance(operand, ListNode):
            return True, [self.bound(token, row) for token in operand.scalars]
        if operand.type != PARAMETER:
            if operator.takes is Takes.VALUES and operand.type == "WORD" and str(operand.value)[:1] == "[":
                raise _list_in_brackets(operand)
            return False, [operand]
        found = self.parameters.bind(operand)
        if found is None:
            return operator.takes is Takes.VALUES, [self.example(operand, row)]
        return (True, found) if isinstance(found, list) else (False, [found])

    def bound(self, token: Token, row: Field | None) -> Token | BoundToken:
        """Return a token of one value, with the value in place of a parameter."""
        if token.type != PARAMETER:
            return token
        found = self.parameters.bind(token)
        if found is None:
            return self.example(token, row)
        # A list in the place of one value: the checker refuses it.
        return as_one_value(found, token) if isinstance(found, list) else found

    def example(self, token: Token, row: Field | None) -> BoundToken:
        return example_of(token, "" if row is None else example_of_field(row, self.schema))

    def range(self, node: RangeNode) -> Filter:
        """Make the two conditions of ``between``."""
        self.nodes += 2
        field, row = node.field.value, self.row_of(node.field.value)
        parts = []
        bounds = tuple([self.bound(token, row) for token in node.bounds])
        for name, token in zip(RANGE_OPERATORS, bounds, strict=True):
            value = self.scalar(token, row, False)
            parts.append(Comparison(field, name, value, _place(token), _place(node.field), _place(node.operator)))
        negated = node.operator.type != "BETWEEN"
        low, high = bounds
        if None in (parts[0].operand, parts[1].operand):
            raise self.open_range(node, row, bounds, negated=negated)
        if row is not None and row.type.name == "instant":
            before = self.whole_day(node.field, row, "$lte", high, parts[1].operand)
            if before is not None:
                first = self.written(low)
                if high.value.lower() == "today" and not first[:1].isdigit():
                    # The last day is a date, and so must be the first.
                    first = str(parts[0].operand).removesuffix("T00:00:00.000Z")
                both_days = f"{self.written(node.field)} >= {first} and {before}"
                self.warn_of_bare_date(high, f"write: {f'not ({both_days})' if negated else both_days}", place_of(high))
        return Not(both(parts)) if negated else both(parts)

    def open_range(
        self, node: RangeNode, row: Field | None, bounds: Sequence[Token | BoundToken], *, negated: bool
    ) -> ReadError:
        """Make the error for ``between`` with null, which has one end or none."""
        low, high = ("" if token.type == "NULL" else self.written(token) for token in bounds)
        name = self.written(node.field)
        help_ = f"write: {name} >= {low}" if low else f"write: {name} <= {high}" if high else "add the values"
        if high and row is not None and row.type.name == "instant":
            day = self.whole_day(node.field, row, "$lte", bounds[1], self.scalar(bounds[1], row, False))
            help_ = help_ if day is None else f"write: {day}"
        if negated:
            help_ = help_.replace("write: ", "write: not ", 1)
        message = f"{quoted(node.operator.value.lower())} does not take null"
        null = bounds[0] if not low else bounds[1]
        return ReadError("text-syntax", message, help_, place_of(null))

    def row_of(self, field: str) -> Field | None:
        return self.schema.find(certain_field(self.schema, field) or field)

    def scalar(self, token: Token | BoundToken, row: Field | None, of_text: bool) -> Operand:
        """Return an operand.

        ``of_text`` means that the operator compares texts: words are taken literally.
        """
        if token.type == "NULL":
            return None
        if token.type == VALUE:
            return token.value
        if len(token.value) > MAX_STRING_CHARS:
            raise _too_large("the string", MAX_STRING_CHARS, "characters", place_of(token), len(token.value))
        if of_text and token.type in ("STRING", "WORD"):
            return str(token.value)
        if token.type == "WORD" or _is_quoted_date(token, row):
            return word_operand(token.value, row, self.now)
        if token.type == "STRING":
            return token.value
        value = word_operand(token.value, None, self.now)
        if isinstance(value, str):
            message = f"expected a number, true or false in backticks, found {quoted(value)}"
            raise ReadError("text-syntax", message, f"write: {quote(value)}", place_of(token))
        return value

    def whole_day(
        self, field: Token, row: Field, operator: str, token: Token | BoundToken, value: Operand
    ) -> str | None:
        """Return the condition for a whole day, if a value means its midnight only."""
        is_day = token.type == "WORD" or _is_quoted_date(token, row)
        return whole_day_condition(self.written(field), row, operator, token.value, value) if is_day else None

    def warn_of_bare_date(self, token: Token | BoundToken, advice: str, span: Span) -> None:
        message = f"{quoted(token.value)} means midnight UTC, not the whole day"
        self.warnings.append(replace(self.source.diagnostic("bare-date", message, advice, span), fix="guess"))

    def written(self, token: Token | BoundToken) -> str:
        return self.source.text[slice(*place_of(token))]


def _list_in_brackets(operand: Token) -> ReadError:
    """Make the error for ``in [A]``, which the lexer takes for one word."""
    written = str(operand.value)
    message = f"expected a list in parentheses, found {quoted(written)}"
    listed = f"({written.strip('[]')})"
    help_ = f"write {quoted(listed)} instead of {quoted(written)}"
    return ReadError("text-syntax", message, help_, place_of(operand))


def _fits(node: Comparison, row: Field) -> bool:
    """Return whether a field has the operator, and the operand is of its type."""
    takes = OPERATORS[node.operator].takes
    if node.operator not in row.operators:
        return False
    if takes not in (Takes.VALUE, Takes.VALUES):
        return True
    is_list = isinstance(node.operand, tuple)
    if is_list is not (takes is Takes.VALUES):
        return is_list and row.many
    try:
        for value in node.operand if isinstance(node.operand, tuple) else (node.operand,):
            if value is not None:
                row.type.operand(value)
    except UnfitOperand:
        return False
    return True


def _is_quoted_date(token: Token | BoundToken, row: Field | None) -> bool:
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


def _place(token: Token | BoundToken) -> Place:
    return Place(None, place_of(token))


def is_word(text: str) -> bool:
    """Return whether the lexer takes ``text`` for one unquoted word."""
    return is_single_token(_current_grammar().parser, text, "WORD")


def word_operand(word: str, row: Field | None, now: datetime) -> Operand:
    """Return the operand that an unquoted word means for a known or unknown field."""
    if row is not None:
        return row.type.word(word, now)
    value = parse_number(word)
    return TYPES["boolean"].word(word, now) if value is None else value
